"""Memory bandwidth of this computer, and what real replies make of it: measured when it is first asked for, then remembered."""

from __future__ import annotations

import logging
import platform
import statistics
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from desktop.core import machine
from desktop.core.dimensions import ModelDimensions
from desktop.core.files import read_regular
from desktop.models.files import write_atomically
from desktop.models.fit import EFFICIENCY, Machine, bytes_read

log = logging.getLogger(__name__)

_BYTES = 64 * 1024 * 1024
"""Of each thread: several times what caches hold."""
_ROUNDS = 6
_ATTEMPTS, _PAUSE_S = 3, 0.1
CALM = 0.15
"""Share of the processors that others may have without spoiling a measurement."""
_AGAIN_S = 600.0
"""A disturbed measurement is not repeated earlier."""
_REPLIES, _ENOUGH = 9, 3
LEAST_READ = 256 * 1024 * 1024
"""Bytes for each token from which on a reply is bound by memory."""
FILE = "machine.json"


class _Measured(msgspec.Struct, kw_only=True):
    """cache/machine.json. A figure of another computer or another count of cores is not used."""

    computer: str
    bandwidth: float
    busy: float = 1.0
    """Share of the processors that other programs had during the calmest measurement."""
    at: float = 0.0
    """Unix time of the last measurement."""
    seen: list[float] = []
    """Share of the bandwidth that the last replies reached, newest last."""


def measure(threads: int = 0, rounds: int = _ROUNDS) -> float:
    """Bytes per second that `threads` (0: one for each core) read together; the best of some rounds, about 0.2 s.

    The best one counts, for whatever else runs on the computer only takes away.
    """
    import numpy as np  # its import takes longer than the measurement

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


def measured() -> tuple[float, float]:
    """(bandwidth, share of the processors that other programs had meanwhile, 0 … 1): the best of up to three measurements, a
    moment apart, until one was not disturbed."""
    import psutil

    best, calmest = 0.0, 1.0
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_S)
        before, own_before = psutil.cpu_times(), time.process_time()
        found = measure()
        after, own = psutil.cpu_times(), time.process_time() - own_before
        spent = [new - old for new, old in zip(after, before, strict=True)]
        idle = after.idle - before.idle
        others = (sum(spent) - idle - own) / max(sum(spent), 1e-3)
        best, calmest = max(best, found), min(calmest, max(others, 0.0))
        if calmest <= CALM:
            break
    return best, calmest


def remembered(cache: Path) -> float:
    """The bandwidth of this computer in bytes per second: measured once, and again later while the computer was busy then."""
    return _known(cache).bandwidth


def _known(cache: Path) -> _Measured:
    known = _read(cache)
    if known is not None and (known.busy <= CALM or 0 <= time.time() - known.at < _AGAIN_S):
        return known
    found, busy = measured()
    if known is None:
        known = _Measured(computer=_computer(), bandwidth=found, busy=busy, at=time.time())
    else:  # what disturbs only takes away, so the better one is nearer to the truth
        known.bandwidth, known.busy, known.at = max(known.bandwidth, found), min(known.busy, busy), time.time()
    _write(cache, known)
    return known


def learn(cache: Path, shape: ModelDimensions, tokens_per_s: float, *, context: int, kv_type: str = "f16") -> None:
    """Note what a real reply on the processor reached, so that the next prediction is of this computer.

    Only large models count: of small ones the time between tokens says nothing about memory. The median of the last replies
    holds, so that neither a busy minute nor a reply that was guessed ahead turns it.
    """
    known = _read(cache)
    if known is None or shape.read_bytes < LEAST_READ or tokens_per_s <= 0:
        return
    known.seen = [*known.seen, tokens_per_s * bytes_read(shape, context, kv_type) / known.bandwidth][-_REPLIES:]
    _write(cache, known)


def efficiency(seen: Sequence[float]) -> float:
    """Share of the bandwidth that replies reach, from what was seen of them."""
    return min(max(statistics.median(seen), 0.1), 1.0) if len(seen) >= _ENOUGH else EFFICIENCY


def _computer() -> str:
    """What a figure belongs to. Another processor, another count of cores or other memory makes it another one."""
    import psutil

    memory = round(psutil.virtual_memory().total / 2**30)
    return f"{platform.machine()} {platform.processor()} {platform.node()} {machine.usable_cores()} {memory}"


def _read(cache: Path) -> _Measured | None:
    try:
        known = msgspec.json.decode(read_regular(cache / FILE), type=_Measured)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as problem:
        log.info("the measured bandwidth is not readable and is measured anew: %s", problem)
        return None
    return known if known.computer == _computer() and known.bandwidth > 0 else None


def _write(cache: Path, known: _Measured) -> None:
    try:
        write_atomically(cache / FILE, msgspec.json.encode(known))
    except OSError as problem:  # a read-only folder: it is measured again the next time
        log.info("the bandwidth could not be remembered: %s", problem)


def this_machine(cache: Path, gpu_free: int = 0) -> Machine:
    """Memory that is free now, what the loaded model would give back, and the bandwidth.

    gpu_free: bytes that are free on the GPUs of the engine without a model, as the engine says.
    """
    import psutil

    known = _known(cache)
    return Machine(
        free=machine.free_memory(),
        total=int(psutil.virtual_memory().total),
        held=machine.held_by_engine(),
        bandwidth=known.bandwidth,
        efficiency=efficiency(known.seen),
        gpu_free=gpu_free,
    )
