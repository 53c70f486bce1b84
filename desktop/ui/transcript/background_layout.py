"""Laying out a long chat behind the screen.

Qt lays a document out from the place of a change to its end, so putting earlier messages above those on the screen
would cost the more the longer the chat is. The whole chat is therefore written from its beginning into a second
document, a few milliseconds at a time, which then takes the place of the first. A view that is given a document has
all of it laid out anew; that is done in parts as well, behind a picture of what was there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QTextBlock

from desktop.core.chat import Message
from desktop.core.text import Direction
from desktop.ui.transcript.document import ChatDocument

SLICE_S = 0.008
"""What one turn of the event loop is meant to take, seconds. At least one step is done in each, however long it takes."""
WRITING_S = 0.004
"""Of it, for writing: Qt takes as much as half of that again to take note of what was written."""


class BackgroundLayout(QObject):
    """Writes all messages of a chat into a document of its own while nothing else is to do."""

    written = Signal(object)
    """ChatDocument: every message is in it; it is to be given to the view."""
    done = Signal()
    """It is laid out in the view."""

    def __init__(
        self,
        make: Callable[[], ChatDocument],
        messages: Callable[[], Sequence[Message]],
        base: Callable[[int], Direction],
        parent: QObject,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """make: an empty document. messages: what the chat holds now. base: direction of the message at an index.
        clock: monotonic, seconds."""
        super().__init__(parent)
        self._make = make
        self._messages = messages
        self._base = base
        self._clock = clock
        self._writing: Iterator[None] = iter(())
        """The message that is being written, step by step: the last one of `chat`."""
        self.chat: ChatDocument | None = None
        self._laid: QTextBlock | None = None
        """While the view has the document: how far it is laid out."""
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.work)

    @property
    def is_active(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        self.stop()
        self._writing = iter(())
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
        self.finish()
        if self.chat is not None:
            self.chat.document.deleteLater()
            self.chat = None

    def update(self, message: Message) -> None:
        """`message` has changed."""
        if self.chat is not None and message.id in self.chat.entries:
            self._finish_message(self.chat)
            self.chat.replace(message)

    def remove_from(self, message_id: int) -> None:
        if self.chat is not None and message_id in self.chat.entries:
            self._finish_message(self.chat)
            self.chat.remove_from(message_id)

    def _finish_message(self, chat: ChatDocument) -> None:
        """A message that is half there can't be changed."""
        with chat.editing():
            for _ in self._writing:
                pass

    def finish(self) -> None:
        """Lay out the rest at once, if the view has the document already."""
        while self._laid is not None:
            self.work()

    def work(self) -> None:
        """One slice."""
        chat = self.chat
        if chat is None:
            return
        if self._laid is not None:
            self._lay_out(chat, self._laid)
            return
        if self._write(chat):
            self.written.emit(chat)
            self._laid = chat.document.firstBlock()

    def _write(self, chat: ChatDocument) -> bool:
        """Some steps more; whether all messages are there."""
        messages = self._messages()
        stop = self._clock() + WRITING_S
        with chat.editing():
            while True:
                if next(self._writing, self) is self:  # the message is whole
                    index = len(chat.order)
                    if index == len(messages):
                        return True
                    self._writing = chat.append_in_parts(messages[index], self._base(index))
                elif self._clock() >= stop:
                    return False

    def _lay_out(self, chat: ChatDocument, block: QTextBlock) -> None:
        """Some blocks more: asked where one is, Qt lays out all that stands above it."""
        layout = chat.document.documentLayout()
        stop = self._clock() + SLICE_S
        while block.isValid():
            layout.blockBoundingRect(block)
            block = block.next()
            if self._clock() >= stop:
                break
        if block.isValid():
            self._laid = block
            return
        self._laid = self.chat = None
        self._timer.stop()
        self.done.emit()
