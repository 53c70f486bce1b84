"""Chats read from files: Samar's own, ChatGPT's (the zip too), Open WebUI's, Jan's, and JSON lines.

A file is read twice: first everything is checked, then it is stored, chat by chat, in transactions of some 50 ms, so that
other writers get their turn. Chats that are damaged are left out and counted; a file of which no chat can be read imports
nothing. It is read in a parser process (`ChatReader`), bounded in memory and time, which hands over one chat after another:
a small file may unpack to more than a computer holds.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop.core.chat import Chat
from desktop.core.errors import SamarError
from desktop.parsing.client import ParserError, ParserLateError, ParserProcess, ParserStopped, ParserTooLargeError
from desktop.parsing.protocol import Kind
from desktop.storage import unfinished_imports
from desktop.storage.chats import ChatStore
from desktop.storage.database import clean_text
from desktop.storage.export_format import ExchangeChat, ExchangeMessage
from desktop.storage.importers.reading import MOST_BYTES, images_of, require_whole
from desktop.storage.pictures import digest_of
from desktop.storage.rows import MESSAGE_DATA, details_json, stats_json

_PART_S = 0.05
"""Seconds that one transaction takes, about."""
_PAUSE_S = 0.001
"""Between transactions at least; else as long as the last one took, so that the window's own writes get their turn:
SQLite's waiting writers look again and again, and must find the lock free within BUSY_MS."""
LIMIT_S = 300.0
"""Seconds of processor time for reading a file once; the largest takes about ten."""


@dataclass(frozen=True, slots=True)
class Imported:
    chats: tuple[int, ...]
    """Ids of the new chats."""
    messages: int
    present: int
    """Chats that were here already, unchanged."""
    empty: int
    """Chats of other programs without a message, which were left out."""
    damaged: int = 0
    """Chats that could not be read, which were left out; of a file that is cut short, at least those that are known of."""


