"""States of chats on disk: what the model has read of a chat, so that reopening it costs a file read and no computing.

A state is two files: NAME.state, written by llama.cpp, and NAME.tokens, which says for which model and which tokens it is
good and carries a checksum, since native code trusts a state file's contents. Anything that does not match is removed and
the chat is read anew. The folder is bounded: the states used longest ago go first. States hold what was said, so they are
readable by their owner only, and `forget` removes them all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import zlib
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

_FORMAT = 1
_CHUNK = 1 << 20
MIN_TOKENS = 256
"""Fewer tokens are read again faster than they are worth keeping."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """NAME.tokens. tokens: 32-bit little-endian ids."""

    format: int
    fingerprint: str
    tokens: bytes
    size: int
    checksum: int


class HoldsState(Protocol):
    """A context whose one sequence can be written and read."""

    tokens: list[int]

    def save_state(self, path: Path) -> int: ...

    def load_state(self, path: Path, tokens: Sequence[int]) -> bool: ...


def fingerprint(path: Path, *settings: object) -> str:
    """What a state depends on: the model file (size, time, first megabyte) and `settings`."""
    digest = hashlib.blake2b(digest_size=20)
    stat = path.stat()
    digest.update(repr((_FORMAT, stat.st_size, stat.st_mtime_ns, *settings)).encode())
    with path.open("rb") as file:
        digest.update(file.read(_CHUNK))
    return digest.hexdigest()


def forget(folder: Path) -> None:
    """Remove every state, such as when chats are erased. Safe while an engine uses the folder."""
    for path in (*folder.glob("*.tokens"), *folder.glob("*.state"), *folder.glob("*.part")):
        path.unlink(missing_ok=True)


class StateStore:
    """The states of one model in `folder`, at most `limit` bytes with those of all other models."""

    def __init__(self, folder: Path, limit: int, model: str) -> None:
        self._folder, self._limit, self._model = folder, limit, model
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def best(self, tokens: Sequence[int], more_than: int, *, whole: bool = False) -> tuple[Path, list[int]] | None:
        """The state that shares the longest beginning with `tokens`, if that is over `more_than` tokens.

        whole: only states all of which is a beginning of `tokens`, for models that can't take tokens back.
        """
        found: tuple[Path, list[int]] | None = None
        wanted = array("i", tokens)
        for path, entry in self._entries():
            held = array("i", entry.tokens)
            common = _common(held, wanted)
            if common > more_than and (not whole or common == len(held)):
                more_than, found = common, (path, held.tolist())
        return found

    def load(self, context: HoldsState, found: tuple[Path, list[int]]) -> bool:
        """Bring a state back. False, and the state removed, when it is damaged or does not fit; the context is then empty."""
        path, tokens = found
        entry = _read(path)
        state = path.with_suffix(".state")
        with contextlib.suppress(OSError):
            whole = entry is not None and state.stat().st_size == entry.size and _checksum(state) == entry.checksum
            if whole and context.load_state(state, tokens):
                os.utime(path)
                return True
        self._remove(path)
        return False

    def save(self, context: HoldsState) -> bool:
        """Keep what `context` holds. False when that is little, kept already, or the disk does not take it."""
        tokens = array("i", context.tokens)
        if len(tokens) < MIN_TOKENS:
            return False
        outgrown: list[Path] = []
        for path, entry in self._entries():
            held = array("i", entry.tokens)
            common = _common(held, tokens)
            if common == len(tokens):
                return False
            if common == len(held):
                outgrown.append(path)
        path = self._folder / f"{secrets.token_hex(8)}.tokens"
        state, part = path.with_suffix(".state"), path.with_suffix(".part")
        try:
            size = context.save_state(part)
            if not size or size > self._limit or shutil.disk_usage(self._folder).free < size:
                part.unlink(missing_ok=True)
                return False
            entry = Entry(
                format=_FORMAT, fingerprint=self._model, tokens=tokens.tobytes(), size=size, checksum=_checksum(part)
            )
            part.replace(state)
            with path.with_suffix(".part").open("wb") as file:
                file.write(msgspec.msgpack.encode(entry))
            part.replace(path)
        except OSError:  # a full disk: the chat will be read anew
            for left in (part, state):
                left.unlink(missing_ok=True)
            return False
        for old in outgrown:
            self._remove(old)
        self._bound(path)
        return True

    def _entries(self) -> list[tuple[Path, Entry]]:
        """Entries of this model, newest first; broken ones are removed."""
        found: list[tuple[float, Path, Entry]] = []
        for path in self._folder.glob("*.tokens"):
            entry = _read(path)
            if entry is None:
                self._remove(path)
            elif entry.fingerprint == self._model:
                with contextlib.suppress(OSError):
                    found.append((path.stat().st_mtime, path, entry))
        return [(path, entry) for _, path, entry in sorted(found, key=lambda item: item[:2], reverse=True)]

    def _bound(self, newest: Path) -> None:
        """Remove the states used longest ago until the rest fits, and states without an entry."""
        entries = {path.stem: path for path in self._folder.glob("*.tokens")}
        states: list[tuple[float, int, Path]] = []
        for state in self._folder.glob("*.state"):
            entry = entries.get(state.stem)
            with contextlib.suppress(OSError):
                if entry is None:
                    state.unlink(missing_ok=True)
                else:
                    states.append((entry.stat().st_mtime, state.stat().st_size, entry))
        total = sum(size for _, size, _ in states)
        for _, size, entry in sorted(states):
            if total <= self._limit:
                return
            if entry != newest:
                self._remove(entry)
                total -= size

    def _remove(self, path: Path) -> None:
        for one in (path, path.with_suffix(".state")):
            with contextlib.suppress(OSError):
                one.unlink(missing_ok=True)


def _read(path: Path) -> Entry | None:
    try:
        entry = msgspec.msgpack.decode(path.read_bytes(), type=Entry)
    except (OSError, msgspec.DecodeError):
        return None
    return entry if entry.format == _FORMAT and len(entry.tokens) % 4 == 0 else None


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            value = zlib.crc32(data, value)
    return value


def _common(one: array[int], other: array[int]) -> int:
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
