"""Copies of the history: one a day and one before each change of its schema, each checked before it counts."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from desktop.core import files, private_files
from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.core.settings import storage_error
from desktop.storage import migrations
from desktop.storage.database import Database

log = logging.getLogger(__name__)

DAILY = "daily"
KEPT_DAILY = 5
KEPT_OTHER = 3
_DAY_S = 24 * 60 * 60
_STAMP = "%Y%m%d-%H%M%S"
_IDENTITY = "history"


class Backup(msgspec.Struct, frozen=True):
    path: Path
    made_at: datetime
    """UTC."""
    reason: str
    """"daily" or the name of the migration that it came before."""

    @property
    def local_date(self) -> str:
        """When it was made, in the computer's time zone, for a message to the person."""
        return f"{self.made_at.astimezone():%Y-%m-%d %H:%M}"


_PART_S = 3600.0


def listed(folder: Path) -> list[Backup]:
    """Backups in `folder`, newest first; none where it may not be looked into."""
    found = []
    try:
        paths = list(folder.glob("history-*.sqlite3"))
    except OSError as problem:
        log.warning("the backups can't be listed: %s", problem.strerror)
        return []
    for path in paths:
        stamp, _, reason = path.stem.removeprefix("history-").partition("Z-")
        with contextlib.suppress(ValueError):
            found.append(Backup(path, datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC), reason))
    return sorted(found, key=lambda backup: (backup.made_at, backup.reason), reverse=True)


def make(history: Path, folder: Path, reason: str, now: float | None = None) -> Backup:
    """Copy `history` into `folder` and check the copy. In any thread: it opens connections of its own.

    Raises SamarError disk_full, data_read_only, history_damaged_now or history_failed; no partial copy is left.
    """
    made_at = datetime.fromtimestamp(time.time() if now is None else now, UTC)
    target = folder / f"history-{made_at:{_STAMP}}Z-{reason}.sqlite3"
    part = target.with_suffix(".part")
    try:
        private_files.make_folder(folder)
        part.unlink(missing_ok=True)
        private_files.make_file(part)
        source = Database.connect(history, read_only=True)
        try:
            source.copy_to(part)
        finally:
            source.close()
        if not is_sound(part):
            raise SamarError("history_damaged_now")
        flush(part)
        part.replace(target)
    except OSError as problem:
        raise storage_error(problem, folder) from problem
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return Backup(target, made_at, reason)


def make_daily_if_due(paths: Paths, now: float | None = None) -> Backup | None:
    """The copy of the day, unless there is one younger than a day; one without messages, as of the first start, counts only
    as long as there are none. In any thread. Raises as `make` does."""
    moment = time.time() if now is None else now
    if not files.exists(paths.history):
        return None
    # a copy from the future comes from a clock that was wrong
    made = [b for b in listed(paths.backups) if b.reason == DAILY and b.made_at.timestamp() <= moment]
    is_young = bool(made) and moment - made[0].made_at.timestamp() < _DAY_S
    if is_young and (contents_of(made[0].path).messages or not _has_messages(paths.history)):
        return None
    backup = make(paths.history, paths.backups, DAILY, moment)
    rotate(paths.backups, moment)
    return backup


def _has_messages(history: Path) -> bool:
    database = Database.connect(history, read_only=True)
    try:
        return bool(database.scalar("SELECT EXISTS (SELECT 1 FROM messages)"))
    finally:
        database.close()


def rotate(folder: Path, now: float | None = None) -> None:
    """Remove the oldest copies beyond what is kept. Copies without messages count for nothing beside others, and the one
    with the most messages always stays: a history that was lost and begun anew must not push its own past out.

    Partial copies that a kill left behind, with whole chats in them, go when nobody has written to them for an hour."""
    for part in folder.glob("history-*.part"):
        with contextlib.suppress(OSError):  # gone meanwhile, or no right to remove it: tried again tomorrow
            if abs(time.time() - part.stat().st_mtime) > _PART_S:
                part.unlink()
    all_of_them = listed(folder)
    for kept, some in (
        (KEPT_DAILY, [backup for backup in all_of_them if backup.reason == DAILY]),
        (KEPT_OTHER, [backup for backup in all_of_them if backup.reason != DAILY]),
    ):
        if len(some) <= kept:
            continue
        contents = {backup.path: contents_of(backup.path) for backup in some}
        ordered = in_order(some, now, contents)
        filled = [backup for backup in ordered if contents[backup.path].messages]
        blank = [backup for backup in ordered if not contents[backup.path].messages]
        keep = [*filled[:kept], *blank[: max(kept - len(filled), 1)]]
        keep.append(max(ordered, key=lambda backup: contents[backup.path].messages))
        for backup in ordered:
            if backup not in keep:
                try:
                    backup.path.unlink(missing_ok=True)
                except OSError as problem:
                    raise storage_error(problem, folder) from problem


