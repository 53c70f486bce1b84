"""Chat templates: a GGUF's own Jinja text, which is untrusted code.

Jinja's sandbox bounds what a template may touch, neither how long it runs nor how much it allocates. So templates run in a
small process of their own, kept warm, with limits on memory and time that the system enforces; one that goes over them ends
that process and nothing else. The environment is that of transformers' `apply_chat_template`: trim_blocks,
lstrip_blocks, loop controls, the generation tag, tojson without ASCII escapes, strftime_now and raise_exception.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import psutil

from desktop.core.program import Role, child_command, child_environment
from desktop.engine.template_child import MAX_ANSWER, MEMORY_LIMIT

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""Used when a file brings no template, or one that does not work."""
CHATML_END = "<|im_end|>"

MAX_SOURCE = 1024 * 1024
"""Characters of a template. The largest in use have about 20,000."""
TIME_LIMIT = 3.0
"""Seconds of processor time that one rendering may take."""
_WALL_FACTOR = 10
"""A busy computer may stretch them so far."""
_START_LIMIT = 60.0  # seconds until the process must have said its first word
_LOOK_EVERY = 0.04  # seconds between looks at the stop flag and at the memory of the process


class TemplateError(Exception):
    """A template that does not parse, raises, loops or allocates without end. The text says which."""


class EndlessTemplateError(TemplateError):
    """One that loops or allocates without end: not worth another attempt."""


class TemplateStopped(Exception):  # noqa: N818 - a state, not an error
    """The person stopped while a template was rendered."""


class TemplateProcessLost(Exception):  # noqa: N818 - a state, not an error of a template
    """The process is gone, and this one may not start another: the engine has to end."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the process says: a text, or why there is none; or that a worker is ready."""

    id: int = 0
    """Of the request."""
    text: str = ""
    refused: str = ""
    endless: bool = False
    """Refused because it went over a bound of memory or size."""
    worker: int = 0
    """Process id of what renders from now on."""


_decoder = msgspec.json.Decoder(Answer)
_DIED = "it takes too long or needs too much memory"
_NO_START = "the process that renders it does not start"


