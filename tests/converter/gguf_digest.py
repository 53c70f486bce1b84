"""A GGUF file as something small enough to store and to compare: plain metadata, and a digest of every tensor."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from gguf import GGUFReader, GGUFValueType

# Facts about the file, not about the model.
_BOOKKEEPING = ("GGUF.version", "GGUF.tensor_count", "GGUF.kv_count")
_LONG = 64


def _plain(key: str, field: Any) -> list[Any]:
    """[types…, value]; long arrays as their length and digest; sets of names in order."""
    value = field.contents()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if key == "tokenizer.chat_templates":
        value = sorted(value)
    if isinstance(value, list) and len(value) > _LONG:
        text = json.dumps(value, ensure_ascii=False).encode()
        value = f"{len(value)} entries, sha256 {hashlib.sha256(text).hexdigest()[:32]}"
    return [*(GGUFValueType(kind).name for kind in field.types), value]


def read(path: Path) -> GGUFReader:
    """By gguf's own reader, in memory: each of its many small slices of a memory map costs several times as much."""
    with mock.patch.object(np, "memmap", lambda path, mode: np.fromfile(path, np.uint8)):
        return GGUFReader(path)


def digest(path: Path) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """(metadata: key → types and value, tensors: name → "type shape sha256")."""
    reader = read(path)
    metadata = {key: _plain(key, field) for key, field in reader.fields.items() if key not in _BOOKKEEPING}
    tensors = {
        tensor.name: f"{tensor.tensor_type.name} {[int(n) for n in tensor.shape]} "
        + hashlib.sha256(np.ascontiguousarray(tensor.data).tobytes()).hexdigest()[:24]
        for tensor in reader.tensors
    }
    return json.loads(json.dumps(metadata)), tensors
