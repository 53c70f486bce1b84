"""Models on this computer: of Samar, of other programs, and of the person's folders."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.core.errors import SamarError, fill
from desktop.models.entry import Entry
from desktop.models.fit import Verdict
from desktop.ui import i18n
from desktop.ui.error_presenter import present
from desktop.ui.models import words
from desktop.ui.models.table import Cell, ModelTable, Row
from desktop.ui.plain_text import set_tool_tip
from desktop.ui.shortcuts import native, with_shortcut
from desktop.ui.widgets import Label, LineEdit, is_language_change
from desktop.workers.models import OnDisk


class LocalPage(QWidget):
    use_requested = Signal(object)
    """Entry"""
    card_requested = Signal(object)
    settings_requested = Signal(object)
    verify_requested = Signal(object)
    remove_requested = Signal(object)
    add_files_requested = Signal()
    add_folder_requested = Signal()
    folders_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: OnDisk | None = None
        self.loaded = ""
        self.wanted = ""
        """Id of a model that is to be chosen as soon as it is on the list: it was added just now."""
        self.words = LineEdit(self)
        self.words.setClearButtonEnabled(True)
        self.add_files = QPushButton(self)
        self.add_folder = QPushButton(self)
        self.folders = QPushButton(self)
        self.table = ModelTable(self, shed=(1, 2, 4))
        self.note = Label("hint", self, wrap=True)
        self.use = QPushButton(self)
        self.use.setProperty("rank", "primary")
        self.card, self.verify, self.remove = QPushButton(self), QPushButton(self), QPushButton(self)
        self.settings = QPushButton(self)
        top, foot = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.add_files)
        top.addWidget(self.add_folder)
        top.addWidget(self.folders)
        for button in (self.remove, self.verify):
            foot.addWidget(button)
        foot.addStretch(1)
        for button in (self.card, self.settings, self.use):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 8, 20, 12)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        column.addWidget(self.note)
        column.addLayout(foot)
        self.words.textChanged.connect(lambda text: self.table.set_filter(text))
        self.table.chosen.connect(lambda _: self._describe())
        self.table.activated_key.connect(lambda _: self._emit(self.use_requested))
        self.use.clicked.connect(lambda: self._emit(self.use_requested))
        self.card.clicked.connect(lambda: self._emit(self.card_requested))
        self.settings.clicked.connect(lambda: self._emit(self.settings_requested))
        self.verify.clicked.connect(lambda: self._emit(self.verify_requested))
        self.remove.clicked.connect(lambda: self._emit(self.remove_requested))
        self.add_files.clicked.connect(self.add_files_requested)
        self.add_folder.clicked.connect(self.add_folder_requested)
        self.folders.clicked.connect(self.folders_requested)
        self.retranslate()

    def show_models(self, shown: OnDisk) -> None:
        self.shown = shown
        self._fill()

    def show_loaded(self, path: str) -> None:
        """The file of the loaded model, "" without one."""
        self.loaded = path
        self._fill()

    def entry(self) -> Entry | None:
        """The selected one."""
        key = self.table.key()
        return next((entry for entry in self.shown.entries if entry.id == key), None) if self.shown else None

    def _emit(self, signal: object) -> None:
        entry = self.entry()
        if entry is not None and not (signal is self.use_requested and entry.problem):
            signal.emit(entry)  # type: ignore[attr-defined]

    def _fill(self) -> None:
        titles = [
            self.tr("Model"),
            self.tr("Parameters"),
            self.tr("Quantization"),
            self.tr("File"),
            self.tr("Speed"),
            self.tr("Fit"),
        ]
        shown = self.shown
        self.folders.setVisible(bool(shown and shown.folders))
        names = Counter(entry.name for entry in shown.entries) if shown else Counter[str]()
        self.table.set_rows(
            titles, [self._row(entry, names[entry.name] > 1) for entry in shown.entries] if shown else []
        )
        self.table.set_placeholder(self.tr("No model matches. Try fewer words.") if shown else self.tr("Looking…"))
        if shown and any(entry.id == self.wanted for entry in shown.entries):
            self.table.select_key(self.wanted)
            self.wanted = ""
        if shown and self.table.key() is None:
            loaded = next((entry.id for entry in shown.entries if entry.path == self.loaded), None)
            self.table.select_key(loaded)
        self._describe()

    def _describe(self) -> None:
        """What can be done with the chosen one, and what to know of it and of this computer."""
        shown, entry = self.shown, self.entry()
        if shown:
            details = {"free": i18n.size(shown.machine.free), "total": i18n.size(shown.machine.total)}
            lines = [fill(self.tr("{free} of {total} memory are free now."), details)]
            for folder in shown.folders:
                if not folder.there:
                    text = self.tr("The folder {name} is not there now; its models come back with it.")
                    lines.append(text.replace("{name}", words.path(str(folder.path))))
            if entry is not None and entry.problem:
                lines.append(self._trouble(entry))
            self.note.setText("\n".join(lines))
        self._enable()

    def _trouble(self, entry: Entry) -> str:
        """Why a file can't be used, and what to do."""
        problem = present(SamarError(entry.problem, **entry.problem_details))
        return f"{problem.what} {problem.then}"

    def _row(self, entry: Entry, named_alike: bool = False) -> Row:
        assert self.shown is not None
        fit = self.shown.fits.get(entry.id)
        where = words.origin_of(entry)
        if entry.path == self.loaded:
            where = words.line(self.tr("Loaded now"), where)
        if entry.problem:
            where = self.tr("Can't be used")
        elif named_alike:
            where = words.line(words.path(Path(entry.path).name), where)
        verdict = fit.verdict if fit else Verdict.WONT
        tip = words.needs(fit) if fit else self._trouble(entry)
        speed = fit.tokens_per_s if fit else 0.0
        return Row(
            entry.id,
            (
                Cell(entry.name, entry.name.casefold(), tip=f"{words.name(entry.name)}\n{words.path(entry.path)}"),
                Cell(words.parameters(entry.parameters), entry.parameters),
                Cell(entry.quantization),
                Cell(i18n.size(entry.file_bytes), entry.file_bytes),
                Cell(words.speed(speed), speed),
                Cell(
                    words.verdict(verdict) if fit else "—", list(Verdict).index(verdict), verdict if fit else None, tip
                ),
            ),
            where,
        )

    def _enable(self) -> None:
        entry = self.entry()
        for button in (self.card, self.settings, self.verify):
            button.setEnabled(entry is not None and not entry.problem)
        self.use.setEnabled(entry is not None and not entry.problem and entry.path != self.loaded)
        self.remove.setEnabled(entry is not None and entry.origin.value != "bundled")
        deletes = entry is not None and entry.is_ours
        self.remove.setText(self.tr("Move to the bin…") if deletes else self.tr("Take off the list"))

    def retranslate(self) -> None:
        self.words.setPlaceholderText(self.tr("Filter"))
        self.words.setAccessibleName(self.tr("Filter"))
        set_tool_tip(self.words, with_shortcut(self.tr("Filter"), native("Ctrl+F")))
        self.add_files.setText(self.tr("Add a file…"))
        self.add_folder.setText(self.tr("Add a folder…"))
        self.folders.setText(self.tr("Folders…"))
        self.use.setText(self.tr("Use"))
        self.card.setText(self.tr("Details"))
        self.settings.setText(self.tr("Settings…"))
        self.verify.setText(self.tr("Verify"))
        self.table.setAccessibleName(self.tr("Models on this computer"))
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        if is_language_change(event):
            self.retranslate()
        super().changeEvent(event)
