"""SentencePiece vocabularies: from tokenizer.model, or from tokenizer.json alone."""

from __future__ import annotations

import re
from typing import Any

from converter.errors import bad_tokenizer
from converter.tokenizers.data import Tokenizer, TokenType
from converter.tokenizers.files import JsonObject, TokenizerFiles, token_text
from converter.tokenizers.sentencepiece_model import read_pieces
from converter.tokenizers.special import read_special_tokens

_ADDED_SCORE = -1000.0
_PADDING_SCORE = -10000.0
_BYTE_PIECE = re.compile(r"<0x[0-9A-Fa-f]{2}>")
_SPACE = "▁"

# Tokens that some checkpoints list as ordinary although they steer: Gemma's and DeepSeek's. From llama.cpp,
# conversion/base.py, does_token_look_special.
_STEERING = frozenset({"<pad>", "<mask>", "<2mass>", "[@BOS@]"})


def looks_special(text: str) -> bool:
    """Whether an added token is a control token by its looks, whatever the checkpoint calls it."""
    return (
        text in _STEERING
        or (text.startswith("<|") and text.endswith("|>"))
        or (text.startswith("<｜") and text.endswith("｜>"))
        or (text.startswith("<unused") and text.endswith(">"))
    )


class _Rows:
    """The vocabulary under construction: one row for each row of the embedding matrix."""

    def __init__(self, size: int) -> None:
        self.tokens = [f"[PAD{i}]" for i in range(size)]
        self.scores = [_PADDING_SCORE] * size
        self.types = [TokenType.UNUSED] * size
        self.beyond = 0

    def put(self, ident: int, text: str, score: float, kind: TokenType) -> None:
        if not 0 <= ident < len(self.tokens):
            self.beyond += 1
            return
        self.tokens[ident], self.scores[ident], self.types[ident] = text, score, kind

    def put_added(self, ident: int, text: str, *, special: bool, plain: bool = False) -> None:
        """An added token. `plain` ones are taken at their word; others by their looks, with spaces spelt out."""
        if special or (not plain and looks_special(text)):
            kind = TokenType.CONTROL
        else:
            kind = TokenType.USER_DEFINED
            text = text if plain else text.replace(_SPACE, " ")
        self.put(ident, text, _ADDED_SCORE, kind)

    def finish(self, files: TokenizerFiles, recognised_by: str) -> Tokenizer:
        notes = []
        if self.beyond:
            notes.append(f"{self.beyond} tokens have no row in the model's embedding and were left out.")
        check_tokens(self.tokens)
        return Tokenizer(
            model="llama",
            pre="default",
            tokens=self.tokens,
            types=self.types,
            scores=self.scores,
            special=read_special_tokens(files, vocab_size=len(self.tokens)),
            recognised_by=recognised_by,
            notes=notes,
        )


def check_tokens(tokens: list[str]) -> None:
    """No text twice: llama.cpp aborts on such a vocabulary. Raises ConversionError."""
    if len(set(tokens)) == len(tokens):
        return
    seen: set[str] = set()
    for text in tokens:
        if text in seen:
            raise bad_tokenizer(f"The token {text!r} is in the vocabulary twice.")
        seen.add(text)


def sentencepiece(files: TokenizerFiles, vocab_size: int | None) -> Tokenizer:
    """The vocabulary of tokenizer.model, overlaid with added_tokens.json and tokenizer_config.json."""
    rows = _model_rows(files, vocab_size)
    for ident, entry in files.added_tokens_decoder.items():
        rows.put_added(ident, entry["content"], special=bool(entry.get("special")))
    return rows.finish(files, "tokenizer.model")


def sentencepiece_phi3(files: TokenizerFiles, vocab_size: int | None) -> Tokenizer:
    """As `sentencepiece`, the way of Phi-3: tokenizer.json's added tokens count too, and all of them by their word."""
    rows = _model_rows(files, vocab_size)
    added = [*files.added_tokens_decoder.items(), *((entry["id"], entry) for entry in files.added_tokens)]
    for ident, entry in added:
        rows.put_added(ident, entry["content"], special=bool(entry.get("special")), plain=True)
    return rows.finish(files, "tokenizer.model")


