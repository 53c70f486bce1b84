"""An image by itself, as large as there is room: looked at, copied, saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.core.errors import SamarError
from desktop.core.images import check_image, kind_of
from desktop.core.settings import storage_error
from desktop.ui import icons, theme
from desktop.ui.error_presenter import present
from desktop.ui.shortcuts import native
from desktop.ui.widgets.basic import IconButton, Label, name_changed, say
from desktop.workers.images import ImageWorker

_MOST_ZOOM = 8.0
_STEP = 1.25
_SUFFIX = {"jpeg": ".jpg"}


def saved_name(name: str, data: bytes) -> str:
    """The file's own name with the ending of the format in which it is kept."""
    kind = kind_of(data) or "png"
    return f"{Path(name).stem or 'image'}{_SUFFIX.get(kind, '.' + kind)}"


def ask_where(parent: QWidget, name: str, data: bytes, failed: Callable[[SamarError], None]) -> None:
    """Ask for a place and write the file of an image there."""
    dialog = QFileDialog(parent, QCoreApplication.translate("ImageViewer", "Save the image"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(saved_name(name, data))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda chosen: write(Path(chosen), data, failed))
    dialog.open()


def write(path: Path, data: bytes, failed: Callable[[SamarError], None]) -> None:
    try:
        path.write_bytes(data)
    except OSError as problem:
        failed(storage_error(problem, path.parent))


class ImageCanvas(QWidget):
    """Fits the image into itself; the wheel and "+" enlarge it, dragging moves it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.image = QImage()
        self.is_coming = True
        self.zoom = 1.0
        self.moved = QPoint()
        self._grip: QPoint | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 160)

    def show_image(self, image: QImage | None) -> None:
        """None: it is on its way. A null image: it can't be read."""
        self.is_coming = image is None
        self.image, self.zoom, self.moved = QImage() if image is None else image, 1.0, QPoint()
        self.update()

    def place(self) -> QRectF:
        """Where the image is, in this widget."""
        room = QSizeF(self.size())
        whole = QSizeF(self.image.size()) / max(self.devicePixelRatioF(), 1.0)
        if whole.width() > room.width() or whole.height() > room.height():
            whole = whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        whole *= self.zoom
        rect = QRectF(0, 0, whole.width(), whole.height())
        rect.moveCenter(QRectF(self.rect()).center() + self.moved)
        return rect

    def enlarge(self, factor: float) -> None:
        """Make the image larger or smaller; 0: as large as there is room."""
        self.zoom = min(max(self.zoom * factor, 1.0), _MOST_ZOOM) if factor else 1.0
        self._keep_in()

    def move_by(self, by: QPoint) -> None:
        self.moved += by
        self._keep_in()

    def _keep_in(self) -> None:
        """An edge of the image never comes further in than that of the room."""
        size = self.place().size()
        across = max(round((size.width() - self.width()) / 2), 0)
        down = max(round((size.height() - self.height()) / 2), 0)
        self.moved = QPoint(min(max(self.moved.x(), -across), across), min(max(self.moved.y(), -down), down))
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.enlarge(_STEP if event.angleDelta().y() > 0 else 1 / _STEP)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grip = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            here = event.position().toPoint()
            self.move_by(here - self._grip)
            self._grip = here

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_in()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), tokens.color("window"))
        if self.is_coming:
            return
        if self.image.isNull():
            spot = QRectF(0, 0, 40, 40)
            spot.moveCenter(QRectF(self.rect()).center())
            icons.paint(painter, "alert", spot, tokens.color("muted"))
        else:
            painter.drawImage(self.place(), self.image)


