"""Writing: direction, growing, sending, stopping, pasting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.languages import Language
from desktop.ui import i18n
from desktop.ui.composer.composer import MOST_LINES, Composer
from tests.fakes.scripted_engine import Reply, ScriptedEngine

LTR, RTL = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


@pytest.fixture
def composer(app: QApplication, show: Callable[[QWidget], None]) -> Composer:
    made = Composer()
    made.resize(700, 130)
    show(made)
    made.focus()
    return made


def directions(composer: Composer) -> list[Qt.LayoutDirection]:
    found = []
    block = composer.text.document().firstBlock()
    while block.isValid():
        found.append(block.blockFormat().layoutDirection())
        block = block.next()
    return found


def test_that_enter_sends_what_was_written(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.text, "  hello there ")
    with qtbot.waitSignal(composer.submitted) as sent:
        qtbot.keyClick(composer.text, Qt.Key.Key_Return)
    assert sent.args == ["hello there"]
    assert composer.draft() == ""


def test_that_what_was_sent_can_be_brought_back(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.text, "hello")
    qtbot.keyClick(composer.text, Qt.Key.Key_Return)
    composer.text.undo()
    assert composer.draft() == "hello"


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier])
def test_that_shift_enter_breaks_the_line(composer: Composer, qtbot: QtBot, modifier: Qt.KeyboardModifier) -> None:
    qtbot.keyClicks(composer.text, "one")
    with qtbot.assertNotEmitted(composer.submitted):
        qtbot.keyClick(composer.text, Qt.Key.Key_Return, modifier)
    qtbot.keyClicks(composer.text, "two")
    assert composer.draft() == "one\ntwo"


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_that_nothing_is_not_sent(composer: Composer, qtbot: QtBot, text: str) -> None:
    composer.set_draft(text)
    assert not composer.send.isEnabled()
    with qtbot.assertNotEmitted(composer.submitted):
        qtbot.keyClick(composer.text, Qt.Key.Key_Return)
    assert composer.draft() == text


def test_that_each_paragraph_runs_as_most_of_its_letters_do(composer: Composer) -> None:
    composer.text.insertPlainText("Python هي لغة برمجة سهلة التعلّم\nplain English مع كلمة\n123\n")
    assert directions(composer) == [RTL, LTR, LTR, LTR]


def test_that_a_paragraph_turns_while_it_is_typed(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.text, "ab")
    assert directions(composer) == [LTR]
    composer.text.insertPlainText(" سلام")
    assert directions(composer) == [RTL]


@pytest.mark.parametrize("typed", [False, True])
def test_that_undo_takes_the_letters_back_and_not_the_turn_alone(composer: Composer, qtbot: QtBot, typed: bool) -> None:
    composer.text.insertPlainText("abc")
    composer.text.moveCursor(QTextCursor.MoveOperation.Start)
    composer.text.insertPlainText("مرحبا بكم ")
    assert directions(composer) == [RTL]
    if typed:
        qtbot.keyClick(composer.text, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    else:
        composer.text.undo()
    assert (composer.draft(), directions(composer)) == ("abc", [LTR])
    composer.text.redo()
    assert (composer.draft(), directions(composer)) == ("مرحبا بكم abc", [RTL])


def test_that_an_empty_field_follows_the_interface(composer: Composer, app: QApplication, qtbot: QtBot) -> None:
    assert directions(composer) == [LTR]
    i18n.install(app, Language.ARABIC)
    qtbot.waitUntil(lambda: directions(composer) == [RTL])
    qtbot.waitUntil(lambda: composer.text.placeholder == "اكتب إلى سمر")
    qtbot.keyClicks(composer.text, "hello")
    assert directions(composer) == [LTR]


def test_that_an_empty_arabic_field_is_as_high_as_with_a_letter(
    composer: Composer, app: QApplication, qtbot: QtBot
) -> None:
    i18n.install(app, Language.ARABIC)
    qtbot.waitUntil(lambda: directions(composer) == [RTL])
    empty = composer.text.height()
    composer.text.insertPlainText("مرحبا")
    assert abs(composer.text.height() - empty) <= 1


def test_that_the_field_grows_and_then_scrolls(composer: Composer, qtbot: QtBot) -> None:
    one = composer.text.height()
    qtbot.keyClick(composer.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    two = composer.text.height()
    assert two > one
    composer.set_draft("\n".join("line" for _ in range(50)))
    most = composer.text.height()
    assert most <= (two - one) * MOST_LINES + 12
    assert composer.text.verticalScrollBar().maximum() > 0
    composer.set_draft("")
    assert composer.text.height() == one


def test_that_stop_stands_in_the_place_of_send(composer: Composer, qtbot: QtBot) -> None:
    composer.set_draft("next")
    composer.set_generating(True)
    assert composer.send.accessibleName() == "Stop"
    with qtbot.waitSignal(composer.stop_requested), qtbot.assertNotEmitted(composer.submitted):
        qtbot.mouseClick(composer.send, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.keyClick(composer.text, Qt.Key.Key_Escape)
    with qtbot.assertNotEmitted(composer.submitted):
        qtbot.keyClick(composer.text, Qt.Key.Key_Return)
    assert composer.draft() == "next"
    composer.set_generating(False)
    assert composer.send.accessibleName() == "Send"
    with qtbot.waitSignal(composer.submitted):
        qtbot.mouseClick(composer.send, Qt.MouseButton.LeftButton)


def test_that_one_can_write_while_a_model_is_loaded(composer: Composer, qtbot: QtBot) -> None:
    composer.set_waiting("The model is being loaded…")
    assert composer.text.placeholder == "The model is being loaded…"
    qtbot.keyClicks(composer.text, "early")
    with qtbot.assertNotEmitted(composer.submitted):
        qtbot.keyClick(composer.text, Qt.Key.Key_Return)
    composer.set_waiting("")
    with qtbot.waitSignal(composer.submitted) as sent:
        qtbot.keyClick(composer.text, Qt.Key.Key_Return)
    assert sent.args == ["early"]


def test_that_an_input_method_keeps_its_enter(composer: Composer, qtbot: QtBot) -> None:
    QCoreApplication.sendEvent(composer.text, QInputMethodEvent("かな", []))
    with qtbot.assertNotEmitted(composer.submitted):
        qtbot.keyClick(composer.text, Qt.Key.Key_Return)
    done = QInputMethodEvent("", [])
    done.setCommitString("仮名")
    QCoreApplication.sendEvent(composer.text, done)
    with qtbot.waitSignal(composer.submitted) as sent:
        qtbot.keyClick(composer.text, Qt.Key.Key_Return)
    assert sent.args == ["仮名"]


def test_that_pasted_text_is_plain(composer: Composer) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b><img src='http://example.org/x.png'>")
    data.setText("bold\r\nسطر ثانٍ\0")
    composer.text.insertFromMimeData(data)
    assert composer.draft() == "bold\nسطر ثانٍ"
    assert directions(composer) == [LTR, RTL]
    assert composer.text.textCursor().charFormat().fontWeight() in (0, 400)


def test_that_files_are_left_to_the_window(composer: Composer) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/tmp/model.gguf")])
    assert not composer.text.canInsertFromMimeData(data)


def clipboard(text: str = "", html: str = "", urls: tuple[str, ...] = ()) -> QMimeData:
    made = QMimeData()
    if urls:
        made.setUrls([QUrl(url) for url in urls])
    if text:
        made.setText(text)
    if html:
        made.setHtml(html)
    return made


@pytest.mark.parametrize(
    ("source", "pasted"),
    [
        (clipboard(" https://example.com/a?b=1", urls=("https://example.com/a?b=1",)), "https://example.com/a?b=1"),
        (clipboard(urls=("https://example.com/a?b=1",)), "https://example.com/a?b=1"),
        (
            clipboard(html='<meta charset="utf-8"><p>Hello <b>bold</b></p><p>مرحبًا<img src="x.png"></p>'),
            "Hello bold\nمرحبًا",
        ),
        (clipboard(text="2 < 3", html="<p>another</p>"), "2 < 3"),
        (clipboard(text=" \n", html="<table><tr><td>one</td></tr></table>"), "one"),
    ],
)
def test_that_links_and_html_are_pasted_and_dropped_as_text(composer: Composer, source: QMimeData, pasted: str) -> None:
    assert composer.text.canInsertFromMimeData(source)
    composer.text.insertFromMimeData(source)
    assert composer.draft().strip() == pasted
    drag = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, source, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(composer.text.viewport(), drag)
    assert drag.isAccepted()


def test_that_pasted_html_reads_no_file(composer: Composer, tmp_path: Path) -> None:
    (tmp_path / "hide.css").write_text("p { display: none }")
    sheet = QUrl.fromLocalFile(str(tmp_path / "hide.css")).toString()
    head = f'<link rel="stylesheet" type="text/css" href="{sheet}"><style>@import url("{sheet}");</style>'
    composer.text.insertFromMimeData(clipboard(html=f"<html><head>{head}</head><body><p>seen</p></body></html>"))
    assert composer.draft().strip() == "seen"


@pytest.mark.parametrize("lines", [["a line of a log", "سطر من سجل"], ["سطر من سجل", "1 2 3", ""], ["a line of a log"]])
@pytest.mark.parametrize("direction", [LTR, RTL])
def test_that_a_paste_turns_all_its_paragraphs_in_one_change(
    composer: Composer, direction: Qt.LayoutDirection, lines: list[str]
) -> None:
    composer.setLayoutDirection(direction)
    changes: list[tuple[int, int, int]] = []
    composer.text.document().contentsChange.connect(lambda *change: changes.append(change))
    composer.text.insertFromMimeData(clipboard("\n".join(lines * 100)))
    wanted = [{"a": LTR, "س": RTL}.get(line[:1]) for line in lines * 100]
    for at, found in enumerate(directions(composer)):
        wanted[at] = wanted[at] or wanted[at - 1]  # one without letters runs as the one before
        assert found == wanted[at]
    assert len(changes) <= 2  # each lays out all that follows it
    composer.text.undo()
    assert composer.draft() == ""
    composer.text.redo()
    assert (composer.draft(), directions(composer)) == ("\n".join(lines * 100), wanted)


def test_that_a_draft_is_kept_and_told(composer: Composer, qtbot: QtBot) -> None:
    with qtbot.waitSignal(composer.draft_changed) as told:
        composer.set_draft("مسودة")
    assert told.args == ["مسودة"]
    assert composer.draft() == "مسودة"
    with qtbot.assertNotEmitted(composer.draft_changed):
        composer.set_draft("مسودة")


def test_that_a_line_of_two_hundred_thousand_letters_is_taken(composer: Composer, qtbot: QtBot) -> None:
    composer.text.insertPlainText("ن" * 200_000)
    assert directions(composer) == [RTL]
    with qtbot.waitSignal(composer.submitted) as sent:
        composer.submit()
    assert len(sent.args[0]) == 200_000


def test_that_the_field_says_when_the_model_goes_on_with_the_text(opened: Callable[..., Samar], qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine((Reply(("there was",)),), base=True))
    text = samar.window.composer.text
    qtbot.waitUntil(lambda: "goes on" in text.placeholder)
    samar.preferences.change(language=Language.ARABIC)
    qtbot.waitUntil(lambda: "يكملها" in text.placeholder)
