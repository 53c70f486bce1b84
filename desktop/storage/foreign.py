"""Exports of other programs, brought into Samar's form. What they hold is untrusted: every field may be anything.

Sources of the formats: ChatGPT's `conversations.json` (a tree under `mapping`), Open WebUI's chat export (`chat.history`),
Jan's thread folders (`thread.json`, `messages.jsonl`; janhq/jan docs/specs), ShareGPT and ChatML JSON lines.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable
from typing import Any

from desktop.storage.exchange import ExchangeChat, ExchangeMessage, RoleName

Json = Any
_MOST_MESSAGES = 100_000
_MOST_YEARS_S = 4e9
"""Unix times beyond this are milliseconds."""

_ROLES: dict[str, RoleName] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
}


class UnreadableChatError(Exception):
    """A chat that can't be brought into Samar's form."""


class _Tree:
    """Gathers the turns of a tree whose nodes come by name, in any order, with gaps and perhaps circles."""

    def __init__(self) -> None:
        self.messages: list[ExchangeMessage] = []
        self.ids: dict[str, int | None] = {}
        """The turn that a node stands for: itself, or, where it says nothing, the turn before it."""

    def walk(
        self,
        nodes: dict[str, Json],
        parent_of: Callable[[Json], Json],
        message_of: Callable[[Json], ExchangeMessage | None],
    ) -> None:
        if len(nodes) > _MOST_MESSAGES:
            raise UnreadableChatError(f"a chat of more than {_MOST_MESSAGES} messages")
        children: dict[str | None, list[str]] = {}
        for name, node in nodes.items():
            parent = parent_of(node)
            known = parent if isinstance(parent, str) and parent in nodes and parent != name else None
            children.setdefault(known, []).append(name)
        waiting: list[tuple[str, int | None]] = [(name, None) for name in reversed(children.get(None, []))]
        while waiting:
            name, above = waiting.pop()
            message = message_of(nodes[name])
            if message is not None:
                message.id, message.parent = len(self.messages) + 1, above
                self.messages.append(message)
                above = message.id
            self.ids[name] = above
            waiting.extend((child, above) for child in reversed(children.get(name, [])))


def chatgpt_chat(raw: Json) -> ExchangeChat:
    """A conversation of ChatGPT's export."""
    nodes = _dict(_dict(raw).get("mapping"))
    tree = _Tree()
    tree.walk(
        {str(name): node for name, node in nodes.items()}, lambda node: _dict(node).get("parent"), _chatgpt_message
    )
    _join_pieces(tree)
    created = _time(raw.get("create_time"))
    return ExchangeChat(
        uid=_text(raw.get("conversation_id")) or _text(raw.get("id")),
        title=_text(raw.get("title")),
        created_at=created,
        updated_at=_time(raw.get("update_time")) or created,
        archived=raw.get("is_archived") is True,
        pinned=raw.get("is_starred") is True,
        active=tree.ids.get(_text(raw.get("current_node"))),
        messages=tree.messages,
    )


def _chatgpt_message(node: Json) -> ExchangeMessage | None:
    message = _dict(_dict(node).get("message"))
    role = _ROLES.get(_text(_dict(message.get("author")).get("role")))
    metadata, content = _dict(message.get("metadata")), _dict(message.get("content"))
    if role is None or metadata.get("is_visually_hidden_from_conversation") is True:
        return None  # tools, and what ChatGPT itself does not show
    kind = _text(content.get("content_type"))
    text = thinking = ""
    if kind == "thoughts":
        thoughts = [_dict(thought) for thought in _list(content.get("thoughts"))]
        thinking = "\n\n".join(_text(t.get("content")) or _text(t.get("summary")) for t in thoughts)
    elif kind == "code":
        if role == "assistant" and _text(message.get("recipient")) not in ("", "all"):
            return None  # a call of a tool
        text = f"```\n{_text(content.get('text'))}\n```"
    elif kind in ("", "text", "multimodal_text"):
        text = "\n\n".join(filter(None, map(_chatgpt_part, _list(content.get("parts")))))
    if not text.strip() and not thinking.strip():
        return None
    return ExchangeMessage(
        id=0,
        role=role,
        content=text,
        thinking=thinking,
        created_at=_time(message.get("create_time")),
        model=_text(metadata.get("model_slug")) or None if role == "assistant" else None,
    )


