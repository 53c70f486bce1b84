"""Image files as a person gives them: recognised and bounded by their headers, before native code decodes them.

Formats: PNG (ISO 15948), JPEG (ITU T.81), GIF89a, Windows bitmaps, and WebP (RFC 9649), which the engine can't read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from desktop.core.errors import SamarError

MAX_BYTES = 32 * 1024 * 1024
MAX_PIXELS = 64 * 1000 * 1000
MAX_IMAGES = 16
"""Of one request."""
MAX_OF_MESSAGE = 8
MAX_KEPT_BYTES = 3 * 1024 * 1024
"""Of an image that is kept with a message; as many as a request may hold then fit the engine's bound."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image that goes with a message: in a format of the engine's, at most MAX_KEPT_BYTES."""

    data: bytes
    width: int
    height: int
    name: str = ""

    @classmethod
    def checked(cls, data: bytes, name: str = "") -> ImageFile:
        """Raises SamarError image_unreadable, image_too_large."""
        width, height = check_image(data, name)
        if len(data) > MAX_KEPT_BYTES:
            raise SamarError("image_too_large", name=name, width=width, height=height)
        return cls(data, width, height, name)


def kind_of(data: bytes) -> str:
    """png, jpeg, gif, bmp or webp, by the first bytes; "" for anything else."""
    for kind, beginnings in _BEGINNINGS.items():
        if data.startswith(beginnings):
            return kind if kind != "webp" or data[8:12] == b"WEBP" else ""
    return ""


_BEGINNINGS = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "bmp": (b"BM",),
    "webp": (b"RIFF",),
}


def media_type(data: bytes) -> str:
    return f"image/{kind_of(data) or 'png'}"


def check_image(data: bytes, name: str = "", *, webp: bool = False) -> tuple[int, int]:
    """(width, height). Raises SamarError image_unreadable for what is no image in these formats, image_too_large.

    webp: take WebP too.
    """
    size = _png(data) or _jpeg(data) or _gif(data) or _bmp(data) or (_webp(data) if webp else None)
    if size is None or min(size) < 1:
        raise SamarError("image_unreadable", name=name)
    if len(data) > MAX_BYTES or size[0] * size[1] > MAX_PIXELS:
        raise SamarError("image_too_large", name=name, width=size[0], height=size[1])
    return size


def _webp(data: bytes) -> tuple[int, int] | None:
    """The three kinds of chunk that a file may begin with: extended, lossless, lossy."""
    if len(data) < 30 or kind_of(data) != "webp":
        return None
    chunk, body = data[12:16], data[20:]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if chunk == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _png(data: bytes) -> tuple[int, int] | None:
    if len(data) < 33 or not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _jpeg(data: bytes) -> tuple[int, int] | None:
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:  # padding
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # start of a frame
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + max(length, 2)
    return None


def _gif(data: bytes) -> tuple[int, int] | None:
    if len(data) < 13 or data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    width, height = struct.unpack("<HH", data[6:10])
    return width, height


def _bmp(data: bytes) -> tuple[int, int] | None:
    if len(data) < 26 or not data.startswith(b"BM"):
        return None
    if int.from_bytes(data[14:18], "little") < 40:
        return None
    width, height = struct.unpack("<ii", data[18:26])
    return abs(width), abs(height)
