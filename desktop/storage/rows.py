"""Rows of the history as the plain data of core, and back."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import msgspec

from desktop.core.chat import Chat, Message, MessageStatus, Picture, Role
from desktop.core.generation import GenerationParams, GenerationStats
from desktop.storage.database import Row

log = logging.getLogger(__name__)

CHAT_COLUMNS = (
    "chats.id, title, chats.created_at, updated_at, system_prompt, params, pinned, archived, active_leaf, chats.deleted_at,"
    " title_is_automatic, folder_id, uid, overflow, summary, summary_until,"
    " probabilities"
)
MESSAGE_COLUMNS = "id, chat_id, parent_id, role, content, status, created_at, thinking, thinking_s, model, stats, error_code, error_details"

_ROLES = {role.value: role for role in Role}
_STATUSES = {status.value: status for status in MessageStatus}
_decode_stats = msgspec.json.Decoder(GenerationStats).decode
_decode_params = msgspec.json.Decoder(GenerationParams).decode
_decode_details = msgspec.json.Decoder(dict[str, str]).decode


def chat_of(row: Row) -> Chat:
    (id_, title, created, updated, prompt, params, pinned, archived, leaf, deleted, automatic, folder, uid, *rest) = row
    overflow, summary, summary_until, probabilities = rest
    return Chat(
        id=id_,
        title=title,
        created_at=created,
        updated_at=updated,
        system_prompt=prompt,
        params=_params_of(params),
        pinned=bool(pinned),
        archived=bool(archived),
        active_leaf=leaf,
        deleted_at=deleted,
        title_is_automatic=bool(automatic),
        folder_id=folder,
        uid=uid,
        overflow=overflow,
        summary=summary,
        summary_until=summary_until,
        probabilities=bool(probabilities),
    )


def message_of(row: Row, images: tuple[Picture, ...] = ()) -> Message:
    """A message; a role or status that this version doesn't know is read as the nearest one that it does."""
    (id_, chat, parent, role, content, status, created, thinking, thinking_s, model, stats, error, details) = row
    return Message(
        id_,
        chat,
        parent,
        role_of(role),
        content,
        _STATUSES.get(status, MessageStatus.INTERRUPTED),
        created,
        thinking,
        thinking_s,
        model,
        None if stats is None else _stats_of(stats),
        error,
        () if details is None else _details_of(details),
        images,
    )


def role_of(text: str) -> Role:
    return _ROLES.get(text, Role.ASSISTANT)


def params_json(params: GenerationParams | None) -> str | None:
    return None if params is None else msgspec.json.encode(params).decode()


def stats_json(stats: GenerationStats | None) -> str | None:
    return None if stats is None else msgspec.json.encode(stats).decode()


def details_json(details: Iterable[tuple[str, str]]) -> str | None:
    given = dict(details)
    return msgspec.json.encode(given).decode() if given else None


def _details_of(text: str) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(_decode_details(text).items())
    except (msgspec.DecodeError, UnicodeError) as problem:
        log.warning("details of an error can't be read: %s", problem)
        return ()


def _params_of(text: str | None) -> GenerationParams | None:
    if text is None:
        return None
    try:
        return _decode_params(text).checked()
    except (msgspec.DecodeError, UnicodeError) as problem:
        log.warning("sampling parameters of a chat can't be read: %s", problem)
        return None


def _stats_of(text: str) -> GenerationStats | None:
    try:
        return _decode_stats(text)
    except (msgspec.DecodeError, UnicodeError) as problem:
        log.warning("figures of a reply can't be read: %s", problem)
        return None
