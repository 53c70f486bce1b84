"""The generation thread: requests of the window in, signals out. No widgets.

GenerationWorker lives on the GUI thread and owns a QThread, on which its inner half speaks to the engine. Its methods
only queue; every answer is a signal, delivered on the GUI thread.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, StoppedBy
from desktop.core.model import ModelInfo
from desktop.core.reads import GivenUp, Reads
from desktop.core.tools import fenced
from desktop.engine.client import Engine
from desktop.engine.protocol import Finished, GenerateRequest, LoadOptions, Piece, PromptProgress, PromptStarted, Tokens

log = logging.getLogger(__name__)

__all__ = ["GenerateRequest", "GenerationWorker", "LoadOptions"]

GATHER_S = 0.03
"""Text of a reply is gathered this long, so that the window lays out once a frame."""
_DEATHS = frozenset({"engine_died", "engine_silent", "engine_start_failed"})
_MOST_DEATHS = 2
"""One death during a load may be another program's doing (a system short of memory); a second one in a row is taken for the file's."""


@dataclass(frozen=True, slots=True)
class LoadJob:
    path: Path
    options: LoadOptions | Callable[[], LoadOptions]
    """Called on the thread at each load, so that what was set meanwhile holds."""
    restoring: bool = False
    """The model before the one that could not be loaded, or that was loaded when the engine died."""


@dataclass(frozen=True, slots=True)
class GenerateJob:
    message_id: int
    request: GenerateRequest


@dataclass(frozen=True, slots=True)
class UnloadJob:
    sleeping: bool = False
    """The memory is given back, and the next reply loads the model again."""


Job = LoadJob | GenerateJob | UnloadJob


class GenerationWorker(QObject):
    """Loads models and writes replies, one after another.

    engine: any Engine; it is started at once and closed by `shutdown`. loading: called in the worker's thread with the
    path before native code opens a file and with None when that went well or failed in an orderly way; what stays
    noted at the next start ended the engine or Samar itself.
    """

    model_loading = Signal(float)
    """0 … 1."""
    model_loaded = Signal(object)
    """ModelInfo."""
    model_unloaded = Signal()
    load_stopped = Signal()
    """The person stopped a load. The model before it is loaded again, if there was one."""
    load_failed = Signal(object)
    """SamarError. The model before it stays, or is loaded again, if there was one."""
    prompt_progress = Signal(int, int, int)
    """message_id, tokens read, tokens of the prompt."""
    chunk_received = Signal(int, str, str)
    """message_id, text of the answer, text of the thinking: what is new of each."""
    tokens_received = Signal(int, object)
    """message_id, tuple of TokenChoice: tokens with their probabilities, where the request asked for them."""
    finished = Signal(int, object)
    """message_id, GenerationStats; also when the person stopped."""
    failed = Signal(int, object)
    """message_id, SamarError; what came before it is kept."""
    busy_changed = Signal(bool)

    _wake = Signal()

    def __init__(
        self,
        engine: Engine,
        loading: Callable[[Path | None], None] = lambda _: None,
        parent: QObject | None = None,
        reads: Reads | None = None,
    ) -> None:
        """reads: through which the engine's readers of files go, so that a file that is never delivered can be given up."""
        super().__init__(parent)
        self._engine = engine
        self._thread = QThread()
        self._thread.setObjectName("generation")
        self._inner = _Inner(engine, loading, self, reads or Reads())
        self._inner.moveToThread(self._thread)
        self._wake.connect(self._inner.work, Qt.ConnectionType.QueuedConnection)
        self._closed = False
        self._states_limit: int | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._sleep)
        self.busy_changed.connect(self._count_idle)
        engine.start()
        self._thread.start()

    # ---- requests, from the GUI thread

    @Slot(object, object)
    def load(self, path: Path, options: LoadOptions | Callable[[], LoadOptions] | None = None) -> None:
        """Load a model in the place of the loaded one. A load or reply at work is stopped first."""
        self._inner.drop_loads()
        self._inner.stop_at_work()
        self._queue(LoadJob(path, options or LoadOptions()))

    @Slot(int, object)
    def generate(self, message_id: int, request: GenerateRequest) -> None:
        """Write the reply `message_id`. After a death the engine is started and the model loaded again first."""
        self._queue(GenerateJob(message_id, request))

    @Slot(int)
    def cancel(self, message_id: int) -> None:
        """End this reply, at work or waiting, with its `finished`; no other reply is touched. One that has ended, or was
        never asked for: nothing happens."""
        if self._inner.take_back(lambda job: job.message_id == message_id):
            return
        self._inner.stop_at_work(lambda job: isinstance(job, GenerateJob) and job.message_id == message_id)

    @Slot(int)
    def answer_now(self, message_id: int) -> None:
        """Have this reply end its thinking and go on with its answer; one that does not think now goes on as it is."""
        self._inner.answer_now(message_id)

    @Slot()
    def stop_load(self) -> None:
        """End the load at work, that of a reply which needed its model again included; the replies that wait go on."""
        self._inner.stop_at_work(lambda job: isinstance(job, LoadJob) or self._inner.is_loading)

    @Slot()
    def stop(self) -> None:
        """End every reply, at work or waiting, each with its `finished`; with no reply about, end the load."""
        waited = self._inner.take_back(lambda _job: True)
        self._inner.stop_at_work(lambda job: isinstance(job, GenerateJob) or not waited)

    @property
    def model(self) -> ModelInfo | None:
        """The loaded model, or the one that sleeps until the next reply. From any thread."""
        return self._engine.model or self._inner.sleeping

    def set_idle_minutes(self, minutes: float) -> None:
        """A model that nobody asked for so long gives its memory back until the next reply; 0: never."""
        self._idle.setInterval(min(round(minutes * 60_000), 2**31 - 1))
        self._count_idle(self._inner.is_busy)

    @Slot(bool)
    def _count_idle(self, busy: bool) -> None:
        if busy or not self._idle.interval():
            self._idle.stop()
        else:
            self._idle.start()

    @Slot()
    def _sleep(self) -> None:
        if self._engine.model is not None and not self._inner.is_busy:
            self._queue(UnloadJob(sleeping=True))

    def forget(self, chats: Collection[str]) -> None:
        """These chats are erased: nothing that the engine read of them stays, nor what it still reads of them now."""
        self._inner.forget_after(chats)
        self._engine.forget(chats)

    def forget_others(self, chats: Collection[str]) -> None:
        """Only these chats are there; for the start, when nothing is in memory."""
        self._engine.forget_others(chats)

    def limit_states(self, size: int) -> None:
        """Most bytes that the engine keeps of chats on disk; 0: nothing."""
        if size != self._states_limit:
            self._states_limit = size
            self._engine.limit_states(size)

    @Slot()
    def unload(self) -> None:
        self.stop()
        self._queue(UnloadJob())

    def shutdown(self) -> None:
        """Stop, end the engine and the thread, and wait for both. No signal comes afterwards."""
        if self._closed:
            return
        self._closed = True
        self._inner.close()
        self._inner.stop_at_work()
        self._thread.quit()
        while not self._thread.wait(100):
            self._engine.stop()  # the stop above may have come between two requests
        self._engine.close()

    def _queue(self, job: Job) -> None:
        if self._closed:
            return
        self._inner.put(job)
        self._wake.emit()


