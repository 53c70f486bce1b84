"""Chats and messages: an immutable tree of turns and the active path through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property

import msgspec

from desktop.core.generation import GenerationParams, GenerationStats
from desktop.core.graphemes import cut

LATEST = 253_370_764_800.0
"""The year 9999 begins (Unix time): no later moment can be shown as a date."""
LONGEST_S = 1e9
"""The longest duration that is shown, in seconds."""


def moment_of(value: object) -> float:
    """A stored or imported time as Unix time between 1970 and the year 9999; 0.0, not known, for anything else."""
    if isinstance(value, float | int) and 0 <= value < LATEST:
        return float(value)
    return 0.0


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class MessageStatus(StrEnum):
    STREAMING = "streaming"  # being written now
    FINISHED = "finished"
    STOPPED = "stopped"  # by the person
    FAILED = "failed"  # an error ended it; `error_code` says which
    INTERRUPTED = "interrupted"  # Samar or the computer went away while it was written

    @property
    def is_partial(self) -> bool:
        """Whether the reply may be continued."""
        return self in (MessageStatus.STOPPED, MessageStatus.FAILED, MessageStatus.INTERRUPTED)


class Picture(msgspec.Struct, frozen=True):
    """An image of a message, without its bytes."""

    id: int
    """Of its bytes in the history; two messages may show the same."""
    width: int
    height: int
    name: str = ""
    """Of the file that it came from."""


class Message(msgspec.Struct, frozen=True):
    """One turn. `parent_id` is the turn before it, None for the first turns of a chat."""

    id: int
    chat_id: int
    parent_id: int | None
    role: Role
    content: str
    status: MessageStatus = MessageStatus.FINISHED
    created_at: float = 0.0
    """Unix time, seconds, UTC."""
    thinking: str = ""
    """What a thinking model wrote before its answer."""
    thinking_s: float | None = None
    model: str | None = None
    """Display name of the model that wrote a reply."""
    stats: GenerationStats | None = None
    error_code: str | None = None
    error_details: tuple[tuple[str, str], ...] = ()
    """(name, value) for the sentence of the error."""
    images: tuple[Picture, ...] = ()
    """What the person showed with the text, in order."""

    @property
    def is_edited(self) -> bool:
        """A reply whose text was changed by hand."""
        return self.stats is not None and self.stats.edited


class Chat(msgspec.Struct, frozen=True):
    """A chat without its messages, as the sidebar shows it."""

    id: int
    title: str = ""
    """Empty until the first turn gives one; the interface then shows "New chat"."""
    created_at: float = 0.0
    updated_at: float = 0.0
    system_prompt: str | None = None
    """None: the default of the settings; "" : none at all."""
    params: GenerationParams | None = None
    """None: the model's own hints, else the settings'."""
    pinned: bool = False
    archived: bool = False
    active_leaf: int | None = None
    """Last message of the active path."""
    deleted_at: float | None = None
    title_is_automatic: bool = True
    folder_id: int | None = None
    overflow: str | None = None
    """A value of `fitting.Overflow`: what is left out when the chat is longer than the context. None: not chosen yet."""
    summary: str = ""
    """Stands for the turns up to the message `summary_until`, where `overflow` says so."""
    summary_until: int | None = None
    uid: str = ""
    """Names the chat beyond this history: in exports, and in backups."""
    probabilities: bool = False
    """Whether the probabilities of the tokens are asked for with each reply."""
    thinking: bool | None = None
    """Whether the model thinks before it answers, where its template lets one choose; None: as is set for the model."""


class Folder(msgspec.Struct, frozen=True):
    """A place for chats in the sidebar."""

    id: int
    name: str
    chats: int = 0
    """How many chats it holds, archived ones included."""


class ChatTree:
    """All messages of one chat. Built once from storage; every change gives a new tree."""

    def __init__(self, messages: Mapping[int, Message] | None = None) -> None:
        self.messages = messages or {}

    @classmethod
    def of(cls, messages: Iterable[Message]) -> ChatTree:
        return cls({message.id: message for message in messages})

    def with_message(self, message: Message) -> ChatTree:
        return ChatTree({**self.messages, message.id: message})

    def path_to(self, leaf: int | None) -> list[Message]:
        """The turns from the first one to `leaf`, in order of reading. A broken parent ends the walk."""
        path: list[Message] = []
        seen: set[int] = set()
        while leaf is not None and leaf in self.messages and leaf not in seen:
            seen.add(leaf)
            message = self.messages[leaf]
            path.append(message)
            leaf = message.parent_id
        path.reverse()
        return path

    def children(self, message_id: int | None) -> list[Message]:
        """Turns that follow `message_id` (None: the first turns), oldest first."""
        return list(self._children.get(message_id, ()))

    def siblings(self, message_id: int) -> list[Message]:
        """The alternatives of a turn, itself included, oldest first."""
        message = self.messages[message_id]
        return [m for m in self.children(message.parent_id) if m.role == message.role]

    def newest_leaf_below(self, message_id: int) -> int:
        """The leaf that one lands on when a branch is chosen: always its newest child."""
        while below := self.children(message_id):
            message_id = below[-1].id
        return message_id

    @cached_property
    def _children(self) -> Mapping[int | None, list[Message]]:
        """Turns by their parent: one pass, so that a chat of thousands opens without a pass for each message."""
        found: dict[int | None, list[Message]] = {}
        for message in sorted(self.messages.values(), key=lambda m: m.id):
            found.setdefault(message.parent_id, []).append(message)
        return found

    def __iter__(self) -> Iterator[Message]:
        return iter(self.messages.values())

    def __len__(self) -> int:
        return len(self.messages)


def title_from(text: str, limit: int = 48) -> str:
    """A title from the first words of the first message: one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[: limit + 1].rsplit(" ", 1)[0] if " " in line[: limit + 1] else cut(line, limit)
    return head.rstrip(" ,;:.،؛") + "…"
