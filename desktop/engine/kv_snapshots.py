"""States of chats on disk: what the model has read of a chat, so that reopening it costs a file read and no computing.

A state is one file: a head that says for which model, chat and tokens it is good and carries a checksum, since native code
trusts what it is given, then the bytes of llama.cpp. Anything that does not match is removed and the chat is read anew.
Each model has a folder of its own, the only one that its process may read and write, so a harmful model sees the states of no
other one. The window bounds all folders together (`bound`): the states used longest ago go first. States hold what was said, so
they are readable by their owner only, and `forget` removes those of chats that are erased.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
import time
import zlib
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from desktop.core.files import is_folder, open_regular

_FORMAT = 2
_HEAD = struct.Struct("<8sII")
"""Magic, format, bytes of the entry that follows."""
_MAGIC = b"samar-kv"
_MOST_ENTRY = 64 << 20
_CHUNK = 1 << 22
_ABANDONED_S = 3600.0
"""A file that another process still writes is younger than this."""
MIN_TOKENS = 64
"""Fewer tokens are read again faster than they are worth keeping."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a state is good for. tokens: 32-bit ids in this computer's order; size, checksum: of the bytes after it."""

    fingerprint: str
    chat: str
    tokens: bytes
    size: int
    checksum: int

    @property
    def ids(self) -> array[int]:
        return array("i", self.tokens)


def fingerprint(path: Path, *settings: object) -> str:
    """What a state depends on: the model file (size, time, first megabyte) and `settings`."""
    stat = path.stat()
    with open_regular(path) as file:
        head = zlib.crc32(file.read(1 << 20))
    return repr((_FORMAT, stat.st_size, stat.st_mtime_ns, head, *settings))


def folder_of(base: Path, model: Path) -> Path:
    """The folder below `base` for the states of a model file, made where it is missing. Raises OSError."""
    import hashlib  # the engine has no use for these two

    from desktop.core import private_files

    folder = base / hashlib.sha256(fingerprint(model).encode()).hexdigest()[:32]
    private_files.make_folder(folder)
    os.utime(folder)  # in use
    return folder


def forget(folder: Path, chats: Collection[str] | None = None) -> None:
    """Remove the states of `chats`, or every one, in `folder` and its folders of models, and files that are none: an engine
    that obeys its model may have put words of any chat into them. Safe while an engine uses the folder."""
    for path in _files(folder):
        if chats is None or (entry := _read(path)) is None or entry.chat in chats:
            _unlink(path)


def forget_others(folder: Path, chats: Collection[str]) -> None:
    """Remove the states of every chat that is not one of `chats`, and empty folders of models. For the start."""
    for path in _files(folder, unfinished=False):
        entry = _read(path)
        if entry is None or entry.chat not in chats or path.parent == folder:  # older versions had one for all models
            _unlink(path)
    for one in _folders(folder)[1:]:
        with contextlib.suppress(OSError):
            if (
                time.time() - one.stat().st_mtime > _ABANDONED_S
            ):  # a younger one may be of the model that is being loaded
                one.rmdir()


