"""Settings, and what their pages ask for: export and import, a look for a newer Samar, a report of a problem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from desktop.core.errors import SamarError

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from desktop.core.paths import Paths
    from desktop.ui.controllers.transfer_controller import TransferController
    from desktop.ui.main_window import MainWindow
    from desktop.ui.preferences import Preferences
    from desktop.ui.settings.settings_dialog import SettingsDialog
    from desktop.workers.updates import UpdateWorker


class SettingsCoordinator(QObject):
    """Nothing of it is imported before it is asked for."""

    def __init__(
        self,
        window: MainWindow,
        preferences: Preferences,
        paths: Paths,
        transfer: Callable[[], TransferController],
        held: Callable[[], list[str]] = list,
    ) -> None:
        """transfer: makes what exports and imports, or finds it made. held: what the engine has given up."""
        from desktop.ui.controllers.update_controller import UpdateController

        super().__init__(window)
        self.window, self.preferences, self.paths, self._transfer = window, preferences, paths, transfer
        self._held = held
        self.updates = UpdateController(self._make_updates, preferences, self)
        self.dialog: SettingsDialog | None = None

    def open(self, page: str = "general") -> None:
        """One of its pages; the dialog is built when it is first asked for."""
        from desktop.ui.settings.settings_dialog import SettingsDialog

        if self.dialog is not None:
            self.dialog.open_page(page)
            return
        import psutil

        transfer = self._transfer()
        cores = psutil.cpu_count(logical=False) or 1
        self.dialog = dialog = SettingsDialog(
            self.window, self.preferences.value, data_folder=str(self.paths.data), cores=cores
        )
        dialog.settings_changed.connect(self.preferences.replace)
        dialog.folder_requested.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.paths.data))))
        dialog.export_requested.connect(lambda form: transfer.export_all(form, dialog))
        dialog.import_file_requested.connect(lambda: transfer.import_file(dialog))
        dialog.import_folder_requested.connect(lambda: transfer.import_folder(dialog))
        dialog.transfer_cancelled.connect(transfer.worker.cancel)
        transfer.said.connect(dialog.show_transfer)
        dialog.finished.connect(self._forget)
        page_of_help = dialog.help
        page_of_help.check_requested.connect(self.updates.check)
        page_of_help.fetch_requested.connect(self.updates.fetch)
        page_of_help.stop_requested.connect(self.updates.stop)
        page_of_help.open_requested.connect(self.updates.open_installer)
        page_of_help.command_requested.connect(self._leave_for)
        page_of_help.report_requested.connect(lambda: self.report_problem(dialog))
        page_of_help.logs_requested.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.paths.logs))))
        self.updates.changed.connect(page_of_help.show_state)
        page_of_help.show_state(self.updates.state)
        page_of_help.show_confinement(self._held())
        dialog.open_page(page)
        dialog.open()

    def search(self, query: str) -> None:
        """Open the settings with what fits a query."""
        self.open()
        if self.dialog is not None:
            self.dialog.search(query)

    def _leave_for(self, command: str) -> None:
        """Windows that are opened from the settings come in their place: beside them they would take no input."""
        if self.dialog is not None:
            self.dialog.close()
        self.window.page_requested.emit(command)

    def _forget(self) -> None:
        self.dialog = None

    def _make_updates(self) -> UpdateWorker:
        """Built at the first look for a new version."""
        from desktop.ui.error_presenter import samar_version
        from desktop.updates import fetch, release
        from desktop.workers.updates import UpdateWorker

        return UpdateWorker(
            fetch.Updater(
                release.source(),
                samar_version(),
                release.suffixes(),
                self.paths.cache / "updates",
                lambda: self.preferences.value.network_allowed,
            )
        )

    def report_problem(self, parent: QWidget | None = None) -> None:
        """Show what a report would hold; it is saved when the person says so, and never sent."""
        from desktop import diagnostics
        from desktop.ui import error_presenter
        from desktop.ui.report_dialog import ReportDialog
        from desktop.ui.system_info import facts

        error = self.window.banner.error
        parts = diagnostics.collect(
            self.paths, self.preferences.value, facts(), error_presenter.report(error) if error else "", self._held()
        )
        dialog = ReportDialog([(part.name, part.text) for part in parts], parent or self.window)

        def save(path: str, names: list[str]) -> None:
            try:
                diagnostics.write_zip(Path(path), [part for part in parts if part.name in names])
            except SamarError as problem:
                dialog.show_error(problem)
            else:
                dialog.show_saved(path)

        dialog.save_requested.connect(save)
        dialog.open()
