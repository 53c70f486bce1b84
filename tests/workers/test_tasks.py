"""The bridge of background tasks: outcomes on the GUI thread, and none after it is closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from desktop.core.errors import SamarError
from desktop.services.tasks import Task
from desktop.workers.tasks import Tasks


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    made = Tasks("test")
    yield made
    made.close()


def test_that_each_outcome_calls_its_own_callback_on_the_gui_thread(tasks: Tasks, qtbot: QtBot) -> None:
    told: list[object] = []
    threads: list[object] = []

    def note(value: object = "cancelled") -> None:
        told.append(value)
        threads.append(QThread.currentThread())

    def fail(_task: Task) -> None:
        raise SamarError("no_model")

    tasks.failed.connect(note)
    tasks.run(lambda _: 7, note, note, note)
    tasks.run(fail, note, lambda problem: note(problem.code), note)
    tasks.run(fail)
    tasks.run(lambda task: task.check(), note, note, note).cancel()
    assert tasks.is_busy
    qtbot.waitUntil(lambda: not tasks.is_busy)
    assert told[:2] == [7, "no_model"]
    assert isinstance(told[2], SamarError)
    assert told[3:] == ["cancelled"]
    assert set(threads) == {tasks.thread()}


def test_that_nothing_is_called_after_closing(tasks: Tasks, qtbot: QtBot) -> None:
    told: list[object] = []
    done = threading.Event()
    tasks.run(lambda _: 1, told.append)
    tasks.run(lambda _: done.set(), told.append)
    assert done.wait(60)
    tasks.close()
    qtbot.wait(1)  # what was emitted is delivered
    assert told == []
