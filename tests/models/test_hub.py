"""The Hub: searching, fetching, and everything that goes wrong on the way. The client is huggingface_hub's own."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from huggingface_hub import constants

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.models import downloads as queue_module
from desktop.models import hub as hub_module
from desktop.models.discovery import Origin
from desktop.models.downloads import DownloadQueue, Progress, State
from desktop.models.hub import Hub, Stopped, Transfer
from desktop.models.library import Library
from desktop.models.repository import HubChoice, HubFile, HubRepository, quantization_of
from tests.fakes.loopback_hub import LoopbackHub
from tests.fakes.tiny_gguf import write_tiny

ROOT = Path(__file__).resolve().parents[2]
REPO = "owner/Tiny-GGUF"


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A model of about a megabyte."""
    return write_tiny(tmp_path_factory.mktemp("m") / "a.gguf", words=tuple(f"w{n}" for n in range(3000))).read_bytes()


@pytest.fixture
def world(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 5)
    monkeypatch.setattr(hub_module, "PIECE", 16_384)
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _seconds: None)  # its waits between attempts
    with LoopbackHub(files={f"{REPO}/Tiny-Q8_0.gguf": content}).serving() as hub:
        yield hub
    from huggingface_hub import close_session

    close_session()


@pytest.fixture
def hub(world: LoopbackHub) -> Hub:
    return Hub(lambda: True, world.endpoint, token=lambda: None)


@pytest.fixture
def queue(hub: Hub, data_dir: Path) -> DownloadQueue:
    return DownloadQueue(hub, Library(Paths.under(data_dir), places=list))


def only_choice(hub: Hub) -> tuple[HubRepository, HubChoice]:
    repository = hub.repository(REPO)
    return repository, repository.choices[0]


def code_of(problem: pytest.ExceptionInfo[SamarError]) -> str:
    return problem.value.code


# ---- asking


def test_that_a_search_tells_sizes_and_licences(hub: Hub) -> None:
    (found,) = hub.search("tiny")
    assert (found.repo, found.licence, found.parameters, found.context) == (REPO, "apache-2.0", 1_234_567, 4096)
    assert found.languages == ("ar", "en") and not found.gated and found.updated > 1.7e9
    assert hub.search("nothing like it") == []


def test_that_quantizations_and_parts_are_grouped(world: LoopbackHub, hub: Hub, content: bytes) -> None:
    for name in ("Big-Q4_K_M-00001-of-00002.gguf", "Big-Q4_K_M-00002-of-00002.gguf", "Big-F16-00001-of-00009.gguf"):
        world.files[f"{REPO}/sub/{name}"] = content
    world.files[f"{REPO}/mmproj-model-f16.gguf"] = content
    world.files[f"{REPO}/README.md"] = b"x"
    world.files[f"{REPO}/../../evil.gguf"] = content
    repository = hub.repository(REPO)
    assert [(c.quantization, len(c.files)) for c in repository.choices] == [("Q8_0", 1), ("Q4_K_M", 2)]
    assert repository.choices[1].size == 2 * len(content)
    assert [file.name for file in repository.projectors] == ["mmproj-model-f16.gguf"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Llama-3.2-1B-Instruct-Q4_K_M.gguf", "Q4_K_M"),
        ("model.i1-IQ3_XXS.gguf", "IQ3_XXS"),
        ("gemma-3-4b-it-f16.gguf", "F16"),
        ("qwen2.5-0.5b-instruct-q4_0.gguf", "Q4_0"),
        ("Q8_0/thing-00001-of-00002.gguf", "Q8_0"),
        ("x-UD-Q2_K_XL.gguf", "Q2_K_XL"),
        ("x.Q6_K.gguf", "Q6_K"),
        ("x-fp16.gguf", "F16"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
        ("nothing.gguf", ""),
    ],
)
def test_that_quantizations_are_read_from_names(name: str, label: str) -> None:
    assert quantization_of(name) == label


# ---- the switch


