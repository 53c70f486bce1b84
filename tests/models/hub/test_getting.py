"""Getting files from the Hub: whole, in parts, paused, killed, and with what belongs to them."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.models.downloads import DownloadQueue, Progress, State
from desktop.models.hub import Hub, Stopped, Transfer
from desktop.models.library import Library
from desktop.models.repository import HubRepository
from tests.fakes.loopback_hub import LoopbackHub
from tests.fakes.tiny_gguf import write_tiny
from tests.models.hub.fetching import REPO, assert_nothing, assert_whole, code_of, fetch, only_choice

ROOT = Path(__file__).resolve().parents[3]


def test_that_a_download_is_bit_identical(queue: DownloadQueue, content: bytes) -> None:
    seen = fetch(queue)
    assert_whole(queue, content)
    assert seen[0].held == 0 and seen[-1].checking and [p.held for p in seen] == sorted(p.held for p in seen)


def test_that_a_split_model_appears_as_one_and_only_when_whole(
    world: LoopbackHub, queue: DownloadQueue, tmp_path: Path
) -> None:
    del world.files[f"{REPO}/Tiny-Q8_0.gguf"]
    names = [f"T-Q8_0-{n:05d}-of-00002.gguf" for n in (1, 2)]
    for n, name in enumerate(names):
        world.files[f"{REPO}/{name}"] = write_tiny(tmp_path / name, seed=n, extra={"split.count": 2}).read_bytes()
    transfer = Transfer()
    repository, choice = only_choice(queue.hub)
    one = queue.add(repository, choice)

    def stop_in_second(progress: Progress) -> None:
        if progress.held > choice.files[0].size:
            transfer.stop()

    with pytest.raises(Stopped):
        queue.run(one, transfer, stop_in_second)
    assert_nothing(queue)
    entry = queue.run(one, Transfer())
    assert entry.parts == 2
    for name in names:
        assert (Path(entry.path).parent / name).read_bytes() == world.files[f"{REPO}/{name}"]


@pytest.mark.parametrize("at", [1, 40_000, 500_000])
def test_that_a_broken_connection_is_taken_up_where_it_broke(
    world: LoopbackHub, queue: DownloadQueue, content: bytes, at: int
) -> None:
    world.drop_after = [at]
    fetch(queue)
    assert_whole(queue, content)
    assert sum(bool(asked) for _, _, asked in world.requests) >= (1 if at > 16_384 else 0)


def test_that_a_range_that_is_ignored_corrupts_nothing(
    world: LoopbackHub, queue: DownloadQueue, content: bytes
) -> None:
    world.drop_after, world.ignore_range = [300_000], True
    fetch(queue)
    assert_whole(queue, content)


def test_that_pausing_keeps_what_came(world: LoopbackHub, queue: DownloadQueue, content: bytes) -> None:
    transfer = Transfer()
    repository, choice = only_choice(queue.hub)
    one = queue.add(repository, choice)
    world.gate = threading.Event()
    arrived = threading.Event()

    def pause() -> None:
        arrived.wait(60)
        transfer.stop()  # while the Hub says nothing

    pausing = threading.Thread(target=pause)
    pausing.start()
    with pytest.raises(Stopped):
        queue.run(one, transfer, lambda progress: arrived.set() if progress.held else None)
    pausing.join()
    world.gate.set()
    world.gate = None
    held = queue.set_state(one.id, State.PAUSED).held
    assert 0 < held < len(content)
    assert_nothing(queue)
    world.requests.clear()
    queue.run(one, Transfer())
    assert_whole(queue, content)
    assert f"bytes={held}-" in [asked for _, _, asked in world.requests]


def test_that_cancelling_throws_away_what_came(world: LoopbackHub, queue: DownloadQueue) -> None:
    repository, choice = only_choice(queue.hub)
    one = queue.add(repository, choice)
    transfer = Transfer()
    with pytest.raises(Stopped):
        queue.run(one, transfer, lambda progress: transfer.stop() if progress.held > 50_000 else None)
    assert queue.downloads()[0].held > 50_000
    queue.cancel(one.id)
    assert queue.downloads() == [] and not (queue.partial / one.id).exists()


CHILD = """
import sys
from pathlib import Path
from desktop.core.paths import Paths
from desktop.models.downloads import DownloadQueue, State
from desktop.models.hub import Hub, Transfer
from desktop.models.library import Library

queue = DownloadQueue(Hub(lambda: True, sys.argv[2], token=lambda: None), Library(Paths.under(Path(sys.argv[1])), places=list))
repository = queue.hub.repository("owner/Tiny-GGUF")
one = queue.add(repository, repository.choices[0])
queue.set_state(one.id, State.RUNNING)
limit = int(sys.argv[3])

def progress(seen):
    if seen.held >= limit or (limit > seen.size and seen.checking):
        print("here", flush=True)
        sys.stdin.readline()

