"""Phi-3 and 3.5 mini, Phi-4 and Phi-4-mini, and the text part of Phi-3(.5)-vision."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from converter.architectures.base import ATTENTION, EMBEDDINGS, FEED_FORWARD, Family, Slot
from converter.config import Config
from converter.errors import bad_config
from converter.keyvalues import KeyValues
from converter.tensors import Tensor, constant
from converter.tokenizer import write_phi3_vocabulary
from converter.vocabulary import Vocabulary

_LAYER = "model.layers.{bid}."


class Phi3(Family):
    """q, k, v in one tensor, gate and up in another; both stay so.

    Long contexts bring two lists of rotary factors, for short and for long texts. A sliding window of null or none at
    all is written as 0, by which llama.cpp tells Phi-4 from Phi-3.
    """

    hf_architectures: ClassVar[tuple[str, ...]] = ("Phi3ForCausalLM",)
    gguf_arch = "phi3"
    title = "Phi-3"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 32064,
        "hidden_size": 3072,
        "intermediate_size": 8192,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 4096,
        "original_max_position_embeddings": 4096,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "partial_rotary_factor": 1.0,
        "sliding_window": None,
    }
    slots: ClassVar[Mapping[str, Slot]] = {
        **EMBEDDINGS,
        _LAYER + "input_layernorm": ATTENTION[_LAYER + "input_layernorm"],
        _LAYER + "self_attn.qkv_proj": Slot("blk.{bid}.attn_qkv", ("qkv", "embd")),
        _LAYER + "self_attn.o_proj": ATTENTION[_LAYER + "self_attn.o_proj"],
        _LAYER + "post_attention_layernorm": FEED_FORWARD[_LAYER + "post_attention_layernorm"],
        _LAYER + "mlp.gate_up_proj": Slot("blk.{bid}.ffn_up", ("gate_up", "embd")),
        _LAYER + "mlp.down_proj": FEED_FORWARD[_LAYER + "mlp.down_proj"],
    }

    def prepare_config(self, config: Config) -> None:
        if config.get("num_key_value_heads") is None:
            config["num_key_value_heads"] = self.head_count

    def dimensions(self) -> dict[str, int]:
        found = super().dimensions()
        return {**found, "qkv": found["q"] + 2 * found["kv"], "gate_up": 2 * self.feed_forward_length}

    @property
    def rotary_dimensions(self) -> int:
        """How many of a head's dimensions are rotated."""
        rope = self.config.rope
        factor = self.config.rope_number("partial_rotary_factor") if "partial_rotary_factor" in rope else 1.0
        return int(factor * self.embedding_length) // self.head_count

    @property
    def original_context(self) -> int:
        """Tokens of the context before it was made longer."""
        found = self.config.rope.get("original_max_position_embeddings")
        if isinstance(found, bool) or not isinstance(found, int) or found < 2:
            raise bad_config("The configuration does not say original_max_position_embeddings.")
        return found

    def write_parameters(self, kv: KeyValues) -> None:
        rope = self.config.rope
        kv.u32("context_length", self._context)
        kv.u32("rope.scaling.original_context_length", self.original_context)
        kv.u32("embedding_length", self.embedding_length)
        kv.u32("feed_forward_length", self.feed_forward_length)
        kv.u32("block_count", self.layer_count)
        kv.u32("attention.head_count", self.head_count)
        kv.u32("attention.head_count_kv", self.head_count_kv)
        kv.f32("attention.layer_norm_rms_epsilon", self.config.number("rms_norm_eps"))
        kv.u32("rope.dimension_count", self.rotary_dimensions)
        kv.f32("rope.freq_base", self.config.rope_number("rope_theta"))
        kv.u32("attention.sliding_window", self.config.get("sliding_window") or 0)
        if rope.get("long_factor"):
            kv.f32("rope.scaling.attn_factor", self._attention_factor())

    def write_vocabulary(self, kv: KeyValues) -> Vocabulary:
        return write_phi3_vocabulary(self, kv)

    @property
    def _context(self) -> int:
        return self.config.count("n_positions", "max_position_embeddings")

    def _attention_factor(self) -> float:
        """The factor on attention that goes with a context made longer."""
        kind = str(self.config.rope.get("rope_type", "")).lower()
        scaling = self.config.get("rope_scaling")
        if kind == "yarn" and isinstance(scaling, Mapping) and len({*scaling} - {"rope_type", "rope_theta"}) == 3:
            kind = "longrope"  # transformers' Phi3Config reads early checkpoints' "yarn" so
        scale = self._context / self.original_context
        if kind in ("su", "longrope"):
            return math.sqrt(1 + math.log(scale) / math.log(self.original_context)) if scale > 1.0 else 1.0
        if kind == "yarn":
            return 0.1 * math.log(scale) + 1.0 if scale > 1.0 else 1.0
        raise bad_config(f"The rotary scaling {kind!r} is not known for Phi-3.")

    def extra_tensors(self) -> Iterable[tuple[str, Tensor]]:
        rope = self.config.rope
        if not rope.get("long_factor"):
            return
        for length in ("long", "short"):
            factors = rope.get(f"{length}_factor")
            if (
                not isinstance(factors, list)
                or len(factors) * 2 != self.rotary_dimensions
                or not all(isinstance(factor, (int, float)) for factor in factors)
            ):
                raise bad_config(f"The rotary {length}_factor should be {self.rotary_dimensions // 2} numbers.")
            yield f"rope_factors_{length}.weight", constant(np.array(factors, dtype=np.float32))


class Phi3Vision(Phi3):
    """The language model of Phi-3-vision and Phi-3.5-vision, which the reference does not know: it is a Phi-3 mini."""

    hf_architectures = ("Phi3VForCausalLM",)
    title = "Phi-3 vision (text part)"

    def rename(self, name: str) -> str | None:
        return None if name.startswith("model.vision_embed_tokens.") else super().rename(name)
