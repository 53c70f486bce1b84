"""What a damaged history still holds: every row that can be read is taken over, one by one where need be.

A damaged page loses the rows on it, not those on others, and damage to an index loses none, since rows are read from
their tables. What the file holds is newer than any backup, so it wins wherever both can be read; the backup fills in
what is lost. What is recorded as erased is not filled in. SQLite keeps no checksums: a text that was damaged without its
page becoming unreadable is taken as it is, unless it is no UTF-8 any more and the backup has it whole.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from desktop.core import private_files
from desktop.core.chat import MessageStatus, Role, moment_of, title_from
from desktop.storage.database import Database, Row
from desktop.storage.pictures import digest_of

log = logging.getLogger(__name__)

RECOVERED = "Recovered · مستعادة"
"""The folder of chats whose own row was lost, in both languages: the history knows none."""

_MOST_ROWS = 5_000_000
_STEP = 256
"""Rows that are read at once; where that fails, fewer and fewer."""
_LEAST_ROW_BYTES, _MOST_WITHOUT_ID = 100, 4096
"""How far is looked for rows where nothing says how many there were."""
_ROLES = {role.value for role in Role}
_STATUSES = {status.value for status in MessageStatus}
_HEADER_BYTES, _INTERIOR = 100, 5
_NEEDED = {
    "folders": {"id", "name"},
    "chats": {"id", "uid", "created_at", "updated_at"},
    "messages": {"id", "chat_id", "parent_id", "role", "status", "created_at", "content"},
    "drafts": {"chat_id", "content"},
    "edits": {"message_id", "content"},
    "deletion_days": {"chat_id", "day"},
    "erasures": {"chat_uid", "message_id", "created_at"},
    "properties": {"name", "value"},
    "prompts": {"id", "uid", "name", "content"},
    "images": {"message_id", "position", "picture_id", "width", "height"},
    "draft_images": {"chat_id", "picture_id", "width", "height"},
    "pictures": {"id", "digest", "data"},
}
"""Columns without which a table is another program's, or not to be understood."""
_NOT_TAKEN = ("sessions", "migrations", "sqlite_sequence")

Value = object
Fields = dict[str, Value]


class Saved(msgspec.Struct, frozen=True):
    messages: int
    """Messages that the target did not have, or had otherwise."""
    complete: bool
    """Every row of every table could be read: the target is now what the file was."""


def save_readable(damaged: Path, database: Database) -> Saved:
    """Bring what the file `damaged` holds into `database` (a restored backup, or an empty history).

    The file is only read. Raises SamarError as `Database.transaction` does; nothing is then taken over.
    """
    with contextlib.ExitStack() as stack:
        source = _open(damaged, database, stack)
        if source is None:
            return Saved(0, False)
        with database.transaction():
            return _Merge(source, database).run()


