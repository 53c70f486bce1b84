"""What comes before the window is whole: signals without hearers, and the first paint."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.deferred_signals import DeferredSignals, FirstPaint
from desktop.ui.main_window import MainWindow


class Source(QObject):
    asked = Signal(int, str)
    passed_on = Signal()
    typed = Signal()


class Rest:
    """What is made later, and hears."""

    def __init__(self, source: Source) -> None:
        self.source, self.made, self.heard = source, 0, list[object]()
        self.early = DeferredSignals(self.make, [source], {source.typed})

    def make(self) -> None:
        self.made += 1
        self.early.leave()
        self.source.asked.connect(lambda *words: self.heard.append(words))


def test_that_a_signal_without_hearers_has_them_made_and_is_heard_once(qapp: QApplication) -> None:
    source = Source()
    rest = Rest(source)
    source.asked.emit(3, "three")
    source.asked.emit(4, "four")
    assert rest.made == 1
    assert rest.heard == [(3, "three"), (4, "four")]


def test_that_what_needs_no_hearer_yet_makes_nothing(qapp: QApplication) -> None:
    source = Source()
    rest = Rest(source)
    source.typed.emit()
    assert rest.made == 0
    rest.early.leave()
    source.asked.emit(1, "")
    assert rest.made == 0


def test_that_a_signal_that_is_passed_on_is_heard_once(qapp: QApplication) -> None:
    source, other = Source(), Source()
    source.passed_on.connect(other.passed_on)
    heard: list[str] = []
    early: list[DeferredSignals] = []

    def make() -> None:
        early[0].leave()
        other.passed_on.connect(lambda: heard.append("passed on"))

    early.append(DeferredSignals(make, [source, other], set()))
    source.passed_on.emit()
    assert heard == ["passed on"]


def test_that_the_first_paint_is_told_once(qapp: QApplication, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    told: list[bool] = []
    paint = FirstPaint(widget)
    paint.passed.connect(lambda: told.append(widget.isVisible()))
    with qtbot.waitSignal(paint.passed):
        widget.show()
    widget.repaint()
    QApplication.processEvents()
    assert told == [True]


def test_that_a_window_that_is_never_painted_is_made_whole_all_the_same(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FirstPaint, "WAIT_MS", 1)
    widget = QWidget()
    qtbot.addWidget(widget)
    paint = FirstPaint(widget)
    with qtbot.waitSignal(paint.passed):
        pass


@pytest.mark.parametrize(
    "act",
    [
        lambda window: window.sidebar.new_chat.click(),
        lambda window: window.sidebar.models.click(),
        lambda window: window.sidebar.settings.click(),
        lambda window: window.sidebar.chats_deleted.emit([1]),
        lambda window: window.sidebar.search.setText("word"),
        lambda window: window.empty.suggestions[0].click(),
        lambda window: window.keys["Ctrl+N"](),
        lambda window: window.picker.open_list(),
        lambda window: window.keys["Ctrl+F"](),
        lambda window: window.toggle_sidebar(),
        lambda window: window.toggle_panel(),
        lambda window: window.close(),
    ],
)
def test_that_whatever_a_person_does_has_the_rest_made(
    app: QApplication, qtbot: QtBot, act: Callable[[MainWindow], object]
) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    made: list[bool] = []

    def make() -> None:
        made.append(True)
        early.leave()

    parts = [window, window.sidebar, window.picker, window.composer, window.empty, window.panel]
    early = DeferredSignals(make, parts, {window.composer.draft_changed})
    window.show()
    qtbot.keyClicks(window.composer.text, "w")
    assert not made
    act(window)
    assert made == [True]
