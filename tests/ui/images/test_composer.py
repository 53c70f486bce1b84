"""Images on their way into a message: pasted, dropped, chosen, refused, kept beside the draft."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.errors import SamarError
from desktop.core.images import MAX_OF_MESSAGE
from desktop.core.languages import Language
from desktop.ui.composer.attachments import MOST_FILES, is_image_file, sources_of
from desktop.ui.transcript.thumbnails import LINK
from tests.fakes.scripted_engine import Reply
from tests.ui.images.sending import BLUE, LEFT, RED, Start, drop, engine_of, picture, send, take, tray, urls


def test_that_files_are_dropped_sent_kept_and_shown(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        drop(samar, urls(files))
    assert [image.name for image in tray(samar).images] == ["أحمر.png", "blue one.png"]
    assert tray(samar).isVisible()
    send(samar, qtbot)
    assert tray(samar).isHidden()
    request = engine_of(samar).requests[-1]
    assert request.images == ((0, RED), (0, BLUE))
    user = samar.chats.path()[0]
    assert [image.name for image in user.images] == ["أحمر.png", "blue one.png"]
    links = f"{LINK}{user.id}/"
    assert {f"{links}0", f"{links}1"} <= anchors(samar)
    qtbot.waitUntil(lambda: all(samar.transcript.thumbnails.has(image.id) for image in user.images))


def anchors(samar: Samar) -> set[str]:
    found = set()
    block = samar.transcript.page.document().firstBlock()
    while block.isValid():
        for formats in block.textFormats():
            found.add(formats.format.anchorHref())
        block = block.next()
    return found


def test_that_an_image_is_pasted_from_the_clipboard(start: Start, qtbot: QtBot) -> None:
    samar = start()
    text = samar.window.composer.text
    QGuiApplication.clipboard().setImage(picture("blue"))
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        qtbot.keyClick(text, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    (image,) = tray(samar).images
    assert (image.name, image.width, image.height) == ("Pasted image", 40, 30)
    assert QImage.fromData(image.data).pixelColor(3, 3) == QColor("blue")
    assert samar.window.composer.draft() == ""
    QGuiApplication.clipboard().clear()


def test_that_words_are_pasted_as_words_even_with_a_picture_of_them() -> None:
    mime = QMimeData()
    mime.setImageData(picture())
    assert len(sources_of(mime)) == 1
    mime.setText("a cell\tof a table")
    assert sources_of(mime) == []


def test_that_a_picture_of_another_program_is_taken_as_bytes_and_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_mime: QMimeData) -> None:
        raise AssertionError("decoded in the window's process")

    monkeypatch.setattr(QMimeData, "imageData", never)
    mime = QMimeData()
    mime.setData("image/tiff", b"II*\0 whatever")
    mime.setData("image/png", RED)
    assert sources_of(mime) == [RED]
    mime.removeFormat("image/png")
    assert sources_of(mime) == []
    mime.setData("image/png", b"no image at all")
    assert sources_of(mime) == []


def test_that_a_picture_without_a_file_is_dropped(start: Start, qtbot: QtBot) -> None:
    samar = start()
    mime = QMimeData()
    mime.setImageData(picture())
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        drop(samar, mime)
    assert len(tray(samar).images) == 1


def test_that_a_model_and_an_image_dropped_together_each_find_their_way(
    start: Start, qtbot: QtBot, files: list[Path], tmp_path: Path
) -> None:
    samar = start()
    model = tmp_path / "other.gguf"
    model.write_bytes(b"GGUF")
    dropped: list[list[str]] = []
    samar.window.files_dropped.connect(dropped.append)
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        drop(samar, urls([model, files[0]]))
    assert len(tray(samar).images) == 1
    assert dropped == [[str(model)]]


def test_that_files_named_at_the_start_are_attached(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        samar.open_files([str(files[1])])
    assert [image.name for image in tray(samar).images] == ["blue one.png"]


def test_that_a_flood_of_files_is_bounded_and_told(
    start: Start, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    samar = start()
    taken: list[int] = []
    monkeypatch.setattr(samar.chats.images, "take", lambda images: taken.append(len(images)))
    samar.open_files([str(files[0])] * (MOST_FILES + 1))
    assert taken == [MOST_FILES]
    assert samar.window.banner.error is not None and samar.window.banner.error.code == "too_many_files"


@pytest.mark.parametrize("suffix", [".png", ".gguf", ".txt", ""])
def test_that_a_name_that_is_too_long_is_told(start: Start, suffix: str) -> None:
    samar = start()
    samar.answer_start([f"/{'a' * 300}{suffix}"], "token")
    assert samar.window.isVisible()


def test_that_a_name_that_no_file_can_have_is_no_image() -> None:
    assert not is_image_file(Path("a\0.png"))


def test_that_the_button_asks_for_files(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    composer = samar.window.composer
    assert composer.attach.accessibleName() == "Attach images"
    qtbot.mouseClick(composer.attach, LEFT)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        dialog.filesSelected.emit([str(path) for path in files])  # type: ignore[attr-defined]
    dialog.close()
    assert len(tray(samar).images) == 2
    assert "Ctrl+U" in samar.window.keys


def test_that_a_file_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    for name, data, known in (("a.dat", RED, True), ("b.txt", b"words", False), ("c.png", b"no", True)):
        (tmp_path / name).write_bytes(data)
        assert is_image_file(tmp_path / name) is known
    assert not is_image_file(tmp_path)


def test_that_a_model_that_sees_none_refuses_with_the_way_to_others(
    start: Start, qtbot: QtBot, files: list[Path]
) -> None:
    samar = start(vision=False)
    samar.chats.images.take(files)
    banner = samar.window.banner
    assert banner.error is not None and banner.error.code == "no_vision"
    assert tray(samar).images == []
    with qtbot.waitSignal(samar.window.seeing_requested):
        qtbot.mouseClick(banner.acts[0], LEFT)


@pytest.mark.parametrize("what", ["no image", "cut", "huge", "gone"])
def test_that_what_is_no_fit_image_is_one_sentence_and_the_others_come(
    start: Start, qtbot: QtBot, files: list[Path], tmp_path: Path, what: str
) -> None:
    samar = start()
    bad = tmp_path / "bad.png"
    if what == "no image":
        bad.write_bytes(b"not an image")
    elif what == "cut":
        bad.write_bytes(RED[:60])
    elif what == "huge":
        bad.write_bytes(RED[:16] + (60_000).to_bytes(4, "big") * 2 + RED[24:])
    take(samar, qtbot, [bad, files[0]])
    error = samar.window.banner.error
    assert error is not None
    assert error.code == ("image_too_large" if what == "huge" else "image_unreadable")
    assert error.details["name"] == "bad.png"
    assert [image.name for image in tray(samar).images] == ["أحمر.png"]
    send(samar, qtbot)


def test_that_too_many_are_told_and_as_many_as_fit_are_taken(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    take(samar, qtbot, files * MAX_OF_MESSAGE)
    assert len(tray(samar).images) == MAX_OF_MESSAGE
    assert samar.window.banner.error is not None and samar.window.banner.error.code == "too_many_images"
    samar.chats.images.take(files)
    assert len(tray(samar).images) == MAX_OF_MESSAGE


def test_that_chips_are_taken_away_by_mouse_and_by_keyboard(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    take(samar, qtbot, [*files, files[0]])
    chips = tray(samar).chips
    assert chips[1].accessibleName().replace("\u2066", "").replace("\u2069", "") == "Image blue one.png, 60 × 90"
    qtbot.mouseClick(chips[1].close_button, LEFT)
    assert [image.name for image in tray(samar).images] == ["أحمر.png", "أحمر.png"]
    samar.window.composer.text.setFocus()
    qtbot.keyClick(samar.window.composer.text, Qt.Key.Key_Tab)
    assert tray(samar).chips[0].hasFocus()
    qtbot.keyClick(tray(samar).chips[0], Qt.Key.Key_Right)
    assert tray(samar).chips[1].hasFocus()
    qtbot.keyClick(tray(samar).chips[1], Qt.Key.Key_Delete)
    assert tray(samar).chips[0].hasFocus()
    qtbot.keyClick(tray(samar).chips[0], Qt.Key.Key_Backspace)
    assert tray(samar).isHidden()
    assert samar.window.composer.text.hasFocus()


def test_that_chips_stand_mirrored_in_arabic(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start(language=Language.ARABIC)
    take(samar, qtbot, files)
    first, second = tray(samar).chips
    assert first.x() > second.x()
    assert first.geometry().right() == tray(samar).width() - 1
    assert first.close_button.x() < first.width() // 2
    assert first.accessibleName().startswith("الصورة أحمر.png")
    assert tray(samar).accessibleName() == "صورتان ستُرسلان"
    qtbot.keyClick(first, Qt.Key.Key_Left)
    assert second.hasFocus()


def test_that_an_image_alone_may_be_sent(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    composer = samar.window.composer
    assert not composer.send.isEnabled()
    take(samar, qtbot, files[:1])
    assert composer.send.isEnabled()
    send(samar, qtbot, "")
    assert engine_of(samar).requests[-1].messages == (("user", ""),)
    chat = samar.chats.chat
    assert chat is not None and chat.title == "أحمر.png"


def test_that_enter_waits_for_an_image_that_is_still_being_read(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.images.take(files[:1])
        samar.window.composer.set_draft("What?")
        samar.window.composer.submit()
        assert engine_of(samar).requests == []
    assert engine_of(samar).requests[-1].images == ((0, RED),)


def test_that_enter_in_one_chat_sends_nothing_in_another(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    send(samar, qtbot, "first")
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        samar.chats.images.take(files[:1])
        samar.window.composer.set_draft("What?")
        samar.window.composer.submit()
        samar.chats.new_chat()
        samar.window.composer.set_draft("not meant to be sent")
    assert len(engine_of(samar).requests) == 1
    assert samar.window.composer.draft() == "not meant to be sent"


def test_that_images_are_sent_to_a_model_that_comes_back_after_the_engine_died(
    start: Start, qtbot: QtBot, files: list[Path]
) -> None:
    samar = start(Reply(error=SamarError("engine_died"), early=True), Reply(("Seen.",)))
    take(samar, qtbot, files[:1])
    send(samar, qtbot)
    assert samar.chats.path()[-1].content == "Seen."
    assert [request.images for request in engine_of(samar).requests] == [((0, RED),)] * 2


def test_that_what_waits_is_kept_for_each_chat_and_over_a_restart(
    start: Start, qtbot: QtBot, files: list[Path]
) -> None:
    samar = start()
    send(samar, qtbot, "first")
    first = samar.chats.chat
    assert first is not None
    take(samar, qtbot, files[:1])
    samar.chats.new_chat()
    assert tray(samar).images == []
    take(samar, qtbot, files[1:])
    samar.chats.open_chat(first.id)
    assert [image.data for image in tray(samar).images] == [RED]
    samar.chats.new_chat()
    samar.window.composer.set_draft("words before there is a chat")
    samar.window.close()
    samar.close()
    again = start()
    assert [image.data for image in tray(again).images] == [BLUE]
    assert again.window.composer.draft() == "words before there is a chat"
    again.chats.open_chat(first.id)
    assert [image.data for image in tray(again).images] == [RED]
    send(again, qtbot)
    assert again.store.draft_images(first.id) == []


def test_that_an_image_read_while_another_chat_was_opened_waits_in_its_own(
    start: Start, qtbot: QtBot, files: list[Path]
) -> None:
    samar = start()
    send(samar, qtbot, "first")
    first = samar.chats.chat
    assert first is not None
    with qtbot.waitSignal(samar.chats.images.images.prepared):
        samar.chats.images.take(files[:1])
        samar.chats.new_chat()
    assert tray(samar).images == []
    assert [image.data for image in samar.store.draft_images(first.id)] == [RED]
