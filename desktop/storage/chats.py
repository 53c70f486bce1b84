"""Chats as the sidebar knows them, their drafts, and erasing for good."""

from __future__ import annotations

import uuid
from enum import StrEnum

import msgspec

from desktop.core.chat import Chat
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams
from desktop.storage import sessions
from desktop.storage.database import clean_text
from desktop.storage.pictures import drop_unused
from desktop.storage.places import PlaceStore
from desktop.storage.rows import CHAT_COLUMNS, chat_of, id_of, params_json, text_of
from desktop.storage.turns import Deletion


class ChatOrder(StrEnum):
    UPDATED = "updated"  # newest change first
    CREATED = "created"  # newest first
    TITLE = "title"  # by letters


_ORDERS = {
    ChatOrder.UPDATED: "updated_at DESC, chats.id DESC",
    ChatOrder.CREATED: "chats.created_at DESC, chats.id DESC",
    ChatOrder.TITLE: "title COLLATE NOCASE, chats.id",
}


class ChatQuery(msgspec.Struct, frozen=True):
    """Which chats to list. None: no matter which."""

    archived: bool | None = False
    pinned: bool | None = None
    folder_id: int | None = None
    outside_folders: bool = False
    order: ChatOrder = ChatOrder.UPDATED


_ALL = ChatQuery()


