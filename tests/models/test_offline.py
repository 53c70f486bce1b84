"""Nothing in Samar connects anywhere but through two files: the models room's, which asks for leave before each request, and
the converter's, which runs only when a person names a repository on its command line."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.core.paths import Paths
from desktop.models.library import Library

ROOT = Path(__file__).resolve().parents[2]
GATES = {ROOT / "desktop" / "models" / "hub.py", ROOT / "converter" / "hub.py"}
LOCAL = {ROOT / "desktop" / "app.py": {"socket"}}
"""A pair of sockets inside the process, by which signals wake the window."""
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
        "import sys, desktop.models.hub, desktop.models.downloads, desktop.workers.downloads, desktop.models_cli\n"
        "print([name for name in ('huggingface_hub', 'httpx2', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
