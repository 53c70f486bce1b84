"""Chats written into files and read from them, on a thread of its own with a connection of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.core.chat import Message
from desktop.core.errors import SamarError
from desktop.storage.chats import ChatStore
from desktop.storage.database import Database
from desktop.storage.exporters.base import ExportFormat, ExportLabels
from desktop.storage.exporters.exporting import export_chats, export_reply, file_name
from desktop.storage.unfinished import PAGES, noted
from desktop.workers.tasks import Tasks

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from desktop.services.tasks import Task
    from desktop.storage.importers.importing import Imported

PDF = "pdf"
PRINT = "print"
READABLE: tuple[str, ...] = (ExportFormat.DOCX, PDF, ExportFormat.HTML, ExportFormat.MARKDOWN)
"""Files for people; one reply can be written in them too."""
FORMATS: tuple[str, ...] = (*READABLE, ExportFormat.JSON, ExportFormat.CHATML, ExportFormat.SHAREGPT)
"""What a chat can be written as: the values of ExportFormat, and PDF."""
CHOICES: tuple[str, ...] = (ExportFormat.DOCX, PDF, PRINT, *FORMATS[2:])
"""What a person can do with a chat: the formats, and print it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is exported.

    chat_ids: None for all chats. message: this message alone, which need not be in the history. title: of a message's
    document.
    """

    chat_ids: tuple[int, ...] | None = None
    message: Message | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    path: Path
    chats: int
    """How many were written; 0: cancelled."""
    is_message: bool = False
    """It was one message."""


@dataclass(frozen=True, slots=True)
class Printed:
    is_sent: bool
    """False: cancelled."""


@dataclass(frozen=True, slots=True)
class _Export:
    path: Path
    form: str
    subject: Subject
    labels: ExportLabels
    source: Path | Database


@dataclass(frozen=True, slots=True)
class _Print:
    printer: QPrinter
    subject: Subject
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
    printed = Signal(object)
    """Printed."""
    imported = Signal(object)
    """Imported; without any chat when it was cancelled."""
    failed = Signal(object)
    """SamarError."""

    def __init__(self, history: Path | Database, parent: QObject | None = None) -> None:
        """history: the file, or the connection of the thread that asks, whose file is then opened anew for each job; where
        there is none, what is exported is a copy of what the connection holds."""
        super().__init__(parent)
        self._history = history
        self._tasks = Tasks("transfer", self)
        self._waiting: list[Task] = []
        """Jobs in their order, the one at work first."""

    @property
    def running(self) -> bool:
        """Whether a job is at work or waits."""
        return self._tasks.is_busy

    def export(self, path: Path, form: str, subject: Subject | Sequence[int] | None, labels: ExportLabels) -> None:
        """Write chats or a message into a file; `exported` or `failed` follows. form: one of FORMATS. subject: a sequence
        for the ids of chats, None for all."""
        if not isinstance(subject, Subject):
            subject = Subject(None if subject is None else tuple(subject))
        what = subject
        self._queue_reading(lambda source: _Export(path, form, what, labels, source))

    def print(self, printer: QPrinter, subject: Subject, labels: ExportLabels) -> None:
        """Print chats or a message; `printed` or `failed` follows. The printer is the worker's until then."""
        self._queue_reading(lambda source: _Print(printer, subject, labels, source))

    def _queue_reading(self, job: Callable[[Path | Database], _Export | _Print]) -> None:
        try:
            source = self._source()
        except SamarError as problem:
            self._refuse(problem)
            return
        self._queue(job(source))

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
        """Let `failed` follow when the caller has returned."""

        def refuse(_task: Task) -> None:
            raise problem

        self._tasks.run(refuse, on_failure=self.failed.emit)

    def cancel(self) -> None:
        """End the job at work: nothing of it stays."""
        if self._waiting:
            self._waiting[0].cancel()

    def close(self) -> None:
        """End the job at work and leave out those that wait."""
        self._tasks.close()

    def _queue(self, job: _Export | _Print | _Import) -> None:
        def ended(outcome: Exported | Printed | Imported | SamarError) -> None:
            self._waiting.pop(0)
            if isinstance(outcome, SamarError):
                self.failed.emit(outcome)
            elif isinstance(outcome, Exported):
                self.exported.emit(outcome)
            elif isinstance(outcome, Printed):
                self.printed.emit(outcome)
            else:
                self.imported.emit(outcome)

        task = self._tasks.run(lambda task: self._run(job, task), ended, ended, lambda: ended(self._nothing_of(job)))
        if not self._tasks.is_closed:
            self._waiting.append(task)

    def _nothing_of(self, job: _Export | _Print | _Import) -> Exported | Printed | Imported:
        """The outcome of a job that was cancelled before it began."""
        if isinstance(job, _Export):
            return Exported(job.path, 0, job.subject.message is not None)
        if isinstance(job, _Print):
            return Printed(False)
        from desktop.storage.importers.importing import Imported

        return Imported((), 0, 0, 0)

    # on the thread

    def _run(self, job: _Export | _Print | _Import, task: Task) -> Exported | Printed | Imported:
        reads = not isinstance(job, _Import)
        source = job.source
        database = source if isinstance(source, Database) else Database.connect(source, read_only=reads, patient=True)
        try:
            store = ChatStore(database)
            if isinstance(job, _Export):
                export = self._export_pdf if job.form == PDF else self._export
                return Exported(job.path, export(store, job, task), job.subject.message is not None)
            if isinstance(job, _Print):
                return Printed(self._print(store, job, task))
            from desktop.storage import search_index
            from desktop.storage.importers.importing import import_chats

            search_index.attach(database)
            return import_chats(store, job.path, progress=self.progress.emit, cancelled=lambda: task.is_cancelled)
        finally:
            database.close()

    def _export(self, store: ChatStore, job: _Export, task: Task) -> int:
        return self._write(store, job.path, ExportFormat(job.form), job.subject, job.labels, task)

    def _write(
        self, store: ChatStore, path: Path, form: ExportFormat, subject: Subject, labels: ExportLabels, task: Task
    ) -> int:
        """How many chats or messages were written."""
        if subject.message is not None:
            return export_reply(
                store, path, form, subject.message, subject.title, labels=labels, cancelled=lambda: task.is_cancelled
            )
        ids = None if subject.chat_ids is None else list(subject.chat_ids)
        return export_chats(
            store, path, form, ids, labels=labels, progress=self.progress.emit, cancelled=lambda: task.is_cancelled
        )

    def _page(self, store: ChatStore, subject: Subject, labels: ExportLabels, task: Task) -> tuple[str, int]:
        """The page of HTML that is printed, so that directions and Markdown are read in one place only, and how many chats
        or messages it holds; 0: cancelled."""
        data = _data_folder(store)
        with tempfile.TemporaryDirectory(prefix=PAGES) as folder, noted(data, Path(folder)):
            page = Path(folder) / "chats.html"
            count = self._write(store, page, ExportFormat.HTML, subject, labels, task)
            return (page.read_text(encoding="utf-8") if count else ""), count

    def _export_pdf(self, store: ChatStore, job: _Export, task: Task) -> int:
        from desktop.workers.pdf import print_html

        page, count = self._page(store, job.subject, job.labels, task)
        done = count and print_html(page, job.path, lambda: task.is_cancelled, data=_data_folder(store))
        return count if done else 0

    def _print(self, store: ChatStore, job: _Print, task: Task) -> bool:
        from desktop.workers.pdf import print_page

        page, count = self._page(store, job.subject, job.labels, task)
        return bool(count) and print_page(page, job.printer, lambda: task.is_cancelled)


def _data_folder(store: ChatStore) -> Path | None:
    return store.database.path.parent if store.database.path else None


def suggested_name(title: str, form: str) -> str:
    """A file name for an export."""
    if form == PDF:
        return file_name(title, ExportFormat.MARKDOWN).removesuffix("md") + PDF
    return file_name(title, ExportFormat(form))
