"""A checkpoint folder that was dropped: what it is, which sizes it can have, and its conversion, while the chat goes on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.models.fit import Verdict
from desktop.ui import i18n, theme
from desktop.ui.models import formatting
from desktop.ui.widgets.basic import IconButton, Label, Meter, say
from desktop.ui.widgets.card import Card
from desktop.ui.widgets.choice import Choice


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """One GGUF type that the checkpoint can become."""

    name: str
    size: int
    """Bytes of the file."""
    verdict: Verdict
    """Against the memory that is free now."""


@dataclass(frozen=True, slots=True)
class PlanView:
    """What the card shows."""

    name: str
    family: str
    parameters: int
    tokenizer: str
    output: str
    choices: tuple[TypeChoice, ...]
    chosen: str
    seconds: float
    """Expected time of the work."""
    notes: tuple[str, ...] = ()
    enough_disk: bool = True


class PlanCard(Card):
    """Shows a plan, then the progress of its work. The conversation beside it goes on."""

    confirmed = Signal(str)
    """The GGUF type that was chosen."""
    cancelled = Signal()
    """The person closed the card or stopped the work."""
    MARGINS = (18, 12, 12, 14)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: PlanView | None = None
        self.stage = ""
        self.reading = ""
        """Name of the folder that is being looked at."""
        self.title = Label("heading", self, wrap=True)
        self.facts = Label("label", self, wrap=True)
        self.notes = Label("hint", self, wrap=True)
        self.types = Choice(self)
        self.types_label = Label("label", self)
        self.types_label.setBuddy(self.types)
        self.fit = Label("label", self)
        self.meter = Meter(self, tight=2.0)
        self.progress = Label("label", self)
        self.convert = QPushButton(self)
        self.convert.setProperty("rank", "primary")
        self.stop = QPushButton(self)
        self.close_button = IconButton("close", self, size=32, icon_size=16)
        self._lay_out()
        self.types.currentIndexChanged.connect(self._show_fit)
        self.convert.clicked.connect(lambda: self.confirmed.emit(self.types.currentData()))
        self.stop.clicked.connect(self.cancelled)
        self.close_button.clicked.connect(self.cancelled)
        self._retranslate()
        self.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        choice = QHBoxLayout()
        choice.setSpacing(10)
        choice.addWidget(self.types_label)
        choice.addWidget(self.types)
        choice.addWidget(self.fit)
        choice.addStretch(1)
        choice.addWidget(self.stop)
        choice.addWidget(self.convert)
        column = QVBoxLayout(self)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.facts)
        column.addWidget(self.notes)
        column.addWidget(self.progress)
        column.addWidget(self.meter)
        column.addLayout(choice)
        self._mirror()

    # values in

    def show_reading(self, name: str) -> None:
        """A folder is being looked at."""
        self.view, self.stage, self.reading = None, "", name
        self._show()

    def show_plan(self, view: PlanView) -> None:
        """What would be done; the person chooses and confirms."""
        self.view, self.stage = view, ""
        self.types.blockSignals(True)
        self.types.clear()
        for choice in view.choices:
            self.types.addItem(formatting.line(isolated(choice.name), i18n.size(choice.size)), choice.name)
        self.types.setCurrentIndex(max(0, self.types.findData(view.chosen)))
        self.types.blockSignals(False)
        self._show()
        say(self, f"{self.title.text()}. {self.facts.text()}")

    def show_progress(self, stage: str, fraction: float) -> None:
        """The work goes on. stage: as the converter names it."""
        self.stage = stage or "read"
        self.meter.set_fraction(fraction)
        self.progress.setText(
            self.tr("{stage} · {percent}%").format(stage=self._stage_text(), percent=int(fraction * 100))
        )
        self._show()

    def dismiss(self) -> None:
        self.view, self.stage = None, ""
        self.hide()

    # inside

    def _show(self) -> None:
        working, planned = bool(self.stage), self.view is not None
        choosing: tuple[QWidget, ...] = (self.types, self.types_label, self.fit, self.convert)
        for widget in choosing:
            widget.setVisible(planned and not working)
        self.stop.setVisible(working)
        self.meter.setVisible(working)
        self.progress.setVisible(working)
        self.close_button.setVisible(not working)
        self._retranslate()
        self.show()

    def _show_fit(self) -> None:
        view = self.view
        if view is None:
            return
        choice = next((c for c in view.choices if c.name == self.types.currentData()), None)
        if choice is None:
            return
        tokens = theme.current()
        text, colour = {
            Verdict.FITS: (self.tr("Fits this computer"), tokens.fits),
            Verdict.TIGHT: (self.tr("Tight for this computer"), tokens.brand_text),
        }.get(choice.verdict, (self.tr("Too large for this computer"), tokens.danger))
        self.fit.setText(text)
        self.fit.setStyleSheet(f"color: {colour};")

    def _stage_text(self) -> str:
        return {
            "download": self.tr("Downloading"),
            "read": self.tr("Reading"),
            "convert": self.tr("Converting"),
            "verify": self.tr("Trying it out"),
            "publish": self.tr("Finishing"),
        }.get(self.stage, self.tr("Reading"))

    def _retranslate(self) -> None:
        self.types_label.setText(self.tr("Type"))
        self.convert.setText(self.tr("Convert"))
        self.stop.setText(self.tr("Cancel"))
        self.close_button.describe(self.tr("Close"))
        view = self.view
        if view is None:
            self.title.setText(self.tr("Looking at {name}…").format(name=isolated(self.reading)))
            self.facts.setText("")
            self.notes.setText("")
        else:
            self.title.setText(self.tr("Convert {name}").format(name=isolated(view.name)))
            minutes = max(1, round(view.seconds / 60))
            parts = (
                self.tr("{family}, {count} parameters").format(
                    family=isolated(view.family), count=isolated(formatting.parameters(view.parameters))
                ),
                self.tr("tokenizer {name}").format(name=isolated(view.tokenizer)),
                self.tr("about %n minute(s)", "", minutes),
            )
            self.facts.setText(" · ".join(parts))
            notes = list(view.notes)
            if not view.enough_disk:
                notes.insert(0, self.tr("There is not enough free space on the disk."))
            self.notes.setText("\n".join(notes))
        self.facts.setVisible(bool(self.facts.text()))
        self.notes.setVisible(bool(self.notes.text()))
        self.convert.setEnabled(view is not None and view.enough_disk)
        self._show_fit()
        self.setAccessibleName(self.title.text())


def isolated(text: str) -> str:
    """A foreign name within a sentence of either direction."""
    return f"\u2068{text}\u2069"
