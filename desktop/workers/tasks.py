"""The bridge from background tasks to Qt: their outcomes as calls on the GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from desktop.core.errors import SamarError
from desktop.services.tasks import FailedTask, Outcome, Succeeded, Task, TaskExecutor

log = logging.getLogger(__name__)

T = TypeVar("T")


class Tasks(QObject):
    """A TaskExecutor whose callbacks run on the GUI thread, as long as this object lives and is not closed."""

    failed = Signal(object)
    """SamarError of a task that was given no `on_failure`."""

    _ended = Signal(object)

    def __init__(
        self,
        name: str,
        parent: QObject | None = None,
        *,
        wait_s: float | None = None,
        cancels: tuple[type[Exception], ...] = (),
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        """As TaskExecutor."""
        super().__init__(parent)
        self._executor = TaskExecutor(name, wait_s=wait_s, cancels=cancels, at_end=at_end)
        self._pending = 0
        self._ended.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[Task], T],
        on_success: Callable[[T], None] = lambda _: None,
        on_failure: Callable[[SamarError], None] | None = None,
        on_cancel: Callable[[], None] = lambda: None,
        *,
        replaces: bool = False,
    ) -> Task:
        """Queue `work`; exactly one of the callbacks follows on the GUI thread, unless this is closed before.

        on_failure: None for the signal `failed`. replaces: work that waits is cancelled first.
        """

        def deliver(outcome: Outcome[T]) -> None:
            self._pending -= 1
            if self._executor.is_closed:
                return
            if isinstance(outcome, Succeeded):
                on_success(outcome.value)
            elif isinstance(outcome, FailedTask):
                (on_failure or self.failed.emit)(outcome.problem)
            else:
                on_cancel()

        self._pending += 1
        return self._executor.submit(
            work, lambda outcome: self._ended.emit(lambda: deliver(outcome)), replaces=replaces
        )

    def _call(self, deliver: Callable[[], None]) -> None:
        deliver()

    @property
    def is_busy(self) -> bool:
        """Whether a task runs or waits, or its end has not been delivered yet."""
        return self._pending > 0

    def cancel_all(self) -> None:
        """Cancel the tasks that run or wait."""
        self._executor.cancel_all()

    @property
    def is_closed(self) -> bool:
        """From any thread."""
        return self._executor.is_closed

    def close(self) -> None:
        """Cancel everything, wait, and end the thread. No callback comes afterwards."""
        self._executor.close()
