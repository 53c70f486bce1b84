"""Filling the side bar from the history: at once, or the first chats at once and the others in parts."""

from __future__ import annotations

from desktop.core.chat import Chat
from desktop.storage.chats import ChatOrder, ChatQuery, ChatStore
from desktop.ui.sidebar.sidebar import Sidebar

PART = 400
"""Chats that are read in one turn of the event loop: a few milliseconds."""


def show_chats(bar: Sidebar, history: ChatStore, most: int | None = None) -> bool:
    """Fill the side bar, with `most` chats beside the pinned ones if given; whether these were all.

    Raises SamarError.
    """
    kept = history.list_order()
    order = ChatOrder(kept) if kept in set(ChatOrder) else ChatOrder.UPDATED
    bar.set_order(order)
    show_folders(bar, history)
    if most is None or history.count_chats(ChatQuery(archived=None), most + 1) <= most:
        bar.set_chats(history.list_chats(ChatQuery(archived=None)))
        return True
    first = history.list_chats(ChatQuery(order=order), limit=most)
    bar.set_chats([*history.list_chats(ChatQuery(pinned=True), limit=most), *first])
    return False


def show_folders(bar: Sidebar, history: ChatStore) -> None:
    bar.set_folders(history.list_folders(), history.folded_folders())


class RemainingChats:
    """All chats, read in parts. Where the history changes meanwhile, they are read anew."""

    def __init__(self, bar: Sidebar, history: ChatStore) -> None:
        self.bar, self.history = bar, history
        self._chats: list[Chat] = []
        self._changes = history.database.total_changes

    def read(self) -> bool:
        """The next part; with the last one, the side bar shows all, and True is returned. Raises SamarError."""
        now = self.history.database.total_changes
        if now != self._changes:
            self._chats, self._changes = [], now
        part = self.history.chats_from(self._chats[-1].id + 1 if self._chats else 0, PART)
        self._chats += part
        if len(part) == PART:
            return False
        self.bar.set_chats(self._chats)
        return True
