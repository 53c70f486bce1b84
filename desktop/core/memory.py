"""The memory that a model takes: one reckoning for its card, for the engine's plan and for the layers on a GPU.

Memory = weights + KV cache + states of recurrent layers + compute buffers. The buffers are what llama.cpp's graph
allocator reserves for one batch; the formula was found by varying one figure of a shape at a time and is checked in
tests/models/test_fit.py against the library itself.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

BYTES_PER_ELEMENT = {"f32": 4.0, "f16": 2.0, "bf16": 2.0, "q8_0": 34 / 32, "q5_0": 22 / 32, "q4_0": 18 / 32}
"""Of the KV cache, by its type (ggml-common.h)."""
DEFAULT_CONTEXT = 8192
_CELLS = 256
"""llama.cpp rounds the cells of a cache up to a multiple of this (GGML_PAD of n_ctx)."""
_FIXED = 6 * 1024 * 1024
"""Bytes of the graph, the threads' scratch memory and the sampler."""


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Figures of one model. Sizes in bytes, the others in elements or tokens."""

    weight_bytes: int
    read_bytes: int
    """Weights read for one token: of experts only those at work, of the embedding one row."""
    repeated_bytes: int = 0
    """A tied embedding that is held a second time, laid out anew for the output."""
    kv_elements: int
    """K and V of one token, in layers that see the whole context."""
    window_elements: int = 0
    """K and V of one token, in layers that see a window."""
    window: int = 0
    """Tokens; 0: no layer has one."""
    state_bytes: int = 0
    """State of recurrent layers, whatever the context."""
    width: int
    heads: int = 0
    """Of attention, in the layer that has most."""
    layers: int = 0
    feed: int
    """Widest inner layer that is computed for one token, experts at work together."""
    mixer: int = 0
    """Elements of one token inside a state-space layer: twice its projection and its inner size."""
    vocabulary: int = 0
    context_trained: int = 0


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
    shape: Shape,
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
