"""Files and folders that nobody but their owner may read, whatever the umask of the process is.

All that Samar writes about chats is of this kind. What the person asks for by name, such as an export, follows the umask
like the files of any program. Windows has no such modes; the folders of its users are closed already.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.core.paths import Paths

FOLDER, FILE = 0o700, 0o600
_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)  # a named pipe is an error, and not waited for
_OF_DATA = (
    "history*", "settings*", "library*", "downloads*", "loading-model*", ".settings-*", ".library*", ".downloads*", ".history*",
    "*.lock", "backups/*", "cache/*", "cache/*/*", "logs/*",
)  # fmt: skip
_OF_CACHE, _OF_LOGS = ("*", "*/*"), ("samar.log*", "crash*.log")


def make_folder(path: Path) -> None:
    """Make `path` and what is missing above it, and close it to others. Raises OSError where it can't be made."""
    path.mkdir(parents=True, exist_ok=True, mode=FOLDER)
    narrow(path)


def opener(path: str, flags: int) -> int:
    """For `open(…, opener=opener)`."""
    return os.open(path, flags | _FLAGS, FILE)


def make_file(path: Path) -> None:
    """Make an empty file where there is none, for what writes by name. Raises OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | _FLAGS, FILE))


def write(path: Path, data: bytes) -> None:
    """Raises OSError."""
    with open(path, "wb", opener=opener) as file:
        file.write(data)


def narrow(path: Path) -> None:
    """Close a file or folder of the person's own to others. The home folder, links and shared places stay as they are."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # gone, or a file system without modes
        facts = path.lstat()
        is_folder = stat.S_ISDIR(facts.st_mode)
        if not (is_folder or stat.S_ISREG(facts.st_mode)) or facts.st_uid != os.getuid():
            return
        if is_folder and (facts.st_mode & stat.S_ISVTX or _is_home(path)):
            return
        if facts.st_mode & 0o077:
            path.chmod(FOLDER if is_folder else FILE)


def narrow_all(paths: Paths) -> None:
    """Close what versions before, or a careless umask, have left open. Models, and files that are not Samar's, are none of it."""
    for path in _own(paths):
        narrow(path)


def _own(paths: Paths) -> Iterator[Path]:
    for folder, patterns in ((paths.data, _OF_DATA), (paths.cache, _OF_CACHE), (paths.logs, _OF_LOGS)):
        yield folder
        for pattern in patterns:
            with contextlib.suppress(OSError):
                yield from folder.glob(pattern)
    yield paths.backups


def _is_home(path: Path) -> bool:
    try:
        home = Path.home().resolve()
    except RuntimeError:
        return False
    here = path.resolve()
    return here == home or here in home.parents


def new_file(folder: Path, prefix: str, suffix: str = "") -> tuple[int, str]:
    """As tempfile.mkstemp, for a file that the person asked for: its mode follows the umask. Raises OSError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    while True:
        name = str(folder / f"{prefix}{os.urandom(6).hex()}{suffix}")
        with contextlib.suppress(FileExistsError):
            return os.open(name, flags, 0o666), name
