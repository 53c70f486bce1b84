"""Search as one types, on a thread of its own with a read-only connection of its own."""

from __future__ import annotations

import logging
import queue
import threading
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from desktop.core.errors import SamarError
from desktop.storage.database import Database
from desktop.storage.search import Hit, Query, Search

log = logging.getLogger(__name__)

MOST_TITLES, MOST_MESSAGES = 8, 60


@dataclass(frozen=True, slots=True)
class Found:
    text: str
    """What was asked for."""
    hits: tuple[Hit, ...]


class SearchWorker(QObject):
    """Answers the newest question only; the thread starts with the first one and ends with `close`."""

    found = Signal(object)
    """Found."""
    failed = Signal(object)
    """SamarError."""

    _answered = Signal(object)

    def __init__(self, history: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        """None: the history is in memory only, and nothing is found in it."""
        self._questions: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._newest = ""
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def ask(self, text: str) -> None:
        """Search for what was typed; `found` follows unless something newer is asked before."""
        self._newest = text
        if self._history is None:
            self._answered.emit(Found(text, ()))
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="search")
            self._thread.start()
        self._questions.put(text)

    def look_into(self, history: Path | None) -> None:
        """Search another file from now on."""
        self._history = history

    def close(self) -> None:
        if self._thread is not None:
            self._questions.put(None)
            self._thread.join()
            self._thread = None

    def _deliver(self, answer: Found | SamarError) -> None:
        if isinstance(answer, SamarError):
            self.failed.emit(answer)
        elif answer.text == self._newest:
            self.found.emit(answer)

    def _work(self) -> None:
        database: Database | None = None
        try:
            while (text := self._next()) is not None:
                if self._history is None:
                    continue
                try:
                    if database is not None and (database.path != self._history or not database.is_in_place()):
                        database.close()
                        database = None
                    database = database or Database.connect(self._history, read_only=True)
                    self._answered.emit(Found(text, search(database, text)))
                except SamarError as problem:
                    self._answered.emit(problem)
        finally:
            if database is not None:
                database.close()

    def _next(self) -> str | None:
        """The newest question; those that it overtook are left out."""
        text = self._questions.get()
        while text is not None and not self._questions.empty():
            text = self._questions.get()
        return text


def search(database: Database, text: str) -> tuple[Hit, ...]:
    """Titles first, then messages, newest first."""
    query = Query(text)
    if not query.match:
        return ()
    finder = Search(database)
    return (*finder.titles(query, limit=MOST_TITLES), *finder.messages(query, limit=MOST_MESSAGES))
