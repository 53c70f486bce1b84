"""Opening the history so that a person always gets a window, and never loses what can be kept."""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path

import msgspec

from desktop.core import files, private_files
from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.core.settings import storage_error
from desktop.storage import backups, migrations, process_registry, recovery, search_index
from desktop.storage.database import Database

log = logging.getLogger(__name__)

_DAMAGE = "history_damaged_now"
_UNWRITABLE = ("disk_full", "data_read_only")


class Opened(msgspec.Struct, frozen=True):
    database: Database
    problem: SamarError | None = None
    """What to tell the person: history_repaired, history_damaged or history_salvaged, history_gone (the last three with or
    without _no_backup), disk_full or data_read_only.

    With the last two the database is read only, or in memory where there is nothing to read.
    """


def open_history(paths: Paths) -> Opened:
    """Open the history of `paths`, creating it if there is none; the calling thread owns the connection.

    Raises SamarError history_too_new, history_busy or history_failed; then nothing was changed.
    """
    try:
        private_files.make_folder(paths.data)
        private_files.narrow_all(paths)
    except OSError as problem:
        return _without_writing(paths, storage_error(problem, paths.data))
    try:
        try:
            if _is_gone(paths):
                return _open_backup_of_lost(paths)
            if _content_vanished(paths):
                raise SamarError(_DAMAGE)
            return Opened(open_sound(paths))
        except SamarError as problem:
            if problem.code != _DAMAGE:
                raise
            log.warning("the history is damaged: %s", problem.__cause__ or "unreadable")
            return _open_backup(paths)
    except OSError as problem:  # the folder may not be looked into, or its disk does not answer
        expected = storage_error(problem, paths.data)
        if expected.code not in _UNWRITABLE:
            raise expected from problem
        return _without_writing(paths, expected)
    except SamarError as problem:
        if problem.code not in _UNWRITABLE:
            raise
        return _without_writing(paths, problem)


def in_memory() -> Database:
    """A history that is never written to disk: temporary chats, or a data folder that can't be used."""
    database = Database.connect(None)
    migrations.migrate(database)
    search_index.attach(database)
    database.session = "memory"
    return database


def connect_worker(paths: Paths, *, read_only: bool = True) -> Database:
    """A further connection to the open history, for the thread that calls: search and export read, import writes."""
    database = Database.connect(paths.history, read_only=read_only, patient=True)
    if not read_only:
        search_index.attach(database)
    return database


def _is_gone(paths: Paths) -> bool:
    """Whether there is no file at all although there was one: nothing is left but its backups."""
    return not any(Path(f"{paths.history}{suffix}").exists() for suffix in ("", "-wal")) and bool(
        backups.listed(paths.backups)
    )


def _open_backup_of_lost(paths: Paths) -> Opened:
    log.warning("the history is not there any more")
    backup = backups.restore_newest(paths)
    details = {"folder": str(paths.backups), "date": backup.local_date if backup else ""}
    return Opened(open_sound(paths), SamarError("history_gone" if backup else "history_gone_no_backup", **details))


def _content_vanished(paths: Paths) -> bool:
    """Whether the file is gone or empty although there was a history: SQLite alone would begin a new one in silence."""
    size = paths.history.stat().st_size if paths.history.exists() else 0
    if size:
        return False
    wal = Path(f"{paths.history}-wal")
    return (wal.exists() and wal.stat().st_size > 0) or (paths.history.exists() and bool(backups.listed(paths.backups)))


def open_sound(paths: Paths) -> Database:
    """Open a history that is not damaged. Raises SamarError history_damaged_now for one that is, and others."""
    _make_private(paths)
    database = Database.connect(paths.history)
    try:
        names = migrations.applied(database)
        if migrations.unknown(names):
            raise SamarError("history_too_new")
        if names and (left_over := process_registry.dead(database)):
            # The last session did not close in good order. Only then is the whole file read.
            if problems := database.check():
                log.warning("quick check of the history: %s", "; ".join(problems))
                raise SamarError(_DAMAGE)
            process_registry.forget(database, left_over)
        if names and migrations.pending(names):
            backups.make(paths.history, paths.backups, f"before-{migrations.pending(names)[0].name}")
            backups.rotate(paths.backups)
        migrations.migrate(database)
        _require_tables(database)
        search_index.attach(database)
        backups.give_identity(database)
        # Needs no flush of its own: whatever is flushed later takes it along.
        database.set_durable(False)
        process_registry.register(database)
    except BaseException:
        database.close()
        raise
    return database


_TABLES = {
    *("sessions", "folders", "chats", "messages", "drafts", "erasures", "properties", "search", "prompts"),
    *("pictures", "images", "draft_images"),
}


def _require_tables(database: Database) -> None:
    """A file whose record of steps and whose tables disagree is damaged."""
    there = {str(row[0]) for row in database.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not there >= _TABLES:
        raise SamarError(_DAMAGE)


def _make_private(paths: Paths) -> None:
    """Only the person may read the history; SQLite gives its log the same mode."""
    try:
        if not paths.history.exists():
            private_files.make_file(paths.history)
    except OSError as problem:
        raise storage_error(problem, paths.data) from problem
    if not paths.history.is_file():  # SQLite says no more of a folder, pipe or device than that it failed
        raise SamarError("history_failed", reason=f"{paths.history.name} is not a regular file")
    if os.name == "posix" and paths.history.stat().st_mode & 0o077:
        try:
            paths.history.chmod(0o600)
        except OSError as problem:  # another owner's file, or a file system without modes
            log.info("the history stays readable to others: %s", problem)


def _open_backup(paths: Paths) -> Opened:
    aside = backups.set_aside(paths)
    backup = backups.restore_newest(paths)
    database = open_sound(paths)
    try:
        saved = recovery.save_readable(aside, database)
    except (SamarError, sqlite3.Error) as problem:  # the damaged file is kept, so nothing is lost by it
        log.warning("nothing was saved from the damaged history: %s", problem)
        saved = recovery.Saved(0, complete=False)
    if saved.complete:
        return Opened(database, SamarError("history_repaired", aside=aside.name))
    code = ("history_salvaged" if saved.messages else "history_damaged") + ("" if backup else "_no_backup")
    date = backup.local_date if backup else ""
    return Opened(database, SamarError(code, aside=aside.name, date=date, count=saved.messages))


def _without_writing(paths: Paths, problem: SamarError) -> Opened:
    """The history as far as it can be read, or an empty one in memory."""
    if files.exists(paths.history):
        for immutable in (False, True):
            database = None
            try:
                database = Database.connect(paths.history, read_only=True, immutable=immutable)
                if not migrations.pending(migrations.applied(database)):
                    _require_tables(database)
                    return Opened(database, problem)
            except SamarError as reading:
                log.info("the history can't be read without writing (immutable: %s): %s", immutable, reading)
            if database is not None:
                database.close()
    return Opened(in_memory(), problem)
