"""What a screen reader is told: every control has a name and a role, states change with what is shown, and the keyboard
reaches all in the order of reading."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.chat import Message, MessageStatus, Role
from desktop.core.generation import GenerationStats
from desktop.core.languages import Language
from desktop.core.settings import Settings
from desktop.ui import i18n
from desktop.ui.controllers.chat_controller import ContextNotice
from desktop.ui.main_window import MainWindow
from desktop.ui.panel.prompt_dialog import PromptDialog
from desktop.ui.screenshots import STATES, sample_messages, sample_window
from desktop.ui.settings.settings_dialog import SettingsDialog
from desktop.ui.shortcut_sheet import ShortcutSheet
from desktop.ui.transcript.view import TranscriptView

R = QAccessible.Role
NAMED = {
    R.Button, R.CheckBox, R.RadioButton, R.EditableText, R.Slider, R.SpinBox, R.ComboBox, R.List, R.ListItem, R.MenuItem,
    R.ButtonMenu, R.PageTab, R.Table, R.Link,
}  # fmt: skip


def interfaces(root: QAccessibleInterface, depth: int = 0) -> Iterator[QAccessibleInterface]:
    assert depth < 40
    yield root
    if root.role() == R.List:  # its rows are those of the model; ten thousand of them are not walked
        for row in range(min(root.childCount(), 30)):
            child = root.child(row)
            if child is not None:
                yield child
        return
    for at in range(root.childCount()):
        child = root.child(at)
        if child is not None and child.isValid():
            yield from interfaces(child, depth + 1)


def name(interface: QAccessibleInterface) -> str:
    return interface.text(QAccessible.Text.Name)


def nameless(root: QWidget) -> list[str]:
    found = []
    for interface in interfaces(QAccessible.queryAccessibleInterface(root)):
        widget = interface.object()
        if interface.state().invisible or interface.role() not in NAMED:
            continue
        if not name(interface).strip():
            found.append(f"{interface.role().name} {type(widget).__name__} {widget.objectName() if widget else ''}")
    return found


@pytest.fixture(params=[Language.ENGLISH, Language.ARABIC])
def language(app: QApplication, request: pytest.FixtureRequest) -> Language:
    i18n.install(app, request.param)
    return request.param


def shown_window(qtbot: QtBot, language: Language) -> MainWindow:
    window = sample_window(language)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.mark.parametrize("state", [name for name in STATES if not name.startswith("settings") and name != "picker"])
def test_that_every_control_has_a_name_in_every_state(qtbot: QtBot, app: QApplication, state: str) -> None:
    i18n.install(app, Language.ARABIC)
    window = shown_window(qtbot, Language.ARABIC)
    STATES[state](window)
    assert nameless(window) == []


def test_that_every_control_of_the_dialogs_has_a_name(qtbot: QtBot, language: Language) -> None:
    window = shown_window(qtbot, language)
    settings = SettingsDialog(window, Settings(), data_folder="/home/samar", cores=8)
    for dialog in (settings, PromptDialog(window), ShortcutSheet(window)):
        qtbot.addWidget(dialog)
        dialog.show()
        pages = settings.nav.values() if dialog is settings else [None]
        for page in pages:
            if page is not None:
                page.click()
            assert nameless(dialog) == []
        dialog.close()


def test_that_an_open_list_of_models_has_names(qtbot: QtBot, language: Language) -> None:
    window = shown_window(qtbot, language)
    window.picker.open_list()
    popup = QApplication.activePopupWidget()
    assert popup is not None
    assert nameless(popup) == []
    popup.close()


def test_that_states_follow_what_is_shown(qtbot: QtBot, app: QApplication) -> None:
    window = shown_window(qtbot, Language.ENGLISH)

    def state(widget: QWidget) -> QAccessible.State:
        return QAccessible.queryAccessibleInterface(widget).state()

    assert not state(window.panel_button).checked
    window.toggle_panel()
    assert state(window.panel_button).checkable
    assert state(window.panel_button).checked
    more = window.panel.sampling.more
    assert state(more).checkable
    more.click()
    assert state(more).checked
    assert state(window.composer.send).disabled
    window.composer.set_draft("hello")
    assert not state(window.composer.send).disabled
    window.composer.set_generating(True)
    assert name(QAccessible.queryAccessibleInterface(window.composer.send)) == "Stop"
    segments = window.panel.sampling.form.kind.group.buttons()
    assert [QAccessible.queryAccessibleInterface(button).role() for button in segments] == [R.RadioButton] * 3
    assert [state(button).checked for button in segments] == [True, False, False]


def test_that_rows_of_the_side_bar_say_what_they_are(qtbot: QtBot, app: QApplication) -> None:
    window = shown_window(qtbot, Language.ENGLISH)
    STATES["organized"](window)
    listed = QAccessible.queryAccessibleInterface(window.sidebar.view)
    assert listed.role() == R.List
    names = [name(listed.child(row)) for row in range(window.sidebar.model.rowCount())]
    assert "Folder Work, 2 chats, open" in names
    assert "Folder Studies, 0 chats, closed" in names
    chosen = [name(listed.child(row)) for row in range(listed.childCount()) if listed.child(row).state().selected]
    assert chosen == ["Translating a cover letter", "Sorting a CSV in Python"]


def test_that_tab_goes_the_way_one_reads(qtbot: QtBot, language: Language) -> None:
    """Side bar, top of the conversation, transcript, composer, panel: each control once, and back to the first."""
    window = shown_window(qtbot, language)
    STATES["panel"](window)
    window.composer.set_draft("hello")
    first = window.sidebar.new_chat
    first.setFocus(Qt.FocusReason.TabFocusReason)
    order: list[QWidget] = []
    for _ in range(80):
        here = QApplication.focusWidget()
        assert here is not None
        if here in order[:-1]:
            break
        if here not in order:  # the page of the transcript goes through its links first
            order.append(here)
        qtbot.keyClick(here, Qt.Key.Key_Tab)
    places = [
        order.index(widget)
        for widget in (
            window.sidebar.new_chat,
            window.sidebar.search,
            window.sidebar.options,
            window.sidebar.view,
            window.sidebar.models,
            window.sidebar.settings,
            window.sidebar_button,
            window.picker,
            window.panel_button,
            window.transcript.page,
            window.composer.text,
            window.composer.send,
            window.panel.prompt_text,
            window.panel.sampling.creativity,
        )
    ]
    assert places == sorted(places)
    assert QApplication.focusWidget() is first


def test_that_the_ring_of_the_keyboard_is_seen(qtbot: QtBot, app: QApplication) -> None:
    window = shown_window(qtbot, Language.ENGLISH)
    for button in (window.sidebar.new_chat, window.sidebar.options, window.panel_button, window.picker):
        window.composer.focus()
        before = button.grab().toImage()
        button.setFocus(Qt.FocusReason.TabFocusReason)
        assert button.grab().toImage() != before, button


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is announced, as if a screen reader ran."""
    said: list[str] = []

    def listen(event: object) -> None:
        if hasattr(event, "message"):
            said.append(event.message())

    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(QAccessible, "updateAccessibility", listen)
    return said


