"""Exporting and importing chats: asks where, has the worker do it, and says how it went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QPageLayout
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.core.errors import SamarError
from desktop.core.text import Direction
from desktop.storage.exporters.base import ExportLabels
from desktop.ui import i18n
from desktop.ui.error_presenter import present
from desktop.ui.main_window import MainWindow
from desktop.workers.transfer import PRINT, Exported, Printed, Subject, TransferWorker, suggested_name

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from desktop.core.chat import Message
    from desktop.storage.importers.importing import Imported


class TransferController(QObject):
    """Between the side bar, the settings' page "Data" and the worker."""

    error_occurred = Signal(object)
    """SamarError, for the banner."""
    chats_imported = Signal()
    """The side bar must be filled anew."""
    said = Signal(str, bool)
    """How it goes, for the page "Data"; whether it still runs."""

    def __init__(self, window: MainWindow, worker: TransferWorker, with_details: Callable[[], bool]) -> None:
        """with_details: whether files for people hold prompts, names of models and what these thought."""
        super().__init__(window)
        self.window, self.worker, self.with_details = window, worker, with_details
        self.exporting = False
        worker.progress.connect(self._on_progress, Qt.ConnectionType.QueuedConnection)
        worker.exported.connect(self._on_exported)
        worker.printed.connect(self._on_printed)
        worker.imported.connect(self._on_imported)
        worker.failed.connect(self._on_failed)

    def export_chats(self, chat_ids: list[int], title: str, form: str) -> None:
        """Ask for a file and write chats into it, or for a printer. title: what the file is called at first."""
        self._ask(Subject(tuple(chat_ids)), title or self.tr("New chat"), form, self.window)

    def export_message(self, message: Message, title: str, form: str) -> None:
        """The same with one message alone. title: of its chat."""
        from desktop.core.chat import title_from

        title = title or title_from(message.content.strip().split("\n")[0].strip("#*` "), 80)
        self._ask(Subject(message=message, title=title), title, form, self.window)

    def export_all(self, form: str, parent: QWidget) -> None:
        """Ask for a file and write all chats into it, archived ones too."""
        self._ask(Subject(), self.tr("Samar chats"), form, parent)

    def import_file(self, parent: QWidget) -> None:
        dialog = QFileDialog(parent, self.tr("Import chats"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Exported chats (*.json *.jsonl *.zip)"), self.tr("All files (*)")])
        self._open_import(dialog)

    def import_folder(self, parent: QWidget) -> None:
        """Jan keeps its chats in a folder."""
        dialog = QFileDialog(parent, self.tr("Import chats from Jan’s folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._open_import(dialog)

    def _open_import(self, dialog: QFileDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.start_import(Path(name)))
        dialog.open()

    def _ask(self, subject: Subject, title: str, form: str, parent: QWidget) -> None:
        if form == PRINT:
            self._ask_printer(subject, title, parent)
            return
        name = suggested_name(title, form)
        dialog = QFileDialog(parent, self.tr("Export"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(name.rpartition(".")[2])
        dialog.selectFile(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.start_export(Path(chosen), form, subject))
        dialog.open()

    def _ask_printer(self, subject: Subject, title: str, parent: QWidget) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        from desktop.workers.pdf import MARGINS

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageMargins(MARGINS, QPageLayout.Unit.Millimeter)
        printer.setDocName(title)
        printer.setCreator("Samar")
        dialog = QPrintDialog(printer, parent)
        dialog.setWindowTitle(self.tr("Print"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.accepted.connect(lambda _printer: self.start_print(printer, subject))
        dialog.show()

    def start_export(self, path: Path, form: str, subject: Subject) -> None:
        self.exporting = True
        self.worker.export(path, form, subject, self._labels())
        self.said.emit(self.tr("Exporting…"), True)

    def start_print(self, printer: QPrinter, subject: Subject) -> None:
        self.exporting = True
        self.worker.print(printer, subject, self._labels())
        self.said.emit(self.tr("Printing…"), True)

    def start_import(self, path: Path) -> None:
        self.exporting = False
        self.worker.import_from(path)
        self.said.emit(self.tr("Reading {name}…").replace("{name}", path.name), True)

    def _labels(self) -> ExportLabels:
        return ExportLabels(
            you=self.tr("You"),
            assistant=self.tr("Samar"),
            system_prompt=self.tr("System prompt"),
            thinking=self.tr("Thinking"),
            untitled=self.tr("New chat"),
            image=self.tr("Image"),
            direction=Direction.RTL if i18n.is_rtl() else Direction.LTR,
            with_details=self.with_details(),
        )

    # from the worker

    def _on_progress(self, done: int, total: int) -> None:
        if self.worker.running:
            text = self.tr("Exporting: {done} of %n chat(s)", "", total)
            if not self.exporting:
                text = self.tr("Importing: {done} of %n chat(s)", "", total)
            self.said.emit(i18n.grouped(text, total).replace("{done}", i18n.number(done)), True)

    def _on_exported(self, outcome: Exported) -> None:
        if not outcome.chats:
            self.said.emit(self.tr("Cancelled. Nothing was written."), False)
            return
        text = self.tr("Reply exported")
        if not outcome.is_message:
            text = i18n.grouped(self.tr("%n chat(s) exported", "", outcome.chats), outcome.chats)
        folder = QUrl.fromLocalFile(str(outcome.path.parent))
        self.window.show_toast(text, self.tr("Open the folder"), lambda: QDesktopServices.openUrl(folder))
        self.said.emit(text, False)

    def _on_printed(self, outcome: Printed) -> None:
        if not outcome.is_sent:
            self.said.emit(self.tr("Cancelled. Nothing was printed."), False)
            return
        self.window.show_toast(self.tr("Sent to the printer"))
        self.said.emit(self.tr("Sent to the printer"), False)

    def _on_imported(self, outcome: Imported) -> None:
        count = len(outcome.chats)
        if not (count or outcome.present or outcome.empty or outcome.damaged):
            self.said.emit(self.tr("Cancelled. Nothing was imported."), False)
            return
        text = i18n.grouped(self.tr("%n chat(s) imported", "", count), count)
        if outcome.present:
            here = self.tr("%n chat(s) were here already", "", outcome.present)
            text = self.tr("{first}; {second}").replace("{first}", text)
            text = text.replace("{second}", i18n.grouped(here, outcome.present))
        if outcome.damaged:
            lost = i18n.grouped(
                self.tr("the file is damaged: %n part(s) of it can’t be read", "", outcome.damaged), outcome.damaged
            )
            text = self.tr("{first}; {second}").replace("{first}", text).replace("{second}", lost)
        self.chats_imported.emit()
        self.window.show_toast(text)
        self.said.emit(text, False)

    def _on_failed(self, problem: SamarError) -> None:
        said = present(problem)
        self.said.emit(f"{said.what} {said.then}", False)
        self.error_occurred.emit(problem)
