"""Falcon-H1: attention and Mamba-2 side by side in every layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from converter.architectures.base import ATTENTION, Family, Slot
from converter.arithmetic import exp, scale_rows, times
from converter.config import Config
from converter.errors import bad_config
from converter.keyvalues import KeyValues
from converter.tensors import Tensor
from converter.tokenizer import write_vocabulary
from converter.vocabulary import Vocabulary

_LAYER = "model.layers.{bid}."
_VOCAB_MULTIPLE = 16


def _scaled(*names: str) -> Any:
    """A change that multiplies by the values of some configuration keys, one after the other."""

    def change(family: FalconH1, tensor: Tensor) -> Tensor:
        for name in names:
            tensor = times(tensor, family.multiplier(name))
        return tensor

    return change


def _gate(family: FalconH1, tensor: Tensor) -> Tensor:
    return times(tensor, family.multipliers("mlp_multipliers", 2)[0])


def _down(family: FalconH1, tensor: Tensor) -> Tensor:
    return times(tensor, family.multipliers("mlp_multipliers", 2)[1])


def _mamba_in(family: FalconH1, tensor: Tensor) -> Tensor:
    """The input projection holds z, x, B, C and dt one after the other; each has a multiplier of its own."""
    inner = family.config.count("mamba_d_ssm")
    states = family.config.count("mamba_n_groups") * family.config.count("mamba_d_state")
    bounds = np.cumsum([0, inner, inner, states, states])
    scaled = times(tensor, family.multiplier("ssm_in_multiplier"))
    return scale_rows(scaled, [int(b) for b in bounds], family.multipliers("ssm_multipliers", 5))


def _negative_exponential(family: FalconH1, tensor: Tensor) -> Tensor:
    """A = −exp(A_log), as a column."""
    return tensor.reshape(tensor.size, 1).whole(lambda a: np.negative(exp(a)))


def _column(family: FalconH1, tensor: Tensor) -> Tensor:
    return tensor.reshape(tensor.size, 1)


def _squeezed(family: FalconH1, tensor: Tensor) -> Tensor:
    return tensor.squeeze() if tensor.ndim > 1 else tensor


def _by_group(family: FalconH1, tensor: Tensor) -> Tensor:
    groups = family.config.count("mamba_n_groups")
    return tensor.reshape(groups, tensor.size // groups)


class FalconH1(Family):
    """All multipliers of the configuration are folded into the weights; llama.cpp knows none of them."""

    hf_architectures = ("FalconH1ForCausalLM",)
    gguf_arch = "falcon-h1"
    title = "Falcon-H1"
    # The reference reads config.json itself here, without transformers' class; these are what it falls back to.
    defaults: ClassVar[Mapping[str, Any]] = {"mamba_n_groups": 1}
    slots: ClassVar[Mapping[str, Slot]] = {
        "model.embed_tokens": Slot("token_embd", ("vocab", "embd"), _scaled("embedding_multiplier")),
        "model.final_layernorm": Slot("output_norm", ("embd",)),
        "lm_head": Slot("output", ("vocab", "embd"), _scaled("lm_head_multiplier"), optional=True),
        _LAYER + "input_layernorm": ATTENTION[_LAYER + "input_layernorm"],
        _LAYER + "self_attn.q_proj": Slot("blk.{bid}.attn_q", ("q", "embd"), _scaled("attention_in_multiplier")),
        _LAYER + "self_attn.k_proj": Slot(
            "blk.{bid}.attn_k", ("kv", "embd"), _scaled("key_multiplier", "attention_in_multiplier")
        ),
        _LAYER + "self_attn.v_proj": Slot("blk.{bid}.attn_v", ("kv", "embd"), _scaled("attention_in_multiplier")),
        _LAYER + "self_attn.o_proj": Slot("blk.{bid}.attn_output", ("embd", "q"), _scaled("attention_out_multiplier")),
        _LAYER + "mamba.in_proj": Slot("blk.{bid}.ssm_in", None, _mamba_in),
        _LAYER + "mamba.conv1d": Slot("blk.{bid}.ssm_conv1d", None, _squeezed),
        _LAYER + "mamba.dt_bias": Slot("blk.{bid}.ssm_dt.bias"),
        _LAYER + "mamba.A_log": Slot("blk.{bid}.ssm_a", None, _negative_exponential),
        _LAYER + "mamba.D": Slot("blk.{bid}.ssm_d", None, _column),
        _LAYER + "mamba.norm": Slot("blk.{bid}.ssm_norm", None, _by_group, optional=True),
        _LAYER + "mamba.out_proj": Slot("blk.{bid}.ssm_out", ("embd", "inner"), _scaled("ssm_out_multiplier")),
        _LAYER + "pre_ff_layernorm.weight": Slot("blk.{bid}.ffn_norm"),  # llama.cpp wants it without the suffix
        _LAYER + "feed_forward.gate_proj": Slot("blk.{bid}.ffn_gate", ("ff", "embd"), _gate),
        _LAYER + "feed_forward.up_proj": Slot("blk.{bid}.ffn_up", ("ff", "embd")),
        _LAYER + "feed_forward.down_proj": Slot("blk.{bid}.ffn_down", ("embd", "ff"), _down),
    }

    def prepare_config(self, config: Config) -> None:
        if config.get("hidden_act") not in (None, "silu"):
            raise bad_config(f"The activation {config['hidden_act']!r} is not supported; Falcon-H1 uses silu.")
        if config.get("head_dim") is None:
            config["head_dim"] = self.embedding_length // self.head_count

    def dimensions(self) -> dict[str, int]:
        return {**super().dimensions(), "inner": self.config.count("mamba_d_ssm")}

    def multiplier(self, name: str) -> float:
        return self.config.number(name)

    def multipliers(self, name: str, count: int) -> list[float]:
        found = self.config.get(name)
        if not isinstance(found, list) or len(found) != count or not all(isinstance(n, (int, float)) for n in found):
            raise bad_config(f"The configuration should give {count} numbers for {name}.")
        return [float(number) for number in found]

    def write_parameters(self, kv: KeyValues) -> None:
        config = self.config
        inner, head = config.count("mamba_d_ssm"), config.count("mamba_d_head")
        if inner % head:
            raise bad_config(f"mamba_d_ssm, {inner}, is no multiple of mamba_d_head, {head}.")
        kv.u32("block_count", self.layer_count)
        kv.u32("context_length", config.get("max_position_embeddings", 0))
        kv.u32("embedding_length", self.embedding_length)
        kv.u32("feed_forward_length", self.feed_forward_length)
        kv.u32("attention.head_count", self.head_count)
        kv.u32("attention.head_count_kv", self.head_count_kv)
        kv.u32("attention.key_length", self.head_dim)
        kv.u32("attention.value_length", self.head_dim)
        kv.u32("ssm.conv_kernel", config.find("mamba_d_conv", "conv_kernel", "d_conv") or 4)
        kv.u32("ssm.inner_size", inner)
        kv.u32("ssm.state_size", config.find("mamba_d_state", "d_state") or 128)
        kv.u32("ssm.time_step_rank", inner // head)
        kv.u32("ssm.group_count", config.count("mamba_n_groups"))
        kv.f32("attention.layer_norm_rms_epsilon", config.find("layer_norm_epsilon", "rms_norm_eps") or 1e-5)
        kv.f32("rope.freq_base", config.rope_number("rope_theta"))
        kv.u32("vocab_size", self.vocab_size)

    def write_vocabulary(self, kv: KeyValues) -> Vocabulary:
        multiple = self.config.get("pad_vocab_size_multiple", _VOCAB_MULTIPLE)
        return write_vocabulary(self, kv, vocab_size=-(self.vocab_size // -multiple) * multiple)
