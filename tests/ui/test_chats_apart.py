"""What is done in one chat touches no other: Stop, "Write again", edits and Delete, with the engine at work elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.core.context_window import Overflow
from desktop.core.errors import SamarError
from desktop.core.images import ImageFile
from desktop.storage.messages import Deletion
from tests.fakes.scripted_engine import Reply, ScriptedEngine
from tests.fakes.tiny_gguf import png

Start = Callable[..., Samar]
WORDS = "some words about the weather and the sea " * 4


class Two:
    """Two chats: the reply of the first one is being written, that of the second one waits behind it."""

    def __init__(self, samar: Samar, qtbot: QtBot, gate: threading.Event) -> None:
        self.samar, self.gate, self.qtbot = samar, gate, qtbot
        with qtbot.waitSignal(samar.chats.replies.grew):
            samar.chats.send("first")
        self.first = self.open_id()
        self.first_reply = samar.chats.path()[-1].id
        samar.chats.new_chat()
        samar.chats.send("second")
        self.second = self.open_id()
        self.second_reply = samar.chats.path()[-1].id

    def open_id(self) -> int:
        assert self.samar.chats.chat is not None
        return self.samar.chats.chat.id

    def status(self, message_id: int) -> MessageStatus:
        return self.samar.store.get_message(message_id).status

    def let_go(self) -> None:
        """The engine goes on, until nothing is being written any more."""
        self.gate.set()
        self.qtbot.waitUntil(lambda: not self.samar.chats.replies.chats())


@pytest.fixture
def two(opened: Start, qtbot: QtBot) -> Two:
    gate = threading.Event()
    return Two(opened(ScriptedEngine((Reply(("one", " two"), gate=gate), Reply(("three",))))), qtbot, gate)


def test_that_stop_in_the_chat_that_waits_spares_the_one_at_work(two: Two, qtbot: QtBot) -> None:
    qtbot.mouseClick(two.samar.window.composer.send, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: two.status(two.second_reply) is MessageStatus.STOPPED)
    assert two.samar.window.composer.text.hasFocus(), "not the next widget, since the button is disabled now"
    two.let_go()
    first = two.samar.store.get_message(two.first_reply)
    assert (first.status, first.content) == (MessageStatus.FINISHED, "one two")


def test_that_stop_in_the_chat_at_work_spares_the_one_that_waits(two: Two, qtbot: QtBot) -> None:
    two.samar.chats.open_chat(two.first)
    qtbot.keyClick(two.samar.window.composer.text, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not two.samar.chats.replies.chats())
    assert two.status(two.first_reply) is MessageStatus.STOPPED
    second = two.samar.store.get_message(two.second_reply)
    assert (second.status, second.content) == (MessageStatus.FINISHED, "three")


@pytest.mark.parametrize("act", ["again", "edit", "delete turn", "delete chat", "archive"])
def test_that_what_is_done_in_the_second_chat_spares_the_first(two: Two, act: str) -> None:
    chats, transcript = two.samar.chats, two.samar.transcript
    question = chats.path()[0].id
    if act == "again":
        transcript.regenerate_requested.emit(two.second_reply)
    elif act == "edit":
        transcript.edit_submitted.emit(question, "second, edited")
    elif act == "delete turn":
        transcript.delete_requested.emit(two.second_reply)
    elif act == "delete chat":
        two.samar.window.sidebar.chats_deleted.emit([two.second])
    else:
        two.samar.window.sidebar.chats_archived.emit([two.second], True)
    two.let_go()
    assert two.status(two.first_reply) is MessageStatus.FINISHED
    if act == "delete turn":
        two.samar.store.undo(Deletion(messages=(two.second_reply,)))
    elif act == "delete chat":
        two.samar.store.undo(Deletion(chats=(two.second,)))
    assert two.status(two.second_reply) is MessageStatus.STOPPED
    if act in ("again", "edit"):
        assert chats.path()[-1].status is MessageStatus.FINISHED


def test_that_leaving_a_temporary_chat_that_waits_spares_the_one_at_work(opened: Start, qtbot: QtBot) -> None:
    gate = threading.Event()
    engine = ScriptedEngine((Reply(("one", " two"), gate=gate), Reply(("three",))))
    samar = opened(engine)
    with qtbot.waitSignal(samar.chats.replies.grew):
        samar.chats.send("first")
    first = samar.chats.path()[-1].id
    samar.chats.new_temporary_chat()
    samar.chats.send("secret")
    samar.chats.new_chat()
    gate.set()
    qtbot.waitUntil(lambda: not samar.chats.replies.chats())
    assert samar.store.get_message(first).status is MessageStatus.FINISHED
    assert len(engine.requests) == 1, "what nobody will read is not written"


class Summary:
    """A chat that outgrew the context; a summary of its oldest turns is being written, and waits for `gate`."""

    def __init__(self, samar: Samar, qtbot: QtBot, text: str) -> None:
        assert isinstance(samar.engine, ScriptedEngine)
        self.gate, self.engine = threading.Event(), samar.engine
        notice = samar.chats.context.notice
        while not notice.isVisible():
            with qtbot.waitSignal(samar.chats.replies.ended):
                samar.chats.send(WORDS)
        assert samar.chats.chat is not None
        self.chat, self.count = samar.chats.chat.id, len(self.engine.requests)
        said = [Reply((WORDS,))] * self.count
        self.engine.replies = [*said, Reply((text,), gate=self.gate, gate_after=0), Reply(("next",))]
        notice.chosen.emit(Overflow.SUMMARISE)
        qtbot.waitUntil(lambda: len(self.engine.requests) > self.count)
        self.request = self.engine.requests[-1]


def test_that_stop_while_a_summary_is_written_elsewhere_spares_it(opened: Start, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine([Reply((WORDS,))]), context=200)
    summary = Summary(samar, qtbot, "The weather.")
    samar.chats.new_chat()
    samar.chats.send("another chat")
    waiting = samar.chats.path()[-1].id
    samar.chats.stop()
    qtbot.waitUntil(lambda: samar.store.get_message(waiting).status is MessageStatus.STOPPED)
    with qtbot.waitSignal(samar.chats.context.chat_changed):
        summary.gate.set()
    assert samar.store.get_chat(summary.chat).summary == "The weather."
    assert len(summary.engine.requests) == summary.count + 1


def test_that_stop_ends_the_summary_for_which_a_reply_waits_and_the_reply(opened: Start, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine([Reply((WORDS,))]), context=200)
    summary = Summary(samar, qtbot, "The weather.")
    samar.chats.send("and the sea?")
    waiting = samar.chats.path()[-1].id
    samar.chats.stop()
    qtbot.waitUntil(lambda: not samar.chats.replies.chats())
    assert samar.store.get_message(waiting).status is MessageStatus.STOPPED
    assert samar.store.get_chat(summary.chat).summary == ""
    assert len(summary.engine.requests) == summary.count + 1


@pytest.mark.parametrize("delete", [False, True])
@pytest.mark.parametrize("temporary", [True, False])
def test_that_a_summary_in_the_making_of_a_chat_that_is_gone_is_nowhere(
    opened: Start, qtbot: QtBot, *, temporary: bool, delete: bool
) -> None:
    samar = opened(ScriptedEngine([Reply((WORDS,))]), context=200)
    if temporary:
        samar.chats.new_temporary_chat()
    summary = Summary(samar, qtbot, "The secret.")
    assert (summary.request.chat, summary.request.kept) == (str(summary.chat), False), "it can be forgotten"
    if temporary:
        (samar.chats.new_temporary_chat if delete else samar.chats.new_chat)()
        assert str(summary.chat) in summary.engine.forgotten
    elif delete:
        samar.window.sidebar.chats_deleted.emit([summary.chat])
    else:
        samar.chats.new_chat()
    summary.gate.set()
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("next")  # what became of the summary was told before
    assert samar.window.banner.error is None
    kept = [row[0] for row in samar.database.fetch("SELECT summary FROM chats WHERE summary != ''")]
    assert kept == ([] if temporary or delete else ["The secret."])


def test_that_samar_closes_while_a_temporary_chat_is_being_summarised(opened: Start, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine([Reply((WORDS,))]), context=200)
    samar.chats.new_temporary_chat()
    Summary(samar, qtbot, "The secret.")
    samar.window.close()
    samar.close()


# replies that can't be asked for


def ended(samar: Samar) -> bool:
    return not samar.chats.replies.chats()


def test_that_a_reply_whose_image_is_damaged_ends_as_failed_and_the_next_one_is_answered(
    opened: Start, qtbot: QtBot
) -> None:
    samar = opened(ScriptedEngine((Reply(("seen",)),), vision=True))
    samar.window.composer.tray.add([ImageFile.checked(png((220, 20, 20)), "red.png")])
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("what is it?")
    samar.database.execute("DELETE FROM images")
    samar.database.execute("PRAGMA foreign_keys = OFF")
    samar.database.execute(
        "INSERT INTO images (message_id, position, picture_id, width, height) VALUES (?, 0, 999, 9, 9)",
        (samar.chats.path()[0].id,),
    )
    samar.chats.reload()
    samar.chats.send("and now?")
    assert ended(samar)
    reply = samar.chats.path()[-1]
    assert (reply.status, reply.error_code) == (MessageStatus.FAILED, "chat_missing")
    assert samar.store.get_message(reply.id).status is MessageStatus.FAILED
    assert samar.window.banner.error is not None
    assert not samar.window.composer.generating
    samar.database.execute("DELETE FROM images")
    samar.chats.reload()
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.transcript.regenerate_requested.emit(reply.id)
    assert samar.chats.path()[-1].content == "seen"
    assert samar.window.banner.error is None


@pytest.mark.parametrize("act", ["send", "again", "continue", "edit"])
@pytest.mark.parametrize("problem", [SamarError("history_failed", reason="a page"), RuntimeError("a bug")])
def test_that_a_reply_that_can_not_be_asked_for_ends_as_failed(
    opened: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, act: str, problem: Exception
) -> None:
    samar = opened(ScriptedEngine((Reply(("one",)),)))
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("first")
    question, reply = samar.chats.path()

    def broken(*_arguments: object, **_options: object) -> None:
        raise problem

    monkeypatch.setattr("desktop.ui.controllers.chat_controller.request_of", broken)
    acts: dict[str, Callable[[], None]] = {
        "send": lambda: samar.chats.send("second"),
        "again": lambda: samar.chats.regenerate(reply.id),
        "continue": lambda: samar.chats.continue_reply(reply.id),
        "edit": lambda: samar.chats.edit(question.id, "first, edited"),
    }
    if isinstance(problem, SamarError):
        acts[act]()
        assert samar.window.banner.error is problem
    else:
        with pytest.raises(RuntimeError, match="a bug"):
            acts[act]()
    assert ended(samar)
    last = samar.chats.path()[-1]
    assert last.status is samar.store.get_message(last.id).status is MessageStatus.FAILED
    assert not samar.window.composer.generating
    monkeypatch.undo()
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("third")
    assert samar.chats.path()[-1].status is MessageStatus.FINISHED
