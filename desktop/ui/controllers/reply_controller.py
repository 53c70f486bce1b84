"""The replies that are being written: what arrives, what is saved, how each ends."""

from __future__ import annotations

import time
from dataclasses import dataclass

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from desktop.core.chat import Message, MessageStatus
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, StoppedBy, TokenChoice
from desktop.storage.chats import ChatStore
from desktop.workers.generation import GenerationWorker, Job

SAVE_EVERY_MS = 1000
ENDED_EARLY = (StoppedBy.USER, StoppedBy.REPETITION)
RETRY_EVERY_MS = 5000


@dataclass
class LiveReply:
    """A reply in the making. `message` is as it was stored when it began."""

    message: Message
    store: ChatStore
    """Where it is kept: the history, or a temporary one."""
    text: str
    thinking: str = ""
    dirty: bool = False
    thinking_began: float | None = None
    thinking_s: float | None = None
    left_out: int = 0
    """Messages of the chat that were not sent."""
    job: Job | None = None
    """None: the request has not been submitted yet."""

    def as_message(self) -> Message:
        return msgspec.structs.replace(
            self.message, content=self.text, thinking=self.thinking, thinking_s=self.thinking_s
        )


@dataclass(frozen=True)
class Ending:
    """The end of a reply that could not be stored yet."""

    reply: LiveReply
    status: MessageStatus
    stats: GenerationStats | None
    problem: SamarError | None

    @property
    def error_code(self) -> str | None:
        return self.problem.code if self.problem else None

    @property
    def error_details(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.problem.details.items()) if self.problem else ()


