"""The list of the deleted chats: each is restored or erased for good from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.core.chat import Chat
from desktop.ui import i18n, theme
from desktop.ui.widgets.basic import Edge, Label, draw_line, say

_LAST_S = 253_402_000_000
"""In the last days of the year 9999: what is later, or before 1970, is no time."""


_ID, _TITLE, _DETAIL = (Qt.ItemDataRole.UserRole + number for number in range(3))


class _Rows(QStyledItemDelegate):
    """A title, and below it what becomes of the chat."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, theme.px(54))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = theme.current()
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        state, row = option.state, QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("selected" if state & QStyle.StateFlag.State_Selected else "hover"))
            painter.drawRoundedRect(row, theme.RADIUS_ROW, theme.RADIUS_ROW)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setPen(QPen(tokens.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(row, theme.RADIUS_ROW, theme.RADIUS_ROW)
        text = row.adjusted(12, theme.px(5), -12, -theme.px(5))
        upper, lower = QRectF(text), QRectF(text)
        upper.setHeight(text.height() * 0.54)
        lower.setTop(upper.bottom())
        for role, rect, size, ink in ((_TITLE, upper, 14, "text"), (_DETAIL, lower, 12, "muted")):
            painter.setFont(theme.interface_font(size))
            painter.setPen(tokens.color(ink))
            draw_line(painter, rect, str(index.data(role)), right_to_left=rtl)
        painter.restore()


class DeletedChatsDialog(QDialog):
    """Plain values in, signals out. Erasing is asked once more, in the place of the buttons."""

    restored = Signal(list)
    """chat ids, here and below"""
    erased = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.chats: Sequence[Chat] = ()
        self.counted: Mapping[int, int] = {}
        self.days = 0
        self.asked: list[int] = []
        """Chats whose erasing is being asked about."""
        self.hint = Label("hint", self, wrap=True)
        self.list = QListWidget(self)
        self.list.setObjectName("prompts")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setMouseTracking(True)
        self.nothing = Label("label", self, wrap=True)
        self.question = Label("value", self, wrap=True)
        self.erase, self.shut, self.restore = QPushButton(self), QPushButton(self), QPushButton(self)
        self.keep, self.confirm = QPushButton(self), QPushButton(self)
        self.erase.setProperty("rank", "link")
        self.restore.setProperty("rank", "primary")
        self._lay_out()
        self.list.itemSelectionChanged.connect(self._show_buttons)
        self.list.itemActivated.connect(lambda _item: self.restored.emit(self.chosen()))
        self.restore.clicked.connect(lambda: self.restored.emit(self.chosen()))
        self.erase.clicked.connect(lambda: self._ask(self.chosen()))
        self.keep.clicked.connect(lambda: self._ask([]))
        self.confirm.clicked.connect(self._erase)
        self.shut.clicked.connect(self.reject)
        self.resize(560, 440)
        self._retranslate()

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(24, 18, 24, 14)
        head.addWidget(self.hint)
        body = QVBoxLayout()
        body.setContentsMargins(16, 8, 16, 8)
        body.addWidget(self.list, 1)
        body.addWidget(self.nothing)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 12, 24, 16)
        foot.setSpacing(8)
        foot.addWidget(self.erase)
        foot.addWidget(self.question, 1)
        foot.addStretch(0)
        for button in (self.shut, self.restore, self.keep, self.confirm):
            foot.addWidget(button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(Edge(self))
        outer.addLayout(body, 1)
        outer.addWidget(Edge(self))
        outer.addLayout(foot)

    # --- values in ---

    def set_chats(self, chats: Sequence[Chat], counted: Mapping[int, int], days: int) -> None:
        """The deleted chats, last deleted first; the days that count for each; and after how many they are erased."""
        self.chats, self.counted, self.days = chats, counted, days
        chosen, row = set(self.chosen()), self.list.currentRow()
        self.list.clear()
        for chat in chats:
            title, detail = chat.title or self.tr("New chat"), self._detail(chat)
            item = QListWidgetItem(f"{title}, {detail}")  # what a screen reader says
            for role, value in ((_ID, chat.id), (_TITLE, title), (_DETAIL, detail)):
                item.setData(role, value)
            self.list.addItem(item)
            item.setSelected(chat.id in chosen)
        if not self.list.selectedItems() and chats:
            self.list.setCurrentRow(min(max(row, 0), len(chats) - 1))
        self.list.setVisible(bool(chats))
        self.nothing.setVisible(not chats)
        self._ask([])

    def chosen(self) -> list[int]:
        """Ids of the selected chats."""
        return [int(item.data(_ID)) for item in self.list.selectedItems()]

    # --- inside ---

    def _detail(self, chat: Chat) -> str:
        left = max(self.days - self.counted.get(chat.id, 0), 1)
        parts = [i18n.grouped(self.tr("erased in %n day(s)", "", left), left)] if self.days else []
        if date := _date(chat.deleted_at):
            parts.insert(0, self.tr("deleted on {date}").replace("{date}", f"\u2068{date}\u2069"))
        return " · ".join(parts)

    def _ask(self, chat_ids: list[int]) -> None:
        """Ask before chats are erased; none: ask no more."""
        had_focus = self.asked and (self.keep.hasFocus() or self.confirm.hasFocus())
        self.asked = chat_ids
        asking, count = bool(chat_ids), len(chat_ids)
        if asking:
            text = self.tr("Erase %n chat(s) for good? This can’t be undone.", "", count)
            self.question.setText(i18n.grouped(text, count))
            say(self, self.question.text())
        for widget in (self.question, self.keep, self.confirm):
            widget.setVisible(asking)
        for button in (self.erase, self.shut, self.restore):
            button.setVisible(not asking)
        self.list.setEnabled(not asking)
        if asking:
            self.keep.setFocus(Qt.FocusReason.OtherFocusReason)
        elif had_focus:
            (self.list if self.chats else self.shut).setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_buttons()

    def _erase(self) -> None:
        self.erased.emit(self.asked)

    def _show_buttons(self) -> None:
        some = bool(self.list.selectedItems())
        self.restore.setEnabled(some)
        self.erase.setEnabled(some)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.asked:
            self._ask([])
        elif event.key() == Qt.Key.Key_Delete and self.chosen() and not self.asked:
            self._ask(self.chosen())
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Recently deleted"))
        self.hint.setText(
            self.tr(
                "Search and export leave deleted chats out. Chats that you don’t restore are erased for good after a while. Only days on which Samar is open count, so a wrong clock erases nothing."
            )
        )
        self.nothing.setText(self.tr("Nothing has been deleted."))
        self.list.setAccessibleName(self.tr("Recently deleted"))
        self.erase.setText(self.tr("Erase now…"))
        self.shut.setText(self.tr("Close"))
        self.restore.setText(self.tr("Restore"))
        self.keep.setText(self.tr("Keep"))
        self.confirm.setText(self.tr("Erase"))
        self.set_chats(self.chats, self.counted, self.days)


def _date(seconds: float | None) -> str:
    """A day as one writes it in this language; "" for what is no time."""
    if seconds is None or not 0 <= seconds <= _LAST_S:
        return ""
    day = datetime.fromtimestamp(seconds)
    return f"{day.day} {i18n.month(day, with_year=True)}"
