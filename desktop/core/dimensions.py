"""The figures of a model that decide how much memory it takes and how fast it answers."""

from __future__ import annotations

import msgspec


class ModelDimensions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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
