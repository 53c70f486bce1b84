"""The window's side of the engine process: starts it, watches it, stops it, and says why it died.

An EngineClient is used from one thread at a time for load, generate, unload and close; `stop`, `answer_now`, `alive`, `model` and
`start` may be called from any thread.
"""

from __future__ import annotations

import contextlib
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, StoppedBy
from desktop.core.images import MAX_IMAGES, check_image
from desktop.core.model import FileFacts, ModelInfo
from desktop.core.program import Role, child_command
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.core.sandbox import ALL, READING, WRITING
from desktop.engine.connection import ChildProcess
from desktop.engine.grants import Grants
from desktop.engine.kv_snapshots import bound, folder_of, forget, forget_others
from desktop.engine.protocol import (
    EARLY,
    AnswerNow,
    Crashed,
    Event,
    Failed,
    Finished,
    Forget,
    FromEngine,
    Generate,
    LimitStates,
    Load,
    Loaded,
    LoadProgress,
    Ping,
    Pong,
    PromptProgress,
    PromptReady,
    PromptStarted,
    Ready,
    Stop,
    Stopped,
    TextDelta,
    Tokens,
    Unload,
    Unloaded,
)

Inspector = Callable[[Path], FileFacts]
"""Reads a model file's header with every bound checked, before native code sees it. Raises SamarError."""

AdapterCheck = Callable[[Path, str, str], None]
"""Reads an adapter's header: path, architecture and name of the model. Raises SamarError where it does not fit."""

ProjectorCheck = Callable[[Path, str], None]
"""Reads a projector's header: path and name of the model. Raises SamarError where it is none."""
MAX_IMAGES_BYTES = 48 * 1024 * 1024
"""Of one request: all of it must fit into a frame."""

_PING_EVERY = 1.0  # seconds of silence before a sign of life is asked for


