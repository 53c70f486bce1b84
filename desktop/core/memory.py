"""The memory that a model takes, and the largest context that fits: one estimate for the model's card, the engine's plan,
the layers on a GPU, the converter's plan and the lists of the Hub.

Memory = weights + KV cache + states of recurrent layers + compute buffers. The buffers are what llama.cpp's graph
allocator reserves for one batch; the formula was found by varying one figure of a shape at a time and is checked in
tests/models/test_fit.py against the library itself.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from desktop.core import machine
from desktop.core.dimensions import ModelDimensions
from desktop.core.errors import SamarError
from desktop.core.model import FileFacts
from desktop.core.requests import LoadOptions

BYTES_PER_ELEMENT = {"f32": 4.0, "f16": 2.0, "bf16": 2.0, "q8_0": 34 / 32, "q5_0": 22 / 32, "q4_0": 18 / 32}
"""Of the KV cache, by its type (ggml-common.h)."""
DEFAULT_CONTEXT = 8192
MIN_CONTEXT = 512
_ADVISED_CONTEXT = 2048
_BITS = {"Q8_0": 8.5, "Q6_K": 6.6, "Q5_K_M": 5.7, "Q4_K_M": 4.9, "Q3_K_M": 4.0, "Q2_K": 3.2}
"""Bits for each weight of common quantizations, best first; a little over what 7-billion models come to."""
_CELLS = 256
"""llama.cpp rounds the cells of a cache up to a multiple of this (GGML_PAD of n_ctx)."""
_FIXED = 6 * 1024 * 1024
"""Bytes of the graph, the threads' scratch memory and the sampler."""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What loading takes, in bytes."""

    weights: int
    kv: int
    state: int
    buffers: int
    beside: int = 0
    """Files that are loaded with it: a projector, a draft model, adapters."""

    @property
    def total(self) -> int:
        return self.weights + self.kv + self.state + self.buffers + self.beside


def memory(
    shape: ModelDimensions,
    context: int = DEFAULT_CONTEXT,
    *,
    kv_type: str = "f16",
    flash: bool = True,
    batch: int = 512,
    whole_window: bool = True,
) -> Memory:
    """What a model takes at `context` tokens.

    flash: with flash attention; without it the scores of a batch stand in memory. whole_window: windowed layers keep the
    whole context, as Samar's engine has it so that an edited turn needs no new reading; else the window and one batch.
    Raises KeyError for an unknown kv_type.
    """
    cells = -(-max(context, 1) // _CELLS) * _CELLS
    batch = min(batch, cells)
    window_cells = cells if whole_window else min(cells, -(-(shape.window + batch) // _CELLS) * _CELLS)
    elements = shape.kv_elements * cells + shape.window_elements * window_cells
    attends = bool(shape.kv_elements or shape.window_elements)
    if not attends:
        mask = 0
    elif flash:
        mask = cells * batch * 2  # float16
    else:
        mask = cells * batch * (4 + 6 * shape.heads)  # float32, and of each head a score in float32 and in float16
    dense = max(3 * shape.feed + 4 * shape.width, 6 * shape.width) if shape.feed else 0
    mixed = shape.mixer + shape.width if shape.mixer else 0
    rows = max(dense, mixed) * batch * 4
    return Memory(
        weights=shape.weight_bytes + shape.repeated_bytes,
        kv=round(elements * BYTES_PER_ELEMENT[kv_type]),
        state=shape.state_bytes,
        buffers=mask + rows + shape.vocabulary * 4 * 2 + _FIXED,
    )


def longest(fits: Callable[[int], bool], most: int) -> int:
    """The most tokens, in steps of 256 and at most `most`, with which `fits` is true; 0 when none are."""
    if most > 0 and fits(most):
        return most
    low, high = 0, max(most, 0) // _CELLS
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle * _CELLS):
            low = middle
        else:
            high = middle - 1
    return low * _CELLS


class ContextPlan(msgspec.Struct, frozen=True):
    """The context that fits, the memory it takes in bytes, and what bounded it."""

    context: int
    needed: int
    limit: str


def plan_context(facts: FileFacts, options: LoadOptions, free: int) -> ContextPlan:
    """The largest context up to the wished one that fits into `free` bytes beside the weights.

    Raises SamarError when not even MIN_CONTEXT fits: not_enough_memory_for_this with the best quantization of the same
    model that would, not_enough_memory when none would.
    """
    wished = options.context if options.context > 0 else DEFAULT_CONTEXT
    trained = facts.context_trained or wished
    context, limit = (trained, "model") if wished > trained else (wished, "")

    def taken(tokens: int) -> int:
        flash = options.flash_attention != "off"
        return memory(facts.shape, tokens, kv_type=options.kv_type, flash=flash, batch=options.batch).total

    smallest = min(MIN_CONTEXT, context)
    fitting = longest(lambda tokens: taken(tokens) + options.reserve_bytes <= free, context)
    if fitting < smallest and taken(smallest) + options.reserve_bytes > free:
        needed = taken(smallest) + options.reserve_bytes
        figures = {"name": facts.name, "needed": machine.readable(needed), "free": machine.readable(free)}
        beside = taken(min(_ADVISED_CONTEXT, trained)) - facts.weight_bytes + options.reserve_bytes
        if better := _that_fits(facts, free - beside):
            raise SamarError("not_enough_memory_for_this", quantization=better, **figures)
        raise SamarError("not_enough_memory", **figures)
    if fitting < context:
        context, limit = max(smallest, fitting), "memory"
    return ContextPlan(context, taken(context), limit)


def _that_fits(facts: FileFacts, room: int) -> str:
    """The best quantization whose weights take at most `room` bytes and are smaller than the file's; "" for none."""
    sizes = ((name, facts.parameters * bits / 8) for name, bits in _BITS.items())
    return next((name for name, size in sizes if size <= room and size < 0.97 * facts.weight_bytes), "")


def of_file_size(size: int) -> int:
    """Bytes that a model takes at DEFAULT_CONTEXT where nothing but the size of its file in bytes is known: the cache and
    the buffers come to about a seventh of common models' weights."""
    return size + size // 7 + 150 * 1024 * 1024
