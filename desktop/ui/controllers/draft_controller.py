"""What is being written and not sent yet: the text and images in the composer, for each chat, and edits of messages."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer

from desktop.core.errors import SamarError
from desktop.core.images import ImageFile
from desktop.storage.chats import ChatStore
from desktop.ui.controllers.base_controller import BaseController
from desktop.ui.controllers.edit_controller import EditController
from desktop.ui.controllers.image_controller import ImageController, Place
from desktop.ui.main_window import MainWindow

STORE_MS = 1000
"""So long after a key, at most, the draft is stored."""


class DraftController(BaseController):
    """Between the composer, the editor of messages and the history."""

    def __init__(
        self, window: MainWindow, images: ImageController, editing: EditController, place: Callable[[], Place]
    ) -> None:
        """place: the chat on the screen."""
        super().__init__(window)
        self.composer, self.images, self.editing, self.place = window.composer, images, editing, place
        self.shown = False
        """What was kept is in the composer: before that, its emptiness says nothing."""
        self._place: Place | None = None
        """Where what stands in the composer belongs."""
        self._stored: tuple[Place, str, list[ImageFile]] | None = None
        """What was stored last."""
        self._edited: set[int] = set()
        """The messages whose edits are not stored as they stand."""
        self._trouble = False
        self._later = QTimer(self, interval=STORE_MS, singleShot=True)
        self._later.timeout.connect(self.keep)
        # not started anew by each key: who types without a pause has a draft on disk too
        self.composer.draft_changed.connect(lambda _text: self._store_soon())
        self.images.tray.changed.connect(self._store_soon)
        editing.edited.connect(self._on_edited)
        editing.given_up.connect(self.guarded(self._give_up))

    def begin(self) -> None:
        """What was typed before the history was there takes the place of what waited in it."""
        store, chat_id = self.place()
        if text := self.composer.draft():
            try:
                store.save_draft(chat_id, text)
            except SamarError as problem:
                self.error_occurred.emit(problem)

    def show(self) -> None:
        """Another chat is on the screen: put what waits in it into the composer, which has nothing of the one before to
        undo."""
        store, chat_id = place = self.place()
        text, images = "", list[ImageFile]()
        try:
            text, images = store.draft_of(chat_id), store.draft_images(chat_id)
        except SamarError as problem:
            self.error_occurred.emit(problem)
        self.shown = True
        self.composer.submits_when_ready = False
        self.composer.set_draft(text)
        self.images.show(images)
        if place != self._place:
            self.composer.text.forget_undo()
        self._place, self._stored = place, (place, text, list(self.images.tray.images))

    def show_edits(self) -> None:
        """Open the editor over the message of the chat on the screen that was being changed last."""
        store, chat_id = self.place()
        if chat_id is None:
            return
        try:
            edits = store.edits_of(chat_id)
        except SamarError as problem:
            self.error_occurred.emit(problem)
            return
        self.editing.set_kept(edits)

    def keep(self) -> None:
        """Store what waits, now."""
        self._later.stop()
        if not self.shown:
            return
        place = self.place()
        try:
            self._store(place, self.composer.draft(), list(self.images.tray.images))
            self._store_edits(place[0])
        except SamarError as problem:
            if not self._trouble:
                self._trouble = True
                self.error_occurred.emit(problem)
            return
        self._trouble = False

    def leave(self) -> None:
        """The chat on the screen is gone: what stands in the composer belongs to none."""
        self._later.stop()
        self.shown = False
        self._edited.clear()

    def sent(self) -> None:
        """What waited was sent, and is stored no more: empty the composer. Ctrl+Z brings it back in this chat."""
        place = self.place()
        self.composer.set_draft("")
        self.images.show([])
        self._place, self._stored = place, (place, "", [])

    def _store_soon(self) -> None:
        if self.shown and not self._later.isActive():
            self._later.start()

    def _store(self, place: Place, text: str, images: list[ImageFile]) -> None:
        if (place, text, images) == self._stored:
            return
        store, chat_id = place
        before = self._stored[2] if self._stored is not None and self._stored[0] == place else None
        with store.database.transaction(durable=False):
            store.save_draft(chat_id, text)
            if images != before:
                store.save_draft_images(chat_id, images)
        self._stored = place, text, images

    # edits

    def _on_edited(self, message_id: int) -> None:
        self._edited.add(message_id)
        self._store_soon()

    def _store_edits(self, store: ChatStore) -> None:
        for message_id in sorted(self._edited & self.editing.kept.keys()):
            store.save_edit(message_id, self.editing.kept[message_id])
        self._edited.clear()

    def _give_up(self, message_id: int) -> None:
        """The person wants no more of an edit. Raises SamarError."""
        self._edited.discard(message_id)
        self.place()[0].save_edit(message_id, None)
