"""What is done for the history beside the window, in a worker thread, after each start and each purge."""

from __future__ import annotations

from collections.abc import Callable

from desktop.core import files
from desktop.core.paths import Paths
from desktop.storage import backups, erasure, search_index, unfinished_imports
from desktop.storage.database import Database


def keep_up(paths: Paths, cancelled: Callable[[], bool] = lambda: False) -> bool:
    """Complete the search index, remove what imports left that never ended, erase what was purged, make the copy of the day.

    True: all is done; False: cancelled, or a reader held the log, and the next call goes on. Raises SamarError as these do.
    """
    if not files.exists(paths.history):  # a history in memory needs none of it
        return True
    if not complete_index(paths, cancelled) or not erasure.erase_traces(paths, cancelled):
        return False
    backups.make_daily_if_due(paths)
    return True


def complete_index(paths: Paths, cancelled: Callable[[], bool] = lambda: False) -> bool:
    """Fill what is missing of the search index, in slices. False: cancelled."""
    database = Database.connect(paths.history, patient=True)
    try:
        search_index.attach(database)
        unfinished_imports.remove_stale(database)
        return search_index.fill(database, cancelled)
    finally:
        database.close()
