"""What a person asks for in the moment between the first picture of the window and the end of its making."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QMetaMethod, QObject, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import QWidget


class DeferredSignals(QObject):
    """Signals that nobody hears yet have the rest of the window made, and are told again.

    Only the ends of chains are listened to: a signal that is passed on reaches its hearers by the one it is passed to.
    """

    def __init__(self, finish: Callable[[], object], sources: list[QObject], silent: set[SignalInstance]) -> None:
        """finish: makes the rest, and calls `leave` before anybody connects to the signals that are told again.
        silent: signals that need no hearer yet."""
        super().__init__()
        self._finish = finish
        self._listens = True
        for source in sources:
            for name in signals_of(type(source)):
                signal = getattr(source, name)
                if signal not in silent and not source.isSignalConnected(QMetaMethod.fromSignal(signal)):
                    signal.connect(partial(self._again, signal))

    def _again(self, signal: SignalInstance, *arguments: Any) -> None:
        if self._listens:
            self._finish()
            signal.emit(*arguments)

    def leave(self) -> None:
        """Listen no more. The connections stay: to cut one while it is being called would free what is called."""
        self._listens = False


def signals_of(kind: type) -> list[str]:
    """Names of the signals that a class of ours declares."""
    return [name for name, value in vars(kind).items() if isinstance(value, Signal)]


class FirstPaint(QObject):
    """Tells once that a widget has been painted; or, where it never is (a window that starts minimised), after a while."""

    passed = Signal()
    FRAME_MS, WAIT_MS = 16, 1000

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        widget.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tell)
        self._timer.start(self.WAIT_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._timer.start(self.FRAME_MS)  # what is being painted now is on the screen by then
        return False

    def _tell(self) -> None:
        self._widget.removeEventFilter(self)
        self.passed.emit()
