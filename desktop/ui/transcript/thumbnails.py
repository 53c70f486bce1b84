"""Images in the document of a chat: one character each, whose thumbnail the page paints.

The document holds only the room. The thumbnails are decoded when they come into view, on a thread, and few are kept: a
QTextDocument would keep every picture that it ever showed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from PySide6.QtCore import QCoreApplication, QObject, QPointF, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextImageFormat,
)

from desktop.core.chat import Picture
from desktop.core.errors import SamarError
from desktop.core.graphemes import cut
from desktop.core.text import Direction, shown
from desktop.ui import icons
from desktop.ui.transcript import blocks as b
from desktop.ui.transcript.block_painter import visible_blocks
from desktop.ui.transcript.blocks import AnyBlock, Block, Kind, Run, Spacing
from desktop.ui.transcript.formulas import FormulaRenderer
from desktop.ui.transcript.page import ChatPage
from desktop.ui.transcript.style import P_KIND, P_PICTURE, P_SOURCE, TranscriptStyle, colour
from desktop.ui.widgets.plain_text import set_tool_tip
from desktop.workers.images import ImageWorker

LINK = "samar:image/"
"""Then the message's id, a slash, and which of its images."""
_NAME = "picture:"
_ALONE, _AMONG = (300, 220), (168, 128)
"""Most width and height of a thumbnail, pixels at 100 %."""
_LEAST = 56
_KEPT = 48
"""Thumbnails."""


def image_blocks(message_id: int, images: Sequence[Picture], ui: Direction) -> list[AnyBlock]:
    """The block that shows the images of a message, above its text; none without images."""
    if not images:
        return []
    runs: list[Run] = []
    for at, image in enumerate(images):
        text = QCoreApplication.translate("Transcript", "[Image: {name}]").replace(
            "{name}", cut(shown(image.name), 120)
        )
        source = f"{image.id} {image.width} {image.height} {int(len(images) > 1)}"
        runs += [Run(" ")] if at else []
        runs.append(Run(text, b.PICTURE, f"{LINK}{message_id}/{at}", source))
    return [Block(Kind.IMAGES, tuple(runs), ui, gap=Spacing.NONE)]


def linked(address: str) -> tuple[int, int] | None:
    """(message id, which image) of the address of an image."""
    if not address.startswith(LINK):
        return None
    message, _, at = address.removeprefix(LINK).partition("/")
    return int(message), int(at)


def room_of(width: int, height: int, several: bool, look: TranscriptStyle) -> QSize:
    """The size of a thumbnail: the whole image, never enlarged, and never too small to be hit."""
    most = QSize(*(look.px(side) for side in (_AMONG if several else _ALONE)))
    size = QSize(width, height)
    if size.width() > most.width() or size.height() > most.height():
        size = size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
    return size.expandedTo(QSize(look.px(_LEAST), look.px(_LEAST)))


class Drawings(FormulaRenderer):
    """What stands as one character in the document: formulas, and the images of messages."""

    def image_format(self, run: Run, base: QTextCharFormat) -> QTextCharFormat | None:
        if not run.style & b.PICTURE:
            return super().image_format(run, base)
        number, width, height, several = map(int, run.source.split())
        room = room_of(width, height, bool(several), self.look)
        made = QTextImageFormat()
        made.setName(_NAME)
        made.setWidth(room.width())
        made.setHeight(room.height())
        made.setProperty(P_PICTURE, number)
        made.setProperty(P_SOURCE, run.text)
        set_tool_tip(made, run.text)
        made.setAnchor(True)
        made.setAnchorHref(run.href)
        return made

    def placed(self, run: Run, cursor: QTextCursor) -> None:
        if not run.style & b.PICTURE:
            super().placed(run, cursor)

    def image(self, url: QUrl) -> QImage | None:
        if url.toString() == _NAME:  # the page paints what is seen
            empty = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
            empty.fill(Qt.GlobalColor.transparent)
            return empty
        return super().image(url)


