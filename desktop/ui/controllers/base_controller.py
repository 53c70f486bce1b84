"""What the objects between widgets and history share: expected failures are told, and what was done can be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.core.errors import SamarError
from desktop.storage.chats import ChatStore
from desktop.storage.messages import Deletion
from desktop.ui.main_window import MainWindow


class BaseController(QObject):
    """Does what a person asks for."""

    error_occurred = Signal(object)
    """SamarError, for the banner."""

    def guarded(self, action: Callable[..., None]) -> Callable[..., None]:
        """The action as a slot: an expected failure is shown, and nothing on the screen changes."""

        def slot(*arguments: object) -> None:
            try:
                action(*arguments)
            except SamarError as problem:
                self.error_occurred.emit(problem)

        return slot


class Undo(BaseController):
    """One offer at a time, as a toast. A deletion is erased when its offer ends, unless it stays in the list of the deleted
    chats."""

    settled = Signal(object)
    """Deletion: its offer has ended, and what was read of it may be forgotten."""
    purge_due = Signal()
    """Something deleted can't be brought back any more: its traces may be erased."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self._pending: tuple[ChatStore, Deletion, bool] | None = None
        """What was deleted, and whether it is erased when the offer ends."""
        window.toast.gone.connect(self._time_over)

    def offer(
        self,
        text: str,
        undo: Callable[[], None],
        store: ChatStore | None = None,
        deletion: Deletion | None = None,
        *,
        erases: bool = True,
    ) -> None:
        """Say what was done, with "Undo". deletion: is undone before `undo` runs; erases: or erased when the offer is
        over."""
        self._settle()
        if store is not None and deletion is not None:
            self._pending = store, deletion, erases

        def act() -> None:
            pending, self._pending = self._pending, None
            if pending is not None:
                pending[0].undo(pending[1])
            undo()

        self.window.show_toast(text, self.tr("Undo"), self.guarded(act))

    def forget(self, store: ChatStore) -> None:
        """A temporary history ends, and with it what was deleted in it."""
        if self._pending and self._pending[0] is store:
            self._pending = None
            self.window.toast.dismiss()

    def _time_over(self) -> None:
        # the toast goes before its action is done
        QTimer.singleShot(0, self, self.guarded(self._settle))

    def _settle(self) -> None:
        """Erase what was deleted and can't be brought back any more."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        store, deletion, erases = pending
        if erases:
            store.purge(deletion)
        self.settled.emit(deletion)
        if erases:
            self.purge_due.emit()