def import_chats(
    store: ChatStore,
    path: Path,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Imported:
    """Add the chats of a file, or of a folder of Jan's. Nothing that is here is changed.

    Raises SamarError import_unreadable, import_unknown, import_damaged (no chat can be read), import_too_large, disk_full
    and those of writing: nothing is then imported. When cancelled, nothing is imported either.
    """
    parser = ParserProcess(Kind.CHATS, readable=(path,))
    try:
        return _import(store, path, parser, progress, cancelled)
    except ParserStopped:
        return Imported((), 0, 0, 0)
    except (ParserLateError, ParserTooLargeError) as problem:
        raise SamarError("import_too_demanding", name=path.name) from problem
    except ParserError as problem:
        raise SamarError("import_damaged", name=path.name, reason="reading it failed badly") from problem
    finally:
        parser.close()


def _import(
    store: ChatStore,
    path: Path,
    parser: ParserProcess,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Imported:
    checked: tuple[int, bool, int] = parser.call(
        "check", str(path), MOST_BYTES, answer=tuple[int, bool, int], limit_s=LIMIT_S, cancelled=cancelled
    )  # before anything is stored
    total, is_samars, damaged = checked
    chats: Iterator[ExchangeChat] = parser.stream("chats", item=ExchangeChat, limit_s=LIMIT_S, cancelled=cancelled)
    made: list[int] = []
    messages = present = empty = 0
    try:
        for done, chat in enumerate(chats):
            if cancelled():
                raise ParserStopped
            progress(done, total)
            require_whole(chat)  # here too: native code has read the file there
            if not chat.messages and not is_samars:
                empty += 1
            elif _is_here(store, chat):
                present += 1
            else:
                _store(store, chat, made)
                messages += len(chat.messages)
    except BaseException:
        unfinished_imports.remove(store.database, made)
        raise
    progress(total, total)
    return Imported(tuple(made), messages, present, empty, damaged)


def _is_here(store: ChatStore, chat: ExchangeChat) -> bool:
    """Whether this very chat is here: imported before, or never gone."""
    row = store.database.fetch_one(
        "SELECT id, updated_at FROM chats WHERE uid = ? AND deleted_at IS NULL", (clean_text(chat.uid),)
    )
    if row is None or not chat.uid:
        return False
    here = [
        (message.role.value, message.content, [store.digest(image.id) for image in message.images])
        for message in store.messages_of(row[0])
    ]
    return here == [
        (message.role, clean_text(message.content), [digest_of(image.data) for image in message.images])
        for message in chat.messages
    ]


def _store(store: ChatStore, chat: ExchangeChat, made: list[int]) -> None:
    """Store one chat, whole, and add its id to `made`.

    A chat that takes longer than one transaction should stays hidden until its last message is there."""
    database = store.database
    began = time.perf_counter()
    left = iter(chat.messages)
    ids: dict[int | None, int | None] = {None: None}

    def store_some(chat_id: int) -> bool:
        """Messages for as long as a transaction should take; whether there are none left."""
        for message in left:
            ids[message.id] = _store_message(store, chat_id, ids[message.parent], message)
            if time.perf_counter() - began > _PART_S:
                return False
        return True

    with database.transaction(durable=False):
        new = store.create_chat(chat.title, chat.system_prompt, chat.params, _folder(store, chat.folder))
        is_whole = store_some(new.id)
        if is_whole:
            _complete(store, new, chat, ids)
        else:
            unfinished_imports.hide(database, new.id)
    made.append(new.id)
    while not is_whole:
        time.sleep(max(_PAUSE_S, time.perf_counter() - began))
        began = time.perf_counter()
        with database.transaction(durable=False):
            is_whole = store_some(new.id)
            if is_whole:
                _complete(store, new, chat, ids)
                unfinished_imports.show(database, new.id)
    time.sleep(max(_PAUSE_S, time.perf_counter() - began))


def _complete(store: ChatStore, made: Chat, chat: ExchangeChat, ids: dict[int | None, int | None]) -> None:
    """The fields of a chat whose messages are stored. ids: of the messages, by those of the file."""
    database = store.database
    uid = clean_text(chat.uid)
    if not uid or database.scalar("SELECT 1 FROM chats WHERE uid = ?", (uid,)):
        uid = uuid.uuid4().hex
    created = chat.created_at or next((m.created_at for m in chat.messages if m.created_at), 0.0) or made.created_at
    database.execute(
        "UPDATE chats SET uid = ?, title_is_automatic = ?, created_at = ?, updated_at = ?, pinned = ?, archived = ?,"
        " active_leaf = ?, overflow = ?, summary = ?, summary_until = ?, probabilities = ?,"
        " thinking = ? WHERE id = ?",
        (
            uid,
            chat.title_is_automatic or not chat.title,
            created,
            chat.updated_at or created,
            chat.pinned,
            chat.archived,
            ids.get(chat.active),
            None if chat.overflow is None else clean_text(chat.overflow),
            clean_text(chat.summary),
            ids.get(chat.summary_until),
            chat.probabilities,
            chat.thinking,
            made.id,
        ),
    )
    if chat.draft:
        store.save_draft(made.id, chat.draft)
    if chat.draft_images:
        store.save_draft_images(made.id, images_of(chat.draft_images))


def _store_message(store: ChatStore, chat_id: int, parent: int | None, message: ExchangeMessage) -> int:
    values: dict[str, object] = {
        "role": message.role,
        "content": clean_text(message.content),
        "status": message.status,
        "created_at": message.created_at,
        "thinking": clean_text(message.thinking),
        "thinking_s": message.thinking_s,
        "model": None if message.model is None else clean_text(message.model),
        "stats": stats_json(message.stats),
        "error_code": None if message.error_code is None else clean_text(message.error_code),
        "error_details": details_json(
            (clean_text(name), clean_text(value)) for name, value in message.error_details.items()
        ),
    }
    made = store.database.execute(
        f"INSERT INTO messages (chat_id, parent_id, {', '.join(MESSAGE_DATA)}) VALUES (?, ?{', ?' * len(MESSAGE_DATA)})",
        (chat_id, parent, *(values[column] for column in MESSAGE_DATA)),
    )
    store.attach(made, images_of(message.images))
    if message.edit:
        store.save_edit(made, message.edit)
    return made


def _folder(store: ChatStore, name: str | None) -> int | None:
    """The folder of this name, made if there is none."""
    if name is None:
        return None
    for folder in store.list_folders():
        if folder.name == clean_text(name):
            return folder.id
    return store.create_folder(name).id
