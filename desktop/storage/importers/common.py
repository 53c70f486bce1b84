"""What the readers of other programs' exports share. What these hold is untrusted: every field may be anything."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable
from typing import Any

from desktop.core.chat import title_from
from desktop.core.errors import SamarError
from desktop.core.images import MAX_OF_MESSAGE, ImageFile
from desktop.storage.export_format import ExchangeChat, ExchangeImage, ExchangeMessage, RoleName

Json = Any
IMAGE_MARK = "[image]"
"""Stands where an image was whose bytes the file doesn't hold."""
_MOST_MESSAGES = 100_000
_MOST_YEARS_S = 4e9
"""Unix times beyond this are milliseconds."""
ROLES: dict[str, RoleName] = {
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
            return IMAGE_MARK
        try:
            raw = base64.b64decode(data, validate=True)
        except ValueError:
            return IMAGE_MARK
        return self._add(found, raw, name)

    def of_pointer(self, found: list[ExchangeImage], pointer: str) -> str:
        """The same for an image of ChatGPT's zip."""
        if self._prepare is None or len(found) >= MAX_OF_MESSAGE:
            return IMAGE_MARK
        raw = self._assets(pointer)
        return IMAGE_MARK if raw is None else self._add(found, raw, "")

    def _add(self, found: list[ExchangeImage], raw: bytes, name: str) -> str:
        if self._prepare is None or len(found) >= MAX_OF_MESSAGE:
            return IMAGE_MARK
        try:
            image = self._prepare(raw, name)
        except SamarError:  # no image that Samar can show
            return IMAGE_MARK
        found.append(ExchangeImage(data=image.data, name=name))
        return ""


class TurnTree:
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


def fenced(text: str, language: str = "") -> str:
    """Text as a block of code whose fence is longer than any in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}{re.sub(r'[^A-Za-z0-9+#._-]', '', language)}\n{text}\n{fence}"


def titled(chat: ExchangeChat) -> ExchangeChat:
    """The chat; one without a title is named after its first question, as a new one is."""
    if chat.title.strip() in _NO_TITLES:
        asked = next((message.content for message in chat.messages if message.role == "user" and message.content), "")
        chat.title, chat.title_is_automatic = title_from(asked), True
    return chat


def in_a_row(found: Any) -> list[ExchangeMessage]:
    messages: list[ExchangeMessage] = []
    for message in found:
        if message is not None:
            message.id, message.parent = len(messages) + 1, len(messages) or None
            messages.append(message)
        if len(messages) > _MOST_MESSAGES:
            raise UnreadableChatError(f"a chat of more than {_MOST_MESSAGES} messages")
    return messages


def content_of(value: Json, images: Images) -> tuple[str, list[ExchangeImage]]:
    """Text that is written as a string, as parts, or as OpenAI's `{"text": {"value": …}}`, and its images."""
    if isinstance(value, str):
        return value, []
    pieces: list[str] = []
    found: list[ExchangeImage] = []
    for item in as_list(value):
        part = as_dict(item)
        inner = part.get("text")
        words = as_text(item) or as_text(inner) or as_text(as_dict(inner).get("value"))
        if not words and "image" in as_text(part.get("type")):
            given = part.get("image_url")
            words = images.of_address(found, as_text(given) or as_text(as_dict(given).get("url")))
        pieces.append(words)
    return "\n\n".join(filter(None, pieces)), found


def without_think(text: str) -> tuple[str, str]:
    """What stands between <think> and </think> at the beginning of a reply, and the rest."""
    if text.lstrip().startswith("<think>") and "</think>" in text:
        thinking, _, rest = text.lstrip().removeprefix("<think>").partition("</think>")
        return thinking.strip(), rest.lstrip("\n")
    return "", text


def as_dict(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def as_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def as_text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def as_time(value: Json) -> float:
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
