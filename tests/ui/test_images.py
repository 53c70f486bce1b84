"""Images in messages: pasted, dropped, chosen; kept with the turn; shown, sent, and told of when they are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import Message, Picture, Role
from desktop.core.errors import SamarError
from desktop.core.images import MAX_IMAGES, MAX_OF_MESSAGE
from desktop.core.paths import Paths
from desktop.core.settings import Language
from desktop.engine.protocol import LoadOptions
from desktop.ui import i18n
from desktop.ui.chat.attachments import AttachmentTray, Chip, is_image_file, sources_of
from desktop.ui.chat.image_viewer import ImageViewer, saved_name
from desktop.ui.chat.pictures import LINK
from tests.fakes.scripted_engine import Reply, ScriptedEngine
from tests.fakes.tiny_gguf import png

RED, BLUE = png((220, 20, 20)), png((20, 20, 220), 60, 90)
Start = Callable[..., Samar]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / "أحمر.png", tmp_path / "blue one.png"]
    for path, data in zip(made, (RED, BLUE), strict=True):
        path.write_bytes(data)
    return made


@pytest.fixture
def start(app: QApplication, data_dir: Path, qtbot: QtBot) -> Iterator[Start]:
    running: list[Samar] = []

    def started(*replies: Reply, vision: bool = True, language: Language = Language.ENGLISH) -> Samar:
        engine = ScriptedEngine(replies or (Reply(("I see.",)),), vision=vision)
        made = Samar(app, Paths.under(data_dir), engine)
        running.append(made)
        made.preferences.change(language=language)
        with qtbot.waitExposed(made.window):
            made.window.show()
        qtbot.waitUntil(made.window.isActiveWindow)
        load(made, qtbot, "one.gguf")
        return made

    yield started
    for samar in running:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()


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


# ---- ways in


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


# ---- refusals


def test_that_a_model_that_sees_none_refuses_with_the_way_to_others(
    start: Start, qtbot: QtBot, files: list[Path]
) -> None:
    samar = start(vision=False)
    samar.chats.images.take(files)
    banner = samar.window.banner
    assert banner.error is not None and banner.error.code == "no_vision"
    assert tray(samar).images == []
    with qtbot.waitSignal(samar.window.recommended_requested):
        qtbot.mouseClick(banner.act, LEFT)


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


# ---- in the composer


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
    assert tray(samar).accessibleName() == "صورتان سترسلان"
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


# ---- turns


def test_that_edits_regeneration_and_forks_send_the_same_images(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    engine = engine_of(samar)
    take(samar, qtbot, files)
    send(samar, qtbot)
    user, reply = samar.chats.path()
    expected = ((0, RED), (0, BLUE))
    for act in (lambda: samar.chats.regenerate(reply.id), lambda: samar.chats.edit(user.id, "And now?")):
        with qtbot.waitSignal(samar.chats.replies.ended):
            act()
        assert engine.requests[-1].images == expected
    samar.chats.fork(samar.chats.path()[-1].id)
    send(samar, qtbot, "further")
    assert engine.requests[-1].images == expected
    samar.chats.set_system_prompt("Be brief.")
    send(samar, qtbot, "on")
    assert engine.requests[-1].images == ((1, RED), (1, BLUE)), "behind the system prompt"


def test_that_a_temporary_chat_writes_no_image_to_disk(
    start: Start, qtbot: QtBot, tmp_path: Path, data_dir: Path
) -> None:
    samar = start()
    secret = tmp_path / "zanzibarname.png"
    secret.write_bytes(RED + b"zanzibarbytes")
    samar.chats.new_temporary_chat()
    take(samar, qtbot, [secret])
    send(samar, qtbot)
    qtbot.waitUntil(lambda: samar.transcript.thumbnails.is_settled)
    take(samar, qtbot, [secret])  # waits in the composer when the chat is left
    samar.chats.new_chat()
    assert tray(samar).images == []
    samar.window.close()
    samar.close()
    for word in (b"zanzibarname", b"zanzibarbytes"):
        assert [f.name for f in data_dir.rglob("*") if f.is_file() and word in f.read_bytes()] == []


def test_that_a_model_that_sees_none_is_told_of_before_and_gets_no_images(
    start: Start, qtbot: QtBot, files: list[Path]
) -> None:
    samar = start()
    take(samar, qtbot, files)
    send(samar, qtbot, "")
    notice = samar.chats.images.notice
    assert notice.isHidden()
    take(samar, qtbot, files[:1])
    engine_of(samar).vision = False
    load(samar, qtbot, "blind.gguf")
    qtbot.waitUntil(notice.isVisible)
    assert notice.what.text().replace("\u2068", "").replace("\u2069", "") == (
        "blind can't see images: 3 images of this chat will be left out."
    )
    samar.preferences.change(language=Language.ARABIC)
    assert "ستُترك 3 صور" in notice.what.text()
    samar.preferences.change(language=Language.ENGLISH)
    with qtbot.waitSignal(samar.window.recommended_requested):
        qtbot.mouseClick(notice.models, LEFT)
    send(samar, qtbot, "And?")
    request = engine_of(samar).requests[-1]
    assert request.images == ()
    assert request.messages[0] == ("user", "[image]"), "a message of images alone is not empty"
    assert request.messages[-1] == ("user", "And?")
    assert len(samar.chats.path()[2].images) == 1, "it is kept all the same"
    engine_of(samar).vision = True
    load(samar, qtbot, "seeing.gguf")
    qtbot.waitUntil(notice.isHidden)
    send(samar, qtbot, "Now?")
    assert len(engine_of(samar).requests[-1].images) == 3


def test_that_more_images_than_a_request_holds_leave_in_steps_and_are_told(
    start: Start, qtbot: QtBot, files: list[Path]
) -> None:
    samar = start()
    for _ in range(2):
        take(samar, qtbot, files[:1] * 8)
        send(samar, qtbot)
    assert len(engine_of(samar).requests[-1].images) == MAX_IMAGES
    take(samar, qtbot, files[1:])
    assert "the 4 oldest" in samar.chats.images.notice.what.text()
    send(samar, qtbot)
    sent = engine_of(samar).requests[-1].images
    assert len(sent) == 13
    assert sent[-1] == (4, BLUE)


def test_that_the_context_counts_what_images_take(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png((9, 9, 9), 1000, 800))
    samar = start()
    keeper = samar.chats.context
    take(samar, qtbot, [large])
    keeper.refresh()
    assert keeper.notice.plan.tokens > 1000
    take(samar, qtbot, [large, large])
    keeper.refresh()
    assert keeper.notice.plan.is_too_long
    assert keeper.notice.isVisible()


# ---- larger


def test_that_a_click_on_a_thumbnail_opens_it_larger(
    start: Start, qtbot: QtBot, files: list[Path], tmp_path: Path
) -> None:
    samar = start()
    take(samar, qtbot, files)
    send(samar, qtbot)
    page = samar.transcript.page
    qtbot.waitUntil(lambda: samar.transcript.thumbnails.is_settled)
    place = _thumbnail(samar, 1)
    qtbot.mouseClick(page.viewport(), LEFT, pos=place)
    viewer = _viewer()
    assert viewer.data == BLUE
    assert viewer.windowTitle() == "blue one.png"
    assert viewer.canvas.image.size() == QSize(60, 90)
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Left)
    assert viewer.data == RED
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Left)
    assert viewer.data == RED
    qtbot.mouseClick(viewer.copy, LEFT)
    assert QGuiApplication.clipboard().image().size() == QSize(24, 16)
    qtbot.mouseClick(viewer.save, LEFT)
    dialog = viewer.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "out.png"))
    assert (tmp_path / "out.png").read_bytes() == RED
    dialog.fileSelected.emit(str(tmp_path / "none" / "out.png"))
    assert viewer.problem.isVisible()
    dialog.close()
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Escape)
    QGuiApplication.clipboard().clear()


def test_that_the_menu_of_a_thumbnail_copies_and_saves(
    start: Start, qtbot: QtBot, files: list[Path], tmp_path: Path
) -> None:
    samar = start()
    take(samar, qtbot, files)
    send(samar, qtbot)
    page = samar.transcript.page
    menu = samar.transcript.menu(page.viewport().mapToGlobal(_thumbnail(samar, 1)))
    actions = {action.objectName(): action for action in menu.actions() if action.objectName()}
    actions["image-copy"].trigger()
    assert QGuiApplication.clipboard().image().size() == QSize(60, 90)
    actions["image-save"].trigger()
    dialog = samar.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "out.png"))
    assert (tmp_path / "out.png").read_bytes() == BLUE
    dialog.fileSelected.emit(str(tmp_path / "none" / "out.png"))
    assert samar.window.banner.error is not None
    dialog.close()
    menu.close()
    QGuiApplication.clipboard().clear()


def test_that_the_keyboard_reaches_an_image(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    take(samar, qtbot, files[:1])
    send(samar, qtbot)
    page = samar.transcript.page
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_Tab)
    qtbot.keyClick(page, Qt.Key.Key_Return)
    viewer = _viewer()
    assert viewer.data == RED
    viewer.close()


def test_that_a_waiting_image_is_seen_larger_too(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start(language=Language.ARABIC)
    take(samar, qtbot, files)
    qtbot.mouseClick(tray(samar).chips[0], LEFT, pos=QPoint(tray(samar).chips[0].width() - 20, 20))
    viewer = _viewer()
    assert viewer.data == RED
    assert viewer.save.accessibleName() == "احفظ الصورة…"
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Left)
    assert viewer.data == BLUE, "the next one is at the left"
    viewer.canvas.enlarge(4.0)
    assert viewer.canvas.zoom == 4.0
    viewer.canvas.enlarge(0)
    assert viewer.canvas.zoom == 1.0
    viewer.close()


def test_that_an_image_is_saved_under_its_name_with_the_ending_of_its_format() -> None:
    assert saved_name("a.webp", RED) == "a.png"
    assert saved_name("photo.JPG", b"\xff\xd8\xff") == "photo.jpg"
    assert saved_name("", RED) == "image.png"


def _thumbnail(samar: Samar, index: int) -> QPoint:
    """Where a thumbnail of the first message is, in the viewport."""
    from desktop.ui.chat.blocks import Kind
    from desktop.ui.chat.look import P_KIND
    from desktop.ui.chat.pictures import places

    page = samar.transcript.page
    block = page.document().firstBlock()
    while block.blockFormat().property(P_KIND) != Kind.IMAGES:
        block = block.next()
    rect = page.document().documentLayout().blockBoundingRect(block)
    found = [place for _, place, _ in places(block, rect)]
    return (found[index].center() - QPointF(0, page.offset())).toPoint()


def _viewer() -> ImageViewer:
    (viewer,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, ImageViewer) and w.isVisible()]
    return viewer


# ---- words


def test_that_copying_and_reading_aloud_name_the_image(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    take(samar, qtbot, files[:1])
    send(samar, qtbot, "What is it?")
    user = samar.chats.path()[0]
    samar.transcript.act("copy-plain", user.id)
    assert QGuiApplication.clipboard().text() == "[Image: أحمر.png]\n\nWhat is it?"
    samar.transcript.act("copy", user.id)
    assert QGuiApplication.clipboard().text() == "What is it?"
    QGuiApplication.clipboard().clear()


def test_that_chips_and_notices_change_their_language(app: QApplication, qtbot: QtBot) -> None:
    from desktop.core.images import ImageFile

    made = AttachmentTray()
    qtbot.addWidget(made)
    made.set_images([ImageFile(RED, 24, 16, "a.png")])
    chip = made.findChildren(Chip)[0]
    i18n.install(app, Language.ARABIC)
    QApplication.sendPostedEvents(None, QEvent.Type.LanguageChange.value)
    assert chip.close_button.accessibleName() == "أزل الصورة a.png"
    QTest.keyClick(chip, Qt.Key.Key_Delete)
    assert made.images == []


def test_that_thumbnails_are_whole_never_enlarged_and_fit_the_column() -> None:
    from desktop.ui.chat.look import Look
    from desktop.ui.chat.pictures import room_of

    look = Look()
    assert room_of(100, 80, False, look) == QSize(100, 80)
    wide = room_of(3000, 1000, False, look)
    assert wide == QSize(300, 100)
    assert room_of(10, 10, True, look) == QSize(56, 56)
    assert room_of(1000, 3000, True, look).height() == 128


def test_that_messages_with_images_and_without_stand_beside_each_other(qtbot: QtBot, app: QApplication) -> None:
    from desktop.ui.chat.transcript import TranscriptView

    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    pictures = tuple(Picture(n, 1000, 600, f"{n}.png") for n in range(1, 6))
    view.set_messages(
        [
            Message(1, 1, None, Role.USER, "", images=pictures),
            Message(2, 1, 1, Role.ASSISTANT, "five"),
            Message(3, 1, 2, Role.USER, "text", images=pictures[:1]),
        ]
    )
    view.resize(900, 400)
    assert view.page.document().toPlainText().count("\ufffc") == 6
    view.page.grab()
    assert not any(view.thumbnails.has(n) for n in range(1, 6)), "without a source, rooms stay empty"
    view.formulas.close()
