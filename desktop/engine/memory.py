"""How much memory a model takes, and the largest context that fits beside it."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.core import machine
from desktop.core.errors import SamarError
from desktop.core.model import FileFacts
from desktop.engine.protocol import LoadOptions

MIN_CONTEXT = 512
_CONTEXT_STEP = 256
_ADVISED_CONTEXT = 2048
_BITS = {"Q8_0": 8.5, "Q6_K": 6.6, "Q5_K_M": 5.7, "Q4_K_M": 4.9, "Q3_K_M": 4.0, "Q2_K": 3.2}
"""Bits for each weight of common quantizations, best first; a little over what 7-billion models come to."""
BYTES_PER_ELEMENT = {"f32": 4.0, "f16": 2.0, "bf16": 2.0, "q8_0": 34 / 32, "q5_0": 22 / 32, "q4_0": 18 / 32}


@dataclass(frozen=True, slots=True)
class Plan:
    """The context that fits, the memory it takes in bytes, and what bounded it."""

    context: int
    needed: int
    limit: str


def plan_memory(facts: FileFacts, options: LoadOptions, free: int) -> Plan:
    """The largest context up to the wished one that fits into `free` bytes beside the weights.

    Raises SamarError when not even MIN_CONTEXT fits: not_enough_memory_for_this with the best quantization of the same
    model that would, not_enough_memory when none would.
    """
    wished = options.context if options.context > 0 else 8192
    trained = facts.context_trained or wished
    context, limit = (trained, "model") if wished > trained else (wished, "")
    per_token = facts.kv_elements_per_token * BYTES_PER_ELEMENT[options.kv_type]
    # activations of one batch: a few rows of the width, one of the vocabulary; measured within a factor of two
    buffers = options.batch * facts.width * 4 * 10 + facts.vocabulary * 4 * 4 + 32 * 1024 * 1024
    base = facts.weight_bytes + buffers
    room = free - base - options.reserve_bytes
    fitting = int(room // per_token) if per_token else context
    smallest = min(MIN_CONTEXT, context)
    if fitting < smallest:
        needed = int(base + options.reserve_bytes + per_token * smallest)
        figures = {"name": facts.name, "needed": machine.readable(needed), "free": machine.readable(free)}
        beside = buffers + options.reserve_bytes + per_token * min(_ADVISED_CONTEXT, trained)
        if better := _that_fits(facts, int(free - beside)):
            raise SamarError("not_enough_memory_for_this", quantization=better, **figures)
        raise SamarError("not_enough_memory", **figures)
    if fitting < context:
        context, limit = max(smallest, fitting // _CONTEXT_STEP * _CONTEXT_STEP), "memory"
    return Plan(context, int(base + per_token * context), limit)


def _that_fits(facts: FileFacts, room: int) -> str:
    """The best quantization whose weights take at most `room` bytes and are smaller than the file's; "" for none."""
    sizes = ((name, facts.parameters * bits / 8) for name, bits in _BITS.items())
    return next((name for name, size in sizes if size <= room and size < 0.97 * facts.weight_bytes), "")
