"""The list of models that people ask for, what is recommended for this computer on top; a row for each model, its files inside."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.core.languages import Language
from desktop.models.catalogue import Advice, Arabic, CatalogueModel, Recommendation
from desktop.models.fit import Verdict
from desktop.ui import i18n, theme
from desktop.ui.models import formatting
from desktop.ui.models.table import Cell, ModelTable, Row
from desktop.ui.shortcuts import native, with_shortcut
from desktop.ui.widgets.basic import Label, LineEdit, is_language_change
from desktop.ui.widgets.choice import Choice
from desktop.ui.widgets.plain_text import set_tool_tip
from desktop.workers.models import InCatalogue


class AdviceCard(QFrame):
    """One recommendation: what for, which model, why."""

    download_requested = Signal(object)

    def __init__(self, one: Recommendation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.one = one
        self.compact = False
        self.setObjectName("adviceCard")
        self.what = Label("label", self)
        self.name = Label("heading", self, wrap=True)
        self.why = Label("hint", self, wrap=True)
        self.button = QPushButton(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        for widget in (self.what, self.name, self.why):
            column.addWidget(widget)
        column.addStretch(1)
        column.addWidget(self.button)
        self.button.clicked.connect(lambda: self.download_requested.emit(self.one))
        self.retranslate()

    def set_compact(self, compact: bool) -> None:
        """Without its reason, which a tool tip then says."""
        self.compact = compact
        self.why.setVisible(not compact)
        self.what.setVisible(not compact)
        self.retranslate()

    def retranslate(self) -> None:
        one = self.one
        self.what.setText(
            {
                Advice.BEST: self.tr("The most capable"),
                Advice.FAST: self.tr("The fastest"),
                Advice.ARABIC: self.tr("For Arabic"),
                Advice.SMALL: self.tr("The smallest"),
            }[one.advice]
        )
        self.name.setText(one.model.name)
        licence = self.tr("Licence: {name}").replace("{name}", formatting.name(one.model.licence))
        self.why.setText(f"{formatting.reason(one)}\n{licence}")
        set_tool_tip(self, self.why.text())
        size = ("≈ " if one.file.size_is == "computed" else "") + i18n.size(one.file.size)
        whole = self.tr("Download, {size}").replace("{size}", size)
        self.button.setText(whole)
        self.button.setMinimumHeight(
            self.button.sizeHint().height()
        )  # a low window squeezes the list, not the way to the model
        self.button.setAccessibleName(whole)
        self.button.setAccessibleDescription(f"{one.model.name}. {self.why.text()}")


class CataloguePage(QWidget):
    download_requested = Signal(object)
    """Recommendation"""
    convert_requested = Signal(str)
    """Repository of the original"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: InCatalogue | None = None
        self.cards: list[AdviceCard] = []
        self.heading = Label("heading", self)
        self.card_row = QHBoxLayout()
        self.card_row.setSpacing(12)
        self.words = LineEdit(self)
        self.words.setClearButtonEnabled(True)
        self.which = Choice(self)
        self.file = Choice(self)
        """Which quantization of the chosen model."""
        self.picked: dict[str, str] = {}
        """Names of the files that the person picked, by the ids of their models."""
        self.table = ModelTable(self, shed=(2, 1, 5, 3))
        self.about = Label("value", self, wrap=True)
        self.facts = Label("hint", self, wrap=True)
        self.button = QPushButton(self)
        self.button.setProperty("rank", "primary")
        top, foot, texts = QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.which)
        texts.addWidget(self.about)
        texts.addWidget(self.facts)
        foot.addLayout(texts, 1)
        foot.addWidget(self.file)
        foot.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 8, 20, 12)
        column.setSpacing(10)
        column.addWidget(self.heading)
        column.addLayout(self.card_row)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self.words.textChanged.connect(lambda _: self._filter())
        self.which.currentIndexChanged.connect(lambda _: self._filter())
        self.table.chosen.connect(lambda _: self._describe())
        self.table.activated_key.connect(lambda _: self._act())
        self.button.clicked.connect(self._act)
        self.file.activated.connect(self._pick)
        self.retranslate()

    def show_catalogue(self, shown: InCatalogue) -> None:
        self.shown = shown
        for card in self.cards:
            self.card_row.removeWidget(card)
            card.hide()
            card.deleteLater()
        advised = sorted(
            shown.recommended, key=lambda one: i18n.current() is Language.ARABIC and one.advice is not Advice.ARABIC
        )
        self.cards = [AdviceCard(one, self) for one in advised]
        for card in self.cards:
            card.download_requested.connect(self.download_requested)
            self.card_row.addWidget(card, 1)
        self._make_room()
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """In a small window the list matters more than the reasons of what is recommended."""
        scale = theme.state().scale
        compact = self.width() < 760 * scale or self.height() < 560 * scale
        for card in self.cards:
            card.set_compact(compact)

    def chosen(self) -> Recommendation | CatalogueModel | None:
        """The selected file, or the model where there is no file of it."""
        model_id = self.table.key()
        if model_id is None or self.shown is None:
            return None
        return self._file_of(model_id) or self.shown.catalogue.find(model_id)

    def _files_of(self, model_id: str) -> list[Recommendation]:
        """Smallest first."""
        found = [one for one in self.shown.files if one.model.id == model_id] if self.shown else []
        return sorted(found, key=lambda one: one.file.size)

    def _file_of(self, model_id: str) -> Recommendation | None:
        """The file that the person picked, else the best one that fits well; None where there is none."""
        files = self._files_of(model_id)
        picked = next((one for one in files if one.file.name == self.picked.get(model_id)), None)
        return picked or best_of(files)

    def _pick(self, number: int) -> None:
        model_id = self.table.key()
        if model_id is not None:
            self.picked[model_id] = self.file.itemData(number)
            self._fill()

    def set_which(self, which: str) -> None:
        """Show "all" models, or those for "images", "arabic", or what "fits"."""
        self.words.clear()
        self.which.setCurrentIndex(max(self.which.findData(which), 0))

    def _act(self) -> None:
        chosen = self.chosen()
        if isinstance(chosen, Recommendation):
            self.download_requested.emit(chosen)
        elif chosen is not None:
            self.convert_requested.emit(chosen.source)

    def _fill(self) -> None:
        titles = [
            self.tr("Model"),
            self.tr("Parameters"),
            self.tr("Context"),
            self.tr("Arabic"),
            self.tr("File"),
            self.tr("Speed"),
            self.tr("Fit"),
        ]
        shown = self.shown
        models = list(shown.catalogue.models) if shown else []
        if i18n.current() is Language.ARABIC:
            models.sort(key=lambda model: -model.arabic.rank)
        self.table.set_rows(titles, [self._row(model, self._file_of(model.id)) for model in models])
        self._filter()
        self._describe()

    def _row(self, model: CatalogueModel, one: Recommendation | None) -> Row:
        fit = one.fit if one else None
        traits = [self.tr("sees images")] if model.vision else []
        lacks = formatting.caution_notes(model.languages)
        made = one.file.quantization if one else self.tr("Must be converted")
        detail = [*lacks, model.maker, made, *traits, model.licence]
        size = ("≈ " if one and one.file.size_is == "computed" else "") + (i18n.size(one.file.size) if one else "—")
        speed = fit.tokens_per_s if fit else 0.0
        parameters = formatting.parameters(model.parameters)
        active = ""
        if model.active_parameters:
            parameters = f"{parameters} ({formatting.parameters(model.active_parameters)})"
            active = self.tr("The second number is the part that works on each token.")
        rank = list(Verdict).index(fit.verdict) if fit else 3
        return Row(
            model.id,
            (
                Cell(model.name, model.name.casefold(), tip=model.about.in_language(i18n.current())),
                Cell(parameters, model.parameters, tip=active),
                Cell(formatting.context(model.context), model.context),
                Cell(formatting.arabic(model.arabic), -model.arabic.rank),
                Cell(size, one.file.size if one else 0),
                Cell(formatting.speed(speed), speed),
                Cell(
                    formatting.verdict(fit.verdict) if fit else "—",
                    rank,
                    fit.verdict if fit else None,
                    formatting.needs(fit) if fit else "",
                ),
            ),
            "  ·  ".join(detail),
        )

    def _filter(self) -> None:
        which = self.which.currentData()
        shown = self.shown

        def wanted(model_id: str) -> bool:
            model = shown.catalogue.find(model_id) if shown else None
            if model is None or shown is None:
                return False
            if which == "arabic":
                return model.arabic.rank >= Arabic.GOOD.rank
            if which == "images":
                return model.vision
            if which == "fits":
                return any(one.fit.verdict is not Verdict.WONT for one in self._files_of(model_id))
            return True

        self.table.set_filter(self.words.text(), wanted)
        self.table.set_placeholder(
            self.tr("No model matches. Try fewer words, or another choice beside the search field.") if shown else ""
        )

    def _describe(self) -> None:
        chosen = self.chosen()
        model = chosen.model if isinstance(chosen, Recommendation) else chosen
        self.button.setEnabled(model is not None)
        self.button.setText(self.tr("Download") if model is None or model.gguf else self.tr("Convert…"))
        self._show_files(chosen)
        if model is None:
            self.about.setText(self.tr("Choose a model to read what it is good at."))
            self.facts.setText("")
            return
        self.about.setText(model.about.in_language(i18n.current()))
        traits = [
            self.tr("Licence: {name}").replace("{name}", formatting.name(model.licence)),
            self.tr("thinks before it answers") if model.thinking else "",
            self.tr("uses tools") if model.tools else "",
            self.tr("its makers ask you to accept conditions first") if model.gated else "",
        ]
        if formatting.lacks_language(model.languages):
            traits.insert(0, formatting.lacking_language())
        date = self.tr("As of {date}").replace(
            "{date}", formatting.name(self.shown.catalogue.date) if self.shown else ""
        )
        self.facts.setText(formatting.line(*traits, date))

    def _show_files(self, chosen: Recommendation | CatalogueModel | None) -> None:
        """The quantizations of the chosen model, each with its size and whether it fits."""
        self.file.clear()
        self.file.setVisible(isinstance(chosen, Recommendation))
        if not isinstance(chosen, Recommendation):
            return
        for one in self._files_of(chosen.model.id):
            size = ("≈ " if one.file.size_is == "computed" else "") + i18n.size(one.file.size)
            text = formatting.line(one.file.quantization, size, formatting.verdict(one.fit.verdict))
            self.file.addItem(text, one.file.name)
        self.file.setCurrentIndex(self.file.findData(chosen.file.name))
        self.file.setAccessibleName(self.tr("Quantization"))

    def retranslate(self) -> None:
        self.heading.setText(self.tr("Recommended for this computer"))
        self.words.setPlaceholderText(self.tr("Search in the list"))
        self.words.setAccessibleName(self.tr("Search in the list"))
        set_tool_tip(self.words, with_shortcut(self.tr("Search in the list"), native("Ctrl+F")))
        chosen = self.which.currentIndex()
        self.which.blockSignals(True)
        self.which.clear()
        for text, value in (
            (self.tr("All models"), "all"),
            (self.tr("What fits this computer"), "fits"),
            (self.tr("Good Arabic"), "arabic"),
            (self.tr("Sees images"), "images"),
        ):
            self.which.addItem(text, value)
        self.which.setCurrentIndex(max(chosen, 0))
        self.which.blockSignals(False)
        self.which.setAccessibleName(self.tr("Which models"))
        self.table.setAccessibleName(self.tr("Models to download"))
        for card in self.cards:
            card.retranslate()
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        if is_language_change(event):
            self.retranslate()
        super().changeEvent(event)


def best_of(files: Sequence[Recommendation]) -> Recommendation | None:
    """Of the files of one model, smallest first: the largest that fits well, up to eight bits for each weight; else the
    smallest. None without any."""
    good = [one for one in files if one.fit.verdict is Verdict.FITS and "16" not in one.file.quantization]
    usual = [one for one in good if one.file.quantization.startswith(("Q4_K_M", "Q4_0", "MXFP4", "Q5", "Q6"))]
    return next(iter((*usual[:1], *reversed(good), *files)), None)
