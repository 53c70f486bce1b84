"""How many layers of a model go to a GPU: as many as its free memory holds, and fewer where that turns out too much."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from desktop.core.memory import memory
from desktop.core.model import FileFacts

RESERVE = 512 * 1024 * 1024
"""Bytes of a device left to the screen and to the library's own buffers."""
_GPU, _INTEGRATED = 1, 2  # ggml_backend_dev_type

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Device:
    """One GPU. free: bytes that can be had now."""

    name: str
    free: int
    shared: bool = False
    """Its memory is the computer's own."""


def devices(library: Any) -> list[Device]:
    """The GPUs that the backends know. library: the loaded libllama, through which libggml is asked; [] where it can't be
    asked so (Windows)."""
    if not hasattr(library, "ggml_backend_dev_count"):
        return []
    count, get = library.ggml_backend_dev_count, library.ggml_backend_dev_get
    kind, name, memory = library.ggml_backend_dev_type, library.ggml_backend_dev_name, library.ggml_backend_dev_memory
    count.restype, get.restype, name.restype, memory.restype = ctypes.c_size_t, ctypes.c_void_p, ctypes.c_char_p, None
    get.argtypes, kind.argtypes, name.argtypes = [ctypes.c_size_t], [ctypes.c_void_p], [ctypes.c_void_p]
    memory.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(ctypes.c_size_t)]
    found = []
    for number in range(count()):
        device = get(number)
        if (type_ := kind(device)) in (_GPU, _INTEGRATED):
            free, total = ctypes.c_size_t(0), ctypes.c_size_t(0)
            memory(device, ctypes.byref(free), ctypes.byref(total))
            label = (name(device) or b"").decode("utf-8", "replace")
            found.append(Device(label, int(free.value or total.value), shared=type_ == _INTEGRATED))
    return found


def plan_layers(facts: FileFacts, wished: int, context: int, kv_type: str, found: Sequence[Device]) -> int:
    """Layers to put on `found`: `wished`, -1 for all, or as many as their memory holds beside what each must keep free.

    One more than the model has counts the output matrix. 0 where there is no device, or none has room for one layer.
    """
    if not found or wished == 0:
        return 0
    shape = facts.shape
    layers = max(shape.layers, 1)
    most = asked(facts, wished)
    rows = min(shape.vocabulary * shape.width, shape.weight_bytes)  # a byte for each element, as of Q8_0, is ample
    taken = memory(shape, context, kv_type=kv_type)
    each = (max(shape.weight_bytes - rows, shape.weight_bytes // 2) + taken.kv + taken.state) / layers
    room = sum(max(0, device.free - RESERVE) for device in found)
    fitting = int(room // each) if each else most
    if fitting >= layers:  # the output matrix comes last
        fitting = layers + (room - each * layers >= rows)
    return max(0, min(most, fitting))


def asked(facts: FileFacts, wished: int) -> int:
    """The number of layers that `wished` means, -1 being all of them and the output matrix."""
    return facts.shape.layers + 1 if wished < 0 else min(wished, facts.shape.layers + 1)


def share(facts: FileFacts, layers: int, found: Sequence[Device]) -> float:
    """The part of the weights and the cache that lies on devices with memory of their own, 0 … 1."""
    if not found or any(device.shared for device in found):
        return 0.0
    return min(layers / (facts.shape.layers + 1), 1.0)


def stepping_down(layers: int, attempt: Callable[[int], T], failed: tuple[type[Exception], ...]) -> T:
    """`attempt` with `layers` on the devices, and with fewer and fewer until one succeeds; the last try is the processor
    alone, whose failure is raised."""
    while layers > 0:
        try:
            return attempt(layers)
        except failed:
            layers = layers * 2 // 3 if layers > 4 else 0
    return attempt(0)
