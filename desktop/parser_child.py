"""The process that parses what strangers wrote (`parsing/client.py`): formulas, code, images, files of chats.

It imports what its kind needs, gives up its rights, and answers requests until its input closes. Each task is a function
of plain values; a generator's values are sent one by one.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from desktop.core.errors import SamarError, technical
from desktop.core.sandbox import confine
from desktop.engine.process import claim_standard_streams, die_with_parent
from desktop.parsing.protocol import Answer, Kind, Request, Start, frame, read_frame

IDLE_S = 60.0
"""A process without requests ends after this time; its memory is the person's."""
_GRACE_S = 2
"""Seconds of processor time beyond a request's limit, at which the system ends the process even if nobody waits."""

Task = Callable[..., Any]


def main(argv: Sequence[str]) -> int:
    """Run the process. argv: the parent's process id."""
    die_with_parent(int(argv[0]))
    frames_in, frames_out = claim_standard_streams()
    with os.fdopen(frames_in, "rb", buffering=0) as requests, os.fdopen(frames_out, "wb") as answers:
        start = read_frame(requests, Start)
        if start is None:
            return 0
        tasks = _TASKS[start.kind]()
        held = confine(read=[Path(path) for path in start.readable], memory=start.memory)
        _send(answers, "ready", held)
        while _comes(frames_in) and (request := read_frame(requests, Request)) is not None:
            _limit_time(request.limit_s)
            _answer(answers, tasks[request.task], request)
    return 0


def _answer(answers: BinaryIO, task: Task, request: Request) -> None:
    try:
        made = task(*msgspec.msgpack.decode(request.arguments))
        if hasattr(made, "__next__"):
            for item in made:
                _send(answers, "item", item)
            made = None
        _send(answers, "done", made)
    except MemoryError:
        _send(answers, "refused", ("memory", {}))
    except SamarError as problem:
        details = {name: str(value) for name, value in problem.details.items()}
        _send(answers, "refused", (problem.code, details))
    except Exception as problem:  # a bug: the one who waits must be told
        _send(answers, "failed", technical(problem))


def _send(answers: BinaryIO, state: Any, value: Any) -> None:
    answers.write(frame(Answer(state, msgspec.Raw(msgspec.msgpack.encode(value)))))
    answers.flush()


def _comes(descriptor: int) -> bool:
    """Wait for the next request. False: none came for a long time. Windows can't wait for a pipe with a limit."""
    if sys.platform == "win32":
        return True
    import select

    return bool(select.select([descriptor], [], [], IDLE_S)[0])


def _limit_time(limit_s: float) -> None:
    if sys.platform == "win32":
        return
    import resource

    used = math.ceil(time.process_time() + limit_s) + _GRACE_S
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (used, resource.RLIM_INFINITY))


def _formulas() -> dict[str, Task]:
    from desktop.core.formulas import typeset

    typeset("x", True)  # the font is read now
    return {"typeset": typeset}


def _code() -> dict[str, Task]:
    from desktop.parsing import code_tokens

    code_tokens.lexer_for("python")
    return {"lex_block": code_tokens.lex_block, "lex_lines": code_tokens.lex_lines}


def _images() -> dict[str, Task]:
    from desktop.workers import image_decoding

    image_decoding.load_decoders()
    return {"prepare": image_decoding.prepared, "pixels": image_decoding.pixels}


def _chats() -> dict[str, Task]:
    from desktop.storage.importers.reading import ChatReader
    from desktop.workers import image_decoding

    image_decoding.load_decoders()  # for the images in an export
    reader = ChatReader(image_decoding.prepare)
    return {"check": reader.check, "chats": reader.chats}


_TASKS: dict[Kind, Callable[[], dict[str, Task]]] = {
    Kind.FORMULAS: _formulas,
    Kind.CODE: _code,
    Kind.IMAGES: _images,
    Kind.CHATS: _chats,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