class _Inner(QObject):
    """The half that lives on the thread. Emits the signals of `outer`."""

    def __init__(
        self, engine: Engine, loading: Callable[[Path | None], None], outer: GenerationWorker, reads: Reads
    ) -> None:
        super().__init__()
        self._reads = reads
        self._engine, self._loading, self._outer = engine, loading, outer
        self._jobs: deque[Job] = deque()
        self._wanted: LoadJob | None = None
        """The model that requests expect, to be loaded again after a death."""
        self._deaths = 0
        """How often in a row it has ended the engine while it was loaded again."""
        self.sleeping: ModelInfo | None = None
        """A model whose memory was given back until the next reply."""
        self._closing = False
        self._lock = threading.Lock()
        """Guards the jobs and what is at work, so that a stop meets the job that it is meant for and no other."""
        self._current: Job | None = None
        self._stopped = False
        """The job at work is to end."""
        self.is_loading = False
        """A model is being loaded, for itself or for a reply."""
        self._forget_after: set[str] = set()
        """Chats that were erased while the job at work reads them."""

    # ---- called from the GUI thread

    def put(self, job: Job) -> None:
        with self._lock:
            self._jobs.append(job)

    def drop_loads(self) -> None:
        with self._lock:
            self._jobs = deque(job for job in self._jobs if not isinstance(job, LoadJob))

    def take_back(self, which: Callable[[GenerateJob], bool]) -> bool:
        """Take back replies that wait; whether there were any."""
        with self._lock:
            taken = [job for job in self._jobs if isinstance(job, GenerateJob) and which(job)]
            self._jobs = deque(job for job in self._jobs if not (isinstance(job, GenerateJob) and which(job)))
        for job in taken:  # without the lock: who hears of it may ask for more
            self._outer.finished.emit(job.message_id, _stopped())
        return bool(taken)

    def stop_at_work(self, which: Callable[[Job], bool] = lambda _job: True) -> None:
        """Stop what is at work. It is noted too, in case the engine does not know of it yet."""
        with self._lock:
            if self._current is not None and which(self._current):
                self._stopped = True
                self._reads.give_up()
                self._engine.stop()

    def answer_now(self, message_id: int) -> None:
        with self._lock:
            if isinstance(self._current, GenerateJob) and self._current.message_id == message_id:
                self._engine.answer_now()

    def forget_after(self, chats: Collection[str]) -> None:
        """What is at work may read these chats after the engine was told to forget them: it is told once more then."""
        with self._lock:
            if isinstance(self._current, GenerateJob) and self._current.request.chat in chats:
                self._forget_after.update(chats)

    @property
    def is_busy(self) -> bool:
        return self._current is not None or bool(self._jobs)

    def close(self) -> None:
        with self._lock:
            self._closing = True
            self._jobs.clear()
            self._reads.close()

    # ---- on the thread

    @Slot()
    def work(self) -> None:
        while (job := self._next()) is not None:
            self._outer.busy_changed.emit(True)
            try:
                self._do(job)
            finally:
                self._leave()
                self._outer.busy_changed.emit(False)

    def _next(self) -> Job | None:
        with self._lock:
            if self._closing or not self._jobs:
                return None
            self._current, self._stopped = self._jobs.popleft(), False
            self._reads.begin()
            return self._current

    def _leave(self) -> None:
        with self._lock:
            self._current = None
            chats, self._forget_after = self._forget_after, set()
        if chats:
            self._engine.forget(chats)

    def _do(self, job: Job) -> None:
        if isinstance(job, LoadJob):
            self._change_model(job)
        elif isinstance(job, GenerateJob):
            self._generate(job)
        else:
            self._unload(job)

    def _unload(self, job: UnloadJob) -> None:
        """Free the model. One that sleeps is expected to be there again when it is needed, so nobody is told."""
        if job.sleeping:
            if self._jobs:  # a reply is asked for already
                return
            self.sleeping = self._engine.model
        else:
            self._wanted = self.sleeping = None
        try:
            self._engine.unload()
        except SamarError as problem:
            log.warning("unload: %s", problem)
        if not job.sleeping:
            self._outer.model_unloaded.emit()

    def _change_model(self, job: LoadJob) -> None:
        before, self._wanted = self._wanted, None
        self.sleeping = None
        loaded, _ = self._load(job)
        if loaded:
            self._wanted = job
        elif before is not None and not job.restoring and not self._closing:
            self._wanted = before
            if self._engine.model is None:
                with self._lock:
                    self._jobs.appendleft(replace(before, restoring=True))

    def _load(self, job: LoadJob) -> tuple[bool, SamarError | None]:
        """Whether it is loaded, and why not; (False, None): stopped."""

        def progress(fraction: float) -> None:
            self._outer.model_loading.emit(fraction)
            if self._stopped:  # a stop that came before the engine knew of the request
                self._engine.stop()

        self._outer.model_loading.emit(0.0)
        try:
            self._loading(job.path)
            options = self._reads.run(job.options) if callable(job.options) else job.options
            with self._loads():
                info = self._engine.load(job.path, options, progress)
        except SamarError as problem:
            if problem.code in _DEATHS:
                self._deaths += 1
            else:
                self._loading(None)
            self._outer.load_failed.emit(problem)
            return False, problem
        except GivenUp:
            self._loading(None)
            self._outer.load_stopped.emit()
            return False, None
        except Exception as problem:  # a bug: the window stays, the log has the traceback
            log.exception("load %s", job.path)
            failure = SamarError("engine_failed", reason=problem)
            self._outer.load_failed.emit(failure)
            return False, failure
        self._loading(None)
        self._deaths = 0
        if info is None:
            self._outer.load_stopped.emit()
            return False, None
        self._outer.model_loaded.emit(info)
        return True, None

    @contextlib.contextmanager
    def _loads(self) -> Iterator[None]:
        """With the lock, so that a stop of the load never meets the reply after it."""
        with self._lock:
            self.is_loading = True
        try:
            yield
        finally:
            with self._lock:
                self.is_loading = False

    def _generate(self, job: GenerateJob) -> None:
        """Write a reply. An engine that died before it began (idle, or just after the last reply) costs no reply: once more."""
        for last in (False, True):
            if not self._is_ready(job) or self._reply(job, last):
                return

    def _is_ready(self, job: GenerateJob) -> bool:
        """Whether a model is there for the reply, loaded again after a death or a sleep; else the reply has ended."""
        if self._engine.model is None:
            if self._wanted is None:
                self._outer.failed.emit(job.message_id, SamarError("no_model"))
                return False
            self.sleeping = None
            loaded, problem = self._load(self._wanted)
            if problem is not None:
                if problem.code in _DEATHS and self._deaths >= _MOST_DEATHS:  # the file itself may be what ends it
                    self._wanted = None
                self._outer.failed.emit(job.message_id, problem)
                return False
            if not loaded:
                self._outer.finished.emit(job.message_id, _stopped())
                return False
        if self._stopped or self._closing:  # stopped between the load and the reply
            self._outer.finished.emit(job.message_id, _stopped())
            return False
        return True

    def _reply(self, job: GenerateJob, last: bool) -> bool:
        """Whether the reply has ended; False: the engine died before its first word of it, and this is not the last try."""
        chunks = _Chunks(job.message_id, self._outer)
        begun = False
        try:
            for event in self._engine.generate(job.request):
                begun = True
                if isinstance(event, Piece):
                    chunks.add(event)
                elif isinstance(event, Tokens):
                    self._outer.tokens_received.emit(job.message_id, event.tokens)
                elif isinstance(event, PromptStarted):
                    self._outer.prompt_progress.emit(job.message_id, event.cached_tokens, event.prompt_tokens)
                    if self._stopped:  # a stop that came before the engine knew of the request
                        self._engine.stop()
                elif isinstance(event, PromptProgress):
                    self._outer.prompt_progress.emit(job.message_id, event.done, event.total)
                elif isinstance(event, Finished):
                    chunks.flush()
                    self._outer.finished.emit(job.message_id, event.stats)
        except SamarError as problem:
            if problem.code == "engine_died" and not begun and not last:
                log.warning("reply %d: %s; once more", job.message_id, problem)
                return False
            chunks.flush()
            self._outer.failed.emit(job.message_id, problem)
        except Exception as problem:  # a bug: the window stays, the log has the traceback
            log.exception("reply %d", job.message_id)
            chunks.flush()
            self._outer.failed.emit(job.message_id, SamarError("engine_failed", reason=problem))
        return True


class _Chunks:
    """Gathers pieces of one reply for GATHER_S. The first one goes out at once."""

    def __init__(self, message_id: int, outer: GenerationWorker) -> None:
        self._id, self._outer = message_id, outer
        self._answer: list[str] = []
        self._thinking: list[str] = []
        self._sent_at = 0.0

    def add(self, piece: Piece) -> None:
        if not piece.text:  # a control token, or the first bytes of a character
            return
        text = fenced(piece.text) if piece.kind == "tool_call" else piece.text
        (self._thinking if piece.kind == "thinking" else self._answer).append(text)
        if time.monotonic() - self._sent_at >= GATHER_S:
            self.flush()

    def flush(self) -> None:
        if self._answer or self._thinking:
            self._outer.chunk_received.emit(self._id, "".join(self._answer), "".join(self._thinking))
            self._answer.clear()
            self._thinking.clear()
            self._sent_at = time.monotonic()


def _stopped() -> GenerationStats:
    return GenerationStats(prompt_tokens=0, stopped_by=StoppedBy.USER)
