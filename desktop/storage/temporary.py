"""Chats that are never written to disk: a history in memory, with the same interface as the real one."""

from __future__ import annotations

from itertools import count

from desktop.storage.chats import ChatStore
from desktop.storage.opening import in_memory

FIRST_ID = 1 << 30
"""Ids of chats and messages begin here, far from those of the real history, and still fit 32 bits."""
_ROOM = 1 << 16
_starts = count(FIRST_ID, _ROOM)


def temporary_store() -> ChatStore:
    """An empty history in memory, whose ids no other history of this process has. Closing its database ends it."""
    database = in_memory()
    start = next(_starts)
    for table in ("chats", "messages", "pictures"):
        database.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, start))
    return ChatStore(database)


def is_temporary(id_: int) -> bool:
    """Whether a chat or a message is one of a temporary history."""
    return id_ >= FIRST_ID
