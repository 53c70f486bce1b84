"""The list of the side bar: keys, the mouse, dragging chats into folders, and the "…" of the row that is pointed at."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPoint,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate, QWidget

from desktop.ui import theme
from desktop.ui.sidebar.list_model import ChatListModel, Kind, Roles
from desktop.ui.sidebar.row_delegate import ChatRowDelegate
from desktop.ui.widgets.basic import draw_line

DRAGGED = "application/x-samar-chats"
"""Ids of dragged chats, with blanks between them."""
_SELECT = QItemSelectionModel.SelectionFlag


class ChatListView(QListView):
    """Opens on a click, selects with Ctrl and Shift, and steps over headings."""

    menu_requested = Signal(QModelIndex, QPoint)
    delete_requested = Signal(QModelIndex)
    opened = Signal(QModelIndex)
    folder_toggled = Signal(int, bool)
    """folder id, whether it is folded from now on"""
    chats_dropped = Signal(list, object)
    """chat ids; the folder's id, or None to take them out of folders"""
    chosen_changed = Signal()
    left_upwards = Signal()
    edited = Signal()
    """The editor of a row was closed."""

    def __init__(self, model: ChatListModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.chats = model
        self.rows = ChatRowDelegate(self)
        self.setModel(model)
        self.setItemDelegate(self.rows)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self._pressed = QModelIndex()
        self._anchor = -1
        """Where a selection with Shift and the arrow keys began."""
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen_changed.emit())

    @property
    def is_editing(self) -> bool:
        return self.state() is QAbstractItemView.State.EditingState

    def closeEditor(self, editor: QWidget, hint: QStyledItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        self.edited.emit()

    def kind_at(self, index: QModelIndex) -> Kind:
        return Kind.HEADING if not index.isValid() else Kind(index.data(Roles.KIND))

    def more_rect(self, index: QModelIndex) -> QRectF:
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        return self.rows.more_rect(QRectF(self.visualRect(index)), right_to_left=rtl)

    # --- several at once ---

    def chosen(self) -> list[int]:
        """Ids of the selected chats, from top to bottom, each once."""
        found = [index for index in self.selectedIndexes() if self.kind_at(index) is Kind.CHAT]
        in_order = sorted(found, key=lambda index: index.row())
        return list(dict.fromkeys(index.data(Roles.CHAT_ID) for index in in_order))

    def choose(self, chat_ids: list[int]) -> None:
        """Select chats, as far as they show."""
        selection = QItemSelection()
        for chat_id in chat_ids:
            row = self.chats.row_of.get(chat_id)
            if row is not None:
                selection.select(self.chats.index(row), self.chats.index(row))
        self.selectionModel().select(selection, _SELECT.ClearAndSelect)

    def acted_on(self, index: QModelIndex) -> list[int]:
        """The chats that an action on a row means: all selected ones if it is one of them."""
        chat_id = index.data(Roles.CHAT_ID)
        chosen = self.chosen()
        return chosen if chat_id in chosen else [chat_id]

    # --- the mouse ---

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        row = index.row() if self.kind_at(index) is not Kind.HEADING else -1
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if row >= 0 else Qt.CursorShape.ArrowCursor)
        self.point_at(row)
        super().mouseMoveEvent(event)

    def point_at(self, row: int) -> None:
        if row != self.rows.pointed:
            self.rows.pointed = row
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self.point_at(-1)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        where = event.position()
        index = self.indexAt(where.toPoint())
        kind = self.kind_at(index)
        self._pressed = QModelIndex()
        if kind is Kind.HEADING:
            return  # neither deselects nor selects
        menu = event.button() == Qt.MouseButton.RightButton or self.more_rect(index).contains(where)
        if menu and kind in (Kind.CHAT, Kind.FOLDER):
            self.menu_requested.emit(index, event.globalPosition().toPoint())
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed = index
        if kind is Kind.FOLDER:
            self.selectionModel().setCurrentIndex(index, _SELECT.NoUpdate)
            return
        super().mousePressEvent(event)
        self._anchor = -1

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens; one with Ctrl or Shift only selects, and one that became a drag does neither."""
        pressed, self._pressed = self._pressed, QModelIndex()
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        clicked = pressed.isValid() and pressed == self.indexAt(event.position().toPoint())
        super().mouseReleaseEvent(event)
        if not clicked or event.button() != Qt.MouseButton.LeftButton:
            return
        if self.kind_at(pressed) is Kind.FOLDER:
            self.toggle(pressed)
        elif plain:
            self.opened.emit(pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if self.kind_at(index) is Kind.CHAT and not self.more_rect(index).contains(event.position()):
            self.edit(index)
        elif self.kind_at(index) is Kind.FOLDER:
            self.mousePressEvent(event)

    def toggle(self, index: QModelIndex) -> None:
        """Fold or unfold a folder."""
        self.folder_toggled.emit(index.data(Roles.PAYLOAD).id, not index.data(Roles.FOLDED))

    # --- dragging ---

    def startDrag(self, _actions: Qt.DropAction) -> None:
        if not self._pressed.isValid() or self.kind_at(self._pressed) is not Kind.CHAT:
            return
        ids = self.acted_on(self._pressed)
        drag = QDrag(self)
        data = QMimeData()
        data.setData(DRAGGED, " ".join(map(str, ids)).encode())
        drag.setMimeData(data)
        first = self._pressed.data()
        drag.setPixmap(self._drag_picture(first if len(ids) == 1 else self.tr("%n chat(s)", "", len(ids))))
        self._pressed = QModelIndex()
        drag.exec(Qt.DropAction.MoveAction)
        self._drop_on(-1)

    def _drag_picture(self, text: str) -> QPixmap:
        tokens = theme.current()
        ratio = self.devicePixelRatioF()
        size = QRectF(0, 0, min(self.fontMetrics().horizontalAdvance(text) + 28, 220), 34)
        picture = QPixmap((size.size() * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tokens.color("accent"))
        painter.setBrush(tokens.color("surface"))
        painter.drawRoundedRect(size.adjusted(1, 1, -1, -1), theme.RADIUS_ROW, theme.RADIUS_ROW)
        painter.setPen(tokens.color("text"))
        painter.setFont(theme.interface_font(14))
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        draw_line(painter, size.adjusted(14, 0, -14, 0), text, right_to_left=rtl)
        painter.end()
        return picture

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(DRAGGED) and not self.chats.archive and self.chats.hits is None:
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
        else:
            event.ignore()  # files are the window's

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls near the edges
        index = self.indexAt(event.position().toPoint())
        folder = self.chats.folder_at(index.row()) if index.isValid() else None
        self._drop_on(self.chats.folder_row[folder] if folder is not None else index.row() if index.isValid() else -1)
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._drop_on(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        ids = [int(word) for word in bytes(event.mimeData().data(DRAGGED).data()).decode().split()]
        self._drop_on(-1)
        self.setState(QAbstractItemView.State.NoState)
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()
        self.chats_dropped.emit(ids, self.chats.folder_at(index.row()) if index.isValid() else None)

    def _drop_on(self, row: int) -> None:
        """Mark the folder under a dragged chat; a row outside of folders has no mark."""
        row = row if row >= 0 and self.kind_at(self.chats.index(row)) is Kind.FOLDER else -1
        if row != self.rows.drop_row:
            self.rows.drop_row = row
            self.viewport().update()

    # --- keys ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.is_editing:  # Enter reaches the list after the editor of a row
            return
        index = self.currentIndex()
        kind = self.kind_at(index)
        owned = kind in (Kind.CHAT, Kind.FOLDER)
        key, modifiers = event.key(), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        enters = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if key == Qt.Key.Key_Space and control and index.isValid():
            self.selectionModel().select(index, _SELECT.Toggle)
        elif control and key == Qt.Key.Key_A:
            self.choose([chat_id for chat_id in self.chats.row_of if self.chats.hits is None])
        elif enters and kind is Kind.FOLDER:
            self.toggle(index)
        elif enters and index.isValid():
            self.opened.emit(index)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and kind is Kind.FOLDER:
            rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            unfold = (key == Qt.Key.Key_Right) is not rtl
            if unfold is bool(index.data(Roles.FOLDED)):
                self.toggle(index)
        elif key == Qt.Key.Key_F2 and owned:
            self.edit(index)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and owned:
            self.delete_requested.emit(index)
        elif owned and (key == Qt.Key.Key_Menu or (key == Qt.Key.Key_F10 and shift)):
            self.menu_requested.emit(index, self.viewport().mapToGlobal(self.visualRect(index).center()))
        elif key == Qt.Key.Key_Escape and len(self.chosen()) > 1:
            self.choose([])
        elif key == Qt.Key.Key_Up:
            if not self.step(-1, extend=shift, keep=control) and not shift:
                self.left_upwards.emit()
        elif key == Qt.Key.Key_Down:
            self.step(1, extend=shift, keep=control)
        elif event.text() and event.text().isprintable():
            event.ignore()  # letters belong to the composer
        else:
            super().keyPressEvent(event)

    def step(self, by: int, *, extend: bool = False, keep: bool = False) -> bool:
        """Move to the next row in a direction, over headings. False at the end. extend: select what lies between;
        keep: leave the selection alone."""
        here = self.currentIndex().row()
        row = here + by
        model = self.model()
        while 0 <= row < model.rowCount():
            index = model.index(row, 0)
            if self.kind_at(index) is not Kind.HEADING:
                if extend:
                    self._anchor = here if self._anchor < 0 else self._anchor
                    first, last = sorted((self._anchor, row))
                    self.selectionModel().setCurrentIndex(index, _SELECT.NoUpdate)
                    between = QItemSelection(model.index(first, 0), model.index(last, 0))
                    self.selectionModel().select(between, _SELECT.ClearAndSelect)
                elif keep:
                    self.selectionModel().setCurrentIndex(index, _SELECT.NoUpdate)
                else:
                    self._anchor = -1
                    self.setCurrentIndex(index)
                return True
            row += by
        return False
