"""Tells what the files are that a person dropped on the window, double-clicked, or named when starting Samar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.files import is_file, is_folder

_CHATS = (".json", ".jsonl", ".zip")


@dataclass(frozen=True, slots=True)
class DroppedFiles:
    """Every path is in exactly one of the lists, in the order in which they were given."""

    images: list[Path]
    """For the message that is being written."""
    chats: list[Path]
    """Exported chats, by their suffix."""
    models: list[Path]
    """Named like a model; a missing one too, so that it is said to be missing."""
    checkpoints: list[Path]
    """Folders that the converter reads."""
    others: list[Path]
    """Folders that may hold models, and files that are said to be no models."""


def sort_files(paths: Sequence[Path]) -> DroppedFiles:
    from desktop.ui.composer.attachments import is_image_file
    from desktop.ui.controllers.conversion_controller import is_checkpoint

    found = DroppedFiles([], [], [], [], [])
    for path in paths:
        if is_image_file(path):
            found.images.append(path)
        elif is_model_name(path):
            found.models.append(path)
        elif path.suffix.lower() in _CHATS and is_file(path):
            found.chats.append(path)
        elif is_folder(path) and is_checkpoint(path):
            found.checkpoints.append(path)
        else:
            found.others.append(path)
    return found


def is_model_name(path: Path) -> bool:
    """Whether a path is named like a model's file; also one that is missing."""
    return path.suffix.lower() == ".gguf" and not is_folder(path)