def _model_rows(files: TokenizerFiles, vocab_size: int | None) -> _Rows:
    pieces = read_pieces(files.folder / "tokenizer.model")
    rows = _Rows(vocab_size or len(pieces))
    for ident, piece in enumerate(pieces):
        # User-defined pieces become ordinary here; those that matter are listed again as added tokens.
        kind = TokenType.NORMAL if piece.kind is TokenType.USER_DEFINED else piece.kind
        rows.put(ident, piece.text, piece.score, kind)
    for text, ident in (files.json("added_tokens.json") or {}).items():
        if not isinstance(ident, int):
            raise bad_tokenizer("added_tokens.json does not map tokens to ids.")
        rows.put(ident, text, _ADDED_SCORE, TokenType.USER_DEFINED)
    return rows


def is_sentencepiece_json(tokenizer_json: JsonObject) -> bool:
    """Whether tokenizer.json holds a SentencePiece BPE model: merges over text with a byte fallback."""
    model = tokenizer_json["model"]
    return model.get("type") == "BPE" and bool(model.get("byte_fallback")) and isinstance(model.get("vocab"), dict)


def sentencepiece_from_json(files: TokenizerFiles, vocab_size: int | None) -> Tokenizer:
    """A SentencePiece vocabulary from tokenizer.json alone.

    llama.cpp merges the pair whose result has the highest score. tokenizer.json has no scores, but its merges are sorted
    by them, so a piece's place in that order is as good: the first merge's result gets 0, the next −1, and so on. Pieces
    that no merge makes (single characters) follow in the order of their ids. The reference writes −1000 for all of them,
    which makes every merge as good as any other.
    """
    data = files.tokenizer_json
    if data is None or not is_sentencepiece_json(data):
        raise bad_tokenizer("tokenizer.json does not hold a SentencePiece vocabulary.")
    model = data["model"]
    vocab: dict[str, int] = model["vocab"]
    if not all(isinstance(ident, int) and ident >= 0 for ident in vocab.values()):
        raise bad_tokenizer("The vocabulary of tokenizer.json does not map tokens to ids.")
    highest = max([-1, *vocab.values(), *(t["id"] for t in files.added_tokens)])
    rows = _Rows(vocab_size or highest + 1)
    unknown = token_text(model.get("unk_token"))
    scores = _scores_from_merges(model.get("merges"), vocab)
    for text, ident in vocab.items():
        if text == unknown:
            rows.put(ident, text, 0.0, TokenType.UNKNOWN)
        elif _BYTE_PIECE.fullmatch(text):
            rows.put(ident, text, 0.0, TokenType.BYTE)
        else:
            rows.put(ident, text, scores[text], TokenType.NORMAL)
    for entry in files.added_tokens:
        rows.put_added(entry["id"], entry["content"], special=bool(entry.get("special")))
    tokenizer = rows.finish(files, "merges in tokenizer.json")
    if not _prepends_blank(data.get("normalizer")) and not _prepends_blank(data.get("pre_tokenizer")):
        tokenizer.add_space_prefix = False  # without a word on it, llama.cpp puts a blank before every text
    tokenizer.notes.append(
        "There is no tokenizer.model; the scores of its pieces were taken from the order of the merges."
    )
    return tokenizer


def _prepends_blank(step: Any) -> bool:
    """Whether a normalizer or pre-tokenizer puts a blank before the text."""
    if not isinstance(step, dict):
        return False
    kind = step.get("type")
    if kind == "Sequence":
        parts = step.get("normalizers") or step.get("pretokenizers") or []
        return any(_prepends_blank(part) for part in parts)
    if kind == "Metaspace":
        default = "always" if step.get("add_prefix_space", True) else "never"
        return bool(step.get("prepend_scheme", default) != "never")
    return bool(kind == "Prepend" and step.get("prepend") == _SPACE)


def _scores_from_merges(merges: Any, vocab: dict[str, int]) -> dict[str, float]:
    order: dict[str, None] = {}
    for left, right in merge_pairs(merges):
        order.setdefault(left + right)
    for text, _ in sorted(vocab.items(), key=lambda entry: entry[1]):
        order.setdefault(text)
    return {text: -float(rank) for rank, text in enumerate(order)}


def merge_pairs(merges: Any) -> list[tuple[str, str]]:
    """The merges of tokenizer.json, old form ("a b") or new (["a", "b"])."""
    pairs: list[tuple[str, str]] = []
    for merge in merges or []:
        parts = merge.split(" ") if isinstance(merge, str) else merge
        if not (isinstance(parts, list) and len(parts) == 2 and all(isinstance(p, str) for p in parts)):
            raise bad_tokenizer(f"tokenizer.json has a malformed merge, {merge!r}.")
        pairs.append((parts[0], parts[1]))
    return pairs
