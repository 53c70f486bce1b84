"""What all formats of exports share: formats, labels, and the writer of one file."""

from __future__ import annotations

import contextlib
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

from desktop.core.chat import Chat, Message, Picture, Role, title_from
from desktop.core.errors import SamarError
from desktop.core.text import Direction
from desktop.storage.chats import ChatStore

log = logging.getLogger(__name__)


class ExportFormat(StrEnum):
    DOCX = "docx"
    JSON = "json"  # Samar's own
    MARKDOWN = "md"
    HTML = "html"
    SHAREGPT = "sharegpt"  # JSON lines: {"conversations": [{"from": …, "value": …}]}
    CHATML = "chatml"  # JSON lines: {"messages": [{"role": …, "content": …}]}


LONGEST_TITLE = 160
"""Characters of a title that is made of a chat's first message."""


@dataclass(frozen=True, slots=True)
class ExportLabels:
    """Words in the files, in the person's language, and what files for people hold besides messages."""

    you: str = "You"
    assistant: str = "Samar"
    system_prompt: str = "System prompt"
    thinking: str = "Thinking"
    untitled: str = "New chat"
    image: str = "Image"
    direction: Direction = Direction.LTR
    with_details: bool = False
    """Whether they hold the system prompt, the names of models and what these thought."""


ENGLISH = ExportLabels()


def shown_path(store: ChatStore, chat: Chat) -> list[Message]:
    """The turns of the path that is shown."""
    return store.messages_of(chat.id).path_to(chat.active_leaf)


class FileWriter(ABC):
    def __init__(self, labels: ExportLabels, cancelled: Callable[[], bool]) -> None:
        self.labels, self.cancelled = labels, cancelled
        self.needed = contextlib.ExitStack()
        """What is given back when all is written."""

    def head(self, store: ChatStore, title: str, file: IO[bytes]) -> str:
        """What stands before the first chat. title: of the document. file: what is written goes there."""
        return ""

    @abstractmethod
    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        """One chat."""

    def foot(self) -> str:
        return ""

    def title(self, store: ChatStore, chat: Chat) -> str:
        """The chat's title; one that was made of the first message is not cut as in the side bar."""
        if chat.title_is_automatic and chat.title.endswith("…"):
            first = next((turn.content for turn in shown_path(store, chat) if turn.role is Role.USER), "")
            line = first.strip().split("\n")[0]
            for whole in (line, first):
                if one_line(whole).startswith(chat.title[:-1]):
                    return title_from(whole, LONGEST_TITLE)
        return chat.title or self.labels.untitled

    def speaker(self, message: Message) -> str:
        if message.role is Role.USER:
            return self.labels.you
        if message.role is Role.SYSTEM:
            return self.labels.system_prompt
        return (message.model if self.labels.with_details else None) or self.labels.assistant


def readable_images(store: ChatStore, message: Message) -> Iterator[tuple[Picture, bytes]]:
    """The images of a message with their bytes; one that is lost must not keep the chat from being exported."""
    for image in message.images:
        try:
            yield image, store.picture(image.id)
        except SamarError as problem:
            log.warning("an image is left out of an export: %s", problem)


class TextWriter(FileWriter):
    """For people: one message can be written alone."""

    @abstractmethod
    def message(self, store: ChatStore, message: Message) -> str:
        """One message alone."""


def shown_size(image: Picture) -> tuple[int, int]:
    """Width and height of an image on a page, pixels."""
    scale = min(1.0, _WIDEST / image.width, _HIGHEST / image.height)
    return max(round(image.width * scale), 1), max(round(image.height * scale), 1)


_WIDEST, _HIGHEST = 560, 640
"""Pixels of an image in the page."""


def named(image: Picture) -> str:
    return one_line(image.name) or f"{image.width} × {image.height}"


def with_marks(message: Message) -> str:
    """The text, with a word for each image that stood before it."""
    return "\n".join(["[image]"] * len(message.images) + [message.content]).rstrip("\n")


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.splitlines())


def one_line(text: str) -> str:
    return " ".join(text.split())


def date(moment: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
    except (OverflowError, OSError, ValueError):  # a moment no calendar knows
        return ""
