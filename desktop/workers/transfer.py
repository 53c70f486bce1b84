"""Chats written into files and read from them, on a thread of its own with a connection of its own."""

from __future__ import annotations

import logging
import queue
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from desktop.core.errors import SamarError, technical
from desktop.storage.chats import ChatStore
from desktop.storage.database import Database
from desktop.storage.exporting import ExportFormat, ExportLabels, export_chats, file_name
from desktop.storage.unfinished import PAGES, noted

if TYPE_CHECKING:
    from desktop.storage.importing import Imported

log = logging.getLogger(__name__)

PDF = "pdf"
FORMATS: tuple[str, ...] = (
    ExportFormat.MARKDOWN,
    ExportFormat.HTML,
    PDF,
    ExportFormat.JSON,
    ExportFormat.CHATML,
    ExportFormat.SHAREGPT,
)
"""What a chat can be written as: the values of ExportFormat, and PDF."""


@dataclass(frozen=True, slots=True)
class Exported:
    path: Path
    chats: int
    """How many were written; 0: cancelled."""


@dataclass(frozen=True, slots=True)
class _Export:
    path: Path
    form: str
    chat_ids: tuple[int, ...] | None
    labels: ExportLabels
    source: Path | Database


@dataclass(frozen=True, slots=True)
class _Import:
    path: Path
    source: Path


class TransferWorker(QObject):
    """One job after another; the thread starts with the first one and ends with `close`."""

    progress = Signal(int, int)
    """chats done, chats in all"""
    exported = Signal(object)
    """Exported."""
    imported = Signal(object)
    """Imported; without any chat when it was cancelled."""
    failed = Signal(object)
    """SamarError."""

    _done = Signal(object)

    def __init__(self, history: Path | Database, parent: QObject | None = None) -> None:
        """history: the file, or the connection of the thread that asks, whose file is then opened anew for each job; where
        there is none, what is exported is a copy of what the connection holds."""
        super().__init__(parent)
        self._history = history
        self._jobs: queue.SimpleQueue[_Export | _Import | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._cancelled = threading.Event()
        self._closing = threading.Event()
        self._waiting = 0
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether a job is at work or waits."""
        return self._waiting > 0

    def export(self, path: Path, form: str, chat_ids: Sequence[int] | None, labels: ExportLabels) -> None:
        """Write chats (None: all) into a file; `exported` or `failed` follows. form: one of FORMATS."""
        try:
            source = self._source()
        except SamarError as problem:
            self._refuse(problem)
            return
        self._queue(_Export(path, form, None if chat_ids is None else tuple(chat_ids), labels, source))

    def import_from(self, path: Path) -> None:
        """Add the chats of a file or a folder of Jan's; `imported` or `failed` follows."""
        if isinstance(self._history, Database) and (self._history.path is None or not self._history.is_in_place()):
            self._refuse(SamarError("import_in_memory"))
            return
        self._queue(_Import(path, self._path()))

    def _path(self) -> Path:
        path = self._history.path if isinstance(self._history, Database) else self._history
        assert path is not None
        return path

    def _source(self) -> Path | Database:
        """What a job on the thread can read."""
        database = self._history
        if isinstance(database, Database) and (database.path is None or not database.is_in_place()):
            return database.snapshot()
        return self._path()

    def _refuse(self, problem: SamarError) -> None:
        self._waiting += 1
        self._done.emit(problem)

    def cancel(self) -> None:
        """End the job at work: nothing of it stays."""
        self._cancelled.set()

    def close(self) -> None:
        """End the job at work and leave out those that wait."""
        self._closing.set()
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _queue(self, job: _Export | _Import) -> None:
        if self._closing.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="transfer")
            self._thread.start()
        self._waiting += 1
        self._jobs.put(job)

    def _deliver(self, outcome: Exported | Imported | SamarError) -> None:
        self._waiting -= 1
        if isinstance(outcome, SamarError):
            self.failed.emit(outcome)
        elif isinstance(outcome, Exported):
            self.exported.emit(outcome)
        else:
            self.imported.emit(outcome)

    # on the thread

    def _is_cancelled(self) -> bool:
        return self._cancelled.is_set() or self._closing.is_set()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self._closing.is_set():
                continue
            self._cancelled.clear()
            try:
                self._done.emit(self._run(job))
            except SamarError as problem:
                self._done.emit(problem)
            except Exception as problem:  # a bug: the window must not wait for ever
                log.exception("a transfer failed")
                self._done.emit(SamarError("bug", what=technical(problem)))

    def _run(self, job: _Export | _Import) -> Exported | Imported:
        reads = isinstance(job, _Export)
        source = job.source
        database = source if isinstance(source, Database) else Database.connect(source, read_only=reads, patient=True)
        try:
            store = ChatStore(database)
            if isinstance(job, _Export):
                ids = None if job.chat_ids is None else list(job.chat_ids)
                if job.form == PDF:
                    return Exported(job.path, self._export_pdf(store, job, ids))
                count = export_chats(
                    store,
                    job.path,
                    ExportFormat(job.form),
                    ids,
                    labels=job.labels,
                    progress=self.progress.emit,
                    cancelled=self._is_cancelled,
                )
                return Exported(job.path, count)
            from desktop.storage import index
            from desktop.storage.importing import import_chats

            index.follow(database)
            return import_chats(store, job.path, progress=self.progress.emit, cancelled=self._is_cancelled)
        finally:
            database.close()

    def _export_pdf(self, store: ChatStore, job: _Export, ids: list[int] | None) -> int:
        """Through the page of HTML, so that directions and Markdown are read in one place only."""
        from desktop.workers.pdf import print_html

        data = store.database.path.parent if store.database.path else None
        with tempfile.TemporaryDirectory(prefix=PAGES) as folder, noted(data, Path(folder)):
            page = Path(folder) / "chats.html"
            count = export_chats(
                store,
                page,
                ExportFormat.HTML,
                ids,
                labels=job.labels,
                progress=self.progress.emit,
                cancelled=self._is_cancelled,
            )
            if count and not print_html(page.read_text(encoding="utf-8"), job.path, self._is_cancelled, data=data):
                return 0
            return count


def suggested_name(title: str, form: str) -> str:
    """A file name for an export."""
    if form == PDF:
        return file_name(title, ExportFormat.MARKDOWN).removesuffix("md") + PDF
    return file_name(title, ExportFormat(form))
