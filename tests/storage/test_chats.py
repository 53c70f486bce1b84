from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator

import pytest

from desktop.core.chat import Chat, MessageStatus, Role
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, GenerationStats, StoppedBy
from desktop.core.paths import Paths
from desktop.storage.chats import ChatOrder, ChatQuery, ChatStore
from desktop.storage.messages import Deletion
from desktop.storage.opening import in_memory
from desktop.storage.search import Query, Search
from tests.storage.kit import exchange, opened

STATS = GenerationStats(
    prompt_tokens=12, reply_tokens=5, first_token_s=0.25, tokens_per_s=31.5, stopped_by=StoppedBy.LENGTH, seed=7
)


def test_that_a_turn_is_stored_before_it_is_sent(store: ChatStore) -> None:
    chat = store.create_chat()
    user, reply = store.begin_turn(chat.id, None, "ما هو ملف GGUF؟", "Samar Starter")
    assert (user.role, user.content, user.status) == (Role.USER, "ما هو ملف GGUF؟", MessageStatus.FINISHED)
    assert (reply.role, reply.content, reply.status) == (Role.ASSISTANT, "", MessageStatus.STREAMING)
    assert (reply.parent_id, reply.model) == (user.id, "Samar Starter")
    assert store.get_chat(chat.id).active_leaf == reply.id
    assert store.get_chat(chat.id).title == "ما هو ملف GGUF؟"


def test_that_everything_is_there_again_after_closing(paths: Paths) -> None:
    params = GenerationParams(temperature=0.1, stop=("\n\n",), seed=3)
    with opened(paths) as store:
        folder = store.create_folder("عمل")
        chat = store.create_chat("t", system_prompt="كن موجزًا", params=params, folder_id=folder.id)
        _, reply = store.begin_turn(chat.id, None, "q", "m")
        assert store.save_partial(reply.id, "half", "thought")
        finished = store.finish(reply.id, "whole", MessageStatus.STOPPED, STATS, None, "thought more", 1.5)
        store.place([chat.id], pinned=True)
        store.save_draft(chat.id, "draft")
        store.save_draft(None, "before any chat")
        before = store.get_chat(chat.id), dict(store.messages_of(chat.id).messages)
    with opened(paths) as store:
        assert (store.get_chat(chat.id), dict(store.messages_of(chat.id).messages)) == before
        assert before[0].params == params
        assert before[0].pinned
        assert finished is not None
        assert finished.stats == STATS
        assert (finished.thinking, finished.thinking_s) == ("thought more", 1.5)
        assert store.drafts() == {chat.id: "draft", None: "before any chat"}
        assert [(f.name, f.chats) for f in store.list_folders()] == [("عمل", 1)]


def test_that_regenerating_gives_a_sibling_and_editing_a_branch(store: ChatStore) -> None:
    chat = store.create_chat()
    user, first = exchange(store, chat.id, None, "q", "one")
    second = store.begin_reply(user.id, "m")
    store.finish(second.id, "two", MessageStatus.FINISHED)
    edited, third = store.edit_turn(user.id, "q, but better", "m")
    tree = store.messages_of(chat.id)
    assert [m.id for m in tree.siblings(first.id)] == [first.id, second.id]
    assert [m.id for m in tree.siblings(user.id)] == [user.id, edited.id]
    assert store.get_chat(chat.id).active_leaf == third.id
    store.set_active_leaf(chat.id, first.id)
    assert [m.id for m in tree.path_to(store.get_chat(chat.id).active_leaf)] == [user.id, first.id]


def test_that_a_stopped_reply_goes_on_where_it_stopped(store: ChatStore) -> None:
    _, reply = store.begin_turn(store.create_chat().id, None, "q", "m")
    store.finish(reply.id, "half", MessageStatus.FAILED, error_code="engine_died")
    resumed = store.resume_reply(reply.id)
    assert (resumed.content, resumed.status, resumed.error_code) == ("half", MessageStatus.STREAMING, None)
    finished = store.finish(reply.id, "half and half", MessageStatus.FINISHED)
    assert finished is not None and finished.content == "half and half"


def test_that_a_late_partial_save_does_not_overwrite_the_end(store: ChatStore) -> None:
    _, reply = store.begin_turn(store.create_chat().id, None, "q", "m")
    store.finish(reply.id, "whole", MessageStatus.FINISHED)
    assert not store.save_partial(reply.id, "wh")
    assert store.finish(reply.id, "", MessageStatus.FAILED) is None
    assert store.get_message(reply.id).content == "whole"


