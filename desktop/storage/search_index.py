"""The search index: kept in step with messages and titles by triggers, and made anew when the folding has changed.

The triggers are temporary, that is, each writing connection makes its own: they call Python's folding, and a file whose
schema called it could be changed by no other tool. The index holds no text, so an entry can only be removed by giving
its exact words again; `fold` must therefore not change without `folding.VERSION`.

Made anew, the index is empty at first, so that the window need not wait, and `fill_step` fills it in slices; search finds
less meanwhile. The messages that are still to come are the gap, two properties: triggers leave these alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

from desktop.core import folding
from desktop.core.errors import SamarError
from desktop.storage.database import Database

_MADE_BY = "search_index"


def _words(text: str) -> str:
    """Both columns of the index for a column of text, handed over as bytes: a damaged record may be no UTF-8."""
    return f"samar_body(CAST({text} AS BLOB)), samar_bare(CAST({text} AS BLOB))"


# Whether a message is none of the gap: its entry is there, or is to be made at once.
_FIRST, _LAST = "search_gap_first", "search_gap_last"


def _outside(row: str) -> str:
    """A condition in SQL; true when there is no gap."""
    ends = [f"(SELECT value + 0 FROM properties WHERE name = '{name}')" for name in (_FIRST, _LAST)]
    return f"COALESCE({row}.id NOT BETWEEN {ends[0]} AND {ends[1]}, 1)"


_TRIGGERS = (
    # a reply enters the index when it is complete: not once a second while it streams
    f"""CREATE TEMP TRIGGER index_message AFTER INSERT ON main.messages
        WHEN new.status <> 'streaming' AND {_outside("new")} BEGIN
            INSERT INTO search (rowid, body, bare) VALUES (new.id, {_words("new.content")});
        END""",
    f"""CREATE TEMP TRIGGER reindex_message AFTER UPDATE OF content, status ON main.messages
        WHEN (old.content <> new.content OR (old.status = 'streaming') <> (new.status = 'streaming'))
            AND {_outside("new")} BEGIN
            INSERT INTO search (search, rowid, body, bare)
                SELECT 'delete', old.id, {_words("old.content")} WHERE old.status <> 'streaming';
            INSERT INTO search (rowid, body, bare)
                SELECT new.id, {_words("new.content")} WHERE new.status <> 'streaming';
        END""",
    f"""CREATE TEMP TRIGGER unindex_message AFTER DELETE ON main.messages
        WHEN old.status <> 'streaming' AND {_outside("old")} BEGIN
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
_MOST_LEVELS = 1000
"""Older SQLite (3.40.1; not 3.51.1) puts the index on two more levels each time it is tidied, and calls it damaged from 2,000 on."""
_PAUSE_S = 0.002
"""Between slices, so that the window's own writes get their turn."""


@lru_cache(maxsize=1)  # both columns are made of it
def _folded_words(text: str) -> tuple[str, list[str]]:
    folded = folding.fold(text)
    return folded, folding.words(folded)


def body_words(text: str) -> str:
    """What the index holds of a text: its words, as Samar divides them (FTS5's Unicode tables are older)."""
    return " ".join(_folded_words(text)[1])


def bare_words(text: str) -> str:
    """What else a text is found by: signs, Arabic words without what is written together with them ("كتاب" finds
    "والكتاب"), and the form that the spellings of a hamza share."""
    folded, found = _folded_words(text)
    more = [folding.sign_token(word) for word in folding.sign_words(folded)]
    if not folded.isascii():
        forms = folding.hamza_forms(text, found)
        whole = " ".join(found + forms)
        more += forms + folding.without_articles(whole) + folding.without_particles(whole)
    return " ".join(more)


def attach(database: Database) -> None:
    """Let the index follow every change that this connection makes. Begins it anew if an older folding made it."""
    _define(database)
    if not is_made(database):
        rebuild(database)
    create_triggers(database)


def is_made(database: Database) -> bool:
    """Whether there is an index, by today's folding, that nobody distrusts."""
    made_by = database.scalar("SELECT value FROM properties WHERE name = ?", (_MADE_BY,))
    return bool(made_by == str(folding.VERSION))


def create_triggers(database: Database) -> None:
    """The triggers of `attach`."""
    for one in _TRIGGERS:
        database.execute(one)
    database.indexed = True  # making it anew may have met the damage


def detach(database: Database) -> None:
    """Write on without the index (it is damaged); the next start makes it anew."""
    for name in _NAMES:
        database.execute(f"DROP TRIGGER IF EXISTS temp.{name}")
    invalidate(database)


def invalidate(database: Database) -> None:
    """Have the next start make the index anew; also on behalf of a connection that only reads."""
    if database.read_only and database.path:
        writer = Database.connect(database.path)
        try:
            invalidate(writer)
        finally:
            writer.close()
    else:
        database.execute("DELETE FROM properties WHERE name = ?", (_MADE_BY,))