class Contents(msgspec.Struct, frozen=True):
    """What says how far a history had come, whatever its clock said."""

    history: str = ""
    """Names the history that it is a copy of; empty: an older Samar made it, or it can't be read."""
    written: tuple[int, int] = (0, 0)
    """Messages and chats that were ever written; grows for ever."""
    messages: int = 0
    """That are there."""


def contents_of(path: Path) -> Contents:
    try:
        database = Database.connect(path, immutable=True)
    except SamarError:
        return Contents()
    try:
        ever: dict[str, int] = dict(database.fetch("SELECT name, seq FROM sqlite_sequence"))
        count = int(database.scalar("SELECT count(*) FROM messages"))
        return Contents(identity(database), (ever.get("messages", 0), ever.get("chats", 0)), count)
    except (SamarError, sqlite3.Error) as problem:
        log.info("a backup can't be read: %s", problem)
        return Contents()
    finally:
        database.close()


def identity(database: Database) -> str:
    """Names a history and its copies; empty where none was given."""
    if database.scalar("SELECT 1 FROM sqlite_master WHERE name = 'properties'") is None:
        return ""
    return str(database.scalar("SELECT value FROM properties WHERE name = ?", (_IDENTITY,)) or "")


def give_identity(database: Database) -> None:
    if not identity(database):
        database.execute("INSERT OR IGNORE INTO properties (name, value) VALUES (?, ?)", (_IDENTITY, uuid.uuid4().hex))


def in_order(
    some: list[Backup], now: float | None = None, contents: dict[Path, Contents] | None = None
) -> list[Backup]:
    """Backups, newest first. Of one history the one that has come further is the newer one, whatever the clock said;
    where they have come as far, and of several histories, dates decide, those beyond `now` last."""
    moment = time.time() if now is None else now
    what = contents or {backup.path: contents_of(backup.path) for backup in some}

    def date(backup: Backup) -> tuple[bool, float]:
        stamp = backup.made_at.timestamp()
        return stamp <= moment, stamp

    families: dict[str, list[Backup]] = {}
    for backup in some:
        families.setdefault(what[backup.path].history, []).append(backup)
    for family in families.values():
        family.sort(key=lambda backup: (what[backup.path].written, *date(backup)), reverse=True)
    by_date = sorted(families.values(), key=lambda family: max(map(date, family)), reverse=True)
    return [backup for family in by_date for backup in family]


def is_sound(path: Path) -> bool:
    """Whether `path` is a whole history that this version can open."""
    try:
        database = Database.connect(path, immutable=True)
    except SamarError:
        return False
    try:
        names = migrations.applied(database)
        return bool(names) and not migrations.unknown(names) and not database.check()
    except SamarError:
        return False
    finally:
        database.close()


def restore_newest(paths: Paths) -> Backup | None:
    """Put the newest sound backup in the history's place; None if there is none. The backup itself stays."""
    for backup in in_order(listed(paths.backups)):
        if not is_sound(backup.path):
            continue
        part = paths.history.with_suffix(".part")
        try:
            private_files.make_file(part)
            shutil.copyfile(backup.path, part)
            flush(part)
            part.replace(paths.history)
        except OSError as problem:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise storage_error(problem, paths.data) from problem
        restored = Database.connect(paths.history)
        restored.execute("DELETE FROM sessions")  # whoever was running then isn't writing this copy
        restored.close()
        return backup
    return None


def set_aside(paths: Paths, now: float | None = None) -> Path:
    """Rename the history and its log, together, so that what can be read of them can still be read.

    Raises SamarError data_read_only or history_failed.
    """
    stamp = time.strftime(_STAMP, time.localtime(now))
    aside, count = paths.data / f"history-damaged-{stamp}.sqlite3", 1
    while aside.exists():
        count += 1
        aside = paths.data / f"history-damaged-{stamp}-{count}.sqlite3"
    try:
        for suffix in ("-wal", "-shm", ""):
            source = Path(f"{paths.history}{suffix}")
            if source.exists():
                source.replace(f"{aside}{suffix}")
    except OSError as problem:
        raise storage_error(problem, paths.data) from problem
    return aside


def flush(path: Path) -> None:
    """Bring a file onto the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
