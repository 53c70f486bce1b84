"""Commands by name: what the palette, buttons of the Help and other parts of the window run or open."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QCoreApplication, QObject, Qt, QUrl
from PySide6.QtGui import QCursor, QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from desktop.core.chat import MessageStatus, Role
from desktop.core.languages import Language
from desktop.core.settings import Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.core.paths import Paths
    from desktop.settings_coordinator import SettingsCoordinator
    from desktop.ui.command_palette import CommandPalette, Entry
    from desktop.ui.controllers.chat_controller import ChatController
    from desktop.ui.controllers.prompt_controller import PromptController
    from desktop.ui.controllers.update_controller import UpdateController
    from desktop.ui.guide_window import GuideWindow
    from desktop.ui.main_window import MainWindow
    from desktop.ui.models.coordinator import ModelsCoordinator
    from desktop.ui.preferences import Preferences
    from desktop.ui.transcript.view import TranscriptView
    from desktop.workers.tasks import Tasks

MOST_RECENT = 8
"""Commands that stand first in the palette since they were used last."""
MOST_CHATS = 6
"""Chats that the palette offers below the commands."""
CHAT = "open-chat."
SEARCH_SETTINGS = "search-settings."
TOPIC = "help."
WAYS_ON = {
    **dict.fromkeys(("engine_died", "engine_silent", "engine_failed"), ("chat.regenerate",)),
    **dict.fromkeys(("history_failed", "data_read_only", "disk_full", "history_kept_elsewhere"), ("folder.data",)),
    **{
        "bug": ("help.report",),
        "no_model": ("models.choose",),
        "network_off": ("settings.storage",),
        "prompt_too_long": ("settings.model",),
    },
}
"""By the code of an error: the commands that may help, offered on its card."""
TOPICS = {
    **dict.fromkeys(("ModelsPage", "DownloadDialog", "CardDialog", "FoldersDialog"), "models"),
    **{"ModelSettingsDialog": "memory", "DeletedChatsDialog": "deleting", "PromptDialog": "replies"},
    **{"ReportDialog": "problems", "ShortcutSheet": "shortcuts", "ImageViewer": "images", "QPrintDialog": "export"},
}
"""By the class of a window: the topic of the Help that F1 opens there."""
TOPICS_OF_SETTINGS = ("languages", "replies", "memory", "data", "problems")
"""The same for the pages of the settings."""


class Parts(Protocol):
    """What commands act on: the whole window with its controllers (desktop/app.py)."""

    paths: Paths
    preferences: Preferences
    app: QApplication
    window: MainWindow
    transcript: TranscriptView
    chats: ChatController
    prompts: PromptController
    settings: SettingsCoordinator
    updates: UpdateController
    background: Tasks

    def models_room(self) -> ModelsCoordinator: ...


class Navigation(QObject):
    """Knows how each command of `desktop/core/commands.py` is done, and when it can be."""

    def __init__(self, samar: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.samar, self.window = samar, samar.window
        self.palette: CommandPalette | None = None
        self.guide: GuideWindow | None = None
        self.version = ""
        """Of this Samar, once it was read."""
        self.window.page_requested.connect(self.run)
        samar.app.focusWindowChanged.connect(self._take_help_key)

    def close(self) -> None:
        self.samar.app.focusWindowChanged.disconnect(self._take_help_key)

    # --- what each does ---

    def actions(self) -> dict[str, Callable[[], object]]:
        """What each command does, by its name."""
        from desktop.ui.commands import COMMANDS

        samar, window, sidebar = self.samar, self.window, self.window.sidebar
        change, models, settings = samar.preferences.change, samar.models_room, samar.settings
        made: dict[str, Callable[[], object]] = {
            command.name: window.keys[command.keys] for command in COMMANDS if command.keys in window.keys
        }
        made |= {
            "view.palette": self.open_palette,
            "chat.regenerate": lambda: samar.transcript.act("regenerate", self._last_reply()),
            "chat.rename": lambda: self._in_sidebar(sidebar.rename),
            "chat.pin": lambda: sidebar.chats_pinned.emit([self._chat()], not self._chat_is("pinned")),
            "chat.archive": lambda: sidebar.chats_archived.emit([self._chat()], not self._chat_is("archived")),
            "chat.export": self._choose_format,
            "chat.print": self._print,
            "chat.delete": lambda: sidebar.chats_deleted.emit([self._chat()]),
            "chat.advanced": self._open_advanced,
            "chats.folder": lambda: sidebar.folder_created.emit([]),
            "chats.archived": lambda: self._in_sidebar(lambda _chat: sidebar.show_archive(True)),
            "chats.deleted": sidebar.deleted_requested.emit,
            "prompts.open": samar.prompts.open,
            "models.open_file": window.picker.open_file_requested.emit,
            "models.settings": lambda: window.picker.settings_requested.emit(window.picker.path),
            "models.local": lambda: models().open("local"),
            "models.catalogue": lambda: models().open("catalogue"),
            "models.hub": lambda: models().open("hub"),
            "view.light": lambda: change(theme=Theme.LIGHT),
            "view.dark": lambda: change(theme=Theme.DARK),
            "view.system": lambda: change(theme=Theme.SYSTEM),
            "view.english": lambda: change(language=Language.ENGLISH),
            "view.arabic": lambda: change(language=Language.ARABIC),
            "folder.data": lambda: self._open_folder(samar.paths.data),
            "folder.models": lambda: self._open_folder(samar.paths.models),
            "folder.cache": lambda: self._open_folder(samar.paths.cache),
            "folder.logs": lambda: self._open_folder(samar.paths.logs),
            "help.guide": self.open_help,
            "help.news": self.open_news,
            "help.updates": self._check_for_updates,
            "help.report": settings.report_problem,
        }
        for page in ("general", "replies", "model", "storage", "help"):
            made[f"settings.{page}"] = partial(settings.open, page)
        return made

    def is_available(self, name: str) -> bool:
        """Whether a command can be done now."""
        window, reply = self.window, self._last_reply()
        if name in ("chat.rename", "chat.pin", "chat.archive", "chat.export", "chat.print", "chat.delete"):
            return self._chat() in window.sidebar.model.chats
        if name in ("chat.copy_reply", "chat.find"):
            return bool(self.samar.chats.path())
        if name == "chat.regenerate":
            return reply > 0 and not window.composer.generating
        if name == "models.settings":
            return bool(window.picker.path)
        if name.startswith("folder."):
            return self._folder(name).is_dir()
        return name != "view.palette"

    def ways_on(self, code: str) -> list[tuple[str, Callable[[], object]]]:
        """What may be done about an error, as texts of buttons and what they do."""
        from desktop.ui.commands import text_of

        return [(text_of(name), partial(self.run, name)) for name in WAYS_ON.get(code, ()) if self.is_available(name)]

    def run(self, name: str) -> None:
        """Do a command, or open a topic of the Help (`help.TOPIC`). Raises KeyError for an unknown name."""
        action = self.actions().get(name)
        if action is not None:
            action()
        elif name.startswith(TOPIC):
            self.open_help(name.removeprefix(TOPIC))
        else:
            raise KeyError(name)

    # --- the palette ---

    def open_palette(self) -> None:
        from desktop.ui.command_palette import CommandPalette

        if self.palette is not None:
            return
        self.palette = palette = CommandPalette(self.entries(), self.further, self.window)
        palette.chosen.connect(self._take)
        palette.finished.connect(self._forget_palette)
        palette.open()

    def entries(self) -> list[Entry]:
        """Every command that can be done now, those used last first, and the topics of the Help."""
        from desktop.ui.command_palette import Entry
        from desktop.ui.commands import COMMANDS, text_of
        from desktop.ui.guide import topics

        commands = [
            Entry(name=command.name, text=text_of(command.name), keys=command.keys, words=command.words)
            for command in COMMANDS
            if self.is_available(command.name)
        ]
        others = {topic.name: topic.title for topic in topics(other=True)}
        help_ = QCoreApplication.translate("Commands", "Help")
        commands += [
            Entry(name=f"{TOPIC}{topic.name}", text=topic.title, note=help_, words=others[topic.name])
            for topic in topics()
        ]
        recent = self.samar.preferences.value.recent_commands
        return sorted(commands, key=lambda entry: recent.index(entry.name) if entry.name in recent else MOST_RECENT)

    def further(self, query: str) -> Sequence[Entry]:
        """Chats whose titles have the words, and the search in the settings."""
        from desktop.ui import bilingual
        from desktop.ui.command_palette import Entry

        chat = QCoreApplication.translate("Commands", "Chat")
        found = [
            Entry(name=f"{CHAT}{id_}", text=known.title, note=chat)
            for id_, known in self.window.sidebar.model.chats.items()
            if known.title and bilingual.rank(query, known.title) is not None
        ]
        text = QCoreApplication.translate("Commands", "Search the settings for “{words}”")
        search = text.replace("{words}", f"\u2068{query.strip()}\u2069")
        return [*found[:MOST_CHATS], Entry(name=f"{SEARCH_SETTINGS}{query.strip()}", text=search)]

    def _take(self, name: str) -> None:
        if name.startswith(CHAT):
            chat = int(name.removeprefix(CHAT))
            if chat in self.window.sidebar.model.chats:
                self.window.sidebar.chat_selected.emit(chat)
        elif name.startswith(SEARCH_SETTINGS):
            self.samar.settings.search(name.removeprefix(SEARCH_SETTINGS))
        else:
            before = self.samar.preferences.value.recent_commands
            recent = (name, *(other for other in before if other != name))[:MOST_RECENT]
            self.samar.preferences.change(recent_commands=recent)
            self.run(name)

    def _forget_palette(self) -> None:
        self.palette = None

    # --- the Help ---

    def open_help(self, topic: str = "", over: QWidget | None = None) -> None:
        """The guide, at a topic; KeyError for one that isn't there. over: a modal dialog, which would keep every key and
        click from a guide that isn't its own."""
        from desktop.ui.guide_window import GuideWindow

        if self.guide is not None and over is not None and self.guide.parentWidget() is not over:
            self.guide.close()
            self.guide = None
        if self.guide is None:
            paths = self.samar.paths
            places = {"data": paths.data, "models": paths.models, "cache": paths.cache, "logs": paths.logs}
            named = {name: str(path) for name, path in places.items()}
            self.guide = guide = GuideWindow(named, over or self.window)
            guide.command_requested.connect(self.run)
            guide.destroyed.connect(lambda: self._forget_guide(guide))
        self.guide.open_topic(topic)
        self.guide.show()
        self.guide.raise_()
        self.guide.activateWindow()

    def _take_help_key(self) -> None:
        """Have F1 open the Help in the window that has the keyboard now, whichever it is."""
        window = QApplication.activeWindow()
        if window is None or window in (self.window, self.guide) or window.property("hasHelpKey"):
            return
        window.setProperty("hasHelpKey", True)
        over = window if window.isModal() else None
        QShortcut(QKeySequence("F1"), window).activated.connect(lambda: self.open_help(topic_of(window), over))

    def open_news(self) -> None:
        """What is new in this version, and in those before it."""
        self.open_help("news")

    def _forget_guide(self, guide: GuideWindow) -> None:
        if self.guide is guide:
            self.guide = None

    def look_for_news(self) -> None:
        """Find out which version this is, on a thread of its own: reading it takes longer than a frame."""
        from desktop.ui.error_presenter import samar_version

        self.samar.background.run(lambda _: samar_version(), self.tell_news)

    def tell_news(self, version: str) -> None:
        """After an update, once: what is new can be read."""
        self.version = version
        preferences, seen = self.samar.preferences, self.samar.preferences.value.seen_version
        if not seen or seen == version:  # a first start has nothing to compare with
            return
        preferences.change(seen_version=version)
        text = QCoreApplication.translate("Commands", "Samar was updated to {version}")
        self.window.show_toast(
            text.replace("{version}", f"\u2068{version}\u2069"),
            QCoreApplication.translate("Commands", "What’s new"),
            self.open_news,
        )

    # --- what commands need ---

    def _chat(self) -> int:
        """The chat on the screen if it is stored in the history, else 0."""
        chats = self.samar.chats
        return chats.chat.id if chats.chat is not None and not chats.is_temporary else 0

    def _chat_is(self, field: str) -> bool:
        return bool(getattr(self.window.sidebar.model.chats[self._chat()], field))

    def _last_reply(self) -> int:
        path = self.samar.chats.path()
        last = path[-1] if path else None
        done = last is not None and last.role is Role.ASSISTANT and last.status is not MessageStatus.STREAMING
        return last.id if last is not None and done else 0

    def _in_sidebar(self, action: Callable[[int], object]) -> None:
        if self.window.sidebar.isHidden():
            self.window.toggle_sidebar()
        action(self._chat())

    def _open_advanced(self) -> None:
        if self.window.panel.isHidden():
            self.window.toggle_panel()
        self.window.panel.open_advanced()

    def _print(self) -> None:
        """Ask for a printer; say why where there is nothing that could be printed."""
        translate = QCoreApplication.translate
        chat = self.window.sidebar.model.chats.get(self._chat())
        if chat is not None:
            self.window.sidebar.chats_exported.emit([chat.id], chat.title, "print")
        elif self.samar.chats.is_temporary and self.samar.chats.path():
            text = translate(
                "Commands", "A temporary chat is not kept, so only its replies can be printed: “More” below each."
            )
            self.window.show_toast(text)
        else:
            self.window.show_toast(translate("Commands", "There is nothing to print in this chat yet."))

    def _choose_format(self) -> None:
        from desktop.ui.sidebar.format_menu import FormatMenu

        chat = self.window.sidebar.model.chats[self._chat()]
        menu = FormatMenu(self.window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.chosen.connect(lambda form: self.window.sidebar.chats_exported.emit([chat.id], chat.title, form))
        menu.popup(QCursor.pos() if self.window.underMouse() else self.window.mapToGlobal(self.window.rect().center()))

    def _folder(self, name: str) -> Path:
        return Path(getattr(self.samar.paths, name.partition(".")[2]))

    def _open_folder(self, folder: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _check_for_updates(self) -> None:
        self.samar.settings.open("help")
        self.samar.updates.check()


def topic_of(window: QWidget) -> str:
    """The topic of the Help that a window is about; "" for the one that was read last."""
    name = type(window).__name__
    if name == "SettingsDialog":
        return TOPICS_OF_SETTINGS[window.pages.currentIndex()]  # type: ignore[attr-defined]
    return TOPICS.get(name, "")
