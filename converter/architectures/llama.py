"""Llama 1/2/3 and what shares its form: TinyLlama, SmolLM2, Falcon3, DeepSeek-R1-Distill-Llama, ALLaM, AceGPT."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from converter.architectures.base import DECODER, Family, Slot, permute_k, permute_q
from converter.config import Config
from converter.errors import bad_config
from converter.keyvalues import KeyValues
from converter.tensors import Floats, Tensor, constant
from converter.tokenizer import write_llama_vocabulary
from converter.vocabulary import Vocabulary

_ATTENTION = "model.layers.{bid}.self_attn."

SLOTS: dict[str, Slot] = {
    **DECODER,
    _ATTENTION + "q_proj": Slot("blk.{bid}.attn_q", ("q", "embd"), permute_q),
    _ATTENTION + "k_proj": Slot("blk.{bid}.attn_k", ("kv", "embd"), permute_k),
}


class Llama(Family):
    """transformers' LlamaConfig always has a head_dim, so key and value lengths are always written."""

    hf_architectures: ClassVar[tuple[str, ...]] = ("LlamaForCausalLM", "LLaMAForCausalLM")
    gguf_arch = "llama"
    title = "Llama"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 32000,
        "hidden_size": 4096,
        "intermediate_size": 11008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
    }
    slots: ClassVar[Mapping[str, Slot]] = SLOTS

    def prepare_config(self, config: Config) -> None:
        if config.get("num_key_value_heads") is None:
            config["num_key_value_heads"] = self.head_count
        if config.get("head_dim") is None:
            config["head_dim"] = self.embedding_length // self.head_count

    def write_parameters(self, kv: KeyValues) -> None:
        super().write_parameters(kv)
        kv.u32("vocab_size", self.vocab_size)
        kv.u32("rope.dimension_count", self.head_dim)

    def write_vocabulary(self, kv: KeyValues) -> Vocabulary:
        return write_llama_vocabulary(self, kv)

    def extra_tensors(self) -> Iterable[tuple[str, Tensor]]:
        rope = self.config.rope
        rope = rope.get("full_attention", rope)
        if str(rope.get("rope_type", "")).lower() == "llama3":
            yield "rope_freqs.weight", constant(llama3_rope_factors(rope, self.head_dim))


def llama3_rope_factors(rope: dict[str, Any], head_dim: int) -> Floats:
    """Divisors of the rotary frequencies under Llama 3's scaling, shape (head_dim / 2,).

    Short wavelengths keep their frequency, long ones are divided by `factor`, those between are blended. The reference
    (llama.cpp, conversion/llama.py) computes in torch's float32, where a number divided by a tensor is the number times the
    tensor's rounded reciprocal. The power is rounded correctly here; torch's is off by the last bit once in a while.
    """

    def value(key: str, default: float) -> float:
        found = rope.get(key, default)
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not found > 0:
            raise bad_config(f"Llama 3's rope scaling has a senseless {key}: {found!r}.")
        return found

    base, factor = value("rope_theta", 10000.0), value("factor", 8.0)
    low, high = value("low_freq_factor", 1.0), value("high_freq_factor", 4.0)
    context = value("original_max_position_embeddings", 8192)
    one = np.float32(1)
    exponents = np.arange(0, head_dim, 2, dtype=np.float32) / np.float32(head_dim)
    powers = np.power(np.float64(np.float32(base)), exponents.astype(np.float64)).astype(np.float32)
    factors: list[float] = []
    for frequency in one / powers:
        wavelength = one / frequency * np.float32(2 * math.pi)
        if wavelength < np.float32(context / high):
            factors.append(1.0)
        elif wavelength > np.float32(context / low):
            factors.append(factor)
        else:
            smooth = (one / wavelength * np.float32(context) - np.float32(low)) / np.float32(high - low)
            factors.append(float(one / ((one - smooth) / np.float32(factor) + smooth)))
    return np.array(factors, dtype=np.float32)
