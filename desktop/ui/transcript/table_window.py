"""One table of a reply in a window of its own, at the text's own size: it is as wide as it needs, and scrolls."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QPalette,
    QShowEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QTextEdit, QVBoxLayout, QWidget

from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.transcript.blocks import Run, Table
from desktop.ui.transcript.clipboard import mime_of
from desktop.ui.transcript.style import GUTTER, TranscriptStyle, colour, qt_direction
from desktop.ui.transcript.table_widths import LONGEST_WORD, PADDINGS, measured
from desktop.ui.transcript.writer import Writer
from desktop.ui.widgets.basic import say


class _Plain:
    """Formulas are shown as their source; there is no code block to be coloured."""

    def image_format(self, run: Run, base: QTextCharFormat) -> QTextCharFormat | None:
        return None

    def placed(self, run: Run, cursor: QTextCursor) -> None:
        raise AssertionError

    def written(self, head: QTextBlock, *, live: bool) -> None:
        raise AssertionError

    def finished(self) -> None:
        raise AssertionError


class TableView(QTextEdit):
    """Shift turns the wheel sideways."""

    def __init__(self, table: Table, look: TranscriptStyle, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setLayoutDirection(qt_direction(table.direction))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, colour(look.palette.window))
        palette.setColor(QPalette.ColorRole.Text, colour(look.palette.text))
        self.setPalette(palette)
        document = QTextDocument(self)
        document.setDocumentMargin(look.px(GUTTER))
        document.setUndoRedoEnabled(False)
        writer = Writer(document, look, _Plain(), _Plain())
        writer.column = natural_width(table, look)
        writer.insert_after(document.lastBlock(), [table], 0)
        self.setDocument(document)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.setLineWrapColumnOrWidth(round(writer.column) + 2 * look.px(GUTTER))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin where the table begins."""
        super().showEvent(event)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.setValue(bar.minimum())

    def createMimeDataFromSelection(self) -> QMimeData:
        return mime_of(self.textCursor(), {}, lambda _name: "")

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and event.angleDelta().y():
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - event.angleDelta().y() * bar.singleStep() * 3 // 120)
            event.accept()
            return
        super().wheelEvent(event)


class TableWindow(QDialog):
    copied = Signal()

    def __init__(self, table: Table, look: TranscriptStyle, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Table"))
        self.setSizeGripEnabled(True)
        self.view = TableView(table, look, self)
        self.view.setAccessibleName(self.tr("Table"))
        self.copy_button = QPushButton(self.tr("Copy the table"), self)
        self.close_button = QPushButton(self.tr("Close"), self)
        for button in (self.copy_button, self.close_button):
            button.setAutoDefault(False)
        self.copy_button.clicked.connect(self.copy_table)
        self.close_button.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 12, 24, 16)
        foot.addWidget(self.copy_button)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addLayout(foot)
        bar = self.view.verticalScrollBar().sizeHint().width()
        resize_within_screen(self, round(natural_width(table, look)) + 2 * look.px(GUTTER) + bar, look.px(480))
        self.view.setFocus()

    def copy_table(self) -> None:
        """All of it, as a table for other programs: HTML, columns parted by tabs, Markdown."""
        cursor = QTextCursor(self.view.document())
        cursor.select(QTextCursor.SelectionType.Document)
        QGuiApplication.clipboard().setMimeData(mime_of(cursor, {}, lambda _name: ""))
        say(self, self.tr("Copied"))
        self.copied.emit()


def natural_width(table: Table, look: TranscriptStyle) -> float:
    """The width at which no word is broken, and no cell wraps that is not long."""
    found = measured(table, look)
    most = look.px(15) * LONGEST_WORD
    columns = zip(found.words, found.lines, strict=True)
    return sum(max(word, min(line, most)) * 1.04 + 4 + 2 * look.px(PADDINGS[0]) for word, line in columns)
