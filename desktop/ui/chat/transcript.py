"""The view in which chats are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.core.chat import Message, Role
from desktop.core.text import Direction
from desktop.ui.chat.document import THINKING_LINK, ChatDocument, base_direction
from desktop.ui.chat.formula import FormulaRenderer
from desktop.ui.chat.highlight import Highlighter
from desktop.ui.chat.look import LIGHT, Look, Palette, colour
from desktop.ui.chat.page import ChatPage

SCREENFUL = 6
"""Messages that are laid out before the chat is shown; the others follow while nothing else is to do."""
SLICE = 6
"""Messages laid out at once after that."""


class TranscriptView(QWidget):
    """Shows messages, streams into them, reports what the person asks for. Knows no storage and no engine."""

    regenerate_requested = Signal(int)
    continue_requested = Signal(int)
    edit_submitted = Signal(int, str)
    reply_edit_submitted = Signal(int, str)
    sibling_chosen = Signal(int, int)
    delete_requested = Signal(int)
    fork_requested = Signal(int)
    link_opened = Signal(str)
    copied = Signal()
    filled = Signal()
    """Every message of the chat is in the document."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self._palette: Palette = LIGHT
        self._scale = 1.0
        self._look = Look(LIGHT, 1.0, Direction.RTL if rtl else Direction.LTR, self.font())
        self.formulas = FormulaRenderer(self._look, self)
        self.page = ChatPage(self._look, self.formulas, self)
        self.colours = Highlighter(self.page.document(), self._look, self)
        self.chat = ChatDocument(self.page.document(), self._look, self.formulas, self.colours)
        self._siblings: dict[int, tuple[int, int]] = {}
        self._earlier: list[tuple[Message, Direction]] = []
        self._fill = QTimer(self)
        self._fill.setInterval(0)
        self._fill.timeout.connect(self._fill_slice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        self.setFocusProxy(self.page)
        self.page.column_changed.connect(self.chat.fit)
        self.page.anchorClicked.connect(self._follow)
        self.formulas.swapped.connect(self._settle)
        self._at_end = True
        self.page.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.setAutoFillBackground(True)
        self._apply_look()
        self.chat.reset()

    # --- messages -----------------------------------------------------------------------------------------------------
    def set_messages(self, messages: Sequence[Message], siblings: Mapping[int, tuple[int, int]] | None = None) -> None:
        """Show a chat, from its end. siblings: for a message with alternatives, its place among them from 1, and
        their number."""
        self._siblings = dict(siblings or {})
        based = self._based(messages)
        self._earlier = based[:-SCREENFUL]
        self.page.setUpdatesEnabled(False)
        self.chat.reset()
        with self.chat.editing():
            for message, base in based[-SCREENFUL:]:
                self.chat.append(message, base)
        self.page.setUpdatesEnabled(True)
        self.to_end()
        if self._earlier:
            self._fill.start()
        else:
            self.filled.emit()

    def _based(self, messages: Sequence[Message]) -> list[tuple[Message, Direction]]:
        out: list[tuple[Message, Direction]] = []
        asked: Message | None = None
        for message in messages:
            if message.role is Role.SYSTEM:
                continue
            out.append((message, base_direction(asked, self._look.ui_direction)))
            asked = message if message.role is Role.USER else asked
        return out

    def append_message(self, message: Message, place: tuple[int, int] | None = None) -> None:
        """Show one more message at the end. place: as in `set_messages`."""
        asked = next(
            (
                self.chat.entries[id].message
                for id in reversed(self.chat.order)
                if self.chat.entries[id].message.role is Role.USER
            ),
            None,
        )
        if place:
            self._siblings[message.id] = place
        follow = self._at_end or message.role is Role.USER
        with self.chat.editing():
            self.chat.append(message, base_direction(asked, self._look.ui_direction))
        self._settle(follow)

    def append_chunk(self, message_id: int, text: str, thinking: str = "") -> None:
        if message_id not in self.chat.entries:
            return
        follow = self._at_end
        self.chat.feed(message_id, text, thinking)
        self._settle(follow)

    def finish_message(self, message: Message) -> None:
        follow = self._at_end
        self.chat.finish(message)
        self._settle(follow)

    def update_message(self, message: Message) -> None:
        follow = self._at_end
        if message.id in self.chat.entries:
            self.chat.replace(message)
        else:
            self._earlier = [(message if m.id == message.id else m, base) for m, base in self._earlier]
        self._settle(follow)

    def remove_from(self, message_id: int) -> None:
        if message_id in self.chat.entries:
            self.chat.remove_from(message_id)
            return
        at = next((i for i, (m, _) in enumerate(self._earlier) if m.id == message_id), None)
        if at is not None:
            self._earlier = self._earlier[:at]
            self.chat.reset()

    def clear(self) -> None:
        self.set_messages([])

    # --- look ---------------------------------------------------------------------------------------------------------
    def set_theme(self, tokens: Palette) -> None:
        self._palette = tokens
        self._restyle()

    def set_text_scale(self, scale: float) -> None:
        self._scale = min(max(scale, 0.5), 4.0)
        self._restyle()

    def _restyle(self) -> None:
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self._look = Look(self._palette, self._scale, Direction.RTL if rtl else Direction.LTR, self.font())
        messages = [m for m, _ in self._earlier] + [self.chat.entries[id].message for id in self.chat.order]
        self.formulas.reset(self._look)
        self.chat.writer.look = self._look
        self._apply_look()
        self.set_messages(messages, self._siblings)

    def _apply_look(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, colour(self._look.palette.window))
        self.setPalette(palette)
        self.page.apply_look(self._look)

    # --- scrolling ----------------------------------------------------------------------------------------------------
    def to_end(self) -> None:
        bar = self.page.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._at_end = True

    def _scrolled(self, value: int) -> None:
        self._at_end = value >= self.page.verticalScrollBar().maximum() - self._look.px(12)

    def _settle(self, follow: bool | None = None) -> None:
        """After a change: stay at the end if the view was there."""
        if self._at_end if follow is None else follow:
            self.to_end()

    def _fill_slice(self) -> None:
        """Lay out some earlier messages above, without moving what is on the screen."""
        bar = self.page.verticalScrollBar()
        part, self._earlier = self._earlier[-SLICE:], self._earlier[:-SLICE]
        follow = self._at_end
        before = self.page.document().size().height() - bar.value()
        self.page.setUpdatesEnabled(False)
        with self.chat.editing():
            self.chat.prepend(part)
        height = self.page.document().size().height()
        bar.setValue(bar.maximum() if follow else round(height - before))
        self._at_end = follow
        self.page.setUpdatesEnabled(True)
        if not self._earlier:
            self._fill.stop()
            self.filled.emit()

    def _follow(self, url: QUrl) -> None:
        address = url.toString()
        if address.startswith(THINKING_LINK):
            self.chat.toggle_thinking(int(address.removeprefix(THINKING_LINK)))
            return
        self.link_opened.emit(address)
