"""Every command is found by its name in either language, and done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.core.languages import Language
from desktop.core.settings import Settings, Theme
from desktop.navigation import TOPICS, TOPICS_OF_SETTINGS
from desktop.storage.chats import ChatStore
from desktop.storage.opening import open_history
from desktop.ui import bilingual, guide, i18n
from desktop.ui.command_palette import KEYS, CommandPalette, Entry
from desktop.ui.commands import COMMANDS, text_of
from desktop.ui.error_presenter import samar_version
from desktop.ui.main_window import MainWindow
from desktop.ui.shortcut_sheet import ShortcutSheet
from tests.fakes.scripted_engine import Reply, ScriptedEngine

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = [Entry(name=each.name, text=each.text, keys=each.keys, words=each.words) for each in COMMANDS]


def open_palette(entries: list[Entry], show: Callable[[QWidget], None]) -> CommandPalette:
    made = CommandPalette(entries)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    show(made)
    return made


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_that_each_command_is_found_first_by_its_name_in_both_languages(
    app: QApplication, show: Callable[[QWidget], None], language: Language
) -> None:
    i18n.install(app, language)
    entries = [Entry(name=each.name, text=text_of(each.name), keys=each.keys, words=each.words) for each in COMMANDS]
    palette = open_palette(entries, show)
    for command in COMMANDS:
        for text in bilingual.in_both(command.text).splitlines():
            palette.field.setText(text)
            assert command.name in [entry.name for entry in palette.shown[:2]], text
    palette.close()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("ctrl k", "chat.search"),
        ("Ctrl+K", "chat.search"),
        ("النماذج", "models.local"),
        ("مظهر", "view.light"),
        ("اعدادات", "settings.open"),
        ("incognito", "chat.temporary"),
        ("سله", "chats.deleted"),
        ("NEW", "chat.new"),
    ],
)
def test_that_words_are_folded_and_shortcuts_and_synonyms_find_too(
    app: QApplication, show: Callable[[QWidget], None], query: str, name: str
) -> None:
    palette = open_palette(ENTRIES, show)
    palette.field.setText(query)
    assert name in [entry.name for entry in palette.shown]
    palette.field.setText(f"{query} xyzzy")
    assert palette.shown == []
    assert palette.nothing.isVisible()
    palette.close()


def test_that_the_keyboard_chooses_and_takes(app: QApplication, show: Callable[[QWidget], None], qtbot: QtBot) -> None:
    palette = open_palette(ENTRIES, show)
    assert str(palette.list.item(0).data(KEYS)) in ("Ctrl+N", "⌘N")
    for key, row in ((Qt.Key.Key_Down, 1), (Qt.Key.Key_Up, 0), (Qt.Key.Key_Up, len(ENTRIES) - 1), (Qt.Key.Key_Down, 0)):
        QTest.keyClick(palette.field, key)
        assert palette.list.currentRow() == row
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    with qtbot.waitSignal(palette.chosen) as told:
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert told.args == [ENTRIES[1].name]
    assert not palette.isVisible()


def test_that_every_shortcut_of_the_window_is_a_command(window: MainWindow) -> None:
    keys = {command.keys for command in COMMANDS if command.keys}
    assert set(window.keys) | {"F1"} == keys
    sheet = ShortcutSheet(window)
    assert {text_of(command.name) for command in COMMANDS if command.keys} <= {text for text, _keys in sheet.rows()}
    sheet.close()


# --- in the whole window


@pytest.fixture
def samar(opened: Callable[..., Samar], qtbot: QtBot) -> Samar:
    return opened(ScriptedEngine())


def press(samar: Samar, keys: str) -> None:
    QTest.keySequence(samar.window, keys)


def test_that_every_command_of_the_table_can_be_done(samar: Samar) -> None:
    actions = samar.navigation.actions()
    assert {command.name for command in COMMANDS} == set(actions)


def test_that_ctrl_shift_k_opens_it_and_a_command_is_done(samar: Samar, qtbot: QtBot) -> None:
    press(samar, "Ctrl+Shift+K")
    palette = samar.navigation.palette
    assert palette is not None
    palette.field.setText("داكن")
    assert palette.shown[0].name == "view.dark"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert samar.preferences.value.theme is Theme.DARK
    assert samar.preferences.value.recent_commands == ("view.dark",)
    qtbot.waitUntil(lambda: samar.navigation.palette is None)
    assert samar.navigation.entries()[0].name == "view.dark"


def test_that_the_advanced_settings_of_a_chat_are_found_and_unfolded(samar: Samar, qtbot: QtBot) -> None:
    panel = samar.window.panel
    for words in ("advanced", "متقدّمة", "top-k", "بذرة"):
        press(samar, "Ctrl+Shift+K")
        palette = samar.navigation.palette
        assert palette is not None
        palette.field.setText(words)
        assert palette.shown[0].name == "chat.advanced"
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: samar.navigation.palette is None)
        assert panel.isVisible()
        field = panel.sampling.top_k
        qtbot.waitUntil(lambda field=field: field.visibleRegion().boundingRect() == field.rect())
        panel.sampling.more.setChecked(False)
    assert not samar.preferences.value.advanced_visible, "looking something up is no wish to see it always"


def test_that_commands_that_can_not_be_done_are_left_out(samar: Samar) -> None:
    names = {entry.name for entry in samar.navigation.entries()}
    assert not names & {"chat.delete", "chat.rename", "chat.copy_reply", "chat.regenerate", "view.palette"}
    assert {"chat.new", "settings.storage", "help.privacy", "help.news"} <= names


def test_that_chats_are_found_by_their_titles_and_opened(samar: Samar, qtbot: QtBot) -> None:
    samar.chats.send("A question about figs")
    qtbot.waitUntil(lambda: not samar.window.composer.generating)
    chat = samar.chats.chat
    assert chat is not None
    names = {entry.name for entry in samar.navigation.entries()}
    assert {"chat.delete", "chat.rename", "chat.copy_reply", "chat.export"} <= names
    samar.chats.new_chat()
    press(samar, "Ctrl+Shift+K")
    palette = samar.navigation.palette
    assert palette is not None
    palette.field.setText("figs")
    assert palette.shown[0].text == chat.title
    palette.take(0)
    assert samar.chats.chat is not None
    assert samar.chats.chat.id == chat.id
    samar.navigation.run("chat.delete")
    assert chat.id not in samar.window.sidebar.model.chats


def test_that_words_may_be_searched_for_in_the_settings(samar: Samar, qtbot: QtBot) -> None:
    press(samar, "Ctrl+Shift+K")
    palette = samar.navigation.palette
    assert palette is not None
    palette.field.setText("مؤشر contrast")
    assert [entry.name for entry in palette.shown] == ["search-settings.مؤشر contrast"]
    palette.field.setText("contrast")
    palette.take(len(palette.shown) - 1)
    dialog = samar.settings.dialog
    assert dialog is not None
    assert dialog.finding.found[0].label is dialog.words["contrast"]
    dialog.close()


def test_that_names_open_pages_and_topics(samar: Samar, monkeypatch: pytest.MonkeyPatch) -> None:
    samar.window.page_requested.emit("settings.storage")
    assert samar.settings.dialog is not None
    assert samar.settings.dialog.pages.currentIndex() == 3
    samar.settings.dialog.close()
    samar.navigation.run("help.privacy")
    assert samar.navigation.guide is not None
    assert samar.navigation.guide.topic == "privacy"
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    samar.navigation.run("folder.data")
    assert opened == [str(samar.paths.data)]
    with pytest.raises(KeyError):
        samar.navigation.run("help.nothing")
    with pytest.raises(KeyError):
        samar.navigation.run("nothing")


def test_that_f1_opens_the_help_and_the_settings_lead_there(samar: Samar, qtbot: QtBot) -> None:
    press(samar, "F1")
    shown = samar.navigation.guide
    assert shown is not None
    shown.close()
    qtbot.waitUntil(lambda: samar.navigation.guide is None)
    samar.settings.open("help")
    dialog = samar.settings.dialog
    assert dialog is not None
    qtbot.mouseClick(dialog.help.topic_buttons["removing"], Qt.MouseButton.LeftButton)
    assert samar.settings.dialog is None
    assert samar.navigation.guide is not None
    assert samar.navigation.guide.topic == "removing"


def test_that_f1_opens_the_help_in_every_window_at_what_the_window_is_about(samar: Samar, qtbot: QtBot) -> None:
    topics = {}
    for name in ("settings.open", "models.local", "prompts.open", "chats.deleted", "help.report", "help.shortcuts"):
        before = set(QApplication.topLevelWidgets())
        samar.navigation.run(name)
        made = (widget for widget in QApplication.topLevelWidgets() if widget not in before)
        window = next(widget for widget in made if widget.isVisible() and not isinstance(widget, MainWindow))
        qtbot.waitUntil(lambda window=window: QApplication.activeWindow() is window)
        QTest.keySequence(window, "F1")
        shown = samar.navigation.guide
        assert shown is not None
        assert shown.isVisible()
        topics[type(window).__name__] = shown.topic
        if window.isModal():
            assert shown.parentWidget() is window, "else the dialog would keep every key and click from it"
        shown.close()
        window.close()
        qtbot.waitUntil(lambda: samar.navigation.guide is None)
    assert topics == {
        "SettingsDialog": "languages",
        "ModelsPage": "models",
        "PromptDialog": "replies",
        "DeletedChatsDialog": "deleting",
        "ReportDialog": "problems",
        "ShortcutSheet": "shortcuts",
    }


def test_that_windows_with_a_topic_of_their_own_exist() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "desktop/ui").rglob("*.py"))
    assert {name for name in TOPICS if not name.startswith("Q") and f"class {name}(" not in source} == set()
    assert {*TOPICS.values(), *TOPICS_OF_SETTINGS} <= {topic.name for topic in guide.topics()}


def test_that_ctrl_p_prints_the_chat_and_says_when_there_is_none(samar: Samar, qtbot: QtBot) -> None:
    asked: list[tuple[object, ...]] = []
    samar.window.sidebar.chats_exported.disconnect()
    samar.window.sidebar.chats_exported.connect(lambda *what: asked.append(what))
    press(samar, "Ctrl+P")
    assert "nothing to print" in samar.window.toast.label.text()
    samar.chats.send("A question about figs")
    qtbot.waitUntil(lambda: not samar.window.composer.generating)
    chat = samar.chats.chat
    assert chat is not None
    press(samar, "Ctrl+P")
    assert asked == [([chat.id], samar.window.sidebar.model.chats[chat.id].title, "print")]
    samar.chats.new_temporary_chat()
    samar.chats.send("Secret")
    qtbot.waitUntil(lambda: not samar.window.composer.generating)
    press(samar, "Ctrl+P")
    assert len(asked) == 1
    assert "temporary" in samar.window.toast.label.text()


def test_that_ctrl_q_quits_and_keeps_what_was_written_of_a_reply(opened: Callable[..., Samar], qtbot: QtBot) -> None:
    gate = threading.Event()
    samar = opened(ScriptedEngine([Reply(pieces=("figs ", "dates "), gate=gate)]))
    samar.chats.send("Count")
    qtbot.waitUntil(lambda: "figs" in samar.transcript.page.toPlainText())
    chat = samar.chats.chat
    assert chat is not None
    press(samar, "Ctrl+Q")
    assert samar._closed
    assert not samar.window.isVisible()
    store = ChatStore(open_history(samar.paths).database)
    last = list(store.messages_of(chat.id))[-1]
    assert last.content.startswith("figs")
    assert last.status is not MessageStatus.STREAMING
    store.database.close()


def test_that_news_are_offered_once_after_an_update_and_never_at_first(
    opened: Callable[..., Samar], qtbot: QtBot
) -> None:
    first = opened(ScriptedEngine())
    first.navigation.look_for_news()
    qtbot.waitUntil(lambda: first.navigation.version == samar_version())
    assert not first.window.toast.isVisible()
    first.close()
    assert first.preferences.value.seen_version == samar_version()
    second = opened(ScriptedEngine())
    second.navigation.tell_news("0.2.0")
    toast = second.window.toast
    assert toast.isVisible()
    assert "0.2.0" in toast.label.text()
    toast.button.click()
    assert second.navigation.guide is not None
    assert second.navigation.guide.topic == "news"
    second.navigation.tell_news("0.2.0")
    assert not toast.isVisible()
    second.close()
    third = opened(ScriptedEngine())
    third.navigation.tell_news("0.2.0")
    assert not third.window.toast.isVisible()


def test_that_the_commands_used_last_are_bounded(samar: Samar) -> None:
    for command in COMMANDS:
        if command.name.startswith(("view.l", "view.s", "view.n", "view.d", "help.priv", "chats.archived", "chat.w")):
            samar.navigation._take(command.name)
    assert len(samar.preferences.value.recent_commands) <= 8
    assert Settings(recent_commands=("gone",) * 3).checked().recent_commands == ("gone",) * 3
