"""Which files one engine process may read.

It gives up all others before it opens its first model, and for good. So a model in another file needs another process; but an
adapter that is chosen later is put, as a link or a copy, into a folder that it may read.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

import msgspec

from desktop.core.model import Adapter
from desktop.engine.protocol import Load

_Identity = tuple[str, int, int]
"""Path, device, inode: a file that was replaced is another one to the kernel."""
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")
_PREFIX = "samar-engine-"


class Grants:
    """What one process was granted. base: where its folder is made; None: among the temporary files."""

    def __init__(self, base: Path | None) -> None:
        self._base = base
        self._files: frozenset[_Identity] | None = None
        """None: no model was loaded yet."""
        self._folder: Path | None = None
        self._placed: dict[_Identity, str] = {}

    @property
    def fresh(self) -> bool:
        return self._files is None

    def first(self, load: Load) -> Load:
        """The first load of a process, with all that it may read from then on."""
        files = [path for file in (load.facts.path, load.options.draft) if file for path in parts(Path(file))]
        files += [Path(load.options.projector)] if load.options.projector else []
        adapters = [Path(adapter.path) for adapter in load.options.adapters]
        self._files = frozenset(map(_identity, (*files, *adapters)))
        with contextlib.suppress(OSError):  # without it an adapter that comes later needs another process
            if self._base is not None:
                self._base.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._base))
            _clean(self._folder.parent)
        folder = [str(self._folder)] if self._folder is not None else []
        return msgspec.structs.replace(load, readable=(*map(str, files), *folder))

    def later(self, load: Load) -> Load | None:
        """A load that the process can do with what it was granted; None: it takes another process."""
        assert self._files is not None
        files = [path for file in (load.facts.path, load.options.draft) if file for path in parts(Path(file))]
        files += [Path(load.options.projector)] if load.options.projector else []
        if not self._files.issuperset(map(_identity, files)):
            return None
        try:
            adapters = tuple(self._place(adapter) for adapter in load.options.adapters)
        except OSError:
            return None
        return msgspec.structs.replace(load, options=msgspec.structs.replace(load.options, adapters=adapters))

    def _place(self, adapter: Adapter) -> Adapter:
        """`adapter` where the process may read it. Raises OSError."""
        assert self._files is not None
        identity = _identity(Path(adapter.path))
        if identity in self._files:
            return adapter
        if identity not in self._placed:
            if self._folder is None:
                raise FileNotFoundError(adapter.path)
            source = Path(adapter.path).resolve(strict=True)
            place = self._folder / str(len(self._placed)) / Path(adapter.path).name
            place.parent.mkdir()
            try:
                os.link(source, place)
            except OSError:  # another disk, or a file of somebody else
                shutil.copy2(source, place)
            self._placed[identity] = str(place)
        return msgspec.structs.replace(adapter, path=self._placed[identity])

    def close(self) -> None:
        """The process is gone."""
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def parts(path: Path) -> list[Path]:
    """All files of a model whose first one is `path`."""
    found = _PART.search(path.name)
    if found is None:
        return [path]
    stem = path.name[: found.start()]
    return [path.with_name(f"{stem}-{i:05d}-of-{found[2]}.gguf") for i in range(1, min(int(found[2]), 1000) + 1)]


def _identity(path: Path) -> _Identity:
    try:
        facts = path.stat()
    except OSError:  # reading it will say what is wrong
        return str(path), 0, 0
    return str(path), facts.st_dev, facts.st_ino


def _clean(base: Path) -> None:
    """Remove what a Samar that was killed has left in `base`."""
    for folder in base.glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not _runs(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: int) -> bool:
    import psutil

    return bool(psutil.pid_exists(pid))
