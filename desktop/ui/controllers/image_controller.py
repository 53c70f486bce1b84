"""The images of the open chat: taken from a paste, a drop or a dialog, kept beside the draft, told of before they are left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from desktop.core.chat import Message
from desktop.core.context_window import images_sent
from desktop.core.errors import SamarError
from desktop.core.images import MAX_OF_MESSAGE, SUFFIXES, ImageFile
from desktop.core.model import ModelInfo
from desktop.storage.chats import ChatStore
from desktop.ui.composer.attachments import SIDE
from desktop.ui.composer.image_notice import ImageNotice
from desktop.ui.controllers.base_controller import BaseController
from desktop.ui.main_window import MainWindow
from desktop.ui.transcript.view import TranscriptView
from desktop.workers.generation import GenerationWorker
from desktop.workers.images import ImageWorker, Prepared

Place = tuple[ChatStore, int | None]
"""Where a draft is kept, and of which chat; None: of one to come."""


@dataclass(frozen=True, slots=True)
class _Copied:
    """An image on its way to the clipboard."""

    name: str


class ImageController(BaseController):
    """Between the composer's tray, the transcript's thumbnails, the history and the worker that reads images."""

    def __init__(
        self,
        window: MainWindow,
        transcript: TranscriptView,
        worker: GenerationWorker,
        history: ChatStore,
        place: Callable[[], Place],
        path: Callable[[], Sequence[Message]],
    ) -> None:
        """place: where the draft on the screen is kept. path: the turns on the screen."""
        super().__init__(window)
        self.window, self.worker, self.history, self.place, self.path = window, worker, history, place, path
        self.tray = window.composer.tray
        self.images = ImageWorker(self)
        self.notice = ImageNotice()
        window.add_notice(self.notice)
        self._saw = False
        """Whether the model that was loaded last sees; an engine that died has none until the next reply."""
        self._for: list[Place] = []
        """The drafts that the batches being read belong to, in order."""
        composer = window.composer
        composer.images_pasted.connect(self.take)
        composer.attach_requested.connect(self.ask)
        window.images_dropped.connect(self.take)
        self.tray.changed.connect(self.refresh)
        self.tray.opened.connect(self._open_waiting)
        worker.model_loaded.connect(self._on_loaded)
        self.images.prepared.connect(self.guarded(self._on_prepared))
        self.images.drawn.connect(self._on_drawn)
        self.notice.models_requested.connect(window.seeing_requested)
        transcript.thumbnails.set_source(self.images, lambda picture_id: place()[0].picture(picture_id))
        transcript.image_chosen.connect(self.guarded(self._act))

    # --- taking ---

    def ask(self) -> None:
        """Choose files."""
        if self._refused():
            return
        dialog = QFileDialog(self.window, self.tr("Attach images"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        dialog.setNameFilters([self.tr("Images ({patterns})").replace("{patterns}", patterns)])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.take([Path(name) for name in names]))
        dialog.open()

    def take(self, sources: Sequence[Path | bytes | QImage]) -> None:
        """Put images beside the draft, or say in one sentence why not."""
        if not sources or self._refused():
            return
        room = MAX_OF_MESSAGE - len(self.tray.chips)
        if len(sources) > room:
            self.error_occurred.emit(SamarError("too_many_images", limit=MAX_OF_MESSAGE))
            sources = sources[:room]
            if not sources:
                return
        self._for.append(self.place())
        self.window.composer.set_images_coming(True)
        self.images.prepare(sources, self.tr("Pasted image"))

    def _refused(self) -> bool:
        model = self.worker.model
        if model is None or model.vision:
            return False
        problem = SamarError("no_vision", name=model.name)
        self.window.show_error(problem, [(self.tr("Models that see images…"), self.window.seeing_requested.emit)])
        return True

    def _on_prepared(self, outcome: Prepared) -> None:
        store, chat_id = self._for.pop(0)
        if outcome.problem is not None:
            self.error_occurred.emit(outcome.problem)
            self.window.composer.submits_when_ready = False
        if (store, chat_id) == self.place():
            room = MAX_OF_MESSAGE - len(self.tray.chips)
            self._add(list(outcome.images[:room]))
        elif outcome.images and store is self.history:  # another chat was opened meanwhile
            store.save_draft_images(chat_id, [*store.draft_images(chat_id), *outcome.images][:MAX_OF_MESSAGE])
        self.window.composer.set_images_coming(bool(self._for))
        self.window.composer.focus()

    def show(self, images: list[ImageFile]) -> None:
        """Show these in the place of those that wait."""
        self.tray.set_images([])
        self._add(images)

    def _add(self, images: list[ImageFile]) -> None:
        self.tray.add(images)
        ratio = self.window.devicePixelRatioF()
        for image in images:
            self.images.draw(image, image.data, QSize(SIDE, SIDE) * ratio)

    def _on_drawn(self, key: object, picture: QImage) -> None:
        if isinstance(key, ImageFile):
            self.tray.set_picture(key, picture)
        elif isinstance(key, _Copied) and picture.isNull():
            self.error_occurred.emit(SamarError("image_unreadable", name=key.name))
        elif isinstance(key, _Copied):
            QGuiApplication.clipboard().setImage(picture)
            self.window.show_toast(self.tr("Image copied"))

    # --- what is sent ---

    @property
    def sees(self) -> bool:
        """Whether the next reply's model is shown images."""
        model = self.worker.model
        return model.vision if model is not None else self._saw

    def _on_loaded(self, model: ModelInfo) -> None:
        self._saw = model.vision

    def refresh(self) -> None:
        """Say what of the images would be left out if one sent now."""
        model = self.worker.model
        waiting, path = len(self.tray.chips), self.path()
        count = sum(len(turn.images) for turn in path) + waiting
        if model is None or not count:
            self.notice.show_left_out(0)
        elif not model.vision:
            self.notice.show_left_out(count, model.name)
        else:
            shown = sum(len(pictures) for _, pictures in images_sent(path, waiting))
            self.notice.show_left_out(count - waiting - shown)

    # --- larger ---

    def _open_waiting(self, index: int) -> None:
        self._open([(image.name, image.data) for image in self.tray.images], index)

    def _act(self, action: str, message_id: int, index: int) -> None:
        """What the person wants of an image of a message. Raises SamarError."""
        store, _ = self.place()
        found = store.get_message(message_id).images
        if action == "show":
            self._open([(image.name, store.picture(image.id)) for image in found], index)
            return
        name, data = found[index].name, store.picture(found[index].id)
        if action == "copy":
            self.images.draw(_Copied(name), data)
        else:
            from desktop.ui.transcript.image_viewer import ask_where

            ask_where(self.window, name, data, self.error_occurred.emit)

    def _open(self, images: list[tuple[str, bytes]], index: int) -> None:
        from desktop.ui.transcript.image_viewer import ImageViewer

        ImageViewer(images, index, self.images, self.window).open()

    def close(self) -> None:
        self.images.close()
