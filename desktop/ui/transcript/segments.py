"""Where Markdown can be cut: line by line, into segments that mean alone what they mean together.

A segment is one block of the outermost level, or one item of an outermost list, or a few blocks that no blank line
parts. Where one ends depends on the complete lines so far and on nothing else, so a text that is read at once has the
same segments as one that arrives in pieces. A fenced code block of the outermost level is told line by line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto

from desktop.core.text import shown

LONGEST_LINE = 4000
"""Characters. A longer line is no prose: it is shown as plain text, in pieces of this length."""
LONGEST_PARAGRAPH = 6000
"""Characters that are parsed as one paragraph; a longer one is cut at the end of a line."""
LONGEST_SEGMENT = 40_000
"""Characters of a segment; what is longer is cut at the end of a line, whatever it is."""
OTHER_LINE_ENDS = "\x85\u2028\u2029"
"""They end a line on the screen, and are kept where code is copied."""

_FENCE = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})(.*)")
_MARKER = re.compile(r" {0,3}([-+*]|(\d{1,9})[.)])(?:([ \t]+)(.*)|$)")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_QUOTE = re.compile(r" {0,3}>")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_NOTE = re.compile(r" {0,3}\[\^[^\]\s]+\]:")
_COLUMNS = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_DOLLARS = re.compile(r" {0,3}\$\$")
_INNER_DOLLARS = re.compile(r"(?:[ \t]|[-+*>][ \t]|>|\d{1,9}[.)][ \t])*(\$\$.*?)[ \t]*$")
_BRACKET = re.compile(r" {0,3}\\\[")


class _Kind(Enum):
    NONE = auto()
    """No segment is open."""
    PARAGRAPH = auto()
    TABLE = auto()
    QUOTE = auto()
    CODE = auto()
    """Indented."""
    ITEM = auto()
    NOTE = auto()
    """The text of a footnote."""
    BRACKET = auto()


@dataclass(slots=True)
class Segment:
    """Lines that are parsed together.

    first: number of the first line in the text. number: of the list item that begins it, when the list began before.
    after_blank: whether a blank line stands before it.
    """

    first: int = 0
    number: int | None = None
    after_blank: bool = False
    source: list[str] = field(default_factory=list)
    """As written, without line ends but those of OTHER_LINE_ENDS."""
    lines: list[str] = field(default_factory=list)
    """As shown."""

    @property
    def is_empty(self) -> bool:
        return not any(line.strip() for line in self.lines)


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line too long to be parsed, as shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced code block of the outermost level begins. mark: "" for one that ends with the text."""

    mark: str
    indent: int
    info: str

    def is_closed_by(self, line: str) -> bool:
        body = line.strip()
        return bool(self.mark) and len(body) >= len(self.mark) and set(body) == {self.mark[0]} and columns(line) < 4

    def may_be_closed_by(self, beginning: str) -> bool:
        body = beginning.strip()
        return bool(self.mark) and (not body or set(body) == {self.mark[0]})

    def content(self, line: str) -> str:
        return line[min(self.indent, len(line) - len(line.lstrip(" "))) :]


@dataclass(slots=True)
class CodeLine:
    """One line of it, as written."""

    source: str


class FenceEnd:
    """It is closed."""


Event = Segment | LongLine | Fence | CodeLine | FenceEnd


