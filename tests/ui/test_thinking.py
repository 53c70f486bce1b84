"""Thinking in the window: a choice for each chat, and the answer when one has waited long enough."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.core.generation import StoppedBy
from desktop.core.languages import Language
from desktop.core.requests import LoadOptions
from desktop.ui import i18n
from desktop.ui.transcript.document import ANSWER_LINK
from tests.fakes.scripted_engine import Reply, ScriptedEngine

Start = Callable[..., Samar]
LEFT = Qt.MouseButton.LeftButton
NO_SWITCH, SWITCH = False, True


@pytest.fixture
def start(opened: Start) -> Start:
    def started(*replies: Reply, switch: bool = SWITCH, **more: object) -> Samar:
        return opened(ScriptedEngine(replies or (Reply(),), thinking_switch=switch), **more)

    return started


def asked(samar: Samar) -> bool | None:
    return cast(ScriptedEngine, samar.engine).requests[-1].thinking


def send(samar: Samar, qtbot: QtBot, act: Callable[[], object] | None = None) -> None:
    with qtbot.waitSignal(samar.chats.replies.ended):
        act() if act else samar.chats.send("Hi")


def choose(samar: Samar, wanted: bool | None) -> None:
    if samar.window.panel.isHidden():
        samar.window.toggle_panel()
    choice = samar.window.panel.thinking_switch.choice
    choice.group.button(choice.values.index(wanted)).click()


def shown(samar: Samar) -> object:
    return samar.window.panel.thinking_switch.choice.value()


def test_that_each_chat_chooses_for_its_replies_and_remembers_it(start: Start, qtbot: QtBot) -> None:
    samar = start()
    send(samar, qtbot)
    assert asked(samar) is None
    samar.chats.new_chat()
    choose(samar, False)  # before its first message
    send(samar, qtbot)
    assert asked(samar) is False
    first = samar.chats.chat
    assert first is not None and first.thinking is False
    reply = samar.chats.path()[-1]
    send(samar, qtbot, lambda: samar.chats.regenerate(reply.id))
    assert asked(samar) is False
    samar.chats.new_chat()
    assert shown(samar) is None
    send(samar, qtbot)
    assert asked(samar) is None
    samar.chats.open_chat(first.id)
    assert shown(samar) is False
    choose(samar, True)
    send(samar, qtbot)
    assert asked(samar) is True
    assert samar.chats.history.get_chat(first.id).thinking is True


def test_that_a_reply_that_goes_on_keeps_the_choice(start: Start, qtbot: QtBot) -> None:
    gate = threading.Event()
    samar = start(Reply(("One", " two"), gate=gate), Reply((" three",)))
    choose(samar, False)
    with qtbot.waitSignal(samar.chats.replies.grew):
        samar.chats.send("Count")
    send(samar, qtbot, samar.chats.stop)
    send(samar, qtbot, lambda: samar.chats.continue_reply(samar.chats.path()[-1].id))
    assert asked(samar) is False
    assert cast(ScriptedEngine, samar.engine).requests[-1].continue_last


def test_that_the_switch_says_why_one_cant_choose(start: Start) -> None:
    samar = start()
    samar.window.toggle_panel()
    switch = samar.window.panel.thinking_switch
    assert switch.isVisible() and switch.choice.isEnabled()
    model = samar.worker.model
    assert model is not None
    thinks = type(model)(
        **{name: getattr(model, name) for name in model.__struct_fields__} | {"thinking_switch": False}
    )
    switch.show_choice(None, thinks)
    assert switch.isVisible() and not switch.choice.isEnabled()
    assert "can’t be switched on or off" in switch.hint.text()
    switch.show_choice(None, None)
    assert not switch.isVisible()


def test_that_a_model_that_does_not_think_has_no_switch(start: Start) -> None:
    samar = start(switch=NO_SWITCH)
    samar.window.toggle_panel()
    assert not samar.window.panel.thinking_switch.isVisible()


def test_that_the_panel_says_what_is_set_for_the_model(start: Start, qtbot: QtBot) -> None:
    samar = start()
    samar.window.toggle_panel()
    with qtbot.waitSignal(samar.worker.model_loaded):
        samar.worker.load(Path("one.gguf"), LoadOptions(thinking=False))
    hint = samar.window.panel.thinking_switch.hint
    qtbot.waitUntil(lambda: hint.text().startswith("The settings of this model say: off."))


def think(samar: Samar, qtbot: QtBot) -> None:
    """Send, and wait for the first words of the thinking."""
    with qtbot.waitSignal(samar.chats.replies.grew):
        samar.chats.send("Hi")


def answered(samar: Samar) -> None:
    """The one reply has its thought and its answer."""
    (reply,) = samar.chats.path()[1:]
    assert reply.status is MessageStatus.FINISHED
    assert (reply.thinking, reply.content) == ("Well…", "Yes.")
    assert reply.stats is not None and reply.stats.stopped_by is StoppedBy.END
    stored = samar.chats.history.get_message(reply.id)
    assert (stored.thinking, stored.content) == ("Well…", "Yes.")


THINKS = Reply(("Yes.",), thinking=("Well…", " and on", " and on"), gate=threading.Event())


def test_that_the_button_beside_stop_brings_the_answer(start: Start, qtbot: QtBot) -> None:
    samar = start(THINKS)
    composer = samar.window.composer
    assert not composer.answer.isVisible()
    think(samar, qtbot)
    assert composer.answer.isVisible()
    send(samar, qtbot, lambda: qtbot.mouseClick(composer.answer, LEFT))
    assert composer.text.hasFocus()
    assert not composer.answer.isVisible()
    answered(samar)


def test_that_the_line_of_the_thought_brings_the_answer_too(start: Start, qtbot: QtBot) -> None:
    samar = start(THINKS)
    think(samar, qtbot)
    reply = samar.chats.path()[-1]
    assert "Thinking… · \u2068Answer now" in samar.transcript.page.toPlainText()
    send(samar, qtbot, lambda: samar.transcript.page.anchorClicked.emit(QUrl(f"{ANSWER_LINK}{reply.id}")))
    answered(samar)
    assert "Answer now" not in samar.transcript.page.toPlainText()


def test_that_the_offer_goes_with_the_first_word_of_the_answer(start: Start, qtbot: QtBot) -> None:
    samar = start(THINKS)
    think(samar, qtbot)
    job = samar.chats.replies.job_of(samar.chats.path()[-1].id)
    assert job is not None
    samar.worker.chunk_received.emit(job.id, "Yes", "")
    assert not samar.window.composer.answer.isVisible()
    assert "Answer now" not in samar.transcript.page.toPlainText()
    assert "Thought\n" in samar.transcript.page.toPlainText()
    samar.chats.thinking.answer_now()  # too late, and the engine, which waits here, is not told
    send(samar, qtbot, samar.chats.stop)
    assert samar.chats.path()[-1].status is MessageStatus.STOPPED


def test_that_the_offer_is_for_the_chat_on_the_screen(start: Start, qtbot: QtBot) -> None:
    samar = start(THINKS)
    think(samar, qtbot)
    chat = samar.chats.chat
    assert chat is not None
    samar.chats.new_chat()
    assert not samar.window.composer.answer.isVisible()
    samar.chats.thinking.answer_now()
    samar.chats.open_chat(chat.id)
    assert samar.window.composer.answer.isVisible()
    assert samar.chats.replies.thinks(samar.chats.path()[-1].id)
    send(samar, qtbot, samar.chats.stop)


def test_that_escape_stops_a_reply_that_thinks(start: Start, qtbot: QtBot) -> None:
    samar = start(THINKS)
    think(samar, qtbot)
    samar.window.composer.focus()
    send(samar, qtbot, lambda: qtbot.keyClick(samar.window.composer.text, Qt.Key.Key_Escape))
    assert samar.chats.path()[-1].status is MessageStatus.STOPPED


def test_that_both_say_it_in_arabic(start: Start, qtbot: QtBot, app: QApplication) -> None:
    samar = start(THINKS)
    samar.preferences.change(language=Language.ARABIC)
    assert i18n.current() is Language.ARABIC
    think(samar, qtbot)
    text = samar.window.composer.answer.text()
    assert text and not text.isascii()
    assert text in samar.transcript.page.toPlainText()
    send(samar, qtbot, samar.chats.stop)
