"""Tries what a process may and may not do: `confined.py free|confined|programs FOLDER OUTSIDE VICTIM` prints a JSON object.

VICTIM: the id of a process of the same person that may be harmed. `free` tries all of it without confinement, so that a test
can see that each attempt works.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from desktop.core.sandbox import confine

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long


def outcome(action: Callable[[], object]) -> str:
    try:
        action()
    except OSError as problem:
        return errno.errorcode.get(problem.errno or 0, "?")
    return "done"


def call(x86: int, arm: int, *arguments: object) -> Callable[[], int]:
    """A system call by its number."""

    def act() -> int:
        number = x86 if os.uname().machine == "x86_64" else arm
        values = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        result = int(LIBC.syscall(ctypes.c_long(number), *values))
        if result < 0:
            raise OSError(ctypes.get_errno(), "")
        return result

    return act


def connect(address: str | bytes, kind: int = socket.SOCK_STREAM) -> None:
    with socket.socket(socket.AF_UNIX, kind) as one:
        one.connect(address)


def in_child(action: Callable[[], object]) -> Callable[[], None]:
    """Run `action` in a fork; its error is ours."""

    def act() -> None:
        pid = os.fork()
        if pid == 0:
            code = 0
            try:
                action()
            except OSError as problem:
                code = problem.errno or 1
            os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code:
            raise OSError(code, "")

    return act


def run(path: str) -> None:
    subprocess.run([path, "-c", ""], check=False, stdin=subprocess.DEVNULL)


def run_memory() -> None:
    """A program that was never a file."""
    descriptor = os.memfd_create("x", 0)
    os.write(descriptor, Path("/bin/true").read_bytes())
    subprocess.run([f"/proc/self/fd/{descriptor}"], pass_fds=[descriptor], check=False)


def peek(victim: int) -> None:
    if LIBC.ptrace(16, victim, 0, 0) < 0:  # PTRACE_ATTACH
        raise OSError(ctypes.get_errno(), "")
    os.waitpid(victim, 0)
    LIBC.ptrace(17, victim, 0, 0)  # PTRACE_DETACH


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(0)


def signal_of_file(victim: int) -> None:
    """A file that sends `victim` a signal when something comes."""
    import fcntl

    reading, writing = os.pipe()
    try:
        fcntl.fcntl(reading, fcntl.F_SETOWN, victim)
        fcntl.fcntl(reading, 10, signal.SIGCONT)  # F_SETSIG
        fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)
        os.write(writing, b"x")
    finally:
        os.close(reading)
        os.close(writing)


def limit(victim: int) -> None:
    import resource

    resource.prlimit(victim, resource.RLIMIT_CORE, (0, 0))


def shared_memory() -> None:
    LIBC.shmctl(call(29, 194, 0, 4096, 0o1600)(), 0, None)  # IPC_PRIVATE; IPC_RMID


def main() -> None:
    mode, folder, outside, victim = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    there, link, inside = outside / "there", folder / "link", folder / "a"
    link.symlink_to(there)
    open_before = there.open()
    (outside / "granted").write_text("granted")
    (outside / "to granted").symlink_to(outside / "granted")
    held = [] if mode == "free" else confine(read=[outside / "to granted"], write=[folder], programs=mode == "programs")
    tries: dict[str, Callable[[], object]] = {
        # what must go on
        "write inside": lambda: inside.write_text("x"),
        "rename inside": lambda: inside.rename(folder / "b"),
        "read inside": (folder / "b").read_text,
        "cut inside": lambda: cut(folder / "b"),
        "list inside": lambda: list(folder.iterdir()),
        "remove inside": (folder / "b").unlink,
        "null": lambda: Path("/dev/null").write_text("x"),
        "random": lambda: Path("/dev/urandom").open("rb").close(),
        "read granted": (outside / "granted").read_text,
        "read granted by link": (outside / "to granted").read_text,
        "read what was open": open_before.read,
        "import": lambda: __import__("decimal") and __import__("msgspec") and __import__("desktop.core.grammar"),
        "facts of the computer": lambda: [
            Path(f"/proc/{name}").read_text() for name in ("meminfo", "stat", "self/stat")
        ],
        "thread": lambda: (thread := threading.Thread(target=lambda: None)).start() or thread.join(),
        "signal to itself": lambda: os.kill(os.getpid(), 0),
        "own limits": lambda: limit(0),
        # files
        "read outside": there.read_text,
        "read outside by link": link.read_text,
        "list outside": lambda: list(outside.iterdir()),
        "write outside": lambda: (outside / "new").write_text("x"),
        "append outside": lambda: there.open("a").close(),
        "make folder outside": lambda: (outside / "dir").mkdir(),
        "move outside": lambda: (folder / "link").rename(outside / "moved"),
        "truncate outside": lambda: os.truncate(there, 1),
        "mode outside": lambda: there.chmod(0o666),
        "time outside": lambda: os.utime(there),
        "attribute outside": lambda: os.setxattr(there, "user.x", b"x"),
        "watch outside": lambda: call(254, 27, call(294, 26, 0)(), os.fsencode(outside), 2)(),
        "environment of another": Path(f"/proc/{victim}/environ").read_bytes,
        "memory of another": lambda: Path(f"/proc/{victim}/mem").open("rb").close(),
        # network
        "tcp": lambda: socket.socket(socket.AF_INET).close(),
        "tcp 6": lambda: socket.socket(socket.AF_INET6).close(),
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
        "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
        "unix": lambda: connect(str(outside / "socket")),
        "unix abstract": lambda: connect(f"\0samar-test-{victim}"),
        "pair": lambda: [closing(one).__enter__() for one in socket.socketpair()],
        # programs
        "fork": in_child(lambda: None),
        "shell": lambda: run("/bin/sh"),
        "memory program": run_memory,
        # other processes
        "signal": lambda: os.kill(victim, signal.SIGCONT),
        "signal to a thread": lambda: call(234, 131, victim, victim, signal.SIGCONT)(),
        "signal of a file": lambda: signal_of_file(victim),
        "trace": lambda: peek(victim),
        "read another": lambda: call(310, 270, victim, None, 0, None, 0, 0)(),
        "handle of another": lambda: os.close(os.pidfd_open(victim)),
        "limits of another": lambda: limit(victim),
        "priority of another": lambda: os.setpriority(os.PRIO_PROCESS, victim, 5),
        "cores of another": lambda: os.sched_setaffinity(victim, os.sched_getaffinity(0)),
        "namespace": in_child(call(272, 97, 0x10000000)),  # CLONE_NEWUSER
        "keys": call(250, 219, 0, -3, 1),  # KEYCTL_GET_KEYRING_ID
        "page faults": lambda: os.close(call(323, 282, 1)()),  # UFFD_USER_MODE_ONLY
        "shared memory": shared_memory,
        "rings": lambda: call(425, 425, 1, ctypes.create_string_buffer(120))(),
        "remove outside": there.unlink,
    }
    results = {name: outcome(action) for name, action in tries.items()}
    print(json.dumps({"held": held, "tried": results}))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    tempfile.tempdir = sys.argv[2]
    main()
