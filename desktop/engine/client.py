"""The window's side of the engine process: starts it, watches it, stops it, and says why it died.

An EngineClient is used from one thread at a time for load, generate, unload and close; `stop`, `alive`, `model` and `start`
may be called from any thread.
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, StoppedBy
from desktop.core.model import FileFacts, ModelInfo
from desktop.engine.process import child_command, child_environment
from desktop.engine.protocol import (
    PROTOCOL,
    Crashed,
    Event,
    Failed,
    Finished,
    Frame,
    FromEngine,
    Generate,
    GenerateRequest,
    Load,
    Loaded,
    LoadOptions,
    LoadProgress,
    Piece,
    Ping,
    Pong,
    PromptProgress,
    PromptReady,
    PromptStarted,
    ProtocolError,
    Quit,
    Ready,
    Stop,
    Stopped,
    Unload,
    Unloaded,
    encode,
    from_engine_decoder,
    read_frames,
)

Inspector = Callable[[Path], FileFacts]
"""Reads a model file's header with every bound checked, before native code sees it. Raises SamarError."""

_PING_EVERY = 1.0  # seconds of silence before a sign of life is asked for
_STDERR_LINES = 60
_STDERR_LINE = 400  # characters
_ABORT = re.compile(r"GGML_ASSERT|\.(c|cpp|h|cu|m):\d+: ")  # how ggml_abort says where and why


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
    def generate(self, request: GenerateRequest) -> Iterator[Event]:
        """Answer a chat. Yields PromptStarted, PromptProgress …, PromptReady, Piece …, and always last Finished.

        Stopped by the person it ends with Finished as well, `stopped_by` USER. Raises SamarError. An iterator that is
        closed early stops the reply.
        """

    @abstractmethod
    def stop(self) -> None:
        """End the load or reply at work, at once and from any thread. Nothing at work: nothing happens."""

    @abstractmethod
    def unload(self) -> None:
        """Free the model. Does nothing when none is loaded."""

    @abstractmethod
    def close(self) -> None:
        """End the process. May be called twice; `start` or `load` begin anew."""

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Whether the process runs."""

    @property
    @abstractmethod
    def model(self) -> ModelInfo | None:
        """The loaded model; None after a death."""


class EngineClient(Engine):
    """The real engine, in a child process.

    inspect: header reader, `desktop.models.gguf.inspect`. silence_s: seconds without any sign of life until the
    process counts as frozen and is ended (engine_silent). stop_s: the same for a stop that is not obeyed. on_log: gets
    every line that the process writes to stderr, from a thread of its own. command: starts the process, to which this
    process's id is given as the last argument. states: folder for states of chats, the only place that the process writes
    to; None: nothing is kept. `desktop.engine.states.forget` empties it.
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
    ) -> None:
        self._command = list(command) if command is not None else child_command()
        if states is not None:
            self._command.append(str(states.absolute()))
        self._inspect = inspect
        self._silence_s, self._stop_s, self._start_s = silence_s, stop_s, start_s
        self._on_log = on_log
        self._lock = threading.RLock()
        self._child: _Child | None = None
        self._model: ModelInfo | None = None
        self._request = 0
        self._active = 0
        self._stop_wanted_at: float | None = None

    # ---- Engine

    def start(self) -> None:
        with self._lock:
            if self._child is None or not self._child.running:
                self._child = _Child(self._command, self._on_log)
                self._model = None

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
    def sandbox(self) -> list[str]:
        """What keeps the process from the rest of the computer; empty before its first answer."""
        child = self._child
        return child.sandbox if child is not None else []

    def load(
        self,
        path: Path,
        options: LoadOptions | None = None,
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> ModelInfo | None:
        facts = self._inspect(path)
        with self._work() as (child, request):
            self._model = None
            child.send(Load(request=request, options=options or LoadOptions(), facts=facts))
            for frame in self._frames(child, request):
                if isinstance(frame, LoadProgress):
                    on_progress(frame.fraction)
                elif isinstance(frame, Loaded):
                    self._model = frame.model
                    return frame.model
                elif isinstance(frame, Stopped):
                    return None
        raise AssertionError("unreachable")

    def generate(self, request: GenerateRequest) -> Iterator[Event]:
        messages = tuple((role, _clean(text)) for role, text in request.messages)
        body = GenerateRequest(
            messages=messages,
            params=request.params,
            continue_last=request.continue_last,
            overflow=request.overflow,
            thinking=request.thinking,
        )
        with self._work() as (child, number):
            child.send(Generate(request=number, body=body))
            ended = False
            try:
                for frame in self._frames(child, number):
                    if isinstance(frame, PromptStarted | PromptProgress | PromptReady | Piece | Finished):
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

    def unload(self) -> None:
        if self.model is None:
            return
        with self._work() as (child, request):
            child.send(Unload(request=request))
            self._model = None
            for frame in self._frames(child, request):
                if isinstance(frame, Unloaded):
                    return

    def close(self) -> None:
        with self._lock:
            child, self._child, self._model = self._child, None, None
        if child is not None:
            child.close()

    # ---- inside

    @contextlib.contextmanager
    def _work(self) -> Iterator[tuple[_Child, int]]:
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
            if problem.code in ("engine_start_failed", "engine_silent", "engine_died"):
                self._model = None
            raise
        finally:
            with self._lock:
                self._active = 0
                self._stop_wanted_at = None

    def _frames(self, child: _Child, request: int) -> Iterator[FromEngine]:
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

    def _abandon(self, child: _Child, request: int) -> None:
        """The caller lost interest: stop the reply and read it to its end."""
        self.stop()
        with contextlib.suppress(SamarError):
            for frame in self._frames(child, request):
                if isinstance(frame, Finished | Stopped):
                    return


class _Child:
    """One engine process and the threads that listen to it.

    The thread that starts the process is the one that waits for its end: Linux ties the parent-death signal to the
    thread that forked, so a short-lived thread must not do it.
    """

    def __init__(self, command: Sequence[str], on_log: Callable[[str], None]) -> None:
        self._command = [*command, str(os.getpid())]
        self._on_log = on_log
        self._frames: queue.SimpleQueue[FromEngine | None] = queue.SimpleQueue()
        self._stderr: deque[str] = deque(maxlen=_STDERR_LINES)
        self._process: subprocess.Popen[bytes] | None = None
        self._problem: Exception | None = None
        self._crash = ""
        self._closing = False
        self._killed = False
        self._ready = False
        self.sandbox: list[str] = []
        self._to_write: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._oom_kills = _oom_kills()
        self._started = threading.Event()
        self._ended = threading.Event()
        threading.Thread(target=self._run, name="engine", daemon=True).start()

    def _run(self) -> None:
        try:
            self._process = process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=child_environment(),
                bufsize=0,
            )
        except OSError as problem:
            self._problem = problem
            self._ended.set()
            self._started.set()
            self._frames.put(None)
            return
        self._started.set()
        log = threading.Thread(target=self._read_log, args=(process,), name="engine-log", daemon=True)
        log.start()
        writer = threading.Thread(target=self._write, args=(process,), name="engine-writer", daemon=True)
        writer.start()
        assert process.stdout is not None
        try:
            with open(process.stdout.fileno(), "rb", closefd=False) as stream:
                for frame in read_frames(stream, from_engine_decoder):
                    self._frames.put(frame)
        except (ProtocolError, OSError, ValueError) as problem:
            if not self._closing:
                self._problem = problem
            process.kill()
        process.wait()
        self._to_write.put(None)
        writer.join(timeout=5)
        log.join(timeout=5)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._ended.set()
        self._frames.put(None)

    def _read_log(self, process: subprocess.Popen[bytes]) -> None:
        """stderr, line by line, in bounded memory."""
        assert process.stderr is not None
        rest = b""
        with contextlib.suppress(OSError, ValueError):
            while data := process.stderr.read(4096):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self._note(line)
                if len(rest) > _STDERR_LINE:
                    self._note(rest)
                    rest = b""
        if rest:
            self._note(rest)

    def _note(self, line: bytes) -> None:
        text = line[:_STDERR_LINE].decode("utf-8", "replace").rstrip()
        if text:
            self._stderr.append(text)
            self._on_log(text)

    @property
    def running(self) -> bool:
        return not self._ended.is_set()

    @property
    def pid(self) -> int | None:
        self._started.wait()
        return self._process.pid if self._process is not None else None

    def note_crash(self, traceback: str) -> None:
        lines = traceback.strip().splitlines()
        self._crash = lines[-1] if lines else "unknown"
        for line in lines:
            self._on_log(line)

    def wait_ready(self, seconds: float) -> None:
        """Wait for the engine's first frame. Raises SamarError engine_start_failed."""
        if self._ready:
            return
        try:
            frame = self.receive(timeout=seconds)
        except SamarError as problem:
            raise SamarError("engine_start_failed", reason=problem.details.get("reason", "")) from problem
        if frame is None:
            self.kill()
            raise SamarError("engine_start_failed", reason=f"no answer in {seconds:g} seconds")
        if not isinstance(frame, Ready) or frame.protocol != PROTOCOL:
            self.kill()
            raise SamarError("engine_start_failed", reason="it belongs to another version")
        self._ready = True
        self.sandbox = frame.sandbox

    def send(self, frame: Frame) -> None:
        """Hand a frame to the writing thread; never blocks. A dead process shows in `receive`."""
        self._to_write.put(encode(frame))

    def _write(self, process: subprocess.Popen[bytes]) -> None:
        """Write frames: in a thread of its own, since a frozen process reads nothing and a full pipe blocks."""
        assert process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # the process is gone, its reader says so
            while (data := self._to_write.get()) is not None:
                rest = memoryview(data)
                while rest:
                    rest = rest[process.stdin.write(rest) or 0 :]

    def receive(self, timeout: float) -> FromEngine | None:
        """The next frame, None after `timeout` seconds without one. Raises SamarError engine_died."""
        try:
            frame = self._frames.get(timeout=timeout)
        except queue.Empty:
            return None
        if frame is None:
            self._frames.put(None)  # for whoever asks next
            raise self.death()
        return frame

    def death(self) -> SamarError:
        """Why the process is gone."""
        return SamarError("engine_died", reason=self._why())

    def _why(self) -> str:
        if self._crash:
            return self._crash
        if self._process is None:
            return str(self._problem)
        code = self._process.returncode
        words = list(self._stderr)
        aborted = next((line for line in reversed(words) if _ABORT.search(line)), "")
        if code is not None and code < 0:
            name = _signal_name(-code)
            if -code == signal.SIGABRT and words:
                return f"{name}: {aborted or words[-1]}"
            if name == "SIGKILL":
                return f"{name}: the system ran out of memory" if _oom_kills() > self._oom_kills else name
            return name
        if isinstance(self._problem, ProtocolError):
            return f"it sent what is no frame: {self._problem}"
        if code:
            return f"exit code {code}: {words[-1]}" if words else f"exit code {code}"
        return "it ended by itself"

    def kill(self) -> None:
        """End the process at once and wait for it. A stopped (SIGSTOP) one as well."""
        self._closing = True
        self._started.wait()
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()
        self._ended.wait(timeout=10)

    def close(self) -> None:
        """Let the process end by itself; kill it when it does not within two seconds."""
        self._closing = True
        self._started.wait()
        if self.running and self._process is not None and self._process.stdin is not None:
            self.send(Quit())
            self._ended.wait(timeout=2)
        if self.running:
            self.kill()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _oom_kills() -> int:
    """How many processes this system has ended for want of memory since it started; 0 where it does not tell."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


def _clean(text: str) -> str:
    """Text without lone surrogates, which no encoding can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


__all__ = [
    "Engine",
    "EngineClient",
    "Event",
    "GenerateRequest",
    "GenerationStats",
    "Inspector",
    "LoadOptions",
    "ModelInfo",
    "StoppedBy",
]
