"""What memory the library's devices have."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from desktop.core.program import child_environment
from desktop.core.requests import LoadOptions
from desktop.engine.client import EngineClient

CODE = """
from desktop.engine.llama import CPU, GPU, INTEGRATED_GPU, Library
library = Library()
print(library.has_gpu(), library.free_memory_of(CPU), library.free_memory_of(GPU, INTEGRATED_GPU), library.free_memory_of(99))
"""


@pytest.mark.engine
def test_that_devices_tell_their_free_memory() -> None:
    """The processor is a device like the others, and its memory can be checked here."""
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=child_environment(), capture_output=True, text=True, check=True, timeout=60
    )
    gpu, processor, graphics, none = done.stdout.split()
    assert 0 < int(processor) <= psutil.virtual_memory().total and int(none) == 0
    assert (int(graphics) > 0) is (gpu == "True")


@pytest.mark.engine
def test_that_the_engine_says_what_its_gpus_have(make_engine: Callable[..., EngineClient], tiny_model: Path) -> None:
    engine = make_engine()
    assert engine.gpu_free == 0
    info = engine.load(tiny_model, LoadOptions(threads=1))
    assert info is not None and (engine.gpu_free > 0) is (info.gpu_layers != 0)
