"""The widgets that lie on the page and move with it: the bars of visible messages and code panels, the way to the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QTextBlock
from PySide6.QtWidgets import QApplication, QWidget

from desktop.core.chat import Message, MessageStatus, Role
from desktop.core.text import Direction
from desktop.ui.transcript.block_painter import lines_rect, visible_blocks
from desktop.ui.transcript.blocks import Kind
from desktop.ui.transcript.buttons import GlyphButton, leave
from desktop.ui.transcript.document import ChatDocument
from desktop.ui.transcript.message_actions import CodeBar, MessageBar
from desktop.ui.transcript.page import ChatPage
from desktop.ui.transcript.style import GUTTER, P_KIND, P_MESSAGE, P_TABLE, TranscriptStyle

_W = TypeVar("_W", bound=QWidget)


class Overlays(QObject):
    """Keeps one bar for each visible message that shows one; few exist, however long the chat is."""

    to_end_asked = Signal()
    bar_made = Signal(object)
    code_bar_made = Signal(object)
    table_asked = Signal(int)
    """The number of a table, which is to be shown in a window of its own."""

    def __init__(
        self, page: ChatPage, chat: Callable[[], ChatDocument], siblings: Callable[[int], tuple[int, int] | None]
    ) -> None:
        super().__init__(page)
        self._page = page
        self._chat = chat
        self._siblings = siblings
        self.pages_of: Callable[[Message], Sequence[tuple[str, str]]] = lambda _message: ()
        """The pages that a reply speaks of: name, and what its button says."""
        self.bars: dict[int, MessageBar] = {}
        self.code_bars: dict[int, CodeBar] = {}
        self.table_buttons: dict[int, GlyphButton] = {}
        """By the number of the table, above those that are too wide for the page."""
        self._spare: list[MessageBar] = []
        self._spare_code: list[CodeBar] = []
        self.hovered: int | None = None
        self.current: int | None = None
        """The message that the keyboard is at."""
        self.down = GlyphButton("to-end", "", page.look, page, raised=True)
        self.down.describe(self.tr("To the end"))
        self.down.clicked.connect(self.to_end_asked)
        self.down.hide()
        self.at_end = True
        self.shows_figures = False
        """Whether the speed of replies stands under them."""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.place)
        page.moved.connect(self.place)
        self._held = False
        self.release()
        page.viewport().setMouseTracking(True)
        page.viewport().installEventFilter(self)

    def set_look(self, look: TranscriptStyle) -> None:
        for bar in (*self.bars.values(), *self._spare):
            bar.set_look(look)
        for code in (*self.code_bars.values(), *self._spare_code):
            code.set_look(look)
        for button in self.table_buttons.values():
            button.set_look(look)
        self.down.set_look(look)

    def retranslate(self) -> None:
        """The interface speaks another language: bars that were made before are made anew."""
        self._keep(set(), set(), set())
        for bar in (*self._spare, *self._spare_code):
            bar.deleteLater()
        self._spare.clear()
        self._spare_code.clear()
        self.down.describe(self.tr("To the end"))
        self.update_soon()

    def reset(self) -> None:
        """The document was emptied."""
        self.hovered = self.current = None
        self._keep(set(), set(), set())

    def hold(self) -> None:
        """The document is being exchanged."""
        self._held = True
        self.reset()

    def release(self) -> None:
        self._held = False
        self._page.document().documentLayout().documentSizeChanged.connect(self.update_soon)

    def update_soon(self, _size: object = None) -> None:
        self._later.start()

    # --- the pointer --------------------------------------------------------------------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._hover(event.position())
        elif event.type() == QEvent.Type.Leave and self.hovered is not None:
            self.hovered = None
            self._later.start()
        return False

    def _hover(self, at: QPointF) -> None:
        block = self._page.cursorForPosition(at.toPoint()).block()
        found = block.blockFormat().property(P_MESSAGE)
        if found != self.hovered:
            self.hovered = found
            self._later.start()

    def go_to(self, message_id: int | None) -> None:
        """The keyboard is at this message now: its actions show, and can be reached."""
        self.current = message_id
        self.place()

    # --- placing ------------------------------------------------------------------------------------------------------
    def place(self) -> None:
        """Put bars where their messages are now."""
        self._later.stop()
        if self._held:
            return
        page, look = self._page, self._page.look
        if not self._chat().order:
            self._keep(set(), set(), set())
            self.down.hide()
            return
        offset, height = page.offset(), page.viewport().height()
        bars: set[int] = set()
        codes: set[int] = set()
        tables: set[int] = set()
        last = self._chat().order[-1]
        for block, rect in visible_blocks(page.document(), page.first_visible(), offset + height):
            kind = block.blockFormat().property(P_KIND)
            if kind == Kind.FOOTER:
                entry = self._chat().entries.get(block.blockFormat().property(P_MESSAGE))
                if entry is not None and self._place_bar(block, entry.message, offset, look, last):
                    bars.add(entry.message.id)
            elif kind == Kind.CODE_HEAD:
                codes.add(block.position())
                bar = self._code_bar(block.position())
                line = lines_rect(block, rect)
                size = bar.sizeHint()
                right = page.document().textWidth() - look.px(GUTTER) - block.blockFormat().rightMargin() + look.px(8)
                top = line.top() - offset + (line.height() - size.height()) / 2
                bar.setGeometry(QRect(round(right - size.width()), round(top), size.width(), size.height()))
                bar.show()
            elif kind == Kind.TABLE and self._place_table_button(block, rect.bottom() - offset, look):
                tables.add(block.blockFormat().property(P_TABLE))
        self._keep(bars, codes, tables)
        self.down.setVisible(not self.at_end)
        view = page.viewport().geometry()
        self.down.move(view.center().x() - self.down.width() // 2, view.bottom() - self.down.height() - look.px(12))
        self.down.raise_()

    def _place_bar(self, footer: QTextBlock, message: Message, offset: int, look: TranscriptStyle, last: int) -> bool:
        siblings = self._siblings(message.id)
        streaming = message.status is MessageStatus.STREAMING
        full = not streaming and (message.id in (self.hovered, self.current) or self._has_focus(message.id))
        full = full or (message.id == last and message.role is Role.ASSISTANT and not streaming)
        speaks_of = message.role is Role.ASSISTANT and not streaming and bool(self.pages_of(message))
        if not full and not speaks_of and (siblings is None or siblings[1] < 2):
            return False
        bar = self.bars.get(message.id)
        if bar is None:
            bar = self.bars[message.id] = self._spare.pop() if self._spare else self._make_bar()
        bar.bind(message, siblings, full=full, figures=self.shows_figures)
        gutter = look.px(GUTTER)
        overhang = look.px(6)  # glyphs stand inside their buttons: their ink lines up with the text
        width = round(self._page.document().textWidth()) - 2 * gutter
        top = footer.layout().position().y() - offset + look.px(2)
        side = overhang if not self._rtl() else 0
        extra = overhang
        if message.role is Role.USER:
            side = 0 if not self._rtl() else overhang
        bar.setGeometry(QRect(gutter - side, round(top), width + extra, look.px(30)))
        bar.show()
        return True

    def _place_table_button(self, before: QTextBlock, top: float, look: TranscriptStyle) -> bool:
        """Put a button at the end side above a table, if it is too wide. before: the block in front of the table."""
        number = before.blockFormat().property(P_TABLE)
        if number is None or not (known := self._chat().writer.tables.get(number)) or not known[1].is_tight:
            return False
        button = self.table_buttons.get(number)
        if button is None:
            name = self.tr("Open the table in a window")
            button = self.table_buttons[number] = GlyphButton("expand", name, look, self._page.viewport())
            button.clicked.connect(lambda: self.table_asked.emit(number))
            QWidget.setTabOrder(self._page, button)
        left, right, _ = look.margins(known[0].inside)
        gutter = look.px(GUTTER)
        x = gutter + left
        if known[0].direction is Direction.LTR:
            x = round(self._page.document().textWidth()) - gutter - right - button.width()
        button.move(x, round(top) + look.px(3))
        button.show()
        return True

    def _rtl(self) -> bool:
        return self._page.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _has_focus(self, message_id: int) -> bool:
        bar = self.bars.get(message_id)
        focus = QApplication.focusWidget()
        return bar is not None and focus is not None and bar.isAncestorOf(focus)

    def _make_bar(self) -> MessageBar:
        bar = MessageBar(self._page.look, self._page.viewport())
        self.bar_made.emit(bar)
        return bar

    def _code_bar(self, position: int) -> CodeBar:
        bar = self.code_bars.get(position)
        if bar is None:
            if self._spare_code:
                bar = self._spare_code.pop()
            else:
                bar = CodeBar(self._page.look, self._page.viewport())
                self.code_bar_made.emit(bar)
            self.code_bars[position] = bar
            bar.position = position
        return bar

    def _keep(self, bars: set[int], codes: set[int], tables: set[int]) -> None:
        """Put the bars that are not needed aside."""
        for id in [id for id in self.bars if id not in bars]:
            self._spare.append(_hidden(self.bars.pop(id)))
        for position in [position for position in self.code_bars if position not in codes]:
            self._spare_code.append(_hidden(self.code_bars.pop(position)))
        for number in [number for number in self.table_buttons if number not in tables]:
            _hidden(self.table_buttons.pop(number)).deleteLater()


def _hidden(widget: _W) -> _W:
    leave(widget)
    widget.hide()
    return widget
