"""The engine process reads what it likes, writes into one folder and reaches no network, where the system can hold it to that."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tests.fakes.confined
from desktop.core.generation import GenerationParams
from desktop.core.program import child_environment
from desktop.engine.client import EngineClient
from desktop.engine.protocol import Finished, GenerateRequest, LoadOptions


@pytest.fixture
def tried(tmp_path: Path) -> dict[str, object]:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "there").write_text("x")
    command = [sys.executable, tests.fakes.confined.__file__, str(inside), str(outside)]
    run = subprocess.run(command, env=child_environment(), capture_output=True, text=True, check=True, timeout=60)
    results: dict[str, object] = json.loads(run.stdout)
    return results


def test_that_work_goes_on(tried: dict[str, object]) -> None:
    for what in ("write inside", "rename inside", "remove inside", "null", "read outside", "unix"):
        assert tried[what] == "done", what


def test_that_what_is_said_to_be_held_is_held(tried: dict[str, object]) -> None:
    held = tried["held"]
    assert isinstance(held, list)
    names = {str(name).split()[0] for name in held}
    writes = {tried[f"{what} outside"] for what in ("write", "append", "remove", "make folder")}
    assert writes == ({"EACCES"} if "landlock" in names else {"done"})
    sockets = {tried[what] for what in ("tcp", "tcp 6", "udp", "netlink")}
    assert sockets == {"EACCES"} if "seccomp" in names else "done" in sockets


@pytest.mark.engine
def test_that_a_confined_engine_keeps_states_and_says_how_it_is_held(
    make_engine: Callable[..., EngineClient], tiny_model: Path, tmp_path: Path, tried: dict[str, object]
) -> None:
    engine = make_engine(states=tmp_path / "new" / "states")
    engine.load(tiny_model, LoadOptions(threads=1))
    assert engine.sandbox == tried["held"]
    request = GenerateRequest(messages=(("user", "hello " * 60),), params=GenerationParams(max_tokens=3), kept=True)
    assert isinstance(list(engine.generate(request))[-1], Finished)
    engine.close()
    assert len(list((tmp_path / "new" / "states").glob("*.state"))) == 1
