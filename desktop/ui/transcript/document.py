"""The messages of a chat in one QTextDocument, so that selection, search and reading by line go across them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtGui import QTextBlock, QTextBlockFormat, QTextCursor, QTextDocument

from desktop.core.chat import Message, MessageStatus, Role
from desktop.core.text import Direction, direction_of
from desktop.ui.transcript import blocks as b
from desktop.ui.transcript import labels
from desktop.ui.transcript.blocks import AnyBlock, Block, Container, Kind, Nesting, Run, Spacing
from desktop.ui.transcript.highlighter import CodeReader, Highlighter
from desktop.ui.transcript.own_message import own_blocks, widest_line
from desktop.ui.transcript.stream import MarkdownStream, blocks_of
from desktop.ui.transcript.style import CODE_INSET, GUTTER, P_KIND, TranscriptStyle
from desktop.ui.transcript.thumbnails import image_blocks
from desktop.ui.transcript.writer import Formulas, Writer

PART = 6
"""Blocks that are written at one step."""
THINKING_LINK = "samar:thinking/"
ANSWER_LINK = "samar:answer/"
"""Beside a thought that grows."""
BUBBLE_PADDING = 17
BUBBLE_SHARE = 0.86
"""Widest bubble, as a share of the column."""


@dataclass
class _Live:
    """One text that is being written. `anchor` stands in the block in front of its unfinished end."""

    stream: MarkdownStream
    anchor: QTextCursor
    tail: list[AnyBlock] = field(default_factory=list)
    fed: int = 0
    """Characters so far."""


@dataclass
class Entry:
    """One message as it stands in the document."""

    message: Message
    start: QTextCursor
    """Always at the beginning of the message's first block."""
    base: Direction
    open: bool = False
    """Whether its thinking is unfolded."""
    answer: _Live | None = None
    thought: _Live | None = None
    parts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)


