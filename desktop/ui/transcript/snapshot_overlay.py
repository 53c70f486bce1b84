"""A picture of the page, shown while another document is laid out behind it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea

from desktop.ui.widgets.plain_text import PlainLabel


class SnapshotOverlay(PlainLabel):
    """Stands before a page. What a person does with it is `touched`, which has to take it away, and reaches the page."""

    touched = Signal()

    def __init__(self, page: QAbstractScrollArea) -> None:
        super().__init__(parent=page.parentWidget())
        self._page = page
        self.setPixmap(page.grab())
        self.setGeometry(page.geometry())
        self.show()
        page.stackUnder(self)
        page.installEventFilter(self)

    def leave(self) -> None:
        self._page.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            self.touched.emit()
        return False

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._pass_on(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pass_on(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._pass_on(event)

    def _pass_on(self, event: QEvent) -> None:
        self.touched.emit()
        QCoreApplication.sendEvent(self._page.viewport(), event)


@dataclass(frozen=True, slots=True)
class Taking:
    """How the page stood when it was given another document."""

    follow: bool
    """Its end was shown, and is to be."""
    rest: float
    """From the top of the view to the end of the document, pixels."""
    longer: int
    """Characters that the new document has before what was shown."""
    anchor: int
    position: int
    """Of the selection, in the new document."""
    overlay: SnapshotOverlay