class Engine(ABC):
    """What Samar asks of an engine. The scripted engine of the tests is another one; one contract suite tests both."""

    @abstractmethod
    def start(self) -> None:
        """Begin starting the process, without waiting. From any thread."""

    @abstractmethod
    def load(
        self,
        path: Path,
        options: LoadOptions | None = None,
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> ModelInfo | None:
        """Load a model in the place of the loaded one; None when `stop` ended it. on_progress: 0 … 1, in this thread.

        Raises SamarError; no model is loaded then.
        """

    @abstractmethod
    def generate(self, request: ChatRequest) -> Iterator[Event]:
        """Answer a chat. Yields PromptStarted, PromptProgress …, PromptReady, TextDelta …, and always last Finished.

        Stopped by the person it ends with Finished as well, `stopped_by` USER. Raises SamarError. An iterator that is
        closed early stops the reply.
        """

    @abstractmethod
    def stop(self) -> None:
        """End the load or reply at work, at once and from any thread. Nothing at work: nothing happens."""

    @abstractmethod
    def answer_now(self) -> None:
        """Have the reply at work end its thinking and go on with its answer. From any thread. One that does not think,
        or nothing at work: nothing happens."""

    @abstractmethod
    def unload(self) -> None:
        """Free the model. Does nothing when none is loaded."""

    @abstractmethod
    def forget(self, chats: Collection[str]) -> None:
        """These chats are erased: nothing that was read of them stays in memory or on disk. From any thread."""

    @abstractmethod
    def forget_others(self, chats: Collection[str]) -> None:
        """Remove from disk what was read of any chat but these. From any thread."""

    @abstractmethod
    def limit_states(self, size: int) -> None:
        """Most bytes that states of chats may take on disk, from now on; 0: none, and what is there goes. From any thread."""

    @abstractmethod
    def close(self) -> None:
        """End the process. May be called twice; `start` or `load` begin anew."""

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Whether the process runs."""

    @property
    def gpu_free(self) -> int:
        """Bytes that were free on the GPUs before a model was loaded; 0 without one, or before the engine has answered."""
        return 0

    @property
    def sandbox(self) -> list[str]:
        """What the process has given up, in the words of core/sandbox.py; empty before its first answer."""
        return []

    @property
    @abstractmethod
    def model(self) -> ModelInfo | None:
        """The loaded model; None after a death."""


class EngineClient(Engine):
    """The real engine, in a child process.

    inspect, check_adapter: header readers, `desktop.models.gguf.inspect` and `desktop.models.adapters.check_adapter`. silence_s: seconds without any sign of life until the
    process counts as frozen and is ended (engine_silent). stop_s: the same for a stop that is not obeyed. on_log: gets
    every line that the process writes to stderr, from a thread of its own. command: starts the process, to which this
    process's id is given as the last argument. states: folder for states of chats; a process writes to the folder of its
    model in it, and to nothing else; None: nothing is kept.
    """

    def __init__(
        self,
        inspect: Inspector,
        *,
        silence_s: float = 20.0,
        stop_s: float = 5.0,
        start_s: float = 60.0,
        on_log: Callable[[str], None] = lambda _: None,
        command: Sequence[str] | None = None,
        states: Path | None = None,
        check_adapter: AdapterCheck | None = None,
        check_projector: ProjectorCheck | None = None,
    ) -> None:
        self._command = list(command) if command is not None else child_command(Role.ENGINE)
        self._states = states
        self._sandbox: list[str] = []
        self._blind = False
        """A confined process found no device where a free one does: its driver reads what it must not."""
        self._states_limit: int | None = None
        self._inspect, self._check_adapter, self._check_projector = inspect, check_adapter, check_projector
        self._silence_s, self._stop_s, self._start_s = silence_s, stop_s, start_s
        self._on_log = on_log
        self._lock = threading.RLock()
        self._child: ChildProcess | None = None
        self._model: ModelInfo | None = None
        self._request = 0
        self._active = 0
        self._stop_wanted_at: float | None = None

    # ---- Engine

    def start(self) -> None:
        with self._lock:
            if self._child is None or not self._child.running:
                self._child = self._make_child()
                self._model = None

    def _make_child(self, *, early: bool = False) -> ChildProcess:
        states = [str(self._states.absolute())] if self._states is not None else []
        base = self._states.absolute().parent if self._states is not None else None
        command = [*self._command, *([EARLY] if early else []), *states]
        return ChildProcess(command, self._on_log, Grants(base), early=early)

    @property
    def alive(self) -> bool:
        child = self._child
        return child is not None and child.running

    @property
    def pid(self) -> int | None:
        """Process id of the engine, None when it does not run."""
        child = self._child
        return child.pid if child is not None and child.running else None

    @property
    def model(self) -> ModelInfo | None:
        return self._model if self.alive else None

    @property
    def gpu_free(self) -> int:
        child = self._child
        return child.gpu_free if child is not None else 0

    @property
    def sandbox(self) -> list[str]:
        child = self._child
        if child is not None and child.sandbox:
            held = set(child.sandbox)
            if child.late and child.grants.fresh and WRITING in held and not self._blind:
                held.add(READING)  # it will, before it opens a file of a stranger
            self._sandbox = [name for name in ALL if name in held]
        return self._sandbox

    def load(
        self,
        path: Path,
        options: LoadOptions | None = None,
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> ModelInfo | None:
        facts = self._inspect(path)
        for adapter in options.adapters if options else ():
            if self._check_adapter is None:
                raise ValueError("adapters need check_adapter")
            self._check_adapter(Path(adapter.path), facts.architecture, facts.name)
        if options and options.projector:
            if self._check_projector is None:
                raise ValueError("a projector needs check_projector")
            self._check_projector(Path(options.projector), facts.name)
        draft = self._inspect(Path(options.draft)) if options and options.draft else None
        with self._work() as (child, request):
            self._model = None
            options = options or LoadOptions()
            if self._states_limit is not None:
                options = msgspec.structs.replace(options, states_bytes=self._states_limit)
            load = Load(request=request, draft=draft, options=options, facts=facts, states=self._states_of(path))
            ready = self._confined(child, load)
            if ready is None:
                return None
            for frame in self._frames(ready, request):
                if isinstance(frame, LoadProgress):
                    on_progress(frame.fraction)
                elif isinstance(frame, Loaded):
                    self._model = frame.model
                    ready.sandbox = frame.sandbox
                    return frame.model
                elif isinstance(frame, Stopped):
                    return None
        raise AssertionError("unreachable")

    def _states_of(self, model: Path) -> str:
        """The folder for states of `model`; "" where none are kept, or where it can't be made."""
        if self._states is None:
            return ""
        try:
            return str(folder_of(self._states.absolute(), model))
        except OSError:
            return ""

    def _confined(self, child: ChildProcess, load: Load) -> ChildProcess | None:
        """Send `load` to a process that may read what it needs and nothing else; None: stopped meanwhile."""
        if WRITING not in child.sandbox or self._blind:  # nothing is enforced on this system, or it must not be
            child.send(msgspec.structs.replace(load, readable=None))
            return child
        grants, early = child.grants, child.early
        if grants.fresh:
            if child.late:
                child.send(grants.first(load))
                return child
            early = True
        elif (granted := grants.later(load)) is not None:
            child.send(granted)
            return child
        made = self._make_child(early=early)  # it starts while the other one ends
        try:
            if not grants.fresh:
                self._let_go(child, load.request)
        finally:
            with self._lock:
                self._child = made
            child.close()
        if self._stop_wanted_at is not None:
            return None
        if early:
            made.send(made.grants.first(load))
        made.wait_ready(self._start_s)
        if early and made.gpu_free == 0 < child.gpu_free:
            self._blind = True
            made.close()
            with self._lock:
                self._child = made = self._make_child()
            made.wait_ready(self._start_s)
            made.send(msgspec.structs.replace(load, readable=None))
        elif not early:
            made.send(made.grants.first(load))
        return made

    def _let_go(self, child: ChildProcess, request: int) -> None:
        """Have a process that is to end write down what it has read."""
        child.send(Unload(request=request))
        with contextlib.suppress(SamarError):  # it is closed in any case
            for frame in self._frames(child, request):
                if isinstance(frame, Unloaded):
                    return

    def generate(self, request: ChatRequest) -> Iterator[Event]:
        messages = tuple((role, _clean(text)) for role, text in request.messages)
        for number, (_, data) in enumerate(request.images, 1):
            width, height = check_image(data, f"{number}")
            if number > MAX_IMAGES or sum(len(image) for _, image in request.images[:number]) > MAX_IMAGES_BYTES:
                raise SamarError("image_too_large", name=f"{number}", width=width, height=height)
        body = msgspec.structs.replace(request, messages=messages)
        with self._work() as (child, number):
            child.send(Generate(request=number, body=body))
            ended = False
            try:
                for frame in self._frames(child, number):
                    if isinstance(frame, PromptStarted | PromptProgress | PromptReady | TextDelta | Tokens | Finished):
                        ended = isinstance(frame, Finished)
                        yield frame
                        if ended:
                            return
            except GeneratorExit:
                if not ended:
                    self._abandon(child, number)
                raise

    def stop(self) -> None:
        with self._lock:
            child, request = self._child, self._active
            if child is None or not request or self._stop_wanted_at is not None:
                return
            self._stop_wanted_at = time.monotonic()
        child.send(Stop(request=request))

    def answer_now(self) -> None:
        with self._lock:
            child, request = self._child, self._active
        if child is not None and request:
            child.send(AnswerNow(request=request))

    def unload(self) -> None:
        if self.model is None:
            return
        with self._work() as (child, request):
            child.send(Unload(request=request))
            self._model = None
            for frame in self._frames(child, request):
                if isinstance(frame, Unloaded):
                    return

    def forget(self, chats: Collection[str]) -> None:
        self._tell(Forget(chats=tuple(chats)))
        if self._states is not None:
            forget(self._states, chats)

    def forget_others(self, chats: Collection[str]) -> None:
        if self._states is not None:
            forget_others(self._states, frozenset(chats))

    def limit_states(self, size: int) -> None:
        self._states_limit = size
        self._tell(LimitStates(bytes=size))
        if self._states is None:
            return
        if size > 0:
            bound(self._states, size)  # the process knows the folder of its own model only
        else:
            forget(self._states)

    def _tell(self, frame: Forget | LimitStates) -> None:
        with self._lock:
            child = self._child
        if child is not None and child.running:
            child.send(frame)

    def close(self) -> None:
        with self._lock:
            child, self._child, self._model = self._child, None, None
        if child is not None:
            child.close()

    # ---- inside

    @contextlib.contextmanager
    def _work(self) -> Iterator[tuple[ChildProcess, int]]:
        """A running child that has said its version, and the number of a new request."""
        with self._lock:
            if self._active:
                raise RuntimeError("the engine is at work for another caller")
            self._request += 1
            request = self._active = self._request
            self._stop_wanted_at = None
            self.start()
            child = self._child
        assert child is not None
        try:
            child.wait_ready(self._start_s)
            yield child, request
        except SamarError as problem:
            if problem.code in ("engine_start_failed", "engine_silent", "engine_died", "engine_unfit"):
                self._model = None
            raise
        finally:
            with self._lock:
                self._active = 0
                self._stop_wanted_at = None
            if self._states is not None:
                most = self._states_limit if self._states_limit is not None else LoadOptions().states_bytes
                bound(self._states, most)

    def _frames(self, child: ChildProcess, request: int) -> Iterator[FromEngine]:
        """Frames of one request. Raises SamarError for failures, deaths and silence."""
        heard = asked = time.monotonic()
        while True:
            frame = child.receive(timeout=0.25)
            now = time.monotonic()
            if frame is None:
                if now - asked >= _PING_EVERY:
                    asked = now
                    child.send(Ping(count=request))
                stop_at = self._stop_wanted_at
                if now - heard > self._silence_s or (stop_at is not None and now - stop_at > self._stop_s):
                    child.kill()
                    raise SamarError("engine_silent")
                continue
            heard = now
            if isinstance(frame, Crashed):
                child.note_crash(frame.traceback)
                continue
            if isinstance(frame, Pong | Ready) or frame.request != request:
                stop_at = self._stop_wanted_at
                if stop_at is not None and now - stop_at > self._stop_s:
                    child.kill()
                    raise SamarError("engine_silent")
                continue  # a sign of life, or the rest of an abandoned request
            if isinstance(frame, Failed):
                raise SamarError(frame.code, **frame.details)
            yield frame

    def _abandon(self, child: ChildProcess, request: int) -> None:
        """The caller lost interest: stop the reply and read it to its end."""
        self.stop()
        with contextlib.suppress(SamarError):
            for frame in self._frames(child, request):
                if isinstance(frame, Finished | Stopped):
                    return


def _clean(text: str) -> str:
    """Text without lone surrogates, which no encoding can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


__all__ = [
    "ChatRequest",
    "Engine",
    "EngineClient",
    "Event",
    "GenerationStats",
    "Inspector",
    "LoadOptions",
    "ModelInfo",
    "StoppedBy",
]
