"""Where the keyboard is after the mouse was used: what is typed or pasted next goes into the message."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.ui.models.picker import ModelRow
from tests.fakes.scripted_engine import Reply, ScriptedEngine

Opened = Callable[..., Samar]


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


@pytest.fixture
def samar(opened: Opened, gate: threading.Event) -> Samar:
    """With the panel open, whose first button comes after the composer's last one."""
    made = opened(ScriptedEngine([Reply(gate=gate), Reply(), Reply()]))
    made.window.toggle_panel()
    return made


def ask(qtbot: QtBot, samar: Samar) -> None:
    qtbot.keyClicks(samar.window.composer.text, "A question")
    qtbot.keyClick(samar.window.composer.text, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: samar.window.composer.generating)


def focused() -> QWidget | None:
    return QApplication.focusWidget()


def test_that_stopping_by_mouse_leaves_the_keyboard_in_the_message(samar: Samar, qtbot: QtBot) -> None:
    ask(qtbot, samar)
    with qtbot.waitSignal(samar.chats.replies.ended):
        qtbot.mouseClick(samar.window.composer.send, Qt.MouseButton.LeftButton)
    assert focused() is samar.window.composer.text


def test_that_a_reply_that_ends_under_the_mouse_button_leaves_it_there_too(
    samar: Samar, qtbot: QtBot, gate: threading.Event
) -> None:
    ask(qtbot, samar)
    qtbot.mousePress(samar.window.composer.send, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(samar.chats.replies.ended):
        gate.set()
    qtbot.mouseRelease(samar.window.composer.send, Qt.MouseButton.LeftButton)
    assert focused() is samar.window.composer.text


def test_that_a_reply_that_ends_while_the_keyboard_is_at_stop_hands_it_to_the_message(
    samar: Samar, qtbot: QtBot, gate: threading.Event
) -> None:
    ask(qtbot, samar)
    samar.window.composer.send.setFocus(Qt.FocusReason.TabFocusReason)
    assert focused() is samar.window.composer.send
    with qtbot.waitSignal(samar.chats.replies.ended):
        gate.set()
    assert focused() is samar.window.composer.text


def test_that_one_can_paste_at_once_after_choosing_a_model(samar: Samar, qtbot: QtBot) -> None:
    picker = samar.window.picker
    qtbot.mouseClick(picker, Qt.MouseButton.LeftButton)
    assert picker.list is not None
    row = next(row for row in picker.list.rows if isinstance(row, ModelRow))
    with qtbot.waitSignal(picker.model_chosen):
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert focused() is samar.window.composer.text


def test_that_one_can_paste_at_once_after_dropping_a_model_which_is_copied(samar: Samar, tmp_path: Path) -> None:
    """A program that was told of a move would remove the file of the model."""
    samar.window.picker.setFocus()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "other.gguf"))])
    both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    held = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    enter = QDragEnterEvent(QPoint(300, 300), both, *held)
    enter.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(samar.window, enter)
    drop = QDropEvent(QPointF(300, 300), both, *held)
    drop.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(samar.window, drop)
    assert [event.dropAction() for event in (enter, drop)] == [Qt.DropAction.CopyAction] * 2
    assert enter.isAccepted() and drop.isAccepted()
    assert focused() is samar.window.composer.text


def test_that_pasting_anywhere_in_the_window_goes_into_the_message(samar: Samar, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("from elsewhere")
    samar.window.picker.setFocus()
    qtbot.keyClick(samar.window.picker, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert samar.window.composer.draft() == "from elsewhere"
    assert focused() is samar.window.composer.text


def test_that_alt_and_up_in_the_message_goes_to_the_last_reply(
    samar: Samar, qtbot: QtBot, gate: threading.Event
) -> None:
    gate.set()
    with qtbot.waitSignal(samar.chats.replies.ended):
        ask(qtbot, samar)
    text, alt = samar.window.composer.text, Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(text, Qt.Key.Key_Down, alt)
    assert focused() is text
    question, reply = samar.transcript.chat.order
    qtbot.keyClick(text, Qt.Key.Key_Up, alt)
    assert (samar.transcript.overlays.current, focused()) == (reply, samar.transcript.page)
    qtbot.keyClick(samar.transcript.page, Qt.Key.Key_Up, alt)
    assert samar.transcript.overlays.current == question