class ChatStore(PlaceStore):
    """The history. Errors: SamarError as `Database.transaction` says, and chat_missing for what is not there any more."""

    # chats

    def create_chat(
        self,
        title: str = "",
        system_prompt: str | None = None,
        params: GenerationParams | None = None,
        folder_id: int | None = None,
    ) -> Chat:
        with self.database.transaction():
            now = self.clock()
            chat_id = self.database.execute(
                "INSERT INTO chats (uid, title, title_is_automatic, created_at, updated_at, system_prompt, params, folder_id)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    uuid.uuid4().hex,
                    clean_text(title),
                    not title,
                    now,
                    now,
                    None if system_prompt is None else clean_text(system_prompt),
                    params_json(params),
                    folder_id,
                ),
            )
            return self.get_chat(chat_id)

    def get_chat(self, chat_id: int) -> Chat:
        row = self.database.fetch_one(
            f"SELECT {CHAT_COLUMNS} FROM chats WHERE id = ? AND deleted_at IS NULL", (chat_id,)
        )
        if row is None:
            raise SamarError("chat_missing")
        return chat_of(row)

    def list_chats(self, query: ChatQuery = _ALL, *, limit: int | None = None, after: Chat | None = None) -> list[Chat]:
        """Chats that match, in order. after: the last chat of the page before (it need not exist any more)."""
        where, values = _conditions(query)
        if after is not None:
            condition, key = _beyond(query.order, after)
            where, values = f"{where} AND {condition}", [*values, *key]
        rows = self.database.fetch(
            f"SELECT {CHAT_COLUMNS} FROM chats WHERE {where} ORDER BY {_ORDERS[query.order]} LIMIT ?",
            [*values, -1 if limit is None else limit],
        )
        return [chat_of(row) for row in rows]

    def chats_from(self, chat_id: int, limit: int) -> list[Chat]:
        """Chats with this id and higher ones, by id, archived ones included: to read all of them in parts."""
        rows = self.database.fetch(
            f"SELECT {CHAT_COLUMNS} FROM chats WHERE chats.id >= ? AND deleted_at IS NULL ORDER BY chats.id LIMIT ?",
            (chat_id, limit),
        )
        return [chat_of(row) for row in rows]

    def count_chats(self, query: ChatQuery = _ALL, most: int | None = None) -> int:
        """How many match; counted up to `most` only, if given."""
        where, values = _conditions(query)
        some = f"SELECT 1 FROM chats WHERE {where} LIMIT ?"
        return int(self.database.scalar(f"SELECT count(*) FROM ({some})", [*values, -1 if most is None else most]))

    def rename(self, chat_id: int, title: str, *, automatic: bool = False) -> Chat:
        """Set the title. automatic: written by Samar or the model; it never replaces one that the person wrote."""
        condition = " AND title_is_automatic" if automatic else ""
        return self._set(chat_id, f"title = ?, title_is_automatic = ?{{}}{condition}", (clean_text(title), automatic))

    def set_system_prompt(self, chat_id: int, prompt: str | None) -> Chat:
        """None: the settings' default; "": none at all."""
        return self._set(chat_id, "system_prompt = ?{}", (None if prompt is None else clean_text(prompt),))

    def set_params(self, chat_id: int, params: GenerationParams | None) -> Chat:
        """None: the model's own hints, else the settings'."""
        return self._set(chat_id, "params = ?{}", (params_json(params),))

    def set_overflow(self, chat_id: int, overflow: str | None) -> Chat:
        """A value of `fitting.Overflow`, or None for "not chosen"."""
        return self._set(chat_id, "overflow = ?{}", (overflow,))

    def set_probabilities(self, chat_id: int, wanted: bool) -> Chat:
        """Whether the probabilities of the tokens are asked for with each reply."""
        return self._set(chat_id, "probabilities = ?{}", (wanted,))

    def set_summary(self, chat_id: int, text: str, until: int | None) -> Chat:
        """What stands for the turns up to the message `until`."""
        return self._set(chat_id, "summary = ?, summary_until = ?{}", (clean_text(text), until))

    def _set(self, chat_id: int, assignment: str, values: tuple[object, ...]) -> Chat:
        with self.database.transaction():
            self._require_chat(chat_id)
            self.database.execute(f"UPDATE chats SET {assignment.format(' WHERE id = ?')}", (*values, chat_id))
            return self.get_chat(chat_id)

    def fork(self, message_id: int) -> Chat:
        """A new chat that holds copies of the turns up to `message_id`, with the chat's settings."""
        with self.database.transaction():
            message = self.get_message(message_id)
            chat = self.get_chat(message.chat_id)
            copy = self.create_chat(chat.title, chat.system_prompt, chat.params, chat.folder_id)
            self.database.execute(
                "UPDATE chats SET title_is_automatic = ?, probabilities = ? WHERE id = ?",
                (chat.title_is_automatic, chat.probabilities, copy.id),
            )
            leaf: int | None = None
            until: int | None = None
            for turn in self.messages_of(chat.id).path_to(message_id):
                leaf = self.database.execute(
                    "INSERT INTO messages (chat_id, parent_id, role, status, created_at, model, error_code, thinking_s,"
                    " stats, content, thinking, error_details) SELECT ?, ?, role,"
                    " CASE status WHEN 'streaming' THEN 'interrupted' ELSE status END,"
                    " created_at, model, error_code, thinking_s, stats, content, thinking, error_details FROM messages WHERE id = ?",
                    (copy.id, leaf, turn.id),
                )
                self._copy_images(turn.id, leaf)
                until = leaf if turn.id == chat.summary_until else until
            summary = chat.summary if until is not None else ""
            self.database.execute(
                "UPDATE chats SET active_leaf = ?, overflow = ?, summary = ?, summary_until = ? WHERE id = ?",
                (leaf, chat.overflow, summary, until, copy.id),
            )
            return self.get_chat(copy.id)

    # drafts

    def save_draft(self, chat_id: int | None, text: str) -> None:
        """Keep what was typed and not sent; empty text removes it. None: typed before there is a chat."""
        with self.database.transaction(durable=False):
            self.database.execute("DELETE FROM drafts WHERE chat_id IS ?", (chat_id,))
            if text:
                if chat_id is not None:
                    self._require_chat(chat_id)
                self.database.execute(
                    "INSERT INTO drafts (chat_id, content) VALUES (?, ?)", (chat_id, clean_text(text))
                )

    def draft_of(self, chat_id: int | None) -> str:
        return text_of(self.database.scalar("SELECT content FROM drafts WHERE chat_id IS ?", (chat_id,)))

    def drafts(self) -> dict[int | None, str]:
        """All drafts by chat."""
        return {
            id_of(chat_id): text_of(text)
            for chat_id, text in self.database.fetch("SELECT chat_id, content FROM drafts")
        }

    # deleting

    def delete_chats(self, chat_ids: list[int]) -> Deletion:
        """Take chats out of every list, until undone or erased."""
        with self.database.transaction():
            now = self.clock()
            gone = [
                id_
                for id_ in chat_ids
                if self.database.change(
                    "UPDATE chats SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL", (now, id_)
                )
            ]
            return Deletion(chats=tuple(gone))

    def undo(self, deletion: Deletion) -> None:
        """Bring back what a delete took away. Raises SamarError chat_missing when it has been erased."""
        with self.database.transaction():
            for table, ids in (("chats", deletion.chats), ("messages", deletion.messages)):
                for id_ in ids:
                    if not self.database.change(f"UPDATE {table} SET deleted_at = NULL WHERE id = ?", (id_,)):
                        raise SamarError("chat_missing")
            if deletion.chat_id is not None:
                self.database.execute(
                    "UPDATE chats SET active_leaf = ? WHERE id = ?"
                    " AND EXISTS (SELECT 1 FROM messages WHERE id = ? AND deleted_at IS NULL)",
                    (deletion.active_leaf, deletion.chat_id, deletion.active_leaf),
                )

    def purge(self, deletion: Deletion) -> None:
        """Erase what a delete took away, if it was not undone. Its text is then gone from the tables and overwritten;
        `erasure.erase_traces` removes the rest of it."""
        with self.database.transaction():
            self._purge_chats(list(deletion.chats))
            self._purge_messages(list(deletion.messages))
            drop_unused(self.database)

    def chat_ids(self) -> list[int]:
        """Every chat that is there, archived ones and those that can still be brought back included."""
        return [id_ for (id_,) in self.database.fetch("SELECT id FROM chats")]

    def purge_deleted(self, before: float | None = None) -> list[int]:
        """Erase everything that was deleted before `before` (Unix time); None: before the oldest Samar that runs started,
        so that nobody can undo it any more. Without the right to write there is nothing to do. Returns the chats that lost
        something."""
        if self.database.read_only:
            return []
        with self.database.transaction():
            moment = sessions.earliest_opening(self.database) if before is None else before
            chats = self.database.fetch("SELECT id FROM chats WHERE deleted_at < ?", (moment,))
            self._purge_chats([id_ for (id_,) in chats])
            messages = self.database.fetch("SELECT id, chat_id FROM messages WHERE deleted_at < ?", (moment,))
            self._purge_messages([id_ for id_, _ in messages])
            if chats or messages:
                drop_unused(self.database)
        return sorted({id_ for (id_,) in chats} | {chat for _, chat in messages})

    def _purge_chats(self, chat_ids: list[int]) -> None:
        for id_ in chat_ids:
            if self.database.scalar("SELECT 1 FROM chats WHERE id = ? AND deleted_at IS NOT NULL", (id_,)):
                self.database.execute("INSERT INTO erasures (chat_uid) SELECT uid FROM chats WHERE id = ?", (id_,))
                self.database.execute("DELETE FROM chats WHERE id = ?", (id_,))

    def _purge_messages(self, message_ids: list[int]) -> None:
        for id_ in message_ids:
            if self.database.scalar("SELECT 1 FROM messages WHERE id = ? AND deleted_at IS NOT NULL", (id_,)):
                below = (
                    "WITH RECURSIVE below (id) AS (SELECT ? UNION ALL"
                    " SELECT messages.id FROM messages JOIN below ON parent_id = below.id)"
                )
                self.database.execute(
                    f"{below} INSERT INTO erasures (message_id, created_at)"
                    " SELECT id, created_at FROM messages WHERE id IN (SELECT id FROM below)",
                    (id_,),
                )
                self.database.execute(  # it tells of what is erased
                    f"{below} UPDATE chats SET summary = '', summary_until = NULL"
                    " WHERE summary_until IN (SELECT id FROM below)",
                    (id_,),
                )
                self.database.execute(f"{below} DELETE FROM messages WHERE id IN (SELECT id FROM below)", (id_,))


def _conditions(query: ChatQuery) -> tuple[str, list[object]]:
    conditions = ["chats.deleted_at IS NULL"]
    values: list[object] = []
    if query.archived is not None:
        # not by the index of times where few are pinned
        conditions.append("+archived = ?" if query.pinned else "archived = ?")
        values.append(query.archived)
    if query.pinned is not None:  # a literal, so that SQLite may use the index of pinned chats
        conditions.append(f"pinned = {int(query.pinned)}")
    if query.folder_id is not None:
        conditions.append("folder_id = ?")
        values.append(query.folder_id)
    if query.outside_folders:
        conditions.append("folder_id IS NULL")
    return " AND ".join(conditions), values


def _beyond(order: ChatOrder, last: Chat) -> tuple[str, list[object]]:
    """What comes after `last` in this order (a key, not an offset: pages stay right while chats come and go)."""
    if order is ChatOrder.TITLE:
        return "(title COLLATE NOCASE, chats.id) > (?, ?)", [last.title, last.id]
    column, value = (
        ("updated_at", last.updated_at) if order is ChatOrder.UPDATED else ("chats.created_at", last.created_at)
    )
    return f"({column}, chats.id) < (?, ?)", [value, last.id]
