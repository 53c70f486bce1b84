"""The converter, as Samar starts it, reads the checkpoint and writes its file, and can do nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.core import sandbox
from desktop.core.program import Role, child_command, child_environment
from tests.converter.small import left_in, small_llama

CODE = """
import json, os, socket, sys, threading
from pathlib import Path
import converter.pipeline
from tests.fakes.confined import in_child, outcome, run
secret, out, beside = map(Path, sys.argv[1:4])
convert = converter.pipeline.convert
def probing(*arguments, **options):
    tried = {
        "read": outcome(lambda: secret.read_text()), "write": outcome(lambda: (secret.parent / "new").write_text("x")),
        "socket": outcome(lambda: socket.socket(socket.AF_UNIX)), "tcp": outcome(lambda: socket.socket()),
        "mode": outcome(lambda: secret.chmod(0o644)), "beside": outcome(lambda: beside.read_text()),
        "fork": outcome(in_child(lambda: None)), "program": outcome(lambda: run(sys.executable)),
        "thread": outcome(lambda: (one := threading.Thread(target=lambda: None)).start() or one.join()),
        "signal": outcome(lambda: os.kill(os.getppid(), 0)), "output": outcome(lambda: (out / "x").write_text("x")),
    }
    (out / "x").unlink()
    print(json.dumps(tried), file=sys.stderr)
    return convert(*arguments, **options)
converter.pipeline.convert = probing
from desktop.__main__ import main
sys.exit(main(sys.argv[4:]))
"""


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """As in the Hub's cache: links to blobs elsewhere."""
    made = small_llama(tmp_path / "made")
    folder, blobs = tmp_path / "snapshots" / "Small-Llama-v1", tmp_path / "blobs"
    folder.mkdir(parents=True)
    blobs.mkdir()
    for number, file in enumerate(sorted(made.iterdir())):
        file.rename(blobs / str(number))
        (folder / file.name).symlink_to(blobs / str(number))
    return folder


@pytest.mark.engine
@pytest.mark.skipif(sys.platform != "linux", reason="nothing is enforced there")
def test_that_it_reads_the_checkpoint_writes_its_file_and_nothing_else(checkpoint: Path, tmp_path: Path) -> None:
    out, secret = tmp_path / "out", tmp_path / "person" / "secret"
    out.mkdir()
    secret.parent.mkdir()
    secret.write_text("secret")
    beside = checkpoint.parent / "beside"
    beside.write_text("of another")
    words = [Role.CONVERTER.value, str(checkpoint), "--type", "F16", "--out", str(out), "--no-network"]
    command = [sys.executable, "-c", CODE, *map(str, (secret, out, beside)), *words]
    run = subprocess.run(command, env=child_environment(), capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert left_in(out) == ["Small-Llama-111K-v1-F16.gguf"]
    tried = json.loads(run.stderr.splitlines()[0])
    assert tried["output"] == "done"
    if sandbox.abi():
        assert {tried[what] for what in ("read", "write", "beside")} == {"EACCES"}
    if sandbox.abi() >= 6:
        assert tried["signal"] == "EPERM"
    assert {tried[what] for what in ("socket", "tcp", "mode", "fork", "program")} == {"EACCES"}
    assert tried["thread"] == "done"


@pytest.mark.engine
def test_that_a_conversion_in_the_terminal_checks_its_file_with_the_engine(checkpoint: Path, tmp_path: Path) -> None:
    command = child_command(Role.CONVERTER, str(checkpoint), "--type", "Q8_0", "--no-network")
    run = subprocess.run(
        command, env=child_environment(), capture_output=True, text=True, timeout=300, cwd=checkpoint.parent.parent
    )
    assert run.returncode == 0, run.stderr
    assert list((checkpoint.parent.parent).glob("*.gguf"))


BANNED = """
import os, subprocess, sys
from desktop.core.sandbox import process_ban
from tests.fakes.confined import in_child, outcome, run
ban = process_ban()
if sys.argv[1] == "parent":
    ban()
if sys.argv[1] != "inherited":
    import threading
    (one := threading.Thread(target=lambda: None)).start(); one.join()
    print(outcome(in_child(lambda: None)), outcome(lambda: run(sys.executable)))
else:
    command = [sys.executable, "-c", sys.argv[2], "control"]
    print(subprocess.run(command, preexec_fn=ban, capture_output=True, text=True).stdout.strip())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is enforced there")
@pytest.mark.parametrize(
    ("mode", "outcomes"),
    [("control", "done done"), ("parent", "EACCES EACCES"), ("inherited", "EACCES EACCES")],
)
def test_that_one_that_may_start_no_process_has_threads_and_nothing_more(mode: str, outcomes: str) -> None:
    """Also the program that is started with it, as the check of a finished file is."""
    command = [sys.executable, "-c", BANNED, mode, BANNED]
    run = subprocess.run(command, env=child_environment(), capture_output=True, text=True, timeout=120)
    assert run.stdout.strip() == outcomes, run.stderr
