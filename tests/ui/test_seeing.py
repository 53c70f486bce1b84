"""The whole way of an image, as a person goes it: a real window, the real engine process, a tiny model with its projector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.core.generation import GenerationParams
from desktop.core.languages import Language
from desktop.core.paths import Paths
from tests.fakes.tiny_gguf import png, write_tiny, write_tiny_projector

pytestmark = pytest.mark.engine
SHORT = GenerationParams(temperature=0.0, max_tokens=24)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A tiny model that sees: its projector lies beside it."""
    folder = tmp_path / "models"
    folder.mkdir()
    write_tiny_projector(folder / "mmproj-tiny.gguf")
    write_tiny(folder / "tiny.gguf")
    return folder / "tiny.gguf"


@pytest.fixture
def opened(qapp: QApplication, qtbot: QtBot, data_dir: Path) -> Iterator[Callable[[Path], Samar]]:
    running: list[Samar] = []

    def start(model: Path) -> Samar:
        samar = Samar(qapp, Paths.under(data_dir))
        running.append(samar)
        samar.preferences.change(language=Language.ENGLISH)
        samar.window.show()
        with qtbot.waitSignal(samar.worker.model_loaded, timeout=60_000):
            samar.models.load(model)
        samar.chats.set_params(SHORT)
        return samar

    yield start
    for samar in running:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()


def answered(qtbot: QtBot, samar: Samar, act: Callable[[], object]) -> str:
    with qtbot.waitSignal(samar.chats.replies.ended, timeout=60_000):
        act()
    reply = samar.chats.path()[-1]
    assert reply.status is MessageStatus.FINISHED, reply.error_code
    return reply.content


def type_and_send(qtbot: QtBot, samar: Samar, text: str) -> None:
    qtbot.keyClicks(samar.window.composer.text, text)
    qtbot.keyClick(samar.window.composer.text, Qt.Key.Key_Return)


def drop(samar: Samar, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    actions, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    place = QPointF(300, 300)
    left = Qt.MouseButton.LeftButton
    QApplication.sendEvent(samar.window, QDragEnterEvent(place.toPoint(), actions, mime, left, none))
    QApplication.sendEvent(samar.window, QDropEvent(place, actions, mime, left, none))


def test_that_a_dropped_and_a_pasted_image_are_seen_kept_and_not_read_twice(
    qtbot: QtBot, opened: Callable[[Path], Samar], model: Path, tmp_path: Path
) -> None:
    samar = opened(model)
    assert samar.worker.model is not None and samar.worker.model.vision
    red = tmp_path / "red.png"
    red.write_bytes(png((220, 20, 20)))
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        drop(samar, red)
    seen = answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "What is it?"))
    first = samar.chats.path()[-1].stats
    assert first is not None
    blue = QImage(24, 16, QImage.Format.Format_RGB32)
    blue.fill(QColor(20, 20, 220))
    QGuiApplication.clipboard().setImage(blue)
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        samar.window.composer.text.paste()
    QGuiApplication.clipboard().clear()
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "And this one?"))
    second = samar.chats.path()[-1].stats
    assert second is not None
    assert second.cached_tokens >= first.prompt_tokens, "the first image is in the cache"
    user = samar.chats.path()[0]
    again = answered(qtbot, samar, lambda: samar.chats.regenerate(samar.chats.path()[1].id))
    assert again == seen, "the same image, the same greedy reply"
    edited = answered(qtbot, samar, lambda: samar.chats.edit(user.id, "What is it?"))
    assert edited == seen
    samar.chats.new_chat()
    samar.chats.set_params(SHORT)
    plain = answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "What is it?"))
    stats = samar.chats.path()[-1].stats
    assert stats is not None
    assert first.prompt_tokens - stats.prompt_tokens == 16, "the image took the positions of its patches"
    assert plain != seen, "the reply depends on the image"


def test_that_a_webp_and_an_image_too_large_are_made_fit_for_the_engine(
    qtbot: QtBot, opened: Callable[[Path], Samar], model: Path, tmp_path: Path
) -> None:
    samar = opened(model)
    large = QImage(2600, 1300, QImage.Format.Format_RGB32)
    large.fill(QColor(20, 160, 20))
    files = [tmp_path / "large.webp", tmp_path / "large.jpg"]
    for path in files:
        assert large.save(str(path))
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        samar.chats.images.take(files)
    assert [(image.width, image.height) for image in samar.window.composer.tray.images] == [(2048, 1024)] * 2
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "What is it?"))


def test_that_the_chat_goes_on_after_a_restart_with_its_image(
    qtbot: QtBot, opened: Callable[[Path], Samar], model: Path, tmp_path: Path
) -> None:
    red = tmp_path / "red.png"
    red.write_bytes(png((220, 20, 20)))
    samar = opened(model)
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        samar.chats.images.take([red])
    seen = answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "What is it?"))
    samar.window.close()
    samar.close()
    again = opened(model)
    (chat,) = again.store.list_chats()
    again.chats.open_chat(chat.id)
    qtbot.waitUntil(lambda: again.transcript.thumbnails.has(again.chats.path()[0].images[0].id))
    assert answered(qtbot, again, lambda: again.chats.regenerate(again.chats.path()[1].id)) == seen


def test_that_probabilities_come_from_the_real_engine(
    qtbot: QtBot, opened: Callable[[Path], Samar], model: Path
) -> None:
    samar = opened(model)
    samar.window.panel.switch.choice.group.button(1).click()
    plain = answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "Tell me."))
    reply = samar.chats.path()[-1]
    tokens = samar.chats.probabilities.tokens_of(reply.id)
    assert reply.stats is not None
    assert len(tokens) == reply.stats.reply_tokens
    assert all(0 < token.probability <= 1 and 1 <= len(token.others) <= 5 for token in tokens)
    assert all(token.probability == max(p for _, p in token.others) for token in tokens), "greedy"
    samar.window.panel.switch.choice.group.button(0).click()
    assert answered(qtbot, samar, lambda: samar.chats.regenerate(reply.id)) == plain, "asking changes no reply"
    assert not samar.chats.probabilities.has(samar.chats.path()[-1].id)
