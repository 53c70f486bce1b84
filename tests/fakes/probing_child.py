"""The engine process, which says at the first piece of each reply what it could do: `probing_child.py WISHES [argument …]`.

WISHES: a JSON object; `read`: files that it tries to read; `threads`: whether the library brings a thread of its own;
`landlock`: false where the kernel is to have none. What it could do goes to standard error as lines of a name and a word.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from desktop.core import sandbox
from desktop.engine import child
from desktop.engine.protocol import TextDelta
from tests.fakes.confined import outcome

MARK = "sandbox: "


def tell(files: list[str]) -> None:
    tries = {str(number): lambda name=name: Path(name).open("rb").close() for number, name in enumerate(files)}
    tries |= {
        "socket": lambda: socket.socket(socket.AF_UNIX).close(),
        "program": lambda: subprocess.run(["/bin/true"], check=False),
        "signal": lambda: os.kill(os.getppid(), signal.SIGCONT),
        "mode": lambda: Path(files[0]).chmod(0o600),
        "folder": lambda: Path(sys.argv[-2], "folder").mkdir(),
        "writing": lambda: Path(files[0]).open("ab").close(),
    }
    told = {name: outcome(action) for name, action in tries.items()}
    told |= {name: "there" for name in os.environ if name in ("HF_TOKEN", "OMP_WAIT_POLICY")}
    for name, value in {**told, "end": ""}.items():
        os.write(2, f"{MARK}{name} {value}\n".encode())


def main() -> int:
    wishes: dict[str, Any] = json.loads(sys.argv[1])
    if not wishes.get("landlock", True):
        sandbox.abi = lambda: 0
    if wishes.get("threads"):
        from desktop.engine import llama

        make = llama.Library.__init__

        def with_thread(self: llama.Library) -> None:
            make(self)
            threading.Thread(target=threading.Event().wait, daemon=True).start()

        llama.Library.__init__ = with_thread  # type: ignore[method-assign]
    from desktop.engine.session import Session

    generate = Session.generate

    def probing(self: Session, request_id: int, request: Any, emit: Any) -> None:
        told = False

        def emit_and_tell(frame: Any) -> None:
            nonlocal told
            if isinstance(frame, TextDelta) and not told:
                told = True
                tell(wishes["read"])
            emit(frame)

        generate(self, request_id, request, emit_and_tell)

    Session.generate = probing  # type: ignore[method-assign]
    return child.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
