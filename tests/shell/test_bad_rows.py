"""One bad row never keeps the window from opening, and hides nothing but itself."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.generation import GenerationParams, GenerationStats
from desktop.core.images import ImageFile
from desktop.core.paths import Paths
from desktop.storage.chats import ChatOrder, ChatQuery, ChatStore
from desktop.storage.exporters.base import ExportFormat
from desktop.storage.exporters.exporting import export_chats
from desktop.storage.opening import open_history
from desktop.storage.prompts import PromptLibrary
from desktop.storage.search import Query, Search
from tests.fakes.scripted_engine import ScriptedEngine, facts_of
from tests.storage.kit import ROOT, opened

TABLES = (
    *("chats", "messages", "folders", "drafts", "prompts", "images", "draft_images", "pictures", "properties"),
    *("sessions", "erasures", "edits", "deletion_days"),
)
VALUES = (
    b"\xff\x00\xfe",
    "text",
    1e300,
    -1e300,
    9e18,
    3e11,
    2**63 - 1,
    -(2**63),
    -1,
    "9" * 400,
    '{"prompt_tokens": 1e999}',
)
KEYS = {
    "chats": ("id",),
    "messages": ("id", "chat_id"),
    "folders": ("id",),
    "prompts": ("id",),
    "pictures": ("id",),
    "edits": ("message_id",),
}
"""What says which row it is: another value there is another row, not a bad one."""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.under(tmp_path / "data")


def fill(paths: Paths) -> None:
    """Two chats, one of them with everything that a table can hold."""
    with opened(paths) as store:
        for name in ("harmed", "whole"):
            chat = store.create_chat(name, "a prompt", GenerationParams(temperature=0.5))
            user, reply = store.begin_turn(chat.id, None, f"question {name}", "m", [ImageFile(PIXEL, 1, 1, "p.png")])
            stats = GenerationStats(prompt_tokens=3, reply_tokens=4, first_token_s=0.5, tokens_per_s=9.0)
            store.finish(
                reply.id,
                f"answer {name}",
                reply.status.FINISHED,
                stats,
                "engine_died",
                "thought",
                3.0,
                [("reason", "x")],
            )
            store.set_overflow(chat.id, "summarise")
            store.set_summary(chat.id, "summary", user.id)
            store.save_draft(chat.id, f"draft {name}")
            store.save_draft_images(chat.id, [ImageFile(PIXEL, 1, 1, "d.png")])
            folder = store.create_folder(f"folder {name}")
            store.place([chat.id], folder_id=folder.id, pinned=True)
            PromptLibrary(store.database).create(f"prompt {name}", "text", name)
            store.save_edit(user.id, f"edit {name}")
        gone = store.create_chat("gone")
        store.delete_chats([gone.id])
        store.save_draft(None, "a draft")
        store.set_list_order("updated")
        store.set_folded_folders([1])
        store.database.execute("INSERT INTO erasures (chat_uid) VALUES ('gone')")
    with closing(sqlite3.connect(paths.history)) as raw:
        raw.execute("INSERT INTO sessions VALUES ('left over', 999999999, 1.0, 1.0)")
        raw.commit()


def harm(paths: Paths, table: str, column: str, value: object) -> bool:
    """Put a value into the first row's column. False: SQLite itself refuses it there."""
    with closing(sqlite3.connect(paths.history)) as raw:
        raw.create_function("samar_body", 1, lambda _: "")
        key = "message_id" if table == "images" else "rowid"
        try:
            raw.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = (SELECT min({key}) FROM {table})", (value,))
        except sqlite3.Error:
            return False
        raw.commit()
        return True


def columns_of(paths: Paths, table: str) -> list[str]:
    with closing(sqlite3.connect(paths.history)) as raw:
        return [str(row[1]) for row in raw.execute(f"PRAGMA table_info({table})") if row[1] not in KEYS.get(table, ())]


