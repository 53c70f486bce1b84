"""Probabilities of tokens: asked for where the person wants them, remembered while Samar runs, shown for one reply.

They are never written to disk: they tell what else a chat might have said, and are of use while one looks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from desktop.core.generation import TokenChoice
from desktop.ui.controllers.reply_controller import ReplyController
from desktop.ui.main_window import MainWindow
from desktop.ui.transcript.view import TranscriptView

_MOST_TOKENS = 100_000
"""Remembered of all replies together; the oldest replies go first."""


class ProbabilityController(QObject):
    """Between the switch in the panel, the replies and the transcript."""

    wished = Signal(bool)
    """The person wants them in this chat, or no more."""

    def __init__(self, window: MainWindow, transcript: TranscriptView, replies: ReplyController) -> None:
        super().__init__(window)
        self.window, self.transcript = window, transcript
        self.wish = False
        """Of the chat on the screen, or of one to come."""
        self._of: OrderedDict[int, list[TokenChoice]] = OrderedDict()
        self._count = 0
        window.panel.probabilities_changed.connect(self._choose)
        replies.tokens_received.connect(self._take)
        transcript.has_tokens = self.has
        transcript.probabilities_requested.connect(self.show)

    def show_wish(self, wanted: bool) -> None:
        """What holds in the chat on the screen."""
        self.wish = wanted
        self.window.panel.set_probabilities(wanted)

    def _choose(self, wanted: bool) -> None:
        self.wish = wanted
        self.wished.emit(wanted)

    def has(self, message_id: int) -> bool:
        return message_id in self._of

    def tokens_of(self, message_id: int) -> Sequence[TokenChoice]:
        return self._of.get(message_id, ())

    def forget(self, message_ids: Iterable[int]) -> None:
        """These replies are gone, or say something else now."""
        for message_id in message_ids:
            self._count -= len(self._of.pop(message_id, ()))

    def _take(self, message_id: int, tokens: Sequence[TokenChoice]) -> None:
        self._of.setdefault(message_id, []).extend(tokens)
        self._of.move_to_end(message_id)
        self._count += len(tokens)
        while self._count > _MOST_TOKENS and len(self._of) > 1:
            self._count -= len(self._of.popitem(last=False)[1])

    def show(self, message_id: int) -> None:
        """Open the window with the tokens of a reply."""
        if message_id not in self._of:
            return
        from desktop.core.token_text import pieces
        from desktop.ui.transcript.token_view import TokenView

        message = self.transcript.chat.current(message_id)
        TokenView(pieces(self._of[message_id], message.thinking + message.content), self.window).open()
