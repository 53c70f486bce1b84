"""Mistral Small 3 and Ministral 3: the language model, alone or beside an image encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from converter.architectures.mistral import Mistral
from converter.errors import bad_config
from converter.keyvalues import KeyValues


class Mistral3(Mistral):
    """Mistral's tensors; Ministral 3 adds YaRN and a temperature that grows with the position."""

    hf_architectures = ("Mistral3ForConditionalGeneration", "Ministral3ForCausalLM")
    gguf_arch = "mistral3"
    title = "Mistral 3"

    def write_parameters(self, kv: KeyValues) -> None:
        super().write_parameters(kv)
        if self.config.get("model_type") != "ministral3":
            return
        rope: Mapping[str, Any] = self.config.rope
        if rope.get("rope_type") != "yarn" or "mscale_all_dim" not in rope or "llama_4_scaling_beta" not in rope:
            raise bad_config("Ministral 3 needs YaRN's rope_parameters with mscale_all_dim and llama_4_scaling_beta.")
        kv.f32("rope.scaling.yarn_log_multiplier", rope["mscale_all_dim"])
        kv.f32("attention.temperature_scale", rope["llama_4_scaling_beta"])
