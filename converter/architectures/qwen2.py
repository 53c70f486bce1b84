"""Qwen 1.5, 2 and 2.5, and their R1 distillations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.base import DECODER, Family, Slot
from converter.config import Config
from converter.errors import bad_config
from converter.keyvalues import KeyValues

_POOLING = {"mean": 1, "cls": 2, "lasttoken": 3}


class Qwen2(Family):
    """Llama's form with biases on q, k and v and without its permutation."""

    hf_architectures: ClassVar[tuple[str, ...]] = ("Qwen2ForCausalLM",)
    gguf_arch = "qwen2"
    title = "Qwen 2"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 151936,
        "hidden_size": 4096,
        "intermediate_size": 22016,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 32,
        "max_position_embeddings": 32768,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
    }
    slots: ClassVar[Mapping[str, Slot]] = DECODER

    def prepare_config(self, config: Config) -> None:
        if config.get("num_key_value_heads") is None:
            config["num_key_value_heads"] = self.head_count

    def write_parameters(self, kv: KeyValues) -> None:
        super().write_parameters(kv)
        self._write_pooling(kv)

    def _write_pooling(self, kv: KeyValues) -> None:
        """An embedding model says in its modules.json how it sums up a text."""
        modules = self.checkpoint.json("modules.json")
        if not isinstance(modules, list):
            return
        for module in modules:
            if not isinstance(module, dict) or not str(module.get("type")).endswith("Pooling"):
                continue
            pooling = self.checkpoint.json(f"{module.get('path')}/config.json")
            if not isinstance(pooling, dict):
                raise bad_config(f"modules.json names {module.get('path')!r}, whose config.json is missing.")
            names = [
                name for name in _POOLING if pooling.get(f"pooling_mode_{'mean_tokens' if name == 'mean' else name}")
            ]
            if pooling.get("pooling_mode_cls_token"):
                names.append("cls")
            kind = names[0] if names else pooling.get("pooling_mode")
            if kind not in _POOLING:
                raise bad_config("The pooling of this embedding model is not one that llama.cpp knows.")
            kv.u32("pooling_type", _POOLING[kind])
            return
