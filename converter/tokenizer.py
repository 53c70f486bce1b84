"""From a checkpoint's tokenizer files to a GGUF file's tokenizer metadata: which way a family goes.

The readers are in `converter.tokenizers`. Families call one of the functions below from their ``write_vocabulary``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from converter.keyvalues import KeyValues
from converter.tokenizers import (
    SpecialTokens,
    Tokenizer,
    TokenizerFiles,
    byte_level_bpe,
    is_sentencepiece_json,
    read_special_tokens,
    sentencepiece,
    sentencepiece_from_json,
    sentencepiece_phi3,
    tekken,
)
from converter.vocabulary import Vocabulary

if TYPE_CHECKING:
    from converter.checkpoint import Checkpoint
    from converter.config import Config


class TokenizerSource(Protocol):
    """What the functions below need of a family: where the tokenizer's files are, and how many rows the vocabulary has."""

    checkpoint: Checkpoint
    config: Config

    @property
    def vocab_size(self) -> int: ...


# Vocabulary sizes that stand for one family among Llama's: the reference goes by them, so they are kept.
_CODE_LLAMA_SIZE, _CODE_LLAMA_EOT = 32016, 32010
_GRANITE_CODE_SIZE = 49152
_FILL_IN_THE_MIDDLE = ("prefix", "suffix", "middle", "eot")
_CODE_GEMMA_ROLES = ("prefix", "suffix", "middle", "fsep", "eot")
_GEMMA_EOT = 107


def write_vocabulary(
    source: TokenizerSource, kv: KeyValues, *, add_space_prefix: bool | None = None, vocab_size: int | None = None
) -> Vocabulary:
    """Write the tokenizer of whatever kind the checkpoint has: tokenizer.model, else tokenizer.json.

    `vocab_size` is the number of rows to fill, the configuration's unless given.
    """
    files = TokenizerFiles(source.checkpoint.folder)
    return write(kv, _read(files, vocab_size or _vocab_size(source)), add_space_prefix=add_space_prefix)


def write_llama_vocabulary(source: TokenizerSource, kv: KeyValues) -> Vocabulary:
    """Llama's way: any kind of tokenizer, and the file's word on a blank before the text."""
    files = TokenizerFiles(source.checkpoint.folder)
    if files.has("tekken.json") and not files.has("tokenizer.json"):
        return write(kv, tekken(files, _vocab_size(source)))
    tokenizer = _read(files, _vocab_size(source))
    size = source.config.get("vocab_size")
    if size == _CODE_LLAMA_SIZE:
        _merge_special(tokenizer, read_special_tokens(files, roles=_FILL_IN_THE_MIDDLE), {"eot": _CODE_LLAMA_EOT})
    if size == _GRANITE_CODE_SIZE:
        tokenizer.special.add["bos"] = False
    prefix = files.config.get("add_prefix_space")
    return write(kv, tokenizer, add_space_prefix=prefix if isinstance(prefix, bool) else None)


def write_gemma1_vocabulary(source: TokenizerSource, kv: KeyValues) -> Vocabulary:
    """Gemma 1's way: no blank before the text, and a token for the end of a turn."""
    files = TokenizerFiles(source.checkpoint.folder)
    tokenizer = _read(files, _vocab_size(source))
    _merge_special(tokenizer, read_special_tokens(files, roles=_CODE_GEMMA_ROLES), {"eot": _GEMMA_EOT})
    return write(kv, tokenizer, add_space_prefix=False)


def write_phi3_vocabulary(source: TokenizerSource, kv: KeyValues) -> Vocabulary:
    """Phi-3's way: SentencePiece with all added tokens by their word, or byte-level BPE (Phi-4)."""
    files = TokenizerFiles(source.checkpoint.folder)
    if files.config.get("tokenizer_class") != "GPT2Tokenizer" and files.has("tokenizer.model"):
        return write(kv, sentencepiece_phi3(files, _vocab_size(source)))
    return write(kv, _read(files, _vocab_size(source)))


def write(kv: KeyValues, tokenizer: Tokenizer, *, add_space_prefix: bool | None = None) -> Vocabulary:
    """Put a tokenizer into the metadata and say how it was recognised."""
    if add_space_prefix is not None:
        tokenizer = replace(tokenizer, add_space_prefix=add_space_prefix)
    tokenizer.write(kv)
    return Vocabulary(
        kind=tokenizer.model,
        pre=tokenizer.pre,
        size=len(tokenizer.tokens),
        recognised_by=tokenizer.recognised_by,
        notes=tuple(tokenizer.notes),
    )


def _vocab_size(source: TokenizerSource) -> int | None:
    return None if source.config.get("vocab_size") is None else source.vocab_size


def _read(files: TokenizerFiles, size: int | None) -> Tokenizer:
    if files.has("tokenizer.model"):
        return sentencepiece(files, size)
    if files.tokenizer_json is not None and is_sentencepiece_json(files.tokenizer_json):
        return sentencepiece_from_json(files, size)
    return byte_level_bpe(files, size)


def _merge_special(tokenizer: Tokenizer, more: SpecialTokens, defaults: dict[str, int]) -> None:
    """A second reading of the special tokens, for other roles, goes over the first, as it does in the reference."""
    tokenizer.special.ids.update({**defaults, **more.ids})
    tokenizer.special.add.update(more.add)
