"""Composition root of the window: builds everything, connects everything, closes everything."""

from __future__ import annotations

import logging
import os
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QCursor, QDesktopServices
from PySide6.QtWidgets import QApplication

from desktop import logs
from desktop.core import program
from desktop.core.chat import Message, MessageStatus
from desktop.core.crash_guard import CrashGuard
from desktop.core.errors import SamarError
from desktop.core.files import exists, is_file
from desktop.core.languages import Language
from desktop.core.paths import Paths, starter_model
from desktop.core.reads import Reads
from desktop.core.settings import Settings, SettingsFile
from desktop.storage.chats import ChatStore
from desktop.storage.opening import open_history
from desktop.ui import i18n, icons, theme
from desktop.ui.application import Application
from desktop.ui.deferred_signals import DeferredSignals, FirstPaint
from desktop.ui.dropped_files import is_model_name
from desktop.ui.main_window import MainWindow
from desktop.ui.models.initial_model import first_model, name_of
from desktop.ui.preferences import Preferences
from desktop.ui.sidebar.loading import RemainingChats, show_chats

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.core.model import FileFacts
    from desktop.engine.client import Engine
    from desktop.navigation import Navigation
    from desktop.providers.base import Provider
    from desktop.services.tasks import Task
    from desktop.settings_coordinator import SettingsCoordinator
    from desktop.ui.controllers.chat_controller import ChatController
    from desktop.ui.controllers.conversion_controller import ConversionController
    from desktop.ui.controllers.model_loader import ModelLoader
    from desktop.ui.controllers.prompt_controller import PromptController
    from desktop.ui.controllers.reply_pages import ReplyPages
    from desktop.ui.controllers.transfer_controller import TransferController
    from desktop.ui.controllers.update_controller import UpdateController
    from desktop.ui.models.coordinator import ModelsCoordinator
    from desktop.ui.transcript.view import TranscriptView
    from desktop.ui.widgets.toast import Actions
    from desktop.workers.generation import GenerationWorker
    from desktop.workers.search import SearchWorker
    from desktop.workers.tasks import Tasks

log = logging.getLogger(__name__)

FIRST_CHATS = 100
"""Chats that are read before the window is shown."""
WATCH_MS = 2000
"""How often is looked whether the history is still where it was opened, and whether a full disk has room again."""
CLOSING_S = 5.0
"""What erasing may take while the window closes."""
REST_MS = 100
"""After the window is whole, and the model on its way: what else was put off is done."""


def inspect(path: Path) -> FileFacts:
    """The header of a model's file; what reads it is imported with the first one."""
    from desktop.models import gguf

    return gguf.inspect(path)


def check_adapter(path: Path, architecture: str, model: str) -> None:
    """Raise SamarError unless a file is a LoRA adapter for `architecture`; imported with the first one."""
    from desktop.models import adapters

    adapters.check_adapter(path, architecture, model)


def check_projector(path: Path, model: str) -> None:
    """Raise SamarError unless a file is a projector for images; imported with the first one."""
    from desktop.models import projectors

    projectors.check_projector(path, model)


