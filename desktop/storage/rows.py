"""Rows of the history as the plain data of core, and back."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import msgspec

from desktop.core.chat import LONGEST_S, Chat, Message, MessageStatus, Picture, Role, moment_of
from desktop.core.generation import GenerationParams, GenerationStats
from desktop.storage.database import Row

log = logging.getLogger(__name__)

CHAT_COLUMNS = (
    "chats.id, title, chats.created_at, updated_at, system_prompt, params, pinned, archived, active_leaf, chats.deleted_at,"
    " title_is_automatic, folder_id, uid, overflow, summary, summary_until,"
    " probabilities, thinking"
)
MESSAGE_DATA = (
    *(
        "role",
        "content",
        "status",
        "created_at",
        "thinking",
        "thinking_s",
        "model",
        "stats",
        "error_code",
        "error_details",
    ),
)
"""Columns of what a message is, which go with it wherever it is copied: to another chat, out of a file. The one list of them."""
MESSAGE_PLACE = ("id", "chat_id", "parent_id", "deleted_at", "owner")
"""Columns of where a message stands, which a copy gets anew."""
MESSAGE_COLUMNS = "id, chat_id, parent_id, role, content, status, created_at, thinking, thinking_s, model, stats, error_code, error_details"

_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
_ROLES = {role.value: role for role in Role}
_STATUSES = {status.value: status for status in MessageStatus}
_decode_stats = msgspec.json.Decoder(GenerationStats).decode
_decode_params = msgspec.json.Decoder(GenerationParams).decode
_decode_details = msgspec.json.Decoder(dict[str, str]).decode


# A damaged or foreign record may hold a value of any type in any column (SQLite checks none). What can't be meant is read
# as "not known", so that one bad row hides nothing but itself.


def text_of(value: object) -> str:
    if type(value) is str:
        return value
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def id_of(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _optional_text(value: object) -> str | None:
    return None if value is None else text_of(value)


def _seconds_of(value: object) -> float | None:
    return float(value) if isinstance(value, float | int) and 0 <= value <= LONGEST_S else None


def chat_of(row: Row) -> Chat:
    (id_, title, created, updated, prompt, params, pinned, archived, leaf, deleted, automatic, folder, uid, *rest) = row
    overflow, summary, summary_until, probabilities, thinking = rest
    return Chat(
        id=id_,
        title=text_of(title),
        created_at=moment_of(created),
        updated_at=moment_of(updated),
        system_prompt=_optional_text(prompt),
        params=_params_of(params),
        pinned=bool(pinned),
        archived=bool(archived),
        active_leaf=id_of(leaf),
        deleted_at=None if deleted is None else moment_of(deleted),
        title_is_automatic=bool(automatic),
        folder_id=id_of(folder),
        uid=text_of(uid),
        overflow=_optional_text(overflow),
        summary=text_of(summary),
        summary_until=id_of(summary_until),
        probabilities=bool(probabilities),
        thinking=bool(thinking) if thinking in (0, 1) else None,
    )


def message_of(row: Row, images: tuple[Picture, ...] = ()) -> Message:
    """A message; a role or status that this version doesn't know is read as the nearest one that it does."""
    (id_, chat, parent, role, content, status, created, thinking, thinking_s, model, stats, error, details) = row
    return Message(
        id_,
        chat,
        id_of(parent),
        role_of(role),
        text_of(content),
        _STATUSES.get(status, MessageStatus.INTERRUPTED),
        moment_of(created),
        text_of(thinking),
        None if thinking_s is None else _seconds_of(thinking_s),
        _optional_text(model),
        None if stats is None else _stats_of(stats),
        _optional_text(error),
        () if details is None else _details_of(details),
        images,
    )


def picture_of(row: Row) -> Picture:
    """picture_id, width, height and name of an image."""
    id_, width, height, name = row
    return Picture(id_of(id_) or 0, _side_of(width), _side_of(height), text_of(name))


def _side_of(value: object) -> int:
    """Width or height, in pixels."""
    return min(max(value, 1), 1 << 16) if isinstance(value, int) else 1


def role_of(text: str) -> Role:
    return _ROLES.get(text, Role.ASSISTANT)


def params_json(params: GenerationParams | None) -> str | None:
    return None if params is None else msgspec.json.encode(params.checked()).decode()


def stats_json(stats: GenerationStats | None) -> str | None:
    return None if stats is None else msgspec.json.encode(stats.checked()).decode()


def details_json(details: Iterable[tuple[str, str]]) -> str | None:
    given = dict(details)
    return msgspec.json.encode(given).decode() if given else None


def _details_of(text: object) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(_decode_details(text_of(text)).items())
    except _UNREADABLE as problem:
        log.warning("details of an error can't be read: %s", problem)
        return ()


def _params_of(text: object) -> GenerationParams | None:
    if text is None:
        return None
    try:
        return _decode_params(text_of(text)).checked()
    except _UNREADABLE as problem:
        log.warning("sampling parameters of a chat can't be read: %s", problem)
        return None


def _stats_of(text: object) -> GenerationStats | None:
    try:
        return _decode_stats(text_of(text)).checked()
    except _UNREADABLE as problem:
        log.warning("figures of a reply can't be read: %s", problem)
        return None
