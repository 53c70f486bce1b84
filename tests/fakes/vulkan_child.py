"""The engine process with one more backend, as the installed program has it: `vulkan_child.py LIBRARY [FOLDER] PARENT`."""

from __future__ import annotations

import ctypes
import os
import sys

from desktop.engine import child


def add_backend(path: str) -> None:
    from desktop.engine import llama

    load = llama.Library._load_backends

    def load_more(self: llama.Library) -> None:
        load(self)
        add = llama._ggml(self.api._lib).ggml_backend_load
        add.restype, add.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
        if not add(os.fsencode(path)):
            raise RuntimeError(f"{path} is no backend")

    llama.Library._load_backends = load_more  # type: ignore[method-assign]


if __name__ == "__main__":
    add_backend(sys.argv[1])
    sys.exit(child.main(sys.argv[2:]))
