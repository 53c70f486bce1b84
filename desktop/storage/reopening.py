"""The history when its file goes away while it is open, and when a disk that could not be written to can be again.

The open connection then gets another file under it: ids stay, so nobody who holds chats or messages notices.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from pathlib import Path

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.core.settings import storage_error
from desktop.storage import backups, opening, search_index
from desktop.storage.database import Database, writing_problem

log = logging.getLogger(__name__)


def bring_back(database: Database, paths: Paths) -> SamarError:
    """Write the history, which is not where it was opened any more, anew: in its place, else beside another file that has
    come there, else in the person's own data folder. Goes on there; returns what to tell the person.

    Raises SamarError history_moved when it can be written nowhere; what was written so far is then in the open file only.
    """
    folder = database.path.parent if database.path is not None else paths.data
    for target in _places(paths):
        try:
            _write_anew(database, target)
        except (SamarError, OSError) as problem:
            log.warning("the history can't be written anew: %s", problem)
            continue
        if target == paths.history:
            return SamarError("history_brought_back", folder=folder)
        return SamarError("history_kept_elsewhere", folder=folder, path=target)
    raise SamarError("history_moved", folder=folder)


def _places(paths: Paths) -> list[Path]:
    name = f"history-kept-{time.strftime('%Y%m%d-%H%M%S')}.sqlite3"
    here = [] if os.path.lexists(paths.history) else [paths.history]
    return [*here, paths.data / name, Paths.default().data / name]


def _write_anew(database: Database, target: Path) -> None:
    _copy(database, target)
    new = Database.connect(target)
    try:
        search_index.attach(new)
        new.session = database.session
    except BaseException:
        new.close()
        raise
    database.take_over(new)


def _copy(database: Database, target: Path) -> None:
    """Raises SamarError or OSError; no partial copy is left."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        database.copy_to(part)
        backups.flush(part)
        part.replace(target)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _holds_something(path: Path) -> bool:
    """A full disk leaves an empty file of the first attempt."""
    try:
        return os.path.lexists(path) and not (path.is_file() and path.stat().st_size == 0)
    except OSError:
        return True


def write_again(database: Database, paths: Paths) -> SamarError | None:
    """Put a history that is in memory, or open for reading only, on the disk again if that can be written to by now.
    Returns what to tell the person; None: not yet, or there is nothing to do."""
    in_memory = database.path is None
    if not in_memory and not database.read_only:
        return None
    if in_memory and (_holds_something(paths.history) or backups.listed(paths.backups)):
        return None  # another history stands there: the next start opens it
    try:
        paths.data.mkdir(parents=True, exist_ok=True)
        if writing_problem(paths.data) is not None:
            return None
        if in_memory:
            _copy(database, paths.history)
        database.take_over(opening.open_sound(paths))
        database.execute("UPDATE messages SET owner = ? WHERE owner = 'memory'", (database.session,))
    except OSError as problem:
        log.info("the history stays where it is: %s", storage_error(problem, paths.data))
        return None
    except SamarError as problem:
        log.info("the history stays where it is: %s", problem)
        return None
    return SamarError("history_written_again", folder=paths.data)
