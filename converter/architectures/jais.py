"""Jais (13B, 30B and the jais-family), Arabic and English."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from converter.architectures.base import Family, Slot
from converter.arithmetic import times
from converter.config import Config
from converter.errors import bad_config
from converter.keyvalues import KeyValues
from converter.tensors import Tensor

_LAYER = "transformer.h.{bid}."


def _transposed(family: Any, tensor: Tensor) -> Tensor:
    """GPT-2's Conv1D stores matrices the other way round; biases stay."""
    return tensor.transpose() if tensor.ndim == 2 else tensor


def _embedding_scale(family: Jais, tensor: Tensor) -> Tensor:
    return times(tensor, family.embedding_scale)


def _output_scale(family: Jais, tensor: Tensor) -> Tensor:
    return times(tensor, family.output_scale)


class Jais(Family):
    """GPT-2's form with ALiBi instead of positions and SwiGLU; the scales on embedding and output go into the weights."""

    hf_architectures = ("JAISLMHeadModel",)
    gguf_arch = "jais"
    title = "Jais"
    slots: ClassVar[Mapping[str, Slot]] = {
        "transformer.wte": Slot("token_embd", ("vocab", "embd"), _embedding_scale),
        "transformer.ln_f": Slot("output_norm", ("embd",)),
        "lm_head": Slot("output", ("vocab", "embd"), _output_scale, optional=True),
        _LAYER + "ln_1": Slot("blk.{bid}.attn_norm", ("embd",)),
        _LAYER + "attn.c_attn": Slot("blk.{bid}.attn_qkv", ("qkv", "embd"), _transposed),
        _LAYER + "attn.c_proj": Slot("blk.{bid}.attn_output", ("embd", "embd"), _transposed),
        _LAYER + "ln_2": Slot("blk.{bid}.ffn_norm", ("embd",)),
        _LAYER + "mlp.c_fc": Slot("blk.{bid}.ffn_up", ("ff", "embd"), _transposed),
        _LAYER + "mlp.c_fc2": Slot("blk.{bid}.ffn_gate", ("ff", "embd"), _transposed),
        _LAYER + "mlp.c_proj": Slot("blk.{bid}.ffn_down", ("embd", "ff"), _transposed),
    }

    def prepare_config(self, config: Config) -> None:
        for key, wanted in (("activation_function", "swiglu"), ("position_embedding_type", "alibi")):
            if config.get(key) != wanted:
                raise bad_config(
                    f"The configuration gives {config.get(key)!r} for {key}; only {wanted!r} is supported."
                )
        self.embedding_scale = config.number("mup_embeddings_scale", "embeddings_scale")
        if "mup_output_alpha" in config:
            self.output_scale = config.number("mup_output_alpha") * config.number("mup_width_scale")
        else:
            self.output_scale = config.number("width_scale")

    def dimensions(self) -> dict[str, int]:
        return {**super().dimensions(), "qkv": 3 * self.embedding_length}

    def rename(self, name: str) -> str | None:
        if name.endswith((".attn.bias", "relative_pe.slopes")):
            return None
        return super().rename(name)

    def write_parameters(self, kv: KeyValues) -> None:
        kv.u32("block_count", self.layer_count)
        kv.u32("context_length", self.config.count("n_positions"))
        kv.u32("embedding_length", self.embedding_length)
        kv.u32("feed_forward_length", self.config.count("n_inner"))
        kv.u32("attention.head_count", self.head_count)
        kv.f32("attention.layer_norm_epsilon", self.config.number("layer_norm_epsilon"))
        kv.f32("attention.max_alibi_bias", self._max_alibi_bias())

    def _max_alibi_bias(self) -> float:
        """The bias from which the stored slopes were made: the inverse of ALiBi's formula for the first head."""
        for name, tensor in self.checkpoint.tensors():
            if name.endswith("relative_pe.slopes"):
                first = float(np.asarray(tensor.array(), dtype=np.float64).reshape(-1)[0])
                if not 0 < first < math.inf:
                    raise bad_config(f"{name} does not hold ALiBi slopes.")
                heads = 2 ** math.floor(math.log2(self.head_count))
                return float(-round(math.log2(first) * heads))
        return 8.0
