"""Images of messages: kept with their turns, sent, told of when they are left out, seen larger, copied."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import Message, Picture, Role
from desktop.core.images import MAX_IMAGES
from desktop.core.languages import Language
from desktop.ui import i18n
from desktop.ui.composer.attachments import AttachmentTray, Chip
from desktop.ui.transcript.image_viewer import ImageViewer, saved_name
from tests.fakes.tiny_gguf import png
from tests.ui.images.sending import BLUE, LEFT, RED, Start, engine_of, load, send, take, tray


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
        "blind can’t see images: 3 images of this chat will be left out."
    )
    samar.preferences.change(language=Language.ARABIC)
    assert "ستُترك 3 صور" in notice.what.text()
    samar.preferences.change(language=Language.ENGLISH)
    with qtbot.waitSignal(samar.window.seeing_requested):
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
    qtbot.waitUntil(lambda: viewer.canvas.image.size() == QSize(60, 90))
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Left)
    assert viewer.data == RED
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Left)
    assert viewer.data == RED
    qtbot.waitUntil(viewer.copy.isEnabled)
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
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().image().size() == QSize(60, 90))
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
    from desktop.ui.transcript.blocks import Kind
    from desktop.ui.transcript.style import P_KIND
    from desktop.ui.transcript.thumbnails import places

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


def test_that_copying_and_reading_aloud_name_the_image(start: Start, qtbot: QtBot, files: list[Path]) -> None:
    samar = start()
    take(samar, qtbot, files[:1])
    send(samar, qtbot, "What is it?")
    user = samar.chats.path()[0]
    samar.transcript.act("copy-plain", user.id)
    assert QGuiApplication.clipboard().text() == "[Image: أحمر.png]\n\nWhat is it?"
    samar.transcript.act("copy", user.id)
    assert "[Image: أحمر.png]</p>" in QGuiApplication.clipboard().mimeData().html()
    samar.transcript.act("copy-markdown", user.id)
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
    from desktop.ui.transcript.style import TranscriptStyle
    from desktop.ui.transcript.thumbnails import room_of

    look = TranscriptStyle()
    assert room_of(100, 80, False, look) == QSize(100, 80)
    wide = room_of(3000, 1000, False, look)
    assert wide == QSize(300, 100)
    assert room_of(10, 10, True, look) == QSize(56, 56)
    assert room_of(1000, 3000, True, look).height() == 128


def test_that_messages_with_images_and_without_stand_beside_each_other(qtbot: QtBot, app: QApplication) -> None:
    from desktop.ui.transcript.view import TranscriptView

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
    view.close_parsers()
