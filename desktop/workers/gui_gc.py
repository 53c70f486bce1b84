"""Python's cycle collector, on the GUI thread only.

A collection runs in whatever thread allocates; when that is a worker, it may destroy Qt objects of the GUI thread, which
ends the process. So the automatic collector is switched off, and the GUI thread collects when there is enough to do.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000


class GuiCollector(QObject):
    """Collects in the thread that made it, by the thresholds that the interpreter would use."""

    def __init__(self, parent: QObject | None = None, *, spare: bool = False) -> None:
        """spare: what is there at the first turn, the whole of a window, is never looked through, which would take longer
        than a few frames."""
        super().__init__(parent)
        self._spare = spare
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due."""
        if self._spare:
            self._spare = False
            gc.freeze()
            return
        due = [g for g, (count, most) in enumerate(zip(gc.get_count(), self._thresholds, strict=True)) if count > most]
        if due:
            gc.collect(max(due))
