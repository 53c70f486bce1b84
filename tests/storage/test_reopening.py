"""A history whose file goes away while it is open, and one that could not be stored at first: nothing of it is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.storage import reopening
from desktop.storage.chats import ChatStore
from desktop.storage.database import Database
from desktop.storage.opening import in_memory, open_history
from desktop.storage.search import Query, Search
from tests.storage.kit import exchange, opened, output_of


@pytest.fixture
def told(store: ChatStore, paths: Paths) -> list[SamarError]:
    """What is told of a history that is brought back by itself."""
    said: list[SamarError] = []

    def moved() -> None:
        said.append(reopening.bring_back(store.database, paths))

    store.database.when_moved = moved
    return said


def test_that_a_data_folder_that_is_removed_is_written_anew_with_all_chats(
    store: ChatStore, paths: Paths, told: list[SamarError]
) -> None:
    chat = store.create_chat("before")
    exchange(store, chat.id, None, "question", "answer")
    _, reply = store.begin_turn(chat.id, None, "streams", "m")
    shutil.rmtree(paths.data)
    assert not store.database.is_in_place()
    assert store.save_partial(reply.id, "goes on")
    assert [problem.code for problem in told] == ["history_brought_back"]
    assert told[0].details["folder"] == str(paths.data)
    assert store.database.is_in_place()
    exchange(store, store.create_chat("after").id, None, "question", "answer")
    assert len(told) == 1
    assert {hit.chat_id for hit in Search(store.database).titles(Query("after"))} == {2}
    store.database.close()
    assert paths.history.stat().st_mode & 0o077 == 0
    with opened(paths) as again:
        assert {c.title for c in again.list_chats()} == {"before", "after"}
        assert again.get_message(reply.id).content == "goes on"
        assert [message.id for message in again.recover_interrupted()] == [reply.id]


def test_that_a_history_that_is_replaced_is_kept_beside_the_other(
    store: ChatStore, paths: Paths, told: list[SamarError]
) -> None:
    store.create_chat("mine")
    other = b"another program put this here"
    fresh = paths.data / "fresh"
    fresh.write_bytes(other)
    fresh.replace(paths.history)
    store.create_chat("after")
    (problem,) = told
    assert problem.code == "history_kept_elsewhere"
    assert paths.history.read_bytes() == other
    kept = Path(problem.details["path"])
    assert kept.parent == paths.data and kept.stat().st_mode & 0o077 == 0
    store.database.close()
    copy = Database.connect(kept)
    assert copy.fetch("SELECT title FROM chats") == [("mine",), ("after",)]
    assert copy.fetch("SELECT * FROM sessions") == []
    copy.close()


def test_that_a_folder_that_can_not_be_made_again_sends_the_history_to_the_persons_own(
    store: ChatStore, paths: Paths, told: list[SamarError], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = Paths.under(tmp_path / "home")
    monkeypatch.setattr(Paths, "default", classmethod(lambda cls: home))
    store.create_chat("kept")
    shutil.rmtree(paths.data)
    paths.data.write_text("a file where the folder was")
    store.create_chat("after")
    (problem,) = told
    assert problem.code == "history_kept_elsewhere"
    assert Path(problem.details["path"]).parent == home.data
    assert {chat.title for chat in store.list_chats()} == {"kept", "after"}


def test_that_where_nothing_can_be_written_nothing_is_written_and_it_is_said(
    store: ChatStore, paths: Paths, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(Paths, "default", classmethod(lambda cls: Paths.under(tmp_path / "file" / "below")))
    store.create_chat("kept")
    shutil.rmtree(paths.data)
    paths.data.write_text("a file where the folder was")
    with pytest.raises(SamarError) as moved:
        reopening.bring_back(store.database, paths)
    assert moved.value.code == "history_moved"
    with pytest.raises(SamarError) as refused:
        store.create_chat("lost at the end")
    assert refused.value.code == "history_moved"
    assert [chat.title for chat in store.list_chats()] == ["kept"], "it can still be read, and exported"
    paths.data.unlink()
    assert reopening.bring_back(store.database, paths).code == "history_brought_back"
    store.create_chat("after")
    assert store.database.is_in_place()


FULL = """
    import os, resource, sys
    from pathlib import Path
    from desktop.core.paths import Paths
    from desktop.storage import reopening
    from desktop.storage.chats import ChatStore
    from desktop.storage.opening import open_history

    paths = Paths.under(Path(sys.argv[1]))
    soft = lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft(0)
    opened = open_history(paths)
    store = ChatStore(opened.database)
    print(opened.problem.code, opened.database.path, opened.database.read_only)
    chat = None
    if opened.database.path is None:
        chat = store.create_chat("in memory")
        _, reply = store.begin_turn(chat.id, None, "question", "m")
    print(reopening.write_again(opened.database, paths))
    soft(resource.RLIM_INFINITY)
    print(reopening.write_again(opened.database, paths).code, opened.database.path == paths.history)
    print(reopening.write_again(opened.database, paths))
    if chat:
        store.save_partial(reply.id, "goes on")
    store.create_chat("later")
    print(sorted(c.title for c in store.list_chats()))
    opened.database.close()
"""


@pytest.mark.parametrize("there_was_one", [False, True])
def test_that_a_disk_that_has_room_again_takes_what_was_kept_in_memory(paths: Paths, there_was_one: bool) -> None:
    paths.data.mkdir(parents=True)
    if there_was_one:
        with opened(paths) as store:
            store.create_chat("stored")
    said = output_of(FULL, paths.data).splitlines()
    first = "stored" if there_was_one else "in memory"
    assert said == [
        f"disk_full {paths.history if there_was_one else None} {there_was_one}",
        "None",
        "history_written_again True",
        "None",
        f"{sorted([first, 'later'])}",
    ]
    with opened(paths) as store:
        assert {chat.title for chat in store.list_chats()} == {first, "later"}
        if not there_was_one:
            assert [m.content for m in store.messages_of(1)] == ["question", "goes on"]


def test_that_a_history_in_memory_never_hides_one_that_has_backups(paths: Paths) -> None:
    with opened(paths) as store:
        store.create_chat("stored")
    paths.backups.mkdir()
    paths.history.rename(paths.backups / "history-20250101-000000Z-daily.sqlite3")
    memory = in_memory()
    ChatStore(memory).create_chat("in memory")
    assert reopening.write_again(memory, paths) is None
    assert not paths.history.exists()
    memory.close()


def test_that_a_look_at_the_place_takes_a_link_for_what_it_leads_to(paths: Paths, tmp_path: Path) -> None:
    with opened(paths) as store:
        store.create_chat("kept")
    moved = paths.history.rename(tmp_path / "on another disk.sqlite3")
    paths.history.symlink_to(moved)
    found = open_history(paths)
    assert found.problem is None and found.database.is_in_place()
    found.database.close()
