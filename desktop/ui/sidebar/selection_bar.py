"""What can be done with several selected chats, at the foot of their list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import i18n
from desktop.ui.widgets.basic import IconButton, Label


class SelectionBar(QFrame):
    """A count, and a button for each action; the same actions are in the menu of the rows."""

    chosen = Signal(str)
    """pin, unpin, move, archive, unarchive, export, delete or leave"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("selectionBar")
        self.count, self.all_pinned, self.archive = 0, False, False
        self.label = Label("value", self)
        self.leave = IconButton("close", self, size=28, icon_size=14)
        self.pin = IconButton("pin", self, size=34, icon_size=18)
        self.move_to = IconButton("folder", self, size=34, icon_size=18)
        self.archive_button = IconButton("archive", self, size=34, icon_size=18)
        self.export = IconButton("export", self, size=34, icon_size=18)
        self.delete = IconButton("trash", self, size=34, icon_size=18)
        head = QHBoxLayout()
        head.addSpacing(8)  # the words above the icons' ink
        head.addWidget(self.label, 1)
        head.addWidget(self.leave)
        row = QHBoxLayout()
        row.setSpacing(2)
        for button in (self.pin, self.move_to, self.archive_button, self.export, self.delete):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(row)
        self.pin.clicked.connect(lambda: self.chosen.emit("unpin" if self.all_pinned else "pin"))
        self.move_to.clicked.connect(lambda: self.chosen.emit("move"))
        self.archive_button.clicked.connect(lambda: self.chosen.emit("unarchive" if self.archive else "archive"))
        self.export.clicked.connect(lambda: self.chosen.emit("export"))
        self.delete.clicked.connect(lambda: self.chosen.emit("delete"))
        self.leave.clicked.connect(lambda: self.chosen.emit("leave"))
        self.hide()

    def show_count(self, count: int, *, all_pinned: bool, archive: bool) -> None:
        """Shows itself for two chats and more."""
        self.count, self.all_pinned, self.archive = count, all_pinned, archive
        self._retranslate()
        self.pin.setVisible(not archive)
        self.move_to.setVisible(not archive)
        self.setVisible(count > 1)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.label.setText(i18n.grouped(self.tr("%n chat(s) selected", "", self.count), self.count))
        self.setAccessibleName(self.label.text())
        self.pin.describe(self.tr("Unpin") if self.all_pinned else self.tr("Pin"))
        self.move_to.describe(self.tr("Move to a folder"))
        self.archive_button.describe(self.tr("Take out of the archive") if self.archive else self.tr("Archive"))
        self.export.describe(self.tr("Export"))
        self.delete.describe(self.tr("Delete"), "Del")
        self.leave.describe(self.tr("Clear the selection"), "Esc")
