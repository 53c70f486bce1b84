"""Buttons say their shortcut, in the language of the interface, also when it changes while they are there."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.errors import SamarError
from desktop.core.languages import Language
from desktop.ui.models.models_page import ModelsPage
from desktop.ui.shortcuts import native
from tests.fakes.scripted_engine import ScriptedEngine

ARABIC = re.compile("[\u0600-\u06ff]")


def test_that_buttons_with_a_shortcut_say_it(opened: Callable[..., Samar]) -> None:
    samar = opened(ScriptedEngine())
    window, bar = samar.window, samar.transcript.find_bar
    samar.show_error(SamarError("disk_full"))
    samar.settings.open("help")
    dialog = samar.settings.dialog
    assert dialog is not None
    expected: list[tuple[QWidget, str]] = [
        (window.sidebar.new_chat, "Ctrl+N"),
        (window.sidebar.temporary_chat, "Ctrl+Shift+N"),
        (window.sidebar.search, "Ctrl+K"),
        (window.sidebar.settings, "Ctrl+,"),
        (window.sidebar_button, "Ctrl+B"),
        (window.picker, "Ctrl+M"),
        (window.panel_button, "Ctrl+Shift+P"),
        (window.panel.close_button, "Ctrl+Shift+P"),
        (window.composer.attach, "Ctrl+U"),
        (window.composer.send, "Return"),
        (window.banner.close_button, "Esc"),
        (bar.previous, "Shift+Return"),
        (bar.next, "Return"),
        (bar.leave, "Esc"),
        (dialog.finding.field, "Ctrl+F"),
        (dialog.help.guide_button, "F1"),
        (dialog.help.keys_button, "Ctrl+/"),
    ]
    for widget, keys in expected:
        assert native(keys) in widget.toolTip(), (keys, widget.toolTip())
    dialog.close()


def test_that_the_page_of_models_says_its_shortcuts(app: QApplication, show: Callable[[QWidget], None]) -> None:
    page = ModelsPage()
    show(page)
    for number, tab in enumerate(page.tabs.group.buttons(), 1):
        assert native(f"Ctrl+{number}") in tab.toolTip()
    fields: list[QLineEdit] = [page.local.words, page.catalogue.words, page.hub.words]
    assert all(native("Ctrl+F") in field.toolTip() for field in fields)
    page.close()


def test_that_bars_over_the_chat_change_their_language_with_the_window(
    opened: Callable[..., Samar], qtbot: QtBot
) -> None:
    samar = opened(ScriptedEngine())
    samar.chats.send("A question")
    qtbot.waitUntil(lambda: not samar.window.composer.generating)
    overlays, bar = samar.transcript.overlays, samar.transcript.find_bar
    qtbot.waitUntil(lambda: bool(overlays.bars))
    samar.transcript.open_find()
    samar.preferences.change(language=Language.ARABIC)

    def names() -> list[str]:
        buttons = (overlays.down, bar.previous, bar.next, bar.leave, *(made.copy for made in overlays.bars.values()))
        return [*(button.toolTip() for button in buttons), bar.field.placeholderText()]

    qtbot.waitUntil(lambda: bool(overlays.bars) and all(ARABIC.search(name) for name in names()))
