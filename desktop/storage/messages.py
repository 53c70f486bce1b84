"""The turns of chats: sending, streaming, branching, editing, deleting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import msgspec

from desktop.core.chat import ChatTree, Message, MessageStatus, Role, title_from
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats
from desktop.core.images import ImageFile
from desktop.storage import process_registry
from desktop.storage.database import Row, clean_text
from desktop.storage.pictures import PictureStore
from desktop.storage.rows import MESSAGE_COLUMNS, details_json, message_of, stats_json


class Deletion(msgspec.Struct, frozen=True):
    """What one delete took away, so that it can be undone, or erased when the time for that is over."""

    chats: tuple[int, ...] = ()
    messages: tuple[int, ...] = ()
    chat_id: int | None = None
    """The chat of the messages."""
    active_leaf: int | None = None
    """Its active leaf before."""


P = ParamSpec("P")
T = TypeVar("T")


def _without_index_if_damaged(
    method: Callable[Concatenate[MessageStore, P], T],
) -> Callable[Concatenate[MessageStore, P], T]:
    """For what must not be lost: see `Database.unless_index_damaged`."""

    @wraps(method)
    def guarded(store: MessageStore, /, *arguments: P.args, **options: P.kwargs) -> T:
        return store.database.unless_index_damaged(lambda: method(store, *arguments, **options))

    return guarded


class MessageStore(PictureStore):
    """Messages. Errors: SamarError as `Database.transaction` says, and chat_missing for what is not there any more."""

    # reading

    def messages_of(self, chat_id: int) -> ChatTree:
        """All turns of a chat that are not deleted and can be reached from its first ones."""
        rows = self.database.fetch(
            f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE chat_id = ? AND deleted_at IS NULL ORDER BY id", (chat_id,)
        )
        images = self._images_in("message_id IN (SELECT id FROM messages WHERE chat_id = ?)", (chat_id,))
        reached: dict[int, Message] = {}
        for row in rows:
            if row[2] is None or row[2] in reached:  # a parent is always older than its children
                reached[row[0]] = message_of(row, images.get(row[0], ()))
        return ChatTree(reached)

    def last_turns(self, chat_id: int, limit: int) -> list[Message]:
        """The last `limit` turns of the active path, in order of reading: a first screen without the rest of the chat."""
        rows = self.database.fetch(
            "WITH RECURSIVE path (id, up, depth) AS ("
            " SELECT messages.id, parent_id, 1 FROM messages JOIN chats ON messages.id = active_leaf"
            " WHERE chats.id = ? AND messages.deleted_at IS NULL UNION ALL"
            " SELECT messages.id, parent_id, depth + 1 FROM messages JOIN path ON messages.id = up"
            " WHERE messages.deleted_at IS NULL AND depth < ?)"
            f" SELECT {MESSAGE_COLUMNS} FROM messages WHERE id IN (SELECT id FROM path) ORDER BY id",
            (chat_id, limit),
        )
        return [self._message(row) for row in rows]

    def get_message(self, message_id: int) -> Message:
        row = self.database.fetch_one(
            f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ? AND deleted_at IS NULL", (message_id,)
        )
        if row is None:
            raise SamarError("chat_missing")
        return self._message(row)

    # sending

    @_without_index_if_damaged
    def begin_turn(
        self, chat_id: int, parent: int | None, text: str, model: str | None, images: Sequence[ImageFile] = ()
    ) -> tuple[Message, Message]:
        """Store what the person sends and the reply to come, in one transaction that reaches the disk.

        parent: the turn before, None for a first turn. Returns the person's message and the reply, `streaming` and
        empty. The reply becomes the active leaf; a chat without a title gets one from `text`, or else from an image.
        """
        with self.database.transaction():
            self._require_place(chat_id, parent)
            user = self._insert(chat_id, parent, Role.USER, clean_text(text), MessageStatus.FINISHED, None)
            self.attach(user, images)
            reply = self._insert(chat_id, user, Role.ASSISTANT, "", MessageStatus.STREAMING, model)
            self._touch(chat_id, reply)
            self.database.execute(
                "UPDATE chats SET title = ? WHERE id = ? AND title = '' AND title_is_automatic",
                (title_from(clean_text(text.strip() or next((image.name for image in images), ""))), chat_id),
            )
            return self.get_message(user), self.get_message(reply)

    @_without_index_if_damaged
    def edit_turn(self, message_id: int, text: str, model: str | None) -> tuple[Message, Message]:
        """Send an edited version of one's own message, with its images, as a new branch beside it, and end the edit.
        Returns as `begin_turn`."""
        with self.database.transaction():
            message = self.get_message(message_id)
            user, reply = self.begin_turn(message.chat_id, message.parent_id, text, model)
            self._copy_images(message_id, user.id)
            self.database.execute("DELETE FROM edits WHERE message_id = ?", (message_id,))
            return self.get_message(user.id), reply

    @_without_index_if_damaged
    def begin_reply(self, parent: int, model: str | None) -> Message:
        """Store a further reply to the message `parent`, `streaming` and empty: a sibling of the replies it has."""
        with self.database.transaction():
            chat_id = self.get_message(parent).chat_id
            self._require_place(chat_id, parent)
            reply = self._insert(chat_id, parent, Role.ASSISTANT, "", MessageStatus.STREAMING, model)
            self._touch(chat_id, reply)
            return self.get_message(reply)

    def resume_reply(self, message_id: int) -> Message:
        """Mark a reply that stopped as `streaming` again, with its text, which the next saves then extend."""
        with self.database.transaction():
            message = self.get_message(message_id)
            self._require_place(message.chat_id, message.parent_id)
            self.database.execute(
                "UPDATE messages SET status = 'streaming', owner = ?, error_code = NULL, error_details = NULL WHERE id = ?",
                (self.database.session, message_id),
            )
            self._touch(message.chat_id, message_id)
            return self.get_message(message_id)

    def save_partial(self, message_id: int, content: str, thinking: str = "") -> bool:
        """Store what has been written so far. False: the message is not streaming any more, and nothing was stored."""
        with self.database.transaction(durable=False):
            changed = self.database.change(
                "UPDATE messages SET content = ?, thinking = ? WHERE id = ? AND status = 'streaming'",
                (clean_text(content), clean_text(thinking), message_id),
            )
        return changed > 0

    @_without_index_if_damaged
    def finish(
        self,
        message_id: int,
        content: str,
        status: MessageStatus,
        stats: GenerationStats | None = None,
        error_code: str | None = None,
        thinking: str = "",
        thinking_s: float | None = None,
        error_details: Iterable[tuple[str, str]] = (),
    ) -> Message | None:
        """Store the whole reply and how it ended, on the disk. Only a reply that streams (or that another Samar took for
        interrupted) is finished; None, and nothing stored, for any other, one that was erased meanwhile included."""
        if status is MessageStatus.STREAMING:
            raise ValueError("a finished reply does not stream")
        with self.database.transaction():
            changed = self.database.change(
                "UPDATE messages SET content = ?, status = ?, stats = ?, error_code = ?, thinking = ?, thinking_s = ?,"
                " error_details = ?, owner = NULL WHERE id = ? AND status IN ('streaming', 'interrupted')",
                (
                    clean_text(content),
                    status.value,
                    stats_json(stats),
                    error_code,
                    clean_text(thinking),
                    thinking_s,
                    details_json(error_details),
                    message_id,
                ),
            )
            row = self.database.fetch_one(f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ?", (message_id,))
            if not changed or row is None:
                return None
            message = self._message(row)
            self.database.execute("UPDATE chats SET updated_at = ? WHERE id = ?", (self.clock(), message.chat_id))
            return message

    def recover_interrupted(self) -> list[Message]:
        """Mark as `interrupted`, with their text, replies whose Samar is not running any more; call it at start.

        Without the right to write there is nothing to do."""
        if self.database.read_only:
            return []
        with self.database.transaction():
            mine_and_others = process_registry.living(self.database)
            rows = self.database.fetch("SELECT id, owner FROM messages WHERE status = 'streaming' ORDER BY id")
            orphans = [id_ for id_, owner in rows if owner not in mine_and_others]
            for message_id in orphans:
                self.database.execute(
                    "UPDATE messages SET status = 'interrupted', owner = NULL WHERE id = ?", (message_id,)
                )
            return [self._any_message(message_id) for message_id in orphans]

    # changing

    def edit_content(self, message_id: int, content: str) -> Message:
        """Replace the text of a message in place, and end the edit of it. Returns the message as it was, whose text undoes the edit."""
        with self.database.transaction():
            before = self.get_message(message_id)
            if before.status is MessageStatus.STREAMING:
                raise ValueError("a reply can't be edited while it streams")
            stats = before.stats
            if before.role is Role.ASSISTANT and content != before.content:
                stats = msgspec.structs.replace(stats or GenerationStats(prompt_tokens=0), edited=True)
            self.database.execute(
                "UPDATE messages SET content = ?, stats = ? WHERE id = ?",
                (clean_text(content), stats_json(stats), message_id),
            )
            self.database.execute("DELETE FROM edits WHERE message_id = ?", (message_id,))
            self.database.execute("UPDATE chats SET updated_at = ? WHERE id = ?", (self.clock(), before.chat_id))
            return before

    def set_active_leaf(self, chat_id: int, leaf: int | None) -> None:
        """Remember which branch is shown. `leaf` may be any turn of the chat."""
        with self.database.transaction(durable=False):
            self._require_place(chat_id, leaf)
            self.database.execute("UPDATE chats SET active_leaf = ? WHERE id = ?", (leaf, chat_id))

    def delete_turn(self, message_id: int) -> Deletion:
        """Delete a message and all that follows it, until undone or erased. The branch beside it is shown, else the
        turn before it."""
        with self.database.transaction():
            message = self.get_message(message_id)
            tree = self.messages_of(message.chat_id)
            gone = subtree(tree, message_id)
            before = self.database.scalar("SELECT active_leaf FROM chats WHERE id = ?", (message.chat_id,))
            now = self.clock()
            self.database.execute_many("UPDATE messages SET deleted_at = ? WHERE id = ?", [(now, id_) for id_ in gone])
            if before is None or before in gone:
                beside = [m for m in tree.siblings(message_id) if m.id != message_id]
                leaf = tree.newest_leaf_below(beside[-1].id) if beside else message.parent_id
                self.database.execute("UPDATE chats SET active_leaf = ? WHERE id = ?", (leaf, message.chat_id))
            return Deletion(messages=tuple(gone), chat_id=message.chat_id, active_leaf=before)

    # parts

    def _any_message(self, message_id: int) -> Message:
        row = self.database.fetch_one(f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ?", (message_id,))
        if row is None:
            raise SamarError("chat_missing")
        return self._message(row)

    def _message(self, row: Row) -> Message:
        return message_of(row, self._images_in("message_id = ?", (row[0],)).get(row[0], ()))

    def _insert(
        self, chat_id: int, parent: int | None, role: Role, content: str, status: MessageStatus, model: str | None
    ) -> int:
        owner = self.database.session if status is MessageStatus.STREAMING else None
        return self.database.execute(
            "INSERT INTO messages (chat_id, parent_id, role, content, status, created_at, model, owner)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (chat_id, parent, role.value, content, status.value, self.clock(), model, owner),
        )

    def _touch(self, chat_id: int, leaf: int) -> None:
        self.database.execute(
            "UPDATE chats SET active_leaf = ?, updated_at = ? WHERE id = ?", (leaf, self.clock(), chat_id)
        )

    def _require_chat(self, chat_id: int) -> None:
        if self.database.scalar("SELECT 1 FROM chats WHERE id = ? AND deleted_at IS NULL", (chat_id,)) is None:
            raise SamarError("chat_missing")

    def _require_place(self, chat_id: int, parent: int | None) -> None:
        self._require_chat(chat_id)
        if parent is not None and self.get_message(parent).chat_id != chat_id:
            raise ValueError(f"message {parent} is not in chat {chat_id}")


def subtree(tree: ChatTree, root: int) -> list[int]:
    """Ids of a turn and of all that follow it."""
    found = [root]
    for message_id in found:
        found.extend(child.id for child in tree.children(message_id))
    return found