def test_that_deleting_a_turn_shows_the_branch_beside_it_and_can_be_undone(store: ChatStore) -> None:
    chat = store.create_chat()
    user, first = exchange(store, chat.id, None, "q", "one")
    second = store.begin_reply(user.id, "m")
    store.finish(second.id, "two", MessageStatus.FINISHED)
    follow, answer = exchange(store, chat.id, second.id, "more", "of it")
    deletion = store.delete_turn(second.id)
    assert set(deletion.messages) == {second.id, follow.id, answer.id}
    assert list(store.messages_of(chat.id).messages) == [user.id, first.id]
    assert store.get_chat(chat.id).active_leaf == first.id
    store.undo(deletion)
    assert len(store.messages_of(chat.id)) == 5
    assert store.get_chat(chat.id).active_leaf == answer.id
    store.delete_turn(user.id)
    assert store.get_chat(chat.id).active_leaf is None
    with pytest.raises(SamarError, match="no longer exists"):
        store.begin_reply(user.id, "m")


def test_that_a_fork_is_a_chat_of_its_own(store: ChatStore) -> None:
    chat = store.create_chat("t", "be brief", GenerationParams(top_k=1))
    _, one = exchange(store, chat.id, None, "q1", "a1")
    _, two = exchange(store, chat.id, one.id, "q2", "a2")
    exchange(store, chat.id, two.id, "q3", "a3")
    _, streaming = store.begin_turn(chat.id, two.id, "q4", "m")
    store.save_partial(streaming.id, "so far")
    copy = store.fork(streaming.id)
    path = store.messages_of(copy.id).path_to(copy.active_leaf)
    assert [m.content for m in path] == ["q1", "a1", "q2", "a2", "q4", "so far"]
    assert path[-1].status is MessageStatus.INTERRUPTED
    assert (copy.system_prompt, copy.params, copy.title) == ("be brief", GenerationParams(top_k=1), "t")
    store.edit_content(path[1].id, "changed")
    assert store.get_message(one.id).content == "a1"
    store.purge(store.delete_chats([chat.id]))
    assert len(store.messages_of(copy.id)) == 6


def test_that_an_edit_in_place_is_marked_and_gives_back_what_undoes_it(store: ChatStore) -> None:
    _, reply = exchange(store, store.create_chat().id, None, "q", "one")
    before = store.edit_content(reply.id, "two")
    edited = store.get_message(reply.id)
    assert (edited.content, edited.is_edited, before) == ("two", True, reply)
    store.edit_content(reply.id, before.content)
    assert store.get_message(reply.id).content == reply.content
    other = store.edit_content(exchange(store, reply.chat_id, reply.id, "q", "same")[1].id, "same")
    assert not store.get_message(other.id).is_edited


def test_that_an_automatic_title_never_replaces_a_written_one(store: ChatStore) -> None:
    chat = store.create_chat()
    exchange(store, chat.id, None, "the first words", "a")
    assert store.rename(chat.id, "By the model", automatic=True).title == "By the model"
    assert store.rename(chat.id, "Mine").title_is_automatic is False
    assert store.rename(chat.id, "Model again", automatic=True).title == "Mine"


def test_that_deleted_chats_come_back_by_undo_and_not_after_erasing(store: ChatStore) -> None:
    kept, gone = store.create_chat("kept"), store.create_chat("gone")
    exchange(store, gone.id, None, "q", "a")
    deletion = store.delete_chats([gone.id])
    assert [chat.title for chat in store.list_chats()] == ["kept"]
    with pytest.raises(SamarError):
        store.get_chat(gone.id)
    with pytest.raises(SamarError):
        store.begin_turn(gone.id, None, "into nothing", None)
    store.undo(deletion)
    assert {chat.title for chat in store.list_chats()} == {"kept", "gone"}
    deletion = store.delete_chats([gone.id, kept.id])
    store.purge(deletion)
    with pytest.raises(SamarError):
        store.undo(deletion)
    assert store.database.scalar("SELECT count(*) FROM messages") == 0


