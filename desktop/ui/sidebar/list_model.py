"""The rows of the side bar as a model: folders and chats under their headings, the archive, or hits of a search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop.core.chat import Chat, Folder, moment_of
from desktop.core.folding import fold
from desktop.storage.chats import ChatOrder
from desktop.ui import i18n
from desktop.ui.widgets.plain_text import tool_tip

Index = QModelIndex | QPersistentModelIndex


class SearchHit(msgspec.Struct, frozen=True):
    """One found place. `marks` are (start, length) of the words in `excerpt` that were searched for."""

    chat_id: int
    title: str
    excerpt: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    message_id: int | None = None


Row = str | Folder | Chat | SearchHit


class Kind(IntEnum):
    HEADING = 0
    CHAT = 1
    HIT = 2
    FOLDER = 3


class Roles(IntEnum):
    KIND = Qt.ItemDataRole.UserRole
    CHAT_ID = Qt.ItemDataRole.UserRole + 1
    PAYLOAD = Qt.ItemDataRole.UserRole + 2
    DEPTH = Qt.ItemDataRole.UserRole + 3
    """1 for a chat under its folder."""
    FOLDED = Qt.ItemDataRole.UserRole + 4
    """Whether a folder hides its chats."""


class ChatListModel(QAbstractListModel):
    """Headings (str), folders, chats or hits, as one flat list."""

    renamed = Signal(int, str)
    folder_renamed = Signal(int, str)

    def __init__(self, parent: QObject | None = None, clock: Callable[[], datetime] = datetime.now) -> None:
        super().__init__(parent)
        self.clock = clock
        """The local time, without a zone."""
        self.chats: dict[int, Chat] = {}
        self.folders: list[Folder] = []
        self.folded: frozenset[int] = frozenset()
        self.order = ChatOrder.UPDATED
        self.archive = False
        """Show archived chats in the place of the others."""
        self.rows: list[Row] = []
        self.row_of: dict[int, int] = {}
        """The first row of each chat."""
        self.again_of: dict[int, int] = {}
        """The row in its folder of a chat that stands among the pinned ones too."""
        self.folder_row: dict[int, int] = {}
        self.hits: list[SearchHit] | None = None
        self._titles: dict[str, str] = {}
        """Titles folded for sorting."""

    # --- content ---

    def set_chats(self, chats: Iterable[Chat]) -> None:
        self.chats = {chat.id: chat for chat in chats}
        self.rebuild()

    def set_folders(self, folders: Iterable[Folder], folded: frozenset[int]) -> None:
        self.folders, self.folded = list(folders), folded
        self.rebuild()

    def set_order(self, order: ChatOrder) -> None:
        self.order = order
        self.rebuild()

    def show_archive(self, archive: bool) -> None:
        self.archive = archive
        self.rebuild()

    def update_chat(self, chat: Chat) -> None:
        """Add or change one chat; only its row is told when it stays where it is."""
        old = self.chats.get(chat.id)
        self.chats[chat.id] = chat
        rows = self.rows_with(chat.id)
        stays = old is not None and self._place(old) == self._place(chat)
        if self.hits is None and rows and stays and chat.deleted_at is None:
            for row in rows:
                self.rows[row] = chat
                index = self.index(row)
                self.dataChanged.emit(index, index)
        else:
            self.rebuild()

    def rows_with(self, chat_id: int) -> list[int]:
        """Where a chat stands: nowhere, once, or among the pinned ones and in its folder."""
        return [rows[chat_id] for rows in (self.row_of, self.again_of) if chat_id in rows]

    def _place(self, chat: Chat) -> tuple[object, ...]:
        """What decides where a chat stands."""
        key = chat.title if self.order is ChatOrder.TITLE else chat.updated_at
        return chat.pinned, chat.archived, chat.folder_id, key

    def remove_chats(self, chat_ids: Iterable[int]) -> None:
        gone = [chat_id for chat_id in chat_ids if self.chats.pop(chat_id, None) is not None]
        if gone:
            self.rebuild()

    def set_hits(self, hits: Sequence[SearchHit] | None) -> None:
        """Show hits in the place of chats; None shows the chats again."""
        self.hits = None if hits is None else list(hits)
        self.rebuild()

    def rebuild(self) -> None:
        """Sort and group anew: also at midnight and when the language changes."""
        self.beginResetModel()
        self.row_of, self.again_of, self.folder_row = {}, {}, {}
        self.rows = list(self.hits) if self.hits is not None else self._grouped(self.clock())
        for at, row in enumerate(self.rows):
            if isinstance(row, SearchHit):
                self.row_of.setdefault(row.chat_id, at)
            elif isinstance(row, Chat):
                (self.again_of if row.id in self.row_of else self.row_of)[row.id] = at
            elif isinstance(row, Folder):
                self.folder_row[row.id] = at
        self.endResetModel()

    def _grouped(self, now: datetime) -> list[Row]:
        shown = [chat for chat in self.chats.values() if chat.deleted_at is None and chat.archived is self.archive]
        self._sort(shown)
        if self.archive:
            return self._under_dates(shown, now)
        rows: list[Row] = []
        known = {folder.id for folder in self.folders}
        pinned = [chat for chat in shown if chat.pinned]
        if pinned:
            rows += [self.tr("Pinned"), *pinned]
        if self.folders:
            rows.append(self.tr("Folders"))
            held: dict[int | None, list[Chat]] = {}
            for chat in shown:
                if chat.folder_id in known:
                    held.setdefault(chat.folder_id, []).append(chat)
            counts = Counter(chat.folder_id for chat in shown)
            for folder in self.folders:
                rows.append(msgspec.structs.replace(folder, chats=counts[folder.id]))
                if folder.id not in self.folded:
                    rows += held.get(folder.id, ())
        rest = [chat for chat in shown if not chat.pinned and chat.folder_id not in known]
        return rows + self._under_dates(rest, now)

    def _sort(self, chats: list[Chat]) -> None:
        if self.order is ChatOrder.TITLE:
            titles = self._titles
            for chat in chats:
                if chat.title not in titles:
                    titles[chat.title] = fold(chat.title)
            # what has no title yet stands first, as what is new does otherwise
            chats.sort(key=lambda chat: (titles[chat.title], -chat.id))
        elif self.order is ChatOrder.CREATED:
            chats.sort(key=lambda chat: (-chat.created_at, -chat.id))
        else:
            chats.sort(key=lambda chat: (-chat.updated_at, -chat.id))

    def _under_dates(self, chats: list[Chat], now: datetime) -> list[Row]:
        """Chats, newest first, under the headings of their dates; by title, under one heading."""
        if self.order is ChatOrder.TITLE:
            return [self.tr("By title"), *chats] if chats else []
        created = self.order is ChatOrder.CREATED
        rows: list[Row] = []
        periods = self._periods(now)
        since, label = float("inf"), ""
        for chat in chats:
            moment = chat.created_at if created else chat.updated_at
            if moment < since:
                since, label = next(
                    (period for period in periods if moment >= period[0]),
                    self._month(datetime.fromtimestamp(moment_of(moment)), now),
                )
                rows.append(label)
            rows.append(chat)
        return rows

    def _periods(self, now: datetime) -> list[tuple[float, str]]:
        """(begins at, heading), newest first. A week here is the last seven days."""
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return [
            (today.timestamp(), self.tr("Today")),
            ((today - timedelta(days=1)).timestamp(), self.tr("Yesterday")),
            ((today - timedelta(days=7)).timestamp(), self.tr("This week")),
            (today.replace(day=1).timestamp(), self.tr("This month")),
        ]

    @staticmethod
    def _month(when: datetime, now: datetime) -> tuple[float, str]:
        first = when.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return first.timestamp(), i18n.month(when, with_year=when.year != now.year)

    def folder_at(self, row: int) -> int | None:
        """The folder that something dropped on a row falls into: its own, its chat's, or none."""
        found = self.rows[row] if 0 <= row < len(self.rows) else None
        if isinstance(found, Folder):
            return found.id
        if isinstance(found, Chat) and row > self.folder_row.get(found.folder_id or 0, row):
            return found.folder_id  # above its folder it stands among the pinned ones
        return None

    # --- QAbstractListModel ---

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Roles.PAYLOAD:
            return row
        if isinstance(row, str):
            if role == Roles.KIND:
                return Kind.HEADING
            return row if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        if isinstance(row, Folder):
            return self._folder_data(row, role)
        if role == Roles.KIND:
            return Kind.CHAT if isinstance(row, Chat) else Kind.HIT
        if role == Roles.CHAT_ID:
            return row.id if isinstance(row, Chat) else row.chat_id
        if role == Roles.DEPTH:
            return int(isinstance(row, Chat) and not self.archive and self.folder_at(index.row()) is not None)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.title or ("" if role == Qt.ItemDataRole.EditRole else self.tr("New chat"))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(row.title or self.tr("New chat"))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            title = row.title or self.tr("New chat")
            return f"{title}. {row.excerpt}" if isinstance(row, SearchHit) else title
        return None

    def _folder_data(self, folder: Folder, role: int) -> Any:
        if role == Roles.KIND:
            return Kind.FOLDER
        if role == Roles.FOLDED:
            return folder.id in self.folded
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return folder.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(folder.name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            count = i18n.grouped(self.tr("%n chat(s)", "", folder.chats), folder.chats)
            state = self.tr("closed") if folder.id in self.folded else self.tr("open")
            text = self.tr("Folder {name}, {count}, {state}").replace("{count}", count).replace("{state}", state)
            return text.replace("{name}", folder.name)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.rows[index.row()] if index.isValid() else ""
        flags = Qt.ItemFlag.ItemIsEnabled
        if isinstance(row, str):
            return flags
        flags |= Qt.ItemFlag.ItemNeverHasChildren
        if isinstance(row, Chat | SearchHit):
            flags |= Qt.ItemFlag.ItemIsSelectable
        if isinstance(row, Chat | Folder):
            flags |= Qt.ItemFlag.ItemIsEditable
        if isinstance(row, Chat):
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A new title or name from the row's editor; an empty or unchanged one is no change."""
        row = self.rows[index.row()]
        text = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or not text:
            return False
        if isinstance(row, Folder) and text != row.name:
            self.folder_renamed.emit(row.id, text)
            return True
        if isinstance(row, Chat) and text != row.title:
            self.renamed.emit(row.id, text)
            return True
        return False
