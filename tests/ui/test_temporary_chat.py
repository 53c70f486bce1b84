"""A chat that no file ever holds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.storage.temporary import is_temporary, temporary_store
from tests.fakes.scripted_engine import Reply, ScriptedEngine

SECRET = "zanzibarquartz"
ANSWER = "xylophonemarmalade"
Start = Callable[..., Samar]


@pytest.fixture
def start(opened: Start) -> Start:
    return lambda *replies: opened(ScriptedEngine(replies or (Reply((ANSWER,)),)))


def send(samar: Samar, qtbot: QtBot, text: str) -> None:
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send(text)


def test_that_nothing_of_it_reaches_the_disk(start: Start, qtbot: QtBot, data_dir: Path) -> None:
    samar = start()
    qtbot.mouseClick(samar.window.sidebar.temporary_chat, Qt.MouseButton.LeftButton)
    samar.window.panel.system_prompt_changed.emit("sassafraslantern")
    send(samar, qtbot, SECRET)
    assert samar.chats.path()[-1].content == ANSWER
    assert ANSWER in samar.transcript.page.toPlainText()
    samar.window.composer.set_draft("gingerthimble")
    assert samar.store.list_chats() == []
    assert samar.window.sidebar.model.chats == {}
    assert SECRET not in samar.window.windowTitle()
    samar.window.close()
    samar.close()
    for file in data_dir.rglob("*"):
        if file.is_file():
            raw = file.read_bytes()
            for word in (SECRET, ANSWER, "sassafraslantern", "gingerthimble"):
                assert word.encode() not in raw, file.name


def test_that_the_window_says_so(start: Start, qtbot: QtBot) -> None:
    window = start().window
    window.temporary_chat_requested.emit()
    assert window.temporary_mark.isVisible()
    assert window.sidebar.temporary_chat.isChecked()
    assert "never saved" in window.footer.text()
    assert "gone when you leave it" in window.empty.answers.text()
    assert window.windowTitle() == "Temporary chat"
    window.new_chat_requested.emit()
    assert not window.temporary_mark.isVisible()
    assert not window.sidebar.temporary_chat.isChecked()
    assert window.footer.text() == "Everything stays on this computer"
    assert window.windowTitle() == "New chat"


def test_that_the_keyboard_begins_one(start: Start, qtbot: QtBot) -> None:
    samar = start()
    samar.window.activateWindow()
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(samar.window.temporary_chat_requested):
        qtbot.keyClick(samar.window, Qt.Key.Key_N, held)
    assert samar.chats.is_temporary


def test_that_leaving_it_ends_it_and_other_chats_go_on(start: Start, qtbot: QtBot) -> None:
    samar = start()
    send(samar, qtbot, "kept")
    kept = samar.chats.chat
    assert kept
    samar.chats.new_temporary_chat()
    send(samar, qtbot, SECRET)
    assert is_temporary(samar.chats.path()[0].id)
    samar.window.sidebar.chats_pinned.emit([kept.id], True)  # the side bar is about the history all the while
    samar.window.sidebar.chat_renamed.emit(kept.id, "Renamed")
    samar.window.sidebar.chat_selected.emit(kept.id)
    assert not samar.chats.is_temporary
    assert "is gone" in samar.window.toast.label.text()
    assert SECRET not in samar.transcript.page.toPlainText()
    engine = samar.engine
    assert isinstance(engine, ScriptedEngine)
    temporary = engine.requests[1]
    assert (engine.requests[0].kept, temporary.kept) == (True, False), "what was read of it stays off the disk"
    assert engine.forgotten == [temporary.chat], "and out of the engine's memory"
    send(samar, qtbot, "more")
    chats = samar.store.list_chats()
    assert [(chat.title, chat.pinned) for chat in chats] == [("Renamed", True)]
    assert [turn.content for turn in samar.chats.path()] == ["kept", ANSWER, "more", ANSWER]


def test_that_turns_can_be_edited_regenerated_and_deleted_in_it(start: Start, qtbot: QtBot) -> None:
    samar = start()
    samar.chats.new_temporary_chat()
    send(samar, qtbot, "one")
    question, reply = samar.chats.path()
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.transcript.regenerate_requested.emit(reply.id)
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.transcript.edit_submitted.emit(question.id, "two")
    assert samar.chats.path()[0].content == "two"
    samar.transcript.delete_requested.emit(samar.chats.path()[1].id)
    assert len(samar.chats.path()) == 1
    qtbot.mouseClick(samar.window.toast.button, Qt.MouseButton.LeftButton)
    assert len(samar.chats.path()) == 2
    samar.transcript.fork_requested.emit(samar.chats.path()[0].id)
    assert "does not work in a temporary chat" in samar.window.toast.label.text()
    assert samar.store.list_chats() == []


def test_that_leaving_in_mid_reply_drops_the_reply(start: Start, qtbot: QtBot) -> None:
    samar = start(Reply(("one", "two"), gate=threading.Event()), Reply(("kept",)))
    samar.chats.new_temporary_chat()
    with qtbot.waitSignal(samar.chats.replies.grew):
        samar.chats.send(SECRET)
    with qtbot.waitSignal(samar.worker.finished):
        samar.chats.new_chat()
    assert not samar.window.composer.generating
    send(samar, qtbot, "next")
    assert samar.chats.path()[-1].status is MessageStatus.FINISHED
    assert [chat.title for chat in samar.store.list_chats()] == ["next"]


def test_that_a_deletion_in_it_can_not_be_undone_after_it(start: Start, qtbot: QtBot) -> None:
    samar = start()
    samar.chats.new_temporary_chat()
    send(samar, qtbot, "one")
    samar.transcript.delete_requested.emit(samar.chats.path()[1].id)
    samar.chats.new_chat()
    assert not samar.window.toast.button.isVisible()
    assert samar.window.banner.isHidden()


def test_that_two_temporary_histories_share_no_id() -> None:
    first, second = temporary_store(), temporary_store()
    try:
        ids = []
        for store in (first, second):
            chat = store.create_chat()
            user, reply = store.begin_turn(chat.id, None, "x", None)
            ids += [user.id, reply.id]
            assert is_temporary(chat.id)
        assert len(set(ids)) == 4
    finally:
        first.database.close()
        second.database.close()
