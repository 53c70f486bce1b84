"""What goes wrong on the way from the Hub: nothing half is ever called whole."""

from __future__ import annotations

import errno
import os
import random
import resource
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from huggingface_hub import constants

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.models import downloads as queue_module
from desktop.models import hub as hub_module
from desktop.models.downloads import DownloadQueue, Progress, State
from desktop.models.hub import Hub, Stopped, Transfer
from desktop.models.library import Library
from desktop.models.repository import HubFile
from tests.fakes.loopback_hub import LoopbackHub
from tests.models.hub.fetching import REPO, assert_nothing, assert_whole, code_of, fetch, only_choice

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
    assert code_of(caught) == "download_damaged" and "changed" in str(caught.value)


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
