"""Chats that an import is storing in several transactions: hidden until they are whole, removed when it never ends.

Such a chat bears minus the id of its process as the time of its deletion, so that no list shows it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from desktop.storage.database import Database
from desktop.storage.pictures import drop_unused

_SLICE = 200
"""Messages removed in one transaction: some ten milliseconds."""
_PAUSE_S = 0.01
_own: set[int] = set()
"""The chats that this process is storing."""


def hide(database: Database, chat_id: int) -> None:
    _own.add(chat_id)
    database.execute("UPDATE chats SET deleted_at = ? WHERE id = ?", (-float(os.getpid()), chat_id))


def show(database: Database, chat_id: int) -> None:
    """The last message is there. Inside the transaction that stores it."""
    _own.discard(chat_id)
    database.execute("UPDATE chats SET deleted_at = NULL WHERE id = ?", (chat_id,))


def remove(database: Database, chat_ids: Sequence[int]) -> None:
    """Erase what an import has stored, in slices, so that other writers get their turn."""
    for chat_id in chat_ids:
        hide(database, chat_id)
    for chat_id in chat_ids:
        _remove(database, chat_id)
        _own.discard(chat_id)


def remove_stale(database: Database) -> None:
    """Erase the chats of imports whose process ended before they did."""
    for chat_id, mark in database.fetch("SELECT id, deleted_at FROM chats WHERE deleted_at < 0"):
        if chat_id not in _own and not _runs(int(-mark)):
            _remove(database, chat_id)


def _runs(process: int) -> bool:
    """Whether another process of that number runs; this one knows its own imports."""
    if process == os.getpid():
        return False
    import psutil

    return bool(psutil.pid_exists(process))


def _remove(database: Database, chat_id: int) -> None:
    while True:
        with database.transaction(durable=False):
            # children before parents; the leaf goes with the first slice, since nothing may point at what is gone
            database.execute("UPDATE chats SET active_leaf = NULL WHERE id = ?", (chat_id,))
            gone = database.change(
                "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE chat_id = ? ORDER BY id DESC LIMIT ?)",
                (chat_id, _SLICE),
            )
        if gone < _SLICE:
            break
        time.sleep(_PAUSE_S)
    with database.transaction():
        database.execute("INSERT INTO erasures (chat_uid) SELECT uid FROM chats WHERE id = ?", (chat_id,))
        database.execute("DELETE FROM chats WHERE id = ?", (chat_id,))
        drop_unused(database)
