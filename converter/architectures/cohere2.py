"""Command-R7B and its Arabic version (Cohere2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from converter.architectures.base import Family, Slot
from converter.architectures.cohere import SLOTS, Cohere
from converter.config import Config
from converter.errors import bad_config
from converter.keyvalues import KeyValues
from converter.tensors import Tensor


class Cohere2(Family):
    """Three layers with a sliding window and rotary embedding to one without either.

    Biases are in the checkpoint but zero; llama.cpp has no place for them, so they are dropped once that is checked.
    """

    hf_architectures = ("Cohere2ForCausalLM",)
    gguf_arch = "cohere2"
    title = "Command R7B"
    # rotary_pct is no part of transformers' class, which always rotates whole heads; the reference wants it in the file.
    defaults: ClassVar[Mapping[str, Any]] = {**Cohere.defaults, "sliding_window": 4096, "rotary_pct": 1.0}
    slots: ClassVar[Mapping[str, Slot]] = SLOTS

    def prepare_config(self, config: Config) -> None:
        if config.get("num_key_value_heads") is None:
            config["num_key_value_heads"] = self.head_count
        config["head_dim"] = self.embedding_length // self.head_count

    def write_parameters(self, kv: KeyValues) -> None:
        super().write_parameters(kv)
        kv.f32("logit_scale", self.config.number("logit_scale"))
        kv.u32("attention.sliding_window", self.config.count("sliding_window"))
        kv.u32("vocab_size", self.vocab_size)
        kv.u32("rope.dimension_count", int(self.config.number("rotary_pct") * self.head_dim))
        kv.string("rope.scaling.type", "none")

    def convert(self, name: str, tensor: Tensor, bid: int | None) -> Iterable[tuple[str, Tensor]]:
        if name.endswith(".bias"):
            if np.any(tensor.array() != 0):
                raise bad_config(f"{name} is not zero; llama.cpp has no place for it.")
            return
        yield from super().convert(name, tensor, bid)
