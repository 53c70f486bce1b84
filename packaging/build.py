"""Build the installers of this system from a checkout: one folder that runs anywhere, then packages of it.

    python3 packaging/build.py [--bundle-only] [--vulkan auto|on|off]

Linux: a .deb and a portable archive; Windows: an Inno Setup installer and a .zip; macOS: a .dmg. They land in dist/ with
SHA256SUMS, the list of licences and the SBOM. Work lies in build/; what did not change is not made again. Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import engine
import prepare
import programs

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "package"
VENV = WORK / "venv"
BUNDLE = WORK / "bundle" / "samar"
ICONS = WORK / "icons"
DIST = ROOT / "dist"


def version() -> str:
    """The one version, from pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as handle:
        return str(tomllib.load(handle)["project"]["version"])


def source_date() -> int:
    """Seconds since 1970 of what is built, for files that anybody can build again: the last commit's, else the licence's."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    return int(asked.stdout) if asked.stdout.strip() else int((ROOT / "LICENSE").stat().st_mtime)


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def run(*command: str | Path, **options: str) -> None:
    subprocess.run([str(word) for word in command], cwd=ROOT, env=dict(os.environ, **options), check=True)


def check_interpreter() -> None:
    """A frozen program carries the interpreter as a library, which some systems package apart."""
    if sys.platform == "win32" or sysconfig.get_config_var("PYTHONFRAMEWORK"):
        return
    name = sysconfig.get_config_var("INSTSONAME") or ""
    places = [sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("LIBPL"), "/usr/lib/" + str(_multiarch())]
    if ".so" not in name and ".dylib" not in name:
        raise prepare.SetupError(
            f"{sys.executable} was built without its shared library; use one that was built with --enable-shared."
        )
    if not any(place and (Path(place) / name).exists() for place in places):
        raise prepare.SetupError(
            f"{sys.executable} comes without {name}; install it (Debian, Ubuntu: sudo apt install lib{name.split('.so')[0][3:]})."
        )


def _multiarch() -> str:
    return sysconfig.get_config_var("MULTIARCH") or ""


def make_environment(*, vulkan: bool) -> None:
    """An environment of its own with the pinned packages, PyInstaller and the engine for any machine."""
    pins = [ROOT / "requirements" / f"{name}.txt" for name in ("run", "build", "package")]
    wanted = prepare.fingerprint(*pins, ROOT / "pyproject.toml") + str(engine.options(vulkan=vulkan)) + sys.version
    stamp = VENV / "samar-package"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    print("Making an environment for packaging", flush=True)
    run(sys.executable, "-m", "venv", VENV)
    install = [venv_python(), "-m", "pip", "--disable-pip-version-check", "install", "-q", "--require-hashes"]
    others = WORK / "without-engine.txt"
    others.write_text(pins[0].read_text(encoding="utf-8").replace(engine.pin(engine.NAME), ""), encoding="utf-8")
    run(*install, "-r", pins[1])
    run(*install, "-r", others, "-r", pins[2])
    print("The engine for any machine of this kind (built once, about ten minutes on two cores)", flush=True)
    wheel = engine.build(venv_python(), vulkan=vulkan)
    run(
        venv_python(),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "-q",
        "--no-deps",
        "--force-reinstall",
        wheel,
    )
    run(venv_python(), "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", ROOT)
    stamp.write_text(wanted, encoding="utf-8")


def make_bundle() -> None:
    """The folder that runs anywhere, in build/package/bundle."""
    run(venv_python(), "-m", "desktop.ui.i18n", "compile")
    run(venv_python(), ROOT / "packaging" / "icons.py", ICONS, QT_QPA_PLATFORM="offscreen")
    shutil.rmtree(BUNDLE.parent, ignore_errors=True)
    options = [
        "--noconfirm",
        "--log-level",
        "WARN",
        "--distpath",
        str(BUNDLE.parent),
        "--workpath",
        str(WORK / "pyinstaller"),
    ]
    run(
        venv_python(), "-m", "PyInstaller", *options, ROOT / "packaging" / "app.spec",
        SOURCE_DATE_EPOCH=str(source_date()), PYTHONHASHSEED="0",
    )  # fmt: skip
    clean_libraries()
    run(venv_python(), ROOT / "packaging" / "licences.py", WORK / "contents.json", BUNDLE / "licences")


def clean_libraries() -> None:
    """Take out what only the build machine had a use for: symbols for a debugger, which make some libraries three times their
    size, and search paths of its own."""
    if not sys.platform.startswith("linux"):
        return
    from linux import elf

    inside = BUNDLE / "_internal"
    # auditwheel has rewritten the libraries of these, and strip may break what it left
    rewritten = {path.name.removesuffix(".libs") for path in inside.glob("*.libs")}
    for library in (file for file in inside.rglob("*.so*") if not file.is_symlink()):
        if library.relative_to(inside).parts[0].removesuffix(".libs") not in rewritten and shutil.which("strip"):
            run("strip", "--strip-unneeded", library)
        elf.forget_search_paths(library)


def architecture() -> str:
    machine = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)


def package() -> list[Path]:
    """This system's installers, in dist/."""
    name = f"samar-{version()}"
    if sys.platform.startswith("linux"):
        from linux import archive, deb

        return [
            deb.build(BUNDLE, ICONS, DIST, version(), source_date()),
            archive.build(BUNDLE, ICONS, DIST / f"{name}-linux-{architecture()}.tar.xz", version(), source_date()),
        ]
    if sys.platform == "win32":
        script = ROOT / "packaging" / "windows" / "samar.iss"
        run("iscc", "/Q", f"/DVersion={version()}", f"/DBundle={BUNDLE}", f"/DIcons={ICONS}", f"/O{DIST}", script)
        return [DIST / f"{name}-windows-setup.exe", portable_zip(DIST / f"{name}-windows-portable")]
    run(
        "bash",
        ROOT / "packaging" / "macos" / "make_dmg.sh",
        BUNDLE.parent / "Samar.app",
        DIST / f"{name}-macos-{architecture()}.dmg",
    )
    return [DIST / f"{name}-macos-{architecture()}.dmg"]


