"""Gemma 1 (2B, 7B, CodeGemma)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.base import DECODER, Family, Slot, plus_one
from converter.config import Config
from converter.keyvalues import KeyValues
from converter.tokenizer import write_gemma1_vocabulary
from converter.vocabulary import Vocabulary


def norms_plus_one(slots: Mapping[str, Slot]) -> dict[str, Slot]:
    """The same slots with every norm raised by one: Gemma's norms are stored minus one."""
    return {
        key: Slot(slot.name, slot.shape, plus_one, slot.optional) if key.endswith("norm") else slot
        for key, slot in slots.items()
    }


class Gemma(Family):
    """No output matrix (it is the embedding), and norms stored minus one."""

    hf_architectures: ClassVar[tuple[str, ...]] = ("GemmaForCausalLM",)
    gguf_arch = "gemma"
    title = "Gemma"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 256000,
        "hidden_size": 3072,
        "intermediate_size": 24576,
        "num_hidden_layers": 28,
        "num_attention_heads": 16,
        "num_key_value_heads": 16,
        "head_dim": 256,
        "max_position_embeddings": 8192,
        "rms_norm_eps": 1e-6,
    }
    slots: ClassVar[Mapping[str, Slot]] = norms_plus_one(
        {key: slot for key, slot in DECODER.items() if key != "lm_head"}
    )

    def prepare_config(self, config: Config) -> None:
        if config.get("num_key_value_heads") is None:
            config["num_key_value_heads"] = self.head_count

    def rename(self, name: str) -> str | None:
        return None if name == "lm_head.weight" else super().rename(name)

    def write_parameters(self, kv: KeyValues) -> None:
        kv.u32("context_length", self.config.count("max_position_embeddings"))
        kv.u32("embedding_length", self.embedding_length)
        kv.u32("block_count", self.layer_count)
        kv.u32("feed_forward_length", self.feed_forward_length)
        kv.u32("attention.head_count", self.head_count)
        kv.u32("attention.head_count_kv", self.head_count_kv)
        kv.f32("attention.layer_norm_rms_epsilon", self.config.number("rms_norm_eps"))
        kv.u32("attention.key_length", self.head_dim)
        kv.u32("attention.value_length", self.head_dim)

    def write_vocabulary(self, kv: KeyValues) -> Vocabulary:
        return write_gemma1_vocabulary(self, kv)
