"""Granite 3 (dense)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.llama import Llama
from converter.config import Config
from converter.keyvalues import KeyValues

_SCALES = {
    "attention.scale": "attention_multiplier",
    "embedding_scale": "embedding_multiplier",
    "residual_scale": "residual_multiplier",
    "logit_scale": "logits_scaling",
}


class Granite(Llama):
    """Llama with four scales. transformers' GraniteConfig has no head_dim; one in the file does not count."""

    hf_architectures = ("GraniteForCausalLM",)
    gguf_arch = "granite"
    title = "Granite"
    defaults: ClassVar[Mapping[str, Any]] = {**Llama.defaults, **dict.fromkeys(_SCALES.values(), 1.0)}

    def prepare_config(self, config: Config) -> None:
        if config.get("num_key_value_heads") is None:
            config["num_key_value_heads"] = self.head_count
        config.pop("head_dim", None)

    def write_parameters(self, kv: KeyValues) -> None:
        super().write_parameters(kv)
        for key, name in _SCALES.items():
            if scale := self.config.get(name):
                kv.f32(key, scale)
