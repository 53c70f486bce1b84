"""What every test obeys: offscreen, no network but loopback, no thread and no process left behind."""

from __future__ import annotations

import faulthandler
import gc
import itertools
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, settings
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import getCppPointer

FOREIGN = ("LC_", "LANG", "HF_", "HUGGING", "QT_", "XCURSOR_", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR",
    "OLLAMA_", "LLAMA_", "GGML_", "OMP_", "PYTHONWARNINGS", "PYTHONUTF8", "PYTHONIOENCODING", "SAMAR_")  # fmt: skip
"""The computer's own language, tokens, places and tastes: no test depends on them."""
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
for name in list(os.environ):
    if name.startswith(FOREIGN) or name.lower() in PROXIES:
        del os.environ[name]
if platform == "offscreen" and sys.platform == "linux":  # whose own screen is smaller than most windows
    platform = f"offscreen:configfile={Path(__file__).with_name('screen.json')}"
os.environ.update(QT_QPA_PLATFORM=platform, HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
if sys.platform == "linux":
    os.environ["LC_ALL"] = "C.UTF-8"

# the same examples in every run, however slow the computer; others with --hypothesis-profile=explore
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", settings.get_profile("same"), derandomize=False)
settings.load_profile("same")

PATIENCE_S = 60
"""How long a wait may take that ends by itself, on a computer that is busy with other things."""


def pytest_configure(config: pytest.Config) -> None:
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    # as in the window (desktop/workers/gui_gc.py): a worker's thread must not destroy Qt objects
    gc.disable()


def pytest_unconfigure() -> None:
    """What a test left on the offscreen clipboard would be destroyed after Python's end, and call into an interpreter that is
    gone: the whole run then ends in a segmentation fault."""
    if isinstance(QCoreApplication.instance(), QApplication):
        QApplication.clipboard().clear()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # what the modules hold stays anyway: not looked through again after each test


TESTS = itertools.count(1)
STDERR = os.dup(2)


def children() -> list[psutil.Process]:
    """Living and unreaped child processes and theirs."""
    if hasattr(os, "waitid"):
        try:  # looking through all processes of the computer takes milliseconds, and mostly there are none
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return []
    return psutil.Process().children(recursive=True)


def windows() -> dict[int, QWidget]:
    """Widgets without a parent, by their address."""
    if not isinstance(QCoreApplication.instance(), QApplication):
        return {}
    return {getCppPointer(widget)[0]: widget for widget in QApplication.topLevelWidgets() if widget.parent() is None}


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A test ends its own threads and child processes. Its windows are deleted: each that stayed would be styled and
    translated anew in every test after it."""
    before_windows = set(windows())
    before_threads = set(threading.enumerate())
    before_children = {child.pid for child in children()}
    yield
    for address, window in windows().items():
        if address not in before_windows:
            window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect(2 if next(TESTS) % 50 == 0 else 1)
    if not faulthandler.is_enabled():  # a window's log took it over
        faulthandler.enable(STDERR)
    left = [thread for thread in threading.enumerate() if thread not in before_threads and not thread.daemon]
    for thread in left:
        thread.join(PATIENCE_S)
    assert not [thread for thread in left if thread.is_alive()], f"threads left running: {left}"
    _gone, alive = psutil.wait_procs([child for child in children() if child.pid not in before_children], PATIENCE_S)
    assert not alive, f"processes left running: {alive}"


class PatientBot(QtBot):
    """Waits long enough, and keeps what waited for a signal until no more calls of it can be under way.

    PySide6 holds a plain object's bound method weakly: a call that another thread has queued before the disconnection
    is delivered to the freed object otherwise, which ends the process.
    """

    def __init__(self, request: pytest.FixtureRequest) -> None:
        super().__init__(request)
        self.waited: list[object] = []

    def waitSignal(self, *args: Any, **options: Any) -> Any:
        self.waited.append(super().waitSignal(*args, **patient(options)))
        return self.waited[-1]

    def waitSignals(self, *args: Any, **options: Any) -> Any:
        self.waited.append(super().waitSignals(*args, **patient(options)))
        return self.waited[-1]

    def waitUntil(self, *args: Any, **options: Any) -> None:
        super().waitUntil(*args, **patient(options))

    def waitExposed(self, *args: Any, **options: Any) -> Any:
        return super().waitExposed(*args, **patient(options))

    def waitActive(self, *args: Any, **options: Any) -> Any:
        return super().waitActive(*args, **patient(options))


def patient(options: dict[str, Any]) -> dict[str, Any]:
    """A test's own ceiling counts where it is higher; 0 is no ceiling, but no wait at all (assertNotEmitted)."""
    asked = options.get("timeout")
    return options if asked == 0 else {**options, "timeout": max(asked or 0, PATIENCE_S * 1000)}


@pytest.fixture
def qtbot(qapp: QCoreApplication, request: pytest.FixtureRequest) -> Iterator[QtBot]:
    """pytest-qt's, for signals of other threads. What depends on it (workers above all) is ended before it."""
    bot = PatientBot(request)
    yield bot
    QCoreApplication.sendPostedEvents()
    bot.waited.clear()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty data folder whose name has a blank and Arabic letters, as real ones do."""
    folder = tmp_path / "بيانات سمر"
    folder.mkdir()
    return folder
