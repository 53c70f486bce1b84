"""What is on this disk: models by their content, wherever they lie and whatever they are called.

One JSON file, library.json, replaced atomically under a lock, so that two Samars share it. It remembers what files were
found to be, so that looking again costs a stat for each of them.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock

from desktop.core import private_files
from desktop.core.errors import SamarError
from desktop.core.files import is_file, is_folder, read_text_regular, shown
from desktop.core.paths import Paths, starter_model
from desktop.models import discovery, gguf
from desktop.models.discovery import Found, Origin, Place
from desktop.models.entry import Entry, entry_of, gone, rank, sha256_of
from desktop.models.files import write_atomically
from desktop.models.settings import ModelSettings, is_model_id
from desktop.models.trash import move_to_trash

log = logging.getLogger(__name__)

VERSION = 5
CHECKPOINT_FILES = ("config.json", "model.safetensors", "model.safetensors.index.json")


class _Remembered(msgspec.Struct, kw_only=True, omit_defaults=True):
    """library.json"""

    version: int = 1
    """2: shapes have heads and layers; 3: what is wrong with a file; 4: figures are bounded, projectors are told by their
    headers. A lower one: every file is read anew when it is next looked at."""
    folders: list[str] = []
    """That the person added."""
    files: list[str] = []
    """Single files that the person opened or dropped."""
    hidden: list[str] = []
    """Ids that the person took off the list."""
    settings: dict[str, ModelSettings] = {}
    entries: list[Entry] = []


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """What removing an entry would do."""

    deletes: bool
    """False: it is only taken off the list."""
    frees: int
    """Bytes; 0 when the file stays, or has another name elsewhere on the disk."""


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that the person added."""

    path: Path
    there: bool
    """False: it was taken away, or is on a disk that is not plugged in."""
    models: int
    """That were found below it when last looked."""


