"""What is inside the installers and under which licences: a list, the texts, and an SBOM (CycloneDX 1.6, JSON).

    python packaging/licences.py CONTENTS FOLDER      CONTENTS: what app.spec wrote, where each file came from

Runs in the environment that the program was frozen from. Raises SystemExit when something that went in has no licence that
can be named: then nothing is published.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from build import version

ROOT = Path(__file__).resolve().parent.parent
TEXT = re.compile(r"(licen[cs]e|copying|notice|copyright|authors)[^/]*$", re.IGNORECASE)

# What wheels carry beside their own code and say in their licence texts only, or nowhere.
INSIDE = {
    "pyside6-essentials": [("Qt", "LGPL-3.0-only", "https://code.qt.io"), ("ICU", "Unicode-3.0", "https://icu.unicode.org")],
    "numpy": [("OpenBLAS", "BSD-3-Clause", "https://www.openblas.net"), ("GCC runtime", "GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org")],
    "llama-cpp-python": [("llama.cpp", "MIT", "https://github.com/ggml-org/llama.cpp"), ("ggml", "MIT", "https://github.com/ggml-org/ggml")],
    "cryptography": [("OpenSSL", "Apache-2.0", "https://www.openssl.org")],
}  # fmt: skip
NAMED = {
    "OSI Approved :: MIT License": "MIT",
    "OSI Approved :: BSD License": "BSD-3-Clause",
    "OSI Approved :: Apache Software License": "Apache-2.0",
}


@dataclass
class Part:
    """One thing that is inside, with its licence as an SPDX expression where its makers give one."""

    name: str
    version: str
    licence: str
    purl: str = ""
    inside: str = ""
    texts: list[Path] = field(default_factory=list)


def licence_of(distribution: metadata.Distribution) -> str:
    """The licence that a distribution's metadata names: the expression, else a short field, else the classifiers."""
    facts = distribution.metadata
    expression = facts.get("License-Expression") or ""
    short = facts.get("License") or ""
    if expression:
        return expression
    if short and "\n" not in short and len(short) <= 80 and short.lower() != "unknown":
        return short
    kinds = [
        line.removeprefix("License :: ") for line in facts.get_all("Classifier") or [] if line.startswith("License :: ")
    ]
    return " AND ".join(NAMED.get(kind, kind.rsplit(" :: ", 1)[-1]) for kind in kinds)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def owners() -> dict[str, metadata.Distribution]:
    """Each installed file's distribution, by resolved path."""
    found = {}
    for distribution in metadata.distributions():
        for file in distribution.files or ():
            found[str(Path(str(distribution.locate_file(file))).resolve())] = distribution
    return found


def packages(contents: Iterable[dict[str, str]]) -> list[Part]:
    """The parts, by name: Samar itself, Python, distributions, and on Linux the system's libraries that travel along."""
    known = owners()
    used: dict[str, metadata.Distribution] = {}
    system: dict[str, list[str]] = {}
    site = str(Path(sys.prefix).resolve())
    for entry in contents:
        source = str(Path(entry["source"]).resolve()) if entry["source"] not in ("-", "") else ""
        if not source or not Path(source).is_file():
            continue
        owner = known.get(source)
        if owner is not None:
            used[canonical(owner.metadata["Name"])] = owner
        elif source.startswith(
            (str(ROOT / "assets"), str(ROOT / "desktop"), str(ROOT / "converter"), str(ROOT / "build"))
        ) and not source.startswith(site):
            continue
        elif source.startswith(("/usr/lib", "/lib")) and "python" not in source:
            system.setdefault(debian_package(source), []).append(source)
    parts = [Part("Samar", version(), "MIT", texts=[ROOT / "LICENSE"]), python_part()]
    for name, distribution in used.items():
        if name != "samar":
            parts += parts_of(name, distribution)
    parts += [system_part(name, files) for name, files in system.items()]
    return sorted(parts, key=lambda part: (part.name != "Samar", part.name.lower()))


