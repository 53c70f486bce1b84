"""A table of models: sorted by a click on a column, filtered as one types, walked with the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.core.folding import fold
from desktop.models.fit import Verdict
from desktop.ui import theme
from desktop.ui.models import formatting
from desktop.ui.widgets.basic import leading
from desktop.ui.widgets.plain_text import tool_tip

Index = QModelIndex | QPersistentModelIndex
BAR = 3
"""Pixels of the mark on the row that the keyboard is at."""
NAME_LETTERS = 22
"""Average letters of the first column that the others leave room for."""
SORT, FIT, DETAIL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A text and what it is sorted by. fit: drawn as a badge."""

    text: str
    sort: Any = None
    fit: Verdict | None = None
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """key: what the owner knows the row by. detail: a second line under the first cell."""

    key: Any
    cells: tuple[Cell, ...]
    detail: str = ""
    enabled: bool = True


class _Rows(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self.titles: list[str] = []

    def set_rows(self, titles: Sequence[str], rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.titles, self.rows = list(titles), list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if (
            orientation is Qt.Orientation.Horizontal
            and role == Qt.ItemDataRole.DisplayRole
            and section < len(self.titles)
        ):
            return self.titles[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        cell = row.cells[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == SORT:
            return cell.sort if cell.sort is not None else cell.text.casefold()
        if role == FIT:
            return cell.fit
        if role == DETAIL:
            return row.detail if index.column() == 0 else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(cell.tip) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.titles[index.column()]}: {cell.text}" + (f". {cell.tip}" if cell.tip else "")
        return None


class _Filter(QSortFilterProxyModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.words: list[str] = []
        self.wanted: Callable[[Any], bool] = lambda key: True
        self.setSortRole(SORT)

    def set_filter(self, text: str, wanted: Callable[[Any], bool]) -> None:
        self.beginFilterChange()
        self.words = fold(text).split() if text else []
        self.wanted = wanted
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, number: int, _parent: Index) -> bool:
        source = self.sourceModel()
        assert isinstance(source, _Rows)
        row = source.rows[number]
        text = fold(" ".join([row.detail, *(cell.text for cell in row.cells)])) if self.words else ""
        return all(word in text for word in self.words) and self.wanted(row.key)

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = left.data(SORT), right.data(SORT)
        return bool(one < other) if type(one) is type(other) else str(one) < str(other)


class _Delegate(QStyledItemDelegate):
    """Two lines in the first column, a badge for verdicts, plain text elsewhere."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        base = super().sizeHint(option, index)
        extra = QFontMetrics(theme.interface_font(12)).height() + 2 if index.sibling(index.row(), 0).data(DETAIL) else 0
        return QSize(base.width() + 24, QFontMetrics(theme.interface_font(14)).height() + 18 + extra)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme.current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        selected = bool(option.state & option.state.State_Selected)
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        if selected:
            painter.fillRect(option.rect, tokens.color("selected"))
            if index.column() == 0 and option.widget is not None and option.widget.hasFocus():
                left = rect.right() - BAR if rtl else rect.left()
                painter.fillRect(QRectF(left, rect.top(), BAR, rect.height() - 1), tokens.color("accent"))
        painter.setPen(QPen(tokens.color("line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(12, 4, -12, -4)
        if verdict := index.data(FIT):  # Qt hands it back as a plain text
            self._badge(painter, inner, Verdict(verdict), rtl)
        else:
            self._text(painter, inner, index, rtl)
        painter.restore()

    def _text(self, painter: QPainter, inner: QRectF, index: Index, rtl: bool) -> None:
        tokens = theme.current()
        first = index.column() == 0
        detail = str(index.data(DETAIL) or "")
        painter.setFont(
            theme.interface_font(14 if first else 13, QFont.Weight.Medium if first else QFont.Weight.Normal)
        )
        painter.setPen(tokens.color("text" if first else "muted"))
        line = inner
        if detail:
            line = QRectF(inner.left(), inner.top(), inner.width(), inner.height() / 2)
        self._line(painter, line, str(index.data()), rtl)
        if detail:
            painter.setFont(theme.interface_font(12))
            painter.setPen(tokens.color("muted"))
            below = QRectF(inner.left(), inner.center().y(), inner.width(), inner.height() / 2)
            self._line(painter, below, detail, rtl)

    def _line(self, painter: QPainter, place: QRectF, text: str, rtl: bool) -> None:
        """Placed by the interface and ordered by its own first letter or mark, so that what is cut off is its end."""
        option = QTextOption(leading(rtl) | Qt.AlignmentFlag.AlignVCenter)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
        painter.drawText(place, shown, option)

    def _badge(self, painter: QPainter, inner: QRectF, verdict: Verdict, rtl: bool) -> None:
        tokens = theme.current()
        ink = tokens.color({Verdict.FITS: "fits", Verdict.TIGHT: "brand_text", Verdict.WONT: "danger"}[verdict])
        painter.setFont(theme.interface_font(12, QFont.Weight.Medium))
        text = formatting.verdict(verdict)
        metrics = painter.fontMetrics()
        size = QSize(metrics.horizontalAdvance(text) + 20, metrics.height() + 6)
        left = inner.right() - size.width() if rtl else inner.left()
        pill = QRectF(left, inner.center().y() - size.height() / 2, size.width(), size.height())
        back = theme.current().color(
            {Verdict.FITS: "fits", Verdict.TIGHT: "brand", Verdict.WONT: "danger"}[verdict], 0.14
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(pill, size.height() / 2, size.height() / 2)
        painter.setPen(ink)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


class ModelTable(QTableView):
    """Rows in, the chosen key out. Where there is no room for all columns, those of `shed` go first, and come back with it."""

    chosen = Signal(object)
    """Key of the row that is selected now, None without one."""
    activated_key = Signal(object)
    """Enter or a double click on a row."""

    def __init__(self, parent: QWidget | None = None, shed: Sequence[int] = ()) -> None:
        super().__init__(parent)
        self.shed = tuple(shed)
        self.placeholder = ""
        self.setObjectName("modelTable")
        self.source = _Rows(self)
        self.filter = _Filter(self)
        self.filter.setSourceModel(self.source)
        self.setModel(self.filter)
        self.setItemDelegate(_Delegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab leaves the table
        self.setShowGrid(False)
        self.setSortingEnabled(True)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit(self.key()))
        self.doubleClicked.connect(lambda index: self.activated_key.emit(self._key_at(index)))
        self.filter.modelReset.connect(lambda: self.chosen.emit(self.key()))
        self.keep_order()

    def set_rows(self, titles: Sequence[str], rows: Sequence[Row]) -> None:
        """Show rows; what was selected stays so where it is still there."""
        before = self.key()
        column, order = self.filter.sortColumn(), self.filter.sortOrder()
        self.source.set_rows(titles, rows)
        head = self.horizontalHeader()
        for number in range(len(titles)):
            mode = QHeaderView.ResizeMode.Stretch if number == 0 else QHeaderView.ResizeMode.ResizeToContents
            head.setSectionResizeMode(number, mode)
        if column >= 0:
            self.filter.sort(column, order)
        self._make_room()
        self.select_key(before)
        if self.hasFocus():
            self._stand_on_a_row()

    def set_placeholder(self, text: str) -> None:
        """What is said in the place of rows while there are none."""
        self.placeholder = text
        self.setAccessibleDescription(text)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.placeholder and not self.filter.rowCount():
            painter = QPainter(self.viewport())
            painter.setFont(theme.interface_font(13))
            painter.setPen(theme.current().color("muted"))
            place = QRectF(self.viewport().rect()).adjusted(24, 0, -24, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.placeholder)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever comes by keyboard stands on a row; what the mouse means comes with its click."""
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason:
            self._stand_on_a_row()
        self.viewport().update()

    def _stand_on_a_row(self) -> None:
        if self.key() is None and self.filter.rowCount():
            self.selectRow(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._make_room()  # before it is first shown the head does not know its font

    def _make_room(self) -> None:
        """The first column keeps a width in which a name can be read."""
        metrics = QFontMetrics(theme.interface_font(14))
        room = self.viewport().width() - metrics.averageCharWidth() * NAME_LETTERS
        head = self.horizontalHeader()
        columns = range(1, self.filter.columnCount())
        widths = {n: max(self.sizeHintForColumn(n), head.sectionSizeHint(n)) for n in columns}
        needed, gone = sum(widths.values()), set()
        for number in self.shed:
            if needed > room and number in widths:
                needed -= widths[number]
                gone.add(number)
        for number in columns:
            if self.isColumnHidden(number) is not (number in gone):
                self.setColumnHidden(number, number in gone)

    def keep_order(self) -> None:
        """As the rows were given, until a column is clicked."""
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.filter.sort(-1)

    def set_filter(self, text: str, wanted: Callable[[Any], bool] = lambda key: True) -> None:
        self.filter.set_filter(text, wanted)

    def key(self) -> Any:
        rows = self.selectionModel().selectedRows()
        return self._key_at(rows[0]) if rows else None

    def select_key(self, key: Any) -> None:
        for number in range(self.filter.rowCount()):
            index = self.filter.index(number, 0)
            if key is not None and self._key_at(index) == key:
                self.setCurrentIndex(index)
                return

    def visible_keys(self) -> list[Any]:
        return [self._key_at(self.filter.index(number, 0)) for number in range(self.filter.rowCount())]

    def _key_at(self, index: Index) -> Any:
        return self.source.rows[self.filter.mapToSource(index).row()].key

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.key() is not None:
            self.activated_key.emit(self.key())
            return
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.filter.rowCount():
            self.selectRow(
                0 if event.key() == Qt.Key.Key_Home else self.filter.rowCount() - 1
            )  # of rows, not of columns
            return
        super().keyPressEvent(event)
