"""Jan's thread folders: `thread.json` and `messages.jsonl` (janhq/jan docs/specs)."""

from __future__ import annotations

from desktop.storage.export_format import ExchangeChat, ExchangeMessage
from desktop.storage.importers.common import (
    ROLES,
    Images,
    Json,
    as_dict,
    as_list,
    as_text,
    as_time,
    content_of,
    in_a_row,
    titled,
    without_think,
)


def jan_chat(thread: Json, lines: list[Json], images: Images) -> ExchangeChat:
    """A thread of Jan with the lines of its messages."""
    head = as_dict(thread)
    assistant = as_dict(next(iter(as_list(head.get("assistants"))), None))
    model = as_text(as_dict(assistant.get("model")).get("id")) or as_text(as_dict(head.get("model")).get("id"))
    lines = sorted(lines, key=lambda line: as_time(as_dict(line).get("created_at")))
    messages = in_a_row(_jan_message(as_dict(line), model, images) for line in lines)
    created = as_time(head.get("created")) or (messages[0].created_at if messages else 0.0)
    return titled(
        ExchangeChat(
            uid=as_text(head.get("id")),
            title=as_text(head.get("title")) or as_text(as_dict(head.get("metadata")).get("title")),
            created_at=created,
            updated_at=as_time(head.get("updated")) or created,
            system_prompt=as_text(assistant.get("instructions")) or None,
            active=messages[-1].id if messages else None,
            messages=messages,
        )
    )


def _jan_message(line: dict[str, Json], model: str, images: Images) -> ExchangeMessage | None:
    role = ROLES.get(as_text(line.get("role")))
    if role is None:
        return None
    text, taken = content_of(line.get("content"), images)
    thinking, content = without_think(text)
    return ExchangeMessage(
        id=0,
        role=role,
        content=content,
        images=taken,
        thinking=thinking,
        created_at=as_time(line.get("created_at")),
        model=model or None if role == "assistant" else None,
    )
