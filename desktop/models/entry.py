"""One model on this disk, as the library keeps it: what a file was found to be, by its content."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from desktop.core.dimensions import ModelDimensions
from desktop.core.errors import SamarError, technical
from desktop.core.files import open_regular, shown
from desktop.models import gguf
from desktop.models.discovery import Found, Origin
from desktop.models.projectors import companions_beside

log = logging.getLogger(__name__)

NO_SHAPE = ModelDimensions(weight_bytes=0, read_bytes=0, kv_elements=0, width=0, feed=0)
"""Of a file that can't be used."""
_SAMPLES, _SAMPLE_BYTES = 16, 65_536
_PIECE = 1 << 20


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model on this disk."""

    id: str
    """Of its content: the same after moving and renaming, and in every Samar."""
    name: str
    path: str
    """The file to open; of a model in parts the first one."""
    origin: Origin
    file_bytes: int
    """All parts together."""
    parts: int = 1
    architecture: str = ""
    parameters: int = 0
    quantization: str = ""
    repo: str = ""
    licence: str = ""
    sha256: tuple[str, ...] = ()
    """Of each part, where someone promised it; empty: nobody did."""
    companions: tuple[str, ...] = ()
    """Projector and adapter files that belong to it."""
    shape: ModelDimensions
    stamps: tuple[tuple[int, int], ...]
    """(bytes, time of change in ns) of each part when it was read."""
    added_at: float = 0.0
    problem: str = ""
    """Code of a SamarError when the file is there and can't be used; empty: it can."""
    problem_details: dict[str, str] = {}
    is_base: bool = False
    """It was trained to continue text, not to answer."""
    has_template: bool = True
    languages: tuple[str, ...] = ()
    """That its makers name; empty: they name none."""

    @property
    def is_ours(self) -> bool:
        """Whether Samar put it on the disk and so may delete it."""
        return self.origin is Origin.SAMAR

    def files(self) -> list[Path]:
        return gguf.part_paths(Path(self.path)) if self.parts > 1 else [Path(self.path)]


def sha256_of(
    path: Path, step: Callable[[int], None] = lambda count: None, stopped: Callable[[], bool] = lambda: False
) -> str:
    """Hex digest of a file. step: called with the bytes of each piece; stopped: ends early, and what returns is of no use.

    Raises OSError.
    """
    digest = hashlib.sha256()
    with open_regular(path, buffering=0) as file:
        while (piece := file.read(_PIECE)) and not stopped():
            digest.update(piece)
            step(len(piece))
    return digest.hexdigest()


def fingerprint(paths: list[Path]) -> str:
    """An id of the content: sizes, the beginning, and blocks spread over every part. 32 hex digits. Raises OSError.

    A megabyte of each part is read; models of one header and size differ in nearly all of their weights.
    """
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        with open_regular(path, buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            digest.update(size.to_bytes(8, "little"))
            for number in range(_SAMPLES):
                file.seek(max(0, size - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
                digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def rank(entry: Entry) -> tuple[bool, int]:
    """Of two copies the one that is shown: usable, then in the order of Origin."""
    return bool(entry.problem), list(Origin).index(entry.origin)


def entry_of(one: Found, known: dict[tuple[str, tuple[tuple[int, int], ...]], Entry]) -> Entry | None:
    """What a file is; None for what is no model, or no first part of one. A file that can't be used keeps a line on the list
    that says why; whatever happens with one file, nothing is raised, so that it never costs the line of another."""
    try:
        return _entry_of(one, known)
    except OSError as problem:
        if isinstance(problem, FileNotFoundError):
            return None
        return _without_use(one, SamarError("model_unreadable", name=shown(one.path.name), reason=technical(problem)))
    except Exception as problem:  # a bug: the log has it, and the others are listed
        log.exception("a model file could not be looked at")
        return _without_use(one, SamarError("model_unreadable", name=shown(one.path.name), reason=technical(problem)))


def with_problem(entry: Entry, problem: BaseException) -> Entry:
    """The entry of a file that turned out not to be usable."""
    reason = SamarError("model_unreadable", name=entry.name, reason=technical(problem))
    found = problem if isinstance(problem, SamarError) else reason
    return msgspec.structs.replace(entry, problem=found.code, problem_details=found.details)


def gone(entry: Entry) -> Entry:
    """The line of a file that the person opened and that is not there now."""
    problem = SamarError("model_missing", name=Path(entry.path).name)
    return msgspec.structs.replace(entry, problem=problem.code, problem_details=problem.details)


def _without_use(one: Found, problem: SamarError) -> Entry:
    """A line for a file of which nothing could be read."""
    name = shown(one.path)
    return Entry(
        id=hashlib.blake2b(name.encode(), digest_size=16).hexdigest(),
        name=shown(one.name or one.path.stem),
        path=name,
        origin=one.origin,
        file_bytes=0,
        shape=NO_SHAPE,
        stamps=(),
        problem=problem.code,
        problem_details=problem.details,
    )


def _entry_of(one: Found, known: dict[tuple[str, tuple[tuple[int, int], ...]], Entry]) -> Entry | None:
    if gguf.is_later_part(one.path):
        return None
    if shown(one.path) != str(one.path):
        return _without_use(one, SamarError("name_not_text", name=shown(one.path.name)))
    try:
        paths = gguf.part_paths(one.path)
    except SamarError:
        paths = [one.path]
    stamps = tuple((info.st_size, info.st_mtime_ns) for info in (path.stat() for path in paths))
    if entry := known.get((str(one.path), stamps)):
        companions = tuple(str(path) for path in _companions(one))
        same = entry.origin is one.origin and entry.companions == companions
        return entry if same else msgspec.structs.replace(entry, origin=one.origin, companions=companions)
    return _read_entry(one, paths, stamps)


def _read_entry(one: Found, paths: list[Path], stamps: tuple[tuple[int, int], ...]) -> Entry | None:
    entry = Entry(
        id=fingerprint(paths),
        name=shown(one.name or one.path.stem),
        path=str(one.path),
        origin=one.origin,
        parts=len(paths),
        file_bytes=sum(size for size, _ in stamps),
        stamps=stamps,
        repo=shown(one.repo),
        added_at=time.time(),
        sha256=(one.sha256,) if one.sha256 else (),
        shape=NO_SHAPE,
    )
    try:
        facts, headers = gguf.inspected(one.path)
    except SamarError as problem:
        if problem.code in ("model_not_for_chat", "model_missing"):
            return None  # a projector, an adapter, a vocabulary: not a line of its own
        return with_problem(entry, problem)
    return msgspec.structs.replace(
        entry,
        name=entry.name if one.name else facts.name,
        architecture=facts.architecture,
        parameters=facts.parameters,
        quantization=facts.quantization,
        licence=headers[0].text("general.license")[:80],
        companions=tuple(str(path) for path in _companions(one)),
        shape=facts.shape,
        is_base=facts.is_base,
        has_template=facts.has_template,
        languages=facts.languages,
    )


def _companions(one: Found) -> list[Path]:
    """Projector and adapter files that belong to a model: those that its place names, else those beside it."""
    if one.companions or one.origin is Origin.OLLAMA:
        return [path for path in one.companions if shown(path) == str(path)]
    return companions_beside(one.path)
