"""The window's process: Qt's application, what comes from outside it (signals, double clicks, other starts), and its end."""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication

from desktop import logs
from desktop.app import Samar
from desktop.core.errors import SamarError, technical
from desktop.core.paths import Paths
from desktop.core.settings import SettingsFile
from desktop.exception_hooks import ExceptionHooks
from desktop.ui import i18n
from desktop.ui.application import Application
from desktop.workers.gui_gc import GuiCollector

if TYPE_CHECKING:
    from desktop.single_instance import Instance

log = logging.getLogger(__name__)


def run_window(paths: Paths, files: list[str], instance: Instance) -> int:
    """Open the window and run until it is closed. Returns the exit status."""
    logs.begin(paths.logs)
    app = Application(sys.argv[:1])
    bugs = ExceptionHooks(app)
    bugs.install()
    early: list[str] = []
    app.files_asked.connect(early.extend)  # macOS says what was double-clicked before there is a window
    try:
        samar = Samar(app, paths, staged=True)
    except SamarError as problem:
        log.error("%s", problem)
        return refuse(problem, paths)
    except Exception as problem:  # a window that can't be made must not end without a word
        bugs.note(problem, "the start")
        return refuse(start_failed(problem, paths), paths)
    bugs.occurred.connect(samar.show_bug)
    quit_on_signals(app)
    GuiCollector(app, spare=True)
    app.files_asked.disconnect(early.extend)
    app.files_asked.connect(samar.open_files)
    instance.asked.connect(samar.answer_start)
    samar.begun.connect(instance.listen)
    samar.start([Path(name) for name in (*files, *early)])
    try:
        status = app.exec()
        if samar.failure is not None:
            samar.abandon()
            return refuse(start_failed(samar.failure, paths), paths)
        samar.close()
    finally:
        instance.close()
        bugs.remove()
    return status


def start_failed(problem: BaseException, paths: Paths) -> SamarError:
    """The sentence of a bug that keeps the window from opening."""
    return SamarError("start_failed", what=technical(problem), folder=paths.data, log=paths.logs / logs.NAME)


def quit_on_signals(app: QApplication) -> None:
    """The end of a desktop session (SIGTERM) and Ctrl+C close Samar in good order.

    Python's handlers run between bytecodes only, and Qt's loop may sleep for long: the signal's number comes through a
    socket that wakes the loop (signal.set_wakeup_fd).
    """
    import socket

    reading, writing = socket.socketpair()
    for end in (reading, writing):
        end.setblocking(False)
    signal.set_wakeup_fd(writing.fileno())
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read, app)
    notifier.ends = reading, writing  # type: ignore[attr-defined]  # they live as long as the notifier
    notifier.activated.connect(lambda: (reading.recv(64), app.quit()))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)


def refuse(problem: SamarError, paths: Paths) -> int:
    """Say why Samar can't start, in the terminal and in a window of its own. Returns the exit status."""
    from desktop.ui import theme
    from desktop.ui.error_presenter import present
    from desktop.ui.widgets.sheet import tell

    print(f"samar: {problem.sentence()}", file=sys.stderr, flush=True)
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = Application(sys.argv[:1])
        settings = SettingsFile(paths.settings).load()[0]
        i18n.install(app, settings.language)
        theme.apply(settings.theme, settings.text_scale, high_contrast=settings.high_contrast)
    said, translate = present(problem), QApplication.translate
    buttons = (
        (translate("Samar", "Copy details"), lambda: QApplication.clipboard().setText(said.details)),
        (translate("Samar", "Close"), None),
    )
    tell(translate("Samar", "Samar can’t start"), said.what, said.then, buttons)
    return 1
