"""Looking at a finished file before it gets its name: the header read back, the engine opening it, a few tokens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from converter.errors import ConversionError, ExitStatus
from converter.events import CancelToken, Reporter

CHECK_OPTION = "--check-file"
WAIT = "-"
"""In the place of a file: which one it is comes on standard input."""
_TOKENS = 3


def verify(
    path: Path, head: bytes, size: int, *, runnable: bool, threads: int, report: Reporter, cancel: CancelToken
) -> None:
    """Check a finished file; one that the engine cannot open alone (`runnable` is false) for its header only.

    Raises ConversionError (VERIFICATION_FAILED, CANCELLED).
    """
    _check_header(path, head, size)
    if not runnable:
        return
    if size > _available_memory():
        report.note("The model is larger than the free memory; the engine checked its vocabulary only.")
        _check_with_engine(path, threads, cancel, tokens=0)
    else:
        _check_with_engine(path, threads, cancel, tokens=_TOKENS)


def _failed(why: str) -> ConversionError:
    return ConversionError(ExitStatus.VERIFICATION_FAILED, f"The finished file did not pass its check: {why}.")


def _check_header(path: Path, head: bytes, size: int) -> None:
    with path.open("rb") as handle:
        if handle.read(len(head)) != head:
            raise _failed("its header reads back differently")
        if handle.seek(0, os.SEEK_END) != size:
            raise _failed("its size is not what was planned")


def _available_memory() -> int:
    import psutil

    return int(psutil.virtual_memory().available)


def child_command(path: Path | str, threads: int, tokens: int) -> list[str]:
    """How this program is started again to check a file: itself when frozen, else the module."""
    start = [sys.executable, "convert"] if getattr(sys, "frozen", False) else [sys.executable, "-m", "converter"]
    return [*start, CHECK_OPTION, str(path), "--threads", str(threads), "--tokens", str(tokens)]


_waiting: subprocess.Popen[bytes] | None = None
"""Started before the checkpoint was read; a line on its standard input says which file it is to check."""


def start_waiting(prepare: Callable[[], None]) -> None:
    """Start the process that checks the finished file later on. prepare: called in it, ahead of the program."""
    global _waiting
    _waiting = _start(child_command(WAIT, 1, 0), subprocess.PIPE, prepare)


def stop_waiting() -> None:
    """Nothing is left to be checked."""
    global _waiting
    child, _waiting = _waiting, None
    if child is not None:
        child.kill()
        child.communicate()


def _start(command: list[str], stdin: int, prepare: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "GGML_NO_BACKTRACE": "1"}  # an abort starts no debugger
    here = str(Path(__file__).resolve().parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        preexec_fn=prepare,
    )


def _check_with_engine(path: Path, threads: int, cancel: CancelToken, *, tokens: int) -> None:
    global _waiting
    child, _waiting = _waiting, None
    request: bytes | None = None
    if child is None:
        child = _start(child_command(path, threads, tokens), subprocess.DEVNULL)
    else:
        request = json.dumps([str(path), threads, tokens]).encode() + b"\n"
    with child:
        try:
            while True:
                try:
                    output, _ = child.communicate(request, timeout=0.1)
                    break
                except subprocess.TimeoutExpired:
                    request = None  # it is on its way
                    cancel.check()
        except BaseException:
            child.kill()
            raise
    cancel.check()
    if child.returncode:
        said = output.decode("utf-8", errors="replace").strip().splitlines()
        raise _failed(f"the engine said “{said[-1].rstrip('.')}”" if said else "the engine ended without a word")
