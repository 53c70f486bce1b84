"""A field of plain text, each paragraph in the direction that most of its letters run. Grows with what is written."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QShowEvent, QTextBlock, QTextBlockFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from desktop.core.text import Direction, direction_of


class DirectedText(QTextEdit):
    """Plain text; grows from `least` to `most` lines, then scrolls. Tab leaves it."""

    def __init__(self, parent: QWidget | None = None, *, least: int = 1, most: int = 8) -> None:
        super().__init__(parent)
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
        self.document().contentsChange.connect(self._changed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._fit()

    # --- direction ---

    def _changed(self, position: int, _removed: int, added: int) -> None:
        """Turn the paragraphs that a change touched."""
        if self.turning:
            return
        document = self.document()
        block = document.findBlock(position)
        last = document.findBlock(min(position + added, max(document.characterCount() - 1, 0)))
        wanted: list[tuple[QTextBlock, Qt.LayoutDirection]] = []
        while block.isValid():
            if not block.layout().preeditAreaText():  # an input method is composing here
                direction = self.direction_for(block)
                if block.blockFormat().layoutDirection() != direction:
                    wanted.append((block, direction))
            if block == last or block.blockNumber() > last.blockNumber():
                break
            block = block.next()
        if not wanted:
            return
        self.turning = True
        for block, direction in wanted:
            cursor = QTextCursor(block)
            cursor.joinPreviousEditBlock()  # undo takes the letter and the turn back together
            made = QTextBlockFormat()
            made.setLayoutDirection(direction)
            cursor.mergeBlockFormat(made)
            cursor.endEditBlock()
        self.turning = False

    def direction_for(self, block: QTextBlock) -> Qt.LayoutDirection:
        """By the paragraph's letters; without letters as the one before, at the top as the interface."""
        before = block.previous()
        fallback = before.blockFormat().layoutDirection() if before.isValid() else self.layoutDirection()
        if fallback == Qt.LayoutDirection.LayoutDirectionAuto:
            fallback = self.layoutDirection()
        rtl = fallback == Qt.LayoutDirection.RightToLeft
        found = direction_of(block.text(), Direction.RTL if rtl else Direction.LTR)
        return Qt.LayoutDirection.RightToLeft if found is Direction.RTL else Qt.LayoutDirection.LeftToRight

    # --- size ---

    def _fit(self) -> None:
        line = self.fontMetrics().lineSpacing()
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
        elif event.type() == QEvent.Type.LayoutDirectionChange:
            self._changed(0, 0, self.document().characterCount())

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Text only, with its line breaks as paragraphs, so that each can have its direction."""
        if source.hasText():
            text = source.text().replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
            self.textCursor().insertText(text.replace("\0", ""))
            self.ensureCursorVisible()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() and not source.hasUrls()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.ignore()  # files belong to the window
        else:
            super().dragEnterEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()
