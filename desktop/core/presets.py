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


def applied(name: str, params: GenerationParams) -> GenerationParams:
    """`params` with the sampling of a built-in preset, which says how to choose, not what to write."""
    return params.written_over(BUILT_IN[name])


def name_of(params: GenerationParams) -> str:
    """The built-in preset that `params` samples like, or ""."""
    return next((name for name in BUILT_IN if applied(name, params) == params), "")
