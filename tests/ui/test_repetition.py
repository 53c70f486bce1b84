"""A reply that only repeats itself is ended and says why; it may go on, and the settings may let all of them go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.core.generation import StoppedBy
from tests.fakes.scripted_engine import Reply, ScriptedEngine

Open = Callable[..., Samar]
LOOP = ("لا أعرف ماذا أقول. ",) * 2000
GOES_ON = tuple(f"{number}, " for number in range(2000))


def send(samar: Samar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("tell me")


def test_that_a_loop_is_ended_and_said(opened: Open, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine([Reply(LOOP), Reply(GOES_ON)]))
    send(samar, qtbot)
    reply = samar.chats.path()[-1]
    assert reply.stats is not None
    assert (reply.status, reply.stats.stopped_by) == (MessageStatus.STOPPED, StoppedBy.REPETITION)
    assert 0 < len(reply.content) < len("".join(LOOP))
    assert "only repeated itself" in samar.transcript.page.toPlainText()
    assert [name for name, _ in samar.reply_pages.of(reply)][:1] == ["models"]
    send(samar, qtbot)
    assert samar.chats.path()[-1].status is MessageStatus.FINISHED
    assert samar.chats.path()[-1].content == "".join(GOES_ON)


def test_that_it_goes_on_when_that_is_wished_for(opened: Open, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine([Reply(LOOP)]))
    send(samar, qtbot)
    reply = samar.chats.path()[-1]
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.transcript.continue_requested.emit(reply.id)
    after = samar.chats.path()[-1]
    assert after.status is MessageStatus.FINISHED
    assert after.content == reply.content + "".join(LOOP)


@pytest.mark.parametrize("stop", [True, False])
def test_that_the_settings_decide(opened: Open, qtbot: QtBot, stop: bool) -> None:
    samar = opened(ScriptedEngine([Reply(LOOP)]))
    samar.preferences.change(stop_repetition=stop)
    send(samar, qtbot)
    assert (samar.chats.path()[-1].content == "".join(LOOP)) is not stop