def test_that_nothing_connects_until_it_is_allowed(world: LoopbackHub, data_dir: Path) -> None:
    allowed = False
    hub = Hub(lambda: allowed, world.endpoint, token=lambda: None)
    queue = DownloadQueue(hub, Library(Paths.under(data_dir), places=list))
    queue.library.refresh()
    for ask in (lambda: hub.search("x"), lambda: hub.repository(REPO)):
        with pytest.raises(SamarError) as caught:
            ask()
        assert code_of(caught) == "network_off"
    assert world.requests == []
    allowed = True
    repository, choice = only_choice(hub)
    one = queue.add(repository, choice)
    before = len(world.requests)
    allowed = False
    with pytest.raises(SamarError) as caught:
        queue.run(one, Transfer())
    assert code_of(caught) == "network_off" and len(world.requests) == before


def test_that_taking_the_leave_back_ends_a_running_client(world: LoopbackHub, hub: Hub) -> None:
    """The gate is asked for each request, also for those that huggingface_hub makes by itself."""
    answers = iter([True, True, True, False, False])
    guarded = Hub(lambda: next(answers), world.endpoint, token=lambda: None)
    guarded.repository(REPO)
    with pytest.raises(SamarError) as caught:
        guarded.search("x")
    assert code_of(caught) == "network_off" and len(world.requests) == 1


def test_that_the_environment_can_forbid_it(world: LoopbackHub, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(SamarError) as caught:
        hub.search("x")
    assert code_of(caught) == "network_off" and world.requests == []


def test_that_nobody_is_told_anything(world: LoopbackHub, hub: Hub) -> None:
    hub.search("tiny")
    hub.repository(REPO)
    assert {path for _, path, _ in world.requests} == {"/api/models", f"/api/models/{REPO}"}
    assert not any("agent" in agent.casefold() for agent in world.agents)


def test_that_the_mirror_of_the_environment_is_used(world: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", world.endpoint + "/")
    assert [found.repo for found in Hub(lambda: True, token=lambda: None).search("tiny")] == [REPO]


# ---- getting it


def fetch(queue: DownloadQueue, transfer: Transfer | None = None) -> list[Progress]:
    repository, choice = only_choice(queue.hub)
    seen: list[Progress] = []
    queue.run(queue.add(repository, choice), transfer or Transfer(), seen.append)
    return seen


def assert_whole(queue: DownloadQueue, content: bytes) -> None:
    (entry,) = [entry for entry in queue.library.entries() if entry.origin is Origin.SAMAR]
    assert Path(entry.path).read_bytes() == content
    assert entry.repo == REPO and entry.sha256 == (hashlib.sha256(content).hexdigest(),)
    assert queue.library.verify(entry) and queue.downloads() == []
    assert [path.name for path in queue.partial.iterdir() if path.suffix != ".lock"] == []


def assert_nothing(queue: DownloadQueue) -> None:
    """Neither the list nor the folder has anything that could be taken for a model."""
    assert [entry for entry in queue.library.refresh() if entry.origin is Origin.SAMAR] == []
    assert not list(queue.library.models.rglob("*.gguf"))


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


# ---- what goes wrong


def test_that_wrong_bytes_never_become_a_model(world: LoopbackHub, queue: DownloadQueue, content: bytes) -> None:
    harmed = bytearray(content)
    harmed[-5] ^= 0xFF
    world.promised[f"{REPO}/Tiny-Q8_0.gguf"] = content
    world.files[f"{REPO}/Tiny-Q8_0.gguf"] = bytes(harmed)
    with pytest.raises(SamarError) as caught:
        fetch(queue)
    assert code_of(caught) == "download_damaged"
    assert_nothing(queue)
    assert not list(queue.partial.rglob("*.part"))  # it would only be wrong again
    world.files[f"{REPO}/Tiny-Q8_0.gguf"] = content
    fetch(queue)
    assert_whole(queue, content)


def test_that_a_wrong_length_never_becomes_a_model(world: LoopbackHub, queue: DownloadQueue) -> None:
    world.short_by = 1000
    with pytest.raises(SamarError) as caught:
        fetch(queue)
    assert code_of(caught) in ("download_damaged", "hub_failed")
    assert_nothing(queue)


def test_that_something_else_than_gguf_is_refused(world: LoopbackHub, queue: DownloadQueue) -> None:
    world.files[f"{REPO}/Tiny-Q8_0.gguf"] = b"<html>sign in</html>" * 100
    with pytest.raises(SamarError) as caught:
        fetch(queue)
    assert code_of(caught) == "download_damaged"
    assert_nothing(queue)


def test_that_a_file_that_changes_meanwhile_is_noticed(
    world: LoopbackHub, queue: DownloadQueue, content: bytes
) -> None:
    repository, choice = only_choice(queue.hub)
    one = queue.add(repository, choice)
    world.promised[f"{REPO}/Tiny-Q8_0.gguf"] = content[:-1] + b"!"
    with pytest.raises(SamarError) as caught:
        queue.run(one, Transfer())
    assert code_of(caught) == "download_damaged" and "another" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (401, {}, "hub_needs_token"),
        (403, {}, "hub_gated_unknown"),
        (404, {"X-Error-Code": "EntryNotFound"}, "hub_not_found"),
        (410, {}, "hub_not_found"),
        (429, {"Retry-After": "17"}, "hub_busy"),
        (500, {}, "hub_failed"),
        (503, {}, "hub_failed"),
    ],
)
def test_that_every_refusal_has_its_sentence(
    world: LoopbackHub, queue: DownloadQueue, status: int, headers: dict[str, str], code: str
) -> None:
    repository, choice = only_choice(queue.hub)
    one = queue.add(repository, choice)
    world.refuse = lambda method, path: (status, headers)
    for ask in (lambda: queue.run(one, Transfer()), lambda: queue.hub.repository(REPO)):
        with pytest.raises(SamarError) as caught:
            ask()
        assert code_of(caught) == code
        assert "{" not in caught.value.sentence()
    if status == 429:
        assert caught.value.details["wait"] == "17"
    assert_nothing(queue)
    failed = queue.set_state(one.id, State.FAILED, caught.value)
    assert queue.downloads() == [failed] and str(failed.error) == str(caught.value)


