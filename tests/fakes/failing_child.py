"""An engine process with one fault, for tests: `failing_child.py FAULT PARENT`.

The faults are real ones of native code and processes: abort (ggml_abort in mid-reply), segfault, exit, bug (an
unexpected exception), noise (native code prints to stdout in mid-reply), version (another protocol), silent (never says a
word), early (exits at once), load (killed while it loads).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Any

from desktop.engine import child, protocol
from desktop.engine.protocol import Frame, Piece


def ggml_abort(api: Any) -> None:
    library = ctypes.CDLL(str(next((Path(api.__file__).parent / "lib").glob("libggml-base.*"))))
    library.ggml_abort.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p]
    library.ggml_abort(b"ggml.c", 1234, b"GGML_ASSERT(tensor->ne[0] == 42) failed")


def fail_at_first_piece(fault: str) -> None:
    from desktop.engine.session import Session

    generate = Session.generate

    def failing(self: Session, request_id: int, request: Any, emit: Any) -> None:
        def emit_and_fail(frame: Frame) -> None:
            emit(frame)
            if not isinstance(frame, Piece):
                return
            if fault == "abort":
                ggml_abort(self.model.api)
            elif fault == "segfault":
                os.kill(os.getpid(), signal.SIGSEGV)
            elif fault == "exit":
                os._exit(7)
            elif fault == "bug":
                raise ZeroDivisionError("a bug of ours")
            elif fault == "noise":
                os.write(1, b"GGUF noise from native code\n" * 10)

        generate(self, request_id, request, emit_and_fail)

    Session.generate = failing  # type: ignore[method-assign]


def main() -> int:
    fault, parent = sys.argv[1:]
    if fault == "early":
        print("libgomp.so.1: cannot open shared object file", file=sys.stderr)
        return 3
    if fault == "silent":
        sys.stdin.buffer.read()
        return 0
    if fault == "load":
        from desktop.engine import llama

        def killed(*_arguments: object, **_options: object) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        llama.Context.__init__ = killed  # type: ignore[method-assign]
    elif fault == "version":
        child.PROTOCOL = protocol.PROTOCOL + 1  # type: ignore[misc]
    else:
        fail_at_first_piece(fault)
    return child.main([parent])


if __name__ == "__main__":
    sys.exit(main())
