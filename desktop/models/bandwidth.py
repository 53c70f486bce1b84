"""Memory bandwidth of this computer: measured once, then remembered."""

from __future__ import annotations

import logging
import platform
import threading
import time
from pathlib import Path

import msgspec
import numpy as np

from desktop.core import machine
from desktop.models.files import write_atomically
from desktop.models.fit import Machine

log = logging.getLogger(__name__)

_BYTES = 64 * 1024 * 1024
"""Of each thread: several times what caches hold."""
_ROUNDS = 6


class _Measured(msgspec.Struct, kw_only=True):
    """cache/machine.json. A figure of another computer or another count of cores is not used."""

    computer: str
    bandwidth: float


def measure(threads: int = 0, rounds: int = _ROUNDS) -> float:
    """Bytes per second that `threads` (0: one for each core) read together; the best of some rounds, about 0.2 s.

    The best one counts, for whatever else runs on the computer only takes away.
    """
    threads = threads or machine.usable_cores()
    arrays = [np.ones(_BYTES // 8, np.int64) for _ in range(threads)]
    best = float("inf")
    for _ in range(rounds):
        gate = threading.Barrier(threads + 1)

        def read(array: np.ndarray[tuple[int], np.dtype[np.int64]], gate: threading.Barrier = gate) -> None:
            gate.wait()
            np.add.reduce(array)  # without the interpreter's lock

        workers = [threading.Thread(target=read, args=(array,)) for array in arrays]
        for worker in workers:
            worker.start()
        gate.wait()
        started = time.perf_counter()
        for worker in workers:
            worker.join()
        best = min(best, time.perf_counter() - started)
    return threads * _BYTES / max(best, 1e-9)


def remembered(cache: Path) -> float:
    """The bandwidth that was measured on this computer, else measure and remember it. Bytes per second."""
    place = cache / "machine.json"
    computer = f"{platform.machine()} {platform.processor()} {platform.node()} {machine.usable_cores()}"
    try:
        known = msgspec.json.decode(place.read_bytes(), type=_Measured)
        if known.computer == computer and known.bandwidth > 0:
            return known.bandwidth
    except FileNotFoundError:
        pass
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as problem:
        log.info("the measured bandwidth is not readable and is measured anew: %s", problem)
    found = measure()
    try:
        write_atomically(place, msgspec.json.encode(_Measured(computer=computer, bandwidth=found)))
    except OSError as problem:  # a read-only folder: it is measured again the next time
        log.info("the bandwidth could not be remembered: %s", problem)
    return found


def this_machine(cache: Path) -> Machine:
    """Memory that is free now, what the loaded model would give back, and the bandwidth."""
    import psutil

    return Machine(
        free=machine.free_memory(),
        total=int(psutil.virtual_memory().total),
        held=machine.held_by_engine(),
        bandwidth=remembered(cache),
    )
