"""Erasing for good: what was purged from the tables leaves the search index, the write-ahead log and the backups too.

It works in slices on a connection of its own, so that it can run in a worker thread while the person goes on. What is
still to be erased is recorded in the history (ids only), so that it is done after a crash as well.
Files that were set aside as damaged are the person's: they are not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop.core import files
from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.storage import backups, search_index
from desktop.storage.database import Database, Row
from desktop.storage.pictures import drop_unused


def erase_traces(paths: Paths, cancelled: Callable[[], bool] = lambda: False) -> bool:
    """Remove all traces of what was purged; in any thread. False: cancelled, or another reader held the log; the next
    call goes on. Raises SamarError as `Database.transaction` does."""
    if not files.exists(paths.history):  # a history in memory leaves no traces
        return True
    database = Database.connect(paths.history, patient=True)
    try:
        todo = database.fetch("SELECT rowid, chat_uid, message_id, created_at FROM erasures")
        if not todo:
            return True
        search_index.attach(database)
        if not search_index.optimize(database, cancelled) or not database.empty_log():
            return False
        for backup in backups.listed(paths.backups):
            if cancelled():
                return False
            _erase_in(backup.path, todo, cancelled)
        with database.transaction():
            database.execute_many("DELETE FROM erasures WHERE rowid = ?", [(row[0],) for row in todo])
        return True
    finally:
        database.close()


def _erase_in(backup: Path, todo: list[Row], cancelled: Callable[[], bool]) -> None:
    if not backups.is_sound(backup):
        backup.unlink(missing_ok=True)  # it could never be restored, and must not keep what was erased
        return
    database = Database.connect(backup)
    try:
        searchable = database.scalar("SELECT 1 FROM sqlite_master WHERE name = 'search'") is not None
        if searchable:
            search_index.attach(database)
        changed = 0
        with database.transaction():
            for _, uid, message_id, created_at in todo:
                if uid is not None:
                    changed += database.change("DELETE FROM chats WHERE uid = ?", (uid,))
                else:  # the time as well: ids may have been given anew after a backup was restored
                    changed += database.change(
                        "DELETE FROM messages WHERE id = ? AND created_at = ?", (message_id, created_at)
                    )
            if changed:
                drop_unused(database)
        if changed and searchable:
            search_index.optimize(database, cancelled)
    except SamarError:
        if not database.damage_seen:
            raise
        backup.unlink(missing_ok=True)
    finally:
        if not database.damage_seen:
            database.scalar("PRAGMA journal_mode = DELETE")
        database.close()
