"""Gemma 3: the text model, alone or inside a multimodal checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from converter.architectures.base import ATTENTION, EMBEDDINGS, FEED_FORWARD, Family, Slot
from converter.architectures.gemma import norms_plus_one
from converter.architectures.gemma2 import FOUR_NORMS
from converter.architectures.qwen3 import QK_NORMS
from converter.config import Config
from converter.errors import bad_config
from converter.keyvalues import KeyValues
from converter.tensors import Tensor
from converter.tokenizer import write_vocabulary
from converter.vocabulary import Vocabulary


class Gemma3(Family):
    """Five layers with a sliding window to one without; the two kinds have rotary bases of their own.

    A multimodal checkpoint's text_config is sparse and leans on the defaults. Its embedding may have more rows than the
    vocabulary has tokens; those are cut off.
    """

    hf_architectures = ("Gemma3ForCausalLM", "Gemma3ForConditionalGeneration")
    gguf_arch = "gemma3"
    title = "Gemma 3"
    defaults: ClassVar[Mapping[str, Any]] = {
        "vocab_size": 262208,
        "hidden_size": 2304,
        "intermediate_size": 9216,
        "num_hidden_layers": 26,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "head_dim": 256,
        "max_position_embeddings": 131072,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1e6,
        "rope_local_base_freq": 10000.0,
        "sliding_window": 4096,
    }
    slots: ClassVar[Mapping[str, Slot]] = norms_plus_one(
        {**EMBEDDINGS, **ATTENTION, **FEED_FORWARD, **FOUR_NORMS, **QK_NORMS}
    )

    def prepare_config(self, config: Config) -> None:
        if config.get("attn_logit_softcapping") is not None:
            raise bad_config("The configuration has attn_logit_softcapping, which Gemma 3 does not know.")

    def write_parameters(self, kv: KeyValues) -> None:
        super().write_parameters(kv)
        if cap := self.config.get("final_logit_softcapping"):
            kv.f32("final_logit_softcapping", cap)
        if self.config.get("sliding_window_pattern") != 1:
            kv.u32("attention.sliding_window", self.config.count("sliding_window"))

    def write_vocabulary(self, kv: KeyValues) -> Vocabulary:
        return write_vocabulary(self, kv, add_space_prefix=False)

    def convert(self, name: str, tensor: Tensor, bid: int | None) -> Iterable[tuple[str, Tensor]]:
        if name == "model.embed_tokens.weight" and tensor.shape[0] > self.vocab_size:
            tensor = tensor.slice(0, self.vocab_size)
        yield from super().convert(name, tensor, bid)
