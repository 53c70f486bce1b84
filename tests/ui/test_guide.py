"""The guide says what the interface says, in both languages, and opens what it speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.languages import Language
from desktop.core.settings import Theme
from desktop.ui import bilingual, guide, i18n, theme
from desktop.ui.commands import COMMANDS, by_name
from desktop.ui.guide_window import GuideWindow
from desktop.ui.shortcut_sheet import shortcuts
from desktop.ui.shortcuts import native

PLACES = {"data": "/home/mona/data", "models": "/m o d/files", "cache": "/c", "logs": "/l"}
BOTH = pytest.mark.parametrize("language", i18n.LANGUAGES)


def labels(text: str) -> set[str]:
    return {found["text"] for found in guide.LABEL.finditer(text)}


def test_that_each_topic_is_in_both_languages_and_offers_the_same() -> None:
    english, arabic = (guide.read(language) for language in i18n.LANGUAGES)
    assert [topic.name for topic in english] == [topic.name for topic in arabic]
    assert len({topic.name for topic in english}) == len(english) >= 15
    for one, other in zip(english, arabic, strict=True):
        assert one.buttons == other.buttons, one.name
        assert labels(one.text) == labels(other.text), one.name
        assert re.findall(r"\{\w+\}", one.text) == re.findall(r"\{\w+\}", other.text), one.name
        assert sorted(set(re.findall("`[^`]+`", one.text))) == sorted(set(re.findall("`[^`]+`", other.text))), one.name


@BOTH
def test_that_every_label_of_the_guide_is_in_the_interface(language: Language) -> None:
    """A label that was renamed or is ambiguous in Arabic has the guide changed with it."""
    known = bilingual.counterparts()
    for topic in guide.read(language):
        for label in labels(topic.text):
            assert len(known.get(label, ())) == 1, f"{topic.name}: {label}"


@BOTH
def test_that_every_command_of_the_guide_is_one(language: Language) -> None:
    for topic in guide.read(language):
        assert set(topic.buttons) <= by_name().keys(), topic.name


@BOTH
def test_that_every_shortcut_of_the_guide_is_one(language: Language) -> None:
    known = {part for _text, keys in shortcuts() for part in keys.split()}
    known |= {command.keys for command in COMMANDS} | {"Enter", "Shift+Enter", "Shift+F10"}
    for topic in guide.read(language):
        for keys in re.findall(r"`((?:Ctrl|Alt|Shift)\+[^`]+|F\d+|Esc|Del|Enter)`", topic.text):
            assert keys in known, f"{topic.name}: {keys}"


def test_that_no_two_commands_have_the_same_name_or_keys() -> None:
    assert len(by_name()) == len(COMMANDS)
    keys = [QKeySequence(command.keys).toString() for command in COMMANDS if command.keys]
    assert len(set(keys)) == len(keys)


def test_that_labels_are_said_in_the_language_of_the_interface() -> None:
    assert guide.labelled("[[New chat]]!", Language.ENGLISH) == "**New chat**!"
    assert guide.labelled("[[New chat]]!", Language.ARABIC) == "**محادثة جديدة**!"


@pytest.fixture(params=[(Language.ENGLISH, Theme.LIGHT), (Language.ARABIC, Theme.DARK)])
def window(app: QApplication, show: Callable[[QWidget], None], request: pytest.FixtureRequest) -> Iterator[GuideWindow]:
    language, choice = request.param
    i18n.install(app, language)
    theme.apply(choice, 1.0)
    made = GuideWindow(PLACES)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.open_topic()
    show(made)
    yield made
    made.close()


def test_that_every_topic_is_shown_as_it_is_written(window: GuideWindow, qtbot: QtBot) -> None:
    for topic in guide.topics():
        window.open_topic(topic.name)
        shown = window.page.document().toPlainText()
        assert shown.strip().startswith(topic.title)
        assert not re.search(r"\[\[|\*\*|\{\w+\}|<!--|^#", shown, re.MULTILINE), topic.name
        assert len(window.buttons) == len(topic.buttons)
        qtbot.waitUntil(lambda: all(button.isVisible() and button.text() for button in window.buttons))


def test_that_arabic_topics_run_from_the_right(app: QApplication, show: Callable[[QWidget], None]) -> None:
    """A line with more Latin letters than Arabic ones would run from the left."""
    i18n.install(app, Language.ARABIC)
    window = GuideWindow(PLACES)
    show(window)
    for topic in guide.topics():
        window.open_topic(topic.name)
        block = window.page.document().begin()
        while block.isValid():
            if re.search("[\u0600-\u06ff]", block.text()):
                direction = block.blockFormat().layoutDirection()
                assert direction == Qt.LayoutDirection.RightToLeft, f"{topic.name}: {block.text()}"
            block = block.next()
    window.close()


def test_that_the_places_and_the_shortcuts_of_this_computer_are_named(window: GuideWindow) -> None:
    window.open_topic("data")
    assert all(place in window.page.document().toPlainText() for place in PLACES.values())
    window.open_topic("shortcuts")
    text = window.page.document().toPlainText()
    assert all(native(command.keys) in text for command in COMMANDS if command.keys)


@pytest.mark.parametrize(
    ("query", "topic"), [("uninstall", "removing"), ("إزالة سمر", "removing"), ("طباعه", "export")]
)
def test_that_a_search_in_either_language_finds_the_topic(window: GuideWindow, query: str, topic: str) -> None:
    window.field.setText(query)
    assert window.list.item(0).data(Qt.ItemDataRole.UserRole) == topic == window.topic
    window.field.setText("xyzzy")
    assert window.list.count() == 0
    assert window.nothing.isVisible()
    window.field.clear()
    assert window.list.count() == len(guide.topics())


def test_that_what_is_searched_for_is_marked(window: GuideWindow) -> None:
    window.field.setText("flatpak")
    assert window.page.textCursor().selectedText().casefold() == "flatpak"


def test_that_a_button_says_which_command_is_wanted(window: GuideWindow, qtbot: QtBot) -> None:
    window.open_topic("deleting")
    with qtbot.waitSignal(window.command_requested) as told:
        qtbot.mouseClick(window.buttons[0], Qt.MouseButton.LeftButton)
    assert told.args == ["chats.deleted"]


def test_that_it_changes_its_language_while_it_is_open(app: QApplication, window: GuideWindow, qtbot: QtBot) -> None:
    window.open_topic("privacy")
    before = window.page.document().toPlainText()
    other = next(language for language in i18n.LANGUAGES if language is not i18n.current())
    i18n.install(app, other)
    qtbot.waitUntil(lambda: window.page.document().toPlainText() != before)
    assert window.topic == "privacy"
    assert window.list.item(0).text() == guide.read(other)[0].title


def test_that_an_unknown_topic_is_refused(window: GuideWindow) -> None:
    with pytest.raises(KeyError):
        window.open_topic("nothing")
