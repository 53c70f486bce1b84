"""Mistral 7B and Nemo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.llama import Llama
from converter.config import Config


class Mistral(Llama):
    """As Llama, but transformers' MistralConfig has a head_dim only if config.json has one (Nemo)."""

    hf_architectures: ClassVar[tuple[str, ...]] = ("MistralForCausalLM",)
    title = "Mistral"
    defaults: ClassVar[Mapping[str, Any]] = {
        **Llama.defaults,
        "intermediate_size": 14336,
        "num_key_value_heads": 8,
        "max_position_embeddings": 4096 * 32,
    }

    def prepare_config(self, config: Config) -> None:
        if config.get("num_key_value_heads") is None:
            config["num_key_value_heads"] = self.head_count
