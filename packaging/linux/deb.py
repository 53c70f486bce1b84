"""The .deb: the frozen folder in /usr/lib/samar, a link in /usr/bin, and what desktops want.

It needs no scripts of its own: dpkg's triggers of the MIME, desktop and icon caches see to the rest, and removal leaves
nothing. What it depends on is computed by dpkg-shlibdeps from the libraries that our files load and do not carry.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from linux import integration

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
OPTIONAL = ("libqgtk3.so", "readline.", "libmtmd.so")
"""Beginnings of names of what loads only where its desktop or library is, and of libmtmd, which needs what libllama needs and
libllama itself, under a name that no file bears: what these need is no dependency of ours."""

CONTROL = """\
Package: samar
Version: {version}
Architecture: {architecture}
Maintainer: The authors of Samar <samar@localhost>
Installed-Size: {size}
Depends: {depends}
Recommends: fonts-dejavu-core | fonts-noto-core, shared-mime-info, xdg-utils
Suggests: gnome-keyring | kwalletmanager
Section: utils
Priority: optional
Description: chat with language models offline, in Arabic and English
 Samar runs language models on your own computer: no account and no network.
 It comes with a small model of its own, loads GGUF files that are dropped on
 its window, says which models fit this computer, keeps every chat in a local
 history, and turns Hugging Face checkpoints into quantized GGUF files.
"""

CHANGELOG = """\
samar ({version}) unstable; urgency=medium

  * What changed is told in NEWS.gz beside this file.

 -- The authors of Samar <samar@localhost>  {date}
"""

OVERRIDES = """\
# The program carries its own Python, Qt and libraries, so that one package runs on every Debian and Ubuntu of the last years.
samar: embedded-library *
# Qt's and Python's libraries are as their makers built them: numpy's may not be stripped after auditwheel, extension modules
# take their symbols from the interpreter, and PyInstaller's launcher is no position independent executable.
samar: unstripped-binary-or-object *
samar: library-not-linked-against-libc *
samar: shared-library-lacks-prerequisites *
samar: hardening-no-pie *
# Formulas are set in the font that their library measures them with.
samar: duplicate-font-file *
# There is no address to write to before the first release.
samar: bogus-mail-host *
samar: bogus-mail-host-in-debian-changelog *
"""

COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Samar
Comment: What the program carries besides is listed in
 /usr/lib/samar/licences/LICENCES.txt, with the full texts beside it.

Files: *
Copyright: {holder}
License: MIT

License: MIT
{text}
"""


def build(bundle: Path, icons: Path, target: Path, version: str, date: int, revision: str = "") -> Path:
    """Write samar_VERSION_ARCHITECTURE.deb into the folder `target` and return its path. revision: after a dash."""
    full = f"{version}-{revision}" if revision else version
    architecture = ARCHITECTURES[os.uname().machine]
    with tempfile.TemporaryDirectory(dir=bundle.parent) as place:
        tree = Path(place) / "tree"
        program = tree / "usr" / "lib" / "samar"
        shutil.copytree(bundle, program, symlinks=True)
        (tree / "usr" / "bin").mkdir()
        (tree / "usr" / "bin" / "samar").symlink_to("../lib/samar/samar")
        integration.install(tree / "usr" / "share", icons, version, date)
        documents(tree / "usr" / "share" / "doc" / "samar", full, date)
        overrides = tree / "usr" / "share" / "lintian" / "overrides" / "samar"
        overrides.parent.mkdir(parents=True)
        overrides.write_text(OVERRIDES, encoding="utf-8")
        set_modes(tree)
        size = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file() and not file.is_symlink())
        control = CONTROL.format(
            version=full, architecture=architecture, size=-(-size // 1024), depends=dependencies(program, Path(place))
        )
        made = tree / "DEBIAN"
        made.mkdir(mode=0o755)
        (made / "control").write_text(control, encoding="utf-8")
        (made / "md5sums").write_text(sums(tree), encoding="utf-8")
        package = target / f"samar_{full}_{architecture}.deb"
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(package)],
            env=dict(os.environ, SOURCE_DATE_EPOCH=str(date)),
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return package


def documents(folder: Path, version: str, date: int) -> None:
    folder.mkdir(parents=True)
    licence = (integration.ROOT / "LICENSE").read_text(encoding="utf-8").splitlines()
    holder = next(line for line in licence if line.startswith("Copyright")).removeprefix("Copyright (c) ")
    body = licence[licence.index(f"Copyright (c) {holder}") + 2 :]
    text = "\n".join(f" {line}" if line.strip() else " ." for line in body)
    (folder / "copyright").write_text(COPYRIGHT.format(holder=holder, text=text), encoding="utf-8")
    changes = (integration.ROOT / "CHANGELOG.md").read_bytes()
    (folder / "NEWS.gz").write_bytes(gzip.compress(changes, 9, mtime=0))
    day = format_datetime(datetime.fromtimestamp(date, UTC))
    entry = CHANGELOG.format(version=version, date=day).encode()
    name = "changelog.gz" if "-" not in version else "changelog.Debian.gz"
    (folder / name).write_bytes(gzip.compress(entry, 9, mtime=0))


def set_modes(tree: Path) -> None:
    for path in tree.rglob("*"):
        if path.is_symlink():
            continue
        run = path.is_dir() or path == tree / "usr" / "lib" / "samar" / "samar"
        path.chmod(0o755 if run else 0o644)
    tree.chmod(0o755)


def sums(tree: Path) -> str:
    lines = []
    for file in sorted(tree.rglob("*")):
        if file.is_file() and not file.is_symlink() and "DEBIAN" not in file.relative_to(tree).parts[:1]:
            with file.open("rb") as handle:
                digest = hashlib.file_digest(handle, "md5").hexdigest()
            lines.append(f"{digest}  {file.relative_to(tree)}\n")
    return "".join(lines)


def libraries(program: Path) -> list[Path]:
    """Every ELF file of the frozen folder but the optional plugins."""
    found = []
    for file in sorted(program.rglob("*")):
        if file.is_file() and not file.is_symlink() and not file.name.startswith(OPTIONAL):
            with file.open("rb") as handle:
                if handle.read(4) == b"\x7fELF":
                    found.append(file)
    return found


def owners(names: Iterable[str]) -> set[str]:
    """The packages that these libraries come in; we carry our own copy."""
    patterns = [f"*/{name}" for name in names]
    asked = subprocess.run(["dpkg", "-S", *patterns], capture_output=True, text=True, check=False)
    return {line.split(":")[0] for line in asked.stdout.splitlines()}


def dependencies(program: Path, work: Path) -> str:
    """The Depends field: packages of the libraries that are loaded and not carried, as old as our files allow."""
    (work / "debian").mkdir()
    (work / "debian" / "control").write_text("Source: samar\n\nPackage: samar\nArchitecture: any\n", encoding="utf-8")
    files = libraries(program)
    carried = sorted({str(file.parent) for file in files})
    asked = subprocess.run(
        ["dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0"]
        + [f"-l{folder}" for folder in carried]
        + [f"-x{package}" for package in owners(file.name for file in program.glob("_internal/lib*.so*"))]
        + [f"-e{file}" for file in files],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode != 0:
        raise SystemExit(f"dpkg-shlibdeps: {asked.stderr.strip()}")
    return asked.stdout.strip().partition("Depends=")[2]
