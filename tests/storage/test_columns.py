"""A new column of messages must be placed, copied, exported and imported: one that is forgotten fails here."""

from __future__ import annotations

import msgspec

from desktop.core.generation import GenerationStats
from desktop.storage.chats import ChatStore
from desktop.storage.export_format import ExchangeMessage
from desktop.storage.opening import in_memory
from desktop.storage.rows import MESSAGE_COLUMNS, MESSAGE_DATA, MESSAGE_PLACE, stats_json
from tests.storage.kit import exchange


def test_that_every_column_of_messages_is_of_the_message_or_of_its_place() -> None:
    database = in_memory()
    columns = {str(row[1]) for row in database.fetch("PRAGMA table_info(messages)")}
    assert columns == {*MESSAGE_DATA, *MESSAGE_PLACE} and not set(MESSAGE_DATA) & set(MESSAGE_PLACE)
    read = {name.strip() for name in MESSAGE_COLUMNS.split(",")}
    assert read == {*MESSAGE_DATA, "id", "chat_id", "parent_id"}
    database.close()


def test_that_every_column_of_a_message_travels_in_an_export() -> None:
    fields = {field.name for field in msgspec.structs.fields(ExchangeMessage)}
    assert set(MESSAGE_DATA) <= fields


def test_that_a_fork_copies_every_column() -> None:
    store = ChatStore(in_memory())
    chat = store.create_chat("one")
    exchange(store, chat.id, None, "question", "answer")
    store.database.execute(
        "UPDATE messages SET thinking = 'thought', thinking_s = 2.5, model = 'm', stats = ?, error_code = 'e',"
        ' error_details = \'{"a": "b"}\'',
        (stats_json(GenerationStats(prompt_tokens=3, reply_tokens=4)),),
    )
    leaf = store.messages_of(chat.id)
    last = max(message.id for message in leaf)
    copy = store.fork(last)
    listed = f"SELECT {', '.join(MESSAGE_DATA)} FROM messages WHERE chat_id = ? ORDER BY id"
    assert store.database.fetch(listed, (copy.id,)) == store.database.fetch(listed, (chat.id,))
