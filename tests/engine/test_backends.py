"""Backends that are files of their own, as in the installed program: found, and found once."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

import pytest

from converter import quantize
from desktop.engine.llama import load_backends


class Function:
    """A function of a shared library, to be given types as ctypes has it."""

    restype: Any = None
    argtypes: Any = None

    def __init__(self, action: Any) -> None:
        self.action = action

    def __call__(self, *arguments: Any) -> Any:
        return self.action(*arguments)


class Built:
    """A libllama with `built_in` backends, which finds one more in each folder of `there`."""

    def __init__(self, built_in: int, there: list[Path]) -> None:
        self.backends = ["built in"] * built_in
        self.asked: list[str] = []
        self.there = [os.fspath(path) for path in there]
        self.ggml_backend_reg_count = Function(lambda: len(self.backends))
        self.ggml_backend_load_all_from_path = Function(self.look)

    def look(self, folder: bytes) -> None:
        self.asked.append(os.fsdecode(folder))
        self.backends += [name for name in self.there if name == self.asked[-1]]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name in ("llama_cpp/lib", "bin"):
        (tmp_path / "مكتبة" / name).mkdir(parents=True)
    return tmp_path / "مكتبة" / "llama_cpp"


def test_that_backends_are_looked_for_until_some_are_found(package: Path) -> None:
    places = (package / "lib", package / "bin", package.parent / "bin")
    library = Built(0, [places[2]])
    load_backends(library, places)
    assert library.asked == [str(places[0]), str(places[2])], "a folder that is not there is not asked"
    assert library.backends == [str(places[2])]
    load_backends(library, places)
    assert len(library.backends) == 1, "once"


def test_that_a_library_with_backends_of_its_own_is_left_alone(package: Path) -> None:
    library = Built(1, [package / "lib"])
    load_backends(library, (package / "lib",))
    quantize._load_backends(library, package)
    assert library.asked == []


def test_that_the_converters_check_finds_them_as_well(package: Path) -> None:
    library = Built(0, [package.parent / "bin"])
    quantize._load_backends(library, package)
    assert library.backends == [str(package.parent / "bin")]
    assert library.ggml_backend_load_all_from_path.argtypes == (ctypes.c_char_p,)


def test_that_the_real_library_has_its_backends_in_the_registry_that_it_uses() -> None:
    import llama_cpp.llama_cpp as bindings

    bindings._lib.ggml_backend_reg_count.restype = ctypes.c_size_t
    package = Path(bindings.__file__).parent
    load_backends(bindings._lib, (package / "lib", package.parent / "bin"))
    assert bindings._lib.ggml_backend_reg_count() >= 1


def test_that_the_engine_is_compiled_without_amx() -> None:
    """Compiled by GCC 12 it ends with an illegal instruction on every processor that has it (packaging/prepare.py)."""
    import llama_cpp.llama_cpp as bindings

    assert b"AMX_INT8" not in bindings.llama_print_system_info()
