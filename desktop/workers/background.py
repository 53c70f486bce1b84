"""Small jobs without widgets on a thread of their own, one after another."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject

log = logging.getLogger(__name__)


class Background(QObject):
    """Runs jobs whose outcome nobody waits for. The thread starts with the first job and ends with `close`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def run(self, job: Callable[[], object]) -> None:
        """Queue a job. A failure goes to the log."""
        if self._closing.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="background")
            self._thread.start()
        self._jobs.put(job)

    def is_closing(self) -> bool:
        """What a long job asks between its steps. From any thread."""
        return self._closing.is_set()

    def close(self) -> None:
        """Wait for the job at work, which is asked to end; leave out those that wait."""
        self._closing.set()
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self._closing.is_set():
                continue
            try:
                job()
            except Exception:  # the window goes on without it
                log.exception("a job in the background failed")
