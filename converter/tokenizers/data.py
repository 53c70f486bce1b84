"""What a GGUF file says about its tokenizer, as plain data.

Keys and token types are those of the GGUF specification and of `gguf-py/gguf/constants.py` in llama.cpp.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from enum import IntEnum

from converter.ggml import ValueType
from converter.keyvalues import KeyValues


class TokenType(IntEnum):
    """GGUF's token types; SentencePiece numbers its piece types the same way."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


ChatTemplate = str | list[dict[str, str]]

# Roles of special tokens → the key that holds their id. Roles without a key are not written.
_ID_KEYS = {
    "bos": "bos_token_id",
    "eos": "eos_token_id",
    "eot": "eot_token_id",
    "eom": "eom_token_id",
    "unk": "unknown_token_id",
    "sep": "seperator_token_id",  # GGUF spells it so
    "pad": "padding_token_id",
    "mask": "mask_token_id",
}
_ADD_KEYS = {"bos": "add_bos_token", "eos": "add_eos_token", "sep": "add_sep_token"}
_TEMPLATE_NAME_LETTERS = frozenset(string.ascii_letters + string.digits)


@dataclass
class SpecialTokens:
    """Ids by role, which of them are put around a text, and the chat template."""

    ids: dict[str, int] = field(default_factory=dict)
    add: dict[str, bool] = field(default_factory=dict)
    chat_template: ChatTemplate | None = None
    lowercase: bool | None = None
    strip_accents: bool | None = None


@dataclass
class Tokenizer:
    """A tokenizer in GGUF's terms.

    model            `llama` (SentencePiece) or `gpt2` (byte-level BPE)
    pre              llama.cpp's name for the way text is cut before merging
    tokens, types    one entry for each row of the embedding matrix
    scores           SentencePiece's scores, or None for BPE
    merges           "left right" pairs, best first; empty for SentencePiece
    recognised_by    what told `model` and `pre`, in a few words for the plan
    notes            sentences for the person about what was unusual
    """

    model: str
    pre: str
    tokens: list[str]
    types: list[TokenType]
    scores: list[float] | None = None
    merges: list[str] = field(default_factory=list)
    special: SpecialTokens = field(default_factory=SpecialTokens)
    add_space_prefix: bool | None = None
    recognised_by: str = ""
    notes: list[str] = field(default_factory=list)

    def write(self, kv: KeyValues) -> None:
        """Put everything into the metadata."""
        if self.add_space_prefix is not None:
            kv.flag("tokenizer.ggml.add_space_prefix", self.add_space_prefix)
        kv.string("tokenizer.ggml.model", self.model)
        kv.string("tokenizer.ggml.pre", self.pre)
        kv.array("tokenizer.ggml.tokens", self.tokens, ValueType.STRING)
        if self.scores is not None:
            kv.array("tokenizer.ggml.scores", self.scores, ValueType.FLOAT32)
        kv.array("tokenizer.ggml.token_type", [int(kind) for kind in self.types], ValueType.INT32)
        kv.array("tokenizer.ggml.merges", self.merges, ValueType.STRING)
        special = self.special
        for role, key in _ID_KEYS.items():
            if role in special.ids:
                kv.u32(f"tokenizer.ggml.{key}", special.ids[role])
        for role, key in _ADD_KEYS.items():
            if role in special.add:
                kv.flag(f"tokenizer.ggml.{key}", special.add[role])
        if special.lowercase is not None:
            kv.flag("tokenizer.ggml.normalizer.lowercase", special.lowercase)
        if special.strip_accents is not None:
            kv.flag("tokenizer.ggml.normalizer.strip_accents", special.strip_accents)
        _write_template(kv, special.chat_template)


def _write_template(kv: KeyValues, template: ChatTemplate | None) -> None:
    if template is None:
        return
    if isinstance(template, str):
        kv.string("tokenizer.chat_template", template)
        return
    named: dict[str, str] = {}
    for entry in template:
        name = "".join(c if c in _TEMPLATE_NAME_LETTERS else "_" for c in entry.get("name", ""))
        if name and "template" in entry:
            named[name] = entry["template"]
    default = named.pop("default", None)
    for name, text in sorted(named.items()):
        kv.string(f"tokenizer.chat_template.{name}", text)
    kv.array("tokenizer.chat_templates", sorted(named), ValueType.STRING)
    if default is not None:
        kv.string("tokenizer.chat_template", default)
