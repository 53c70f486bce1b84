"""What covers the window while a file is held over it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QFont,
    QHideEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from desktop.core.files import is_file, is_folder
from desktop.ui import icons, theme
from desktop.ui.composer.attachments import sources_of


def held_by(event: QDropEvent, *, images_too: bool = True) -> tuple[list[str], list[Path | bytes | QImage]]:
    """Files and folders of this computer, and apart from them images, which may be no files; anything else is left out."""
    images = sources_of(event.mimeData()) if images_too else []
    local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    taken = {image for image in images if isinstance(image, Path)}
    return [name for name in local if Path(name) not in taken], images


_NO_DRAG = (QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress)
"""What never comes while something is held over the window."""


class DropOverlay(QWidget):
    def __init__(self, parent: QWidget, *, adds: bool = False) -> None:
        """adds: a model that is dropped joins the list and is not loaded."""
        super().__init__(parent)
        self.adds = adds
        self.paths: list[str] = []
        self.images: list[Path | bytes | QImage] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def enter(self, event: QDragEnterEvent) -> None:
        self.paths, self.images = held_by(event, images_too=not self.adds)
        if self.paths or self.images:
            copy(event)
            self.setGeometry(self.window().rect())
            self.raise_()
            self.show()
        else:
            event.ignore()

    def take(self, event: QDropEvent) -> tuple[list[str], list[Path | bytes | QImage]]:
        """The paths of a drop, and its images; hides the overlay."""
        self.hide()
        copy(event)
        return held_by(event, images_too=not self.adds)

    def showEvent(self, event: QShowEvent) -> None:
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        app = QApplication.instance()
        if app is not None:  # at the very end there is none
            app.removeEventFilter(self)
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A program that ends in the middle of a drag never says that it is over."""
        if event.type() in _NO_DRAG:
            self.hide()
        return False

    def texts(self) -> tuple[str, str]:
        """What a drop would do, and the name of what is held."""
        if self.images and not self.paths:
            count = len(self.images)
            only = self.images[0] if count == 1 else None
            shown = only.name if isinstance(only, Path) else self.tr("%n image(s)", "", count)
            return self.tr("Drop to attach to the message"), shown
        first = Path(self.paths[0]) if self.paths else Path()
        name = first.name if len(self.paths) == 1 else self.tr("%n file(s)", "", len(self.paths))
        if is_folder(first):
            if is_file(first / "config.json"):
                return self.tr("Drop to convert this model"), name
            return self.tr("Drop to add the models in this folder"), name
        if first.suffix.lower() == ".gguf":
            if self.adds:
                return self.tr("Drop to add to your models"), name
            return self.tr("Drop to load this model"), name
        return self.tr("Drop to open"), name

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), tokens.color("window", 0.96))
        frame = QRectF(self.rect()).adjusted(20, 20, -20, -20)
        pen = QPen(tokens.color("accent", 0.8), 2, Qt.PenStyle.DashLine)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(tokens.color("accent", 0.05))
        painter.drawRoundedRect(frame, 18, 18)
        middle = frame.center()
        icons.paint(
            painter, "drop", QRectF(middle.x() - 22, middle.y() - 64, 44, 44), tokens.color("accent"), width=1.5
        )
        what, name = self.texts()
        painter.setPen(tokens.color("text"))
        painter.setFont(theme.interface_font(20, QFont.Weight.DemiBold))
        line = QRectF(frame.left() + 24, middle.y() - 4, frame.width() - 48, 34)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, what)
        painter.setFont(theme.interface_font(14))
        painter.setPen(tokens.color("muted"))
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(line.width()))
        painter.drawText(line.translated(0, 34), Qt.AlignmentFlag.AlignCenter, shown)


def copy(event: QDropEvent) -> None:
    """Take a drag as a copy, whatever was proposed: a program that is told of a move may remove its file."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
