"""Updates as the person sees them: looked for when asked, fetched when asked, opened when asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from desktop.core.errors import SamarError
from desktop.ui.preferences import Preferences

if TYPE_CHECKING:
    from desktop.updates.release import Release
    from desktop.workers.updates import UpdateWorker

WEEK_S = 7 * 24 * 60 * 60
CALM_MS = 60_000
"""How long after the start the weekly look may begin."""


class Step(Enum):
    IDLE = auto()
    CHECKING = auto()
    NEWEST = auto()
    FOUND = auto()
    FETCHING = auto()
    READY = auto()


@dataclass(frozen=True, slots=True)
class UpdateState:
    step: Step = Step.IDLE
    version: str = ""
    fraction: float = 0.0
    problem: SamarError | None = None


class UpdateController(QObject):
    """Keeps the worker and the settings of one mind, also while no dialog is open."""

    changed = Signal(object)
    """UpdateState"""
    found_by_itself = Signal(str)
    """The weekly look found this version."""

    def __init__(
        self, make: Callable[[], UpdateWorker], preferences: Preferences, parent: QObject | None = None
    ) -> None:
        """make: called at the first look, so that the start pays nothing for it."""
        super().__init__(parent)
        self.preferences = preferences
        self.state = UpdateState()
        self.release: Release | None = None
        self.installer: Path | None = None
        self._make = make
        self._worker: UpdateWorker | None = None
        self._quiet = False
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self.check_if_due)

    def begin(self) -> None:
        """After the start: the weekly look, when the person wants it."""
        if self.preferences.value.update_weekly:
            self.timer.start(CALM_MS)

    def check_if_due(self) -> None:
        settings = self.preferences.value
        age = time.time() - settings.update_checked
        if settings.update_weekly and settings.network_allowed and not 0 <= age < WEEK_S:
            self.check(quiet=True)

    def check(self, *, quiet: bool = False) -> None:
        """Ask the release page. quiet: what goes wrong is not worth a word."""
        if self.state.step in (Step.CHECKING, Step.FETCHING):
            return
        self._quiet = quiet
        self._show(UpdateState(Step.CHECKING))
        self._work().check()

    def fetch(self) -> None:
        if self.release is not None and self.state.step is not Step.FETCHING:
            self._show(UpdateState(Step.FETCHING, self.release.version))
            self._work().fetch(self.release)

    def stop(self) -> None:
        if self._worker is not None:
            self._worker.stop()

    def open_installer(self) -> None:
        """Hand what was fetched to the system, which asks the person about it."""
        if self.installer is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.installer))):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.installer.parent)))

    def close(self) -> None:
        self.timer.stop()
        if self._worker is not None:
            self._worker.close()

    # ---- from the worker

    def _work(self) -> UpdateWorker:
        if self._worker is None:
            self._worker = worker = self._make()
            worker.setParent(self)
            worker.checked.connect(self._on_checked)
            worker.progressed.connect(self._on_progressed)
            worker.fetched.connect(self._on_fetched)
            worker.failed.connect(self._on_failed)
            worker.stopped.connect(self._on_stopped)
        return self._worker

    def _on_checked(self, release: Release | None) -> None:
        self.release = release
        self.preferences.change(update_checked=time.time())
        self._show(UpdateState(Step.FOUND, release.version) if release else UpdateState(Step.NEWEST))
        if release and self._quiet:
            self.found_by_itself.emit(release.version)

    def _on_progressed(self, fraction: float) -> None:
        if self.release is not None and self.state.step is Step.FETCHING:
            self._show(UpdateState(Step.FETCHING, self.release.version, fraction))

    def _on_fetched(self, path: Path) -> None:
        self.installer = path
        self._show(UpdateState(Step.READY, self.release.version if self.release else ""))

    def _on_failed(self, problem: SamarError) -> None:
        if self._quiet and self.state.step is Step.CHECKING:
            self._show(UpdateState())
            return
        self._show(UpdateState(problem=problem))

    def _on_stopped(self) -> None:
        self._show(UpdateState(Step.FOUND, self.release.version) if self.release else UpdateState())

    def _show(self, state: UpdateState) -> None:
        self.state = state
        self.changed.emit(state)
