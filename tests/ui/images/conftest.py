"""Two image files, and Samar with a scripted model that sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.scripted_engine import Reply, ScriptedEngine
from tests.ui.images.sending import BLUE, RED, Start


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / "أحمر.png", tmp_path / "blue one.png"]
    for path, data in zip(made, (RED, BLUE), strict=True):
        path.write_bytes(data)
    return made


@pytest.fixture
def start(opened: Start) -> Start:
    return lambda *replies, vision=True, **more: opened(
        ScriptedEngine(replies or (Reply(("I see.",)),), vision=vision), **more
    )
