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


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the process says: a text, or why there is none."""

    text: str = ""
    refused: str = ""


_decoder = msgspec.json.Decoder(Answer)


class TemplateProcess:
    """Renders templates in a process that may be ended at any time. Used from one thread."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False, time_limit: float = TIME_LIMIT) -> None:
        self._stopping = stopping
        self._time_limit = time_limit
        self._process: subprocess.Popen[bytes] | None = None
        self._ready, self._started_at = False, 0.0
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process ahead of its first use."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        self._answers = queue.SimpleQueue()
        self._ready, self._started_at = False, time.monotonic()
        self._process = subprocess.Popen(
            child_command(Role.TEMPLATE, str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
        )
        threading.Thread(target=_collect, args=(self._process, self._answers), name="template", daemon=True).start()

    def render(self, source: str, messages: Sequence[Mapping[str, Any]], variables: Mapping[str, Any]) -> str:
        """The text that `source` makes of `messages`.

        Raises TemplateError, or TemplateStopped when the stop flag rises meanwhile.
        """
        if len(source) > MAX_SOURCE:
            raise TemplateError(f"it has {len(source)} characters")
        request = {"source": source, "messages": [dict(m) for m in messages], "variables": dict(variables)}
        line = msgspec.json.encode(request) + b"\n"
        for attempt in (1, 2):  # the warm process may have been ended by another program
            self.start()
            assert self._process is not None
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(line)
                self._process.stdin.flush()
            except OSError:
                if attempt == 2:
                    raise TemplateError("the process that renders it does not start") from None
                self.close()
                continue
            break
        return self._answer()

    def _answer(self) -> str:
        if not self._ready:
            self._wait(self._started, "the process that renders it does not start")
            self._ready = True
        before: float | None = None
        until = time.monotonic() + self._time_limit * _WALL_FACTOR

        def in_time() -> bool:
            nonlocal before
            spent = self._spent()
            before = spent if before is None else before  # looked up only where a rendering takes long
            return spent - before <= self._time_limit and time.monotonic() <= until

        answer = self._wait(in_time, f"it did not end within {self._time_limit:g} seconds")
        if answer.refused:
            raise TemplateError(answer.refused)
        return answer.text

    def _started(self) -> bool:
        return time.monotonic() - self._started_at <= _START_LIMIT

    def _wait(self, in_time: Callable[[], bool], late: str) -> Answer:
        """The next answer; the process is ended when it is late, grows too large, or the person stops."""
        while True:
            try:
                answer = self._answers.get(timeout=_LOOK_EVERY)
            except queue.Empty:
                if self._stopping():
                    self.close()
                    raise TemplateStopped from None
                if not in_time():
                    self.close()
                    raise EndlessTemplateError(late) from None
                if self._seen("memory_info", "rss") > MEMORY_LIMIT:
                    self.close()
                    raise EndlessTemplateError("it needs too much memory") from None
                continue
            if answer is None:
                self.close()
                raise EndlessTemplateError("it takes too long or needs too much memory")
            return answer

    def _spent(self) -> float:
        """Seconds of processor time of the process."""
        return self._seen("cpu_times", "user") + self._seen("cpu_times", "system")

    def _seen(self, what: str, field: str) -> float:
        """A figure of the process; the bound of memory where the system has no limit of address space."""
        assert self._process is not None
        try:
            return float(getattr(getattr(psutil.Process(self._process.pid), what)(), field))
        except psutil.Error:
            return 0.0

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _collect(process: subprocess.Popen[bytes], answers: queue.SimpleQueue[Answer | None]) -> None:
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError):  # the process was ended, or spoke nonsense: None says so
        while line := process.stdout.readline(MAX_ANSWER + 1):
            answers.put(_decoder.decode(line))
    answers.put(None)
