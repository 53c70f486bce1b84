"""Chats as Markdown."""

from __future__ import annotations

from desktop.core.chat import Chat, Message
from desktop.core.json_text import json_in_fence
from desktop.core.markdown import close_markdown
from desktop.storage.chats import ChatStore
from desktop.storage.exporters.base import TextWriter, date, named, one_line, quoted, shown_path


class MarkdownWriter(TextWriter):
    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        parts = [f"# {one_line(self.title(store, chat))}", f"_{date(chat.created_at)}_"]
        if chat.system_prompt and self.labels.with_details:
            parts += [f"**{self.labels.system_prompt}**", quoted(chat.system_prompt)]
        for message in shown_path(store, chat):
            parts.append(f"## {one_line(self.speaker(message))}")
            if message.thinking and self.labels.with_details:
                parts += [f"**{self.labels.thinking}**", quoted(message.thinking)]
            parts += [f"[{self.labels.image}: {named(image)}]" for image in message.images]
            parts.append(close_markdown(json_in_fence(message.content)))
        return ("" if is_first else "\n\n---\n\n") + "\n\n".join(part.strip("\n") for part in parts) + "\n"

    def message(self, store: ChatStore, message: Message) -> str:
        return close_markdown(json_in_fence(message.content)).strip("\n") + "\n"
