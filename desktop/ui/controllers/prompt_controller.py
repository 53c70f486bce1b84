"""What happens in the library of prompts: between its dialog, the slash in the composer, and the history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from desktop.core.errors import SamarError
from desktop.core.files import read_regular
from desktop.core.folding import fold
from desktop.core.prompt_variables import PromptContext, fill_variables
from desktop.storage.prompts import Prompt, PromptLibrary, command_of
from desktop.ui import i18n
from desktop.ui.composer.slash_menu import SlashMenu
from desktop.ui.controllers.chat_controller import ChatController
from desktop.ui.main_window import MainWindow
from desktop.ui.panel.prompt_dialog import PromptDialog

MOST_IMPORTED = 16 * 1024 * 1024
"""Bytes of a file of prompts."""


class PromptController(QObject):
    """Every change goes to the library first, then to the widgets."""

    def __init__(
        self,
        window: MainWindow,
        chats: ChatController,
        library: PromptLibrary,
        context: Callable[[], PromptContext],
    ) -> None:
        super().__init__(window)
        self.window, self.chats, self.library, self.context = window, chats, library, context
        self.deleted: Prompt | None = None
        """The prompt that can be brought back."""
        self.menu = SlashMenu(window.composer, window.main)
        guarded = chats.guarded
        self.menu.asked.connect(guarded(self.offer))
        self.menu.inserted.connect(self.insert)
        self.menu.made_system_prompt.connect(guarded(self.use))
        self.menu.library_requested.connect(guarded(self.open))
        window.panel.prompts_requested.connect(guarded(self.open))

    # the slash

    def offer(self, typed: str) -> None:
        """Prompts whose command begins so, then those that have the words in their names."""
        command, words = command_of(typed), fold(typed)
        prompts = self.library.list_prompts()
        if not typed:
            self.menu.offer(prompts, typed=False)
            return
        first = [prompt for prompt in prompts if prompt.command and prompt.command.startswith(command)]
        others = [prompt for prompt in prompts if prompt not in first and words in fold(prompt.name)]
        self.menu.offer([*first, *others], typed=True)

    def insert(self, prompt: Prompt) -> None:
        """Put the text into the message, with its variables filled: the person sees what is sent."""
        self.window.composer.set_draft(fill_variables(prompt.content, self.context()))
        self.window.composer.focus()

    def use(self, prompt: Prompt) -> None:
        """Make it the system prompt of this chat."""
        self.window.panel.tell_prompt()
        self.chats.set_system_prompt(prompt.content)
        self.chats.show_panel()
        self.window.show_toast(
            self.tr("“{name}” now applies to this chat").replace("{name}", f"\u2068{prompt.name}\u2069")
        )

    # the library

    def open(self) -> None:
        dialog = PromptDialog(self.window)
        guarded = self.chats.guarded
        dialog.created.connect(guarded(lambda: self._create(dialog)))
        dialog.edited.connect(guarded(lambda *values: self._edit(dialog, *values)))
        dialog.starred.connect(guarded(lambda id_, on: self._star(dialog, id_, on)))
        dialog.deleted.connect(guarded(lambda id_: self._delete(dialog, id_)))
        dialog.restored.connect(guarded(lambda: self._restore(dialog)))
        dialog.used.connect(guarded(lambda id_: self.use(self.library.get(id_))))
        dialog.import_requested.connect(lambda: self._ask_import(dialog))
        dialog.export_requested.connect(lambda: self._ask_export(dialog))
        self._fill(dialog)
        dialog.open()

    def _fill(self, dialog: PromptDialog, current: int | None = None) -> None:
        dialog.set_prompts(self.library.list_prompts(), current)

    def _create(self, dialog: PromptDialog) -> None:
        self._fill(dialog, self.library.create(self.tr("New prompt"), "").id)

    def _edit(self, dialog: PromptDialog, id_: int, name: str, content: str, command: str) -> None:
        self.library.update(id_, name, content, command)
        self._fill(dialog)

    def _star(self, dialog: PromptDialog, id_: int, on: bool) -> None:
        self.library.set_starred(id_, on)
        self._fill(dialog)

    def _delete(self, dialog: PromptDialog, id_: int) -> None:
        self.deleted = self.library.delete(id_)
        self._fill(dialog)
        dialog.show_deleted(True)

    def _restore(self, dialog: PromptDialog) -> None:
        if self.deleted is not None:
            prompt, self.deleted = self.library.restore(self.deleted), None
            self._fill(dialog, prompt.id)
        dialog.show_deleted(False)

    def _ask_import(self, parent: PromptDialog) -> None:
        dialog = QFileDialog(parent, self.tr("Import prompts"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Exported prompts (*.json)"), self.tr("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.chats.guarded(lambda name: self.import_from(Path(name), parent)))
        dialog.open()

    def import_from(self, path: Path, dialog: PromptDialog) -> None:
        """Add the prompts of a file. Raises SamarError; nothing is then added."""
        try:
            raw = read_regular(path, MOST_IMPORTED)
        except OSError as problem:
            raise SamarError("import_unreadable", name=path.name, reason=problem.strerror or problem) from problem
        count = self.library.import_json(raw, path.name)
        self._fill(dialog)
        self.window.show_toast(i18n.grouped(self.tr("%n prompt(s) imported", "", count), count))

    def _ask_export(self, parent: PromptDialog) -> None:
        parent.tell()
        dialog = QFileDialog(parent, self.tr("Export prompts"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        name = self.tr("Samar prompts")
        dialog.selectFile(f"{name}.json")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.chats.guarded(lambda name: self.export_to(Path(name))))
        dialog.open()

    def export_to(self, path: Path) -> None:
        """Write the whole library. Raises SamarError."""
        raw = self.library.export_json()
        try:
            path.write_bytes(raw)
        except OSError as problem:
            raise SamarError("export_failed", name=path.name, reason=problem.strerror or problem) from problem
