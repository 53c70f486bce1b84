"""States of chats on disk: found again after a restart, never wrong, bounded, and gone when asked."""

from __future__ import annotations

import mmap
import os
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.core.generation import GenerationParams, GenerationStats
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.kv_snapshots import MIN_TOKENS, SnapshotStore, bound, fingerprint, folder_of, forget, forget_others
from desktop.engine.protocol import Finished, TextDelta
from tests.engine.conftest import NEVER_ENDS
from tests.fakes.tiny_gguf import write_tiny

OPTIONS = LoadOptions(threads=1)
MakeEngine = Callable[..., EngineClient]
FIRST, SECOND = "first chat " * 40, "another one " * 40


def ask(engine: EngineClient, *turns: str, chat: str = "", kept: bool = True) -> tuple[str, GenerationStats]:
    roles = ("user", "assistant")
    messages = tuple((roles[i % 2], text) for i, text in enumerate(turns))
    text = ""
    for event in engine.generate(
        ChatRequest(
            messages=messages, params=GenerationParams(temperature=0.0, max_tokens=16), chat=chat or turns[0], kept=kept
        )
    ):
        if isinstance(event, TextDelta):
            text += event.text
        elif isinstance(event, Finished):
            return text, event.stats
    raise AssertionError("no end")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "states"


def files(folder: Path) -> list[Path]:
    """All files, those of every model."""
    return [path for path in folder.rglob("*") if path.is_file()]


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
@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "version", "entry", "empty"])
def test_that_a_damaged_state_is_removed_and_the_chat_read_anew(
    make_engine: MakeEngine, tiny_model: Path, folder: Path, damage: str
) -> None:
    engine = make_engine(states=folder)
    engine.load(tiny_model, OPTIONS)
    reply, _ = ask(engine, FIRST)
    engine.close()
    (state,) = files(folder)
    data = state.read_bytes()
    middle = len(data) // 2
    state.write_bytes(
        {
            "cut": data[:-100],
            "changed": data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :],
            "foreign": os.urandom(len(data)),
            "version": data[:8] + bytes([data[8] + 1]) + data[9:],
            "entry": data[:20] + bytes(100) + data[120:],
            "empty": b"",
        }[damage]
    )
    again = make_engine(states=folder)
    again.load(tiny_model, OPTIONS)
    text, stats = ask(again, FIRST)
    assert text == reply
    assert stats.cached_tokens == 0
    assert not state.exists()


@pytest.mark.engine
def test_that_temporary_chats_never_reach_the_disk(make_engine: MakeEngine, tiny_model: Path, folder: Path) -> None:
    engine = make_engine(states=folder)
    engine.load(tiny_model, OPTIONS)
    _, first = ask(engine, FIRST, kept=False)
    ask(engine, SECOND)
    assert ask(engine, FIRST, kept=False)[1].cached_tokens == first.prompt_tokens - 1, "but they stay warm"
    engine.close()
    (state,) = files(folder)
    assert FIRST[:10].encode() not in state.read_bytes()
    again = make_engine(states=folder)
    again.load(tiny_model, OPTIONS)
    assert ask(again, FIRST, kept=False)[1].cached_tokens < 20


@pytest.mark.engine
def test_that_an_erased_chat_is_gone_from_memory_and_disk(
    make_engine: MakeEngine, tiny_model: Path, folder: Path
) -> None:
    engine = make_engine(states=folder)
    engine.load(tiny_model, OPTIONS)
    ask(engine, FIRST, chat="1")
    ask(engine, SECOND, chat="2")
    engine.forget(["1", "2"])
    assert ask(engine, SECOND, chat="3")[1].cached_tokens == 0, "not in the cache"
    assert ask(engine, FIRST, chat="4", kept=False)[1].cached_tokens < 20, "nor warm"
    engine.close()
    (state,) = files(folder)
    engine.forget(["3"])
    assert not state.exists(), "without a process as well"


@pytest.mark.engine
def test_that_without_room_nothing_is_written_and_what_is_there_goes(
    make_engine: MakeEngine, tiny_model: Path, folder: Path
) -> None:
    engine = make_engine(states=folder)
    engine.load(tiny_model, OPTIONS)
    ask(engine, FIRST)
    engine.unload()
    assert files(folder)
    engine.limit_states(0)
    engine.load(tiny_model, OPTIONS)
    assert not files(folder)
    ask(engine, FIRST)
    engine.close()
    assert not files(folder)


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
    assert files(folder)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.rglob("*")))
    forget(folder)
    assert not files(folder)


def chat(number: int, length: int = MIN_TOKENS) -> array[int]:
    return array("i", [number] * length)


def state(size: int = 1000) -> mmap.mmap:
    return mmap.mmap(-1, size)


def test_that_the_folder_stays_within_its_bound_and_the_oldest_go_first(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path, 4500, "model")
    for number in range(6):
        assert store.save(state(), chat(number), str(number))
        for path in tmp_path.iterdir():
            stat = path.stat()
            os.utime(path, (stat.st_atime, stat.st_mtime - 10))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 4500
    assert store.best(chat(5), 0) is not None
    assert store.best(chat(3), 0) is not None
    assert store.best(chat(0), 0) is None
    store.set_limit(2000)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2000
    assert store.best(chat(5), 0) is not None


def test_that_a_chat_that_grew_replaces_its_own_state(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path, 10_000, "model")
    grown = chat(1) + array("i", [2])
    assert store.save(state(), chat(1), "a")
    assert store.save(state(), grown, "a")
    assert store.holds(chat(1), "b"), "it is kept already, as the beginning of another"
    assert len(list(tmp_path.iterdir())) == 1
    other = chat(1) + array("i", [3])
    assert store.save(state(), other, "a"), "another branch of it, or an edited turn"
    assert len(list(tmp_path.iterdir())) == 1, "whose old text does not stay"