def test_that_a_refusal_in_the_middle_keeps_what_came(world: LoopbackHub, queue: DownloadQueue, content: bytes) -> None:
    world.drop_after = [200_000]
    sent: list[str] = []

    def refuse(method: str, path: str) -> tuple[int, dict[str, str]] | None:
        sent.append(path)
        return (503, {}) if sum("/cdn/" in one for one in sent) > 1 else None

    world.refuse = refuse
    with pytest.raises(SamarError) as caught:
        fetch(queue)
    assert code_of(caught) == "hub_failed"
    (left,) = queue.downloads()
    assert 0 < left.held < len(content)
    world.refuse = lambda method, path: None
    queue.run(left, Transfer())
    assert_whole(queue, content)


def test_that_a_gated_model_opens_with_the_right_token(world: LoopbackHub, data_dir: Path, content: bytes) -> None:
    world.gated.add(REPO)
    world.token = "hf_right"
    tokens: list[str | None] = [None]
    hub = Hub(lambda: True, world.endpoint, token=lambda: tokens[0])
    queue = DownloadQueue(hub, Library(Paths.under(data_dir), places=list))
    for given, code in ((None, "hub_gated_unknown"), ("hf_wrong", "hub_gated")):
        tokens[0] = given
        with pytest.raises(SamarError) as caught:
            fetch(queue)
        assert code_of(caught) == code
    tokens[0] = "hf_right"
    fetch(queue)
    assert_whole(queue, content)
    assert b"hf_right" not in b"".join(path.read_bytes() for path in data_dir.rglob("*.json"))


def test_that_a_renamed_repository_is_followed(world: LoopbackHub, queue: DownloadQueue, content: bytes) -> None:
    world.moved["old/Name"] = REPO
    assert queue.hub.repository("old/Name").choices
    repository, choice = only_choice(queue.hub)
    import msgspec

    queue.run(queue.add(msgspec.structs.replace(repository, repo="old/Name"), choice), Transfer())
    assert queue.library.find("Tiny-Q8_0.gguf").file_bytes == len(content)


def test_that_a_hub_that_is_not_there_is_one_sentence(data_dir: Path, world: LoopbackHub) -> None:
    port = world.port
    gone = Hub(lambda: True, "http://127.0.0.1:1", token=lambda: None)
    with pytest.raises(SamarError) as caught:
        gone.repository(REPO)
    assert code_of(caught) == "hub_unreachable" and "127.0.0.1:1" in str(caught.value) and port


