"""Above the composer, before a message is sent: the images of the chat that the model will not be shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.ui import i18n
from desktop.ui.widgets.basic import Label, say
from desktop.ui.widgets.card import Card


class ImageNotice(Card):
    """One line, and the way to models that see."""

    models_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.left_out = 0
        self.model = ""
        self.what = Label("value", self, wrap=True)
        self.models = QPushButton(self)
        self.models.setProperty("rank", "link")
        row = QHBoxLayout(self)
        row.setSpacing(12)
        row.addWidget(self.what, 1)
        row.addWidget(self.models, 0, Qt.AlignmentFlag.AlignTop)
        self.models.clicked.connect(self.models_requested)
        self._mirror()
        self._retranslate()
        self.hide()

    def show_left_out(self, count: int, model: str = "") -> None:
        """count: images that will not be sent; hides itself at 0. model: the name of one that sees none; "": there are
        more than a model is shown at once."""
        news = (count > 0, model) != (self.left_out > 0, self.model)
        self.left_out, self.model = count, model
        self._retranslate()
        if news and count:
            say(self, self.what.text())

    def _sentence(self) -> str:
        if self.model:
            text = self.tr("{name} can’t see images: %n image(s) of this chat will be left out.", "", self.left_out)
            return i18n.grouped(text, self.left_out).replace("{name}", f"\u2068{self.model}\u2069")
        text = self.tr("A model is shown at most 16 images at once: the %n oldest will be left out.", "", self.left_out)
        return i18n.grouped(text, self.left_out)

    def _retranslate(self) -> None:
        self.what.setText(self._sentence() if self.left_out else "")
        self.models.setText(self.tr("Models that see images…"))
        self.models.setVisible(bool(self.model))
        self.setAccessibleName(self.what.text())
        self.setVisible(self.left_out > 0)

    def _sign(self) -> tuple[str, str]:
        return "info", "brand_text"
