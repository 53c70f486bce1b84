"""Two chats whose replies are written at the same time, in the window: each has its own Stop, and its own end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import Message, MessageStatus
from desktop.core.errors import SamarError
from tests.fakes.scripted_provider import ScriptedProvider

Open = Callable[..., Samar]


@pytest.fixture
def provider() -> ScriptedProvider:
    return ScriptedProvider(parallel=2)


@pytest.fixture
def two(opened: Open, provider: ScriptedProvider, qtbot: QtBot) -> tuple[Samar, Message, Message]:
    """Both replies have begun; the second chat is on the screen."""
    samar = opened(provider)
    replies = []
    for text in ("first", "second"):
        samar.chats.new_chat()
        samar.chats.send(text)
        replies.append(samar.chats.path()[-1])
    qtbot.waitUntil(lambda: len(provider.generations) == 2)
    for text in ("first", "second"):
        provider.reply_to(text).write(f"{text} half. ")
    for reply, text in zip(replies, ("first", "second"), strict=True):
        qtbot.waitUntil(lambda reply=reply, text=text: shown(samar, reply) == f"{text} half. ")  # type: ignore[misc]
    return samar, *replies  # type: ignore[return-value]


def shown(samar: Samar, reply: Message) -> str:
    return samar.chats.replies.current(reply).content


def test_that_stop_ends_the_reply_on_the_screen_and_the_other_one_ends_whole(
    two: tuple[Samar, Message, Message], provider: ScriptedProvider, qtbot: QtBot
) -> None:
    samar, first, second = two
    qtbot.mouseClick(samar.window.composer.send, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not samar.chats.replies.is_live(second.id))
    assert samar.chats.replies.is_live(first.id)
    provider.reply_to("first").write("first end.")
    provider.reply_to("first").finish()
    qtbot.waitUntil(lambda: not samar.chats.replies.is_live(first.id))
    kept = [samar.store.get_message(reply.id) for reply in (first, second)]
    assert [(message.content, message.status) for message in kept] == [
        ("first half. first end.", MessageStatus.FINISHED),
        ("second half. ", MessageStatus.STOPPED),
    ]


@pytest.mark.parametrize(
    "action", ["delete the chat", "delete the turn", "regenerate", "edit", "leave a temporary chat"]
)
def test_that_what_ends_one_reply_leaves_the_other_one_alone(
    two: tuple[Samar, Message, Message], provider: ScriptedProvider, qtbot: QtBot, action: str
) -> None:
    samar, first, second = two
    parent = second.parent_id
    assert parent is not None
    if action == "delete the chat":
        samar.window.sidebar.chats_deleted.emit([second.chat_id])
    elif action == "delete the turn":
        samar.transcript.delete_requested.emit(parent)
    elif action == "regenerate":
        samar.transcript.regenerate_requested.emit(second.id)
    elif action == "edit":
        samar.transcript.edit_submitted.emit(parent, "edited")
    else:
        provider.reply_to("second").finish()
        qtbot.waitUntil(lambda: not samar.chats.replies.is_live(second.id))
        samar.chats.new_temporary_chat()
        samar.chats.send("temporary")
        qtbot.waitUntil(lambda: len(provider.generations) == 3)
        samar.chats.new_chat()
    qtbot.waitUntil(lambda: not samar.chats.replies.is_live(second.id))
    provider.reply_to("first").write("first end.")
    provider.reply_to("first").finish()
    qtbot.waitUntil(lambda: not samar.chats.replies.is_live(first.id))
    kept = samar.store.get_message(first.id)
    assert (kept.content, kept.status) == ("first half. first end.", MessageStatus.FINISHED)


def test_that_one_failure_is_one_failure(
    two: tuple[Samar, Message, Message], provider: ScriptedProvider, qtbot: QtBot
) -> None:
    samar, first, second = two
    provider.reply_to("first").fail(SamarError("engine_failed", reason="a test"))
    qtbot.waitUntil(lambda: not samar.chats.replies.is_live(first.id))
    assert samar.chats.replies.is_live(second.id)
    provider.reply_to("second").finish()
    qtbot.waitUntil(lambda: not samar.chats.replies.is_live(second.id))
    kept = [samar.store.get_message(reply.id).status for reply in (first, second)]
    assert kept == [MessageStatus.FAILED, MessageStatus.FINISHED]
