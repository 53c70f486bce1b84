"""Fetching the one file of the Hub on the loopback, and what must hold afterwards."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.models.discovery import Origin
from desktop.models.downloads import DownloadQueue, Progress
from desktop.models.hub import Hub, Transfer
from desktop.models.repository import HubChoice, HubRepository

REPO = "owner/Tiny-GGUF"


def only_choice(hub: Hub) -> tuple[HubRepository, HubChoice]:
    repository = hub.repository(REPO)
    return repository, repository.choices[0]


def code_of(problem: pytest.ExceptionInfo[SamarError]) -> str:
    return problem.value.code


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
