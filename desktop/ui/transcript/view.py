"""The view in which chats are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import (
    QAccessible,
    QCursor,
    QGuiApplication,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from desktop.core.chat import Message, MessageStatus, Role
from desktop.core.text import Direction
from desktop.ui.controllers.code_saving import CodeSaver
from desktop.ui.controllers.edit_controller import EditController
from desktop.ui.controllers.find_controller import FindController, reveal
from desktop.ui.transcript import labels
from desktop.ui.transcript.background_layout import BackgroundLayout
from desktop.ui.transcript.copying import code_text, selected
from desktop.ui.transcript.document import ANSWER_LINK, THINKING_LINK, ChatDocument, base_direction
from desktop.ui.transcript.find_bar import FindBar
from desktop.ui.transcript.highlighter import CodeReader
from desktop.ui.transcript.link_popover import LinkPopover
from desktop.ui.transcript.message_actions import CodeBar, MessageBar
from desktop.ui.transcript.message_editor import MessageEditor
from desktop.ui.transcript.overlays import Overlays
from desktop.ui.transcript.page import ChatPage
from desktop.ui.transcript.page_menu import page_menu
from desktop.ui.transcript.snapshot_overlay import SnapshotOverlay, Taking
from desktop.ui.transcript.style import LIGHT, P_MESSAGE, Palette, TranscriptStyle, colour
from desktop.ui.transcript.thumbnails import Drawings, Thumbnails, linked
from desktop.ui.widgets.basic import say

SCREENFUL = 6
"""Messages that are laid out before the chat is shown; the others follow while nothing else is to do."""
MORE = 10
"""Messages that are put above the others when the person scrolls up before that is done."""
NEARBY = 16
"""Characters that selected text may move by when its Markdown is read anew."""
LONGEST_SAID = 4000
"""Characters of a message that a screen reader is given at once."""
SCALES = (0.75, 0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0)


class TranscriptView(QWidget):
    """Shows messages, streams into them, reports what the person asks for. Knows no storage and no engine."""

    regenerate_requested = Signal(int)
    continue_requested = Signal(int)
    edit_submitted = Signal(int, str)
    reply_edit_submitted = Signal(int, str)
    sibling_chosen = Signal(int, int)
    delete_requested = Signal(int)
    fork_requested = Signal(int)
    probabilities_requested = Signal(int)
    answer_requested = Signal()
    """The thinking that is shown has taken long enough."""
    export_requested = Signal(object, str)
    """Message, one of workers.transfer.CHOICES."""
    image_chosen = Signal(str, int, int)
    """show, copy or save; message id, which of its images"""
    link_opened = Signal(str)
    """The person has seen where the link leads and wants to go there: http, https or mailto."""
    copied = Signal()
    text_scale_changed = Signal(float)
    failed = Signal(object)
    """SamarError: a code block could not be saved."""
    page_requested = Signal(str)
    """Name of a page that a reply speaks of, and a button under it opens."""
    filled = Signal()
    """Every message of the chat is in the document."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette: Palette = LIGHT
        self._scale = 1.0
        self._look = self._make_look()
        self.formulas = Drawings(self._look, self)
        self.code = CodeReader(self)
        self.page = ChatPage(self._look, self.formulas, self)
        self.thumbnails = Thumbnails(self.page)
        self.has_tokens: Callable[[int], bool] = lambda _id: False
        """Whether the probabilities of a reply are known; replaced by whoever has them."""
        self.chat = ChatDocument(self.page.document(), self._look, self.formulas, self.code)
        self.overlays = Overlays(self.page, lambda: self.chat, lambda id: self._siblings.get(id))
        self.find_bar = FindBar(self._look, self)
        self.finder = FindController(self.find_bar, self.page, lambda: self.chat)
        self.editing = EditController(self.page, lambda: self.chat)
        self._saver = CodeSaver(self)
        self._siblings: dict[int, tuple[int, int]] = {}
        self._messages: list[Message] = []
        self._first = 0
        """Index of the first message that is in the document."""
        self._at_end = True
        self._taking: Taking | None = None
        self._unfolded: set[int] = set()
        """Replies whose thoughts are shown as soon as they are in the document."""
        self._followed = False
        """The end was shown when the mouse button was pressed."""
        self.filler = BackgroundLayout(self._second_document, lambda: self._messages, self._base, self)
        self.setFocusProxy(self.page)
        self.page.setAccessibleName(self.tr("Conversation"))
        self.page.sources = self.sources
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        self._connect()
        self.setAutoFillBackground(True)
        self._apply_look()
        self.chat.reset()

    def _connect(self) -> None:
        self.page.column_changed.connect(lambda width: self.chat.fit(width))
        self.filler.written.connect(self._take)
        self.filler.done.connect(self._taken)
        self.page.anchorClicked.connect(self._follow)
        self.page.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.page.verticalScrollBar().rangeChanged.connect(self._stay_at_end)
        self.page.zoomed.connect(self._zoom)
        self.page.stepped.connect(self._step)
        self.page.find_asked.connect(self.open_find)
        self.page.menu_asked.connect(lambda place: self.menu(place).popup(place))
        self.page.copied.connect(self.copied)
        self.formulas.swapped.connect(self._settle)
        self.overlays.to_end_asked.connect(self.to_end)
        self.overlays.bar_made.connect(self._connect_bar)
        self.overlays.table_asked.connect(self.open_table)
        self.overlays.code_bar_made.connect(self._connect_code_bar)
        self.filled.connect(self.finder.again)
        self.filled.connect(self.editing.open_kept)
        self.page.released.connect(self._released)
        self.find_bar.closed.connect(self._make_room)
        self._saver.failed.connect(self.failed)
        self.editing.own_submitted.connect(self.edit_submitted)
        self.editing.reply_submitted.connect(self.reply_edit_submitted)

    def _connect_bar(self, bar: MessageBar) -> None:
        bar.chosen.connect(self.act)
        bar.has_tokens = lambda message_id: self.has_tokens(message_id)
        bar.pages_of = lambda message: self.overlays.pages_of(message)
        bar.page_chosen.connect(self.page_requested)
        bar.sibling_chosen.connect(self._choose_sibling)
        QWidget.setTabOrder(self.page, bar.copy)
        buttons = [bar.copy, bar.regenerate, bar.resume, bar.edit, bar.tokens, bar.more, bar.previous, bar.next]
        for one, other in pairwise(buttons):
            QWidget.setTabOrder(one, other)

    def _connect_code_bar(self, bar: CodeBar) -> None:
        bar.copied.connect(lambda at: self.copy_text(code_text(self.page.document().findBlock(at))))
        bar.saved.connect(lambda at: self._saver.ask(self.page.document().findBlock(at)))
        QWidget.setTabOrder(self.page, bar.copy)
        QWidget.setTabOrder(bar.copy, bar.save)

    # --- messages -----------------------------------------------------------------------------------------------------
    def set_messages(self, messages: Sequence[Message], siblings: Mapping[int, tuple[int, int]] | None = None) -> None:
        """Show a chat, from its end. siblings: for a message with alternatives, its place among them from 1, and
        their number. An open editor is closed, and the edits that were kept belong to this chat no more."""
        self.editing.close()
        self.editing.kept.clear()
        self._unfolded.clear()
        self._write(messages, siblings)

    def _write(self, messages: Sequence[Message], siblings: Mapping[int, tuple[int, int]] | None) -> None:
        self._siblings = dict(siblings or {})
        self.filler.stop()
        self._messages = [message for message in messages if message.role is not Role.SYSTEM]
        self._first = max(0, len(self._messages) - SCREENFUL)
        self.page.setUpdatesEnabled(False)
        self._is_putting = True  # emptying the page moves its scroll bar to the top, which asks for earlier messages
        self.overlays.reset()
        self.finder.forget()
        self.formulas.reset(self._look)
        self.chat.reset(self._look)
        with self.chat.editing():
            for index in range(self._first, len(self._messages)):
                self.chat.append(self._messages[index], self._base(index))
        self.page.setUpdatesEnabled(True)
        self._is_putting = False
        self.to_end()
        self.overlays.place()
        if self._first:
            self.filler.start()
            if self._is_streaming():
                self.filler.pause()
        else:
            self.filled.emit()

    def _base(self, index: int) -> Direction:
        """What the blocks of a message fall back on: the direction of the question before it."""
        asked = next((m for m in reversed(self._messages[max(0, index - 8) : index]) if m.role is Role.USER), None)
        return base_direction(asked, self._look.ui_direction)

    def _second_document(self) -> ChatDocument:
        shown = self.page.document()
        document = QTextDocument(self.page)
        document.documentLayout().setPaintDevice(self.page.viewport())
        document.setDefaultTextOption(shown.defaultTextOption())
        document.setDefaultFont(shown.defaultFont())
        document.setPageSize(shown.pageSize())
        chat = ChatDocument(document, self._look, self.formulas, self.code)
        chat.column = self.chat.column
        chat.reset(self._look)
        return chat

    def _take(self, chat: ChatDocument) -> None:
        """The whole chat is written: show that document, at the same place and with the same selection.

        Both end alike, so places are kept as distances from the end.
        """
        shown, bar = self.page.document(), self.page.verticalScrollBar()
        self._unfolded.update(id for id in self.chat.order if self.chat.entries[id].open)
        for id in self._unfolded & chat.entries.keys():
            chat.replace(chat.entries[id].message, opened=True)
        self._unfolded.clear()
        rest = shown.size().height() - bar.value()
        longer = chat.document.characterCount() - shown.characterCount()
        chosen = self.page.textCursor()
        anchor, position = max(chosen.anchor() + longer, 0), max(chosen.position() + longer, 0)
        self._taking = Taking(self._at_end, rest, longer, anchor, position, SnapshotOverlay(self.page))
        self._taking.overlay.touched.connect(self.filler.finish)
        self.chat = chat
        self._is_putting = True
        self.overlays.hold()
        self.page.setUpdatesEnabled(False)
        self.finder.release()
        ours = shown.parent() is self.page  # a document that the page made itself is deleted by it, and no other
        self.page.setDocument(chat.document)
        if ours:
            shown.deleteLater()
        self.chat.fit(self.page.column())

    def _taken(self) -> None:
        """It is laid out."""
        taking, self._taking = self._taking, None
        assert taking is not None
        document, bar = self.chat.document, self.page.verticalScrollBar()
        self._first = 0
        document.documentLayout().documentSizeChanged.emit(document.size())
        moved = QTextCursor(document)
        moved.setPosition(taking.anchor)
        moved.setPosition(taking.position, QTextCursor.MoveMode.KeepAnchor)
        self.page.setTextCursor(moved)
        self.finder.mark_again(taking.longer)
        bar.setValue(bar.maximum() if taking.follow else round(document.size().height() - taking.rest))
        self.overlays.release()
        self.page.setUpdatesEnabled(True)
        self._is_putting = False
        taking.overlay.leave()
        self._settle(taking.follow)
        self.filled.emit()

    def append_message(self, message: Message, siblings: tuple[int, int] | None = None) -> None:
        """Add a message at the end. One that is streaming takes chunks from now on."""
        self.filler.finish()
        if siblings is not None:
            self._siblings[message.id] = siblings
        self._messages.append(message)
        follow = self._at_end or message.role is Role.USER
        with self.chat.editing():
            self.chat.append(message, self._base(len(self._messages) - 1))
        self._settle(follow)
        if self._is_streaming():
            self.filler.pause()  # goes on when the reply is finished

    def append_chunk(self, message_id: int, text: str, thinking: str = "") -> None:
        """Add to a streaming reply. What of it is finished is never laid out again."""
        self.filler.finish()
        if message_id not in self.chat.entries:
            return
        follow = self._at_end
        with self._selection_kept():
            self.chat.feed(message_id, text, thinking)
        self._settle(follow)

    def finish_message(self, message: Message) -> None:
        """A streaming reply has ended; `message` says how."""
        self.filler.finish()
        follow = self._at_end
        with self._in_place(), self._selection_kept():
            self.chat.finish(message)
        self._exchange(message)
        self._settle(follow)
        self.filler.resume()
        self._announce(message.id)

    def _announce(self, message_id: int) -> None:
        """Have a screen reader read a message: who writes, then what stands there, in the order of its source."""
        if QAccessible.isActive() and message_id in self.chat.entries:
            words = (
                f"{labels.speaker(self.chat.current(message_id))} {selected(self._content(message_id), markdown=False)}"
            )
            say(self.page, words[:LONGEST_SAID])

    def update_message(self, message: Message, siblings: tuple[int, int] | None = None) -> None:
        """Show `message` in the place of the one with its id."""
        self.filler.finish()
        if siblings is not None:
            self._siblings[message.id] = siblings
        follow = self._at_end
        self._exchange(message)
        if message.id in self.chat.entries:
            with self._in_place():
                self.chat.replace(message)
        self._settle(follow)

    def _exchange(self, message: Message) -> None:
        self._messages = [message if known.id == message.id else known for known in self._messages]
        self.filler.update(message)

    def remove_from(self, message_id: int) -> None:
        """Remove a message and all that follow it."""
        self.filler.finish()
        at = next((index for index, message in enumerate(self._messages) if message.id == message_id), None)
        if at is None:
            return
        editor = self.editing.editor
        if editor is not None and editor.message.id in {message.id for message in self._messages[at:]}:
            self.editing.close()
        if at < self._first or at == 0:
            self._write(self._messages[:at], self._siblings)
            if self.editing.editor is not None:
                self._reach(self.editing.editor.message.id)
                self.editing.place()
            return
        del self._messages[at:]
        self.filler.remove_from(message_id)
        self.chat.remove_from(message_id)
        self._settle()
        self.filler.resume()

    def show_figures(self, shown: bool) -> None:
        """Whether the speed of replies stands under them."""
        self.overlays.shows_figures = shown
        self.overlays.place()

    def clear(self) -> None:
        self.set_messages([])

    def close_parsers(self) -> None:
        """End what typesets formulas and reads code; to be called once, when the view is not needed any more."""
        self.formulas.close()
        self.code.close()

    def sources(self) -> dict[int, str]:
        return {message.id: message.content for message in self._messages}

    # --- look ---------------------------------------------------------------------------------------------------------
    def set_theme(self, tokens: Palette) -> None:
        self._palette = tokens
        self._restyle()

    def set_text_scale(self, scale: float) -> None:
        """1.0 is the normal size."""
        scale = min(max(scale, SCALES[0]), SCALES[-1])
        if scale != self._scale:
            self._scale = scale
            self._restyle()

    def _make_look(self) -> TranscriptStyle:
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        return TranscriptStyle(self._palette, self._scale, Direction.RTL if rtl else Direction.LTR, self.font())

    def _restyle(self) -> None:
        """Write the document anew in the new look, at the same place."""
        self.filler.finish()
        messages, siblings = self._current_messages(), self._siblings
        place = None if self._at_end else self._message_at(self.page.viewport().height() // 3)
        self._unfolded.update(id for id in self.chat.order if self.chat.entries[id].open)
        chosen = self.page.textCursor()
        selection, count = chosen.selectedText(), self.page.document().characterCount()
        from_end = count - chosen.anchor(), count - chosen.position()
        self._look = self._make_look()
        self._apply_look()
        self._write(messages, siblings)
        self._unfold()
        if self.editing.editor is not None:
            self._reach(self.editing.editor.message.id)
            self.editing.set_look()
        if selection:
            self._select_again(selection, *from_end)
        if place is not None:
            self.scroll_to_message(place)
        self.editing.place()

    def _unfold(self) -> None:
        """Show the thoughts that the person had unfolded, as far as their messages are in the document."""
        for id in self._unfolded & self.chat.entries.keys():
            self._unfolded.discard(id)
            if not self.chat.entries[id].open:
                self.chat.toggle_thinking(id)

    def _select_again(self, text: str, anchor: int, position: int) -> None:
        """Select what was selected before the document was written anew; places count from its end. What reads otherwise
        now (in another language) is not selected."""
        while self._first and max(anchor, position) >= self.page.document().characterCount():
            self._put_above(MORE)
        document = self.page.document()
        count = document.characterCount()
        if max(anchor, position) > count:
            return
        cursor = QTextCursor(document)
        cursor.setPosition(count - anchor)
        cursor.setPosition(count - position, QTextCursor.MoveMode.KeepAnchor)
        if cursor.selectedText() == text:
            self._set_cursor(cursor)

    def _set_cursor(self, cursor: QTextCursor) -> None:
        """Without scrolling to it."""
        bar = self.page.verticalScrollBar()
        value = bar.value()
        self.page.setTextCursor(cursor)
        bar.setValue(value)

    @contextmanager
    def _selection_kept(self) -> Iterator[None]:
        """Keep what is selected while a reply grows: text that is put at its end is no part of it, and what is written anew
        (a word that turned out to be bold) is selected again."""
        before = self.page.textCursor()
        text, anchor, position = before.selectedText(), before.anchor(), before.position()
        yield
        if not text or self.page.textCursor().selectedText() == text:
            return
        start = self._place_of(text, min(anchor, position))
        if start is None:
            return
        ends = (start, start + len(text.encode("utf-16-le")) // 2)
        cursor = QTextCursor(self.page.document())
        cursor.setPosition(ends[0] if anchor <= position else ends[1])
        cursor.setPosition(ends[1] if anchor <= position else ends[0], QTextCursor.MoveMode.KeepAnchor)
        self._set_cursor(cursor)

    def _place_of(self, text: str, near: int) -> int | None:
        """Where `text` stands now that stood at `near`; None if it is not about there any more."""
        document = self.page.document()
        end = min(near + len(text.encode("utf-16-le")) // 2, document.characterCount() - 1)
        cursor = QTextCursor(document)
        cursor.setPosition(min(near, end))
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        if cursor.selectedText() == text:
            return near
        if "\u2029" in text or "\u2028" in text:
            return None
        found = document.find(text, max(near - NEARBY, 0), QTextDocument.FindFlag.FindCaseSensitively)
        return None if found.isNull() or found.selectionStart() > near + NEARBY else found.selectionStart()

    def _current_messages(self) -> list[Message]:
        """All messages, with what a streaming one holds by now."""
        return [self.chat.current(m.id) if m.id in self.chat.entries else m for m in self._messages]

    def _apply_look(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, colour(self._look.palette.window))
        self.setPalette(palette)
        self.formulas.device_ratio = self.devicePixelRatioF()
        self.page.apply_look(self._look)
        self.overlays.set_look(self._look)
        self.find_bar.set_look(self._look)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.LayoutDirectionChange, QEvent.Type.FontChange) and hasattr(self, "find_bar"):
            self._restyle()
        elif event.type() == QEvent.Type.LanguageChange:
            self.page.setAccessibleName(self.tr("Conversation"))
            self.overlays.retranslate()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.DevicePixelRatioChange
            and self.devicePixelRatioF() != self.formulas.device_ratio
        ):
            self._restyle()
        return super().event(event)

    def _zoom(self, steps: int) -> None:
        nearest = min(range(len(SCALES)), key=lambda i: abs(SCALES[i] - self._scale))
        scale = SCALES[min(max(nearest + steps, 0), len(SCALES) - 1)] if steps else 1.0
        self.set_text_scale(scale)
        self.text_scale_changed.emit(scale)

    # --- scrolling ----------------------------------------------------------------------------------------------------
    def _stay_at_end(self) -> None:
        if self._at_end and not self.page.is_pressed:
            self.to_end()

    def _released(self) -> None:
        """A click without a selection: go on following, if the end was followed before it."""
        if self._followed and not self.page.textCursor().hasSelection():
            self.to_end()
        self._followed = False

    def to_end(self) -> None:
        bar = self.page.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._scrolled(bar.value())

    @property
    def is_at_end(self) -> bool:
        return self._at_end

    def scroll_to_message(self, message_id: int, ranges: Sequence[tuple[int, int]] = ()) -> None:
        """Show a message; ranges: spans of its source, in characters, to be marked."""
        self.filler.finish()
        self._reach(message_id)
        entry = self.chat.entries.get(message_id)
        if entry is None:
            return
        if ranges and self.finder.mark_message(message_id, ranges):
            cursor = QTextCursor(self.page.document())
            cursor.setPosition(self.finder.hits[0].start)
            reveal(self.page, cursor)
            return
        top = self.page.document().documentLayout().blockBoundingRect(self.chat.block(entry)).top()
        self.page.verticalScrollBar().setValue(int(top))

    def _reach(self, message_id: int) -> None:
        """Have a message of the chat in the document."""
        while message_id not in self.chat.entries and self._first:
            self._put_above(MORE)

    def _scrolled(self, value: int) -> None:
        self._at_end = value >= self.page.verticalScrollBar().maximum() - self._look.px(12)
        if self.overlays.at_end != self._at_end:
            self.overlays.at_end = self._at_end
            self.overlays.down.setVisible(not self._at_end)
        if self._first and value < self.page.viewport().height() and not self._is_putting:
            self._put_above(MORE)

    def _settle(self, follow: bool | None = None) -> None:
        """After a change: stay at the end if the view was there."""
        if self._at_end if follow is None else follow:
            if self.page.is_pressed:  # what is being selected stays under the mouse
                self._followed = True
            else:
                self.to_end()
        self._scrolled(self.page.verticalScrollBar().value())
        self.overlays.update_soon()

    @contextmanager
    def _in_place(self, block: QTextBlock | None = None) -> Iterator[None]:
        """Keep a block, by default the first visible one, where it is on the screen."""
        layout = self.page.document().documentLayout()
        bar = self.page.verticalScrollBar()
        anchor = QTextCursor(block or self.page.cursorForPosition(QPoint(self.page.viewport().width() // 2, 0)).block())
        before = layout.blockBoundingRect(anchor.block()).top() - bar.value()
        yield
        bar.setValue(round(layout.blockBoundingRect(anchor.block()).top() - before))

    @property
    def is_filled(self) -> bool:
        return self._first == 0

    _is_putting = False

    def _put_above(self, count: int) -> None:
        """Put earlier messages above the others, without moving what is on the screen."""
        self._is_putting = True
        start = max(0, self._first - count)
        part = [(self._messages[index], self._base(index)) for index in range(start, self._first)]
        follow = self._at_end
        self.page.setUpdatesEnabled(False)
        with self._in_place(self.page.document().lastBlock()), self.chat.editing():
            self.chat.prepend(part)
        self._first = start
        self._unfold()
        self.page.setUpdatesEnabled(True)
        if follow:
            self.to_end()
        self._is_putting = False
        if self._first == 0:
            self.filler.stop()
            self.filled.emit()

    def _is_streaming(self) -> bool:
        return (
            bool(self.chat.order) and self.chat.entries[self.chat.order[-1]].message.status is MessageStatus.STREAMING
        )

    # --- what the person does -----------------------------------------------------------------------------------------
    def open_find(self) -> None:
        self.filler.finish()
        self._make_room(self.find_bar.height() + 16)
        self._place_find_bar()
        self.finder.open()

    def forget_find(self) -> None:
        """What was looked for is of no other chat."""
        self.find_bar.field.setText("")  # not clear(), which can be undone
        if self.finder.is_open:
            self.finder.close()

    def copy_last_reply(self) -> None:
        """Put the last reply on the clipboard."""
        for message in reversed(self._current_messages()):
            if message.role is Role.ASSISTANT:
                if message.id not in self.chat.entries:  # the person's own messages behind it fill the first part
                    self.filler.finish()
                self.act("copy", message.id)
                return

    def edit_message(self, message_id: int) -> None:
        """Open the editor over a message."""
        self.filler.finish()
        self.editing.open(message_id)

    @property
    def editor(self) -> MessageEditor | None:
        return self.editing.editor

    def act(self, action: str, message_id: int) -> None:
        """Do what a bar or a menu offers for a message."""
        match action:
            case "copy":
                from desktop.ui.transcript.clipboard import mime_of

                made = mime_of(self._content(message_id), self.sources(), self.formulas.mathml, thoughts=False)
                QGuiApplication.clipboard().setMimeData(made)
                self.copied.emit()
            case "copy-markdown":
                self.copy_text(self.chat.current(message_id).content)
            case "copy-plain":
                self.copy_text(selected(self._content(message_id), markdown=False, thoughts=False))
            case "regenerate":
                self.regenerate_requested.emit(message_id)
            case "continue":
                self.continue_requested.emit(message_id)
            case "edit":
                self.edit_message(message_id)
            case _ if action.startswith("export-"):
                self.export_requested.emit(self.chat.current(message_id), action.removeprefix("export-"))
            case "fork":
                self.fork_requested.emit(message_id)
            case "delete":
                self.delete_requested.emit(message_id)
            case "probabilities":
                self.probabilities_requested.emit(message_id)

    def _choose_sibling(self, message_id: int, delta: int) -> None:
        """Ask for the branch beside this one; the keyboard stays at the arrow, which belongs to another message then."""
        bar = self.overlays.bars.get(message_id)
        held = bar.held_arrow() if bar else None
        place = next((index for index, message in enumerate(self._messages) if message.id == message_id), -1)
        self.sibling_chosen.emit(message_id, delta)
        if held is not None and 0 <= place < len(self._messages):
            self.overlays.place()
            bar = self.overlays.bars.get(self._messages[place].id)
            if bar is not None:
                bar.hold_arrow(held)

    def _content(self, message_id: int) -> QTextCursor:
        """A cursor that selects a message as a whole."""
        entry = self.chat.entries[message_id]
        cursor = QTextCursor(self.chat.block(entry))
        cursor.setPosition(self.chat.footer(entry).position(), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def copy_text(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit()

    def open_table(self, number: int) -> None:
        """Show a table in a window of its own. number: as it carries it in the document."""
        from desktop.ui.transcript.table_window import TableWindow

        window = TableWindow(self.chat.writer.tables[number][0], self._look, self)
        window.copied.connect(self.copied)
        window.open()

    def menu(self, place: QPoint) -> QMenu:
        """The context menu for a place, in global coordinates."""
        return page_menu(self, place)

    def _follow(self, url: QUrl) -> None:
        address = url.toString()
        if address.startswith(THINKING_LINK):
            self._toggle(int(address.removeprefix(THINKING_LINK)))
        elif address.startswith(ANSWER_LINK):
            self.answer_requested.emit()
        elif image := linked(address):
            self.image_chosen.emit("show", *image)
        else:
            card = LinkPopover(address, self._look, self)
            card.opened.connect(self.link_opened)
            corner = self.page.viewport().mapToGlobal(self.page.cursorRect().bottomLeft())
            card.show_at(QCursor.pos() if self.page.underMouse() else corner)

    def _toggle(self, message_id: int) -> None:
        entry = self.chat.entries.get(message_id)
        if entry is None:
            return
        follow, self._at_end = self._at_end and self._is_streaming(), False
        with self._in_place(self.chat.block(entry).previous()):
            self.chat.toggle_thinking(message_id)
        self._settle(follow)

    def step_from_composer(self, step: int) -> None:
        """Go up to the last message; the keyboard goes along. Below it there is none."""
        if step < 0 and self.chat.order:
            self.page.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._go_to(self.chat.order[-1])

    def _step(self, step: int) -> None:
        """Go to the message before or after the one at the cursor, or at the top of the view."""
        here = self.overlays.current
        order = self.chat.order
        if not order:
            return
        if here not in order:
            here = self._message_at(0) or order[0]
            step = 0 if step > 0 else step
        index = min(max(order.index(here) + step, 0), len(order) - 1)
        self._go_to(order[index])

    def _go_to(self, message_id: int) -> None:
        """Put the cursor at the beginning of a message that is in the document, and show its actions."""
        self.page.setTextCursor(QTextCursor(self.chat.block(self.chat.entries[message_id]).next()))
        self.scroll_to_message(message_id)
        self.overlays.go_to(message_id)
        self._announce(message_id)

    def _message_at(self, y: int) -> int | None:
        at = QPoint(self.page.viewport().width() // 2, y)
        found = self.page.cursorForPosition(at).block().blockFormat().property(P_MESSAGE)
        return found if found in self.chat.entries else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.filler.finish()
        follow = self._at_end
        super().resizeEvent(event)
        if follow:
            self.to_end()
        self._place_find_bar()
        self.editing.place()

    def _make_room(self, above: int = 0) -> None:
        """Keep the find bar off the messages."""
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(0, above, 0, 0)

    def _place_find_bar(self) -> None:
        width = min(self._look.px(420), self.width() - 24)
        x = 12 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else self.width() - width - 24
        self.find_bar.setGeometry(x, 10, width, self.find_bar.height())
