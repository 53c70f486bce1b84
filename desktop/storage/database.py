"""One connection to the history: its settings, its transactions, and what SQLite's errors mean to the person.

The thread that opened a `Database` owns it; any other gets an error from sqlite3 itself. Readers and cleaners in other
threads open connections of their own (write-ahead logging lets them work side by side).
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from desktop.core.errors import SamarError
from desktop.core.settings import storage_error

log = logging.getLogger(__name__)

APPLICATION_ID = 0x53616D72
"""Written into the file's header ("Samr"), so that another program's database is not taken for a history."""
BUSY_MS = 2000
"""How long a write waits for another Samar's. Writes take milliseconds; longer means that something is wrong."""
PATIENT_MS = 30_000
"""How long a worker waits, whose turn comes when the window writes nothing."""
MEMORY = ":memory:"

Row = tuple[Any, ...]
T = TypeVar("T")


class FollowingIndex(Protocol):
    """What `Database` calls of the search index that follows its changes."""

    def detach(self, database: Database) -> None:
        """Stop following: the index is damaged."""

    def attach_if_made(self, database: Database) -> None:
        """Follow again when another connection has made the index anew."""


class Database:
    """A connection. Every method raises SamarError for what the environment did, and sqlite3.Error for our own bugs."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None, *, read_only: bool) -> None:
        self._connection = connection
        self.path = path
        """None: in memory."""
        self.read_only = read_only
        self.session = ""
        """Id of this process in the table of sessions; empty while not registered."""
        self.damage_seen = False
        """Set once SQLite has called the file damaged: the next start then checks it."""
        self.indexed = True
        """The search index was not found damaged, or has been made anew since."""
        self._damages = 0
        self._file: tuple[int, int] | None = None
        """Device and number of the open file."""
        self.when_moved: Callable[[], None] = lambda: None
        """Called before a transaction when the file is not in its place any more."""
        self.index_damaged = False
        """Set once SQLite has called the search index damaged: the next start then makes it anew."""
        self.index: FollowingIndex | None = None
        """The search index that this connection keeps in step; None: it keeps none."""

    @classmethod
    def connect(
        cls, path: Path | None, *, read_only: bool = False, immutable: bool = False, patient: bool = False
    ) -> Database:
        """Open a connection and set it up; the schema is not looked at. Creates the file if need be.

        read_only: nothing is written, not even the file. immutable: not even the shared-memory file beside it; what
        stands in the write-ahead log is then not seen. patient: for a worker, which waits for the window's writes.
        """
        if path is None:
            connection = sqlite3.connect(MEMORY, isolation_level=None)
        else:
            # a worker never makes the file: the window has it open
            mode = "immutable=1" if immutable else "mode=ro" if read_only else "mode=rw" if patient else "mode=rwc"
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?{mode}",
                uri=True,
                isolation_level=None,
                timeout=(PATIENT_MS if patient else BUSY_MS) / 1000,
            )
        database = cls(connection, path, read_only=read_only or immutable)
        try:
            database._configure()
        except BaseException:
            connection.close()
            raise
        if path is not None:
            database._file = _file_at(path)
        return database

    def is_in_place(self) -> bool:
        """Whether the path still leads to the open file: SQLite goes on in a file that was removed or replaced, and all of
        it is gone when it is closed. Takes microseconds. A disk that doesn't say counts as in place."""
        if self.path is None or self._file is None:
            return True
        try:
            return _file_at(self.path) == self._file
        except OSError:
            return True

    def take_over(self, other: Database) -> None:
        """Go on with the connection of `other`, which holds the same rows; the own one is closed."""
        if self.in_transaction():
            raise ValueError("a transaction is open")
        with suppress(sqlite3.Error):  # its file may be gone
            self._connection.close()
        self._connection, self.path, self.read_only = other._connection, other.path, other.read_only
        self.session, self.indexed, self._file = other.session, other.indexed, other._file
        self.index = other.index
        self.damage_seen = self.index_damaged = False

    def snapshot(self) -> Database:
        """A copy in memory, to be read in one other thread: where there is no file that the thread could open itself."""
        copy = sqlite3.connect(MEMORY, isolation_level=None, check_same_thread=False)
        with self.expected_errors():
            self._connection.backup(copy)
        return Database(copy, None, read_only=True)

    def _configure(self) -> None:
        run = self.execute
        run("PRAGMA foreign_keys = ON")
        run("PRAGMA secure_delete = ON")  # what is deleted is overwritten with zeros
        run("PRAGMA cell_size_check = ON")  # damaged pages are noticed when read
        run("PRAGMA temp_store = MEMORY")  # no text of a chat in temporary files
        run("PRAGMA fullfsync = ON")  # macOS: fsync alone leaves data in the drive's cache
        tables = self.scalar("SELECT count(*) FROM sqlite_master")
        if tables and self.scalar("PRAGMA application_id") != APPLICATION_ID:
            raise SamarError("history_damaged_now")  # a database, but another program's
        if not self.read_only:
            # Write-ahead logging: a killed process leaves whole transactions only, and readers don't wait.
            self.fetch_one("PRAGMA journal_mode = WAL")
            self.set_durable(True)

    def define(self, name: str, function: Callable[[bytes], str]) -> None:
        """Give SQL a function of one blob."""
        self._connection.create_function(name, 1, function, deterministic=True)

    def set_durable(self, durable: bool) -> None:
        """Whether the next transactions reach the disk before they return.

        FULL flushes the log at each commit: a sent message and a finished reply survive a power cut. NORMAL leaves that to
        the system: it survives the end of the process, and is right for what the next second replaces anyway.
        """
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement; return the id of an inserted row, if it inserted one."""
        return self._write(lambda: self._connection.execute(sql, values).lastrowid or 0)

    def change(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement; return how many rows it changed."""
        return self._write(lambda: self._connection.execute(sql, values).rowcount)

    def execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self._write(lambda: self._connection.executemany(sql, rows))

    def _write(self, statement: Callable[[], T]) -> T:
        """Run a statement; again without the search index where that one turns out to be damaged, unless SQLite has rolled
        back all that came before it as well: see `unless_index_damaged`."""
        inside = self.in_transaction()
        with self.expected_errors():
            try:
                return statement()
            except sqlite3.DatabaseError as problem:
                if getattr(problem, "sqlite_errorcode", None) != sqlite3.SQLITE_CORRUPT_VTAB or self.read_only:
                    raise
                if inside and not self.in_transaction():
                    raise
                self._follow_no_more()
                return statement()

    def unless_index_damaged(self, whole: Callable[[], T]) -> T:
        """Run a whole transaction; again when a damaged search index took it down, the second time without the index: no
        message is lost for it."""
        nested, before = self.in_transaction(), self._damages
        try:
            return whole()
        except SamarError:
            if nested or self._damages == before:
                raise
            return whole()

    def fetch(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a query. Text that is no UTF-8 (a damaged record) is read with replacement characters: one bad
        record must not hide all others."""
        with self.expected_errors():
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.OperationalError as problem:
                if getattr(problem, "sqlite_errorcode", None) is not None:
                    raise
                log.warning("text in the history is no UTF-8: %s", problem)
                self._connection.text_factory = _lenient_text
                try:
                    return self._connection.execute(sql, values).fetchall()
                finally:
                    self._connection.text_factory = str

    def fetch_one(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        rows = self.fetch(sql, values)
        return rows[0] if rows else None

    def scalar(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.fetch_one(sql, values)
        return row[0] if row else None

    @property
    def total_changes(self) -> int:
        return self._connection.total_changes

    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """All or nothing. Inside another transaction it joins that one.

        Raises SamarError disk_full, data_read_only, history_busy, history_failed or history_damaged_now; nothing of the
        transaction is then stored.
        """
        if self.in_transaction():
            yield
            return
        self._require_place()
        self._leave_damaged_index()
        with self.expected_errors():
            if not self.read_only:
                self.set_durable(durable)
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._follow_again()
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors (a full disk)
                if self.in_transaction():
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._leave_damaged_index()

    def _require_place(self) -> None:
        """Write nothing into a file that nobody would find again."""
        if not self.read_only and not self.is_in_place():
            self.when_moved()
            if not self.is_in_place():
                raise SamarError("history_moved", folder=self.path.parent if self.path else "")

    def _leave_damaged_index(self) -> None:
        """Sending must go on though search is broken."""
        if self.index_damaged and not self.read_only:
            self.index_damaged = False
            self._follow_no_more()

    def _follow_no_more(self) -> None:
        log.warning("the search index is damaged; it is made anew at the next start")
        self.indexed = False
        self._damages += 1
        if self.index is not None:
            self.index.detach(self)

    def _follow_again(self) -> None:
        """Follow the index that another connection has made anew meanwhile: it knows nothing of what this one writes."""
        if not self.indexed and not self.read_only and self.index is not None:
            self.index.attach_if_made(self)

    @contextmanager
    def expected_errors(self) -> Iterator[None]:
        """Turn what the environment did (not our bugs) into SamarError."""
        try:
            yield
        except sqlite3.Error as problem:
            expected = self._meaning(problem)
            if expected is None:
                raise
            raise expected from problem

    def _meaning(self, problem: sqlite3.Error) -> SamarError | None:
        code = getattr(problem, "sqlite_errorcode", None)
        if code is None:
            return None
        folder = self.path.parent if self.path else Path()
        match code & 0xFF:
            case sqlite3.SQLITE_FULL:
                return SamarError("disk_full")
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
                if code == sqlite3.SQLITE_READONLY_DBMOVED:
                    return SamarError("history_failed", reason="the file was moved away while it was open")
                return SamarError("data_read_only", folder=folder)
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return SamarError("history_busy")
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                if code == sqlite3.SQLITE_CORRUPT_VTAB:
                    self.index_damaged = True
                    return SamarError(
                        "history_failed", reason="the search index is damaged; it is made anew at the next start"
                    )
                self.damage_seen = True
                return SamarError("history_damaged_now")
            case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
                return (self.path and writing_problem(folder)) or SamarError("history_failed", reason=problem)
            case sqlite3.SQLITE_NOMEM | sqlite3.SQLITE_NOLFS | sqlite3.SQLITE_PROTOCOL:
                return SamarError("history_failed", reason=problem)
        return None

    def check(self) -> list[str]:
        """What SQLite's quick check finds wrong with the file; empty when it is sound. Reads the whole file."""
        try:
            found = [str(row[0]) for row in self._connection.execute("PRAGMA quick_check(10)")]
        except sqlite3.DatabaseError as problem:
            if self._meaning(problem) is None or self.damage_seen:
                return [str(problem)]
            raise
        return [] if found == ["ok"] else found

    def copy_to(self, target: Path) -> None:
        """Copy everything, as of now, into the new file `target`, by SQLite's backup interface."""
        with self.expected_errors():
            copy = sqlite3.connect(target, isolation_level=None)
            try:
                self._connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            finally:
                copy.close()

    def empty_log(self) -> bool:
        """Move the write-ahead log into the file and cut it to nothing; False while another connection reads from it."""
        row = self.fetch_one("PRAGMA wal_checkpoint(TRUNCATE)")
        return row is not None and row[0] == 0

    def close(self) -> None:
        """Close for good, marking the session as ended in good order; or, if damage was seen, as one to check after."""
        try:
            if self.session and self.path and not self.read_only:
                # A full or vanished disk: the session then stays, and the next start checks the file.
                with suppress(SamarError):
                    if self.damage_seen:
                        self.execute("UPDATE sessions SET pid = 0 WHERE id = ?", (self.session,))
                    else:
                        self.execute("DELETE FROM sessions WHERE id = ?", (self.session,))
                        self.execute("PRAGMA optimize")
                        self.empty_log()
        finally:
            self.session = ""
            self._connection.close()


def _file_at(path: Path) -> tuple[int, int] | None:
    """Device and number of a file; None: there is none. Raises OSError where that can't be told."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def _lenient_text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def writing_problem(folder: Path) -> SamarError | None:
    """Why nothing can be written to `folder`, found by writing there; None if it can.

    SQLite reports a full quota, a vanished disk and a folder without rights alike as an input/output error.
    """
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=".probe-")
    except OSError as problem:
        return storage_error(problem, folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(1 << 16))
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        return storage_error(problem, folder)
    finally:
        Path(name).unlink(missing_ok=True)
    if shutil.disk_usage(folder).free < 1 << 20:
        return SamarError("disk_full")
    return None


def clean_text(text: str) -> str:
    """Text as UTF-8 can hold it: half of a surrogate pair (from a broken export) becomes a replacement character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
