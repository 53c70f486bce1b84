"""Shortcuts by physical key, so that an Arabic (or any other) keyboard layout does not disable them.

Qt finds Ctrl+N under an Arabic layout by itself only where a Latin layout is configured beside it. For all other
cases PhysicalKeys listens at the window: a Ctrl combination that nothing took is read again as the Latin key at the
same place of the keyboard.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

# Rows of a PC keyboard from the left; the numbers are hardware facts (USB HID to evdev and set-1 scan codes).
_ROWS = ("1234567890-=", "QWERTYUIOP[]", "ASDFGHJKL;'", "ZXCVBNM,./")
_PC_FIRST = (2, 16, 30, 44)
"""Set-1 scan code of each row's first key: Windows reports these, X11 and Wayland report them + 8."""
_MAC = {
    "A": 0, "S": 1, "D": 2, "F": 3, "H": 4, "G": 5, "Z": 6, "X": 7, "C": 8, "V": 9, "B": 11, "Q": 12, "W": 13, "E": 14,
    "R": 15, "Y": 16, "T": 17, "1": 18, "2": 19, "3": 20, "4": 21, "6": 22, "5": 23, "=": 24, "9": 25, "7": 26, "-": 27,
    "8": 28, "0": 29, "]": 30, "O": 31, "U": 32, "[": 33, "I": 34, "P": 35, "L": 37, "J": 38, "'": 39, "K": 40, ";": 41,
    ",": 43, "/": 44, "N": 45, "M": 46, ".": 47,
}  # fmt: skip
"""Virtual key codes of Carbon's HIToolbox/Events.h."""
_ARABIC = {
    "ض": "Q", "ص": "W", "ث": "E", "ق": "R", "ف": "T", "غ": "Y", "ع": "U", "ه": "I", "خ": "O", "ح": "P", "ج": "[", "د": "]",
    "ش": "A", "س": "S", "ي": "D", "ب": "F", "ل": "G", "ا": "H", "ت": "J", "ن": "K", "م": "L", "ك": ";", "ط": "'",
    "ئ": "Z", "ء": "X", "ؤ": "C", "ر": "V", "ﻻ": "B", "لا": "B", "ى": "N", "ة": "M", "و": ",", "ز": ".", "ظ": "/",
    "٠": "0", "١": "1", "٢": "2", "٣": "3", "٤": "4", "٥": "5", "٦": "6", "٧": "7", "٨": "8", "٩": "9",
}  # fmt: skip
"""The Arabic (101) layout, for events that carry no scan code: synthetic ones and on-screen keyboards."""


def _pc_codes() -> dict[int, str]:
    return {first + at: key for first, row in zip(_PC_FIRST, _ROWS, strict=True) for at, key in enumerate(row)}


def is_latin(key: int) -> bool:
    """Whether a key is a Latin letter or a Western digit: then it is meant as it says."""
    return 0 <= key < 0x80 and chr(key).isalnum()


def physical_key(event: QKeyEvent, platform: str = sys.platform) -> str | None:
    """The Latin key at the place that was pressed ("N", ","), or None when it isn't one of the main block."""
    key = event.key()
    if is_latin(key):
        return chr(key)
    if platform == "darwin":
        code = event.nativeVirtualKey()
        found = {number: name for name, number in _MAC.items()}.get(code) if code or event.nativeScanCode() else None
    else:
        code = event.nativeScanCode() - (0 if platform == "win32" else 8)
        found = _pc_codes().get(code)
    if found is not None:
        return found
    if 0x21 <= key <= 0x7E:
        return chr(key)
    return _ARABIC.get(event.text()) or (_ARABIC.get(chr(key)) if 0 < key < 0x110000 else None)


class PhysicalKeys(QObject):
    """Watches a window's QWindow: reads Ctrl combinations of other layouts as Latin ones."""

    def __init__(self, actions: Mapping[str, Callable[[], object]], parent: QObject) -> None:
        super().__init__(parent)
        self.control_held = False
        """By the events of this window: QGuiApplication still says so after the release."""
        self.actions = {QKeySequence(text).toString(): action for text, action in actions.items()}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):
            self.control_held = False
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Control:
            self.control_held = kind != QEvent.Type.KeyRelease
        if kind != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier or is_latin(event.key()):
            return False
        key = physical_key(event)
        if key is None or QApplication.activePopupWidget() is not None:
            return False
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        number = ord(key)
        action = self.actions.get(QKeySequence(modifiers.value | number).toString())
        if action is not None:
            action()
            return True
        target: QObject | None = QGuiApplication.focusObject()
        if target is None or event.key() < 0x80:  # "}" of an Arabic Shift+C may be a shortcut, but is no other letter
            return False
        latin = QKeyEvent(QEvent.Type.KeyPress, number, modifiers, "", event.isAutoRepeat(), event.count())
        QCoreApplication.sendEvent(target, latin)  # copy, paste, undo … in the field that has the focus
        return latin.isAccepted()


def is_ligature_shortcut(widget: QWidget, event: QInputMethodEvent) -> bool:
    """Whether a committed text is Ctrl with the key of the ligature لا (B in Latin), which X11's input method commits as
    two letters whatever is held."""
    if event.commitString() != "لا":
        return False
    keys = widget.window().findChild(PhysicalKeys)
    return keys is not None and keys.control_held


def resend_ligature(widget: QWidget) -> None:
    """Give the key to the window, as other keys with Ctrl arrive there."""
    handle = widget.window().windowHandle()
    if handle is not None:
        control = Qt.KeyboardModifier.ControlModifier
        QCoreApplication.sendEvent(handle, QKeyEvent(QEvent.Type.KeyPress, 0xFEFB, control, "لا"))


def with_shortcut(name: str, keys: str) -> str:
    """What a tool tip says: a name, and its shortcut set apart, so that the comma of Ctrl+, keeps its side in Arabic."""
    return f"{name}  \u2066{keys}\u2069" if keys else name


_SIGNS = {"Up": "↑", "Down": "↓", "Return": "↵"}


def native(text: str) -> str:
    """A shortcut as this system writes it: Ctrl+N, ⌘N. Without Qt's Arabic words for some keys, which would be read in
    the other direction than the rest."""
    if sys.platform == "darwin":
        return QKeySequence(text).toString(QKeySequence.SequenceFormat.NativeText)
    written = QKeySequence(text).toString(QKeySequence.SequenceFormat.PortableText)
    for name, sign in _SIGNS.items():
        written = written.replace(name, sign)
    return written
