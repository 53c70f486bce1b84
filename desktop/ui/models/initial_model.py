"""The model that Samar starts with: known before the window is shown, loaded after it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop.core.crash_guard import CrashGuard
from desktop.core.errors import SamarError
from desktop.core.model import ModelRef
from desktop.core.paths import starter_model
from desktop.core.reads import within

WAIT_S = 1.0
"""Seconds that a disk has to answer before the window is shown; a share may have gone away."""


def first_model(given: Path | None, last_model: str, mark: CrashGuard) -> tuple[Path, SamarError | None]:
    """The given one, else the last one, else the bundled one; with the reason where it is another one than wanted.

    What ended Samar or its engine while it was being opened the last time is left out.
    """
    last = ModelRef.parse(last_model) if last_model else None
    file = last.path if last and last.is_local else None
    there = file is not None and (given is not None or within(WAIT_S, file.is_file, False))
    path = given or (file if file and there else starter_model())
    if mark.left_over() == path != starter_model():
        return starter_model(), SamarError("model_killed_engine", name=path.name)
    if last and not there and not given:
        return path, SamarError("model_missing", name=file.name if file else last.name)
    return path, None


def name_of(path: Path) -> str:
    """What a model's file is called where nothing of it is known yet."""
    return QCoreApplication.translate("ModelLoader", "Samar Starter") if path == starter_model() else path.stem
