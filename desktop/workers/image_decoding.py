"""Image files decoded, turned upright and made small enough to keep. Runs in a parser process.

The header is judged in Python first (`core/images.py`); Qt then gets the bytes with the format's name, so that no other
decoder looks at them, and its own bound on memory holds. What the engine reads as it is stays as it is, byte for byte.
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageIOHandler, QImageReader, QImageWriter, QPainter

from desktop.core.errors import SamarError
from desktop.core.images import MAX_KEPT_BYTES, ImageFile, check_image, kind_of

LONGEST_SIDE = 2048
"""Pixels; a larger image is made smaller. The projectors that are common see less."""
_KEPT_AS_THEY_ARE = ("png", "jpeg")
_QUALITIES = (90, 75, 50)
_ODD = (QImage.Format.Format_CMYK8888, QImage.Format.Format_Invalid)


def load_decoders() -> None:
    """Load Qt's plugins, which is not possible any more when the process has given up its rights."""
    QImageReader.supportedImageFormats()
    for kind in ("jpeg", "gif", "webp"):
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        QImageReader(buffer, QByteArray(kind.encode())).canRead()


def prepared(data: bytes, name: str) -> bytes | None:
    """The file that is kept of an image; None: the image as it is. Raises SamarError as `prepare`."""
    made = prepare(data, name).data
    return None if made == data else made


def pixels(data: bytes, longest: int, filling: tuple[int, int] | None) -> tuple[int, int, bytes]:
    """(width, height, pixels of 32 bits, premultiplied), as `decoded`."""
    check_image(data, webp=True)
    image = decoded(data, longest=longest, filling=None if filling is None else QSize(*filling))
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return image.width(), image.height(), bytes(image.constBits())


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
