"""How much memory a model takes, and the largest context that fits beside it."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.core import machine
from desktop.core.errors import SamarError
from desktop.core.model import FileFacts
from desktop.engine.protocol import LoadOptions

MIN_CONTEXT = 512
_CONTEXT_STEP = 256
BYTES_PER_ELEMENT = {"f32": 4.0, "f16": 2.0, "bf16": 2.0, "q8_0": 34 / 32, "q5_0": 22 / 32, "q4_0": 18 / 32}


@dataclass(frozen=True, slots=True)
class Plan:
    """The context that fits, the memory it takes in bytes, and what bounded it."""

    context: int
    needed: int
    limit: str


def plan_memory(facts: FileFacts, options: LoadOptions, free: int) -> Plan:
    """The largest context up to the wished one that fits into `free` bytes beside the weights.

    Raises SamarError not_enough_memory when not even MIN_CONTEXT fits.
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
        raise SamarError(
            "not_enough_memory", name=facts.name, needed=machine.readable(needed), free=machine.readable(free)
        )
    if fitting < context:
        context, limit = max(smallest, fitting // _CONTEXT_STEP * _CONTEXT_STEP), "memory"
    return Plan(context, int(base + per_token * context), limit)
