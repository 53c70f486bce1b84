"""SIGKILL at random moments of a reply: nothing that was sent is lost."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess

from desktop.core.chat import MessageStatus
from desktop.core.paths import Paths
from desktop.storage.chats import ChatStore
from desktop.storage.opening import open_history
from tests.storage.kit import opened, python

WRITER = """
    import sys
    from pathlib import Path
    from desktop.core.chat import MessageStatus
    from desktop.core.paths import Paths
    from desktop.storage.chats import ChatStore
    from desktop.storage.opening import open_history

    opened = open_history(Paths.under(Path(sys.argv[1])))
    assert opened.problem is None, opened.problem
    store = ChatStore(opened.database)
    store.recover_interrupted()
    chat = store.create_chat()
    parent = None
    while True:
        user, reply = store.begin_turn(chat.id, parent, f"سؤال {parent}", "model")
        print("begun", user.id, reply.id, flush=True)
        if "wait" in sys.argv:
            sys.argv.remove("wait")
            sys.stdin.readline()
        text = ""
        for piece in range(12):
            text += f"كلمة {piece} " * 50
            store.save_partial(reply.id, text)
            print("saved", reply.id, len(text), flush=True)
        store.finish(reply.id, text, MessageStatus.FINISHED)
        print("finished", reply.id, len(text), flush=True)
        parent = reply.id
"""


def test_that_twenty_kills_lose_no_turn(paths: Paths) -> None:
    draw = random.Random(20)
    begun: dict[int, int] = {}
    saved: dict[int, int] = {}
    finished: dict[int, int] = {}
    for _ in range(20):
        child = python(WRITER, paths.data)
        assert child.stdout is not None and child.stderr is not None
        for _ in range(draw.randint(1, 60)):
            _note(child.stdout.readline(), begun, saved, finished)
        child.send_signal(signal.SIGKILL)
        for line in child.stdout:  # what it did between our reading and its death
            if line.endswith("\n"):
                _note(line, begun, saved, finished)
        assert child.wait() == -signal.SIGKILL, child.stderr.read()
        child.stdout.close()
        child.stderr.close()
    with opened(paths) as store:
        store.recover_interrupted()
        found = {m.id: m for chat in store.list_chats() for m in store.messages_of(chat.id)}
    assert len(begun) >= 20
    for user, reply in begun.items():
        assert found[user].content.startswith("سؤال")
        if reply in finished:
            assert found[reply].status is MessageStatus.FINISHED
            assert len(found[reply].content) == finished[reply]
        else:
            # killed after the finish was stored and before it was told, or in the middle of the reply
            assert found[reply].status in (MessageStatus.INTERRUPTED, MessageStatus.FINISHED)
            assert len(found[reply].content) >= saved.get(reply, 0)
    interrupted = [m for m in found.values() if m.status is MessageStatus.INTERRUPTED]
    assert interrupted, "no kill met a reply: the test proves nothing"


def test_that_a_kill_in_the_middle_of_the_first_start_leaves_a_history_that_opens(paths: Paths) -> None:
    first_start = """
        import sys
        from pathlib import Path
        from desktop.core.paths import Paths
        from desktop.storage import migrations
        from desktop.storage.database import Database
        from desktop.storage.opening import open_history

        print("ready", flush=True)
        number = 0
        run = Database.execute
        def counted(self, *arguments):
            global number
            number += 1
            if number == int(sys.argv[2]):
                import os, signal
                os.kill(os.getpid(), signal.SIGKILL)
            return run(self, *arguments)
        Database.execute = counted
        open_history(Paths.under(Path(sys.argv[1])))
    """
    for statement in (1, 7, 9, 14, 22, 30, 38):
        child = python(first_start, paths.data, statement)
        child.communicate()
        assert child.returncode == -signal.SIGKILL
        with opened(paths) as store:
            assert store.list_chats() == []
        for file in (paths.history, *paths.data.glob("history*-wal")):
            file.unlink(missing_ok=True)


def _note(line: str, begun: dict[int, int], saved: dict[int, int], finished: dict[int, int]) -> None:
    match line.split():
        case ["begun", user, reply]:
            begun[int(user)] = int(reply)
        case ["saved", reply, length]:
            saved[int(reply)] = int(length)
        case ["finished", reply, length]:
            finished[int(reply)] = int(length)
        case other:
            raise AssertionError(f"the writer said {other}")


def test_that_a_second_samar_leaves_the_live_reply_of_the_first_alone(paths: Paths) -> None:
    child = python(WRITER, paths.data, "wait", stdin=subprocess.PIPE)  # else it never lets go of the file for long
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline().startswith("begun")
        other = open_history(paths)
        assert other.problem is None
        assert ChatStore(other.database).recover_interrupted() == []
        other.database.close()
        child.stdin.write("\n")
        child.stdin.flush()
        while not child.stdout.readline().startswith("finished"):
            assert child.poll() is None
    finally:
        child.kill()
        child.communicate()
    with opened(paths) as store:
        store.recover_interrupted()
    with sqlite3.connect(paths.history) as raw:
        left = raw.execute("SELECT count(*) FROM messages WHERE status = 'streaming'").fetchone()
        sessions = raw.execute("SELECT count(*) FROM sessions").fetchone()
    raw.close()
    assert (left, sessions) == ((0,), (0,))