class Splitter:
    """Takes complete lines, gives what they complete. `open` holds the lines of the segment that may still grow."""

    def __init__(self) -> None:
        self.open = Segment()
        self.fence: Fence | None = None
        self._kind = _Kind.NONE
        self._line = 0
        self._blank = False
        self._length = 0
        self._width = 0
        """Columns before the content of the open list item or note."""
        self._type = ""
        """The last character of the list's markers."""
        self._next = 0
        """Number of the list's next item."""
        self._is_bare = False
        """Whether nothing stands behind the open item's marker."""
        self._in_formula = False
        """Whether a formula between lines of `$$` is open, which blank lines and lists do not end."""

    @property
    def line(self) -> int:
        """Number of the next line."""
        return self._line

    @property
    def is_list(self) -> bool:
        return self._kind is _Kind.ITEM

    def begin_code(self, language: str) -> Fence:
        """All lines of the text, of which none was pushed yet, are code."""
        self.fence = Fence("", 0, language)
        return self.fence

    def push(self, source: str) -> list[Event]:
        """One line more, without its line end but with one of OTHER_LINE_ENDS."""
        if self.fence is not None:
            self._line += 1
            if self.fence.mark in source and self.fence.is_closed_by(shown(without_end(source))):
                self.fence = None
                return [FenceEnd()]
            return [CodeLine(source)]
        out: list[Event] = []
        line = shown(without_end(source))
        if not line.strip():
            self._push_blank(source, line, out)
        elif self.is_too_long(line):
            self._cut(out)
            out.append(LongLine(line))
        elif self._kind is not _Kind.NONE and self._goes_on(line):
            self._append(source, line)
            self._end(line, out)
        else:
            self._start(source, line, out)
        self._blank = not line.strip()
        self._line += 1
        return out

    def skip_line(self) -> list[Event]:
        """A line too long for one piece has begun; it is read elsewhere."""
        out: list[Event] = []
        self._cut(out)
        self._blank = False
        self._line += 1
        return out

    def close(self) -> list[Event]:
        """No line follows."""
        out: list[Event] = []
        self._cut(out)
        return out

    def is_too_long(self, line: str) -> bool:
        """Whether `line`, or a line that begins so, is shown as plain text."""
        inside = self._kind in (_Kind.ITEM, _Kind.NOTE, _Kind.CODE) and columns(line) >= self._width
        return len(line) > (LONGEST_SEGMENT if inside else LONGEST_LINE) and not _FENCE.match(line)

    # --- lines --------------------------------------------------------------------------------------------------------
    def _push_blank(self, source: str, line: str, out: list[Event]) -> None:
        if self._kind is _Kind.NONE:
            return
        self._append(source, line)
        if self._kind in (_Kind.PARAGRAPH, _Kind.TABLE, _Kind.QUOTE, _Kind.BRACKET) and not self._in_formula:
            self._cut(out)

    def _append(self, source: str, line: str) -> None:
        self.open.source.append(source)
        self.open.lines.append(line)
        self._length += len(line) + 1

    def _goes_on(self, line: str) -> bool:
        """Whether a line that is not blank belongs to the open segment."""
        indent = columns(line)
        if self._length + len(line) > LONGEST_SEGMENT:
            return False
        if self._in_formula:
            self._in_formula = self._length + len(line) <= LONGEST_PARAGRAPH  # else its end is too far away
            return not _FENCE.match(line) and not _HEADING.match(line)
        match self._kind:
            case _Kind.CODE:
                return indent >= 4
            case _Kind.BRACKET:
                return True
            case _Kind.ITEM | _Kind.NOTE:
                if self._is_bare and self._blank and len(self.open.lines) == 2:
                    return False  # an item that begins with two blank lines is empty
                return indent >= self._width or (
                    not self._blank and not _RULE.match(line) and not self._interrupts(line, indent)
                )
            case _Kind.PARAGRAPH if self._length + len(line) > LONGEST_PARAGRAPH:
                return False
            case _Kind.QUOTE if _QUOTE.match(line):
                return True
        return not self._interrupts(line, indent)

    def _interrupts(self, line: str, indent: int) -> bool:
        """Whether a line begins a block although no blank line stands before it."""
        if indent > 3 or line[0].isalpha():
            return False
        found = None if _RULE.match(line) else _MARKER.match(line)
        if found is not None:
            if self._kind is not _Kind.PARAGRAPH:
                return True
            return bool(found[4] and found[4].strip()) and found[2] in (None, "1")
        return bool(
            _FENCE.match(line)
            or _HEADING.match(line)
            or _QUOTE.match(line)
            or _NOTE.match(line)
            or _BRACKET.match(line)
            or (_DOLLARS.match(line) and not _is_inline(line))
        )

    def _start(self, source: str, line: str, out: list[Event]) -> None:
        """Begin a segment with `line`."""
        before = self._type if self._kind is _Kind.ITEM else ""
        self._cut(out)
        if line[0].isalpha():  # no sign of another block
            self.open.first, self.open.after_blank, self._kind = self._line, self._blank, _Kind.PARAGRAPH
            self._append(source, line)
            return
        if found := _FENCE.match(line):
            self.fence = Fence(found[2], len(found[1]), found[3])
            out.append(self.fence)
            return
        self.open.first, self.open.after_blank = self._line, self._blank
        marker = None if _RULE.match(line) else _MARKER.match(line)
        if columns(line) > 3:
            self._kind, self._width = _Kind.CODE, 4
        elif marker is not None:
            self._kind, self._type = _Kind.ITEM, marker[1][-1]
            if before == self._type:
                self.open.number = self._next
                self._next += 1
            else:
                self._next = int(marker[2] or 0) + 1
            self._is_bare = not (marker[4] or "").strip()
            after = columns(line, marker.end(1)) - columns(line, marker.start(1)) - len(marker[1])
            self._width = columns(line) + len(marker[1]) + (after if not self._is_bare and 1 <= after <= 4 else 1)
        elif _NOTE.match(line):
            self._kind, self._width, self._is_bare = _Kind.NOTE, 4, False
        elif _QUOTE.match(line):
            self._kind = _Kind.QUOTE
        elif _BRACKET.match(line):
            self._kind = _Kind.BRACKET
        else:
            self._kind = _Kind.PARAGRAPH
        self._append(source, line)
        self._end(line, out)

    def _end(self, line: str, out: list[Event]) -> None:
        """End the open segment behind `line` where nothing can follow in it."""
        body = line.strip()
        if self._in_formula and body.endswith("$$"):
            self._in_formula = False
            if self._kind is _Kind.PARAGRAPH:
                self._cut(out)
            return
        if not self._in_formula and "$$" in line and (found := _INNER_DOLLARS.match(line)) and not _is_inline(found[1]):
            closed = len(found[1]) > 3 and found[1].endswith("$$")
            self._in_formula = not closed and (self._kind is not _Kind.PARAGRAPH or len(self.open.lines) == 1)
            if closed and self._kind is _Kind.PARAGRAPH:
                self._cut(out)
                return
        match self._kind:
            case _Kind.BRACKET:
                ends = body.endswith("\\]")
            case _Kind.PARAGRAPH | _Kind.TABLE | _Kind.QUOTE:
                piped = len(self.open.lines) > 1 and "|" in self.open.lines[-2]
                if piped and _COLUMNS.match(line):
                    self._kind = _Kind.TABLE
                    return
                ends = not line[0].isalpha() and bool(
                    _HEADING.match(line)
                    or _RULE.match(line)
                    or (self._kind is _Kind.PARAGRAPH and len(self.open.lines) > 1 and _UNDERLINE.match(line))
                )
            case _:
                ends = False
        if ends:
            self._cut(out)

    def _cut(self, out: list[Event]) -> None:
        if self.open.lines:
            out.append(self.open)
        self.open = Segment(first=self._line)
        self._in_formula = False
        self._kind = _Kind.NONE
        self._length = 0


def columns(line: str, start: int = 0) -> int:
    """The column at which the first character behind the blanks at `start` stands; tabs go to multiples of four."""
    column = 0
    for at, sign in enumerate(line):
        if sign == "\t":
            column += 4 - column % 4
        elif sign == " " or at < start:
            column += 1
        else:
            break
    return column


def without_end(source: str) -> str:
    return source[:-1] if source[-1:] in OTHER_LINE_ENDS else source


def _is_inline(line: str) -> bool:
    """Whether the formula that begins a line ends in the midst of it."""
    body = line.strip()
    return not body.endswith("$$") and "$$" in body[2:]
