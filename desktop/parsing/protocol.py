"""Frames between Samar and a parser process: MessagePack behind its length, over the standard streams of the process.

Samar sends Start once and then one Request after another; the process answers READY once, and each request with any
number of ITEM and one of DONE, REFUSED or FAILED.
"""

from __future__ import annotations

import struct
from enum import StrEnum
from typing import BinaryIO, Literal, TypeVar

import msgspec

MAX_FRAME = 1 << 30
"""Bytes; an image of the most pixels and a chat of the largest file stay below."""
_LENGTH = struct.Struct("<I")

_T = TypeVar("_T")


class Kind(StrEnum):
    """What a process parses; it imports that before it gives up its rights."""

    FORMULAS = "formulas"
    CODE = "code"
    IMAGES = "images"
    CHATS = "chats"


class Start(msgspec.Struct, array_like=True):
    kind: Kind
    readable: tuple[str, ...]
    """Files and folders of the person's that it may read."""
    memory: int
    """Bytes of address space."""


class Request(msgspec.Struct, array_like=True):
    task: str
    limit_s: float
    """Seconds of processor time, which the system enforces somewhat later than the one who waits."""
    arguments: msgspec.Raw


class Answer(msgspec.Struct, array_like=True):
    state: Literal["ready", "item", "done", "refused", "failed"]
    """refused: a SamarError, whose code and details are the value. failed: a bug, told in words that quote nothing."""
    value: msgspec.Raw = msgspec.Raw(b"\xc0")


class ProtocolError(Exception):
    """Bytes that are no frame."""


def frame(message: msgspec.Struct) -> bytes:
    """A message with its length. Raises ProtocolError when it is larger than MAX_FRAME."""
    body = msgspec.msgpack.encode(message)
    if len(body) > MAX_FRAME:
        raise ProtocolError(f"a frame of {len(body)} bytes is too large")
    return _LENGTH.pack(len(body)) + body


def read_frame(stream: BinaryIO, kind: type[_T]) -> _T | None:
    """The next message; None where the stream ends. Raises ProtocolError for anything that is no frame."""
    head = _read(stream, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if not 0 < length <= MAX_FRAME:
        raise ProtocolError(f"a frame of {length} bytes")
    body = _read(stream, length)
    if body is None:
        return None
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ProtocolError(f"no known frame: {problem}") from problem


def _read(stream: BinaryIO, count: int) -> bytes | None:
    """So many bytes, from a stream without a buffer too; None where it ends before."""
    data = stream.read(count)
    if len(data) == count or not data:
        return data or None
    parts = bytearray(data)
    while len(parts) < count:
        data = stream.read(min(count - len(parts), 1 << 20))
        if not data:
            return None
        parts += data
    return bytes(parts)