def bound(folder: Path, limit: int) -> None:
    """Remove the oldest files of all models, whatever they are called, until they take `limit` bytes at most. An engine knows
    the folder of its own model only."""
    files: list[tuple[float, int, Path]] = []
    with contextlib.suppress(OSError):  # a folder that may not be looked into
        for path in folder.rglob("*"):
            with contextlib.suppress(OSError):
                facts = path.lstat()
                if not path.is_dir():
                    files.append((facts.st_mtime, facts.st_size, path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= limit:
            return
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        total -= size


class SnapshotStore:
    """The states of one model in its `folder`, at most `limit` bytes. Raises OSError when the folder can't be made.

    whole: only all of a state is of use, for models that can't take tokens back.
    """

    def __init__(self, folder: Path, limit: int, model: str, *, whole: bool = False) -> None:
        self._folder, self._model, self._whole = folder, model, whole
        self._known: dict[str, Entry] = {}
        """Entries by the names of their files, which are never used again and never changed."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in folder.glob("*.part"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED_S:
                    path.unlink(missing_ok=True)
        self.set_limit(limit)

    def set_limit(self, limit: int) -> None:
        """Most bytes in the folder from now on; 0 removes everything and keeps nothing."""
        self._limit = limit
        if limit <= 0:
            forget(self._folder)
        else:
            self._bound()

    def best(self, tokens: array[int], more_than: int) -> tuple[Path, int] | None:
        """The state that shares the longest beginning with `tokens`, and how long that is, if it is over `more_than`."""
        found: tuple[Path, int] | None = None
        for path, entry in self._entries():
            held = entry.ids
            common = common_prefix(held, tokens)
            if common > more_than and (not self._whole or common == len(held)):
                more_than, found = common, (path, common)
        return found

    @contextlib.contextmanager
    def open(self, path: Path) -> Iterator[tuple[mmap.mmap, int, Entry] | None]:
        """A state's file in memory, where its bytes begin in it, and its entry; None, and the file removed, when it is
        damaged."""
        data: mmap.mmap | None = None
        found: tuple[mmap.mmap, int, Entry] | None = None
        try:
            with contextlib.suppress(OSError, ValueError), open_regular(path) as file:
                entry, start = _read_head(file.read(_HEAD.size), file.read)
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
                if entry.fingerprint == self._model and len(data) - start == entry.size:
                    with memoryview(data) as whole, whole[start:] as part:
                        if _checksum(part) == entry.checksum:
                            found = data, start, entry
            if found is None:
                self.remove(path)
            else:
                with contextlib.suppress(OSError), path.open("r+b") as used:  # a confined process may not set times
                    used.write(_MAGIC[:1])
            yield found
        finally:
            if data is not None:
                data.close()

    def holds(self, tokens: array[int], chat: str) -> bool:
        """Whether a state is there that saves reading any of `tokens`."""
        found = self.best(tokens, len(tokens) - 1)
        return found is not None and (not self._whole or self._known[found[0].name].chat == chat)

    def save(
        self, data: mmap.mmap, tokens: array[int], chat: str, interrupted: Callable[[], bool] = lambda: False
    ) -> bool:
        """Keep `data`, the state of `tokens`. False when it is larger than the bound, the disk does not take it, or
        `interrupted` became true."""
        size = len(data)
        if not 0 < size <= self._limit:
            return False
        import psutil  # which the window does without

        outgrown = [path for path, entry in self._entries() if self._replaces(tokens, chat, entry)]
        part = self._folder / f"{os.urandom(8).hex()}.part"
        try:
            if psutil.disk_usage(str(self._folder)).free < size + _CHUNK:
                return False
            with memoryview(data) as whole:
                entry = Entry(
                    fingerprint=self._model, chat=chat, tokens=tokens.tobytes(), size=size, checksum=_checksum(whole)
                )
                head = msgspec.msgpack.encode(entry)
                with part.open("wb") as file:
                    file.write(_HEAD.pack(_MAGIC, _FORMAT, len(head)) + head)
                    for start in range(0, size, _CHUNK):
                        if interrupted():
                            raise InterruptedError
                        file.write(whole[start : start + _CHUNK])
            part.replace(part.with_suffix(".state"))
        except OSError:  # interrupted, or a full disk: the chat will be read anew
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return False
        for old in outgrown:
            self.remove(old)
        self._bound(part.with_suffix(".state"))
        return True

    def _replaces(self, tokens: array[int], chat: str, old: Entry) -> bool:
        """Whether a new state makes an old one superfluous: one of the same chat, or one that begins the new one."""
        if chat and old.chat == chat:
            return True
        held = old.ids
        return not self._whole and common_prefix(held, tokens) == len(held)

    def remove(self, path: Path) -> None:
        self._known.pop(path.name, None)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)

    def forget(self, chats: Collection[str]) -> None:
        forget(self._folder, chats)

    def _entries(self) -> list[tuple[Path, Entry]]:
        """Entries of this model, newest first; broken ones are removed."""
        found: list[tuple[float, Path, Entry]] = []
        known, self._known = self._known, {}
        for path in self._folder.glob("*.state"):
            entry = known.get(path.name) or _read(path)
            if entry is None:
                self.remove(path)
                continue
            self._known[path.name] = entry
            if entry.fingerprint == self._model:
                with contextlib.suppress(OSError):
                    found.append((path.stat().st_mtime, path, entry))
        return [(path, entry) for _, path, entry in sorted(found, key=lambda item: item[:2], reverse=True)]

    def _bound(self, newest: Path | None = None) -> None:
        """Remove the states used longest ago until the rest fits."""
        states: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("*.state"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                states.append((stat.st_mtime, stat.st_size, path))
        total = sum(size for _, size, _ in states)
        for _, size, path in sorted(states):
            if total <= self._limit:
                return
            if path != newest:
                self.remove(path)
                total -= size


def _files(folder: Path, *, unfinished: bool = True) -> list[Path]:
    """All files of the folder and of the folders of models in it, whatever they are called; unfinished: with states in the
    making."""
    return [
        path
        for one in _folders(folder)
        for path in _listed(one)
        if (unfinished or path.suffix != ".part") and not _is_folder(path)
    ]


def _folders(folder: Path) -> list[Path]:
    return [folder, *(path for path in _listed(folder) if _is_folder(path))]


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.glob("*"))
    except OSError as problem:
        _warn("the folder of states can't be looked into: %s", problem)
        return []


def _is_folder(path: Path) -> bool:
    return is_folder(path) and not path.is_symlink()


def _unlink(path: Path) -> None:
    """Where that is not allowed now, the next start removes what belongs to no chat any more."""
    try:
        path.unlink(missing_ok=True)
    except OSError as problem:
        _warn("a state can't be removed now: %s", problem)


def _warn(what: str, problem: OSError) -> None:
    import logging  # the engine does without

    logging.getLogger(__name__).warning(what, problem.strerror)


def _read(path: Path) -> Entry | None:
    with contextlib.suppress(OSError, ValueError), open_regular(path) as file:
        return _read_head(file.read(_HEAD.size), file.read)[0]
    return None


def _read_head(head: bytes, read: Callable[[int], bytes]) -> tuple[Entry, int]:
    """An entry and where the bytes after it begin. Raises ValueError for anything else."""
    if len(head) != _HEAD.size:
        raise ValueError("cut")
    magic, version, length = _HEAD.unpack(head)
    if magic != _MAGIC or version != _FORMAT or length > _MOST_ENTRY:
        raise ValueError("foreign")
    body = read(length)
    try:
        entry = msgspec.msgpack.decode(body, type=Entry)
    except msgspec.DecodeError as problem:
        raise ValueError(problem) from problem
    if len(entry.tokens) % 4:
        raise ValueError("tokens")
    return entry, _HEAD.size + length


def _checksum(data: memoryview) -> int:
    value = 0
    for start in range(0, len(data), _CHUNK):
        value = zlib.crc32(data[start : start + _CHUNK], value)
    return value


def common_prefix(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with. The slices are compared in C."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while low + 1 < high:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low
