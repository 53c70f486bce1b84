"""Options are found by what they are called, by what is said about them and by their choices, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.languages import Language
from desktop.ui import i18n
from desktop.ui.settings.search import options
from desktop.ui.settings.settings_dialog import PAGES, SettingsDialog


def open_dialog(app: QApplication, show: Callable[[QWidget], None], language: Language) -> SettingsDialog:
    i18n.install(app, language)
    made = SettingsDialog(data_folder="/home/mona/samar", cores=4)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    show(made)
    return made


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("theme", "theme"),
        ("المظهر", "theme"),
        ("داكن", "theme"),
        ("حجم الخط", "scale"),
        ("account tracking", "privacy"),
        ("لا حساب", "privacy"),
        ("Jan", "import"),
        ("الاحتفاظ بالمحادثات", "deleted"),
        ("threads", "threads"),
    ],
)
def test_that_an_option_is_found_in_both_languages(
    app: QApplication, show: Callable[[QWidget], None], language: Language, query: str, name: str
) -> None:
    dialog = open_dialog(app, show, language)
    dialog.search(query)
    assert dialog.words[name] in [option.label for option in dialog.finding.found]
    dialog.close()


def test_that_every_option_of_the_pages_is_found_by_its_name(
    app: QApplication, show: Callable[[QWidget], None]
) -> None:
    dialog = open_dialog(app, show, Language.ENGLISH)
    named = {name for name, label in dialog.words.items() if label.property("rank") != "hint"}
    found = {option.label for option in options(dialog.pages)}
    assert {dialog.words[name] for name in named} <= found
    assert {option.page for option in options(dialog.pages)} == set(range(len(PAGES)))
    for name in named:
        dialog.search(dialog.words[name].text())
        assert dialog.words[name] in [option.label for option in dialog.finding.found[:2]], name
    dialog.close()


def is_in_view(label: QWidget, area: QScrollArea) -> bool:
    place = label.mapTo(area.viewport(), label.rect().center())
    return label.isVisible() and area.viewport().rect().contains(place)


def test_that_choosing_a_result_turns_to_it_and_enter_goes_there(
    app: QApplication, show: Callable[[QWidget], None], qtbot: QtBot
) -> None:
    dialog = open_dialog(app, show, Language.ENGLISH)
    for query, page in (("keep deleted chats", "storage"), ("mirostat", "replies")):
        dialog.search(query)
        option = dialog.finding.found[0]
        area = dialog.pages.currentWidget()
        assert isinstance(area, QScrollArea)
        assert PAGES[dialog.pages.currentIndex()][1] == page
        assert dialog.nav[page].isChecked()
        qtbot.waitUntil(lambda: is_in_view(dialog.finding.found[0].label, dialog.pages.currentWidget()))
        QTest.keyClick(dialog.finding.field, Qt.Key.Key_Return)
        assert option.control is not None
        qtbot.waitUntil(option.control.hasFocus)
    dialog.close()


def test_that_escape_gives_the_pages_back_before_it_closes(app: QApplication, show: Callable[[QWidget], None]) -> None:
    dialog = open_dialog(app, show, Language.ENGLISH)
    dialog.search("xyzzy")
    assert dialog.finding.nothing.isVisible()
    assert not any(button.isVisible() for button in dialog.nav.values())
    QTest.keyClick(dialog.finding.field, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert all(button.isVisible() for button in dialog.nav.values())
    QTest.keyClick(dialog.finding.field, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