def test_that_a_finished_reply_is_announced(qtbot: QtBot, app: QApplication, heard: list[str]) -> None:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.show()
    view.append_message(Message(1, 1, None, Role.USER, "Hello"))
    view.append_message(Message(2, 1, 1, Role.ASSISTANT, "", MessageStatus.STREAMING))
    view.append_chunk(2, "Good ")
    assert heard == []  # pieces are not: they would interrupt each other
    stats = GenerationStats(prompt_tokens=1, reply_tokens=2)
    view.finish_message(Message(2, 1, 1, Role.ASSISTANT, "Good **evening**.", stats=stats))
    assert heard == ["Samar: Good evening."]


def test_that_the_transcript_is_read_by_message(qtbot: QtBot, app: QApplication, heard: list[str]) -> None:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.set_messages([Message(1, 1, None, Role.USER, "First"), Message(2, 1, 1, Role.ASSISTANT, "Second")])
    view.page.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(view.page, key, Qt.KeyboardModifier.AltModifier)
    assert heard[-2:] == ["You: First", "Samar: Second"]


def test_that_the_transcript_is_read_by_line(qtbot: QtBot, app: QApplication) -> None:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.set_messages(sample_messages(Language.ENGLISH))
    interface = QAccessible.queryAccessibleInterface(view.page)
    text = interface.textInterface()
    assert text is not None
    view.page.setFocus()
    qtbot.keyClick(view.page, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    lines = []
    for _ in range(4):
        at = view.page.textCursor().position()
        assert text.cursorPosition() == at
        lines.append(text.text(at, at + 40))
        qtbot.keyClick(view.page, Qt.Key.Key_Down)
    assert any("Which model should I use" in str(line) for line in lines)


def test_that_an_arabic_table_is_read_in_the_order_of_its_source(
    qtbot: QtBot, app: QApplication, heard: list[str]
) -> None:
    i18n.install(app, Language.ARABIC)
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    table = "جدول بالعربية\n\n| الاسم | العمر |\n|---|---|\n| ليلى | ثلاثون |"
    view.set_messages([Message(1, 1, None, Role.USER, "سؤال"), Message(2, 1, 1, Role.ASSISTANT, table)])
    view.page.setFocus()
    qtbot.keyClick(view.page, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(view.page, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert heard[-1].index("الاسم") < heard[-1].index("العمر") < heard[-1].index("ليلى") < heard[-1].index("ثلاثون")


def test_that_what_the_notice_says_is_announced(qtbot: QtBot, app: QApplication, heard: list[str]) -> None:
    window = shown_window(qtbot, Language.ENGLISH)
    STATES["context"](window)
    notice = window.findChild(ContextNotice)
    assert notice is not None
    assert any("A summary takes the place of" in text for text in heard)


def test_that_text_fields_take_tab_to_leave(qtbot: QtBot, app: QApplication) -> None:
    window = shown_window(qtbot, Language.ENGLISH)
    STATES["form"](window)
    assert all(field.tabChangesFocus() for field in window.findChildren(QTextEdit) if not field.isReadOnly())
