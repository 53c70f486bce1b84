"""Chats as a Word document; the parts of the package are in `docx.py`."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from desktop.core.chat import Chat, Message, Role
from desktop.core.text import Direction
from desktop.storage.chats import ChatStore
from desktop.storage.exporters.base import TextWriter, date, named, one_line, readable_images, shown_path, shown_size

if TYPE_CHECKING:
    from desktop.storage.exporters.docx import DocxWriter


class WordWriter(TextWriter):
    """A document of Word; it goes into the file by itself."""

    document: DocxWriter

    def head(self, store: ChatStore, title: str, file: IO[bytes]) -> str:
        from desktop.storage.exporters.docx import DocxWriter

        self.document = DocxWriter(file, one_line(title), self.labels.direction, self.cancelled)
        self.needed.callback(self.document.end)
        return ""

    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        made, side = self.document, self.labels.direction
        made.title(one_line(self.title(store, chat)), new_page=not is_first)
        made.line(date(chat.created_at), "Date", Direction.LTR)
        if chat.system_prompt and self.labels.with_details:
            made.line(self.labels.system_prompt, "Speaker", side)
            made.markdown(chat.system_prompt)
        for message in shown_path(store, chat):
            made.line(self.speaker(message), "Speaker", side)
            if message.thinking and self.labels.with_details:
                made.line(self.labels.thinking, "Thinking", side)
                made.markdown(message.thinking, "Thinking")
            self.message(store, message)
        return ""

    def message(self, store: ChatStore, message: Message) -> str:
        for image, data in readable_images(store, message):
            self.document.picture(data, *shown_size(image), named(image))
        if message.role is Role.USER:
            self.document.own(message.content)
        else:
            self.document.markdown(message.content)
        return ""

    def foot(self) -> str:
        self.document.close()
        return ""
