"""A long chat is written behind its first screen and then takes its place, in parts, behind a picture of what was there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.chat.curtain import Curtain
from desktop.ui.chat.transcript import TranscriptView
from tests.ui.chat.conftest import reply, streaming, user


def long_chat(count: int) -> list:  # type: ignore[type-arg]
    return [
        user(f"question {i}", i) if i % 2 else reply(f"answer {i}\n\n" + "words " * 60, i) for i in range(1, count + 1)
    ]


@pytest.fixture
def taking(make_view: Callable[..., TranscriptView]) -> TranscriptView:
    """A view that has been given the whole chat and has not laid it out yet."""
    view = make_view()
    view.set_messages(long_chat(200))
    view.filler.pause()
    while not view.findChildren(Curtain):
        view.filler.work()
    assert not view.is_filled
    return view


def gone(view: TranscriptView) -> bool:
    return all(curtain.isHidden() for curtain in view.findChildren(Curtain))


def test_that_the_picture_stays_while_the_chat_is_laid_out(make_view: Callable[..., TranscriptView]) -> None:
    view = make_view()
    view.set_messages(long_chat(200))
    view.filler.pause()
    bar = view.page.verticalScrollBar()
    bar.setValue(bar.maximum() - 120)
    QApplication.processEvents()
    before = view.grab().toImage()
    while not view.findChildren(Curtain):
        view.filler.work()
    pictures = [view.grab().toImage()]
    while not view.is_filled:
        view.filler.work()
        pictures.append(view.grab().toImage())
    narrow = before.rect().adjusted(0, 0, -20, 0)  # but for the scroll bar, whose handle is shorter then
    assert all(picture.copy(narrow) == before.copy(narrow) for picture in pictures)
    assert gone(view)


def test_that_a_message_sent_meanwhile_is_shown_and_answered(taking: TranscriptView) -> None:
    taking.append_message(user("one more", 201))
    assert taking.is_filled and gone(taking)
    taking.append_message(streaming(202))
    taking.append_chunk(202, "an answer to it")
    text = taking.page.toPlainText()
    assert "question 1\n" in text
    assert text.index("one more") < text.index("an answer to it")
    assert taking.is_at_end


def test_that_the_wheel_reaches_the_page(taking: TranscriptView) -> None:
    (curtain,) = taking.findChildren(Curtain)
    at = QPointF(curtain.rect().center())
    up = QWheelEvent(
        at,
        QPointF(curtain.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(curtain, up)
    bar = taking.page.verticalScrollBar()
    assert taking.is_filled and gone(taking)
    assert 0 < bar.value() < bar.maximum()


def test_that_a_key_reaches_the_page(taking: TranscriptView, qtbot: QtBot) -> None:
    qtbot.keyClick(taking.page, Qt.Key.Key_PageUp)
    bar = taking.page.verticalScrollBar()
    assert taking.is_filled and gone(taking)
    assert 0 < bar.value() < bar.maximum()


def test_that_another_chat_may_be_opened_meanwhile(taking: TranscriptView) -> None:
    taking.set_messages([user("another chat"), reply("with little in it")])
    assert gone(taking)
    assert "question 1" not in taking.page.toPlainText()
    assert "with little in it" in taking.page.toPlainText()


@pytest.mark.parametrize(
    "act",
    [
        lambda view: view.scroll_to_message(3),
        lambda view: view.open_find(),
        lambda view: view.resize(900, 640),
        lambda view: view.set_text_scale(1.3),
        lambda view: view.update_message(reply("changed", 200)),
        lambda view: view.remove_from(199),
        lambda view: view.edit_message(199),
    ],
)
def test_that_everything_else_finds_the_whole_chat(
    taking: TranscriptView, qtbot: QtBot, act: Callable[[TranscriptView], object]
) -> None:
    act(taking)
    qtbot.waitUntil(lambda: taking.is_filled and gone(taking), timeout=30_000)
    assert "question 1\n" in taking.page.toPlainText()
