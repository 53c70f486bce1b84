"""Search as one types, on a thread of its own with a read-only connection of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.services.tasks import Task
from desktop.storage.database import Database
from desktop.storage.search import Hit, Query, Search
from desktop.workers.tasks import Tasks

MOST_TITLES, MOST_MESSAGES = 8, 60


@dataclass(frozen=True, slots=True)
class Found:
    text: str
    """What was asked for."""
    hits: tuple[Hit, ...]


class SearchWorker(QObject):
    """Answers the newest question only, on a thread with a read-only connection of its own."""

    found = Signal(object)
    """Found."""
    failed = Signal(object)
    """SamarError."""

    def __init__(self, history: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        """None: the history is in memory only, and nothing is found in it."""
        self._tasks = Tasks("search", self, at_end=self._close_database)
        self._tasks.failed.connect(self.failed)
        self._newest: Task | None = None
        self._database: Database | None = None
        """Used by the thread."""

    def ask(self, text: str) -> None:
        """Search for what was typed; `found` follows, or `failed`, unless something newer is asked before."""

        def tell(found: Found) -> None:
            if task is self._newest:
                self.found.emit(found)

        self._newest = task = self._tasks.run(lambda _: self._search(text), tell, replaces=True)

    def look_into(self, history: Path | None) -> None:
        """Search another file from now on."""
        self._history = history

    def close(self) -> None:
        self._tasks.close()

    # on the thread

    def _search(self, text: str) -> Found:
        history = self._history
        if history is None:
            return Found(text, ())
        if self._database is not None and (self._database.path != history or not self._database.is_in_place()):
            self._close_database()
        if self._database is None:
            self._database = Database.connect(history, read_only=True)
        return Found(text, search(self._database, text))

    def _close_database(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()


def search(database: Database, text: str) -> tuple[Hit, ...]:
    """Titles first, then messages, newest first."""
    query = Query(text)
    if not query.match:
        return ()
    finder = Search(database)
    return (*finder.titles(query, limit=MOST_TITLES), *finder.messages(query, limit=MOST_MESSAGES))
