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
import json, os, socket, sys
from pathlib import Path
import converter.pipeline
from tests.fakes.confined import outcome
secret, out, beside = map(Path, sys.argv[1:4])
convert = converter.pipeline.convert
def probing(*arguments, **options):
    tried = {
        "read": outcome(lambda: secret.read_text()), "write": outcome(lambda: (secret.parent / "new").write_text("x")),
        "socket": outcome(lambda: socket.socket(socket.AF_UNIX)), "tcp": outcome(lambda: socket.socket()),
        "mode": outcome(lambda: secret.chmod(0o644)), "beside": outcome(lambda: beside.read_text()),
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
    assert {tried[what] for what in ("socket", "tcp", "mode")} == {"EACCES"}


@pytest.mark.engine
def test_that_a_conversion_in_the_terminal_checks_its_file_with_the_engine(checkpoint: Path, tmp_path: Path) -> None:
    command = child_command(Role.CONVERTER, str(checkpoint), "--type", "Q8_0", "--no-network")
    run = subprocess.run(
        command, env=child_environment(), capture_output=True, text=True, timeout=300, cwd=checkpoint.parent.parent
    )
    assert run.returncode == 0, run.stderr
    assert list((checkpoint.parent.parent).glob("*.gguf"))
