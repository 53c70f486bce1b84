"""The models room: the page, the library, the Hub and the downloads, of one mind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.core.errors import SamarError, fill
from desktop.core.paths import Paths
from desktop.models.catalogue import Recommendation
from desktop.models.downloads import DownloadQueue
from desktop.models.entry import Entry
from desktop.models.fit import Fit, Machine
from desktop.models.hub import Hub
from desktop.models.library import Library, Removal
from desktop.models.repository import HubChoice, HubModel, HubRepository
from desktop.models.settings import ModelSettings
from desktop.models.summary import ModelSummary
from desktop.ui import i18n
from desktop.ui.models import formatting
from desktop.ui.models.card_dialog import CardDialog
from desktop.ui.models.download_dialog import DownloadDialog, needs_asking
from desktop.ui.models.downloads_panel import ASKS_FOR_ACCESS
from desktop.ui.models.folders_dialog import FoldersDialog
from desktop.ui.models.models_page import ModelsPage
from desktop.ui.models.settings_dialog import ModelSettingsDialog
from desktop.ui.preferences import Preferences
from desktop.ui.widgets.sheet import ask
from desktop.workers.downloads import DownloadWorker
from desktop.workers.models import InCatalogue, ModelsWorker, OnDisk

WORTH_ASKING_AGAIN = frozenset(
    ("no_network", "hub_unreachable", "hub_untrusted", "hub_failed", "hub_busy", "proxy_failed", "hub_odd")
)
"""Of a question to Hugging Face."""


class ModelsCoordinator(QObject):
    """Built with the window; nothing is read, started or connected before `open`."""

    model_chosen = Signal(object)
    """Path of a model to load"""
    error_occurred = Signal(object)
    """SamarError, while the page is not open"""
    _settings_kept = Signal(object)
    """Path of a model to load, now that its settings are on the disk"""
    models_changed = Signal(object)
    """tuple[Entry, ...]: what is on this computer, for the model picker"""
    hub_answered = Signal()
    """Hugging Face answered, or a model joined the list"""
    convert_requested = Signal(object)
    """Path of a checkpoint's folder, or of a repository on the Hub (owner/name)"""

    def __init__(
        self,
        paths: Paths,
        preferences: Preferences,
        parent: QWidget,
        library: Library | None = None,
        gpu_free: Callable[[], int] = lambda: 0,
    ) -> None:
        super().__init__(parent)
        self.preferences = preferences
        self.library = library or Library(paths)
        self.hub = Hub(lambda: self.preferences.value.network_allowed)
        self.worker = ModelsWorker(self.library, self.hub, paths.cache, self, gpu_free)
        self.downloads = DownloadWorker(DownloadQueue(self.hub, self.library), self)
        self.page: ModelsPage | None = None
        self._question: Callable[[], object] = lambda: None
        """What Hugging Face was asked last."""
        self.folders: FoldersDialog | None = None
        self.loaded = ""
        self.shows_next = False
        """The page comes up with the next models that are added."""
        self.worker.looked.connect(self._on_looked)
        self.worker.listed.connect(self._on_listed)
        self.worker.failed.connect(self._on_job_failed)
        self.worker.imported.connect(self._on_imported)
        self.worker.checkpoint_found.connect(self.convert_requested)
        self.worker.removed.connect(self._on_removed)
        self.worker.verified.connect(self._on_verified)
        self.worker.verifying.connect(self._on_verifying)
        self.worker.carded.connect(self._on_carded)
        self.worker.described.connect(self._on_described)
        self.worker.offered.connect(self._download)
        self.worker.token_kept.connect(self._on_token_kept)
        for answered in (self.worker.found, self.worker.opened, self.worker.offered, self.worker.imported):
            answered.connect(self.hub_answered)
        self.downloads.finished.connect(self.hub_answered)
        self._settings_kept.connect(self.model_chosen)
        self.downloads.failed.connect(lambda problem: self._on_failed(problem))
        self.downloads.finished.connect(self._on_finished)

    # ---- for the window

    def open(self, tab: str = "local", which: str = "") -> ModelsPage:
        """Show the page, and look at the disk. which: of the catalogue, a choice of CataloguePage.set_which; "": as it was."""
        if self.page is None:
            self.page = self._made()
            self.downloads.begin()
        self.page.hub.set_network(self.preferences.value.network_allowed)
        self.page.open_tab(tab)
        if which:
            self.page.catalogue.set_which(which)
        self.page.local.show_loaded(self.loaded)
        self.page.show()
        self.page.raise_()
        self.page.activateWindow()
        self.refresh()
        return self.page

    def open_settings(self, path: Path) -> None:
        """How one model is loaded; over the page where it is open, else over the window."""
        self.worker.describe(path)

    def refresh(self) -> None:
        """Look at the disk and the free memory anew."""
        self.worker.look(self.preferences.value.context)
        self.worker.list_catalogue(self.preferences.value.context)
        if self.page is not None:
            self.downloads.look()

    def take(self, paths: list[Path], *, show: bool = False) -> None:
        """Files and folders that were dropped: models join the list, a checkpoint's folder asks for the converter.

        show: bring the page up with what was found."""
        self.shows_next = show
        self.worker.take(paths, self.preferences.value.context)

    def remember(self, path: Path) -> None:
        """A file that was opened elsewhere: it joins the list without a word."""
        self.worker.remember(path, self.preferences.value.context)

    def show_loaded(self, path: str) -> None:
        """The file of the loaded model, "" without one."""
        self.loaded = path
        if self.page is not None:
            self.page.local.show_loaded(path)

    def close(self) -> None:
        """Pause downloads and end the threads."""
        self.downloads.close()
        self.worker.close()
        if self.page is not None:
            self.page.close()

    # ---- the page

    def _made(self) -> ModelsPage:
        page = ModelsPage(self.hub.host)
        page.paths_dropped.connect(lambda names: self.take([Path(name) for name in names]))
        local = page.local
        local.use_requested.connect(lambda entry: self.model_chosen.emit(Path(entry.path)))
        local.card_requested.connect(
            lambda entry: self.worker.read_card(Path(entry.path), self.preferences.value.context, entry)
        )
        local.settings_requested.connect(lambda entry: self.open_settings(Path(entry.path)))
        local.verify_requested.connect(self._verify)
        local.remove_requested.connect(self._remove)
        local.add_files_requested.connect(self._add_files)
        local.add_folder_requested.connect(self._add_folder)
        local.folders_requested.connect(self._show_folders)
        page.look_requested.connect(self.refresh)
        page.catalogue.download_requested.connect(self._download_listed)
        page.catalogue.convert_requested.connect(self._convert_listed)
        hub = page.hub
        hub.network_allowed.connect(self._allow_network)
        hub.search_requested.connect(lambda words: self._ask_hub(lambda: self.worker.search(words)))
        hub.repository_requested.connect(lambda repo: self._ask_hub(lambda: self.worker.open_repository(repo)))
        hub.download_requested.connect(self._download)
        hub.token_given.connect(self.worker.keep_token)
        hub.page_requested.connect(self._open_page)
        self.worker.found.connect(self._on_found)
        self.worker.opened.connect(hub.show_repository)
        panel = page.downloads
        panel.pause_requested.connect(self.downloads.pause)
        panel.resume_requested.connect(self.downloads.resume)
        panel.cancel_requested.connect(self.downloads.cancel)
        panel.page_requested.connect(self._open_page)
        panel.token_requested.connect(self._ask_token)
        self.downloads.changed.connect(panel.show_downloads)
        self.downloads.progressed.connect(panel.show_pace)
        return page

    def _allow_network(self) -> None:
        self.preferences.change(network_allowed=True)
        if self.page is not None:
            self.page.hub.set_network(True)

    def _ask_token(self) -> None:
        assert self.page is not None
        self.page.hub.ask_token()

    def _on_token_kept(self) -> None:
        """What was refused for want of a token is tried again."""
        self._tell(self.tr("The access token is saved in the password store (keyring) of this computer."))
        for one in self.downloads.queue.downloads():
            if one.error_code in ASKS_FOR_ACCESS:
                self.downloads.resume(one.id)

    def _open_page(self, repo: str) -> None:
        QDesktopServices.openUrl(QUrl(self.hub.page_of(repo)))

    def _download_listed(self, one: Recommendation) -> None:
        """A file of the list: the Hub is asked what it is today, then it is queued."""
        if self.preferences.value.network_allowed or self._asks_for_network():
            self._tell(fill(self.tr("Connecting to {host}…"), {"host": formatting.name(self.hub.host)}))
            self._ask_hub(lambda: self.worker.find_choice(one.repo, one.file.name, one.file.quantization))

    def _ask_hub(self, question: Callable[[], object]) -> None:
        """Ask Hugging Face something; where that fails it can be asked once more."""
        self._question = question
        question()

    def _download(self, repository: HubRepository, choice: HubChoice) -> None:
        """Queue a model; where there is something to agree to or to choose, ask first."""
        if self.page is not None:
            self.page.message.hide()
        if not needs_asking(repository):
            self.downloads.add(repository, choice)
            return
        dialog = DownloadDialog(repository, choice, self.page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.agreed.connect(self.downloads.add)
        dialog.page_requested.connect(self._open_page)
        dialog.open()

    def _asks_for_network(self) -> bool:
        """The first wish for something from the network: the person decides, and is asked only once."""
        if ask(
            self.page,
            self.tr("Allow the internet?"),
            self.tr(
                "Samar does not use the internet yet. To download, it connects to {host} and to nothing else; nothing about you is sent."
            ).replace("{host}", formatting.name(self.hub.host)),
            self.tr("Allow and download"),
            self.tr("Cancel"),
        ):
            self._allow_network()
            return True
        return False

    def _convert_listed(self, source: str) -> None:
        """A model without a finished file: its original is fetched and converted, after a plan in the main window."""
        if self.preferences.value.network_allowed or self._asks_for_network():
            text = self.tr(
                "The plan for {repo} appears in the main window of Samar: how large the model is, and what it becomes."
            )
            self._tell(text.replace("{repo}", formatting.name(source)))
            self.convert_requested.emit(Path(source))

    def _add_files(self) -> None:
        dialog = QFileDialog(self.page, self.tr("Add model files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("Model files (*.gguf)"), self.tr("All files (*)")])
        dialog.filesSelected.connect(lambda names: self.take([Path(name) for name in names]))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _add_folder(self) -> None:
        dialog = QFileDialog(self.page, self.tr("Add a folder of models"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.take([Path(name)]))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _show_folders(self) -> None:
        folders = self.page.local.shown.folders if self.page is not None and self.page.local.shown else ()
        self.folders = dialog = FoldersDialog(folders, self.page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.add_requested.connect(self._add_folder)
        dialog.look_requested.connect(self.refresh)
        dialog.remove_requested.connect(
            lambda folder: self.worker.forget_folder(folder, self.preferences.value.context)
        )
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    def _forget_dialog(self) -> None:
        self.folders = None

    def _remove(self, entry: Entry) -> None:
        would = self.library.removal(entry)
        if would.deletes:
            details = {"name": formatting.name(entry.name), "size": i18n.size(would.frees)}
            text = fill(self.tr("Move {name} to the bin? Emptying the bin frees {size}."), details)
            if not ask(self.page, self.tr("Move to the bin"), text, self.tr("Move to the bin"), self.tr("Cancel")):
                return
        self.worker.remove(entry, self.preferences.value.context)

    def _verify(self, entry: Entry) -> None:
        self._tell(fill(self.tr("Reading {name}…"), {"name": formatting.name(entry.name)}))
        self.worker.verify(entry)

    # ---- from the workers

    def _on_looked(self, shown: OnDisk) -> None:
        self.models_changed.emit(shown.entries)
        if self.page is not None:
            self.page.local.show_models(shown)
            self.page.hub.set_machine(shown.machine)
        if self.folders is not None:
            self.folders.show_folders(shown.folders)

    def _on_listed(self, shown: InCatalogue) -> None:
        if self.page is not None:
            self.page.catalogue.show_catalogue(shown)

    def _on_found(self, _words: str, results: list[HubModel]) -> None:
        if self.page is not None:
            self.page.hub.show_results(results)

    def _on_imported(self, entries: list[Entry]) -> None:
        if self.shows_next:
            self.shows_next = False
            self.open("local")
        if self.page is not None:
            self.page.local.wanted = entries[0].id
        self._tell(self.tr("%n model(s) added.", "", len(entries)))

    def _on_removed(self, entry: Entry, done: Removal) -> None:
        text = (
            self.tr("{name} is in the bin.")
            if done.deletes
            else self.tr("{name} was taken off the list. Its file stays where it is.")
        )
        self._tell(fill(text, {"name": formatting.name(entry.name)}))

    def _on_verifying(self, entry: Entry, done: int, whole: int) -> None:
        if self.page is not None and whole:
            text = self.tr("Reading {name}… {done} of {whole}")
            details = {"name": formatting.name(entry.name), "done": i18n.size(done), "whole": i18n.size(whole)}
            self.page.message.update_text(fill(text, details))

    def _on_verified(self, entry: Entry, had_checksum: bool) -> None:
        if had_checksum:
            text = self.tr("The file of {name} is complete and unchanged (its checksum is right).")
        else:
            text = self.tr("The beginning of {name} is in order. There is no checksum to compare the rest with.")
        self._tell(fill(text, {"name": formatting.name(entry.name)}))

    def _on_carded(self, card: ModelSummary, fit: Fit, _entry: Entry | None) -> None:
        CardDialog(card, fit, self.page).open()

    def _on_described(self, entry: Entry, own: ModelSettings, machine: Machine, switch: bool) -> None:
        over = self.page if self.page is not None and self.page.isVisible() else self.parent()
        dialog = ModelSettingsDialog(
            entry,
            own,
            self.preferences.value,
            machine,
            loaded=entry.path == self.loaded,
            thinking=switch,
            parent=cast(QWidget, over),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(self._keep_settings)
        dialog.open()

    def _keep_settings(self, entry: Entry, own: ModelSettings, load: bool) -> None:
        path = Path(entry.path)
        self.worker.keep_settings(entry, own, (lambda: self._settings_kept.emit(path)) if load else lambda: None)
        self.worker.look(self.preferences.value.context)

    def _on_finished(self, entry: Entry) -> None:
        if self.page is not None:
            self.page.local.wanted = entry.id
        self._tell(fill(self.tr("{name} is downloaded and complete."), {"name": formatting.name(entry.name)}))
        self.worker.look(self.preferences.value.context)

    def _on_job_failed(self, problem: SamarError) -> None:
        self._on_failed(problem, self._question if problem.code in WORTH_ASKING_AGAIN else None)

    def _on_failed(self, problem: SamarError, retry: Callable[[], object] | None = None) -> None:
        if self.page is not None and self.page.isVisible():
            self.page.show_error(problem, retry)
        else:
            self.error_occurred.emit(problem)

    def _tell(self, text: str) -> None:
        if self.page is not None:
            self.page.show_notice(text)
