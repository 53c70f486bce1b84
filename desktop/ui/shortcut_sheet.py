"""Ctrl+/: every shortcut on one sheet."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.commands import COMMANDS, OTHER_KEYS, text_of
from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.shortcuts import native
from desktop.ui.widgets.basic import Label
from desktop.ui.widgets.plain_text import PlainLabel


class ShortcutSheet(QDialog):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(28, 24, 28, 28)
        outer.setSpacing(16)
        head = Label("heading", self)
        head.setText(self.tr("Keyboard shortcuts"))
        outer.addWidget(head)
        body = QWidget()
        body.setObjectName("settingsBody")
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(body)
        outer.addWidget(area)
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(10)
        rows = self.rows()
        half = (len(rows) + 1) // 2
        for at, (text, keys) in enumerate(rows):
            column = 0 if at < half else 2
            words = Label("value", self)
            words.setText(text)
            cap = PlainLabel(keys, self)
            cap.setObjectName("keycap")
            tokens = theme.current()
            cap.setStyleSheet(
                f"#keycap {{ background: {tokens.code}; color: {tokens.text}; border: 1px solid {tokens.line}; "
                f"border-radius: 6px; padding: 2px 8px; font-size: {theme.px(12)}px; }}"
            )
            cap.setAccessibleName(f"{text}: {keys}")
            grid.addWidget(words, at % half, column)
            grid.addWidget(cap, at % half, column + 1, Qt.AlignmentFlag.AlignTrailing)
        whole = body.sizeHint()
        resize_within_screen(self, whole.width() + 56, whole.height() + head.sizeHint().height() + 68)

    def rows(self) -> list[tuple[str, str]]:
        return shortcuts()


def shortcuts() -> list[tuple[str, str]]:
    """Every shortcut: what it does, and its keys as this system writes them."""
    translate = QCoreApplication.translate
    commands = [(text_of(command.name), native(command.keys)) for command in COMMANDS if command.keys]
    others = [(translate("ShortcutSheet", text), "  ".join(map(native, keys))) for text, keys in OTHER_KEYS]
    return [*commands, *others]
