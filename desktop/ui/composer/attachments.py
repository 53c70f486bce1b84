"""What waits in the composer to be sent with the text: a chip for each image, and what of a clipboard or a drop is one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.core.files import is_folder, open_regular
from desktop.core.images import SUFFIXES, ImageFile, kind_of
from desktop.core.reads import within
from desktop.ui import icons, theme
from desktop.ui.widgets.basic import Button, IconButton, draw_line, name_changed, say

WIDTH, HEIGHT, GAP, SIDE = 165, 48, 8, 36
"""Of a chip, between two, and of its thumbnail; pixels."""


MOST_FILES = 500
"""That are opened at once; each is read to know its kind."""
WAIT_S = 0.5
"""Seconds that a disk has to answer in the window's thread."""
_NO_IMAGES = (".gguf", ".safetensors", ".json", ".zip", ".txt", ".md", ".pdf", ".docx")


def is_image_file(path: Path) -> bool:
    """Whether a file looks like an image: by its name, or by its first bytes where the name says nothing."""
    if "\0" in str(path):
        return False
    if path.suffix.lower() in SUFFIXES:
        return not is_folder(path)
    if path.suffix.lower() in _NO_IMAGES:  # not read: this is the window's thread
        return False
    return within(WAIT_S, lambda: _begins_as_image(path), False)


def _begins_as_image(path: Path) -> bool:
    try:
        with open_regular(path) as file:
            return bool(kind_of(file.read(16)))
    except OSError:
        return False


_FILES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp")


def sources_of(mime: QMimeData) -> list[Path | bytes | QImage]:
    """The images of a clipboard or a drop: files, else a picture that comes without words (a table has both)."""
    files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if files:
        return [path for path in files[:MOST_FILES] if is_image_file(path)]
    if bytes(mime.data("text/plain").data()).strip():
        return []
    kinds = [form for form in mime.formats() if form.startswith("image/")]
    if kinds:  # of another program: as bytes, since Qt would decode it here
        found = [bytes(mime.data(form).data()) for form in _FILES if form in kinds]
        return [*[data for data in found if kind_of(data)][:1]]
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return [image]
    return []


