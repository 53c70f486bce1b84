"""Exports of other programs, brought into Samar's form. What they hold is untrusted: every field may be anything.

Sources of the formats: ChatGPT's `conversations.json` (a tree under `mapping`), Open WebUI's chat export (`chat.history`),
Jan's thread folders (`thread.json`, `messages.jsonl`; janhq/jan docs/specs), ShareGPT and ChatML JSON lines.
"""

from __future__ import annotations

import base64
import html
import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from desktop.core.chat import title_from
from desktop.core.errors import SamarError
from desktop.core.images import MAX_OF_MESSAGE, ImageFile
from desktop.storage.export_format import ExchangeChat, ExchangeImage, ExchangeMessage, RoleName

Json = Any
_IMAGE = "[image]"
"""Stands where an image was whose bytes the file doesn't hold."""
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


_NO_TITLES = ("", "New Chat", "New chat")
"""What chats without a title are called."""


class UnreadableChatError(Exception):
    """A chat that can't be brought into Samar's form."""


Prepare = Callable[[bytes, str], ImageFile]
"""Makes the file that is kept of an image. Raises SamarError for what is none, or is too large."""


class Images:
    """The images of an export's messages. Without `prepare` none is looked at, and each is marked in the text."""

    def __init__(
        self, prepare: Prepare | None = None, assets: Callable[[str], bytes | None] = lambda _pointer: None
    ) -> None:
        """assets: the bytes that a pointer of ChatGPT's stands for, None where the export doesn't hold them."""
        self._prepare, self._assets = prepare, assets

    def of_address(self, found: list[ExchangeImage], address: str, name: str = "") -> str:
        """Adds an image that its address holds (RFC 2397) to `found` and returns ""; for any other the mark of the text."""
        head, _, data = address.partition(",")
        if self._prepare is None or not (head.startswith("data:image/") and head.endswith(";base64")):
            return _IMAGE
        try:
            raw = base64.b64decode(data, validate=True)
        except ValueError:
            return _IMAGE
        return self._add(found, raw, name)

    def of_pointer(self, found: list[ExchangeImage], pointer: str) -> str:
        """The same for an image of ChatGPT's zip."""
        if self._prepare is None or len(found) >= MAX_OF_MESSAGE:
            return _IMAGE
        raw = self._assets(pointer)
        return _IMAGE if raw is None else self._add(found, raw, "")

    def _add(self, found: list[ExchangeImage], raw: bytes, name: str) -> str:
        if self._prepare is None or len(found) >= MAX_OF_MESSAGE:
            return _IMAGE
        try:
            image = self._prepare(raw, name)
        except SamarError:  # no image that Samar can show
            return _IMAGE
        found.append(ExchangeImage(data=image.data, name=name))
        return ""


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


def chatgpt_chat(raw: Json, images: Images) -> ExchangeChat:
    """A conversation of ChatGPT's export."""
    nodes = _dict(_dict(raw).get("mapping"))
    tree = _Tree()
    tree.walk(
        {str(name): node for name, node in nodes.items()},
        lambda node: _dict(node).get("parent"),
        partial(_chatgpt_message, images=images),
    )
    _join_pieces(tree)
    created = _time(raw.get("create_time"))
    return _titled(
        ExchangeChat(
            uid=_text(raw.get("conversation_id")) or _text(raw.get("id")),
            title=_text(raw.get("title")),
            created_at=created,
            updated_at=_time(raw.get("update_time")) or created,
            archived=raw.get("is_archived") is True,
            pinned=raw.get("is_starred") is True,
            active=tree.ids.get(_text(raw.get("current_node"))),
            messages=tree.messages,
        )
    )


def _chatgpt_message(node: Json, images: Images) -> ExchangeMessage | None:
    message = _dict(_dict(node).get("message"))
    author = _text(_dict(message.get("author")).get("role"))
    role = _ROLES.get(author)
    metadata, content = _dict(message.get("metadata")), _dict(message.get("content"))
    if metadata.get("is_visually_hidden_from_conversation") is True:
        return None
    kind, parts = _text(content.get("content_type")), _list(content.get("parts"))
    recipient = _text(message.get("recipient"))
    text = thinking = ""
    found: list[ExchangeImage] = []
    if author == "tool":  # what it says is for the model, what it draws is for the reader
        role = "assistant"
        marks = (
            images.of_pointer(found, _text(part.get("asset_pointer"))) for part in parts if _is_chatgpt_image(part)
        )
        text = "\n\n".join(filter(None, marks))
    elif role is None:
        return None
    elif role == "assistant" and recipient not in ("", "all"):  # a call of a tool
        text = _canvas(recipient, _text(content.get("text")) or "".join(map(_text, parts)))
    elif kind == "thoughts":
        thoughts = [_dict(thought) for thought in _list(content.get("thoughts"))]
        thinking = "\n\n".join(_text(t.get("content")) or _text(t.get("summary")) for t in thoughts)
    elif kind == "code":
        text = _fenced(_text(content.get("text")))
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
        created_at=_time(message.get("create_time")),
        model=_text(metadata.get("model_slug")) or None if role == "assistant" else None,
    )


