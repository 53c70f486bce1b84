"""The menus of the side bar: of one chat or several, of a folder, and of the list itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.core.chat import Chat, Folder
from desktop.storage.chats import ChatOrder
from desktop.ui import icons, theme
from desktop.ui.sidebar.format_menu import FormatMenu
from desktop.ui.sidebar.list_model import ChatListModel


class SidebarMenus(QObject):
    """Builds the menus; their actions emit the signals below, whose payloads are those of the side bar's signals."""

    rename_requested = Signal(int)
    """chat id"""
    chats_pinned = Signal(list, bool)
    chats_archived = Signal(list, bool)
    chats_exported = Signal(list, str, str)
    chats_deleted = Signal(list)
    chats_moved = Signal(list, object)
    folder_created = Signal(list)
    folder_chat_requested = Signal(int)
    folder_rename_requested = Signal(int)
    folder_deleted = Signal(int)
    order_changed = Signal(str)
    archive_requested = Signal()
    deleted_requested = Signal()

    def __init__(self, model: ChatListModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._parent = parent

    def _menu(self) -> QMenu:
        menu = QMenu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def of_chats(self, chats: Sequence[Chat]) -> QMenu:
        """Rename (one chat), pin, move, archive, export and delete."""
        ink, menu = theme.current().muted, self._menu()
        ids = [chat.id for chat in chats]
        if len(chats) == 1:
            rename = menu.addAction(icons.icon("edit", ink), self.tr("Rename"))
            rename.setShortcut(QKeySequence(Qt.Key.Key_F2))
            rename.triggered.connect(lambda: self.rename_requested.emit(ids[0]))
        archived = all(chat.archived for chat in chats)
        if not archived:
            pinned = all(chat.pinned for chat in chats)
            pin = menu.addAction(icons.icon("pin", ink), self.tr("Unpin") if pinned else self.tr("Pin"))
            pin.triggered.connect(lambda: self.chats_pinned.emit(ids, not pinned))
            menu.addMenu(self.of_places(chats, menu))
        put_away = self.tr("Take out of the archive") if archived else self.tr("Archive")
        archive = menu.addAction(icons.icon("archive", ink), put_away)
        archive.triggered.connect(lambda: self.chats_archived.emit(ids, not archived))
        export = FormatMenu(menu)
        export.setIcon(icons.icon("export", ink))
        title = chats[0].title if len(chats) == 1 else self.tr("Samar chats")
        export.chosen.connect(lambda form: self.chats_exported.emit(ids, title, form))
        menu.addMenu(export)
        menu.addSeparator()
        delete = menu.addAction(icons.icon("trash", theme.current().danger), self.tr("Delete"))
        delete.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        delete.triggered.connect(lambda: self.chats_deleted.emit(ids))
        return menu

    def of_places(self, chats: Sequence[Chat], parent: QMenu | None = None) -> QMenu:
        """Folders to move chats into."""
        ids = [chat.id for chat in chats]
        menu = QMenu(self.tr("Move to a folder"), parent or self._parent)
        if parent is None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setIcon(icons.icon("folder", theme.current().muted))
        here = {chat.folder_id for chat in chats}
        places = [(None, self.tr("No folder")), *((folder.id, folder.name) for folder in self._model.folders)]
        for folder_id, name in places if self._model.folders else ():
            action = menu.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(here == {folder_id})
            action.triggered.connect(lambda _=False, folder_id=folder_id: self.chats_moved.emit(ids, folder_id))
        menu.addSeparator()
        new = menu.addAction(icons.icon("plus", theme.current().muted), self.tr("New folder…"))
        new.triggered.connect(lambda: self.folder_created.emit(ids))
        return menu

    def of_folder(self, folder: Folder) -> QMenu:
        ink, menu = theme.current().muted, self._menu()
        new = menu.addAction(icons.icon("plus", ink), self.tr("New chat in this folder"))
        new.triggered.connect(lambda: self.folder_chat_requested.emit(folder.id))
        rename = menu.addAction(icons.icon("edit", ink), self.tr("Rename"))
        rename.setShortcut(QKeySequence(Qt.Key.Key_F2))
        rename.triggered.connect(lambda: self.folder_rename_requested.emit(folder.id))
        menu.addSeparator()
        delete = menu.addAction(
            icons.icon("trash", theme.current().danger), self.tr("Delete the folder, keep its chats")
        )
        delete.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        delete.triggered.connect(lambda: self.folder_deleted.emit(folder.id))
        return menu

    def of_list(self) -> QMenu:
        """How the list is sorted, a new folder, the archive, the deleted chats."""
        ink, menu = theme.current().muted, self._menu()
        heading = menu.addAction(self.tr("Sort by"))  # Qt's own heading is a line without words in our style
        heading.setEnabled(False)
        group = QActionGroup(menu)
        for order, text in (
            (ChatOrder.UPDATED, self.tr("Last used")),
            (ChatOrder.CREATED, self.tr("Created")),
            (ChatOrder.TITLE, self.tr("Title")),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(self._model.order is order)
            group.addAction(action)
            action.triggered.connect(lambda _=False, order=order: self.order_changed.emit(order.value))
        menu.addSeparator()
        new = menu.addAction(icons.icon("folder", ink), self.tr("New folder…"))
        new.triggered.connect(lambda: self.folder_created.emit([]))
        archive = menu.addAction(icons.icon("archive", ink), self.tr("Archived chats"))
        archive.triggered.connect(lambda: self.archive_requested.emit())
        deleted = menu.addAction(icons.icon("trash", ink), self.tr("Recently deleted…"))
        deleted.triggered.connect(lambda: self.deleted_requested.emit())
        return menu
