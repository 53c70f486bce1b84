"""The process that renders chat templates: Jinja in its sandbox, with limits on memory and time that the system enforces.

It stays beside the engine as long as that one runs, so it imports nothing that it can do without, and speaks plain JSON: a
line for each request, its number and {"source", "messages", "variables"}, and a line for each answer, {"id"} with {"text"} or
{"refused": reason}, with {"endless": true} where it went over a bound. {"worker": process id} says that one is ready to render. Once it has imported what it needs it holds
nothing but its pipes (core/sandbox.py).
"""

from __future__ import annotations

import contextlib
import datetime
import gc
import json
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from desktop.core.sandbox import confine, restrict_files
from desktop.engine.process import claim_standard_streams, die_with_parent

if TYPE_CHECKING:
    from jinja2 import Environment, Template

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer."""
MEMORY_LIMIT = 384 * 1024 * 1024
"""Bytes of address space of the process, interpreter included."""
_CPU_LIMIT = 5  # seconds of processor time for one rendering, enforced by the system even if Samar hangs


def main(argv: Sequence[str]) -> int:
    """Run the process. argv: the parent's process id, and where workers are forked the descriptor of the control pipe."""
    parent, *control = argv
    serve(int(parent), int(control[0]) if control else None)
    return 0


def serve(parent: int, control: int | None = None) -> None:
    """Main loop of the template process: lines in, lines out, until the input closes.

    With `control`, a process that never sees a template watches over a fork of it that renders them, and forks another one
    when that ends: so the engine, which may neither start nor end programs, gets a new one all the same. The engine asks for
    the end of a worker by writing its id into the control pipe, and ends the whole by closing that.
    """
    die_with_parent(parent)
    frames_in, frames_out = claim_standard_streams()
    _limit_memory()
    # OpenSSL's library would come with Jinja for a cache that is not used; hashlib has functions of its own
    sys.modules["_hashlib"] = None  # type: ignore[assignment]
    environment = make_environment()
    _rehearse(environment)
    if control is None:
        confine(imports=False)
        _send(frames_out, worker=os.getpid())
        _answer_requests(frames_in, frames_out, environment)
        return
    restrict_files(imports=False)
    gc.freeze()  # else each collection would copy the pages that the worker shares with this process
    supervisor = os.getpid()
    while True:
        alive, held_by_worker = os.pipe()
        worker = os.fork()
        if worker == 0:
            os.close(control)
            os.close(alive)
            die_with_parent(supervisor)
            confine(imports=False)
            _answer_requests(frames_in, frames_out, environment)
            os._exit(0)
        os.close(held_by_worker)
        _send(frames_out, worker=worker)
        ended = _watch(control, alive, worker)
        os.close(alive)
        if not ended:
            os.kill(worker, signal.SIGKILL)
        _, status = os.waitpid(worker, 0)
        if not ended or status == 0:  # the engine is gone
            return
        os.write(frames_out, b"\n")  # ends a line that the worker may have begun


def _watch(control: int, alive: int, worker: int) -> bool:
    """Wait for the end of the worker, which is brought about when the engine asks for it; False: the engine is gone."""
    asked = b""
    while True:
        ready, _, _ = select.select([control, alive], [], [])
        if alive in ready:
            return True
        more = os.read(control, 256)
        if not more:
            return False
        *lines, asked = (asked + more).split(b"\n")
        if str(worker).encode() in lines:
            os.kill(worker, signal.SIGKILL)


def _rehearse(environment: Environment) -> None:
    """Have Jinja and the C library read what they read late: afterwards no file can be opened."""
    source = "{% for a in [1] %}{{ a | tojson }}{{ strftime_now('%c') }}{% endfor %}{{ raise_exception('x') }}"
    with contextlib.suppress(Exception):
        environment.from_string(source).render()
    with contextlib.suppress(Exception):
        environment.from_string("{% for %}")


def _answer_requests(frames_in: int, frames_out: int, environment: Environment) -> None:
    compiled: dict[str, Template] = {}
    with os.fdopen(frames_in, "rb", closefd=False) as requests:
        for line in requests:
            number, _, body = line.partition(b" ")
            if not number.isdigit():
                continue  # the rest of what another worker began to read
            id_ = int(number)
            _limit_time()
            try:
                request = json.loads(body)
                source = request["source"]
                if source not in compiled:
                    compiled.clear()
                    compiled[source] = environment.from_string(source)
                text = compiled[source].render(messages=request["messages"], **request["variables"])
                if not _send(frames_out, id=id_, text=text):
                    _send(frames_out, id=id_, refused="its text is too large", endless=True)
            except MemoryError:
                _send(frames_out, id=id_, refused="it needs too much memory", endless=True)
                os._exit(1)  # what is left is in pieces, and a long chat would find no room; another one is begun
            except Exception as problem:  # whatever a template makes of itself is its fault
                _send(frames_out, id=id_, refused=_one_line(problem))


def _send(descriptor: int, **answer: str | int) -> bool:
    """Whether it was not too large to be sent."""
    data = memoryview(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    if len(data) > MAX_ANSWER:
        return False
    while data:
        data = data[os.write(descriptor, data) :]
    return True


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