def _chatgpt_part(part: Json) -> str:
    if isinstance(part, str):
        return part
    found = _dict(part)
    if _text(found.get("content_type")) == "image_asset_pointer":
        return "[image]"
    return _text(found.get("text"))


def _join_pieces(tree: _Tree) -> None:
    """ChatGPT writes thoughts, and an answer around a tool, as messages of their own: an only reply to a reply is
    its continuation."""
    followers: dict[int | None, int] = {}
    for message in tree.messages:
        followers[message.parent] = followers.get(message.parent, 0) + 1
    kept: dict[int, ExchangeMessage] = {}
    became: dict[int | None, int | None] = {None: None}
    for message in tree.messages:
        before = kept.get(became[message.parent] or 0)
        only = followers[message.parent] == 1
        if before and only and message.role == before.role == "assistant":
            before.content = "\n\n".join(filter(None, (before.content, message.content)))
            before.thinking = "\n\n".join(filter(None, (before.thinking, message.thinking)))
            before.model = before.model or message.model
            became[message.id] = before.id
        else:
            became[message.id] = message.id
            message.parent = became[message.parent]
            kept[message.id] = message
    tree.messages = list(kept.values())
    tree.ids = {name: became.get(id_) for name, id_ in tree.ids.items()}


_REASONING = re.compile(r'<details type="reasoning"([^>]*)>\s*<summary>[^<]*</summary>\n?(.*?)</details>\n?', re.DOTALL)
_DURATION = re.compile(r'duration="(\d{1,6})"')


def open_webui_chat(raw: Json) -> ExchangeChat:
    """A chat of Open WebUI's export."""
    outer = _dict(raw)
    chat = _dict(outer.get("chat")) or outer
    history = _dict(chat.get("history"))
    tree = _Tree()
    nodes = {str(name): node for name, node in _dict(history.get("messages")).items()}
    if nodes:
        tree.walk(nodes, lambda node: _dict(node).get("parentId"), _open_webui_message)
        active = tree.ids.get(_text(history.get("currentId")))
    else:
        tree.messages = _in_a_row(map(_open_webui_message, _list(chat.get("messages"))))
        active = tree.messages[-1].id if tree.messages else None
    created = _time(outer.get("created_at")) or _time(chat.get("timestamp"))
    params = _dict(chat.get("params"))
    return ExchangeChat(
        uid=_text(outer.get("id")),
        title=_text(outer.get("title")) or _text(chat.get("title")),
        created_at=created,
        updated_at=_time(outer.get("updated_at")) or created,
        archived=outer.get("archived") is True,
        pinned=outer.get("pinned") is True,
        system_prompt=_text(chat.get("system")) or _text(params.get("system")) or None,
        active=active,
        messages=tree.messages,
    )


def _open_webui_message(node: Json) -> ExchangeMessage | None:
    found = _dict(node)
    role = _ROLES.get(_text(found.get("role")))
    if role is None:
        return None
    content = _content(found.get("content"))
    thinking, seconds = "", None
    if role == "assistant" and (block := _REASONING.search(content)):
        content = content[: block.start()] + content[block.end() :]
        thinking = html.unescape(re.sub(r"(?m)^> ?", "", block[2])).strip()
        duration = _DURATION.search(block[1])
        seconds = float(duration[1]) if duration else None
    return ExchangeMessage(
        id=0,
        role=role,
        content=content.strip("\n"),
        thinking=thinking,
        thinking_s=seconds,
        created_at=_time(found.get("timestamp")),
        model=_text(found.get("modelName")) or _text(found.get("model")) or None if role == "assistant" else None,
    )


