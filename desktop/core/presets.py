"""Ways to sample that go by a name."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from desktop.core.generation import GenerationParams


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """One that the person saved."""

    name: str
    params: GenerationParams


BUILT_IN: Mapping[str, GenerationParams] = {
    "precise": GenerationParams(temperature=0.2, top_p=0.9),
    "balanced": GenerationParams(),
    "creative": GenerationParams(temperature=1.1, top_k=0, top_p=1.0, min_p=0.05),
}
_KEPT = ("max_tokens", "seed", "stop", "grammar", "json_schema", "logit_bias")
"""What a built-in preset leaves as it is: it says how to choose, not what to write."""


def applied(name: str, params: GenerationParams) -> GenerationParams:
    """`params` with the sampling of a built-in preset."""
    return msgspec.structs.replace(BUILT_IN[name], **{field: getattr(params, field) for field in _KEPT})


def name_of(params: GenerationParams) -> str:
    """The built-in preset that `params` samples like, or ""."""
    return next((name for name in BUILT_IN if applied(name, params) == params), "")