class ReplyController(QObject):
    """Follows the worker's signals, stores what comes about once a second and at the end.

    What can't be stored (a full disk) stays in memory and is tried again until it can.
    """

    grew = Signal(int, str, str)
    """message_id, new text, new thinking."""
    ended = Signal(object)
    """Message, as it now is."""
    failed = Signal(object, object)
    """Message, SamarError; `ended` comes before it."""
    saving_failed = Signal(object)
    """SamarError; once for each trouble, not for each try."""
    saving_works = Signal()
    """After `saving_failed`: what had to wait is stored."""
    reading = Signal(int, int, int)
    """message_id, tokens read, tokens of the prompt."""
    tokens_received = Signal(int, object)
    """message_id, tuple of TokenChoice."""
    changed = Signal()
    """A reply began or ended."""

    def __init__(self, worker: GenerationWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._live: dict[int, LiveReply] = {}
        self._jobs: dict[int, int] = {}
        """Message of each job."""
        self._unsaved: list[Ending] = []
        self._trouble = False
        self._save_timer = QTimer(self, interval=SAVE_EVERY_MS)
        self._save_timer.timeout.connect(self.save_partials)
        self._retry_timer = QTimer(self, interval=RETRY_EVERY_MS)
        self._retry_timer.timeout.connect(self.store_endings)
        worker.chunk_received.connect(self._on_chunk)
        worker.finished.connect(self._on_finished)
        worker.failed.connect(self._on_failed)
        worker.prompt_progress.connect(self._on_progress)
        worker.tokens_received.connect(self._on_tokens)

    # what is going on

    def follow(self, message: Message, store: ChatStore) -> None:
        """Expect the pieces of this reply, and keep them in `store`."""
        self._live[message.id] = LiveReply(message, store, message.content, message.thinking)
        self._save_timer.start()
        self.changed.emit()

    def is_live(self, message_id: int) -> bool:
        return message_id in self._live

    def asked(self, message_id: int, job: Job, left_out: int) -> None:
        """The request for a reply is submitted as `job`, without `left_out` messages of the chat."""
        reply = self._live[message_id]
        reply.job, reply.left_out = job, left_out
        self._jobs[job.id] = message_id

    def job_of(self, message_id: int) -> Job | None:
        """The job of a reply that is being written; None for other messages and before the request is submitted."""
        reply = self._live.get(message_id)
        return reply.job if reply is not None else None

    def cancel(self, message_id: int) -> None:
        """End a reply whose request is submitted; others stay as they are."""
        if (job := self.job_of(message_id)) is not None:
            job.cancel()

    def answer_now(self, message_id: int) -> None:
        """Have a reply end its thinking and begin its answer."""
        if (job := self.job_of(message_id)) is not None:
            job.answer_now()

    def end(self, message_id: int) -> None:
        """The person stopped a reply before the engine was asked for it."""
        self._end(message_id, MessageStatus.STOPPED, None, None)

    def fail(self, message_id: int, problem: SamarError) -> None:
        """A reply could not be asked for."""
        message = self._end(message_id, MessageStatus.FAILED, None, problem)
        if message is not None:
            self.failed.emit(message, problem)

    def forget(self, chat_id: int) -> None:
        """Drop the replies of a chat that is gone, stored or not: what still comes of them goes nowhere."""
        for message_id in self.of_chat(chat_id):
            self.cancel(message_id)
            self._remove(message_id)
        self._unsaved = [ending for ending in self._unsaved if ending.reply.message.chat_id != chat_id]
        if not self._live:
            self._save_timer.stop()
        self.changed.emit()

    def thinks(self, message_id: int) -> bool:
        """Whether a reply is thinking now."""
        reply = self._live.get(message_id)
        return reply is not None and reply.thinking_began is not None and reply.thinking_s is None

    @property
    def is_all_stored(self) -> bool:
        """Whether no end of a reply waits for a disk that takes it."""
        return not self._unsaved

    def current(self, message: Message) -> Message:
        """The message with what has been written since it was stored."""
        reply = self._live.get(message.id)
        return reply.as_message() if reply else message

    def in_chat(self, chat_id: int) -> bool:
        """Whether a reply is being written there."""
        return bool(self.of_chat(chat_id))

    def of_chat(self, chat_id: int) -> list[int]:
        """The replies that are being written there."""
        return [id_ for id_, reply in self._live.items() if reply.message.chat_id == chat_id]

    def chats(self) -> set[int]:
        """The chats in which a reply is being written."""
        return {reply.message.chat_id for reply in self._live.values()}

    # from the worker

    def _on_progress(self, job: int, done: int, total: int) -> None:
        if job in self._jobs:
            self.reading.emit(self._jobs[job], done, total)

    def _on_tokens(self, job: int, tokens: tuple[TokenChoice, ...]) -> None:
        if job in self._jobs:
            self.tokens_received.emit(self._jobs[job], tokens)

    def _on_chunk(self, job: int, text: str, thinking: str) -> None:
        if job not in self._jobs:
            return
        message_id = self._jobs[job]
        reply = self._live[message_id]
        if thinking and reply.thinking_began is None:
            reply.thinking_began = time.monotonic()
        if text and reply.thinking_began is not None and reply.thinking_s is None:
            reply.thinking_s = time.monotonic() - reply.thinking_began
        reply.text += text
        reply.thinking += thinking
        reply.dirty = True
        self.grew.emit(message_id, text, thinking)

    def _on_finished(self, job: int, stats: GenerationStats) -> None:
        if job not in self._jobs:
            return
        message_id = self._jobs[job]
        status = MessageStatus.STOPPED if stats.stopped_by in ENDED_EARLY else MessageStatus.FINISHED
        if left_out := self._live[message_id].left_out:
            stats = msgspec.structs.replace(stats, dropped_messages=stats.dropped_messages + left_out)
        self._end(message_id, status, stats, None)

    def _on_failed(self, job: int, problem: SamarError) -> None:
        if job in self._jobs:
            self.fail(self._jobs[job], problem)

    def _remove(self, message_id: int) -> LiveReply | None:
        reply = self._live.pop(message_id, None)
        if reply is not None and reply.job is not None:
            del self._jobs[reply.job.id]
        return reply

    def _end(
        self, message_id: int, status: MessageStatus, stats: GenerationStats | None, problem: SamarError | None
    ) -> Message | None:
        reply = self._remove(message_id)
        if reply is None:
            return None
        if not self._live:
            self._save_timer.stop()
        if reply.thinking_began is not None and reply.thinking_s is None:
            reply.thinking_s = time.monotonic() - reply.thinking_began
        if reply.message.is_edited:  # and continued
            stats = msgspec.structs.replace(stats or GenerationStats(prompt_tokens=0), edited=True)
        ending = Ending(reply, status, stats, problem)
        self._unsaved.append(ending)
        self.store_endings()
        message = msgspec.structs.replace(
            reply.as_message(),
            status=status,
            stats=stats,
            error_code=ending.error_code,
            error_details=ending.error_details,
        )
        self.ended.emit(message)
        self.changed.emit()
        return message

    # storing

    def save_partials(self) -> None:
        """Store what has been written so far."""
        for message_id, reply in self._live.items():
            if reply.dirty:
                try:
                    reply.store.save_partial(message_id, reply.text, reply.thinking)
                except SamarError as problem:
                    self._report(problem)
                    return
                reply.dirty = False
                self._saved()

    def store_endings(self) -> None:
        """Store the ends of replies; those that can't be stored now are tried again."""
        while self._unsaved:
            ending = self._unsaved[0]
            reply = ending.reply
            try:
                reply.store.finish(
                    reply.message.id,
                    reply.text,
                    ending.status,
                    ending.stats,
                    ending.error_code,
                    reply.thinking,
                    reply.thinking_s,
                    ending.error_details,
                )
            except SamarError as problem:
                self._retry_timer.start()
                self._report(problem)
                return
            self._unsaved.pop(0)
            self._saved()
        self._retry_timer.stop()

    def _saved(self) -> None:
        if self._trouble:
            self._trouble = False
            self.saving_works.emit()

    def _report(self, problem: SamarError) -> None:
        if not self._trouble:
            self._trouble = True
            self.saving_failed.emit(problem)

    def close(self) -> None:
        """Samar ends: what is being written is stored as stopped."""
        for message_id in list(self._live):
            self._end(message_id, MessageStatus.STOPPED, None, None)
        self._save_timer.stop()
        self._retry_timer.stop()
