"""Replies that don't end by themselves, for what is stopped or killed in the middle of one."""

from __future__ import annotations

from pathlib import Path

from desktop.core.generation import GenerationParams
from desktop.core.requests import LoadOptions
from tests.fakes.tiny_gguf import write_tiny

ENDLESS_CONTEXT = 200_000
ENDLESS = GenerationParams(seed=1, logit_bias=tuple((token, -1000.0) for token in (256, 257, 258)))
"""For a model of `write_endless`: never its control tokens, which stand behind the 256 bytes."""
ENDLESS_OPTIONS = LoadOptions(threads=1, context=ENDLESS_CONTEXT)


def write_endless(path: Path) -> Path:
    """A tiny model with room for 200,000 tokens: its reply to ENDLESS is under way at any moment that a test chooses,
    however fast the computer is. Loaded with ENDLESS_CONTEXT."""
    return write_tiny(path, context=ENDLESS_CONTEXT)
