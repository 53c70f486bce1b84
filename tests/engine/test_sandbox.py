"""The engine process is confined, says how, and works all the same."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.core import sandbox
from desktop.core.generation import GenerationParams
from desktop.engine.client import EngineClient
from desktop.engine.protocol import Finished, GenerateRequest, LoadOptions


@pytest.mark.engine
def test_that_a_confined_engine_keeps_states_and_says_how_it_is_held(
    make_engine: Callable[..., EngineClient], tiny_model: Path, tmp_path: Path
) -> None:
    engine = make_engine(states=tmp_path / "new" / "states")
    engine.load(tiny_model, LoadOptions(threads=1))
    if sys.platform == "linux":
        assert sandbox.NETWORK in engine.sandbox
    request = GenerateRequest(messages=(("user", "hello " * 60),), params=GenerationParams(max_tokens=3), kept=True)
    assert isinstance(list(engine.generate(request))[-1], Finished)
    engine.close()
    assert len(list((tmp_path / "new" / "states").glob("*.state"))) == 1
