"""Moving a file to the system's bin, without Qt.

Linux and the like: the Trash specification 1.0 of freedesktop.org. macOS: the person's ~/.Trash. Windows: SHFileOperationW.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import stat
import sys
import time
from pathlib import Path
from urllib.parse import quote


def move_to_trash(path: Path) -> None:
    """Put a file or a folder into the bin. Raises OSError when there is none for it; it then is where it was."""
    path = path.absolute()
    os.lstat(path)
    if sys.platform == "win32":
        _windows(path)
    elif sys.platform == "darwin":
        _into(path, Path.home() / ".Trash")
    else:
        _freedesktop(path)


def _freedesktop(path: Path) -> None:
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "Trash"
    device = os.lstat(path).st_dev
    with contextlib.suppress(OSError):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if home.stat().st_dev == device:
            _file_away(path, home, str(path))
            return
    top = _mount_point(path)
    for trash in _of_mount(top):
        _file_away(path, trash, str(path.relative_to(top)))
        return
    raise OSError("the disk has no bin")


def _of_mount(top: Path) -> list[Path]:
    """The bins of a mounted disk that may be used, best first (specification: "$topdir/.Trash" must be sticky)."""
    user = os.getuid()
    found: list[Path] = []
    shared = top / ".Trash"
    with contextlib.suppress(OSError):
        info = os.lstat(shared)
        if stat.S_ISDIR(info.st_mode) and info.st_mode & stat.S_ISVTX:
            (shared / str(user)).mkdir(exist_ok=True, mode=0o700)
            found.append(shared / str(user))
    with contextlib.suppress(OSError):
        own = top / f".Trash-{user}"
        own.mkdir(exist_ok=True, mode=0o700)
        if not own.is_symlink():
            found.append(own)
    return found


def _mount_point(path: Path) -> Path:
    at = path.parent
    while not at.is_mount() and at != at.parent:
        at = at.parent
    return at


def _file_away(path: Path, trash: Path, original: str) -> None:
    files, info = trash / "files", trash / "info"
    for folder in (files, info):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = f"[Trash Info]\nPath={quote(original)}\nDeletionDate={time.strftime('%Y-%m-%dT%H:%M:%S')}\n"
    for number in range(10_000):
        name = path.name if number == 0 else f"{path.stem}.{number}{path.suffix}"
        note = info / f"{name}.trashinfo"
        try:
            handle = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # the note reserves the name
        except FileExistsError:
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        try:
            if (files / name).exists():
                raise FileExistsError(name)
            path.rename(files / name)
        except FileExistsError:
            note.unlink()
            continue
        except BaseException:
            note.unlink()
            raise
        return
    raise OSError("the bin is full of files of this name")


def _into(path: Path, trash: Path) -> None:
    target = trash / path.name
    if target.exists():
        target = trash / f"{path.stem} {time.strftime('%H.%M.%S')}{path.suffix}"
    shutil.move(path, target)


def _windows(path: Path) -> None:
    class Operation(ctypes.Structure):
        _fields_ = (
            ("window", ctypes.c_void_p),
            ("function", ctypes.c_uint),
            ("source", ctypes.c_wchar_p),
            ("target", ctypes.c_wchar_p),
            ("flags", ctypes.c_ushort),
            ("aborted", ctypes.c_int),
            ("mappings", ctypes.c_void_p),
            ("title", ctypes.c_wchar_p),
        )

    delete, quiet = 3, 0x0040 | 0x0010 | 0x0004 | 0x0400  # FO_DELETE; ALLOWUNDO, NOCONFIRMATION, SILENT, NOERRORUI
    operation = Operation(None, delete, f"{path}\0", None, quiet, 0, None, None)
    library = getattr(ctypes, "windll").shell32  # noqa: B009 - not there elsewhere
    if library.SHFileOperationW(ctypes.byref(operation)) or operation.aborted:
        raise OSError("Windows refused")
