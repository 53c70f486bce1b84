"""Editing a message in its place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QTextCursor
from PySide6.QtWidgets import QDialogButtonBox, QFrame, QPushButton, QVBoxLayout, QWidget

from desktop.core.chat import Message, Role
from desktop.ui.shortcuts import native
from desktop.ui.transcript.style import TranscriptStyle, colour
from desktop.ui.widgets.directed_text import DirectedText
from desktop.ui.widgets.plain_text import set_tool_tip

MOST_LINES = 10
"""A longer text scrolls."""


class _Field(DirectedText):
    accepted = Signal()
    rejected = Signal()

    enter_accepts = False
    """As in the composer, with Shift for a new line; else Enter breaks the line and Ctrl+Enter accepts."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        composing = bool(self.textCursor().block().layout().preeditAreaText())
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not composing
        if event.key() == Qt.Key.Key_Escape and not composing:
            self.rejected.emit()
        elif enter and modifiers & Qt.KeyboardModifier.ControlModifier:
            self.accepted.emit()
        elif enter and self.enter_accepts:
            if modifiers:
                self.textCursor().insertBlock()
                self.ensureCursorVisible()
            else:
                self.accepted.emit()
        else:
            super().keyPressEvent(event)


class MessageEditor(QFrame):
    """A card over the message: its source, to be changed and sent as a new version. An own message is sent by
    Enter as in the composer, a reply is saved by Ctrl+Enter; Escape leaves."""

    submitted = Signal(str)
    cancelled = Signal()

    def __init__(self, message: Message, text: str, look: TranscriptStyle, parent: QWidget) -> None:
        """text: what the message is being changed to."""
        super().__init__(parent)
        self.message = message
        own = message.role is Role.USER
        self.field = _Field(self, least=2, most=MOST_LINES)
        self.field.enter_accepts = own
        self.field.setPlainText(text)
        buttons = QDialogButtonBox(self)
        self.cancel, self.send = QPushButton(self), QPushButton(self)
        self.send.setDefault(True)
        self.send.setProperty("rank", "primary")
        buttons.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.send, QDialogButtonBox.ButtonRole.AcceptRole)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(buttons)
        self.send.clicked.connect(self._submit)
        self.cancel.clicked.connect(self.cancelled)
        self.field.accepted.connect(self._submit)
        self.field.rejected.connect(self.cancelled)
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self.set_look(look)
        self._retranslate()

    def set_look(self, look: TranscriptStyle) -> None:
        self._look = look
        self.field.setFont(look.font)
        palette = self.field.palette()
        palette.setColor(QPalette.ColorRole.Base, colour(look.palette.surface))
        palette.setColor(QPalette.ColorRole.Text, colour(look.palette.text))
        self.field.setPalette(palette)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(look.px(12), look.px(12), look.px(12), look.px(10))
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        own = self.message.role is Role.USER
        self.field.setAccessibleName(self.tr("Edit your message") if own else self.tr("Edit the reply"))
        self.cancel.setText(self.tr("Cancel"))
        self.send.setText(self.tr("Send") if own else self.tr("Save"))
        set_tool_tip(self.send, native("Return" if own else "Ctrl+Return"))
        set_tool_tip(self.cancel, native("Esc"))

    def height_for(self, width: int) -> int:
        """Pixels that the card wants at `width`: as much as its text, up to MOST_LINES."""
        self.resize(width, self.height())
        layout = self.layout()
        if layout is not None:
            layout.activate()
        return self.sizeHint().height()

    def _submit(self) -> None:
        self.submitted.emit(self.field.toPlainText().strip())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colour(self._look.palette.surface))
        painter.setPen(QPen(colour(self._look.palette.accent), 1.5))
        radius = self._look.px(16)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), radius, radius)
        painter.end()
