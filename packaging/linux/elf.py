"""Take search paths of the build machine out of libraries: they name folders that are not there, or that somebody else may make.

Layout of ELF files: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html. Both kinds of machines that we build for
are little-endian with 64 bits.
"""

from __future__ import annotations

import struct
from pathlib import Path

MAGIC = b"\x7fELF\x02\x01"  # 64 bits, little-endian
LOAD, DYNAMIC = 1, 2
NULL, STRTAB, RPATH, RUNPATH = 0, 5, 15, 29
ENTRY = struct.Struct("<qQ")


def forget_search_paths(file: Path) -> bool:
    """Drop DT_RPATH and DT_RUNPATH where they hold an absolute path. True when the file was changed."""
    data = bytearray(file.read_bytes())
    if not data.startswith(MAGIC):
        return False
    segments = list(_segments(data))
    for kind, offset, _, size in segments:
        if kind != DYNAMIC:
            continue
        entries = [ENTRY.unpack_from(data, place) for place in range(offset, offset + size, ENTRY.size)]
        strings = next((value for tag, value in entries if tag == STRTAB), None)
        if strings is None:
            continue
        kept = [
            (tag, value)
            for tag, value in entries
            if tag not in (RPATH, RUNPATH) or not _is_absolute(_text(data, _offset(segments, strings) + value))
        ]
        if len(kept) == len(entries):
            continue
        kept += [(NULL, 0)] * (len(entries) - len(kept))
        for number, entry in enumerate(kept):
            ENTRY.pack_into(data, offset + number * ENTRY.size, *entry)
        file.write_bytes(data)
        return True
    return False


def _segments(data: bytes) -> list[tuple[int, int, int, int]]:
    """Kind, offset in the file, address and size in the file of each segment."""
    (first,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    found = []
    for number in range(count):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, first + number * size)
        found.append((kind, offset, address, length))
    return found


def _offset(segments: list[tuple[int, int, int, int]], address: int) -> int:
    """Where in the file an address lies."""
    return next(
        offset + address - start
        for kind, offset, start, length in segments
        if kind == LOAD and start <= address < start + length
    )


def _text(data: bytes, offset: int) -> str:
    return bytes(data[offset : data.index(b"\0", offset)]).decode()


def _is_absolute(path: str) -> bool:
    return any(part.startswith("/") for part in path.split(":"))