class Library:
    """The list. Every method may be called from any thread; what they return is immutable."""

    def __init__(self, paths: Paths, places: Callable[[], list[Place]] = discovery.here) -> None:
        self.path = paths.library
        self.models = paths.models
        self._places = places
        self._lock = threading.RLock()
        self._known: _Remembered | None = None
        self.problem: SamarError | None = None
        """What is wrong with the file: it was set aside, or can't be read now."""

    # ---- the list

    def entries(self) -> list[Entry]:
        """All that were there when last looked, by name."""
        with self._lock:
            known = self._read()
            shown = [entry for entry in known.entries if entry.id not in known.hidden]
        return sorted(shown, key=lambda entry: (entry.name.casefold(), entry.file_bytes))

    def find(self, name: str, *, only: bool = False) -> Entry:
        """The entry of an id (or its beginning, from 6 letters), a path, a name or a file's name; of several the first one by
        name. Raises SamarError model_unknown, with `only` model_ambiguous when there are several."""
        wanted = name.casefold()
        entries = self.entries()
        tests: list[Callable[[Entry], bool]] = [
            lambda e: e.id == wanted or e.path == name,
            lambda e: Path(e.path) == Path(name).expanduser().absolute(),
            lambda e: wanted in (e.name.casefold(), Path(e.path).name.casefold(), Path(e.path).stem.casefold()),
            lambda e: len(wanted) >= 6 and e.id.startswith(wanted),
        ]
        for test in tests:
            found = [entry for entry in entries if test(entry)]
            if only and len(found) > 1:
                ids = ", ".join(entry.id[:8] for entry in found)
                raise SamarError("model_ambiguous", count=len(found), name=name, ids=ids)
            if found:
                return found[0]
        raise SamarError("model_unknown", name=name)

    def entry_at(self, path: Path) -> Entry:
        """The entry of a file, whether it is on the list or not. Raises SamarError as gguf.inspect does."""
        known = {(entry.path, entry.stamps): entry for entry in self.entries()}
        first = gguf.part_paths(path)[0]
        origin = next((entry.origin for entry in known.values() if entry.path == str(first)), Origin.FILE)
        gguf.inspect(first)
        entry = entry_of(Found(path=first, origin=origin), known)
        if entry is None:
            raise SamarError("model_missing", name=path.name)
        return entry

    def folders(self) -> list[Folder]:
        """Those that the person added, in the order of adding."""
        with self._lock:
            known = self._read()
            entries = [Path(entry.path) for entry in known.entries if entry.id not in known.hidden]
        found = []
        for folder in map(Path, known.folders):
            inside = sum(folder in path.parents for path in entries)
            found.append(Folder(path=folder, there=is_folder(folder), models=inside))
        return found

    def settings(self, model_id: str) -> ModelSettings:
        with self._lock:
            return self._read().settings.get(model_id, ModelSettings()).checked()

    def set_settings(self, model_id: str, settings: ModelSettings) -> None:
        """Raises SamarError library_unwritable."""
        with self._changing() as known:
            if (settings := settings.checked()) == ModelSettings():
                known.settings.pop(model_id, None)
            else:
                known.settings[model_id] = settings

    # ---- looking

    def refresh(self, stopped: Callable[[], bool] = lambda: False) -> list[Entry]:
        """Look into every place anew; returns the list. Files that did not change are not read again. Raises SamarError
        library_unwritable."""
        with self._lock:
            before = self._read()
            known = {(entry.path, entry.stamps): entry for entry in before.entries if entry.problem != "model_missing"}
            files, folders = list(before.files), list(before.folders)
        found: dict[str, Entry] = {}
        paths: set[str] = set()
        for one in self._candidates(files, folders, stopped):
            if stopped():
                return self.entries()
            if str(one.path) in paths:
                continue
            paths.add(str(one.path))
            entry = entry_of(one, known)
            if entry and (entry.id not in found or rank(entry) < rank(found[entry.id])):
                found[entry.id] = entry
        for entry in before.entries:
            if entry.path in files and entry.path not in {one.path for one in found.values()} and entry.id not in found:
                found[entry.id] = gone(entry)
        with self._changing() as now:
            old = {entry.id: entry for entry in now.entries}
            seen_before = {entry.id for entry in before.entries}
            kept = [e for e in now.entries if e.id not in found and e.id not in seen_before]  # came meanwhile
            now.entries = [_with_memory(entry, old.get(entry.id)) for entry in found.values()] + kept
        return self.entries()

    def _candidates(self, files: list[str], folders: list[str], stopped: Callable[[], bool]) -> Iterator[Found]:
        yield Found(path=starter_model(), origin=Origin.BUNDLED)
        yield from discovery.find(Place(Origin.SAMAR, self.models), stopped)
        for place in self._places():
            yield from discovery.find(place, stopped)
        for folder in folders:
            yield from discovery.find(Place(Origin.FOLDER, Path(folder)), stopped)
        for name in files:
            yield Found(path=Path(name), origin=Origin.FILE)

    # ---- adding

    def add(self, path: Path) -> list[Entry]:
        """Take what the person dropped: a file, or a folder with everything in it. Nothing is copied.

        Raises SamarError as gguf.inspect does, checkpoint_found for a folder to be converted, nothing_to_import.
        """
        path = path.expanduser().absolute()
        if shown(path) != str(path):
            raise SamarError("name_not_text", name=shown(path.name))
        if is_folder(path):
            return self._add_folder(path)
        gguf.inspect(path)
        first = gguf.part_paths(path)[0]
        entry = entry_of(Found(path=first, origin=Origin.FILE), {})
        if entry is None:
            raise SamarError("model_missing", name=path.name)
        with self._changing() as known:
            there = next((e for e in known.entries if e.id == entry.id and is_file(e.path)), None)
            if there is None or there.path == entry.path:
                known.entries = [e for e in known.entries if e.id != entry.id]
                known.entries.append(entry if there is None else there)
            if str(first) not in known.files and not (there and there.path == str(first)):
                known.files.append(str(first))
            known.hidden = [hidden for hidden in known.hidden if hidden != entry.id]
        return [self.find(entry.id)]

    def remember(self, path: Path) -> bool:
        """Put a file that was opened on the list, where it is not there yet; also one that can't be used. Whether the list
        has changed. One that the person took off the list comes back. Raises SamarError library_unwritable."""
        path = path.expanduser().absolute()
        if shown(path) != str(path):
            return False
        try:
            first = gguf.part_paths(path)[0]
        except SamarError:
            first = path
        known = self._read()
        entry = next((entry for entry in known.entries if entry.path == str(first)), None)
        if entry is not None and entry.id not in known.hidden:
            return False
        entry = entry_of(Found(path=first, origin=Origin.FILE), {})
        if entry is None:
            return False
        with self._changing() as now:
            if not any(other.id == entry.id for other in now.entries):
                now.entries.append(entry)
                now.files.append(str(first))
            now.hidden = [hidden for hidden in now.hidden if hidden != entry.id]
        return True

    def _add_folder(self, folder: Path) -> list[Entry]:
        inside = list(discovery.gguf_files(folder))
        if not inside:
            if any(is_file(folder / name) for name in CHECKPOINT_FILES):
                raise SamarError("checkpoint_found", name=folder)
            raise SamarError("nothing_to_import", name=folder.name)
        with self._changing() as known:
            if str(folder) not in known.folders:
                known.folders.append(str(folder))
        listed = {str(path) for path in inside}
        entries = self.refresh()
        mine = [entry for entry in entries if entry.path in listed]
        if any(entry.id in self._read().hidden for entry in self._read().entries if entry.path in listed):
            with self._changing() as known:
                back = {entry.id for entry in known.entries if entry.path in listed}
                known.hidden = [hidden for hidden in known.hidden if hidden not in back]
            mine = [entry for entry in self.entries() if entry.path in listed]
        return mine

    def forget_folder(self, folder: Path) -> None:
        """Look there no more. Its files stay. Raises SamarError library_unwritable."""
        with self._changing() as known:
            known.folders = [name for name in known.folders if Path(name) != folder]
            known.entries = [
                entry
                for entry in known.entries
                if entry.origin is not Origin.FOLDER or folder not in Path(entry.path).parents
            ]

    def add_downloaded(self, first: Path, *, repo: str, sha256: tuple[str, ...], licence: str = "") -> Entry:
        """Take a file that was downloaded into `models` and verified. Raises SamarError as gguf.inspect does."""
        gguf.inspect(first)
        entry = entry_of(Found(path=first, origin=Origin.SAMAR, repo=repo), {})
        if entry is None:
            raise SamarError("model_missing", name=first.name)
        entry = msgspec.structs.replace(entry, sha256=sha256, licence=entry.licence or licence)
        with self._changing() as known:
            known.entries = [e for e in known.entries if e.id != entry.id] + [entry]
            known.hidden = [hidden for hidden in known.hidden if hidden != entry.id]
        return entry

    # ---- removing

    def removal(self, entry: Entry) -> Removal:
        """What `remove` would do."""
        if not entry.is_ours:
            return Removal(deletes=False, frees=0)
        frees = 0
        for path in self._to_delete(entry):
            with contextlib.suppress(OSError):
                info = path.stat()
                frees += info.st_size if info.st_nlink == 1 else 0
        return Removal(deletes=True, frees=frees)

    def remove(self, entry: Entry, delete: Callable[[Path], None] = move_to_trash) -> Removal:
        """Take a model off the list; what Samar downloaded goes to the bin. Raises SamarError model_undeletable."""
        done = self.removal(entry)
        if done.deletes:
            try:
                for path in self._to_delete(entry):
                    delete(path)
                with contextlib.suppress(OSError):
                    Path(entry.path).parent.rmdir()  # where it was the last one of its repository
            except OSError as problem:
                raise SamarError("model_undeletable", name=entry.name, reason=problem.strerror or problem) from problem
        with self._changing() as known:
            known.entries = [e for e in known.entries if e.id != entry.id]
            known.files = [name for name in known.files if name != entry.path]
            if not done.deletes and entry.id not in known.hidden:
                known.hidden.append(entry.id)
        return done

    def _to_delete(self, entry: Entry) -> list[Path]:
        """The files of an entry of ours: inside our folder and nowhere else, whatever the list says."""
        inside = self.models.resolve()
        files = []
        with contextlib.suppress(SamarError):
            files = [path for path in entry.files() if is_file(path)]
        needed = {name for other in self.entries() if other.id != entry.id for name in other.companions}
        files += [Path(name) for name in entry.companions if name not in needed and is_file(name)]
        return [path for path in files if inside in path.resolve().parents]

    # ---- verifying

    def verify(
        self,
        entry: Entry,
        progress: Callable[[int, int], None] = lambda done, whole: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Read the whole model: header by header, then byte by byte against the promised SHA-256. True: the checksum is
        right; False: nobody promised one, and the headers are right. Raises SamarError as gguf.inspect does, and
        checksum_wrong."""
        gguf.inspect(Path(entry.path))
        if not entry.sha256:
            return False
        done = 0
        for path, promised in zip(entry.files(), entry.sha256, strict=False):

            def step(count: int) -> None:
                nonlocal done
                done += count
                progress(done, entry.file_bytes)

            digest = sha256_of(path, step, stopped)
            if stopped():
                return False
            if digest != promised:
                raise SamarError("checksum_wrong", name=path.name)
        return True

    # ---- the file

    def _read(self) -> _Remembered:
        if self._known is None:
            try:
                self._known = self._load()
            except OSError as problem:  # a share that sleeps, a file that another program holds: asked again next time
                log.warning("the library can't be read now: %s", problem)
                self.problem = SamarError("library_unread", reason=problem.strerror or problem)
                return _Remembered(version=VERSION)
        return self._known

    def _load(self) -> _Remembered:
        """Raises OSError when the file is there and can't be read: it must not be replaced then."""
        try:
            raw = read_text_regular(self.path)
        except FileNotFoundError:
            return _Remembered(version=VERSION)
        try:
            known = msgspec.json.decode(raw, type=_Remembered)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            from desktop.core.damaged_json import partly_read  # here only: few files are damaged

            log.warning("the library can't be read: %s", problem)
            aside = self.path.with_name(f"library-damaged-{self._stamp()}.json")
            partly = partly_read(raw, _Remembered, is_model_id)[0]
            with contextlib.suppress(OSError):
                if partly is None:
                    self.path.replace(aside)
                else:
                    write_atomically(aside, raw)
            self.problem = SamarError("library_damaged" if partly is None else "library_partly_read", aside=aside.name)
            known = partly or _Remembered(version=VERSION)
        if known.version < VERSION:
            known.entries = [msgspec.structs.replace(entry, stamps=()) for entry in known.entries]
            known.version = VERSION
        return known

    def _stamp(self) -> str:
        """When the file was last changed: what is kept of it gets the same name however often it is read."""
        with contextlib.suppress(OSError, OverflowError, ValueError):
            return time.strftime("%Y%m%d-%H%M%S", time.localtime(self.path.stat().st_mtime))
        return time.strftime("%Y%m%d-%H%M%S")

    @contextmanager
    def _changing(self) -> Iterator[_Remembered]:
        """Read anew, change, write; no other Samar comes between."""
        with self._lock:
            try:
                private_files.make_folder(self.path.parent)
                with FileLock(f"{self.path}.lock", timeout=10, mode=private_files.FILE):
                    known = self._load()
                    yield known
                    write_atomically(self.path, msgspec.json.encode(known))
                    self._known = known
            except OSError as problem:
                raise SamarError(
                    "library_unwritable", reason=problem.strerror or problem, folder=self.path.parent
                ) from problem


def _with_memory(entry: Entry, old: Entry | None) -> Entry:
    """What was known of the same content under another name or in another place."""
    if old is None:
        return entry
    return msgspec.structs.replace(
        entry,
        repo=entry.repo or old.repo,
        licence=entry.licence or old.licence,
        sha256=entry.sha256 or old.sha256,
        added_at=old.added_at,
    )
