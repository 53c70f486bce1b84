"""Where other programs keep their models, so that nothing is downloaded or stored twice. Files are only read.

Places and layouts, as the programs have them (2026): Hugging Face cache (models--owner--name/snapshots), LM Studio
(owner/name/file), Ollama (manifests that name blobs), GPT4All, Jan, llama.cpp's download cache.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from itertools import islice
from pathlib import Path

import msgspec

from desktop.core.files import is_file, read_regular

log = logging.getLogger(__name__)

MOST_DEPTH = 6
MOST_ENTRIES = 50_000
"""Names looked at below one folder: a folder that holds a whole disk ends here and not never."""
_MANIFEST_BYTES = 1 << 20
_MODEL_LAYER = "application/vnd.ollama.image.model"
_PROJECTOR_LAYER = "application/vnd.ollama.image.projector"
_ADAPTER_LAYER = "application/vnd.ollama.image.adapter"


class Origin(StrEnum):
    """Whose file it is."""

    BUNDLED = "bundled"
    SAMAR = "samar"  # downloaded or converted by Samar: the only ones that it deletes
    FILE = "file"  # opened or dropped by the person
    FOLDER = "folder"  # in a folder that the person added
    HUGGING_FACE = "hugging_face"
    LM_STUDIO = "lm_studio"
    OLLAMA = "ollama"
    GPT4ALL = "gpt4all"
    JAN = "jan"
    LLAMA_CPP = "llama_cpp"


class Place(msgspec.Struct, frozen=True):
    """A folder to look into."""

    origin: Origin
    folder: Path


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A file that may be a model; its header has not been read yet."""

    path: Path
    origin: Origin
    name: str = ""
    """What the other program calls it, where the file's own name says nothing."""
    repo: str = ""
    sha256: str = ""
    """Where the place promises it."""
    companions: tuple[Path, ...] = ()
    """Projectors and adapters that the place puts beside it."""


def places(environment: Mapping[str, str], home: Path, platform: str = sys.platform) -> list[Place]:
    """Where models of other programs are, whether the folders exist or not."""
    if platform == "darwin":
        data = [home / "Library" / "Application Support"]
        caches = home / "Library" / "Caches"
    elif platform == "win32":
        data = [Path(environment.get(key) or home / "AppData" / key[0]) for key in ("LOCALAPPDATA", "APPDATA")]
        caches = data[0]
    else:
        data = [Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")]
        caches = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    cache = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    hub_home = Path(environment.get("HF_HOME") or cache / "huggingface")
    found = [Place(Origin.HUGGING_FACE, Path(environment.get("HF_HUB_CACHE") or hub_home / "hub"))]
    studio = [home / ".lmstudio", home / ".cache" / "lm-studio"]
    with contextlib.suppress(OSError, ValueError):
        pointer = read_regular(home / ".lmstudio-home-pointer", 4096).decode("utf-8-sig").strip()
        if pointer and "\0" not in pointer:
            studio.insert(0, Path(pointer))
    found += [Place(Origin.LM_STUDIO, folder / "models") for folder in studio]
    if given := environment.get("OLLAMA_MODELS"):
        found.append(Place(Origin.OLLAMA, Path(given)))
    else:
        found += [Place(Origin.OLLAMA, p) for p in (home / ".ollama/models", Path("/usr/share/ollama/.ollama/models"))]
    for folder in data:
        found.append(Place(Origin.GPT4ALL, folder / "nomic.ai" / "GPT4All"))
        found += [Place(Origin.JAN, folder / "Jan" / "data" / part) for part in ("llamacpp/models", "models")]
    found.append(Place(Origin.JAN, home / "jan" / "models"))
    found.append(Place(Origin.LLAMA_CPP, Path(environment.get("LLAMA_CACHE") or caches / "llama.cpp")))
    return list(dict.fromkeys(found))


def here() -> list[Place]:
    """The places of this computer."""
    return places(os.environ, Path.home())


def find(place: Place, stopped: Callable[[], bool] = lambda: False) -> Iterator[Found]:
    """What lies in a place. What can't be read is passed over: it belongs to others."""
    if place.origin is Origin.OLLAMA:
        yield from _ollama(place.folder)
        return
    seen: set[tuple[int, int]] = set()
    for path in gguf_files(place.folder, stopped):
        if place.origin is Origin.HUGGING_FACE:
            blob = _identity(path)
            if blob in seen or blob is None:
                continue
            seen.add(blob)
        yield _described(place, path)


def _described(place: Place, path: Path) -> Found:
    parts = path.relative_to(place.folder).parts
    if place.origin is Origin.HUGGING_FACE and parts[0].startswith("models--"):
        digest = path.resolve().name
        whole = len(digest) == 64 and all(letter in "0123456789abcdef" for letter in digest)
        repo = parts[0].removeprefix("models--").replace("--", "/")
        return Found(path=path, origin=place.origin, repo=repo, sha256=digest if whole else "")
    if place.origin is Origin.LM_STUDIO and len(parts) == 3:
        return Found(path=path, origin=place.origin, repo=f"{parts[0]}/{parts[1]}")
    if place.origin is Origin.JAN and path.name == "model.gguf":
        return Found(path=path, origin=place.origin, name=path.parent.name)
    return Found(path=path, origin=place.origin)


def gguf_files(folder: Path, stopped: Callable[[], bool] = lambda: False) -> Iterator[Path]:
    """The .gguf files below a folder, by name: at most MOST_DEPTH deep, without what begins with a dot, each folder once
    however many links lead to it. Downloads that are not whole yet have other endings everywhere."""
    left = MOST_ENTRIES
    seen: set[tuple[int, int] | None] = {_identity(folder)}
    waiting = [(folder, 0)]
    while waiting and not stopped():
        at, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(at), key=lambda entry: entry.name)
        except OSError:
            continue
        below: list[tuple[Path, int]] = []
        for entry in entries:
            left -= 1
            if left < 0:
                return
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_dir():
                    identity = _identity(Path(entry.path))
                    if depth < MOST_DEPTH and identity not in seen:
                        seen.add(identity)
                        below.append((Path(entry.path), depth + 1))
                elif entry.name.lower().endswith(".gguf") and entry.is_file():
                    yield Path(entry.path)
            except OSError:
                continue
        waiting += reversed(below)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        info = path.stat()
    except OSError:
        return None
    return info.st_dev, info.st_ino


