"""Asking the Hub: searches, the switch, the token, and answers that do not come."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.models import hub as hub_module
from desktop.models.downloads import DownloadQueue
from desktop.models.hub import Hub, Stopped, Transfer
from desktop.models.library import Library
from desktop.models.repository import quantization_of
from tests.fakes.loopback_hub import LoopbackHub
from tests.models.hub.fetching import REPO, assert_nothing, assert_whole, code_of, only_choice


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
