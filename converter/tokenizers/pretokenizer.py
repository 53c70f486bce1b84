"""How a byte-level BPE tokenizer cuts text before merging, by llama.cpp's names.

First the reference's way: encode a fixed text, special tokens included, hash the ids, look the hash up. It knows every
published tokenizer that llama.cpp lists, and none that a fine-tune changed, if only by one added token that the text
meets. Then tokenizer.json itself: its pre_tokenizer is compared with the forms below. What neither way recognises is an
error: a wrong cut gives a model that runs and writes nonsense.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tokenizers import Tokenizer

from converter.errors import bad_tokenizer
from converter.tokenizers.fast import QWEN2_PATTERN
from converter.tokenizers.fingerprints import FINGERPRINTS

BY_FINGERPRINT, BY_PATTERN = "check text", "split pattern in tokenizer.json"

# The text whose ids are hashed; a fact of the scheme (llama.cpp, conversion/base.py, `chktxt`).
CHECK_TEXT = (
    "\n \n\n \n\n\n \t \t\t \t\n  \n   \n    \n     \n\U0001f680 (normal) \U0001f636\u200d\U0001f32b\ufe0f (multiple emojis "
    "concatenated) \u2705 \U0001f999\U0001f999 3 33 333 3333 33333 333333 3333333 33333333 3.3 3..3 3...3 "
    "\u1780\u17b6\u1793\u17cb\u178f\u17c2\u1796\u17b7\u179f\u17c1\u179f\u17a2\u17b6\u1785\U0001f601 ?\u6211\u60f3\u5728apple"
    "\u5de5\u4f5c1314151\u5929\uff5e ------======= \u043d\u0435\u0449\u043e \u043d\u0430 "
    "\u0411\u044a\u043b\u0433\u0430\u0440\u0441\u043a\u0438 ''''''```````\"\"\"\"......!!!!!!?????? I've been 'told he's "
    "there, 'RE you sure? 'M not sure I'll make it, 'D you like some tea? We'Ve a'lL"
)

# Split patterns as they stand in tokenizer.json → a short name. Sources: the comments beside the adapted patterns in
# llama.cpp's src/llama-vocab.cpp, and OpenAI's tiktoken for the two that they share.
_CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_WORD = r"[^\r\n\p{L}\p{N}]?\p{L}+"
_TAIL = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_CASED_1, _CASED_2 = rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+", rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*"
_CASED_TAIL = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_O200K = rf"{_CASED_1}{_CONTRACTIONS}?|{_CASED_2}{_CONTRACTIONS}?|\p{{N}}{{1,3}}|{_CASED_TAIL}"
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_STEP_OF_PATTERN = {
    rf"{_CONTRACTIONS}|{_WORD}|\p{{N}}{{1,3}}|{_TAIL}": "cl100k",
    QWEN2_PATTERN: "qwen2",
    rf"{_CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+": "qwen35",
    rf"{_CASED_1}|{_CASED_2}|\p{{N}}|{_CASED_TAIL}": "tekken",
    _O200K: "o200k",
    rf"{_CONTRACTIONS}|{_WORD}|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s{{512}}(?!\S)|\s{{256}}(?!\S)"
    r"|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}": "jais-2",
    rf"{_CONTRACTIONS}|{_WORD}|\p{{N}}{{1}}| ?[^\s\p{{L}}\p{{N}}"
    "\r\n"
    r"]+|\s*["
    "\r\n"
    r"]+|\s+(?!\S)|\s+": "seed-coder",
    r"\d{1,3}(?=(?:\d{3})*\b)": "thousands",
    r"\p{N}{1,3}": "three digits",
    r"\p{N}": "digit",
    r"\p{Nd}": "digit",
    _GPT2: "gpt2",
    "[\r\n]": "line ends",
    r"\s?\p{L}+": "letters",
    r"\s?\p{P}+": "punctuation",
    "[一-龥ࠀ-一가-\ud7ff]+": "east asian",
    r"\s?[\p{Lu}\p{Ll}\p{Lt}]+": "cased letters",
    r"\s?[!-/:-~！-／：-～‘-‟　-。]+": "signs",
    r"\s+$": "trailing blanks",
    "[一-龥぀-ゟ゠-ヿ]+": "han and kana",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
    "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+": "deepseek",
}

# Steps → (name, name for tokenizers that tidy the blanks of decoded text, name for those that take whole words unmerged).
# Names of one row cut alike in llama.cpp; they differ in these two switches (src/llama-vocab.cpp, `tokenizer_pre`).
_NAME_OF_STEPS: dict[tuple[str, ...], tuple[str, str, str]] = {
    ("cl100k",): ("dbrx", "dbrx", "llama-bpe"),
    ("qwen2",): ("qwen2", "stablelm2", "qwen2"),
    ("qwen35",): ("qwen35", "qwen35", "qwen35"),
    ("tekken",): ("tekken", "tekken", "tekken"),
    ("o200k",): ("gpt-4o", "gpt-4o", "gpt-4o"),
    ("thousands", "o200k"): ("tiny_aya", "tiny_aya", "tiny_aya"),
    ("jais-2",): ("jais-2", "jais-2", "jais-2"),
    ("seed-coder",): ("seed-coder", "seed-coder", "seed-coder"),
    ("gpt2",): ("granite-docling", "gpt-2", "gpt-2"),
    ("digit", "gpt2"): ("smollm", "refact", "smollm"),
    ("line ends", "letters", "punctuation", "east asian", "digit"): ("deepseek-coder",) * 3,
    ("line ends", "cased letters", "signs", "trailing blanks", "east asian", "digit"): ("deepseek-llm",) * 3,
    ("three digits", "han and kana", "deepseek"): ("deepseek-v3",) * 3,
}


def fingerprint(tokenizer: Tokenizer) -> str:
    """SHA-256 (hex) of the ids of the check text, written as Python writes a list of numbers."""
    ids = tokenizer.encode(CHECK_TEXT, add_special_tokens=True).ids
    return hashlib.sha256(str(ids).encode()).hexdigest()


def recognise(tokenizer: Tokenizer, *, ignore_merges: bool, tidies_blanks: bool) -> tuple[str, str]:
    """(llama.cpp's name, BY_FINGERPRINT or BY_PATTERN). Raises ConversionError when nothing fits.

    `ignore_merges` and `tidies_blanks` are the tokenizer's own switches, `clean_up_tokenization_spaces` the second.
    """
    known = FINGERPRINTS.get(fingerprint(tokenizer))
    if known is not None:
        return known, BY_FINGERPRINT
    state = None if tokenizer.pre_tokenizer is None else json.loads(tokenizer.pre_tokenizer.__getstate__())
    steps = _steps(state)
    names = None if steps is None else _NAME_OF_STEPS.get(tuple(steps))
    if names is None:
        raise bad_tokenizer(
            "How the tokenizer cuts text is not known: neither its fingerprint nor the pre_tokenizer in tokenizer.json is "
            "one that llama.cpp supports."
        )
    plain, tidy, whole_words = names
    return (whole_words if ignore_merges else tidy if tidies_blanks else plain), BY_PATTERN


def _steps(state: Any) -> list[str] | None:
    """The cutting steps of a pre_tokenizer by their short names; None if one of them is unknown."""
    if not isinstance(state, dict):
        return None
    kind = state.get("type")
    if kind == "Sequence":
        steps: list[str] = []
        for part in state.get("pretokenizers") or []:
            inner = _steps(part)
            if inner is None:
                return None
            steps += inner
        return steps
    if kind == "ByteLevel":
        # Its own pattern is GPT-2's; without it the step only maps bytes to letters.
        return ["gpt2"] if state.get("use_regex", True) else []
    if kind == "Digits" and state.get("individual_digits"):
        return ["digit"]
    if kind == "Split":
        pattern = state.get("pattern")
        text = pattern.get("Regex") if isinstance(pattern, dict) else None
        fits = state.get("behavior") == "Isolated" and not state.get("invert")
        # The same cut is also written as "remove what does not match", with the pattern turned around.
        fits = fits or (state.get("behavior") == "Removed" and bool(state.get("invert")))
        step = _STEP_OF_PATTERN.get(text) if fits and isinstance(text, str) else None
        return None if step is None else [step]
    return None
