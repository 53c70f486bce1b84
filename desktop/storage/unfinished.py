"""What a killed Samar left half written goes at the next start: its temporary files in the data folder, and exports, which
are noted there while they are written, since they hold whole chats."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import stat
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.core import private_files
from desktop.core.files import read_regular

log = logging.getLogger(__name__)

_FOLDER = "unfinished"
EXPORT, PAGES = ".export-", "samar-"
"""How the names of such files, and of folders for temporary files, begin. Nothing else is ever removed."""


_TEMPORARY = ("history*.part", ".probe-*", ".settings-*", ".*.json-*")
"""Files of the data folder that are renamed or removed within seconds, unless Samar is killed."""
_TEMPORARY_OF_CACHE = (".*.json-*", "updates/*.part")
_STALE_S = 3600.0
_CLOCK_S = 2.0
"""By which the clocks of processes and files may differ."""


@contextmanager
def noted(data: Path | None, path: Path) -> Iterator[None]:
    """Note `path` in the data folder while it is being written. None, or no right to write there: it is not noted."""
    note: Path | None = None
    if data is not None:
        with contextlib.suppress(OSError):
            folder = data / _FOLDER
            private_files.make_folder(folder)
            note = folder / f"{os.getpid()}-{uuid.uuid4().hex}"
            private_files.write(note, os.fsencode(path.absolute()))
    try:
        yield
    finally:
        if note is not None:
            with contextlib.suppress(OSError):
                note.unlink()


def remove_left_over(data: Path, cache: Path | None = None) -> int:
    """Remove what earlier runs left behind in both folders. Returns how many files and folders that were."""
    removed = sum(_remove_stale(data, pattern) for pattern in _TEMPORARY)
    if cache is not None:
        removed += sum(_remove_stale(cache, pattern) for pattern in _TEMPORARY_OF_CACHE)
    with contextlib.suppress(OSError):
        for note in list((data / _FOLDER).iterdir()):
            try:
                if _is_at_work(note):
                    continue
                removed += _remove(Path(os.fsdecode(read_regular(note))))
                note.unlink()
            except (OSError, ValueError) as problem:
                log.info("what an export left behind can't be removed: %s", problem)
    return removed


def _is_at_work(note: Path) -> bool:
    """Whether the process that wrote a note still runs: this one, or an export in a terminal."""
    import psutil

    owner = note.name.partition("-")[0]
    if not owner.isdecimal():
        return False
    if int(owner) == os.getpid():
        return True
    try:
        begun = psutil.Process(int(owner)).create_time()
    except (psutil.NoSuchProcess, OverflowError):
        return False
    except psutil.AccessDenied:
        return True
    return bool(begun <= note.stat().st_mtime + _CLOCK_S)  # else its number was given to another process


def _remove_stale(data: Path, pattern: str) -> int:
    """Remove temporary files to which nobody has written for an hour. Returns how many."""
    removed = 0
    with contextlib.suppress(OSError):
        for path in data.glob(pattern):
            with contextlib.suppress(OSError):
                facts = path.lstat()
                if stat.S_ISREG(facts.st_mode) and abs(time.time() - facts.st_mtime) > _STALE_S:
                    path.unlink()
                    removed += 1
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
