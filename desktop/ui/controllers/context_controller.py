"""What of the open chat the model will see: says so before a message is sent, and has the model write summaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.core.chat import Chat, Message
from desktop.core.context_window import Budget, Overflow, PromptPlan, Sized, Summary, plan, summary_request
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, GenerationStats, StoppedBy
from desktop.core.requests import ChatRequest
from desktop.storage.chats import ChatStore
from desktop.ui import i18n
from desktop.ui.composer.context_notice import ContextNotice
from desktop.workers.generation import GenerationWorker, Job, JobKind, Priority

SETTLED_MS = 120
"""Without a key for so long, what is typed is counted."""
_TEMPERATURE = 0.3


@dataclass
class _Summarising:
    """A summary that is being written."""

    job: Job
    store: ChatStore
    chat_id: int
    until: int
    text: str = ""
    cancelled: bool = False
    """The summary is not wanted; the reply that waits for it is."""
    stopped: bool = False
    """Neither is wanted."""
    after: list[tuple[Callable[[], None], Callable[[], None]]] = field(default_factory=list)
    """What waits for it: what to do then, and what to do when the person stops."""


class ContextController(QObject):
    """Between the notice above the composer, the history and the worker."""

    failed = Signal(object)
    """SamarError: a summary could not be written; the oldest turns are left out instead."""
    chat_changed = Signal(object)
    """Chat: what is left out of it is chosen or summarised anew."""

    def __init__(self, notice: ContextNotice, worker: GenerationWorker, parent: QObject) -> None:
        super().__init__(parent)
        self.notice, self.worker = notice, worker
        self.open: tuple[ChatStore, Chat, Sequence[Message], str, GenerationParams] | None = None
        """Of the chat on the screen: where it is kept, itself, its path, its system prompt, its parameters."""
        self.new = "", GenerationParams()
        """System prompt and parameters of a chat that has no message yet."""
        self.draft = ""
        self.draft_images: Sequence[Sized] = ()
        self.idle = True
        """No reply is being written."""
        self._summaries: dict[int, _Summarising] = {}
        self._refused: set[tuple[int, int]] = set()
        """Summaries (chat, last message) that were cancelled or failed: not begun again by themselves."""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLED_MS)
        self._later.timeout.connect(self.refresh)
        notice.chosen.connect(self._choose)
        notice.summary_edited.connect(self._edit)
        notice.rewrite_requested.connect(self._rewrite)
        notice.cancelled.connect(self._cancel)
        worker.chunk_received.connect(self._on_chunk)
        worker.finished.connect(self._on_finished)
        worker.failed.connect(self._on_failed)

    # --- what the controller tells ---

    def show_chat(
        self, store: ChatStore, chat: Chat | None, path: Sequence[Message], system: str, params: GenerationParams
    ) -> None:
        """The chat on the screen, as it is now; None for one without messages."""
        before = self.open[1].id if self.open else None
        if before != (chat.id if chat else None):
            self.notice.fold()
        self.open = None if chat is None else (store, chat, list(path), system, params)
        self.new = system, params
        self.refresh()

    def set_draft(self, text: str) -> None:
        self.draft = text
        self._later.start()

    def set_draft_images(self, images: Sequence[Sized]) -> None:
        self.draft_images = images
        self._later.start()

    def set_idle(self, idle: bool) -> None:
        if idle and not self.idle:
            self._later.start()  # time to summarise what the next message has no room for
        self.idle = idle

    def plan_for(
        self, chat: Chat, path: Sequence[Message], system: str, params: GenerationParams, draft: str | None = None
    ) -> PromptPlan:
        """What of a chat is sent. Without a loaded model: everything."""
        model = self.worker.model
        budget = Budget(model.context if model else 0, params.max_tokens)
        summary = Summary(chat.summary, chat.summary_until)
        images = () if draft is None else self.draft_images
        sees = model is not None and model.vision
        return plan(path, system, budget, overflow_of(chat), summary, draft, images, sees)

    # --- saying it ---

    def refresh(self) -> None:
        self._later.stop()
        if self.open is None:
            found = self._plan_of_draft()
            self.notice.show_plan(found, Overflow.DROP_OLDEST)
            return
        _store, chat, path, system, params = self.open
        found = self.plan_for(chat, path, system, params, self.draft)
        if overflow_of(chat) is Overflow.SUMMARISE and found.to_summarise and self.idle:
            self._begin_by_itself(found)
        chosen = overflow_of(chat) if chat.overflow else None
        self.notice.show_plan(found, chosen, summarising=self._summary_of(chat.id) is not None)

    def _plan_of_draft(self) -> PromptPlan:
        """Of a chat that has no message yet."""
        model = self.worker.model
        system, params = self.new
        budget = Budget(model.context if model else 0, params.max_tokens)
        sees = model is not None and model.vision
        return plan((), system, budget, draft=self.draft, draft_images=self.draft_images, sees=sees)

    def _choose(self, overflow: Overflow) -> None:
        if self.open is None:
            return
        store, chat, *_ = self.open
        self._guard(lambda: self._keep(store.set_overflow(chat.id, overflow.value)))

    def _edit(self, text: str) -> None:
        if self.open is None:
            return
        store, chat, *_ = self.open
        if chat.summary_until is not None:
            self._guard(lambda: self._keep(store.set_summary(chat.id, text, chat.summary_until)))

    def _rewrite(self) -> None:
        """Forget the summary: it is written anew from the turns themselves."""
        if self.open is None:
            return
        store, chat, *_ = self.open
        self._refused = {known for known in self._refused if known[0] != chat.id}
        self._guard(lambda: self._keep(store.set_summary(chat.id, "", None)))

    def _keep(self, chat: Chat) -> None:
        if self.open is not None and self.open[1].id == chat.id:
            self.open = (self.open[0], chat, *self.open[2:])
        self.chat_changed.emit(chat)
        self.refresh()

    def _guard(self, action: Callable[[], None]) -> None:
        try:
            action()
        except SamarError as problem:
            self.failed.emit(problem)

    # --- summaries ---

    def when_ready(
        self,
        store: ChatStore,
        chat: Chat,
        found: PromptPlan,
        params: GenerationParams,
        then: Callable[[], None],
        stopped: Callable[[], None],
    ) -> None:
        """Do `then` once what `found` leaves out is summarised, where that is wished for; `stopped` if the person stops."""
        summary = self._summary_of(chat.id)
        if summary is None and found.to_summarise and (chat.id, found.to_summarise[-1].id) not in self._refused:
            summary = self._begin(store, chat, found, params, Priority.INTERACTIVE)
        if summary is None:
            then()
        else:
            summary.job.priority = Priority.INTERACTIVE
            summary.after.append((then, stopped))

    def stop(self, chat_id: int, *, unasked: bool = False) -> None:
        """End the summary for which replies of a chat wait, and these. unasked: one that no reply waits for, too."""
        for summary in list(self._summaries.values()):
            if summary.chat_id == chat_id and (summary.after or unasked):
                summary.stopped = True
                summary.job.cancel()

    def forget(self, chat_id: int) -> None:
        """The chat is gone, and where it was kept: what still comes of its summary is dropped."""
        if self.open is not None and self.open[1].id == chat_id:
            self.open = None
            self._later.stop()
        for summary in list(self._summaries.values()):
            if summary.chat_id == chat_id:
                del self._summaries[summary.job.id]
                summary.job.cancel()

    def close(self) -> None:
        """Samar ends: no summary is begun or stored any more."""
        self._later.stop()
        self.open = None
        self._summaries.clear()

    def _summary_of(self, chat_id: int) -> _Summarising | None:
        return next((summary for summary in self._summaries.values() if summary.chat_id == chat_id), None)

    def _begin_by_itself(self, found: PromptPlan) -> None:
        assert self.open is not None
        store, chat, _path, _system, params = self.open
        known = (chat.id, found.to_summarise[-1].id) in self._refused
        if self.worker.model is not None and not self._summaries and not known:
            self._begin(store, chat, found, params, Priority.BACKGROUND)

    def _begin(
        self, store: ChatStore, chat: Chat, found: PromptPlan, params: GenerationParams, priority: Priority
    ) -> _Summarising:
        model = self.worker.model
        budget = Budget(model.context if model else 0, params.max_tokens)
        until = found.to_summarise[-1].id
        most = max(min(400, budget.context // 8), 16)
        request = ChatRequest(
            messages=summary_request(found.to_summarise, found.summary, budget, i18n.current()),
            params=GenerationParams(temperature=_TEMPERATURE, max_tokens=most),
            thinking=False,
            completion=False,
            chat=str(chat.id),
        )
        summary = _Summarising(self.worker.submit(request, JobKind.SUMMARY, priority), store, chat.id, until)
        self._summaries[summary.job.id] = summary
        return summary

    def _cancel(self) -> None:
        if self.open is None:
            return
        summary = self._summary_of(self.open[1].id)
        if summary is not None:
            summary.cancelled = True
            summary.job.cancel()

    def _on_chunk(self, job: int, text: str, thinking: str) -> None:
        summary = self._summaries.get(job)
        if summary is not None:
            summary.text += text
            if thinking:  # a model that can't be told not to: the summary has few tokens
                summary.job.answer_now()

    def _on_finished(self, job: int, stats: GenerationStats) -> None:
        summary = self._summaries.pop(job, None)
        if summary is None:
            return
        if stats.stopped_by is StoppedBy.USER or summary.stopped or not summary.text.strip():
            self._refused.add((summary.chat_id, summary.until))
        else:
            self._guard(
                lambda: self._keep(summary.store.set_summary(summary.chat_id, summary.text.strip(), summary.until))
            )
        ends = summary.stopped or (stats.stopped_by is StoppedBy.USER and not summary.cancelled)
        for then, stopped in summary.after:
            (stopped if ends else then)()
        self.refresh()

    def _on_failed(self, job: int, problem: SamarError) -> None:
        summary = self._summaries.pop(job, None)
        if summary is None:
            return
        self._refused.add((summary.chat_id, summary.until))
        if not summary.stopped:
            self.failed.emit(problem)
        for then, stopped in summary.after:
            (stopped if summary.stopped else then)()
        self.refresh()


def overflow_of(chat: Chat) -> Overflow:
    """What is left out of a chat; a choice of a newer Samar is read as the oldest turns."""
    return Overflow(chat.overflow) if chat.overflow in set(Overflow) else Overflow.DROP_OLDEST
