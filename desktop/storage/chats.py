"""Chats as the sidebar knows them, sending, drafts and edits, the deleted chats, and erasing for good."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from desktop.core.chat import Chat, Message
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams
from desktop.core.images import ImageFile
from desktop.storage import process_registry
from desktop.storage.database import clean_text
from desktop.storage.folders import FolderStore
from desktop.storage.messages import Deletion
from desktop.storage.pictures import drop_unused
from desktop.storage.rows import CHAT_COLUMNS, MESSAGE_DATA, chat_of, id_of, params_json, text_of


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

KEPT_DAYS = 30
"""How long deleted chats can be brought back, unless the settings say otherwise."""
_DAY_S = 86_400


class NewChat(msgspec.Struct, frozen=True):
    """A chat that begins with its first message."""

    system_prompt: str | None = None
    params: GenerationParams | None = None
    folder_id: int | None = None
    probabilities: bool = False
    thinking: bool | None = None


class ChatStore(FolderStore):
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
                " VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT id FROM folders WHERE id = ?))",
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

    def send(
        self,
        chat: int | NewChat,
        parent: int | None,
        text: str,
        model: str | None,
        images: Sequence[ImageFile] = (),
        *,
        from_draft: bool = True,
    ) -> tuple[Chat, Message, Message]:
        """Store what the person sends, the reply to come, a chat for them where there is none yet, and the end of the
        draft: all of it in one transaction that reaches the disk, or nothing. A chat in the archive leaves it.

        parent, model, images: as in `begin_turn`. from_draft: it was written where drafts are kept. Returns the chat, the
        person's message and the reply.
        """

        def whole() -> tuple[Chat, Message, Message]:
            with self.database.transaction():
                waiting = None if isinstance(chat, NewChat) else chat
                chat_id = self._begin_chat(chat) if isinstance(chat, NewChat) else chat
                user, reply = self.begin_turn(chat_id, parent, text, model, images)
                self.database.execute("UPDATE chats SET archived = 0 WHERE id = ? AND archived", (chat_id,))
                if from_draft:
                    self.save_draft(waiting, "")
                    self.save_draft_images(waiting, [])
                return self.get_chat(chat_id), user, reply

        return self.database.unless_index_damaged(whole)

    def _begin_chat(self, new: NewChat) -> int:
        chat_id = self.create_chat("", new.system_prompt, new.params, new.folder_id).id
        if new.probabilities:
            self.set_probabilities(chat_id, True)
        if new.thinking is not None:
            self.set_thinking(chat_id, new.thinking)
        return chat_id

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

    def set_thinking(self, chat_id: int, wanted: bool | None) -> Chat:
        """Whether the model thinks before it answers; None: as is set for the model."""
        return self._set(chat_id, "thinking = ?{}", (wanted,))

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
                "UPDATE chats SET title_is_automatic = ?, probabilities = ?, thinking = ? WHERE id = ?",
                (chat.title_is_automatic, chat.probabilities, chat.thinking, copy.id),
            )
            leaf: int | None = None
            until: int | None = None
            for turn in self.messages_of(chat.id).path_to(message_id):
                leaf = self.database.execute(
                    f"INSERT INTO messages (chat_id, parent_id, {', '.join(MESSAGE_DATA)})"
                    f" SELECT ?, ?, {_copied_columns()} FROM messages WHERE id = ?",
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

    # edits

    def save_edit(self, message_id: int, text: str | None) -> None:
        """Keep what a message is being changed to, which is not sent or saved yet; None: it is not changed any more."""
        with self.database.transaction(durable=False):
            self.database.execute("DELETE FROM edits WHERE message_id = ?", (message_id,))
            if text is not None:
                self.get_message(message_id)
                self.database.execute(
                    "INSERT INTO edits (message_id, content) VALUES (?, ?)", (message_id, clean_text(text))
                )

    def edits_of(self, chat_id: int) -> dict[int, str]:
        """What messages of a chat are being changed to, by message, the last one last."""
        rows = self.database.fetch(
            "SELECT message_id, edits.content FROM edits JOIN messages ON messages.id = message_id"
            " WHERE chat_id = ? AND deleted_at IS NULL ORDER BY message_id",
            (chat_id,),
        )
        return {id_: text_of(text) for id_, text in rows}

    # deleting

    def delete_chats(self, chat_ids: list[int]) -> Deletion:
        """Take chats out of every list but that of the deleted ones, until they are restored or erased."""
        with self.database.transaction():
            now = self.clock()
            gone = [
                id_
                for id_ in chat_ids
                if self.database.change(
                    "UPDATE chats SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL", (now, id_)
                )
            ]
            self._count_day(gone)
            return Deletion(chats=tuple(gone))

    def deleted_chats(self) -> list[Chat]:
        """The chats that can still be restored, last deleted first."""
        rows = self.database.fetch(
            f"SELECT {CHAT_COLUMNS} FROM chats WHERE deleted_at >= 0 ORDER BY deleted_at DESC, chats.id DESC"
        )
        return [chat_of(row) for row in rows]

    def days_deleted(self) -> dict[int, int]:
        """On how many further days Samar has run since each deleted chat was deleted."""
        return dict(self.database.fetch("SELECT chat_id, count(*) - 1 FROM deletion_days GROUP BY chat_id"))

    def erase_overdue(self, days: int = KEPT_DAYS) -> list[int]:
        """Count today, and erase the chats that were deleted `days` counted days ago; 0: all of them. Returns their ids.

        Only different days on which this was called count, so that a clock that jumps, in whichever direction and
        however far, erases nothing early. Without the right to write there is nothing to do.
        """
        if self.database.read_only:
            return []
        with self.database.transaction():
            deleted = [id_ for (id_,) in self.database.fetch("SELECT id FROM chats WHERE deleted_at >= 0")]
            if not deleted:
                return []
            self._count_day(deleted)
            counted = self.days_deleted()
            overdue = [id_ for id_ in deleted if counted[id_] >= days]
            self._purge_chats(overdue)
            if overdue:
                drop_unused(self.database)
        return overdue

    def _count_day(self, chat_ids: Iterable[int]) -> None:
        day = int(self.clock() // _DAY_S)
        self.database.execute_many(
            "INSERT OR IGNORE INTO deletion_days (chat_id, day) VALUES (?, ?)", [(id_, day) for id_ in chat_ids]
        )

    def undo(self, deletion: Deletion) -> None:
        """Bring back what a delete took away. Raises SamarError chat_missing when it has been erased."""
        with self.database.transaction():
            for table, ids in (("chats", deletion.chats), ("messages", deletion.messages)):
                for id_ in ids:
                    if not self.database.change(f"UPDATE {table} SET deleted_at = NULL WHERE id = ?", (id_,)):
                        raise SamarError("chat_missing")
            self.database.execute_many(
                "DELETE FROM deletion_days WHERE chat_id = ?", [(id_,) for id_ in deletion.chats]
            )
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
        """Every chat that is there, archived ones included, but no deleted ones."""
        return [id_ for (id_,) in self.database.fetch("SELECT id FROM chats WHERE deleted_at IS NULL")]

    def purge_deleted(self, before: float | None = None) -> list[int]:
        """Erase every message that was deleted before `before` (Unix time); None: before the oldest Samar that runs
        started, so that nobody can undo it any more. Without the right to write there is nothing to do. Returns the chats
        that lost something."""
        if self.database.read_only:
            return []
        with self.database.transaction():
            moment = process_registry.earliest_opening(self.database) if before is None else before
            messages = self.database.fetch("SELECT id, chat_id FROM messages WHERE deleted_at < ?", (moment,))
            self._purge_messages([id_ for id_, _ in messages])
            if messages:
                drop_unused(self.database)
        return sorted({chat for _, chat in messages})

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


def _copied_columns() -> str:
    """MESSAGE_DATA in a SELECT; a copy of a reply that is being written will not be written any further."""
    status = "CASE status WHEN 'streaming' THEN 'interrupted' ELSE status END"
    return ", ".join(status if column == "status" else column for column in MESSAGE_DATA)


def _beyond(order: ChatOrder, last: Chat) -> tuple[str, list[object]]:
    """What comes after `last` in this order (a key, not an offset: pages stay right while chats come and go)."""
    if order is ChatOrder.TITLE:
        return "(title COLLATE NOCASE, chats.id) > (?, ?)", [last.title, last.id]
    column, value = (
        ("updated_at", last.updated_at) if order is ChatOrder.UPDATED else ("chats.created_at", last.created_at)
    )
    return f"({column}, chats.id) < (?, ?)", [value, last.id]
