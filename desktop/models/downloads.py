"""Getting a model whole: a queue on the disk, partial files that survive everything, and checks before a file is one.

A file lies under models/.partial until all parts of its model are there with the right length, the right SHA-256 and a
header that can be trusted; then they are renamed into their place, the first part last. One lock for each download
keeps two Samars apart. Nothing is ever written to a file that the library knows.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from desktop.core import private_files
from desktop.core.errors import SamarError, technical
from desktop.core.files import open_regular, read_text_regular
from desktop.core.machine import readable
from desktop.models import gguf
from desktop.models.entry import Entry, sha256_of
from desktop.models.files import write_atomically
from desktop.models.hub import Hub, Stopped, Transfer, disk_error
from desktop.models.library import Library
from desktop.models.repository import HubChoice, HubFile, HubRepository

log = logging.getLogger(__name__)

MOST_REFUSALS, LONGEST_WAIT = 6, 3600
"""How often in a row, and how many seconds at most, a Hub that asks to wait is waited for."""
SPARE = 64 * 1024 * 1024
"""Bytes that a download leaves free on the disk."""


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"  # by the person, or because Samar ended meanwhile
    WAITING = "waiting"  # the Hub asked to; it goes on by itself
    FAILED = "failed"


class Download(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model that is being fetched, or waits for it."""

    id: str
    repo: str
    commit: str
    quantization: str
    files: tuple[HubFile, ...]
    extras: tuple[HubFile, ...] = ()
    """Files that belong to the model: its projector for images."""
    licence: str = ""
    state: State = State.QUEUED
    resumes_at: float = 0.0
    """Unix time, while it is waiting."""
    refusals: int = 0
    """How often in a row the Hub asked to wait, without a byte between."""
    held: int = 0
    """Bytes that are on the disk."""
    error_code: str = ""
    error_details: dict[str, str] = {}

    @property
    def size(self) -> int:
        return sum(file.size for file in self.all_files)

    @property
    def all_files(self) -> tuple[HubFile, ...]:
        return (*self.files, *self.extras)

    @property
    def name(self) -> str:
        return Path(self.files[0].name).name

    @property
    def error(self) -> SamarError | None:
        return SamarError(self.error_code, **self.error_details) if self.error_code else None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a running download is."""

    id: str
    held: int
    size: int
    checking: bool = False
    """The bytes are there and are being verified."""


class _Stored(msgspec.Struct, kw_only=True):
    """downloads.json"""

    version: int = 1
    downloads: list[Download] = []


class DownloadQueue:
    """The queue and its files. Methods may be called from any thread; `run` is called by one worker at a time."""

    def __init__(self, hub: Hub, library: Library) -> None:
        self.hub, self.library = hub, library
        self.path = library.path.with_name("downloads.json")
        self.partial = library.models / ".partial"
        self._lock = threading.RLock()
        self._known: list[Download] = []
        """As last read."""

    # ---- the queue

    def downloads(self) -> list[Download]:
        """In the order of asking. What another run left running is paused."""
        with self._lock:
            try:
                found = self._known = self._load().downloads
            except OSError as problem:
                log.warning("the queue of downloads can't be read now: %s", technical(problem))
                found = self._known
        return [
            msgspec.structs.replace(one, held=self._held(one)) if one.state is not State.RUNNING else one
            for one in found
        ]

    def recover(self) -> list[Download]:
        """At start: what was running when Samar ended is paused, with all that came. Raises SamarError."""
        with self._changing() as stored:
            stored.downloads = [
                msgspec.structs.replace(one, state=State.PAUSED)
                if one.state in (State.RUNNING, State.WAITING) and not self._is_running_elsewhere(one)
                else one
                for one in stored.downloads
            ]
        return self.downloads()

    def add(self, repository: HubRepository, choice: HubChoice, extras: tuple[HubFile, ...] = ()) -> Download:
        """Queue a model with what belongs to it; asked for twice it is there once.

        Raises SamarError download_no_space, download_unwritable.
        """
        key = "\0".join((repository.repo, *(f"{file.name}\0{file.sha256 or file.blob}" for file in choice.files)))
        one = Download(
            id=hashlib.blake2b(key.encode(), digest_size=8).hexdigest(),
            repo=repository.repo,
            commit=repository.commit,
            quantization=choice.quantization,
            files=choice.files,
            extras=extras,
            licence=repository.licence,
        )
        try:
            one = msgspec.json.decode(msgspec.json.encode(one), type=Download)
        except (msgspec.DecodeError, OverflowError, TypeError) as problem:  # it would make the whole queue unreadable
            raise SamarError("hub_odd", host=self.hub.host, name=repository.repo) from problem
        self._check_space(one)
        with self._changing() as stored:
            there = next((other for other in stored.downloads if other.id == one.id), None)
            if there is None:
                stored.downloads.append(one)
                return one
            if there.state is not State.RUNNING:
                extras = one.extras or there.extras
                fresh = {"error_code": "", "error_details": {}, "refusals": 0}
                self._put(stored, msgspec.structs.replace(there, state=State.QUEUED, extras=extras, **fresh))
            return self._get(stored, one.id)

    def set_state(self, download_id: str, state: State, problem: SamarError | None = None) -> Download:
        """Raises SamarError model_unknown when it is not in the queue (any more)."""
        with self._changing() as stored:
            one = self._get(stored, download_id)
            changed = msgspec.structs.replace(
                one,
                state=state,
                held=self._held(one),
                refusals=0 if state is State.QUEUED else one.refusals,
                error_code=problem.code if problem else "",
                error_details=problem.details if problem else {},
            )
            self._put(stored, changed)
        return changed

    def refused(self, download_id: str, problem: SamarError) -> Download:
        """The Hub asked to wait: wait as long as it says, a bounded number of times; then it has failed. Raises SamarError
        model_unknown."""
        wait = int(problem.details.get("wait", "60"))
        with self._changing() as stored:
            one = self._get(stored, download_id)
            held = self._held(one)
            refusals = 1 if held > one.held else one.refusals + 1
            if wait <= LONGEST_WAIT and refusals <= MOST_REFUSALS:
                changed = msgspec.structs.replace(
                    one, state=State.WAITING, held=held, refusals=refusals, resumes_at=time.time() + wait
                )
                self._put(stored, changed)
                return changed
        return self.set_state(download_id, State.FAILED, problem)

    def cancel(self, download_id: str) -> None:
        """Take a download out and throw away what came of it. It must not be running here."""
        if self.partial.is_dir():
            with (
                contextlib.suppress(Timeout),
                FileLock(self._lock_file(download_id), timeout=0, mode=private_files.FILE),
            ):
                shutil.rmtree(self.partial / download_id, ignore_errors=True)
        with self._changing() as stored:
            stored.downloads = [one for one in stored.downloads if one.id != download_id]

    # ---- the work

    def run(self, one: Download, transfer: Transfer, progress: Callable[[Progress], None] = lambda _: None) -> Entry:
        """Fetch, verify and move into the library; takes the download out of the queue when done.

        Raises Stopped (what came is kept), SamarError (what can be used later is kept, what is damaged is thrown away).
        """
        try:
            self.partial.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._lock_file(one.id), timeout=0, mode=private_files.FILE)
            with lock:
                entry = self._run(one, transfer, progress)
        except Timeout as problem:
            raise SamarError("download_elsewhere", name=one.name) from problem
        except OSError as problem:
            raise disk_error(problem, self.partial) from problem
        with self._changing() as stored:
            stored.downloads = [other for other in stored.downloads if other.id != one.id]
        return entry

    def _run(self, one: Download, transfer: Transfer, progress: Callable[[Progress], None]) -> Entry:
        folder = self.partial / one.id
        targets = self._targets(one)
        missing = [
            number for number, (t, f) in enumerate(zip(targets, one.all_files, strict=True)) if not self._is_there(t, f)
        ]
        if missing:
            folder.mkdir(exist_ok=True)
            self._check_space(one)
            before = sum(file.size for number, file in enumerate(one.all_files) if number not in missing)
            for number in missing:
                file = one.all_files[number]
                self._get_file(one, file, self._part(one, number), before, transfer, progress)
                before += file.size
            for number in reversed(missing):  # the first part makes it a model, so it comes last
                targets[number].parent.mkdir(parents=True, exist_ok=True)
                self._part(one, number, whole=True).replace(targets[number])
        sha256 = tuple(file.sha256 for file in one.files)
        entry = self.library.add_downloaded(
            targets[0], repo=one.repo, sha256=sha256 if all(sha256) else (), licence=one.licence
        )
        shutil.rmtree(folder, ignore_errors=True)
        return entry

    def _get_file(
        self,
        one: Download,
        file: HubFile,
        part: Path,
        before: int,
        transfer: Transfer,
        progress: Callable[[Progress], None],
    ) -> None:
        whole = part.with_suffix(".whole")
        if whole.exists():
            return

        def moved(held: int) -> None:
            progress(Progress(id=one.id, held=before + held, size=one.size))

        try:
            self.hub.fetch(one.repo, one.commit, file, part, transfer, moved)
        except SamarError as problem:
            if problem.code == "download_damaged":
                part.unlink(missing_ok=True)
            raise
        progress(Progress(id=one.id, held=before + file.size, size=one.size, checking=True))
        try:
            self._check(part, file, transfer)
        except SamarError:
            part.unlink(missing_ok=True)
            raise
        part.replace(whole)

    def _check(self, part: Path, file: HubFile, transfer: Transfer) -> None:
        """Length, checksum and header. Raises SamarError download_damaged, Stopped."""
        size = part.stat().st_size
        if size != file.size:
            raise SamarError("download_damaged", name=file.name, reason=f"{size} bytes and not {file.size}")
        if file.sha256:
            right = sha256_of(part, stopped=lambda: transfer.stopped) == file.sha256
        elif file.blob:
            right = _git_id(part) == file.blob
        else:
            right = True
        if transfer.stopped:
            raise Stopped
        if not right:
            raise SamarError("download_damaged", name=file.name, reason="its checksum is another one")
        try:
            gguf.read_header(part)
        except SamarError as problem:
            reason = problem.details.get("reason", "it is not a GGUF file")
            raise SamarError("download_damaged", name=file.name, reason=reason) from problem

    # ---- places

    def _part(self, one: Download, number: int, *, whole: bool = False) -> Path:
        return self.partial / one.id / f"{number:05d}.{'whole' if whole else 'part'}"

    def _lock_file(self, download_id: str) -> str:
        return str(self.partial / f"{download_id}.lock")

    def _targets(self, one: Download) -> list[Path]:
        """Where the files go: a folder for each repository; one of its own where another version is there already."""
        folder = self.library.models / one.repo.replace("/", "--")
        targets = [folder / Path(file.name).name for file in one.all_files]
        clash = any(t.exists() and not self._is_there(t, f) for t, f in zip(targets, one.all_files, strict=True))
        if clash:
            targets = [folder / one.id[:8] / target.name for target in targets]
        return targets

    def _is_there(self, target: Path, file: HubFile) -> bool:
        """Whether a file in the library is the wanted one."""
        if not target.is_file() or target.stat().st_size != file.size:
            return False
        known = next((entry for entry in self.library.entries() if entry.path == str(target)), None)
        if known is not None and known.sha256[:1] == (file.sha256,):
            return True
        return bool(file.sha256) and sha256_of(target) == file.sha256

    def _held(self, one: Download) -> int:
        held = 0
        folder = self.library.models / one.repo.replace("/", "--")
        for number, file in enumerate(one.all_files):
            if self._part(one, number, whole=True).exists() or _has_size(folder / Path(file.name).name, file.size):
                held += file.size
            else:
                with contextlib.suppress(OSError):
                    held += min(self._part(one, number).stat().st_size, file.size)
        return held

    def _check_space(self, one: Download) -> None:
        folder = self.library.models
        try:
            folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(folder).free
        except OSError as problem:
            raise disk_error(problem, folder) from problem
        needed = one.size - self._held(one)
        if needed + SPARE > free:
            raise SamarError("download_no_space", name=one.name, needed=readable(needed), free=readable(free))

    def _is_running_elsewhere(self, one: Download) -> bool:
        if not self.partial.is_dir():
            return False
        try:
            with FileLock(self._lock_file(one.id), timeout=0, mode=private_files.FILE):
                return False
        except Timeout:
            return True

    # ---- the file

    def _get(self, stored: _Stored, download_id: str) -> Download:
        for one in stored.downloads:
            if one.id == download_id:
                return one
        raise SamarError("model_unknown", name=download_id)

    def _put(self, stored: _Stored, changed: Download) -> None:
        stored.downloads = [changed if one.id == changed.id else one for one in stored.downloads]

    def _load(self) -> _Stored:
        """The queue on the disk; of a damaged file the entries that can be read. One whose structure is damaged is kept aside.
        Raises OSError where it can't be read now: it is not replaced then."""
        try:
            raw = read_text_regular(self.path)
        except FileNotFoundError:
            return _Stored()
        try:
            found = msgspec.json.decode(raw, type=_Stored)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            from desktop.core.damaged_json import partly_read

            log.warning("the queue of downloads can only be read in part: %s", problem)
            partly, is_whole = partly_read(raw, _Stored)
            if not is_whole:
                self._keep_aside(raw)
            found = partly or _Stored()
        found.downloads = list({one.id: one for one in found.downloads if one.files}.values())
        return found

    def _keep_aside(self, raw: bytes) -> None:
        """Under the same name however often it is read."""
        with contextlib.suppress(OSError, OverflowError, ValueError):
            stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(self.path.stat().st_mtime))
            aside = self.path.with_name(f"downloads-damaged-{stamp}.json")
            if not aside.exists():
                write_atomically(aside, raw)

    @contextmanager
    def _changing(self) -> Iterator[_Stored]:
        with self._lock:
            try:
                private_files.make_folder(self.path.parent)
                with FileLock(f"{self.path}.lock", timeout=10, mode=private_files.FILE):
                    stored = self._load()
                    yield stored
                    write_atomically(self.path, msgspec.json.encode(stored))
                    self._known = stored.downloads
            except OSError as problem:
                raise disk_error(problem, self.path) from problem


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _git_id(path: Path) -> str:
    """The id that git gives a file (SHA-1 over a header and the content): what the Hub promises for small files."""
    digest = hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % path.stat().st_size)
    with open_regular(path) as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