def rebuild(database: Database) -> None:
    """Empty the index and put all titles into it; the messages become the gap that `fill_step` fills."""
    _define(database)
    with database.transaction():
        _empty(database)
        database.execute(f"INSERT INTO search (rowid, body, bare) SELECT -id, {_words('title')} FROM chats")
        last = database.scalar("SELECT max(id) FROM messages") or 0
        for name, value in ((_MADE_BY, folding.VERSION), (_FIRST, 1), (_LAST, last)):
            database.execute("REPLACE INTO properties (name, value) VALUES (?, ?)", (name, str(value)))


def _empty(database: Database) -> None:
    try:
        database.execute("INSERT INTO search (search) VALUES ('delete-all')")
    except SamarError:
        if not database.index_damaged:
            raise
        # FTS5 refuses to open a damaged index, be it to empty or to drop it. Its tables can be filled from those of a
        # new one. Source: https://sqlite.org/fts5.html#fts5_data_structures
        blank = str(database.scalar("SELECT sql FROM sqlite_master WHERE name = 'search'"))
        database.execute(blank.replace("VIRTUAL TABLE search", "VIRTUAL TABLE temp.blank", 1))
        for table in ("data", "idx", "docsize", "config"):
            database.execute(f"DELETE FROM search_{table}")
            database.execute(f"INSERT INTO search_{table} SELECT * FROM temp.blank_{table}")
        database.execute("DROP TABLE temp.blank")
        database.index_damaged = False


def fill_step(database: Database, count: int = 100) -> bool:
    """Put the next messages of the gap into the index; False when it is complete. Some ten milliseconds a step."""
    with database.transaction(durable=False):
        gap: dict[str, int] = dict(
            database.fetch("SELECT name, value + 0 FROM properties WHERE name IN (?, ?)", (_FIRST, _LAST))
        )
        if len(gap) < 2:
            return False
        rows = database.fetch(
            "SELECT id FROM messages WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?",
            (gap[_FIRST], gap[_LAST], count),
        )  # the newest first: what people look for
        if not rows:
            database.execute("DELETE FROM properties WHERE name IN (?, ?)", (_FIRST, _LAST))
            return False
        first = rows[-1][0]
        database.execute(
            f"INSERT INTO search (rowid, body, bare) SELECT id, {_words('content')} FROM messages"
            " WHERE id BETWEEN ? AND ? AND status <> 'streaming' ORDER BY id",
            (first, gap[_LAST]),
        )
        database.execute("UPDATE properties SET value = ? WHERE name = ?", (str(first - 1), _LAST))
    return True


def fill(database: Database, cancelled: Callable[[], bool]) -> bool:
    """Fill the whole gap, in slices. False: cancelled."""
    while fill_step(database):
        if cancelled():
            return False
        time.sleep(_PAUSE_S)
    return True


def optimize(database: Database, cancelled: Callable[[], bool]) -> bool:
    """Rewrite the index without what was removed from it, in slices. False: cancelled."""
    if levels(database) >= _MOST_LEVELS:
        rebuild(database)
        return fill(database, cancelled)
    first = True
    while optimize_step(database, first=first):
        first = False
        if cancelled():
            return False
        time.sleep(_PAUSE_S)
    return True


def levels(database: Database) -> int:
    """Levels of the index's segments.

    Source: fts5_index.c of SQLite: record 10 of the data holds a cookie of four bytes, then the levels as a varint.
    """
    record: bytes = database.scalar("SELECT block FROM search_data WHERE id = 10")
    return record[4] if record[4] < 128 else (record[4] & 127) << 7 | record[5]


def optimize_step(database: Database, *, first: bool) -> bool:
    """Rewrite a part of the index without what was removed from it; False when nothing is left to rewrite.

    Removed words stay in FTS5's segments until these are merged. Source: https://sqlite.org/fts5.html#the_merge_command
    """
    before = database.total_changes
    database.execute(
        "INSERT INTO search (search, rank) VALUES ('merge', ?)", (-_MERGE_PAGES if first else _MERGE_PAGES,)
    )
    return first or database.total_changes - before >= 2


class _Following:
    """See `desktop.storage.database.FollowingIndex`."""

    def detach(self, database: Database) -> None:
        detach(database)

    def attach_if_made(self, database: Database) -> None:
        if is_made(database):
            create_triggers(database)


def _define(database: Database) -> None:
    database.index = _Following()
    database.define("samar_body", lambda raw: body_words((raw or b"").decode("utf-8", "replace")))
    database.define("samar_bare", lambda raw: bare_words((raw or b"").decode("utf-8", "replace")))
