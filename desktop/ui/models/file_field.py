"""One file that belongs to a model: chosen, shown by its name, taken off again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.core.errors import SamarError
from desktop.ui import theme
from desktop.ui.error_presenter import present
from desktop.ui.widgets.basic import IconButton, Label, is_language_change, say
from desktop.ui.widgets.plain_text import set_tool_tip


class FileField(QWidget):
    """check: raises SamarError for a file that can't be taken. The text of `none` stands where no file is chosen."""

    changed = Signal(str)
    """Path; "": none"""

    def __init__(self, check: Callable[[Path], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.check, self.path, self.none = check, "", ""
        self.name = Label("label", self)
        self.name.setMinimumWidth(0)
        self.choose = QPushButton(self)
        self.remove = IconButton("close", self, 28, 16)
        self.problem = Label("hint", self, wrap=True)
        self.problem.hide()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.name, 1)
        row.addWidget(self.remove)
        row.addWidget(self.choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.problem)
        self.choose.clicked.connect(self._ask)
        self.remove.clicked.connect(self._take_off)
        self.retranslate()

    def set_path(self, path: str) -> None:
        self.path = path
        self._tell()

    def set_none(self, text: str) -> None:
        self.none = text
        self._tell()

    def _tell(self) -> None:
        self.name.setText(Path(self.path).name if self.path else self.none)
        set_tool_tip(self.name, self.path)
        self.remove.setVisible(bool(self.path))
        self.choose.setAccessibleDescription(self.name.text())

    def _ask(self) -> None:
        dialog = QFileDialog(self, self.choose.accessibleName())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Models (*.gguf)"), self.tr("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take)
        dialog.open()

    def take(self, file: str) -> None:
        """Choose a file; one that can't be taken is told of and left out."""
        self.problem.hide()
        try:
            self.check(Path(file))
        except SamarError as problem:
            shown = present(problem)
            self.problem.setText(f"{shown.what} {shown.then}")
            self.problem.setStyleSheet(f"color: {theme.current().color('danger').name()}")
            self.problem.show()
            say(self, self.problem.text())
            return
        self.set_path(file)
        self.changed.emit(file)

    def _take_off(self) -> None:
        self.problem.hide()
        self.choose.setFocus(Qt.FocusReason.OtherFocusReason)
        self.set_path("")
        self.changed.emit("")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_language_change(event):
            self.retranslate()

    def retranslate(self) -> None:
        self.choose.setText(self.tr("Choose…"))
        self.remove.setAccessibleName(self.tr("Remove it"))
        set_tool_tip(self.remove, self.remove.accessibleName())
