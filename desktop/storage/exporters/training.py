"""Chats as JSON lines for training: ShareGPT and ChatML."""

from __future__ import annotations

from abc import abstractmethod

import msgspec

from desktop.core.chat import Chat, Role
from desktop.storage.chats import ChatStore
from desktop.storage.exporters.base import FileWriter, shown_path, with_marks


class _LinesWriter(FileWriter):
    """JSON lines: one chat a line, for training."""

    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        path = shown_path(store, chat)
        turns = [(message.role, with_marks(message)) for message in path if message.content or message.images]
        if chat.system_prompt:
            turns.insert(0, (Role.SYSTEM, chat.system_prompt))
        return msgspec.json.encode(self.line(chat, turns)).decode() + "\n" if turns else ""

    @abstractmethod
    def line(self, chat: Chat, turns: list[tuple[Role, str]]) -> object:
        """What stands in one line, as JSON."""


class ShareGptWriter(_LinesWriter):
    NAMES = {Role.SYSTEM: "system", Role.USER: "human", Role.ASSISTANT: "gpt"}  # noqa: RUF012

    def line(self, chat: Chat, turns: list[tuple[Role, str]]) -> object:
        return {
            "id": chat.uid,
            "conversations": [{"from": self.NAMES[role], "value": content} for role, content in turns],
        }


class ChatMlWriter(_LinesWriter):
    def line(self, chat: Chat, turns: list[tuple[Role, str]]) -> object:
        return {"messages": [{"role": role.value, "content": content} for role, content in turns]}
