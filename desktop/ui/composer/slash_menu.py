"""The prompts that a slash brings up over the composer. The focus stays where one types."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.core.graphemes import cut
from desktop.storage.prompts import Prompt
from desktop.ui import theme
from desktop.ui.composer.composer import SHADOW, Composer
from desktop.ui.widgets.basic import Button, Label, draw_line, say

MOST_ROWS = 6
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class PromptRow(Button):
    """A prompt: its name, its command, and the beginning of its text."""

    def __init__(self, prompt: Prompt | None, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.prompt = prompt
        self.chosen = False
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(text)
        if prompt is not None:
            self.setAccessibleDescription(cut(" ".join(prompt.content.split()), 200))

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() * (2 if self.prompt else 1) + 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        if self.chosen or self.hovered():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("selected" if self.chosen else "hover"))
            painter.drawRoundedRect(whole, theme.RADIUS_ROW, theme.RADIUS_ROW)
        rtl = self.right_to_left()
        text = whole.adjusted(12, 6, -12, -6)
        painter.setFont(theme.interface_font(14, QFont.Weight.Medium if self.prompt else QFont.Weight.Normal))
        painter.setPen(tokens.color("text" if self.prompt else "accent"))
        line = QRectF(text.left(), text.top(), text.width(), text.height() / (2 if self.prompt else 1))
        draw_line(painter, line, self.text(), right_to_left=rtl)
        if self.prompt is not None:
            painter.setFont(theme.interface_font(12))
            painter.setPen(tokens.color("muted"))
            command = f"\u2068/{self.prompt.command}\u2069 · " if self.prompt.command else ""
            excerpt = f"{command}\u2068{cut(' '.join(self.prompt.content.split()), 200)}\u2069"
            draw_line(painter, line.translated(0, line.height()), excerpt, right_to_left=rtl)


class SlashMenu(QFrame):
    """Opens over the composer when it holds a slash and the beginning of a command."""

    asked = Signal(str)
    """what stands after the slash; `offer` answers"""
    inserted = Signal(object)
    """Prompt: its text goes into the message"""
    made_system_prompt = Signal(object)
    """Prompt: it holds for this chat"""
    library_requested = Signal()

    def __init__(self, composer: Composer, parent: QWidget) -> None:
        super().__init__(parent)
        self.composer = composer
        self.rows: list[PromptRow] = []
        self.at = 0
        self.dismissed = False
        self.hint = Label("hint", self)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(6, 6, 6, 8)
        self.column.setSpacing(2)
        self.column.addWidget(self.hint)
        self.hint.setContentsMargins(12, 4, 12, 0)
        composer.draft_changed.connect(self._on_draft)
        composer.text.installEventFilter(self)
        parent.installEventFilter(self)
        self._retranslate()
        self.hide()

    def offer(self, prompts: Sequence[Prompt], *, typed: bool) -> None:
        """Show these prompts. typed: something stands after the slash, and then nothing found means that it is no command."""
        for row in self.rows:
            self.column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [
            PromptRow(prompt, prompt.name or self.tr("Without a name"), self) for prompt in prompts[:MOST_ROWS]
        ]
        if not self.rows and typed:
            self.hide()
            return
        if not typed:
            self.rows.append(PromptRow(None, self.tr("All prompts…"), self))
        for place, row in enumerate(self.rows):
            self.column.insertWidget(place, row)
            row.clicked.connect(lambda _checked=False, place=place: self._take(place, as_system_prompt=False))
            row.show()
        self.hint.setVisible(bool(prompts))
        self._choose(0)
        self.show()
        self.raise_()
        self.place()

    def place(self) -> None:
        """Over the composer's card, as wide as it."""
        parent = self.parentWidget()
        if parent is None:
            return
        corner = self.composer.mapTo(parent, QPoint(SHADOW, SHADOW))
        width = self.composer.width() - 2 * SHADOW
        self.column.activate()
        height = self.column.sizeHint().height()
        self.setGeometry(corner.x(), max(corner.y() - height - 6, 0), width, height)

    # --- inside ---

    def _on_draft(self, text: str) -> None:
        if not text.startswith("/") or any(letter.isspace() for letter in text):
            self.dismissed = False
            self.hide()
        elif not self.dismissed and self.composer.text.hasFocus():
            self.asked.emit(text[1:])

    def _choose(self, at: int) -> None:
        self.at = at % len(self.rows)
        for place, row in enumerate(self.rows):
            row.chosen = place == self.at
            row.update()
        row = self.rows[self.at]
        say(self.composer.text, f"{row.text()}. {row.accessibleDescription()}")

    def _take(self, at: int, *, as_system_prompt: bool) -> None:
        prompt = self.rows[at].prompt
        self.hide()
        self.composer.set_draft("")
        if prompt is None:
            self.library_requested.emit()
        elif as_system_prompt:
            self.made_system_prompt.emit(prompt)
        else:
            self.inserted.emit(prompt)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.composer.text and self.isVisible():
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                return self._key(event)
            if event.type() == QEvent.Type.FocusOut:
                self.hide()
        elif watched is self.parentWidget() and event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose(self.at + (1 if key == Qt.Key.Key_Down else -1))
        elif key in ENTER and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._take(self.at, as_system_prompt=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key == Qt.Key.Key_Escape:
            self.dismissed = True
            self.hide()
        else:
            return False
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.color("line"), 1))
        painter.setBrush(tokens.color("surface"))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS_CARD, theme.RADIUS_CARD
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Prompts"))
        self.hint.setText(self.tr("Enter inserts it, Ctrl+Enter makes it the system prompt of this chat."))
