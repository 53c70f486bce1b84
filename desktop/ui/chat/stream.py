"""Markdown that arrives in pieces: what is finished is read once, only the unfinished end is read again.

In CommonMark a line can change only the block that is still open, the last one. All blocks before it are stable and
leave the stream for good; an open code block grows line by line without being parsed at all, and a long list leaves
item by item. So the work for each update depends on the last block, not on the length of the reply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from desktop.core.text import Direction, DirectionKeeper, shown, strong_letters
from desktop.ui.chat.blocks import AnyBlock, Block, Gap, Inside, Kind, Run, Table
from desktop.ui.chat.markdown import LONGEST_CODE_LINE, Reader, bounded, code_blocks, code_line, tokens_of

if TYPE_CHECKING:
    from markdown_it.token import Token

LONGEST_LINE = 4000
"""Characters. A longer line is no prose: it is shown as plain text, in pieces of this length."""
LONGEST_PARAGRAPH = 6000
"""Characters that are parsed as one paragraph; a longer one is cut at the end of a line."""
MOST_BRACKETS = 60
"""Opening brackets in a line of prose: the parser needs quadratic time for those that never close."""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)$")
_SIGN = re.compile(r" {0,3}(?:-{1,3}|={1,3}|[*+]|\d{1,3}[.)]?)[ \t]*")
_NO_PARAGRAPH = re.compile(r"\s*(?:$|[-*+>|#]|\d{1,9}[.)]\s)|.*\|")


@dataclass(slots=True)
class _Fence:
    """An open code block of the outermost level."""

    mark: str
    indent: int
    part: int

    def closes(self, line: str) -> bool:
        body = line.strip()
        return len(body) >= len(self.mark) and set(body) == {self.mark[0]} and len(line) - len(line.lstrip(" ")) < 4

    def may_close(self, beginning: str) -> bool:
        body = beginning.strip()
        return not body or set(body) == {self.mark[0]}

    def content(self, line: str) -> str:
        return line[min(self.indent, len(line) - len(line.lstrip(" "))) :]


@dataclass(frozen=True, slots=True)
class Update:
    """What changed: blocks that are finished, to be put before the tail, and the tail itself, which replaces the old."""

    stable: list[AnyBlock]
    tail: list[AnyBlock]


class MarkdownStream:
    """One text that grows. Blocks of `stable` never change again, whatever follows."""

    def __init__(self, base: Direction, within: tuple[Inside, ...] = ()) -> None:
        """base: the direction of blocks that have no letters and nothing before them. within: holders around all."""
        self._previous = base
        self._within = within
        self._keeper = DirectionKeeper()
        self._tail = ""
        self._held = ""
        self._line = 0
        self._part = 0
        self._opens = True
        self._fence: _Fence | None = None
        self._number: int | None = None
        self._loose = False
        self._references: dict[str, Any] = {}

    def feed(self, text: str) -> None:
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""  # its line feed may be in the next piece
        self._tail += shown(text[: len(text) - len(self._held)])

    def update(self) -> Update:
        """Read what was fed since the last time."""
        out: list[AnyBlock] = []
        while True:
            if self._fence is not None:
                if tail := self._read_fence(out):
                    return Update(out, tail)
                continue
            if len(self._tail) > LONGEST_LINE or self._tail.count("[") > MOST_BRACKETS:
                *done, (last, plain) = pieces(self._tail)
                if plain:
                    whole = len(last) - len(last) % LONGEST_LINE
                    done.append((last[:whole], True))
                    last = last[whole:]
                if done:
                    self._finish_pieces(done, out)
                    self._tail = last
                    if plain:
                        return Update(out, self._plain(last))
            tail = self._read_tail(out)
            if self._fence is None:
                return Update(out, tail)

    def finish(self) -> Update:
        """Read the rest; nothing follows."""
        self.feed("\n" if self._held else "")
        out: list[AnyBlock] = []
        if self._fence is not None:
            self._tail += "" if self._tail.endswith("\n") or not self._tail else "\n"
            tail = self._read_fence(out)
            if self._fence is not None:
                out += tail
                return Update(out, [])
        self._finish_pieces(pieces(self._tail), out)
        self._tail = ""
        return Update(out, [])

    # --- code ---------------------------------------------------------------------------------------------------------
    def _read_fence(self, out: list[AnyBlock]) -> list[AnyBlock]:
        """Move finished lines of the open code block to `out`. The tail; empty when the block was closed."""
        fence = self._fence
        assert fence is not None
        *lines, rest = self._tail.split("\n")
        for index, line in enumerate(lines):
            if fence.closes(line):
                out.append(Block(Kind.CODE_FOOT, inside=self._within, gap=Gap.NONE, part=fence.part))
                self._fence = None
                self._advance("\n".join([*lines[index + 1 :], rest]), index + 1)
                return []
            out += self._code_lines(fence.content(line), fence.part)
        self._advance(rest, len(lines))
        while len(rest) > LONGEST_CODE_LINE:
            out.append(code_line(rest[:LONGEST_CODE_LINE], fence.part, self._within))
            rest = self._tail = rest[LONGEST_CODE_LINE:]
        foot = Block(Kind.CODE_FOOT, inside=self._within, gap=Gap.NONE, part=fence.part)
        if fence.may_close(rest):
            return [foot]
        return [code_line(fence.content(rest), fence.part, self._within), foot]

    def _code_lines(self, line: str, part: int) -> list[AnyBlock]:
        return [
            code_line(line[at : at + LONGEST_CODE_LINE], part, self._within)
            for at in range(0, max(len(line), 1), LONGEST_CODE_LINE)
        ]

    # --- prose --------------------------------------------------------------------------------------------------------
    def _read_tail(self, out: list[AnyBlock]) -> list[AnyBlock]:
        """Parse the tail, move what is finished to `out`, return the rest."""
        text = self._tail
        if not text.strip():
            return []
        tokens = self._parse(_closed(text))
        reader = self._reader(self._keeper.decide)
        blocks = reader.read(tokens)
        if not reader.starts or any(token.type == "footnote_block_open" for token in tokens):
            return blocks
        lines = text.split("\n")
        index, _count = reader.starts[-1]
        if self._opens_fence(tokens[index], lines):
            self._commit(tokens[:index], out)
            return []
        partial = len(lines) - 1  # the line that may still grow
        last = tokens[index]
        if last.type in ("fence", "math_block", "hr", "heading_open") and last.map and last.map[1] <= partial:
            self._commit(tokens, out)
            self._number = None
            self._advance("\n".join(lines[last.map[1] :]), last.map[1])
            return []
        for index, count in reversed(reader.starts[1:]):
            start = _line_of(tokens, index)
            if start is None:
                continue
            if start < partial or not lines[start - 1].strip():
                self._commit(tokens[:index], out)
                self._number = None
                self._advance("\n".join(lines[start:]), start)
                return blocks[count:]
        for index, count, number, loose in reversed(reader.items[1:] if len(reader.starts) == 1 else []):
            start = _line_of(tokens, index)
            if start is not None and start < partial:
                self._commit([*tokens[:index], tokens[-1]], out)
                self._number, self._loose = number, loose
                self._advance("\n".join(lines[start:]), start)
                return blocks[count:]
        return blocks

    def _opens_fence(self, token: Token, lines: list[str]) -> bool:
        """Whether `token`, the last block, is a code block still open; then the stream goes on inside it."""
        if token.type != "fence" or token.map is None:
            return False
        start, end = token.map
        found = _FENCE.match(lines[start])
        if not found or start + 1 >= len(lines):
            return False
        indent = len(lines[start]) - len(lines[start].lstrip(" "))
        fence = _Fence(found[1], indent, self._part + 1)
        if any(fence.closes(line) for line in lines[start + 1 : end]):
            return False
        self._pending = (fence, start, token.info)
        return True

    def _commit(self, tokens: list[Token], out: list[AnyBlock]) -> None:
        """Read finished tokens with the plain majority, and open the pending code block behind them."""
        self._settle(tokens, out)
        if self._pending is not None:
            fence, start, info = self._pending
            self._pending = None
            fence.part = self._part = self._part + 1
            language = info.split()[0][:40] if info.split() else ""
            head = code_blocks("", language, fence.part, self._within)[0]
            out.append(_with_gap(head, Gap.NONE) if self._opens else head)
            self._opens = False
            self._fence = fence
            self._number = None
            self._advance(self._tail.split("\n", start + 1)[start + 1], start + 1)

    _pending: tuple[_Fence, int, str] | None = None

    def _settle(self, tokens: list[Token], out: list[AnyBlock]) -> None:
        reader = self._reader(self._keeper.settle)
        blocks = reader.read(tokens)
        out += blocks
        for block in blocks:
            self._opens = False
            if isinstance(block, Block):
                self._part = max(self._part, block.part)
            if isinstance(block, Table) or block.kind in (Kind.PARAGRAPH, Kind.HEADING):
                self._previous = block.direction

    def _finish_pieces(self, parts: list[tuple[str, bool]], out: list[AnyBlock]) -> None:
        for text, plain in parts:
            if plain:
                out += self._plain(text)
                self._opens = False
            elif text.strip():
                self._settle(self._parse(text), out)
            self._number = None
            self._line += text.count("\n") + 1

    def _plain(self, text: str) -> list[AnyBlock]:
        return [
            Block(
                Kind.PARAGRAPH,
                (Run(piece),),
                self._keeper.settle(None, *strong_letters(piece), self._previous),
                self._within,
            )
            for at in range(0, len(text), LONGEST_LINE)
            if (piece := text[at : at + LONGEST_LINE])
        ]

    def _parse(self, text: str) -> list[Token]:
        env: dict[str, Any] = {"references": self._references}
        return tokens_of(bounded(text), env)

    def _reader(self, decide: Any) -> Reader:
        return Reader(
            self._previous,
            decide,
            first_line=self._line,
            first_part=self._part,
            number=self._number,
            loose=self._loose,
            within=self._within,
            opens=self._opens,
        )

    def _advance(self, rest: str, lines: int) -> None:
        self._tail = rest
        self._line += lines


def blocks_of(text: str, base: Direction, within: tuple[Inside, ...] = ()) -> list[AnyBlock]:
    """All blocks of a finished text."""
    stream = MarkdownStream(base, within)
    stream.feed(text)
    return stream.finish().stable


def pieces(text: str) -> list[tuple[str, bool]]:
    """Cut `text` into parts that may be parsed, and lines too long for it (True), which are shown as they are."""
    if len(text) <= LONGEST_LINE and text.count("[") <= MOST_BRACKETS:
        return [(text, False)]
    out: list[tuple[str, bool]] = []
    gathered: list[str] = []
    length = brackets = 0
    fence: _Fence | None = None

    def cut() -> None:
        nonlocal length, brackets
        if gathered:
            out.append(("\n".join(gathered), False))
        gathered.clear()
        length = brackets = 0

    for line in text.split("\n"):
        if fence is not None:
            gathered.append(line)
            fence = None if fence.closes(line) else fence
            continue
        if len(line) > LONGEST_LINE or line.count("[") > MOST_BRACKETS:
            cut()
            out.append((line, True))
            continue
        if found := _FENCE.match(line):
            fence = _Fence(found[1], 0, 0)
        if _NO_PARAGRAPH.match(line):
            length = brackets = 0
        length += len(line)
        brackets += line.count("[")
        if length > LONGEST_PARAGRAPH or brackets > MOST_BRACKETS:
            cut()
        gathered.append(line)
    cut()
    return out or [("", False)]


def _closed(text: str) -> str:
    """`text` with an emphasis or code span that is still being written closed, so that its signs don't flash up, and
    without the sign of a list that may begin on its last line: a dash would make a heading of the line before it."""
    line = text.rfind("\n") + 1
    if _SIGN.fullmatch(text, line) and text[text.rfind("\n", 0, max(line - 1, 0)) + 1 : line].strip():
        text = text[:line]
    body = text.rstrip()
    paragraph = body[body.rfind("\n\n") + 1 :]
    if "```" in paragraph or "~~~" in paragraph:
        return text
    rest = text[len(body) :]
    if paragraph.count("`") % 2:
        return body.removesuffix("`") + rest if body.endswith("`") else body + "`" + rest
    if paragraph.count("**") % 2:
        if body.endswith("**"):
            return body.removesuffix("**") + rest
        at = paragraph.rfind("**")
        if not paragraph[at + 2].isspace():
            return body.removesuffix("*") + "**" + rest
    return text


def _line_of(tokens: list[Token], index: int) -> int | None:
    found = tokens[index].map
    return found[0] if found else None


def _with_gap(block: Block, gap: Gap) -> Block:
    return replace(block, gap=gap)
