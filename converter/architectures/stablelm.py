"""StableLM 2 (and 3B)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.base import DECODER, Family, Slot
from converter.config import Config
from converter.keyvalues import KeyValues

_LAYER = "model.layers.{bid}."


class StableLm(Family):
    """Partial rotary embedding, layer norms with bias; the 12B has one norm for each head and no second norm."""

    hf_architectures = ("StableLmForCausalLM", "StableLMEpochForCausalLM")
    gguf_arch = "stablelm"
    title = "StableLM"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 50304,
        "hidden_size": 2560,
        "intermediate_size": 6912,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 32,
        "max_position_embeddings": 4096,
        "layer_norm_eps": 1e-5,
        "partial_rotary_factor": 0.25,
        "use_parallel_residual": False,
    }
    slots: ClassVar[Mapping[str, Slot]] = {
        **DECODER,
        _LAYER + "post_attention_layernorm": Slot("blk.{bid}.ffn_norm", ("embd",), optional=True),
        _LAYER + "self_attn.q_layernorm.norms.{xid}": Slot("blk.{bid}.attn_q_norm", ("heads", "head"), optional=True),
        _LAYER + "self_attn.k_layernorm.norms.{xid}": Slot(
            "blk.{bid}.attn_k_norm", ("kv_heads", "head"), optional=True
        ),
    }

    def prepare_config(self, config: Config) -> None:
        if config.get("num_key_value_heads") is None:
            config["num_key_value_heads"] = self.head_count

    def dimensions(self) -> dict[str, int]:
        return {**super().dimensions(), "heads": self.head_count, "kv_heads": self.head_count_kv}

    def part_count(self, slot: Slot) -> int:
        return self.head_count_kv if "attn_k_norm" in slot.name else self.head_count

    def write_parameters(self, kv: KeyValues) -> None:
        config = self.config
        kv.u32("context_length", config.count("max_position_embeddings"))
        kv.u32("embedding_length", self.embedding_length)
        kv.u32("block_count", self.layer_count)
        kv.u32("feed_forward_length", self.feed_forward_length)
        rotary = config.rope_number("partial_rotary_factor")
        kv.u32("rope.dimension_count", int(rotary * (self.embedding_length // self.head_count)))
        kv.u32("attention.head_count", self.head_count)
        kv.u32("attention.head_count_kv", self.head_count_kv)
        kv.flag("use_parallel_residual", bool(config["use_parallel_residual"]))
        kv.f32("attention.layer_norm_epsilon", config.number("layer_norm_eps", "norm_eps"))