class Thumbnails(QObject):
    """Paints the images that are in view; asks for those that it does not have."""

    def __init__(self, page: ChatPage) -> None:
        super().__init__(page)
        self._page = page
        self._worker: ImageWorker | None = None
        self._bytes: Callable[[int], bytes] = lambda _id: b""
        self._kept: OrderedDict[tuple[int, int, int], QImage] = OrderedDict()
        self._asked: set[tuple[int, int, int]] = set()
        page.painted_over = self.paint

    def set_source(self, worker: ImageWorker, data: Callable[[int], bytes]) -> None:
        """data: the file of an image by its id; may raise SamarError."""
        self._worker, self._bytes = worker, data
        worker.drawn.connect(self._take)

    @property
    def is_settled(self) -> bool:
        """Every thumbnail that was asked for is there."""
        return not self._asked

    def has(self, picture_id: int) -> bool:
        return any(key[0] == picture_id and not image.isNull() for key, image in self._kept.items())

    def _take(self, key: object, image: QImage) -> None:
        if key not in self._asked:
            return
        assert isinstance(key, tuple)
        self._asked.discard(key)
        self._kept[key] = image
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self._page.viewport().update()

    def _image(self, picture_id: int, size: QSize) -> QImage | None:
        """None: it is on its way. A null image: it can't be read."""
        key = (picture_id, size.width(), size.height())
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._asked and self._worker is not None:
            try:
                data = self._bytes(picture_id)
            except SamarError:
                self._kept[key] = QImage()
                return self._kept[key]
            self._asked.add(key)
            self._worker.draw(key, data, size)
        return None

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        """clip: what of the document is seen."""
        page, ratio = self._page, self._page.devicePixelRatioF()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        chosen = page.textCursor()
        for block, rect in visible_blocks(
            page.document(), page.first_visible(clip.top() - page.offset()), clip.bottom()
        ):
            if block.blockFormat().property(P_KIND) != Kind.IMAGES:
                continue
            for position, place, picture_id in places(block, rect):
                image = self._image(picture_id, (place.size() * ratio).toSize())
                self._paint(painter, place, image, page.look)
                if chosen.selectionStart() <= position < chosen.selectionEnd():
                    self._veil(painter, place, page.look)

    def _paint(self, painter: QPainter, place: QRectF, image: QImage | None, look: TranscriptStyle) -> None:
        shape = QPainterPath()
        radius = look.px(12)
        shape.addRoundedRect(place, radius, radius)
        painter.fillPath(shape, colour(look.palette.code))
        if image is None or image.isNull():
            spot = QRectF(place.center() - QPointF(look.px(11), look.px(11)), QSize(look.px(22), look.px(22)).toSizeF())
            icons.paint(painter, "image" if image is None else "alert", spot, look.palette.muted)
        else:
            painter.save()
            painter.setClipPath(shape)
            painter.drawImage(_fitted(image.size(), place), image)
            painter.restore()
        painter.setPen(QPen(colour(look.palette.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _veil(self, painter: QPainter, place: QRectF, look: TranscriptStyle) -> None:
        """A selected image."""
        tint = QColor(colour(look.palette.accent))
        tint.setAlphaF(0.28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawRoundedRect(place, look.px(12), look.px(12))


def _fitted(size: QSize, place: QRectF) -> QRectF:
    """Where in its room an image is drawn: all of it, but for what rounding to whole pixels made of the room."""
    fitted = size.toSizeF().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    if max(place.width() - fitted.width(), place.height() - fitted.height()) < 2:
        return place
    return QRectF(place.center() - QPointF(fitted.width() / 2, fitted.height() / 2), fitted)


def places(block: QTextBlock, rect: QRectF) -> Iterator[tuple[int, QRectF, int]]:
    """(position, where it is seen, id) of each image of a block, in the document's coordinates."""
    layout = block.layout()
    at = block.begin()
    while not at.atEnd():
        fragment = at.fragment()
        at += 1
        made = fragment.charFormat()
        number = made.property(P_PICTURE)
        if number is None:
            continue
        size = made.toImageFormat()
        inside = fragment.position() - block.position()
        line = layout.lineForTextPosition(inside)
        if line.isValid():
            edges = [cast("tuple[float, int]", line.cursorToX(inside + step))[0] for step in (0, 1)]
            top = rect.top() + line.y() + line.ascent() - size.height()
            yield fragment.position(), QRectF(rect.left() + min(edges), top, size.width(), size.height()), int(number)
