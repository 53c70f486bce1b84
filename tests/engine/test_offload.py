"""Layers for a GPU, planned from its free memory, and fewer of them where it fails; with devices made up."""

from __future__ import annotations

import ctypes
from pathlib import Path

import msgspec
import pytest

from desktop.core.dimensions import ModelDimensions
from desktop.core.model import FileFacts
from desktop.core.requests import LoadOptions
from desktop.engine.llama import Library, Model, NativeError, StopFlag
from desktop.engine.offload import RESERVE, Device, devices, plan_layers, share, stepping_down
from desktop.engine.session import Session
from desktop.engine.template import TemplateProcess
from desktop.models import gguf

GB = 1_000_000_000
FACTS = FileFacts(
    path="m.gguf",
    name="Seven",
    architecture="llama",
    parameters=7 * GB,
    quantization="Q4_K_M",
    file_bytes=4 * GB,
    shape=ModelDimensions(
        weight_bytes=4 * GB,
        read_bytes=4 * GB,
        kv_elements=65_536,
        width=4096,
        feed=14_336,
        vocabulary=128_256,
        context_trained=131_072,
        layers=32,
    ),
)


def plan(*free: float, wished: int = -1, context: int = 8192, kv_type: str = "f16") -> int:
    found = [Device(f"gpu{number}", int(size * GB) + RESERVE) for number, size in enumerate(free)]
    return plan_layers(FACTS, wished, context, kv_type, found)


def test_that_layers_are_put_on_devices_as_far_as_their_memory_goes() -> None:
    assert plan() == 0
    assert plan(0.01) == 0
    assert plan(80) == 33, "all, and the output matrix"
    assert plan(3) == 21  # (4 GB - 0.53 GB of rows + 1.07 GB of cache) / 32 = 142 MB each
    assert plan(1.5, 1.5) == 21
    assert plan(4.6) == 32, "the output matrix stays where it is"
    assert plan(3, kv_type="q8_0") > plan(3)
    assert plan(3, context=32_768) < plan(3)


def test_that_a_wish_is_kept_as_far_as_it_goes() -> None:
    assert plan(80, wished=0) == 0
    assert plan(80, wished=7) == 7
    assert plan(80, wished=99) == 33
    assert plan(0.5, wished=30) == 3


def test_that_only_memory_of_their_own_takes_something_off_the_computers() -> None:
    own, shared = Device("own", 80 * GB), Device("shared", 80 * GB, shared=True)
    assert share(FACTS, 33, [own]) == 1.0
    assert share(FACTS, 0, [own]) == 0.0
    assert 0.4 < share(FACTS, 16, [own]) < 0.6
    assert share(FACTS, 33, [shared]) == 0.0
    assert share(FACTS, 33, []) == 0.0


def test_that_fewer_layers_are_tried_until_it_works() -> None:
    tried: list[int] = []

    def attempt(layers: int) -> int:
        tried.append(layers)
        if layers > 9:
            raise NativeError("out of device memory")
        return layers

    assert stepping_down(33, attempt, (NativeError,)) == 9
    assert tried == [33, 22, 14, 9]


def test_that_the_processor_is_the_last_try_and_its_failure_counts() -> None:
    tried: list[int] = []

    def attempt(layers: int) -> int:
        tried.append(layers)
        raise NativeError(f"no {layers}")

    with pytest.raises(NativeError, match="no 0"):
        stepping_down(6, attempt, (NativeError,))
    assert tried == [6, 4, 0]

    def stopped(layers: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stepping_down(6, stopped, (NativeError,))


def test_that_a_library_that_can_not_be_asked_has_no_devices() -> None:
    assert devices(ctypes.CDLL(None)) == []


class _Pretending(Library):
    """A library that says it has a GPU, although there is none."""

    def has_gpu(self) -> bool:
        return True


class _Failing(Model):
    """A model that can't be loaded with any layer on a device."""

    tried: list[int] = []

    def __init__(self, library: Library, path: str, *, gpu_layers: int = -1, **others: object) -> None:
        self.tried.append(gpu_layers)
        if gpu_layers:
            raise NativeError("out of device memory")
        super().__init__(library, path, gpu_layers=0, **others)  # type: ignore[arg-type]


def test_that_a_model_is_loaded_on_the_processor_when_the_device_fails(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.engine.session.Model", _Failing)
    _Failing.tried.clear()
    templates = TemplateProcess()
    facts = gguf.inspect(tiny_model)
    facts = msgspec.structs.replace(facts, shape=msgspec.structs.replace(facts.shape, layers=8))
    try:
        session = Session(
            _Pretending(), templates, StopFlag(), LoadOptions(threads=1, context=512), facts, lambda _: None
        )
        assert _Failing.tried == [9, 6, 4, 0]
        assert session.info.gpu_layers == 0
        session.close()
    finally:
        templates.close()
