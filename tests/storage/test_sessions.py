"""Who has the history open is told without the clock: one that is set must not make a living Samar look dead."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from desktop.core.chat import MessageStatus
from desktop.core.paths import Paths
from desktop.storage import process_registry
from desktop.storage.chats import ChatStore
from desktop.storage.opening import open_history
from tests.storage.kit import exchange, opened, python

OTHER_SAMAR = """
    import sys
    from pathlib import Path
    from desktop.core.chat import MessageStatus
    from desktop.core.paths import Paths
    from desktop.storage.chats import ChatStore
    from desktop.storage.opening import open_history

    opened = open_history(Paths.under(Path(sys.argv[1])))
    store = ChatStore(opened.database)
    _, gone = store.begin_turn(store.create_chat("undo is offered").id, None, "q", "m")
    store.finish(gone.id, "a", MessageStatus.FINISHED)
    store.delete_turn(gone.id)
    _, reply = store.begin_turn(store.create_chat().id, None, "q", "m")
    print(reply.id, gone.id, flush=True)
    sys.stdin.readline()
    print(store.save_partial(reply.id, "goes on"), flush=True)
    opened.database.close()
"""


def is_kept(store: ChatStore, message: int) -> bool:
    """Whether a message is in the file, deleted or not."""
    return store.database.scalar("SELECT 1 FROM messages WHERE id = ?", (message,)) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the system notes when a process started")
def test_that_a_clock_that_is_set_takes_no_living_session_for_dead(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = python(OTHER_SAMAR, paths.data, stdin=subprocess.PIPE)
    assert other.stdin is not None and other.stdout is not None
    try:
        reply, gone = map(int, other.stdout.readline().split())
        create_time = psutil.Process.create_time
        monkeypatch.setattr(psutil.Process, "create_time", lambda self: create_time(self) + 3600)
        read_bytes = Path.read_bytes

        def set_clock(path: Path) -> bytes:
            raw = read_bytes(path)
            if path == Path("/proc/stat"):  # the kernel's boot time moves with the clock
                before, _, rest = raw.partition(b"btime ")
                boot, _, after = rest.partition(b"\n")
                return before + b"btime %d\n" % (int(boot) + 3600) + after
            return raw

        monkeypatch.setattr(Path, "read_bytes", set_clock)
        found = open_history(paths)
        assert found.problem is None
        store = ChatStore(found.database)
        assert store.recover_interrupted() == []
        store.purge_deleted()
        assert store.get_message(reply).status is MessageStatus.STREAMING
        assert is_kept(store, gone)
        found.database.close()
    finally:
        out, err = other.communicate("\n", timeout=60)
    assert other.returncode == 0, err
    assert out.strip() == "True", "the reply goes on"


def test_that_nothing_is_purged_while_the_clock_stands_before_the_opening(paths: Paths) -> None:
    with opened(paths) as store:
        store.database.execute("UPDATE sessions SET opened_at = ?", (time.time() + 3600,))
        _, gone = store.begin_turn(store.create_chat("undo is offered").id, None, "q", "m")
        store.delete_turn(gone.id)
        assert store.purge_deleted() == []
        assert is_kept(store, gone.id)


def test_that_a_session_of_an_earlier_version_is_known_by_unix_time(paths: Paths) -> None:
    with opened(paths) as store:
        started = psutil.Process(psutil.Process().ppid()).create_time()
        rows = [("parent", psutil.Process().ppid(), started), ("another", psutil.Process().ppid(), started - 100)]
        for row in rows:
            store.database.execute("INSERT INTO sessions VALUES (?, ?, ?, 0)", row)
        assert process_registry.living(store.database) == {store.database.session, "parent"}


def test_that_a_killed_session_is_dead(paths: Paths) -> None:
    other = python(OTHER_SAMAR, paths.data, stdin=subprocess.PIPE)
    assert other.stdin is not None and other.stdout is not None
    reply = int(other.stdout.readline().split()[0])
    other.kill()
    other.communicate(timeout=60)
    with opened(paths) as store:
        assert [message.id for message in store.recover_interrupted()] == [reply]
        exchange(store, store.create_chat().id, None, "and on", "it goes")
