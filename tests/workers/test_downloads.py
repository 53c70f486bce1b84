"""The worker of downloads: what the window sees of the queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants
from pytestqt.qtbot import QtBot

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.models import hub as hub_module
from desktop.models.downloads import Download, DownloadQueue, Progress, State
from desktop.models.entry import Entry
from desktop.models.hub import Hub, Transfer
from desktop.models.library import Library
from desktop.workers.downloads import DownloadWorker, Pace
from tests.fakes.loopback_hub import LoopbackHub
from tests.fakes.tiny_gguf import write_tiny

REPO = "owner/Tiny-GGUF"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub_module, "PIECE", 16_384)
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _seconds: None)
    words = tuple(f"w{n}" for n in range(2000))
    files = {
        f"{REPO}/{name}.gguf": write_tiny(tmp_path / f"{name}.gguf", seed=n, words=words).read_bytes()
        for n, name in enumerate(("One-Q4_K_M", "Two-Q8_0"))
    }
    with LoopbackHub(files=files).serving() as hub:
        yield hub
    from huggingface_hub import close_session

    close_session()


@pytest.fixture
def worker(world: LoopbackHub, data_dir: Path, qtbot: QtBot) -> Iterator[DownloadWorker]:
    hub = Hub(lambda: True, world.endpoint, token=lambda: None)
    made = DownloadWorker(DownloadQueue(hub, Library(Paths.under(data_dir), places=list)))
    yield made
    if world.gate:
        world.gate.set()
    made.close()


def ask(worker: DownloadWorker, number: int = 0) -> Download:
    repository = worker.queue.hub.repository(REPO)
    worker.add(repository, repository.choices[number])
    return next(one for one in worker.queue.downloads() if one.files[0] == repository.choices[number].files[0])


def states(worker: DownloadWorker) -> list[State]:
    return [one.state for one in worker.queue.downloads()]


def test_that_downloads_come_one_after_another(worker: DownloadWorker, qtbot: QtBot, world: LoopbackHub) -> None:
    came: list[Entry] = []
    worker.finished.connect(came.append)
    for number in (0, 1):
        ask(worker, number)
    qtbot.waitUntil(lambda: len(came) == 2, timeout=20_000)
    assert {Path(entry.path).read_bytes() for entry in came} == set(world.files.values())
    assert states(worker) == []


def test_that_a_pause_holds_and_going_on_ends_it(worker: DownloadWorker, qtbot: QtBot, world: LoopbackHub) -> None:
    world.gate = threading.Event()
    paces: list[Pace] = []
    worker.progressed.connect(paces.append)
    one = ask(worker)
    qtbot.waitUntil(lambda: world.paused.is_set() and states(worker) == [State.RUNNING], timeout=10_000)
    worker.pause(one.id)
    qtbot.waitUntil(lambda: states(worker) == [State.PAUSED], timeout=10_000)
    world.gate.set()
    with qtbot.waitSignal(worker.finished, timeout=20_000) as finished:
        worker.resume(one.id)
    assert isinstance(finished.args[0], Entry)
    assert paces and paces[-1].size == one.size


def test_that_cancelling_a_running_download_takes_it_away(
    worker: DownloadWorker, qtbot: QtBot, world: LoopbackHub
) -> None:
    world.gate = threading.Event()
    one = ask(worker)
    qtbot.waitUntil(lambda: world.paused.is_set() and states(worker) == [State.RUNNING], timeout=10_000)
    worker.cancel(one.id)
    qtbot.waitUntil(lambda: states(worker) == [], timeout=10_000)
    assert not (worker.queue.partial / one.id).exists()


def test_that_a_failure_is_told_and_the_next_one_comes(
    worker: DownloadWorker, qtbot: QtBot, world: LoopbackHub
) -> None:
    world.refuse = lambda method, path: (403, {}) if "One" in path else None
    came: list[Entry] = []
    worker.finished.connect(came.append)
    with qtbot.waitSignal(worker.failed, timeout=10_000) as failed:
        for number in (0, 1):
            ask(worker, number)
    assert failed.args[0].code == "hub_gated_unknown"
    qtbot.waitUntil(lambda: len(came) == 1, timeout=20_000)
    (left,) = worker.queue.downloads()
    assert left.state is State.FAILED and left.error_code == "hub_gated_unknown"


def test_that_closing_keeps_what_came_for_the_next_time(
    worker: DownloadWorker, qtbot: QtBot, world: LoopbackHub, data_dir: Path
) -> None:
    world.gate = threading.Event()
    ask(worker)
    qtbot.waitUntil(lambda: world.paused.is_set() and states(worker) == [State.RUNNING], timeout=10_000)
    worker.close()
    world.gate.set()
    again = DownloadWorker(DownloadQueue(worker.queue.hub, Library(Paths.under(data_dir), places=list)))
    with qtbot.waitSignal(again.changed) as changed:
        again.begin()
    (left,) = changed.args[0]
    assert left.state is State.PAUSED
    with qtbot.waitSignal(again.finished, timeout=20_000):
        again.resume(left.id)
    again.close()


def test_that_a_hub_that_asks_to_wait_is_waited_for(worker: DownloadWorker, qtbot: QtBot, world: LoopbackHub) -> None:
    refusals = [(429, {"Retry-After": "0"}), (429, {"Retry-After": "1"})]
    world.refuse = lambda method, path: refusals.pop() if refusals and "/resolve/" in path else None
    seen: list[tuple[State, ...]] = []
    worker.changed.connect(lambda downloads: seen.append(tuple(one.state for one in downloads)))
    told: list[object] = []
    worker.failed.connect(told.append)
    with qtbot.waitSignal(worker.finished, timeout=20_000):
        ask(worker)
    assert told == [] and refusals == []
    assert seen.count((State.WAITING,)) == 2


def test_that_the_queue_waits_as_a_whole_and_pausing_frees_it(
    worker: DownloadWorker, qtbot: QtBot, world: LoopbackHub
) -> None:
    refusals = [(429, {"Retry-After": "3000"})]
    world.refuse = lambda method, path: refusals.pop() if refusals and "/resolve/" in path else None
    first = ask(worker, 0)
    qtbot.waitUntil(lambda: states(worker) == [State.WAITING], timeout=10_000)
    ask(worker, 1)
    assert states(worker) == [State.WAITING, State.QUEUED]
    with qtbot.waitSignal(worker.finished, timeout=20_000):
        worker.pause(first.id)
    assert states(worker) == [State.PAUSED]
    with qtbot.waitSignal(worker.finished, timeout=20_000):
        worker.resume(first.id)
    assert states(worker) == []


@pytest.mark.parametrize("outcome", ["done", "failed"])
def test_that_a_cancel_that_comes_too_late_leaves_no_trap(
    worker: DownloadWorker, qtbot: QtBot, world: LoopbackHub, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    """It arrives after the last look at it; the next download of the same model must not be taken for cancelled."""
    real = worker.queue.run
    ended: list[bool] = []
    failures: list[SamarError] = []
    worker.failed.connect(failures.append)

    def run(one: Download, transfer: Transfer, progress: Callable[[Progress], None]) -> Entry:
        if ended:
            return real(one, transfer, progress)
        try:
            entry = real(one, Transfer(), progress)
            if outcome == "failed":
                raise SamarError("hub_failed", reason="500")
            return entry
        finally:
            worker.cancel(one.id)
            ended.append(True)

    monkeypatch.setattr(worker.queue, "run", run)
    one = ask(worker)
    qtbot.waitUntil(lambda: bool(ended) and states(worker) == [] and worker._running is None, timeout=20_000)
    assert failures == []
    for entry in worker.queue.library.refresh():
        if entry.is_ours:
            worker.queue.library.remove(entry, delete=Path.unlink)
    world.gate = threading.Event()
    assert ask(worker).id == one.id
    qtbot.waitUntil(lambda: world.paused.is_set() and states(worker) == [State.RUNNING], timeout=10_000)
    worker.pause(one.id)
    qtbot.waitUntil(lambda: states(worker) == [State.PAUSED], timeout=10_000)
