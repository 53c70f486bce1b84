"""Laying out a long chat behind the screen.

Qt lays a document out from the place of a change to its end, so putting earlier messages above those on the screen
would cost the more the longer the chat is. The whole chat is therefore written from its beginning into a second
document, a few milliseconds at a time, which then takes the place of the first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.core.chat import Message
from desktop.core.text import Direction
from desktop.ui.chat.document import ChatDocument

SLICE_S = 0.006
"""Longest time at once, seconds; a single message may take longer."""


class Filler(QObject):
    """Writes all messages of a chat into a document of its own while nothing else is to do."""

    done = Signal(object)
    """ChatDocument: every message is in it."""

    def __init__(
        self,
        make: Callable[[], ChatDocument],
        messages: Callable[[], Sequence[Message]],
        base: Callable[[int], Direction],
        parent: QObject,
    ) -> None:
        """make: an empty document. messages: what the chat holds now. base: direction of the message at an index."""
        super().__init__(parent)
        self._make = make
        self._messages = messages
        self._base = base
        self.chat: ChatDocument | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.work)

    @property
    def is_active(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        self.stop()
        self.chat = self._make()
        self._timer.start()

    def pause(self) -> None:
        self._timer.stop()

    def resume(self) -> None:
        if self.chat is not None:
            self._timer.start()

    def stop(self) -> None:
        """Forget what was written."""
        self._timer.stop()
        if self.chat is not None:
            self.chat.document.deleteLater()
            self.chat = None

    def update(self, message: Message) -> None:
        """`message` has changed."""
        if self.chat is not None and message.id in self.chat.entries:
            self.chat.replace(message)

    def remove_from(self, message_id: int) -> None:
        if self.chat is not None and message_id in self.chat.entries:
            self.chat.remove_from(message_id)

    def work(self) -> None:
        """One slice."""
        chat = self.chat
        if chat is None:
            return
        messages = self._messages()
        stop = time.perf_counter() + SLICE_S
        with chat.editing():
            while len(chat.order) < len(messages) and time.perf_counter() < stop:
                index = len(chat.order)
                chat.append(messages[index], self._base(index))
        if len(chat.order) == len(messages):
            self._timer.stop()
            self.chat = None
            self.done.emit(chat)
