"""What a person does with messages: copy, find, edit, unfold, go to versions, zoom, scroll."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.core.chat import MessageStatus
from desktop.core.generation import GenerationStats
from desktop.ui.transcript import labels
from desktop.ui.transcript.copying import selected
from desktop.ui.transcript.message_actions import MessageBar
from desktop.ui.transcript.style import DARK
from desktop.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import block_with, reply, streaming, user

REPLY = "استخدم `x[0]` و**هذا**:\n\n- أول\n- ثانٍ\n\n| اسم | عدد |\n|---|---|\n| أ | 1 |\n\n```python\nprint(1)\n```\n\nثم $x^2$."


def long_chat(count: int) -> list:  # type: ignore[type-arg]
    return [
        user(f"question {i}", i) if i % 2 else reply(f"answer {i}\n\n" + "words " * 80, i) for i in range(1, count + 1)
    ]


def test_that_a_selection_is_copied_in_logical_order_without_isolates(view: TranscriptView) -> None:
    view.set_messages([user("سؤال"), reply(REPLY)])
    view.page.selectAll()
    plain = selected(view.page.textCursor(), markdown=False)
    assert "استخدم x[0] وهذا:" in plain
    assert "اسم\tعدد\nأ\t1" in plain
    assert "$x^2$" in plain and "• أول\n• ثانٍ" in plain
    assert not set(plain) & set("\u2066\u2067\u2068\u2069\u202f\ufffc\u2028\u2029")


def test_that_whole_messages_are_copied_as_the_markdown_they_were_written_in(view: TranscriptView) -> None:
    view.set_messages([user("سؤال"), reply(REPLY)])
    view.page.selectAll()
    assert bytes(view.page.createMimeDataFromSelection().data("text/markdown").data()).decode() == f"سؤال\n\n{REPLY}"


def test_that_a_part_is_copied_as_markdown_of_its_own(view: TranscriptView) -> None:
    view.set_messages(
        [user("q"), reply("first\n\n## Head\n\nsome **bold** and `code`\n\n```python\nx = 1\n```\n\nlast")]
    )
    cursor = view.page.textCursor()
    cursor.setPosition(block_with(view, "Head").position())
    last = block_with(view, "last")
    cursor.setPosition(last.position() + 2, cursor.MoveMode.KeepAnchor)
    assert selected(cursor, markdown=True) == "## Head\n\nsome **bold** and `code`\n\n```python\nx = 1\n```\n\nla"


def test_that_find_folds_what_is_typed_and_what_is_written(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("قال أحمد"), reply("كَتَبَ إلى المدرسة ١٢٣ كتابًا")])
    view.open_find()
    for typed, count in (("احمد", 1), ("كتب", 1), ("المدرسه", 1), ("123", 1), ("غائب", 0)):
        view.find_bar.field.setText(typed)
        with qtbot.waitSignal(view.find_bar.changed):
            pass
        assert len(view.finder.hits) == count, typed
    QTest.keyClick(view.find_bar.field, Qt.Key.Key_Escape)
    assert not view.find_bar.isVisible()


def test_that_what_a_search_found_stays_marked_while_a_long_chat_is_filled(view: TranscriptView, qtbot: QtBot) -> None:
    """And that chats can be opened after it: marks of a document that is gone once ended the process."""
    messages = long_chat(40)
    for round in range(3):
        with qtbot.waitSignal(view.filled, timeout=30_000):
            view.set_messages([*messages, user(f"needle {round}", 41)])
            assert not view.is_filled
            view.scroll_to_message(41, [(0, 6)])
        (marked,) = view.page.extraSelections()
        assert marked.cursor.selectedText() == "needle"
        assert marked.cursor.document() is view.page.document()
    view.set_messages(messages[:2])
    assert not view.page.extraSelections()
    # none is kept for each chat that was opened
    qtbot.waitUntil(lambda: len(view.page.findChildren(QTextDocument)) == 1)


def test_that_the_actions_of_the_last_reply_can_be_used(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("q"), reply("Half", status=MessageStatus.STOPPED)], {2: (2, 3)})
    bar = view.overlays.bars[2]
    assert bar.copy.isVisible() and bar.resume.isVisible() and bar.place.text() == "2 / 3"
    with qtbot.waitSignal(view.regenerate_requested) as asked:
        bar.regenerate.click()
    assert asked.args == [2]
    with qtbot.waitSignal(view.continue_requested):
        bar.resume.click()
    with qtbot.waitSignal(view.sibling_chosen) as stepped:
        bar.next.click()
    assert stepped.args == [2, 1]
    with qtbot.waitSignal(view.copied):
        bar.copy.click()
    assert QGuiApplication.clipboard().text() == "Half"
    for name, signal in (("fork", view.fork_requested), ("delete", view.delete_requested)):
        action = next(action for action in bar.menu().actions() if action.objectName() == name)
        with qtbot.waitSignal(signal):
            action.trigger()


def test_that_the_keyboard_stays_in_the_conversation_when_its_button_goes(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("Half", status=MessageStatus.STOPPED)])
    view.overlays.bars[2].resume.setFocus()
    view.update_message(streaming())
    view.overlays.place()
    assert view.page.hasFocus()


def test_that_the_keyboard_stays_at_the_arrow_from_version_to_version(view: TranscriptView) -> None:
    def show(number: int) -> None:
        view.set_messages([user("q"), reply(f"version {number}", 1 + number)], {1 + number: (number, 3)})

    view.sibling_chosen.connect(lambda id_, delta: show(id_ - 1 + delta))
    show(1)
    view.overlays.bars[2].next.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(view.overlays.bars[2].next, Qt.Key.Key_Space)
    assert "version 2" in view.page.toPlainText() and view.overlays.bars[3].next.hasFocus()
    QTest.keyClick(view.overlays.bars[3].next, Qt.Key.Key_Space)
    assert "version 3" in view.page.toPlainText() and view.overlays.bars[4].previous.hasFocus()


def test_that_the_editor_covers_its_message_and_nothing_else(view: TranscriptView) -> None:
    view.set_messages([user("first"), reply("answer")])
    before = top_of(view, "answer")
    view.edit_message(1)
    assert view.editor is not None
    card = view.editor.geometry()
    assert card.top() <= top_of(view, "first") and card.bottom() < top_of(view, "answer")
    QTest.keyClick(view.editor.field, Qt.Key.Key_Escape)
    assert top_of(view, "answer") == before


def top_of(view: TranscriptView, words: str) -> float:
    rect = view.page.document().documentLayout().blockBoundingRect(block_with(view, words))
    return rect.top() - view.page.offset()


def test_that_enter_sends_an_edited_message_and_breaks_a_line_of_a_reply(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("first"), reply("answer")])
    view.edit_message(1)
    assert view.editor is not None
    QTest.keyClick(view.editor.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(view.editor.field, "x")
    with qtbot.waitSignal(view.edit_submitted) as sent:
        QTest.keyClick(view.editor.field, Qt.Key.Key_Return)
    assert sent.args == [1, "first\nx"]
    view.edit_message(2)
    assert view.editor is not None
    QTest.keyClick(view.editor.field, Qt.Key.Key_Return)
    assert view.editor.field.toPlainText() == "answer\n"


def test_that_a_failed_reply_says_why_without_the_signs_that_keep_names_apart(view: TranscriptView) -> None:
    failed = reply(
        "",
        status=MessageStatus.FAILED,
        error_code="engine_died",
        error_details=(("reason", "it belongs to another version"),),
    )
    view.set_messages([user("q"), failed])
    text = view.page.toPlainText()
    assert "(\u2068it belongs to another version\u2069)" in text and "U+" not in text


def test_that_an_empty_reply_says_that_it_is_one(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("\n")])
    assert "The model ended without writing anything." in view.page.toPlainText()


def test_that_an_own_message_is_edited_in_its_place(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("first"), reply("answer")])
    view.edit_message(1)
    assert view.editor is not None
    view.editor.field.setPlainText("second")
    with qtbot.waitSignal(view.edit_submitted) as sent:
        QTest.keyClick(view.editor.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent.args == [1, "second"]
    assert view.editor is None


def test_that_thinking_is_folded_until_asked_for(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("answer", thinking="a secret thought", thinking_s=2.0)])
    assert "secret" not in view.page.toPlainText()
    view.chat.toggle_thinking(2)
    assert "secret" in view.page.toPlainText()
    view.chat.toggle_thinking(2)
    assert "secret" not in view.page.toPlainText()


def test_that_thinking_streams_before_the_answer(view: TranscriptView) -> None:
    view.set_messages([user("q"), streaming()])
    view.append_chunk(2, "", "first ")
    assert "Thinking…" in view.page.toPlainText()
    view.chat.toggle_thinking(2)
    view.append_chunk(2, "", "second thought")
    view.append_chunk(2, "The answer")
    text = view.page.toPlainText()
    assert text.index("Thought\n") < text.index("first second thought") < text.index("The answer")
    view.finish_message(reply("The answer", thinking="first second thought", thinking_s=3.0))
    assert "first second thought" in view.page.toPlainText()


def test_that_the_view_follows_only_while_it_is_at_the_end(view: TranscriptView) -> None:
    view.set_messages([*long_chat(6), user("q", 7), streaming(8)])
    bar = view.page.verticalScrollBar()
    view.append_chunk(8, "words " * 100)
    assert view.is_at_end and bar.value() == bar.maximum() > 0
    bar.setValue(bar.maximum() // 2)
    place = bar.value()
    view.append_chunk(8, "words " * 500)
    assert bar.value() == place and not view.is_at_end
    view.overlays.place()
    assert view.overlays.down.isVisible()
    view.overlays.down.click()
    assert view.is_at_end and not view.overlays.down.isVisible()


def test_that_a_long_chat_is_filled_without_moving_what_is_read(
    make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    view = make_view()
    with qtbot.waitSignal(view.filled, timeout=30_000):
        view.set_messages(long_chat(120))
        bar = view.page.verticalScrollBar()
        bar.setValue(bar.maximum() - 150)
        words = view.page.cursorForPosition(view.page.viewport().rect().center()).block().text()
        assert not view.is_filled
    assert view.page.cursorForPosition(view.page.viewport().rect().center()).block().text() == words
    assert len(view.chat.order) == 120
    view.scroll_to_message(1)
    assert "question 1" in view.page.toPlainText()


def test_that_theme_and_size_change_in_place(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("some text")])
    small = block_with(view, "some text").layout().lineAt(0).height()
    view.set_theme(DARK)
    block = block_with(view, "some text")
    assert block.textFormats()[0].format.foreground().color().name() == DARK.text.lower()
    view.set_text_scale(2.0)
    assert block_with(view, "some text").layout().lineAt(0).height() > 1.8 * small


@pytest.mark.parametrize("step", [Qt.Key.Key_Up, Qt.Key.Key_Down])
def test_that_messages_are_reached_by_keyboard(view: TranscriptView, step: Qt.Key) -> None:
    view.set_messages(long_chat(6))
    view.page.setFocus()
    QTest.keyClick(view.page, step, Qt.KeyboardModifier.AltModifier)
    assert view.overlays.current in view.chat.order


def test_that_a_part_of_nested_lists_keeps_their_nesting(view: TranscriptView) -> None:
    source = "start\n\n1. one\n   - deep\n     - deeper\n\n     more of it\n2. two\n- [ ] task\n  - below\n\nend"
    view.set_messages([user("q"), reply(source)])
    cursor = view.page.textCursor()
    cursor.setPosition(block_with(view, "one").position())
    end = block_with(view, "end")
    cursor.setPosition(end.position() + 1, cursor.MoveMode.KeepAnchor)
    copied = selected(cursor, markdown=True)
    assert "1. one\n   - deep\n     - deeper" in copied
    assert "\n2. two" in copied
    assert "- [ ] task\n  - below" in copied
    cursor.setPosition(block_with(view, "deep").position())
    cursor.setPosition(block_with(view, "deeper").position() + 6, cursor.MoveMode.KeepAnchor)
    assert selected(cursor, markdown=True) == "- deep\n  - deeper"


def test_that_another_long_chat_has_each_message_once(view: TranscriptView) -> None:
    """Emptying the page moves its scroll bar to the top, where earlier messages are fetched."""
    view.set_messages(long_chat(12))
    view.to_end()
    other = long_chat(9)
    view.set_messages(other)
    assert view.page.verticalScrollBar().maximum() > 0
    assert len(set(view.chat.order)) == len(view.chat.order)
    view.remove_from(other[-2].id)
    assert view.chat.order[-1] == other[-3].id


def test_that_figures_without_room_are_left_out_whole(make_view: Callable[..., TranscriptView]) -> None:
    stats = GenerationStats(prompt_tokens=40, reply_tokens=126, first_token_s=0.3, tokens_per_s=41.0)
    for width, shown in ((800, True), (250, False)):
        view = make_view(width=width)
        view.show_figures(True)
        view.set_messages([user("q"), reply("answer", stats=stats)], {2: (2, 3)})
        assert view.overlays.bars[2].figures.isVisible() is shown


def test_that_figures_are_in_the_menu_of_a_reply_and_under_it_where_that_is_wished_for(view: TranscriptView) -> None:
    stats = GenerationStats(prompt_tokens=40, reply_tokens=126, first_token_s=0.3, tokens_per_s=41.0)
    told = labels.figures(stats)  # the plural is the language's
    view.set_messages([user("q"), reply("answer", stats=stats)])
    bar = view.overlays.bars[2]
    assert bar.figures.isHidden()
    assert [action.text() for action in bar.menu().actions() if action.objectName() == "figures"] == [told]
    view.show_figures(True)
    assert (bar.figures.isVisible(), bar.figures.text()) == (True, told)
    view.show_figures(False)
    assert bar.figures.isHidden()


@pytest.mark.parametrize("status", [MessageStatus.FINISHED, MessageStatus.STOPPED, MessageStatus.FAILED])
def test_that_an_edited_reply_says_so_and_has_no_figures(view: TranscriptView, status: MessageStatus) -> None:
    """They tell of what the model wrote, and so does how it ended."""
    stats = GenerationStats(prompt_tokens=40, reply_tokens=126, first_token_s=0.3, tokens_per_s=41.0, edited=True)
    view.show_figures(True)
    view.set_messages([user("q"), reply("answer", stats=stats, status=status)])
    assert "Edited" in view.page.toPlainText().splitlines()
    assert "Stopped" not in view.page.toPlainText() and "failed" not in view.page.toPlainText()
    bar = view.overlays.bars[2]
    assert bar.figures.text() == ""
    assert "figures" not in [action.objectName() for action in bar.menu().actions()]


def test_that_one_bar_serves_messages_of_both_people(view: TranscriptView, qtbot: QtBot) -> None:
    """Actions of the person's own message stand at its end, those of a reply at its start."""
    own, other = user("q", 1), reply("a", 2)
    bar = MessageBar(view.page.look, view)
    bar.resize(600, 30)
    bar.show()
    for message in (other, own, other, own):
        bar.bind(message, None, full=True)
        if message is own:
            qtbot.waitUntil(lambda: bar.more.geometry().right() == 599)
        else:
            qtbot.waitUntil(lambda: bar.copy.geometry().left() == 0)
        assert bar.copy.geometry().right() < bar.more.geometry().left()
