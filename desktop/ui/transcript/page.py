"""The page that shows the document: a read-only text view that paints what lies behind the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QMargins, QMimeData, QPoint, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from desktop.ui.transcript.block_painter import BlockPainter
from desktop.ui.transcript.formulas import FormulaRenderer
from desktop.ui.transcript.style import COLUMN, GUTTER, TranscriptStyle, colour

_READING = frozenset(
    (
        *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
        *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown),
    )
)


class ChatPage(QTextBrowser):
    """Nothing is loaded from anywhere: pictures are drawn here, links only report that they were chosen."""

    column_changed = Signal(float)
    moved = Signal()
    """Scrolled or resized."""
    zoomed = Signal(int)
    """Steps larger (positive) or smaller; 0 for the normal size."""
    stepped = Signal(int)
    """One message back (-1) or on (1), by keyboard."""
    find_asked = Signal()
    menu_asked = Signal(QPoint)
    """Where, in global coordinates."""
    copied = Signal()
    released = Signal()
    """The mouse button was let go."""

    def __init__(self, look: TranscriptStyle, formulas: FormulaRenderer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self._formulas = formulas
        self._column = 0.0
        self.is_pressed = False
        """The mouse button is down: something is being selected."""
        self.backdrop = BlockPainter()
        self.sources: Callable[[], dict[int, str]] = dict
        """The Markdown of the messages, for copying."""
        self.painted_over: Callable[[QPainter, QRectF], None] | None = None
        """Paints what lies over the text: a painter in the document's coordinates, and what of it is seen."""
        self.setCursorWidth(0)
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

    def apply_look(self, look: TranscriptStyle) -> None:
        self.look = look
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, colour(look.palette.window))
        palette.setColor(QPalette.ColorRole.Window, colour(look.palette.window))
        palette.setColor(QPalette.ColorRole.Text, colour(look.palette.text))
        accent = colour(look.palette.accent)
        accent.setAlphaF(0.28)
        palette.setColor(QPalette.ColorRole.Highlight, accent)
        palette.setColor(QPalette.ColorRole.HighlightedText, colour(look.palette.text))
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
        margins = QMargins(after if rtl else before, 0, before if rtl else after, 0)
        if margins != self.viewportMargins():
            self.setViewportMargins(margins)
        if self._column == float(page - 2 * gutter):
            return
        self._column = float(page - 2 * gutter)
        self.column_changed.emit(self._column)

    def column(self) -> float:
        """Width of the text, pixels."""
        return self._column

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

    def createMimeDataFromSelection(self) -> QMimeData:
        from desktop.ui.transcript.clipboard import mime_of

        made = mime_of(self.textCursor(), self.sources(), self._formulas.mathml)
        self.copied.emit()
        return made

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.menu_asked.emit(self.viewport().mapToGlobal(self.cursorRect().bottomLeft()))
        else:
            self.menu_asked.emit(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setCursorWidth(0)
        self.is_pressed = event.button() == Qt.MouseButton.LeftButton
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.is_pressed = False
            self.released.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.is_pressed and not event.buttons() & Qt.MouseButton.LeftButton:  # let go where nobody told of it
            self.is_pressed = False
            self.released.emit()
        super().mouseMoveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.zoomed.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def event(self, event: QEvent) -> bool:
        # the empty sides of the column are no part of the viewport, but turn its page too
        if event.type() == QEvent.Type.Wheel and isinstance(event, QWheelEvent):
            self.wheelEvent(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        key = event.key()
        if key in _READING:  # the caret is seen only by those who read with the keyboard
            self.setCursorWidth(self.look.px(2))
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoomed.emit(1)
        elif control and key == Qt.Key.Key_Minus:
            self.zoomed.emit(-1)
        elif control and key == Qt.Key.Key_0:
            self.zoomed.emit(0)
        elif control and key == Qt.Key.Key_F:
            self.find_asked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        top = event.rect().top()
        clip = QRectF(event.rect()).translated(0, self.offset())
        painter.translate(0, -self.offset())
        self.backdrop.paint(
            painter, self.look, self.backdrop.scene(self.document(), self.look, self.first_visible(top), clip)
        )
        painter.end()
        super().paintEvent(event)
        if self.painted_over is not None:
            painter = QPainter(self.viewport())
            painter.translate(0, -self.offset())
            self.painted_over(painter, clip)
            painter.end()
