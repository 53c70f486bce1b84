"""The rows of the side bar: chats under the headings of their dates, or hits of a search. Model and delegate.

All rows have one height, so that ten thousand of them cost the view one measurement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.core.chat import Chat
from desktop.core.text import Direction, direction_of
from desktop.ui import i18n, icons, theme
from desktop.ui.widgets import LineEdit, draw_line

Index = QModelIndex | QPersistentModelIndex
INSET = 12
"""From the side bar's edge to a row."""
MORE = 28
"""Side of the "…" button at the end of a row."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One found place. `marks` are (start, length) of the words in `excerpt` that were searched for."""

    chat_id: int
    title: str
    excerpt: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    message_id: int | None = None


class Kind(IntEnum):
    HEADING = 0
    CHAT = 1
    HIT = 2


class Roles(IntEnum):
    KIND = Qt.ItemDataRole.UserRole
    CHAT_ID = Qt.ItemDataRole.UserRole + 1
    PAYLOAD = Qt.ItemDataRole.UserRole + 2


class ChatListModel(QAbstractListModel):
    """Headings (str), chats (Chat) or hits (SearchHit), as one flat list."""

    renamed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.chats: dict[int, Chat] = {}
        self.rows: list[str | Chat | SearchHit] = []
        self.row_of: dict[int, int] = {}
        self.hits: list[SearchHit] | None = None

    # --- content ---

    def set_chats(self, chats: Iterable[Chat]) -> None:
        self.chats = {chat.id: chat for chat in chats}
        self.rebuild()

    def update_chat(self, chat: Chat) -> None:
        """Add or change one chat; only its row is told when it stays where it is."""
        old = self.chats.get(chat.id)
        self.chats[chat.id] = chat
        row = self.row_of.get(chat.id)
        stays = old is not None and old.pinned == chat.pinned and old.updated_at == chat.updated_at
        if self.hits is None and row is not None and stays and chat.deleted_at is None and not chat.archived:
            self.rows[row] = chat
            index = self.index(row)
            self.dataChanged.emit(index, index)
        else:
            self.rebuild()

    def remove_chat(self, chat_id: int) -> None:
        if self.chats.pop(chat_id, None) is not None:
            self.rebuild()

    def set_hits(self, hits: Sequence[SearchHit] | None) -> None:
        """Show hits in the place of chats; None shows the chats again."""
        self.hits = None if hits is None else list(hits)
        self.rebuild()

    def rebuild(self, now: datetime | None = None) -> None:
        """Sort and group anew: also at midnight and when the language changes."""
        self.beginResetModel()
        if self.hits is not None:
            self.rows = list(self.hits)
            self.row_of = {}
            for row, hit in enumerate(self.hits):
                self.row_of.setdefault(hit.chat_id, row)
        else:
            self.rows = self._grouped(now or datetime.now())
            self.row_of = {row.id: at for at, row in enumerate(self.rows) if isinstance(row, Chat)}
        self.endResetModel()

    def _grouped(self, now: datetime) -> list[str | Chat | SearchHit]:
        shown = [chat for chat in self.chats.values() if chat.deleted_at is None and not chat.archived]
        shown.sort(key=lambda chat: (-chat.updated_at, -chat.id))
        rows: list[str | Chat | SearchHit] = []
        pinned = [chat for chat in shown if chat.pinned]
        if pinned:
            rows += [self.tr("Pinned"), *pinned]
        periods = self._periods(now)
        since, label = float("inf"), ""
        for chat in shown:
            if chat.pinned:
                continue
            if chat.updated_at < since:
                since, label = next(
                    (period for period in periods if chat.updated_at >= period[0]),
                    self._month(datetime.fromtimestamp(max(chat.updated_at, 0)), now),
                )
                rows.append(label)
            rows.append(chat)
        return rows

    def _periods(self, now: datetime) -> list[tuple[float, str]]:
        """(begins at, heading), newest first. A week here is the last seven days."""
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return [
            (today.timestamp(), self.tr("Today")),
            ((today - timedelta(days=1)).timestamp(), self.tr("Yesterday")),
            ((today - timedelta(days=7)).timestamp(), self.tr("This week")),
            (today.replace(day=1).timestamp(), self.tr("This month")),
        ]

    @staticmethod
    def _month(when: datetime, now: datetime) -> tuple[float, str]:
        first = when.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return first.timestamp(), i18n.month(when, with_year=when.year != now.year)

    # --- QAbstractListModel ---

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Roles.PAYLOAD:
            return row
        if isinstance(row, str):
            if role == Roles.KIND:
                return Kind.HEADING
            return row if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        if role == Roles.KIND:
            return Kind.CHAT if isinstance(row, Chat) else Kind.HIT
        if role == Roles.CHAT_ID:
            return row.id if isinstance(row, Chat) else row.chat_id
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return row.title or ("" if role == Qt.ItemDataRole.EditRole else self.tr("New chat"))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            title = row.title or self.tr("New chat")
            return f"{title}. {row.excerpt}" if isinstance(row, SearchHit) else title
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self.rows[index.row()], str):
            return Qt.ItemFlag.ItemIsEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if isinstance(self.rows[index.row()], Chat):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A new title from the row's editor; an empty or unchanged one is no change."""
        row = self.rows[index.row()]
        title = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or not isinstance(row, Chat) or title in ("", row.title):
            return False
        self.renamed.emit(row.id, title)
        return True


