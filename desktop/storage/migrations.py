"""The schema, step by step. Append-only: a step that was released is never changed, a new one is added below it.

Each step runs in one transaction with the line that records it, by name. SQL must run on SQLite 3.34 and newer.
"""

from __future__ import annotations

import time

import msgspec

from desktop.storage.database import APPLICATION_ID, Database


class Migration(msgspec.Struct, frozen=True):
    name: str
    sql: str


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "0001_chats",
        """
        -- Running processes. What is left of a dead one says that it did not close in good order.
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            pid INTEGER NOT NULL,
            process_started REAL NOT NULL,
            opened_at REAL NOT NULL
        );
        CREATE TABLE folders (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            position REAL NOT NULL DEFAULT 0
        );
        -- AUTOINCREMENT: the id of something erased is never given again.
        CREATE TABLE chats (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            uid TEXT NOT NULL UNIQUE,
            title TEXT NOT NULL DEFAULT '',
            title_is_automatic INTEGER NOT NULL DEFAULT 1,
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            pinned INTEGER NOT NULL DEFAULT 0,
            archived INTEGER NOT NULL DEFAULT 0,
            deleted_at REAL,
            folder_id INTEGER REFERENCES folders (id) ON DELETE SET NULL,
            active_leaf INTEGER REFERENCES messages (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
            params TEXT,
            system_prompt TEXT
        );
        CREATE INDEX chats_by_time ON chats (archived, updated_at, id) WHERE deleted_at IS NULL;
        CREATE INDEX chats_by_creation ON chats (archived, created_at, id) WHERE deleted_at IS NULL;
        CREATE INDEX chats_pinned ON chats (updated_at) WHERE pinned = 1 AND deleted_at IS NULL;
        CREATE INDEX chats_by_folder ON chats (folder_id);
        CREATE INDEX chats_by_leaf ON chats (active_leaf);
        CREATE INDEX chats_deleted ON chats (deleted_at) WHERE deleted_at IS NOT NULL;
        -- No cascade from parent to child: SQLite ends a cascade at 1,000 levels, and a chat is longer than that.
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
            parent_id INTEGER REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
            role TEXT NOT NULL,
            status TEXT NOT NULL,
            created_at REAL NOT NULL,
            deleted_at REAL,
            owner TEXT,
            model TEXT,
            error_code TEXT,
            thinking_s REAL,
            stats TEXT,
            content TEXT NOT NULL DEFAULT '',
            thinking TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX messages_by_chat ON messages (chat_id, id);
        CREATE INDEX messages_by_parent ON messages (parent_id);
        CREATE INDEX messages_streaming ON messages (id) WHERE status = 'streaming';
        CREATE INDEX messages_deleted ON messages (deleted_at) WHERE deleted_at IS NOT NULL;
        -- chat_id NULL: what was typed before a chat exists.
        CREATE TABLE drafts (
            chat_id INTEGER UNIQUE REFERENCES chats (id) ON DELETE CASCADE,
            content TEXT NOT NULL
        );
        -- What was erased here and is still to be erased from the search index, the log and the backups.
        -- Names things only: chat_uid of a chat, or message_id and created_at of a message.
        CREATE TABLE erasures (
            chat_uid TEXT,
            message_id INTEGER,
            created_at REAL
        );
        """,
    ),
    Migration(
        "0002_search",
        """
        CREATE TABLE properties (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        );
        -- The index alone, without a second copy of the text. rowid: id of a message, or minus the id of a chat (its title).
        -- body: folded text. bare: its Arabic words that carry an article, without it.
        CREATE VIRTUAL TABLE search USING fts5 (
            body, bare, content = '', prefix = '1 2', tokenize = 'unicode61 remove_diacritics 0'
        );
        """,
    ),
    Migration(
        "0003_prompts",
        """
        CREATE TABLE prompts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            uid TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            command TEXT NOT NULL DEFAULT '',
            starred INTEGER NOT NULL DEFAULT 0,
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            content TEXT NOT NULL
        );
        """,
    ),
    Migration(
        "0004_context",
        """
        -- What is left out of a chat that is longer than the context (NULL: not chosen), and what stands for it:
        -- a summary of the turns up to the message summary_until.
        ALTER TABLE chats ADD COLUMN overflow TEXT;
        ALTER TABLE chats ADD COLUMN summary TEXT NOT NULL DEFAULT '';
        ALTER TABLE chats ADD COLUMN summary_until INTEGER;
        -- The details of error_code, as a JSON object.
        ALTER TABLE messages ADD COLUMN error_details TEXT;
        """,
    ),
    Migration(
        "0005_images",
        """
        -- Bytes of images, once each: a turn that is edited, and a chat that is forked, show the same ones.
        CREATE TABLE pictures (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            digest TEXT NOT NULL UNIQUE,
            data BLOB NOT NULL
        );
        -- Sizes stand here, so that a chat is laid out without touching the bytes.
        CREATE TABLE images (
            message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            picture_id INTEGER NOT NULL REFERENCES pictures (id),
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            name TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (message_id, position)
        ) WITHOUT ROWID;
        CREATE INDEX images_by_picture ON images (picture_id);
        -- Beside drafts: what waits in the composer. chat_id NULL: before a chat exists.
        CREATE TABLE draft_images (
            chat_id INTEGER REFERENCES chats (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            picture_id INTEGER NOT NULL REFERENCES pictures (id),
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            name TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX draft_images_by_chat ON draft_images (chat_id);
        CREATE INDEX draft_images_by_picture ON draft_images (picture_id);
        ALTER TABLE chats ADD COLUMN probabilities INTEGER NOT NULL DEFAULT 0;
        """,
    ),
    Migration(
        "0006_edits_and_deleted_chats",
        """
        -- What a message is being changed to, not sent or saved yet.
        CREATE TABLE edits (
            message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
            content TEXT NOT NULL
        );
        -- The days on which Samar ran since a chat was deleted, as whole days since 1970: it is erased after so many of
        -- them, whatever the clock says in between.
        CREATE TABLE deletion_days (
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
            day INTEGER NOT NULL,
            PRIMARY KEY (chat_id, day)
        );
        """,
    ),
    Migration(
        "0007_thinking",
        """
        -- Whether the model thinks in this chat: 0, 1, or NULL for "not chosen".
        ALTER TABLE chats ADD COLUMN thinking INTEGER;
        """,
    ),
)


