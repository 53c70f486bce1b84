"""Sending is whole or nothing: a disk that is full at any statement leaves the draft, and neither message nor chat."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.core.chat import MessageStatus
from desktop.core.errors import SamarError
from desktop.core.images import ImageFile
from desktop.core.paths import Paths
from desktop.storage.chats import ChatStore, NewChat
from desktop.storage.database import Database
from desktop.storage.opening import open_history
from tests.fakes.tiny_gguf import png
from tests.storage.kit import exchange, opened

IMAGE = ImageFile.checked(png((220, 20, 20)), "red.png")
TABLES = ("chats", "messages", "drafts", "draft_images", "images", "pictures", "edits", "search", "folders")


class FaultyConnection:
    """A connection to SQLite whose n-th statement from `arm` on fails as on a full disk."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self._real = real
        self._left: int | None = None
        self.failed = False

    def arm(self, statements: int) -> None:
        """Let so many statements pass, then fail once."""
        self._left, self.failed = statements, False

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._passed(sql, lambda: self._real.execute(sql, *values))

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._passed(sql, lambda: self._real.executemany(sql, *values))

    def _passed(self, sql: str, run: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        if self._left is not None and not sql.startswith(("SELECT", "ROLLBACK")):
            self._left -= 1
            if self._left < 0:
                self._left, self.failed = None, True
                problem = sqlite3.OperationalError("database or disk is full")
                problem.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise problem
        return run()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("_real", "_left", "failed"):
            super().__setattr__(name, value)
        else:
            setattr(self._real, name, value)


@pytest.fixture
def faulty(paths: Paths) -> Iterator[tuple[ChatStore, FaultyConnection]]:
    database = open_history(paths).database
    connection = FaultyConnection(database._connection)
    database._connection = connection  # type: ignore[assignment]
    yield ChatStore(database), connection
    database.close()


def everything(database: Database) -> dict[str, list[Any]]:
    return {table: database.fetch(f"SELECT * FROM {table}") for table in TABLES if table != "search"}


def waiting(store: ChatStore, chat_id: int | None) -> None:
    store.save_draft(chat_id, "the question")
    store.save_draft_images(chat_id, [IMAGE])


@pytest.mark.parametrize("is_first", [True, False])
def test_that_a_disk_that_is_full_at_any_statement_leaves_the_draft_and_nothing_else(
    faulty: tuple[ChatStore, FaultyConnection], *, is_first: bool
) -> None:
    store, connection = faulty
    chat: int | NewChat = NewChat("be brief", None, store.create_folder("Work").id, probabilities=True)
    parent = None
    if not is_first:
        chat = store.create_chat("old").id
        parent = exchange(store, chat, None, "q", "a")[1].id
        store.place([chat], archived=True)
    place = chat if isinstance(chat, int) else None
    waiting(store, place)
    before, statements, codes = everything(store.database), 0, set[str]()
    while True:
        connection.arm(statements)
        try:
            sent = store.send(chat, parent, "the question", "model", [IMAGE])
        except SamarError as problem:
            codes.add(problem.code)
            assert everything(store.database) == before, f"statement {statements}"
            assert not store.database.in_transaction()
            statements += 1
            continue
        break
    assert codes == {"disk_full"}
    assert not connection.failed
    assert statements > 8, "each statement of the transaction was tried"
    made, user, reply = sent
    assert (user.content, reply.status) == ("the question", MessageStatus.STREAMING)
    assert [image.name for image in user.images] == ["red.png"]
    assert (made.active_leaf, made.archived, made.probabilities) == (reply.id, False, is_first)
    assert (store.draft_of(place), store.draft_images(place)) == ("", [])
    assert len(store.chat_ids()) == 1
    assert len(everything(store.database)["messages"]) == (2 if is_first else 4)


@pytest.mark.parametrize("what", ["edit", "edit of a reply", "again", "continue"])
def test_that_a_turn_is_changed_whole_or_not_at_all(faulty: tuple[ChatStore, FaultyConnection], what: str) -> None:
    store, connection = faulty
    chat = store.create_chat("old")
    question, reply = exchange(store, chat.id, None, "q", "a")
    store.save_edit(question.id, "new")
    store.save_edit(reply.id, "new")
    acts: dict[str, Callable[[], object]] = {
        "edit": lambda: store.edit_turn(question.id, "new", "model"),
        "edit of a reply": lambda: store.edit_content(reply.id, "new"),
        "again": lambda: store.begin_reply(question.id, "model"),
        "continue": lambda: store.resume_reply(reply.id),
    }
    before, statements = everything(store.database), 0
    while True:
        connection.arm(statements)
        try:
            acts[what]()
        except SamarError:
            assert everything(store.database) == before
            statements += 1
            continue
        break
    assert statements > 2
    assert everything(store.database) != before


def test_that_a_file_that_may_not_grow_keeps_the_draft(paths: Paths, tmp_path: Path) -> None:
    """SQLite's own bound, from the last page that there is to the first one that suffices."""
    with opened(paths) as store:
        text = "a long question " * 2000
        store.save_draft(None, text)
        pages = store.database.scalar("PRAGMA page_count")
        before, codes = everything(store.database), set[str]()
        for more in range(1000):
            store.database.scalar(f"PRAGMA max_page_count = {pages + more}")
            try:
                chat, user, _ = store.send(NewChat(), None, text, "model")
            except SamarError as problem:
                codes.add(problem.code)
                assert everything(store.database) == before
                continue
            break
        assert codes == {"disk_full"}
        assert user.content == text
        assert store.draft_of(None) == ""
        assert store.chat_ids() == [chat.id]


def test_that_a_folder_that_is_gone_costs_no_message(store: ChatStore) -> None:
    folder = store.create_folder("Work")
    store.delete_folder(folder.id)
    chat, _, _ = store.send(NewChat(folder_id=folder.id), None, "hello", None)
    assert chat.folder_id is None


def test_that_what_is_sent_elsewhere_leaves_the_draft(store: ChatStore) -> None:
    store.save_draft(None, "half a thought")
    store.send(NewChat(), None, "from a terminal", None, from_draft=False)
    assert store.draft_of(None) == "half a thought"
