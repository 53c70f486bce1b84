"""F1: every shortcut on one sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.plain_text import PlainLabel
from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.shortcuts import native
from desktop.ui.widgets import Label


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
                f"#keycap {{ background: {tokens.code}; color: {tokens.ink}; border: 1px solid {tokens.line}; "
                f"border-radius: 6px; padding: 2px 8px; font-size: {theme.px(12)}px; }}"
            )
            cap.setAccessibleName(f"{text}: {keys}")
            grid.addWidget(words, at % half, column)
            grid.addWidget(cap, at % half, column + 1, Qt.AlignmentFlag.AlignTrailing)
        whole = body.sizeHint()
        resize_within_screen(self, whole.width() + 56, whole.height() + head.sizeHint().height() + 68)

    def rows(self) -> list[tuple[str, str]]:
        return [
            (self.tr("New chat"), native("Ctrl+N")),
            (self.tr("New temporary chat"), native("Ctrl+Shift+N")),
            (self.tr("Search chats"), native("Ctrl+K")),
            (self.tr("Find in this chat"), native("Ctrl+F")),
            (self.tr("Go to the message field"), native("Ctrl+L")),
            (self.tr("Send"), "↵"),
            (self.tr("New line"), native("Shift+Return")),
            (self.tr("Attach images"), native("Ctrl+U")),
            (self.tr("Stop a reply"), native("Esc")),
            (self.tr("Copy the last reply"), native("Ctrl+Shift+C")),
            (self.tr("Choose a model"), native("Ctrl+M")),
            (self.tr("Side bar"), native("Ctrl+B")),
            (self.tr("This chat"), native("Ctrl+Shift+P")),
            (self.tr("Settings"), native("Ctrl+,")),
            (self.tr("Rename a chat"), native("F2")),
            (self.tr("Delete a chat"), native("Del")),
            (self.tr("Select several chats"), f"{native('Shift+Up')}  {native('Shift+Down')}"),
            (self.tr("From message to message"), f"{native('Alt+Up')}  {native('Alt+Down')}"),
            (self.tr("Larger and smaller text"), f"{native('Ctrl++')}  {native('Ctrl+-')}"),
            (self.tr("This sheet"), native("F1")),
        ]
