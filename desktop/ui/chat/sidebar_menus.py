"""The menus of the side bar: of one chat or several, of a folder, and of the list itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from desktop.core.chat import Chat, Folder
from desktop.storage.chats import ChatOrder
from desktop.ui import icons, theme
from desktop.ui.chat.format_menu import FormatMenu

if TYPE_CHECKING:
    from desktop.ui.chat.sidebar import Sidebar


class SidebarMenus(QObject):
    """Builds menus whose actions emit the side bar's signals."""

    def __init__(self, sidebar: Sidebar) -> None:
        super().__init__(sidebar)
        self.sidebar = sidebar

    def _menu(self) -> QMenu:
        menu = QMenu(self.sidebar)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def of_chats(self, chats: Sequence[Chat]) -> QMenu:
        """Rename (one chat), pin, move, archive, export and delete."""
        bar, ink, menu = self.sidebar, theme.current().muted, self._menu()
        ids = [chat.id for chat in chats]
        if len(chats) == 1:
            rename = menu.addAction(icons.icon("edit", ink), self.tr("Rename"))
            rename.setShortcut(QKeySequence(Qt.Key.Key_F2))
            rename.triggered.connect(lambda: bar.rename(ids[0]))
        archived = all(chat.archived for chat in chats)
        if not archived:
            pinned = all(chat.pinned for chat in chats)
            pin = menu.addAction(icons.icon("pin", ink), self.tr("Unpin") if pinned else self.tr("Pin"))
            pin.triggered.connect(lambda: bar.chats_pinned.emit(ids, not pinned))
            menu.addMenu(self.of_places(chats, menu))
        put_away = self.tr("Take out of the archive") if archived else self.tr("Archive")
        archive = menu.addAction(icons.icon("archive", ink), put_away)
        archive.triggered.connect(lambda: bar.chats_archived.emit(ids, not archived))
        export = FormatMenu(menu)
        export.setIcon(icons.icon("export", ink))
        title = chats[0].title if len(chats) == 1 else self.tr("Samar chats")
        export.chosen.connect(lambda form: bar.chats_exported.emit(ids, title, form))
        menu.addMenu(export)
        menu.addSeparator()
        delete = menu.addAction(icons.icon("trash", theme.current().danger), self.tr("Delete"))
        delete.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        delete.triggered.connect(lambda: bar.chats_deleted.emit(ids))
        return menu

    def of_places(self, chats: Sequence[Chat], parent: QMenu | None = None) -> QMenu:
        """Folders to move chats into."""
        bar, ids = self.sidebar, [chat.id for chat in chats]
        menu = QMenu(self.tr("Move to a folder"), parent or bar)
        if parent is None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setIcon(icons.icon("folder", theme.current().muted))
        here = {chat.folder_id for chat in chats}
        places = [(None, self.tr("No folder")), *((folder.id, folder.name) for folder in bar.model.folders)]
        for folder_id, name in places if bar.model.folders else ():
            action = menu.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(here == {folder_id})
            action.triggered.connect(lambda _=False, folder_id=folder_id: bar.chats_moved.emit(ids, folder_id))
        menu.addSeparator()
        new = menu.addAction(icons.icon("plus", theme.current().muted), self.tr("New folder…"))
        new.triggered.connect(lambda: bar.folder_created.emit(ids))
        return menu

    def of_folder(self, folder: Folder) -> QMenu:
        bar, ink, menu = self.sidebar, theme.current().muted, self._menu()
        new = menu.addAction(icons.icon("plus", ink), self.tr("New chat in this folder"))
        new.triggered.connect(lambda: bar.folder_chat_requested.emit(folder.id))
        rename = menu.addAction(icons.icon("edit", ink), self.tr("Rename"))
        rename.setShortcut(QKeySequence(Qt.Key.Key_F2))
        rename.triggered.connect(lambda: bar.rename_folder(folder.id))
        menu.addSeparator()
        delete = menu.addAction(
            icons.icon("trash", theme.current().danger), self.tr("Delete the folder, keep its chats")
        )
        delete.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        delete.triggered.connect(lambda: bar.folder_deleted.emit(folder.id))
        return menu

    def of_list(self) -> QMenu:
        """How the list is sorted, a new folder, the archive, the deleted chats."""
        bar, ink, menu = self.sidebar, theme.current().muted, self._menu()
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
            action.setChecked(bar.model.order is order)
            group.addAction(action)
            action.triggered.connect(lambda _=False, order=order: bar.order_changed.emit(order.value))
        menu.addSeparator()
        new = menu.addAction(icons.icon("folder", ink), self.tr("New folder…"))
        new.triggered.connect(lambda: bar.folder_created.emit([]))
        archive = menu.addAction(icons.icon("archive", ink), self.tr("Archived chats"))
        archive.triggered.connect(lambda: bar.show_archive(True))
        deleted = menu.addAction(icons.icon("trash", ink), self.tr("Recently deleted…"))
        deleted.triggered.connect(bar.deleted_requested)
        return menu