class ImageViewer(QDialog):
    """The images of one message, one at a time."""

    def __init__(self, images: Sequence[tuple[str, bytes]], index: int, worker: ImageWorker, parent: QWidget) -> None:
        """images: (name, file) of each. index: the one that is shown first. worker: decodes them."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.images, self.index = list(images), index
        self._worker, self._asked = worker, object()
        worker.drawn.connect(self._take)
        self.canvas = ImageCanvas(self)
        self.name = Label("subject", self)
        self.size_label = Label("hint", self)
        self.problem = Label("hint", self, wrap=True)
        self.problem.hide()
        self.back = IconButton("chevron-start", self)
        self.on = IconButton("chevron-end", self)
        self.larger = IconButton("plus", self)
        self.copy = IconButton("copy", self)
        self.save = IconButton("drop", self)
        self.close_button = IconButton("close", self)
        row = QHBoxLayout()
        row.setContentsMargins(16, 10, 10, 10)
        row.setSpacing(4)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.size_label)
        row.addLayout(words, 1)
        for button in (self.back, self.on, self.larger, self.copy, self.save, self.close_button):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.problem)
        column.addWidget(self.canvas, 1)
        self.back.clicked.connect(lambda: self.step(-1))
        self.on.clicked.connect(lambda: self.step(1))
        self.larger.clicked.connect(lambda: self.canvas.enlarge(_STEP * _STEP))
        self.copy.clicked.connect(self.copy_image)
        self.save.clicked.connect(self.ask_where)
        self.close_button.clicked.connect(self.close)
        for keys, action in (("Ctrl+C", self.copy_image), ("Ctrl+S", self.ask_where)):
            QShortcut(keys, self).activated.connect(action)
        screen = parent.window().size()
        self.resize(QSize(max(round(screen.width() * 0.86), 420), max(round(screen.height() * 0.88), 360)))
        self._retranslate()
        self.show_at(index)
        self.canvas.setFocus()

    @property
    def data(self) -> bytes:
        """The file of the image that is shown."""
        return self.images[self.index][1]

    def show_at(self, index: int) -> None:
        self.index = index
        name, data = self.images[index]
        self._asked = object()  # what was asked for before comes too late
        self._worker.draw(self._asked, data)
        self.problem.hide()
        self.canvas.show_image(None)
        self.name.setText(name)
        size = self._size_of(data)
        place = f"{index + 1} / {len(self.images)}"
        self.size_label.setText(size if len(self.images) == 1 else f"{size}   \u2066{place}\u2069")
        self.setWindowTitle(name or self.tr("Image"))
        self.canvas.setAccessibleName(self.tr("Image {name}").replace("{name}", name))
        name_changed(self.canvas)
        for button in (self.back, self.on):
            button.setVisible(len(self.images) > 1)
        self.back.setEnabled(index > 0)
        self.on.setEnabled(index < len(self.images) - 1)
        self.copy.setEnabled(False)
        say(self, name)

    @staticmethod
    def _size_of(data: bytes) -> str:
        try:
            width, height = check_image(data, webp=True)
        except SamarError:
            return ""
        return f"\u2066{width} × {height}\u2069"

    def _take(self, key: object, image: QImage) -> None:
        if key is not self._asked:
            return
        self.canvas.show_image(image)
        self.copy.setEnabled(not image.isNull())
        if image.isNull():
            self._say_problem(SamarError("image_unreadable", name=self.images[self.index][0]))

    def step(self, by: int) -> None:
        if 0 <= self.index + by < len(self.images):
            self.show_at(self.index + by)

    def copy_image(self) -> None:
        if not self.canvas.image.isNull():
            QGuiApplication.clipboard().setImage(self.canvas.image)
            say(self, self.tr("Copied"))

    def ask_where(self) -> None:
        ask_where(self, *self.images[self.index], self._say_problem)

    def _say_problem(self, problem: SamarError) -> None:
        said = present(problem)
        self.problem.setText(f"{said.what} {said.then}")
        self.problem.setContentsMargins(16, 0, 16, 8)
        self.problem.show()
        say(self, said.what)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        arrows = {
            Qt.Key.Key_Left: QPoint(40, 0),
            Qt.Key.Key_Right: QPoint(-40, 0),
            Qt.Key.Key_Up: QPoint(0, 40),
            Qt.Key.Key_Down: QPoint(0, -40),
        }
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.canvas.enlarge(_STEP)
        elif key == Qt.Key.Key_Minus:
            self.canvas.enlarge(1 / _STEP)
        elif key == Qt.Key.Key_0:
            self.canvas.enlarge(0)
        elif key in arrows and self.canvas.zoom > 1:
            self.canvas.move_by(arrows[Qt.Key(key)])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step(1 if (key == Qt.Key.Key_Right) is not rtl else -1)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.show_at(self.index)

    def _retranslate(self) -> None:
        self.back.describe(self.tr("Previous image"))
        self.on.describe(self.tr("Next image"))
        self.larger.describe(self.tr("Enlarge"), "+")
        self.copy.describe(self.tr("Copy the image"), native("Ctrl+C"))
        self.save.describe(self.tr("Save the image…"), native("Ctrl+S"))
        self.close_button.describe(self.tr("Close"), "Esc")