class ChatDocument(QObject):
    """Owns the document's content. Knows messages and nothing of the view."""

    def __init__(self, document: QTextDocument, look: TranscriptStyle, formulas: Formulas, code: CodeReader) -> None:
        super().__init__(document)
        self.document = document
        self.colours = Highlighter(document, look, code, self)
        self.writer = Writer(document, look, formulas, self.colours)
        self.entries: dict[int, Entry] = {}
        self.order: list[int] = []
        document.setUndoRedoEnabled(False)
        self._set_up()

    @property
    def look(self) -> TranscriptStyle:
        return self.writer.look

    @property
    def column(self) -> float:
        """Width of the text, pixels."""
        return self.writer.column

    @column.setter
    def column(self, width: float) -> None:
        self.writer.column = width

    def _set_up(self) -> None:
        look = self.look
        self.document.setDefaultFont(look.font)
        self.document.setDocumentMargin(look.px(GUTTER))

    # --- whole chats --------------------------------------------------------------------------------------------------
    def reset(self, look: TranscriptStyle | None = None) -> None:
        """Empty the document. Its first block is always there, with no height, so that every message has one before it."""
        if look is not None:
            self.writer.look = look
        self.colours.reset(self.look)
        self.entries.clear()
        self.order.clear()
        self.writer.tables.clear()
        self.document.clear()
        self._set_up()
        cursor = QTextCursor(self.document)
        head = QTextBlockFormat()
        head.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor.setBlockFormat(head)
        cursor.setBlockCharFormat(self.look.plain(Kind.SPEAKER))

    @contextmanager
    def editing(self) -> Iterator[None]:
        """Edits inside are laid out once, at the end."""
        cursor = QTextCursor(self.document)
        cursor.beginEditBlock()
        try:
            yield
        finally:
            cursor.endEditBlock()

    def append(self, message: Message, base: Direction) -> None:
        self.order.append(message.id)
        self._insert(self.document.lastBlock(), message, base)
        self._begin(self.entries[message.id])

    def append_in_parts(self, message: Message, base: Direction) -> Iterator[None]:
        """As `append`, a few blocks at each step, so that a long message does not take long at once. Until the last step
        the message is not to be changed."""
        entry = Entry(message, QTextCursor(self.document), base)
        self.order.append(message.id)
        self.entries[message.id] = entry
        blocks, bubble = self._blocks(entry)
        yield
        begun = False
        for part in _parts(blocks):
            after = self.document.lastBlock()
            position = after.position() + after.length()
            self.writer.insert_after(after, part, message.id, bubble)
            if not begun:
                begun = True
                entry.start.setPosition(position)
            yield
        self._begin(entry)

    def prepend(self, messages: Sequence[tuple[Message, Direction]]) -> None:
        """Put earlier messages, in order of reading, in front of all others."""
        after = self.document.firstBlock()
        for message, base in messages:
            after = self._insert(after, message, base)
        self.order[:0] = [message.id for message, _ in messages]

    def _insert(self, after: QTextBlock, message: Message, base: Direction, *, opened: bool = False) -> QTextBlock:
        position = after.position() + after.length()
        entry = Entry(message, QTextCursor(), base, opened)
        blocks, bubble = self._blocks(entry)
        last = self.writer.insert_after(after, blocks, message.id, bubble)
        entry.start = QTextCursor(self.document)
        entry.start.setPosition(position)
        self.entries[message.id] = entry
        return last

    def _blocks(self, entry: Entry) -> tuple[list[AnyBlock], tuple[int, int]]:
        """The blocks of a message, and the margins of its bubble."""
        if entry.message.role is not Role.USER:
            return self._reply(entry), (0, 0)
        blocks = self._own(entry.message)
        return blocks, self._bubble(blocks)

    # --- one message --------------------------------------------------------------------------------------------------
    def _own(self, message: Message) -> list[AnyBlock]:
        side = self.look.ui_direction.other  # the end side
        inside = (Nesting(Container.BUBBLE, side),)
        images = image_blocks(message.id, message.images, self.look.ui_direction)
        text = message.content.strip() or not images
        return [
            self._speaker(message),
            *images,
            *(own_blocks(message.content, self.look.ui_direction, inside) if text else ()),
            Block(Kind.FOOTER, direction=self.look.ui_direction, gap=Spacing.TIGHT),
        ]

    def _speaker(self, message: Message) -> Block:
        gap = Spacing.NORMAL if message.role is Role.USER else Spacing.TIGHT
        return Block(Kind.SPEAKER, (Run(labels.speaker(message)),), self.look.ui_direction, gap=gap)

    def _reply(self, entry: Entry) -> list[AnyBlock]:
        message = entry.message
        out: list[AnyBlock] = [self._speaker(message)]
        streaming = message.status is MessageStatus.STREAMING
        if message.thinking or (streaming and entry.thoughts):
            out.append(self._thinking_head(entry))
            if entry.open and not streaming:
                out += blocks_of(message.thinking, entry.base, self._thought(entry))
        if not streaming:
            out += blocks_of(message.content, entry.base)
            if status := labels.status(message):
                out.append(self._status(status))
        out.append(Block(Kind.FOOTER, direction=self.look.ui_direction, gap=Spacing.NONE))
        return out

    def _thought(self, entry: Entry) -> tuple[Nesting, ...]:
        return (Nesting(Container.THOUGHT, entry.base),)

    def _thinking_head(self, entry: Entry) -> Block:
        message = entry.message
        runs = [Run(labels.thinking(message, answering=bool(entry.parts)), b.MUTED, f"{THINKING_LINK}{message.id}")]
        if message.status is MessageStatus.STREAMING and not entry.parts and not message.content:
            runs += [Run(" · ", b.MUTED), Run(labels.answer_now(), b.LINK, f"{ANSWER_LINK}{message.id}")]
        marker = "open" if entry.open else "folded"
        ui = self.look.ui_direction
        return Block(Kind.THINKING, tuple(runs), ui, (Nesting(Container.THOUGHT, ui),), Spacing.NONE, marker=marker)

    def _status(self, text: str) -> Block:
        # the names in it are isolated and without controls already
        return Block(Kind.STATUS, (Run(text, b.MUTED),), self.look.ui_direction)

    def _bubble(self, blocks: Sequence[AnyBlock]) -> tuple[int, int]:
        """Margins left and right that give a bubble the width of its longest line."""
        padding = self.look.px(BUBBLE_PADDING)
        most = self.column * BUBBLE_SHARE
        width = min(widest_line(self.look, blocks, most - 2 * padding, CODE_INSET) + 2 * padding, most)
        rest = int(self.column - width)
        if self.look.ui_direction is Direction.RTL:
            return padding, rest + padding
        return rest + padding, padding

    # --- streaming ----------------------------------------------------------------------------------------------------
    def _begin(self, entry: Entry) -> None:
        """Make a message ready to grow; its text so far is the first piece."""
        message = entry.message
        if message.status is not MessageStatus.STREAMING or message.role is not Role.ASSISTANT:
            return
        if message.thinking:
            self._feed_thought(entry, message.thinking)
        if message.content:
            self._feed_answer(entry, message.content)
        elif not message.thinking:
            self._wait(entry)

    def _wait(self, entry: Entry) -> None:
        """A sign that the reply is on its way, before its first word."""
        waiting: list[AnyBlock] = [self._status("…")]
        before = self.footer(entry).previous()
        self.writer.patch(before, [], waiting, entry.message.id)
        entry.answer = _Live(MarkdownStream(entry.base), self._anchor(before), waiting)

    def _anchor(self, block: QTextBlock) -> QTextCursor:
        anchor = QTextCursor(block)
        anchor.setKeepPositionOnInsert(True)  # what is inserted behind an empty block must not take it along
        return anchor

    def feed(self, message_id: int, text: str, thinking: str = "") -> None:
        """Append what came. Lays out only what changed."""
        entry = self.entries[message_id]
        with self.editing():
            if thinking:
                self._feed_thought(entry, thinking)
            if text:
                self._feed_answer(self.entries[message_id], text)  # the thought may have been written anew
        self.colours.grow()

    def _feed_answer(self, entry: Entry, text: str) -> None:
        if entry.answer is None:
            entry.answer = _Live(MarkdownStream(entry.base), self._anchor(self.footer(entry).previous()))
        entry.parts.append(text)
        if len(entry.parts) == 1 and entry.thought is not None:
            self._rewrite_head(entry, self.block(entry).next())
        self._grow(entry, entry.answer, text)

    def _feed_thought(self, entry: Entry, text: str) -> None:
        entry.thoughts.append(text)
        if entry.thought is None:
            head = self._thinking_head(entry)
            place = self.block(entry)
            if entry.answer is not None and entry.answer.tail and not entry.parts:  # the sign of waiting
                self.writer.patch(self.document.findBlock(entry.answer.anchor.position()), entry.answer.tail, [], 0)
                entry.answer = None
            if place.next().blockFormat().property(P_KIND) != Kind.THINKING:
                self.writer.insert_after(place, [head], entry.message.id)
            entry.thought = _Live(MarkdownStream(entry.base, self._thought(entry)), self._anchor(place.next()))
        if entry.open:
            self._grow(entry, entry.thought, text)

    def _grow(self, entry: Entry, live: _Live, text: str) -> None:
        live.stream.feed(text)
        live.fed += len(text)
        update = live.stream.update()
        if live.stream.turned:
            self.replace(self.current(entry.message.id))
            return
        self._put(entry, live, update.stable, update.tail)

    def _put(self, entry: Entry, live: _Live, stable: list[AnyBlock], tail: list[AnyBlock]) -> None:
        before = self.document.findBlock(live.anchor.position())
        if any(block.kind is Kind.CODE_FOOT for block in stable):
            self.colours.finished()
        places = self.writer.patch(before, live.tail, stable + tail, entry.message.id, live=bool(tail))
        live.anchor.setPosition(places[len(stable)])
        live.tail = tail

    def finish(self, message: Message) -> None:
        """The reply has ended: read its end for good, and say how it ended."""
        entry = self.entries.get(message.id)
        if entry is None:
            return
        live = entry.answer
        whole = "".join(entry.parts)
        thought = entry.thought if entry.open else None
        streams = [part.stream for part in (live, thought) if part is not None]
        rest = [stream.finish().stable for stream in streams]
        if (
            live is None
            or not entry.parts
            or whole != message.content
            or any(stream.reaches_back for stream in streams)
            or (thought is not None and "".join(entry.thoughts) != message.thinking)
        ):
            self.replace(message)
            return
        entry.message = message
        with self.editing():
            self._put(entry, live, rest[0], [])
            if thought is not None:
                self._put(entry, thought, rest[1], [])
            if status := labels.status(message):
                self.writer.insert_after(self.footer(entry).previous(), [self._status(status)], message.id)
            head = self.block(entry).next()
            if head.blockFormat().property(P_KIND) == Kind.THINKING:
                self._rewrite_head(entry, head)
        entry.answer = entry.thought = None
        entry.parts, entry.thoughts = [], []

    def _rewrite_head(self, entry: Entry, head: QTextBlock) -> None:
        cursor = QTextCursor(head)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        for run in self._thinking_head(entry).runs:
            cursor.insertText(run.text, self.look.char_format(run, Kind.THINKING))

    # --- change -------------------------------------------------------------------------------------------------------
    def replace(self, message: Message, *, opened: bool | None = None) -> None:
        """Show `message` in the place of what has its id."""
        entry = self.entries[message.id]
        with self.editing():
            before = self.block(entry).previous()
            before = self.writer.remove_between(before, self.footer(entry))
            self._insert(before, message, entry.base, opened=entry.open if opened is None else opened)
            self._begin(self.entries[message.id])

    def current(self, message_id: int) -> Message:
        """A message with what it holds by now, also while it streams."""
        entry = self.entries[message_id]
        if not entry.parts and not entry.thoughts:
            return entry.message
        return msgspec.structs.replace(entry.message, content="".join(entry.parts), thinking="".join(entry.thoughts))

    def toggle_thinking(self, message_id: int) -> None:
        entry = self.entries[message_id]
        if entry.answer is None and entry.thought is None:
            self.replace(entry.message, opened=not entry.open)
            return
        self.replace(self.current(message_id), opened=not entry.open)

    def remove_from(self, message_id: int) -> None:
        """Remove a message and all that follow it."""
        entry = self.entries[message_id]
        with self.editing():
            self.writer.remove_between(self.block(entry).previous(), self.document.lastBlock())
        at = self.order.index(message_id)
        for gone in self.order[at:]:
            del self.entries[gone]
        del self.order[at:]

    def fit(self, column: float) -> None:
        """Give the bubbles the width that a column of `column` pixels allows."""
        if abs(column - self.column) < 1 or column < 1:
            return
        self.column = column
        with self.editing():
            self.writer.fit_tables()
            for entry in self.entries.values():
                if entry.message.role is not Role.USER:
                    continue
                blocks = self._own(entry.message)
                margins = self._bubble(blocks)
                place = self.block(entry).next()
                for block in blocks[1:-1]:
                    assert isinstance(block, Block)
                    QTextCursor(place).setBlockFormat(self.look.block_format(block, entry.message.id, margins))
                    place = place.next()

    # --- places -------------------------------------------------------------------------------------------------------
    def block(self, entry: Entry) -> QTextBlock:
        """The first block of a message, which says who speaks."""
        return self.document.findBlock(entry.start.position())

    def footer(self, entry: Entry) -> QTextBlock:
        """The last block of a message, room for its actions."""
        if entry.message.id == self.order[-1]:
            return self.document.lastBlock()
        following = self.order[self.order.index(entry.message.id) + 1]
        return self.block(self.entries[following]).previous()


def _parts(blocks: Sequence[AnyBlock]) -> Iterator[Sequence[AnyBlock]]:
    """Blocks in groups of about PART; a code block is never divided, since it is coloured as a whole."""
    start, in_code = 0, False
    for at, block in enumerate(blocks):
        in_code = block.kind is Kind.CODE_HEAD or (in_code and block.kind is not Kind.CODE_FOOT)
        if at + 1 - start >= PART and not in_code:
            yield blocks[start : at + 1]
            start = at + 1
    if start < len(blocks):
        yield blocks[start:]


def base_direction(previous: Message | None, ui: Direction) -> Direction:
    """What a message's blocks fall back on: the direction of the message it answers, else the interface's."""
    return direction_of(previous.content, ui) if previous is not None else ui
