"""Models on this computer: a provider over the engine's child process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, StoppedBy
from desktop.core.model import LOCAL, ModelInfo, ModelRef
from desktop.core.reads import GivenUp, Reads
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine import protocol
from desktop.engine.client import Engine
from desktop.providers.base import (
    DEATHS,
    Capabilities,
    Finished,
    Generation,
    PromptProgress,
    Provider,
    ReplyEvent,
    TextDelta,
    TokenChoices,
    capabilities_of,
)


class LocalProvider(Provider):
    """engine: closed by `close`. mark: called with the path before native code opens a file and with None when that went
    well or failed in an orderly way; what stays noted ended the engine or Samar itself. reads: through which the engine's
    readers of files go, so that a file that is never delivered can be given up."""

    name = LOCAL
    parallel = 1

    def __init__(
        self, engine: Engine, mark: Callable[[Path | None], None] = lambda _: None, reads: Reads | None = None
    ) -> None:
        self._engine, self._mark, self._reads = engine, mark, reads or Reads()
        self._lock = threading.Lock()
        self._loading = False
        self._stopped = False
        """The load at work is to end. It is noted, in case the engine does not know of the load yet."""
        self._active: _LocalGeneration | None = None

    def start(self) -> None:
        self._engine.start()

    def load(
        self,
        model: ModelRef,
        options: LoadOptions | Callable[[], LoadOptions],
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> ModelInfo | None:
        def progress(fraction: float) -> None:
            on_progress(fraction)
            if self._stopped:
                self._engine.stop()

        with self._lock:
            self._loading, self._stopped = True, False
            self._reads.begin()
        path = model.path
        self._mark(path)
        try:
            chosen = self._reads.run(options) if callable(options) else options
            info = self._engine.load(path, chosen, progress)
        except SamarError as problem:
            if problem.code not in DEATHS:
                self._mark(None)
            raise
        except GivenUp:
            info = None
        finally:
            with self._lock:
                self._loading = False
        self._mark(None)
        return info

    def stop_load(self) -> None:
        with self._lock:
            if self._loading:
                self._stopped = True
                self._reads.give_up()
                self._engine.stop()

    def unload(self) -> None:
        self._engine.unload()

    @property
    def model(self) -> ModelInfo | None:
        return self._engine.model

    def capabilities(self) -> Capabilities:
        return capabilities_of(self.model)

    @property
    def sandbox(self) -> list[str]:
        return self._engine.sandbox

    @property
    def gpu_free(self) -> int:
        return self._engine.gpu_free

    def generate(self, request: ChatRequest) -> Generation:
        return _LocalGeneration(self, request)

    def forget(self, chats: Collection[str]) -> None:
        self._engine.forget(chats)

    def forget_others(self, chats: Collection[str]) -> None:
        self._engine.forget_others(chats)

    def limit_states(self, size: int) -> None:
        self._engine.limit_states(size)

    def interrupt(self) -> None:
        self._reads.close()
        self._engine.stop()

    def close(self) -> None:
        self._engine.close()


class _LocalGeneration(Generation):
    def __init__(self, provider: LocalProvider, request: ChatRequest) -> None:
        self._provider, self._request = provider, request
        self._stopped = False
        """Noted, in case the engine does not know of the request yet."""

    def events(self) -> Iterator[ReplyEvent]:
        engine = self._provider._engine
        with self._provider._lock:
            stopped = self._stopped
            self._provider._active = self
        if stopped:
            self._leave()
            yield Finished(GenerationStats(prompt_tokens=0, stopped_by=StoppedBy.USER))
            return
        try:
            for event in engine.generate(self._request):
                if isinstance(event, protocol.TextDelta):
                    yield TextDelta(event.text, event.kind)
                elif isinstance(event, protocol.Tokens):
                    yield TokenChoices(event.tokens)
                elif isinstance(event, protocol.PromptStarted):
                    if self._stopped:
                        engine.stop()
                    yield PromptProgress(event.cached_tokens, event.prompt_tokens)
                elif isinstance(event, protocol.PromptProgress):
                    yield PromptProgress(event.done, event.total)
                elif isinstance(event, protocol.Finished):
                    self._leave()
                    yield Finished(event.stats)
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._provider._lock:
            if self._provider._active is self:
                self._provider._active = None

    def stop(self) -> None:
        with self._provider._lock:  # so that the engine's stop meets this reply and no other
            self._stopped = True
            if self._provider._active is self:
                self._provider._engine.stop()

    def answer_now(self) -> None:
        with self._provider._lock:
            if self._provider._active is self:
                self._provider._engine.answer_now()
