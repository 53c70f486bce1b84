"""The store against a model of plain dictionaries, driven by hypothesis."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from desktop.core.chat import Message, MessageStatus, Role
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats
from desktop.core.paths import Paths
from desktop.storage import search_index
from desktop.storage.chats import ChatQuery, ChatStore, Deletion
from desktop.storage.opening import Opened, open_history

TEXTS = st.text(max_size=40)
ENDS = st.sampled_from([MessageStatus.FINISHED, MessageStatus.STOPPED, MessageStatus.FAILED])


class Histories(RuleBasedStateMachine):
    opened: Opened

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.paths = Paths.under(Path(self.folder.name))
        self.chats: dict[int, set[int]] = {}
        self.messages: dict[int, Message] = {}
        self.gone_chats: set[int] = set()
        self.gone_messages: set[int] = set()
        self.deletions: list[Deletion] = []
        self._open()

    def _open(self) -> None:
        self.opened = open_history(self.paths)
        assert self.opened.problem is None
        self.store = ChatStore(self.opened.database)

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            self.opened.database.close()
            self.folder.cleanup()

    def visible(self, chat: int) -> dict[int, Message]:
        shown: dict[int, Message] = {}
        for id_ in sorted(self.chats[chat] - self.gone_messages):
            message = self.messages[id_]
            if message.parent_id is None or message.parent_id in shown:
                shown[id_] = message
        return shown

    def living(self) -> list[int]:
        return [chat for chat in self.chats if chat not in self.gone_chats]

    def turns(self) -> list[int]:
        return [id_ for chat in self.living() for id_ in self.visible(chat)]

    def _note(self, *messages: Message) -> None:
        for message in messages:
            self.messages[message.id] = message
            self.chats[message.chat_id].add(message.id)

    @rule(title=TEXTS)
    def create(self, title: str) -> None:
        self.chats[self.store.create_chat(title).id] = set()

    @precondition(lambda self: self.living())
    @rule(data=st.data(), text=TEXTS)
    def send(self, data: st.DataObject, text: str) -> None:
        chat = data.draw(st.sampled_from(self.living()))
        parent = data.draw(st.sampled_from([None, *self.visible(chat)]))
        user, reply = self.store.begin_turn(chat, parent, text, "m")
        assert (user.content, user.parent_id, reply.parent_id) == (text, parent, user.id)
        self._note(user, reply)

    @precondition(lambda self: self.turns())
    @rule(data=st.data())
    def regenerate(self, data: st.DataObject) -> None:
        self._note(self.store.begin_reply(data.draw(st.sampled_from(self.turns())), "m"))

    @precondition(lambda self: self.messages)
    @rule(data=st.data(), text=TEXTS)
    def save(self, data: st.DataObject, text: str) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.messages)))
        streaming = self.messages[id_].status is MessageStatus.STREAMING
        assert self.store.save_partial(id_, text) == streaming
        if streaming:
            self._change(id_, content=text)

    @precondition(lambda self: self.messages)
    @rule(data=st.data(), text=TEXTS, end=ENDS)
    def finish(self, data: st.DataObject, text: str, end: MessageStatus) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.messages)))
        open_ = self.messages[id_].status in (MessageStatus.STREAMING, MessageStatus.INTERRUPTED)
        assert (self.store.finish(id_, text, end) is not None) == open_
        if open_:
            self._change(id_, content=text, status=end, stats=None)

    @precondition(lambda self: self.turns())
    @rule(data=st.data(), text=TEXTS)
    def edit(self, data: st.DataObject, text: str) -> None:
        id_ = data.draw(st.sampled_from(self.turns()))
        if self.messages[id_].status is MessageStatus.STREAMING:
            with pytest.raises(ValueError, match="streams"):
                self.store.edit_content(id_, text)
        else:
            before = self.messages[id_]
            assert self.store.edit_content(id_, text) == before
            stats = before.stats
            if before.role is Role.ASSISTANT and text != before.content:
                stats = replace(stats or GenerationStats(prompt_tokens=0), edited=True)
            self._change(id_, content=text, stats=stats)

    def _change(self, id_: int, **changes: object) -> None:
        self.messages[id_] = replace(self.messages[id_], **changes)  # type: ignore[arg-type]

    @precondition(lambda self: self.turns())
    @rule(data=st.data())
    def delete_turn(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(self.turns()))
        deletion = self.store.delete_turn(id_)
        below = {id_}
        for other in sorted(self.visible(self.messages[id_].chat_id)):
            if self.messages[other].parent_id in below:
                below.add(other)
        assert set(deletion.messages) == below
        self.gone_messages |= below
        self.deletions.append(deletion)

    @precondition(lambda self: self.living())
    @rule(data=st.data())
    def delete_chat(self, data: st.DataObject) -> None:
        chat = data.draw(st.sampled_from(self.living()))
        self.deletions.append(self.store.delete_chats([chat]))
        self.gone_chats.add(chat)

    @precondition(lambda self: self.deletions)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        deletion = self.deletions.pop(data.draw(st.integers(0, len(self.deletions) - 1)))
        if set(deletion.chats) <= self.chats.keys() and set(deletion.messages) <= self.messages.keys():
            self.store.undo(deletion)
            self.gone_chats -= set(deletion.chats)
            self.gone_messages -= set(deletion.messages)
        else:
            with pytest.raises(SamarError, match="no longer exists"):
                self.store.undo(deletion)

    @precondition(lambda self: self.deletions)
    @rule(data=st.data())
    def purge(self, data: st.DataObject) -> None:
        deletion = self.deletions.pop(data.draw(st.integers(0, len(self.deletions) - 1)))
        self.store.purge(deletion)
        for chat in deletion.chats:
            for id_ in self.chats.pop(chat, set()):
                self._forget(id_)
            self.gone_chats.discard(chat)
        erased = {id_ for id_ in deletion.messages if id_ in self.gone_messages}
        for id_ in sorted(self.messages):
            if id_ in erased or self.messages[id_].parent_id in erased:
                erased.add(id_)
        for id_ in erased:
            if id_ in self.messages:
                self.chats[self.messages[id_].chat_id].discard(id_)
                self._forget(id_)

    def _forget(self, id_: int) -> None:
        self.messages.pop(id_, None)
        self.gone_messages.discard(id_)

    @rule()
    def restart(self) -> None:
        self.opened.database.close()
        self._open()
        self.store.recover_interrupted()
        for id_, message in list(self.messages.items()):
            if message.status is MessageStatus.STREAMING:
                self._change(id_, status=MessageStatus.INTERRUPTED)

    @rule(slices=st.integers(0, 3))
    def make_index_anew(self, slices: int) -> None:
        search_index.rebuild(self.opened.database)
        for _ in range(slices):
            search_index.fill_step(self.opened.database, 2)

    @rule()
    def complete_the_index(self) -> None:
        while search_index.fill_step(self.opened.database, 2):
            pass

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "opened"):
            return
        listed = self.store.list_chats(ChatQuery(archived=None))
        assert sorted(chat.id for chat in listed) == sorted(self.living())
        for chat in listed:
            shown = self.visible(chat.id)
            found = self.store.messages_of(chat.id).messages
            assert {id_: (m.content, m.status, m.parent_id) for id_, m in found.items()} == {
                id_: (m.content, m.status, m.parent_id) for id_, m in shown.items()
            }
            assert chat.active_leaf is None or chat.active_leaf in self.messages

    @invariant()
    def index_is_exact(self) -> None:
        if hasattr(self, "opened"):
            run = self.opened.database
            run.execute("INSERT INTO search (search) VALUES ('integrity-check')")
            indexed = {row[0] for row in run.fetch("SELECT rowid FROM search_docsize")}
            complete = {id_ for id_, m in self.messages.items() if m.status is not MessageStatus.STREAMING}
            gap = dict(run.fetch("SELECT name, value + 0 FROM properties WHERE name LIKE 'search_gap%'"))
            missing = range(gap.get("search_gap_first", 0), gap.get("search_gap_last", -1) + 1)
            assert indexed == {id_ for id_ in complete if id_ not in missing} | {-chat for chat in self.chats}
            assert run.fetch("PRAGMA foreign_key_check") == []


Histories.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHistories = Histories.TestCase
