"""The generation service: requests in, events out. No Qt.

Window, terminal and server submit requests and get a Job for each. The service keeps one queue for each provider, with
priorities; loads the model again after the death of its engine; and unloads a model that is idle.
"""

from __future__ import annotations

import contextlib
import enum
import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator

import msgspec

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, StoppedBy
from desktop.core.model import ModelInfo, ModelRef
from desktop.core.repetition import RepetitionGuard
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.core.tools import fenced
from desktop.providers.base import (
    DEATHS,
    Capabilities,
    Failed,
    Finished,
    Generation,
    PromptProgress,
    Provider,
    TextDelta,
    TokenChoices,
)

log = logging.getLogger(__name__)

MAX_DEATHS = 2
"""One death during a load may be caused by another program (no memory left); after a second one in a row the file counts as the cause."""


SIGNALS_S = 0.25
"""Waiting for an event ends as often, since Windows handles Ctrl+C between two waits only."""


class JobKind(enum.Enum):
    CHAT_REPLY = "chat reply"
    SUMMARY = "summary"
    TITLE = "title"


class Priority(enum.IntEnum):
    """Of two waiting jobs the one of the lower number runs first; equal ones in the order of their submission."""

    INTERACTIVE = 0
    """Somebody waits for it."""
    BACKGROUND = 1


class JobState(enum.Enum):
    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


JobEvent = PromptProgress | TextDelta | TokenChoices | Finished | Failed
"""The last event of a job is Finished or Failed."""
Listener = Callable[["Job", JobEvent], None]


class JobResult(msgspec.Struct, frozen=True):
    """A whole reply. text: of the answer, with tool calls as fenced blocks."""

    text: str
    thinking: str
    stats: GenerationStats


class Job:
    """One request. Made by GenerationService.submit; every method may be called from any thread."""

    def __init__(self, id_: int, kind: JobKind, priority: Priority, queue_: _Queue | None, listener: Listener | None):
        self.id = id_
        """Unique within the service."""
        self.kind = kind
        self.priority = priority
        """May be changed while the job waits."""
        self.request: ChatRequest | None = None
        """None: it could not be built, and the job has failed."""
        self.state = JobState.WAITING
        self._queue, self._listener = queue_, listener
        self._stopped = False
        self._generation: Generation | None = None
        self._events: queue.SimpleQueue[JobEvent] = queue.SimpleQueue()

    def cancel(self) -> None:
        """End this job, running or waiting, with Finished (`stopped_by` USER). No other job is touched; one that has
        ended stays as it is."""
        if self._queue is not None:
            self._queue.cancel(self)

    def answer_now(self) -> None:
        """End the thinking of this reply and begin its answer. Without effect on a reply that does not think now."""
        generation = self._generation
        if generation is not None:
            generation.answer_now()

    def events(self) -> Iterator[JobEvent]:
        """The events in order, up to the last one; waits for each. For jobs without a listener, and once."""
        if self._listener is not None:
            raise ValueError("the events of this job go to its listener")
        while True:
            try:
                event = self._events.get(timeout=SIGNALS_S)
            except queue.Empty:
                continue
            yield event
            if isinstance(event, Finished | Failed):
                return

    def result(self) -> JobResult:
        """The whole reply; waits for its end. For jobs without a listener, instead of `events`. Raises SamarError."""
        text: list[str] = []
        thinking: list[str] = []
        for event in self.events():
            if isinstance(event, TextDelta):
                (thinking if event.kind == "thinking" else text).append(shown_text(event))
            elif isinstance(event, Failed):
                raise event.problem
            elif isinstance(event, Finished):
                return JobResult("".join(text), "".join(thinking), event.stats)
        raise AssertionError("unreachable")

    def _emit(self, event: JobEvent) -> None:
        if isinstance(event, Finished | Failed):
            self.state, self._generation = JobState.ENDED, None
        if self._listener is not None:
            self._listener(self, event)
        else:
            self._events.put(event)


