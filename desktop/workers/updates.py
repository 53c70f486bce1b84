"""Looking for a new version, and fetching it, on a thread that starts with the first wish."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.core.errors import SamarError
from desktop.services.tasks import Task
from desktop.updates.fetch import Stopped, Updater
from desktop.updates.release import Release
from desktop.workers.tasks import Tasks

log = logging.getLogger(__name__)
T = TypeVar("T")
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
        self._tasks = Tasks("updates", self, cancels=(Stopped,))

    def check(self) -> None:
        self._run(lambda _: self.updater.check(), self.checked.emit)

    def fetch(self, release: Release) -> None:
        last = -STEP

        def tell(held: int, size: int) -> None:
            nonlocal last
            if held / size - last >= STEP or held == size:
                last = held / size
                self.progressed.emit(last)

        self._run(lambda _: self.updater.fetch(release, tell), self.fetched.emit)

    def stop(self) -> None:
        self.updater.stop()

    def close(self) -> None:
        """End what runs and wait for it."""
        self.updater.stop()
        self._tasks.close()

    def _run(self, work: Callable[[Task], T], on_success: Callable[[T], None]) -> None:
        self.updater.begin()
        self._tasks.run(work, on_success, self._on_failure, self.stopped.emit)

    def _on_failure(self, problem: SamarError) -> None:
        log.info("update: %s", problem)
        self.failed.emit(problem)
