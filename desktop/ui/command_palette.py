"""The command palette: one types what one wants to do, in either language, and Enter does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import bilingual, theme
from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.shortcuts import native
from desktop.ui.widgets.basic import Label, LineEdit, draw_line, say

WIDTH, HEIGHT = 600, 420
PADDING = 14
KEYS = Qt.ItemDataRole.UserRole + 1


class Entry(msgspec.Struct, frozen=True):
    """A row of the palette."""

    name: str
    """Told when it is chosen."""
    text: str
    """In the language of the interface."""
    keys: str = ""
    note: str = ""
    """What kind of row it is, where that isn't a command: "Chat"."""
    words: str = ""
    """What else it is found by."""


class Rows(QStyledItemDelegate):
    """A row: its text from where lines begin, its shortcut or kind at the other side."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, max(36, option.fontMetrics.height() + 16))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = theme.current()
        place: QRect = option.rect
        whole = QRectF(place).adjusted(0, 1, 0, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("selected" if state & QStyle.StateFlag.State_Selected else "hover"))
            painter.drawRoundedRect(whole, theme.RADIUS_ROW, theme.RADIUS_ROW)
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        inner = whole.adjusted(PADDING, 0, -PADDING, 0)
        small = theme.interface_font(12)
        painter.setFont(small)
        keys = str(index.data(KEYS) or "")
        room = painter.fontMetrics().horizontalAdvance(keys) + 2 if keys else 0
        side = QRectF(inner)
        side.setWidth(room)
        text = QRectF(inner)
        text.setWidth(inner.width() - (room + 16 if room else 0))
        if rtl:
            text.moveRight(inner.right())
        else:
            side.moveRight(inner.right())
        if keys:
            painter.setPen(tokens.color("muted"))
            draw_line(painter, side, keys, right_to_left=rtl)
        painter.setFont(theme.interface_font(14, QFont.Weight.Normal))
        painter.setPen(tokens.color("text"))
        draw_line(painter, text, str(index.data(Qt.ItemDataRole.DisplayRole)), right_to_left=rtl)
        painter.restore()


class RowList(QListWidget):
    """Results below a field that keeps the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows = Rows(self)
        self.setItemDelegate(self.rows)


class CommandPalette(QDialog):
    """Plain values in, one signal out. The focus stays in the field; arrow keys choose a row, Enter or a click takes it."""

    chosen = Signal(str)
    """name of an entry, once the palette is closed"""

    def __init__(
        self,
        entries: Sequence[Entry],
        more: Callable[[str], Sequence[Entry]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """entries: in the order in which they stand before anything is typed. more: what else fits a query, shown below."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.entries, self.more = list(entries), more
        self.shown: list[Entry] = []
        self.field = LineEdit(self)
        self.list = RowList(self)
        self.nothing = Label("hint", self, wrap=True)
        self.hint = Label("hint", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 10)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        column.addWidget(self.hint)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self.show_matches)
        self.list.itemClicked.connect(lambda item: self.take(self.list.row(item)))
        self.list.currentRowChanged.connect(self._say_row)
        resize_within_screen(self, theme.width(WIDTH), theme.px(HEIGHT))
        self._retranslate()
        self.show_matches("")
        self.field.setFocus()

    def show_matches(self, query: str) -> None:
        """Show what fits, best first; entries that fit alike keep their order."""
        ranked = [
            (rank, entry)
            for entry in self.entries
            if (rank := bilingual.rank(query, entry.text, (entry.words, entry.keys.replace("+", " "), entry.keys)))
            is not None
        ]
        self.shown = [entry for _rank, entry in sorted(ranked, key=lambda pair: pair[0])]
        if query.strip() and self.more is not None:
            self.shown += self.more(query)
        self.list.clear()
        for entry in self.shown:
            side = native(entry.keys) if entry.keys else entry.note
            item = QListWidgetItem(entry.text)
            item.setData(KEYS, side)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.text}: {side}" if side else entry.text)
            self.list.addItem(item)
        self.list.setVisible(bool(self.shown))
        self.nothing.setVisible(not self.shown)
        if self.shown:
            self.list.setCurrentRow(0)
        else:
            say(self.field, self.nothing.text())

    def take(self, row: int) -> None:
        """Close, then tell which entry was chosen: it may open a window of its own."""
        if 0 <= row < len(self.shown):
            name = self.shown[row].name
            self.accept()
            self.chosen.emit(name)

    def _say_row(self, row: int) -> None:
        if 0 <= row < self.list.count():
            say(self.field, str(self.list.item(row).data(Qt.ItemDataRole.AccessibleTextRole)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            page = max(self.list.height() // max(self.list.sizeHintForRow(0), 1) - 1, 1)
            steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
            step = steps.get(Qt.Key(event.key()))
            if step is not None and self.shown:
                at = self.list.currentRow() + step
                last = len(self.shown) - 1
                self.list.setCurrentRow(at % (last + 1) if abs(step) == 1 else min(max(at, 0), last))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.take(self.list.currentRow())
                return True
        return super().eventFilter(watched, event)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Find a command"))
        self.field.setPlaceholderText(self.tr("What do you want to do?"))
        self.field.setAccessibleName(self.tr("Find a command"))
        self.list.setAccessibleName(self.tr("Commands"))
        self.nothing.setText(self.tr("No command has these words."))
        self.hint.setText(self.tr("↑ ↓ to choose, Enter to do it, Esc to close."))
