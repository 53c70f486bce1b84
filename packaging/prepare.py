"""Prepare a checkout: a private .venv with pinned dependencies and the built engine library.

    python3 packaging/prepare.py [--dev]

Standard library only, and readable by Python 3.8, so that an old interpreter gets a sentence and no traceback.
Running it again when nothing changed takes a few milliseconds. Used by the Makefile; on Windows and macOS it is
called by hand (README).
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)

# Qt's window needs these; each is on every desktop but not on a bare machine. Debian, Fedora and Arch names.
WINDOW_LIBRARIES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd"),
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb"),
}
MANAGERS = (  # program, position in the tuples above, its words for "install"
    ("apt-get", 0, ["apt-get", "install", "-y", "--no-install-recommends"]),
    ("dnf", 1, ["dnf", "install", "-y"]),
    ("pacman", 2, ["pacman", "-S", "--noconfirm", "--needed"]),
)
ENGINE_FLAGS = "-U__AMX_INT8__ -U__AVX512FP16__"
"""For the engine's compiler. llama.cpp's code for Intel's AMX ends with an illegal instruction where GCC 12 compiled it: the
compiler drops the tile configuration (llama.cpp pull request 26954). Only server processors have AMX, and Sapphire Rapids is
no faster for it (ollama pull request 9203). With AVX512-FP16, also of server processors only, ggml reckons attention heads of fewer
than 128 numbers one by one (GGML_F16_STEP): behind 1,500 tokens a model with heads of 64 wrote 1.6 times as fast without it."""
NINJA_STEP = re.compile(r"\[(\d+)/(\d+)\]")


class SetupError(Exception):
    """One sentence for the person."""


def say(text: str) -> None:
    print(text, flush=True)


def find_python() -> str:
    """An interpreter that is new enough: the one that runs this, else the newest on the PATH."""
    if sys.version_info[:2] >= OLDEST:
        return sys.executable
    for minor in range(14, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", "pass"], capture_output=True, check=False).returncode == 0:
            return found
    raise SetupError(
        f"Samar needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}. Install it (Debian, "
        "Ubuntu: sudo apt install python3.11 python3.11-venv) and run the same command again."
    )


def install_packages(packages: list[str], what: str) -> bool:
    """Install system packages without asking for a password. False when that isn't possible."""
    for program, _, words in MANAGERS:
        if shutil.which(program) is None:
            continue
        may = hasattr(os, "geteuid") and os.geteuid() == 0
        sudo: list[str] = []
        if not may and shutil.which("sudo"):
            sudo = ["sudo", "-n"]
            may = subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode == 0
        if not may:
            return False
        say(f"Installing {what}: {' '.join(packages)}")
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        if program == "apt-get":
            subprocess.run([*sudo, "apt-get", "update", "-qq"], env=environment, check=False)
        return subprocess.run([*sudo, *words, *packages], env=environment, check=False).returncode == 0
    return False


def install_command(names: list[tuple[str, str, str]]) -> str:
    """The exact command for this system's package manager."""
    for program, position, words in MANAGERS:
        if shutil.which(program):
            return " ".join(["sudo", *words, *sorted({name[position] for name in names})])
    return "your system's package manager, for: " + " ".join(sorted({name[0] for name in names}))


def require(names: list[tuple[str, str, str]], what: str, missing) -> None:  # type: ignore[no-untyped-def]
    """Install what is missing when possible, else name the command."""
    if not missing():
        return
    position = next((p for program, p, _ in MANAGERS if shutil.which(program)), 0)
    if install_packages(sorted({name[position] for name in names}), what) and not missing():
        return
    raise SetupError(f"Missing {what}. Install with: {install_command(names)}\nthen run the same command again.")


def check_compiler() -> None:
    if sys.platform == "win32":
        return  # CMake finds Visual Studio by itself and says so when it can't
    require(
        [("g++", "gcc-c++", "gcc")],
        "a C++ compiler",
        lambda: not any(shutil.which(name) for name in ("c++", "g++", "clang++")),
    )


def missing_libraries() -> list[str]:
    found = []
    for name in WINDOW_LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            found.append(name)
    return found


