"""Writing a GGUF file of which all sizes are known beforehand: the head first, then tensors in any order, from any thread.

Layout from docs/gguf.md of ggml: magic, version 3, counts, key/value pairs, tensor infos, then data; each tensor starts at
a multiple of the alignment.
"""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from converter.errors import ConversionError, ExitStatus
from converter.ggml import ALIGNMENT, GgmlType, ValueType, tensor_bytes
from converter.keyvalues import KeyValues, Value

_SCALARS = {
    ValueType.UINT8: "B",
    ValueType.INT8: "b",
    ValueType.UINT16: "H",
    ValueType.INT16: "h",
    ValueType.UINT32: "I",
    ValueType.INT32: "i",
    ValueType.FLOAT32: "f",
    ValueType.BOOL: "?",
    ValueType.UINT64: "Q",
    ValueType.INT64: "q",
    ValueType.FLOAT64: "d",
}


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor of the file: GGUF name, numpy shape, type."""

    name: str
    shape: tuple[int, ...]
    type: GgmlType

    @property
    def nbytes(self) -> int:
        return tensor_bytes(self.type, self.shape)


def padded(size: int) -> int:
    """`size` rounded up to the alignment."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def _string(text: str | bytes) -> bytes:
    data = text if isinstance(text, bytes) else text.encode("utf-8", errors="surrogateescape")
    return struct.pack("<Q", len(data)) + data


def _value(value: Any, kind: ValueType, item: ValueType | None) -> bytes:
    if kind is ValueType.STRING:
        return _string(value)
    if kind is not ValueType.ARRAY:
        return struct.pack("<" + _SCALARS[kind], value)
    assert item is not None
    head = struct.pack("<IQ", item, len(value))
    if item is ValueType.STRING:
        return head + b"".join(map(_string, value))
    return head + struct.pack(f"<{len(value)}{_SCALARS[item]}", *value)


def head(kv: KeyValues, tensors: Sequence[TensorInfo]) -> bytes:
    """Everything before the tensors' data, padded to the alignment."""
    pairs = {"general.architecture": Value(kv.arch, ValueType.STRING), **dict(kv.items())}
    parts = [struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(pairs))]
    for key, found in pairs.items():
        parts += [_string(key), struct.pack("<I", found.type), _value(found.value, found.type, found.item)]
    offset = 0
    for info in tensors:
        dimensions = info.shape[::-1] or (1,)
        parts.append(_string(info.name))
        parts.append(struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, info.type, offset))
        offset += padded(info.nbytes)
    data = b"".join(parts)
    return data + bytes(padded(len(data)) - len(data))


class PartFile:
    """The output while it is being made: ``NAME.part`` beside its final place, removed unless published.

    Use as a context manager. Writing to different places from several threads is safe.
    """

    def __init__(self, target: Path, *, force: bool) -> None:
        self.target, self.force = target, force
        self.path = target.with_name(target.name + ".part")
        self._fd = -1
        self._published = False
        self._lock = threading.Lock()

    def __enter__(self) -> PartFile:
        try:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
            self._fd = os.open(self.path, flags, 0o666)
            if not _locked(self._fd):
                os.close(self._fd)
                self._fd = -1
                raise ConversionError(
                    ExitStatus.CANNOT_WRITE, f"{self.path.name} is being written by another conversion."
                )
            os.truncate(self._fd, 0)
        except OSError as problem:
            self._remove()
            raise write_error(problem, self.path) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def _remove(self) -> None:
        if self._fd >= 0:
            if os.name == "posix":  # the name goes first, while the lock still says whose it is
                self._unlink()
            os.close(self._fd)
            self._fd = -1
            if os.name != "posix":
                self._unlink()

    def _unlink(self) -> None:
        if not self._published:
            with contextlib.suppress(OSError):
                self.path.unlink()

    def reserve(self, size: int) -> None:
        """Give the file its final size, with disk space where the system can promise it. Raises NO_SPACE."""
        try:
            if hasattr(os, "posix_fallocate") and size:
                try:
                    os.posix_fallocate(self._fd, 0, size)
                    return
                except OSError as problem:
                    if problem.errno not in _UNSUPPORTED:
                        raise
            os.truncate(self._fd, size)
        except OSError as problem:
            raise write_error(problem, self.path) from None

    def write(self, data: Any, offset: int) -> None:
        """Write all of `data` (bytes or a contiguous array) at `offset`."""
        view = memoryview(data).cast("B")
        try:
            while view.nbytes:
                if hasattr(os, "pwrite"):
                    done = os.pwrite(self._fd, view[: 1 << 30], offset)
                else:
                    with self._lock:
                        os.lseek(self._fd, offset, os.SEEK_SET)
                        done = os.write(self._fd, view[: 1 << 30])
                view, offset = view[done:], offset + done
        except OSError as problem:
            raise write_error(problem, self.path) from None

    def sync(self) -> None:
        """Make sure that the data is on the disk."""
        try:
            os.fsync(self._fd)
        except OSError as problem:
            raise write_error(problem, self.path) from None

    def publish(self) -> None:
        """Give the file its name. Raises OUTPUT_EXISTS if there is one by now and `force` was not asked for."""
        try:
            if os.name != "posix":
                os.close(self._fd)
                self._fd = -1
            if self.force:
                self.path.replace(self.target)
            else:
                _rename_without_replacing(self.path, self.target)
            self._published = True
        except FileExistsError:
            self._unlink()
            raise ConversionError(ExitStatus.OUTPUT_EXISTS, f"{self.target} exists; --force replaces it.") from None
        except OSError as problem:
            self._unlink()
            raise write_error(problem, self.target) from None


def _rename_without_replacing(source: Path, target: Path) -> None:
    if os.name != "posix":
        source.rename(target)  # refuses an existing target on Windows
        return
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError from None
        source.rename(target)
    else:
        source.unlink()


def _locked(fd: int) -> bool:
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


_UNSUPPORTED = (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS)
_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


def write_error(problem: OSError, path: Path) -> ConversionError:
    """The sentence for a failed write."""
    if problem.errno in _FULL:
        return ConversionError(ExitStatus.NO_SPACE, f"There is not enough disk space for {path.name} in {path.parent}.")
    return ConversionError(ExitStatus.CANNOT_WRITE, f"{path} cannot be written: {problem.strerror}.")
