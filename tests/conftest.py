"""What every test obeys: offscreen, no network but loopback, no thread and no process left behind."""

from __future__ import annotations

import faulthandler
import gc
import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


def pytest_configure(config: pytest.Config) -> None:
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    # as in the window (desktop/workers/garbage.py): a worker's thread must not destroy Qt objects
    gc.disable()


TESTS = itertools.count(1)
STDERR = os.dup(2)


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A test ends its own threads and child processes."""
    before_threads = set(threading.enumerate())
    before_children = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    gc.collect(2 if next(TESTS) % 50 == 0 else 1)
    if not faulthandler.is_enabled():  # a window's log took it over
        faulthandler.enable(STDERR)
    left = [thread for thread in threading.enumerate() if thread not in before_threads and not thread.daemon]
    for thread in left:
        thread.join(timeout=5)
    assert not [thread for thread in left if thread.is_alive()], f"threads left running: {left}"
    children = [child for child in psutil.Process().children(recursive=True) if child.pid not in before_children]
    _gone, alive = psutil.wait_procs(children, timeout=5)
    assert not alive, f"processes left running: {alive}"


class PatientBot(QtBot):
    """Keeps what waited for a signal until no more calls of it can be under way.

    PySide6 holds a plain object's bound method weakly: a call that another thread has queued before the disconnection
    is delivered to the freed object otherwise, which ends the process.
    """

    def __init__(self, request: pytest.FixtureRequest) -> None:
        super().__init__(request)
        self.waited: list[object] = []

    def waitSignal(self, *args: Any, **options: Any) -> Any:
        self.waited.append(super().waitSignal(*args, **options))
        return self.waited[-1]

    def waitSignals(self, *args: Any, **options: Any) -> Any:
        self.waited.append(super().waitSignals(*args, **options))
        return self.waited[-1]


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
