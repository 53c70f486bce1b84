"""The formats that chats can be written in, as a menu."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget


class FormatMenu(QMenu):
    """What chats can be written as."""

    chosen = Signal(str)
    """One of workers.transfer.FORMATS."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from desktop.workers.transfer import FORMATS

        for form in FORMATS:
            action = self.addAction("")
            action.setData(form)
            action.triggered.connect(lambda _checked=False, form=form: self.chosen.emit(form))
        self.retranslate()

    def retranslate(self) -> None:
        texts = {
            "md": self.tr("Markdown"),
            "html": self.tr("Web page (HTML)"),
            "pdf": self.tr("PDF"),
            "json": self.tr("Samar’s JSON, nothing left out"),
            "chatml": self.tr("ChatML JSON lines, for training"),
            "sharegpt": self.tr("ShareGPT JSON lines, for training"),
        }
        self.setTitle(self.tr("Export"))
        for action in self.actions():
            action.setText(texts[action.data()])