def shown_text(delta: TextDelta) -> str:
    """The text of a delta as people read it: a tool call becomes a fenced block."""
    return fenced(delta.text) if delta.kind == "tool_call" else delta.text


# ---- what becomes of models


class ModelLoading(msgspec.Struct, frozen=True):
    fraction: float
    """0 … 1."""


class ModelLoaded(msgspec.Struct, frozen=True):
    model: ModelInfo


class ModelUnloaded(msgspec.Struct, frozen=True):
    """On request; a model that is unloaded because it was idle is still offered, and no event says so."""


class LoadStopped(msgspec.Struct, frozen=True):
    """The model before it stays, or is loaded again, if there was one."""


class LoadFailed(msgspec.Struct, frozen=True):
    """The model before it stays, or is loaded again, if there was one."""

    problem: SamarError


ModelEvent = ModelLoading | ModelLoaded | ModelUnloaded | LoadStopped | LoadFailed


# ---- the service


class GenerationService:
    """Runs jobs and loads.

    Loads and unloads run alone: jobs that were submitted before one run before it, the others after it. Listeners are
    called in threads of the service, and in the thread of `cancel` for a job that waits; they must return at once.
    """

    def __init__(self, provider: Provider, on_model: Callable[[ModelEvent], None] = lambda _: None) -> None:
        """provider: started here, closed by `close`. on_model: gets the ModelEvents."""
        self._provider = provider
        self._ids = itertools.count(1)
        self._queue = _Queue(provider, on_model)
        provider.start()

    # jobs

    def submit(
        self,
        request: ChatRequest | Callable[[], ChatRequest],
        *,
        kind: JobKind = JobKind.CHAT_REPLY,
        priority: Priority = Priority.INTERACTIVE,
        listener: Listener | None = None,
    ) -> Job:
        """Queue a request. After the death of its engine the model is loaded again first.

        A callable is called here, in this thread: what it raises is the failure of the job, told to the listener before
        `submit` returns. listener: gets (job, event) for every event; without one, Job.events yields them.
        """
        job = Job(next(self._ids), kind, priority, self._queue, listener)
        try:
            job.request = request() if callable(request) else request
        except SamarError as problem:
            job._emit(Failed(problem))
            return job
        except Exception as problem:
            log.exception("%s %d could not be built", kind.value, job.id)
            job._emit(Failed(SamarError("engine_failed", reason=problem)))
            return job
        if not self._queue.put(job):
            job._emit(Finished(_stopped()))
        return job

    def stop_all(self) -> None:
        """End every job, running or waiting; with none, the load."""
        self._queue.stop_all()

    # models

    def load(self, model: ModelRef, options: LoadOptions | Callable[[], LoadOptions] | None = None) -> None:
        """Make `model` the one that answers. The load or jobs at work are stopped first. options: a callable is called at
        each load, those after a death or an idle time included."""
        self._queue.load(model, options or LoadOptions())

    def stop_load(self) -> None:
        """End the load at work, also that of a job that needed its model again; jobs that wait go on."""
        self._queue.stop_load()

    def unload(self) -> None:
        """End every job and free the model."""
        self._queue.stop_all()
        self._queue.put(_Unload())

    def sleep(self) -> None:
        """Free the memory of the model if no job is running or waiting; the next one loads it again."""
        self._queue.sleep()

    def set_idle(self, seconds: float) -> None:
        """Free the memory of a model that had no job for so long; 0: never."""
        self._queue.set_idle(seconds)

    @property
    def model(self) -> ModelInfo | None:
        """The loaded model, or the one that is loaded again for the next job."""
        return self._provider.model or self._queue.sleeping

    @property
    def capabilities(self) -> Capabilities:
        """Of the loaded model."""
        return self._provider.capabilities()

    # chats

    def forget(self, chats: Collection[str]) -> None:
        """These chats are erased: nothing that was read of them is kept, nor what is being read of them now."""
        self._queue.forget(chats)
        self._provider.forget(chats)

    def forget_others(self, chats: Collection[str]) -> None:
        """Only these chats exist; for the start, when nothing is in memory."""
        self._provider.forget_others(chats)

    def limit_states(self, size: int) -> None:
        """Most bytes on disk for what was read of chats; 0: none."""
        self._provider.limit_states(size)

    def close(self) -> None:
        """End every job, and wait for the threads and the provider. No event comes afterwards. May be called twice."""
        self._queue.close()
        self._provider.close()


