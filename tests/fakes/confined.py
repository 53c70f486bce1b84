"""Tries what a confined process may and may not do: `confined.py FOLDER OUTSIDE` prints a JSON object."""

from __future__ import annotations

import errno
import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from desktop.engine.sandbox import confine


def outcome(action: Callable[[], object]) -> str:
    try:
        action()
    except OSError as problem:
        return errno.errorcode.get(problem.errno or 0, "?")
    return "done"


def main() -> None:
    folder, outside = Path(sys.argv[1]), Path(sys.argv[2])
    held = confine([folder])
    results = {
        "held": held,
        "write inside": outcome(lambda: (folder / "a").write_text("x")),
        "rename inside": outcome(lambda: (folder / "a").rename(folder / "b")),
        "remove inside": outcome((folder / "b").unlink),
        "null": outcome(lambda: Path("/dev/null").write_text("x")),
        "read outside": outcome((outside / "there").read_text),
        "write outside": outcome(lambda: (outside / "new").write_text("x")),
        "append outside": outcome(lambda: (outside / "there").open("a")),
        "remove outside": outcome((outside / "there").unlink),
        "make folder outside": outcome(lambda: (outside / "dir").mkdir()),
        "tcp": outcome(lambda: socket.socket(socket.AF_INET).close()),
        "tcp 6": outcome(lambda: socket.socket(socket.AF_INET6).close()),
        "udp": outcome(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()),
        "netlink": outcome(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()),
        "unix": outcome(lambda: socket.socket(socket.AF_UNIX).close()),
    }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