def test_that_messages_which_an_earlier_run_deleted_are_erased_and_those_of_this_one_are_not(paths: Paths) -> None:
    with opened(paths) as store:
        chat = store.create_chat()
        yesterday = exchange(store, chat.id, None, "yesterday", "a")[0]
        store.delete_turn(yesterday.id)
    with opened(paths) as store:
        today = store.delete_turn(exchange(store, chat.id, None, "today", "b")[0].id)
        assert store.purge_deleted() == [chat.id]
        assert store.database.fetch("SELECT content FROM messages ORDER BY id") == [("today",), ("b",)]
        store.undo(today)


class Clock:
    """Unix time that a test sets."""

    def __init__(self) -> None:
        self.day = 20_000.5

    def __call__(self) -> float:
        return self.day * 86_400


@pytest.fixture
def dated(paths: Paths) -> Iterator[tuple[ChatStore, Clock]]:
    clock = Clock()
    with opened(paths) as plain:
        yield ChatStore(plain.database, clock), clock


def test_that_deleted_chats_are_listed_and_nowhere_else_and_come_back_whole(store: ChatStore) -> None:
    folder = store.create_folder("Work")
    chat = store.create_chat("Planets", folder_id=folder.id)
    question, _ = exchange(store, chat.id, None, "Saturn", "has rings")
    store.save_draft(chat.id, "and then")
    store.save_edit(question.id, "Jupiter")
    before = store.get_chat(chat.id)
    deletion = store.delete_chats([chat.id])
    assert [found.id for found in store.deleted_chats()] == [chat.id]
    assert store.days_deleted() == {chat.id: 0}
    assert store.list_chats(ChatQuery(archived=None)) == []
    assert store.chats_from(0, 10) == []
    assert store.chat_ids() == []
    found = Search(store.database)
    assert found.messages(Query("Saturn")) == found.titles(Query("Planets")) == []
    store.undo(deletion)
    assert store.get_chat(chat.id) == before
    assert (store.deleted_chats(), store.days_deleted()) == ([], {})
    assert store.draft_of(chat.id) == "and then"
    assert store.edits_of(chat.id) == {question.id: "Jupiter"}


def test_that_a_deleted_chat_is_erased_after_its_days_and_not_before(dated: tuple[ChatStore, Clock]) -> None:
    store, clock = dated
    chat = store.create_chat("old")
    store.delete_chats([chat.id])
    for _ in range(29):
        clock.day += 1
        assert store.erase_overdue(30) == []
        assert store.erase_overdue(30) == [], "a second start on the same day"
    clock.day += 1
    assert store.erase_overdue(30) == [chat.id]
    assert store.deleted_chats() == []
    assert store.database.fetch("SELECT chat_uid IS NOT NULL FROM erasures") == [(1,)]


@pytest.mark.parametrize("jumps", [(3650,), (-7000, 7001), (1, -1) * 60, (400, -399) * 20])
def test_that_a_clock_that_jumps_erases_nothing_early(dated: tuple[ChatStore, Clock], jumps: tuple[int, ...]) -> None:
    store, clock = dated
    chat = store.create_chat("kept")
    store.delete_chats([chat.id])
    days = {clock.day}
    for jump in jumps:
        clock.day += jump
        days.add(clock.day)
        if len(days) <= 30:
            assert store.erase_overdue(30) == []
    clock.day -= 5
    store.undo(Deletion(chats=(chat.id,)))
    assert store.erase_overdue(0) == [], "what was restored is no deleted chat"


def test_that_a_chat_that_is_deleted_again_is_counted_anew(dated: tuple[ChatStore, Clock]) -> None:
    store, clock = dated
    chat = store.create_chat()
    deletion = store.delete_chats([chat.id])
    clock.day += 1
    assert store.erase_overdue(2) == []
    store.undo(deletion)
    store.delete_chats([chat.id])
    clock.day += 1
    assert store.erase_overdue(2) == []
    assert store.erase_overdue(0) == [chat.id]


def test_that_edits_are_kept_until_they_are_sent_or_given_up(store: ChatStore) -> None:
    chat, other = store.create_chat(), store.create_chat()
    question, reply = exchange(store, chat.id, None, "q", "a")
    elsewhere, _ = exchange(store, other.id, None, "q", "a")
    store.save_edit(question.id, "")
    store.save_edit(question.id, "qq")
    store.save_edit(reply.id, "aa")
    store.save_edit(elsewhere.id, "other")
    assert store.edits_of(chat.id) == {question.id: "qq", reply.id: "aa"}
    store.edit_turn(question.id, "qq", None)
    assert store.edits_of(chat.id) == {reply.id: "aa"}
    store.edit_content(reply.id, "aa")
    assert store.edits_of(chat.id) == {}
    store.save_edit(elsewhere.id, None)
    assert store.edits_of(other.id) == {}
    with pytest.raises(SamarError):
        store.save_edit(10_000, "of nothing")


