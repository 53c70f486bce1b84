"""Qwen 3 with experts in every layer (Qwen3-30B-A3B)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from converter.architectures.base import ATTENTION, EMBEDDINGS, FEED_FORWARD, Family, Slot
from converter.architectures.qwen3 import QK_NORMS
from converter.errors import shape_mismatch
from converter.keyvalues import KeyValues
from converter.tensors import Tensor

_MLP = "model.layers.{bid}.mlp."


class Qwen3Moe(Family):
    """Experts come one by one (transformers 4) or stacked, gate and up in one (transformers 5)."""

    hf_architectures = ("Qwen3MoeForCausalLM",)
    gguf_arch = "qwen3moe"
    title = "Qwen 3 MoE"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 151936,
        "hidden_size": 2048,
        "intermediate_size": 6144,
        "num_hidden_layers": 24,
        "num_attention_heads": 32,
        "num_key_value_heads": 4,
        "max_position_embeddings": 32768,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "num_experts": 128,
        "num_experts_per_tok": 8,
        "moe_intermediate_size": 768,
    }
    slots: ClassVar[Mapping[str, Slot]] = {
        **EMBEDDINGS,
        **ATTENTION,
        **QK_NORMS,
        **{key: slot for key, slot in FEED_FORWARD.items() if ".mlp." not in key},
        _MLP + "gate": Slot("blk.{bid}.ffn_gate_inp", ("experts", "embd")),
        _MLP + "experts.{xid}.gate_proj": Slot("blk.{bid}.ffn_gate_exps", ("experts", "expert_ff", "embd")),
        _MLP + "experts.{xid}.down_proj": Slot("blk.{bid}.ffn_down_exps", ("experts", "embd", "expert_ff")),
        _MLP + "experts.{xid}.up_proj": Slot("blk.{bid}.ffn_up_exps", ("experts", "expert_ff", "embd")),
    }

    def dimensions(self) -> dict[str, int]:
        return {**super().dimensions(), "expert_ff": self.config.count("moe_intermediate_size")}

    def write_parameters(self, kv: KeyValues) -> None:
        super().write_parameters(kv)
        kv.u32("expert_feed_forward_length", self.config.count("moe_intermediate_size"))

    def convert(self, name: str, tensor: Tensor, bid: int | None) -> Iterable[tuple[str, Tensor]]:
        stem = name.removesuffix(".weight")
        if stem.endswith("mlp.experts.down_proj"):
            yield f"blk.{bid}.ffn_down_exps.weight", tensor
        elif stem.endswith("mlp.experts.gate_up_proj"):
            if tensor.ndim != 3 or tensor.shape[1] % 2:
                raise shape_mismatch(f"{name} has shape {list(tensor.shape)}; gate and up cannot be told apart.")
            experts, rows, columns = tensor.shape
            # Both lie one after the other in each expert: seen as 2 × experts entries, gates are the even ones.
            halves = tensor.reshape(experts * 2, rows // 2, columns)
            yield f"blk.{bid}.ffn_gate_exps.weight", halves.take(np.arange(0, experts * 2, 2))
            yield f"blk.{bid}.ffn_up_exps.weight", halves.take(np.arange(1, experts * 2, 2))
        else:
            yield from super().convert(name, tensor, bid)