def portable_zip(target: Path) -> Path:
    return Path(shutil.make_archive(str(target), "zip", BUNDLE.parent, BUNDLE.name))


def write_sums(files: list[Path]) -> Path:
    """SHA256SUMS, as `sha256sum -c` reads it, of the files that were built."""
    lines = []
    for file in sorted(files, key=lambda path: path.name):
        with file.open("rb") as handle:
            lines.append(f"{hashlib.file_digest(handle, 'sha256').hexdigest()}  {file.name}\n")
    sums = files[0].parent / "SHA256SUMS"
    sums.write_text("".join(lines), encoding="utf-8", newline="\n")
    return sums


def report(files: list[Path]) -> None:
    unpacked = sum(f.stat().st_size for f in BUNDLE.rglob("*") if f.is_file() and not f.is_symlink())
    print(f"unpacked  {unpacked / 1e6:8.1f} MB  {BUNDLE.relative_to(ROOT)}")
    for file in files:
        print(f"          {file.stat().st_size / 1e6:8.1f} MB  {file.relative_to(ROOT)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle-only", action="store_true", help="stop before packages are made of the folder")
    parser.add_argument("--vulkan", choices=["auto", "on", "off"], default="auto", help="with the Vulkan backend")
    arguments = parser.parse_args()
    vulkan = arguments.vulkan == "on" or (arguments.vulkan == "auto" and engine.has_vulkan())
    try:
        check_interpreter()
        prepare.check_compiler()
        if sys.platform.startswith("linux") and not arguments.bundle_only:
            programs.need("dpkg-deb", "dpkg-shlibdeps", "strip")
        if sys.platform == "win32" and not arguments.bundle_only and shutil.which("iscc") is None:
            raise prepare.SetupError("Missing Inno Setup (iscc). Install with: choco install innosetup")
        WORK.mkdir(parents=True, exist_ok=True)
        make_environment(vulkan=vulkan and sys.platform != "darwin")
        make_bundle()
        if arguments.bundle_only:
            report([])
            return 0
        shutil.rmtree(DIST, ignore_errors=True)
        DIST.mkdir()
        files = package()
        for name in ("LICENCES.txt", "sbom.cdx.json"):
            files.append(Path(shutil.copy(BUNDLE / "licences" / name, DIST / f"samar-{version()}-{name}")))
        report([*files, write_sums(files)])
    except prepare.SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        print(
            f"{problem.cmd[0]} ended with {problem.returncode}: {' '.join(map(str, problem.cmd[1:4]))} …",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
