"""Reads `tokenizer.model`: just enough of protobuf's wire format for SentencePiece's ModelProto.

Field numbers are those of sentencepiece_model.proto (google/sentencepiece). Reading it here, with every bound checked,
keeps a native library away from files of unknown origin.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from converter.errors import bad_tokenizer
from converter.regular import read_regular
from converter.tokenizers.data import TokenType

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_BYTES = 256 << 20


@dataclass(frozen=True)
class Piece:
    """One entry of the vocabulary. `kind` is SentencePiece's own type."""

    text: str
    score: float
    kind: TokenType


def read_pieces(path: Path) -> list[Piece]:
    """All pieces of a SentencePiece model file, by id. Raises ConversionError if the file is not one."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise bad_tokenizer(f"{path.name} is far larger than any SentencePiece model.")
        data = read_regular(path)
    except OSError as problem:
        raise bad_tokenizer(f"{path.name} cannot be read: {problem.strerror}.") from problem
    try:
        pieces = [_piece(value) for number, value in _fields(data) if number == 1 and isinstance(value, bytes)]
    except (ValueError, struct.error) as problem:
        raise bad_tokenizer(f"{path.name} is not a SentencePiece model: {problem}.") from problem
    if not pieces:
        raise bad_tokenizer(f"{path.name} is not a SentencePiece model: it has no pieces.")
    return pieces


def _piece(data: bytes) -> Piece:
    text, score, kind = "", 0.0, TokenType.NORMAL
    for number, value in _fields(data):
        if number == 1 and isinstance(value, bytes):
            text = value.decode("utf-8")
        elif number == 2 and isinstance(value, bytes):
            (score,) = struct.unpack("<f", value)
        elif number == 3 and isinstance(value, int):
            kind = TokenType(value)
    return Piece(text, score, kind)


def _varint(data: bytes, pos: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if pos >= len(data) or shift > 63:
            raise ValueError("a number is cut off")
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, pos
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of one message: an int for varints, bytes for everything else."""
    pos = 0
    while pos < len(data):
        tag, pos = _varint(data, pos)
        wire = tag & 7
        if wire == _VARINT:
            number, pos = _varint(data, pos)
            yield tag >> 3, number
            continue
        if wire == _BYTES:
            size, pos = _varint(data, pos)
        elif wire in (_FIXED32, _FIXED64):
            size = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"unknown wire type {wire}")
        if size > len(data) - pos:
            raise ValueError("a field is longer than the file")
        yield tag >> 3, data[pos : pos + size]
        pos += size
