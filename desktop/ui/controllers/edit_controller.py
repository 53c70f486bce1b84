"""The editor that lies over a message while it is changed: opened, kept in its place, closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication

from desktop.core.chat import Role
from desktop.ui.transcript.document import ChatDocument
from desktop.ui.transcript.message_editor import MessageEditor
from desktop.ui.transcript.page import ChatPage
from desktop.ui.transcript.style import GUTTER

ABOVE = 10
"""How far the editor reaches over the first line of its message, pixels: it covers the bubble too."""


class EditController(QObject):
    """One editor at most, which moves with the page. What was typed in it is kept until it is sent, saved or given up."""

    own_submitted = Signal(int, str)
    reply_submitted = Signal(int, str)
    edited = Signal(int)
    """message id: what it is being changed to is another text now, in `kept`"""
    given_up = Signal(int)
    """message id: it is not being changed any more"""

    def __init__(self, page: ChatPage, chat: Callable[[], ChatDocument]) -> None:
        super().__init__(page)
        self._page, self._chat = page, chat
        self.editor: MessageEditor | None = None
        self.kept: dict[int, str] = {}
        """What messages of the chat on the screen are being changed to, the last one last."""
        self._refused = False

    def set_kept(self, edits: Mapping[int, str]) -> None:
        """Edits of the chat on the screen; the last one of a message that is shown is opened, without taking the focus."""
        self.kept = dict(edits)
        self.open_kept()

    def open_kept(self) -> None:
        """Open the editor over the last message that is being changed, unless one is open."""
        if self.editor is None:
            found = next((id_ for id_ in reversed(self.kept) if id_ in self._chat().entries), None)
            if found is not None:
                self.open(found, focus=False)

    def open(self, message_id: int, *, focus: bool = True) -> None:
        """Open the editor over a message, with what it was being changed to."""
        entry = self._chat().entries.get(message_id)
        if entry is None:
            return
        self.close()
        text = self.kept.get(message_id, entry.message.content)
        editor = self.editor = MessageEditor(entry.message, text, self._page.look, self._page.viewport())
        editor.submitted.connect(self._submit)
        editor.cancelled.connect(self._cancel)
        editor.field.textChanged.connect(self._keep)
        editor.field.document().documentLayout().documentSizeChanged.connect(lambda _size: self.place())
        self._page.moved.connect(self.place)
        self.place(opening=True)
        editor.show()
        self.place(opening=True)  # only what is shown knows how high its text is
        if focus:
            editor.field.setFocus()

    def _keep(self) -> None:
        if self.editor is None:
            return
        message, text = self.editor.message, self.editor.field.toPlainText()
        if text == self.kept.get(message.id, message.content):
            return  # a paragraph turned its direction; the words are the same
        self.kept.pop(message.id, None)
        if text == message.content:
            self.given_up.emit(message.id)
        else:
            self.kept[message.id] = text
            self.edited.emit(message.id)

    def _submit(self, text: str) -> None:
        assert self.editor is not None
        message, self._refused = self.editor.message, False
        if not text or text == message.content:
            self._cancel()
            return
        (self.own_submitted if message.role is Role.USER else self.reply_submitted).emit(message.id, text)
        if not self._refused:
            self.kept.pop(message.id, None)
            if self.editor is not None and self.editor.message.id == message.id:
                self.close()

    def refuse(self) -> None:
        """What was just submitted could not be stored: the editor stays, with its text."""
        self._refused = True

    def _cancel(self) -> None:
        if self.editor is None:
            return
        message_id = self.editor.message.id
        self.close()
        if self.kept.pop(message_id, None) is not None:
            self.given_up.emit(message_id)

    def set_look(self) -> None:
        """The page has another look; what is typed, its selection and its undo stay."""
        if self.editor is not None:
            self.editor.set_look(self._page.look)

    def place(self, *, opening: bool = False) -> None:
        """Lay the editor over its message. opening: and bring it into view."""
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
        if opening and top > room:  # on opening, never below the edge
            page.verticalScrollBar().setValue(page.offset() + round(top - room))
            top = room
        elif opening and top < 0:  # nor above it
            page.verticalScrollBar().setValue(page.offset() + round(top - gutter))
            top = gutter
        editor.setGeometry(gutter, min(round(top), room) if opening else round(top), width, height)

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
        """Take the editor away; what was typed in it stays in `kept`."""
        if self.editor is None:
            return
        self._page.moved.disconnect(self.place)
        self._make_room(0)
        editor, self.editor = self.editor, None
        focused = QApplication.focusWidget()
        had_focus = focused is not None and editor.isAncestorOf(focused)
        editor.hide()
        editor.deleteLater()
        if had_focus:
            self._page.setFocus()
