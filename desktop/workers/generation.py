"""The bridge from the generation service to Qt: its events as signals on the GUI thread. No widgets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats
from desktop.core.model import ModelInfo, ModelRef
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.providers.base import Finished, PromptProgress, Provider, TextDelta, TokenChoices
from desktop.services.generation import (
    GenerationService,
    Job,
    JobEvent,
    JobKind,
    LoadFailed,
    LoadStopped,
    ModelEvent,
    ModelLoaded,
    ModelLoading,
    ModelUnloaded,
    Priority,
    shown_text,
)

__all__ = ["ChatRequest", "GenerationWorker", "Job", "JobKind", "LoadOptions", "Priority"]

GATHER_S = 0.03
"""Text of a reply is gathered for so long, so that the window lays out once a frame."""


class GenerationWorker(QObject):
    """A GenerationService whose events are signals. Every signal of a job begins with the id of the job; all of them,
    and those of models, are emitted on the GUI thread, in order."""

    model_loading = Signal(float)
    """0 … 1."""
    model_loaded = Signal(object)
    """ModelInfo."""
    model_unloaded = Signal()
    load_stopped = Signal()
    """The model before it is loaded again, if there was one."""
    load_failed = Signal(object)
    """SamarError. The model before it stays, or is loaded again, if there was one."""
    prompt_progress = Signal(int, int, int)
    """job, tokens read, tokens of the prompt."""
    chunk_received = Signal(int, str, str)
    """job, text of the answer, text of the thinking: what is new of each."""
    tokens_received = Signal(int, object)
    """job, tuple of TokenChoice: tokens with their probabilities, where the request asked for them."""
    finished = Signal(int, object)
    """job, GenerationStats; also of jobs that were cancelled."""
    failed = Signal(int, object)
    """job, SamarError; the text before it is kept."""

    _job_event = Signal(int, object)
    _model_event = Signal(object)

    def __init__(self, provider: Provider, parent: QObject | None = None) -> None:
        """provider: started here and closed by `shutdown`."""
        super().__init__(parent)
        self._job_event.connect(self._on_job_event, Qt.ConnectionType.QueuedConnection)
        self._model_event.connect(self._on_model_event, Qt.ConnectionType.QueuedConnection)
        self._states_limit: int | None = None
        self._closed = False
        self._texts: dict[int, _Text] = {}
        self._lock = threading.Lock()
        """Guards `_texts`."""
        self.service = GenerationService(provider, self._model_event.emit)

    # jobs

    def submit(
        self,
        request: ChatRequest | Callable[[], ChatRequest],
        kind: JobKind = JobKind.CHAT_REPLY,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Job:
        """Queue a request; every signal of the job comes after this returns. What a callable raises fails the job."""
        return self.service.submit(request, kind=kind, priority=priority, listener=self._hear)

    def stop(self) -> None:
        """End every job, running or waiting; with none, the load."""
        self.service.stop_all()

    # models

    def load(self, path: Path, options: LoadOptions | Callable[[], LoadOptions] | None = None) -> None:
        """Load a model file in the place of the loaded one. A load or reply at work is stopped first."""
        self.service.load(ModelRef.of_file(path), options)

    def stop_load(self) -> None:
        """End the load at work, also that of a reply that needed its model again; the replies that wait go on."""
        self.service.stop_load()

    def unload(self) -> None:
        """End every job and free the model."""
        self.service.unload()

    @property
    def model(self) -> ModelInfo | None:
        """The loaded model, or the one that is loaded again for the next reply. From any thread."""
        return self.service.model

    def set_idle_minutes(self, minutes: float) -> None:
        """Free the memory of a model that had no request for so long; 0: never."""
        self.service.set_idle(minutes * 60)

    # chats

    def forget(self, chats: Collection[str]) -> None:
        """These chats are erased: nothing that the engine read of them is kept."""
        self.service.forget(chats)

    def forget_others(self, chats: Collection[str]) -> None:
        """Only these chats exist; for the start, when nothing is in memory."""
        self.service.forget_others(chats)

    def limit_states(self, size: int) -> None:
        """Most bytes that the engine keeps of chats on disk; 0: nothing."""
        if size != self._states_limit:
            self._states_limit = size
            self.service.limit_states(size)

    def shutdown(self) -> None:
        """Stop, and wait for the service's threads and the engine. No signal comes afterwards."""
        self._closed = True
        self.service.close()

    # from the service's threads

    def _hear(self, job: Job, event: JobEvent) -> None:
        """Gather text; anything else goes on at once, behind the text before it."""
        with self._lock:
            text = self._texts.setdefault(job.id, _Text())
            if isinstance(event, TextDelta):
                gathered = text.add(event)
            else:
                gathered = text.take()
            if isinstance(event, Finished) or not isinstance(event, TextDelta | PromptProgress | TokenChoices):
                del self._texts[job.id]
        if gathered is not None:
            self._job_event.emit(job.id, gathered)
        if not isinstance(event, TextDelta):
            self._job_event.emit(job.id, event)

    # on the GUI thread

    def _on_job_event(self, job: int, event: JobEvent | tuple[str, str]) -> None:
        if self._closed:
            return
        if isinstance(event, tuple):
            self.chunk_received.emit(job, *event)
        elif isinstance(event, PromptProgress):
            self.prompt_progress.emit(job, event.done, event.total)
        elif isinstance(event, TokenChoices):
            self.tokens_received.emit(job, event.tokens)
        elif isinstance(event, Finished):
            stats: GenerationStats = event.stats
            self.finished.emit(job, stats)
        elif not isinstance(event, TextDelta):
            problem: SamarError = event.problem
            self.failed.emit(job, problem)

    def _on_model_event(self, event: ModelEvent) -> None:
        if self._closed:
            return
        if isinstance(event, ModelLoading):
            self.model_loading.emit(event.fraction)
        elif isinstance(event, ModelLoaded):
            self.model_loaded.emit(event.model)
        elif isinstance(event, ModelUnloaded):
            self.model_unloaded.emit()
        elif isinstance(event, LoadStopped):
            self.load_stopped.emit()
        elif isinstance(event, LoadFailed):
            self.load_failed.emit(event.problem)


class _Text:
    """Text of one reply that has not been told yet. The first delta is told at once."""

    def __init__(self) -> None:
        self._answer: list[str] = []
        self._thinking: list[str] = []
        self._told_at = 0.0

    def add(self, delta: TextDelta) -> tuple[str, str] | None:
        """What is to be told now: text of the answer, text of the thinking."""
        if not delta.text:  # a control token, or the first bytes of a character
            return None
        (self._thinking if delta.kind == "thinking" else self._answer).append(shown_text(delta))
        return self.take() if time.monotonic() - self._told_at >= GATHER_S else None

    def take(self) -> tuple[str, str] | None:
        if not (self._answer or self._thinking):
            return None
        told = "".join(self._answer), "".join(self._thinking)
        self._answer.clear()
        self._thinking.clear()
        self._told_at = time.monotonic()
        return told
