"""Deleting really deletes: not a byte of it is left in any file."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.storage import backups, search_index
from desktop.storage.chats import ChatStore
from desktop.storage.database import Database
from desktop.storage.erasure import erase_traces
from tests.storage.kit import exchange, opened

SECRETS = ("zanzibarsecret", "زنجبيلسري")


def files_with(folder: Path, text: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def tell(store: ChatStore, chat_id: int) -> None:
    parent = None
    for number in range(30):
        filling = "حشو كثير " * 300
        _, reply = exchange(store, chat_id, parent, f"{SECRETS[0]} {filling}", f"{filling} {SECRETS[1]} {number}")
        parent = reply.id


@pytest.mark.parametrize("whole_chat", [True, False])
def test_that_nothing_of_what_was_erased_is_left_in_any_file(paths: Paths, whole_chat: bool) -> None:
    with opened(paths) as store:
        kept = store.create_chat("kept")
        exchange(store, kept.id, None, "a question that stays", "an answer that stays")
        chat = store.create_chat("title")
        tell(store, chat.id)
        if whole_chat:
            store.rename(chat.id, SECRETS[0])
            store.save_draft(chat.id, SECRETS[1])
        else:
            store.rename(chat.id, "no secret")
        backups.make_daily_if_due(paths)
        for secret in SECRETS:
            assert len(files_with(paths.data, secret)) >= 2
        first = store.messages_of(chat.id).children(None)[0].id
        deletion = store.delete_chats([chat.id]) if whole_chat else store.delete_turn(first)
        store.undo(deletion)
        assert len(store.messages_of(chat.id)) == 60
        deletion = store.delete_chats([chat.id]) if whole_chat else store.delete_turn(first)
        store.purge(deletion)
        assert erase_traces(paths)
        for secret in SECRETS:
            assert files_with(paths.data, secret) == []
            assert store.database.fetch("SELECT rowid FROM search WHERE search MATCH ?", (secret,)) == []
        assert store.database.fetch("SELECT * FROM erasures") == []
        assert store.database.fetch("SELECT rowid FROM search WHERE search MATCH 'stays'") == [(1,), (2,)]
        assert store.database.check() == []
    (backup,) = backups.listed(paths.backups)
    assert backups.is_sound(backup.path)
    copy = Database.connect(backup.path, immutable=True)
    assert copy.fetch("SELECT content FROM messages WHERE chat_id = 1 ORDER BY id") == [
        ("a question that stays",),
        ("an answer that stays",),
    ]
    copy.close()
    assert sorted(path.name for path in paths.backups.iterdir()) == [backup.path.name]


def test_that_erasing_goes_on_after_it_was_cut_off(paths: Paths) -> None:
    with opened(paths) as store:
        chat = store.create_chat()
        tell(store, chat.id)
        backups.make_daily_if_due(paths)
        store.purge(store.delete_chats([chat.id]))
        assert not erase_traces(paths, cancelled=lambda: True)
        assert files_with(paths.backups, SECRETS[0])
    with opened(paths) as store:
        assert erase_traces(paths)
        assert files_with(paths.data, SECRETS[0]) == []


def test_that_a_reader_of_the_log_delays_the_erasing_only(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.storage.database.PATIENT_MS", 20)
    with opened(paths) as store:
        tell(store, store.create_chat().id)
        reader = Database.connect(paths.history, read_only=True)
        reader.execute("BEGIN")
        reader.fetch("SELECT count(*) FROM messages")
        store.purge(store.delete_chats([1]))
        assert not erase_traces(paths)
        reader.execute("ROLLBACK")
        reader.close()
        assert erase_traces(paths)
        assert files_with(paths.data, SECRETS[0]) == []


def test_that_a_message_with_the_same_id_in_a_backup_of_another_past_stays(paths: Paths) -> None:
    with opened(paths) as store:
        chat = store.create_chat()
        user, _ = exchange(store, chat.id, None, "now", "a")
        backup = backups.make_daily_if_due(paths)
        assert backup is not None
        other = Database.connect(backup.path)
        other.execute("UPDATE messages SET created_at = 5, content = 'then'")
        other.scalar("PRAGMA journal_mode = DELETE")
        other.close()
        store.purge(store.delete_turn(user.id))
        assert erase_traces(paths)
    assert files_with(paths.backups, "then")


def test_that_a_full_disk_while_erasing_is_said_and_done_later(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(paths) as store:
        tell(store, store.create_chat().id)
        store.purge(store.delete_chats([1]))
        with monkeypatch.context() as patch:

            def full(_: Database) -> bool:
                raise SamarError("disk_full")

            patch.setattr(Database, "empty_log", full)
            with pytest.raises(SamarError, match="full"):
                erase_traces(paths)
        assert erase_traces(paths)
        assert files_with(paths.data, SECRETS[1]) == []


def test_that_the_index_bears_any_number_of_erasings(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite 3.40.1 puts it on two more levels each time, and can't read it any more from 2,000 on."""
    monkeypatch.setattr(search_index, "_MOST_LEVELS", 8)
    # so many words, else FTS5 takes new segments for as large as the old one and puts them all on one level
    many = " ".join(f"stays{number}" for number in range(3000))
    with opened(paths) as store:
        kept = store.create_chat("kept")
        exchange(store, kept.id, None, "a question that stays", many)
        for number in range(12):
            chat = store.create_chat("gone")
            exchange(store, chat.id, None, f"{SECRETS[0]} {number}", SECRETS[1])
            store.purge(store.delete_chats([chat.id]))
            assert erase_traces(paths)
            assert search_index.levels(store.database) < 12
            assert store.database.fetch("SELECT rowid FROM search WHERE search MATCH 'stays2999'") == [(2,)]
            assert [files_with(paths.data, secret) for secret in SECRETS] == [[], []]
        store.database.execute("INSERT INTO search (search) VALUES ('integrity-check')")
