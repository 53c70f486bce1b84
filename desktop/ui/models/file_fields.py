"""A field for a file that goes with a model and may be left out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from desktop.ui.models import words
from desktop.ui.widgets import IconButton, Label


class FileField(QWidget):
    """The name of a file, a button to choose one, and one to take it away."""

    changed = Signal(str)
    """Path; "": none"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path, self.none, self.title = "", "", ""
        self.name = Label("value", self, wrap=True)
        self.button = QPushButton(self)
        self.clear = IconButton("close", self, size=32, icon_size=16)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.name, 1)
        row.addWidget(self.clear)
        row.addWidget(self.button)
        self.button.clicked.connect(self._choose)
        self.clear.clicked.connect(lambda: self.changed.emit(""))

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Model files (*.gguf)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self.changed)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def set_path(self, path: str) -> None:
        self.path = path
        self.name.setText(words.name(Path(path).name) if path else self.none)
        self.name.setToolTip(path)
        self.clear.setVisible(bool(path))

    def say(self, title: str, none: str) -> None:
        """title: what the file is; none: what stands there without one."""
        self.title, self.none = title, none
        self.button.setText(self.tr("Choose…"))
        self.button.setAccessibleName(f"{title}: {self.button.text()}")
        self.clear.describe(self.tr("Take it away"), description=title)
        self.set_path(self.path)
