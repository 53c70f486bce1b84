"""Composition root of the window: builds everything, connects everything, closes everything."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import QObject, QSocketNotifier, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from desktop import logs
from desktop.core.errors import SamarError
from desktop.core.load_mark import LoadMark
from desktop.core.paths import Paths
from desktop.core.settings import Settings, SettingsFile
from desktop.engine.client import Engine, EngineClient
from desktop.models.gguf import inspect
from desktop.storage import upkeep
from desktop.storage.chats import ChatStore
from desktop.storage.opening import open_history
from desktop.storage.prompts import PromptLibrary
from desktop.ui import i18n, theme
from desktop.ui.chat.controller import ChatController
from desktop.ui.chat.prompts import PromptController
from desktop.ui.chat.transcript import TranscriptView
from desktop.ui.chat.transfer import TransferController
from desktop.ui.main_window import MainWindow
from desktop.ui.models.controller import ModelController
from desktop.ui.models.conversion_controller import ConversionController, is_checkpoint
from desktop.ui.models.plan_card import PlanCard
from desktop.ui.preferences import Preferences
from desktop.workers.background import Background
from desktop.workers.garbage import GuiCollector
from desktop.workers.generation import GenerationWorker
from desktop.workers.search import SearchWorker
from desktop.workers.transfer import TransferWorker

if TYPE_CHECKING:
    from desktop.ui.models.room import ModelsRoom

log = logging.getLogger(__name__)


class Samar(QObject):
    """The running app. Built on the GUI thread; `close` stores everything and ends the engine."""

    def __init__(self, app: QApplication, paths: Paths, engine: Engine | None = None) -> None:
        super().__init__()
        self.app, self.paths = app, paths
        self.engine = engine or EngineClient(inspect, on_log=logging.getLogger("engine").info)
        self.engine.start()  # its start hides behind the window's
        self.preferences = Preferences(SettingsFile(paths.settings), self)
        settings = self.preferences.value
        theme.install(app, settings.theme, settings.text_scale)
        i18n.install(app, settings.language)
        try:
            opened = open_history(paths)
        except SamarError:
            self.engine.close()
            raise
        self.database = opened.database
        self.store = ChatStore(self.database)
        self.mark = LoadMark(paths.load_mark)
        self.worker = GenerationWorker(self.engine, self.mark.note, self)
        self.finder = SearchWorker(self.database.path, self)
        self.transfer_worker = TransferWorker(paths.history, self)
        self.background = Background(self)
        self.transcript = TranscriptView()
        self.window = MainWindow(
            self.transcript,
            geometry=settings.window_geometry,
            sidebar_visible=settings.sidebar_visible,
            panel_visible=settings.panel_visible,
        )
        self.plan_card = PlanCard()
        self.window.add_card(self.plan_card)
        self.chats = ChatController(
            self.window,
            self.transcript,
            self.store,
            self.worker,
            self.finder,
            lambda: self.preferences.value,
            lambda: i18n.current().value,
        )
        self.transfer = TransferController(self.window, self.transfer_worker)
        library = PromptLibrary(self.database)
        self.prompts = PromptController(self.window, self.chats, library, self.chats.prompt_context)
        self.models = ModelController(self.window, self.worker, self.preferences, self.mark)
        self.conversion = ConversionController(self.window, self.plan_card, paths.models, self.models.load)
        self.room: ModelsRoom | None = None
        self._closed = False
        self._connect()
        self._recover()
        for problem in (self.preferences.problem, opened.problem):
            if problem:
                self.show_error(problem)

    def _connect(self) -> None:
        window = self.window
        for source in (self.chats, self.transfer, self.models, self.conversion):
            source.error_occurred.connect(self.show_error)
        theme.state().changed.connect(self._show_theme)
        self._show_theme()
        self.preferences.saving_failed.connect(self.show_error)
        self.preferences.changed.connect(self._on_settings)
        self.conversion.converted.connect(self.models.add)
        self.models.notice.connect(window.show_toast)
        self.models.model_changed.connect(self.chats.show_model)
        self.chats.purge_due.connect(self.keep_up)
        self.transfer.chats_imported.connect(self.chats.guarded(self.chats.load_chats))
        window.sidebar.chats_exported.connect(self.transfer.export_chats)
        window.settings_requested.connect(self.open_settings)
        window.models_requested.connect(self.open_models)
        window.files_dropped.connect(self.open_files)
        window.close_requested.connect(self.close)
        window.layout_changed.connect(
            lambda sidebar, panel: self.preferences.change(sidebar_visible=sidebar, panel_visible=panel)
        )
        window.panel.sampling.presets_changed.connect(lambda presets: self.preferences.change(presets=presets))
        window.text_scale_requested.connect(self.scale_text)
        self.transcript.text_scale_changed.connect(lambda scale: self.preferences.change(text_scale=scale))
        self.transcript.link_opened.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))

    def _recover(self) -> None:
        """What another run left behind: broken replies, and chats that were deleted and not undone."""
        try:
            self.store.recover_interrupted()
            self.store.purge_deleted()
            self.chats.load_chats()
        except SamarError as problem:
            self.show_error(problem)
        self.chats.new_chat()
        self.keep_up()

    def start(self, files: list[Path]) -> None:
        """Show the window, then load the model."""
        self.window.show()
        self.window.composer.focus()
        given = next((path for path in files if path.suffix.lower() == ".gguf"), None)
        QTimer.singleShot(0, self, lambda: self.models.begin(given))

    # what windows ask for

    def show_error(self, problem: SamarError) -> None:
        log.warning("%s", problem)
        self.window.show_error(problem)

    def open_files(self, names: list[str]) -> None:
        """Something was dropped on the window."""
        paths = [Path(name) for name in names]
        models = [path for path in paths if path.is_file()]
        folders = [path for path in paths if path.is_dir()]
        if models:
            self.models.load(models[0])
        elif folders and is_checkpoint(folders[0]):
            self.conversion.open(folders[0])
        elif paths:
            self.show_error(SamarError("not_a_checkpoint", name=paths[0].name))

    def open_models(self) -> None:
        """The models room; it is built when it is first asked for."""
        if self.room is None:
            from desktop.ui.models.room import ModelsRoom

            self.room = room = ModelsRoom(self.paths, self.preferences, self.window)
            room.model_chosen.connect(self.models.load)
            room.convert_requested.connect(self.conversion.open)
            room.models_changed.connect(lambda entries: self.models.show_library([Path(e.path) for e in entries]))
            self.models.model_changed.connect(lambda info: room.show_loaded(info.path if info else ""))
        self.room.show_loaded(self.worker.model.path if self.worker.model else "")
        self.room.open()

    def open_settings(self) -> None:
        from desktop.ui.settings.settings_dialog import SettingsDialog

        cores = psutil.cpu_count(logical=False) or 1
        dialog = SettingsDialog(self.window, self.preferences.value, data_folder=str(self.paths.data), cores=cores)
        dialog.settings_changed.connect(self.preferences.replace)
        dialog.folder_requested.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.paths.data))))
        dialog.export_requested.connect(lambda form: self.transfer.export_all(form, dialog))
        dialog.import_file_requested.connect(lambda: self.transfer.import_file(dialog))
        dialog.import_folder_requested.connect(lambda: self.transfer.import_folder(dialog))
        dialog.transfer_cancelled.connect(self.transfer_worker.cancel)
        self.transfer.said.connect(dialog.show_transfer)
        dialog.open()

    def _on_settings(self, settings: Settings) -> None:
        theme.apply(settings.theme, settings.text_scale)
        if i18n.resolve(settings.language) is not i18n.current():
            i18n.install(self.app, settings.language)
            self.models.retranslate()
        if self.room is not None and self.room.page is not None:
            self.room.page.hub.set_network(settings.network_allowed)
        self.chats.show_model(self.worker.model)

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
        if not self.database.read_only:
            self.background.run(lambda: upkeep.keep_up(self.paths, self.background.is_closing))

    def close(self) -> None:
        """Store what is open, end the engine, close the history."""
        if self._closed:
            return
        self._closed = True
        theme.state().changed.disconnect(self._show_theme)
        self.chats.close()
        self.preferences.change(window_geometry=self.window.geometry_text())
        if self.room is not None:
            self.room.close()
        self.conversion.close()
        self.worker.shutdown()
        self.finder.close()
        self.transcript.formulas.close()
        self.transfer_worker.close()
        self.background.close()
        self.database.close()


def run_window(data_dir: Path | None, files: list[Path]) -> int:
    """Open the window and run until it is closed. Returns the exit status."""
    paths = Paths.under(data_dir) if data_dir else Paths.default()
    logs.begin(paths.logs)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("samar")
    app.setDesktopFileName("samar")
    try:
        samar = Samar(app, paths)
    except SamarError as problem:
        log.error("%s", problem)
        print(f"samar: {problem.sentence()}", file=sys.stderr)
        present_fatal(problem)
        return 1
    report_bugs(lambda text: samar.show_error(SamarError("bug", what=text)))
    quit_on_signals(app)
    GuiCollector(app)
    samar.start(files)
    status = app.exec()
    samar.close()
    return status


def quit_on_signals(app: QApplication) -> None:
    """The end of a desktop session (SIGTERM) and Ctrl+C close Samar in good order.

    Python's handlers run between bytecodes only, and Qt's loop may sleep for long: the signal's number comes through a
    socket that wakes the loop (signal.set_wakeup_fd).
    """
    reading, writing = socket.socketpair()
    for end in (reading, writing):
        end.setblocking(False)
    signal.set_wakeup_fd(writing.fileno())
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read, app)
    notifier.ends = reading, writing  # type: ignore[attr-defined]  # they live as long as the notifier
    notifier.activated.connect(lambda: (reading.recv(64), app.quit()))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)


def present_fatal(problem: SamarError) -> None:
    """Say why Samar can't start."""
    from PySide6.QtWidgets import QMessageBox

    from desktop.ui.error_presenter import present

    said = present(problem)
    QMessageBox.critical(None, "Samar", f"{said.what}\n\n{said.then}")


def report_bugs(show: Callable[[str], None]) -> None:
    """A bug keeps its traceback in the log; the person is told, and the window stays."""

    def hook(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        log.critical("bug", exc_info=(kind, problem, trace))
        if threading.current_thread() is threading.main_thread():
            show(f"{kind.__name__}: {problem}")

    sys.excepthook = hook
