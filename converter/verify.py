"""Looking at a finished file before it gets its name: the header read back, the engine opening it, a few tokens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from converter.errors import ConversionError, ExitStatus
from converter.events import CancelToken, Reporter

CHECK_OPTION = "--check-file"
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


def child_command(path: Path, threads: int, tokens: int) -> list[str]:
    """How this program is started again to check a file: itself when frozen, else the module."""
    start = [sys.executable, "convert"] if getattr(sys, "frozen", False) else [sys.executable, "-m", "converter"]
    return [*start, CHECK_OPTION, str(path), "--threads", str(threads), "--tokens", str(tokens)]


def _check_with_engine(path: Path, threads: int, cancel: CancelToken, *, tokens: int) -> None:
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "GGML_NO_BACKTRACE": "1"}  # an abort starts no debugger
    here = str(Path(__file__).resolve().parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    with subprocess.Popen(
        child_command(path, threads, tokens),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as child:
        try:
            while True:
                try:
                    output, _ = child.communicate(timeout=0.1)
                    break
                except subprocess.TimeoutExpired:
                    cancel.check()
        except BaseException:
            child.kill()
            raise
    cancel.check()
    if child.returncode:
        said = output.decode("utf-8", errors="replace").strip().splitlines()
        raise _failed(f"the engine said “{said[-1].rstrip('.')}”" if said else "the engine ended without a word")