class _Load(msgspec.Struct, frozen=True, eq=False):
    model: ModelRef
    options: LoadOptions | Callable[[], LoadOptions]
    restoring: bool = False
    """The model before the one that could not be loaded."""


class _Unload(msgspec.Struct, frozen=True, eq=False):
    sleeping: bool = False


_Item = Job | _Load | _Unload


class _Queue:
    """What waits for one provider, and the threads that run it."""

    def __init__(self, provider: Provider, on_model: Callable[[ModelEvent], None]) -> None:
        self._provider, self._on_model = provider, on_model
        self._changed = threading.Condition()
        """Guards everything below, so that a stop meets the job that it is meant for and no other."""
        self._items: list[_Item] = []
        self._running: list[Job] = []
        self._exclusive: _Load | _Unload | None = None
        """A load or unload at work."""
        self._closed = False
        self._idle_s = 0.0
        self._idle_since = time.monotonic()
        self._forget_after: set[str] = set()
        """Chats that were erased while a job was reading them."""
        self._reload = threading.Lock()
        """Held while a job loads its model again."""
        self._reloading: Job | None = None
        self._wanted: _Load | None = None
        """The model that jobs expect, loaded again after a death."""
        self._failure: SamarError | None = None
        """Why there is no model: of the last load."""
        self._deaths = 0
        """Deaths in a row while it was loaded again."""
        self.sleeping: ModelInfo | None = None
        """A model that was unloaded because it was idle."""
        self._threads = [
            threading.Thread(target=self._work, name=f"generation-{provider.name}-{number}")
            for number in range(provider.parallel)
        ]
        for thread in self._threads:
            thread.start()

    # ---- from other threads

    def put(self, item: _Item) -> bool:
        """Whether it was queued; after `close` nothing is."""
        with self._changed:
            if self._closed:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def load(self, model: ModelRef, options: LoadOptions | Callable[[], LoadOptions]) -> None:
        with self._changed:
            self._items = [item for item in self._items if not isinstance(item, _Load)]
            self._stop_running()
            self._stop_loading()
        self.put(_Load(model, options))

    def cancel(self, job: Job) -> None:
        with self._changed:
            waited = job in self._items
            if waited:
                self._items.remove(job)
            elif job in self._running:
                self._stop(job)
            self._changed.notify_all()
        if waited:  # without the lock: the listener may submit more
            job._emit(Finished(_stopped()))

    def stop_all(self) -> None:
        with self._changed:
            waiting = [item for item in self._items if isinstance(item, Job)]
            self._items = [item for item in self._items if not isinstance(item, Job)]
            if not waiting and not self._running:
                self._stop_loading()
            self._stop_running()
        for job in waiting:
            job._emit(Finished(_stopped()))

    def stop_load(self) -> None:
        with self._changed:
            self._stop_loading()

    def sleep(self) -> None:
        with self._changed:
            if self._is_idle():
                self._items.append(_Unload(sleeping=True))
                self._changed.notify_all()

    def set_idle(self, seconds: float) -> None:
        with self._changed:
            self._idle_s, self._idle_since = seconds, time.monotonic()
            self._changed.notify_all()

    def forget(self, chats: Collection[str]) -> None:
        """A running job may read these chats after the provider was told: it is told again then."""
        with self._changed:
            read = {job.request.chat for job in self._running if job.request is not None}
            self._forget_after.update(read.intersection(chats))

    def close(self) -> None:
        with self._changed:
            if self._closed:
                return
            self._closed = True
            waiting = [item for item in self._items if isinstance(item, Job)]
            self._items.clear()
            self._stop_running()
            self._changed.notify_all()
        for job in waiting:
            job._emit(Finished(_stopped()))
        for thread in self._threads:
            while thread.is_alive():
                self._provider.interrupt()  # again: it may have come between two requests
                thread.join(0.1)

    def _stop_running(self) -> None:
        for job in self._running:
            self._stop(job)

    def _stop(self, job: Job) -> None:
        job._stopped = True
        if job._generation is not None:
            job._generation.stop()
        if self._reloading is job:
            self._provider.stop_load()

    def _stop_loading(self) -> None:
        if self._exclusive is not None or self._reloading is not None:
            self._provider.stop_load()

    def _is_idle(self) -> bool:
        return not (self._items or self._running or self._exclusive) and self._provider.model is not None

    # ---- the threads

    def _work(self) -> None:
        while (item := self._next()) is not None:
            try:
                if isinstance(item, Job):
                    self._generate(item)
                elif isinstance(item, _Load):
                    self._change_model(item)
                else:
                    self._unload(item)
            except Exception as problem:  # a bug: the queue goes on
                log.exception("generation")
                if isinstance(item, Job) and item.state is not JobState.ENDED:
                    item._emit(Failed(SamarError("engine_failed", reason=problem)))
            finally:
                self._leave(item)

    def _next(self) -> _Item | None:
        """The next item, noted as running; waits for it. None: closed."""
        with self._changed:
            while not self._closed:
                if (item := self._pick()) is not None:
                    return item
                rest = self._idle_since + self._idle_s - time.monotonic()
                may_sleep = self._idle_s > 0 and self._is_idle()
                if may_sleep and rest <= 0:
                    self._exclusive = _Unload(sleeping=True)
                    return self._exclusive
                self._changed.wait(rest if may_sleep else None)
            return None

    def _pick(self) -> _Item | None:
        if self._exclusive is not None:
            return None
        barrier = next((at for at, item in enumerate(self._items) if not isinstance(item, Job)), len(self._items))
        jobs = [item for item in self._items[:barrier] if isinstance(item, Job)]
        if jobs and len(self._running) < self._provider.parallel:
            job = min(jobs, key=lambda job: job.priority)
            self._items.remove(job)
            self._running.append(job)
            job.state = JobState.RUNNING
            return job
        if not jobs and not self._running and self._items:
            item = self._items.pop(0)
            assert not isinstance(item, Job)
            self._exclusive = item
            return item
        return None

    def _leave(self, item: _Item) -> None:
        with self._changed:
            chats: set[str] = set()
            if isinstance(item, Job):
                self._running.remove(item)
                if item.request is not None and item.request.chat in self._forget_after:
                    chats.add(item.request.chat)
                    self._forget_after -= chats
            else:
                self._exclusive = None
            self._idle_since = time.monotonic()
            self._changed.notify_all()
        if chats:
            self._provider.forget(chats)

    def _tell_model(self, event: ModelEvent) -> None:
        if not self._closed:
            self._on_model(event)

    # models

    def _unload(self, item: _Unload) -> None:
        if item.sleeping:
            if self._items:  # a job was submitted meanwhile
                return
            self.sleeping = self._provider.model
        else:
            self._wanted = self.sleeping = None
        try:
            self._provider.unload()
        except SamarError as problem:
            log.warning("unload: %s", problem)
        if not item.sleeping:
            self._tell_model(ModelUnloaded())

    def _change_model(self, item: _Load) -> None:
        before, self._wanted = self._wanted, None
        self.sleeping = None
        loaded, self._failure = self._load(item)
        if loaded:
            self._wanted = item
        elif before is not None and not item.restoring and not self._closed:
            self._wanted = before
            if self._provider.model is None:
                with self._changed:
                    self._items.insert(0, _Load(before.model, before.options, restoring=True))

    def _load(self, item: _Load) -> tuple[bool, SamarError | None]:
        """Whether it is loaded, and why not; (False, None): stopped."""
        self._tell_model(ModelLoading(0.0))
        try:
            info = self._provider.load(
                item.model, item.options, lambda fraction: self._tell_model(ModelLoading(fraction))
            )
        except SamarError as problem:
            if problem.code in DEATHS:
                self._deaths += 1
            self._tell_model(LoadFailed(problem))
            return False, problem
        except Exception as problem:  # a bug: the queue goes on, the log has the traceback
            log.exception("load")
            failure = SamarError("engine_failed", reason=problem)
            self._tell_model(LoadFailed(failure))
            return False, failure
        self._deaths = 0
        if info is None:
            self._tell_model(LoadStopped())
            return False, None
        self._tell_model(ModelLoaded(info))
        return True, None

    # jobs

    def _generate(self, job: Job) -> None:
        """Write a reply. An engine that died before the first event (idle, or after the last reply) is started once more."""
        for last in (False, True):
            if not self._is_ready(job) or self._reply(job, last=last):
                return

    def _is_ready(self, job: Job) -> bool:
        """Whether the model is loaded, again after a death or an idle time; else the job has ended."""
        with self._reload:
            if self._provider.model is None and not self._load_again(job):
                return False
        if job._stopped or self._closed:
            job._emit(Finished(_stopped()))
            return False
        return True

    def _load_again(self, job: Job) -> bool:
        if self._wanted is None:
            job._emit(Failed(self._failure or SamarError("no_model")))
            return False
        if job._stopped:
            job._emit(Finished(_stopped()))
            return False
        self.sleeping = None
        with self._noted_as_reloading(job):
            loaded, problem = self._load(self._wanted)
        if problem is not None:
            if problem.code in DEATHS and self._deaths >= MAX_DEATHS:  # the file itself may be the cause
                self._wanted = None
            job._emit(Failed(problem))
        elif not loaded:
            job._emit(Finished(_stopped()))
        return loaded

    @contextlib.contextmanager
    def _noted_as_reloading(self, job: Job) -> Iterator[None]:
        with self._changed:
            self._reloading = job
        try:
            yield
        finally:
            with self._changed:
                self._reloading = None

    def _reply(self, job: Job, *, last: bool) -> bool:
        """Whether the job has ended; False: the engine died before the first event, and this is not the last try."""
        assert job.request is not None
        begun = repeats = False
        guard = RepetitionGuard() if job.request.until_repetition else None
        with self._changed:
            job._generation = generation = self._provider.generate(job.request)
            if job._stopped:
                generation.stop()
        try:
            for event in generation.events():
                begun = True
                if guard is not None and isinstance(event, TextDelta) and not repeats and guard.feed(event.text):
                    repeats = True
                    generation.stop()
                if repeats and isinstance(event, Finished) and event.stats.stopped_by is StoppedBy.USER:
                    stats = msgspec.structs.replace(event.stats, stopped_by=StoppedBy.REPETITION)
                    event = Finished(stats)
                job._emit(event)
        except SamarError as problem:
            if problem.code == "engine_died" and not begun and not last:
                log.warning("%s %d: %s; once more", job.kind.value, job.id, problem)
                return False
            job._emit(Failed(problem))
        except Exception as problem:  # a bug: the queue goes on, the log has the traceback
            log.exception("%s %d", job.kind.value, job.id)
            job._emit(Failed(SamarError("engine_failed", reason=problem)))
        return True


def _stopped() -> GenerationStats:
    return GenerationStats(prompt_tokens=0, stopped_by=StoppedBy.USER)