class Samar(QObject):
    """The running app. Built on the GUI thread; `close` stores everything and ends the engine.

    At first there is the window with what its first picture shows. The rest is made in steps, a few milliseconds each,
    once it is painted (`staged`), or at once.
    """

    begun = Signal()
    """The window is whole, and the model is being loaded."""

    engine: Engine
    provider: Provider
    worker: GenerationWorker
    finder: SearchWorker
    background: Tasks
    transcript: TranscriptView
    chats: ChatController
    prompts: PromptController
    models: ModelLoader
    settings: SettingsCoordinator
    navigation: Navigation
    updates: UpdateController
    reply_pages: ReplyPages

    def __init__(
        self,
        app: QApplication,
        paths: Paths,
        engine: Engine | None = None,
        *,
        provider: Provider | None = None,
        staged: bool = False,
    ) -> None:
        super().__init__()
        self.app, self.paths = app, paths
        self.preferences = Preferences(SettingsFile(paths.settings), self)
        settings = self.preferences.value
        theme.install(
            app,
            settings.theme,
            settings.text_scale,
            high_contrast=settings.high_contrast,
            styled=isinstance(app, Application),
        )
        i18n.install(app, settings.language)
        try:
            opened = open_history(paths)
        except SamarError:
            if engine is not None:
                engine.close()
            raise
        self.database = opened.database
        self.store = ChatStore(self.database)
        self.mark = CrashGuard(paths.load_mark)
        self.window = MainWindow(
            geometry=settings.window_geometry,
            sidebar_visible=settings.sidebar_visible,
            panel_visible=settings.panel_visible,
        )
        self.room: ModelsCoordinator | None = None
        self._closed = False
        self.failure: Exception | None = None
        """What kept the window from becoming whole."""
        self._hourly = QTimer(self, interval=3_600_000)
        self._hourly.timeout.connect(lambda: self.chats.guarded(self.chats.organizer.erase_overdue)())
        self._hourly.timeout.connect(self.keep_up)
        self._program = program.stamp()
        app.applicationStateChanged.connect(self._on_app_state)
        self._all_listed = True
        self._waiting: list[Path] | None = None
        """Files to open when the window is whole; None when it is."""
        self.readable: tuple[Language, ...] = i18n.LANGUAGES
        """Those that some font here has letters for."""
        self.first_start = not exists(paths.settings)
        self._fill()
        for problem in (self.preferences.problem, opened.problem):
            if problem:
                self.show_error(problem)
        window = self.window
        self.early = DeferredSignals(
            self._finish_early,
            [window, window.sidebar, window.picker, window.composer, window.empty, window.panel],
            {window.composer.draft_changed},
        )
        self._steps: list[Callable[[], object]] = [
            lambda: self._make_workers(engine, provider),
            self._read_transcript,
            self._make_transcript,
            self._make_controllers,
        ]
        if not staged:
            self.finish()

    # the first picture

    def _fill(self) -> None:
        """As many chats as one can see, and what was being written; the other chats follow."""
        try:
            self._all_listed = show_chats(self.window.sidebar, self.store, FIRST_CHATS)
            self._rest = RemainingChats(self.window.sidebar, self.store)
            self.window.composer.set_draft(self.store.draft_of(None))
        except SamarError as problem:
            self.show_error(problem)
        if self.first_start and not self.window.sidebar.model.rowCount():
            self._welcome()

    def start(self, files: list[Path]) -> None:
        """Show the window, then load the model."""
        self._waiting = files
        given = next((path for path in files if is_model_name(path)), None)
        path, _problem = first_model(given, self.preferences.value.last_model, self.mark)
        self.window.picker.set_loading(str(path), name_of(path), None)
        self.window.empty.set_loading(name_of(path))
        self.window.show()
        self.window.composer.focus()
        FirstPaint(self.window.main).passed.connect(self._go_on)

    # the rest

    def _go_on(self) -> None:
        """The next step, and the turn after it the one after it: what a person does comes between them."""
        if self._closed:
            return
        try:
            if self._steps:
                self._steps.pop(0)()
            if not self._steps:  # in the same turn: a message between would be told that there is no model
                self._begin_once()
        except Exception as problem:  # there is no half a window; what ran it says why
            self.failure = problem
            self.app.exit(1)
            raise
        if self._steps:
            QTimer.singleShot(0, self, self._go_on)

    def finish(self) -> None:
        """Make what is still missing, now."""
        while self._steps:
            self._steps.pop(0)()

    def _finish_early(self) -> None:
        """Somebody wants something already. The model is asked for first: a message before it would be told that there is
        none."""
        self.finish()
        self._begin_once()

    def _begin_once(self) -> None:
        if self._waiting is not None:
            self._begin()

    def _make_workers(self, engine: Engine | None, provider: Provider | None) -> None:
        """The engine's process first: it starts while the rest is made."""
        from desktop.providers.local import LocalProvider
        from desktop.workers.generation import GenerationWorker
        from desktop.workers.search import SearchWorker
        from desktop.workers.tasks import Tasks

        QApplication.setWindowIcon(icons.app_icon())  # of every window
        self.reads = Reads()
        if provider is None:
            self.engine = engine or self._make_engine()
            provider = LocalProvider(self.engine, self.mark.note, self.reads)
        self.provider = provider
        self.worker = GenerationWorker(provider, self)
        self._tell_worker(self.preferences.value)
        self.finder = SearchWorker(self.database.path, self)
        self.background = Tasks("background", self)
        self.background.failed.connect(self.show_error)

    def _make_engine(self) -> Engine:
        from desktop.engine.client import EngineClient

        return EngineClient(
            self.reads.of(inspect),
            check_adapter=self.reads.of(check_adapter),
            check_projector=self.reads.of(check_projector),
            on_log=logs.note_engine,
            states=self.paths.states,
        )

    def _read_transcript(self) -> None:
        import desktop.ui.transcript.view  # noqa: F401  # as long as making it takes

    def _make_transcript(self) -> None:
        from desktop.ui.transcript.view import TranscriptView

        self.transcript = TranscriptView()
        self._show_theme()
        self.transcript.show_figures(self.preferences.value.show_figures)
        self.window.set_transcript(self.transcript)

    def _make_controllers(self) -> None:
        from desktop.navigation import Navigation
        from desktop.settings_coordinator import SettingsCoordinator
        from desktop.storage.prompts import PromptLibrary
        from desktop.ui.controllers.chat_controller import ChatController
        from desktop.ui.controllers.model_loader import ModelLoader
        from desktop.ui.controllers.prompt_controller import PromptController

        self.early.leave()
        self.chats = ChatController(
            self.window,
            self.transcript,
            self.store,
            self.worker,
            self.finder,
            lambda: self.preferences.value,
            lambda: i18n.current().value,
        )
        library = PromptLibrary(self.database)
        self.prompts = PromptController(self.window, self.chats, library, self.chats.prompt_context)
        self.models = ModelLoader(
            self.window,
            self.worker,
            self.preferences,
            self.mark,
            self.paths,
            self._in_background,
            lambda: self.provider.gpu_free,
        )
        self.settings = SettingsCoordinator(
            self.window, self.preferences, self.paths, lambda: self.transfer, lambda: self.provider.sandbox
        )
        self.updates = self.settings.updates
        self.navigation = Navigation(self, self)
        self.reply_pages = self._make_reply_pages()
        self._connect()
        self._recover()

    def _make_reply_pages(self) -> ReplyPages:
        """What the buttons under the bundled model's answers open."""
        from desktop.ui.controllers.reply_pages import TABLE, ReplyPages

        window, settings = self.window, self.settings
        pages: dict[str, Callable[[], object]] = {
            "models": lambda: self.models_room().open("catalogue"),
            "local_models": self.open_models,
            "open_file": self.models.open_file,
            "new_chat": window.new_chat_requested.emit,
            "temporary_chat": window.temporary_chat_requested.emit,
            "deleted_chats": window.sidebar.deleted_requested.emit,
            "search": window.search,
            "export": self.offer_export,
            "this_chat": lambda: window.toggle_panel() if window.panel.isHidden() else window.panel.setFocus(),
            "prompts": window.panel.prompts_requested.emit,
            "settings_general": settings.open,
            "settings_storage": lambda: settings.open("storage"),
            "settings_model": lambda: settings.open("model"),
            "settings_help": lambda: settings.open("help"),
            "shortcuts": window.show_shortcuts,
        }
        return ReplyPages(self.transcript, starter_model().with_name(TABLE), pages, self)

    def offer_export(self) -> None:
        """The menu of formats for the chat on the screen, where the pointer or the keyboard is."""
        chat = self.chats.chat
        if chat is None or self.chats.is_temporary:
            self.window.show_toast(self.tr("A temporary chat is not saved: copy what you want to keep."))
            return
        from desktop.ui.sidebar.format_menu import FormatMenu

        menu = FormatMenu(self.window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.chosen.connect(lambda form: self.transfer.export_chats([chat.id], chat.title, form))
        button = QApplication.focusWidget()
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()) if button else QCursor.pos())

    def _connect(self) -> None:
        window = self.window
        for source in (self.chats, self.models):
            source.error_occurred.connect(self.show_error)
        theme.state().changed.connect(self._show_theme)
        self.preferences.saving_failed.connect(self.show_error)
        self.preferences.changed.connect(self._on_settings)
        self.models.notice.connect(window.show_toast)
        self.models.model_changed.connect(self.chats.show_model)
        self.models.settings_requested.connect(lambda path: self.models_room().open_settings(path))
        self.models.load_failed.connect(self.show_error)
        self.models.opened.connect(self._list_model)
        self.chats.purge_due.connect(self.keep_up)
        self.chats.replies.ended.connect(self._take_back_of_reply)
        self.chats.replies.ended.connect(self._copy_history_once)
        self.chats.replies.saving_works.connect(lambda: self._take_back("saved"))
        self.chats.chat_changed.connect(lambda: self._take_back("chat"))
        self.models.chosen.connect(lambda: self._take_back("model"))
        window.sidebar.chats_exported.connect(lambda *chats: self.transfer.export_chats(*chats))
        self.transcript.export_requested.connect(
            lambda message, form: self.transfer.export_message(message, window.chat_title, form)
        )
        window.settings_requested.connect(lambda: self.settings.open())
        self.updates.found_by_itself.connect(self._tell_update)
        window.models_requested.connect(self.open_models)
        window.recommended_requested.connect(lambda: self.models_room().open("catalogue"))
        window.seeing_requested.connect(lambda: self.models_room().open("catalogue", "images"))
        window.files_dropped.connect(self.open_files)
        window.close_requested.connect(self.close)
        window.layout_changed.connect(
            lambda sidebar, panel: self.preferences.change(sidebar_visible=sidebar, panel_visible=panel)
        )
        window.panel.presets_changed.connect(lambda presets: self.preferences.change(presets=presets))
        window.panel.unfolded_changed.connect(lambda visible: self.preferences.change(advanced_visible=visible))
        window.text_scale_requested.connect(self.scale_text)
        window.composer.text.stepped.connect(self.transcript.step_from_composer)
        self.transcript.text_scale_changed.connect(lambda scale: self.preferences.change(text_scale=scale))
        self.transcript.link_opened.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))

    # what is built when it is first asked for

    @cached_property
    def transfer(self) -> TransferController:
        """Export and import."""
        from desktop.ui.controllers.transfer_controller import TransferController
        from desktop.workers.transfer import TransferWorker

        made = TransferController(
            self.window, TransferWorker(self.database, self), lambda: self.preferences.value.export_details
        )
        made.error_occurred.connect(self.show_error)
        for done in (made.worker.exported, made.worker.imported, made.worker.printed):
            done.connect(lambda _outcome=None: self._take_back("transfer"))
        made.chats_imported.connect(self.chats.guarded(self.chats.load_chats))
        return made

    @cached_property
    def conversion(self) -> ConversionController:
        """Checkpoints become GGUF, with a card over the conversation."""
        from desktop.ui.controllers.conversion_controller import ConversionController
        from desktop.ui.models.plan_card import PlanCard

        card = PlanCard()
        self.window.add_card(card)
        made = ConversionController(
            self.window, card, self.paths.models, self.models.load, lambda: self.preferences.value.network_allowed
        )
        made.error_occurred.connect(self.show_error)
        made.begun.connect(lambda: self._take_back("conversion"))
        made.converted.connect(self.models.add)
        return made

    def _later(self, milliseconds: int, action: Callable[[], object]) -> None:
        """Do something when the window takes input, unless it is closed by then."""
        QTimer.singleShot(milliseconds, self, lambda: None if self._closed else action())

    def _recover(self) -> None:
        """What another run left behind: broken replies, and what was deleted and can't be restored any more."""
        try:
            self.store.recover_interrupted()
            self.worker.forget([str(id_) for id_ in self.store.purge_deleted()])
            self.chats.organizer.erase_overdue()
        except SamarError as problem:
            self.show_error(problem)
        self.chats.begin()

    def _remove_left_over(self) -> None:
        from desktop.storage import unfinished

        unfinished.remove_left_over(self.paths.data, self.paths.cache)

    def _watch_history(self) -> None:
        """Notice when the data folder is taken away, and when a disk can be written to again."""
        self._told_place = ""
        self.database.when_moved = self._bring_history_back
        self._watch = QTimer(self)
        self._watch.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._watch.timeout.connect(self.look_after_history)
        self._watch.start(WATCH_MS)

    def look_after_history(self) -> None:
        """Once: is the history where it was opened, and on the disk?"""
        if not self.database.is_in_place():
            self._bring_history_back()
        elif self.database.path is None or self.database.read_only:
            from desktop.storage import reopening

            if problem := reopening.write_again(self.database, self.paths):
                self._tell_place(problem)

    def _bring_history_back(self) -> None:
        from desktop.storage import reopening

        try:
            self._tell_place(reopening.bring_back(self.database, self.paths))
        except SamarError as problem:
            self._tell_place(problem)

    def _tell_place(self, problem: SamarError) -> None:
        """Say once where the history is now."""
        self.finder.look_into(self.database.path)
        if problem.code != "history_moved" or self._told_place != problem.code:
            self.show_error(problem)
        self._told_place = problem.code

    def _begin(self) -> None:
        """The window is whole: load the model, then do what was put off."""
        self.provider.start()
        files, self._waiting = self._waiting or [], None
        given = next((path for path in files if is_model_name(path)), None)
        self.models.begin(given)
        if given is None and files:
            self.open_files([str(path) for path in files])
        elif rest := [path for path in files if path != given]:
            self._open(rest, load=False)
        self.updates.begin()
        self.begun.emit()
        self._later(REST_MS, self._check_fonts)
        self._later(REST_MS, self.keep_up)
        self.background.run(lambda _: self._remove_left_over())
        self._watch_history()
        self._later(REST_MS, self._forget_others)
        self._later(REST_MS, self.navigation.look_for_news)
        self._hourly.start()
        if not self._all_listed:
            self._later(REST_MS, self._list_rest)

    def _list_rest(self) -> None:
        """Part by part: what a person does comes between."""
        try:
            whole = self._rest.read()
        except SamarError as problem:
            self.show_error(problem)
            return
        if not whole:
            self._later(0, self._list_rest)

    def _forget_others(self) -> None:
        """What the engine read of chats that are not there any more goes."""
        chats = [str(id_) for id_ in self.store.chat_ids()]
        self.background.run(lambda _: self.worker.forget_others(chats))

    def _welcome(self) -> None:
        """The first start: until something is written, one may choose the language where one looks."""
        empty, text = self.window.empty, self.window.composer.text
        empty.set_welcome(True)
        empty.language_chosen.connect(lambda language: self.preferences.change(language=language))
        text.textChanged.connect(self._end_welcome)

    def _end_welcome(self) -> None:
        if not self.window.composer.text.toPlainText():
            return  # another language lays the empty field out anew
        self.window.composer.text.textChanged.disconnect(self._end_welcome)
        self.window.empty.set_welcome(False)

    def _check_fonts(self) -> None:
        """Without Arabic letters an Arabic interface would be rows of boxes."""
        if i18n.current() is Language.ARABIC:
            from desktop.ui.system_info import arabic_fonts

            if not arabic_fonts():
                self.readable = (Language.ENGLISH,)
                self._speak(self.preferences.value.language)
                self.show_error(SamarError("no_arabic_font"))

    def _speak(self, choice: Language) -> None:
        """Speak the language that was chosen, if it can be read."""
        language = i18n.resolve(choice)
        language = language if language in self.readable else Language.ENGLISH
        if language is not i18n.current():
            i18n.install(self.app, language)
            self.models.retranslate()

    def answer_start(self, files: list[str], token: str) -> None:
        """Samar was started once more: this window comes to the front and opens the files."""
        if token:  # Qt reads it when the window asks to be activated
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        window = self.window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        if files:
            self.open_files(files)

    # what windows ask for

    def show_error(self, problem: SamarError, actions: Actions = ()) -> None:
        log.warning("%s", problem)
        self.window.show_error(problem, actions or self._ways_on(problem))

    def _ways_on(self, problem: SamarError) -> Actions:
        if problem.code == "conversion_failed" and self.conversion.source is not None:
            source = self.conversion.source
            return [(self.tr("Try again"), lambda: self.conversion.open(source))]
        return self.navigation.ways_on(problem.code) if "navigation" in self.__dict__ else ()

    def _list_model(self, path: Path) -> None:
        """A file that was opened is on the list of models from then on."""
        if self.room is not None:
            self.room.remember(path)
        else:
            self.background.run(
                lambda _: self._remember_model(path), on_failure=lambda problem: log.info("%s", problem)
            )

    def _remember_model(self, path: Path) -> None:
        from desktop.models.library import Library

        Library(self.paths).remember(path)

    def _take_back(self, change: str) -> None:
        """An error whose cause is gone has nothing to say any more. change: a value of error_causes.Change."""
        error = self.window.banner.error
        if error is not None:
            from desktop.ui.error_causes import Change, is_over

            if is_over(error.code, Change(change)):
                self.window.banner.dismiss()

    def _take_back_of_reply(self, reply: Message) -> None:
        if reply.status is MessageStatus.FINISHED:
            self._take_back("reply")
            from desktop.storage.temporary import is_temporary

            on_disk = self.database.path is not None and not is_temporary(reply.chat_id)
            if on_disk and self.chats.replies.is_all_stored:
                self._take_back("saved")

    def show_bug(self, what: str) -> None:
        if not self._tell_replaced():
            bug = SamarError("bug", what=what)
            self.window.show_error(bug, self._ways_on(bug))

    def _on_app_state(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive and not self._closed:
            self._tell_replaced()

    def _tell_replaced(self) -> bool:
        """Say so, once, when an upgrade has put another program in this one's place: what is started next is that one."""
        now = program.stamp()
        if now is None or now == self._program:
            return False
        self._program = now
        self.show_error(SamarError("program_replaced"))
        return True

    def open_files(self, names: list[str]) -> None:
        """Something was dropped on the window, or double-clicked, or named to another start of Samar."""
        paths = [Path(name) for name in names]
        if self._waiting is not None:  # the model to start with is not chosen yet
            self._waiting += paths
        else:
            self._open(paths, load=True)

    def _open(self, paths: list[Path], *, load: bool) -> None:
        """Give every file to what it is for. load: load the first model; the others join the list."""
        from desktop.ui.composer.attachments import MOST_FILES
        from desktop.ui.dropped_files import sort_files

        if len(paths) > MOST_FILES:
            self.show_error(SamarError("too_many_files", limit=MOST_FILES, count=len(paths)))
            paths = paths[:MOST_FILES]
        found = sort_files(paths)
        self.chats.images.take(found.images)
        for path in found.chats:
            self.transfer.start_import(path)
        models = found.models + [path for path in found.others if is_file(path)]
        loaded = models[:1] if load else []
        if loaded:
            self.models.load(loaded[0])
        if found.checkpoints:
            self.conversion.open(found.checkpoints[0])
        folders = [path for path in found.others if path not in models]
        rest = models[len(loaded) :] + found.checkpoints[1:] + folders
        if rest:
            self.models_room().take(rest, show=not models and not found.checkpoints)

    def open_models(self) -> None:
        self.models_room().open()

    def models_room(self) -> ModelsCoordinator:
        """It is built when it is first asked for."""
        if self.room is None:
            from desktop.ui.models.coordinator import ModelsCoordinator

            self.room = room = ModelsCoordinator(
                self.paths, self.preferences, self.window, gpu_free=lambda: self.provider.gpu_free
            )
            room.model_chosen.connect(self.models.load)
            room.error_occurred.connect(self.show_error)
            room.convert_requested.connect(lambda folder: self.conversion.open(folder))
            room.hub_answered.connect(lambda: self._take_back("hub"))
            room.models_changed.connect(self.models.show_library)
            self.models.model_changed.connect(lambda info: room.show_loaded(info.path if info else ""))
        self.room.show_loaded(self.worker.model.path if self.worker.model else "")
        return self.room

    def _tell_update(self, version: str) -> None:
        text = self.tr("Samar {version} is available").replace("{version}", f"\u2068{version}\u2069")
        self.window.show_toast(text, self.tr("Show"), lambda: self.settings.open("help"))

    def _on_settings(self, settings: Settings) -> None:
        self._tell_worker(settings)
        theme.apply(settings.theme, settings.text_scale, high_contrast=settings.high_contrast)
        self._speak(settings.language)
        if self.room is not None and self.room.page is not None:
            self.room.page.hub.set_network(settings.network_allowed)
        self.transcript.show_figures(settings.show_figures)
        self.chats.show_model(self.worker.model)

    def _tell_worker(self, settings: Settings) -> None:
        self.worker.set_idle_minutes(settings.idle_minutes)
        self.worker.limit_states(settings.states_gb * 10**9)

    def _show_theme(self) -> None:
        self.transcript.set_text_scale(theme.state().scale)
        self.transcript.set_theme(theme.current())

    def scale_text(self, step: int) -> None:
        """Larger (1), smaller (-1), back to normal (0)."""
        scale = round(self.preferences.value.text_scale + step / 10, 1) if step else 1.0
        self.preferences.change(text_scale=min(max(scale, 0.7), 2.0))

    def keep_up(self) -> None:
        """Complete the search index, remove what was purged from index, log and backups, make the day's backup; on a
        thread of its own."""
        if not self.database.read_only and self.database.path == self.paths.history:
            self.background.run(self._keep_up)

    def _copy_history_once(self) -> None:
        """The first reply since the start makes the copy of the day, if it is due: the hourly one would come too late for a
        history that is an hour old."""
        self.chats.replies.ended.disconnect(self._copy_history_once)
        self.keep_up()

    def _in_background(self, work: Callable[[], object]) -> None:
        self.background.run(lambda _: work())

    def _keep_up(self, task: Task) -> None:
        from desktop.storage import maintenance

        maintenance.keep_up(self.paths, lambda: task.is_cancelled)

    def abandon(self) -> None:
        """Close a window that could not be made whole: what was made of it ends."""
        self._closed = True
        self.window.hide()
        if "worker" in self.__dict__:
            self.worker.shutdown()
        elif "engine" in self.__dict__:
            self.engine.close()
        for name in ("finder", "background"):
            if name in self.__dict__:
                getattr(self, name).close()
        self.database.close()

    def close(self) -> None:
        """Store what is open, end the engine, close the history."""
        if self._closed:
            return
        self.finish()
        self._closed = True
        if "_watch" in self.__dict__:
            self._watch.stop()
        self._hourly.stop()
        theme.state().changed.disconnect(self._show_theme)
        self.app.applicationStateChanged.disconnect(self._on_app_state)
        self.navigation.close()
        self.chats.close()
        self.look_after_history()  # a disk may have room since the last look
        seen = self.navigation.version or self.preferences.value.seen_version
        self.preferences.change(window_geometry=self.window.geometry_text(), seen_version=seen)
        if self.room is not None:
            self.room.close()
        if "conversion" in self.__dict__:
            self.conversion.close()
        self.updates.close()
        self.worker.shutdown()
        self.finder.close()
        self.transcript.close_parsers()
        if "transfer" in self.__dict__:
            self.transfer.worker.close()
        self.background.close()
        self._end_history()
        self.database.close()

    def _end_history(self) -> None:
        """What was erased leaves the index, the log and the backups now, as far as that takes a moment; the rest follows at
        the next start. What was written since the start is in a backup when there is none of the day that holds messages."""
        if self.database.read_only or self.database.path != self.paths.history:
            return
        from desktop.storage import backups, erasure

        ends_at = time.monotonic() + CLOSING_S
        try:
            erasure.erase_traces(self.paths, lambda: time.monotonic() > ends_at)
            backups.make_daily_if_due(self.paths)
        except SamarError as problem:  # there is no window any more that could show it; the next start tries again
            log.warning("the history was not cleaned or copied at the end: %s", problem)