def test_that_what_does_not_fit_or_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path, 500, "model")
    assert not store.save(state(), chat(1), "a")
    assert not store.save(state(100), chat(1), "a", lambda: True)
    assert not list(tmp_path.iterdir())


def test_that_the_longest_common_beginning_wins(tmp_path: Path) -> None:
    one, other = chat(1) + array("i", [5, 6, 7]), chat(1) + array("i", [8])
    wanted = chat(1) + array("i", [5, 6, 9])
    store = SnapshotStore(tmp_path, 10_000, "model")
    store.save(state(), one, "a")
    store.save(state(), other, "b")
    found = store.best(wanted, 0)
    assert found is not None
    assert found[1] == len(one) - 1
    whole = SnapshotStore(tmp_path, 10_000, "model", whole=True)
    assert whole.best(wanted, 0) is None, "a recurrent model wants all of it"
    assert whole.best(other + array("i", [9]), 0) is not None


def test_that_states_of_chats_that_are_no_more_go_from_the_folder_of_every_model(tmp_path: Path) -> None:
    stores = [SnapshotStore(tmp_path / model, 10_000, model) for model in ("one", "other")]
    for store in stores:
        for name in "abc":
            store.save(state(), chat(ord(name)), name)
    older = SnapshotStore(tmp_path, 10_000, "of a version with one folder for all")
    older.save(state(), chat(ord("a")), "a")
    forget_others(tmp_path, {"a", "b"})
    assert [len(list((tmp_path / model).iterdir())) for model in ("one", "other")] == [2, 2]
    assert not list(tmp_path.glob("*.state"))
    forget(tmp_path, ["a"])
    for store in stores:
        assert store.best(chat(ord("b")), 0) is not None
        assert store.best(chat(ord("a")), 0) is None
    forget_others(tmp_path, set())
    assert not files(tmp_path)
    os.utime(tmp_path / "one", (0, 0))
    forget_others(tmp_path, set())
    assert [path.name for path in tmp_path.iterdir()] == ["other"], (
        "a young folder may be of a model that is being loaded"
    )


def test_that_the_states_of_all_models_are_bounded_together(tmp_path: Path) -> None:
    stores = [SnapshotStore(tmp_path / model, 10_000, model) for model in ("one", "other")]
    for number in range(4):
        for store in stores:
            store.save(state(), chat(number), str(number))
            for path in files(tmp_path):
                stat = path.stat()
                os.utime(path, (stat.st_atime, stat.st_mtime - 10))
    bound(tmp_path, 6000)
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 6000
    for store in stores:
        assert store.best(chat(3), 0) is not None
        assert store.best(chat(0), 0) is None


def test_that_a_lower_bound_holds_at_once_for_the_states_of_every_model(
    make_engine: MakeEngine, tmp_path: Path
) -> None:
    for name in ("one", "other"):
        store = SnapshotStore(tmp_path / name, 100_000, name)
        for number in range(8):
            store.save(state(), chat(number), str(number))
    before = sum(path.stat().st_size for path in files(tmp_path))
    make_engine(states=tmp_path).limit_states(before // 2)
    assert 0 < sum(path.stat().st_size for path in files(tmp_path)) <= before // 2


def test_that_a_folder_that_refuses_stops_no_erasing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What can't be removed now is removed at a later start, and the log says so."""
    folder.mkdir()
    (folder / "a.state").write_bytes(b"words of a chat")

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "secret name")

    for name in ("unlink", "glob"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, name, refused)
            forget(folder, {"7"})
            forget_others(folder, {"7"})
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rglob", refused)
        bound(folder, 0)
    assert "can't be removed now" in caplog.text
    assert "can't be looked into" in caplog.text
    assert "secret name" not in caplog.text
    forget_others(folder, {"7"})
    assert files(folder) == []


def test_that_files_of_other_names_go_too_and_a_folder_stops_nothing(tmp_path: Path) -> None:
    model = tmp_path / "model"
    store = SnapshotStore(model, 10_000, "model")
    for remove in (lambda: forget(tmp_path), lambda: forget(tmp_path, ["a"]), lambda: forget_others(tmp_path, {"b"})):
        (model / "0.state").mkdir(parents=True, exist_ok=True)
        (model / "words of a chat").write_text("x")
        (model / ".hidden").symlink_to(model / "0.state")
        store.save(state(), chat(1), "a")
        remove()
        assert [path.name for path in model.iterdir()] == ["0.state"]


@pytest.mark.engine
def test_that_each_model_keeps_its_states_in_a_folder_of_its_own(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path, folder: Path
) -> None:
    other = write_tiny(tmp_path / "other.gguf", seed=9, favour=NEVER_ENDS)
    engine = make_engine(states=folder)
    for model in (tiny_model, other):
        engine.load(model, OPTIONS)
        ask(engine, FIRST)
    engine.load(tiny_model, OPTIONS)
    assert ask(engine, FIRST)[1].cached_tokens > 0, "what it left there is there again"
    engine.close()
    assert {path.parent for path in files(folder)} == {folder_of(folder, model) for model in (tiny_model, other)}


def test_that_a_fingerprint_follows_the_file_and_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    first = fingerprint(path, "f16")
    assert first == fingerprint(path, "f16")
    assert first != fingerprint(path, "q8_0")
    path.write_bytes(b"two")
    assert first != fingerprint(path, "f16")
