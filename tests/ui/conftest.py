"""The window's look and language, set anew for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.settings import Language, Theme
from desktop.ui import i18n, theme
from desktop.ui.main_window import MainWindow


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
