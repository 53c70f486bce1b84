"""What a backup does not have: rows of the damaged file that can still be read, saved one by one.

A damaged page loses the rows on it, not those on others. Ids are never given twice, so a row that the backup does not
have is one that was written after it.
"""

from __future__ import annotations

import logging
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from desktop.core.chat import MessageStatus, Role
from desktop.storage.database import Database, Row
from desktop.storage.pictures import digest_of

log = logging.getLogger(__name__)

_CHAT = ("id", "uid", "title", "created_at", "updated_at", "title_is_automatic", "pinned", "archived", "system_prompt")
_MESSAGE = ("id", "chat_id", "parent_id", "created_at", "role", "status", "content", "thinking", "model")
_PICTURE = ("id", "digest", "data")
_IMAGE = ("message_id", "position", "picture_id", "width", "height", "name")
_MOST_ROWS = 5_000_000
_STEP = 256
"""Rows that are read at once; where that fails, one by one."""
_ROLES = {role.value for role in Role}
_STATUSES = {status.value for status in MessageStatus}


def save_readable(damaged: Path, database: Database) -> int:
    """Copy what `database` (a restored backup, or an empty history) does not have from the file `damaged`.

    The file is only read; what was deleted in it stays deleted. Returns how many messages were saved.
    Raises SamarError as `Database.transaction` does; nothing is then copied.
    """
    try:
        source = sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    except sqlite3.Error as problem:
        log.info("the damaged history can't be opened: %s", problem)
        return 0
    source.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        with database.transaction():
            chats = _save_chats(source, database)
            saved = _save_messages(source, database, chats)
            _save_images(source, database)
            return saved
    finally:
        source.close()


def _save_chats(source: sqlite3.Connection, database: Database) -> set[int]:
    """Returns the ids of all chats that are there then."""
    rows = database.fetch("SELECT id, uid FROM chats")
    ids, uids = {id_ for id_, _ in rows}, {uid for _, uid in rows}
    for row in _rows(source, "chats", _CHAT):
        if row[0] not in ids and row[1] not in uids and _is_chat(row):
            _insert(database, "chats", _CHAT, row)
            ids.add(row[0])
            uids.add(row[1])
    return ids


def _save_messages(source: sqlite3.Connection, database: Database, chats: set[int]) -> int:
    saved = 0
    there = {row[0]: row[1:] for row in database.fetch("SELECT id, chat_id, created_at, status FROM messages")}
    for row in _rows(source, "messages", _MESSAGE):
        if not _is_message(row):
            continue
        id_, chat_id, parent, created_at, _, status = row[:6]
        before = there.get(id_)
        if before is None and chat_id in chats and (parent is None or there.get(parent, (None,))[0] == chat_id):
            _insert(database, "messages", _MESSAGE, row)
            database.execute(
                "UPDATE chats SET active_leaf = ?, updated_at = max(updated_at, ?) WHERE id = ?",
                (id_, created_at, chat_id),
            )
        elif before == (chat_id, created_at, MessageStatus.STREAMING.value) and status != MessageStatus.STREAMING.value:
            # the backup was made while this reply was written
            database.execute("UPDATE messages SET status = ?, content = ?, thinking = ? WHERE id = ?", (*row[5:8], id_))
        else:
            continue
        there[id_] = (chat_id, created_at, status)
        saved += 1
    return saved


def _save_images(source: sqlite3.Connection, database: Database) -> None:
    """What the messages that are there then show, as far as its bytes are whole."""
    there = {id_ for (id_,) in database.fetch("SELECT id FROM messages")}
    places = {tuple(row) for row in database.fetch("SELECT message_id, position FROM images")}
    known: dict[str, int] = dict(database.fetch("SELECT digest, id FROM pictures"))
    taken = set(known.values())
    wanted: dict[int, list[Row]] = {}
    for row in _rows(source, "images", _IMAGE, key="message_id", deletable=False, last="messages"):
        if row[0] in there and (row[0], row[1]) not in places and _is_image(row):
            wanted.setdefault(row[2], []).append(row)
    for row in _rows(source, "pictures", _PICTURE, deletable=False, step=4):
        id_, digest, data = row
        if id_ not in wanted or not isinstance(data, bytes) or digest_of(data) != digest:
            continue
        if digest not in known and id_ not in taken:
            _insert(database, "pictures", _PICTURE, row)
            known[digest] = id_
        if digest in known:
            for image in wanted[id_]:
                _insert(database, "images", _IMAGE, (*image[:2], known[digest], *image[3:]))


def _is_image(row: Row) -> bool:
    _, *numbers, name = row
    return all(isinstance(number, int) for number in numbers) and min(numbers[2:]) > 0 and isinstance(name, str)


def _rows(
    source: sqlite3.Connection,
    table: str,
    columns: tuple[str, ...],
    *,
    key: str = "id",
    deletable: bool = True,
    last: str = "",
    step: int = _STEP,
) -> Iterator[Row]:
    """Rows that can be read and are not deleted, by `key`, which is an id of the table `last` (by default its own)."""
    kept = "deleted_at IS NULL AND " if deletable else ""
    query = f"SELECT {', '.join(columns)} FROM {table} WHERE {kept}{key} BETWEEN ? AND ? ORDER BY {key}"
    for first in range(1, _last_id(source, last or table) + 1, step):
        try:
            yield from source.execute(query, (first, first + step - 1)).fetchall()
        except sqlite3.Error:
            for id_ in range(first, first + step):
                try:
                    yield from source.execute(query, (id_, id_)).fetchall()
                except sqlite3.Error as problem:
                    log.info("row %s of %s can't be read: %s", id_, table, problem)


def _last_id(source: sqlite3.Connection, table: str) -> int:
    for query in (f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'", f"SELECT max(id) FROM {table}"):
        try:
            row = source.execute(query).fetchone()
        except sqlite3.Error as problem:
            log.info("how many %s there were can't be read: %s", table, problem)
            continue
        if row and isinstance(row[0], int):
            return min(max(row[0], 0), _MOST_ROWS)
    return 0


def _insert(database: Database, table: str, columns: tuple[str, ...], row: Row) -> None:
    marks = ", ".join("?" for _ in columns)
    database.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)


def _is_chat(row: Row) -> bool:
    _, uid, title, created_at, updated_at, automatic, pinned, archived, prompt = row
    return (
        isinstance(uid, str)
        and isinstance(title, str)
        and _is_time(created_at)
        and _is_time(updated_at)
        and all(flag in (0, 1) for flag in (automatic, pinned, archived))
        and (prompt is None or isinstance(prompt, str))
    )


def _is_message(row: Row) -> bool:
    _, chat_id, parent, created_at, role, status, content, thinking, model = row
    return (
        isinstance(chat_id, int)
        and (parent is None or isinstance(parent, int))
        and _is_time(created_at)
        and role in _ROLES
        and status in _STATUSES
        and isinstance(content, str)
        and isinstance(thinking, str)
        and (model is None or isinstance(model, str))
    )


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