class TemplateProcess:
    """Renders templates in a process that may be ended at any time. Used from one thread.

    forks: a worker that was ended is replaced by a fork and not by a new program, so that `start` is the only call that
    needs the right to start programs.
    """

    def __init__(
        self,
        stopping: Callable[[], bool] = lambda: False,
        time_limit: float = TIME_LIMIT,
        *,
        forks: bool = sys.platform.startswith("linux"),
    ) -> None:
        self._stopping = stopping
        self._time_limit = time_limit
        self._forks = forks
        self._process: subprocess.Popen[bytes] | None = None
        self._control = -1
        """Where the end of a worker is asked for."""
        self._worker = 0
        self._listens = False
        """A thread reads what the process says; not before it is asked, since the engine first has to be confined."""
        self._request = 0
        self._started_at = 0.0
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()

    @property
    def pid(self) -> int | None:
        """Process id of what renders; None before it is ready."""
        return self._worker or None

    def start(self) -> None:
        """Start the process ahead of its first use. Raises TemplateProcessLost."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        self._answers = queue.SimpleQueue()
        self._started_at = time.monotonic()
        reading, self._control = os.pipe() if self._forks else (-1, -1)
        arguments = [str(os.getpid()), *([str(reading)] if self._forks else [])]
        try:
            self._process = subprocess.Popen(
                child_command(Role.TEMPLATE, *arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
                pass_fds=[reading] if self._forks else [],
            )
        except OSError as problem:
            raise TemplateProcessLost(_NO_START) from problem
        finally:
            if self._forks:
                os.close(reading)
        self._listens = False

    def render(self, source: str, messages: Sequence[Mapping[str, Any]], variables: Mapping[str, Any]) -> str:
        """The text that `source` makes of `messages`.

        Raises TemplateError, TemplateProcessLost, or TemplateStopped when the stop flag rises meanwhile.
        """
        if len(source) > MAX_SOURCE:
            raise TemplateError(f"it has {len(source)} characters")
        self._request += 1
        request = {"source": source, "messages": [dict(m) for m in messages], "variables": dict(variables)}
        line = b"%d %b\n" % (self._request, msgspec.json.encode(request))
        answer: Answer | None = None
        for _ in (1, 2):  # the warm process may have been ended by another program
            try:
                self._be_ready()
                assert self._process is not None
                assert self._process.stdin is not None
                self._process.stdin.write(line)
                self._process.stdin.flush()
            except OSError:
                self.close()
                continue
            answer = self._answer()
            if answer is not None:
                break
        if answer is None:
            raise EndlessTemplateError(_DIED)
        if answer.refused:
            raise (EndlessTemplateError if answer.endless else TemplateError)(answer.refused)
        return answer.text

    def _be_ready(self) -> None:
        """Wait until there is somebody to render, and take note of who that is."""
        self.start()
        if not self._listens:
            assert self._process is not None
            self._listens = True
            listening = threading.Thread(target=_collect, args=(self._process, self._answers), name="template")
            listening.daemon = True
            listening.start()
        while not self._worker or not self._answers.empty():
            said = self._next(lambda: time.monotonic() - self._started_at <= _START_LIMIT, _NO_START)
            if said is None:
                raise OSError(_NO_START)
            self._worker = said.worker or self._worker

    def _answer(self) -> Answer | None:
        """The answer to the last request; None: who had it is gone."""
        before: float | None = None
        until = time.monotonic() + self._time_limit * _WALL_FACTOR

        def in_time() -> bool:
            nonlocal before
            spent = self._spent()
            before = spent if before is None else before  # looked up only where a rendering takes long
            return spent - before <= self._time_limit and time.monotonic() <= until

        while True:
            answer = self._next(in_time, f"it did not end within {self._time_limit:g} seconds")
            if answer is None:
                self.close()
                return None
            if answer.worker:
                self._worker = answer.worker
                return None
            if answer.id == self._request:  # else one that nobody waits for any more
                return answer

    def _next(self, in_time: Callable[[], bool], late: str) -> Answer | None:
        """What the process says next, None at its end; what renders is ended when it is late, grows too large, or the
        person stops."""
        while True:
            try:
                return self._answers.get(timeout=_LOOK_EVERY)
            except queue.Empty:
                pass
            if self._stopping():
                self._end_worker()
                raise TemplateStopped
            if not in_time():
                self._end_worker()
                raise EndlessTemplateError(late)
            if self._held() > MEMORY_LIMIT:
                self._end_worker()
                raise EndlessTemplateError("it needs too much memory")

    def _spent(self) -> float:
        """Seconds of processor time of what renders."""
        if self._forks:
            with contextlib.suppress(OSError):  # its clock, for which no file is read: man clock_getcpuclockid
                return time.clock_gettime((~self._worker << 3) | 2)
            return 0.0
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self._worker).cpu_times()
            return float(times.user + times.system)
        return 0.0

    def _held(self) -> int:
        """Bytes of what renders, where the system has no limit of address space."""
        if self._worker and not sys.platform.startswith("linux"):
            with contextlib.suppress(psutil.Error):
                return int(psutil.Process(self._worker).memory_info().rss)
        return 0

    def _end_worker(self) -> None:
        if not self._forks:
            self.close()
            return
        worker, self._worker, self._started_at = self._worker, 0, time.monotonic()
        if worker:
            with contextlib.suppress(OSError):  # the process is gone; the next start sees that
                os.write(self._control, b"%d\n" % worker)

    def close(self) -> None:
        """End the process."""
        process, self._process, self._worker = self._process, None, 0
        control, self._control = self._control, -1
        if control >= 0:
            os.close(control)  # which ends it; this process may have no right to
        if process is None:
            return
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _collect(process: subprocess.Popen[bytes], answers: queue.SimpleQueue[Answer | None]) -> None:
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError):  # the process was ended
        while line := process.stdout.readline(MAX_ANSWER + 1):
            with contextlib.suppress(msgspec.DecodeError):  # what a worker began to say before it was ended
                answers.put(_decoder.decode(line))
    answers.put(None)
