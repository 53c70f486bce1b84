"""GGUF headers harmed where it hurts: every number of a header is found, and replaced by what a reader may trip over.

Layout: docs/gguf.md of llama.cpp. Only headers that are right are walked over; the reader under test has no part in it.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from typing import NamedTuple

_SCALARS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value of metadata, by its type."""
_STRING, _ARRAY, _UINT32 = 8, 9, 4
_HUGE = (2**64 - 1, 2**64 - 32, 2**63, 2**63 - 1, 2**62, 2**61, 2**60, 2**33, 2**32, 2**32 - 1, 2**31, 2**31 - 1)


class Field(NamedTuple):
    """A number of a header. what: tensors, entries, length, type, array type, array count, value, dimensions, dim, kind, offset."""

    what: str
    at: int
    bytes: int


class _Walk:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 24
        self.fields = [Field("tensors", 8, 8), Field("entries", 16, 8)]
        self.entries: list[tuple[int, int]] = []
        """Where each entry of the metadata begins and ends."""

    def take(self, what: str, size: int) -> int:
        self.fields.append(Field(what, self.at, size))
        value = int.from_bytes(self.data[self.at : self.at + size], "little")
        self.at += size
        return value

    def text(self) -> None:
        length = self.take("length", 8)
        self.at += length

    def value(self, kind: int) -> None:
        if kind == _STRING:
            self.text()
        elif kind == _ARRAY:
            inner, count = self.take("array type", 4), self.take("array count", 8)
            for number in range(count):
                if number < 3 or inner == _STRING:
                    self.value(inner)
                else:
                    self.at += _SCALARS[inner]
        else:
            self.take("value", _SCALARS[kind])

    def whole(self) -> _Walk:
        tensors, entries = struct.unpack_from("<QQ", self.data, 8)
        for _ in range(entries):
            start = self.at
            self.text()
            self.value(self.take("type", 4))
            self.entries.append((start, self.at))
        for _ in range(tensors):
            self.text()
            for _ in range(self.take("dimensions", 4)):
                self.take("dim", 8)
            self.take("kind", 4)
            self.take("offset", 8)
        return self


def _nasty(field: Field, before: int, size: int, dice: random.Random) -> int:
    """A value for a field: one of those that its kind is known to be got wrong with."""
    near = (0, 1, before + 1, before - 1, before * 2, size, size - field.at, size - field.at + 1)
    special = {
        "length": (65_535, 65_536, 64 << 20, (64 << 20) + 1),
        "type": tuple(range(14)),
        "array type": (_STRING, _ARRAY, 10, 12, 13, 255),
        "array count": (2**61 + 1, 2**60 + 1, 32 << 20, (32 << 20) + 1, 4096, 4097),
        "dimensions": (0, 4, 5, 6, 255),
        "dim": (2**32 + 1, 2**31 + 1, 3, 31, 33, 255, 257),
        "kind": (4, 5, 9, 15, 31, 32, 33, 36, 37, 38, 43, 255),
        "offset": (before + 1, before + 4, before + 16, before - 32, before + 32),
    }.get(field.what, ())
    value = dice.choice((*near, *special, *special, *_HUGE))
    return value % (1 << (8 * field.bytes))


def _entry(key: str, kind: int, body: bytes) -> bytes:
    name = key.encode()
    return struct.pack("<Q", len(name)) + name + struct.pack("<I", kind) + body


def _extras(dice: random.Random) -> Iterator[bytes]:
    """Entries that no writer makes: arrays in arrays, counts of parts, alignments, texts that are none."""
    depth = dice.choice((1, 2, 60, 5_000))
    nested = struct.pack("<IQ", _ARRAY, 1) * depth + struct.pack("<IQI", _UINT32, 1, 7)
    yield _entry("x.nested", _ARRAY, nested)
    for value in (0, 2, 65_535, 2**32 - 1):
        yield _entry("split.count", _UINT32, struct.pack("<I", value))
    yield _entry("split.count", _STRING, struct.pack("<Q", 3) + b"two")
    for value in (0, 3, 1 << 21, 2**32 - 1, 64):
        yield _entry("general.alignment", _UINT32, struct.pack("<I", value))
    yield _entry("general.name", _STRING, struct.pack("<Q", 4) + b"\xff\xfe\x00\xd8")
    yield _entry("x.text", _STRING, struct.pack("<Q", dice.choice(_HUGE)))
    yield _entry("x.numbers", _ARRAY, struct.pack("<IQ", dice.choice((0, 4, 10)), dice.choice(_HUGE)))
    yield _entry("", _UINT32, struct.pack("<I", 1))


def damaged(data: bytes, dice: random.Random) -> bytes:
    """One to three numbers changed, or an entry added, doubled or taken out, the counts right or not."""
    walk = _Walk(data).whole()
    out = bytearray(data)
    if dice.random() < 0.35 and walk.entries:
        start, end = dice.choice(walk.entries)
        if (action := dice.randrange(3)) == 0:
            put, change = bytes(out[start:end]), 1  # the same key twice
        elif action == 1:
            put, change = dice.choice(list(_extras(dice))), 1
        else:
            put, change = b"", -1
            del out[start:end]
        out[start:start] = put
        if dice.random() < 0.8:
            struct.pack_into("<Q", out, 16, (struct.unpack_from("<Q", out, 16)[0] + change) % 2**64)
        return bytes(out)
    for field in dice.sample(walk.fields, min(len(walk.fields), dice.randint(1, 3))):
        before = int.from_bytes(data[field.at : field.at + field.bytes], "little")
        value = _nasty(field, before, len(data), dice)
        out[field.at : field.at + field.bytes] = value.to_bytes(field.bytes, "little")
    return bytes(out)
