"""Qt's application, as Samar's window has it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from desktop.ui import theme


class Application(QApplication):
    """Qt's application, which on macOS is also told which files were double-clicked."""

    files_asked = Signal(list)
    """paths, as str"""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__([*arguments, *theme.STYLE])
        self.setApplicationName("samar")
        self.setDesktopFileName("samar")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FileOpen and isinstance(event, QFileOpenEvent):
            if event.file():
                self.files_asked.emit([event.file()])
            return True
        return super().event(event)
