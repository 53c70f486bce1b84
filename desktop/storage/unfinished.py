"""Files that an export is writing are noted in the data folder, so that the next start removes what a killed Samar left of
them: they hold whole chats."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.core import private
from desktop.core.files import read_regular

log = logging.getLogger(__name__)

_FOLDER = "unfinished"
EXPORT, PAGES = ".export-", "samar-"
"""How the names of such files, and of folders for temporary files, begin. Nothing else is ever removed."""


@contextmanager
def noted(data: Path | None, path: Path) -> Iterator[None]:
    """Note `path` in the data folder while it is being written. None, or no right to write there: it is not noted."""
    note: Path | None = None
    if data is not None:
        with contextlib.suppress(OSError):
            folder = data / _FOLDER
            private.make_folder(folder)
            note = folder / f"{os.getpid()}-{uuid.uuid4().hex}"
            private.write(note, os.fsencode(path.absolute()))
    try:
        yield
    finally:
        if note is not None:
            with contextlib.suppress(OSError):
                note.unlink()


def remove_left_over(data: Path) -> int:
    """Remove what earlier runs left behind. Returns how many files and folders that were."""
    removed = 0
    with contextlib.suppress(OSError):
        for note in list((data / _FOLDER).iterdir()):
            if note.name.startswith(f"{os.getpid()}-"):
                continue
            try:
                removed += _remove(Path(os.fsdecode(read_regular(note))))
                note.unlink()
            except (OSError, ValueError) as problem:
                log.info("what an export left behind can't be removed: %s", problem)
    return removed


def _remove(path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.name.startswith(EXPORT) and path.is_file():
        path.unlink()
        return True
    if path.name.startswith(PAGES) and path.is_dir() and path.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(path)
        return True
    return False
