"""One Samar for each person and data folder: real processes, and the one that listens under strange callers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.__main__ import absolute, are_files
from desktop.core.errors import SamarError
from desktop.single_instance import Instance, socket_path

ROOT = Path(__file__).resolve().parents[2]
POSIX = os.name == "posix"


class Running:
    """A Samar in a process of its own, and what it says."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "fakes" / "announcing_samar.py"), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), **environment},
        )
        self.watchdog = threading.Timer(300, self.process.kill)  # so that a silent one fails its test
        self.watchdog.start()

    def until(self, what: str) -> dict[str, Any]:
        """The next line of this kind."""
        out: IO[str] | None = self.process.stdout
        assert out is not None
        for line in out:
            said: dict[str, Any] = json.loads(line)
            if said["what"] == what:
                return said
        raise AssertionError(f"it ended without {what}: {self.process.stderr and self.process.stderr.read()}")

    def sentence(self) -> str:
        assert self.process.stderr is not None
        return next((line for line in self.process.stderr if line.startswith("samar:")), "")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.watchdog.cancel()
        self.watchdog.join()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A private folder with a name as short as that of a real session's."""
    with tempfile.TemporaryDirectory(prefix="s") as made:
        yield Path(made)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Running]]:
    """Starts Samar as often as a test likes, all of them of one session of the desktop."""
    running: list[Running] = []

    def begin(*arguments: str, **environment: str) -> Running:
        running.append(Running(*arguments, **{"XDG_RUNTIME_DIR": str(folder), **environment}))
        return running[-1]

    yield begin
    for one in running:
        one.close()


@pytest.mark.engine
def test_that_a_second_start_hands_its_files_to_the_window_and_ends(
    start: Callable[..., Running], data_dir: Path, tmp_path: Path
) -> None:
    model, folder = tmp_path / "نموذج.gguf", tmp_path / "a checkpoint"
    model.write_bytes(b"GGUF")
    folder.mkdir()
    first = start("--data-dir", str(data_dir))
    assert first.until("started")["files"] == []
    given = [str(model), folder.as_uri(), str(folder)]
    second = start(*given, "--data-dir", str(data_dir), XDG_ACTIVATION_TOKEN="a token")
    assert first.until("opened")["wanted"] == str(model)
    answered = first.until("answered")
    assert second.process.wait(timeout=60) == 0
    assert answered["files"] == [str(model), str(folder), str(folder)]
    assert answered["token"] == "a token"
    assert not answered["minimized"]
    third = start("--data-dir", str(data_dir))
    assert first.until("answered")["files"] == []
    assert third.process.wait(timeout=60) == 0