def _chatgpt_part(part: Json, found: list[ExchangeImage], images: Images) -> str:
    if isinstance(part, str):
        return part
    if _is_chatgpt_image(part):
        return images.of_pointer(found, _text(part.get("asset_pointer")))
    return _text(_dict(part).get("text"))


def _is_chatgpt_image(part: Json) -> bool:
    return _text(_dict(part).get("content_type")) == "image_asset_pointer"


# Sources, names and widgets in ChatGPT's replies: a kind and its values between private-use characters, or 【7†source】.
_MARK = re.compile(" ?(\ue200([^\ue200\ue201]*)\ue201|\u3010\\d{1,4}(?::\\d{1,4})?†[^\u3010\u3011\n]{0,200}\u3011)")
_MARK_SIGNS = re.compile("[\ue200-\ue206]")


def _without_marks(text: str, metadata: dict[str, Json]) -> str:
    """A reply with the words that its marks stand for: links of sources, names; without those that stand for none."""
    if "\ue200" not in text and "†" not in text:
        return text
    known: dict[str, str] = {}
    for reference in map(_dict, _list(metadata.get("content_references"))):
        links = [_link(_dict(item)) for item in _list(reference.get("items"))]
        known[_text(reference.get("matched_text"))] = _text(reference.get("alt")) or " ".join(filter(None, links))

    def words(mark: re.Match[str]) -> str:
        found = known.get(mark[1], "")
        kind, _, value = (mark[2] or "").partition("\ue202")
        if not found and kind == "entity":
            try:
                values = _list(msgspec.json.decode(value.encode("utf-8", "replace")))
            except (msgspec.DecodeError, RecursionError):
                values = []
            found = _text(values[1]) if len(values) > 1 else ""
        return (" " if mark[0][0] == " " else "") + found if found else ""

    return _MARK_SIGNS.sub("", _MARK.sub(words, text))


def _link(item: dict[str, Json]) -> str:
    address = _text(item.get("url"))
    title = " ".join(re.sub(r"[\[\]\\]", " ", _text(item.get("title"))).split()) or address
    return f"([{title}]({address}))" if re.fullmatch(r"https?://[^\s()<>]+", address) else ""


def _canvas(tool: str, raw: str) -> str:
    """What a reply wrote beside the chat, from its call of ChatGPT's canvas; "" for a call of any other tool."""
    if not tool.startswith("canmore."):
        return ""
    try:
        call = _dict(msgspec.json.decode(raw.encode("utf-8", "replace")))
    except (msgspec.DecodeError, RecursionError):
        return raw
    written = [_text(call.get("content"))]
    written += [_text(_dict(update).get("replacement")) for update in _list(call.get("updates"))]
    written += [_text(_dict(comment).get("comment")) for comment in _list(call.get("comments"))]
    kind, _, language = _text(call.get("type")).partition("/")
    if kind == "code":
        written = [_fenced(text, language) for text in written if text]
    name = _text(call.get("name")).strip()
    return "\n\n".join(filter(None, [f"**{name}**" if name else "", *written]))


def _fenced(text: str, language: str = "") -> str:
    """Text as a block of code whose fence is longer than any in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}{re.sub(r'[^A-Za-z0-9+#._-]', '', language)}\n{text}\n{fence}"


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
    values = _dict(decoded)
    said = [_text(values.get(name)).strip() for name in ("stdout", "stderr", "result")] if values else [_text(decoded)]
    return "".join(f"\n{_fenced(text)}\n" for text in said if text.strip())


def open_webui_chat(raw: Json, images: Images) -> ExchangeChat:
    """A chat of Open WebUI's export."""
    outer = _dict(raw)
    chat = _dict(outer.get("chat")) or outer
    history = _dict(chat.get("history"))
    tree = _Tree()
    nodes = {str(name): node for name, node in _dict(history.get("messages")).items()}
    if nodes:
        tree.walk(nodes, lambda node: _dict(node).get("parentId"), partial(_open_webui_message, images=images))
        active = tree.ids.get(_text(history.get("currentId")))
    else:
        tree.messages = _in_a_row(_open_webui_message(node, images) for node in _list(chat.get("messages")))
        active = tree.messages[-1].id if tree.messages else None
    created = _time(outer.get("created_at")) or _time(chat.get("timestamp"))
    params = _dict(chat.get("params"))
    return _titled(
        ExchangeChat(
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
    )


def _open_webui_message(node: Json, images: Images) -> ExchangeMessage | None:
    found = _dict(node)
    role = _ROLES.get(_text(found.get("role")))
    if role is None:
        return None
    content, taken = _content(found.get("content"), images)
    pieces = [content]
    for file in map(_dict, _list(found.get("files"))):
        if _text(file.get("type")) == "image" or _text(file.get("content_type")).startswith("image/"):
            pieces.append(images.of_address(taken, _text(file.get("url")), _text(file.get("name"))))
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
        created_at=_time(found.get("timestamp")),
        model=_text(found.get("modelName")) or _text(found.get("model")) or None if role == "assistant" else None,
    )


