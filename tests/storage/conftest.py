from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.core.paths import Paths
from desktop.storage.chats import ChatStore
from desktop.storage.opening import open_history


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.under(tmp_path / "بيانات سمر #1?")


@pytest.fixture
def store(paths: Paths) -> Iterator[ChatStore]:
    opened = open_history(paths)
    assert opened.problem is None
    yield ChatStore(opened.database)
    opened.database.close()
