"""Work in the background: one executor and one shape of outcome for everything that is no generation. No Qt."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from desktop.core.errors import SamarError, technical

log = logging.getLogger(__name__)

T = TypeVar("T")


class CancelledTask(Exception):  # noqa: N818 - a state, not an error
    """Raised by work that ends because its task was cancelled."""


class Succeeded(msgspec.Struct, Generic[T], frozen=True):
    value: T


class FailedTask(msgspec.Struct, frozen=True):
    problem: SamarError
    """Of code "bug" where the work raised anything but SamarError; the log then has the traceback."""


class WasCancelled(msgspec.Struct, frozen=True):
    """The task was cancelled while it waited, or ended its work early because of it."""


Outcome = Succeeded[T] | FailedTask | WasCancelled


class Task:
    """Work that waits, runs or has ended. Every method may be called from any thread."""

    def __init__(self, work: Callable[[Task], Any], on_end: Callable[[Outcome[Any]], None]) -> None:
        self._work, self._on_end = work, on_end
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Leave the work out if it waits; else ask it to end."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """What long work asks between its steps."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise CancelledTask if the task is cancelled."""
        if self._cancelled.is_set():
            raise CancelledTask


class TaskExecutor:
    """Runs tasks one after another, on a thread that starts with the first one. Whatever a task raises, the next one runs."""

    def __init__(
        self,
        name: str,
        *,
        wait_s: float | None = None,
        cancels: tuple[type[Exception], ...] = (),
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        """wait_s: seconds that `close` waits for the task at work, which is then left to the end of the process; None: until
        it has ended. cancels: exceptions of the work that mean the same as CancelledTask. at_end: called last on the thread."""
        self._name, self._wait_s, self._at_end = name, wait_s, at_end
        self._cancels: tuple[type[Exception], ...] = (CancelledTask, *cancels)
        self._changed = threading.Condition()
        """Guards what follows."""
        self._waiting: deque[Task] = deque()
        self._running: Task | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(
        self,
        work: Callable[[Task], T],
        on_end: Callable[[Outcome[T]], None] = lambda _: None,
        *,
        replaces: bool = False,
    ) -> Task:
        """Queue `work`, which gets its task. on_end: gets the outcome, in the executor's thread, exactly once; not after
        `close`. replaces: those that wait are cancelled first. After `close` nothing is queued."""
        task = Task(work, on_end)
        with self._changed:
            if self._closed:
                task.cancel()
                return task
            if replaces:
                for waiting in self._waiting:
                    waiting.cancel()
            self._waiting.append(task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=self._wait_s is not None)
                self._thread.start()
            self._changed.notify()
        return task

    @property
    def is_busy(self) -> bool:
        """Whether a task runs or waits."""
        with self._changed:
            return self._running is not None or bool(self._waiting)

    @property
    def is_closed(self) -> bool:
        return self._closed

    def cancel_all(self) -> None:
        """Cancel the tasks that run or wait."""
        with self._changed:
            for task in (*self._waiting, self._running):
                if task is not None:
                    task.cancel()

    def close(self) -> None:
        """Cancel everything, wait, and end the thread. May be called twice."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            if self._running is not None:
                self._running.cancel()
            self._changed.notify()
            thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(self._wait_s)
            if thread.is_alive():
                log.warning("the thread %s does not end and is given up", self._name)

    # ---- on the thread

    def _run(self) -> None:
        self._work()
        try:
            self._at_end()
        except Exception:
            log.exception("the end of %s", self._name)

    def _work(self) -> None:
        while (task := self._next()) is not None:
            try:
                outcome = self._outcome(task)
                with self._changed:
                    self._running = None
                if not self._closed:
                    task._on_end(outcome)
            except Exception:  # of the listener
                log.exception("the end of a task of %s was not taken", self._name)

    def _next(self) -> Task | None:
        with self._changed:
            while not self._waiting:
                if self._closed:
                    return None
                self._changed.wait()
            self._running = self._waiting.popleft()
            return self._running

    def _outcome(self, task: Task) -> Outcome[Any]:
        try:
            task.check()
            return Succeeded(task._work(task))
        except self._cancels:
            return WasCancelled()
        except SamarError as problem:
            return FailedTask(problem)
        except Exception as problem:
            log.exception("a task of %s failed", self._name)
            return FailedTask(SamarError("bug", what=technical(problem)))
