"""What of a chat goes to the engine."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.core.chat import Chat, Message, Role
from desktop.core.context_window import PromptPlan, images_sent, with_summary
from desktop.core.generation import GenerationParams
from desktop.core.requests import ChatRequest
from desktop.storage.chats import ChatStore
from desktop.ui import i18n

ALTERNATIVES = 5
"""Likeliest tokens that are told with each one, where the person wants to see probabilities."""


def turns_of(path: Sequence[Message], *, continued: bool) -> list[Message]:
    """The turns that say something to the model, without the reply to come; one that failed before its first word says
    nothing."""
    return [turn for turn in (path if continued else path[:-1]) if turn.content or turn.role is Role.USER]


def request_of(
    store: ChatStore,
    chat: Chat,
    plan: PromptPlan,
    system: str,
    params: GenerationParams,
    *,
    sees: bool,
    continued: bool,
    kept: bool,
    until_repetition: bool,
) -> ChatRequest:
    """The request for a reply. sees: the model is shown images; else they are left out, and a message of images alone
    says that there was one. kept: what is read of the chat may be written to disk. until_repetition: the reply is ended when it
    only repeats itself. Raises SamarError."""
    messages = [(turn.role.value, turn.content) for turn in plan.kept]
    shown = images_sent(plan.kept) if sees else []
    seen = {at for at, _ in shown}
    for at, turn in enumerate(plan.kept):
        if turn.images and at not in seen and not turn.content.strip():
            messages[at] = (turn.role.value, "[image]")
    system = with_summary(system, plan.summary, i18n.current())
    first = 1 if system else 0
    if system:
        messages.insert(0, ("system", system))
    return ChatRequest(
        messages=tuple(messages),
        params=params,
        continue_last=continued,
        images=tuple((at + first, store.picture(image.id)) for at, images in shown for image in images),
        probabilities=ALTERNATIVES if chat.probabilities else 0,
        thinking=chat.thinking,
        chat=str(chat.id),
        kept=kept,
        until_repetition=until_repetition,
    )
