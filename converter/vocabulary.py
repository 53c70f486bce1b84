"""What the tokenizer module hands back beside the metadata that it writes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How a tokenizer was read.

    The metadata itself (``tokenizer.ggml.*``, ``tokenizer.chat_template*``) is written into the
    :class:`converter.keyvalues.KeyValues` that the function gets, with the reference's types: ``tokens`` an array of
    strings, ``scores`` of FLOAT32, ``token_type`` of INT32, ``merges`` of strings, ids as UINT32, switches as BOOL.

    kind           ``llama`` (SentencePiece) or ``gpt2`` (byte-level BPE): ``tokenizer.ggml.model``
    pre            ``tokenizer.ggml.pre``, or None
    size           number of tokens written, padding included
    recognised_by  how, in a few words for the plan: "tokenizer.model", "check text", "split pattern in tokenizer.json"
    notes          sentences for the person: what was assumed or lost
    """

    kind: str
    pre: str | None
    size: int
    recognised_by: str
    notes: tuple[str, ...] = field(default=())
