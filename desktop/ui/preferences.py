"""The settings while Samar runs: one value, changed in one place, saved at once."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.core.errors import SamarError
from desktop.core.settings import Settings, SettingsFile


class Preferences(QObject):
    """Holds the settings. `changed` comes after every change, `saving_failed` with a SamarError when the disk refused."""

    changed = Signal(object)
    saving_failed = Signal(object)

    def __init__(self, file: SettingsFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self.value, self.problem = file.load()
        """problem: what to tell the person when the file was no settings."""

    def change(self, **fields: object) -> None:
        """Set some fields."""
        self.replace(msgspec.structs.replace(self.value, **fields))

    def replace(self, settings: Settings) -> None:
        """Take new settings; they hold for this run even when they can't be saved."""
        settings = settings.checked()
        if settings == self.value:
            return
        self.value = settings
        self.changed.emit(settings)
        try:
            stored = self._file.save(settings)
        except SamarError as problem:
            self.saving_failed.emit(problem)
            return
        if stored != settings and self.value == settings:  # the file could not be read before, and now it could
            self.value = stored
            self.changed.emit(stored)
