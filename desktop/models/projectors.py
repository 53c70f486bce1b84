"""Projectors: the files with which a model sees images."""

from __future__ import annotations

import re
from pathlib import Path

from desktop.core.errors import SamarError
from desktop.models.gguf import read_header

_TYPE = re.compile(r"[-_.](i?q[0-9]\w*|f16|f32|bf16|ud|[0-9]{5}-of-[0-9]{5})(?=[-_.]|$)")


def check_projector(path: Path, model: str) -> None:
    """Raise SamarError unless `path` is a projector for images. model: the name of the model it is for."""
    header = read_header(path)
    if (
        header.architecture != "clip"
        or not header.tensors
        or header.metadata.get("clip.has_vision_encoder") is not True
    ):
        raise SamarError("projector_unfit", projector=path.name, name=model)


def projector_beside(model: Path) -> Path | None:
    """The projector in the model's folder that is named after it, or the only one where the folder holds one model."""
    try:
        files = sorted(model.parent.glob("*.gguf"))
    except OSError:
        return None
    found = [path for path in files if path.name.lower().startswith("mmproj")]
    named = [path for path in found if _bare(model) and _bare(model) in path.name.lower()]
    if named:
        return named[0]
    others = {_bare(path) for path in files if path not in found}
    return found[0] if len(found) == 1 and len(others) == 1 else None


def _bare(path: Path) -> str:
    """A file's name without its type and part."""
    return _TYPE.sub("", path.stem.lower())
