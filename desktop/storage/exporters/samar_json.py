"""Samar's own JSON: nothing is lost."""

from __future__ import annotations

from typing import IO

import msgspec

from desktop.core.chat import Chat, Message, MessageStatus
from desktop.storage.chats import ChatStore
from desktop.storage.export_format import FORMAT, VERSION, ExchangeChat, ExchangeImage, ExchangeMessage
from desktop.storage.exporters.base import FileWriter, readable_images


class JsonWriter(FileWriter):
    def head(self, store: ChatStore, title: str, file: IO[bytes]) -> str:
        self.folders = {folder.id: folder.name for folder in store.list_folders()}
        self.drafts = store.drafts()
        return f'{{"format": "{FORMAT}", "version": {VERSION}, "chats": [\n'

    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        edits = store.edits_of(chat.id)
        exchange = ExchangeChat(
            uid=chat.uid,
            title=chat.title,
            title_is_automatic=chat.title_is_automatic,
            created_at=chat.created_at,
            updated_at=chat.updated_at,
            system_prompt=chat.system_prompt,
            params=chat.params,
            pinned=chat.pinned,
            archived=chat.archived,
            folder=self.folders.get(chat.folder_id) if chat.folder_id is not None else None,
            active=chat.active_leaf,
            draft=self.drafts.get(chat.id, ""),
            draft_images=[ExchangeImage(data=image.data, name=image.name) for image in store.draft_images(chat.id)],
            probabilities=chat.probabilities,
            thinking=chat.thinking,
            overflow=chat.overflow,
            summary=chat.summary,
            summary_until=chat.summary_until,
            messages=[_exchange_message(store, turn, edits.get(turn.id, "")) for turn in store.messages_of(chat.id)],
        )
        return ("" if is_first else ",\n") + msgspec.json.encode(exchange).decode()

    def foot(self) -> str:
        return "\n]}\n"


def _exchange_message(store: ChatStore, message: Message, edit: str) -> ExchangeMessage:
    status = MessageStatus.INTERRUPTED if message.status is MessageStatus.STREAMING else message.status
    return ExchangeMessage(
        id=message.id,
        parent=message.parent_id,
        role=message.role.value,
        content=message.content,
        status=status.value,  # type: ignore[arg-type]  # streaming was taken out above
        created_at=message.created_at,
        thinking=message.thinking,
        thinking_s=message.thinking_s,
        model=message.model,
        stats=message.stats,
        error_code=message.error_code,
        error_details=dict(message.error_details),
        images=[ExchangeImage(data=data, name=image.name) for image, data in readable_images(store, message)],
        edit=edit,
    )
