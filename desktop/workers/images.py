"""Images that a person gives, and images of messages: read, checked and decoded away from the window's thread and process.

Decoders are native code, and images come from strangers: a parser process turns them into pixels or into a file that is
kept (`image_decoding.py`); its answers are checked here.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage

from desktop.core.errors import SamarError
from desktop.core.files import open_regular
from desktop.core.images import MAX_BYTES, MAX_PIXELS, ImageFile, check_image
from desktop.core.reads import GivenUp, Reads
from desktop.parsing.client import ParserError, ParserProcess
from desktop.parsing.protocol import Kind
from desktop.parsing.requests import Requests
from desktop.workers.image_decoding import keep

log = logging.getLogger(__name__)

LONGEST_SHOWN = 4096
"""Pixels of the longer side of an image that is shown or copied."""
_LIMIT_S = 10.0
"""Seconds of processor time for one image; the largest take one."""

Source = Path | bytes | QImage
"""A file, or what was on the clipboard or dropped: a file's bytes, or pixels of this program or of the system."""


@dataclass(frozen=True, slots=True)
class Prepared:
    images: tuple[ImageFile, ...]
    problem: SamarError | None = None
    """Of the first that could not be taken."""


class ImageDecoder:
    """A process that decodes. Errors: SamarError image_unreadable, image_too_large."""

    def __init__(self) -> None:
        self._process = ParserProcess(Kind.IMAGES)
        self.reads = Reads()
        """Of the files; closed where nothing more is to be read."""

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def read(self, path: Path) -> ImageFile:
        """An image file, as it is kept."""
        try:
            data = self.reads.run(_bytes_of, path)
        except (OSError, ValueError, GivenUp) as problem:
            raise SamarError("image_unreadable", name=path.name) from problem
        return self.prepare(data, path.name)

    def prepare(self, data: bytes, name: str = "") -> ImageFile:
        """The bytes of an image, as they are kept."""
        check_image(data, name, webp=True)
        made: bytes | None = self._ask(name, "prepare", data, name, answer=bytes | None)
        return ImageFile.checked(data if made is None else made, name)

    def pixels(self, data: bytes, name: str = "", *, filling: QSize | None = None) -> QImage:
        """The pixels, upright. filling: at least this size, if it has so many, and not many more."""
        check_image(data, name, webp=True)
        size = None if filling is None else (filling.width(), filling.height())
        found: tuple[int, int, bytes] = self._ask(
            name, "pixels", data, LONGEST_SHOWN if size is None else 0, size, answer=tuple[int, int, bytes]
        )
        width, height, raw = found
        if min(width, height) < 1 or len(raw) != width * height * 4 or width * height > MAX_PIXELS:
            raise SamarError("image_unreadable", name=name)
        return QImage(raw, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()

    def close(self) -> None:
        """End the process; an image at work is given up."""
        self._process.close()

    def _ask(self, name: str, task: str, *arguments: Any, answer: Any) -> Any:
        try:
            return self._process.call(task, *arguments, answer=answer, limit_s=_LIMIT_S)
        except ParserError as problem:
            raise SamarError("image_unreadable", name=name) from problem


def _bytes_of(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.read(MAX_BYTES + 1)


class ImageWorker(QObject):
    """One image after another, on a thread that ends with `close`. Answers are signals on the thread of this object."""

    prepared = Signal(object)
    """Prepared."""
    drawn = Signal(object, object)
    """key, QImage: a null one where the file can't be read."""

    _ready = Signal(object)
    _drew = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.decoder = ImageDecoder()
        self._requests = requests = Requests("images", self.decoder.close)
        self.destroyed.connect(lambda: requests.drop())
        self._closed = False
        self.waiting = 0
        """Batches that are being prepared."""
        self._ready.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._drew.connect(self.drawn, Qt.ConnectionType.QueuedConnection)

    def prepare(self, sources: Sequence[Source], name: str = "") -> None:
        """Read images; `prepared` follows. name: of what comes from the clipboard."""
        if self._closed:
            return
        self.waiting += 1
        taken = [source.copy() if isinstance(source, QImage) else source for source in sources]
        self._requests.put(lambda: self._prepare(taken, name), self._tell)

    def draw(self, key: object, data: bytes, size: QSize | None = None) -> None:
        """Decode a kept image so that it fills `size`, in pixels of the screen (None: whole); `drawn` follows."""
        self._requests.put(lambda: (key, self._draw(data, size)), self._tell)

    def close(self) -> None:
        """Give up the image at work, and the rest."""
        self._closed = True
        self.decoder.reads.close()  # a share that went away would be waited for
        self._requests.close()

    def _deliver(self, outcome: Prepared) -> None:
        self.waiting -= 1
        if not self._closed:
            self.prepared.emit(outcome)

    # ---- on the thread

    def _tell(self, outcome: object) -> None:
        with contextlib.suppress(RuntimeError):  # the window was deleted in the meantime
            if isinstance(outcome, Prepared):
                self._ready.emit(outcome)
            elif isinstance(outcome, tuple):
                self._drew.emit(*outcome)

    def _prepare(self, sources: Sequence[Source], name: str) -> Prepared:
        images: list[ImageFile] = []
        problem: SamarError | None = None
        for source in sources:
            try:
                images.append(self._kept(source, name))
            except SamarError as found:
                problem = problem or found
            except Exception:  # a bug: the window must not wait for ever
                log.exception("an image could not be prepared")
                problem = problem or SamarError(
                    "image_unreadable", name=source.name if isinstance(source, Path) else ""
                )
        return Prepared(tuple(images), problem)

    def _kept(self, source: Source, name: str) -> ImageFile:
        if isinstance(source, QImage):
            return keep(source, name)  # pixels are encoded, not decoded
        return self.decoder.read(source) if isinstance(source, Path) else self.decoder.prepare(source, name)

    def _draw(self, data: bytes, size: QSize | None) -> QImage:
        try:
            return self.decoder.pixels(data, filling=size)
        except SamarError:
            return QImage()
