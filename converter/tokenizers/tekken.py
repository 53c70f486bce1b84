"""Mistral's own tokenizer file, tekken.json, for checkpoints that come without tokenizer.json.

Layout: `config` (split pattern, size, number of special tokens, version), `vocab` (rank and base64 bytes of each token, the
256 bytes first), `special_tokens` (rank and text; absent before version 11, where they are the twenty listed below).
Special tokens have the lowest ids, ordinary ones follow in the order of their rank. Facts from mistral-common 1.8.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from converter.errors import bad_tokenizer
from converter.tokenizers.data import SpecialTokens, Tokenizer, TokenType
from converter.tokenizers.files import JsonObject, TokenizerFiles
from converter.tokenizers.spm import check_tokens

FILE = "tekken.json"
_BYTES = 256
_EARLY_SPECIAL = (
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]",
    "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
)  # fmt: skip
_EARLY_VERSIONS = ("v3", "v7")
_ROLES = {"bos": "<s>", "eos": "</s>", "unk": "<unk>", "pad": "<pad>"}

# GPT-2's alphabet of bytes: those that Latin-1 prints stand for themselves, the others follow from 256 on.
_PRINTED = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_LETTERS = {byte: chr(byte) for byte in _PRINTED}
_LETTERS.update({byte: chr(_BYTES + n) for n, byte in enumerate(sorted(set(range(_BYTES)) - set(_PRINTED)))})

# Version 3 has no place for a system message: it stands before the last question.
_TEMPLATE_V3 = """\
{%- set told = namespace(system='', last=-1) -%}
{%- for message in messages -%}
    {%- if message.role == 'system' -%}{%- set told.system = message.content + '\\n\\n' -%}
    {%- elif message.role == 'user' -%}{%- set told.last = loop.index0 -%}{%- endif -%}
{%- endfor -%}
{{- bos_token -}}
{%- for message in messages -%}
    {%- if message.role == 'user' -%}
        {{- '[INST]' + (told.system if loop.index0 == told.last else '') + message.content + '[/INST]' -}}
    {%- elif message.role == 'assistant' -%}
        {{- message.content + eos_token -}}
    {%- endif -%}
{%- endfor -%}"""
_TEMPLATE_V7 = """\
{{- bos_token -}}
{%- for message in messages -%}
    {%- if message.role == 'system' -%}
        {{- '[SYSTEM_PROMPT]' + message.content + '[/SYSTEM_PROMPT]' -}}
    {%- elif message.role == 'user' -%}
        {{- '[INST]' + message.content + '[/INST]' -}}
    {%- elif message.role == 'assistant' -%}
        {{- message.content + eos_token -}}
    {%- endif -%}
{%- endfor -%}"""


def tekken(files: TokenizerFiles, vocab_size: int | None) -> Tokenizer:
    """The vocabulary of tekken.json, padded to `vocab_size` with [PADn].

    Raises ConversionError for a file that is malformed or has more tokens than the model has rows.
    """
    found = files.json(FILE) or {}
    config = found.get("config")
    if not isinstance(config, dict):
        raise bad_tokenizer(f"{FILE} has no config.")
    first, size = _count(config, "default_num_special_tokens"), _count(config, "default_vocab_size")
    version = config.get("version")
    special = _special(found, first, version)
    words = _words(found, size - first)
    rows = size if vocab_size is None else vocab_size
    if size > rows:
        raise bad_tokenizer(f"The tokenizer has {size} tokens, but the model has only {rows} rows for them.")
    tokens = [*special, *map(_written, words), *(f"[PAD{n}]" for n in range(size, rows))]
    check_tokens(tokens)
    ids = {role: special.index(text) for role, text in _ROLES.items() if text in special}
    if missing := {"bos", "eos", "unk"} - set(ids):
        raise bad_tokenizer(f"{FILE} has no token for {', '.join(sorted(missing))}.")
    ids.setdefault("pad", ids["eos"])
    tokenizer = Tokenizer(
        model="gpt2",
        pre="tekken",
        tokens=tokens,
        types=[TokenType.CONTROL] * first + [TokenType.NORMAL] * len(words) + [TokenType.UNUSED] * (rows - size),
        merges=_merges(words),
        special=SpecialTokens(ids=ids, add={"bos": True, "eos": False}),
        recognised_by=FILE if version is None else f"{FILE}, version {version}",
    )
    _choose_template(files, tokenizer, version)
    return tokenizer


def _count(config: JsonObject, key: str) -> int:
    value = config.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1 << 24:
        raise bad_tokenizer(f"{FILE} says a senseless {key}: {value!r}.")
    return value


def _special(found: JsonObject, count: int, version: object) -> list[str]:
    entries: Any = found.get("special_tokens")
    if entries is None:
        if version not in _EARLY_VERSIONS:
            raise bad_tokenizer(f"{FILE} of version {version} lists no special tokens.")
        entries = [{"rank": rank, "token_str": text} for rank, text in enumerate(_EARLY_SPECIAL)]
    texts = [f"<SPECIAL_{n}>" for n in range(count)]
    seen: set[int] = set()
    for entry in entries if isinstance(entries, list) else [None]:
        rank, text = (entry.get("rank"), entry.get("token_str")) if isinstance(entry, dict) else (None, None)
        if not isinstance(rank, int) or not 0 <= rank < count or not isinstance(text, str) or rank in seen:
            raise bad_tokenizer(f"The special tokens of {FILE} are malformed.")
        seen.add(rank)
        texts[rank] = text
    return texts


def _words(found: JsonObject, count: int) -> list[bytes]:
    """The bytes of the first `count` tokens, by rank. The file holds more than the models use."""
    entries = found.get("vocab")
    if not isinstance(entries, list) or not _BYTES <= count <= len(entries):
        raise bad_tokenizer(f"{FILE} holds fewer tokens than it says.")
    words: dict[int, bytes] = {}
    for entry in entries:
        try:
            words[entry["rank"]] = base64.b64decode(entry["token_bytes"], validate=True)
        except (TypeError, KeyError, ValueError, binascii.Error):
            raise bad_tokenizer(f"The vocabulary of {FILE} is malformed.") from None
    try:
        ordered = [words[rank] for rank in range(count)]
    except KeyError as problem:
        raise bad_tokenizer(f"{FILE} lacks the token of rank {problem}.") from None
    if ordered[:_BYTES] != [bytes([byte]) for byte in range(_BYTES)]:
        raise bad_tokenizer(f"The vocabulary of {FILE} does not begin with the 256 bytes.")
    return ordered


def _written(word: bytes) -> str:
    return "".join(_LETTERS[byte] for byte in word)


def _merges(words: list[bytes]) -> list[str]:
    """Every way to put a token together from two of lower or higher rank, in the order of the tokens' ranks."""
    ranks = {word: rank for rank, word in enumerate(words)}
    merges: list[str] = []
    for word in words[_BYTES:]:
        halves = ((word[:cut], word[cut:]) for cut in range(1, len(word)))
        pairs = sorted((ranks[left], ranks[right]) for left, right in halves if left in ranks and right in ranks)
        if not pairs:
            raise bad_tokenizer(f"No two tokens of {FILE} make up “{word.decode('utf-8', errors='replace')}”.")
        merges += [f"{_written(words[left])} {_written(words[right])}" for left, right in pairs]
    return merges


def _choose_template(files: TokenizerFiles, tokenizer: Tokenizer, version: object) -> None:
    if files.has("chat_template.jinja"):
        tokenizer.special.chat_template = files.text("chat_template.jinja")
        return
    tokenizer.special.chat_template = _TEMPLATE_V3 if version == "v3" else _TEMPLATE_V7
    tokenizer.notes.append(
        "The checkpoint brings no chat template; Samar adds the plain one of its tokenizer's version."
    )
