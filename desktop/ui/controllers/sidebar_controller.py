"""What a person does with chats in the side bar: between it, the history and the search."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from desktop.core.chat import Chat
from desktop.core.folding import utf16_offset
from desktop.storage.chats import ChatOrder, ChatStore
from desktop.storage.messages import Deletion
from desktop.ui import i18n
from desktop.ui.controllers.base_controller import BaseController, Undo
from desktop.ui.main_window import MainWindow
from desktop.ui.sidebar.list_model import SearchHit
from desktop.ui.sidebar.loading import show_chats, show_folders
from desktop.workers.search import Found, SearchWorker

if TYPE_CHECKING:
    from desktop.ui.sidebar.deleted_dialog import DeletedChatsDialog


class SidebarController(BaseController):
    """Every change goes to the history first, then to the side bar; what takes something away can be undone."""

    changed = Signal(object)
    """Chat: its title, pin, folder or archive is another."""
    left = Signal(list)
    """These chats (ids) were deleted or put away."""
    returned = Signal(list)
    """These chats (ids) are back."""
    erased = Signal(list)
    """These deleted chats (ids) are gone for good."""

    def __init__(
        self,
        window: MainWindow,
        history: ChatStore,
        finder: SearchWorker,
        undo: Undo,
        stop: Callable[[list[int]], None],
        kept_days: Callable[[], int],
    ) -> None:
        """stop: ends the replies that are being written in chats (ids), and keeps what is being typed in them. kept_days:
        how long deleted chats can be restored."""
        super().__init__(window)
        self.window, self.history, self.finder, self.undo, self.stop = window, history, finder, undo, stop
        self.kept_days = kept_days
        bar = window.sidebar
        bar.chat_renamed.connect(self.guarded(self.rename))
        bar.chats_deleted.connect(self.guarded(self.delete))
        bar.chats_pinned.connect(self.guarded(self.pin))
        bar.chats_archived.connect(self.guarded(self.archive))
        bar.chats_moved.connect(self.guarded(self.move))
        bar.folder_created.connect(self.guarded(self.create_folder))
        bar.folder_renamed.connect(self.guarded(self.rename_folder))
        bar.folder_deleted.connect(self.guarded(self.delete_folder))
        bar.folder_folded.connect(self.guarded(self.fold))
        bar.order_changed.connect(self.guarded(self.sort))
        bar.deleted_requested.connect(self.guarded(self.show_deleted))
        bar.search_changed.connect(self.search)
        finder.found.connect(self._on_found)
        finder.failed.connect(self.error_occurred)

    # the list

    def load(self) -> None:
        """Fill the side bar with all chats. Raises SamarError."""
        show_chats(self.window.sidebar, self.history)

    def _show_folders(self) -> None:
        show_folders(self.window.sidebar, self.history)

    def sort(self, order: str) -> None:
        self.history.set_list_order(order)
        self.window.sidebar.set_order(ChatOrder(order))

    # chats

    def rename(self, chat_id: int, title: str) -> None:
        self._show(self.history.rename(chat_id, title))

    def _show(self, chat: Chat) -> None:
        self.window.sidebar.update_chat(chat)
        self.changed.emit(chat)

    def pin(self, chat_ids: list[int], pinned: bool) -> None:
        before = self.history.place(chat_ids, pinned=pinned)
        count = len(before)
        text = self.tr("%n chat(s) pinned", "", count) if pinned else self.tr("%n chat(s) unpinned", "", count)
        self._placed(before, i18n.grouped(text, count), quiet=count == 1)

    def archive(self, chat_ids: list[int], archived: bool) -> None:
        """Put chats away, or bring them back."""
        if archived:
            self.stop(chat_ids)
        before = self.history.place(chat_ids, archived=archived)
        count = len(before)
        text = self.tr("%n chat(s) archived", "", count)
        if not archived:
            text = self.tr("%n chat(s) taken out of the archive", "", count)
        self._placed(before, i18n.grouped(text, count))
        if archived:
            self.left.emit(chat_ids)

    def move(self, chat_ids: list[int], folder_id: int | None) -> None:
        """Into a folder, or out of all."""
        before = [c for c in self.history.place(chat_ids, folder_id=folder_id) if c.folder_id != folder_id]
        if not before:
            return
        count = len(before)
        name = next((folder.name for folder in self.history.list_folders() if folder.id == folder_id), None)
        text = self.tr("%n chat(s) taken out of the folder", "", count)
        if name is not None:
            text = self.tr("%n chat(s) moved to “{name}”", "", count)
        self._placed(before, i18n.grouped(text, count).replace("{name}", f"\u2068{name}\u2069"))

    def _placed(self, before: list[Chat], text: str, *, quiet: bool = False) -> None:
        """Show chats where they stand now, and offer to put them back. quiet: what a second click undoes as well."""
        self._refresh([chat.id for chat in before])
        if not quiet:
            self.undo.offer(text, lambda: self._put_back(before))

    def _put_back(self, before: list[Chat]) -> None:
        self.history.restore_places(before)
        self._refresh([chat.id for chat in before])
        if any(not chat.archived for chat in before):
            self.returned.emit([chat.id for chat in before])

    def _refresh(self, chat_ids: list[int]) -> None:
        chats = [self.history.get_chat(chat_id) for chat_id in chat_ids]
        if len(chats) == 1:
            self.window.sidebar.update_chat(chats[0])
        else:
            self.window.sidebar.set_chats({**self.window.sidebar.model.chats, **{c.id: c for c in chats}}.values())
        for chat in chats:
            self.changed.emit(chat)

    def delete(self, chat_ids: list[int]) -> None:
        """Take chats away, with undo; after that they stay in the list of the deleted chats for some days."""
        self.stop(chat_ids)
        deletion = self.history.delete_chats(chat_ids)
        self.window.sidebar.remove_chats(chat_ids)
        self.left.emit(chat_ids)
        count = len(deletion.chats)
        text = self.tr("Chat deleted")
        if count != 1:
            text = i18n.grouped(self.tr("%n chat(s) deleted", "", count), count)

        def back() -> None:
            self.load()
            self.returned.emit(list(deletion.chats))

        self.undo.offer(text, back, self.history, deletion, erases=self.kept_days() <= 0)

    def show_deleted(self) -> None:
        """The list of the deleted chats, from which they are restored or erased."""
        from desktop.ui.sidebar.deleted_dialog import DeletedChatsDialog

        dialog = DeletedChatsDialog(self.window)
        dialog.restored.connect(self.guarded(lambda ids: self._restore(dialog, ids)))
        dialog.erased.connect(self.guarded(lambda ids: self._erase(dialog, ids)))
        self._list_deleted(dialog)
        dialog.open()

    def _list_deleted(self, dialog: DeletedChatsDialog) -> None:
        dialog.set_chats(self.history.deleted_chats(), self.history.days_deleted(), self.kept_days())

    def _restore(self, dialog: DeletedChatsDialog, chat_ids: list[int]) -> None:
        self.history.undo(Deletion(chats=tuple(chat_ids)))
        self.load()
        self._list_deleted(dialog)
        self.returned.emit(chat_ids)

    def _erase(self, dialog: DeletedChatsDialog, chat_ids: list[int]) -> None:
        self.history.purge(Deletion(chats=tuple(chat_ids)))
        self._list_deleted(dialog)
        self.erased.emit(chat_ids)

    def erase_overdue(self) -> None:
        """Erase the deleted chats whose days are over; at start, and while Samar stays open over several days."""
        if gone := self.history.erase_overdue(self.kept_days()):
            self.erased.emit(gone)

    # folders

    def create_folder(self, chat_ids: list[int]) -> None:
        """A new folder, whose name is typed in its row."""
        folder = self.history.create_folder(self.tr("New folder"))
        if chat_ids:
            self.history.place(chat_ids, folder_id=folder.id)
            self._refresh(chat_ids)
        self._show_folders()
        self.window.sidebar.rename_folder(folder.id)

    def rename_folder(self, folder_id: int, name: str) -> None:
        self.history.rename_folder(folder_id, name)
        self._show_folders()

    def delete_folder(self, folder_id: int) -> None:
        """The folder goes, its chats stay."""
        deleted = self.history.delete_folder(folder_id)
        self.load()

        def back() -> None:
            self.history.restore_folder(deleted)
            self.load()

        self.undo.offer(self.tr("Folder deleted, its chats are kept"), back)

    def fold(self, folder_id: int, folded: bool) -> None:
        now = self.history.folded_folders() | {folder_id} if folded else self.history.folded_folders() - {folder_id}
        self.history.set_folded_folders(now)
        self._show_folders()

    # searching

    def search(self, text: str) -> None:
        """Look for what was typed in all chats; nothing typed shows the chats again."""
        self.finder.ask(text if text.strip() else "")
        if not text.strip():
            self.window.sidebar.show_results([])

    def _on_found(self, found: Found) -> None:
        if found.text.strip():
            untitled = self.tr("New chat")
            self.window.sidebar.show_results(
                [
                    SearchHit(
                        hit.chat_id,
                        hit.chat_title or untitled,
                        hit.snippet if hit.message_id is not None else self.tr("In the title"),
                        marks_in(hit.snippet, hit.ranges) if hit.message_id is not None else (),
                        hit.message_id,
                    )
                    for hit in found.hits
                ]
            )


def marks_in(text: str, spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans in code points as (start, length) in Qt's UTF-16 units."""
    ends = [(utf16_offset(text, start), utf16_offset(text, end)) for start, end in spans]
    return tuple((start, end - start) for start, end in ends)
