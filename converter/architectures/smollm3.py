"""SmolLM3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.llama import Llama
from converter.architectures.mistral import Mistral


class SmolLm3(Mistral):
    """Llama's tensors; every fourth layer has no rotary embedding, which llama.cpp knows by the architecture.

    As with Mistral, transformers' SmolLM3Config has a head_dim only if config.json has one.
    """

    hf_architectures = ("SmolLM3ForCausalLM",)
    gguf_arch = "smollm3"
    title = "SmolLM3"
    defaults: ClassVar[Mapping[str, Any]] = {
        **Llama.defaults,
        "vocab_size": 128256,
        "hidden_size": 2048,
        "intermediate_size": 11008,
        "num_hidden_layers": 36,
        "num_attention_heads": 16,
        "num_key_value_heads": 4,
        "max_position_embeddings": 32768,
        "rope_theta": 2e6,
    }
