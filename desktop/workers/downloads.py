"""The queue of downloads at work: one after another on a thread of its own, seen through signals."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.core.errors import SamarError
from desktop.models.downloads import DownloadQueue, Progress, State
from desktop.models.hub import Stopped, Transfer
from desktop.models.repository import HubChoice, HubFile, HubRepository

log = logging.getLogger(__name__)

_REPORT_S = 0.25
"""Time between two reports of progress."""
_SPEED_S = 8.0
"""The speed is that of the last so many seconds."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How far a running download is, and how fast."""

    id: str
    held: int
    size: int
    checking: bool
    bytes_per_s: float
    """0: not known yet."""

    @property
    def seconds_left(self) -> float | None:
        return (self.size - self.held) / self.bytes_per_s if self.bytes_per_s > 0 else None


class DownloadWorker(QObject):
    """Call from the GUI thread; signals arrive there."""

    changed = Signal(object)
    """tuple[Download, ...]: the queue, in the order of asking."""
    progressed = Signal(object)
    """Pace"""
    finished = Signal(object)
    """Entry: a model that is whole and in the library now."""
    failed = Signal(object)
    """SamarError; the download stays in the queue with it."""

    def __init__(self, queue: DownloadQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.queue = queue
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._running: tuple[str, Transfer] | None = None
        self._cancelled = ""
        """The running download, when it is to be thrown away as soon as it ends."""

    def begin(self) -> None:
        """Show what another run left; it goes on when the person says so."""
        try:
            self.queue.recover()
        except SamarError as problem:
            self.failed.emit(problem)
        self._tell()

    def look(self) -> None:
        """Show the queue as it is on the disk now: another Samar may have gone on with it."""
        self._tell()

    def add(self, repository: HubRepository, choice: HubChoice, extras: tuple[HubFile, ...] = ()) -> None:
        """Queue a model with what belongs to it; `failed` tells when that can't be."""
        try:
            self.queue.add(repository, choice, extras)
        except SamarError as problem:
            self.failed.emit(problem)
        self._go()

    def pause(self, download_id: str) -> None:
        """Stop a download and keep what came."""
        with self._wake:
            if self._running and self._running[0] == download_id:
                self._running[1].stop()
                return
        self._set(download_id, State.PAUSED)
        self._nudge()

    def resume(self, download_id: str) -> None:
        self._set(download_id, State.QUEUED)
        self._go()

    def cancel(self, download_id: str) -> None:
        """Take a download out of the queue, with what came of it."""
        with self._wake:
            if self._running and self._running[0] == download_id:
                self._cancelled = download_id
                self._running[1].stop()
                return
        self._drop(download_id)
        self._nudge()

    def close(self) -> None:
        """Stop what runs, keep it for the next time, and wait for the thread."""
        with self._wake:
            self._closing = True
            if self._running:
                self._running[1].stop()
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    # ---- on either thread

    def _tell(self) -> None:
        self.changed.emit(tuple(self.queue.downloads()))

    def _set(self, download_id: str, state: State, problem: SamarError | None = None) -> None:
        try:
            self.queue.set_state(download_id, state, problem)
        except SamarError as trouble:  # gone meanwhile, or the disk is full
            log.warning("a download could not be noted as %s: %s", state, trouble)
        self._tell()

    def _drop(self, download_id: str) -> None:
        try:
            self.queue.cancel(download_id)
        except SamarError as problem:
            self.failed.emit(problem)
        self._tell()

    def _go(self) -> None:
        self._tell()
        with self._wake:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._work, name="downloads")
                self._thread.start()
            self._wake.notify_all()

    def _nudge(self) -> None:
        """Those that waited for another one may go on."""
        with self._wake:
            self._wake.notify_all()

    # ---- on the worker's thread

    def _work(self) -> None:
        while (download_id := self._next()) is not None:
            try:
                self._one(download_id)
            except Exception as problem:  # a bug in one download ends neither the thread nor the queue
                log.exception("a download ended by a bug")
                self._set(download_id, State.FAILED, SamarError("hub_failed", reason=type(problem).__name__))
            finally:
                with self._wake:
                    self._running = None
                    cancelled, self._cancelled = self._cancelled, ""
                if cancelled:
                    self._drop(cancelled)  # whatever it came to meanwhile

    def _next(self) -> str | None:
        with self._wake:
            while not self._closing:
                downloads = self.queue.downloads()
                waiting = [one for one in downloads if one.state is State.WAITING]
                until = max((one.resumes_at for one in waiting), default=0.0) - time.time()
                if until > 0:  # whoever asks meanwhile is refused as well
                    self._wake.wait(min(until, 60.0))
                    continue
                for one in downloads:
                    if one.state in (State.QUEUED, State.WAITING):
                        self._running = (one.id, Transfer())
                        return one.id
                self._wake.wait()
        return None

    def _one(self, download_id: str) -> None:
        assert self._running is not None
        transfer = self._running[1]
        one = self.queue.set_state(download_id, State.RUNNING)
        self._tell()
        try:
            entry = self.queue.run(one, transfer, _Reporter(self.progressed.emit))
        except Stopped:
            if self._cancelled != download_id:
                self._set(download_id, State.PAUSED)
        except SamarError as problem:
            if self._cancelled == download_id:
                return
            if problem.code == "hub_busy":
                waits = self.queue.refused(download_id, problem).state is State.WAITING
                self._tell()
            elif problem.code == "download_elsewhere":  # it goes on there
                waits = False
                self._tell()
            else:
                waits = False
                self._set(download_id, State.FAILED, problem)
            if not waits:
                self.failed.emit(problem)
        else:
            self._tell()
            self.finished.emit(entry)


class _Reporter:
    """Turns every piece into a few reports a second, with the speed of the last seconds."""

    def __init__(self, report: Callable[[Pace], None]) -> None:
        self._report = report
        self._seen: deque[tuple[float, int]] = deque()
        self._last = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if self._seen and progress.held < self._seen[-1][1]:
            self._seen.clear()  # it begins anew
        self._seen.append((now, progress.held))
        while now - self._seen[0][0] > _SPEED_S:
            self._seen.popleft()
        if now - self._last < _REPORT_S and not progress.checking:
            return
        self._last = now
        then, held = self._seen[0]
        speed = (progress.held - held) / (now - then) if now - then > 0.2 else 0.0
        self._report(
            Pace(
                id=progress.id,
                held=progress.held,
                size=progress.size,
                checking=progress.checking,
                bytes_per_s=speed,
            )
        )
