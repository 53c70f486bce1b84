"""LoRA adapters on a loaded model: read once, then switched on, off and up without reading weights again."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from desktop.core.errors import SamarError
from desktop.core.model import Adapter, FileFacts
from desktop.engine.context import Context
from desktop.engine.kv_snapshots import fingerprint
from desktop.engine.llama import Model


class Adapters:
    """The adapters of one model. They are freed with it."""

    def __init__(self, model: Model, name: str) -> None:
        self._model, self._name, self.api = model, name, model.api
        self._read: dict[tuple[str, int, int], Any] = {}
        """By path, size and time of the file."""
        self.wanted: tuple[Adapter, ...] = ()
        self._keys: list[tuple[str, int, int]] = []
        self._unwanted: list[Any] = []
        """Read once, and freed as soon as the context lets go of them."""

    def read(self, wanted: Sequence[Adapter]) -> None:
        """Read those that are not read yet, and forget those that are not wanted any more. Raises SamarError
        adapter_unfit or model_missing; nothing is changed then."""
        found: dict[tuple[str, int, int], Any] = {}
        keys = [_key(adapter.path) for adapter in wanted]
        try:
            for adapter, key in zip(wanted, keys, strict=True):
                found[key] = self._read.get(key) or found.get(key) or self._load(adapter.path)
        except SamarError:
            self._free(pointer for key, pointer in found.items() if key not in self._read)
            raise
        unwanted = self._unwanted + [pointer for key, pointer in self._read.items() if key not in found]
        self._read, self.wanted, self._keys, self._unwanted = found, tuple(wanted), keys, unwanted

    def lay_on(self, context: Context) -> None:
        """Switch on what was read, as strong as wanted."""
        scales: dict[tuple[str, int, int], float] = {}
        for adapter, key in zip(self.wanted, self._keys, strict=True):
            scales[key] = scales.get(key, 0.0) + adapter.scale
        pointers = (ctypes.c_void_p * max(len(scales), 1))(
            *(ctypes.cast(self._read[key], ctypes.c_void_p).value for key in scales)
        )
        values = (ctypes.c_float * max(len(scales), 1))(*scales.values())
        kind = ctypes.POINTER(self.api.llama_adapter_lora_p_ctypes)
        result = self.api.llama_set_adapters_lora(context.pointer, ctypes.cast(pointers, kind), len(scales), values)
        if result != 0:
            raise SamarError("engine_failed", reason="the adapters could not be switched on")
        self._free(self._unwanted)
        self._unwanted = []

    @property
    def effect(self) -> tuple[tuple[str, float], ...]:
        """What replies and states of chats depend on: contents and scales of the adapters that have any effect."""
        found = []
        for adapter in self.wanted:
            if adapter.scale:
                with contextlib.suppress(OSError):  # removed since it was read: its path and time still tell it apart
                    found.append((fingerprint(Path(adapter.path)), adapter.scale))
                    continue
                found.append((adapter.path, adapter.scale))
        return tuple(sorted(found))

    def _load(self, path: str) -> Any:
        log = self._model.library.log
        log.clear()
        pointer = self.api.llama_adapter_lora_init(self._model.pointer, os.fsencode(path))
        if not pointer:
            words = self._model.library.last_words().removeprefix("failed to apply lora adapter: ")
            raise SamarError("adapter_unfit", adapter=Path(path).name, name=self._name, reason=words)
        if self.api.llama_adapter_get_alora_n_invocation_tokens(pointer):
            self._free([pointer])
            raise SamarError("adapter_activated", adapter=Path(path).name)
        return pointer

    def _free(self, pointers: Any) -> None:
        for pointer in pointers:
            self.api.llama_adapter_lora_free(pointer)


def with_others(facts: FileFacts, adapters: Sequence[Adapter], draft: FileFacts | None) -> FileFacts:
    """`facts` with what lies beside the model in memory, for the plan: adapters, a draft model and its cache."""
    more, cache = (draft.weight_bytes, draft.kv_elements_per_token) if draft else (0, 0)
    for adapter in adapters:
        with contextlib.suppress(OSError):  # reading it says what is wrong
            more += Path(adapter.path).stat().st_size
    shape = msgspec.structs.replace(
        facts.shape, weight_bytes=facts.weight_bytes + more, kv_elements=facts.shape.kv_elements + cache
    )
    return msgspec.structs.replace(facts, shape=shape)


def without(facts: FileFacts, part: float) -> FileFacts:
    """`facts` less the part of weights and cache, 0 … 1, that lies elsewhere than in the computer's memory."""
    parts = ("weight_bytes", "repeated_bytes", "kv_elements", "window_elements", "state_bytes")
    left = {name: int(getattr(facts.shape, name) * (1 - part)) for name in parts}
    return msgspec.structs.replace(facts, shape=msgspec.structs.replace(facts.shape, **left))


def _key(path: str) -> tuple[str, int, int]:
    try:
        info = Path(path).stat()
    except OSError as problem:
        raise SamarError("model_missing", name=Path(path).name) from problem
    return path, info.st_size, info.st_mtime_ns
