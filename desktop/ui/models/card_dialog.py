"""A model's card: what its header says, warnings first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.core.languages import SPECS
from desktop.models.fit import Fit
from desktop.models.summary import WARNINGS, ModelSummary
from desktop.ui import i18n
from desktop.ui.models import formatting
from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.widgets.basic import Edge, Label


class CardDialog(QDialog):
    def __init__(self, card: ModelSummary, fit: Fit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card, self.fit = card, fit
        self.setWindowTitle(card.name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_within_screen(self, 560, 620)
        body = QWidget(self)
        body.setObjectName("page")
        column = QVBoxLayout(body)
        column.setContentsMargins(24, 20, 24, 12)
        column.setSpacing(12)
        title = Label("title", body, wrap=True)
        title.setText(card.name)
        column.addWidget(title)
        for warning in card.warnings:
            column.addWidget(self._warning(formatting.tr(WARNINGS[warning]), body))
        form = QFormLayout()
        form.setHorizontalSpacing(20)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.rows = self._rows()
        for name, text in self.rows:
            label, value = Label("label", body), Label("value", body, wrap=True)
            label.setText(name)
            value.setText(text)
            value.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            form.addRow(label, value)
        column.addLayout(form)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(body)
        shut = QPushButton(self.tr("Close"), self)
        shut.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 12, 24, 16)
        foot.addStretch(1)
        foot.addWidget(shut)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addWidget(Edge(self))
        outer.addLayout(foot)
        shut.setFocus()

    def _warning(self, text: str, parent: QWidget) -> QFrame:
        frame = QFrame(parent)
        frame.setObjectName("adviceCard")
        label = Label("value", frame, wrap=True)
        label.setText(f"⚠  {text}")
        QVBoxLayout(frame).addWidget(label)
        return frame

    def _rows(self) -> list[tuple[str, str]]:
        card = self.card
        template = card.template
        takes = [
            self.tr("standing instructions (system prompt)") if template.system else "",
            self.tr("tools") if template.tools else "",
            self.tr("thinking") if template.thinking else "",
        ]
        taken = self.tr("understands {things}").replace(
            "{things}", SPECS[i18n.current()].comma.join(filter(None, takes))
        )
        plain = self.tr("questions and answers only")
        parameters = formatting.parameters(card.parameters)
        if card.active_parameters != card.parameters:
            active = self.tr("{count} work on each token").replace(
                "{count}", formatting.parameters(card.active_parameters)
            )
            parameters = f"{parameters} ({active})"
        bits = self.tr("{bits} bits for each weight").replace("{bits}", i18n.number(card.bits_per_weight, 1))
        rows = [
            (self.tr("Fit"), f"{formatting.verdict(self.fit.verdict)} — {formatting.needs(self.fit)}"),
            (self.tr("Speed"), formatting.speed(self.fit.tokens_per_s)),
            (self.tr("Architecture"), card.architecture),
            (self.tr("Parameters"), parameters),
            (self.tr("Quantization"), formatting.line(formatting.name(card.quantization), bits)),
            (
                self.tr("Tensors"),
                formatting.line(*(f"{formatting.name(s.type)} {i18n.size(s.bytes)}" for s in card.types)),
            ),
            (self.tr("Context"), i18n.number(card.context)),
            (self.tr("Layers"), i18n.number(card.layers)),
            (self.tr("Vocabulary"), i18n.number(card.vocabulary)),
            (self.tr("Chat template"), (taken if any(takes) else plain) if template.present else self.tr("none")),
            (
                self.tr("Special tokens"),
                formatting.line(*(formatting.name(f"{role} {text}") for role, _, text in card.special_tokens))
                if card.special_tokens
                else "",
            ),
            (self.tr("Licence"), card.licence or self.tr("not stated in the file")),
            (self.tr("Made by"), card.made_by),
            (self.tr("Languages"), ", ".join(card.languages)),
            (self.tr("Source"), card.source),
            (self.tr("Files that belong to it"), "\n".join(Path(name).name for name in card.companions)),
            (self.tr("File"), f"{formatting.path(card.path)}\n{i18n.size(card.file_bytes)}"),
        ]
        return [(name, text) for name, text in rows if text]