def _ollama(folder: Path) -> Iterator[Found]:
    """Models by their manifests: manifests/host/owner/model/tag names blobs/sha256-…"""
    root = folder / "manifests"
    seen: set[str] = set()
    for path in islice(sorted(root.glob("*/*/*/*")), MOST_ENTRIES):
        layers = _layers(path)
        models = [digest for kind, digest in layers if kind == _MODEL_LAYER]
        if len(models) != 1 or models[0] in seen:
            continue
        blob = folder / "blobs" / f"sha256-{models[0]}"
        if not is_file(blob):
            continue
        seen.add(models[0])
        host, owner, model, tag = path.relative_to(root).parts
        name = model if owner == "library" else f"{owner}/{model}"
        beside = (folder / "blobs" / f"sha256-{d}" for kind, d in layers if kind in (_PROJECTOR_LAYER, _ADAPTER_LAYER))
        yield Found(
            path=blob,
            origin=Origin.OLLAMA,
            name=name if tag == "latest" else f"{name}:{tag}",
            repo=f"{owner}/{model}" if host == "hf.co" else "",
            sha256=models[0],
            companions=tuple(p for p in beside if is_file(p)),
        )


def _layers(path: Path) -> list[tuple[str, str]]:
    """(kind, digest) of a manifest's layers; none of a file that is no manifest."""
    try:
        manifest = json.loads(read_regular(path, _MANIFEST_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return []
    layers = manifest.get("layers") if isinstance(manifest, dict) else None
    found: list[tuple[str, str]] = []
    for layer in layers if isinstance(layers, list) else []:
        kind, digest = (layer.get(key) if isinstance(layer, dict) else None for key in ("mediaType", "digest"))
        if isinstance(kind, str) and isinstance(digest, str) and _is_digest(digest):
            found.append((kind.split(";")[0].strip(), digest.removeprefix("sha256:")))
    return found


def _is_digest(text: str) -> bool:
    """A digest and nothing else: it becomes part of a path."""
    value = text.removeprefix("sha256:")
    return text.startswith("sha256:") and len(value) == 64 and all(letter in "0123456789abcdef" for letter in value)