def test_that_an_edit_is_erased_with_its_message_and_its_chat(store: ChatStore) -> None:
    chat = store.create_chat()
    first, _ = exchange(store, chat.id, None, "q", "a")
    second, _ = exchange(store, chat.id, None, "q2", "a2")
    for message in (first, second):
        store.save_edit(message.id, "secret")
    store.purge(store.delete_turn(first.id))
    assert store.edits_of(chat.id) == {second.id: "secret"}
    store.purge(store.delete_chats([chat.id]))
    assert store.database.scalar("SELECT count(*) FROM edits") == 0


def test_that_a_chat_of_thousands_of_turns_is_erased_whole(store: ChatStore) -> None:
    chat = store.create_chat()
    with store.database.transaction():
        parent = None
        for _ in range(1500):
            parent = exchange(store, chat.id, parent, "q", "a")[1].id
    store.purge(store.delete_turn(store.messages_of(chat.id).children(None)[0].id))
    assert store.database.scalar("SELECT count(*) FROM messages") == 0
    with store.database.transaction():
        parent = None
        for _ in range(1500):
            parent = exchange(store, chat.id, parent, "q", "a")[1].id
    store.purge(store.delete_chats([chat.id]))
    assert store.database.scalar("SELECT count(*) FROM messages") == 0


def test_that_pages_follow_each_other_without_gap_or_repetition(paths: Paths) -> None:
    moment = [0.0]
    with opened(paths) as plain:
        store = ChatStore(plain.database, clock=lambda: moment[0])
        for number in range(25):
            moment[0] = number // 4  # chats of the same moment too
            chat = store.create_chat(f"{'ab'[number % 2]}{number % 7}")
            if number % 5 == 0:
                store.place([chat.id], pinned=True)
            if number % 6 == 0:
                store.place([chat.id], archived=True)
        for order in ChatOrder:
            for query in (
                ChatQuery(order=order),
                ChatQuery(archived=None, order=order),
                ChatQuery(pinned=False, order=order),
            ):
                pages: list[Chat] = []
                while page := store.list_chats(query, limit=4, after=pages[-1] if pages else None):
                    pages += page
                assert pages == store.list_chats(query)
                assert len(pages) == store.count_chats(query)
        assert all(chat.pinned for chat in store.list_chats(ChatQuery(pinned=True)))
        assert all(chat.archived for chat in store.list_chats(ChatQuery(archived=True)))
        newest = [chat.updated_at for chat in store.list_chats()]
        assert newest == sorted(newest, reverse=True)


def test_that_a_folder_that_goes_leaves_its_chats(store: ChatStore) -> None:
    folder, other = store.create_folder("عمل"), store.create_folder("بيت")
    chat = store.create_chat("in it")
    store.place([chat.id], folder_id=folder.id)
    assert store.list_chats(ChatQuery(folder_id=folder.id))[0].id == chat.id
    assert store.list_chats(ChatQuery(outside_folders=True)) == []
    store.order_folders([other.id, folder.id])
    store.rename_folder(other.id, "البيت")
    assert [f.name for f in store.list_folders()] == ["البيت", "عمل"]
    store.delete_folder(folder.id)
    assert store.get_chat(chat.id).folder_id is None
    with pytest.raises(SamarError):
        store.place([chat.id], folder_id=folder.id)


def test_that_a_draft_goes_when_it_is_sent_or_its_chat_is_erased(store: ChatStore) -> None:
    chat = store.create_chat()
    store.save_draft(chat.id, "half a thou")
    store.save_draft(chat.id, "half a thought")
    assert store.draft_of(chat.id) == "half a thought"
    store.save_draft(chat.id, "")
    assert store.draft_of(chat.id) == ""
    store.save_draft(chat.id, "again")
    store.purge(store.delete_chats([chat.id]))
    assert store.drafts() == {}


