"""One engine process and its pipes: started, read, written, and its death explained."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.core.errors import SamarError
from desktop.core.program import child_environment
from desktop.engine.grants import Grants
from desktop.engine.protocol import (
    PROTOCOL,
    Frame,
    FromEngine,
    ProtocolError,
    Quit,
    Ready,
    encode,
    from_engine_decoder,
    read_frames,
)

_STDERR_LINES = 60
_STDERR_LINE = 400  # characters
_ABORT = re.compile(r"GGML_ASSERT|\.(c|cpp|h|cu|m):\d+: ")  # how ggml_abort says where and why
_ILLEGAL_INSTRUCTION = (-4, 0xC000001D)
"""Exit codes: SIGILL, and Windows' STATUS_ILLEGAL_INSTRUCTION."""


class ChildProcess:
    """One engine process and the threads that listen to it.

    The thread that starts the process is the one that waits for its end: Linux ties the parent-death signal to the
    thread that forked, so a short-lived thread must not do it.
    """

    def __init__(
        self, command: Sequence[str], on_log: Callable[[str], None], grants: Grants, *, early: bool = False
    ) -> None:
        """grants: what it may read; early: it is told that before it says its first word."""
        self._command = [*command, str(os.getpid())]
        self.grants, self.early = grants, early
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
        self.late = False
        self.gpu_free = 0
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
            self.grants.close()
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
        self.grants.close()
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
        """Wait for the engine's first frame. Raises SamarError engine_start_failed or engine_unfit."""
        if self._ready:
            return
        try:
            frame = self.receive(timeout=seconds)
        except SamarError as problem:
            if problem.code == "engine_unfit":
                raise
            raise SamarError("engine_start_failed", reason=problem.details.get("reason", "")) from problem
        if frame is None:
            self.kill()
            raise SamarError("engine_start_failed", reason=f"no answer in {seconds:g} seconds")
        if not isinstance(frame, Ready) or frame.protocol != PROTOCOL:
            self.kill()
            raise SamarError("engine_start_failed", reason="it belongs to another version")
        self._ready = True
        self.sandbox, self.late, self.gpu_free = frame.sandbox, frame.late, frame.gpu_free

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
        """The next frame, None after `timeout` seconds without one. Raises SamarError engine_died or engine_unfit."""
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
        code = self._process.returncode if self._process is not None else None
        if code in _ILLEGAL_INSTRUCTION and not self._crash:
            return SamarError("engine_unfit")
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
