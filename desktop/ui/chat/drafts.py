"""What stands in the composer and is not sent yet, text and images: kept for each chat."""

from __future__ import annotations

from collections.abc import Callable

from desktop.core.errors import SamarError
from desktop.core.images import ImageFile
from desktop.storage.chats import ChatStore
from desktop.ui.chat.actor import Actor
from desktop.ui.chat.imaging import ImageKeeper, Place
from desktop.ui.main_window import MainWindow


class Drafts(Actor):
    """Between the composer and the history."""

    def __init__(self, window: MainWindow, images: ImageKeeper, place: Callable[[], Place]) -> None:
        """place: the chat on the screen."""
        super().__init__(window)
        self.composer, self.images, self.place = window.composer, images, place
        self.shown = False
        """What was kept is in the composer: before that, its emptiness says nothing."""

    def begin(self) -> None:
        """What was typed before the history was there takes the place of what waited in it."""
        store, chat_id = self.place()
        if text := self.composer.draft():
            try:
                store.save_draft(chat_id, text)
            except SamarError as problem:
                self.error_occurred.emit(problem)

    def show(self) -> None:
        """Another chat is on the screen: put what waits in it into the composer."""
        store, chat_id = self.place()
        text, images = "", list[ImageFile]()
        try:
            text, images = store.draft_of(chat_id), store.draft_images(chat_id)
        except SamarError as problem:
            self.error_occurred.emit(problem)
        self.shown = True
        self.composer.submits_when_ready = False
        self.composer.set_draft(text)
        self.images.show(images)

    def keep(self) -> None:
        """The chat is left: keep what waits."""
        if not self.shown:
            return
        try:
            self._store(*self.place(), self.composer.draft(), self.images.tray.images)
        except SamarError as problem:
            self.error_occurred.emit(problem)

    def sent(self) -> None:
        """Nothing waits any more. Raises SamarError."""
        self._store(*self.place(), "", [])

    def clear(self) -> None:
        """Empty the composer."""
        self.composer.set_draft("")
        self.images.show([])

    def _store(self, store: ChatStore, chat_id: int | None, text: str, images: list[ImageFile]) -> None:
        store.save_draft(chat_id, text)
        if images or store.has_draft_images(chat_id):
            store.save_draft_images(chat_id, images)
