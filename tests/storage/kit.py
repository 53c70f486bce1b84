"""What several tests of the storage room need."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.core.chat import Message, MessageStatus
from desktop.core.paths import Paths
from desktop.storage.chats import ChatStore
from desktop.storage.opening import open_history

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def opened(paths: Paths) -> Iterator[ChatStore]:
    """The history of `paths`, sound, closed in good order."""
    found = open_history(paths)
    assert found.problem is None, found.problem
    try:
        yield ChatStore(found.database)
    finally:
        found.database.close()


def exchange(store: ChatStore, chat_id: int, parent: int | None, question: str, answer: str) -> tuple[Message, Message]:
    """A whole turn: question and finished answer."""
    user, reply = store.begin_turn(chat_id, parent, question, "model")
    finished = store.finish(reply.id, answer, MessageStatus.FINISHED)
    assert finished is not None
    return user, finished


def python(script: str, *arguments: object, stdin: int | None = None) -> subprocess.Popen[str]:
    """A child that runs `script` with this checkout's modules."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        cwd=ROOT,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output_of(script: str, *arguments: object) -> str:
    """What `script` prints; it must end without an error."""
    child = python(script, *arguments)
    out, err = child.communicate(timeout=300)
    assert child.returncode == 0, err
    return out


def die_with_open_history(paths: Paths, script: str = "") -> str:
    """Let a child open the history, run `script` (which has `store`) and be killed without closing anything."""
    return output_of(
        """
        import os, sys, signal
        from pathlib import Path
        from desktop.core.chat import *
        from desktop.core.paths import Paths
        from desktop.storage.chats import ChatStore
        from desktop.storage.opening import open_history

        opened = open_history(Paths.under(Path(sys.argv[1])))
        store = ChatStore(opened.database)
        exec(sys.argv[2])
        sys.stdout.flush()
        os._exit(0)
        """,
        paths.data,
        textwrap.dedent(script),
    )
