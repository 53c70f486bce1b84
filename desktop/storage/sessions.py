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
    """When this process started, Unix time, as psutil says it of another; on Linux read without it, since importing it
    takes longer than opening the history (proc_pid_stat(5), field 22, and btime of proc_stat(5))."""
    if sys.platform.startswith("linux"):
        try:
            ticks = int(Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()[19])
            booted = int(Path("/proc/stat").read_bytes().partition(b"btime ")[2].split(None, 1)[0])
            return float(booted + ticks / os.sysconf("SC_CLK_TCK"))
        except (OSError, ValueError, IndexError):
            pass
    import psutil

    return float(psutil.Process().create_time())


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
    """When the oldest living session opened the history: what was deleted before can't be undone any more."""
    alive = living(database)
    rows = database.fetch("SELECT id, opened_at FROM sessions")
    return min((opened for id_, opened in rows if id_ in alive), default=time.time())


def _runs(pid: int, started: float) -> bool:
    if pid <= 0:  # it met damage and left word to check
        return False
    if pid == os.getpid():
        return abs(own_start() - started) < _SAME_START_S
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return bool(abs(process.create_time() - started) < _SAME_START_S)
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # denied: another user's process got the id
        return False