def jan_chat(thread: Json, lines: list[Json], images: Images) -> ExchangeChat:
    """A thread of Jan with the lines of its messages."""
    head = _dict(thread)
    assistant = _dict(next(iter(_list(head.get("assistants"))), None))
    model = _text(_dict(assistant.get("model")).get("id")) or _text(_dict(head.get("model")).get("id"))
    lines = sorted(lines, key=lambda line: _time(_dict(line).get("created_at")))
    messages = _in_a_row(_jan_message(_dict(line), model, images) for line in lines)
    created = _time(head.get("created")) or (messages[0].created_at if messages else 0.0)
    return _titled(
        ExchangeChat(
            uid=_text(head.get("id")),
            title=_text(head.get("title")) or _text(_dict(head.get("metadata")).get("title")),
            created_at=created,
            updated_at=_time(head.get("updated")) or created,
            system_prompt=_text(assistant.get("instructions")) or None,
            active=messages[-1].id if messages else None,
            messages=messages,
        )
    )


def _jan_message(line: dict[str, Json], model: str, images: Images) -> ExchangeMessage | None:
    role = _ROLES.get(_text(line.get("role")))
    if role is None:
        return None
    text, taken = _content(line.get("content"), images)
    thinking, content = _without_think(text)
    return ExchangeMessage(
        id=0,
        role=role,
        content=content,
        images=taken,
        thinking=thinking,
        created_at=_time(line.get("created_at")),
        model=model or None if role == "assistant" else None,
    )


def plain_chat(raw: Json, images: Images) -> ExchangeChat:
    """`{"messages": [{"role", "content"}]}` or `{"conversations": [{"from", "value"}]}`: ChatML and ShareGPT lines."""
    found = _dict(raw)
    turns = [_dict(turn) for turn in _list(found.get("messages")) or _list(found.get("conversations"))]
    made: list[ExchangeMessage | None] = []
    system: str | None = None
    for turn in turns:
        role = _ROLES.get(_text(turn.get("role")) or _text(turn.get("from")))
        text, taken = _content(turn.get("content"), images)
        text = text or _text(turn.get("value"))
        if role == "system" and not made and system is None:
            system = text
        elif role is not None:
            thinking, content = _without_think(text) if role == "assistant" else ("", text)
            made.append(ExchangeMessage(id=0, role=role, content=content, thinking=thinking, images=taken))
    messages = _in_a_row(made)
    return _titled(
        ExchangeChat(
            uid=_text(found.get("id")),
            title=_text(found.get("title")),
            system_prompt=system,
            active=messages[-1].id if messages else None,
            messages=messages,
        )
    )


def _titled(chat: ExchangeChat) -> ExchangeChat:
    """The chat; one without a title is named after its first question, as a new one is."""
    if chat.title.strip() in _NO_TITLES:
        asked = next((message.content for message in chat.messages if message.role == "user" and message.content), "")
        chat.title, chat.title_is_automatic = title_from(asked), True
    return chat


def _in_a_row(found: Any) -> list[ExchangeMessage]:
    messages: list[ExchangeMessage] = []
    for message in found:
        if message is not None:
            message.id, message.parent = len(messages) + 1, len(messages) or None
            messages.append(message)
        if len(messages) > _MOST_MESSAGES:
            raise UnreadableChatError(f"a chat of more than {_MOST_MESSAGES} messages")
    return messages


def _content(value: Json, images: Images) -> tuple[str, list[ExchangeImage]]:
    """Text that is written as a string, as parts, or as OpenAI's `{"text": {"value": …}}`, and its images."""
    if isinstance(value, str):
        return value, []
    pieces: list[str] = []
    found: list[ExchangeImage] = []
    for item in _list(value):
        part = _dict(item)
        inner = part.get("text")
        words = _text(item) or _text(inner) or _text(_dict(inner).get("value"))
        if not words and "image" in _text(part.get("type")):
            given = part.get("image_url")
            words = images.of_address(found, _text(given) or _text(_dict(given).get("url")))
        pieces.append(words)
    return "\n\n".join(filter(None, pieces)), found


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