queue.run(one, Transfer(), progress)
print("done", flush=True)
sys.stdin.readline()
"""


@pytest.mark.slow
def test_that_killing_at_random_points_loses_and_harms_nothing(
    world: LoopbackHub, data_dir: Path, hub: Hub, content: bytes
) -> None:
    random_points = random.Random(5)
    environment = {k: v for k, v in os.environ.items() if k != "HF_HUB_OFFLINE"}
    held_before = 0
    for round_number in range(5):
        limit = random_points.randrange(1, len(content)) if round_number < 4 else len(content) * 2
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(data_dir), world.endpoint, str(max(limit, held_before + 1))],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert child.stdin and child.stdout
        assert child.stdout.readline().strip() == b"here"
        child.send_signal(signal.SIGKILL)
        child.wait(60)
        child.stdin.close()
        child.stdout.close()
        queue = DownloadQueue(hub, Library(Paths.under(data_dir), places=list))
        assert_nothing(queue)
        (left,) = queue.recover()
        assert left.state is State.PAUSED and left.held >= held_before
        held_before = left.held
    assert held_before == len(content)
    queue.run(left, Transfer())
    assert_whole(queue, content)


def test_that_two_samars_fetch_a_file_once(
    world: LoopbackHub, queue: DownloadQueue, data_dir: Path, content: bytes
) -> None:
    other = DownloadQueue(queue.hub, Library(Paths.under(data_dir), places=list))
    repository, choice = only_choice(queue.hub)
    one = queue.add(repository, choice)
    assert other.add(repository, choice).id == one.id and len(queue.downloads()) == 1
    world.gate = threading.Event()
    running = threading.Thread(target=lambda: queue.run(one, Transfer()))
    running.start()
    assert world.paused.wait(60)
    with pytest.raises(SamarError) as caught:
        other.run(one, Transfer())
    assert code_of(caught) == "download_elsewhere"
    world.gate.set()
    running.join()
    assert_whole(queue, content)
    requests = len(world.requests)
    assert other.run(one, Transfer()).sha256 == (hashlib.sha256(content).hexdigest(),)
    assert len(world.requests) == requests  # it was there already


# ---- what belongs to a model


def with_projector(world: LoopbackHub, content: bytes, tmp_path: Path) -> HubRepository:
    made = write_tiny(tmp_path / "p.gguf", seed=5, architecture="clip")
    for name in ("mmproj-Tiny-F32.gguf", "mmproj-Tiny-F16.gguf"):
        world.files[f"{REPO}/{name}"] = made.read_bytes()
    world.files[f"{REPO}/Tiny-Q4_0.gguf"] = write_tiny(tmp_path / "q.gguf", seed=6).read_bytes()
    return Hub(lambda: True, world.endpoint, token=lambda: None).repository(REPO)


def test_that_a_projector_comes_with_its_model_and_goes_with_the_last(
    world: LoopbackHub, queue: DownloadQueue, content: bytes, tmp_path: Path
) -> None:
    repository = with_projector(world, content, tmp_path)
    projector = repository.projector
    assert projector is not None and projector.name == "mmproj-Tiny-F16.gguf"
    small, large = repository.choices
    alone = queue.run(queue.add(repository, large), Transfer())
    assert alone.companions == ()
    seen: list[Progress] = []
    both = queue.run(queue.add(repository, small, (projector,)), Transfer(), seen.append)
    assert seen[-1].held == seen[-1].size == small.size + projector.size
    beside = queue.library.models / REPO.replace("/", "--") / projector.name
    assert both.companions == (str(beside),)
    assert beside.read_bytes() == world.files[f"{REPO}/{projector.name}"]
    queue.library.refresh()
    alone, both = queue.library.find(alone.id), queue.library.find(both.id)
    assert alone.companions == both.companions == (str(beside),)  # one serves all
    queue.library.remove(both, delete=Path.unlink)
    assert beside.is_file() and Path(alone.path).is_file()
    assert queue.library.removal(alone).frees == large.size + projector.size
    queue.library.remove(alone, delete=Path.unlink)
    assert not beside.exists() and not beside.parent.exists()


def test_that_a_projector_asked_for_later_is_fetched_alone(
    world: LoopbackHub, queue: DownloadQueue, content: bytes, tmp_path: Path
) -> None:
    repository = with_projector(world, content, tmp_path)
    projector = repository.projector
    assert projector is not None
    queue.run(queue.add(repository, repository.choices[1]), Transfer())
    world.requests.clear()
    entry = queue.run(queue.add(repository, repository.choices[1], (projector,)), Transfer())
    assert len(entry.companions) == 1
    assert {path for _, path, _ in world.requests if "/cdn/" in path} == {f"/cdn/{REPO}/{projector.name}"}


def test_that_a_model_without_its_projector_yet_is_no_model(
    world: LoopbackHub, queue: DownloadQueue, content: bytes, tmp_path: Path
) -> None:
    repository = with_projector(world, content, tmp_path)
    projector = repository.projector
    assert projector is not None
    world.refuse = lambda method, path: (404, {"X-Error-Code": "EntryNotFound"}) if "mmproj" in path else None
    one = queue.add(repository, repository.choices[0], (projector,))
    with pytest.raises(SamarError) as caught:
        queue.run(one, Transfer())
    assert code_of(caught) == "hub_not_found"
    assert_nothing(queue)