class ChatRowDelegate(QStyledItemDelegate):
    """Paints headings, chats and hits. `pointed` is the row under the mouse, whose "…" shows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pointed = -1
        self.hits = False
        self.scroll_bar = 0
        """Width of the view's scroll bar while it shows: rows keep their place beside it."""
        self.busy: frozenset[int] = frozenset()
        """Chats whose reply is being written."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = option.fontMetrics.height()
        return QSize(100, 3 * line + 14 if self.hits else max(40, line + 18))

    def row_rect(self, option_rect: QRectF, *, right_to_left: bool) -> QRectF:
        near = INSET - self.scroll_bar
        return option_rect.adjusted(near if right_to_left else INSET, 2, -INSET if right_to_left else -near, -2)

    def more_rect(self, option_rect: QRectF, *, right_to_left: bool) -> QRectF:
        """Where the "…" of a row is, in the view's coordinates."""
        row = self.row_rect(option_rect, right_to_left=right_to_left)
        left = row.left() + 4 if right_to_left else row.right() - MORE - 4
        return QRectF(left, row.center().y() - MORE / 2, MORE, MORE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme.current()
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        whole = QRectF(option.rect)
        row = self.row_rect(whole, right_to_left=rtl)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = row.adjusted(12, 0, -12, 0)
        payload = index.data(Roles.PAYLOAD)
        if isinstance(payload, str):
            painter.setFont(theme.interface_font(12, QFont.Weight.Medium))
            painter.setPen(tokens.color("muted"))
            draw_line(painter, text.adjusted(0, 8, 0, 0), payload, right_to_left=rtl)
            painter.restore()
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        pointed = index.row() == self.pointed
        if selected or pointed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("selected" if selected else "hover"))
            painter.drawRoundedRect(row, theme.RADIUS_ROW, theme.RADIUS_ROW)
        if option.state & QStyle.StateFlag.State_HasFocus and option.state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setPen(tokens.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), theme.RADIUS_ROW, theme.RADIUS_ROW)
        if isinstance(payload, SearchHit):
            self._paint_hit(painter, text, payload, rtl=rtl)
        else:
            self._paint_chat(painter, whole, text, payload, index, rtl=rtl, more=pointed)
        painter.restore()

    def _paint_chat(
        self, painter: QPainter, whole: QRectF, text: QRectF, chat: Chat, index: Index, *, rtl: bool, more: bool
    ) -> None:
        tokens = theme.current()
        painter.setFont(theme.interface_font(14))
        if more:
            spot = self.more_rect(whole, right_to_left=rtl)
            icons.paint(painter, "more", spot.adjusted(5, 5, -5, -5), tokens.color("muted"))
            text = text.adjusted(MORE, 0, 0, 0) if rtl else text.adjusted(0, 0, -MORE, 0)
        elif chat.id in self.busy:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("lamp"))
            x = text.left() + 4 if rtl else text.right() - 4
            painter.drawEllipse(QRectF(x - 3.5, text.center().y() - 3.5, 7, 7))
            text = text.adjusted(18, 0, 0, 0) if rtl else text.adjusted(0, 0, -18, 0)
        painter.setPen(tokens.color("ink" if chat.title else "muted"))
        draw_line(painter, text, index.data(Qt.ItemDataRole.DisplayRole), right_to_left=rtl)

    def _paint_hit(self, painter: QPainter, text: QRectF, hit: SearchHit, *, rtl: bool) -> None:
        """Title, then two lines of the place that was found, with the words in bold."""
        from PySide6.QtCore import QPointF
        from PySide6.QtGui import QTextCharFormat, QTextLayout, QTextOption

        tokens = theme.current()
        painter.setFont(theme.interface_font(14))
        painter.setPen(tokens.color("ink"))
        line = painter.fontMetrics().height()
        place = QRectF(text.left(), text.top() + 4, text.width(), line)
        draw_line(painter, place, hit.title or self.tr("New chat"), right_to_left=rtl)
        found = QTextLayout(hit.excerpt.replace("\n", " "), theme.interface_font(12))
        rtl = direction_of(hit.excerpt, Direction.RTL if rtl else Direction.LTR) is Direction.RTL
        option = QTextOption(Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
        found.setTextOption(option)
        ranges = []
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.DemiBold)
        bold.setForeground(tokens.color("ink"))
        for start, length in hit.marks:
            mark = QTextLayout.FormatRange()
            mark.start, mark.length, mark.format = start, length, bold
            ranges.append(mark)
        found.setFormats(ranges)
        found.beginLayout()
        top, ascent = 0.0, theme.px(15)
        for _ in range(2):
            row = found.createLine()
            if not row.isValid():
                break
            row.setLineWidth(text.width())
            row.setPosition(QPointF(0, top + ascent - row.ascent()))  # lines of one pitch in both scripts
            top += theme.px(19)
        found.endLayout()
        painter.setPen(tokens.color("muted"))
        found.draw(painter, QPointF(text.left(), text.top() + 4 + line))

    # --- renaming in place ---

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = LineEdit(parent)
        editor.setObjectName("rename")
        editor.setMaxLength(200)
        editor.setAccessibleName(self.tr("Title of the chat"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        editor.setGeometry(self.row_rect(QRectF(option.rect), right_to_left=rtl).toRect())

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(Qt.ItemDataRole.EditRole))
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)
