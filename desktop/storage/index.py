"""The search index: kept in step with messages and titles by triggers, and made anew when the folding has changed.

The triggers are temporary, that is, each writing connection makes its own: they call Python's folding, and a file whose
schema called it could be changed by no other tool. The index holds no text, so an entry can only be removed by giving
its exact words again; `fold` must therefore not change without `folding.VERSION`.
"""

from __future__ import annotations

from functools import lru_cache

from desktop.core import folding
from desktop.storage.database import Database

_MADE_BY = "search_index"


def _words(text: str) -> str:
    """Both columns of the index for a column of text, handed over as bytes: a damaged record may be no UTF-8."""
    return f"samar_body(CAST({text} AS BLOB)), samar_bare(CAST({text} AS BLOB))"


_TRIGGERS = (
    # a reply enters the index when it is complete: not once a second while it streams
    f"""CREATE TEMP TRIGGER index_message AFTER INSERT ON main.messages WHEN new.status <> 'streaming' BEGIN
            INSERT INTO search (rowid, body, bare) VALUES (new.id, {_words("new.content")});
        END""",
    f"""CREATE TEMP TRIGGER reindex_message AFTER UPDATE OF content, status ON main.messages
        WHEN old.content <> new.content OR (old.status = 'streaming') <> (new.status = 'streaming') BEGIN
            INSERT INTO search (search, rowid, body, bare)
                SELECT 'delete', old.id, {_words("old.content")} WHERE old.status <> 'streaming';
            INSERT INTO search (rowid, body, bare)
                SELECT new.id, {_words("new.content")} WHERE new.status <> 'streaming';
        END""",
    f"""CREATE TEMP TRIGGER unindex_message AFTER DELETE ON main.messages WHEN old.status <> 'streaming' BEGIN
            INSERT INTO search (search, rowid, body, bare) VALUES ('delete', old.id, {_words("old.content")});
        END""",
    f"""CREATE TEMP TRIGGER index_chat AFTER INSERT ON main.chats BEGIN
            INSERT INTO search (rowid, body, bare) VALUES (-new.id, {_words("new.title")});
        END""",
    f"""CREATE TEMP TRIGGER reindex_chat AFTER UPDATE OF title ON main.chats WHEN old.title <> new.title BEGIN
            INSERT INTO search (search, rowid, body, bare) VALUES ('delete', -old.id, {_words("old.title")});
            INSERT INTO search (rowid, body, bare) VALUES (-new.id, {_words("new.title")});
        END""",
    f"""CREATE TEMP TRIGGER unindex_chat AFTER DELETE ON main.chats BEGIN
            INSERT INTO search (search, rowid, body, bare) VALUES ('delete', -old.id, {_words("old.title")});
        END""",
)
_NAMES = ("index_message", "reindex_message", "unindex_message", "index_chat", "reindex_chat", "unindex_chat")

_MERGE_PAGES = 200
"""Work of one step of tidying: some milliseconds."""


@lru_cache(maxsize=1)  # both columns are made of it
def body_words(text: str) -> str:
    """What the index holds of a text: its words, as Samar divides them (FTS5's Unicode tables are older)."""
    return " ".join(folding.words(folding.fold(text)))


def bare_words(text: str) -> str:
    """The Arabic words of a text that carry an article, without it: "كتاب" finds "والكتاب"."""
    return "" if text.isascii() else " ".join(folding.without_articles(body_words(text)))


def follow(database: Database) -> None:
    """Let the index follow every change that this connection makes. Makes it anew if an older folding made it."""
    _define(database)
    if database.scalar("SELECT value FROM properties WHERE name = ?", (_MADE_BY,)) != str(folding.VERSION):
        rebuild(database)
    for trigger in _TRIGGERS:
        database.execute(trigger)


def follow_no_more(database: Database) -> None:
    """Write on without the index (it is damaged); the next start makes it anew."""
    for name in _NAMES:
        database.execute(f"DROP TRIGGER IF EXISTS temp.{name}")
    distrust(database)


def distrust(database: Database) -> None:
    """Have the next start make the index anew; also on behalf of a connection that only reads."""
    if database.read_only and database.path:
        writer = Database.connect(database.path)
        try:
            distrust(writer)
        finally:
            writer.close()
    else:
        database.execute("DELETE FROM properties WHERE name = ?", (_MADE_BY,))


def rebuild(database: Database) -> None:
    """Make the index anew from all messages and titles."""
    _define(database)
    with database.transaction():
        # A damaged index can be neither emptied nor dropped: FTS5 refuses to open it. Its tables can be filled from
        # those of a new one. Source: https://sqlite.org/fts5.html#fts5_data_structures
        blank = str(database.scalar("SELECT sql FROM sqlite_master WHERE name = 'search'"))
        database.execute(blank.replace("VIRTUAL TABLE search", "VIRTUAL TABLE temp.blank", 1))
        for table in ("data", "idx", "docsize", "config"):
            database.execute(f"DELETE FROM search_{table}")
            database.execute(f"INSERT INTO search_{table} SELECT * FROM temp.blank_{table}")
        database.execute("DROP TABLE temp.blank")
        database.execute(
            f"INSERT INTO search (rowid, body, bare) SELECT id, {_words('content')} FROM messages"
            " WHERE status <> 'streaming' ORDER BY id"
        )
        database.execute(f"INSERT INTO search (rowid, body, bare) SELECT -id, {_words('title')} FROM chats")
        database.execute("REPLACE INTO properties (name, value) VALUES (?, ?)", (_MADE_BY, str(folding.VERSION)))


def tidy_step(database: Database, *, first: bool) -> bool:
    """Rewrite a part of the index without what was removed from it; False when nothing is left to rewrite.

    Removed words stay in FTS5's segments until these are merged. Source: https://sqlite.org/fts5.html#the_merge_command
    """
    before = database.total_changes
    database.execute(
        "INSERT INTO search (search, rank) VALUES ('merge', ?)", (-_MERGE_PAGES if first else _MERGE_PAGES,)
    )
    return first or database.total_changes - before >= 2


def _define(database: Database) -> None:
    database.define("samar_body", lambda raw: body_words(raw.decode("utf-8", "replace")))
    database.define("samar_bare", lambda raw: bare_words(raw.decode("utf-8", "replace")))
