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
from desktop.ui.models import formatting
from desktop.ui.models.table import Cell, ModelTable, Row
from desktop.ui.shortcuts import native, with_shortcut
from desktop.ui.widgets.basic import Label, LineEdit, is_language_change
from desktop.ui.widgets.choice import Choice
from desktop.ui.widgets.plain_text import set_tool_tip
from desktop.workers.models import OnDisk

Group = tuple[str, str, int, str]


def group_of(entry: Entry) -> Group:
    """Entries of one group are quantizations of one model. A file that can't be used stands alone."""
    return entry.name.casefold(), entry.architecture, entry.parameters, entry.id if entry.problem else ""


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
        self.file = Choice(self)
        """Which quantization of the chosen model."""
        self.picked: dict[Group, str] = {}
        """Ids of the entries that the person picked of models with several."""
        top, foot = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.add_files)
        top.addWidget(self.add_folder)
        top.addWidget(self.folders)
        for button in (self.remove, self.verify):
            foot.addWidget(button)
        foot.addStretch(1)
        for widget in (self.file, self.card, self.settings, self.use):
            foot.addWidget(widget)
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
        self.file.activated.connect(lambda number: self._choose(self.file.itemData(number)))
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
        entries = [self._shown_of(group) for group in self._groups()]
        names = Counter(entry.name for entry in entries)
        self.table.set_rows(titles, [self._row(entry, names[entry.name] > 1) for entry in entries])
        self.table.set_placeholder(
            self.tr("No model matches. Try fewer words.") if shown else self.tr("Looking for models…")
        )
        if shown and any(entry.id == self.wanted for entry in shown.entries):
            wanted, self.wanted = self.wanted, ""
            self._choose(wanted)
            return
        if shown and self.table.key() is None:
            loaded = next((entry.id for entry in shown.entries if entry.path == self.loaded), None)
            self.table.select_key(loaded)
        self._describe()

    def _groups(self) -> list[list[Entry]]:
        """The entries of each model, smallest first: those of one name and size are its quantizations. Two of the same
        quantization are two models."""
        found: dict[tuple[Group, int], list[Entry]] = {}
        seen = Counter[tuple[Group, str]]()
        for entry in self.shown.entries if self.shown else ():
            alike = group_of(entry), entry.quantization
            found.setdefault((alike[0], seen[alike]), []).append(entry)
            seen[alike] += 1
        return [sorted(group, key=lambda entry: entry.file_bytes) for group in found.values()]

    def _shown_of(self, group: list[Entry]) -> Entry:
        """The one that stands for its model: picked, loaded, or the largest that fits."""
        assert self.shown is not None
        fits = self.shown.fits
        fitting = [one for one in group if one.id in fits and fits[one.id].verdict is Verdict.FITS]
        picked = [one for one in group if one.id == self.picked.get(group_of(group[0]))]
        loaded = [one for one in group if one.path == self.loaded]
        return (picked or loaded or fitting[::-1] or group)[0]

    def _choose(self, entry_id: str) -> None:
        """Select an entry, in the row of its model."""
        entry = next((one for one in self.shown.entries if one.id == entry_id), None) if self.shown else None
        if entry is not None:
            self.picked[group_of(entry)] = entry_id
            self._fill()
            self.table.select_key(entry_id)

    def _show_files(self, entry: Entry | None) -> None:
        group = next((group for group in self._groups() if entry in group), [])
        self.file.clear()
        self.file.setVisible(len(group) > 1)
        if entry is None or self.shown is None:
            return
        for one in group:
            fit = self.shown.fits.get(one.id)
            verdict = formatting.verdict(fit.verdict) if fit else ""
            self.file.addItem(formatting.line(one.quantization, i18n.size(one.file_bytes), verdict), one.id)
        self.file.setCurrentIndex(self.file.findData(entry.id))

    def _describe(self) -> None:
        """What can be done with the chosen one, and what to know of it and of this computer."""
        shown, entry = self.shown, self.entry()
        if shown:
            details = {"free": i18n.size(shown.machine.free), "total": i18n.size(shown.machine.total)}
            lines = [fill(self.tr("{free} of {total} of memory are free now."), details)]
            for folder in shown.folders:
                if not folder.there:
                    text = self.tr("The folder {name} is not there now; its models come back with it.")
                    lines.append(text.replace("{name}", formatting.path(str(folder.path))))
            if entry is not None:
                lines += [self._trouble(entry)] if entry.problem else formatting.cautions(entry)
            self.note.setText("\n".join(lines))
        self._show_files(entry)
        self._enable()

    def _trouble(self, entry: Entry) -> str:
        """Why a file can't be used, and what to do."""
        problem = present(SamarError(entry.problem, **entry.problem_details))
        return f"{problem.what} {problem.then}"

    def _row(self, entry: Entry, named_alike: bool = False) -> Row:
        assert self.shown is not None
        fit = self.shown.fits.get(entry.id)
        where = formatting.origin_of(entry)
        if entry.path == self.loaded:
            where = formatting.line(self.tr("Loaded now"), where)
        if entry.problem:
            where = self.tr("Can’t be used")
        else:
            where = formatting.line(*formatting.entry_notes(entry), where)
        if not entry.problem and named_alike:
            where = formatting.line(formatting.path(Path(entry.path).name), where)
        verdict = fit.verdict if fit else Verdict.WONT
        cautions = [] if entry.problem else formatting.cautions(entry)
        tip = formatting.needs(fit) if fit else self._trouble(entry)
        speed = fit.tokens_per_s if fit else 0.0
        return Row(
            entry.id,
            (
                Cell(
                    entry.name,
                    entry.name.casefold(),
                    tip="\n".join((formatting.name(entry.name), formatting.path(entry.path), *cautions)),
                ),
                Cell(formatting.parameters(entry.parameters), entry.parameters),
                Cell(entry.quantization),
                Cell(i18n.size(entry.file_bytes), entry.file_bytes),
                Cell(formatting.speed(speed), speed),
                Cell(
                    formatting.verdict(verdict) if fit else "—",
                    list(Verdict).index(verdict),
                    verdict if fit else None,
                    tip,
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
        self.words.setPlaceholderText(self.tr("Search in the list"))
        self.words.setAccessibleName(self.tr("Search in the list"))
        set_tool_tip(self.words, with_shortcut(self.tr("Search in the list"), native("Ctrl+F")))
        self.add_files.setText(self.tr("Add a file…"))
        self.add_folder.setText(self.tr("Add a folder…"))
        self.folders.setText(self.tr("Folders…"))
        self.use.setText(self.tr("Use"))
        self.card.setText(self.tr("Details"))
        self.settings.setText(self.tr("Settings…"))
        self.verify.setText(self.tr("Check"))
        self.table.setAccessibleName(self.tr("Models on this computer"))
        self.file.setAccessibleName(self.tr("Quantization"))
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        if is_language_change(event):
            self.retranslate()
        super().changeEvent(event)