def applied(database: Database) -> list[str] | None:
    """Names of the steps that the file has, or None where it has no record of them (a new file)."""
    if database.scalar("SELECT 1 FROM sqlite_master WHERE name = 'migrations'") is None:
        return None
    return [str(row[0]) for row in database.fetch("SELECT name FROM migrations ORDER BY rowid")]


def pending(names: list[str] | None, steps: tuple[Migration, ...] = MIGRATIONS) -> list[Migration]:
    return [step for step in steps if step.name not in (names or ())]


def unknown(names: list[str] | None, steps: tuple[Migration, ...] = MIGRATIONS) -> list[str]:
    """Steps that this version does not know: the file was written by a newer one."""
    known = {step.name for step in steps}
    return [name for name in names or () if name not in known]


def migrate(database: Database, steps: tuple[Migration, ...] = MIGRATIONS) -> list[str]:
    """Bring the schema up to date; return the names of the steps taken. Each step is whole or not there at all."""
    taken = []
    for step in pending(applied(database), steps):
        with database.transaction():
            if applied(database) is None:
                database.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY, applied_at REAL NOT NULL)")
                database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            if step.name in (applied(database) or ()):
                continue  # another Samar was quicker
            for statement in statements(step.sql):
                database.execute(statement)
            database.execute("INSERT INTO migrations VALUES (?, ?)", (step.name, time.time()))
        taken.append(step.name)
    return taken


def statements(sql: str) -> list[str]:
    """The single statements of a script without triggers (sqlite3's executescript would commit in between)."""
    lines = [line for line in sql.splitlines() if not line.lstrip().startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]
