"""Gemma 2, and what was made from it: SILMA, Fanar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from converter.architectures.base import ATTENTION, EMBEDDINGS, FEED_FORWARD, Slot
from converter.architectures.gemma import Gemma, norms_plus_one
from converter.keyvalues import KeyValues
from converter.tokenizer import write_vocabulary
from converter.vocabulary import Vocabulary

_LAYER = "model.layers.{bid}."

# Norms before and after attention and feed-forward network.
FOUR_NORMS: dict[str, Slot] = {
    _LAYER + "post_attention_layernorm": Slot("blk.{bid}.post_attention_norm", ("embd",)),
    _LAYER + "pre_feedforward_layernorm": Slot("blk.{bid}.ffn_norm", ("embd",)),
    _LAYER + "post_feedforward_layernorm": Slot("blk.{bid}.post_ffw_norm", ("embd",)),
}


class Gemma2(Gemma):
    """Gemma with four norms in a layer, soft caps on the logits and a sliding window in every second layer."""

    hf_architectures = ("Gemma2ForCausalLM",)
    gguf_arch = "gemma2"
    title = "Gemma 2"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 256000,
        "hidden_size": 2304,
        "intermediate_size": 9216,
        "num_hidden_layers": 26,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "head_dim": 256,
        "max_position_embeddings": 8192,
        "rms_norm_eps": 1e-6,
        "attn_logit_softcapping": 50.0,
        "final_logit_softcapping": 30.0,
        "sliding_window": 4096,
    }
    slots: ClassVar[Mapping[str, Slot]] = norms_plus_one(
        {
            key: slot
            for key, slot in {**EMBEDDINGS, **ATTENTION, **FEED_FORWARD, **FOUR_NORMS}.items()
            if key != "lm_head"
        }
    )

    def write_parameters(self, kv: KeyValues) -> None:
        super().write_parameters(kv)
        kv.f32("attn_logit_softcapping", self.config.number("attn_logit_softcapping"))
        kv.f32("final_logit_softcapping", self.config.number("final_logit_softcapping"))
        kv.u32("attention.sliding_window", self.config.count("sliding_window"))

    def write_vocabulary(self, kv: KeyValues) -> Vocabulary:
        return write_vocabulary(self, kv, add_space_prefix=False)
