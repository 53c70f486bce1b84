"""Mixtral: Mistral with several feed-forward experts per layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.base import Slot
from converter.architectures.llama import SLOTS
from converter.architectures.mistral import Mistral

_MOE = "model.layers.{bid}.block_sparse_moe."


class Mixtral(Mistral):
    hf_architectures: ClassVar[tuple[str, ...]] = ("MixtralForCausalLM",)
    title = "Mixtral"
    defaults: ClassVar[Mapping[str, Any]] = {
        **Mistral.defaults,
        "num_local_experts": 8,
        "num_experts_per_tok": 2,
        "rms_norm_eps": 1e-5,
        "rope_theta": 1e6,
    }
    slots: ClassVar[Mapping[str, Slot]] = {
        **{key: slot for key, slot in SLOTS.items() if ".mlp." not in key},
        _MOE + "gate": Slot("blk.{bid}.ffn_gate_inp", ("experts", "embd")),
        _MOE + "experts.{xid}.w1": Slot("blk.{bid}.ffn_gate_exps", ("experts", "ff", "embd")),
        _MOE + "experts.{xid}.w2": Slot("blk.{bid}.ffn_down_exps", ("experts", "embd", "ff")),
        _MOE + "experts.{xid}.w3": Slot("blk.{bid}.ffn_up_exps", ("experts", "ff", "embd")),
    }
