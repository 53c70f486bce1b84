"""Open WebUI's chat export: a tree of messages under `chat.history`."""

from __future__ import annotations

import html
import re
from functools import partial

import msgspec

from desktop.storage.export_format import ExchangeChat, ExchangeMessage
from desktop.storage.importers.common import (
    ROLES,
    Images,
    Json,
    TurnTree,
    as_dict,
    as_list,
    as_text,
    as_time,
    content_of,
    fenced,
    in_a_row,
    titled,
)

_DETAILS, _DETAILS_END = '<details type="', "</details>"
_SUMMARY = re.compile(r"\s*<summary>[^<]*</summary>\n?")
_DURATION = re.compile(r'duration="(\d{1,6})"')
_OUTPUT = re.compile(r'output="([^"]*)"')
_QUOTE_SIGN = re.compile(r"(?m)^> ?")


class _WithoutDetails:
    """A reply of Open WebUI without its `<details type="…">`: what the model thought, the tools that it called, the
    code that it ran. Reads the text once."""

    def __init__(self, text: str) -> None:
        self.seconds: float | None = None
        pieces, thoughts, at = [], [], 0
        while (start := text.find(_DETAILS, at)) >= 0:
            head_end = text.find(">", start)
            end = text.find(_DETAILS_END, max(head_end, 0))
            if head_end < 0 or end < 0:
                break
            head = text[start + len(_DETAILS) : head_end]
            summary = _SUMMARY.match(text, head_end + 1, end)
            body = text[summary.end() if summary else head_end + 1 : end]
            pieces.append(text[at:start])
            at = end + len(_DETAILS_END)
            at += text.startswith("\n", at)
            kind = head.partition('"')[0]
            if kind == "reasoning":
                thoughts.append(_QUOTE_SIGN.sub("", html.unescape(body)).strip())
                duration = _DURATION.search(head)
                if duration:
                    self.seconds = (self.seconds or 0.0) + float(duration[1])
            elif kind == "code_interpreter":
                pieces.append(f"{body.strip()}\n{_output_of(head)}\n")
            elif kind != "tool_calls":
                pieces.append(body)
        self.content = "".join((*pieces, text[at:]))
        self.thinking = "\n\n".join(filter(None, thoughts))


def _output_of(head: str) -> str:
    """What a run of code printed, as a block of code; "" for nothing."""
    found = _OUTPUT.search(head)
    raw = html.unescape(found[1]) if found else ""
    try:
        decoded = msgspec.json.decode(raw.encode("utf-8", "replace")) if raw else ""
    except (msgspec.DecodeError, RecursionError):
        decoded = raw
    values = as_dict(decoded)
    said = (
        [as_text(values.get(name)).strip() for name in ("stdout", "stderr", "result")] if values else [as_text(decoded)]
    )
    return "".join(f"\n{fenced(text)}\n" for text in said if text.strip())


def open_webui_chat(raw: Json, images: Images) -> ExchangeChat:
    """A chat of Open WebUI's export."""
    outer = as_dict(raw)
    chat = as_dict(outer.get("chat")) or outer
    history = as_dict(chat.get("history"))
    tree = TurnTree()
    nodes = {str(name): node for name, node in as_dict(history.get("messages")).items()}
    if nodes:
        tree.walk(nodes, lambda node: as_dict(node).get("parentId"), partial(_open_webui_message, images=images))
        active = tree.ids.get(as_text(history.get("currentId")))
    else:
        tree.messages = in_a_row(_open_webui_message(node, images) for node in as_list(chat.get("messages")))
        active = tree.messages[-1].id if tree.messages else None
    created = as_time(outer.get("created_at")) or as_time(chat.get("timestamp"))
    params = as_dict(chat.get("params"))
    return titled(
        ExchangeChat(
            uid=as_text(outer.get("id")),
            title=as_text(outer.get("title")) or as_text(chat.get("title")),
            created_at=created,
            updated_at=as_time(outer.get("updated_at")) or created,
            archived=outer.get("archived") is True,
            pinned=outer.get("pinned") is True,
            system_prompt=as_text(chat.get("system")) or as_text(params.get("system")) or None,
            active=active,
            messages=tree.messages,
        )
    )


def _open_webui_message(node: Json, images: Images) -> ExchangeMessage | None:
    found = as_dict(node)
    role = ROLES.get(as_text(found.get("role")))
    if role is None:
        return None
    content, taken = content_of(found.get("content"), images)
    pieces = [content]
    for file in map(as_dict, as_list(found.get("files"))):
        if as_text(file.get("type")) == "image" or as_text(file.get("content_type")).startswith("image/"):
            pieces.append(images.of_address(taken, as_text(file.get("url")), as_text(file.get("name"))))
    content = "\n\n".join(filter(None, pieces))
    thinking, seconds = "", None
    if role == "assistant":
        read = _WithoutDetails(content)
        content, thinking, seconds = read.content, read.thinking, read.seconds
    return ExchangeMessage(
        id=0,
        role=role,
        content=content.strip("\n"),
        images=taken,
        thinking=thinking,
        thinking_s=seconds,
        created_at=as_time(found.get("timestamp")),
        model=as_text(found.get("modelName")) or as_text(found.get("model")) or None if role == "assistant" else None,
    )
