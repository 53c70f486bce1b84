"""Whether the model thinks before it answers: its own way, never, always; and why one can't choose where one can't."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.core.model import ModelInfo
from desktop.ui.widgets.basic import Label, Segments


class ThinkingSwitch(QWidget):
    """For one chat. Hidden while no model is there, and for one that does not think."""

    chosen = Signal(object)
    """bool, or None for what is set for the model"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model: ModelInfo | None = None
        self.label = Label("label", self)
        self.choice = Segments([None, False, True], self)
        self.hint = Label("hint", self, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 20)
        column.setSpacing(6)
        column.addWidget(self.label)
        column.addWidget(self.choice)
        column.addWidget(self.hint)
        self.choice.chosen.connect(self.chosen)
        self.show_choice(None, None)
        self._retranslate()

    def show_choice(self, wanted: bool | None, model: ModelInfo | None) -> None:
        """wanted: the chat's own choice. model: the one that answers, None while there is none."""
        self.model = model
        self.choice.set_value(wanted)
        self.choice.setEnabled(model is not None and model.thinking_switch)
        self.setVisible(model is not None and (model.thinking or model.thinking_switch))
        self._hint()

    def _hint(self) -> None:
        if self.model is None or not self.model.thinking_switch:
            text = self.tr("Thinking can’t be switched on or off for this model. “Answer now” ends its thinking.")
        elif self.model.thinks is None:
            text = self.tr("Thinking helps with hard questions, but makes every answer slower.")
        elif self.model.thinks:
            text = self.tr("The settings of this model say: on. What you choose here is for this chat only.")
        else:
            text = self.tr("The settings of this model say: off. What you choose here is for this chat only.")
        self.hint.setText(text)
        self.choice.setAccessibleDescription(text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.label.setText(self.tr("Thinking"))
        self.choice.set_texts([self.tr("Model decides"), self.tr("Off"), self.tr("On")])
        self.choice.setAccessibleName(self.tr("Thinking"))
        self._hint()
