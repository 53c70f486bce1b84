"""Who has the history open. A reply that streams belongs to a session; only a dead session's reply is interrupted."""

from __future__ import annotations

import os
import sys
import time
import uuid
from pathlib import Path

from desktop.storage.database import Database

_SAME_START_S = 2.0
"""A process is the one that is meant if it started at the recorded time, give or take the clock's corrections."""
_FIRST_UNIX_TIME = 1e9
"""Larger: Unix time, as an earlier version noted it. Smaller: seconds since the computer started."""


def register(database: Database) -> str:
    """Enter this process in the table of sessions; return the session's id."""
    session = uuid.uuid4().hex
    database.execute(
        "INSERT INTO sessions (id, pid, process_started, opened_at) VALUES (?, ?, ?, ?)",
        (session, os.getpid(), own_start(), time.time()),
    )
    database.session = session
    return session


def own_start() -> float:
    """When this process started, in a form that no change of the clock moves: on Linux seconds since the computer started
    (proc_pid_stat(5), field 22), elsewhere Unix time as the system noted it then. Read without psutil on Linux, since
    importing that takes longer than opening the history."""
    started = _since_boot("self")
    if started is not None:
        return started
    import psutil

    return float(psutil.Process().create_time())


def _since_boot(process: str) -> float | None:
    """When a process started, in seconds since the computer did; None where that can't be read, or it is a zombie."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        fields = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
        return None if fields[0] in (b"Z", b"X") else int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def living(database: Database) -> set[str]:
    """Ids of sessions whose process runs."""
    rows = database.fetch("SELECT id, pid, process_started FROM sessions")
    return {id_ for id_, pid, started in rows if _runs(pid, started)}


def dead(database: Database) -> list[str]:
    """Ids of sessions that ended without closing the history."""
    alive = living(database)
    return [id_ for (id_,) in database.fetch("SELECT id FROM sessions") if id_ not in alive]


def forget(database: Database, sessions: list[str]) -> None:
    database.execute_many("DELETE FROM sessions WHERE id = ?", [(session,) for session in sessions])


def earliest_opening(database: Database) -> float:
    """When the oldest living session opened the history: what was deleted before can't be undone any more. 0 while the
    clock stands before one of these moments: what was deleted since then bears an earlier time than that."""
    alive = living(database)
    now = time.time()
    moments = [opened for id_, opened in database.fetch("SELECT id, opened_at FROM sessions") if id_ in alive]
    if any(not isinstance(opened, float | int) or opened > now for opened in moments):
        return 0.0
    return min(moments, default=now)


def _runs(pid: object, started: object) -> bool:
    """Whether a process of that number runs that started then. A damaged row is none of a living process."""
    if not isinstance(pid, int) or not isinstance(started, float | int) or not 0 < pid < 1 << 31:
        return False  # 0: it met damage and left word to check
    if pid == os.getpid():
        return abs(own_start() - started) < _SAME_START_S
    if sys.platform.startswith("linux") and started < _FIRST_UNIX_TIME:
        since = _since_boot(str(pid))
        return since is not None and abs(since - started) < _SAME_START_S
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return bool(abs(process.create_time() - started) < _SAME_START_S)
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # denied: another user's process got the id
        return False