def test_that_one_bad_record_hides_no_other(store: ChatStore) -> None:
    chat = store.create_chat("sound")
    user, reply = exchange(store, chat.id, None, "q", "a")
    store.database.execute("UPDATE messages SET stats = '{nonsense', role = 'oracle' WHERE id = ?", (reply.id,))
    store.database.execute("UPDATE messages SET content = CAST(x'ff41' AS TEXT) WHERE id = ?", (user.id,))
    store.database.execute("UPDATE chats SET params = '[1, 2' WHERE id = ?", (chat.id,))
    tree = store.messages_of(chat.id)
    assert [m.content for m in tree] == ["\ufffdA", "a"]
    assert store.edit_content(user.id, "mended").content == "\ufffdA"
    assert tree.messages[reply.id].stats is None
    assert store.list_chats()[0].params is None


def test_that_text_of_every_kind_comes_back_as_it_was(store: ChatStore) -> None:
    chat = store.create_chat()
    for text in ("", "a\0b", "سَمَر\u202e\u2067", "👩‍👩‍👧 𝔘", "x" * 2_000_000, "'; DROP TABLE chats; --"):
        user, _ = exchange(store, chat.id, None, text, text)
        assert store.get_message(user.id).content == text
    broken, _ = exchange(store, chat.id, None, "half \ud83d pair \ud83d\ude00", "a")
    assert broken.content == "half \ufffd pair 😀"


def test_that_another_thread_can_not_use_the_connection(store: ChatStore) -> None:
    met: list[BaseException] = []

    def work() -> None:
        try:
            store.list_chats()
        except sqlite3.ProgrammingError as problem:
            met.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(met) == 1


def test_that_a_temporary_chat_touches_no_file(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    database = in_memory()
    store = ChatStore(database)
    chat = store.create_chat()
    _, reply = exchange(store, chat.id, None, "secret", "kept to ourselves")
    store.purge(store.delete_turn(reply.id))
    assert database.fetch("PRAGMA database_list")[0][2] == ""
    assert len(store.messages_of(chat.id)) == 1
    database.close()


def test_that_a_message_of_another_chat_is_no_parent(store: ChatStore) -> None:
    one, two = store.create_chat(), store.create_chat()
    user, _ = exchange(store, one.id, None, "q", "a")
    with pytest.raises(ValueError, match="is not in chat"):
        store.begin_turn(two.id, user.id, "q", None)


def test_that_the_first_screen_of_a_long_chat_needs_only_its_end(store: ChatStore) -> None:
    chat = store.create_chat()
    with store.database.transaction():
        parent = None
        for number in range(1000):
            parent = exchange(store, chat.id, parent, f"q{number}", f"a{number}")[1].id
    last = store.last_turns(chat.id, 6)
    assert [m.content for m in last] == ["q997", "a997", "q998", "a998", "q999", "a999"]
    assert last == store.messages_of(chat.id).path_to(parent)[-6:]


def test_that_places_come_back_by_undo(store: ChatStore) -> None:
    folder = store.create_folder("عمل")
    one, two = store.create_chat("one"), store.create_chat("two")
    before = store.place([one.id, two.id, 999], pinned=True, archived=True, folder_id=folder.id)
    assert before == [one, two]
    assert all(c.pinned and c.archived and c.folder_id == folder.id for c in map(store.get_chat, (one.id, two.id)))
    store.restore_places(before)
    assert [store.get_chat(one.id), store.get_chat(two.id)] == before
    inside = store.place([one.id], folder_id=folder.id)
    deleted = store.delete_folder(folder.id)
    assert (deleted.folder.name, deleted.chats) == ("عمل", (one.id,))
    store.restore_folder(deleted)
    assert store.get_chat(one.id).folder_id == folder.id
    assert [f.name for f in store.list_folders()] == ["عمل"]
    held = store.place([one.id], pinned=True)
    store.delete_folder(folder.id)
    store.restore_places(held)
    assert store.get_chat(one.id).folder_id is None
    store.restore_places(inside)


def test_that_the_way_the_list_is_shown_is_kept(paths: Paths) -> None:
    with opened(paths) as store:
        assert (store.list_order(), store.folded_folders()) == ("", frozenset())
        store.set_list_order("title")
        store.set_folded_folders(frozenset({3, 1}))
    with opened(paths) as store:
        assert (store.list_order(), store.folded_folders()) == ("title", frozenset({1, 3}))
