"""A report of a problem, read before it is saved: every file it would hold, each of them to be left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.core.errors import SamarError
from desktop.ui import i18n, theme
from desktop.ui.error_presenter import present
from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.widgets.basic import Label, say


class ReportDialog(QDialog):
    save_requested = Signal(str, list)
    """path of the .zip, names of the files in it"""

    def __init__(self, parts: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """parts: name and text of each file."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.texts = dict(parts)
        self.heading = Label("heading", self, wrap=True)
        self.hint = Label("hint", self, wrap=True)
        self.files = QListWidget(self)
        self.files.setFixedWidth(210)
        self.files.setObjectName("reportFiles")
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setObjectName("reportText")
        self.text.setFont(theme.mono_font())
        self.text.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # logs are English
        self.note = Label("label", self, wrap=True)
        self.copy = QPushButton(self)
        self.cancel = QPushButton(self)
        self.save = QPushButton(self)
        self.save.setProperty("rank", "primary")
        self.save.setDefault(True)
        for name, text in parts:
            item = QListWidgetItem(f"{name}  ({i18n.size(len(text.encode()))})", self.files)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
        self._lay_out()
        self.files.currentItemChanged.connect(self._show)
        self.files.itemChanged.connect(lambda _item: self._count())
        self.copy.clicked.connect(self._copy)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self._ask)
        resize_within_screen(self, 860, 600)
        self._retranslate()
        self.files.setCurrentRow(0)
        self.files.setFocus()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addSpacing(6)
        column.addWidget(self.hint)
        column.addSpacing(14)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.files)
        row.addWidget(self.text, 1)
        column.addLayout(row, 1)
        column.addSpacing(14)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.note, 1)
        for button in (self.copy, self.cancel, self.save):
            buttons.addWidget(button)
        column.addLayout(buttons)

    def chosen(self) -> list[str]:
        """Names of the files that are not left out."""
        items = [self.files.item(row) for row in range(self.files.count())]
        return [item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() is Qt.CheckState.Checked]

    def show_saved(self, path: str) -> None:
        """The report lies there now."""
        text = self.tr("Saved as {name}. Send it to whoever you like.").replace(
            "{name}", f"\u2068{Path(path).name}\u2069"
        )
        self.note.setText(text)
        say(self, text)

    def show_error(self, problem: SamarError) -> None:
        """It could not be saved."""
        said = present(problem)
        self.note.setText(f"{said.what} {said.then}")
        say(self, self.note.text())

    def _show(self, item: QListWidgetItem | None) -> None:
        self.text.setPlainText(self.texts[item.data(Qt.ItemDataRole.UserRole)] if item else "")

    def _count(self) -> None:
        some = bool(self.chosen())
        self.save.setEnabled(some)
        self.copy.setEnabled(some)

    def _copy(self) -> None:
        whole = "\n".join(f"==== {name}\n{self.texts[name]}" for name in self.chosen())
        QGuiApplication.clipboard().setText(whole)
        self.note.setText(self.tr("Copied"))

    def _ask(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.setNameFilters([self.tr("Zip files (*.zip)")])
        dialog.selectFile("samar-report.zip")
        dialog.fileSelected.connect(lambda path: self.save_requested.emit(path, self.chosen()))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Report a problem"))
        self.heading.setText(self.tr("Read what the report will hold"))
        self.hint.setText(
            self.tr(
                "Samar sends nothing, and the report has no text of your chats. Leave out what you don’t want to share."
            )
        )
        self.files.setAccessibleName(self.tr("Files of the report"))
        self.text.setAccessibleName(self.tr("Text of the chosen file"))
        self.copy.setText(self.tr("Copy"))
        self.cancel.setText(self.tr("Close"))
        self.save.setText(self.tr("Save the report…"))
