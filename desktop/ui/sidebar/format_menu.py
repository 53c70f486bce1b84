"""What can be done with chats or a reply to take them away, as a menu."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget


class FormatMenu(QMenu):
    """What people read first, what programs read behind it."""

    chosen = Signal(str)
    """One of workers.transfer.CHOICES."""

    def __init__(self, parent: QWidget | None = None, *, for_reply: bool = False, can_print: bool = True) -> None:
        """for_reply: what one reply can be written as. can_print: False where all chats are meant."""
        super().__init__(parent)
        from desktop.workers.transfer import CHOICES, PRINT, READABLE

        self._for_reply = for_reply
        has_data = False
        for form in CHOICES:
            is_data = form not in READABLE and form != PRINT
            if (is_data and for_reply) or (form == PRINT and not can_print):
                continue
            if is_data and not has_data:
                self.addSeparator()
                has_data = True
            action = self.addAction("")
            action.setData(form)
            action.triggered.connect(lambda _checked=False, form=form: self.chosen.emit(form))
        self.retranslate()

    def retranslate(self) -> None:
        texts = {
            "docx": self.tr("Word…"),
            "pdf": self.tr("PDF…"),
            "print": self.tr("Print…"),
            "html": self.tr("Web page…"),
            "md": self.tr("Markdown text…"),
            "json": self.tr("Samar’s own file, everything in it…"),
            "chatml": self.tr("For training models: ChatML (JSON Lines)…"),
            "sharegpt": self.tr("For training models: ShareGPT (JSON Lines)…"),
        }
        self.setTitle(self.tr("Export this reply") if self._for_reply else self.tr("Export"))
        for action in self.actions():
            if action.data():
                action.setText(texts[action.data()])
