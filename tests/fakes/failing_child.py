"""An engine process with one fault, for tests: `failing_child.py FAULT[@STAGE] PARENT`.

The faults are real ones of native code and processes: abort (ggml_abort), segfault, illegal (an instruction that the processor doesn't know), exit, kill, freeze (SIGSTOP), memory (no
more of it can be had), bug (an unexpected exception), noise (native code prints to stdout). They come at a stage: load
(when the context is made), prompt (when its reading begins) or reply (at the first piece, which is the usual one).
Others are a process that is wrong from its start: version (another protocol), silent (never says a word), early (exits at once).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.engine import child, protocol
from desktop.engine.protocol import Frame, PromptStarted, TextDelta


def ggml_abort() -> None:
    from desktop.engine import llama

    library = ctypes.CDLL(str(next((Path(llama._bindings().__file__).parent / "lib").glob("libggml-base.*"))))
    library.ggml_abort.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p]
    library.ggml_abort(b"ggml.c", 1234, b"GGML_ASSERT(tensor->ne[0] == 42) failed")


def no_more_memory() -> None:
    import resource

    (size,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmSize:"))
    most = (int(size.split()[1]) + 32 * 1024) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def bug() -> None:
    raise ZeroDivisionError("a bug of ours")


FAULTS: dict[str, Callable[[], object]] = {
    "abort": ggml_abort,
    "segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "exit": lambda: os._exit(7),
    "illegal": lambda: os.kill(os.getpid(), signal.SIGILL),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "freeze": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "memory": no_more_memory,
    "bug": bug,
    "noise": lambda: os.write(1, b"GGUF noise from native code\n" * 10),
}


def fail_at_load(fault: Callable[[], object]) -> None:
    from desktop.engine.context import Context

    make = Context.__init__

    def failing(self: Context, *arguments: Any, **options: Any) -> None:
        fault()
        make(self, *arguments, **options)

    Context.__init__ = failing  # type: ignore[method-assign]


def fail_at_frame(kind: type[Frame], fault: Callable[[], object]) -> None:
    from desktop.engine.session import Session

    generate = Session.generate

    def failing(self: Session, request_id: int, request: Any, emit: Any) -> None:
        def emit_and_fail(frame: Frame) -> None:
            emit(frame)
            if isinstance(frame, kind):
                fault()

        generate(self, request_id, request, emit_and_fail)

    Session.generate = failing  # type: ignore[method-assign]


def main() -> int:
    wanted, parent = sys.argv[1:]
    name, _, stage = wanted.partition("@")
    if name == "early":
        print("libgomp.so.1: cannot open shared object file", file=sys.stderr)
        return 3
    if name == "silent":
        sys.stdin.buffer.read()
        return 0
    if name == "version":
        child.PROTOCOL = protocol.PROTOCOL + 1  # type: ignore[misc]
    elif stage == "load":
        fail_at_load(FAULTS[name])
    else:
        fail_at_frame(PromptStarted if stage == "prompt" else TextDelta, FAULTS[name])
    return child.main([parent])


if __name__ == "__main__":
    sys.exit(main())
