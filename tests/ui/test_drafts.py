"""What is typed and not sent: stored as one types, gone with a temporary chat, never undone into another chat."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.images import ImageFile
from desktop.core.languages import Language
from desktop.core.paths import Paths
from desktop.core.settings import Theme
from desktop.storage.chats import ChatStore
from desktop.storage.opening import open_history
from tests.fakes.scripted_engine import Reply, ScriptedEngine
from tests.fakes.tiny_gguf import png
from tests.fakes.writing_samar import DRAFT, EDIT
from tests.storage.kit import exchange

Start = Callable[..., Samar]
SECRET = "zanzibarquartz"
ROOT = Path(__file__).resolve().parents[2]
CTRL = Qt.KeyboardModifier.ControlModifier
RED = ImageFile.checked(png((220, 20, 20)), "red.png")


@pytest.fixture
def samar(opened: Start) -> Samar:
    return opened(ScriptedEngine((Reply(("answered",)),)))


def send(samar: Samar, qtbot: QtBot, text: str) -> int:
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.window.composer.text.insertPlainText(text)
        samar.window.composer.submit()
    assert samar.chats.chat is not None
    return samar.chats.chat.id


def undone(samar: Samar, qtbot: QtBot) -> str:
    """What stands in the composer after Ctrl+Z and Ctrl+Y, many times."""
    field, seen = samar.window.composer.text, ""
    for key in (Qt.Key.Key_Z, Qt.Key.Key_Y):
        for _ in range(10):
            qtbot.keyClick(field, key, CTRL)
            seen += field.toPlainText()
    return seen


# undo


def test_that_nothing_of_a_temporary_chat_comes_back_by_undo(samar: Samar, qtbot: QtBot, data_dir: Path) -> None:
    other = send(samar, qtbot, "said in a chat that is kept")
    samar.chats.new_temporary_chat()
    send(samar, qtbot, SECRET)
    samar.window.composer.text.insertPlainText(SECRET)
    samar.chats.new_chat()
    assert undone(samar, qtbot) == ""
    samar.chats.new_temporary_chat()
    send(samar, qtbot, SECRET)
    samar.chats.open_chat(other)
    assert undone(samar, qtbot) == ""
    samar.window.close()
    samar.close()
    for file in data_dir.rglob("*"):
        assert file.is_dir() or SECRET.encode() not in file.read_bytes(), file.name


def test_that_undo_brings_back_what_was_sent_in_the_same_chat_only(samar: Samar, qtbot: QtBot) -> None:
    first = send(samar, qtbot, "first")
    assert "first" in undone(samar, qtbot)
    samar.window.composer.set_draft("")
    samar.chats.new_chat()
    assert undone(samar, qtbot) == ""
    send(samar, qtbot, "second")
    samar.chats.open_chat(first)
    assert undone(samar, qtbot) == ""


def test_that_the_system_prompt_of_a_temporary_chat_stays_there(samar: Samar, qtbot: QtBot) -> None:
    other = send(samar, qtbot, "kept")
    panel = samar.window.panel
    panel.show()
    samar.chats.new_temporary_chat()
    panel.prompt_text.insertPlainText(SECRET)
    assert panel.settled.isActive(), "not told yet"
    samar.chats.open_chat(other)
    assert samar.chats.chat is not None
    assert samar.store.get_chat(other).system_prompt is None
    assert panel.prompt_text.toPlainText() == ""
    for _ in range(5):
        qtbot.keyClick(panel.prompt_text, Qt.Key.Key_Z, CTRL)
    assert panel.prompt_text.toPlainText() == ""
    panel.prompt_text.insertPlainText("be brief")
    samar.chats.new_chat()
    assert samar.store.get_chat(other).system_prompt == "be brief", "it is stored with the chat in which it was typed"


def test_that_what_was_looked_for_in_a_temporary_chat_is_gone_with_it(samar: Samar, qtbot: QtBot) -> None:
    samar.chats.new_temporary_chat()
    send(samar, qtbot, SECRET)
    samar.transcript.open_find()
    qtbot.keyClicks(samar.transcript.find_bar.field, SECRET)
    samar.chats.new_chat()
    assert samar.transcript.find_bar.field.text() == ""
    assert not samar.transcript.finder.is_open
    assert not samar.transcript.find_bar.field.isUndoAvailable()


# stored as one types


def test_that_a_draft_is_stored_soon_after_it_was_typed(samar: Samar, qtbot: QtBot) -> None:
    chat = send(samar, qtbot, "first")
    qtbot.keyClicks(samar.window.composer.text, "not sent")
    samar.window.composer.tray.add([RED])
    qtbot.waitUntil(lambda: samar.store.draft_of(chat) == "not sent" and len(samar.store.draft_images(chat)) == 1)
    samar.window.composer.text.clear()
    samar.window.composer.tray.set_images([])
    qtbot.waitUntil(lambda: samar.store.draft_of(chat) == "" and not samar.store.has_draft_images(chat))


def test_that_who_types_without_a_pause_has_a_draft_on_disk(samar: Samar, qtbot: QtBot) -> None:
    """Each key comes long before a timer that were started anew by it would end."""
    send(samar, qtbot, "first")
    later = samar.chats.drafts._later
    qtbot.keyClicks(samar.window.composer.text, "a")
    begun = later.remainingTime()
    qtbot.keyClicks(samar.window.composer.text, "b")
    assert later.isActive()
    assert later.remainingTime() <= begun


def test_that_a_draft_that_can_not_be_stored_is_told_once(
    samar: Samar, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, told = send(samar, qtbot, "first"), []
    samar.chats.error_occurred.connect(told.append)
    samar.database.execute("PRAGMA query_only = ON")
    for text in ("one", "two"):
        samar.window.composer.text.insertPlainText(text)
        samar.chats.drafts.keep()
    assert [problem.code for problem in told] == ["data_read_only"]
    samar.database.execute("PRAGMA query_only = OFF")
    samar.chats.drafts.keep()
    assert samar.store.draft_of(chat) == "onetwo"


def test_that_deleting_the_open_chat_keeps_its_draft_and_that_of_the_new_one(samar: Samar, qtbot: QtBot) -> None:
    samar.window.composer.text.insertPlainText("of a new chat")
    samar.chats.drafts.keep()
    samar.store.save_draft(None, "of a new chat")
    samar.window.composer.set_draft("")
    chat = send(samar, qtbot, "first")
    samar.store.save_draft(None, "of a new chat")
    samar.window.composer.text.insertPlainText("not sent")
    samar.window.sidebar.chats_deleted.emit([chat])
    assert samar.window.composer.draft() == "of a new chat"
    qtbot.mouseClick(samar.window.toast.button, Qt.MouseButton.LeftButton)
    assert samar.window.composer.draft() == "not sent"
    assert samar.store.draft_of(None) == "of a new chat"


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("where", ["new", "chat", "temporary"])
def test_that_a_kill_costs_nothing_that_was_typed(data_dir: Path, where: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.writing_samar", str(data_dir), where],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "stored\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    database = open_history(Paths.under(data_dir)).database
    try:
        store = ChatStore(database)
        if where == "temporary":
            assert (store.chat_ids(), store.drafts()) == ([], {})
            raw = b"".join(file.read_bytes() for file in data_dir.rglob("*") if file.is_file())
            assert not any(word.encode() in raw for word in (SECRET, "xylophonemarmalade"))
            return
        chat = store.chat_ids()[0] if where == "chat" else None
        assert store.draft_of(chat) == DRAFT
        if chat is not None:
            assert list(store.edits_of(chat).values()) == [EDIT]
    finally:
        database.close()


# a full disk


@pytest.mark.parametrize("is_first", [True, False])
def test_that_a_full_disk_leaves_the_message_in_the_composer(samar: Samar, qtbot: QtBot, *, is_first: bool) -> None:
    if not is_first:
        send(samar, qtbot, "first")
    chats, messages = samar.store.chat_ids(), len(samar.chats.path())
    samar.window.composer.text.insertPlainText("the question " * 3000)
    samar.window.composer.tray.add([RED])
    samar.chats.drafts.keep()
    text = samar.window.composer.draft().strip()
    samar.database.scalar(f"PRAGMA max_page_count = {samar.database.scalar('PRAGMA page_count')}")
    for _ in range(3):
        samar.window.composer.submit()
        assert samar.window.banner.error is not None
        assert samar.window.banner.error.code == "disk_full"
        assert samar.window.composer.draft() == text
        assert samar.window.composer.tray.images == [RED]
        assert samar.store.chat_ids() == chats
        assert len(samar.chats.path()) == messages
        assert len(samar.window.sidebar.model.chats) == len(chats)
    samar.database.scalar("PRAGMA max_page_count = 1000000")
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.window.composer.submit()
    assert samar.window.composer.draft() == ""
    assert samar.window.banner.error is None
    assert [turn.content for turn in samar.chats.path()][messages:] == [text, "answered"]
    assert len(samar.store.chat_ids()) == 1
    place = None if is_first else samar.store.chat_ids()[0]
    assert (samar.store.draft_of(place), samar.store.draft_images(place)) == ("", [])


def test_that_a_bug_while_sending_costs_no_message(samar: Samar, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(samar.store, "send", broken)
    samar.window.composer.text.insertPlainText("the question")
    with qtbot.capture_exceptions() as caught:
        samar.window.composer.submit()
    assert [str(problem[1]) for problem in caught] == ["a bug"]
    assert samar.window.composer.draft() == "the question"


# edits of messages


def edit(samar: Samar, text: str, which: int = 0) -> int:
    message_id = samar.chats.path()[which].id
    samar.transcript.edit_message(message_id)
    assert samar.transcript.editor is not None
    samar.transcript.editor.field.setPlainText(text)
    return message_id


def edited(samar: Samar) -> str | None:
    return samar.transcript.editor.field.toPlainText() if samar.transcript.editor else None


@pytest.mark.parametrize("change", ["zoom", "theme", "language", "another chat", "a temporary chat", "a restart"])
def test_that_an_unsent_edit_outlives(opened: Start, qtbot: QtBot, change: str) -> None:
    samar = opened(ScriptedEngine((Reply(("answered",)),)))
    other = send(samar, qtbot, "other")
    samar.chats.new_chat()
    chat = send(samar, qtbot, "question")
    edit(samar, "question, edited for half an hour")
    editor = samar.transcript.editor
    assert editor is not None
    if change == "zoom":
        samar.scale_text(1)
    elif change == "theme":
        samar.preferences.change(theme=Theme.DARK)
    elif change == "language":
        samar.preferences.change(language=Language.ARABIC)
    elif change == "a restart":
        samar.window.close()
        samar.close()
        samar = opened(ScriptedEngine((Reply(("answered",)),)))
        samar.chats.open_chat(chat)
    else:
        samar.chats.open_chat(other) if change == "another chat" else samar.chats.new_temporary_chat()
        assert samar.transcript.editor is None
        samar.chats.open_chat(chat)
        assert samar.window.composer.text.hasFocus() or not samar.transcript.editor.field.hasFocus()
    assert edited(samar) == "question, edited for half an hour"
    if change in ("zoom", "theme", "language"):
        assert samar.transcript.editor is editor
        assert editor.field.hasFocus()
        assert editor.isVisible()
    assert samar.transcript.editor is not None
    with qtbot.waitSignal(samar.chats.replies.ended):
        qtbot.keyClick(samar.transcript.editor.field, Qt.Key.Key_Return)
    assert samar.chats.path()[0].content == "question, edited for half an hour"
    assert samar.transcript.editor is None
    assert samar.store.edits_of(chat) == {}


def test_that_an_edit_that_is_given_up_is_gone(samar: Samar, qtbot: QtBot) -> None:
    chat = send(samar, qtbot, "question")
    message_id = edit(samar, "other words")
    samar.chats.drafts.keep()
    assert samar.store.edits_of(chat) == {message_id: "other words"}
    assert samar.transcript.editor is not None
    qtbot.keyClick(samar.transcript.editor.field, Qt.Key.Key_Escape)
    assert samar.store.edits_of(chat) == {}
    samar.transcript.edit_message(message_id)
    assert edited(samar) == "question"
    edit(samar, "other words")
    samar.chats.drafts.keep()
    edit(samar, "question")
    samar.chats.drafts.keep()
    assert samar.store.edits_of(chat) == {}, "an edit that changes nothing is none"


def test_that_two_messages_are_edited_by_turns(samar: Samar, qtbot: QtBot) -> None:
    chat = send(samar, qtbot, "question")
    first = edit(samar, "question, edited")
    reply = edit(samar, "answered, edited", which=1)
    samar.transcript.edit_message(first)
    assert edited(samar) == "question, edited"
    samar.chats.drafts.keep()
    samar.transcript.edit_message(reply)
    assert edited(samar) == "answered, edited"
    samar.chats.drafts.keep()
    assert samar.store.edits_of(chat) == {first: "question, edited", reply: "answered, edited"}
    assert samar.transcript.editor is not None
    qtbot.keyClick(samar.transcript.editor.field, Qt.Key.Key_Return, CTRL)
    assert samar.store.get_message(reply).content == "answered, edited"
    assert samar.store.edits_of(chat) == {first: "question, edited"}


@pytest.mark.parametrize("which", [0, 1])
def test_that_an_edit_that_can_not_be_stored_stays_in_the_editor(samar: Samar, qtbot: QtBot, which: int) -> None:
    send(samar, qtbot, "question")
    edit(samar, "edited", which)
    samar.chats.drafts.keep()
    samar.database.execute("PRAGMA query_only = ON")
    assert samar.transcript.editor is not None
    samar.transcript.editor.send.click()
    assert samar.window.banner.error is not None
    assert edited(samar) == "edited"
    assert len(samar.chats.tree) == 2
    samar.database.execute("PRAGMA query_only = OFF")
    samar.transcript.editor.send.click()
    assert samar.transcript.editor is None
    qtbot.waitUntil(lambda: not samar.chats.replies.chats())
    assert samar.chats.path()[which].content == "edited"


def test_that_an_edit_far_above_is_opened_when_the_chat_is_filled(samar: Samar, qtbot: QtBot) -> None:
    chat = send(samar, qtbot, "question")
    with samar.database.transaction():
        leaf = samar.chats.path()[-1].id
        for turn in range(30):
            leaf = exchange(samar.store, chat, leaf, f"question {turn}", "answer")[1].id
    samar.chats.new_chat()
    first = samar.store.last_turns(chat, 100)[0].id
    samar.store.save_edit(first, "question, edited")
    with qtbot.waitSignal(samar.transcript.filled, timeout=30_000):
        samar.chats.open_chat(chat)
    assert edited(samar) == "question, edited"


def test_that_the_editor_of_a_long_reply_is_as_high_as_its_text_at_once(opened: Start, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine((Reply(("\n\n".join(f"Paragraph {i}" for i in range(20)),)),)))
    send(samar, qtbot, "question")
    samar.transcript.edit_message(samar.chats.path()[1].id)
    editor = samar.transcript.editor
    assert editor is not None
    height = editor.height()
    editor.field.moveCursor(QTextCursor.MoveOperation.End)
    editor.field.insertPlainText("more")
    assert editor.height() == height
    assert height > 8 * editor.field.line_height(Qt.LayoutDirection.LeftToRight)
    bottom = editor.mapTo(samar.transcript.page.viewport(), QPoint(0, height)).y()
    assert bottom <= samar.transcript.page.viewport().height()