def read_everything(store: ChatStore, folder: Path) -> set[str]:
    """What the window reads in the course of a day. Returns the titles."""
    titles = set()
    for order in ChatOrder:
        for chat in store.list_chats(ChatQuery(archived=None, order=order)):
            titles.add(chat.title)
            store.messages_of(chat.id)
            store.last_turns(chat.id, 10)
            store.draft_of(chat.id)
            store.draft_images(chat.id)
            assert set(store.edits_of(chat.id).values()) >= {"edit whole"} or chat.title != "whole"
    store.deleted_chats(), store.days_deleted(), store.erase_overdue()
    store.recover_interrupted()
    store.purge_deleted()
    store.drafts(), store.list_folders(), store.list_order(), store.folded_folders()
    PromptLibrary(store.database).list_prompts()
    finder = Search(store.database)
    finder.titles(Query("whole")), finder.messages(Query("answer"))
    for form in ExportFormat:
        export_chats(store, folder / f"all.{form}", form)
    return titles


def test_that_every_table_is_tried(paths: Paths) -> None:
    with opened(paths) as store:
        there = {str(name) for (name,) in store.database.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {name for name in there if not name.startswith(("search", "sqlite_"))} - {"migrations"} == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_that_one_bad_value_in_any_column_hides_nothing_but_its_own_row(
    table: str, paths: Paths, tmp_path: Path
) -> None:
    fill(paths)
    whole = paths.history.read_bytes()
    tried = 0
    for column in columns_of(paths, table):
        for value in VALUES:
            paths.history.write_bytes(whole)
            if not harm(paths, table, column, value):
                continue
            tried += 1
            found = open_history(paths)
            try:
                assert found.problem is None, (column, value)
                titles = read_everything(ChatStore(found.database), tmp_path)
                assert "whole" in titles, (column, value)
            finally:
                found.database.close()
    assert tried >= len(VALUES)


def test_that_the_window_opens_over_a_history_with_bad_rows_in_every_table(
    qapp: QApplication, qtbot: QtBot, data_dir: Path
) -> None:
    paths = Paths.under(data_dir)
    fill(paths)
    bad: dict[str, object] = {
        "created_at": 3e11,
        "updated_at": 1e300,
        "title": b"\xff",
        "content": b"\xfe",
        "name": b"\xfd",
    }
    bad |= {
        "stats": '{"prompt_tokens": 9223372036854775807, "reply_tokens": 1e300}',
        "thinking_s": 1e300,
        "value": b"\xfc",
    }
    harmed = [
        harm(paths, table, column, value)
        for table in TABLES
        for column, value in bad.items()
        if column in columns_of(paths, table)
    ]
    assert all(harmed) and len(harmed) > 10
    samar = Samar(qapp, paths, ScriptedEngine(inspect=facts_of))
    try:
        samar.start([])
        qtbot.waitUntil(lambda: samar.worker.model is not None, timeout=20_000)
        for chat in samar.store.list_chats(ChatQuery(archived=None)):
            samar.chats.open_chat(chat.id)
            for order in ChatOrder:
                samar.window.sidebar.set_order(order)
        samar.chats.load_chats()
        assert set(samar.window.sidebar.model.chats) == {1, 2}
    finally:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()


CHILD = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop import app
from desktop.core.paths import Paths
from desktop.single_instance import Instance
from desktop.ui.widgets.sheet import Sheet
from desktop.window import run_window

def broken(self, *_):
    raise ValueError("no row can be read")

setattr(app.Samar, sys.argv[2], broken)

def answer():
    for box in QApplication.topLevelWidgets():
        if isinstance(box, Sheet):
            print(box.text.text(), box.further.text(), sep="\\n")
            box.close()
            return
    QTimer.singleShot(10, answer)

# the application exists only inside run_window
show = Sheet.exec
def exec_(self):
    QTimer.singleShot(0, answer)
    return show(self)
Sheet.exec = exec_
paths = Paths.under(Path(sys.argv[1]))
instance = Instance(paths.data)
assert not instance.send_to_running([])
sys.exit(run_window(paths, [], instance))
"""


@pytest.mark.parametrize("step", ["_fill", "_make_controllers"])
def test_that_a_window_that_can_not_be_made_ends_in_a_sentence_with_a_way_on(step: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "data"), step],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 1, ended.stderr
    assert "could not open its window" in ended.stderr
    assert "--data-dir" in ended.stderr
    assert "could not open its window" in ended.stdout, "a box says it as well"
    assert "bug in the start" in (tmp_path / "data" / "logs" / "samar.log").read_text() or step != "_fill"
