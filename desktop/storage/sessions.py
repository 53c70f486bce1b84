"""Who has the history open. A reply that streams belongs to a session; only a dead session's reply is interrupted."""

from __future__ import annotations

import time
import uuid

import psutil

from desktop.storage.database import Database

_SAME_START_S = 2.0
"""A process is the one that is meant if it started at the recorded time, give or take the clock's corrections."""


def register(database: Database) -> str:
    """Enter this process in the table of sessions; return the session's id."""
    session = uuid.uuid4().hex
    process = psutil.Process()
    database.execute(
        "INSERT INTO sessions (id, pid, process_started, opened_at) VALUES (?, ?, ?, ?)",
        (session, process.pid, process.create_time(), time.time()),
    )
    database.session = session
    return session


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
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return bool(abs(process.create_time() - started) < _SAME_START_S)
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # denied: another user's process got the id
        return False
