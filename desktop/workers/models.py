"""What takes time about models, off the GUI thread: looking at the disk, asking the Hub, reading headers, verifying."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.core.errors import SamarError
from desktop.models import bandwidth, catalogue
from desktop.models.catalogue import Catalogue, Recommendation
from desktop.models.entry import Entry
from desktop.models.fit import Fit, Machine
from desktop.models.hub import Hub, Stopped, keep_token
from desktop.models.library import Folder, Library, Removal
from desktop.models.repository import address_of
from desktop.models.settings import ModelSettings, bytes_beside, judge_as_set, judged
from desktop.models.summary import ModelSummary, has_thinking_switch, summary_of
from desktop.services.tasks import FailedTask, Outcome, TaskExecutor

CLOSE_S = 10.0
"""Seconds that closing waits for a job at work."""


class OnDisk(msgspec.Struct, frozen=True, kw_only=True):
    """The library, judged against the memory that is free now."""

    entries: tuple[Entry, ...]
    fits: dict[str, Fit]
    """By entry id."""
    machine: Machine
    folders: tuple[Folder, ...] = ()
    """That the person added."""


class InCatalogue(msgspec.Struct, frozen=True, kw_only=True):
    """The catalogue, judged likewise."""

    catalogue: Catalogue
    files: tuple[Recommendation, ...]
    """Every file with its fit."""
    recommended: tuple[Recommendation, ...]
    machine: Machine


class ModelsWorker(QObject):
    """Jobs on one thread, in order. Call from the GUI thread; signals arrive there."""

    looked = Signal(object)
    """OnDisk"""
    listed = Signal(object)
    """InCatalogue"""
    found = Signal(str, object)
    """The words of a search, list[HubModel]"""
    opened = Signal(object)
    """HubRepository"""
    carded = Signal(object, object, object)
    """ModelSummary, Fit, Entry or None"""
    imported = Signal(object)
    """list[Entry] that were dropped"""
    checkpoint_found = Signal(object)
    """Path of a folder that must be converted"""
    offered = Signal(object, object)
    """HubRepository, HubChoice: what is to be downloaded"""
    token_kept = Signal()
    described = Signal(object, object, object, bool)
    """Entry of one model, ModelSettings, Machine, whether one may choose whether it thinks"""
    removed = Signal(object, object)
    """Entry, Removal"""
    verified = Signal(object, bool)
    """Entry; whether there was a checksum to compare with"""
    verifying = Signal(object, object, object)
    """Entry, bytes read, bytes in all"""
    failed = Signal(object)
    """SamarError"""

    def __init__(
        self,
        library: Library,
        hub: Hub,
        cache: Path,
        parent: QObject | None = None,
        gpu_free: Callable[[], int] = lambda: 0,
    ) -> None:
        """gpu_free: bytes on the GPUs of the engine; asked from the worker's thread."""
        super().__init__(parent)
        self.library, self.hub, self.cache, self.gpu_free = library, hub, cache, gpu_free
        self._closing = threading.Event()
        self._disk, self._net, self._long = (
            TaskExecutor(name, wait_s=CLOSE_S, cancels=(Stopped,))
            for name in ("models-disk", "models-hub", "models-verify")
        )

    # ---- asking

    def look(self, context: int) -> None:
        """Look at the disk anew; `looked` comes twice where something was known already, so that nobody waits."""

        def job() -> None:
            machine = self._machine()
            if known := self.library.entries():
                self.looked.emit(self._judged(known, machine, context))
            self.looked.emit(self._judged(self.library.refresh(self._closing.is_set), machine, context))
            if self.library.problem:
                problem, self.library.problem = self.library.problem, None
                self.failed.emit(problem)

        self._do(job)

    def list_catalogue(self, context: int) -> None:
        def job() -> None:
            machine = self._machine()
            whole = catalogue.load()
            self.listed.emit(
                InCatalogue(
                    catalogue=whole,
                    files=tuple(catalogue.fits(whole, machine, context)),
                    recommended=tuple(catalogue.recommend(whole, machine, context)),
                    machine=machine,
                )
            )

        self._do(job)

    def search(self, words: str) -> None:
        """`found` follows, with the one repository where the words are the address of its page."""

        def job() -> None:
            pasted = address_of(words) if ".co/" in words else None
            self.found.emit(words, [self.hub.repository(pasted.repo).as_found()] if pasted else self.hub.search(words))

        self._do(job, self._net)

    def open_repository(self, repo: str) -> None:
        def job() -> None:
            repository = self.hub.repository(repo)
            if not repository.choices:
                self.failed.emit(repository.lacking(""))
            self.opened.emit(repository)

        self._do(job, self._net)

    def find_choice(self, repo: str, file: str, quantization: str = "") -> None:
        """A file of the list as the Hub has it today: `offered`, or `failed`."""

        def job() -> None:
            repository = self.hub.repository(repo)
            choice = repository.find(file, quantization)
            if choice is None:
                raise repository.lacking(quantization or file)
            self.offered.emit(repository, choice)

        self._do(job, self._net)

    def keep_token(self, text: str) -> None:
        """Into the keyring, which may ask the person for its password meanwhile."""

        def job() -> None:
            keep_token(text)
            self.token_kept.emit()

        self._do(job, self._net)

    def read_card(self, path: Path, context: int, entry: Entry | None = None) -> None:
        def job() -> None:
            card: ModelSummary = summary_of(path, entry.companions if entry else ())
            own = self.library.settings(entry.id) if entry else ModelSettings()
            self.carded.emit(card, judge_as_set(card.shape, self._machine(), own, context), entry)

        self._do(job)

    def describe(self, path: Path) -> None:
        """One model, wherever it lies, with what the person set for it. `failed` when it is none."""

        def job() -> None:
            entry = self.library.entry_at(path)
            switch = has_thinking_switch(Path(entry.path))
            self.described.emit(entry, self.library.settings(entry.id), self._machine(), switch)

        self._do(job)

    def keep_settings(self, entry: Entry, settings: ModelSettings, then: Callable[[], None] = lambda: None) -> None:
        """then: called on the worker's thread when they are on the disk."""

        def job() -> None:
            self.library.set_settings(entry.id, settings)
            then()

        self._do(job)

    def take(self, paths: list[Path], context: int) -> None:
        """Files and folders that were dropped."""

        def job() -> None:
            added: list[Entry] = []
            for path in paths:
                try:
                    added += self.library.add(path)
                except SamarError as problem:
                    if problem.code == "checkpoint_found":
                        self.checkpoint_found.emit(path)
                    else:
                        self.failed.emit(problem)
            if added:
                self.imported.emit(added)
            self.looked.emit(self._judged(self.library.entries(), self._machine(), context))

        self._do(job)

    def remember(self, path: Path, context: int) -> None:
        """A file that was opened joins the list; what can't be used joins it with the reason."""

        def job() -> None:
            if self.library.remember(path):
                self.looked.emit(self._judged(self.library.entries(), self._machine(), context))

        self._do(job)

    def forget_folder(self, folder: Path, context: int) -> None:
        """Look there no more; its files stay."""

        def job() -> None:
            self.library.forget_folder(folder)
            self.looked.emit(self._judged(self.library.refresh(self._closing.is_set), self._machine(), context))

        self._do(job)

    def remove(self, entry: Entry, context: int) -> None:
        def job() -> None:
            done: Removal = self.library.remove(entry)
            self.removed.emit(entry, done)
            self.looked.emit(self._judged(self.library.entries(), self._machine(), context))

        self._do(job)

    def verify(self, entry: Entry) -> None:
        def job() -> None:
            told = 0

            def tell(done: int, whole: int) -> None:
                nonlocal told
                if done - told >= whole // 100:  # a hundred times is enough
                    told = done
                    self.verifying.emit(entry, done, whole)

            had = self.library.verify(entry, tell, self._closing.is_set)
            if not self._closing.is_set():
                self.verified.emit(entry, had)

        self._do(job, self._long)

    def close(self) -> None:
        """End the jobs at work at their next step, leave out those that wait, and wait for the threads."""
        self._closing.set()
        self.hub.hang_up()
        for executor in (self._disk, self._net, self._long):
            executor.close()

    # ---- the threads

    def _do(self, job: Callable[[], None], executor: TaskExecutor | None = None) -> None:
        """On the disk's thread where no other is named."""
        (executor or self._disk).submit(lambda _: job(), self._on_end)

    def _on_end(self, outcome: Outcome[None]) -> None:
        if isinstance(outcome, FailedTask):
            self.failed.emit(outcome.problem)

    def _machine(self) -> Machine:
        return bandwidth.this_machine(self.cache, self.gpu_free())

    def _judged(self, entries: list[Entry], machine: Machine, context: int) -> OnDisk:
        listed, fits = judged(entries, lambda entry: self._fit(entry, machine, context))
        return OnDisk(entries=tuple(listed), fits=fits, machine=machine, folders=tuple(self.library.folders()))

    def _fit(self, entry: Entry, machine: Machine, context: int) -> Fit:
        """As it would be loaded: with what the person set for it."""
        own = self.library.settings(entry.id)
        return judge_as_set(entry.shape, machine, own, context, bytes_beside(entry, own))
