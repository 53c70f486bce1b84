"""Opening files that strangers made: regular ones only, so that no pipe, device or socket is ever waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a named pipe is opened at once, and then refused
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)


def open_regular(path: str | os.PathLike[str], buffering: int = -1) -> BinaryIO:
    """Open a regular file for reading bytes. Raises OSError, EINVAL for anything that is no regular file."""
    _check(path, Path(path).stat().st_mode)  # before opening: opening some devices has effects
    handle = os.open(path, _FLAGS)
    try:
        _check(path, os.fstat(handle).st_mode)  # it may have been replaced meanwhile
        if hasattr(os, "O_NONBLOCK"):
            os.set_blocking(handle, True)
        return os.fdopen(handle, "rb", buffering)
    except BaseException:
        os.close(handle)
        raise


MOST_OWN = 256 << 20
"""Bytes of a file that Samar itself wrote: far more than any of them has."""


def read_regular(path: str | os.PathLike[str], most: int = MOST_OWN) -> bytes:
    """The content of a regular file of at most `most` bytes. Raises OSError, EFBIG for a larger one."""
    with open_regular(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


def read_text_regular(path: str | os.PathLike[str], most: int = MOST_OWN) -> bytes:
    """As `read_regular`, for a text: without the mark that editors on Windows put in front of UTF-8."""
    return without_mark(read_regular(path, most))


def without_mark(text: bytes) -> bytes:
    return text.removeprefix(b"\xef\xbb\xbf")


def exists(path: str | os.PathLike[str]) -> bool:
    """Whether anything is there. False where the system can't say, as in the two below: pathlib raises there, for a name
    that is too long or a folder that may not be searched."""
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: str | os.PathLike[str]) -> bool:
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: str | os.PathLike[str]) -> bool:
    return os.path.isdir(path)  # noqa: PTH112


def shown(path: str | os.PathLike[str]) -> str:
    """A path or name as text that can be printed, stored and sent: letters that are no UTF-8 become U+FFFD."""
    return os.fspath(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _check(path: str | os.PathLike[str], mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
