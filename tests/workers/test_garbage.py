from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from desktop.workers.gui_gc import GuiCollector


class Knot:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def collector(qapp: QCoreApplication) -> Iterator[GuiCollector]:
    was_on = gc.isenabled()
    collector = GuiCollector()
    yield collector
    collector.deleteLater()
    if was_on:
        gc.enable()


def test_that_nothing_is_collected_in_another_thread(collector: GuiCollector, qtbot: QtBot) -> None:
    threads: set[int] = set()

    def note(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            threads.add(threading.get_ident())

    gc.callbacks.append(note)
    try:
        knot = weakref.ref(Knot())
        worker = threading.Thread(target=lambda: [Knot() for _ in range(50_000)])
        worker.start()
        worker.join()
        assert threads == set()
        qtbot.waitUntil(lambda: knot() is None)
    finally:
        gc.callbacks.remove(note)
    assert threads == {threading.get_ident()}


def test_that_what_was_there_at_first_is_spared(qapp: QCoreApplication) -> None:
    was_on, before = gc.isenabled(), gc.get_freeze_count()
    collector = GuiCollector(spare=True)
    try:
        collector.collect()
        assert gc.get_freeze_count() > before
        knot = weakref.ref(Knot())
        [Knot() for _ in range(gc.get_threshold()[0] + 1)]
        collector.collect()
        assert knot() is None
    finally:
        gc.unfreeze()
        collector.deleteLater()
        if was_on:
            gc.enable()
