"""The editor that lies over a message while it is changed: opened, kept in its place, closed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor

from desktop.core.chat import Role
from desktop.ui.chat.document import ChatDocument
from desktop.ui.chat.look import GUTTER
from desktop.ui.chat.message_editor import MessageEditor
from desktop.ui.chat.page import ChatPage

ABOVE = 10
"""How far the editor reaches over the first line of its message, pixels: it covers the bubble too."""


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
        entry = self._chat().entries[editor.message.id]
        block, place = self._chat().block(entry).next(), page.document().documentLayout().blockBoundingRect
        gutter = page.look.px(GUTTER)
        width = page.viewport().width() - 2 * gutter
        height = editor.height_for(width)
        self._make_room(height - round(place(self._chat().footer(entry)).top() - place(block).top()))
        top = place(block).top() - page.look.px(ABOVE) - page.offset()
        room = page.viewport().height() - height - gutter
        if editor.isHidden() and top > room:  # on opening, never below the edge
            page.verticalScrollBar().setValue(page.offset() + round(top - room))
            top = room
        elif editor.isHidden() and top < 0:  # nor above it
            page.verticalScrollBar().setValue(page.offset() + round(top - gutter))
            top = gutter
        editor.setGeometry(gutter, min(round(top), room) if editor.isHidden() else round(top), width, height)

    def _make_room(self, wanted: int) -> None:
        """Have what follows the message begin below the editor, `wanted` pixels below the top of the footer."""
        editor, chat = self.editor, self._chat()
        if editor is None or editor.message.id not in chat.entries:
            return
        footer = chat.footer(chat.entries[editor.message.id])
        made = footer.blockFormat()
        room = max(wanted - round(made.lineHeight()), 0)
        if made.bottomMargin() != room:
            made.setBottomMargin(room)
            QTextCursor(footer).setBlockFormat(made)

    def close(self) -> None:
        """Leave the message as it was."""
        if self.editor is not None:
            self.editor.cancel.click()

    def _closed(self) -> None:
        self._page.moved.disconnect(self.place)
        self._make_room(0)
        self.editor = None
        self._page.setFocus()
