"""Image files as a person gives them: recognised and bounded by their headers, before native code decodes them.

Formats: PNG (ISO 15948), JPEG (ITU T.81), GIF89a, Windows bitmaps.
"""

from __future__ import annotations

import struct

from desktop.core.errors import SamarError

MAX_BYTES = 32 * 1024 * 1024
MAX_PIXELS = 64 * 1000 * 1000
MAX_IMAGES = 16
"""Of one request."""


def check_image(data: bytes, name: str = "") -> tuple[int, int]:
    """(width, height). Raises SamarError image_unreadable for what is no image in these formats, image_too_large."""
    size = _png(data) or _jpeg(data) or _gif(data) or _bmp(data)
    if size is None or min(size) < 1:
        raise SamarError("image_unreadable", name=name)
    if len(data) > MAX_BYTES or size[0] * size[1] > MAX_PIXELS:
        raise SamarError("image_too_large", name=name, width=size[0], height=size[1])
    return size


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
