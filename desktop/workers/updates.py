"""Looking for a new version, and fetching it, on a thread that starts with the first wish."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.core.errors import SamarError
from desktop.updates.fetch import Stopped, Updater
from desktop.updates.release import Release

log = logging.getLogger(__name__)
STEP = 0.01
"""Progress is told when it has grown by this fraction."""


class UpdateWorker(QObject):
    """One job after another."""

    checked = Signal(object)
    """Release, or None when there is nothing newer"""
    progressed = Signal(float)
    fetched = Signal(object)
    """Path of the checked installer"""
    failed = Signal(object)
    """SamarError"""
    stopped = Signal()

    def __init__(self, updater: Updater, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.updater = updater
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def check(self) -> None:
        self._do(lambda: self.checked.emit(self.updater.check()))

    def fetch(self, release: Release) -> None:
        last = -STEP

        def tell(held: int, size: int) -> None:
            nonlocal last
            if held / size - last >= STEP or held == size:
                last = held / size
                self.progressed.emit(last)

        self._do(lambda: self.fetched.emit(self.updater.fetch(release, tell)))

    def stop(self) -> None:
        self.updater.stop()

    def close(self) -> None:
        """End what runs and wait for it."""
        self.updater.stop()
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _do(self, job: Callable[[], None]) -> None:
        self.updater.begin()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="updates")
            self._thread.start()
        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Stopped:
                self.stopped.emit()
            except SamarError as problem:
                log.info("update: %s", problem)
                self.failed.emit(problem)
            except Exception as problem:  # a bug: the log keeps its traceback, the person is told
                log.exception("the update failed")
                self.failed.emit(SamarError("bug", what=type(problem).__name__))
