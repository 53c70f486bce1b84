"""An engine that follows a script: the same interface and the same rules as the real one, no process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from desktop.core.dimensions import ModelDimensions
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, StoppedBy, TokenChoice
from desktop.core.model import FileFacts, ModelInfo
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import Engine, Inspector
from desktop.engine.protocol import Event, Finished, PromptProgress, PromptReady, PromptStarted, TextDelta, Tokens
from desktop.engine.stream_parser import StreamParser


@dataclass
class Reply:
    """One scripted reply.

    pieces: of the answer. thinking: pieces before it. gate: the reply waits for it after `gate_after` pieces (or for a
    stop). error: raised after all pieces; with a code of a death the engine is dead afterwards. early: the error comes
    before the first event.
    """

    pieces: Sequence[str] = ("Hello", ", ", "world", ".")
    thinking: Sequence[str] = ()
    gate: threading.Event | None = None
    gate_after: int = 1
    error: SamarError | None = None
    early: bool = False


def facts_of(path: Path) -> FileFacts:
    """A header for files that need not exist."""
    return FileFacts(
        path=str(path),
        name=path.stem,
        architecture="llama",
        parameters=1_000_000,
        quantization="Q4_K_M",
        file_bytes=600_000,
        shape=ModelDimensions(
            weight_bytes=600_000, read_bytes=600_000, kv_elements=128, width=0, feed=0, context_trained=2048
        ),
    )


@dataclass
class ScriptedEngine(Engine):
    """Gives its replies one after another, the last one again and again.

    inspect: as the real engine's. load_gate: a load waits for it, or for a stop. load_error: raised by the next load.
    requests, loads, forgotten, known, states_limits: what was asked, for tests to look at.
    """

    replies: Sequence[Reply] = (Reply(),)
    inspect: Inspector = facts_of
    load_gate: threading.Event | None = None
    load_error: SamarError | None = None
    requests: list[ChatRequest] = field(default_factory=list)
    loads: list[Path] = field(default_factory=list)
    options: LoadOptions | None = None
    """Of the last load."""
    forgotten: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    states_limits: list[int] = field(default_factory=list)
    vision: bool = False
    """Its models see images."""
    thinking_switch: bool = False
    """One may choose whether its models think."""
    base: bool = False
    """Its models continue text."""

    def forget(self, chats: Collection[str]) -> None:
        self.forgotten.extend(chats)

    def forget_others(self, chats: Collection[str]) -> None:
        self.known = list(chats)

    def limit_states(self, size: int) -> None:
        self.states_limits.append(size)

    def __post_init__(self) -> None:
        self._model: ModelInfo | None = None
        self._alive = False
        self._at_work = False
        self._stopped = threading.Event()
        self._hurried = threading.Event()
        self._thinks = False
        self._given = 0

    def start(self) -> None:
        self._alive = True

    @property
    def alive(self) -> bool:
        return self._alive

    @property
    def model(self) -> ModelInfo | None:
        return self._model if self._alive else None

    def load(
        self,
        path: Path,
        options: LoadOptions | None = None,
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> ModelInfo | None:
        facts = self.inspect(path)
        self.options = options = options or LoadOptions()
        self.loads.append(path)
        self.start()
        self._begin()
        try:
            self._model = None
            on_progress(0.5)
            if not self._wait(self.load_gate):
                return None
            if self.load_error is not None:
                problem, self.load_error = self.load_error, None
                self._alive = problem.code not in ("engine_died", "engine_silent")
                raise problem
            on_progress(1.0)
            self._model = ModelInfo(
                path=str(path),
                name=facts.name,
                architecture=facts.architecture,
                parameters=facts.parameters,
                quantization=facts.quantization,
                file_bytes=facts.file_bytes,
                context=min(options.context, facts.context_trained),
                context_wished=options.context,
                context_limit="model" if options.context > facts.context_trained else "",
                context_trained=facts.context_trained,
                threads=options.threads or 1,
                has_template=True,
                vision=self.vision,
                thinking=self.thinking_switch,
                thinking_switch=self.thinking_switch,
                thinks=options.thinking,
                is_base=self.base,
                completes=self.base if options.completion is None else options.completion,
            )
            return self._model
        finally:
            self._at_work = False

    def generate(self, request: ChatRequest) -> Iterator[Event]:
        self.start()
        self._begin()
        try:
            yield from self._reply(request)
        finally:
            self._at_work = False

    def _reply(self, request: ChatRequest) -> Iterator[Event]:
        if self._model is None:
            raise SamarError("no_model")
        self.requests.append(request)
        script = self.replies[min(self._given, len(self.replies) - 1)]
        self._given += 1
        self._thinks = bool(script.thinking)
        if script.error is not None and script.early:
            self._fail(script.error)
        prompt = sum(len(text.split()) + 1 for _, text in request.messages)
        yield PromptStarted(request=self._given, prompt_tokens=prompt, cached_tokens=0, dropped_messages=0)
        yield PromptProgress(request=self._given, done=prompt, total=prompt)
        yield PromptReady(request=self._given, prompt_tokens=prompt, cached_tokens=0, dropped_messages=0)
        count, stopped_by = 0, StoppedBy.END
        until = StreamParser(request.params.stop, fresh=False)
        pieces = [("thinking", text) for text in script.thinking] + [("answer", text) for text in script.pieces]
        for kind, text in pieces:
            self._thinks = kind == "thinking"
            if (count == script.gate_after and not self._wait(script.gate)) or self._stopped.is_set():
                stopped_by = StoppedBy.USER
                break
            if self._thinks and self._hurried.is_set():
                continue
            count += 1
            shown = "".join(part for _, part in until.feed(text.encode())) if kind == "answer" else text
            if request.probabilities:
                other = TokenChoice(text=text, probability=0.75, others=((text, 0.75), ("?", 0.25)))
                yield Tokens(request=self._given, tokens=(other,))
            if shown:
                yield TextDelta(request=self._given, text=shown, kind=kind)
            if until.stopped:
                stopped_by = StoppedBy.STOP_STRING
                break
            if count == request.params.max_tokens:
                stopped_by = StoppedBy.LENGTH
                break
        else:
            if script.error is not None:
                self._fail(script.error)
            if self._stopped.is_set():
                stopped_by = StoppedBy.USER
        for _, rest in until.end():
            yield TextDelta(request=self._given, text=rest)
        stats = GenerationStats(
            prompt_tokens=prompt,
            reply_tokens=count,
            first_token_s=0.01,
            tokens_per_s=100.0,
            stopped_by=stopped_by,
            seed=request.params.seed or 0,
        )
        yield Finished(request=self._given, stats=stats)

    def _fail(self, problem: SamarError) -> NoReturn:
        if problem.code in ("engine_died", "engine_silent"):
            self._alive, self._model = False, None
        raise problem

    def stop(self) -> None:
        if self._at_work:
            self._stopped.set()

    def answer_now(self) -> None:
        if self._at_work and self._thinks:
            self._hurried.set()

    def unload(self) -> None:
        self._model = None

    def close(self) -> None:
        self._stopped.set()
        self._alive, self._model = False, None

    def _begin(self) -> None:
        if self._at_work:
            raise RuntimeError("the engine is at work for another caller")
        self._at_work = True
        self._stopped.clear()
        self._hurried.clear()

    def _wait(self, gate: threading.Event | None) -> bool:
        """Wait for a gate, or for the wish to have the answer; false when a stop came first."""
        while gate is not None and not gate.wait(0.005):
            if self._stopped.is_set():
                return False
            if self._hurried.is_set():
                break
        return not self._stopped.is_set()
