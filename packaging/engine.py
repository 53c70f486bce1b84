"""The engine library for any machine of a kind: every CPU variant in a file of its own, the best one chosen at run time.

    python packaging/engine.py PYTHON      build the wheel (or find it built) and print its path

A build takes some ten minutes on two cores, so a wheel is kept under build/engine in a folder named after all that decides
what is in it. Standard library only. The options are llama.cpp's (ggml/CMakeLists.txt).
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from pins import pin
from prepare import compiler_flags

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "engine"
NAME = "llama-cpp-python"


def options(system: str = sys.platform, *, vulkan: bool) -> dict[str, str]:
    """CMake options of a build that runs on every machine of this architecture."""
    chosen = {
        "GGML_NATIVE": "OFF",
        "GGML_BACKEND_DL": "ON",
        "GGML_CPU_ALL_VARIANTS": "ON",
        "GGML_VULKAN": "ON" if vulkan else "OFF",
    }
    if system == "darwin":
        chosen |= {"GGML_METAL": "ON", "GGML_METAL_EMBED_LIBRARY": "ON", "CMAKE_OSX_DEPLOYMENT_TARGET": "12.0"}
    if system == "win32":
        chosen["GGML_OPENMP"] = "OFF"  # ggml's own threads need no further runtime library
    return chosen


def has_vulkan() -> bool:
    """Whether this machine can build the Vulkan backend: the shader compiler and both kinds of headers."""
    if shutil.which("glslc") is None:
        return False
    places = [Path(root) / "include" for root in (os.environ.get("VULKAN_SDK", ""), "/usr", "/usr/local") if root]
    # with headers that don't know this extension (1.3.239, Debian 12) the build fails at its end
    cores = [p / "vulkan" / "vulkan_core.h" for p in places]
    return any(core.is_file() and b"VK_EXT_layer_settings" in core.read_bytes() for core in cores) and any(
        (p / "spirv" / "unified1" / "spirv.hpp").exists() for p in places
    )


def key(pinned: str, chosen: dict[str, str]) -> str:
    facts = [pinned, *(f"{name}={value}" for name, value in sorted(chosen.items()))]
    facts += [f"{name}={value}" for name, value in compiler_flags().items()]
    facts += [sys.platform, platform.machine(), *platform.libc_ver()]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def build(python: Path, *, vulkan: bool) -> Path:
    """The wheel; built with the interpreter `python`, which has what requirements/build.txt names.

    Raises subprocess.CalledProcessError; everything that the build said is in build.log beside the wheel.
    """
    pinned, chosen = pin(NAME), options(vulkan=vulkan)
    folder = KEPT / key(pinned, chosen)
    found = sorted(folder.glob("*.whl"))
    if found:
        return found[0]
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "source.txt"
    wanted.write_text(pinned, encoding="utf-8")
    part = folder / "part"
    arguments = " ".join(f"-D{name}={value}" for name, value in chosen.items())
    environment = dict(os.environ, CMAKE_ARGS=arguments, **compiler_flags())
    command = [str(python), "-m", "pip", "wheel", "-v", "--no-deps", "--no-build-isolation", "--require-hashes"]
    # pip's cache knows a wheel by its source alone: one built with these options must not reach a checkout, nor the reverse
    command += ["--no-cache-dir", "--no-binary", NAME, "-w", str(part), "-r", str(wanted)]
    with (folder / "build.log").open("w", encoding="utf-8") as log:
        subprocess.run(command, env=environment, stdout=log, stderr=subprocess.STDOUT, check=True)
    built = next(part.glob("*.whl"))
    wheel = built.rename(folder / built.name)
    part.rmdir()
    return wheel


if __name__ == "__main__":
    print(build(Path(sys.argv[1]), vulkan=has_vulkan()))
