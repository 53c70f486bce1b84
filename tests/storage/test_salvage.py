"""A damaged history gives back all that can be read of it, and nothing that was erased."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.storage import backups
from desktop.storage.chats import ChatQuery, ChatStore
from desktop.storage.opening import open_history
from desktop.storage.prompts import PromptLibrary
from desktop.storage.recovery import RECOVERED, save_readable
from tests.storage.harm import DAMAGE, build, converse, overwrite, pages_of, readable
from tests.storage.kit import die_with_open_history, exchange, opened


@contextmanager
def recovered(paths: Paths) -> Iterator[tuple[ChatStore, SamarError]]:
    """The history after damage, checked for being sound."""
    found = open_history(paths)
    try:
        assert found.problem is not None
        assert found.database.check() == []
        assert found.database.fetch("PRAGMA foreign_key_check") == []
        yield ChatStore(found.database), found.problem
        store = ChatStore(found.database)
        exchange(store, store.create_chat().id, None, "and on", "it goes")
    finally:
        found.database.close()


def texts(store: ChatStore) -> set[str]:
    """What can be reached in the window."""
    chats = store.list_chats(ChatQuery(archived=None))
    return {message.content for chat in chats for message in store.messages_of(chat.id)}


def assert_all_is_there(store: ChatStore) -> None:
    """Everything that `build` made and did, since the backup too."""
    chats = {chat.title: chat for chat in store.list_chats(ChatQuery(archived=None))}
    assert {"renamed since", "chat 2", "new 0"} <= chats.keys()
    assert not {"chat 1", "deleted", "erase-me"} & chats.keys()
    assert chats["renamed since"].system_prompt == "prompt since"
    assert chats["chat 2"].pinned
    params = chats["new 0"].params
    assert params is not None and params.top_k == 7
    assert {folder.name: folder.chats for folder in store.list_folders()} == {"renamed folder": 0, "since": 1}
    assert "text edited since" in texts(store)
    assert store.drafts() == {chats["renamed since"].id: "draft since"}
    assert [image.name for image in store.draft_images(chats["renamed since"].id)] == ["since.png"]
    assert [prompt.name for prompt in PromptLibrary(store.database).list_prompts()] == ["prompt since"]
    reply = store.last_turns(chats["new 0"].id, 1)[0]
    assert reply.thinking.startswith("thought") or reply.content == ""
    gone = store.database.fetch("SELECT title FROM chats WHERE deleted_at IS NOT NULL")
    assert gone == [("deleted",)], "what was deleted can still be brought back, and what was erased can't"


@pytest.mark.parametrize("other", [True, False])
def test_that_edits_and_days_go_with_their_messages_and_chats(paths: Paths, tmp_path: Path, *, other: bool) -> None:
    """other: what it is brought into has other chats and messages under the same ids."""
    with opened(paths) as store:
        chat, gone = store.create_chat("kept"), store.create_chat("gone")
        question, _ = exchange(store, chat.id, None, "question", "answer")
        store.save_edit(question.id, "edited")
        store.delete_chats([gone.id])
        store.database.execute("INSERT INTO deletion_days (chat_id, day) VALUES (?, 5)", (gone.id,))
    elsewhere = Paths.under(tmp_path / "elsewhere")
    with opened(elsewhere) as target:
        if other:
            for title in ("one", "two", "three"):
                exchange(target, target.create_chat(title).id, None, f"{title}?", "yes")
        assert save_readable(paths.history, target.database).complete
        chats = {found.title: found.id for found in [*target.list_chats(), *target.deleted_chats()]}
        edits = target.edits_of(chats["kept"])
        assert [(target.get_message(id_).content, text) for id_, text in edits.items()] == [("question", "edited")]
        assert target.days_deleted() == {chats["gone"]: 1}


@pytest.mark.parametrize("backup", [True, False])
@pytest.mark.parametrize(
    "index", ["messages_by_parent", "messages_by_chat", "chats_by_time", "sqlite_autoindex_chats_1"]
)
def test_that_damage_to_an_index_loses_nothing(paths: Paths, index: str, backup: bool) -> None:
    build(paths, 1, chats=8, backup=backup)
    die_with_open_history(paths)
    pages = pages_of(paths, index)
    before = readable(paths.history)
    overwrite(paths.history, pages, random.Random(1), 8)
    with recovered(paths) as (store, problem):
        assert problem.code == "history_repaired"
        assert (paths.data / problem.details["aside"]).exists()
        assert_all_is_there(store)
        after = store.database.fetch("SELECT id, chat_id, content FROM messages")
        assert {id_: (chat, text) for id_, chat, text in after} == {id_: row[:2] for id_, row in before.items()}
        assert "secret-prompt" not in str(store.database.fetch("SELECT * FROM chats"))


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("backup", [True, False])
def test_that_every_message_that_can_be_read_is_taken_over(paths: Paths, damage: object, backup: bool) -> None:
    assert callable(damage)
    seed = DAMAGE.index(damage)
    build(paths, seed, chats=6, backup=backup)
    die_with_open_history(paths)
    pages_of(paths)  # empties the log
    whole = readable(paths.history)
    damage(paths.history, random.Random(seed))
    left = {
        id_: row for id_, row in readable(paths.history).items() if row[2] is None and whole.get(id_, row)[1] == row[1]
    }
    found = open_history(paths)
    there = texts(ChatStore(found.database))
    titles = {chat.title for chat in ChatStore(found.database).list_chats(ChatQuery(archived=None))}
    found.database.close()
    gone = {id_ for id_, row in whole.items() if row[2] is not None}
    lost = [row[1] for id_, row in left.items() if row[1] not in there and id_ not in gone]
    # a chat that was deleted keeps its messages to itself
    hidden = {chat for (chat,) in _deleted_chats(paths)}
    lost = [text for text in lost if not any(row[1] == text and row[0] in hidden for row in whole.values())]
    assert lost == []
    assert "erase-me" not in titles
    if damage.__name__ in ("_header", "_first_page", "_schema") and backup:
        assert {row[1] for row in whole.values() if row[0] not in hidden} <= there, "every page but the first is whole"


def _deleted_chats(paths: Paths) -> list[tuple[int]]:
    with_deleted = open_history(paths)
    rows = with_deleted.database.fetch("SELECT id FROM chats WHERE deleted_at IS NOT NULL OR title = 'deleted'")
    with_deleted.database.close()
    return [(id_,) for (id_,) in rows]


def test_that_messages_whose_chat_is_lost_come_back_in_a_chat_of_their_own(paths: Paths) -> None:
    with opened(paths) as store:
        for number in range(60):
            chat = store.create_chat(f"chat {number} " + "long title " * 30)
            exchange(store, chat.id, None, f"question {number}", f"answer {number}")
    die_with_open_history(paths)
    overwrite(paths.history, pages_of(paths, "chats")[1:4], random.Random(2), 8)
    with recovered(paths) as (store, problem):
        assert problem.code == "history_salvaged_no_backup"
        assert texts(store) == {f"{kind} {n}" for kind in ("question", "answer") for n in range(60)}
        (folder,) = store.list_folders()
        assert folder.name == RECOVERED and folder.chats > 3
        rebuilt = store.list_chats(ChatQuery(folder_id=folder.id))
        assert all(chat.title.startswith("question") for chat in rebuilt)
        assert all([m.role.value for m in store.last_turns(chat.id, 9)] == ["user", "assistant"] for chat in rebuilt)


def test_that_what_follows_a_lost_message_stays_in_its_chat_and_order(paths: Paths) -> None:
    with opened(paths) as store:
        chat = store.create_chat("long")
        leaf = None
        for number in range(60):
            _, reply = exchange(store, chat.id, leaf, f"q{number} " + "x" * 900, f"a{number} " + "y" * 900)
            leaf = reply.id
    die_with_open_history(paths)
    overwrite(paths.history, pages_of(paths, "messages")[5:9], random.Random(3), 8)
    left = [row[1] for row in readable(paths.history).values()]
    assert 60 < len(left) < 120
    with recovered(paths) as (store, _):
        shown = [message.content for message in store.messages_of(chat.id).path_to(store.get_chat(chat.id).active_leaf)]
        assert shown == left


def test_that_what_was_erased_since_the_backup_stays_erased(paths: Paths) -> None:
    with opened(paths) as store:
        kept, erased = store.create_chat("kept"), store.create_chat("erase-me")
        converse(store, kept.id, random.Random(4), 30)
        _, first = exchange(store, kept.id, None, "erase this question", "erase this answer")
        exchange(store, erased.id, None, "erase all", "erase all")
        backups.make_daily_if_due(paths)
        store.purge(store.delete_chats([erased.id]))
        store.purge(store.delete_turn(first.parent_id or 0))
    die_with_open_history(paths)
    overwrite(paths.history, pages_of(paths, "messages")[3:5], random.Random(4), 8)
    with recovered(paths) as (store, problem):
        assert problem.details["date"]
        assert [chat.title for chat in store.list_chats()] == ["kept"]
        assert not [text for text in texts(store) if text.startswith("erase")]
        assert store.database.scalar("SELECT count(*) FROM erasures") >= 3, "the backups are still to be cleaned"


def test_that_erasure_is_told_from_loss_where_its_record_is_lost(paths: Paths) -> None:
    with opened(paths) as store:
        kept, erased = store.create_chat("kept"), store.create_chat("erase-me")
        exchange(store, kept.id, None, "q", "a")
        exchange(store, erased.id, None, "erase all", "erase all")
        backups.make_daily_if_due(paths)
        store.purge(store.delete_chats([erased.id]))
    die_with_open_history(paths)
    overwrite(paths.history, pages_of(paths, "erasures"), random.Random(5), 8)
    with recovered(paths) as (store, _):
        assert [chat.title for chat in store.list_chats()] == ["kept"]
        assert "erase all" not in texts(store)


def test_that_a_backup_of_another_history_does_not_hide_what_can_be_read(paths: Paths) -> None:
    """Ids are the same, chats are not."""
    build(paths, 6, chats=4, backup=True)
    first = texts_of(paths)
    for file in paths.data.glob("history.sqlite3*"):
        file.unlink()
    kept = paths.backups.rename(paths.data / "elsewhere")
    build(paths, 7, chats=4, backup=False)
    kept.rename(paths.backups)
    second = texts_of(paths)
    die_with_open_history(paths)
    overwrite(paths.history, pages_of(paths, "messages_by_chat"), random.Random(6), 8)
    with recovered(paths) as (store, _):
        assert second <= texts(store)
        assert len(texts(store) & first) > 0


def texts_of(paths: Paths) -> set[str]:
    with opened(paths) as store:
        return texts(store)


def test_that_a_history_that_is_gone_gives_way_to_its_newest_backup_and_says_so(paths: Paths) -> None:
    build(paths, 8, chats=4, backup=True)
    for file in paths.data.glob("history.sqlite3*"):
        file.unlink()
    with recovered(paths) as (store, problem):
        assert problem.code == "history_gone"
        assert problem.details["date"] == backups.listed(paths.backups)[0].local_date
        assert {f"chat {n}" for n in range(4)} <= {chat.title for chat in store.list_chats()}
    with opened(paths):
        pass


def test_that_a_history_that_is_gone_with_unreadable_backups_says_so(paths: Paths) -> None:
    build(paths, 9, chats=4, backup=True)
    for file in paths.data.glob("history.sqlite3*"):
        file.unlink()
    (backup,) = backups.listed(paths.backups)
    backup.path.write_bytes(b"no database")
    with recovered(paths) as (store, problem):
        assert problem.code == "history_gone_no_backup"
        assert store.list_chats() == []
    assert backup.path.read_bytes() == b"no database"
