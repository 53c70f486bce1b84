"""The worker of the models pages: what takes long holds up nothing of another kind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.core.paths import Paths
from desktop.models.entry import Entry
from desktop.models.hub import Hub
from desktop.models.library import Library
from desktop.workers.models import ModelsWorker
from tests.fakes.tiny_gguf import write_tiny


def test_that_a_slow_disk_and_a_long_check_hold_up_no_question(
    qtbot: QtBot, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths.under(data_dir)
    library = Library(paths, places=list)
    (entry,) = library.add(write_tiny(tmp_path / "a.gguf"))
    go_on = threading.Event()
    real_refresh, real_verify = library.refresh, library.verify

    def refresh(stopped: Callable[[], bool]) -> list[Entry]:
        go_on.wait(60)
        return real_refresh(stopped)

    def verify(*words: object) -> bool:
        go_on.wait(60)
        return real_verify(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "refresh", refresh)
    monkeypatch.setattr(library, "verify", verify)
    worker = ModelsWorker(library, Hub(lambda: False), paths.cache)
    try:
        worker.look(2048)
        worker.verify(entry)
        with qtbot.waitSignal(worker.failed, timeout=20_000) as failed:
            worker.search("anything")
        assert failed.args[0].code == "network_off" and not go_on.is_set()
        with qtbot.waitSignals([worker.verified, worker.looked], timeout=20_000):
            go_on.set()
    finally:
        go_on.set()
        worker.close()