@pytest.mark.engine
def test_that_files_of_the_first_start_are_opened(
    start: Callable[..., Running], data_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "not a model"
    folder.mkdir()
    first = start(str(folder), "--data-dir", str(data_dir))
    assert first.until("opened")["files"] == [str(folder)]


@pytest.mark.engine
@pytest.mark.skipif(not POSIX, reason="SIGKILL is POSIX's")
def test_that_what_a_killed_samar_leaves_stops_no_start(start: Callable[..., Running], data_dir: Path) -> None:
    first = start("--data-dir", str(data_dir))
    first.until("started")
    first.process.kill()
    first.process.wait()
    second = start("--data-dir", str(data_dir))
    second.until("started")
    third = start("--data-dir", str(data_dir))
    second.until("answered")
    assert third.process.wait(timeout=60) == 0


@pytest.mark.engine
@pytest.mark.skipif(not POSIX, reason="SIGSTOP is POSIX's")
def test_that_a_frozen_samar_is_told_of_in_a_sentence(start: Callable[..., Running], data_dir: Path) -> None:
    first = start("--data-dir", str(data_dir))
    first.until("started")
    first.process.send_signal(signal.SIGSTOP)
    second = start("--data-dir", str(data_dir))
    assert "does not answer" in second.sentence()
    assert second.process.poll() is None, "it shows the sentence in a window too, until that is closed"
    first.process.send_signal(signal.SIGCONT)


@pytest.mark.engine
def test_that_two_data_folders_are_two_samars(start: Callable[..., Running], tmp_path: Path) -> None:
    one, two = start("--data-dir", str(tmp_path / "one")), start("--data-dir", str(tmp_path / "two"))
    one.until("started")
    two.until("started")


# ---- the one that listens


@pytest.fixture
def place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def first(qtbot: QtBot, place: Path, data_dir: Path) -> Iterator[Instance]:
    instance = Instance(data_dir)
    assert not instance.send_to_running([])
    instance.listen()
    yield instance
    instance.close()


def call(data_dir: Path, said: bytes) -> socket.socket:
    caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    caller.settimeout(60)
    caller.connect(f"{socket_path(data_dir)}.socket")
    threading.Thread(target=caller.sendall, args=(said,)).start()  # a long one waits for the listener
    return caller


@pytest.mark.skipif(not POSIX, reason="speaks to the socket as a file")
@pytest.mark.parametrize(
    "said",
    [
        *(b"\n", b"[]\n", b"{}\n", b"\xff\n", b"[" * 50_000 + b"\n", b"x" * 1_100_000),
        *(
            b'{"files": [1], "token": ""}\n',
            b'{"files": "word", "token": ""}\n',
            b'{"files": {"/a": 1}, "token": ""}\n',
        ),
        *(b'{"files": ["\\u0000"], "token": ""}\n', b'{"files": ["\\ud800"], "token": ""}\n'),
    ],
)
def test_that_a_caller_that_makes_no_sense_is_hung_up_on(
    qtbot: QtBot, first: Instance, data_dir: Path, said: bytes
) -> None:
    heard: list[object] = []
    first.asked.connect(lambda *words: heard.append(words))
    with call(data_dir, said) as caller:
        answers: list[bytes] = []
        listener = threading.Thread(target=lambda: answers.append(caller.recv(10)))
        listener.start()
        qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
        listener.join()
    assert answers == [b""]
    assert heard == []
    told(qtbot, first, data_dir)


@pytest.mark.skipif(not POSIX, reason="speaks to the socket as a file")
@pytest.mark.parametrize(("token", "taken"), [("a token", "a token"), ("\0", ""), ("\ud800", ""), ("x" * 200_000, "")])
def test_that_a_token_that_no_environment_takes_is_left_out(
    qtbot: QtBot, first: Instance, data_dir: Path, token: str, taken: str
) -> None:
    message = json.dumps({"files": ["/a"], "token": token}).encode() + b"\n"
    with call(data_dir, message), qtbot.waitSignal(first.asked, timeout=20_000) as asked:
        pass
    assert asked.args == [["/a"], taken]


CALLER = """
import sys
from pathlib import Path
from desktop.single_instance import Instance
sys.exit(not Instance(Path(sys.argv[1])).send_to_running(["/a b", "/m\\udce8.gguf"]))
"""


def told(qtbot: QtBot, first: Instance, data_dir: Path) -> None:
    """A start in good order is heard."""
    with qtbot.waitSignal(first.asked, timeout=30_000) as asked:
        caller = subprocess.Popen([sys.executable, "-c", CALLER, str(data_dir)], cwd=ROOT)
    assert asked.args[0] == ["/a b", "/m\udce8.gguf"], "the file itself, also where its name is no UTF-8"
    assert caller.wait(timeout=60) == 0


@pytest.mark.skipif(not POSIX, reason="speaks to the socket as a file")
def test_that_a_silent_caller_keeps_nobody_waiting(qtbot: QtBot, first: Instance, data_dir: Path) -> None:
    with call(data_dir, b'{"files"'):
        told(qtbot, first, data_dir)


def test_that_one_that_never_answers_is_given_up(place: Path, data_dir: Path) -> None:
    deaf = Instance(data_dir)
    assert not deaf.send_to_running([])
    with pytest.raises(SamarError) as problem:
        Instance(data_dir).send_to_running([], answer_s=0.3)
    assert problem.value.code == "already_running"
    deaf.close()


def test_that_the_next_takes_over_when_the_first_closes(place: Path, data_dir: Path) -> None:
    before = Instance(data_dir)
    assert not before.send_to_running([])
    closing = threading.Timer(0.2, before.close)
    closing.start()
    after = Instance(data_dir)
    assert not after.send_to_running([])
    closing.join()
    after.close()


@pytest.mark.skipif(not POSIX, reason="modes of folders are POSIX's")
def test_that_a_folder_that_others_can_enter_is_no_place_for_the_socket(place: Path, data_dir: Path) -> None:
    usual = socket_path(data_dir)
    assert usual is not None
    assert usual.parent == place
    place.chmod(0o777)
    other = socket_path(data_dir)
    assert other is None or other.parent != place


def test_that_folders_have_places_of_their_own(place: Path, data_dir: Path) -> None:
    assert socket_path(data_dir) != socket_path(data_dir / "x")
    assert socket_path(data_dir) == socket_path(data_dir / ".." / data_dir.name)


# ---- words on the command line


def test_that_words_that_name_files_are_no_verbs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("folder", "models", "chat"):
        (tmp_path / name).mkdir()
    assert are_files(["x.gguf"])
    assert are_files(["X.GGUF", "./folder"])
    assert are_files(["folder"])
    assert are_files(["file:///a/b"])
    assert not are_files(["models"])
    assert not are_files(["chat", "folder"])
    assert not are_files(["ask", "why?"])


def test_that_addresses_and_relative_names_become_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    named = tmp_path / "سمر و model.gguf"
    assert absolute(named.as_uri()) == str(named)
    assert absolute("x.gguf") == str(Path.cwd() / "x.gguf")


def test_that_a_file_that_macos_asks_to_open_reaches_the_window() -> None:
    """In a process of its own: there is one application in each."""
    code = (
        "from PySide6.QtCore import QUrl\n"
        "from PySide6.QtGui import QFileOpenEvent\n"
        "from desktop.ui.application import Application\n"
        "app = Application(['samar'])\n"
        "app.files_asked.connect(lambda names: print(names[0]))\n"
        "app.sendEvent(app, QFileOpenEvent(QUrl.fromLocalFile('/a b/نموذج.gguf')))\n"
        "app.sendEvent(app, QFileOpenEvent('/c.gguf'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout.split("\n")[:2] == ["/a b/نموذج.gguf", "/c.gguf"], done.stderr
