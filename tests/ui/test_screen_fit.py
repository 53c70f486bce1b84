"""No window is larger than its screen, whatever the screen and wherever the window stood before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.languages import Language
from desktop.ui import i18n, screen_fit
from desktop.ui.main_window import MainWindow
from desktop.ui.models.folders_dialog import FoldersDialog
from desktop.ui.models.models_page import ModelsPage
from desktop.ui.panel.prompt_dialog import PromptDialog
from desktop.ui.report_dialog import ReportDialog
from desktop.ui.settings.settings_dialog import SettingsDialog
from desktop.ui.shortcut_sheet import ShortcutSheet

SMALL = QSize(853, 480) - screen_fit.FRAME
"""What is left of 1280 × 720 at 150 %."""

WINDOWS: dict[str, Callable[[QWidget], QWidget]] = {
    "models": lambda _parent: ModelsPage(),
    "settings": lambda parent: SettingsDialog(parent),
    "prompts": lambda parent: PromptDialog(parent),
    "report": lambda parent: ReportDialog([("about.txt", "versions")], parent),
    "shortcuts": lambda parent: ShortcutSheet(parent),
    "folders": lambda parent: FoldersDialog([], parent),
}


@pytest.fixture
def small(app: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_fit, "room", lambda _screen: SMALL)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", WINDOWS)
def test_that_every_window_fits_a_small_screen(
    app: QApplication, qtbot: QtBot, show: Callable[[QWidget], None], name: str, language: Language
) -> None:
    i18n.install(app, language)
    parent = QWidget()
    qtbot.addWidget(parent)
    made = WINDOWS[name](parent)
    show(made)
    assert made.size().boundedTo(SMALL) == made.size()
    assert made.minimumSizeHint().boundedTo(SMALL) == made.minimumSizeHint()  # it can be made as small by hand


@pytest.mark.usefixtures("small")
def test_that_the_first_window_fills_a_small_screen(app: QApplication, qtbot: QtBot) -> None:
    made = MainWindow(QWidget())
    qtbot.addWidget(made)
    assert made.isMaximized()
    assert made.minimumSize().boundedTo(SMALL) == made.minimumSize()
    made.empty.set_welcome(True)
    assert made.minimumSizeHint().boundedTo(SMALL) == made.minimumSizeHint()


def test_that_the_first_window_has_its_own_size_on_a_large_screen(app: QApplication, qtbot: QtBot) -> None:
    made = MainWindow(QWidget())
    qtbot.addWidget(made)
    room = screen_fit.room(app.primaryScreen())
    assert made.size() == QSize(1280, 832).boundedTo(room)
    assert made.isMaximized() is (made.size() != QSize(1280, 832))


@pytest.mark.parametrize("place", [QRect(5000, 40, 900, 600), QRect(-3000, -2000, 900, 600), QRect(10, 40, 9000, 9000)])
def test_that_a_window_of_a_screen_that_is_gone_comes_back(app: QApplication, qtbot: QtBot, place: QRect) -> None:
    before = MainWindow(QWidget())
    qtbot.addWidget(before)
    before.setGeometry(place)
    after = MainWindow(QWidget(), geometry=before.geometry_text())
    qtbot.addWidget(after)
    screen_fit.bring_onto_screen(after)  # nothing is left to do
    screen = app.primaryScreen().availableGeometry()
    assert screen.contains(QRect(after.geometry().topLeft(), after.size() + screen_fit.FRAME))


def test_that_a_window_that_is_seen_stays_where_it_is(app: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(QRect(QPoint(30, 60), QSize(400, 300)))
    screen_fit.bring_onto_screen(window)
    assert window.geometry() == QRect(30, 60, 400, 300)
