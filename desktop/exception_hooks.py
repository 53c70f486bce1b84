"""ExceptionHooks: an exception that nobody expected keeps its traceback in the log, the person gets a sentence, the window stays."""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections import Counter
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from desktop.core.errors import technical

log = logging.getLogger(__name__)
qt_log = logging.getLogger("qt")

MOST_REPEATED = 5
"""How often the same bug or the same word of Qt's is written down: one in a paintEvent would fill the log."""
LEVELS = {
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_MAY_QUOTE = re.compile(r"^(Q?Text|QString|QUrl|QHtml|QAccessible|QClipboard|QMime|QFont|QLabel)")


class ExceptionHooks(QObject):
    """Takes what Python and Qt would print. `install` once in the GUI thread, `remove` at the end."""

    occurred = Signal(str)
    """type and, where it is safe, message; emitted in the thread of the bug"""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: Counter[object] = Counter()

    def install(self) -> None:
        sys.excepthook = self._on_exception
        sys.unraisablehook = self._on_unraisable
        threading.excepthook = self._on_thread
        qInstallMessageHandler(self._on_message)

    def remove(self) -> None:
        sys.excepthook = sys.__excepthook__
        sys.unraisablehook = sys.__unraisablehook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def _repeated(self, key: object) -> bool:
        self._seen[key] += 1
        return self._seen[key] > MOST_REPEATED

    def note(self, problem: BaseException, where: str) -> None:
        """Write a bug down, and tell it."""
        last = problem.__traceback__
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        if self._repeated((type(problem), last.tb_lineno if last else 0, where)):
            return
        log.critical("bug in %s", where, exc_info=problem)
        self.occurred.emit(technical(problem))

    def _on_exception(self, kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, problem, trace)
            return
        self.note(problem, threading.current_thread().name)

    def _on_unraisable(self, event: sys.UnraisableHookArgs) -> None:
        if event.exc_value is not None:
            self.note(event.exc_value, "a destructor or callback")

    def _on_thread(self, event: threading.ExceptHookArgs) -> None:
        if event.exc_value is not None and not isinstance(event.exc_value, SystemExit):
            self.note(event.exc_value, event.thread.name if event.thread else "a thread")

    def _on_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        level = LEVELS.get(kind)
        if level is None:
            return
        if _MAY_QUOTE.match(text):
            text = text.partition(":")[0] + ": …"
        if not self._repeated(text):
            qt_log.log(level, "%s%s", f"{context.category}: " if context.category != "default" else "", text[:400])