def jan_chat(thread: Json, lines: list[Json]) -> ExchangeChat:
    """A thread of Jan with the lines of its messages."""
    head = _dict(thread)
    assistant = _dict(next(iter(_list(head.get("assistants"))), None))
    model = _text(_dict(assistant.get("model")).get("id")) or _text(_dict(head.get("model")).get("id"))
    lines = sorted(lines, key=lambda line: _time(_dict(line).get("created_at")))
    messages = _in_a_row(_jan_message(_dict(line), model) for line in lines)
    created = _time(head.get("created")) or (messages[0].created_at if messages else 0.0)
    return ExchangeChat(
        uid=_text(head.get("id")),
        title=_text(head.get("title")) or _text(_dict(head.get("metadata")).get("title")),
        created_at=created,
        updated_at=_time(head.get("updated")) or created,
        system_prompt=_text(assistant.get("instructions")) or None,
        active=messages[-1].id if messages else None,
        messages=messages,
    )


def _jan_message(line: dict[str, Json], model: str) -> ExchangeMessage | None:
    role = _ROLES.get(_text(line.get("role")))
    if role is None:
        return None
    thinking, content = _without_think(_content(line.get("content")))
    return ExchangeMessage(
        id=0,
        role=role,
        content=content,
        thinking=thinking,
        created_at=_time(line.get("created_at")),
        model=model or None if role == "assistant" else None,
    )


def plain_chat(raw: Json) -> ExchangeChat:
    """`{"messages": [{"role", "content"}]}` or `{"conversations": [{"from", "value"}]}`: ChatML and ShareGPT lines."""
    found = _dict(raw)
    turns = [_dict(turn) for turn in _list(found.get("messages")) or _list(found.get("conversations"))]
    made: list[ExchangeMessage | None] = []
    system: str | None = None
    for turn in turns:
        role = _ROLES.get(_text(turn.get("role")) or _text(turn.get("from")))
        text = _content(turn.get("content")) or _text(turn.get("value"))
        if role == "system" and not made and system is None:
            system = text
        elif role is not None:
            thinking, content = _without_think(text) if role == "assistant" else ("", text)
            made.append(ExchangeMessage(id=0, role=role, content=content, thinking=thinking))
    messages = _in_a_row(made)
    return ExchangeChat(
        uid=_text(found.get("id")),
        title=_text(found.get("title")),
        system_prompt=system,
        active=messages[-1].id if messages else None,
        messages=messages,
    )


def _in_a_row(found: Any) -> list[ExchangeMessage]:
    messages: list[ExchangeMessage] = []
    for message in found:
        if message is not None:
            message.id, message.parent = len(messages) + 1, len(messages) or None
            messages.append(message)
        if len(messages) > _MOST_MESSAGES:
            raise UnreadableChatError(f"a chat of more than {_MOST_MESSAGES} messages")
    return messages


def _content(value: Json) -> str:
    """Text that is written as a string, as parts, or as OpenAI's `{"text": {"value": …}}`."""
    if isinstance(value, str):
        return value
    parts = []
    for item in _list(value):
        part = _dict(item)
        inner = part.get("text")
        text = _text(inner) or _text(_dict(inner).get("value"))
        parts.append(
            text or ("[image]" if "image" in _text(part.get("type")) else item if isinstance(item, str) else "")
        )
    return "\n\n".join(filter(None, parts))


def _without_think(text: str) -> tuple[str, str]:
    """What stands between <think> and </think> at the beginning of a reply, and the rest."""
    if text.lstrip().startswith("<think>") and "</think>" in text:
        thinking, _, rest = text.lstrip().removeprefix("<think>").partition("</think>")
        return thinking.strip(), rest.lstrip("\n")
    return "", text


def _dict(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _time(value: Json) -> float:
    """Unix time in seconds, from seconds or milliseconds; 0.0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    try:
        moment = float(value)
    except OverflowError:
        return 0.0
    if not math.isfinite(moment) or moment < 0:
        return 0.0
    if moment > _MOST_YEARS_S:
        moment /= 1000
    return moment if moment <= _MOST_YEARS_S else 0.0
