"""`make screenshots` renders every state in both languages and themes; what it shows is laid out whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.core.languages import Language
from desktop.core.settings import Theme
from desktop.ui import i18n, screenshots, theme


def test_that_pictures_are_made_in_both_languages_and_themes(app: QApplication, tmp_path: Path) -> None:
    made = screenshots.take(tmp_path, {"panel": screenshots.STATES["panel"]}, (1.0, 2.0))
    assert len(made) == 8
    pictures = {file.stem: QImage(str(file)) for file in made}
    assert pictures["panel-en-light"].size().width() == 1280
    assert pictures["panel-en-light@2x"].size().width() == 2560
    assert pictures["panel-en-light"].pixelColor(20, 700).name().upper() == theme.LIGHT.sidebar
    assert pictures["panel-ar-dark"].pixelColor(1260, 700).name().upper() == theme.DARK.sidebar


@pytest.mark.parametrize("state", screenshots.STATES)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("size", [(720, 480), (1280, 832)])
def test_that_no_text_is_cut_and_nothing_lies_outside(
    app: QApplication, qtbot: QtBot, state: str, language: Language, size: tuple[int, int]
) -> None:
    i18n.install(app, language)
    theme.apply(Theme.LIGHT, 1.0)
    window = screenshots.sample_window(language)
    qtbot.addWidget(window)
    window.resize(*size)
    with qtbot.waitExposed(window):
        window.show()
    screenshots.STATES[state](window)
    screenshots.settle(app)
    ground = QRect(QPoint(), window.size())
    for widget in window.main.findChildren(QLabel) + window.sidebar.findChildren(QAbstractButton):
        inside = widget.window() is window and not window.transcript.isAncestorOf(widget)
        if inside and widget.isVisible() and widget.text():
            place = QRect(widget.mapTo(window, QPoint()), widget.size())
            assert ground.contains(place), (widget.text(), place)
            if isinstance(widget, QLabel) and not widget.wordWrap():
                assert widget.fontMetrics().horizontalAdvance(widget.text()) <= widget.width() + 1, widget.text()
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()


def test_that_the_command_writes_the_pictures_of_the_readme(app: QApplication, tmp_path: Path) -> None:
    assert screenshots.main([str(tmp_path)]) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "panel-ar-dark.png",
        "panel-ar-light.png",
        "panel-en-dark.png",
        "panel-en-light.png",
    ]
    assert screenshots.main([]) == 2
