"""Does a model fit into the memory that is free now, and how fast will it answer?

The memory is that of `core/memory.py`, by which the engine plans too. Speed = memory bandwidth over bytes read for one token: writing a
reply is bound by memory, not by arithmetic.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from desktop.core.dimensions import ModelDimensions
from desktop.core.memory import BYTES_PER_ELEMENT, DEFAULT_CONTEXT, Memory, longest, memory, of_file_size

SMALLEST_CONTEXT = 2048
"""Tokens; with less than this a chat is no chat."""
RESERVE = 512 * 1024 * 1024
"""Bytes that the rest of the computer should keep; what eats into them is tight."""
MOST_TOLD = 100
"""Tokens per second; nobody reads faster, and beyond it something else than memory bounds a model."""
EFFICIENCY = 0.8
"""Share of the bandwidth that decoding reaches on an idle computer, until real replies have shown what this one reaches."""


class Verdict(StrEnum):
    FITS = "fits"
    TIGHT = "tight"
    WONT = "wont"


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The computer as it is now. Sizes in bytes, bandwidths in bytes per second; 0: not known or not there."""

    free: int
    total: int = 0
    bandwidth: float = 0.0
    efficiency: float = EFFICIENCY
    """Share of the bandwidth that replies reach here."""
    held: int = 0
    """Bytes that the loaded model takes, and gives back before another one comes."""
    gpu_free: int = 0
    gpu_bandwidth: float = 0.0


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one model at one context length."""

    verdict: Verdict
    memory: Memory
    free: int
    """Bytes of the memory that was judged: the GPU's where the model goes there."""
    context: int
    """Tokens that were asked for, at most what the model was trained for."""
    context_that_fits: int
    """Longest context that fits, at most `context`; 0 when not even the weights do."""
    tokens_per_s: float
    """Expected while writing a reply; 0 where the bandwidth is not known."""
    on_gpu: bool = False


def longest_context(shape: ModelDimensions, free: int, most: int, *, kv_type: str = "f16", flash: bool = True) -> int:
    """Most tokens, in steps of 256 and at most `most`, that fit into `free` bytes; 0 when none do."""
    return longest(lambda tokens: memory(shape, tokens, kv_type=kv_type, flash=flash).total <= free, most)


def bytes_read(shape: ModelDimensions, context: int = 0, kv_type: str = "f16") -> float:
    """Bytes that go through the processor for one token, with `context` tokens already there."""
    seen = shape.kv_elements * context + shape.window_elements * min(context, shape.window or context)
    return shape.read_bytes + seen * BYTES_PER_ELEMENT[kv_type] + 2 * shape.state_bytes


def speed(
    shape: ModelDimensions, bandwidth: float, *, context: int = 0, kv_type: str = "f16", efficiency: float = EFFICIENCY
) -> float:
    """Tokens per second while writing, with `context` tokens already there; 0.0 where the bandwidth is not known."""
    read = bytes_read(shape, context, kv_type)
    return bandwidth * efficiency / read if read > 0 else 0.0


def judge(
    shape: ModelDimensions,
    machine: Machine,
    context: int = DEFAULT_CONTEXT,
    *,
    kv_type: str = "f16",
    flash: bool = True,
    gpu_layers: int = -1,
    beside: int = 0,
) -> Fit:
    """Whether a model fits now.

    beside: bytes of files that are loaded with it. gpu_layers: that the person put on the GPU; -1: the whole model goes there when it fits, and none of it otherwise.
    Fits: with a reserve left. Tight: without it, or with a shorter context that is still worth having.
    """
    context = min(context, shape.context_trained) if shape.context_trained else context
    needed = msgspec.structs.replace(memory(shape, context, kv_type=kv_type, flash=flash), beside=beside)
    own = machine.free + machine.held
    if not machine.gpu_free:
        share = 0.0
    elif gpu_layers < 0:
        share = 1.0 if needed.total <= machine.gpu_free else 0.0
    else:
        share = min(gpu_layers / shape.layers, 1.0) if shape.layers else 0.0

    def fits(tokens: int, reserve: int = 0) -> bool:
        total = memory(shape, tokens, kv_type=kv_type, flash=flash).total + beside
        on_gpu = round(total * share)
        return on_gpu <= machine.gpu_free and (share == 1.0 or total - on_gpu + reserve <= own)

    fitting = longest(fits, context)
    if fits(context, RESERVE):
        verdict = Verdict.FITS
    elif fitting >= min(SMALLEST_CONTEXT, context):
        verdict = Verdict.TIGHT
    else:
        verdict = Verdict.WONT
    return Fit(
        verdict=verdict,
        memory=needed,
        free=machine.gpu_free if share == 1.0 else own + (machine.gpu_free if share else 0),
        context=context,
        context_that_fits=fitting,
        tokens_per_s=_mixed_speed(shape, machine, share, min(1024, context), kv_type),
        on_gpu=share == 1.0,
    )


def _mixed_speed(shape: ModelDimensions, machine: Machine, share: float, context: int, kv_type: str) -> float:
    """Tokens per second with a share of the layers on the GPU: one part works after the other."""
    there = speed(shape, machine.gpu_bandwidth, context=context, kv_type=kv_type)
    here = speed(shape, machine.bandwidth, context=context, kv_type=kv_type, efficiency=machine.efficiency)
    if not share:
        return here
    if share == 1.0 or not there or not here:
        return there if share == 1.0 else 0.0
    return 1 / (share / there + (1 - share) / here)


def rough(size: int, machine: Machine) -> Verdict:
    """The verdict on a file of which only the size is known."""
    needed = of_file_size(size)
    free = machine.free + machine.held
    if needed <= machine.gpu_free or needed + RESERVE <= free:
        return Verdict.FITS
    return Verdict.TIGHT if needed <= free else Verdict.WONT
