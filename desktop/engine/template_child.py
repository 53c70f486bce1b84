"""The process that renders chat templates: Jinja in its sandbox, with limits on memory and time that the system enforces.

It stays beside the engine as long as that one runs, so it imports nothing that it can do without, and speaks plain JSON: a
line for each request, {"source", "messages", "variables"}, and a line for each answer, {"text"} or {"refused": reason}.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from desktop.core.sandbox import confine
from desktop.engine.process import claim_standard_streams, die_with_parent

if TYPE_CHECKING:
    from jinja2 import Environment, Template

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer."""
MEMORY_LIMIT = 384 * 1024 * 1024
"""Bytes of address space of the process, interpreter included."""
_CPU_LIMIT = 5  # seconds of processor time for one rendering, enforced by the system even if Samar hangs


def main(argv: Sequence[str]) -> int:
    """Run the process. argv: the parent's process id."""
    serve(int(argv[0]))
    return 0


def serve(parent: int) -> None:
    """Main loop of the template process: frames in, frames out, until the input closes."""
    die_with_parent(parent)
    frames_in, frames_out = claim_standard_streams()
    _limit_memory()
    confine()
    # OpenSSL's library would come with Jinja for a cache that is not used; hashlib has functions of its own
    sys.modules["_hashlib"] = None  # type: ignore[assignment]
    environment = make_environment()
    compiled: dict[str, Template] = {}
    _send(frames_out, text="")  # it has started
    with os.fdopen(frames_in, "rb") as requests:
        for line in requests:
            request = json.loads(line)
            source = request["source"]
            _limit_time()
            try:
                if source not in compiled:
                    compiled.clear()
                    compiled[source] = environment.from_string(source)
                _send(frames_out, text=compiled[source].render(messages=request["messages"], **request["variables"]))
            except MemoryError:
                compiled.clear()
                _send(frames_out, refused="it needs too much memory")
            except Exception as problem:  # whatever a template makes of itself is its fault
                _send(frames_out, refused=_one_line(problem))


def _send(descriptor: int, **answer: str) -> None:
    data = memoryview(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    if len(data) > MAX_ANSWER:
        raise ValueError(f"a text of {len(data)} bytes is too large")
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