def check_window_libraries() -> None:
    if not sys.platform.startswith("linux"):
        return
    names = [WINDOW_LIBRARIES[name] for name in missing_libraries()]
    if names:
        require(names, "system libraries for the window", missing_libraries)


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def make_venv(python: str) -> None:
    if venv_python().exists():
        known = subprocess.run(
            [str(venv_python()), "-c", "import sys; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if known.returncode == 0 and tuple(map(int, known.stdout.split())) >= OLDEST:
            return
        shutil.rmtree(VENV)  # its interpreter went away or is too old
    say("Making a private environment in .venv")
    made = subprocess.run([python, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    own = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    version = (own if python == sys.executable else Path(python).name) + "-venv"
    if "ensurepip" in made.stdout + made.stderr and shutil.which("apt-get"):
        if install_packages([version], "Python's venv module"):
            subprocess.run([python, "-m", "venv", str(VENV)], check=True)
            return
        raise SetupError(f"Missing Python's venv module. Install with: sudo apt-get install -y {version}")
    raise SetupError("Could not make .venv: " + (made.stderr or made.stdout).strip().splitlines()[-1])


class Progress:
    """One line that shows how far the build is; a line per tenth where there is no terminal."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.shown = -1
        self.terminal = sys.stdout.isatty()

    def step(self, done: int, total: int) -> None:
        percent = 100 * done // max(total, 1)
        minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
        if self.terminal:
            bar = "█" * (percent // 4)
            sys.stdout.write(f"\r  building the engine library  {bar:<25} {percent:3d} %  {minutes}:{seconds:02d} ")
            sys.stdout.flush()
        elif percent // 10 > self.shown // 10 or self.shown < 0:
            say(f"  building the engine library: {percent} % after {minutes}:{seconds:02d}")
        self.shown = percent

    def end(self) -> None:
        if self.terminal and self.shown >= 0:
            print()


def compiler_flags() -> dict[str, str]:
    """CFLAGS and CXXFLAGS for building the engine: the person's own, and ours."""
    if sys.platform == "win32":
        return {}
    return {name: (os.environ.get(name, "") + " " + ENGINE_FLAGS).strip() for name in ("CFLAGS", "CXXFLAGS")}


def pip(arguments: list[str], log: Path) -> None:
    """Run pip; keep everything that it says in a log, show only what a person wants to know."""
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    environment = dict(os.environ, PYTHONUNBUFFERED="1", PIP_PROGRESS_BAR="off", **compiler_flags())
    progress = Progress()
    with log.open("a", encoding="utf-8") as kept:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            cwd=ROOT,
        )
        assert process.stdout is not None
        for line in process.stdout:
            kept.write(line)
            step = NINJA_STEP.search(line)
            if step:
                progress.step(int(step.group(1)), int(step.group(2)))
            elif progress.terminal and progress.shown < 0 and line.lstrip().startswith(("Collecting", "Downloading")):
                sys.stdout.write("\r\033[K  " + line.strip().split(" (from")[0][:100])
                sys.stdout.flush()
        status = process.wait()
        if progress.terminal and progress.shown < 0:
            sys.stdout.write("\r\033[K")
        progress.end()
    if status != 0:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        raise SetupError("\n".join([*tail, "", f"Installing failed (the whole log: {log.relative_to(ROOT)})."]))


def fingerprint(*parts: Path) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.name.encode() + b"\0" + part.read_bytes())
    return digest.hexdigest()


def stamped(name: str, wanted: str) -> bool:
    try:
        return (VENV / name).read_text() == wanted
    except OSError:
        return False


def prepare(dev: bool) -> None:
    pins = ROOT / "requirements" / ("dev.txt" if dev else "run.txt")
    build = ROOT / "requirements" / "build.txt"
    project = ROOT / "pyproject.toml"
    translations = sorted((ROOT / "assets" / "i18n").glob("*.ts"))
    wanted = fingerprint(pins, build, project)
    usable = venv_python().exists()
    # the development pins contain the running ones
    done = usable and (
        stamped("samar-dev", wanted) if dev else stamped("samar-run", wanted) or dev_done(build, project)
    )
    if not done:
        check_compiler()
        check_window_libraries()
        make_venv(find_python())
        log = VENV / "setup.log"
        say("Installing what Samar needs (the engine library is compiled once, about four minutes on two cores)")
        pip(["install", "--require-hashes", "-r", str(build)], log)
        pip(["install", "-v", "--require-hashes", "--no-build-isolation", "-r", str(pins)], log)
        pip(["install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)], log)
        (VENV / ("samar-dev" if dev else "samar-run")).write_text(wanted)
        say("Ready.")
    words = fingerprint(*translations) if translations else ""
    compiled = all(path.with_suffix(".qm").exists() for path in translations)
    if translations and not (compiled and stamped("samar-words", words)):
        subprocess.run([str(venv_python()), "-m", "desktop.ui.i18n", "compile"], cwd=ROOT, check=True)
        (VENV / "samar-words").write_text(words)


def dev_done(build: Path, project: Path) -> bool:
    return stamped("samar-dev", fingerprint(ROOT / "requirements" / "dev.txt", build, project))


def main() -> int:
    parser = argparse.ArgumentParser(description="Prepare this checkout of Samar.")
    parser.add_argument("--dev", action="store_true", help="with what the tests and checks need")
    arguments = parser.parse_args()
    try:
        prepare(arguments.dev)
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
