"""Prepare llama.cpp's own converter and programs, the peers that Samar is measured against.

    python -m benchmarks.peers [convert] [build] [vulkan]      prints the folder that holds src/, venv/ and build/bin/

They come from the source distribution of the pinned llama-cpp-python, so both sides are the same version. `convert` makes
an environment for the converter (torch and transformers: only here, never a part of Samar), `build` compiles llama-bench,
llama-server, llama-quantize and llama-perplexity (about six minutes on two cores), `vulkan` the Vulkan backend alone, which
tests.engine.vulkan adds to the engine (longer; Debian from 13 on: glslc libvulkan-dev spirv-headers). Everything lies in the user's cache folder,
or in $SAMAR_PEERS.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parents[1]
# what this llama.cpp's own requirements ask for
CONVERTER_NEEDS = [
    "transformers==4.57.6",
    "mistral-common==1.8.3",
    "sentencepiece<0.3",
    "protobuf>=4.21",
    "numpy<3",
    "safetensors",
    "pyyaml",
    "tqdm",
]
TORCH = "torch==2.13.0"
FLAGS = "-U__AMX_INT8__ -U__AVX512FP16__"
"""As Samar's own engine is compiled (packaging/prepare.py says why)."""
PROGRAMS = ("llama-bench", "llama-server", "llama-quantize", "llama-perplexity")


def pinned_version() -> str:
    pins = (ROOT / "requirements" / "run.txt").read_text()
    found = re.search(r"^llama-cpp-python==(\S+)", pins, re.MULTILINE)
    if found is None:
        raise SystemExit("requirements/run.txt pins no llama-cpp-python")
    return found[1]


def folder() -> Path:
    """Where the peers of this version lie."""
    base = os.environ.get("SAMAR_PEERS")
    return (Path(base) if base else Path(platformdirs.user_cache_dir("samar-peers"))) / pinned_version()


def run(*command: str | Path) -> None:
    flags = {name: (os.environ.get(name, "") + " " + FLAGS).strip() for name in ("CFLAGS", "CXXFLAGS")}
    subprocess.run([str(word) for word in command], check=True, env=os.environ | flags)


def fetch(home: Path) -> Path:
    """llama.cpp's source; downloaded once."""
    source = home / "src" / "vendor" / "llama.cpp"
    if (source / "convert_hf_to_gguf.py").is_file():
        return source
    with tempfile.TemporaryDirectory() as place:
        wanted = f"llama-cpp-python=={pinned_version()}"
        run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", place, wanted)
        archive = next(Path(place).glob("*.tar.gz"))
        with tarfile.open(archive) as packed:
            packed.extractall(place, filter="data")
        unpacked = next(path for path in Path(place).iterdir() if path.is_dir())
        home.mkdir(parents=True, exist_ok=True)
        shutil.move(str(unpacked), home / "src")
    return source


def prepare_converter(home: Path) -> None:
    python = home / "venv" / "bin" / "python"
    if not python.exists():
        run(sys.executable, "-m", "venv", home / "venv")
        run(python, "-m", "pip", "install", "-q", TORCH)
        run(python, "-m", "pip", "install", "-q", *CONVERTER_NEEDS)


def own_cmake() -> Path | str:
    """CMake of the development environment, else the system's."""
    own = Path(sys.executable).parent / "cmake"
    return own if own.exists() else "cmake"


def build(home: Path, source: Path) -> None:
    made = home / "build"
    if all((made / "bin" / name).exists() for name in PROGRAMS):
        return
    options = ["LLAMA_CURL=OFF", "LLAMA_OPENSSL=OFF", "LLAMA_BUILD_TESTS=OFF", "LLAMA_BUILD_EXAMPLES=OFF"]
    cmake = own_cmake()
    run(cmake, "-S", source, "-B", made, "-DCMAKE_BUILD_TYPE=Release", *(f"-D{option}" for option in options))
    run(cmake, "--build", made, "-j", str(os.cpu_count() or 1), "--target", *PROGRAMS)


def build_vulkan(home: Path, source: Path) -> None:
    made = home / "vulkan"
    if any(made.glob("bin/*ggml-vulkan*")):
        return
    options = ["GGML_VULKAN=ON", "GGML_BACKEND_DL=ON", "GGML_NATIVE=OFF", "LLAMA_BUILD_COMMON=OFF", "LLAMA_CURL=OFF"]
    cmake = own_cmake()
    run(cmake, "-S", source, "-B", made, "-DCMAKE_BUILD_TYPE=Release", *(f"-D{option}" for option in options))
    run(cmake, "--build", made, "-j", str(os.cpu_count() or 1), "--target", "ggml-vulkan")


def main() -> int:
    home = folder()
    wanted = set(sys.argv[1:]) or {"convert", "build"}
    if unknown := wanted - {"convert", "build", "vulkan"}:
        print(f"unknown: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    source = fetch(home)
    if "convert" in wanted:
        prepare_converter(home)
    if "build" in wanted:
        build(home, source)
    if "vulkan" in wanted:
        build_vulkan(home, source)
    print(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
