"""The words that the transcript writes around messages."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.core.chat import Message, MessageStatus, Role
from desktop.core.errors import SENTENCES, SamarError
from desktop.core.generation import GenerationStats, StoppedBy
from desktop.ui.error_presenter import present
from desktop.ui.i18n import Context

Transcript = Context("Transcript")


def speaker(message: Message) -> str:
    """Who writes; heard by a screen reader in front of the message."""
    if message.role is Role.USER:
        return QCoreApplication.translate("Transcript", "You:")
    return (message.model or QCoreApplication.translate("Transcript", "Samar")) + ":"


def thinking(message: Message, *, answering: bool = False) -> str:
    """answering: a reply that is being written has come to its answer."""
    if message.thinking_s is None:
        if message.status is MessageStatus.STREAMING and not answering and not message.content:
            return QCoreApplication.translate("Transcript", "Thinking…")
        return QCoreApplication.translate("Transcript", "Thought")
    seconds = max(1, round(message.thinking_s))
    if seconds >= 120:
        return Transcript.tr("Thought for %n min", "", round(seconds / 60))
    return Transcript.tr("Thought for %n s", "", seconds)


def answer_now() -> str:
    return QCoreApplication.translate("Composer", "Answer now")


def status(message: Message) -> str:
    """The line under a reply that did not end by itself, or was edited; empty for any other."""
    if message.is_edited and message.status is not MessageStatus.STREAMING:
        return QCoreApplication.translate("Transcript", "Edited")
    match message.status:
        case MessageStatus.STOPPED if message.stats and message.stats.stopped_by is StoppedBy.REPETITION:
            return QCoreApplication.translate(
                "Transcript",
                "Stopped: the model only repeated itself. “Continue” lets it go on; another model may do better.",
            )
        case MessageStatus.STOPPED:
            return QCoreApplication.translate("Transcript", "Stopped")
        case MessageStatus.INTERRUPTED:
            return QCoreApplication.translate(
                "Transcript", "Interrupted: Samar was closed while this was being written."
            )
        case MessageStatus.FAILED:
            if message.error_code is None or message.error_code not in SENTENCES:
                return QCoreApplication.translate("Transcript", "This reply failed. What was written is kept.")
            said = present(SamarError(message.error_code, **dict(message.error_details)))
            if "{" in said.what:  # stored before details were: the sentence has holes
                return QCoreApplication.translate("Transcript", "This reply failed. What was written is kept.")
            return f"{said.what} {said.then}"
    if message.stats and message.stats.stopped_by is StoppedBy.LENGTH:
        return QCoreApplication.translate("Transcript", "Ended at the longest length that is set for replies.")
    if message.stats and message.stats.stopped_by is StoppedBy.CONTEXT:
        return QCoreApplication.translate("Transcript", "Ended because the context is full.")
    if message.status is MessageStatus.FINISHED and not message.content.strip():
        return QCoreApplication.translate("Transcript", "The model ended without writing anything.")
    return ""


def figures(stats: GenerationStats | None) -> str:
    """The figures of a reply: "0.3 s to start · 41 tokens/s · 126 tokens"; "" for one that was edited."""
    if stats is None or not stats.reply_tokens or stats.edited:
        return ""
    # a model that answers at once should not seem to have been measured wrongly
    start = f"{stats.first_token_s:.2f}" if stats.first_token_s < 0.095 else f"{stats.first_token_s:.1f}"
    speed = f"{stats.tokens_per_s:.0f}" if stats.tokens_per_s >= 9.5 else f"{stats.tokens_per_s:.1f}"
    parts = [
        QCoreApplication.translate("Transcript", "{seconds} s to start").format(seconds=start),
        QCoreApplication.translate("Transcript", "{speed} tokens/s").format(speed=speed),
        Transcript.tr("%n token(s)", "", stats.reply_tokens),
    ]
    return " · ".join(parts)
