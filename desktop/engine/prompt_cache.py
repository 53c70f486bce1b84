"""PromptCache that stay ready: what the model has read of them is kept in memory while there is room, and on disk.

Several chats could share one KV cache as sequences of it, but then each token of one chat looks past the cells of all others,
or every chat takes a whole context's memory from the start. A copy of a state takes what the chat needs, costs the chat at
work nothing, and comes back at the speed of memory (measured in benchmarks/engine.md). So the cache holds one chat, and the
others are copies, the ones used longest ago given up first when memory becomes scarce.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktop.engine.kv_snapshots import MIN_TOKENS, SnapshotStore, common_prefix

_SHARE = 4
"""Copies take at most one part in so many of the memory that is free without them."""


class HoldsState(Protocol):
    """A context whose one sequence can be copied and brought back."""

    tokens: list[int]

    def reusable(self, tokens: Sequence[int]) -> int: ...

    def state_size(self) -> int: ...

    def save_state(self) -> mmap.mmap | None: ...

    def load_state(self, data: mmap.mmap, offset: int, tokens: Sequence[int]) -> bool: ...

    def clear(self) -> None: ...


@dataclass(slots=True)
class _MemoryCopy:
    chat: str
    tokens: array[int]
    data: mmap.mmap
    kept: bool
    """May be written to disk."""
    stored: bool = False
    """Is on disk."""


class PromptCache:
    """Which chat the cache holds, and copies of the others, used longest ago first.

    store: the states on disk, None without any. whole: only all of a copy is of use, for recurrent models and those with
    sliding windows, whose copies end with one window. free: bytes of memory that can be had; reserve: what of it stays with the rest of the computer.
    """

    def __init__(
        self,
        context: HoldsState,
        store: SnapshotStore | None,
        free: Callable[[], int],
        *,
        reserve: int,
        whole: bool = False,
    ) -> None:
        self._context, self.store, self._free = context, store, free
        self._reserve, self._whole = reserve, whole
        self._copies: list[_MemoryCopy] = []
        self._chat, self._kept = "", False
        self._saved = True
        """What the cache holds is on disk, or is not worth it."""

    @property
    def bytes(self) -> int:
        """Memory that the copies take."""
        return sum(len(copy.data) for copy in self._copies)

    @property
    def names(self) -> list[str]:
        """PromptCache in memory, used longest ago first; the one in the cache is not among them."""
        return [copy.chat for copy in self._copies]

    def begin(self, tokens: Sequence[int], chat: str, kept: bool) -> None:
        """The cache is about to take up `tokens` of `chat`: put away what it would lose, bring back what there is of it.

        chat: a name, "" for one that can't be forgotten by name. kept: it may be written to disk.
        """
        self.relieve()
        wanted = array("i", tokens)
        useful = self._context.reusable(tokens)
        lost = len(self._context.tokens) - useful
        useful += MIN_TOKENS - 1
        if lost >= MIN_TOKENS and (self._chat != chat or any(self._best(wanted, useful))):
            self._put_away()
        copy, path = self._best(wanted, useful)
        if path is not None:
            self._fetch(path)
        elif copy is not None:
            self._bring(copy, chat)
        self._chat, self._kept, self._saved = chat, kept, False

    def _best(self, tokens: array[int], more_than: int) -> tuple[_MemoryCopy | None, Path | None]:
        """The copy and the file that share the longest beginning with `tokens`, each only if it is longer than
        `more_than` and what is before it."""
        warm = self._warmest(tokens, more_than)
        stored = self.store.best(tokens, warm[1] if warm else more_than) if self.store else None
        return warm[0] if warm else None, stored[0] if stored else None

    def _warmest(self, tokens: array[int], more_than: int) -> tuple[_MemoryCopy, int] | None:
        found: tuple[_MemoryCopy, int] | None = None
        for copy in self._copies:
            common = common_prefix(copy.tokens, tokens)
            if common > more_than and (not self._whole or common == len(copy.tokens)):
                more_than, found = common, (copy, common)
        return found

    def _bring(self, copy: _MemoryCopy, chat: str) -> None:
        self._copies.remove(copy)
        loaded = self._context.load_state(copy.data, 0, copy.tokens.tolist())
        if loaded and copy.chat != chat:  # only the beginning is shared
            self._copies.append(copy)
        else:
            copy.data.close()

    def _fetch(self, path: Path) -> None:
        assert self.store is not None
        with self.store.open(path) as found:
            loaded = found is not None and self._context.load_state(found[0], found[1], found[2].ids.tolist())
        if found is not None and not loaded:
            self.store.remove(path)

    def _put_away(self) -> None:
        """Copy what the cache holds into memory, or onto the disk where memory has no room."""
        size = self._context.state_size()
        roomy = self.relieve(size)
        if not roomy and (self._saved or not self._kept or self.store is None or not self.has_memory(size)):
            return
        data = self._context.save_state()
        if data is None:
            return
        copy = _MemoryCopy(self._chat, array("i", self._context.tokens), data, self._kept, stored=self._saved)
        if not roomy:
            self._store(copy)
            data.close()
            return
        for old in [old for old in self._copies if self._outgrown(old, copy)]:
            self._drop(old)
        self._copies.append(copy)

    def _outgrown(self, old: _MemoryCopy, new: _MemoryCopy) -> bool:
        if new.chat and old.chat == new.chat:
            return True
        return not self._whole and common_prefix(old.tokens, new.tokens) == len(old.tokens)

    def has_memory(self, size: int) -> bool:
        """Whether `size` bytes can be had."""
        return self._free() - size >= self._reserve

    def relieve(self, more: int = 0) -> bool:
        """Give copies up, the ones used longest ago first, until the rest of the computer has what it needs, and `more`
        bytes have room; whether they have."""
        if not self._copies and not more:
            return True
        free, held = self._free(), self.bytes
        while free - more < self._reserve or held + more > (free + held) // _SHARE:
            if not self._copies:
                return False
            copy = self._copies[0]
            size = len(copy.data)
            self._store(copy)
            self._drop(copy)
            free, held = free + size, held - size
        return True

    def rest(self, interrupted: Callable[[], bool] = lambda: False) -> None:
        """Write to disk what is not there yet; for when there is nothing else to do, or the end is near."""
        if not self._saved and self._kept and len(self._context.tokens) >= MIN_TOKENS and self.store:
            tokens = array("i", self._context.tokens)
            if self.store.holds(tokens, self._chat):
                self._saved = True
            elif self.has_memory(self._context.state_size()) and (data := self._context.save_state()) is not None:
                self._saved = self.store.save(data, tokens, self._chat, interrupted)
                data.close()
        for copy in reversed(self._copies):
            if interrupted():
                return
            self._store(copy, interrupted)

    def _store(self, copy: _MemoryCopy, interrupted: Callable[[], bool] = lambda: False) -> None:
        if copy.stored or not copy.kept or self.store is None:
            return
        if self.store.holds(copy.tokens, copy.chat) or self.store.save(copy.data, copy.tokens, copy.chat, interrupted):
            copy.stored = True

    def _drop(self, copy: _MemoryCopy) -> None:
        self._copies.remove(copy)
        copy.data.close()

    def forget(self, chats: Collection[str]) -> None:
        """Nothing of these chats stays in memory or on disk."""
        for copy in [copy for copy in self._copies if copy.chat in chats]:
            self._drop(copy)
        if self._chat and self._chat in chats:
            self._context.clear()
            self._chat, self._kept, self._saved = "", False, True
        if self.store is not None:
            self.store.forget(chats)

    def clear(self) -> None:
        """Give every copy up, as when what was read is not good any more."""
        for copy in list(self._copies):
            self._drop(copy)
        self._context.clear()
        self._saved = True
