"""What the terminal verbs share: where this run keeps its things, an engine with its model, a reply that is streamed. No Qt."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import msgspec

from desktop.core.errors import SamarError
from desktop.core.files import is_file
from desktop.core.generation import GenerationStats, TokenChoice
from desktop.core.model import Adapter, ModelInfo
from desktop.core.paths import Paths, starter_model
from desktop.core.reads import GivenUp, Reads
from desktop.core.settings import Settings
from desktop.core.tools import fenced
from desktop.engine.client import EngineClient
from desktop.engine.protocol import Finished, GenerateRequest, Piece, Tokens
from desktop.models.adapters import check_adapter
from desktop.models.gguf import inspect
from desktop.models.projectors import check_projector
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
def engine_with(
    model: str, settings: Settings, adapters: tuple[Adapter, ...] = (), draft: Path | None = None
) -> Iterator[tuple[EngineClient, ModelInfo]]:
    """An engine with the model loaded, closed at the end. Progress goes to standard error when that is a terminal."""
    reads = Reads()
    engine = EngineClient(
        reads.of(inspect), check_adapter=reads.of(check_adapter), check_projector=reads.of(check_projector)
    )

    def stop() -> None:
        reads.give_up()  # a file that is never delivered
        engine.stop()

    try:
        path = chosen_model(model, settings)
        progress = show_progress if sys.stderr.isatty() else lambda _: None
        with stopping_at_interrupt(stop):
            options = reads.run(options_of, place.paths, settings, path)
            options = msgspec.structs.replace(options, adapters=adapters) if adapters else options
            options = msgspec.structs.replace(options, draft=str(draft.expanduser())) if draft else options
            info = engine.load(path, options, progress)
        if info is None:
            raise KeyboardInterrupt
        if info.context_limit == "memory":
            print(f"samar: the context is {info.context} tokens, as much as the memory holds.", file=sys.stderr)
        if info.template_problem:
            reason = "".join(letter for letter in info.template_problem if letter.isprintable())
            text = f"the chat template of this model does not work ({reason}). ChatML is used, and answers may be odd."
            print(f"samar: {text}", file=sys.stderr)
        elif not info.has_template:
            print("samar: this model brings no chat template. ChatML is used, and answers may be odd.", file=sys.stderr)
        yield engine, info
    except GivenUp as stopped:
        raise KeyboardInterrupt from stopped
    finally:
        engine.close()


def show_progress(fraction: float) -> None:
    end = "\r\033[K" if fraction >= 1 else ""
    print(f"\rloading {fraction:4.0%}{end}", end="", file=sys.stderr, flush=True)


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def stream(
    engine: EngineClient,
    request: GenerateRequest,
    show: Callable[[str], None] | None,
    keep: Callable[[str], None] | None = None,
    tokens: list[TokenChoice] | None = None,
) -> tuple[str, GenerationStats]:
    """Generate one reply; Ctrl+C stops it and keeps what was written.

    show gets every piece, keep the whole text so far after every piece, tokens the probabilities that were asked for.
    Raises SamarError.
    """
    parts: list[str] = []
    with stopping_at_interrupt(engine.stop):
        for event in engine.generate(request):
            if isinstance(event, Piece) and event.kind != "thinking":
                text = fenced(event.text) if event.kind == "tool_call" else event.text
                parts.append(text)
                if show:
                    show(text)
                if keep:
                    keep("".join(parts))
            elif isinstance(event, Tokens) and tokens is not None:
                tokens.extend(event.tokens)
            elif isinstance(event, Finished):
                return "".join(parts), event.stats
    raise SamarError("engine_failed", reason="the reply had no end")


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