def python_part() -> Part:
    version = ".".join(map(str, sys.version_info[:3]))
    library = Path(json.__file__).resolve().parents[1]
    texts = [path for path in (library / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt") if path.is_file()]
    return Part("Python", version, "PSF-2.0", f"pkg:generic/python@{version}", texts=texts[:1])


def parts_of(name: str, distribution: metadata.Distribution) -> list[Part]:
    version = distribution.version
    texts = [
        Path(str(distribution.locate_file(file)))
        for file in distribution.files or ()
        if ".dist-info/" in str(file) and TEXT.search(str(file))
    ]
    parts = [Part(name, version, licence_of(distribution), f"pkg:pypi/{name}@{version}", texts=texts)]
    parts += [Part(inner, f"in {name} {version}", licence, inside=name) for inner, licence, _ in INSIDE.get(name, ())]
    return parts


def debian_package(file: str) -> str:
    """The system package that a library came from; the library's name where there is no dpkg."""
    for path in (file, file.removeprefix("/usr")):
        asked = (
            subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, check=False)
            if shutil.which("dpkg")
            else None
        )
        if asked is not None and asked.returncode == 0:
            return asked.stdout.split(":")[0]
    return Path(file).name


def system_part(name: str, files: list[str]) -> Part:
    version = ""
    if shutil.which("dpkg-query"):
        asked = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=False
        )
        version = asked.stdout.strip()
    text = Path("/usr/share/doc") / name / "copyright"
    licence = "see the text" if text.is_file() else ""
    return Part(
        name,
        version or "as on the build system",
        licence,
        f"pkg:deb/debian/{name}@{version}" if version else "",
        texts=[text] if text.is_file() else [],
    )


def listing(parts: list[Part]) -> str:
    """The list that a person reads."""
    width = max(len(part.name) for part in parts)
    lines = ["What is inside Samar, and under which licences. The full texts are in the folders beside this file.", ""]
    lines += [f"{part.name:<{width}}  {part.version:<28}  {part.licence}" for part in parts]
    lines += [
        "",
        "Qt and PySide6 are used under the LGPL version 3. They are separate libraries in the folder PySide6 of this program and may",
        "be replaced by changed ones; their source code is at https://download.qt.io and https://code.qt.io.",
        "",
    ]
    return "\n".join(lines)


def sbom(parts: list[Part]) -> dict[str, object]:
    """A CycloneDX 1.6 document (https://cyclonedx.org/docs/1.6/json/); the same parts give the same document."""
    own, others = parts[0], parts[1:]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([(p.name, p.version, p.licence) for p in parts]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "samar",
                "name": "samar",
                "version": own.version,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [component(part) for part in others],
        "dependencies": [{"ref": "samar", "dependsOn": [reference(part) for part in others]}],
    }


def reference(part: Part) -> str:
    return part.purl or f"{part.inside}/{part.name}"


def component(part: Part) -> dict[str, object]:
    known = {"type": "library", "bom-ref": reference(part), "name": part.name, "version": part.version}
    if part.purl:
        known["purl"] = part.purl
    return {**known, "licenses": [{"license": {"name": part.licence}}]}


def write(parts: list[Part], folder: Path) -> None:
    nameless = [part.name for part in parts if not part.licence]
    if nameless:
        raise SystemExit(f"no licence is named for: {', '.join(nameless)}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "LICENCES.txt").write_text(listing(parts), encoding="utf-8", newline="\n")
    (folder / "sbom.cdx.json").write_text(
        json.dumps(sbom(parts), indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )
    for part in parts:
        for number, text in enumerate(part.texts):
            target = folder / part.name / (text.name if part.texts.index(text) == number else f"{number}-{text.name}")
            if target.exists():
                target = target.with_name(f"{number}-{target.name}")
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(text, target)


if __name__ == "__main__":
    write(packages(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), Path(sys.argv[2]))
