"""Thinking, between panel, composer, replies and worker: whether the model thinks in a chat, and its answer when one has
waited long enough."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.core.chat import Chat
from desktop.ui.controllers.reply_controller import ReplyController
from desktop.ui.main_window import MainWindow
from desktop.ui.transcript.view import TranscriptView
from desktop.workers.generation import GenerationWorker


class ThinkingController(QObject):
    wished = Signal(object)
    """bool, or None for what is set for the model: of the chat on the screen."""

    def __init__(
        self,
        window: MainWindow,
        transcript: TranscriptView,
        replies: ReplyController,
        worker: GenerationWorker,
        chat: Callable[[], Chat | None],
    ) -> None:
        """chat: the one on the screen."""
        super().__init__(window)
        self.window, self.replies, self.worker, self.chat = window, replies, worker, chat
        self.wish: bool | None = None
        """Of the chat on the screen, or of one to come."""
        window.panel.thinking_changed.connect(self._choose)
        window.composer.answer_requested.connect(self.answer_now)
        transcript.answer_requested.connect(self.answer_now)
        replies.grew.connect(self._on_grew)
        replies.changed.connect(self._show)

    def show_chat(self) -> None:
        """What holds in the chat on the screen, or in the one to come."""
        if chat := self.chat():
            self.wish = chat.thinking
        self.window.panel.set_thinking(self.wish, self.worker.model)
        self._show()

    def answer_now(self) -> None:
        """Have the replies of the chat on the screen end their thinking."""
        for message_id in self._thinking():
            self.replies.answer_now(message_id)

    def _thinking(self) -> list[int]:
        """The replies of the chat on the screen that think now."""
        chat = self.chat()
        return [id_ for id_ in self.replies.of_chat(chat.id) if self.replies.thinks(id_)] if chat else []

    def _choose(self, wanted: bool | None) -> None:
        self.wish = wanted
        self.wished.emit(wanted)

    def _on_grew(self, message_id: int, _text: str, _thinking: str) -> None:
        if self.replies.thinks(message_id) != self.window.composer.thinking:
            self._show()

    def _show(self) -> None:
        self.window.composer.set_thinking(bool(self._thinking()))
