"""A confined process reads and writes what it was given, and can do nothing else to the computer."""

from __future__ import annotations

import errno
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tests.fakes.confined
from desktop.core import sandbox
from desktop.core.program import child_environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is enforced there")

VICTIM = """
import os, socket, sys
one = socket.socket(socket.AF_UNIX); one.bind(sys.argv[1]); one.listen()
other = socket.socket(socket.AF_UNIX); other.bind(f"\\0samar-test-{os.getpid()}"); other.listen()
print("ready", flush=True)
sys.stdin.read()
"""

FILES = (
    "read outside", "read outside by link", "list outside", "write outside", "append outside", "make folder outside",
    "move outside", "truncate outside", "remove outside", "environment of another", "memory of another",
)  # fmt: skip
SOCKETS = ("tcp", "tcp 6", "udp", "netlink", "unix", "unix abstract", "pair", "rings")
CALLS = (
    "mode outside", "time outside", "attribute outside", "watch outside", "trace", "read another", "handle of another",
    "limits of another", "priority of another", "cores of another", "namespace", "keys", "page faults", "shared memory",
)  # fmt: skip
STARTS = ("fork", "memory program")
SIGNALS = ("signal", "signal to a thread", "signal of a file")
WORK = (
    "write inside", "rename inside", "read inside", "cut inside", "list inside", "remove inside", "null", "random", "read granted",
    "read granted by link", "read what was open", "import", "facts of the computer", "thread", "signal to itself",
    "own limits",
)  # fmt: skip
UNPRIVILEGED = ("namespace", "page faults", "keys", "rings", "shared memory", "attribute outside")
"""Some systems forbid these to everybody; the control then says so."""


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(tmp_path / "s")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    with process:
        assert process.stdout.readline() == "ready\n"
        yield process.pid
        process.stdin.close()


def tried(mode: str, folder: Path, victim: int, before: str = "") -> tuple[list[str], dict[str, str]]:
    """What `mode` of tests/fakes/confined.py holds and can do. before: code that runs ahead of it."""
    inside, outside = folder / mode / "inside", folder / mode / "outside"
    inside.mkdir(parents=True)
    outside.mkdir()
    (outside / "there").write_text("x")
    (outside / "socket").symlink_to(folder / "s")
    code = f"{before}\nimport runpy; runpy.run_path({tests.fakes.confined.__file__!r}, run_name='__main__')"
    command = [sys.executable, "-c", code, mode, str(inside), str(outside), str(victim)]
    run = subprocess.run(command, env=child_environment(), capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    results = json.loads(run.stdout)
    return results["held"], results["tried"]


def test_that_each_attempt_works_where_nothing_is_held(tmp_path: Path, victim: int) -> None:
    _, done = tried("free", tmp_path, victim)
    assert set(done) == {*WORK, *FILES, *SOCKETS, *CALLS, *STARTS, *SIGNALS, "shell"}
    assert {what for what, how in done.items() if how != "done"} <= set(UNPRIVILEGED)


def test_that_what_is_said_to_be_held_is_held_and_work_goes_on(tmp_path: Path, victim: int) -> None:
    held, done = tried("confined", tmp_path, victim)
    assert {what: done[what] for what in WORK} == dict.fromkeys(WORK, "done")
    denied = [*(FILES if sandbox.READING in held else ()), *(SOCKETS if sandbox.NETWORK in held else ())]
    denied += [*CALLS, *SIGNALS] if sandbox.PROCESSES in held else []
    denied += [*STARTS, "shell"] if sandbox.PROGRAMS in held else []
    assert {what: done[what] for what in denied} == dict.fromkeys(denied, "EACCES")
    assert held == [name for name in sandbox.ALL if name in held]


def test_that_one_that_may_start_programs_starts_its_own_only(tmp_path: Path, victim: int) -> None:
    held, done = tried("programs", tmp_path, victim)
    assert sandbox.PROGRAMS not in held
    assert {what: done[what] for what in (*WORK, "fork")} == dict.fromkeys((*WORK, "fork"), "done")
    denied = [*(FILES if sandbox.READING in held else ()), *(SOCKETS if sandbox.NETWORK in held else ())]
    denied += [*CALLS, *SIGNALS] if sandbox.PROCESSES in held else []
    denied += ["shell"] if sandbox.READING in held else []
    assert {done[what] for what in denied} <= {"EACCES", "EPERM"}


WITHOUT = """
import desktop.core.sandbox as sandbox, ctypes
landlock, call = {444, 445, 446}, sandbox._call
sandbox._call = lambda libc, number, *rest: -1 if number in landlock else call(libc, number, *rest)
"""


def test_that_a_kernel_without_landlock_is_said_and_the_rest_holds(tmp_path: Path, victim: int) -> None:
    held, done = tried("confined", tmp_path, victim, WITHOUT)
    assert sandbox.READING in sandbox.missing(held)
    assert sandbox.WRITING in sandbox.missing(held)
    assert {done[what] for what in ("read outside", "write outside")} == {"done"}
    assert {what: done[what] for what in WORK} == dict.fromkeys(WORK, "done")
    if sandbox.NETWORK in held:
        denied = (*SOCKETS, *CALLS, *STARTS, *SIGNALS, "shell", "truncate outside", "memory of another")
        assert {what: done[what] for what in denied} == {**dict.fromkeys(denied, "EACCES"), "memory of another": "done"}


BOUND = """
import sys
from pathlib import Path
from desktop.core.sandbox import confine
confine(write=[Path(sys.argv[1])], memory=400 << 20, seconds=1, file_bytes=1000)
try:
    bytearray(1 << 30)
except MemoryError:
    print("memory", flush=True)
try:
    (Path(sys.argv[1]) / "x").write_bytes(bytes(2000))
except OSError as problem:
    print(problem.errno, flush=True)
while True:
    pass
"""


def test_that_memory_files_and_time_are_bounded(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BOUND, str(tmp_path)]
    run = subprocess.run(command, env=child_environment(), capture_output=True, text=True, timeout=120)
    assert run.stdout.split() == ["memory", str(errno.EFBIG)]
    assert run.returncode < 0


def test_that_this_process_is_free() -> None:
    """The tests above restrict their children, never the one that runs them."""
    socket.socket(socket.AF_UNIX).close()


def test_that_no_grant_holds_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "person"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(sys, "path", [str(home), str(tmp_path), str(home / "lib"), ""])
    granted = sandbox._program_folders()
    assert home / "lib" in granted
    assert not {home, tmp_path, Path("/")}.intersection(granted)
