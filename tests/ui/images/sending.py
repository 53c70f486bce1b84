"""Images put into the composer of a whole Samar, and messages with them sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.requests import LoadOptions
from desktop.ui.composer.attachments import AttachmentTray
from tests.fakes.scripted_engine import ScriptedEngine
from tests.fakes.tiny_gguf import png

RED, BLUE = png((220, 20, 20)), png((20, 20, 220), 60, 90)
Start = Callable[..., Samar]
LEFT = Qt.MouseButton.LeftButton


def load(samar: Samar, qtbot: QtBot, name: str) -> None:
    with qtbot.waitSignal(samar.worker.model_loaded):
        samar.worker.load(Path(name), LoadOptions(threads=1, context=2048))


def engine_of(samar: Samar) -> ScriptedEngine:
    return cast(ScriptedEngine, samar.engine)


def tray(samar: Samar) -> AttachmentTray:
    return samar.window.composer.tray


def take(samar: Samar, qtbot: QtBot, sources: Sequence[Path | QImage]) -> None:
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        samar.chats.images.take(sources)


def send(samar: Samar, qtbot: QtBot, text: str = "What is it?") -> None:
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.window.composer.set_draft(text)
        samar.window.composer.submit()


def drop(samar: Samar, mime: QMimeData) -> None:
    window = samar.window
    place = QPoint(400, 300)
    actions, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(place, actions, mime, LEFT, none)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    assert window.drop.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(place), actions, mime, LEFT, none))
    assert window.drop.isHidden()


def urls(paths: Sequence[Path]) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def picture(colour: str = "red", width: int = 40, height: int = 30) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image