class _Source:
    """The damaged file, read table by table."""

    def __init__(self, connection: sqlite3.Connection, size: int) -> None:
        self._connection = connection
        self._most = min(max(size // _LEAST_ROW_BYTES, 1000), _MOST_ROWS)
        self.lost: set[str] = set()
        """Tables of which some rows can't be read."""
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        # read on where the schema or the size of the file are not what they should be
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("PRAGMA cell_size_check = ON")
        # a table may be of use though the list of all of them is lost in part
        found = {table: self._columns_of(table) for table in dict.fromkeys((*self._tables(), *_NEEDED))}
        self.columns = {table: names for table, names in found.items() if _NEEDED.get(table, set()) <= set(names)}

    def _tables(self) -> list[str]:
        return [str(name) for (name,) in self._some("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def _columns_of(self, table: str) -> list[str]:
        return [str(row[1]) for row in self._some(f'PRAGMA table_info("{table}")')]

    def _some(self, query: str) -> list[Row]:
        """As many rows as come before an error."""
        rows = []
        try:
            for row in self._connection.execute(query):
                rows.append(row)
        except sqlite3.Error as problem:
            log.info("a part of the damaged history can't be read: %s", problem)
        return rows

    def rows(self, table: str, columns: Iterable[str], *, key: str = "id", step: int = _STEP) -> Iterator[Fields]:
        """Rows by `key`, as far as they can be read; where not, the table is lost in part. Columns of a newer schema are
        left out."""
        there = [column for column in columns if column in self.columns.get(table, ())]
        if not there:
            self.lost.add(table)
            return
        names = [key, *there]
        query = f"SELECT {', '.join(names)} FROM {table} NOT INDEXED WHERE {key} BETWEEN ? AND ? ORDER BY {key}"
        last = self._last(table, key)
        seen: set[object] = set()
        for first in range(1, last + 1, step):
            for row in self._range(table, names, query, first, min(first + step - 1, last)):
                if key in ("id", "rowid"):
                    if row[key] in seen:
                        continue
                    seen.add(row[key])
                yield row

    def _range(self, table: str, names: list[str], query: str, first: int, last: int) -> Iterator[Fields]:
        waiting = [(first, last)]
        while waiting:
            first, last = waiting.pop()
            try:
                rows = self._connection.execute(query, (first, last)).fetchall()
            except sqlite3.Error as problem:
                if first == last:
                    log.info("row %s of %s can't be read as a whole: %s", first, table, problem)
                    self.lost.add(table)
                    if (fields := self._pieces(table, names, first)) is not None:
                        yield fields
                    continue
                middle = (first + last) // 2
                waiting += [(middle + 1, last), (first, middle)]
            else:
                yield from (dict(zip(names, row, strict=True)) for row in rows)
                if rows:
                    yield from self._hidden(table, names, query, {row[0] for row in rows}, range(first, last + 1))

    def _hidden(
        self, table: str, names: list[str], query: str, found: set[object], keys: Iterable[int]
    ) -> Iterator[Fields]:
        """Rows behind one whose key was damaged: it reads as one beyond the range, so that SQLite stops there, without an
        error. Asked for by itself, each is found."""
        for key in keys:
            if key not in found:
                with contextlib.suppress(sqlite3.Error):
                    for row in self._connection.execute(query, (key, key)):
                        self.lost.add(table)
                        yield dict(zip(names, row, strict=True))

    def _pieces(self, table: str, names: list[str], key: int) -> Fields | None:
        """A row whose long texts lie on several pages, column by column; None where a needed one is lost."""
        fields: Fields = {}
        for name in dict.fromkeys(names):
            try:
                row = self._connection.execute(
                    f"SELECT {name} FROM {table} NOT INDEXED WHERE {names[0]} = ?", (key,)
                ).fetchone()
            except sqlite3.Error:
                if not fields:  # not even its key: the page is lost
                    return None
                continue
            if row is not None:
                fields[name] = row[0]
        return fields if _NEEDED.get(table, set()).intersection(names) <= fields.keys() and names[0] in fields else None

    def _last(self, table: str, key: str) -> int:
        """The highest key that there may be."""
        owner = "messages" if key == "message_id" else table
        found = []
        queries = [f"SELECT max({key}) FROM {table}"]
        if key != "rowid":
            queries.append(f"SELECT seq FROM sqlite_sequence WHERE name = '{owner}'")
        for query in queries:
            try:
                row = self._connection.execute(query).fetchone()
            except sqlite3.Error as problem:
                log.info("how many %s there were can't be read: %s", table, problem)
                self.lost.add(table)
                continue
            if row and isinstance(row[0], int):
                found.append(row[0])
        if not found and table not in self.lost:
            return 0
        # rows without a number of their own are few: drafts, erasures, properties
        unknown = self._most if key == "id" else min(self._most, _MOST_WITHOUT_ID)
        return min(max(found, default=unknown), _MOST_ROWS)

    def parents(self) -> dict[int, int]:
        """Parents of messages, also of lost ones: an index has them a second time."""
        pairs = self._some("SELECT id, parent_id FROM messages INDEXED BY messages_by_parent WHERE parent_id > 0")
        return {id_: parent for id_, parent in pairs if isinstance(id_, int) and isinstance(parent, int)}


def _open(damaged: Path, database: Database, stack: contextlib.ExitStack) -> _Source | None:
    source = _connected(damaged, stack)
    if source is not None and "messages" in source.columns:
        return source
    # The schema is lost, and with it where the tables begin: that of a history of the same making says so.
    copy = damaged.with_suffix(".reading")
    stack.callback(_remove, copy)
    try:
        if not _with_first_page_of(database, damaged, copy):
            return None
    except (OSError, sqlite3.Error) as problem:
        log.info("the first page of the damaged history can't be replaced: %s", problem)
        return None
    source = _connected(copy, stack)
    return source if source is not None and "messages" in source.columns else None


def _connected(path: Path, stack: contextlib.ExitStack) -> _Source | None:
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        stack.callback(connection.close)
        return _Source(connection, path.stat().st_size)
    except (sqlite3.Error, OSError) as problem:
        log.info("the damaged history can't be opened: %s", problem)
        return None


def _with_first_page_of(donor: Database, damaged: Path, copy: Path) -> bool:
    """Write a copy of `damaged` with the first page of `donor`. False: the file can't be a history of Samar's."""
    page_bytes = int(donor.scalar("PRAGMA page_size"))
    size = damaged.stat().st_size
    if donor.path is None or size < 2 * page_bytes:
        return False
    first = copy.with_suffix(".first")
    try:
        donor.copy_to(first)
        with first.open("rb") as file:
            pages = _schema_pages(file, page_bytes)
    finally:
        _remove(first)
    page = pages[1]
    private_files.make_file(copy)
    shutil.copyfile(damaged, copy)
    # Source of the offsets: https://sqlite.org/fileformat2.html#the_database_header
    page[18:20] = b"\x01\x01"  # no write-ahead log
    page[28:32] = (size // page_bytes).to_bytes(4, "big")
    page[32:40] = bytes(8)  # no free pages are known
    page[92:96] = page[24:28]  # the size just written is valid
    with copy.open("r+b") as file:
        for number, content in pages.items():
            if number * page_bytes <= size:
                file.seek((number - 1) * page_bytes)
                file.write(content)
    return True


def _schema_pages(file: BinaryIO, page_bytes: int) -> dict[int, bytearray]:
    """The pages of the tree of tables and indexes, from page 1 on (https://sqlite.org/fileformat2.html#b_tree_pages)."""
    found: dict[int, bytearray] = {}
    waiting = [1]
    while waiting:
        number = waiting.pop()
        if number in found or not 0 < number < 1 << 20:
            continue
        file.seek((number - 1) * page_bytes)
        found[number] = page = bytearray(file.read(page_bytes))
        at = _HEADER_BYTES if number == 1 else 0
        if page[at] != _INTERIOR:
            continue
        cells = int.from_bytes(page[at + 3 : at + 5], "big")
        for cell in range(cells):
            where = int.from_bytes(page[at + 12 + 2 * cell : at + 14 + 2 * cell], "big")
            waiting.append(int.from_bytes(page[where : where + 4], "big"))
        waiting.append(int.from_bytes(page[at + 8 : at + 12], "big"))
    return found


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            Path(f"{path}{suffix}").unlink(missing_ok=True)


class _Merge:
    """Brings the rows of a source into a history, in one transaction of the caller's."""

    def __init__(self, source: _Source, database: Database) -> None:
        self.source, self.database = source, database
        self.shape = {table: self._shape_of(table) for table in self._tables()}
        self.folders: dict[int, int] = {}
        self.chats: dict[int, int] = {}
        """Ids in the source → ids here."""
        self.messages: dict[int, int] = {}
        self.erased_chats: set[str] = set()
        self.erased_messages: set[tuple[object, object]] = set()
        self.leaves: dict[int, int] = {}
        """Chats here → the last message of the path that was shown, as the source names it."""
        self.saved = 0

    def run(self) -> Saved:
        self._erasures()
        self._folders()
        self._chats()
        self._messages()
        self._leaves()
        self._images()
        self._drafts()
        self._edits()
        self._deletion_days()
        self._prompts()
        self._properties()
        self._others()
        missing = {table for table in self.shape if table not in self.source.columns}
        lost = (self.source.lost | missing) - {"search", *_NOT_TAKEN}
        return Saved(self.saved, not lost)

    # erased stays erased

    def _erasures(self) -> None:
        for row in self._rows("erasures", key="rowid"):
            uid, message, created = row.get("chat_uid"), row.get("message_id"), row.get("created_at")
            if isinstance(uid, str):
                self.erased_chats.add(uid)
                self._erase_chat(uid)
            elif isinstance(message, int):
                self.erased_messages.add((message, created))
                self._erase_message(message, created)
        self._mend_parents()

    def _erase_chat(self, uid: str) -> None:
        self.database.execute("INSERT INTO erasures (chat_uid) VALUES (?)", (uid,))
        self.database.execute("DELETE FROM chats WHERE uid = ?", (uid,))

    def _erase_message(self, message: int, created: object) -> None:
        self.database.execute("INSERT INTO erasures (message_id, created_at) VALUES (?, ?)", (message, created))
        self.database.execute("DELETE FROM messages WHERE id = ? AND created_at = ?", (message, created))

    def _mend_parents(self) -> None:
        self.database.execute(
            "UPDATE messages SET parent_id = NULL WHERE parent_id IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM messages AS above WHERE above.id = messages.parent_id)"
        )

    def _was_deleted(self, table: str) -> bool:
        """Whether a row that the source does not have was deleted there, and not lost."""
        return table not in self.source.lost

    def _was_erased(self, table: str) -> bool:
        """The same of chats and messages: what was erased is recorded until no backup has it, so only where that record
        is lost is absence taken for erasure."""
        return "erasures" in self.source.lost and self._was_deleted(table)

    # tables

    def _folders(self) -> None:
        here = {id_ for (id_,) in self.database.fetch("SELECT id FROM folders")}
        for row in self._rows("folders"):
            self._put("folders", row, row["id"] if row["id"] in here else None)
            self.folders[_int(row["id"])] = _int(row["id"])
        if self._was_deleted("folders"):
            for id_ in here - self.folders.keys():
                self.database.execute("DELETE FROM folders WHERE id = ?", (id_,))
        else:
            self.folders |= {id_: id_ for id_ in here}

    def _chats(self) -> None:
        here: dict[str, int] = dict(self.database.fetch("SELECT uid, id FROM chats"))
        taken = set(here.values())
        found = set()
        for row in self._rows("chats"):
            id_, uid = _int(row["id"]), row["uid"]
            leaf, folder = row.pop("active_leaf", None), row.get("folder_id")
            if uid in self.erased_chats:
                self.chats[id_] = 0
                continue
            if not isinstance(uid, str) or not uid or uid in found:
                uid = row["uid"] = uuid.uuid4().hex
            row["folder_id"] = self.folders.get(folder) if isinstance(folder, int) else None
            old = here.get(uid)
            if old is None and id_ in taken:
                row.pop("id")
            self.chats[id_] = target = old if old is not None else self._put("chats", row, None)
            if old is not None:
                self._put("chats", {**row, "id": old}, old)
            found.add(uid)
            taken.add(target)
            if isinstance(leaf, int):
                self.leaves[target] = leaf
        for uid, id_ in here.items():
            if uid in found or uid in self.erased_chats:
                continue
            if self._was_erased("chats"):
                self._erase_chat(uid)
            elif id_ not in self.chats:
                self.chats[id_] = id_  # its row is lost, and the backup has it

    def _messages(self) -> None:
        known = {row["id"]: row for row in self.source.rows("messages", ("chat_id", "parent_id", "role", "created_at"))}
        parents = self.source.parents()
        parents |= {
            _int(id_): _int(row["parent_id"]) for id_, row in known.items() if isinstance(row["parent_id"], int)
        }
        here = {
            id_: (chat, created)
            for id_, chat, created in self.database.fetch("SELECT id, chat_id, created_at FROM messages")
        }
        older = set(here)
        branch: dict[int, list[tuple[int, object]]] = {}
        """(id here, role) of what each chat has so far."""
        for id_, chat, role in self.database.fetch("SELECT id, chat_id, role FROM messages ORDER BY id"):
            branch.setdefault(chat, []).append((id_, role))
        for row in self._rows("messages"):
            id_ = _int(row["id"])
            if (id_, row.get("created_at")) in self.erased_messages or not _is_message(row):
                continue
            chat = self._chat_for(row, known)
            if not chat:
                continue
            row |= {"chat_id": chat, "owner": None}
            before = here.get(id_)
            same = before is not None and before == (chat, row["created_at"])
            if before is not None and not same:
                row.pop("id")
            parent = row.get("parent_id")
            row["parent_id"] = self._parent(id_, parent, chat, row["role"], parents, here, branch)
            if same:
                self.messages[id_] = id_
                older.discard(id_)
                self.saved += self._update_message(id_, row)
                continue
            target = self._put("messages", row, None)
            self.messages[id_] = target
            here[target] = (chat, row["created_at"])
            branch.setdefault(chat, []).append((target, row["role"]))
            self.leaves.setdefault(chat, 0)
            self.saved += 1
        if self._was_erased("messages"):
            for id_ in older - set(self.messages.values()):
                if here[id_][0] in self.chats.values():
                    self._erase_message(id_, here[id_][1])
        self._mend_parents()

    def _chat_for(self, row: Fields, known: dict[Value, Fields]) -> int:
        """The chat here that a message goes to; one is made where its row is lost. 0: it was erased."""
        chat = _int(row["chat_id"])
        if chat in self.chats:
            return self.chats[chat]
        if chat <= 0:  # the number itself is lost: that of the turn before is the same
            above = known.get(row["parent_id"])
            return self.chats.get(_int(above["chat_id"]), 0) if above else 0
        folder = self.database.scalar("SELECT id FROM folders WHERE name = ?", (RECOVERED,))
        if folder is None:
            folder = self.database.execute("INSERT INTO folders (name, position) VALUES (?, -1)", (RECOVERED,))
        title = title_from(str(row["content"])) if row["role"] == Role.USER.value else ""
        free = self.database.scalar("SELECT 1 FROM chats WHERE id = ?", (chat,)) is None
        fields: Fields = {"uid": uuid.uuid4().hex, "title": title or RECOVERED, "title_is_automatic": 1}
        fields |= {"created_at": row["created_at"], "updated_at": row["created_at"], "folder_id": folder}
        self.chats[chat] = self._insert("chats", {**fields, "id": chat} if free else fields)
        return self.chats[chat]

    def _parent(
        self,
        id_: int,
        parent: object,
        chat: int,
        role: object,
        parents: dict[int, int],
        here: dict[int, tuple[int, float]],
        branch: dict[int, list[tuple[int, object]]],
    ) -> int | None:
        """The turn before a message: its own, else the nearest one above that is there, else the newest older one of the
        chat that the same side wrote, as the one above its lost parent was."""
        if parent is None:
            return None
        below, above = id_, parent if isinstance(parent, int) else None
        while above is not None and 0 < above < below:
            target = self.messages.get(above, above)
            if target in here and here[target][0] == chat:
                return target
            below, above = above, parents.get(above)
        older = [(one, wrote) for one, wrote in branch.get(chat, ()) if one < id_]
        candidates = [one for one, wrote in older if wrote == role] or [one for one, _ in older]
        return max(candidates, default=None)

    def _update_message(self, id_: int, row: Fields) -> bool:
        """Whether anything of the message was changed."""
        names = [name for name in row if name not in ("id", "owner")]
        old = self.database.fetch_one(f"SELECT {', '.join(names)} FROM messages WHERE id = ?", (id_,))
        assert old is not None
        for name, value in zip(names, old, strict=True):
            if "\ufffd" in str(row[name]) and isinstance(value, str) and "\ufffd" not in value:
                row[name] = value  # no UTF-8 any more, and the backup has it whole
        if all(row[name] == value for name, value in zip(names, old, strict=True)):
            return False
        self._put("messages", {name: row[name] for name in names}, id_)
        return True

    def _leaves(self) -> None:
        """The path that each chat showed, and when it was last changed."""
        for chat, leaf in self.leaves.items():
            target = self.messages.get(leaf, leaf)
            shown = "SELECT id FROM messages WHERE chat_id = ? AND deleted_at IS NULL"
            valid = self.database.scalar(f"{shown} AND id = ?", (chat, target))
            if valid is None:
                valid = self.database.scalar(f"{shown} ORDER BY id DESC LIMIT 1", (chat,))
            self.database.execute("UPDATE chats SET active_leaf = ? WHERE id = ?", (valid, chat))
            if leaf == 0:  # the chat's own row is the backup's or was made anew
                self.database.execute(
                    "UPDATE chats SET updated_at = max(updated_at, (SELECT max(created_at) FROM messages WHERE chat_id = ?))"
                    " WHERE id = ?",
                    (chat, chat),
                )
        for chat, until in self.database.fetch("SELECT id, summary_until FROM chats WHERE summary_until IS NOT NULL"):
            if until in self.messages and self.messages[until] != until:
                self.database.execute("UPDATE chats SET summary_until = ? WHERE id = ?", (self.messages[until], chat))

    def _images(self) -> None:
        """What messages and drafts show, as far as its bytes are whole."""
        places = {tuple(row) for row in self.database.fetch("SELECT message_id, position FROM images")}
        images = []
        for row in self._rows("images", key="message_id"):
            message = self.messages.get(_int(row["message_id"]))
            if message is not None and (message, row["position"]) not in places and _is_image(row):
                images.append({**row, "message_id": message})
        drafts = []
        for row in self._rows("draft_images", key="rowid"):
            chat = row["chat_id"]
            if _is_image(row) and (chat is None or self.chats.get(_int(chat))):
                drafts.append({**row, "chat_id": None if chat is None else self.chats[_int(chat)]})
        if self._was_deleted("draft_images"):
            self.database.execute("DELETE FROM draft_images")
        wanted = {_int(row["picture_id"]) for row in (*images, *drafts)}
        pictures = self._pictures(wanted)
        drafts = [row for row in drafts if row["picture_id"] in pictures]
        for chat in {row["chat_id"] for row in drafts}:
            self.database.execute("DELETE FROM draft_images WHERE chat_id IS ?", (chat,))
        for table, rows in (("images", images), ("draft_images", drafts)):
            for row in rows:
                if row["picture_id"] in pictures:
                    self._insert(table, {**row, "picture_id": pictures[_int(row["picture_id"])]})

    def _pictures(self, wanted: set[int]) -> dict[int, int]:
        known: dict[str, int] = dict(self.database.fetch("SELECT digest, id FROM pictures"))
        taken = set(known.values())
        found: dict[int, int] = {}
        for row in self.source.rows("pictures", ("digest", "data"), step=4):
            id_, digest, data = _int(row["id"]), row["digest"], row["data"]
            if id_ not in wanted or not isinstance(data, bytes) or digest_of(data) != digest:
                continue
            if digest not in known:
                fields: Fields = {"digest": digest, "data": data}
                known[str(digest)] = self._insert("pictures", fields if id_ in taken else {**fields, "id": id_})
            found[id_] = known[str(digest)]
        return found

    def _drafts(self) -> None:
        rows = [row for row in self._rows("drafts", key="rowid") if row["content"]]
        if self._was_deleted("drafts"):
            self.database.execute("DELETE FROM drafts")
        for row in rows:
            chat = None if row["chat_id"] is None else self.chats.get(_int(row["chat_id"]), 0)
            if chat != 0:
                self.database.execute("DELETE FROM drafts WHERE chat_id IS ?", (chat,))
                self._insert("drafts", {**row, "chat_id": chat})

    def _edits(self) -> None:
        rows = list(self._rows("edits", key="rowid"))
        if self._was_deleted("edits"):
            self.database.execute("DELETE FROM edits")
        for row in rows:
            if message := self.messages.get(_int(row["message_id"]), 0):
                self.database.execute("DELETE FROM edits WHERE message_id = ?", (message,))
                self._insert("edits", {**row, "message_id": message})

    def _deletion_days(self) -> None:
        """The days of the source and of the backup: more days than there were would erase a chat early, but each is one on
        which Samar ran since it was deleted."""
        for row in self._rows("deletion_days", key="rowid"):
            if chat := self.chats.get(_int(row["chat_id"]), 0):
                self.database.execute(
                    "INSERT OR IGNORE INTO deletion_days (chat_id, day) SELECT ?, ? WHERE EXISTS"
                    " (SELECT 1 FROM chats WHERE id = ? AND deleted_at IS NOT NULL)",
                    (chat, row["day"], chat),
                )
        self.database.execute(
            "DELETE FROM deletion_days WHERE chat_id NOT IN (SELECT id FROM chats WHERE deleted_at IS NOT NULL)"
        )

    def _prompts(self) -> None:
        here: dict[str, int] = dict(self.database.fetch("SELECT uid, id FROM prompts"))
        taken = set(here.values())
        found = set()
        for row in self._rows("prompts"):
            uid = row["uid"]
            if not isinstance(uid, str) or uid in found:
                continue
            found.add(uid)
            if uid not in here and row["id"] in taken:
                row.pop("id")
            taken.add(self._put("prompts", {**row, "id": here[uid]} if uid in here else row, here.get(uid)))
        if self._was_deleted("prompts"):
            for uid in here.keys() - found:
                self.database.execute("DELETE FROM prompts WHERE uid = ?", (uid,))

    def _properties(self) -> None:
        for row in self._rows("properties", key="rowid"):
            if isinstance(row["name"], str) and not row["name"].startswith("search_"):
                self.database.execute(
                    "REPLACE INTO properties (name, value) VALUES (?, ?)", (row["name"], row["value"])
                )

    def _others(self) -> None:
        """Tables that came with a later schema and need no more than to be copied."""
        for table in self.shape:
            if table in _NEEDED or table not in self.source.columns:
                continue
            for row in self._rows(table, key="rowid"):
                names = ", ".join(row)
                marks = ", ".join("?" for _ in row)
                try:
                    self.database.execute(
                        f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", tuple(row.values())
                    )
                except sqlite3.IntegrityError as problem:
                    log.info("a row of %s is not taken over: %s", table, problem)

    # rows

    def _tables(self) -> list[str]:
        rows = self.database.fetch("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'")
        return [str(name) for (name,) in rows if name not in _NOT_TAKEN]

    def _shape_of(self, table: str) -> dict[str, tuple[str, bool, bool]]:
        """Columns: (type, whether it must have a value, whether it has a default)."""
        rows = self.database.fetch(f"PRAGMA table_info({table})")
        return {str(name): (str(kind), bool(must), default is not None) for _, name, kind, must, default, _ in rows}

    def _rows(self, table: str, key: str = "id") -> Iterator[Fields]:
        """Readable rows of the source with values that the columns can hold."""
        shape = self.shape[table]
        step = 4 if table == "pictures" else _STEP
        for row in self.source.rows(table, shape, key=key, step=step):
            if key == "rowid":
                row.pop("rowid", None)
            yield {name: _fitting(name, value, *shape[name]) for name, value in row.items()}

    def _put(self, table: str, row: Fields, id_: object) -> int:
        """Insert a row, or change the one with `id_`. Returns its id."""
        if id_ is None:
            return self._insert(table, row)
        fields = {name: value for name, value in row.items() if name != "id"}
        assignments = ", ".join(f"{name} = ?" for name in fields)
        self.database.execute(f"UPDATE {table} SET {assignments} WHERE id = ?", (*fields.values(), id_))
        return _int(id_)

    def _insert(self, table: str, row: Fields) -> int:
        marks = ", ".join("?" for _ in row)
        return self.database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _fitting(name: str, value: object, kind: str, must: bool, has_default: bool) -> object:
    """A value as its column can hold it; NULL, or a blank one, for what can't be meant."""
    if kind == "BLOB":
        return value
    if kind == "REAL":
        if name.endswith("_at"):
            moment = moment_of(value)
            return moment if must or moment else None
        valid = isinstance(value, float | int) and abs(value) < 1e300
        return value if valid else 0.0 if must else None
    if kind == "INTEGER":
        return value if isinstance(value, int) else 0 if must else None
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value if isinstance(value, str) else "" if must else None


def _is_message(row: Fields) -> bool:
    """Whether a record is a message at all; where one of role and status is lost, the other says so."""
    role_known, status_known = row["role"] in _ROLES, row["status"] in _STATUSES
    if not role_known:
        row["role"] = Role.ASSISTANT.value if row.get("model") else Role.USER.value
    if not status_known:
        row["status"] = MessageStatus.INTERRUPTED.value
    return role_known or status_known


def _is_image(row: Fields) -> bool:
    sizes = (row["width"], row["height"])
    return isinstance(row["picture_id"], int) and all(isinstance(size, int) and size > 0 for size in sizes)
