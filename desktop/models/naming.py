"""The one name of a model: what its file says, unless that is no name for people; then the name of the file."""

from __future__ import annotations

import re

LONGEST = 60
_EMPTY_WORDS = frozenset(
    [
        "model",
        "models",
        "merged",
        "merge",
        "output",
        "out",
        "checkpoint",
        "ckpt",
        "final",
        "best",
        "last",
        "latest",
        "tmp",
        "temp",
        "test",
        "hf",
        "gguf",
        "ggml",
        "llama",
        "weights",
        "export",
        "converted",
        "fp16",
        "bf16",
        "f16",
        "f32",
        "none",
        "null",
        "unknown",
        "untitled",
        "snapshot",
        "snapshots",
        "main",
        "default",
    ]
)
"""A name of nothing but these says nothing."""
_RUN = re.compile(
    r"(?i)\b(?:ep(?:och)?s?|steps?|iter|ckpt|checkpoint|run|mix|seed|lr|bs|lc|rank|exp|trial|global[_ ]?step)[-_ ]?\d+\w*(?!\.\d)\b"
)
"""Words of a training run: Ep2, checkpoint-500, Lc100K."""
_HASH = re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,}\b", re.IGNORECASE)


def is_odd(name: str) -> bool:
    """Whether a name of the metadata is a path, a hash, a training run, a sentence, or says nothing."""
    words = re.findall(r"[^\W_]+", name)
    if not any(any(letter.isalpha() for letter in word) for word in words):
        return True
    if len(name) > LONGEST or "\\" in name or name.startswith((".", "/", "~")) or name.count("/") > 1:
        return True
    return bool(_RUN.search(name) or _HASH.search(name)) or all(
        word.casefold() in _EMPTY_WORDS or word.isdecimal() for word in words
    )


def name_of(metadata: str, stem: str) -> str:
    """The name of a model. metadata: its general.name; stem: its file's name without ending and part number."""
    name = metadata.strip()
    return stem if is_odd(name) else name
