"""What this computer has: cores and memory, as far as this process may use them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import psutil

_ENGINE = frozenset({"engine-child", "desktop.engine.child", "template-child", "desktop.engine.template_child"})
"""By which the engine's processes are known (core/program.py)."""
_CGROUP = Path("/sys/fs/cgroup")


def usable_cores() -> int:
    """Physical cores that this process may run on; hyper-threads and a container's quota are taken off."""
    logical = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    physical = psutil.cpu_count(logical=False) or logical
    cores = min(physical, logical)
    with contextlib.suppress(OSError, ValueError):
        quota, period = (_CGROUP / "cpu.max").read_text().split()
        if quota != "max":
            cores = min(cores, max(1, round(int(quota) / int(period))))
    return max(1, cores)


def free_memory() -> int:
    """Bytes that can be had without swapping: the system's figure, or what a container's limit leaves."""
    free = int(psutil.virtual_memory().available)
    with contextlib.suppress(OSError, ValueError, KeyError):
        limit = (_CGROUP / "memory.max").read_text().strip()
        if limit != "max":
            pairs = (line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
            stat = {name: int(value) for name, value in pairs}
            cached = stat["active_file"] + stat["inactive_file"]
            free = min(free, int(limit) - int((_CGROUP / "memory.current").read_text()) + cached)
    return max(0, free)


def held_by_engine() -> int:
    """Bytes that engine processes of this one hold for themselves; pages of a mapped file are counted as free anyway."""
    held = 0
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if _ENGINE.intersection(child.cmdline()):
                info = child.memory_info()
                held += getattr(info, "private", info.rss - getattr(info, "shared", 0))  # Windows names it itself
    return held


def readable(size: int) -> str:
    """A size in bytes for a person: GB with one decimal, MB below."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