def test_that_free_space_is_checked_before(queue: DownloadQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, choice = only_choice(queue.hub)
    monkeypatch.setattr(queue_module.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": choice.size})())
    with pytest.raises(SamarError) as caught:
        queue.add(repository, choice)
    assert code_of(caught) == "download_no_space" and queue.downloads() == []


def test_that_a_disk_that_fills_up_keeps_what_came(queue: DownloadQueue, content: bytes) -> None:
    """The system itself refuses: no file of this process may grow beyond 300,000 bytes."""
    repository, choice = only_choice(queue.hub)
    one = queue.add(repository, choice)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(SamarError) as caught:
            queue.run(one, Transfer())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert code_of(caught) == "download_no_space"
    assert_nothing(queue)
    (left,) = queue.downloads()
    assert left.held == 300_000
    queue.run(left, Transfer())
    assert_whole(queue, content)


def test_that_a_read_only_folder_is_one_sentence(queue: DownloadQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused by the system where the tests run as somebody whom permissions bind, else at the same call."""
    queue.partial.mkdir(parents=True)
    one = queue.add(*only_choice(queue.hub))
    queue.partial.chmod(0o500)
    if os.geteuid() == 0:
        real = Path.mkdir

        def refuse(self: Path, *words: object, **more: object) -> None:
            if self.parent == queue.partial:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            real(self, *words, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(SamarError) as caught:
        queue.run(one, Transfer())
    queue.partial.chmod(0o700)
    assert code_of(caught) == "download_unwritable" and "ermission" in str(caught.value)
    assert_nothing(queue)


def test_that_a_folder_that_refuses_is_one_sentence(queue: DownloadQueue) -> None:
    queue.library.models.parent.mkdir(exist_ok=True)
    queue.library.models.write_text("a file in the place of the folder")
    with pytest.raises(SamarError) as caught:
        fetch(queue)
    assert code_of(caught) == "download_unwritable"


def test_that_a_damaged_queue_begins_anew(queue: DownloadQueue) -> None:
    queue.path.write_bytes(b"{")
    assert queue.downloads() == []
    assert list(queue.path.parent.glob("downloads-damaged-*.json"))


# ---- a bad day


def test_that_a_question_that_fails_is_asked_once_and_said_once(
    world: LoopbackHub, hub: Hub, capfd: pytest.CaptureFixture[str]
) -> None:
    """huggingface_hub would ask six times, with pauses of half a minute in all, and write about each into the terminal."""
    world.refuse = lambda method, path: (503, {})
    for ask in (lambda: hub.search("tiny"), lambda: hub.repository(REPO)):
        world.requests.clear()
        with pytest.raises(SamarError) as caught:
            ask()
        assert code_of(caught) == "hub_failed" and caught.value.details["reason"] == "503"
        assert len(world.requests) == 1
    world.refuse = lambda method, path: None
    for ask in (lambda: hub.search("tiny"), lambda: hub.repository(REPO)):
        world.requests.clear()
        world.hang_ups = 1
        with pytest.raises(SamarError) as caught:
            ask()
        assert code_of(caught) == "hub_unreachable" and ".." not in caught.value.sentence()
        assert len(world.requests) == 1
    assert hub.search("tiny")
    assert capfd.readouterr() == ("", "")


def test_that_a_network_that_wants_one_to_sign_in_is_a_sentence(
    world: LoopbackHub, hub: Hub, queue: DownloadQueue, content: bytes
) -> None:
    one = queue.add(*only_choice(hub))
    world.portal = True
    for ask in (lambda: hub.search("tiny"), lambda: hub.repository(REPO), lambda: queue.run(one, Transfer())):
        with pytest.raises(SamarError) as caught:
            ask()
        assert code_of(caught) in ("hub_failed", "download_damaged")
    assert_nothing(queue)
    world.portal = False
    queue.run(one, Transfer())
    assert_whole(queue, content)


def test_that_an_answer_of_another_part_is_noticed(world: LoopbackHub, queue: DownloadQueue, content: bytes) -> None:
    world.drop_after, world.wrong_range = [300_000], True
    with pytest.raises(SamarError) as caught:
        fetch(queue)
    assert code_of(caught) == "download_damaged"
    assert_nothing(queue)
    world.wrong_range = False
    fetch(queue)
    assert_whole(queue, content)


def test_that_a_hub_that_falls_silent_keeps_what_came(
    world: LoopbackHub, queue: DownloadQueue, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, choice = only_choice(queue.hub)
    one = queue.add(repository, choice)
    transfer = Transfer()
    with pytest.raises(Stopped):
        queue.run(one, transfer, lambda progress: transfer.stop() if progress.held > 200_000 else None)
    (left,) = queue.downloads()
    speaks = threading.Event()

    def refuse(method: str, path: str) -> None:
        """No part of the file is answered."""
        if "/cdn/" in path and method == "GET":
            speaks.wait(30)

    world.refuse = refuse
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.1)
    with pytest.raises(SamarError) as caught:
        queue.run(left, Transfer())
    speaks.set()
    assert code_of(caught) == "hub_unreachable"
    assert_nothing(queue)
    assert queue.downloads()[0].held == left.held > 200_000
    world.refuse = lambda method, path: None
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 5)
    queue.run(left, Transfer())
    assert_whole(queue, content)


def test_that_being_asked_to_wait_in_the_middle_keeps_what_came(
    world: LoopbackHub, queue: DownloadQueue, content: bytes
) -> None:
    world.drop_after = [200_000]
    pieces = 0

    def refuse(method: str, path: str) -> tuple[int, dict[str, str]] | None:
        nonlocal pieces
        pieces += method == "GET" and "/cdn/" in path
        return (429, {"Retry-After": "9"}) if pieces > 1 else None

    world.refuse = refuse
    with pytest.raises(SamarError) as caught:
        fetch(queue)
    assert code_of(caught) == "hub_busy" and caught.value.details["wait"] == "9"
    (left,) = queue.downloads()
    waiting = queue.refused(left.id, caught.value)
    assert waiting.state is State.WAITING and 0 < waiting.held < len(content)
    assert_nothing(queue)
    world.refuse = lambda method, path: None
    queue.run(left, Transfer())
    assert_whole(queue, content)


def test_that_a_file_larger_than_the_hub_gives_is_told_at_once(world: LoopbackHub, queue: DownloadQueue) -> None:
    repository, _ = only_choice(queue.hub)
    file = HubFile(name="Huge.gguf", size=constants.MAX_HTTP_DOWNLOAD_SIZE + 1, sha256="0" * 64)
    world.requests.clear()
    with pytest.raises(SamarError) as caught:
        queue.hub.fetch(REPO, repository.commit, file, queue.partial / "x.part", Transfer(), lambda held: None)
    assert code_of(caught) == "hub_too_large" and world.requests == []


@pytest.mark.parametrize("seed", range(12))
def test_that_whatever_happens_on_the_way_the_file_is_whole_in_the_end(
    world: LoopbackHub, queue: DownloadQueue, content: bytes, seed: int
) -> None:
    """Broken connections, refusals, ignored and wrong ranges, silence at the door and pauses, in any order: after each attempt
    there is no model yet, or it is the right one."""
    dice = random.Random(seed)
    one = queue.add(*only_choice(queue.hub))
    said: set[str] = set()
    for attempt in range(60):
        calm = attempt >= 40
        world.drop_after = [] if calm else [dice.randrange(600_000) for _ in range(dice.randrange(4))]
        world.ignore_range = not calm and dice.random() < 0.2
        world.wrong_range = not calm and dice.random() < 0.2
        world.hang_ups = 0 if calm else dice.choice((0, 0, 1, 9))
        status = 0 if calm else dice.choice((0, 0, 0, 429, 500, 503, 404))
        world.refuse = lambda method, path, status=status: (status, {}) if status and "/cdn/" in path else None  # type: ignore[misc]
        limit = dice.randrange(2 * len(content))
        transfer = Transfer()

        def watch(progress: Progress, limit: int = limit, transfer: Transfer = transfer) -> None:
            if progress.held > limit:
                transfer.stop()

        try:
            queue.run(one, transfer, watch)
            break
        except Stopped:
            assert_nothing(queue)
        except SamarError as problem:
            said.add(problem.code)
            assert_nothing(queue)
    assert said <= {"hub_unreachable", "hub_failed", "hub_busy", "hub_not_found", "download_damaged"}
    assert_whole(queue, content)


# ---- the token


class MemoryKeyring:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import keyring

        monkeypatch.setattr(keyring, "get_password", lambda service, user: self.kept.get((service, user)))
        monkeypatch.setattr(keyring, "set_password", lambda service, user, v: self.kept.update({(service, user): v}))
        monkeypatch.setattr(keyring, "delete_password", lambda service, user: self.kept.pop((service, user), None))


def test_that_the_token_is_kept_in_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = MemoryKeyring()
    keyring.install(monkeypatch)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    assert hub_module.token() is None
    hub_module.keep_token(" hf_x ")
    assert hub_module.token() == "hf_x"
    monkeypatch.setenv("HF_TOKEN", "hf_environment")
    assert hub_module.token() == "hf_environment"
    monkeypatch.delenv("HF_TOKEN")
    hub_module.keep_token("")
    assert hub_module.token() is None


def test_that_a_computer_without_a_keyring_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.errors import NoKeyringError

    def refuse(*_words: str) -> None:
        raise NoKeyringError("no backend")

    monkeypatch.setattr(keyring, "get_password", refuse)
    monkeypatch.setattr(keyring, "set_password", refuse)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    assert hub_module.token() is None
    with pytest.raises(SamarError) as caught:
        hub_module.keep_token("hf_x")
    assert code_of(caught) == "keyring_missing"


def test_that_a_hub_that_goes_away_for_good_keeps_what_came(
    world: LoopbackHub, queue: DownloadQueue, content: bytes
) -> None:
    world.drop_after = [100_000, *[0] * 20]
    with pytest.raises(SamarError) as caught:
        fetch(queue)
    assert code_of(caught) == "hub_unreachable"
    assert_nothing(queue)
    world.drop_after = []
    (left,) = queue.downloads()
    assert left.held >= 90_000
    queue.run(left, Transfer())
    assert_whole(queue, content)


def test_that_a_search_can_be_hung_up(world: LoopbackHub, hub: Hub) -> None:
    """Closing the window does not wait for a Hub that says nothing."""
    asked, go_on = threading.Event(), threading.Event()

    def slow(method: str, path: str) -> None:
        asked.set()
        go_on.wait(60)

    world.refuse = slow
    ended: list[BaseException] = []

    def search() -> None:
        try:
            hub.search("tiny")
        except Stopped as stopped:
            ended.append(stopped)

    searching = threading.Thread(target=search)
    searching.start()
    assert asked.wait(60)
    hub.hang_up()
    go_on.set()
    searching.join()
    assert len(ended) == 1


# ---- being asked to wait


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30),
        ({"Retry-After": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
        ({"RateLimit": '"api";r=0;t=142'}, 142),
        ({"Retry-After": "soon", "RateLimit": '"api";r=0;t=7'}, 7),
        ({"Retry-After": "-3"}, 60),
        ({"Retry-After": "٣"}, 60),
        ({}, 60),
    ],
)
def test_that_every_way_to_ask_for_patience_is_read(
    headers: dict[str, str], seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
    monkeypatch.setattr(hub_module.time, "time", lambda: noon)
    assert hub_module.seconds_to_wait(headers) == seconds


def test_that_patience_is_bounded(queue: DownloadQueue, world: LoopbackHub) -> None:
    repository, choice = only_choice(queue.hub)
    one = queue.add(repository, choice)
    for number in range(queue_module.MOST_REFUSALS):
        waiting = queue.refused(one.id, SamarError("hub_busy", wait=5))
        assert waiting.state is State.WAITING and waiting.refusals == number + 1
    failed = queue.refused(one.id, SamarError("hub_busy", wait=5))
    assert failed.state is State.FAILED and failed.error_code == "hub_busy"
    assert queue.set_state(one.id, State.QUEUED).refusals == 0
    assert queue.refused(one.id, SamarError("hub_busy", wait=86_400)).state is State.FAILED  # nobody waits for a day
    queue.add(repository, choice)
    assert queue.refused(one.id, SamarError("hub_busy", wait=5)).refusals == 1
    assert [left.state for left in queue.recover()] == [State.PAUSED]


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
