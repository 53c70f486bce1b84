"""The schema: exact columns, from every schema that was ever released, whole steps or none."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.images import ImageFile
from desktop.core.paths import Paths
from desktop.storage import backups, migrations, search_index
from desktop.storage.chats import ChatStore
from desktop.storage.database import Database
from desktop.storage.maintenance import complete_index
from desktop.storage.migrations import MIGRATIONS, Migration
from desktop.storage.opening import open_history
from tests.fakes.tiny_gguf import png
from tests.storage.kit import exchange, opened

RED = png((220, 20, 20))

COLUMNS = {
    "chats": "id uid title title_is_automatic created_at updated_at pinned archived deleted_at folder_id active_leaf"
    " params system_prompt overflow summary summary_until probabilities thinking",
    "deletion_days": "chat_id day",
    "draft_images": "chat_id position picture_id width height name",
    "drafts": "chat_id content",
    "edits": "message_id content",
    "erasures": "chat_uid message_id created_at",
    "folders": "id name position",
    "images": "message_id position picture_id width height name",
    "messages": "id chat_id parent_id role status created_at deleted_at owner model error_code thinking_s stats content"
    " thinking error_details",
    "migrations": "name applied_at",
    "pictures": "id digest data",
    "prompts": "id uid name command starred created_at updated_at content",
    "properties": "name value",
    "search": "body bare",
    "sessions": "id pid process_started opened_at",
}


def columns_of(database: Database) -> dict[str, str]:
    tables = database.fetch(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'search_%'"
    )
    return {
        name: " ".join(row[1] for row in database.fetch(f"PRAGMA table_info({name})")) for (name,) in sorted(tables)
    }


def file_at(paths: Paths, steps: int) -> None:
    """A history as the version with the first `steps` steps left it, with a chat in it."""
    paths.data.mkdir(parents=True)
    database = Database.connect(paths.history)
    migrations.migrate(database, MIGRATIONS[:steps])
    database.execute("INSERT INTO chats (uid, title, created_at, updated_at) VALUES ('u', 'قديمة', 1, 2)")
    database.execute(
        "INSERT INTO messages (chat_id, role, status, created_at, content) VALUES (1, 'user', 'finished', 1, 'نصّ قديم')"
    )
    if steps >= 2:
        search_index.rebuild(database)
    database.close()


@pytest.mark.parametrize("steps", range(1, len(MIGRATIONS) + 1))
def test_that_every_released_schema_becomes_the_present_one(paths: Paths, steps: int) -> None:
    file_at(paths, steps)
    with opened(paths) as store:
        assert columns_of(store.database) == COLUMNS
        assert migrations.applied(store.database) == [step.name for step in MIGRATIONS]
        assert [chat.title for chat in store.list_chats()] == ["قديمة"]
        assert store.messages_of(1).messages[1].content == "نصّ قديم"
        assert complete_index(paths)
        assert store.database.fetch("SELECT rowid FROM search WHERE search MATCH 'نص'") == [(1,)]
        exchange(store, 1, 1, "on", "and on")
        user, _ = store.begin_turn(1, 1, "look", None, [ImageFile.checked(RED, "red.png")])
        assert store.picture(store.messages_of(1).messages[user.id].images[0].id) == RED
    made = backups.listed(paths.backups)
    if steps < len(MIGRATIONS):
        assert [backup.reason for backup in made] == [f"before-{MIGRATIONS[steps].name}"]
        old = Database.connect(made[0].path, immutable=True)
        assert migrations.applied(old) == [step.name for step in MIGRATIONS[:steps]]
        old.close()
    else:
        assert made == []


def test_that_a_new_history_has_the_present_schema(store: ChatStore) -> None:
    assert columns_of(store.database) == COLUMNS


def test_that_a_step_that_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    database = Database.connect(tmp_path / "h.sqlite3")
    good = Migration("0001_good", "CREATE TABLE one (a); CREATE TABLE two (b);")
    bad = Migration("0002_bad", "CREATE TABLE three (c); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrations.migrate(database, (good, bad))
    assert migrations.applied(database) == ["0001_good"]
    assert columns_of(database) == {"migrations": "name applied_at", "one": "a", "two": "b"}
    database.close()


def test_that_no_step_is_taken_without_its_backup(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    file_at(paths, 1)

    def full(*_: object) -> None:
        raise SamarError("disk_full")

    monkeypatch.setattr("desktop.storage.database.Database.copy_to", full)
    found = open_history(paths)
    assert found.problem is not None
    assert found.problem.code == "disk_full"
    found.database.close()
    database = Database.connect(paths.history)
    assert migrations.applied(database) == ["0001_chats"]
    database.close()


def test_that_names_are_numbered_without_gaps_and_never_repeated() -> None:
    assert [step.name[:4] for step in MIGRATIONS] == [f"{number:04}" for number in range(1, len(MIGRATIONS) + 1)]


def test_that_released_steps_are_never_changed() -> None:
    """A step that people's files have taken stays as it was: a change belongs into a new step. At a release its digest
    is added here."""
    import hashlib

    digests = {step.name: hashlib.sha256(step.sql.encode()).hexdigest()[:16] for step in MIGRATIONS}
    released: dict[str, str] = {}
    assert released.items() <= digests.items()
