"""The window as a whole: shortcuts, folding, drops, errors, toasts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QEnterEvent, QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.errors import SENTENCES, SamarError
from desktop.core.languages import Language
from desktop.ui import i18n
from desktop.ui.error_presenter import present
from desktop.ui.main_window import MainWindow
from desktop.ui.shortcut_sheet import ShortcutSheet
from desktop.ui.shortcuts import native, physical_key

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(window: MainWindow, key: int, modifiers: Qt.KeyboardModifier, text: str = "", code: int = 0) -> None:
    """A key as the window system gives it: to the QWindow, with its scan code."""
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, code, 0, 0, text)
    QCoreApplication.sendEvent(window.windowHandle(), event)


@pytest.mark.parametrize(
    ("key", "modifiers", "signal"),
    [
        (Qt.Key.Key_N, CTRL, "new_chat_requested"),
        (Qt.Key.Key_F, CTRL, "find_requested"),
        (Qt.Key.Key_Comma, CTRL, "settings_requested"),
        (Qt.Key.Key_C, CTRL | SHIFT, "copy_reply_requested"),
        (Qt.Key.Key_B, CTRL, "layout_changed"),
        (Qt.Key.Key_P, CTRL | SHIFT, "layout_changed"),
        (Qt.Key.Key_0, CTRL, "text_scale_requested"),
    ],
)
def test_that_shortcuts_work(
    window: MainWindow, qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier, signal: str
) -> None:
    QTest.qWaitForWindowActive(window)
    with qtbot.waitSignal(getattr(window, signal)):
        qtbot.keyClick(window.composer.text, key, modifiers)


@pytest.mark.parametrize(
    ("letter", "code", "modifiers", "signal"),
    [
        ("ى", 57, CTRL, "new_chat_requested"),
        ("ب", 41, CTRL, "find_requested"),
        ("و", 59, CTRL, "settings_requested"),
        ("ؤ", 54, CTRL | SHIFT, "copy_reply_requested"),
        ("}", 54, CTRL | SHIFT, "copy_reply_requested"),  # what Shift makes of the key beside X
        ("ى", 0, CTRL, "new_chat_requested"),  # an on-screen keyboard has no scan codes
    ],
)
def test_that_shortcuts_work_on_an_arabic_keyboard(
    window: MainWindow, qtbot: QtBot, letter: str, code: int, modifiers: Qt.KeyboardModifier, signal: str
) -> None:
    with qtbot.waitSignal(getattr(window, signal)):
        press(window, ord(letter), modifiers, letter, code)


@pytest.mark.parametrize("field", ["composer", "search"])
def test_that_control_with_the_ligature_key_is_a_shortcut(window: MainWindow, qtbot: QtBot, field: str) -> None:
    target = window.composer.text if field == "composer" else window.sidebar.search
    event = QInputMethodEvent("", [])
    event.setCommitString("لا")
    QCoreApplication.sendEvent(target, event)
    written = window.composer.draft() or window.sidebar.search.text()
    assert written == "لا"
    press(window, Qt.Key.Key_Control, CTRL, code=37)
    with qtbot.waitSignal(window.layout_changed):
        QCoreApplication.sendEvent(target, event)
    assert (window.composer.draft() or window.sidebar.search.text()) == written
    release = QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Control, CTRL)
    QCoreApplication.sendEvent(window.windowHandle(), release)
    QCoreApplication.sendEvent(target, event)
    assert (window.composer.draft() or window.sidebar.search.text()) == written * 2


def test_that_copying_works_on_an_arabic_keyboard(window: MainWindow) -> None:
    window.composer.set_draft("سلام")
    window.composer.text.selectAll()
    QGuiApplication.clipboard().clear()
    press(window, ord("ؤ"), CTRL, "ؤ", 54)
    assert QGuiApplication.clipboard().text() == "سلام"
    press(window, ord("ء"), CTRL, "ء", 53)
    assert window.composer.draft() == ""


@pytest.mark.parametrize(
    ("key", "code", "platform", "expected"),
    [
        (ord("N"), 0, "linux", "N"),
        (ord("ن"), 45, "linux", "K"),
        (ord("ن"), 37, "win32", "K"),
        (ord("ن"), 0, "linux", "K"),
        (Qt.Key.Key_F5, 71, "linux", None),
    ],
)
def test_that_a_key_is_known_by_its_place(key: int, code: int, platform: str, expected: str | None) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, key, CTRL, code, 0, 0, chr(key) if key < 0x110000 else "")
    assert physical_key(event, platform) == expected


def test_that_a_mac_key_is_known_by_its_place() -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, ord("ن"), CTRL, 1, 40, 0, "ن")
    assert physical_key(event, "darwin") == "K"


def test_that_search_unfolds_the_side_bar(window: MainWindow, qtbot: QtBot) -> None:
    window.toggle_sidebar()
    assert window.sidebar.isHidden()
    QTest.qWaitForWindowActive(window)
    qtbot.keyClick(window.composer.text, Qt.Key.Key_K, CTRL)
    assert not window.sidebar.isHidden()
    qtbot.waitUntil(window.sidebar.search.hasFocus)


def test_that_a_narrow_window_folds_the_side_bar_and_a_wide_one_brings_it_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    assert window.sidebar.isVisible()
    window.resize(740, 600)
    qtbot.waitUntil(lambda: not window.sidebar.isVisible())
    window.resize(900, 600)
    qtbot.waitUntil(window.sidebar.isVisible)
    window.toggle_panel()
    assert not window.sidebar.isVisible()
    window.toggle_panel()
    window.resize(1200, 700)
    qtbot.waitUntil(window.sidebar.isVisible)


def test_that_a_folded_side_bar_stays_folded(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.layout_changed) as told:
        qtbot.mouseClick(window.sidebar_button, Qt.MouseButton.LeftButton)
    assert told.args == [False, False]
    window.resize(800, 600)
    window.resize(1300, 700)
    assert not window.sidebar.isVisible()


def test_that_geometry_comes_back(window: MainWindow, app: QApplication, qtbot: QtBot) -> None:
    window.resize(741, 633)
    other = MainWindow(QWidget(), geometry=window.geometry_text(), sidebar_visible=False, panel_visible=True)
    qtbot.addWidget(other)
    assert (other.width(), other.height()) == (741, 633)
    assert other.sidebar.isHidden()
    assert not other.panel.isHidden()
    broken = MainWindow(QWidget(), geometry="no geometry")
    qtbot.addWidget(broken)
    assert broken.width() == 1280


def test_that_letters_typed_anywhere_begin_a_message(window: MainWindow, qtbot: QtBot) -> None:
    window.sidebar_button.setFocus()
    qtbot.keyClick(window.sidebar_button, Qt.Key.Key_H)
    assert window.composer.draft() == "h"
    qtbot.waitUntil(window.composer.text.hasFocus)
    window.sidebar_button.setFocus()
    qtbot.keyClick(window.sidebar_button, "/")
    assert window.composer.draft() == "h/"  # at its beginning it opens the list of prompts
    qtbot.waitUntil(window.composer.text.hasFocus)


def test_that_escape_stops_a_reply_from_anywhere(window: MainWindow, qtbot: QtBot) -> None:
    window.composer.set_generating(True)
    window.sidebar_button.setFocus()
    with qtbot.waitSignal(window.composer.stop_requested):
        qtbot.keyClick(window.sidebar_button, Qt.Key.Key_Escape)


def test_that_a_suggestion_is_sent(window: MainWindow, qtbot: QtBot) -> None:
    window.empty.set_model("Samar Starter", ["What is a token?", "What is GGUF?", "What is quantization?"])
    assert "Samar Starter" in window.empty.answers.text()
    with qtbot.waitSignal(window.composer.submitted) as sent:
        qtbot.mouseClick(window.empty.suggestions[2], Qt.MouseButton.LeftButton)
    assert sent.args == ["What is quantization?"]


def test_that_an_empty_chat_says_that_its_model_is_being_loaded(window: MainWindow) -> None:
    window.empty.set_loading("Llama")
    assert window.empty.answers.text().startswith("Llama is being loaded.")
    window.empty.set_model("Llama", None)
    assert window.empty.answers.text().startswith("Llama answers here.")


def test_that_a_tiny_model_offers_the_way_to_a_larger_one(window: MainWindow, qtbot: QtBot) -> None:
    window.empty.set_model("Other", None)
    assert not window.empty.larger.isVisibleTo(window.empty)
    window.empty.set_model("Samar Starter", ["What is a token?", "What is GGUF?", "What is quantization?"])
    assert window.empty.larger.isVisibleTo(window.empty)
    assert "tiny" in window.empty.answers.text()
    window.empty.larger.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(window.recommended_requested):
        qtbot.keyClick(window.empty.larger, Qt.Key.Key_Space)


@pytest.mark.parametrize(
    ("hour", "text"), [(8, "Good morning"), (13, "Good afternoon"), (22, "Good evening"), (2, "Good evening")]
)
def test_that_the_greeting_knows_the_hour(window: MainWindow, hour: int, text: str) -> None:
    window.empty.set_hour(hour)
    assert window.empty.greeting.text() == text


def drop(window: MainWindow, paths: list[Path], kind: type) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    arguments = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    event = kind(QPoint(400, 300) if kind is QDragEnterEvent else QPointF(400, 300), *arguments)
    QCoreApplication.sendEvent(window, event)
    event.kept = data
    return event


def test_that_a_file_held_over_the_window_says_what_a_drop_does(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    model = tmp_path / "نموذج.gguf"
    model.write_bytes(b"GGUF")
    assert drop(window, [model], QDragEnterEvent).isAccepted()
    assert window.drop.isVisible()
    assert window.drop.texts() == ("Drop to load this model", "نموذج.gguf")
    with qtbot.waitSignal(window.files_dropped) as dropped:
        drop(window, [model], QDropEvent)
    assert dropped.args == [[str(model)]]
    assert not window.drop.isVisible()
    drop(window, [tmp_path], QDragEnterEvent)
    assert window.drop.texts()[0] == "Drop to add the models in this folder"
    (tmp_path / "config.json").write_text("{}")
    assert window.drop.texts()[0] == "Drop to convert this model"
    drop(window, [model, model], QDragEnterEvent)
    assert window.drop.texts()[1] == "2 files"


def test_that_a_drag_whose_program_ended_does_not_leave_the_window_covered(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    drop(window, [tmp_path], QDragEnterEvent)
    assert window.drop.isVisible()
    qtbot.mouseMove(window, QPoint(30, 40))
    assert not window.drop.isVisible()


def test_that_the_title_of_the_window_speaks_its_language(window: MainWindow, app: QApplication, qtbot: QtBot) -> None:
    assert window.windowTitle() == "New chat"
    i18n.install(app, Language.ARABIC)
    qtbot.waitUntil(lambda: window.windowTitle() == "محادثة جديدة")
    window.set_chat_title("A night")
    i18n.install(app, Language.ENGLISH)
    qtbot.waitUntil(lambda: not i18n.is_rtl() and window.layoutDirection() == Qt.LayoutDirection.LeftToRight)
    assert window.windowTitle() == "A night"


def test_that_what_is_no_file_is_not_taken(window: MainWindow) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/x.gguf")])
    none = Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(1, 1), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    QCoreApplication.sendEvent(window, event)
    assert not event.isAccepted()
    assert not window.drop.isVisible()


def test_that_an_error_says_what_is_wrong_and_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    pressed: list[bool] = []
    error = SamarError("model_damaged", name="x.gguf", reason="cut short")
    window.show_error(error, [("Choose a model", lambda: pressed.append(True))])
    banner = window.banner
    assert banner.isVisible()
    assert "x.gguf" in banner.what.text()
    assert banner.then.text() == "Download the file again."
    qtbot.mouseClick(banner.acts[0], Qt.MouseButton.LeftButton)
    assert pressed == [True]
    qtbot.mouseClick(banner.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("model_damaged: The model file (a model).gguf is damaged")
    assert "x.gguf" not in copied, "what is copied is pasted into public reports"
    with qtbot.waitSignal(banner.closed) as closed:
        qtbot.mouseClick(banner.close_button, Qt.MouseButton.LeftButton)
    assert closed.args == ["model_damaged"]
    assert not banner.isVisible()


def test_that_an_error_changes_its_language_with_the_window(
    window: MainWindow, app: QApplication, qtbot: QtBot
) -> None:
    window.show_error(SamarError("disk_full"))
    i18n.install(app, Language.ARABIC)
    qtbot.waitUntil(lambda: window.banner.what.text() == "امتلأ القرص فلم يُحفظ شيء.")


@pytest.mark.parametrize("code", sorted(SENTENCES.keys() - {"no_arabic_font"}))  # that one could not be read
def test_that_every_error_is_presented_in_arabic(app: QApplication, code: str) -> None:
    i18n.install(app, Language.ARABIC)
    shown = present(SamarError(code, name="a.gguf", reason="r"))
    assert re.search("[\u0621-\u064a]", shown.what)
    assert re.search("[\u0621-\u064a]", shown.then)
    assert shown.details.startswith(code)


def test_that_a_name_can_not_turn_the_sentence_around(app: QApplication) -> None:
    shown = present(SamarError("model_not_gguf", name="evil\u202egpj.fugg\nx"))
    assert "\u202e" not in shown.what
    assert "\n" not in shown.what
    assert "\u2068evilgpj.fuggx\u2069" in shown.what


def test_that_undo_in_a_toast_can_be_taken_once(window: MainWindow, qtbot: QtBot) -> None:
    undone: list[int] = []
    window.show_toast("Chat deleted", "Undo", lambda: undone.append(1))
    toast = window.toast
    assert toast.isVisible()
    assert toast.timer.isActive()
    with qtbot.waitSignal(toast.gone):
        qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    assert undone == [1]
    assert not toast.isVisible()


def test_that_a_toast_goes_by_itself_but_not_under_the_mouse(window: MainWindow, qtbot: QtBot) -> None:
    window.show_toast("Copied")
    toast = window.toast
    assert not toast.button.isVisible()
    here = QPointF(5, 5)
    QCoreApplication.sendEvent(toast, QEnterEvent(here, here, here))
    assert not toast.timer.isActive()
    QCoreApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert toast.timer.isActive()
    toast.timer.setInterval(0)
    with qtbot.waitSignal(toast.gone):
        toast.timer.start()


def test_that_every_control_has_a_name_for_a_screen_reader(window: MainWindow) -> None:
    window.toggle_panel()
    window.show_error(SamarError("no_model"), [("Choose a model", lambda: None)])
    window.show_toast("Chat deleted", "Undo")
    shown = [widget for widget in window.findChildren(QWidget) if widget.isVisible()]
    assert len(shown) > 40
    for widget in shown:
        if isinstance(widget, QAbstractButton | QTextEdit | QLineEdit) and not widget.objectName().startswith("qt_"):
            parent = widget.parentWidget()
            named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
            assert named or (parent is not None and parent.accessibleName()), widget


def test_that_tab_reaches_everything_in_the_window(window: MainWindow, qtbot: QtBot) -> None:
    QTest.qWaitForWindowActive(window)
    window.composer.set_draft("x")
    wanted = {
        window.sidebar.new_chat, window.sidebar.search, window.sidebar.view, window.sidebar.models, window.sidebar.settings,
        window.sidebar_button, window.picker, window.panel_button, window.composer.text, window.composer.send,
    }  # fmt: skip
    seen: set[QWidget] = set()
    for _ in range(40):
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.add(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert wanted <= seen, {type(widget).__name__ for widget in wanted - seen}


def test_that_ctrl_slash_shows_every_shortcut(window: MainWindow, qtbot: QtBot) -> None:
    QTest.qWaitForWindowActive(window)
    qtbot.keyClick(window.composer.text, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    keys = " ".join(keys for _text, keys in sheet.rows())
    assert all(shortcut in keys for shortcut in window.keys)
    assert "F1" in keys
    sheet.close()


def test_that_closing_is_told_before_it_happens(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert not window.isVisible()


def test_that_shortcuts_are_written_in_one_direction_in_arabic(app: QApplication) -> None:
    i18n.install(app, Language.ARABIC)
    for keys in ("Shift+Up", "Alt+Down", "Shift+Return", "Ctrl+,", "Del", "F2"):
        assert not re.search("[\u0600-\u06ff]", native(keys)), native(keys)


def test_that_what_goes_hands_the_keyboard_to_the_composer(window: MainWindow) -> None:
    window.show_error(SamarError("engine_died", reason="SIGKILL"))
    window.banner.close_button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window.banner.close_button, Qt.Key.Key_Space)
    assert window.banner.isHidden() and window.composer.text.hasFocus()
    window.show_toast("Chat deleted", "Undo", lambda: None)
    window.toast.button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window.toast.button, Qt.Key.Key_Space)
    assert window.toast.isHidden() and window.composer.text.hasFocus()
    window.sidebar.models.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window.sidebar.models, Qt.Key.Key_Tab)
    assert window.sidebar.settings.hasFocus()
