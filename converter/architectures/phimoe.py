"""Phi-3.5-MoE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.base import ATTENTION, EMBEDDINGS, FEED_FORWARD, Slot
from converter.architectures.phi3 import Phi3
from converter.keyvalues import KeyValues

_MOE = "model.layers.{bid}.block_sparse_moe."


class PhiMoe(Phi3):
    """Phi-3's metadata over Mixtral's tensors, with biases on the projections, the norms and the output."""

    hf_architectures = ("PhiMoEForCausalLM", "PhimoeForCausalLM")
    gguf_arch = "phimoe"
    title = "Phi-3.5-MoE"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 32064,
        "hidden_size": 4096,
        "intermediate_size": 6400,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "max_position_embeddings": 4096 * 32,
        "rms_norm_eps": 1e-5,
        "rope_theta": 1e6,
        "num_local_experts": 16,
        "num_experts_per_tok": 2,
    }
    slots: ClassVar[Mapping[str, Slot]] = {
        **EMBEDDINGS,
        **ATTENTION,
        **{key: slot for key, slot in FEED_FORWARD.items() if ".mlp." not in key},
        _MOE + "gate": Slot("blk.{bid}.ffn_gate_inp", ("experts", "embd")),
        _MOE + "experts.{xid}.w1": Slot("blk.{bid}.ffn_gate_exps", ("experts", "ff", "embd")),
        _MOE + "experts.{xid}.w2": Slot("blk.{bid}.ffn_down_exps", ("experts", "embd", "ff")),
        _MOE + "experts.{xid}.w3": Slot("blk.{bid}.ffn_up_exps", ("experts", "ff", "embd")),
    }

    def write_parameters(self, kv: KeyValues) -> None:
        super().write_parameters(kv)
        kv.u32("expert_used_count", self.config.count("num_experts_per_tok", "num_experts_per_token"))
        kv.u32("expert_count", self.expert_count)
