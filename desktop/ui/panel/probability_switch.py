"""The switch in the panel of a chat: whether the probabilities of tokens are asked for."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.widgets.basic import Label, Segments


class ProbabilitySwitch(QWidget):
    """Off or on, for one chat."""

    chosen = Signal(object)
    """bool"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = Label("label", self)
        self.choice = Segments([False, True], self)
        self.hint = Label("hint", self, wrap=True)
        row = QHBoxLayout()
        row.addWidget(self.label, 1)
        row.addWidget(self.choice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.hint)
        self.choice.chosen.connect(self.chosen)
        self.set_value(False)
        self._retranslate()

    def set_value(self, wanted: bool) -> None:
        self.choice.set_value(wanted)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.label.setText(self.tr("Token probabilities"))
        self.choice.set_texts([self.tr("Off"), self.tr("On")])
        self.choice.setAccessibleName(self.tr("Token probabilities"))
        self.hint.setText(
            self.tr(
                "Shows for the next replies how sure the model was of each token (piece of a word), and what else it might have written."
            )
        )
