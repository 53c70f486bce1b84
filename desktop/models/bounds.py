"""Figures of a header that llama.cpp does not refuse but ends its process over.

The bounds are those of llama-hparams.h and of the checks in llama-model.cpp, as pinned with llama-cpp-python. Keys that are
not there are not looked at: what a family needs, the library says itself.
"""

from __future__ import annotations

from desktop.models.gguf import ArrayInfo, Header

MAX_LAYERS = 512
MAX_EXPERTS = 1024
_SCALINGS = ("none", "linear", "yarn", "longrope")


def trouble(header: Header) -> str:
    """Why the figures can't be right, as the end of a sentence; "" where they can."""

    def number(key: str) -> int:
        return header.number(f"{header.architecture}.{key}")

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
    return ""


def _most(header: Header, key: str) -> int:
    """The largest of a figure that may be one for each layer."""
    value = header.metadata.get(f"{header.architecture}.{key}")
    if isinstance(value, ArrayInfo):
        return max((int(one) for one in value.values or () if isinstance(one, int | float)), default=0)
    return header.number(f"{header.architecture}.{key}")
