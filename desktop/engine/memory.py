"""How much memory a model takes, and the largest context that fits beside it."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.core import machine
from desktop.core.errors import SamarError
from desktop.core.memory import DEFAULT_CONTEXT, longest, memory
from desktop.core.model import FileFacts
from desktop.core.requests import LoadOptions

MIN_CONTEXT = 512
_ADVISED_CONTEXT = 2048
_BITS = {"Q8_0": 8.5, "Q6_K": 6.6, "Q5_K_M": 5.7, "Q4_K_M": 4.9, "Q3_K_M": 4.0, "Q2_K": 3.2}
"""Bits for each weight of common quantizations, best first; a little over what 7-billion models come to."""


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
    wished = options.context if options.context > 0 else DEFAULT_CONTEXT
    trained = facts.context_trained or wished
    context, limit = (trained, "model") if wished > trained else (wished, "")

    def taken(tokens: int) -> int:
        flash = options.flash_attention != "off"
        return memory(facts.shape, tokens, kv_type=options.kv_type, flash=flash, batch=options.batch).total

    smallest = min(MIN_CONTEXT, context)
    fitting = longest(lambda tokens: taken(tokens) + options.reserve_bytes <= free, context)
    if fitting < smallest and taken(smallest) + options.reserve_bytes > free:
        needed = taken(smallest) + options.reserve_bytes
        figures = {"name": facts.name, "needed": machine.readable(needed), "free": machine.readable(free)}
        beside = taken(min(_ADVISED_CONTEXT, trained)) - facts.weight_bytes + options.reserve_bytes
        if better := _that_fits(facts, free - beside):
            raise SamarError("not_enough_memory_for_this", quantization=better, **figures)
        raise SamarError("not_enough_memory", **figures)
    if fitting < context:
        context, limit = max(smallest, fitting), "memory"
    return Plan(context, taken(context), limit)


def _that_fits(facts: FileFacts, room: int) -> str:
    """The best quantization whose weights take at most `room` bytes and are smaller than the file's; "" for none."""
    sizes = ((name, facts.parameters * bits / 8) for name, bits in _BITS.items())
    return next((name for name, size in sizes if size <= room and size < 0.97 * facts.weight_bytes), "")
