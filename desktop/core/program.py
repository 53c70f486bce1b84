"""This program as the system sees it: how it starts itself again, from a checkout and frozen, in its several roles."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """What a process of Samar is for; the first argument of the frozen program, which is all of them in one."""

    ENGINE = "engine-child"
    TEMPLATE = "template-child"
    PARSER = "parser-child"
    CONVERTER = "convert"


_MODULES = {
    Role.ENGINE: "desktop.engine.child",
    Role.TEMPLATE: "desktop.engine.template_child",
    Role.PARSER: "desktop.parser_child",
}
"""The others go through the program's entry, which knows how the converter is confined."""


_NEEDED = frozenset({
    "PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TZDIR", "TMPDIR", "TMP", "TEMP", "LOCPATH", "VIRTUAL_ENV", "GLIBC_TUNABLES",
    "LD_LIBRARY_PATH", "LD_LIBRARY_PATH_ORIG", "LD_PRELOAD", "TERM", "COLUMNS", "NO_COLOR", "XDG_CACHE_HOME",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA",
    "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "COMMONPROGRAMFILES", "NUMBER_OF_PROCESSORS", "OS",
})  # fmt: skip
_NEEDED_BEGINNINGS = (
    "LC_", "PYTHON", "_PYI_", "_MEIPASS", "DYLD_", "XDG_DATA_", "XDG_CONFIG_", "MALLOC_", "PROCESSOR_", "COVERAGE_",
    "OMP_", "GOMP_", "KMP_", "GGML_", "LLAMA_", "OPENBLAS_", "MKL_", "BLIS_",
    "VK_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_", "HSA_", "AMD_", "RADV_", "ANV_", "MESA_", "GALLIUM_", "LIBGL_", "DRI_",
    "LP_", "LVP_", "ZE_", "SYCL_", "ONEAPI_", "INTEL_", "GPU_", "MTL_", "METAL_", "OCL_", "OPENCL_", "ZES_",
)  # fmt: skip
"""What an interpreter, its libraries and drivers of graphics cards look up."""


def is_frozen() -> bool:
    """Whether this is an installed program (PyInstaller) and no checkout."""
    return bool(getattr(sys, "frozen", False))


def folder() -> Path:
    """Where the frozen program lies, or the checkout."""
    return Path(sys.executable).resolve().parent if is_frozen() else Path(__file__).resolve().parents[2]


def stamp() -> tuple[int, int, int] | None:
    """What tells the frozen program's file from another one in its place, as an upgrade puts there; None for a checkout
    and where the file can't be seen."""
    if not is_frozen():
        return None
    try:
        facts = Path(sys.executable).stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def child_command(role: Role, *arguments: str) -> list[str]:
    """The command that starts a process in `role`; the frozen program starts itself."""
    if is_frozen():
        return [sys.executable, role.value, *arguments]
    if role in _MODULES:
        return [sys.executable, "-P", "-m", _MODULES[role], *arguments]
    return [sys.executable, "-P", "-m", "desktop", role.value, *arguments]


def child_environment(extra: Mapping[str, str] | None = None, *, network: bool = False) -> dict[str, str]:
    """Environment of a child: what it needs of this one, with our packages importable from wherever they were imported here.

    Tokens, passwords and addresses of the person's other programs stay out. network: all of it, for a child that asks the
    Hub, with its proxies and tokens.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if network or name in _NEEDED or name.startswith(_NEEDED_BEGINNINGS)
    }
    if not is_frozen():
        rest = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = str(folder()) + os.pathsep + rest if rest else str(folder())
    elif sys.platform.startswith("linux"):
        # the launcher knows that it was started by itself and leaves this to its parent, who has mended it away
        inside, rest = str(getattr(sys, "_MEIPASS", folder())), environment.get("LD_LIBRARY_PATH", "")
        if inside not in rest.split(os.pathsep):
            environment["LD_LIBRARY_PATH"] = inside + os.pathsep + rest if rest else inside
    environment["PYTHONUNBUFFERED"] = "1"
    environment["GGML_NO_BACKTRACE"] = "1"  # an abort must not start a debugger
    environment.update(extra or {})
    return environment


def mend_environment(environment: MutableMapping[str, str]) -> None:
    """Undo what the frozen program's launcher did to the environment for itself.

    It points LD_LIBRARY_PATH at the libraries that we carry. The loader has read it; a browser or a file manager that
    Samar opens must get the person's own.
    """
    if not is_frozen() or not sys.platform.startswith("linux"):
        return
    before = environment.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is None:
        environment.pop("LD_LIBRARY_PATH", None)
    else:
        environment["LD_LIBRARY_PATH"] = before
