"""A Hub on the loopback, asked by huggingface_hub's own client, and a queue of downloads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from desktop.core.paths import Paths
from desktop.models import hub as hub_module
from desktop.models.downloads import DownloadQueue
from desktop.models.hub import Hub
from desktop.models.library import Library
from tests.fakes.loopback_hub import LoopbackHub
from tests.fakes.tiny_gguf import write_tiny
from tests.models.hub.fetching import REPO


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
