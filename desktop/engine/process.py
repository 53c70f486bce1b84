"""Processes of the engine: how they speak over their pipes and how they end with the one that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int) -> None:
    """Ask the system to kill this process when its parent goes away. Elsewhere than on Linux the closed pipe does it.

    parent: the process id of the parent as it saw itself, since the parent may be gone before the call.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def claim_standard_streams() -> tuple[int, int]:
    """Take descriptors 0 and 1 for frames, so that nothing that native code prints lands among them.

    Returns (input, output) descriptors. Afterwards 0 is the null device and 1 goes where 2 goes.
    """
    frames_in, frames_out = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(frames_in, os.O_BINARY)
        msvcrt.setmode(frames_out, os.O_BINARY)
    return frames_in, frames_out
