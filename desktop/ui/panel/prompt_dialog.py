"""The library of prompts: a list, and the prompt that is chosen in it. Every change is told at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.storage.prompts import Prompt
from desktop.ui import icons, theme
from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.widgets.basic import Edge, IconButton, Label, LineEdit, RowButton, say
from desktop.ui.widgets.directed_text import DirectedText

SETTLED_MS = 500
"""Without a key for so long, an edited prompt is told."""


class PromptDialog(QDialog):
    """Plain values in, signals out."""

    created = Signal()
    edited = Signal(int, str, str, str)
    """id, name, content, command"""
    starred = Signal(int, bool)
    deleted = Signal(int)
    restored = Signal()
    """bring back what was deleted last"""
    used = Signal(int)
    """make it the system prompt of this chat"""
    import_requested = Signal()
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.prompts: dict[int, Prompt] = {}
        self.current: int | None = None
        self.untold = self.showing = False
        self.new = RowButton("plus", self, raised=True)
        self.list = QListWidget(self)
        self.list.setObjectName("prompts")
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.importing, self.exporting = QPushButton(self), QPushButton(self)
        self.name_label, self.name = Label("label", self), LineEdit(self)
        self.command_label, self.command = Label("label", self), LineEdit(self)
        self.name.setMaxLength(200)
        self.command.setMaxLength(60)
        self.text_label, self.text = Label("label", self), DirectedText(self, least=8, most=8)
        self.text.setObjectName("field")
        self.variables = Label("hint", self, wrap=True)
        self.star = IconButton("star", self)
        self.star.setCheckable(True)
        self.remove = IconButton("trash", self)
        self.use = QPushButton(self)
        self.use.setProperty("rank", "primary")
        self.nothing = Label("hint", self, wrap=True)
        self.gone = Label("label", self)
        self.undo = QPushButton(self)
        self._lay_out()
        self.settled = QTimer(self)
        self.settled.setSingleShot(True)
        self.settled.setInterval(SETTLED_MS)
        self._connect()
        resize_within_screen(self, 760, 540)
        self._retranslate()
        self.set_prompts([])

    def _lay_out(self) -> None:
        for button in (self.importing, self.exporting, self.undo):
            button.setProperty("rank", "link")
        side = QWidget(self)
        side.setObjectName("sidebar")
        side.setFixedWidth(theme.width(236))
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 16, 12, 14)
        column.setSpacing(8)
        column.addWidget(self.new)
        column.addWidget(self.list, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 0, 8, 0)
        foot.setSpacing(16)
        foot.addWidget(self.importing)
        foot.addWidget(self.exporting)
        foot.addStretch(1)
        column.addLayout(foot)
        self.editor = QWidget(self)
        edited = QVBoxLayout(self.editor)
        edited.setContentsMargins(0, 0, 0, 0)
        edited.setSpacing(6)
        for label, field in ((self.name_label, self.name), (self.command_label, self.command)):
            edited.addWidget(label)
            edited.addWidget(field)
            edited.addSpacing(8)
        edited.addWidget(self.text_label)
        edited.addWidget(self.text)
        edited.addWidget(self.variables)
        edited.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.star)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(self.use)
        edited.addLayout(buttons)
        main = QVBoxLayout()
        main.setContentsMargins(24, 20, 24, 20)
        main.setSpacing(8)
        undo = QHBoxLayout()
        undo.setSpacing(10)
        undo.addWidget(self.gone)
        undo.addWidget(self.undo)
        undo.addStretch(1)
        main.addLayout(undo)
        main.addWidget(self.editor, 1)
        main.addWidget(self.nothing, 1, Qt.AlignmentFlag.AlignTop)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(side)
        whole.addWidget(Edge(self, upright=True))
        whole.addLayout(main, 1)
        self.show_deleted(False)

    def _connect(self) -> None:
        self.new.clicked.connect(self._create)
        self.list.currentItemChanged.connect(lambda item, _before: self._choose(item))
        self.importing.clicked.connect(self.import_requested)
        self.exporting.clicked.connect(self.export_requested)
        self.star.clicked.connect(self._star)
        self.remove.clicked.connect(self._delete)
        self.undo.clicked.connect(self.restored)
        self.use.clicked.connect(self._use)
        self.name.textEdited.connect(self._touched)
        self.command.textEdited.connect(self._touched)
        self.text.textChanged.connect(self._touched)
        self.settled.timeout.connect(self.tell)
        for field in (self.name, self.command):
            field.editingFinished.connect(self.tell)

    # --- values in ---

    def set_prompts(self, prompts: Sequence[Prompt], current: int | None = None) -> None:
        """All prompts in their order; `current` is shown, else the one that is shown already, else the first."""
        self.prompts = {prompt.id: prompt for prompt in prompts}
        wanted = current if current in self.prompts else self.current
        if wanted not in self.prompts:
            wanted = prompts[0].id if prompts else None
        self.showing = True
        self.list.clear()
        for prompt in prompts:
            item = QListWidgetItem(prompt.name or self.tr("Without a name"))
            item.setData(Qt.ItemDataRole.UserRole, prompt.id)
            if prompt.starred:
                item.setIcon(icons.icon("star", theme.current().brand))
                item.setData(
                    Qt.ItemDataRole.AccessibleTextRole, self.tr("{name}, starred").replace("{name}", prompt.name)
                )
            self.list.addItem(item)
            if prompt.id == wanted:
                self.list.setCurrentItem(item)
        self.showing = False
        self._show(wanted)

    def show_deleted(self, deleted: bool) -> None:
        """Offer to bring back the prompt that was deleted."""
        for widget in (self.gone, self.undo):
            widget.setVisible(deleted)
        if deleted:
            say(self, self.gone.text())

    # --- inside ---

    def _show(self, prompt_id: int | None) -> None:
        same = prompt_id == self.current
        self.current = prompt_id
        prompt = None if prompt_id is None else self.prompts[prompt_id]
        self.editor.setVisible(prompt is not None)
        self.nothing.setVisible(prompt is None)
        self.exporting.setEnabled(bool(self.prompts))
        if prompt is None or (same and self.untold):
            return
        self.showing = True
        for field, text in ((self.name, prompt.name), (self.command, prompt.command)):
            if field.text() != text and not (same and field.hasFocus()):  # not under the person's hands
                field.setText(text)
        if self.text.toPlainText() != prompt.content:
            self.text.setPlainText(prompt.content)
        self.star.setChecked(prompt.starred)
        self._star_name()
        self.showing = False

    def _choose(self, item: QListWidgetItem | None) -> None:
        if not self.showing and item is not None:
            wanted = item.data(Qt.ItemDataRole.UserRole)
            if self.untold:  # telling fills the list anew, which must not happen under its own signal
                QTimer.singleShot(0, self, lambda: self._leave_for(wanted))
            else:
                self._show(wanted)

    def _leave_for(self, prompt_id: int) -> None:
        self.tell()
        self.set_prompts(list(self.prompts.values()), prompt_id)

    def _touched(self) -> None:
        if self.showing or self.current is None:
            return
        prompt = self.prompts[self.current]
        values = (self.name.text(), self.text.toPlainText(), self.command.text())
        self.untold = values != (prompt.name, prompt.content, prompt.command)
        if self.untold:
            self.settled.start()

    def tell(self) -> None:
        """Emit an edit that hasn't been told yet."""
        self.settled.stop()
        if self.untold and self.current is not None:
            self.untold = False
            self.edited.emit(self.current, self.name.text().strip(), self.text.toPlainText(), self.command.text())

    def _create(self) -> None:
        self.tell()
        self.show_deleted(False)
        self.created.emit()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()

    def _star(self, on: bool) -> None:
        self.tell()
        if self.current is not None:
            self.starred.emit(self.current, on)

    def _delete(self) -> None:
        if self.current is not None:
            self.untold = False
            self.settled.stop()
            self.deleted.emit(self.current)

    def _use(self) -> None:
        self.tell()
        if self.current is not None:
            self.used.emit(self.current)
            self.accept()

    def done(self, result: int) -> None:
        self.tell()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.tell()
        super().closeEvent(event)

    # --- language ---

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _star_name(self) -> None:
        self.star.describe(
            self.tr("Remove the star") if self.star.isChecked() else self.tr("Add a star: it comes first in the list")
        )

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Prompts"))
        self.new.setText(self.tr("New prompt"))
        self.new.setAccessibleName(self.tr("New prompt"))
        self.list.setAccessibleName(self.tr("Prompts"))
        self.importing.setText(self.tr("Import…"))
        self.exporting.setText(self.tr("Export…"))
        self.name_label.setText(self.tr("Name"))
        self.name.setAccessibleName(self.tr("Name"))
        self.command_label.setText(self.tr("Short name"))
        self.command.setAccessibleName(self.tr("Short name"))
        self.command.setPlaceholderText(self.tr("summarise, to be typed as /summarise"))
        self.text_label.setText(self.tr("Text"))
        self.text.setAccessibleName(self.tr("Text"))
        self.variables.setText(
            self.tr(
                "Filled in when it is used: {date} today’s date, {time} the time, {language} the language of the interface, {user} your name."
            )
        )
        self.remove.describe(self.tr("Delete the prompt"))
        self.use.setText(self.tr("Use in this chat"))
        self.nothing.setText(
            self.tr(
                "No prompts yet. A prompt tells a model how to answer. The ones that you keep here are at hand in every chat."
            )
        )
        self.gone.setText(self.tr("Prompt deleted"))
        self.undo.setText(self.tr("Undo"))
        self._star_name()
