"""ChatGPT's `conversations.json`: a tree of messages under `mapping`."""

from __future__ import annotations

import re
from functools import partial

import msgspec

from desktop.core.images import MAX_OF_MESSAGE
from desktop.storage.export_format import ExchangeChat, ExchangeImage, ExchangeMessage
from desktop.storage.importers.common import (
    ROLES,
    Images,
    Json,
    TurnTree,
    as_dict,
    as_list,
    as_text,
    as_time,
    fenced,
    titled,
)


def chatgpt_chat(raw: Json, images: Images) -> ExchangeChat:
    """A conversation of ChatGPT's export."""
    nodes = as_dict(as_dict(raw).get("mapping"))
    tree = TurnTree()
    tree.walk(
        {str(name): node for name, node in nodes.items()},
        lambda node: as_dict(node).get("parent"),
        partial(_chatgpt_message, images=images),
    )
    _join_parts(tree)
    created = as_time(raw.get("create_time"))
    return titled(
        ExchangeChat(
            uid=as_text(raw.get("conversation_id")) or as_text(raw.get("id")),
            title=as_text(raw.get("title")),
            created_at=created,
            updated_at=as_time(raw.get("update_time")) or created,
            archived=raw.get("is_archived") is True,
            pinned=raw.get("is_starred") is True,
            active=tree.ids.get(as_text(raw.get("current_node"))),
            messages=tree.messages,
        )
    )


def _chatgpt_message(node: Json, images: Images) -> ExchangeMessage | None:
    message = as_dict(as_dict(node).get("message"))
    author = as_text(as_dict(message.get("author")).get("role"))
    role = ROLES.get(author)
    metadata, content = as_dict(message.get("metadata")), as_dict(message.get("content"))
    if metadata.get("is_visually_hidden_from_conversation") is True:
        return None
    kind, parts = as_text(content.get("content_type")), as_list(content.get("parts"))
    recipient = as_text(message.get("recipient"))
    text = thinking = ""
    found: list[ExchangeImage] = []
    if author == "tool":  # what it says is for the model, what it draws is for the reader
        role = "assistant"
        marks = (
            images.of_pointer(found, as_text(part.get("asset_pointer"))) for part in parts if _is_chatgpt_image(part)
        )
        text = "\n\n".join(filter(None, marks))
    elif role is None:
        return None
    elif role == "assistant" and recipient not in ("", "all"):  # a call of a tool
        text = _canvas(recipient, as_text(content.get("text")) or "".join(map(as_text, parts)))
    elif kind == "thoughts":
        thoughts = [as_dict(thought) for thought in as_list(content.get("thoughts"))]
        thinking = "\n\n".join(as_text(t.get("content")) or as_text(t.get("summary")) for t in thoughts)
    elif kind == "code":
        text = fenced(as_text(content.get("text")))
    elif kind in ("", "text", "multimodal_text"):
        text = "\n\n".join(filter(None, (_chatgpt_part(part, found, images) for part in parts)))
    if role == "assistant":
        text = _without_marks(text, metadata)
    if not text.strip() and not thinking.strip() and not found:
        return None
    return ExchangeMessage(
        id=0,
        role=role,
        content=text,
        images=found,
        thinking=thinking,
        created_at=as_time(message.get("create_time")),
        model=as_text(metadata.get("model_slug")) or None if role == "assistant" else None,
    )


def _chatgpt_part(part: Json, found: list[ExchangeImage], images: Images) -> str:
    if isinstance(part, str):
        return part
    if _is_chatgpt_image(part):
        return images.of_pointer(found, as_text(part.get("asset_pointer")))
    return as_text(as_dict(part).get("text"))


def _is_chatgpt_image(part: Json) -> bool:
    return as_text(as_dict(part).get("content_type")) == "image_asset_pointer"


# Sources, names and widgets in ChatGPT's replies: a kind and its values between private-use characters, or 【7†source】.
_MARK = re.compile(" ?(\ue200([^\ue200\ue201]*)\ue201|\u3010\\d{1,4}(?::\\d{1,4})?†[^\u3010\u3011\n]{0,200}\u3011)")
_MARK_SIGNS = re.compile("[\ue200-\ue206]")


def _without_marks(text: str, metadata: dict[str, Json]) -> str:
    """A reply with the words that its marks stand for: links of sources, names; without those that stand for none."""
    if "\ue200" not in text and "†" not in text:
        return text
    known: dict[str, str] = {}
    for reference in map(as_dict, as_list(metadata.get("content_references"))):
        links = [_link(as_dict(item)) for item in as_list(reference.get("items"))]
        known[as_text(reference.get("matched_text"))] = as_text(reference.get("alt")) or " ".join(filter(None, links))

    def words(mark: re.Match[str]) -> str:
        found = known.get(mark[1], "")
        kind, _, value = (mark[2] or "").partition("\ue202")
        if not found and kind == "entity":
            try:
                values = as_list(msgspec.json.decode(value.encode("utf-8", "replace")))
            except (msgspec.DecodeError, RecursionError):
                values = []
            found = as_text(values[1]) if len(values) > 1 else ""
        return (" " if mark[0][0] == " " else "") + found if found else ""

    return _MARK_SIGNS.sub("", _MARK.sub(words, text))


def _link(item: dict[str, Json]) -> str:
    address = as_text(item.get("url"))
    title = " ".join(re.sub(r"[\[\]\\]", " ", as_text(item.get("title"))).split()) or address
    return f"([{title}]({address}))" if re.fullmatch(r"https?://[^\s()<>]+", address) else ""


def _canvas(tool: str, raw: str) -> str:
    """What a reply wrote beside the chat, from its call of ChatGPT's canvas; "" for a call of any other tool."""
    if not tool.startswith("canmore."):
        return ""
    try:
        call = as_dict(msgspec.json.decode(raw.encode("utf-8", "replace")))
    except (msgspec.DecodeError, RecursionError):
        return raw
    written = [as_text(call.get("content"))]
    written += [as_text(as_dict(update).get("replacement")) for update in as_list(call.get("updates"))]
    written += [as_text(as_dict(comment).get("comment")) for comment in as_list(call.get("comments"))]
    kind, _, language = as_text(call.get("type")).partition("/")
    if kind == "code":
        written = [fenced(text, language) for text in written if text]
    name = as_text(call.get("name")).strip()
    return "\n\n".join(filter(None, [f"**{name}**" if name else "", *written]))


def _join_parts(tree: TurnTree) -> None:
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
        fits = before is not None and len(before.images) + len(message.images) <= MAX_OF_MESSAGE
        if before and only and fits and message.role == before.role == "assistant":
            before.content = "\n\n".join(filter(None, (before.content, message.content)))
            before.thinking = "\n\n".join(filter(None, (before.thinking, message.thinking)))
            before.images = [*before.images, *message.images]
            before.model = before.model or message.model
            became[message.id] = before.id
        else:
            became[message.id] = message.id
            message.parent = became[message.parent]
            kept[message.id] = message
    tree.messages = list(kept.values())
    tree.ids = {name: became.get(id_) for name, id_ in tree.ids.items()}
