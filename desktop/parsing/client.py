"""Parsers of what strangers wrote, in a process of their own: confined, bounded in time and memory, ended at any moment.

Formulas and code of a model, images and files of chats are read by libraries that may take for ever, or all memory, over
a text made for it; Python can't interrupt them, and a decoder in C may be made to run foreign code. Nothing of value
lives in these processes. One starts with its first request and ends by itself when it has nothing to do.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import msgspec

from desktop.core.errors import SENTENCES, SamarError
from desktop.core.program import Role, child_command, child_environment
from desktop.parsing.protocol import Answer, Kind, ProtocolError, Request, Start, frame, read_frame

log = logging.getLogger(__name__)

MEMORY = {Kind.FORMULAS: 1 << 30, Kind.CODE: 1 << 30, Kind.IMAGES: 2 << 30, Kind.CHATS: 3 << 30}
"""Bytes of address space of a process, interpreter and libraries included."""
_WALL_FACTOR = 10
"""A busy computer may stretch the seconds of processor time so far."""
_START_LIMIT_S = 60.0
_LOOK_EVERY_S = 0.04
_WAITING_FRAMES = 4
"""Answers that are read ahead of whoever asked."""

_T = TypeVar("_T")


class ParserError(Exception):
    """A request without an answer."""


class ParserLateError(ParserError):
    """It took too long; the process was ended."""


class ParserTooLargeError(ParserError):
    """It needed too much memory."""


class ParserEndedError(ParserError):
    """The process died, or did not start."""


class ParserStopped(ParserError):  # noqa: N818 - a state, not an error
    """Whoever asked does not want the answer any more."""


class ParserProcess:
    """One process of a kind. Requests of several threads follow each other; `close` ends the one at work."""

    def __init__(self, kind: Kind, *, readable: tuple[Path, ...] = (), memory: int = 0) -> None:
        """readable: what of the person's files it may read. memory: bytes, other than MEMORY says."""
        self._start = Start(kind, tuple(str(path) for path in readable), memory or MEMORY[kind])
        self._turn = threading.Lock()
        self._child: _Child | None = None
        self._closed = threading.Event()
        self.held: list[str] = []
        """What the process that started last gave up (`core/sandbox.py`)."""

    @property
    def pid(self) -> int | None:
        """None: no process runs."""
        child = self._child
        return child.process.pid if child is not None and child.process is not None else None

    def call(
        self,
        task: str,
        *arguments: Any,
        answer: type[_T] | Any = Any,
        limit_s: float,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> _T:
        """The answer of a task, decoded as `answer`. limit_s: seconds of processor time.

        Raises ParserError, and the SamarError that the task raised.
        """
        with self._turn:
            while True:
                child, fresh = self._ready(cancelled)
                try:
                    value = next(iter(self._answers(child, task, arguments, limit_s, cancelled)))
                    return msgspec.msgpack.decode(value, type=answer)
                except ParserEndedError:
                    self._end(child)
                    if fresh or self._closed.is_set():
                        raise  # an older one may have ended by itself just now
                except msgspec.DecodeError as problem:
                    self._end(child)
                    raise ParserEndedError("it answers nonsense") from problem

    def stream(
        self,
        task: str,
        *arguments: Any,
        item: type[_T] | Any = Any,
        limit_s: float,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[_T]:
        """What a task yields, one after another. Errors as of `call`. Leaving early ends the process."""
        with self._turn:
            child, _fresh = self._ready(cancelled)
            ended = False
            try:
                for value in self._answers(child, task, arguments, limit_s, cancelled, several=True):
                    yield msgspec.msgpack.decode(value, type=item)
                ended = True
            except msgspec.DecodeError as problem:
                raise ParserEndedError("it answers nonsense") from problem
            except SamarError:
                ended = True
                raise
            finally:
                if not ended:
                    self._end(child)

    def close(self) -> None:
        """End the process for good; a request at work raises ParserEndedError. From any thread."""
        self._closed.set()
        child = self._child
        if child is not None:
            self._end(child)

    # --- one request

    def _ready(self, cancelled: Callable[[], bool]) -> tuple[_Child, bool]:
        """A process that waits for requests, and whether it is new."""
        child = self._child
        if child is not None and child.is_alive():
            return child, False
        if child is not None:
            self._end(child)
        if self._closed.is_set():
            raise ParserEndedError("it was closed")
        self._child = child = _Child()
        if self._closed.is_set():  # by another thread, which saw no process yet
            self._end(child)
        child.send(frame(self._start))
        until = time.monotonic() + _START_LIMIT_S
        while (answer := child.next()) is _NOTHING_YET:
            if cancelled() or time.monotonic() > until:
                self._end(child)
                raise ParserStopped if cancelled() else ParserEndedError("it does not start")
        if not isinstance(answer, Answer) or answer.state != "ready":
            self._end(child)
            raise ParserEndedError("it does not start")
        self.held = msgspec.msgpack.decode(answer.value, type=list[str])
        return child, True

    def _answers(
        self,
        child: _Child,
        task: str,
        arguments: tuple[Any, ...],
        limit_s: float,
        cancelled: Callable[[], bool],
        *,
        several: bool = False,
    ) -> Iterator[msgspec.Raw]:
        child.send(frame(Request(task, limit_s, msgspec.Raw(msgspec.msgpack.encode(arguments)))))
        before: float | None = None
        until = time.monotonic() + limit_s * _WALL_FACTOR
        while True:
            answer = child.next()
            if isinstance(answer, Answer):
                until = time.monotonic() + limit_s * _WALL_FACTOR  # it may have waited for whoever asked
                if answer.state == "refused":
                    raise _refusal(answer)
                if answer.state == "failed":
                    what = msgspec.msgpack.decode(answer.value, type=str)
                    log.error("a parser failed at %s: %s", task, what)
                    raise ParserError(what)
                if answer.state == "item" or not several:
                    yield answer.value
                if answer.state == "done":
                    return
                continue
            if answer is None:
                self._end(child)
                raise ParserEndedError("it ended")
            if cancelled():
                self._end(child)
                raise ParserStopped
            spent, held = child.figures()
            before = spent if before is None else before
            if spent - before > limit_s or time.monotonic() > until:
                self._end(child)
                raise ParserLateError(f"it did not end within {limit_s:g} seconds")
            if held > self._start.memory:  # where the system has no bound of address space
                self._end(child)
                raise ParserTooLargeError("it needs too much memory")

    def _end(self, child: _Child) -> None:
        child.end()
        if self._child is child:
            self._child = None


def _refusal(answer: Answer) -> Exception:
    code, details = msgspec.msgpack.decode(answer.value, type=tuple[str, dict[str, str]])
    if code == "memory":
        return ParserTooLargeError("it needs too much memory")
    details.pop("code", None)
    return SamarError(code, **details) if code in SENTENCES else ParserError(code)


class _NothingYet:
    pass


_NOTHING_YET = _NothingYet()


class _Child:
    """A process and the thread that started it and reads what it says: Linux ends a child with the thread that made it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._started = threading.Event()
        self._over = threading.Event()
        self._answers: queue.Queue[Answer | None] = queue.Queue(_WAITING_FRAMES)
        self._thread = threading.Thread(target=self._read, name="parser", daemon=True)
        self._thread.start()
        self._started.wait()

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None and not self._over.is_set()

    def send(self, data: bytes) -> None:
        """Raises ParserEndedError."""
        if self.process is None:
            raise ParserEndedError("it can't be started")
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except (OSError, ValueError) as problem:
            raise ParserEndedError("it ended") from problem

    def next(self) -> Answer | _NothingYet | None:
        """The next answer; None: none will come."""
        try:
            return self._answers.get(timeout=_LOOK_EVERY_S)
        except queue.Empty:
            return None if self._over.is_set() and self._answers.empty() else _NOTHING_YET

    def figures(self) -> tuple[float, int]:
        """Seconds of processor time, bytes of memory in use."""
        import psutil  # not for answers that come at once

        assert self.process is not None
        try:
            seen = psutil.Process(self.process.pid)
            times = seen.cpu_times()
            return times.user + times.system, int(seen.memory_info().rss)
        except psutil.Error:
            return 0.0, 0

    def end(self) -> None:
        self._over.set()
        process = self.process
        if process is not None:
            process.kill()
        if self._thread is not threading.current_thread():
            self._thread.join(5)

    def _read(self) -> None:
        try:
            process = subprocess.Popen(
                child_command(Role.PARSER, str(os.getpid())),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
            )
        except OSError as problem:
            log.warning("a parser can't be started: %s", problem.strerror)
            self._over.set()
            self._started.set()
            return
        self.process = process
        self._started.set()
        if self._over.is_set():
            process.kill()
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(OSError, ValueError, ProtocolError):  # what is no answer ends it
            while (answer := read_frame(cast(BinaryIO, process.stdout), Answer)) is not None:
                while not self._over.is_set():
                    with contextlib.suppress(queue.Full):
                        self._answers.put(answer, timeout=_LOOK_EVERY_S)
                        break
        self._over.set()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close()
