"""Filling the side bar from the history."""

from __future__ import annotations

from desktop.storage.chats import ChatOrder, ChatQuery, ChatStore
from desktop.ui.chat.sidebar import Sidebar


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
