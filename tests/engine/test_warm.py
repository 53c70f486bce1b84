"""PromptCache that stay warm in memory: which one comes back, which one goes, and what memory pressure does."""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop.engine.kv_snapshots import MIN_TOKENS, SnapshotStore, common_prefix
from desktop.engine.prompt_cache import PromptCache

SIZE = 1000


class Cache:
    """A context that has nothing but tokens; states say which chat they are of."""

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.loads = 0

    def reusable(self, tokens: Sequence[int]) -> int:
        return common_prefix(self.tokens, list(tokens))

    def state_size(self) -> int:
        return SIZE

    def save_state(self) -> mmap.mmap | None:
        data = mmap.mmap(-1, SIZE)
        data[:4] = array("i", self.tokens[:1]).tobytes()
        return data

    def load_state(self, data: mmap.mmap, offset: int, tokens: Sequence[int]) -> bool:
        assert data[offset : offset + 4] == array("i", tokens[:1]).tobytes()
        self.tokens = list(tokens)
        self.loads += 1
        return True

    def clear(self) -> None:
        self.tokens = []


class Computer:
    """Memory that is free, counting what the copies take."""

    def __init__(self, free: int = 1_000_000, store: SnapshotStore | None = None, *, whole: bool = False) -> None:
        self.total = free
        self.cache = Cache()
        self.chats = PromptCache(self.cache, store, lambda: self.total - self.chats.bytes, reserve=10_000, whole=whole)

    def turn(self, name: str, length: int = MIN_TOKENS, kept: bool = True) -> int:
        """A turn of a chat that has `length` tokens; how many of them were there."""
        tokens = [ord(name)] * length
        self.chats.begin(tokens, name, kept)
        common = 0
        while common < min(len(tokens), len(self.cache.tokens)) and self.cache.tokens[common] == tokens[common]:
            common += 1
        self.cache.tokens = tokens
        return common


def test_that_chats_come_back_from_memory() -> None:
    computer = Computer()
    assert [computer.turn(name) for name in "abc"] == [0, 0, 0]
    assert [computer.turn(name, MIN_TOKENS + 5) for name in "abc"] == [MIN_TOKENS] * 3
    assert computer.chats.names == ["a", "b"]


def test_that_the_chat_used_longest_ago_goes_first_when_memory_becomes_scarce() -> None:
    computer = Computer()
    for name in "abcd":
        computer.turn(name)
    assert computer.chats.names == ["a", "b", "c"]
    computer.total = 10_000 + 2 * SIZE
    computer.chats.relieve()
    assert computer.chats.names == ["b", "c"]
    computer.total = 9_000
    computer.chats.relieve()
    assert computer.chats.names == []
    assert computer.turn("a") == 0
    assert computer.chats.names == [], "and nothing is copied where there is no room"


def test_that_copies_take_a_part_of_the_memory_only() -> None:
    computer = Computer(free=20 * SIZE)
    for name in "abcdefghij":
        computer.turn(name)
    assert computer.chats.bytes <= 20 * SIZE // 4
    assert computer.chats.names == ["e", "f", "g", "h", "i"]


def test_that_what_memory_gives_up_is_on_disk_if_it_may_be(tmp_path: Path) -> None:
    computer = Computer(store=SnapshotStore(tmp_path, 100 * SIZE, "model"))
    computer.turn("a")
    computer.turn("b", kept=False)
    computer.turn("c")
    computer.total = 9_000
    computer.chats.relieve()
    assert len(list(tmp_path.iterdir())) == 1
    computer.total = 1_000_000
    assert computer.turn("a") == MIN_TOKENS
    assert computer.turn("b", kept=False) == 0


def test_that_rest_writes_everything_that_may_be_written_once(tmp_path: Path) -> None:
    computer = Computer(store=SnapshotStore(tmp_path, 100 * SIZE, "model"))
    for name in "ab":
        computer.turn(name)
    computer.turn("t", kept=False)
    computer.chats.rest()
    files = sorted(tmp_path.iterdir())
    assert len(files) == 2
    computer.chats.rest()
    assert sorted(tmp_path.iterdir()) == files


def test_that_rest_gives_way_to_work(tmp_path: Path) -> None:
    computer = Computer(store=SnapshotStore(tmp_path, 100 * SIZE, "model"))
    for name in "abc":
        computer.turn(name)
    computer.chats.rest(lambda: True)
    assert not list(tmp_path.iterdir())


def test_that_a_forgotten_chat_is_nowhere(tmp_path: Path) -> None:
    computer = Computer(store=SnapshotStore(tmp_path, 100 * SIZE, "model"))
    for name in "abc":
        computer.turn(name)
    computer.chats.rest()
    computer.chats.forget(["a", "c"])
    assert computer.chats.names == ["b"]
    assert computer.cache.tokens == []
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(("whole", "found"), [(False, MIN_TOKENS), (True, 0)])
def test_that_a_beginning_is_shared_where_the_model_can_take_tokens_back(whole: bool, found: int) -> None:
    computer = Computer(whole=whole)
    computer.turn("a", 3 * MIN_TOKENS)
    computer.turn("b")
    computer.chats.begin([ord("a")] * MIN_TOKENS + [7] * 9, "c", True)
    shared = [token for token in computer.cache.tokens[:MIN_TOKENS] if token == ord("a")]
    assert len(shared) == found
    assert len(computer.chats.names) == 2, "the copy stays, since the other chat goes on without its end"


def test_that_a_copy_which_the_chat_at_work_has_outgrown_is_not_brought_back() -> None:
    computer = Computer()
    computer.turn("a", 2 * MIN_TOKENS)
    computer.turn("b")
    computer.chats.begin([ord("a")] * 2 * MIN_TOKENS, "c", True)  # another chat that goes on from the same turns
    computer.cache.tokens = [ord("a")] * 4 * MIN_TOKENS
    shorter = [ord("a")] * MIN_TOKENS * 2 + [7] * 9
    computer.chats.begin(shorter, "a", True)
    assert computer.cache.tokens[: 2 * MIN_TOKENS] == shorter[: 2 * MIN_TOKENS]
    assert len(set(map(id, computer.chats._copies))) == len(computer.chats.names)


def test_that_a_chat_which_goes_on_costs_nothing() -> None:
    computer = Computer()
    computer.turn("a")
    assert computer.turn("a", MIN_TOKENS + 50) == MIN_TOKENS
    assert computer.chats.names == []
    assert computer.cache.loads == 0
