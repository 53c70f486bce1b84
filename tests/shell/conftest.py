"""The whole program with a scripted engine, for the tests of start and end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.languages import Language
from desktop.core.paths import Paths
from desktop.ui import i18n
from tests.fakes.scripted_engine import ScriptedEngine, facts_of


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot, data_dir: Path) -> Iterator[Callable[[], Samar]]:
    """Opens Samar on the same data folder, as often as a test starts it; the model is loaded then."""
    running: list[Samar] = []

    def made() -> Samar:
        samar = Samar(qapp, Paths.under(data_dir), ScriptedEngine(inspect=facts_of))
        running.append(samar)
        samar.start([])
        qtbot.waitUntil(lambda: samar.worker.model is not None, timeout=20_000)
        return samar

    yield made
    for samar in running:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()
    i18n.install(qapp, Language.ENGLISH)
