"""A provider that follows a script: several replies at once, each written when the test says so, no engine."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection, Iterator

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, StoppedBy
from desktop.core.model import ModelInfo, ModelRef
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.providers.base import (
    Capabilities,
    Finished,
    Generation,
    PromptProgress,
    Provider,
    ReplyEvent,
    TextDelta,
)


class ScriptedGeneration(Generation):
    """A reply to which the test adds text (`write`) and an end (`finish`, `fail`)."""

    def __init__(self, request: ChatRequest) -> None:
        self.request = request
        self.begun = threading.Event()
        self._said: queue.SimpleQueue[str | SamarError | None] = queue.SimpleQueue()
        self._stopped = False

    def write(self, text: str) -> None:
        self._said.put(text)

    def finish(self) -> None:
        self._said.put(None)

    def fail(self, problem: SamarError) -> None:
        self._said.put(problem)

    def stop(self) -> None:
        self._stopped = True
        self._said.put(None)

    def events(self) -> Iterator[ReplyEvent]:
        self.begun.set()
        yield PromptProgress(1, 1)
        count = 0
        while not self._stopped and (said := self._said.get()) is not None:
            if isinstance(said, SamarError):
                raise said
            count += 1
            yield TextDelta(said)
        by = StoppedBy.USER if self._stopped else StoppedBy.END
        yield Finished(GenerationStats(prompt_tokens=1, reply_tokens=count, stopped_by=by))


class ScriptedProvider(Provider):
    """load_gate: a load waits for it, or for a stop. Any file name is a model."""

    name = "scripted"

    def __init__(self, parallel: int = 2, *, context: int = 2048, load_gate: threading.Event | None = None) -> None:
        self.parallel = parallel
        self.load_gate = load_gate
        self.generations: list[ScriptedGeneration] = []
        self.forgotten: list[str] = []
        self.loads: list[ModelRef] = []
        self.closed = False
        self._context = context
        self._model: ModelInfo | None = None
        self._stopped = threading.Event()
        self._closing = False

    def reply_to(self, text: str) -> ScriptedGeneration:
        """The reply to the request whose last message is `text`."""
        return next(made for made in self.generations if made.request.messages[-1][1] == text)

    def start(self) -> None: ...

    def load(
        self,
        model: ModelRef,
        options: LoadOptions | Callable[[], LoadOptions],
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> ModelInfo | None:
        self._stopped.clear()
        if callable(options):
            options()
        self.loads.append(model)
        on_progress(0.5)
        while self.load_gate is not None and not self.load_gate.wait(0.005):
            if self._stopped.is_set() or self._closing:
                return None
        self._model = ModelInfo(
            path=model.name,
            name=model.name,
            architecture="scripted",
            parameters=1,
            quantization="F16",
            file_bytes=1,
            context=self._context,
            context_wished=self._context,
            context_limit="",
            context_trained=self._context,
            threads=1,
            has_template=True,
        )
        return self._model

    def stop_load(self) -> None:
        self._stopped.set()

    def unload(self) -> None:
        self._model = None

    @property
    def model(self) -> ModelInfo | None:
        return self._model

    def capabilities(self) -> Capabilities:
        return Capabilities(context=self._context)

    def generate(self, request: ChatRequest) -> ScriptedGeneration:
        made = ScriptedGeneration(request)
        self.generations.append(made)
        return made

    def forget(self, chats: Collection[str]) -> None:
        self.forgotten.extend(chats)

    def forget_others(self, chats: Collection[str]) -> None: ...

    def limit_states(self, size: int) -> None: ...

    def interrupt(self) -> None:
        self._closing = True
        for made in self.generations:
            made.stop()

    def close(self) -> None:
        self.closed = True
        self._model = None
