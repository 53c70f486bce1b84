"""One Samar for each person and data folder: a second start hands its files to the open window.

A lock that the system releases with its process says who is first, so nothing that a crash leaves behind counts. Beside
it lies a local socket, over which later starts say one line of JSON and wait for one line of answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import stat
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.core import private_files
from desktop.core.errors import SamarError

if TYPE_CHECKING:  # the first start listens after its window is there
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)

ANSWER_S = 6.0
"""How long a second start waits for the first."""
RETRY_S = 0.05
MOST_BYTES = 1_000_000
"""Of one message; a command line is shorter."""
LONGEST_NAME = 100
"""Bytes of a socket's path that every system takes (macOS: 104)."""
TOKENS = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")
"""What a desktop gives to a program that it starts, so that its window may come to the front."""

LONGEST_TOKEN = 1000
"""Characters; it goes into the environment, which takes no zero bytes and is handed to every program that is started."""


def socket_path(data: Path) -> Path | None:
    """Where the Samars of this person and this data folder meet: a path without suffix in a folder that nobody else can
    open. None where there is no such folder."""
    user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    folder_name = os.path.normcase(os.path.realpath(data))
    name = "samar-" + hashlib.sha256(f"{user}\0{folder_name}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
    if sys.platform == "win32":
        return Path(tempfile.gettempdir()) / name
    given = os.environ.get("XDG_RUNTIME_DIR")
    ours = [Path(base) / f"samar-{user}" for base in (tempfile.gettempdir(), "/tmp")]  # noqa: S108 - checked
    for folder in [Path(given), *ours] if given else ours:
        if len(os.fsencode(folder / name)) + len(".socket") > LONGEST_NAME:
            continue
        if folder in ours:
            with contextlib.suppress(OSError):
                folder.mkdir(mode=0o700)
        if is_private(folder):
            return folder / name
    return None


def is_private(folder: Path) -> bool:
    """Whether `folder` is there and this person's alone."""
    try:
        facts = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not facts.st_mode & 0o077


def is_file_name(name: object) -> bool:
    """Whether the system can be asked about a file of this name."""
    try:
        return isinstance(name, str) and b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


class Instance(QObject):
    """This start of Samar: the first one for its data folder, which listens, or a later one, which hands over."""

    asked = Signal(object, str)
    """Another start wants the window: list of paths as str, activation token or "" (an object, since Qt's own lists replace
    what is no UTF-8 in a name)."""

    def __init__(self, data: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.place = socket_path(data)
        self.server: QLocalServer | None = None
        self._lock: IO[bytes] | None = None

    def send_to_running(self, files: list[str], answer_s: float = ANSWER_S) -> bool:
        """Give files to the Samar that runs and return True; False when there is none, and this one is the first.

        Raises SamarError already_running when one runs that does not answer in time.
        """
        if self.place is None:
            log.warning("there is no private folder for a socket; other starts will open windows of their own")
            return False
        until = time.monotonic() + answer_s
        while True:
            if self._claim():
                return False
            if self._tell(files, until):
                return True
            if time.monotonic() >= until:
                raise SamarError("already_running")
            time.sleep(RETRY_S)  # it is starting or closing right now

    def _claim(self) -> bool:
        assert self.place is not None
        try:
            file = open(f"{self.place}.lock", "ab", opener=private_files.opener)  # noqa: SIM115 - open as long as the lock is held
        except OSError as problem:
            log.warning("no lock can be made: %s", problem)
            return True
        try:
            lock(file)
        except OSError:
            file.close()
            return False
        self._lock = file
        return True

    def _tell(self, files: list[str], until: float) -> bool:
        left = max(int((until - time.monotonic()) * 1000), 1)
        from PySide6.QtNetwork import QLocalSocket

        allow_foreground()
        socket = QLocalSocket()
        socket.connectToServer(self._name())
        if not socket.waitForConnected(left):
            return False
        token = next((os.environ[name] for name in TOKENS if os.environ.get(name)), "")
        socket.write(json.dumps({"files": files, "token": token}).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            left = int((until - time.monotonic()) * 1000)
            if left <= 0 or not socket.waitForReadyRead(left):
                return False
            answer += socket.readAll().data()
        return answer == b"ok\n"

    def _name(self) -> str:
        assert self.place is not None
        return self.place.name if sys.platform == "win32" else f"{self.place}.socket"

    # ---- the first one

    def listen(self) -> None:
        """Begin to answer other starts. Only for the one that `send_to_running` found to be the first."""
        if self._lock is None or self.server is not None:
            return
        from PySide6.QtNetwork import QLocalServer

        QLocalServer.removeServer(self._name())  # what a crash left: the lock says that nobody listens there
        self.server = server = QLocalServer(self)
        server.newConnection.connect(self._welcome)
        if not server.listen(self._name()):
            log.warning("other starts can't be answered: %s", server.errorString())

    def _welcome(self) -> None:
        assert self.server is not None
        while (socket := self.server.nextPendingConnection()) is not None:
            Caller(socket, self)

    def close(self) -> None:
        """Answer no more, and let another be the first."""
        if self.server is not None:
            self.server.close()
            self.server = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


class Caller(QObject):
    """One connection of another start, for as long as it lasts."""

    def __init__(self, socket: QLocalSocket, instance: Instance) -> None:
        super().__init__(instance)
        self.socket, self.instance, self.said = socket, instance, b""
        socket.setParent(self)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(self.deleteLater)
        QTimer.singleShot(int(ANSWER_S * 1000), self, socket.abort)
        self._read()

    def _read(self) -> None:
        if len(self.said) > MOST_BYTES:
            self.socket.abort()
            return
        self.said += self.socket.read(MOST_BYTES + 1 - len(self.said)).data()
        if not self.said.endswith(b"\n"):
            return
        try:
            message = json.loads(self.said)
            files, token = message["files"], message["token"]
            if not isinstance(token, str) or not isinstance(files, list) or not all(map(is_file_name, files)):
                raise TypeError("not a list of names and a token")
        except (ValueError, KeyError, TypeError, RecursionError) as problem:
            log.warning("another start said what is no message: %s", type(problem).__name__)
            self.socket.abort()
            return
        self.said = b""
        self.socket.write(b"ok\n")
        self.socket.flush()
        self.socket.disconnectFromServer()
        fit = len(token) <= LONGEST_TOKEN and is_file_name(token)
        self.instance.asked.emit(files, token if fit else "")


def lock(file: IO[bytes]) -> None:
    """Take the lock of a file until it is closed or the process ends. Raises OSError when another process has it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def allow_foreground() -> None:
    """Windows lets a window come to the front only when the program in front allows it."""
    if sys.platform == "win32":
        import ctypes

        with contextlib.suppress(OSError):
            ctypes.windll.user32.AllowSetForegroundWindow(-1)  # ASFW_ANY
