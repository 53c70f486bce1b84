"""OLMo 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.base import DECODER, Family, Slot
from converter.config import Config

_LAYER = "model.layers.{bid}."


class Olmo2(Family):
    """Norms after, not before, attention and feed-forward network, and over all heads of q and k at once."""

    hf_architectures = ("Olmo2ForCausalLM",)
    gguf_arch = "olmo2"
    title = "OLMo 2"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 50304,
        "hidden_size": 4096,
        "intermediate_size": 11008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
    }
    slots: ClassVar[Mapping[str, Slot]] = {
        **{key: slot for key, slot in DECODER.items() if not key.endswith("input_layernorm")},
        _LAYER + "self_attn.q_norm": Slot("blk.{bid}.attn_q_norm", ("q",)),
        _LAYER + "self_attn.k_norm": Slot("blk.{bid}.attn_k_norm", ("kv",)),
        _LAYER + "post_attention_layernorm": Slot("blk.{bid}.post_attention_norm", ("embd",)),
        _LAYER + "post_feedforward_layernorm": Slot("blk.{bid}.post_ffw_norm", ("embd",)),
    }

    def prepare_config(self, config: Config) -> None:
        if config.get("num_key_value_heads") is None:
            config["num_key_value_heads"] = self.head_count
