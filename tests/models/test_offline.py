"""Nothing in Samar connects anywhere but through three files, each of which asks for leave before it does: the models room's,
the converter's, and the one that looks for a new version."""

from __future__ import annotations

import ast
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.core.paths import Paths
from desktop.models.library import Library
from tests.fakes import silent_session

ROOT = Path(__file__).resolve().parents[2]
GATES = {
    ROOT / "desktop" / "models" / "hub.py",
    ROOT / "converter" / "hub.py",
    ROOT / "desktop" / "updates" / "fetch.py",
}
LOCAL = {
    # a pair of sockets inside the process, by which signals wake the window
    ROOT / "desktop" / "window.py": {"socket"},
    # one Samar for each data folder: a UNIX socket, or a pipe
    ROOT / "desktop" / "single_instance.py": {
        "PySide6.QtNetwork",
        "PySide6.QtNetwork.QLocalServer",
        "PySide6.QtNetwork.QLocalSocket",
    },
    # a file:// address becomes a path
    ROOT / "desktop" / "__main__.py": {"urllib.request", "urllib.request.url2pathname"},
}
SPEAKERS = {"socket", "ssl", "http", "urllib.request", "ftplib", "smtplib", "requests", "httpx", "httpx2", "aiohttp"}
SPEAKERS |= {
    "huggingface_hub",
    "PySide6.QtNetwork",
    "PySide6.QtWebSockets",
    "websockets",
    "urllib3",
    "asyncio",
    "xmlrpc",
}


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def speaks(name: str) -> bool:
    return any(name == speaker or name.startswith(f"{speaker}.") for speaker in SPEAKERS)


@pytest.mark.parametrize("room", ["desktop", "converter"])
def test_that_only_the_gates_can_reach_the_network(room: str) -> None:
    found = {file: set(filter(speaks, imported(file))) - LOCAL.get(file, set()) for file in (ROOT / room).rglob("*.py")}
    guilty = {str(file.relative_to(ROOT)): names for file, names in found.items() if names and file not in GATES}
    assert guilty == {}
    assert any(found[gate] for gate in GATES & found.keys())  # the test sees what it looks for


def test_that_looking_at_the_disk_opens_no_socket(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_words: object, **_more: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert Library(Paths.under(data_dir)).refresh()


def test_that_importing_samar_loads_no_client() -> None:
    code = (
        "import sys, desktop.models.hub, desktop.models.downloads, desktop.workers.downloads, desktop.cli.models\n"
        "print([name for name in ('huggingface_hub', 'httpx2', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_that_the_window_opens_without_the_models_room() -> None:
    """What only the room needs, and what measuring needs, is not loaded at the start."""
    names = "'numpy', 'huggingface_hub', 'desktop.models.bandwidth', 'desktop.models.hub', 'desktop.models.catalogue'"
    code = f"import sys, desktop.app; print([name for name in ({names}) if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def watched(folder: Path, *control: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fakes.silent_session", str(folder), *control]
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300
    )


def test_that_the_watch_sees_an_attempt(tmp_path: Path) -> None:
    said = watched(tmp_path, "python")
    assert said.returncode == silent_session.GUILTY and "attempted: socket" in said.stderr
    native = watched(tmp_path, "native")
    stopped = native.returncode == -signal.SIGSYS if sys.platform.startswith("linux") else False
    assert stopped or not json.loads(native.stdout)["watched"]


@pytest.mark.engine
@pytest.mark.slow
def test_that_a_whole_session_attempts_no_connection(data_dir: Path) -> None:
    """Chat, the pages of models, settings, an adapter that names a repository: nothing even tries, children included."""
    done = watched(data_dir)
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)["seen"]
    assert seen[:-1] == [
        "loaded", "answered", "listed", "refused", "refused again", "card", "own settings", "adapter refused",
    ]  # fmt: skip
    assert "network is not allowed" in seen[-1]
