"""Mutated headers: a short run of the fuzzer of benchmarks/models.py; the long one is `python -m benchmarks.models fuzz`."""

from __future__ import annotations

from collections import Counter

from benchmarks.models import outcomes


def test_that_mutated_headers_are_read_or_refused_within_bounds() -> None:
    said = Counter(outcomes(400, seed=7))
    assert sum(said.values()) == 400
    assert said["model_damaged"] > 100 and said["read"] > 10
