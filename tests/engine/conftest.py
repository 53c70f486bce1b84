"""Engines and tiny models for the tests of the engine room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.engine.client import EngineClient
from desktop.models import gguf
from tests.fakes.tiny_gguf import write_tiny

NEVER_ENDS = {"<|im_start|>": 0.0, "<|im_end|>": 0.0, "<|endoftext|>": 0.0}


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of 37,000 random parameters that hardly ever ends a reply by itself."""
    return write_tiny(tmp_path_factory.mktemp("model") / "tiny نموذج.gguf", favour=NEVER_ENDS)


@pytest.fixture
def make_engine() -> Iterator[Callable[..., EngineClient]]:
    """EngineClient's constructor; all that it made are closed at the end."""
    made: list[EngineClient] = []

    def make(**options: object) -> EngineClient:
        engine = EngineClient(gguf.inspect, **options)  # type: ignore[arg-type]
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.close()
