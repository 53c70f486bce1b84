"""A long chat is written behind its first screen and then takes its place, in parts, behind a picture of what was there."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.transcript.document import PART
from desktop.ui.transcript.snapshot_overlay import SnapshotOverlay
from desktop.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import reply, streaming, user


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
    while not view.findChildren(SnapshotOverlay):
        view.filler.work()
    assert not view.is_filled
    return view


def gone(view: TranscriptView) -> bool:
    return all(overlay.isHidden() for overlay in view.findChildren(SnapshotOverlay))


def test_that_the_picture_stays_while_the_chat_is_laid_out(make_view: Callable[..., TranscriptView]) -> None:
    view = make_view()
    view.set_messages(long_chat(200))
    view.filler.pause()
    bar = view.page.verticalScrollBar()
    bar.setValue(bar.maximum() - 120)
    QApplication.processEvents()
    before = view.grab().toImage()
    while not view.findChildren(SnapshotOverlay):
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
    (overlay,) = taking.findChildren(SnapshotOverlay)
    at = QPointF(overlay.rect().center())
    up = QWheelEvent(
        at,
        QPointF(overlay.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(overlay, up)
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


class Clock:
    """A clock that goes on by `step` seconds each time it is looked at."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


LONG = "\n\n".join(
    [*(f"Paragraph {i} with **bold** words" for i in range(200)), "```\n" + "x = 1\n" * 40 + "```", "- a\n- b"]
)


def turns_to_fill(view: TranscriptView, clock: Clock) -> tuple[int, int]:
    """How many turns of the event loop it takes to write a chat with one long message, and to lay it out; it is right."""
    messages = [user("q" * 5000, 1), reply(LONG, 2), *long_chat(20)]
    messages = [*messages[:2], *(msgspec.structs.replace(m, id=m.id + 2) for m in messages[2:])]
    view.filler._clock = clock
    view.set_messages(messages)
    view.filler.pause()
    writing = laying = 0
    while not view.is_filled:
        writing, laying = (writing, laying + 1) if view.filler._laid is not None else (writing + 1, laying)
        view.filler.work()
    whole = view.page.document().toPlainText()
    at_once = view._second_document()
    for index, message in enumerate(messages):
        at_once.append(message, view._base(index))
    assert whole == at_once.document.toPlainText()
    return writing, laying


def test_that_turns_are_bounded_by_time_and_each_one_does_something(make_view: Callable[..., TranscriptView]) -> None:
    """On a computer that needs no time everything is there after one turn of each kind; on one that is slow without end
    each turn does one step, however long it takes."""
    assert turns_to_fill(make_view(), Clock(0.0)) == (1, 1)
    writing, laying = turns_to_fill(make_view(), Clock(1.0))
    assert writing > 22 + 200 / PART, "the long message was written in parts"
    assert laying > 200


@pytest.mark.parametrize("turns", range(1, 40, 4))
def test_that_a_message_that_changes_while_it_is_half_written_is_whole(
    make_view: Callable[..., TranscriptView], turns: int
) -> None:
    view = make_view()
    view.filler._clock = Clock(1.0)
    view.set_messages([reply(LONG, 1), *(msgspec.structs.replace(m, id=m.id + 1) for m in long_chat(20))])
    view.filler.pause()
    for _ in range(turns):
        view.filler.work()
    view.update_message(reply("Something else", 1))
    while not view.is_filled:
        view.filler.work()
    text = view.page.document().toPlainText()
    assert "Something else" in text
    assert "Paragraph" not in text
    assert text.count("question") == 10
