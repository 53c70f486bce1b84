"""States of chats on disk: found again after a restart, never wrong, bounded, and gone when asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from desktop.core.generation import GenerationParams, GenerationStats
from desktop.engine.client import EngineClient
from desktop.engine.protocol import Finished, GenerateRequest, LoadOptions, Piece
from desktop.engine.states import MIN_TOKENS, StateStore, fingerprint, forget
from tests.engine.conftest import NEVER_ENDS
from tests.fakes.tiny_gguf import write_tiny

OPTIONS = LoadOptions(threads=1)
MakeEngine = Callable[..., EngineClient]
FIRST, SECOND = "first chat " * 40, "another one " * 40


def ask(engine: EngineClient, *turns: str) -> tuple[str, GenerationStats]:
    roles = ("user", "assistant")
    messages = tuple((roles[i % 2], text) for i, text in enumerate(turns))
    text = ""
    for event in engine.generate(
        GenerateRequest(messages=messages, params=GenerationParams(temperature=0.0, max_tokens=16))
    ):
        if isinstance(event, Piece):
            text += event.text
        elif isinstance(event, Finished):
            return text, event.stats
    raise AssertionError("no end")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "states"


@pytest.mark.engine
def test_that_a_chat_reopened_after_a_restart_is_not_read_again(
    make_engine: MakeEngine, tiny_model: Path, folder: Path
) -> None:
    engine = make_engine(states=folder)
    engine.load(tiny_model, OPTIONS)
    reply, before = ask(engine, FIRST)
    engine.close()
    again = make_engine(states=folder)
    again.load(tiny_model, OPTIONS)
    text, stats = ask(again, FIRST, reply, "and?")
    assert stats.cached_tokens >= before.prompt_tokens
    plain = make_engine()
    plain.load(tiny_model, OPTIONS)
    assert ask(plain, FIRST, reply, "and?")[0] == text, "a restored state gives the same answer"


@pytest.mark.engine
def test_that_switching_between_chats_reads_neither_again(
    make_engine: MakeEngine, tiny_model: Path, folder: Path
) -> None:
    engine = make_engine(states=folder)
    engine.load(tiny_model, OPTIONS)
    one, first = ask(engine, FIRST)
    _, second = ask(engine, SECOND)
    assert second.cached_tokens < 20
    _, stats = ask(engine, FIRST, one, "and?")
    assert stats.cached_tokens >= first.prompt_tokens
    _, stats = ask(engine, SECOND)
    assert stats.cached_tokens == second.prompt_tokens - 1


@pytest.mark.engine
@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "entry", "missing"])
def test_that_a_damaged_state_is_removed_and_the_chat_read_anew(
    make_engine: MakeEngine, tiny_model: Path, folder: Path, damage: str
) -> None:
    engine = make_engine(states=folder)
    engine.load(tiny_model, OPTIONS)
    reply, _ = ask(engine, FIRST)
    engine.close()
    (state,) = folder.glob("*.state")
    (entry,) = folder.glob("*.tokens")
    data = state.read_bytes()
    if damage == "cut":
        state.write_bytes(data[:-100])
    elif damage == "changed":
        state.write_bytes(data[:1000] + bytes([data[1000] ^ 255]) + data[1001:])
    elif damage == "foreign":
        state.write_bytes(os.urandom(len(data)))
    elif damage == "entry":
        entry.write_bytes(entry.read_bytes()[:-50])
    else:
        state.unlink()
    again = make_engine(states=folder)
    again.load(tiny_model, OPTIONS)
    text, stats = ask(again, FIRST)
    assert text == reply
    assert stats.cached_tokens == 0
    assert not entry.exists()


@pytest.mark.engine
def test_that_a_state_of_another_model_is_not_taken(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path, folder: Path
) -> None:
    engine = make_engine(states=folder)
    engine.load(tiny_model, OPTIONS)
    ask(engine, FIRST)
    engine.load(write_tiny(tmp_path / "other.gguf", seed=9, favour=NEVER_ENDS), OPTIONS)
    assert ask(engine, FIRST)[1].cached_tokens == 0


@pytest.mark.engine
def test_that_states_can_be_forgotten_and_are_for_their_owner_alone(
    make_engine: MakeEngine, tiny_model: Path, folder: Path
) -> None:
    engine = make_engine(states=folder)
    engine.load(tiny_model, OPTIONS)
    ask(engine, FIRST)
    engine.close()
    files = list(folder.iterdir())
    assert files
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    forget(folder)
    assert not list(folder.iterdir())


class Held:
    """A context that only has tokens."""

    def __init__(self, tokens: Sequence[int], size: int = 1000) -> None:
        self.tokens, self._size = list(tokens), size

    def save_state(self, path: Path) -> int:
        return path.write_bytes(b"x" * self._size)

    def load_state(self, path: Path, tokens: Sequence[int]) -> bool:
        self.tokens = list(tokens)
        return path.exists()


def chat(number: int, length: int = MIN_TOKENS) -> list[int]:
    return [number] * length


def test_that_the_folder_stays_within_its_bound_and_the_oldest_go_first(tmp_path: Path) -> None:
    store = StateStore(tmp_path, 3500, "model")
    for number in range(6):
        assert store.save(Held(chat(number)))
        for path in tmp_path.glob("*.tokens"):
            stat = path.stat()
            os.utime(path, (stat.st_atime, stat.st_mtime - 10))
    assert sum(path.stat().st_size for path in tmp_path.glob("*.state")) <= 3500
    assert store.best(chat(5), 0) is not None
    assert store.best(chat(3), 0) is not None
    assert store.best(chat(0), 0) is None


def test_that_a_chat_that_grew_replaces_its_own_state(tmp_path: Path) -> None:
    store = StateStore(tmp_path, 10_000, "model")
    assert store.save(Held(chat(1)))
    assert store.save(Held([*chat(1), 2]))
    assert not store.save(Held(chat(1))), "it is kept already, as the beginning of another"
    assert len(list(tmp_path.glob("*.state"))) == 1


def test_that_short_chats_and_states_larger_than_the_bound_are_not_kept(tmp_path: Path) -> None:
    store = StateStore(tmp_path, 500, "model")
    assert not store.save(Held(chat(1, MIN_TOKENS - 1)))
    assert not store.save(Held(chat(1)))
    assert not list(tmp_path.iterdir())


def test_that_the_longest_common_beginning_wins_and_a_recurrent_model_wants_all_of_it(tmp_path: Path) -> None:
    store = StateStore(tmp_path, 10_000, "model")
    store.save(Held([*chat(1), 5, 6, 7]))
    store.save(Held([*chat(1), 8]))
    found = store.best([*chat(1), 5, 6, 9], 0)
    assert found is not None
    assert found[1][-1] == 7
    assert store.best([*chat(1), 5, 6, 9], 0, whole=True) is None
    assert store.best([*chat(1), 8, 9], 0, whole=True) is not None


def test_that_a_fingerprint_follows_the_file_and_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    first = fingerprint(path, "f16")
    assert first == fingerprint(path, "f16")
    assert first != fingerprint(path, "q8_0")
    path.write_bytes(b"two")
    assert first != fingerprint(path, "f16")
