"""The folders that the person added: what each holds, and whether it is there now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.models.library import Folder
from desktop.ui.models import formatting
from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.widgets.basic import Edge, IconButton, Label, Mark, is_language_change


class FolderRow(QWidget):
    """One folder. Removing it leaves its files alone."""

    removed = Signal(object)
    """Path"""

    def __init__(self, folder: Folder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.name = Label("subject", self, wrap=True)
        self.state = Label("hint", self, wrap=True) if folder.there else Mark("alert", self)
        self.button = IconButton("close", self, size=32, icon_size=16)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self.name)
        texts.addWidget(self.state)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 8)
        row.addLayout(texts, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(lambda: self.removed.emit(self.folder.path))
        self.name.setText(formatting.path(str(folder.path)))
        if folder.there:
            self.state.setText(self.tr("%n model(s)", "", folder.models))
        else:
            self.state.setText(self.tr("The folder is not there now. When it comes back, so do its models."))
        self.button.describe(self.tr("Stop looking there"), description=str(folder.path))
        self.setAccessibleName(f"{folder.path}. {self.state.text()}")


class FoldersDialog(QDialog):
    add_requested = Signal()
    remove_requested = Signal(object)
    """Path"""
    look_requested = Signal()

    def __init__(self, folders: Sequence[Folder], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[FolderRow] = []
        self.folders = tuple(folders)
        self.hint = Label("hint", self, wrap=True)
        self.nothing = Label("label", self, wrap=True)
        body = QWidget(self)
        body.setObjectName("settingsBody")
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(24, 8, 24, 8)
        self.column.setSpacing(0)
        self.column.addWidget(self.nothing)
        self.column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        self.look, self.shut, self.add = QPushButton(self), QPushButton(self), QPushButton(self)
        self.look.setProperty("rank", "link")
        self.add.setProperty("rank", "primary")
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 12, 24, 16)
        foot.setSpacing(8)
        foot.addWidget(self.look)
        foot.addStretch(1)
        foot.addWidget(self.shut)
        foot.addWidget(self.add)
        head = QVBoxLayout()
        head.setContentsMargins(24, 18, 24, 14)
        head.addWidget(self.hint)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(Edge(self))
        outer.addWidget(scroll, 1)
        outer.addWidget(Edge(self))
        outer.addLayout(foot)
        resize_within_screen(self, 560, 420)
        self.add.clicked.connect(self.add_requested)
        self.look.clicked.connect(self.look_requested)
        self.shut.clicked.connect(self.reject)
        self.retranslate()

    def show_folders(self, folders: Sequence[Folder]) -> None:
        self.folders = tuple(folders)
        for row in self.rows:
            self.column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [FolderRow(folder, self) for folder in self.folders]
        for number, row in enumerate(self.rows):
            row.removed.connect(self.remove_requested)
            self.column.insertWidget(number + 1, row)
        self.nothing.setVisible(not self.rows)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_language_change(event):
            self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Folders of models"))
        self.hint.setText(
            self.tr(
                "Samar finds the models in these folders and below them, and uses them where they are. Nothing is copied."
            )
        )
        self.nothing.setText(self.tr("You have not added a folder yet."))
        self.look.setText(self.tr("Look again"))
        self.shut.setText(self.tr("Close"))
        self.add.setText(self.tr("Add a folder…"))
        self.show_folders(self.folders)
