"""The side bar: brand, new chat, search, chats by date, and the way to models and settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from desktop.core.chat import Chat, Folder
from desktop.storage.chats import ChatOrder
from desktop.ui import icons, theme
from desktop.ui.shortcuts import native, with_shortcut
from desktop.ui.sidebar.format_menu import FormatMenu
from desktop.ui.sidebar.list_model import ChatListModel, Kind, Roles, SearchHit
from desktop.ui.sidebar.list_view import ChatListView
from desktop.ui.sidebar.menus import SidebarMenus
from desktop.ui.sidebar.selection_bar import SelectionBar
from desktop.ui.widgets.basic import IconButton, Label, LineEdit, Moon, RowButton, say
from desktop.ui.widgets.plain_text import set_tool_tip

WIDTH = 264


class SearchField(LineEdit):
    """A line with a lens at its beginning, in line with the buttons above and below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self.clear_button: QToolButton | None = None
        theme.state().changed.connect(self._restyle)
        self.textChanged.connect(self._make_clear)
        self._restyle()
        self.place_text()

    def _make_clear(self) -> None:
        """With the first text; Qt looks for its picture in all icon themes."""
        if self.clear_button is None:
            self.setClearButtonEnabled(True)
            self.clear_button = self.findChild(QToolButton)
            self.name_clear(self.clear_name)
            self._restyle()

    def name_clear(self, name: str) -> None:
        """What a screen reader calls the button."""
        self.clear_name = name
        if self.clear_button is not None:
            self.clear_button.setAccessibleName(name)

    def _restyle(self) -> None:
        self.setFixedHeight(max(38, theme.px(32)))
        for action in self.findChildren(QAction):  # Qt's own, a black disc in every theme
            action.setIcon(icons.icon("close", theme.current().muted, 14))

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
    chats_deleted = Signal(list)
    """chat ids, here and below"""
    chats_pinned = Signal(list, bool)
    chats_archived = Signal(list, bool)
    chats_moved = Signal(list, object)
    """chat ids, folder id or None"""
    chats_exported = Signal(list, str, str)
    """chat ids, title for the file, one of workers.transfer.FORMATS"""
    folder_created = Signal(list)
    """chat ids to move into it"""
    folder_renamed = Signal(int, str)
    folder_deleted = Signal(int)
    folder_folded = Signal(int, bool)
    folder_chat_requested = Signal(int)
    """a new chat in a folder"""
    order_changed = Signal(str)
    """a value of ChatOrder"""
    deleted_requested = Signal()
    """the list of the deleted chats"""
    new_chat_requested = Signal()
    temporary_chat_requested = Signal()
    search_changed = Signal(str)
    models_requested = Signal()
    settings_requested = Signal()

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], datetime] = datetime.now) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.model = ChatListModel(self, clock)
        self.current: int | None = None
        self.in_folder = False
        """A pinned chat was opened from its row in its folder: that row stays the current one."""
        self.waiting: list[Callable[[], None]] = []
        """Changes of the rows that wait for the end of a renaming."""

        self.moon = Moon(22, self)
        self.brand = Label("brand", self)
        theme.state().changed.connect(self._widen)
        self._widen()
        self.new_chat = RowButton("plus", self, raised=True)
        self.temporary_chat = IconButton("temporary", self, size=38)
        self.temporary_chat.setCheckable(True)
        self.search = SearchField(self)
        self.options = IconButton("sort", self, size=38)
        self.archive_head = RowButton("chevron-start", self)
        self.archive_head.hide()
        self.view = ChatListView(self.model, self)
        self.menus = SidebarMenus(self.model, self)
        for relayed in (
            *("chats_pinned", "chats_archived", "chats_exported", "chats_deleted", "chats_moved", "folder_created"),
            *("folder_chat_requested", "folder_deleted", "order_changed", "deleted_requested"),
        ):
            getattr(self.menus, relayed).connect(getattr(self, relayed))
        self.menus.rename_requested.connect(self.rename)
        self.menus.folder_rename_requested.connect(self.rename_folder)
        self.menus.archive_requested.connect(lambda: self.show_archive(True))
        self.selection = SelectionBar(self)
        self.nothing = Label("hint", self, wrap=True)
        self.nothing.setContentsMargins(24, 12, 24, 0)
        self.nothing.hide()
        self.models = RowButton("models", self)
        self.settings = RowButton("settings", self)

        head = QHBoxLayout()
        head.setSpacing(8)
        head.addSpacing(8)
        head.addWidget(self.moon)
        head.addWidget(self.brand, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 15, 0, 12)
        column.setSpacing(0)
        begin = QHBoxLayout()
        begin.setSpacing(4)
        begin.addWidget(self.new_chat, 1)
        begin.addWidget(self.temporary_chat)
        find = QHBoxLayout()
        find.setSpacing(4)
        find.addWidget(self.search, 1)
        find.addWidget(self.options)
        archive = QHBoxLayout()
        archive.addWidget(self.archive_head)
        for row, after in ((head, 14), (begin, 4), (find, 4), (archive, 0)):
            row.setContentsMargins(12, 0, 12, after)
            column.addLayout(row)
        column.addWidget(self.nothing)
        column.addWidget(self.view, 1)
        column.addWidget(self.selection)
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
        # queued: the row's editor must have closed before the rows change
        self.model.renamed.connect(self.chat_renamed, Qt.ConnectionType.QueuedConnection)
        self.model.folder_renamed.connect(self.folder_renamed, Qt.ConnectionType.QueuedConnection)
        self.options.clicked.connect(self.show_options)
        self.archive_head.clicked.connect(lambda: self.show_archive(False))
        self.selection.chosen.connect(self._act_on_chosen)
        self.view.opened.connect(self._open)
        self.view.menu_requested.connect(self.show_menu)
        self.view.delete_requested.connect(self._delete)
        self.view.folder_toggled.connect(self.folder_folded)
        self.view.chats_dropped.connect(self.chats_moved)
        self.view.chosen_changed.connect(self._show_chosen)
        self.view.edited.connect(self._catch_up, Qt.ConnectionType.QueuedConnection)
        self.view.left_upwards.connect(self.search.setFocus)
        self.midnight = QTimer(self)
        self.midnight.setSingleShot(True)
        self.midnight.timeout.connect(self._new_day)
        self._await_midnight()
        self._retranslate()

    # --- values in ---

    def set_chats(self, chats: Iterable[Chat]) -> None:
        """All chats, in any order; deleted ones are left out, and archived ones stand in the archive."""
        self._change(lambda: self.model.set_chats(chats))

    def set_folders(self, folders: Iterable[Folder], folded: frozenset[int]) -> None:
        """Folders in the person's order; `folded`: those whose chats are hidden."""
        self._change(lambda: self.model.set_folders(folders, folded))

    def set_order(self, order: ChatOrder) -> None:
        self._change(lambda: self.model.set_order(order))

    def update_chat(self, chat: Chat) -> None:
        """Add or change one chat."""
        self._change(lambda: self.model.update_chat(chat))

    def remove_chats(self, chat_ids: Iterable[int]) -> None:
        self._change(lambda: self.model.remove_chats(chat_ids))

    def _change(self, change: Callable[[], None]) -> None:
        """Change the rows; what is selected, and the row that the keyboard is at, stay so. While a name is typed in a row,
        the change waits: it would take the editor away."""
        if self.view.is_editing:
            self.waiting.append(change)
            return
        chosen = self.view.chosen()
        here = self.view.currentIndex().data(Roles.PAYLOAD) if self.view.currentIndex().isValid() else None
        at = self.view.verticalScrollBar().value()
        change()
        self._show_current()
        if len(chosen) > 1:
            self.view.choose(chosen)
        if isinstance(here, Folder) and here.id in self.model.folder_row:
            index = self.model.index(self.model.folder_row[here.id])
            self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.view.verticalScrollBar().setValue(at)
        self._show_nothing()

    def _catch_up(self) -> None:
        waiting, self.waiting = self.waiting, []
        for change in waiting:
            self._change(change)

    def show_archive(self, archive: bool) -> None:
        """Show the archived chats in the place of the others, or these again."""
        self.search.clear()
        self.model.show_archive(archive)
        self.archive_head.setVisible(archive)
        self.options.setEnabled(not archive)
        self._show_current()
        self._show_nothing()
        if archive:
            say(self.view, self.tr("Archived chats"))
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            if self.view.kind_at(self.view.currentIndex()) is Kind.HEADING:
                self.view.step(1, keep=True)

    def set_current(self, chat_id: int | None) -> None:
        """Mark a chat as the open one, without a signal; None for a chat that isn't stored yet."""
        self.in_folder = self.in_folder and chat_id == self.current
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
        self._show_chosen()  # rows made anew deselect without a word
        searching = self.model.hits is not None
        self.nothing.setVisible(not self.model.rows)
        if searching:
            self.nothing.setText(self.tr("No chat has these words."))
        elif self.model.archive:
            self.nothing.setText(self.tr("Nothing is archived. Chats that you put away will be here."))
        else:
            self.nothing.setText(self.tr("Your chats will be here."))

    def _show_current(self) -> None:
        rows = self.model.rows_with(self.current) if self.current is not None else []
        if rows:
            self.view.setCurrentIndex(self.model.index(rows[-1 if self.in_folder else 0]))
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
            self.current, self.in_folder = payload.id, index.row() == self.model.again_of.get(payload.id)
            self.chat_selected.emit(payload.id)

    def chats_for(self, index: QModelIndex) -> list[Chat]:
        """The chats that an action on a row means."""
        return [self.model.chats[chat_id] for chat_id in self.view.acted_on(index)]

    def menu_for(self, index: QModelIndex) -> QMenu:
        payload = index.data(Roles.PAYLOAD)
        return (
            self.menus.of_folder(payload) if isinstance(payload, Folder) else self.menus.of_chats(self.chats_for(index))
        )

    def show_menu(self, index: QModelIndex, where: QPoint) -> None:
        self.menu_for(index).popup(where)

    def show_options(self) -> None:
        self.menus.of_list().popup(self.options.mapToGlobal(QPoint(0, self.options.height() + 4)))

    def _delete(self, index: QModelIndex) -> None:
        payload = index.data(Roles.PAYLOAD)
        if isinstance(payload, Folder):
            self.folder_deleted.emit(payload.id)
        else:
            self.chats_deleted.emit(self.view.acted_on(index))

    def _show_chosen(self) -> None:
        chats = [self.model.chats[id_] for id_ in self.view.chosen() if id_ in self.model.chats]
        pinned = all(chat.pinned for chat in chats)
        self.selection.show_count(len(chats), all_pinned=pinned, archive=self.model.archive)

    def _act_on_chosen(self, action: str) -> None:
        chats = [self.model.chats[id_] for id_ in self.view.chosen()]
        ids = [chat.id for chat in chats]
        match action:
            case "pin" | "unpin":
                self.chats_pinned.emit(ids, action == "pin")
            case "archive" | "unarchive":
                self.chats_archived.emit(ids, action == "archive")
            case "delete":
                self.chats_deleted.emit(ids)
            case "move":
                self._pop_above(self.menus.of_places(chats), self.selection.move_to)
            case "export":
                menu = FormatMenu(self)
                menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
                menu.chosen.connect(lambda form: self.chats_exported.emit(ids, self.tr("Samar chats"), form))
                self._pop_above(menu, self.selection.export)
            case "leave":
                self._show_current()
                if self.current is None:
                    self.view.choose([])

    def _pop_above(self, menu: QMenu, button: QWidget) -> None:
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height() - 4)))

    def rename(self, chat_id: int) -> None:
        """Open the editor in the row of a chat."""
        row = self.model.row_of.get(chat_id)
        if row is not None and self.model.hits is None:
            self.view.setCurrentIndex(self.model.index(row))
            self.view.edit(self.model.index(row))

    def rename_folder(self, folder_id: int) -> None:
        """Open the editor in the row of a folder."""
        row = self.model.folder_row.get(folder_id)
        if row is not None:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.view.scrollTo(self.model.index(row))
            self.view.selectionModel().setCurrentIndex(
                self.model.index(row), QItemSelectionModel.SelectionFlag.NoUpdate
            )
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
        now = self.model.clock()
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=1, microsecond=0)
        # not the difference of the two local times: a day on which the clocks are put forward has 23 hours
        self.midnight.start(int((tomorrow.timestamp() - now.timestamp()) * 1000))

    def _new_day(self) -> None:
        self._change(self.model.rebuild)
        self._await_midnight()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._change(self.model.rebuild)

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Chats and navigation"))
        self.brand.setText(self.tr("Samar"))
        self.new_chat.setText(self.tr("New chat"))
        self.new_chat.describe(self.tr("New chat"), native("Ctrl+N"))
        self.temporary_chat.describe(
            self.tr("New temporary chat"),
            native("Ctrl+Shift+N"),
            self.tr("Nothing of this chat is saved: it is gone when you leave it or close Samar."),
        )
        self.options.describe(self.tr("Sort, folders and archive"))
        self.archive_head.setText(self.tr("Archived chats"))
        self.archive_head.describe(self.tr("Back to all chats"))
        self.search.setPlaceholderText(self.tr("Search chats"))
        self.search.setAccessibleName(self.tr("Search chats"))
        set_tool_tip(self.search, with_shortcut(self.tr("Search chats"), native("Ctrl+K")))
        self.search.name_clear(self.tr("Clear the search"))
        self.view.setAccessibleName(self.tr("Chats"))
        self.models.setText(self.tr("Models"))
        self.models.setAccessibleName(self.tr("Models"))
        self.settings.setText(self.tr("Settings"))
        self.settings.describe(self.tr("Settings"), native("Ctrl+,"))
        self._show_nothing()
