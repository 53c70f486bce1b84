"""Whether the model thinks is a chat's own choice, and goes wherever the chat goes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from desktop.core.paths import Paths
from desktop.storage import migrations
from desktop.storage.chats import ChatStore, NewChat
from desktop.storage.database import Database
from desktop.storage.exporters.base import ExportFormat
from desktop.storage.exporters.exporting import export_chats
from desktop.storage.importers.importing import import_chats
from desktop.storage.migrations import MIGRATIONS
from desktop.storage.opening import in_memory, open_history
from tests.storage.kit import exchange


@pytest.mark.parametrize("wanted", [None, False, True])
def test_that_the_choice_goes_with_a_fork_and_through_samars_own_form(
    store: ChatStore, tmp_path: Path, *, wanted: bool | None
) -> None:
    chat, _, reply = store.send(NewChat(thinking=wanted), None, "q", "m")
    assert chat.thinking is wanted
    assert store.fork(reply.id).thinking is wanted
    export_chats(store, tmp_path / "x.json", ExportFormat.JSON, [chat.id])
    other = ChatStore(in_memory())
    import_chats(other, tmp_path / "x.json")
    assert [one.thinking for one in other.list_chats()] == [wanted]
    other.database.close()


def test_that_the_choice_can_be_taken_back(store: ChatStore) -> None:
    chat = store.create_chat("t")
    assert store.set_thinking(chat.id, False).thinking is False
    assert store.set_thinking(chat.id, None).thinking is None


def test_that_an_older_history_has_no_choice_and_an_odd_value_is_none(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    paths.data.mkdir(parents=True, exist_ok=True)
    database = Database.connect(paths.history)
    names = [step.name for step in MIGRATIONS]
    migrations.migrate(database, MIGRATIONS[: names.index("0007_thinking")])
    database.execute("INSERT INTO chats (uid, title, created_at, updated_at) VALUES ('u', 'old', 1, 2)")
    database.close()
    opened = open_history(paths)
    store = ChatStore(opened.database)
    (chat,) = store.list_chats()
    assert chat.thinking is None
    store.database.execute("UPDATE chats SET thinking = ? WHERE id = ?", (sqlite3.Binary(b"x"), chat.id))
    assert store.get_chat(chat.id).thinking is None
    store.database.close()


def test_that_the_choice_survives_a_damaged_history(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    store = ChatStore(open_history(paths).database)
    chat = store.create_chat("kept")
    exchange(store, chat.id, None, "q", "a")
    store.set_thinking(chat.id, False)
    store.database.close()
    data = bytearray(paths.history.read_bytes())
    data[16:18] = b"\x00\x03"  # no page has this size
    paths.history.write_bytes(data)
    opened = open_history(paths)
    assert opened.problem is not None
    (found,) = ChatStore(opened.database).list_chats()
    assert (found.title, found.thinking) == ("kept", False)
    opened.database.close()
