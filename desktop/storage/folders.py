"""Where chats stand in the side bar: folders, pins, the archive, and how the list is sorted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from desktop.core.chat import Chat, Folder
from desktop.core.errors import SamarError
from desktop.storage.database import clean_text
from desktop.storage.messages import MessageStore
from desktop.storage.rows import CHAT_COLUMNS, chat_of, text_of

KEEP = -1
"""As a folder: the one that the chat is in."""
_ORDER, _FOLDED = "sidebar_order", "sidebar_folded"


class DeletedFolder(msgspec.Struct, frozen=True):
    """What undoes the deletion of a folder."""

    folder: Folder
    position: float
    chats: tuple[int, ...]


class FolderStore(MessageStore):
    """Errors: SamarError as `Database.transaction` says, and chat_missing for what is not there any more."""

    # chats

    def place(
        self,
        chat_ids: Iterable[int],
        *,
        pinned: bool | None = None,
        archived: bool | None = None,
        folder_id: int | None = KEEP,
    ) -> list[Chat]:
        """Pin, archive or move chats in one transaction. None, and KEEP for the folder: as it was.

        Returns the chats that were there as they were, for `restore_places`.
        """
        with self.database.transaction():
            self._require_folder(folder_id)
            before = [chat for id_ in chat_ids if (chat := self._chat_or_none(id_))]
            for chat in before:
                self._put(
                    chat.id,
                    chat.pinned if pinned is None else pinned,
                    chat.archived if archived is None else archived,
                    chat.folder_id if folder_id == KEEP else folder_id,
                )
        return before

    def restore_places(self, before: Iterable[Chat]) -> None:
        """Put chats back where `place` found them; out of folders that are gone."""
        with self.database.transaction():
            for chat in before:
                self._put(chat.id, chat.pinned, chat.archived, chat.folder_id)

    def _put(self, chat_id: int, pinned: bool, archived: bool, folder_id: int | None) -> None:
        self.database.execute(
            "UPDATE chats SET pinned = ?, archived = ?, folder_id = (SELECT id FROM folders WHERE id = ?) WHERE id = ?",
            (pinned, archived, folder_id, chat_id),
        )

    def _chat_or_none(self, chat_id: int) -> Chat | None:
        row = self.database.fetch_one(
            f"SELECT {CHAT_COLUMNS} FROM chats WHERE id = ? AND deleted_at IS NULL", (chat_id,)
        )
        return None if row is None else chat_of(row)

    def _require_folder(self, folder_id: int | None) -> None:
        if folder_id in (None, KEEP):
            return
        if not self.database.scalar("SELECT 1 FROM folders WHERE id = ?", (folder_id,)):
            raise SamarError("chat_missing")

    # folders

    def create_folder(self, name: str) -> Folder:
        with self.database.transaction():
            last = self.database.scalar("SELECT max(position) FROM folders WHERE abs(position) < 1e15") or 0.0
            id_ = self.database.execute(
                "INSERT INTO folders (name, position) VALUES (?, ?)", (clean_text(name), last + 1.0)
            )
            return Folder(id_, clean_text(name))

    def list_folders(self) -> list[Folder]:
        """Folders in the person's order."""
        rows = self.database.fetch(
            "SELECT id, name, (SELECT count(*) FROM chats WHERE folder_id = folders.id AND deleted_at IS NULL)"
            " FROM folders ORDER BY position, id"
        )
        return [Folder(id_, text_of(name), count) for id_, name, count in rows]

    def rename_folder(self, folder_id: int, name: str) -> None:
        with self.database.transaction():
            self.database.execute("UPDATE folders SET name = ? WHERE id = ?", (clean_text(name), folder_id))

    def order_folders(self, folder_ids: list[int]) -> None:
        """Put folders in this order."""
        with self.database.transaction():
            self.database.execute_many(
                "UPDATE folders SET position = ? WHERE id = ?", [(place, id_) for place, id_ in enumerate(folder_ids)]
            )

    def delete_folder(self, folder_id: int) -> DeletedFolder:
        """Delete a folder; its chats stay, outside of folders."""
        with self.database.transaction():
            row = self.database.fetch_one("SELECT name, position FROM folders WHERE id = ?", (folder_id,))
            if row is None:
                raise SamarError("chat_missing")
            held = self.database.fetch("SELECT id FROM chats WHERE folder_id = ?", (folder_id,))
            self.database.execute("DELETE FROM folders WHERE id = ?", (folder_id,))
            return DeletedFolder(Folder(folder_id, text_of(row[0]), len(held)), row[1], tuple(id_ for (id_,) in held))

    def restore_folder(self, deleted: DeletedFolder) -> None:
        """Bring a folder back with the chats that it held, but for those that have found another since."""
        with self.database.transaction():
            self.database.execute(
                "INSERT INTO folders (id, name, position) VALUES (?, ?, ?)",
                (deleted.folder.id, deleted.folder.name, deleted.position),
            )
            self.database.execute_many(
                "UPDATE chats SET folder_id = ? WHERE id = ? AND folder_id IS NULL",
                [(deleted.folder.id, id_) for id_ in deleted.chats],
            )

    # how the list is shown

    def list_order(self) -> str:
        """As `set_list_order` kept it; "" until it is chosen."""
        return text_of(self.database.scalar("SELECT value FROM properties WHERE name = ?", (_ORDER,)))

    def set_list_order(self, order: str) -> None:
        self._keep_property(_ORDER, order)

    def folded_folders(self) -> frozenset[int]:
        """Folders whose chats are hidden."""
        text = text_of(self.database.scalar("SELECT value FROM properties WHERE name = ?", (_FOLDED,)))
        return frozenset(int(word) for word in text.split() if word.isdecimal() and len(word) < 20)

    def set_folded_folders(self, folder_ids: Sequence[int] | frozenset[int]) -> None:
        self._keep_property(_FOLDED, " ".join(str(id_) for id_ in sorted(folder_ids)))

    def _keep_property(self, name: str, value: str) -> None:
        with self.database.transaction(durable=False):
            self.database.execute("REPLACE INTO properties (name, value) VALUES (?, ?)", (name, value))
