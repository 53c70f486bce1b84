"""A conversion can be stopped at any moment, by any means, and leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any
from unittest import mock

import pytest

from converter import verify
from converter.errors import Cancelled, ExitStatus
from converter.events import CancelToken, Stage
from converter.ggml import FileType
from converter.pipeline import convert
from converter.plan import make_plan
from tests.converter.small import LLAMA, fingerprint, left_in, small_llama
from tests.converter.synthetic.cases import llama
from tests.converter.synthetic.checkpoints import write_checkpoint

ROOT = Path(__file__).resolve().parents[2]


class CancelsAt:
    """A reporter that asks for a cancel at the n-th event of a stage."""

    def __init__(self, token: CancelToken, stage: Stage, number: int) -> None:
        self.token, self.stage, self.left = token, stage, number

    def plan(self, plan: Mapping[str, Any]) -> None:
        del plan

    def note(self, text: str) -> None:
        del text

    def progress(self, stage: Stage, done: int, total: int) -> None:
        del done, total
        if stage == self.stage:
            self.left -= 1
            if self.left == 0:
                self.token.cancel()


@pytest.mark.parametrize(
    ("stage", "number"), [("convert", 1), ("convert", 2), ("convert", 9), ("verify", 1), ("publish", 1)]
)
def test_that_a_cancel_at_any_stage_leaves_nothing(stage: Stage, number: int, tmp_path: Path) -> None:
    folder = small_llama(tmp_path)
    before = fingerprint(folder)
    out = tmp_path / "out"
    out.mkdir()
    token = CancelToken()
    with pytest.raises(Cancelled):
        convert(
            make_plan(folder), FileType.Q4_K_M, out / "x.gguf", force=True, threads=2,
            report=CancelsAt(token, stage, number), cancel=token,
        )  # fmt: skip
    assert left_in(out) == []
    assert fingerprint(folder) == before


def test_that_the_engine_s_check_is_ended_at_once(tmp_path: Path) -> None:
    folder, out = small_llama(tmp_path), tmp_path / "out"
    out.mkdir()
    token = CancelToken()
    forever = [sys.executable, "-c", "import signal; signal.pause()"]
    with mock.patch.object(verify, "child_command", return_value=forever), pytest.raises(Cancelled):
        convert(
            make_plan(folder), FileType.F16, out / "x.gguf", force=True, threads=1,
            report=CancelsAt(token, "verify", 1), cancel=token,
        )  # fmt: skip
    assert left_in(out) == []


def test_that_a_cancel_keeps_the_file_that_should_be_replaced(tmp_path: Path) -> None:
    folder, target = small_llama(tmp_path), tmp_path / "x.gguf"
    target.write_bytes(b"precious")
    token = CancelToken()
    with pytest.raises(Cancelled):
        convert(
            make_plan(folder), FileType.F16, target, force=True, threads=1,
            report=CancelsAt(token, "publish", 1), cancel=token,
        )  # fmt: skip
    assert target.read_bytes() == b"precious"
    assert not (tmp_path / "x.gguf.part").exists()


def _close(child: subprocess.Popen[str]) -> None:
    _pipe(child.stdin).close()


def _ask(child: subprocess.Popen[str]) -> None:
    _pipe(child.stdin).write("cancel\n")
    _pipe(child.stdin).flush()


def _signal(number: signal.Signals) -> Callable[[subprocess.Popen[str]], None]:
    return lambda child: child.send_signal(number)


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


WAYS = {
    "stdin closed": _close,
    "cancel on stdin": _ask,
    "SIGINT": _signal(signal.SIGINT),
    "SIGTERM": _signal(signal.SIGTERM),
}


@pytest.mark.engine
def test_that_the_program_ends_well_while_its_stdin_stays_open(tmp_path: Path) -> None:
    folder = small_llama(tmp_path)
    command = [sys.executable, "-m", "converter", folder, "--type", "F16", "--out", tmp_path, "--events", "json"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        events = [json.loads(line) for line in _pipe(child.stdout)]
        assert _pipe(child.stderr).read() == ""
        assert child.wait() == 0
    assert events[-1]["event"] == "done"
    assert Path(events[-1]["path"]).is_file()


@pytest.mark.engine
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_that_the_program_stops_when_asked(way: Callable[[subprocess.Popen[str]], None], tmp_path: Path) -> None:
    # Big enough, and of a type slow enough, to be at work for seconds when the first progress is told.
    case = replace(
        LLAMA,
        config=llama(hidden_size=512, intermediate_size=2048, num_hidden_layers=6, num_attention_heads=8),
        dtype="float16",
    )
    folder, out = write_checkpoint(case, tmp_path), tmp_path / "out"
    out.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-m", "converter", folder, "--type", "IQ3_S", "--out", out, "--events", "json", "--threads", "1"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ},
    )  # fmt: skip
    with child:
        events: list[dict[str, Any]] = []
        for line in _pipe(child.stdout):
            events.append(json.loads(line))
            if events[-1].get("stage") == "convert":
                way(child)
                break
        events += [json.loads(line) for line in _pipe(child.stdout)]
        sentences = _pipe(child.stderr).read().splitlines()
    assert child.returncode == ExitStatus.CANCELLED
    assert events[-1]["event"] == "cancelled"
    assert sentences == ["Cancelled; nothing was left behind."]
    assert left_in(out) == []
