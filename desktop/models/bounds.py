"""Figures of a header that llama.cpp does not refuse but ends its process over, and those that no model has.

The bounds are those of llama-hparams.h and of the checks in llama-model.cpp, as pinned with llama-cpp-python. Keys that are
not there are not looked at: what a family needs, the library says itself.
"""

from __future__ import annotations

import math

from desktop.core.dimensions import ModelDimensions
from desktop.models.header import MAX_FIGURE, ArrayInfo, Header, whole

MAX_LAYERS = 512
MAX_EXPERTS = 1024
MOST = 1 << 48
"""Of any size in bytes or elements: 256 TB."""
_SCALINGS = ("none", "linear", "yarn", "longrope")
_WHOLE_ROPE = frozenset({"granite", "mistral3", "olmo2", "qwen2", "qwen3", "qwen3moe", "smollm3"})
"""Families whose code asserts that positions turn whole heads; others turn a part of them, or refuse the file."""
_LIKE_HEADS = _WHOLE_ROPE | {"cohere2", "command-r", "jais", "llama", "phi2", "phi3", "phimoe", "stablelm"}
"""Families whose code asserts that keys and values are of one length."""
_FREE = ("general.sampling.", "tokenizer.ggml.scores")
"""Keys whose figures need be none: recommendations that are passed over, and scores that only order tokens."""


def header_problem(header: Header) -> str:
    """Why the figures can't be right, as the end of a sentence; "" where they can."""

    def number(key: str) -> int:
        return header.number(f"{header.architecture}.{key}")

    if key := _no_figure(header):
        return f"{key} is no number that a model has"
    layers, experts, groups = number("block_count"), number("expert_count"), number("expert_group_count")
    used = _most(header, "expert_used_count")
    if f"{header.architecture}.block_count" in header.metadata and not 0 < layers <= MAX_LAYERS:
        return f"it claims {layers} layers"
    if not 0 <= number("nextn_predict_layers") <= max(layers, 0):
        return "it predicts ahead with more layers than it has"
    if header.architecture.startswith("hunyuan") and experts <= 1:
        experts = used = groups = 0  # the library takes one expert for none there
    if not 0 <= experts <= MAX_EXPERTS or not 0 <= used <= experts or (experts and not used):
        return f"{used} of {experts} experts can't be at work"
    if groups and not 0 < groups < experts:
        return f"{experts} experts are no {groups} groups"
    if groups > 1 and (experts % groups or not 0 < number("expert_group_used_count") < groups):
        return f"{experts} experts are no {groups} groups"
    scaling = header.metadata.get(f"{header.architecture}.rope.scaling.type")
    if scaling is not None and scaling not in _SCALINGS:
        return "its positions are scaled in an unknown way"
    for key in ("layer_norm_epsilon", "layer_norm_rms_epsilon", "group_norm_epsilon"):
        value = header.metadata.get(f"{header.architecture}.attention.{key}", 0.0)
        if isinstance(value, int | float) and value < 0:
            return "its normalization has a negative epsilon"
    return _heads(header)


def _heads(header: Header) -> str:
    """Why the sizes of attention can't be right for the family; "" where they can."""
    heads = next((count for count in header.per_layer("attention.head_count", 1, 0) if count > 0), 0)
    whole_head = header.number(f"{header.architecture}.embedding_length") // heads if heads else 0
    key, value = (
        header.number(f"{header.architecture}.attention.{name}_length", whole_head) for name in ("key", "value")
    )
    if header.architecture in _LIKE_HEADS and key and value and key != value:
        return f"its keys are {key} long and its values {value}"
    turned = header.number(f"{header.architecture}.rope.dimension_count", value)
    if header.architecture in _WHOLE_ROPE and value and turned != value:
        return f"its positions turn {turned} of {value} elements"
    return ""


def check_shape(shape: ModelDimensions) -> str:
    """Why a shape is none of a model, as the end of a sentence; "" where it can be one."""
    for name in shape.__struct_fields__:
        if not 0 <= getattr(shape, name) <= MOST:
            return f"its figures make {getattr(shape, name):.1e} {name.replace('_', ' ')}"
    return ""


def _no_figure(header: Header) -> str:
    """The key of a figure that is not finite or does not fit into 64 bits; "" for none."""
    for key, value in header.metadata.items():
        if key.startswith(_FREE):
            continue
        values = value.values or () if isinstance(value, ArrayInfo) else (value,)
        if any(isinstance(one, int | float) and not _is_figure(one) for one in values):
            return "".join(letter for letter in key if letter.isprintable())[:80]
    return ""


def _is_figure(value: float) -> bool:
    return math.isfinite(value) and abs(value) < MAX_FIGURE


def _most(header: Header, key: str) -> int:
    """The largest of a figure that may be one for each layer."""
    value = header.metadata.get(f"{header.architecture}.{key}")
    if isinstance(value, ArrayInfo):
        return max((whole(one) for one in value.values or ()), default=0)
    return header.number(f"{header.architecture}.{key}")
