"""A chat as it travels between programs: Samar's own file format, and what every import is brought into first."""

from __future__ import annotations

from typing import Literal

import msgspec

from desktop.core.generation import GenerationParams, GenerationStats

FORMAT = "samar-chats"
VERSION = 1

RoleName = Literal["system", "user", "assistant"]
StatusName = Literal["finished", "stopped", "failed", "interrupted"]


class ExchangeImage(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An image of a message; its size is read from its bytes (base64 in the file)."""

    data: bytes
    name: str = ""


class ExchangeMessage(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A turn. `id` and `parent` count within the chat; a parent stands before its children."""

    id: int
    parent: int | None = None
    role: RoleName
    content: str
    status: StatusName = "finished"
    created_at: float = 0.0
    """Unix time, seconds, UTC; 0: not known."""
    thinking: str = ""
    thinking_s: float | None = None
    model: str | None = None
    stats: GenerationStats | None = None
    error_code: str | None = None
    error_details: dict[str, str] = {}
    images: list[ExchangeImage] = []
    edit: str = ""
    """What it is being changed to, not sent or saved yet."""


class ExchangeChat(msgspec.Struct, omit_defaults=True, kw_only=True):
    uid: str = ""
    title: str = ""
    title_is_automatic: bool = False
    created_at: float = 0.0
    updated_at: float = 0.0
    system_prompt: str | None = None
    params: GenerationParams | None = None
    pinned: bool = False
    archived: bool = False
    folder: str | None = None
    """Its name."""
    active: int | None = None
    """The leaf of the path that was shown."""
    draft: str = ""
    draft_images: list[ExchangeImage] = []
    probabilities: bool = False
    thinking: bool | None = None
    """None: as is set for the model."""
    overflow: str | None = None
    summary: str = ""
    summary_until: int | None = None
    messages: list[ExchangeMessage] = msgspec.field(default_factory=list)


class ChatFile(msgspec.Struct):
    """Samar's own format, one JSON object."""

    format: str
    version: int
    chats: list[msgspec.Raw]
