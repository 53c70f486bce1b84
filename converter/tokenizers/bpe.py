"""Byte-level BPE vocabularies (GPT-2's kind): Llama 3, Qwen, Phi, SmolLM, Falcon, Command-R, OLMo, Granite and others."""

from __future__ import annotations

from tokenizers import Tokenizer as FastTokenizer

from converter.errors import bad_tokenizer
from converter.tokenizers.data import Tokenizer, TokenType
from converter.tokenizers.fast import load_fast, read_merges_txt
from converter.tokenizers.files import TokenizerFiles
from converter.tokenizers.pretokenizer import BY_PATTERN, recognise
from converter.tokenizers.special import read_special_tokens
from converter.tokenizers.spm import check_tokens, looks_special, merge_pairs

# What a blank is called in the byte alphabet of GPT-2: a merge part must not contain the separator itself.
_BLANK = "Ġ"
_LOST = "\ufffd"


def byte_level_bpe(files: TokenizerFiles, vocab_size: int | None) -> Tokenizer:
    """The vocabulary of tokenizer.json (or of vocab.json and merges.txt), padded to `vocab_size` with [PADn].

    Raises ConversionError if the tokenizer has more tokens than the model has rows, or if its way to cut text is unknown.
    """
    fast = load_fast(files)
    model = (files.tokenizer_json or {}).get("model", {"type": "BPE"})
    if model.get("type") != "BPE":
        raise bad_tokenizer(f"A tokenizer of the type {model.get('type')!r} is not supported; byte-level BPE is.")
    tidies = bool(files.config.get("clean_up_tokenization_spaces", False))
    pre, recognised_by = recognise(fast, ignore_merges=bool(model.get("ignore_merges")), tidies_blanks=tidies)
    tokens, types = _rows(fast, vocab_size, tidies)
    check_tokens(tokens)
    tokenizer = Tokenizer(
        model="gpt2",
        pre=pre,
        tokens=tokens,
        types=types,
        merges=_merges(files),
        special=read_special_tokens(files),
        recognised_by=recognised_by,
    )
    if recognised_by == BY_PATTERN:
        tokenizer.notes.append(f"The tokenizer is not a published one; its split pattern is that of {pre}.")
    return tokenizer


def _rows(fast: FastTokenizer, vocab_size: int | None, tidies: bool) -> tuple[list[str], list[TokenType]]:
    vocab = fast.get_vocab(with_added_tokens=True)
    size = len(vocab) if vocab_size is None else vocab_size
    if vocab and max(vocab.values()) >= size:
        raise bad_tokenizer(
            f"The tokenizer has tokens up to id {max(vocab.values())}, but the model has only {size} rows for them."
        )
    by_id = {ident: text for text, ident in vocab.items()}
    added = fast.get_added_tokens_decoder()
    tokens: list[str] = []
    types: list[TokenType] = []
    for ident in range(size):
        text = by_id.get(ident)
        token = added.get(ident)
        if text is None:
            text, kind = f"[PAD{ident}]", TokenType.UNUSED
        elif token is None:
            kind = TokenType.NORMAL
        else:
            if not token.normalized:
                # llama.cpp looks for added tokens in text as it comes, so they are stored as they come out.
                decoded = _decoded(fast, text, tidies)
                # A lone byte of a longer character has no text of its own; several would become the same token.
                text = text if _LOST in decoded else decoded
            if token.special or looks_special(text):
                kind = TokenType.CONTROL
            else:
                text, kind = text.replace("▁", " "), TokenType.USER_DEFINED
        tokens.append(text)
        types.append(kind)
    return tokens, types


def _decoded(fast: FastTokenizer, text: str, tidies: bool) -> str:
    decoded: str = fast.decode(fast.encode(text, add_special_tokens=False).ids, skip_special_tokens=False)
    if tidies:  # the replacements of transformers' clean_up_tokenization
        for written, tidy in (
            (" .", "."),
            (" ?", "?"),
            (" !", "!"),
            (" ,", ","),
            (" ' ", "'"),
            (" n't", "n't"),
            (" 'm", "'m"),
            (" 's", "'s"),
            (" 've", "'ve"),
            (" 're", "'re"),
        ):
            decoded = decoded.replace(written, tidy)
    return decoded


def _merges(files: TokenizerFiles) -> list[str]:
    merges = (files.tokenizer_json or {}).get("model", {}).get("merges")
    if merges and isinstance(merges[0], str):
        return [str(merge) for merge in merges]
    if merges:
        return [f"{left.replace(' ', _BLANK)} {right.replace(' ', _BLANK)}" for left, right in merge_pairs(merges)]
    return [f"{left} {right}" for left, right in read_merges_txt(files)] if files.has("merges.txt") else []