class Chip(Button):
    """One image: a click shows it larger, Delete or the cross takes it away, the arrow keys go to its neighbours."""

    remove_requested = Signal()
    stepped = Signal(int)

    def __init__(self, image: ImageFile, parent: QWidget) -> None:
        super().__init__(parent)
        self.image = image
        self.picture = QImage()
        self.close_button = IconButton("close", self, size=24, icon_size=13)
        self.close_button.clicked.connect(self.remove_requested)
        self.setFixedSize(WIDTH, HEIGHT)
        self._retranslate()

    def set_picture(self, picture: QImage) -> None:
        self.picture = picture
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        x = 4 if self.right_to_left() else self.width() - 28
        self.close_button.move(x, (self.height() - 24) // 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_requested.emit()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.stepped.emit(1 if (event.key() == Qt.Key.Key_Right) is not self.right_to_left() else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(tokens.color("faint" if self.hovered() else "line"), 1))
        painter.setBrush(tokens.color("hover"))
        painter.drawRoundedRect(whole, theme.RADIUS_ROW, theme.RADIUS_ROW)
        rtl = self.right_to_left()
        spot = QRectF(self.width() - 6 - SIDE if rtl else 6, 6, SIDE, SIDE)
        paint_cropped(painter, self.picture, spot, 7)
        left, right = (30, 50) if rtl else (50, 30)
        text = QRectF(self.rect()).adjusted(left, 5, -right, -self.height() / 2)
        painter.setFont(theme.interface_font(13))
        painter.setPen(tokens.color("text"))
        draw_line(painter, text, self.image.name, right_to_left=rtl)
        painter.setFont(theme.interface_font(12))
        painter.setPen(tokens.color("muted"))
        draw_line(painter, text.translated(0, self.height() / 2 - 5), pixels(self.image), right_to_left=rtl)
        self.paint_ring(painter, whole, theme.RADIUS_ROW)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        named = self.tr("Image {name}, {size}").replace("{size}", pixels(self.image))
        self.describe(named.replace("{name}", self.image.name), "", self.tr("The Delete key removes it."))
        self.close_button.describe(self.tr("Remove {name}").replace("{name}", self.image.name))


class AttachmentTray(QWidget):
    """The chips, in as many rows as they need. Hidden while there is none."""

    changed = Signal()
    """An image came or went."""
    opened = Signal(int)
    """Which image is to be shown larger."""
    left = Signal()
    """The last chip that had the keyboard is gone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: list[Chip] = []
        self.hide()

    @property
    def images(self) -> list[ImageFile]:
        return [chip.image for chip in self.chips]

    def set_images(self, images: list[ImageFile]) -> None:
        """Show these in the place of all others."""
        for chip in self.chips:
            self._drop(chip)
        self.chips = []
        self.add(images)

    def add(self, images: list[ImageFile]) -> None:
        for image in images:
            chip = Chip(image, self)
            chip.clicked.connect(lambda _=False, chip=chip: self.opened.emit(self.chips.index(chip)))
            chip.remove_requested.connect(lambda chip=chip: self.remove(self.chips.index(chip)))
            chip.stepped.connect(lambda by, chip=chip: self._step(chip, by))
            self.chips.append(chip)
            chip.show()
        self._arranged()

    def remove(self, index: int) -> None:
        chip = self.chips.pop(index)
        focused = chip.hasFocus() or chip.close_button.hasFocus()
        say(self, self.tr("{name} was removed").replace("{name}", chip.image.name))
        self._drop(chip)
        self._arranged()
        if focused and self.chips:
            self.chips[min(index, len(self.chips) - 1)].setFocus(Qt.FocusReason.TabFocusReason)
        elif focused:
            self.left.emit()

    def set_picture(self, image: ImageFile, picture: QImage) -> None:
        for chip in self.chips:
            if chip.image is image:
                chip.set_picture(picture)

    def _drop(self, chip: Chip) -> None:
        chip.hide()
        chip.setParent(None)
        chip.deleteLater()

    def _step(self, chip: Chip, by: int) -> None:
        at = self.chips.index(chip) + by
        if 0 <= at < len(self.chips):
            self.chips[at].setFocus(Qt.FocusReason.TabFocusReason)

    def _arranged(self) -> None:
        self.setVisible(bool(self.chips))
        self._place()
        count = len(self.chips)
        self.setAccessibleName(self.tr("%n image(s) to be sent", "", count))
        name_changed(self)
        self.changed.emit()

    def set_tab_order(self, before: QWidget, after: QWidget) -> None:
        for widget in (w for chip in self.chips for w in (chip, chip.close_button)):
            QWidget.setTabOrder(before, widget)
            before = widget
        QWidget.setTabOrder(before, after)

    def _place(self) -> None:
        columns = max(1, (self.width() + GAP) // (WIDTH + GAP))
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for at, chip in enumerate(self.chips):
            x = at % columns * (WIDTH + GAP)
            chip.move(self.width() - x - WIDTH if rtl else x, at // columns * (HEIGHT + GAP))
        rows = -(-len(self.chips) // columns)
        self.setFixedHeight(max(rows * (HEIGHT + GAP) - GAP, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._place()


def pixels(image: ImageFile) -> str:
    """ "640 × 480", in one piece whatever stands around it."""
    return f"\u2066{image.width} × {image.height}\u2069"


def paint_cropped(painter: QPainter, picture: QImage, rect: QRectF, radius: float) -> None:
    """A picture that fills a rounded square, its middle seen; before it is there, an empty one."""
    tokens = theme.current()
    shape = QPainterPath()
    shape.addRoundedRect(rect, radius, radius)
    if picture.isNull():
        painter.fillPath(shape, tokens.color("track"))
        icons.paint(
            painter, "image", QRectF(rect.center() - QPointF(9, 9), QSize(18, 18).toSizeF()), tokens.color("muted")
        )
        return
    side = min(picture.width(), picture.height())
    part = QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side)
    painter.save()
    painter.setClipPath(shape)
    painter.drawImage(rect, picture, part)
    painter.restore()
