"""Find in the chat: folded, so that what one types finds what was written, with hamza, tashkeel or other digits."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.core.folding import find_all, fold
from desktop.ui.shortcuts import native
from desktop.ui.transcript.blocks import Kind
from desktop.ui.transcript.buttons import GlyphButton
from desktop.ui.transcript.copying import CHROME
from desktop.ui.transcript.style import P_KIND, TranscriptStyle, colour
from desktop.ui.transcript.writer import units
from desktop.ui.widgets.basic import LineEdit
from desktop.ui.widgets.plain_text import PlainLabel

MOST = 5000
"""Hits that are counted."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in the document, in positions of QTextDocument."""

    start: int
    end: int


def find(document: QTextDocument, text: str, first: int = 0, last: int | None = None) -> list[Hit]:
    """All places where `text` stands, folded, between two positions of the document."""
    hits: list[Hit] = []
    if not fold(text).strip():
        return hits
    block = document.findBlock(first)
    while block.isValid() and (last is None or block.position() < last) and len(hits) < MOST:
        if block.length() > 1 and block.blockFormat().property(P_KIND) not in (*CHROME, Kind.CODE_HEAD):
            content = block.text()
            for start, end in find_all(content, text):
                base = block.position()
                hits.append(Hit(base + units(content[:start]), base + units(content[:end])))
        block = block.next()
    return hits[:MOST]


class _Field(LineEdit):
    moved = Signal(int)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.moved.emit(-1 if back else 1)
        elif event.key() == Qt.Key.Key_Down:
            self.moved.emit(1)
        elif event.key() == Qt.Key.Key_Up:
            self.moved.emit(-1)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class FindBar(QFrame):
    """A field, the number of hits, and ways from one to the next."""

    changed = Signal(str)
    moved = Signal(int)
    closed = Signal()

    def __init__(self, look: TranscriptStyle, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = _Field(self)
        self.field.setFrame(False)
        self.count = PlainLabel(parent=self)
        self.previous = GlyphButton("up", "", look, self)
        self.next = GlyphButton("down", "", look, self)
        self.leave = GlyphButton("close", "", look, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(4)
        for widget in (self.field, self.count, self.previous, self.next, self.leave):
            row.addWidget(widget, 1 if widget is self.field else 0)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(120)
        self._later.timeout.connect(lambda: self.changed.emit(self.field.text()))
        self.field.textChanged.connect(lambda _: self._later.start())
        self.field.moved.connect(self._move)
        self.field.left.connect(self.closed)
        self.previous.clicked.connect(lambda: self._move(-1))
        self.next.clicked.connect(lambda: self._move(1))
        self.leave.clicked.connect(self.closed)
        self.set_look(look)
        self._retranslate()
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Find in this chat"))
        self.field.setAccessibleName(self.tr("Find in this chat"))
        self.previous.describe(self.tr("Previous result"), native("Shift+Return"))
        self.next.describe(self.tr("Next result"), native("Return"))
        self.leave.describe(self.tr("Close"), native("Esc"))

    def set_look(self, look: TranscriptStyle) -> None:
        self._look = look
        palette = self.palette()
        for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Window):
            palette.setColor(role, colour(look.palette.surface))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText):
            palette.setColor(role, colour(look.palette.text))
        palette.setColor(QPalette.ColorRole.PlaceholderText, colour(look.palette.muted))
        self.setPalette(palette)
        self.field.setPalette(palette)
        self.field.setFont(look.font)
        for button in (self.previous, self.next, self.leave):
            button.set_look(look)
        self.setFixedHeight(look.px(40))

    def _move(self, step: int) -> None:
        if self._later.isActive():  # what was typed is not looked for yet
            self._later.stop()
            self.changed.emit(self.field.text())
        else:
            self.moved.emit(step)

    def show_count(self, current: int, total: int) -> None:
        """current: from 1; 0 when there is none."""
        text = self.field.text().strip()
        if not text:
            self.count.setText("")
        elif not total:
            self.count.setText(self.tr("Nothing found"))
        else:
            self.count.setText(self.tr("{0} of {1}").format(current, total))
        for button in (self.previous, self.next):
            button.setEnabled(total > 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colour(self._look.palette.surface))
        painter.setPen(QPen(colour(self._look.palette.line), 1))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 12, 12)
        painter.end()
