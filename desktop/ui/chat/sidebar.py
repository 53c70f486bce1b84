"""The side bar: brand, new chat, search, chats by date, and the way to models and settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QListView, QMenu, QVBoxLayout, QWidget

from desktop.core.chat import Chat
from desktop.ui import icons, theme
from desktop.ui.chat.chat_list import ChatListModel, ChatRowDelegate, Kind, Roles, SearchHit
from desktop.ui.chat.format_menu import FormatMenu
from desktop.ui.widgets import IconButton, Label, LineEdit, Moon, RowButton

WIDTH = 264


class ChatView(QListView):
    """The list itself: keys, the mouse, and the "…" of the row that is pointed at."""

    menu_requested = Signal(QModelIndex, QPoint)
    delete_requested = Signal(QModelIndex)
    opened = Signal(QModelIndex)
    left_upwards = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows = ChatRowDelegate(self)
        self.setItemDelegate(self.rows)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rows.scroll_bar = self.width() - self.viewport().width()

    def kind_at(self, index: QModelIndex) -> Kind:
        return Kind.HEADING if not index.isValid() else Kind(index.data(Roles.KIND))

    def more_rect(self, index: QModelIndex) -> QRectF:
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        return self.rows.more_rect(QRectF(self.visualRect(index)), right_to_left=rtl)

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
        if kind is Kind.HEADING:
            return  # neither deselects nor selects
        if event.button() == Qt.MouseButton.RightButton or (
            kind is Kind.CHAT and self.more_rect(index).contains(where)
        ):
            if kind is Kind.CHAT:
                self.menu_requested.emit(index, event.globalPosition().toPoint())
            return
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if self.kind_at(index) is Kind.CHAT and not self.more_rect(index).contains(event.position()):
            self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        chat = self.kind_at(index) is Kind.CHAT
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and index.isValid():
            self.opened.emit(index)
        elif key == Qt.Key.Key_F2 and chat:
            self.edit(index)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and chat:
            self.delete_requested.emit(index)
        elif key == Qt.Key.Key_Menu and chat:
            self.menu_requested.emit(index, self.viewport().mapToGlobal(self.visualRect(index).center()))
        elif key == Qt.Key.Key_Up:
            if not self.step(-1):
                self.left_upwards.emit()
        elif key == Qt.Key.Key_Down:
            self.step(1)
        elif event.text() and event.text().isprintable():
            event.ignore()  # letters belong to the composer
        else:
            super().keyPressEvent(event)

    def step(self, by: int) -> bool:
        """Move to the next chat in a direction, over headings. False at the end."""
        row = self.currentIndex().row() + by
        model = self.model()
        while 0 <= row < model.rowCount():
            index = model.index(row, 0)
            if self.kind_at(index) is not Kind.HEADING:
                self.setCurrentIndex(index)
                return True
            row += by
        return False


class SearchField(LineEdit):
    """A line with a lens at its beginning, in line with the buttons above and below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self.setFixedHeight(38)
        self.setClearButtonEnabled(True)
        self.place_text()

    def side_margins(self) -> tuple[int, int]:
        return (4, 38) if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else (38, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        spot = QRectF(self.width() - 31 if rtl else 13, (self.height() - 18) / 2, 18, 18)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icons.paint(painter, "search", spot, theme.current().color("muted"))


class Sidebar(QFrame):
    """Plain values in, signals out; knows nothing of where chats are kept."""

    chat_selected = Signal(int)
    hit_selected = Signal(int, object)
    """chat id, message id or None"""
    chat_renamed = Signal(int, str)
    chat_deleted = Signal(int)
    chat_pinned = Signal(int, bool)
    chat_exported = Signal(int, str, str)
    """chat id, title, one of workers.transfer.FORMATS"""
    new_chat_requested = Signal()
    temporary_chat_requested = Signal()
    search_changed = Signal(str)
    models_requested = Signal()
    settings_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.model = ChatListModel(self)
        self.current: int | None = None

        self.moon = Moon(22, self)
        self.brand = Label("brand", self)
        theme.state().changed.connect(self._widen)
        self._widen()
        self.new_chat = RowButton("plus", self, raised=True)
        self.temporary_chat = IconButton("temporary", self, size=38)
        self.temporary_chat.setCheckable(True)
        self.search = SearchField(self)
        self.view = ChatView(self)
        self.view.setModel(self.model)
        self.nothing = Label("hint", self, wrap=True).centre()
        self.nothing.hide()
        self.models = RowButton("models", self)
        self.settings = RowButton("settings", self)

        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 0)
        head.setSpacing(8)
        head.addWidget(self.moon)
        head.addWidget(self.brand, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 15, 0, 12)
        column.setSpacing(0)
        begin = QHBoxLayout()
        begin.setSpacing(4)
        begin.addWidget(self.new_chat, 1)
        begin.addWidget(self.temporary_chat)
        for item, after in ((head, 14), (begin, 4), (self.search, 4)):
            row = QHBoxLayout()
            row.setContentsMargins(12, 0, 12, after)
            if isinstance(item, QWidget):
                row.addWidget(item)
            else:
                row.addLayout(item)
            column.addLayout(row)
        column.addWidget(self.nothing)
        column.addWidget(self.view, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 8, 12, 0)
        foot.setSpacing(4)
        foot.addWidget(self.models)
        foot.addWidget(self.settings)
        column.addLayout(foot)

        self.new_chat.clicked.connect(self.new_chat_requested)
        self.temporary_chat.clicked.connect(self.temporary_chat_requested)
        self.models.clicked.connect(self.models_requested)
        self.settings.clicked.connect(self.settings_requested)
        self.search.textChanged.connect(self._search_changed)
        self.search.installEventFilter(self)
        self.model.renamed.connect(self.chat_renamed)
        self.view.opened.connect(self._open)
        self.view.menu_requested.connect(self.show_menu)
        self.view.delete_requested.connect(lambda index: self.chat_deleted.emit(index.data(Roles.CHAT_ID)))
        self.view.left_upwards.connect(self.search.setFocus)
        self.midnight = QTimer(self)
        self.midnight.setSingleShot(True)
        self.midnight.timeout.connect(self._new_day)
        self._await_midnight()
        self._retranslate()

    # --- values in ---

    def set_chats(self, chats: Iterable[Chat]) -> None:
        """All chats, in any order; deleted and archived ones are left out."""
        self.model.set_chats(chats)
        self._show_current()
        self._show_nothing()

    def update_chat(self, chat: Chat) -> None:
        """Add or change one chat."""
        self.model.update_chat(chat)
        self._show_current()
        self._show_nothing()

    def remove_chat(self, chat_id: int) -> None:
        self.model.remove_chat(chat_id)
        self._show_current()
        self._show_nothing()

    def set_current(self, chat_id: int | None) -> None:
        """Mark a chat as the open one, without a signal; None for a chat that isn't stored yet."""
        self.current = chat_id
        self._show_current()

    def set_busy(self, chat_ids: Iterable[int]) -> None:
        """Chats whose reply is being written: a small lamp at the end of their rows."""
        self.view.rows.busy = frozenset(chat_ids)
        self.view.viewport().update()

    def show_results(self, hits: Sequence[SearchHit]) -> None:
        """Answer to `search_changed` with a text that isn't empty."""
        if self.search.text().strip():
            self._show_hits(hits)

    def start_search(self) -> None:
        """Ctrl+K."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # --- inside ---

    def _show_hits(self, hits: Sequence[SearchHit] | None) -> None:
        self.view.rows.hits = hits is not None
        self.model.set_hits(hits)
        self._show_current()
        self._show_nothing()

    def _show_nothing(self) -> None:
        searching = self.model.hits is not None
        self.nothing.setVisible(not self.model.rows and (searching or not self.model.chats))
        self.nothing.setText(self.tr("No chat has these words.") if searching else self.tr("Your chats will be here."))

    def _show_current(self) -> None:
        row = self.model.row_of.get(self.current, -1) if self.current is not None else -1
        if row >= 0:
            self.view.setCurrentIndex(self.model.index(row))
        else:
            self.view.selectionModel().clear()

    def _search_changed(self, text: str) -> None:
        if not text.strip():
            self._show_hits(None)
        self.search_changed.emit(text.strip())

    def _open(self, index: QModelIndex) -> None:
        payload = index.data(Roles.PAYLOAD)
        if isinstance(payload, SearchHit):
            self.current = payload.chat_id
            self.hit_selected.emit(payload.chat_id, payload.message_id)
        elif isinstance(payload, Chat):
            self.current = payload.id
            self.chat_selected.emit(payload.id)

    def menu_for(self, index: QModelIndex) -> QMenu:
        """Rename, pin, export and delete, for one chat."""
        chat = index.data(Roles.PAYLOAD)
        assert isinstance(chat, Chat)
        ink = theme.current().muted
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = menu.addAction(icons.icon("edit", ink), self.tr("Rename"))
        rename.setShortcut(QKeySequence(Qt.Key.Key_F2))
        rename.triggered.connect(lambda: self.rename(chat.id))
        pin = menu.addAction(icons.icon("pin", ink), self.tr("Unpin") if chat.pinned else self.tr("Pin"))
        pin.triggered.connect(lambda: self.chat_pinned.emit(chat.id, not chat.pinned))
        export = FormatMenu(menu)
        export.setIcon(icons.icon("export", ink))
        export.chosen.connect(lambda form: self.chat_exported.emit(chat.id, chat.title, form))
        menu.addMenu(export)
        menu.addSeparator()
        delete = menu.addAction(icons.icon("trash", theme.current().danger), self.tr("Delete"))
        delete.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        delete.triggered.connect(lambda: self.chat_deleted.emit(chat.id))
        return menu

    def show_menu(self, index: QModelIndex, where: QPoint) -> None:
        self.menu_for(index).popup(where)

    def rename(self, chat_id: int) -> None:
        """Open the editor in the row of a chat."""
        row = self.model.row_of.get(chat_id)
        if row is not None and self.model.hits is None:
            self.view.setCurrentIndex(self.model.index(row))
            self.view.edit(self.model.index(row))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Down and Enter in the search field go to the list, Esc clears it."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.model.rowCount():
                self.view.selectionModel().clear()
                self.view.setFocus(Qt.FocusReason.TabFocusReason)
                if (
                    not self.view.currentIndex().isValid()
                    or self.view.kind_at(self.view.currentIndex()) is Kind.HEADING
                ):
                    self.view.step(1)
                if event.key() != Qt.Key.Key_Down and self.search.text():
                    self._open(self.view.currentIndex())
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _widen(self) -> None:
        self.setFixedWidth(theme.width(WIDTH))
        self.brand.setFixedHeight(theme.px(30))  # as high in both scripts

    def _await_midnight(self) -> None:
        from datetime import datetime, timedelta

        now = datetime.now()
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=1, microsecond=0)
        self.midnight.start(int((tomorrow - now).total_seconds() * 1000))

    def _new_day(self) -> None:
        self.model.rebuild()
        self._show_current()
        self._await_midnight()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.model.rebuild()
            self._show_current()

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Chats and navigation"))
        self.brand.setText(self.tr("Samar"))
        self.new_chat.setText(self.tr("New chat"))
        self.new_chat.describe(
            self.tr("New chat"), QKeySequence("Ctrl+N").toString(QKeySequence.SequenceFormat.NativeText)
        )
        self.temporary_chat.describe(
            self.tr("New temporary chat"),
            QKeySequence("Ctrl+Shift+N").toString(QKeySequence.SequenceFormat.NativeText),
            self.tr("Nothing of this chat is written to disk; it is gone when you leave it or close Samar."),
        )
        self.search.setPlaceholderText(self.tr("Search chats"))
        self.search.setAccessibleName(self.tr("Search chats"))
        self.view.setAccessibleName(self.tr("Chats"))
        self.models.setText(self.tr("Models"))
        self.models.setAccessibleName(self.tr("Models"))
        self.settings.setText(self.tr("Settings"))
        self.settings.setAccessibleName(self.tr("Settings"))
        self._show_nothing()
