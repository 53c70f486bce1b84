"""Chat templates: a GGUF's own Jinja text, which is untrusted code.

Jinja's sandbox bounds what a template may touch, neither how long it runs nor how much it allocates. So templates run in a
small process of their own, kept warm, with limits on memory and time that the system enforces; one that goes over them ends
that process and nothing else. The environment is that of transformers' `apply_chat_template`: trim_blocks,
lstrip_blocks, loop controls, the generation tag, tojson without ASCII escapes, strftime_now and raise_exception.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
import psutil

from desktop.core.program import Role, child_command, child_environment
from desktop.engine.process import claim_standard_streams, die_with_parent
from desktop.engine.protocol import Frame, ProtocolError, encode, read_frames
from desktop.engine.sandbox import confine

if TYPE_CHECKING:
    from jinja2 import Environment, Template

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""Used when a file brings no template."""

MAX_SOURCE = 1024 * 1024
"""Characters of a template. The largest in use have about 20,000."""
MEMORY_LIMIT = 384 * 1024 * 1024
"""Bytes of address space of the template process, interpreter included."""
TIME_LIMIT = 3.0
"""Seconds of processor time that one rendering may take."""
_WALL_FACTOR = 10
"""A busy computer may stretch them so far."""
_START_LIMIT = 60.0  # seconds until the process must have said its first word
_CPU_LIMIT = 5  # seconds of processor time for one rendering, enforced by the system even if Samar hangs
_LOOK_EVERY = 0.04  # seconds between looks at the stop flag and at the memory of the process


class TemplateError(Exception):
    """A template that does not parse, raises, loops or allocates without end. The text says which."""


class EndlessTemplateError(TemplateError):
    """One that loops or allocates without end: not worth another attempt."""


class TemplateStopped(Exception):  # noqa: N818 - a state, not an error
    """The person stopped while a template was rendered."""


class Render(Frame, frozen=True, kw_only=True):
    source: str
    messages: list[dict[str, Any]]
    variables: dict[str, Any]


class Rendered(Frame, frozen=True, kw_only=True):
    text: str


class Refused(Frame, frozen=True, kw_only=True):
    reason: str


_render_decoder = msgspec.msgpack.Decoder(Render)
_answer_decoder: msgspec.msgpack.Decoder[Rendered | Refused] = msgspec.msgpack.Decoder(Rendered | Refused)


class TemplateProcess:
    """Renders templates in a process that may be ended at any time. Used from one thread."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False, time_limit: float = TIME_LIMIT) -> None:
        self._stopping = stopping
        self._time_limit = time_limit
        self._process: subprocess.Popen[bytes] | None = None
        self._ready, self._started_at = False, 0.0
        self._answers: queue.SimpleQueue[Rendered | Refused | None] = queue.SimpleQueue()

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
            child_command(Role.ENGINE, "template", str(os.getpid())),
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
        request = encode(Render(source=source, messages=[dict(m) for m in messages], variables=dict(variables)))
        for attempt in (1, 2):  # the warm process may have been ended by another program
            self.start()
            assert self._process is not None
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(request)
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
        if isinstance(answer, Refused):
            raise TemplateError(answer.reason)
        return answer.text

    def _started(self) -> bool:
        return time.monotonic() - self._started_at <= _START_LIMIT

    def _wait(self, in_time: Callable[[], bool], late: str) -> Rendered | Refused:
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


def _collect(process: subprocess.Popen[bytes], answers: queue.SimpleQueue[Rendered | Refused | None]) -> None:
    assert process.stdout is not None
    with contextlib.suppress(ProtocolError, OSError, ValueError):  # the process was ended: None says so
        for answer in read_frames(process.stdout, _answer_decoder):  # type: ignore[arg-type]
            answers.put(answer)
    answers.put(None)


# ---- inside the template process


def serve(parent: int) -> None:
    """Main loop of the template process: frames in, frames out, until the input closes."""
    die_with_parent(parent)
    frames_in, frames_out = claim_standard_streams()
    _limit_memory()
    confine()
    environment = make_environment()
    compiled: dict[str, Template] = {}
    _send(frames_out, Rendered(text=""))  # it has started
    with os.fdopen(frames_in, "rb") as requests:
        for request in read_frames(requests, _render_decoder):
            _limit_time()
            try:
                if request.source not in compiled:
                    compiled.clear()
                    compiled[request.source] = environment.from_string(request.source)
                text = compiled[request.source].render(messages=request.messages, **request.variables)
                _send(frames_out, Rendered(text=text))
            except MemoryError:
                compiled.clear()
                _send(frames_out, Refused(reason="it needs too much memory"))
            except Exception as problem:  # whatever a template makes of itself is its fault
                _send(frames_out, Refused(reason=_one_line(problem)))


def _send(descriptor: int, frame: Frame) -> None:
    data = memoryview(encode(frame))
    while data:
        data = data[os.write(descriptor, data) :]


def _one_line(problem: Exception) -> str:
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text[:200]


def _limit_memory() -> None:
    if sys.platform == "win32":
        return  # the process that waits looks at the memory
    import resource

    with contextlib.suppress(ValueError, OSError):  # not every system knows every limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time() -> None:
    if sys.platform == "win32":
        return
    import resource

    used = time.process_time()
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + _CPU_LIMIT + 1, resource.RLIM_INFINITY))


def make_environment() -> Environment:
    """Jinja as transformers sets it up for chat templates."""
    from jinja2 import nodes
    from jinja2.exceptions import TemplateError as JinjaError
    from jinja2.ext import Extension, loopcontrols
    from jinja2.parser import Parser
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        """{% generation %} … {% endgeneration %}: marks a reply for training; here only its content counts."""

        tags = {"generation"}  # noqa: RUF012 - the interface of Extension

        def parse(self, parser: Parser) -> nodes.Node:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.Scope(body, lineno=line)

    def raise_exception(message: object) -> NoReturn:
        raise JinjaError(str(message))

    def tojson(
        value: object,
        ensure_ascii: bool = False,
        indent: int | None = None,
        separators: tuple[str, str] | None = None,
        sort_keys: bool = False,
    ) -> str:
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def strftime_now(form: str) -> str:
        return datetime.datetime.now().astimezone().strftime(form)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = strftime_now
    return environment
