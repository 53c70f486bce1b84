"""`samar models`, as typed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from huggingface_hub import constants
from typer.testing import CliRunner, Result

from desktop.cli import app as verbs
from desktop.cli.models import app
from desktop.core.errors import SamarError
from desktop.core.paths import Paths, starter_model
from desktop.core.settings import SettingsFile
from desktop.models.downloads import DownloadQueue, State
from desktop.models.hub import Hub
from desktop.models.library import Library
from tests.fakes.loopback_hub import LoopbackHub
from tests.fakes.tiny_gguf import write_tiny

REPO = "owner/Tiny-GGUF"


@pytest.fixture(autouse=True)
def at_home(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person with an empty home."""
    monkeypatch.setattr(verbs.place, "paths", Paths.under(data_dir))
    for name in (
        "HF_HOME",
        "HF_HUB_CACHE",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "OLLAMA_MODELS",
        "LLAMA_CACHE",
        "HF_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    content = write_tiny(tmp_path / "source.gguf", seed=9).read_bytes()
    with LoopbackHub(files={f"{REPO}/Tiny-Q4_K_M.gguf": content, f"{REPO}/Tiny-Q8_0.gguf": content}).serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_TOKEN", "hf_none")  # so that no keyring is asked
        yield hub
    from huggingface_hub import close_session

    close_session()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("verb", ["info", "import", "verify", "rm"])
def test_that_a_name_that_is_too_long_is_told(verb: str) -> None:
    done = run(verb, f"{'a' * 300}.gguf")
    assert isinstance(done.exception, SamarError)
    assert done.exception.code in ("model_unknown", "model_unreadable")


def answer(*words: str) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.exception
    return json.loads(done.stdout)


def failed(*words: str) -> str:
    done = run(*words)
    assert isinstance(done.exception, SamarError), done.exception
    return done.exception.code


def test_that_the_list_has_the_bundled_model_and_its_fit() -> None:
    (only,) = answer("list")
    assert only["origin"] == "bundled" and only["fit"]["verdict"] == "fits" and only["fit"]["needed_bytes"] > 10**7
    shown = run("list")
    assert "fits" in shown.stdout and shown.stdout.startswith("ID")


def test_that_recommendations_come_with_their_reason() -> None:
    for one in answer("recommend"):
        assert one["fit"]["verdict"] != "wont" and one["reason"] and "{" not in one["reason"]
    assert run("recommend").exit_code == 0


def test_that_import_info_and_rm_work_on_a_file(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "mine.gguf", name="Mine", template=None)
    (added,) = answer("import", str(path))
    card = answer("info", "Mine")
    assert card["path"] == str(path) and card["warnings"] == ["no_template"]
    assert answer("info", str(path))["name"] == "Mine"
    assert "no chat template" in run("info", added["id"]).stdout
    assert answer("verify", "mine.gguf")["checksum"] is None
    assert answer("rm", "Mine") == {"id": added["id"], "deleted": False, "freed_bytes": 0}
    assert path.is_file() and failed("info", "Mine") == "model_unknown"


def test_that_the_network_must_be_allowed_once(world: LoopbackHub, data_dir: Path) -> None:
    assert failed("search", "tiny") == "network_off" and failed("pull", REPO) == "network_off"
    assert world.requests == []
    (found,) = answer("search", "tiny", "--network")
    assert found["repo"] == REPO and SettingsFile(Paths.under(data_dir).settings).load()[0].network_allowed
    assert [choice["quantization"] for choice in answer("search", REPO)["choices"]] == ["Q4_K_M", "Q8_0"]
    assert run("search", "tiny").exit_code == 0 and run("search", REPO).exit_code == 0


def test_that_pull_brings_a_model_and_rm_takes_it_away(
    world: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    got = answer("pull", f"{REPO}:Q8_0", "--network")
    path = Path(got["path"])
    assert path.name == "Tiny-Q8_0.gguf"
    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(world.files[f"{REPO}/Tiny-Q8_0.gguf"]).digest()
    assert answer("verify", got["id"])["checksum"] is True
    removed = answer("rm", got["id"])
    assert removed["deleted"] and removed["freed_bytes"] == got["file_bytes"] and not path.exists()


def test_that_pull_prefers_the_common_quantization(world: LoopbackHub) -> None:
    assert Path(answer("pull", REPO, "--network")["path"]).name == "Tiny-Q4_K_M.gguf"


def test_that_what_another_samar_is_fetching_stays_running(world: LoopbackHub, data_dir: Path) -> None:
    paths = Paths.under(data_dir)
    queue = DownloadQueue(Hub(lambda: True, world.endpoint, token=lambda: None), Library(paths, places=list))
    repository = queue.hub.repository(REPO)
    one = queue.add(repository, repository.choices[0])
    queue.set_state(one.id, State.RUNNING)
    queue.partial.mkdir(parents=True, exist_ok=True)
    with FileLock(queue.partial / f"{one.id}.lock"):  # as the other one holds it while it works
        assert failed("pull", f"{REPO}:Q4_K_M", "--network") == "download_elsewhere"
        assert [left.state for left in queue.downloads()] == [State.RUNNING]
    run("pull", f"{REPO}:Q4_K_M")
    assert queue.downloads() == []


def test_that_two_models_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for number in (1, 2):
        run("import", str(write_tiny(tmp_path / f"{number}.gguf", seed=number)))
    assert failed("rm", "Tiny") == "model_ambiguous"
    assert answer("rm", "1.gguf")["deleted"] is False


def test_that_a_quantization_that_is_not_there_is_not_replaced(world: LoopbackHub) -> None:
    done = run("pull", f"{REPO}:Q5_K_M", "--network")
    assert isinstance(done.exception, SamarError) and done.exception.code == "hub_no_type"
    assert done.exception.details["types"] == "Q4_K_M, Q8_0"


@pytest.mark.parametrize(
    "what",
    [f"hf.co/{REPO}:Q8_0", f"https://huggingface.co/{REPO}/blob/main/Tiny-Q8_0.gguf", f"https://hf.co/{REPO}:q8_0",
     f"https://huggingface.co/{REPO}/resolve/main/Tiny-Q8_0.gguf?download=true", f"{REPO}:Q8_0"],
)  # fmt: skip
def test_that_the_address_of_a_page_leads_to_its_model(world: LoopbackHub, what: str) -> None:
    assert Path(answer("pull", what, "--network")["path"]).name == "Tiny-Q8_0.gguf"


def test_that_a_pasted_address_is_searched_as_the_repository_that_it_names(world: LoopbackHub) -> None:
    found = answer("search", f"https://huggingface.co/{REPO}/tree/main", "--network")
    assert found["repo"] == REPO and len(found["choices"]) == 2


def test_that_a_repository_of_weights_leads_to_the_converter(world: LoopbackHub) -> None:
    world.files["owner/Weights/model.safetensors"] = b"weights"
    world.files["owner/Pickles/pytorch_model.bin"] = b"weights"
    for words in (("pull",), ("search",)):
        assert failed(*words, "owner/Weights", "--network") == "hub_checkpoint"
        assert failed(*words, "owner/Pickles", "--network") == "hub_no_models"


@pytest.mark.parametrize(
    ("what", "code"),
    [("nonsense", "model_unknown"), ("owner/missing", "hub_not_found"), (f"{REPO}:Q2_K", "hub_no_type")],
)
def test_that_what_is_not_there_says_so(world: LoopbackHub, what: str, code: str) -> None:
    assert failed("pull", what, "--network") == code


def test_that_a_model_without_a_file_is_to_be_converted(world: LoopbackHub) -> None:
    assert failed("pull", "falcon-arabic-7b", "--network") == "checkpoint_found"


def test_that_a_damaged_bundled_path_is_told(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(starter_model().read_bytes()[:-1000])
    assert failed("import", str(cut)) == "model_damaged" and failed("info", str(cut)) == "model_damaged"


def test_that_one_bad_file_never_ends_the_list(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    write_tiny(folder / "good.gguf", name="Good")
    write_tiny(folder / "bad.gguf", name="Bad", seed=2, extra={"llama.feed_forward_length": float("inf")})
    assert run("import", str(folder)).exit_code == 0
    assert {one["name"]: one["problem"] for one in answer("list") if one["origin"] == "folder"} == {
        "Good": "",
        "bad": "model_damaged",
    }
