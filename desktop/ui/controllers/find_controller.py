"""Find in the chat, and the marks of places that a search elsewhere has found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from desktop.ui.transcript.document import ChatDocument
from desktop.ui.transcript.find_bar import FindBar, Hit, find
from desktop.ui.transcript.page import ChatPage
from desktop.ui.transcript.style import colour

_SHOWN = 400
"""Hits that are marked at once, around the current one."""


class FindController(QObject):
    """Connects the find bar with the page."""

    def __init__(self, bar: FindBar, page: ChatPage, chat: Callable[[], ChatDocument]) -> None:
        super().__init__(page)
        self._bar = bar
        self._page = page
        self._chat = chat
        self.hits: list[Hit] = []
        self.current = -1
        bar.changed.connect(self._search)
        bar.moved.connect(self._step)
        bar.closed.connect(self.close)

    @property
    def is_open(self) -> bool:
        return self._bar.isVisible()

    def open(self) -> None:
        chosen = self._page.textCursor().selectedText()
        if chosen and "\u2029" not in chosen and len(chosen) < 100:
            self._bar.field.setText(chosen)
        self._bar.show()
        self._bar.raise_()
        self._bar.field.setFocus()
        self._bar.field.selectAll()
        self.again()

    def close(self) -> None:
        self._bar.hide()
        self.hits, self.current = [], -1
        self._mark()
        self._page.setFocus()

    def again(self) -> None:
        """The document has changed: look anew, keeping the place."""
        if not self.is_open:
            return
        place = self.hits[self.current].start if 0 <= self.current < len(self.hits) else None
        self.hits = find(self._page.document(), self._bar.field.text())
        if place is None:
            self.current = -1
        else:
            self.current = next((i for i, hit in enumerate(self.hits) if hit.start >= place), len(self.hits) - 1)
        self._mark()

    def _search(self, text: str) -> None:
        self.hits = find(self._page.document(), text)
        self.current = -1
        if self.hits:
            # begin with what is on the screen, or after it
            start = self._page.first_visible().position()
            self.current = next((i for i, hit in enumerate(self.hits) if hit.start >= start), 0)
            self._reveal()
        self._mark()

    def _step(self, step: int) -> None:
        if not self.hits:
            return
        self.current = (self.current + step) % len(self.hits)
        self._reveal()
        self._mark()

    def _reveal(self) -> None:
        hit = self.hits[self.current]
        cursor = QTextCursor(self._page.document())
        cursor.setPosition(hit.start)
        reveal(self._page, cursor)

    def mark_message(self, message_id: int, ranges: Sequence[tuple[int, int]]) -> bool:
        """Mark the places of a message that ranges of its source name. Whether one was found."""
        entry = self._chat().entries[message_id]
        first = self._chat().block(entry).position()
        last = self._chat().footer(entry).position()
        content = entry.message.content
        self.hits = []
        for start, end in ranges:
            words = content[start:end]
            found = find(self._page.document(), words, first, last)
            # the same words may stand there several times: take the one of the same rank
            rank = len(_occurrences(content, words, start))
            if found:
                self.hits.append(found[min(rank, len(found) - 1)])
        self.current = 0 if self.hits else -1
        self._mark()
        return bool(self.hits)

    def forget(self) -> None:
        """The document is about to be emptied: what is marked in it goes first."""
        self.hits, self.current = [], -1
        self._mark()

    def release(self) -> None:
        """The document is about to be exchanged. Qt keeps the cursors of what is marked, and ends the process when it
        meets one whose document is gone."""
        self._page.setExtraSelections([])

    def mark_again(self, longer: int) -> None:
        """The same text stands in another document, so many characters later."""
        self.hits = [Hit(hit.start + longer, hit.end + longer) for hit in self.hits]
        self._mark()

    def _mark(self) -> None:
        look = self._page.look
        selections = []
        first = max(0, self.current - _SHOWN // 2)
        for index, hit in enumerate(self.hits[first : first + _SHOWN], first):
            made = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self._page.document())
            cursor.setPosition(hit.start)
            cursor.setPosition(hit.end, QTextCursor.MoveMode.KeepAnchor)
            shape = QTextCharFormat()
            tint = QColor(colour(look.palette.brand))
            tint.setAlphaF(0.75 if index == self.current else 0.28)
            shape.setBackground(tint)
            if index == self.current:
                shape.setForeground(QColor("#14151E"))
            made.cursor, made.format = cursor, shape
            selections.append(made)
        self._page.setExtraSelections(selections)
        self._bar.show_count(self.current + 1, len(self.hits))


def reveal(page: ChatPage, cursor: QTextCursor) -> None:
    """Scroll so that `cursor` stands in the upper third, unless it is well in view already."""
    rect = page.cursorRect(cursor)
    height = page.viewport().height()
    if not page.look.px(40) <= rect.top() <= height - page.look.px(80):
        bar = page.verticalScrollBar()
        bar.setValue(bar.value() + rect.top() - height // 3)


def _occurrences(content: str, words: str, before: int) -> list[int]:
    from desktop.core.folding import find_all

    return [start for start, _ in find_all(content[:before], words)]
