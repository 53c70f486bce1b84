"""The LoRA adapters of one model: added from files, made stronger and weaker, taken off."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.core.errors import SamarError
from desktop.core.model import Adapter
from desktop.models.adapters import check_adapter
from desktop.ui import theme
from desktop.ui.error_presenter import present
from desktop.ui.widgets.basic import IconButton, Label, is_language_change, say
from desktop.ui.widgets.number_fields import Slider
from desktop.ui.widgets.plain_text import set_tool_tip

STEPS = 40
"""Of a strength: 0.00 … 2.00 by 0.05."""


class AdapterRow(QWidget):
    """One adapter: its file's name, its strength, and a button that takes it off."""

    changed = Signal(object)
    """Adapter"""
    removed = Signal()

    def __init__(self, adapter: Adapter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.adapter = adapter
        self.name, self.value = Label("label", self), Label("value", self)
        self.name.setText(Path(adapter.path).name)
        set_tool_tip(self.name, adapter.path)
        self.name.setMinimumWidth(0)
        self.slider = Slider(self)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(4)
        self.slider.setValue(round(adapter.scale * 20))
        self.remove = IconButton("close", self, 28, 16)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.name, 1)
        head.addWidget(self.value)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.slider)
        self.slider.valueChanged.connect(self._slid)
        self.remove.clicked.connect(self.removed)
        self.retranslate()

    def _slid(self, value: int) -> None:
        self.adapter = msgspec.structs.replace(self.adapter, scale=value / 20)
        self._tell()
        self.changed.emit(self.adapter)

    def _tell(self) -> None:
        self.value.setText(f"{self.adapter.scale:.2f}")
        self.slider.setAccessibleDescription(self.value.text())

    def retranslate(self) -> None:
        self.slider.setAccessibleName(self.tr("Strength of {name}").replace("{name}", self.name.text()))
        self.remove.setAccessibleName(self.tr("Remove {name}").replace("{name}", self.name.text()))
        set_tool_tip(self.remove, self.remove.accessibleName())
        self._tell()


class AdapterList(QWidget):
    """`changed` comes with all adapters of the model, in their order."""

    changed = Signal(object)
    """tuple of Adapter"""

    def __init__(self, architecture: str, model: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.architecture, self.model = architecture, model
        self.adapters: tuple[Adapter, ...] = ()
        self.rows: list[AdapterRow] = []
        self.column = QVBoxLayout()
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        self.problem = Label("hint", self, wrap=True)
        self.problem.hide()
        self.add = QPushButton(self)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self.add)
        foot.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        outer.addLayout(self.column)
        outer.addWidget(self.problem)
        outer.addLayout(foot)
        self.add.clicked.connect(self._ask)
        self.retranslate()

    def set_adapters(self, adapters: tuple[Adapter, ...]) -> None:
        """Show these; the rows stay while only strengths differ, so that a slider keeps the focus."""
        if [adapter.path for adapter in adapters] != [row.adapter.path for row in self.rows]:
            for row in self.rows:
                self.column.removeWidget(row)
                row.hide()
                row.deleteLater()
            self.rows = [self._row(number, adapter) for number, adapter in enumerate(adapters)]
        for row, adapter in zip(self.rows, adapters, strict=True):
            if row.adapter != adapter:
                row.slider.setValue(round(adapter.scale * 20))
        self.adapters = adapters

    def _row(self, number: int, adapter: Adapter) -> AdapterRow:
        row = AdapterRow(adapter, self)
        row.changed.connect(lambda changed, at=number: self._change(at, changed))
        row.removed.connect(lambda at=number: self._remove(at))
        self.column.addWidget(row)
        return row

    def _change(self, at: int, adapter: Adapter) -> None:
        self.adapters = (*self.adapters[:at], adapter, *self.adapters[at + 1 :])
        self.changed.emit(self.adapters)

    def _remove(self, at: int) -> None:
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)
        self.set_adapters((*self.adapters[:at], *self.adapters[at + 1 :]))
        self.changed.emit(self.adapters)

    def _ask(self) -> None:
        dialog = QFileDialog(self, self.tr("Add an adapter"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("Adapters (*.gguf)"), self.tr("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.take)
        dialog.open()

    def take(self, files: list[str]) -> None:
        """Add files; one that does not fit is told of and left out."""
        self.problem.hide()
        adapters = self.adapters
        for file in files:
            if any(adapter.path == file for adapter in adapters):
                continue
            try:
                check_adapter(Path(file), self.architecture, self.model)
            except SamarError as problem:
                shown = present(problem)
                self.problem.setText(f"{shown.what} {shown.then}")
                self.problem.setStyleSheet(f"color: {theme.current().color('danger').name()}")
                self.problem.show()
                say(self, self.problem.text())
                continue
            adapters = (*adapters, Adapter(path=file))
        if adapters != self.adapters:
            self.set_adapters(adapters)
            self.changed.emit(adapters)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_language_change(event):
            self.retranslate()

    def retranslate(self) -> None:
        self.add.setText(self.tr("Add an adapter…"))
        for row in self.rows:
            row.retranslate()
