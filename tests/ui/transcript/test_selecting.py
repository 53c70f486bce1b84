"""Selecting in a reply that is still being written: what was selected stays selected, and the page stays where it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.transcript.style import DARK
from desktop.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import reply, streaming, user

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
LONG = "\n\n".join(f"Paragraph {i} " + "word " * 40 for i in range(20))


def growing(view: TranscriptView, text: str) -> None:
    view.set_messages([user("q"), streaming()])
    view.append_chunk(2, text)
    QApplication.processEvents()


def select(view: TranscriptView, word: str, *, backwards: bool = False) -> None:
    cursor = view.page.document().find(word)
    if backwards:
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        cursor.setPosition(end)
        cursor.setPosition(start, QTextCursor.MoveMode.KeepAnchor)
    view.page.setTextCursor(cursor)


def drag(view: TranscriptView, to: QPoint) -> None:
    """Move the mouse with its button down (QTest moves it without)."""
    place = QPointF(to)
    everywhere = view.page.viewport().mapToGlobal(place)
    event = QMouseEvent(QEvent.Type.MouseMove, place, everywhere, Qt.MouseButton.NoButton, LEFT, NONE)
    QApplication.sendEvent(view.page.viewport(), event)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Start alpha beta", "beta"),
        ("هذه جملة خاتمتها هنا", "هنا"),
        ("😀 end 😀😀", "😀😀"),
        ("```\nx = 1\ny = 22", "22"),
        ("- a\n- bb cc", "cc"),
        ("a **strong", "strong"),
        ("a *b **strong", "strong"),
        ("alpha beta", "alpha"),
    ],
)
def test_that_a_selection_is_what_was_selected(view: TranscriptView, text: str, word: str, *, backwards: bool) -> None:
    growing(view, text)
    select(view, word, backwards=backwards)
    for piece in (" gamma", " delta", "\n\nNext", " **bold** and", " more"):
        view.append_chunk(2, piece)
        cursor = view.page.textCursor()
        assert cursor.selectedText() == word
        assert (cursor.position() < cursor.anchor()) is backwards


def test_that_a_selection_outlives_the_end_of_the_reply(view: TranscriptView) -> None:
    growing(view, "one **two three")
    select(view, "three")
    view.finish_message(reply("one **two three"))
    assert view.page.textCursor().selectedText() == "three"


def test_that_a_selection_whose_text_is_gone_is_let_go(view: TranscriptView) -> None:
    growing(view, "Title")
    select(view, "Title")
    view.finish_message(reply("Something else"))
    assert view.page.textCursor().selectedText() != "Title"


def test_that_the_page_stays_while_the_mouse_is_down(view: TranscriptView, qtbot: QtBot) -> None:
    growing(view, LONG)
    bar, viewport = view.page.verticalScrollBar(), view.page.viewport()
    assert view.is_at_end
    before = bar.value()
    qtbot.mousePress(viewport, LEFT, pos=QPoint(300, 300))
    drag(view, QPoint(450, 340))
    for _ in range(10):
        view.append_chunk(2, "word " * 12 + "\n\n")
        QApplication.processEvents()
    assert bar.value() == before
    assert bar.maximum() > before
    qtbot.mouseRelease(viewport, LEFT, pos=QPoint(450, 340))
    chosen = view.page.textCursor().selectedText()
    assert chosen
    view.append_chunk(2, "word " * 12 + "\n\n")
    assert bar.value() == before, "one has selected, and reads there"
    assert view.page.textCursor().selectedText() == chosen
    view.to_end()
    view.append_chunk(2, "word " * 12 + "\n\n")
    assert bar.value() == bar.maximum(), "until one goes back to the end"


def test_that_a_click_does_not_end_the_following(view: TranscriptView, qtbot: QtBot) -> None:
    growing(view, LONG)
    bar, viewport = view.page.verticalScrollBar(), view.page.viewport()
    qtbot.mousePress(viewport, LEFT, pos=QPoint(300, 300))
    view.append_chunk(2, "word " * 60 + "\n\n")
    assert bar.value() < bar.maximum()
    qtbot.mouseRelease(viewport, LEFT, pos=QPoint(300, 300))
    assert bar.value() == bar.maximum()
    view.append_chunk(2, "word " * 60 + "\n\n")
    assert bar.value() == bar.maximum()


def test_that_a_selection_and_unfolded_thoughts_outlive_another_look(view: TranscriptView) -> None:
    turns = [user("first", 1), reply("alpha beta", 2, thinking="a thought", thinking_s=1.0)]
    for number in range(3, 41, 2):
        turns += [user(f"q{number}", number), reply(f"answer {number}", number + 1)]
    view.set_messages(turns)
    view.scroll_to_message(2)
    view.chat.toggle_thinking(2)
    select(view, "alpha")
    view.set_theme(DARK)
    assert view.page.textCursor().selectedText() == "alpha"
    assert "a thought" in view.page.toPlainText()
    while not view.is_filled:
        view.filler.work()
    assert "a thought" in view.page.toPlainText()
    assert view.page.textCursor().selectedText() == "alpha"
