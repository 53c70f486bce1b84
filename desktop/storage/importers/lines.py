"""ShareGPT and ChatML: chats as lists of turns, one a line."""

from __future__ import annotations

from desktop.storage.export_format import ExchangeChat, ExchangeMessage
from desktop.storage.importers.common import (
    ROLES,
    Images,
    Json,
    as_dict,
    as_list,
    as_text,
    content_of,
    in_a_row,
    titled,
    without_think,
)


def plain_chat(raw: Json, images: Images) -> ExchangeChat:
    """`{"messages": [{"role", "content"}]}` or `{"conversations": [{"from", "value"}]}`: ChatML and ShareGPT lines."""
    found = as_dict(raw)
    turns = [as_dict(turn) for turn in as_list(found.get("messages")) or as_list(found.get("conversations"))]
    made: list[ExchangeMessage | None] = []
    system: str | None = None
    for turn in turns:
        role = ROLES.get(as_text(turn.get("role")) or as_text(turn.get("from")))
        text, taken = content_of(turn.get("content"), images)
        text = text or as_text(turn.get("value"))
        if role == "system" and not made and system is None:
            system = text
        elif role is not None:
            thinking, content = without_think(text) if role == "assistant" else ("", text)
            made.append(ExchangeMessage(id=0, role=role, content=content, thinking=thinking, images=taken))
    messages = in_a_row(made)
    return titled(
        ExchangeChat(
            uid=as_text(found.get("id")),
            title=as_text(found.get("title")),
            system_prompt=system,
            active=messages[-1].id if messages else None,
            messages=messages,
        )
    )
