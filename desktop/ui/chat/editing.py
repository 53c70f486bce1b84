"""The editor that lies over a message while it is changed: opened, kept in its place, closed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.core.chat import Role
from desktop.ui.chat.document import ChatDocument
from desktop.ui.chat.look import GUTTER
from desktop.ui.chat.message_editor import MessageEditor
from desktop.ui.chat.page import ChatPage


class Editing(QObject):
    """One editor at most, which moves with the page."""

    own_submitted = Signal(int, str)
    reply_submitted = Signal(int, str)

    def __init__(self, page: ChatPage, chat: Callable[[], ChatDocument]) -> None:
        super().__init__(page)
        self._page, self._chat = page, chat
        self.editor: MessageEditor | None = None

    def open(self, message_id: int) -> None:
        """Open the editor over a message."""
        entry = self._chat().entries.get(message_id)
        if entry is None:
            return
        self.close()
        editor = self.editor = MessageEditor(entry.message, self._page.look, self._page.viewport())
        signal = self.own_submitted if entry.message.role is Role.USER else self.reply_submitted
        editor.submitted.connect(signal)
        editor.closed.connect(self._closed)
        self.place()
        editor.show()
        editor.field.setFocus()
        self._page.moved.connect(self.place)
        editor.field.document().documentLayout().documentSizeChanged.connect(lambda _size: self.place())

    def place(self) -> None:
        """Lay the editor over its message."""
        editor, page = self.editor, self._page
        if editor is None or editor.message.id not in self._chat().entries:
            return
        block = self._chat().block(self._chat().entries[editor.message.id]).next()
        top = page.document().documentLayout().blockBoundingRect(block).top() - page.offset()
        gutter = page.look.px(GUTTER)
        width = page.viewport().width() - 2 * gutter
        height = editor.height_for(width)
        room = page.viewport().height() - height - gutter
        if editor.isHidden() and top > room:  # on opening, never below the edge
            page.verticalScrollBar().setValue(page.offset() + round(top - room))
            top = room
        elif editor.isHidden() and top < 0:  # nor above it
            page.verticalScrollBar().setValue(page.offset() + round(top - gutter))
            top = gutter
        editor.setGeometry(gutter, min(round(top), room) if editor.isHidden() else round(top), width, height)

    def close(self) -> None:
        """Leave the message as it was."""
        if self.editor is not None:
            self.editor.cancel.click()

    def _closed(self) -> None:
        self._page.moved.disconnect(self.place)
        self.editor = None
        self._page.setFocus()
