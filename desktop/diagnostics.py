"""What a report of a problem consists of: readable texts, none of them with a word of a chat. Nothing is ever sent."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from desktop import logs
from desktop.core import sandbox
from desktop.core.errors import SamarError
from desktop.core.files import open_regular
from desktop.core.paths import Paths
from desktop.core.settings import Settings, storage_error

MOST_OF_A_LOG = 200_000
"""Bytes, from the end."""
_PRIVATE = ("system_prompt", "user_name", "window_geometry", "last_model", "known_models", "model_names")
_MODEL_FILE = re.compile(r"(?:(?:[A-Za-z]:\\|/)[^\n]{0,1000}?|[^\s/\\]{1,255})\.gguf", re.IGNORECASE)
"""A path, which may hold blanks, or a name."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the report: its name, and exactly what it would hold."""

    name: str
    text: str


def collect(
    paths: Paths, settings: Settings, about: Mapping[str, str], error: str = "", held: Sequence[str] = ()
) -> list[Part]:
    """Everything that could help, most telling first. error: the details of the error that was on the screen; held: what the
    engine has given up, as it says itself."""
    parts = [Part("error.txt", error)] if error else []
    parts.append(Part("about.txt", lines({**about, **computer(), **confinement(held), **folders(paths)})))
    parts.append(Part("settings.json", harmless(settings)))
    parts += [
        Part(file.name if file.suffix == ".log" else f"{file.name}.log", tail(file)) for file in logs.files(paths.logs)
    ]
    return [Part(part.name, without_names(part.text)) for part in parts if part.text.strip()]


def computer() -> dict[str, str]:
    memory = psutil.virtual_memory()
    return {
        "System": platform.platform(),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "Processor": f"{platform.machine()}, {psutil.cpu_count(logical=False)} cores, {psutil.cpu_count()} threads",
        "Memory": f"{memory.total / 1e9:.1f} GB, {memory.available / 1e9:.1f} GB free",
    }


def confinement(held: Sequence[str]) -> dict[str, str]:
    """What the engine is kept from, and what it is not."""
    if not held and sys.platform.startswith("linux"):
        return {"Engine confinement": f"not known, the engine has not run; Landlock {sandbox.abi() or 'missing'}"}
    lacks = f"; not held: {', '.join(missing)}" if (missing := sandbox.missing(held)) else ""
    return {"Engine confinement": f"{', '.join(held) or 'none'}{lacks}; Landlock {sandbox.abi() or 'missing'}"}


def folders(paths: Paths) -> dict[str, str]:
    """How large things are; not what they hold."""
    found = {}
    for title, file in (("History", paths.history), ("Its log", Path(f"{paths.history}-wal"))):
        found[title] = f"{file.stat().st_size / 1e6:.1f} MB" if file.is_file() else "none"
    found["Backups"] = str(len(list(paths.backups.glob("history-*.sqlite3"))))
    found["Data folder"] = f"{paths.data}, {'writable' if os.access(paths.data, os.W_OK) else 'not writable'}"
    if paths.data.is_dir():
        found["Free on its disk"] = f"{psutil.disk_usage(str(paths.data)).free / 1e9:.1f} GB"
    return found


def harmless(settings: Settings) -> str:
    """The settings without what the person wrote and without the names of models."""
    kept = {name: value for name, value in msgspec.to_builtins(settings).items() if name not in _PRIVATE}
    kept["known_models"] = len(settings.known_models)
    return msgspec.json.format(msgspec.json.encode(kept)).decode() + "\n"


def tail(file: Path) -> str:
    """The end of a log, from the beginning of a line."""
    try:
        with open_regular(file) as opened:
            start = max(opened.seek(0, os.SEEK_END) - MOST_OF_A_LOG, 0)
            opened.seek(start)
            text = opened.read().decode("utf-8", "replace")
    except OSError as problem:
        return f"This file can't be read: {problem.strerror}\n"
    return text.partition("\n")[2] if start else text


def without_names(text: str) -> str:
    """Without the person's name, which is in the path of the home folder, and without the names of model files."""
    home = str(Path.home())
    text = "".join(
        _MODEL_FILE.sub("(a model).gguf", line) if ".gguf" in line.lower() else line
        for line in text.splitlines(keepends=True)
    )
    return text.replace(home, "~") if len(home) > 1 else text


def lines(facts: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\n" for name, value in facts.items())


def write_zip(target: Path, parts: Sequence[Part]) -> None:
    """Write the report in the place of what may be there; no half of one is left. Raises SamarError export_failed …"""
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in parts:
                archive.writestr(one.name, one.text)
        part.replace(target)
    except OSError as problem:
        part.unlink(missing_ok=True)
        found = storage_error(problem, target.parent)
        if found.code == "disk_full":
            raise found from problem
        raise SamarError("export_failed", name=target.name, reason=problem.strerror or problem) from problem
