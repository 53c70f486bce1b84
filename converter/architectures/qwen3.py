"""Qwen 3, dense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.base import DECODER, Slot
from converter.architectures.qwen2 import Qwen2

QK_NORMS: dict[str, Slot] = {
    "model.layers.{bid}.self_attn.q_norm": Slot("blk.{bid}.attn_q_norm", ("head",)),
    "model.layers.{bid}.self_attn.k_norm": Slot("blk.{bid}.attn_k_norm", ("head",)),
}


class Qwen3(Qwen2):
    """Qwen 2 with norms on q and k in place of their biases, and a head size of its own (128 unless stated)."""

    hf_architectures = ("Qwen3ForCausalLM",)
    gguf_arch = "qwen3"
    title = "Qwen 3"
    defaults: ClassVar[Mapping[str, Any]] = {**Qwen2.defaults, "head_dim": 128}
    slots: ClassVar[Mapping[str, Slot]] = {**DECODER, **QK_NORMS}
