"""Command-R and Aya (Cohere)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.base import DECODER, Family, Slot
from converter.config import Config
from converter.keyvalues import KeyValues

_LAYER = "model.layers.{bid}."

# Attention and feed-forward network stand side by side under one norm.
SLOTS: dict[str, Slot] = {key: slot for key, slot in DECODER.items() if not key.endswith("post_attention_layernorm")}


class Cohere(Family):
    """config.json states a context of 8,192 for models trained on more; model_max_length goes before it."""

    hf_architectures = ("CohereForCausalLM",)
    gguf_arch = "command-r"
    title = "Command R"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 256000,
        "hidden_size": 8192,
        "intermediate_size": 22528,
        "num_hidden_layers": 40,
        "num_attention_heads": 64,
        "max_position_embeddings": 8192,
        "layer_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "logit_scale": 0.0625,
    }
    slots: ClassVar[Mapping[str, Slot]] = {
        **SLOTS,
        _LAYER + "self_attn.q_norm": Slot("blk.{bid}.attn_q_norm", ("heads", "head"), optional=True),
        _LAYER + "self_attn.k_norm": Slot("blk.{bid}.attn_k_norm", ("kv_heads", "head"), optional=True),
    }

    def prepare_config(self, config: Config) -> None:
        if config.get("num_key_value_heads") is None:
            config["num_key_value_heads"] = self.head_count
        config["max_position_embeddings"] = config.find("model_max_length", "max_position_embeddings")

    def dimensions(self) -> dict[str, int]:
        return {**super().dimensions(), "heads": self.head_count, "kv_heads": self.head_count_kv}

    def write_parameters(self, kv: KeyValues) -> None:
        super().write_parameters(kv)
        kv.f32("logit_scale", self.config.number("logit_scale"))
        kv.string("rope.scaling.type", "none")
