"""Projectors: the files with which a model sees images."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from desktop.core.errors import SamarError
from desktop.core.files import shown
from desktop.models.discovery import MOST_ENTRIES
from desktop.models.gguf import Kind, kind_of, read_header
from desktop.models.repository import Likeness, bare, best_projector, likeness

log = logging.getLogger(__name__)


def check_projector(path: Path, model: str) -> None:
    """Raise SamarError unless `path` is a projector for images. model: the name of the model it is for."""
    header = read_header(path)
    if (
        header.architecture != "clip"
        or not header.tensors
        or header.metadata.get("clip.has_vision_encoder") is not True
    ):
        raise SamarError("projector_unfit", projector=shown(path.name), name=model)


def projector_beside(model: Path) -> Path | None:
    """The projector in the model's folder that belongs to it, told by the headers and then by the names; None without one.

    One that is named after another model of the folder is that one's. One that is named after none serves all models of the
    folder when these are one model, or when its header says the same base.
    """
    kinds = _kinds_beside(model)
    return _chosen(model, kinds)


def companions_beside(model: Path) -> list[Path]:
    """The projector in the model's folder that belongs to it, and the adapters that are named as such."""
    kinds = _kinds_beside(model)
    found = _chosen(model, kinds)
    adapters = [path for path, kind in kinds.items() if kind.is_adapter and path.name.lower().startswith("lora-")]
    return ([found] if found else []) + adapters


def _chosen(model: Path, kinds: dict[Path, Kind]) -> Path | None:
    projectors = {path: kind for path, kind in kinds.items() if kind.is_projector}
    if not projectors:
        return None
    models = [path for path, kind in kinds.items() if kind.is_model and path != model]
    mine = kinds.get(model) or Kind()
    alone = {bare(model.name)} == {bare(path.name) for path in [model, *models]}
    fitting: list[tuple[Likeness, Path]] = []
    for path, kind in projectors.items():
        like = likeness(path.name, model.name)
        others = max((likeness(path.name, other.name) for other in models), default=Likeness.NONE)
        same_base = bool(mine.base and mine.base == kind.base)
        if (like is Likeness.NONE and others is Likeness.NONE and (alone or same_base)) or (like and like >= others):
            fitting.append((like, path))
    name = best_projector([(like, path.name, 0) for like, path in fitting])
    return next((path for _, path in fitting if path.name == name), None)


def _kinds_beside(model: Path) -> dict[Path, Kind]:
    """What the GGUF files of the model's folder are, by name. One that can't be read is passed over."""
    kinds: dict[Path, Kind] = {}
    try:
        for number, path in enumerate(sorted(model.parent.iterdir())):
            if number >= MOST_ENTRIES:
                break
            if path.name.lower().endswith(".gguf") and not path.name.startswith(".") and shown(path) == str(path):
                try:
                    info = path.stat()
                    kinds[path] = _kind(path, info.st_size, info.st_mtime_ns)
                except (OSError, SamarError) as problem:
                    log.info("a file beside a model was passed over: %s", type(problem).__name__)
    except OSError as problem:
        log.info("the folder of a model can't be read: %s", problem.strerror)
    return kinds


@lru_cache(maxsize=4096)
def _kind(path: Path, _size: int, _changed: int) -> Kind:
    return kind_of(path)
