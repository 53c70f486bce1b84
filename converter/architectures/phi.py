"""Phi-1.5 and Phi-2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.base import Family, Slot
from converter.config import Config
from converter.keyvalues import KeyValues

_LAYER = "model.layers.{bid}."


class Phi(Family):
    """Attention and feed-forward network side by side under one norm; biases everywhere, the output's too."""

    hf_architectures = ("PhiForCausalLM",)
    gguf_arch = "phi2"
    title = "Phi-2"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 51200,
        "hidden_size": 2048,
        "num_hidden_layers": 24,
        "num_attention_heads": 32,
        "max_position_embeddings": 2048,
        "layer_norm_eps": 1e-5,
        "partial_rotary_factor": 0.5,
    }
    slots: ClassVar[Mapping[str, Slot]] = {
        "model.embed_tokens": Slot("token_embd", ("vocab", "embd")),
        "model.final_layernorm": Slot("output_norm", ("embd",)),
        "lm_head": Slot("output", ("vocab", "embd")),
        _LAYER + "input_layernorm": Slot("blk.{bid}.attn_norm", ("embd",)),
        _LAYER + "self_attn.q_proj": Slot("blk.{bid}.attn_q", ("embd", "embd")),
        _LAYER + "self_attn.k_proj": Slot("blk.{bid}.attn_k", ("kv", "embd")),
        _LAYER + "self_attn.v_proj": Slot("blk.{bid}.attn_v", ("kv", "embd")),
        _LAYER + "self_attn.dense": Slot("blk.{bid}.attn_output", ("embd", "embd")),
        _LAYER + "mlp.fc1": Slot("blk.{bid}.ffn_up", ("ff", "embd")),
        _LAYER + "mlp.fc2": Slot("blk.{bid}.ffn_down", ("embd", "ff")),
    }

    def prepare_config(self, config: Config) -> None:
        # llama.cpp takes four times the width for granted, and the reference writes that.
        config["intermediate_size"] = 4 * self.embedding_length

    def write_parameters(self, kv: KeyValues) -> None:
        rotary = self.config.rope_number("partial_rotary_factor")
        kv.u32("context_length", self.config.count("n_positions", "max_position_embeddings"))
        kv.u32("embedding_length", self.embedding_length)
        kv.u32("feed_forward_length", self.feed_forward_length)
        kv.u32("block_count", self.layer_count)
        kv.u32("attention.head_count", self.head_count)
        kv.u32("attention.head_count_kv", self.head_count)
        kv.f32("attention.layer_norm_epsilon", self.config.number("layer_norm_epsilon", "layer_norm_eps"))
        kv.u32("rope.dimension_count", int(rotary * self.embedding_length) // self.head_count)
        kv.flag("tokenizer.ggml.add_bos_token", False)  # unless the tokenizer itself says otherwise
