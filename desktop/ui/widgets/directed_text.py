"""A field of plain text, each paragraph in the direction that most of its letters run. Grows with what is written."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QShowEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from desktop.core.text import Direction, direction_of
from desktop.ui import theme
from desktop.ui.shortcuts import is_ligature_shortcut, resend_ligature

_DIRECTIONS = (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft)


class DirectedText(QTextEdit):
    """Plain text; grows from `least` to `most` lines, then scrolls. Tab leaves it."""

    def __init__(self, parent: QWidget | None = None, *, least: int = 1, most: int = 8) -> None:
        super().__init__(parent)
        self._make_viewport()
        self.least = least
        self.most = most
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLineWrapMode(QTextEdit.LineWrapMode.WidgetWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(2)
        self.turning = False
        self.frame_room = 0
        self.placeholder = ""
        self.document().contentsChange.connect(self._changed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self.turn_all()
        self._fit()

    def _make_viewport(self) -> None:
        """As Qt's own. To hand over one that Qt made, PySide would look through all of its kinds of widgets first,
        which takes longer than making the rest of the window's first picture."""
        made = QWidget(self)
        made.setBackgroundRole(QPalette.ColorRole.Base)
        made.setAutoFillBackground(True)
        made.setCursor(Qt.CursorShape.IBeamCursor)
        made.setAcceptDrops(True)
        self.document().documentLayout().setPaintDevice(made)  # it keeps the old one otherwise
        self.setViewport(made)

    # --- direction ---

    def _changed(self, position: int, _removed: int, added: int) -> None:
        """Turn the paragraphs that a change touched."""
        if self.turning:
            return
        document = self.document()
        block = document.findBlock(position)
        last = document.findBlock(min(position + added, max(document.characterCount() - 1, 0)))
        heights = {direction: self.line_height(direction) for direction in _DIRECTIONS}
        wanted: list[tuple[int, int, Qt.LayoutDirection]] = []  # runs of paragraphs: where the first and the last begin
        before: Qt.LayoutDirection | None = None
        while block.isValid():
            made = block.blockFormat()
            direction = made.layoutDirection()
            if not block.layout().preeditAreaText():  # an input method is composing here
                direction = self.direction_for(block, before)
                if made.layoutDirection() != direction or made.lineHeight() != heights[direction]:
                    at = block.position()
                    goes_on = wanted and wanted[-1][2] == direction and wanted[-1][1] == block.previous().position()
                    wanted[-1:] = [(wanted[-1][0], at, direction)] if goes_on else [*wanted[-1:], (at, at, direction)]
            before = direction
            if block == last or block.blockNumber() > last.blockNumber():
                break
            block = block.next()
        if not wanted:
            return
        self.turning = True
        cursor = QTextCursor(document)
        cursor.beginEditBlock()  # laid out once, at its end: one change for each paragraph lays out all that follow it
        for start, end, direction in wanted:
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            made = QTextBlockFormat()
            made.setLayoutDirection(direction)
            made.setLineHeight(self.line_height(direction), QTextBlockFormat.LineHeightTypes.FixedHeight.value)
            cursor.mergeBlockFormat(made)
        cursor.endEditBlock()
        self.turning = False

    def direction_for(self, block: QTextBlock, before: Qt.LayoutDirection | None = None) -> Qt.LayoutDirection:
        """By the paragraph's letters; without letters as the one before, at the top as the interface.

        before: the direction that the one before is about to get.
        """
        above = block.previous()
        fallback = before or (above.blockFormat().layoutDirection() if above.isValid() else self.layoutDirection())
        if fallback == Qt.LayoutDirection.LayoutDirectionAuto:
            fallback = self.layoutDirection()
        rtl = fallback == Qt.LayoutDirection.RightToLeft
        found = direction_of(block.text(), Direction.RTL if rtl else Direction.LTR)
        return Qt.LayoutDirection.RightToLeft if found is Direction.RTL else Qt.LayoutDirection.LeftToRight

    # --- undo ---

    def undo(self) -> None:
        """Take the last words back, and the turn that they made (Qt keeps it as a step of its own)."""
        self._steps(self.document().undo, self.document().isUndoAvailable, until_words=True)

    def redo(self) -> None:
        self._steps(self.document().redo, self.document().isRedoAvailable, until_words=False)

    def _steps(self, step: Callable[[], None], more: Callable[[], bool], *, until_words: bool) -> None:
        before = self.toPlainText()
        self.turning = True
        while more():
            step()
            if (self.toPlainText() != before) if until_words else self._is_turned():
                break
        self.turning = False
        self._fit()

    def forget_undo(self) -> None:
        """What stood here belongs to something else now: Ctrl+Z and Ctrl+Y bring nothing of it back."""
        self.document().clearUndoRedoStacks()

    def _is_turned(self) -> bool:
        """Whether every paragraph runs as its letters do."""
        block = self.document().firstBlock()
        while block.isValid():
            if block.blockFormat().layoutDirection() != self.direction_for(block):
                return False
            block = block.next()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if is_ligature_shortcut(self, event):
            event.accept()
            resend_ligature(self)
        else:
            super().inputMethodEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in menu.actions():
            own = {"edit-undo": self.undo, "edit-redo": self.redo}.get(action.objectName())
            if own is not None:
                action.triggered.disconnect()
                action.triggered.connect(own)
        menu.popup(event.globalPos())

    # --- size ---

    def line_height(self, direction: Qt.LayoutDirection) -> int:
        """Height of a line, the same with and without Arabic letters, whose faces may claim two lines for theirs."""
        rtl = direction == Qt.LayoutDirection.RightToLeft
        return max(self.fontMetrics().lineSpacing(), round(self.fontInfo().pixelSize() * (1.75 if rtl else 1.6)))

    def _fit(self) -> None:
        line = self.line_height(self.document().firstBlock().blockFormat().layoutDirection())
        frame = self.height() - self.viewport().height() if self.isVisible() else self.frame_room
        most = self.most * line + 4 + frame
        wanted = int(self.document().size().height() + 0.999) + frame
        height = min(max(wanted, self.least * line + 4 + frame), most)
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if wanted > most else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
        if event.type() in (QEvent.Type.LayoutDirectionChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.turn_all()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Text only, with its line breaks as paragraphs, so that each can have its direction."""
        text = text_of(source)
        if text:
            text = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
            self.textCursor().insertText(text.replace("\0", ""))
            self.ensureCursorVisible()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return (source.hasText() or source.hasHtml()) and not holds_files(source)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if holds_files(event.mimeData()):
            event.ignore()  # files belong to the window
        else:
            super().dragEnterEvent(event)

    def turn_all(self) -> None:
        """Decide every paragraph anew; not a step of undo."""
        undo = self.isUndoRedoEnabled()
        if self.document().isEmpty():
            self.setUndoRedoEnabled(False)
        self._changed(0, 0, self.document().characterCount())
        self.setUndoRedoEnabled(undo)

    def set_placeholder(self, text: str) -> None:
        self.placeholder = text
        self.setAccessibleDescription(text)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the placeholder itself: Qt's own knows nothing of the lines' height."""
        super().paintEvent(event)
        block = self.document().firstBlock()
        if self.placeholder and self.document().isEmpty() and not block.layout().preeditAreaText():
            painter = QPainter(self.viewport())
            painter.setPen(theme.current().color("faint"))
            self._draw_placeholder(painter)

    def _draw_placeholder(self, painter: QPainter) -> None:
        """On the lines where the text will stand, beside the caret."""
        margin, height = self.document().documentMargin(), self.line_height(self.layoutDirection())
        layout = QTextLayout(self.placeholder, self.font())
        option = QTextOption()
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        option.setTextDirection(self.layoutDirection())
        option.setAlignment(Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft)
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(option)
        layout.beginLayout()
        baseline = margin + height * 0.8  # where Qt puts it in a line of fixed height
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self.viewport().width() - 2 * margin - 4)
            line.setPosition(QPointF(margin + 2, baseline - line.ascent()))
            baseline += height
        layout.endLayout()
        layout.draw(painter, QPointF())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()


def text_of(source: QMimeData) -> str:
    """The text of a clipboard; of one that holds HTML alone, what a reader sees of it."""
    text = source.text()
    if not text.strip() and source.hasHtml():
        from desktop.core.html_text import text_of_html

        text = text_of_html(source.html())
    return text


def holds_files(source: QMimeData) -> bool:
    """Whether files are held, not only addresses of pages."""
    return source.hasUrls() and any(url.isLocalFile() for url in source.urls())
