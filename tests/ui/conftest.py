"""The window's look and language, set anew for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.languages import Language
from desktop.core.paths import Paths
from desktop.core.requests import LoadOptions
from desktop.core.settings import Theme
from desktop.providers.base import Provider
from desktop.ui import i18n, theme
from desktop.ui.main_window import MainWindow
from tests.fakes.scripted_engine import ScriptedEngine


@cache
def installed(app: QApplication) -> None:
    theme.install(app, Theme.LIGHT)


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    """The application in English and light, whatever a test made of it before."""
    installed(qapp)
    theme.apply(Theme.LIGHT, 1.0)
    i18n.install(qapp, Language.ENGLISH)
    yield qapp
    theme.apply(Theme.LIGHT, 1.0)
    i18n.install(qapp, Language.ENGLISH)


@pytest.fixture
def window(app: QApplication, qtbot: QtBot) -> MainWindow:
    made = MainWindow(QWidget())
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def show(app: QApplication, qtbot: QtBot) -> Callable[[QWidget], None]:
    """Show a widget of its own and wait until it is there."""

    def shown(widget: QWidget) -> None:
        qtbot.addWidget(widget)
        with qtbot.waitExposed(widget):
            widget.show()

    return shown


@pytest.fixture
def opened(app: QApplication, data_dir: Path, qtbot: QtBot) -> Iterator[Callable[..., Samar]]:
    """Opens the whole of Samar over a scripted engine or provider, any number of times over one data folder, and closes it."""
    running: list[Samar] = []

    def open_(
        engine: ScriptedEngine | Provider,
        *,
        language: Language = Language.ENGLISH,
        context: int = 2048,
        model: str = "one.gguf",
        prepare: Callable[[Samar], object] = lambda _samar: None,
    ) -> Samar:
        """model: is loaded; "": none. prepare: called before the window is shown."""
        if isinstance(engine, Provider):
            made = Samar(app, Paths.under(data_dir), provider=engine)
        else:
            made = Samar(app, Paths.under(data_dir), engine)
        running.append(made)
        prepare(made)
        made.preferences.change(language=language)
        with qtbot.waitExposed(made.window):
            made.window.show()
        qtbot.waitUntil(made.window.isActiveWindow)
        if model:
            with qtbot.waitSignal(made.worker.model_loaded):
                made.worker.load(Path(model), LoadOptions(threads=1, context=context))
        return made

    yield open_
    for samar in running:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()
