"""The page that shows the document: a read-only text view that paints what lies behind the text."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent, QTextBlock, QTextDocument
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from desktop.ui.chat.backdrop import Backdrop
from desktop.ui.chat.formula import FormulaRenderer
from desktop.ui.chat.look import COLUMN, GUTTER, Look, colour


class ChatPage(QTextBrowser):
    """Nothing is loaded from anywhere: pictures come from the formulas, links only report that they were chosen."""

    column_changed = Signal(float)
    moved = Signal()
    """Scrolled or resized."""

    def __init__(self, look: Look, formulas: FormulaRenderer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self._formulas = formulas
        self.backdrop = Backdrop(self.document())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.verticalScrollBar().valueChanged.connect(self.moved)
        self.verticalScrollBar().rangeChanged.connect(self._centre)

    def apply_look(self, look: Look) -> None:
        self.look = look
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, colour(look.palette.window))
        palette.setColor(QPalette.ColorRole.Window, colour(look.palette.window))
        palette.setColor(QPalette.ColorRole.Text, colour(look.palette.ink))
        accent = colour(look.palette.accent)
        accent.setAlphaF(0.28)
        palette.setColor(QPalette.ColorRole.Highlight, accent)
        palette.setColor(QPalette.ColorRole.HighlightedText, colour(look.palette.ink))
        self.setPalette(palette)
        self._centre()

    # --- Qt -----------------------------------------------------------------------------------------------------------
    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Pictures of formulas, and nothing else: no file is read and no address fetched."""
        if kind == QTextDocument.ResourceType.ImageResource.value:
            return self._formulas.image(QUrl(name))
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._centre()
        super().resizeEvent(event)
        self.moved.emit()

    def _centre(self) -> None:
        """Keep the column in the middle. The page is no wider than the column, so that a wider window lays out nothing,
        and keeps its width when the scroll bar comes and goes."""
        gutter = self.look.px(GUTTER)
        bar = self.verticalScrollBar().sizeHint().width()
        room = self.width() - bar
        page = min(room, self.look.px(COLUMN) + 2 * gutter)
        before = (self.width() - page) // 2
        after = room - page - before
        if after < 0:
            before, after = before + after, 0
        if self.verticalScrollBar().maximum() == 0:
            after += bar
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setViewportMargins(after if rtl else before, 0, before if rtl else after, 0)
        self.column_changed.emit(float(page - 2 * gutter))

    def first_visible(self, top: float = 0.0) -> QTextBlock:
        """The first block that may show at `top`, in the viewport's coordinates."""
        block = self.cursorForPosition(QPoint(self.viewport().width() // 2, int(top) - self.look.px(40))).block()
        for _ in range(2):
            if block.previous().isValid():
                block = block.previous()
        return block

    def offset(self) -> int:
        """How far the document is scrolled, pixels."""
        return self.verticalScrollBar().value()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        top = event.rect().top()
        clip = QRectF(event.rect()).translated(0, self.offset())
        painter.translate(0, -self.offset())
        self.backdrop.paint(painter, self.look, self.backdrop.scene(self.look, self.first_visible(top), clip))
        painter.end()
        super().paintEvent(event)
