"""When a chat outgrows the context: Samar says what will be left out before one sends, and does as one chooses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.core.context_window import Overflow
from desktop.core.generation import GenerationParams
from desktop.core.languages import Language
from desktop.core.paths import Paths, starter_model
from desktop.core.requests import LoadOptions
from desktop.ui import i18n
from desktop.ui.composer.context_notice import ContextNotice
from desktop.ui.widgets.basic import Segment
from tests.fakes.scripted_engine import Reply, ScriptedEngine

WORDS = "some words about the weather and the sea " * 4
Start = Callable[..., Samar]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def start(opened: Start) -> Start:
    """Samar with a scripted engine of 200 tokens, whose counts of tokens are those of words."""
    return lambda *replies, context=200: opened(ScriptedEngine(replies or (Reply((WORDS,)),)), context=context)


def notice(samar: Samar) -> ContextNotice:
    return samar.chats.context.notice


def send(samar: Samar, qtbot: QtBot, text: str = WORDS) -> None:
    with qtbot.waitSignal(samar.chats.replies.ended, timeout=60_000):
        samar.chats.send(text)


def fill(samar: Samar, qtbot: QtBot) -> int:
    """Write on until something will be left out; returns how many messages there are."""
    for _ in range(20):
        send(samar, qtbot)
        if notice(samar).isVisible():
            return len(samar.chats.path())
    raise AssertionError("the chat never outgrew the context")


def choose(samar: Samar, qtbot: QtBot, overflow: Overflow) -> None:
    button = notice(samar).choices.group.button(list(Overflow).index(overflow))
    assert isinstance(button, Segment)
    qtbot.mouseClick(button, LEFT)


def asked(samar: Samar) -> list[tuple[str, str]]:
    engine = samar.engine
    assert isinstance(engine, ScriptedEngine)
    return list(engine.requests[-1].messages)


def test_that_a_chat_that_fits_says_nothing(start: Start, qtbot: QtBot) -> None:
    samar = start(context=2000)
    send(samar, qtbot)
    assert not notice(samar).isVisible()
    assert samar.chats.path()[-1].stats.dropped_messages == 0


def test_that_what_will_be_left_out_is_said_before_and_left_out_then(start: Start, qtbot: QtBot) -> None:
    samar = start()
    count = fill(samar, qtbot)
    shown = notice(samar)
    left_out = len(shown.plan.left_out)
    assert 0 < left_out < count
    assert f"the {left_out} oldest messages will be left out" in shown.what.text()
    plan = shown.plan
    assert f"about {plan.reserve} are kept free for the reply" in shown.what.text()
    assert plan.reserve == plan.context // 4
    assert shown.choices.isVisible()
    send(samar, qtbot)
    # the counts of the chat are of whole exchanges: what was said holds for a message like those before
    assert len(asked(samar)) == count + 1 - samar.chats.path()[-1].stats.dropped_messages
    assert samar.chats.path()[-1].stats.dropped_messages >= left_out
    assert asked(samar)[-1] == ("user", WORDS)
    assert "was written without" in samar.window.panel.context_note.text()


def test_that_the_longest_reply_decides_at_once_how_much_is_kept_free_for_it(start: Start, qtbot: QtBot) -> None:
    samar = start(context=2000)
    panel = samar.window.panel
    for _ in range(2):  # a chat without a message, and one with some
        samar.chats.show_panel()
        assert "500 tokens are kept free" in panel.context_note.text()
        panel.sampling.max_tokens.setValue(100)
        assert "100 tokens are kept free" in panel.context_note.text()
        assert notice(samar).plan.reserve == 100
        panel.sampling.max_tokens.setValue(0)
        assert "500 tokens are kept free" in panel.context_note.text()
        send(samar, qtbot)


def test_that_the_system_prompt_counts_in_a_chat_without_a_message(start: Start, qtbot: QtBot) -> None:
    samar = start()
    samar.window.composer.text.setPlainText("short")
    assert not notice(samar).plan.is_too_long
    before = notice(samar).plan.newest
    samar.chats.set_system_prompt(WORDS * 4)
    assert notice(samar).plan.newest > before


def test_that_typing_brings_the_notice_and_shortening_takes_it_away(start: Start, qtbot: QtBot) -> None:
    samar = start()
    send(samar, qtbot)
    assert not notice(samar).isVisible()
    samar.window.composer.text.setPlainText(WORDS * 4)
    qtbot.waitUntil(notice(samar).isVisible)
    samar.window.composer.text.setPlainText("short")
    qtbot.waitUntil(lambda: not notice(samar).isVisible())


def test_that_a_message_longer_than_the_context_is_told_in_a_sentence(start: Start, qtbot: QtBot) -> None:
    samar = start()
    samar.window.composer.text.setPlainText(WORDS * 20)
    qtbot.waitUntil(notice(samar).isVisible)
    assert "longer than what the model keeps in view" in notice(samar).what.text()
    assert "of 200 tokens" in notice(samar).what.text()
    assert not notice(samar).choices.isVisible()


def test_that_the_first_exchange_stays_when_one_chooses_so_and_the_choice_is_kept(start: Start, qtbot: QtBot) -> None:
    samar = start()
    send(samar, qtbot, "the very first " + WORDS)
    fill(samar, qtbot)
    choose(samar, qtbot, Overflow.KEEP_FIRST)
    assert "after the first question" in notice(samar).what.text()
    assert not notice(samar).choices.isVisible()  # one line from now on
    send(samar, qtbot)
    assert asked(samar)[0][1].startswith("the very first")
    chat = samar.chats.chat
    assert chat is not None
    assert samar.store.get_chat(chat.id).overflow == "keep_first"
    samar.chats.new_chat()
    assert not notice(samar).isVisible()
    samar.chats.open_chat(chat.id)
    assert notice(samar).isVisible()
    assert not notice(samar).choices.isVisible()
    qtbot.keyClick(notice(samar).change, Qt.Key.Key_Space)
    assert notice(samar).choices.isVisible()
    assert notice(samar).choices.value() is Overflow.KEEP_FIRST


def test_that_the_model_writes_a_summary_that_one_can_change(start: Start, qtbot: QtBot) -> None:
    samar = start()
    fill(samar, qtbot)
    samar.engine.replies = (Reply(("They spoke of the sea.",)),)
    with qtbot.waitSignal(samar.worker.finished):
        choose(samar, qtbot, Overflow.SUMMARISE)
        assert "Summarising" in notice(samar).what.text()
    assert "Summarise the conversation" in asked(samar)[0][1]
    shown = notice(samar)
    shown.change.setChecked(True)
    assert shown.summary.toPlainText() == "They spoke of the sea."
    assert "A summary takes the place of" in shown.what.text()
    shown.summary.setPlainText("They spoke of the sea and of ships.")
    shown.tell()
    chat = samar.chats.chat
    assert chat is not None
    assert samar.store.get_chat(chat.id).summary == "They spoke of the sea and of ships."
    send(samar, qtbot, "and now?")
    role, system = asked(samar)[0]
    assert role == "system"
    assert system.endswith("They spoke of the sea and of ships.")
    assert samar.chats.path()[-1].stats.dropped_messages > 0


def test_that_a_model_that_thinks_is_asked_for_its_summary_at_once(start: Start, qtbot: QtBot) -> None:
    samar = start()
    fill(samar, qtbot)
    engine = samar.engine
    assert isinstance(engine, ScriptedEngine)
    engine.replies = [*engine.replies, Reply(("They spoke of the sea.",), thinking=("Hm",) * 3, gate=threading.Event())]
    with qtbot.waitSignal(samar.chats.context.chat_changed, check_params_cb=lambda chat: bool(chat.summary)):
        choose(samar, qtbot, Overflow.SUMMARISE)
    assert engine.requests[-1].thinking is False
    assert samar.chats.chat.summary == "They spoke of the sea."


def test_that_a_message_sent_meanwhile_waits_for_the_summary(start: Start, qtbot: QtBot) -> None:
    gate = threading.Event()
    samar = start()
    fill(samar, qtbot)
    engine = samar.engine
    engine.replies = [*[Reply(("x",))] * engine._given, Reply(("A ", "summary."), gate=gate), Reply(("The answer.",))]
    with qtbot.waitSignal(samar.worker.chunk_received):
        choose(samar, qtbot, Overflow.SUMMARISE)
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("and now?")
        assert samar.window.composer.generating
        gate.set()
    assert samar.chats.path()[-1].content == "The answer."
    assert asked(samar)[0][1].endswith("A summary.")


def test_that_stop_ends_the_message_that_waits_and_cancel_only_the_summary(start: Start, qtbot: QtBot) -> None:
    gate = threading.Event()
    samar = start()
    fill(samar, qtbot)
    engine = samar.engine
    engine.replies = [
        *[Reply(("x",))] * engine._given,
        Reply(("A ", "summary."), gate=gate),
        Reply(("A ", "summary."), gate=gate),
        Reply(("The answer.",)),
    ]
    with qtbot.waitSignal(samar.worker.chunk_received):
        choose(samar, qtbot, Overflow.SUMMARISE)
    samar.chats.send("and now?")
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.window.composer.stop_requested.emit()
    assert samar.chats.path()[-1].status is MessageStatus.STOPPED
    assert not samar.window.composer.generating
    with qtbot.waitSignal(samar.worker.chunk_received):
        notice(samar).change.setChecked(True)
        qtbot.mouseClick(notice(samar).again, LEFT)
    samar.chats.send("and now?")
    with qtbot.waitSignal(samar.chats.replies.ended):
        qtbot.mouseClick(notice(samar).cancel, LEFT)
    assert samar.chats.path()[-1].content == "The answer."
    assert samar.chats.path()[-1].stats.dropped_messages > 0


def test_that_the_notice_speaks_arabic(start: Start, qtbot: QtBot, app: QApplication) -> None:
    samar = start()
    fill(samar, qtbot)
    assert samar.transcript.is_at_end  # the notice took room, and the end of the chat is still what one sees
    i18n.install(app, Language.ARABIC)
    qtbot.waitUntil(lambda: "المحادثة أطول" in notice(samar).what.text())
    assert samar.transcript.is_at_end


@pytest.mark.engine
@pytest.mark.parametrize("overflow", Overflow)
def test_that_the_real_engine_is_never_overfull(
    qapp: QApplication, qtbot: QtBot, data_dir: Path, overflow: Overflow
) -> None:
    samar = Samar(qapp, Paths.under(data_dir))
    try:
        samar.window.show()
        with qtbot.waitSignal(samar.worker.model_loaded, timeout=60_000):
            samar.worker.load(starter_model(), LoadOptions(context=1024, threads=1))
        samar.chats.set_params(GenerationParams(temperature=0.0, max_tokens=24))
        count = fill(samar, qtbot)
        said = len(notice(samar).plan.left_out)
        choose(samar, qtbot, overflow)
        send(samar, qtbot)
        last = samar.chats.path()[-1]
        assert last.status is MessageStatus.FINISHED
        # what was announced is what was left out; the engine itself had to drop nothing more
        assert said <= last.stats.dropped_messages <= count - 1
        assert last.stats.prompt_tokens < 1024
        if overflow is Overflow.SUMMARISE:
            assert samar.chats.chat is not None
            assert samar.store.get_chat(samar.chats.chat.id).summary
    finally:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()
