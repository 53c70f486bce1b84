"""Images that a person gives: read, checked, turned upright and made small enough to keep, away from the window's thread.

The header is judged in Python first (`core/images.py`); Qt then gets the bytes with the format's name, so that no other
decoder looks at them, and its own bound on memory holds. What the engine reads as it is stays as it is, byte for byte.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QColorSpace, QImage, QImageIOHandler, QImageReader, QImageWriter, QPainter

from desktop.core.errors import SamarError
from desktop.core.files import open_regular
from desktop.core.images import MAX_BYTES, MAX_KEPT_BYTES, ImageFile, check_image, kind_of

log = logging.getLogger(__name__)

LONGEST_SIDE = 2048
"""Pixels; a larger image is made smaller. The projectors that are common see less."""
_KEPT_AS_THEY_ARE = ("png", "jpeg")
_QUALITIES = (90, 75, 50)
_ODD = (QImage.Format.Format_CMYK8888, QImage.Format.Format_Invalid)

Source = Path | QImage
"""A file, or what was on the clipboard."""


@dataclass(frozen=True, slots=True)
class Prepared:
    images: tuple[ImageFile, ...]
    problem: SamarError | None = None
    """Of the first that could not be taken."""


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
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
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
        self._pool.start(lambda: self._prepare(taken, name))

    def draw(self, key: object, data: bytes, size: QSize) -> None:
        """Decode a kept image so that it fills `size`, in pixels of the screen; `drawn` follows."""
        if not self._closed:
            self._pool.start(lambda: self._draw(key, data, size))

    def close(self) -> None:
        """Wait for the image at work; drop the rest."""
        self._closed = True
        self._pool.clear()
        self._pool.waitForDone()

    def _deliver(self, outcome: Prepared) -> None:
        self.waiting -= 1
        if not self._closed:
            self.prepared.emit(outcome)

    # ---- on the thread

    def _prepare(self, sources: Sequence[Source], name: str) -> None:
        images: list[ImageFile] = []
        problem: SamarError | None = None
        for source in sources:
            try:
                images.append(keep(source, name) if isinstance(source, QImage) else read(source))
            except SamarError as found:
                problem = problem or found
            except Exception:  # a bug: the window must not wait for ever
                log.exception("an image could not be prepared")
                problem = problem or SamarError(
                    "image_unreadable", name="" if isinstance(source, QImage) else source.name
                )
        self._ready.emit(Prepared(tuple(images), problem))

    def _draw(self, key: object, data: bytes, size: QSize) -> None:
        try:
            made = decoded(data, filling=size)
        except SamarError:
            made = QImage()
        self._drew.emit(key, made)


def read(path: Path) -> ImageFile:
    """An image file, as it is kept. Raises SamarError image_unreadable, image_too_large."""
    try:
        with open_regular(path) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise SamarError("image_unreadable", name=path.name) from problem
    return prepare(data, path.name)


def prepare(data: bytes, name: str = "") -> ImageFile:
    """The bytes of an image, as they are kept. Raises SamarError image_unreadable, image_too_large."""
    check_image(data, name, webp=True)
    kind = kind_of(data)
    reader, _buffer = _reader(data)
    upright = reader.transformation() == QImageIOHandler.Transformation.TransformationNone
    image = decoded(data, name, longest=LONGEST_SIDE)
    as_it_is = kind in _KEPT_AS_THEY_ARE and len(data) <= MAX_KEPT_BYTES and upright
    if as_it_is and reader.size() == image.size() and image.format() not in _ODD:
        return ImageFile.checked(data, name)
    return keep(image, name, lossy=kind == "jpeg")


def keep(image: QImage, name: str = "", *, lossy: bool = False) -> ImageFile:
    """A picture as a file that is small enough. lossy: it was a JPEG. Raises SamarError image_unreadable."""
    if image.isNull():
        raise SamarError("image_unreadable", name=name)
    image.setDevicePixelRatio(1.0)
    longest = max(image.width(), image.height())
    if longest > LONGEST_SIDE:
        image = image.scaled(
            _fitting(image.size(), LONGEST_SIDE),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    space = image.colorSpace()
    if space.isValid() and space != QColorSpace(QColorSpace.NamedColorSpace.SRgb):
        image = image.convertedToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    if not lossy or image.hasAlphaChannel():
        plain = image.convertToFormat(
            QImage.Format.Format_ARGB32 if image.hasAlphaChannel() else QImage.Format.Format_RGB32
        )
        data = _encoded(plain, b"PNG")
        if len(data) <= MAX_KEPT_BYTES:
            return ImageFile.checked(data, name)
    flat = QImage(image.size(), QImage.Format.Format_RGB32)
    flat.fill(Qt.GlobalColor.white)
    painter = QPainter(flat)
    painter.drawImage(0, 0, image)
    painter.end()
    for quality in _QUALITIES:
        data = _encoded(flat, b"JPEG", quality)
        if len(data) <= MAX_KEPT_BYTES:
            break
    return ImageFile.checked(data, name)


def decoded(data: bytes, name: str = "", *, longest: int = 0, filling: QSize | None = None) -> QImage:
    """The pixels, upright. longest: at most so many on the longer side. filling: at least this size, if it has so many,
    and not many more. Raises SamarError image_unreadable."""
    reader, _buffer = _reader(data)
    size = reader.size()
    wanted = size
    if longest:
        wanted = _fitting(size, longest)
    elif filling is not None:
        turned = reader.transformation().value & QImageIOHandler.Transformation.TransformationRotate90.value
        wanted = size.scaled(filling.transposed() if turned else filling, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    if size.isValid() and wanted.width() < size.width():
        reader.setScaledSize(wanted.expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        raise SamarError("image_unreadable", name=name)
    return image


def _reader(data: bytes) -> tuple[QImageReader, QBuffer]:
    """The reader, and the buffer that must live as long as it."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind_of(data).encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    return reader, buffer


def _fitting(size: QSize, longest: int) -> QSize:
    if max(size.width(), size.height()) <= longest:
        return size
    return size.scaled(longest, longest, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))


def _encoded(image: QImage, kind: bytes, quality: int = -1) -> bytes:
    made = QByteArray()
    buffer = QBuffer(made)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(kind))
    writer.setQuality(quality)
    if not writer.write(image):
        raise SamarError("image_unreadable", name="")
    buffer.close()
    return bytes(made.data())
