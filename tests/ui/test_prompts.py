"""The library of prompts and the slash in the composer, in the real window with the real history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.languages import Language
from desktop.core.paths import Paths
from desktop.ui import i18n
from desktop.ui.panel.prompt_dialog import PromptDialog
from tests.fakes.scripted_engine import ScriptedEngine

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def samar(app: QApplication, data_dir: Path, qtbot: QtBot) -> Iterator[Samar]:
    made = Samar(app, Paths.under(data_dir), ScriptedEngine())
    i18n.install(app, Language.ENGLISH)
    with qtbot.waitExposed(made.window):
        made.window.show()
    made.window.activateWindow()
    made.window.composer.focus()
    qtbot.waitUntil(made.window.composer.text.hasFocus)
    yield made
    made.window.close()
    made.close()
    made.window.deleteLater()


def names(samar: Samar) -> list[str]:
    return [row.text() for row in samar.prompts.menu.rows]


def type_text(samar: Samar, qtbot: QtBot, text: str) -> None:
    qtbot.keyClicks(samar.window.composer.text, text)


def press(samar: Samar, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    qtbot.keyClick(samar.window.composer.text, key, modifier or Qt.KeyboardModifier.NoModifier)


def open_library(samar: Samar, qtbot: QtBot) -> PromptDialog:
    if samar.window.panel.isHidden():
        samar.window.toggle_panel()
    qtbot.mouseClick(samar.window.panel.prompt_library, Qt.MouseButton.LeftButton)
    return next(dialog for dialog in samar.window.findChildren(PromptDialog) if dialog.isVisible())


def test_that_a_slash_offers_prompts_and_filters_them(samar: Samar, qtbot: QtBot) -> None:
    library = samar.prompts.library
    library.create("Translate", "Translate this.", "tr")
    library.create("لخّص", "لخّص النص.", "لخص", starred=True)
    library.create("Plain", "Be plain.")
    type_text(samar, qtbot, "/")
    assert names(samar) == ["لخّص", "Plain", "Translate", "All prompts…"]
    type_text(samar, qtbot, "t")
    assert names(samar) == ["Translate"]
    press(samar, qtbot, Qt.Key.Key_Backspace)
    samar.window.composer.text.insertPlainText("لخ")
    assert names(samar) == ["لخّص"]
    type_text(samar, qtbot, "zz")
    assert not samar.prompts.menu.isVisible()


def test_that_enter_inserts_the_text_with_its_variables_filled(samar: Samar, qtbot: QtBot) -> None:
    samar.prompts.library.create("First", "No.", "a1")
    samar.prompts.library.create("Second", "Answer in {language}, {user}.", "a2")
    samar.preferences.change(user_name="Sara")
    type_text(samar, qtbot, "/a")
    press(samar, qtbot, Qt.Key.Key_Down)
    press(samar, qtbot, Qt.Key.Key_Return)
    assert samar.window.composer.draft() == "Answer in English, Sara."
    assert not samar.prompts.menu.isVisible()
    assert samar.store.list_chats() == []


def test_that_control_enter_makes_it_the_system_prompt(samar: Samar, qtbot: QtBot) -> None:
    samar.prompts.library.create("Pirate", "Talk like a pirate on {date}.", "pirate")
    type_text(samar, qtbot, "/pi")
    press(samar, qtbot, Qt.Key.Key_Return, CTRL)
    assert samar.window.composer.draft() == ""
    assert samar.window.panel.prompt_text.toPlainText() == "Talk like a pirate on {date}."
    assert "Pirate" in samar.window.toast.label.text()
    assert samar.chats.temporary_prompt == "Talk like a pirate on {date}."


def test_that_escape_leaves_the_slash_as_text(samar: Samar, qtbot: QtBot) -> None:
    samar.prompts.library.create("One", "x", "one")
    type_text(samar, qtbot, "/")
    press(samar, qtbot, Qt.Key.Key_Escape)
    type_text(samar, qtbot, "on")
    assert not samar.prompts.menu.isVisible()
    assert samar.window.composer.draft() == "/on"


def test_that_a_slash_inside_a_text_is_a_slash(samar: Samar, qtbot: QtBot) -> None:
    samar.prompts.library.create("One", "x", "one")
    type_text(samar, qtbot, "and/or /one")
    assert not samar.prompts.menu.isVisible()


def test_that_the_menu_leads_to_the_library(samar: Samar, qtbot: QtBot) -> None:
    type_text(samar, qtbot, "/")
    assert names(samar) == ["All prompts…"]
    press(samar, qtbot, Qt.Key.Key_Return)
    dialog = samar.window.findChild(PromptDialog)
    assert dialog.isVisible()
    dialog.close()


def test_that_a_prompt_is_made_edited_starred_and_kept(samar: Samar, qtbot: QtBot) -> None:
    dialog = open_library(samar, qtbot)
    assert dialog.nothing.isVisible()
    qtbot.mouseClick(dialog.new, Qt.MouseButton.LeftButton)
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, "Zebra")
    qtbot.keyClicks(dialog.command, "/Ze bra")
    with qtbot.waitSignal(dialog.edited):
        dialog.text.setPlainText("Stripes.")
    made = samar.prompts.library.list_prompts()
    assert [(p.name, p.command, p.content) for p in made] == [("Zebra", "ze-bra", "Stripes.")]
    samar.prompts.library.create("Ant", "Small.")
    dialog.set_prompts(samar.prompts.library.list_prompts())
    qtbot.mouseClick(dialog.star, Qt.MouseButton.LeftButton)
    assert [p.name for p in samar.prompts.library.list_prompts()] == ["Zebra", "Ant"]
    assert dialog.list.item(0).text() == "Zebra"
    dialog.close()


def test_that_choosing_another_prompt_keeps_the_edit(samar: Samar, qtbot: QtBot) -> None:
    samar.prompts.library.create("A", "one")
    samar.prompts.library.create("B", "two")
    dialog = open_library(samar, qtbot)
    dialog.text.setPlainText("changed")
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: dialog.text.toPlainText() == "two")
    assert [p.content for p in samar.prompts.library.list_prompts()] == ["changed", "two"]
    dialog.close()


def test_that_a_deleted_prompt_comes_back(samar: Samar, qtbot: QtBot) -> None:
    samar.prompts.library.create("A", "one", "a", starred=True)
    dialog = open_library(samar, qtbot)
    before = samar.prompts.library.list_prompts()
    qtbot.mouseClick(dialog.remove, Qt.MouseButton.LeftButton)
    assert samar.prompts.library.list_prompts() == []
    assert dialog.undo.isVisible()
    qtbot.mouseClick(dialog.undo, Qt.MouseButton.LeftButton)
    assert samar.prompts.library.list_prompts() == before
    assert not dialog.undo.isVisible()
    assert dialog.name.text() == "A"
    dialog.close()


def test_that_a_prompt_is_used_in_this_chat(samar: Samar, qtbot: QtBot) -> None:
    chat = samar.store.create_chat("One")
    samar.chats.open_chat(chat.id)
    samar.prompts.library.create("A", "Be brief.")
    dialog = open_library(samar, qtbot)
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert samar.store.get_chat(chat.id).system_prompt == "Be brief."
    assert samar.window.panel.prompt_text.toPlainText() == "Be brief."


def test_that_the_library_goes_through_a_file(samar: Samar, qtbot: QtBot, tmp_path: Path) -> None:
    samar.prompts.library.create("A", "one", "a", starred=True)
    file = tmp_path / "prompts.json"
    samar.prompts.export_to(file)
    samar.prompts.library.delete(samar.prompts.library.list_prompts()[0].id)
    dialog = open_library(samar, qtbot)
    samar.prompts.import_from(file, dialog)
    assert [(p.name, p.command, p.starred) for p in samar.prompts.library.list_prompts()] == [("A", "a", True)]
    assert dialog.name.text() == "A"
    file.write_text("{")
    samar.chats.guarded(samar.prompts.import_from)(file, dialog)
    assert "prompts.json" in samar.window.banner.what.text()
    dialog.close()
