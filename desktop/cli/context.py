"""What the terminal verbs share: where this run keeps its things, a generation service with its model, a reply that is streamed. No Qt."""

from __future__ import annotations

import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import msgspec

from desktop.core.files import is_file
from desktop.core.generation import GenerationStats, StoppedBy, TokenChoice
from desktop.core.model import Adapter, ModelInfo, ModelRef
from desktop.core.paths import Paths, starter_model
from desktop.core.reads import Reads
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.core.settings import Settings
from desktop.engine.client import EngineClient
from desktop.models.adapters import check_adapter
from desktop.models.gguf import inspect
from desktop.models.projectors import check_projector
from desktop.providers.base import Failed, Finished, TextDelta, TokenChoices
from desktop.providers.local import LocalProvider
from desktop.services.generation import (
    SIGNALS_S,
    GenerationService,
    LoadFailed,
    LoadStopped,
    ModelEvent,
    ModelLoaded,
    ModelLoading,
    shown_text,
)
from desktop.workers.loading import options_of


class Place(msgspec.Struct):
    """Where this run keeps its things; set by main before a verb runs."""

    paths: Paths = msgspec.field(default_factory=Paths.default)


place = Place()


def chosen_model(given: str, settings: Settings) -> Path:
    """The model that was named, else the one used last if it is still there, else the bundled one."""
    if given:
        return Path(given).expanduser()
    last = Path(settings.last_model) if settings.last_model else None
    return last if last and is_file(last) else starter_model()


@contextmanager
def service_with(
    model: str, settings: Settings, adapters: tuple[Adapter, ...] = (), draft: Path | None = None
) -> Iterator[tuple[GenerationService, ModelInfo]]:
    """A generation service with the model loaded, closed at the end. Progress goes to standard error when that is a terminal.

    Raises SamarError, and KeyboardInterrupt when Ctrl+C ended the load."""
    reads = Reads()
    engine = EngineClient(
        reads.of(inspect), check_adapter=reads.of(check_adapter), check_projector=reads.of(check_projector)
    )
    path = chosen_model(model, settings)

    def options() -> LoadOptions:
        options = options_of(place.paths, settings, path)
        options = msgspec.structs.replace(options, adapters=adapters) if adapters else options
        return msgspec.structs.replace(options, draft=str(draft.expanduser())) if draft else options

    events: queue.SimpleQueue[ModelEvent] = queue.SimpleQueue()

    def hear(event: ModelEvent) -> None:
        if isinstance(event, ModelLoading):
            if sys.stderr.isatty():
                show_progress(event.fraction)
        else:
            events.put(event)

    service = GenerationService(LocalProvider(engine, reads=reads), hear)
    try:
        with stopping_at_interrupt(service.stop_load):
            service.load(ModelRef.of_file(path), options)
            info = _loaded(events)
        if info.context_limit == "memory":
            print(f"samar: the context is {info.context} tokens, as much as the memory holds.", file=sys.stderr)
        if info.is_base:
            print(
                "samar: this is a base model: it continues text. --chat asks it in the form of a chat.", file=sys.stderr
            )
        elif info.template_problem:
            reason = "".join(letter for letter in info.template_problem if letter.isprintable())
            text = f"the chat template of this model does not work ({reason}). A common one is used, and answers may be odd."
            print(f"samar: {text}", file=sys.stderr)
        elif not info.has_template:
            print(
                "samar: this model brings no chat template. A common one is used, and answers may be odd.",
                file=sys.stderr,
            )
        yield service, info
    finally:
        service.close()


def _loaded(events: queue.SimpleQueue[ModelEvent]) -> ModelInfo:
    """The model, once it is loaded. Raises SamarError, and KeyboardInterrupt when the load was stopped."""
    while True:
        try:
            event = events.get(timeout=SIGNALS_S)
        except queue.Empty:
            continue
        if isinstance(event, ModelLoaded):
            return event.model
        if isinstance(event, LoadFailed):
            raise event.problem
        if isinstance(event, LoadStopped):
            raise KeyboardInterrupt


def show_progress(fraction: float) -> None:
    end = "\r\033[K" if fraction >= 1 else ""
    print(f"\rloading {fraction:4.0%}{end}", end="", file=sys.stderr, flush=True)


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def stream(
    service: GenerationService,
    request: ChatRequest,
    show: Callable[[str], None] | None,
    keep: Callable[[str], None] | None = None,
    tokens: list[TokenChoice] | None = None,
) -> tuple[str, GenerationStats]:
    """Generate one reply; Ctrl+C stops it and keeps what was written.

    show gets every piece, keep the whole text so far after every piece, tokens the probabilities that were asked for.
    Raises SamarError.
    """
    parts: list[str] = []
    job = service.submit(request)
    with stopping_at_interrupt(job.cancel):
        for event in job.events():
            if isinstance(event, TextDelta) and event.kind != "thinking":
                text = shown_text(event)
                parts.append(text)
                if show:
                    show(text)
                if keep:
                    keep("".join(parts))
            elif isinstance(event, TokenChoices) and tokens is not None:
                tokens.extend(event.tokens)
            elif isinstance(event, Failed):
                raise event.problem
            elif isinstance(event, Finished):
                return "".join(parts), event.stats
    raise AssertionError("unreachable")


def tell_repetition(stats: GenerationStats) -> None:
    """Say on standard error that a reply was ended since it only repeated itself."""
    if stats.stopped_by is StoppedBy.REPETITION:
        print("samar: stopped, since the model only repeated itself.", file=sys.stderr)


@contextmanager
def stopping_at_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """Turn Ctrl+C into a stop of the reply; elsewhere than in the main thread signals are left alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        stop()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
