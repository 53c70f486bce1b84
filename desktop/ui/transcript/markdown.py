"""Markdown to blocks: CommonMark, tables, task lists, footnotes, strikethrough, bare links and LaTeX formulas.

Raw HTML stays text and images stay words: nothing here can fetch or run anything. Nesting and the length of what is
parsed as one paragraph are bounded, so that no input takes more than linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from desktop.core.markdown import NOTES_AT_END, gather_notes, make_parser
from desktop.core.text import TAG, Direction, shown, strong_letters
from desktop.ui.transcript import blocks as b
from desktop.ui.transcript.blocks import AnyBlock, Block, Cell, Container, Kind, Nesting, Run, Spacing, Table
from desktop.ui.transcript.segments import OTHER_LINE_ENDS, Segment, without_end

if TYPE_CHECKING:  # the parser itself is imported for the first text, so that the window starts without it
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

NESTING = 8
"""Quotes and lists inside one another that are shown as such; deeper ones are shown at this depth."""
LONGEST_CODE_LINE = 4000
_MARKERS = re.compile(r"[ \t]{0,3}(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])")
_DEEP = re.compile(rf"^(?:[ \t]{{49,}}\S|(?:{_MARKERS.pattern}){{{2 * NESTING}}})", re.MULTILINE)
"""A line that is worth a look: indented deeply, or with so many markers."""
_DEEP_INDENT = re.compile(r"^[ \t]{49,}(?=\S)")
_INNER_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})")

Decide = Callable[[object, int, int, Direction], Direction]
"""(key of the block, strong letters left-to-right, right-to-left, fallback) → direction."""


@cache
def parser() -> MarkdownIt:
    return make_parser().disable(NOTES_AT_END)


def tokens_of(text: str, env: dict[str, Any]) -> list[Token]:
    """Parse `text`, already gone through `bounded`. Footnotes stay where they are written."""
    return parser().parse(text, env)


def notes_of(tokens: list[Token], env: dict[str, Any]) -> list[Token]:
    """The footnotes at the end of a text, from the tokens of all of it and what the parser has noted in `env`."""
    from markdown_it.rules_core import StateCore

    state = StateCore("", parser(), env)
    state.tokens = tokens
    gather_notes(state)
    first = next((at for at, token in enumerate(state.tokens) if token.type == "footnote_block_open"), None)
    found = [] if first is None else state.tokens[first:]
    level = 0
    for token in found:  # each has the level that it had where it was written
        level -= token.nesting < 0
        token.level = level
        level += token.nesting > 0
    return found


def bounded(text: str) -> str:
    """`text` with its nesting cut to what is shown: an open end for a hostile input, no change for any other."""
    if _DEEP.search(text):
        text = "\n".join(
            line if len(line) <= 2 * NESTING or is_code else _flattened(line) for line, is_code in _told_code(text)
        )
    return text


def _told_code(text: str) -> Iterator[tuple[str, bool]]:
    """Lines, and whether each is surely code: between two fences, and indented as far as they are or blank."""
    lines = text.split("\n")
    end = -1
    for at, line in enumerate(lines):
        if at > end and (found := _INNER_FENCE.match(line)):
            closing = found[1] + found[2][:3]
            for other in range(at + 1, len(lines)):
                if lines[other].strip() and not lines[other].startswith(found[1]):
                    break
                if lines[other].startswith(closing):
                    end = other
                    break
        yield line, at < end and not _INNER_FENCE.match(line)


def _flattened(line: str) -> str:
    line = _DEEP_INDENT.sub(" " * 48, line)
    at = 0
    for _ in range(2 * NESTING):
        found = _MARKERS.match(line, at)
        if not found:
            return line
        at = found.end()
    rest = at
    while found := _MARKERS.match(line, rest):
        rest = found.end()
    return line[:at] + line[rest:] if line[rest:].strip() else line[:at] + "…"


class Reader:
    """Turns tokens into blocks. One per parse; `decide` remembers directions from one parse to the next."""

    def __init__(
        self,
        base: Direction,
        decide: Decide,
        segment: Segment,
        lines: Sequence[str],
        *,
        first_part: int = 0,
        within: tuple[Nesting, ...] = (),
        opens: bool = True,
        notes_in_place: bool = True,
    ) -> None:
        """base: direction of what has no letters and nothing before it. segment: what is read, and `lines` of it as they
        were parsed. opens: whether these are the first blocks of a message. notes_in_place: footnotes are shown where
        they are written."""
        self._previous = base
        self._decide = decide
        self._segment = segment
        self._lines = lines
        self._has_source = len(segment.source) == len(segment.lines) and segment.source != segment.lines
        self._part = first_part
        self._within = within
        self._opens = opens
        self._notes_in_place = notes_in_place
        self._marker = ""
        self._item_line = 0
        self._first_item = False
        self._out: list[AnyBlock] = []
        self._tokens: Sequence[Token] = ()
        self._known: dict[int, tuple[Run, ...]] = {}
        """Runs by the identity of the token that holds them, one of `_tokens`."""

    def read(self, tokens: Sequence[Token]) -> list[AnyBlock]:
        self._tokens = tokens
        self._walk(0, len(tokens), self._within)
        return self._out

    # --- structure ---------------------------------------------------------------------------------------------------
    def _walk(self, start: int, end: int, inside: tuple[Nesting, ...], *, tight: bool | None = False) -> None:
        """tight: whether paragraphs stand close together; None: where no blank line is written between them."""
        index = start
        while index < end:
            token = self._tokens[index]
            close = _closing(self._tokens, index)
            match token.type:
                case "paragraph_open":
                    self._paragraph(self._tokens[index + 1], token, inside, tight)
                case "heading_open":
                    self._text(
                        Kind.HEADING, self._tokens[index + 1], token, inside, Spacing.WIDE, level=int(token.tag[1])
                    )
                case "fence" | "code_block":
                    self._code(token, inside)
                case "math_block":
                    run = Run(f"$${token.content}$$", b.MATH | b.DISPLAY, source=token.content.strip())
                    self._add(Block(Kind.FORMULA, (run,), self._previous, inside))
                case "hr":
                    self._add(Block(Kind.RULE, (), self._previous, inside))
                case "blockquote_open":
                    direction = self._direction_within(index, close, ("quote", self._key(token)))
                    self._walk(index + 1, close, self._deeper(inside, Nesting(Container.QUOTE, direction)))
                case "bullet_list_open" | "ordered_list_open":
                    self._list(index, close, inside)
                case "table_open":
                    self._table(index, close, inside)
                case "footnote_block_open":
                    self._footnotes(index, close, inside)
                case "footnote_reference_open" if self._notes_in_place:
                    label = str(token.meta["label"])
                    self._note(index, close, inside, label if label.isdecimal() and len(label) < 4 else "")
            index = close + 1

    def _deeper(self, inside: tuple[Nesting, ...], new: Nesting) -> tuple[Nesting, ...]:
        return (*inside, new) if len(inside) < NESTING else inside

    def _list(self, start: int, end: int, inside: tuple[Nesting, ...]) -> None:
        ordered = self._tokens[start].type == "ordered_list_open"
        number = int(self._tokens[start].attrGet("start") or 0) if ordered else 0
        if ordered and self._tokens[start].attrGet("start") is None:
            number = 1
        goes_on = start == 0 and self._segment.number is not None
        if goes_on:
            number = self._segment.number or 0
        index = start + 1
        while index < end:
            close = _closing(self._tokens, index)
            direction = self._item_direction(index, close)
            if ordered:
                self._marker = f"{number}{self._tokens[start].markup}"
                number += 1
            else:
                self._marker = "•" if len(inside) % 2 == 0 else "◦"
            self._first_item = index == start + 1 and not goes_on
            self._item_line = (self._tokens[index].map or [0])[0]
            task = _task_state(self._tokens[index], self._tokens[index:close])
            self._marker = task or self._marker
            deeper = self._deeper(inside, Nesting(Container.LIST, direction))
            count = len(self._out)
            self._walk(index + 1, close, deeper, tight=None)
            if len(self._out) == count:  # an item with nothing in it yet
                self._add(Block(Kind.PARAGRAPH, (), direction, deeper, self._gap(self._item_line)))
            self._marker = ""
            index = close + 1

    def _footnotes(self, start: int, end: int, inside: tuple[Nesting, ...]) -> None:
        index = start + 1
        self._add(Block(Kind.RULE, (), self._previous, inside, level=1))
        while index < end:
            close = _closing(self._tokens, index)
            meta = self._tokens[index].meta or {}
            self._note(index, close, inside, str(int(meta.get("id", 0)) + 1))
            index = close + 1

    def _note(self, start: int, end: int, inside: tuple[Nesting, ...], number: str) -> None:
        self._marker = f"{number}." if number else "•"
        direction = self._item_direction(start, end)
        self._walk(start + 1, end, self._deeper(inside, Nesting(Container.FOOTNOTE, direction)), tight=True)
        self._marker = ""

    def _gap(self, line: int) -> Spacing:
        """The room above what begins at `line` inside of a list: that of a paragraph where a blank line stands before it."""
        if line == 0:
            return Spacing.NORMAL if self._segment.after_blank else Spacing.TIGHT
        before = self._lines[line - 1] if line <= len(self._lines) else ""
        return Spacing.TIGHT if before.strip(" \t>") else Spacing.NORMAL

    def _table(self, start: int, end: int, inside: tuple[Nesting, ...]) -> None:
        rows: list[list[tuple[tuple[Run, ...], str]]] = []
        for index in range(start, end):
            token = self._tokens[index]
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                align = str(token.attrGet("style") or "").removeprefix("text-align:")
                rows[-1].append((self._runs(self._tokens[index + 1]), align))
        counts = [[_counted(runs) for runs, _ in row] for row in rows]
        ltr = sum(count[0] for row in counts for count in row)
        rtl = sum(count[1] for row in counts for count in row)
        key = self._key(self._tokens[start])
        direction = self._decide(("table", key), ltr, rtl, self._previous)
        cells = tuple(
            tuple(
                Cell(runs, self._decide(("cell", key, r, c), *counts[r][c], direction), align)
                for c, (runs, align) in enumerate(row)
            )
            for r, row in enumerate(rows)
        )
        self._previous = direction
        self._add(Table(cells, direction, inside))

    # --- blocks ------------------------------------------------------------------------------------------------------
    def _add(self, block: AnyBlock) -> None:
        changes: dict[str, Any] = {}
        if isinstance(block, Block) and self._marker:
            changes["marker"] = self._marker
        self._marker = ""
        if self._first_item and block.gap is Spacing.TIGHT and not (isinstance(block, Block) and len(block.inside) > 1):
            changes["gap"] = Spacing.NORMAL  # room above a list, none between its items
        self._first_item = False
        if self._opens and not self._out:
            changes["gap"] = Spacing.NONE
        self._out.append(_replaced(block, **changes) if changes else block)

    def _paragraph(self, inline: Token, token: Token, inside: tuple[Nesting, ...], tight: bool | None) -> None:
        gap = Spacing.TIGHT if tight else Spacing.NORMAL
        if tight is None and token.map:
            gap = self._gap(self._item_line if self._marker else token.map[0])
        children = inline.children or []
        if len(children) == 1 and children[0].type == "math_inline_double":
            content = children[0].content
            run = Run(f"$${content}$$", b.MATH | b.DISPLAY, source=content.strip())
            self._add(Block(Kind.FORMULA, (run,), self._previous, inside, gap))
            return
        self._text(Kind.PARAGRAPH, inline, token, inside, gap)

    def _text(
        self, kind: Kind, inline: Token, token: Token, inside: tuple[Nesting, ...], gap: Spacing, level: int = 0
    ) -> None:
        runs = self._runs(inline)
        direction = self._decide((kind, self._key(token)), *_counted(runs), self._previous)
        self._previous = direction
        self._add(Block(kind, runs, direction, inside, gap, level))

    def _code(self, token: Token, inside: tuple[Nesting, ...]) -> None:
        self._part += 1
        language = token.info.split()[0][:40] if token.info.split() else ""
        for block in code_blocks(self._code_source(token), language, self._part, inside):
            self._add(block)

    def _code_source(self, token: Token) -> list[str]:
        """The lines of a code block as they were written."""
        lines = token.content.removesuffix("\n").split("\n")
        if not self._has_source or not token.map:
            return lines
        first = token.map[0] + (token.type == "fence")
        for at, (line, shown_line) in enumerate(zip(lines, self._lines[first:], strict=False)):
            if shown_line.endswith(line):  # what stands before it, of lists and quotes, is written as it is shown
                lines[at] = self._segment.source[first + at][len(shown_line) - len(line) :]
        return lines

    # --- direction ---------------------------------------------------------------------------------------------------
    def _key(self, token: Token) -> tuple[int, int]:
        return (self._segment.first + token.map[0] if token.map else -1, token.level)

    def _direction_within(self, start: int, end: int, key: object) -> Direction:
        ltr = rtl = 0
        for index in range(start, end):
            if self._tokens[index].type == "inline":
                more = _counted(self._runs(self._tokens[index]))
                ltr, rtl = ltr + more[0], rtl + more[1]
        return self._decide(key, ltr, rtl, self._previous)

    def _item_direction(self, start: int, end: int) -> Direction:
        """A list item indents on the side where its own first paragraph begins."""
        for index in range(start, end):
            if self._tokens[index].type == "inline":
                key = ("item", self._key(self._tokens[start]))
                return self._decide(key, *_counted(self._runs(self._tokens[index])), self._previous)
        return self._previous

    # --- runs --------------------------------------------------------------------------------------------------------
    def _runs(self, inline: Token) -> tuple[Run, ...]:
        """The runs of one paragraph; neighbours of one look are joined. Asked for more than once in quotes and lists."""
        known = self._known.get(id(inline))
        if known is None:
            known = self._known[id(inline)] = self._read_runs(inline)
        return known

    def _read_runs(self, inline: Token) -> tuple[Run, ...]:
        children = inline.children or ()
        if len(children) == 1 and children[0].type == "text":
            text = children[0].content.lstrip(" ")
            return (Run(text),) if text else ()
        style, href = 0, ""
        out: list[Run] = []

        def add(run: Run) -> None:
            if (
                out
                and not run.source
                and out[-1].style == run.style
                and out[-1].href == run.href
                and not out[-1].source
            ):
                out[-1] = Run(out[-1].text + run.text, run.style, run.href)
            elif run.text:
                out.append(run)

        for child in children:
            match child.type:
                case "text" | "text_special":
                    add(Run(child.content, style, href))
                case "softbreak" | "hardbreak":
                    add(Run("\n", style, href))
                case "code_inline":
                    add(Run(child.content, style | b.CODE, href))
                case "math_inline" | "math_inline_double":
                    add(Run(_with_delimiters(child), style | b.MATH, href, child.content.strip()))
                case "link_open":
                    style, href = style | b.LINK, str(child.attrGet("href") or "")
                case "link_close":
                    style, href = style & ~b.LINK, ""
                case "image":
                    address = str(child.attrGet("src") or "")
                    add(Run(child.content or address, style | b.LINK | b.IMAGE, address))
                case "footnote_ref":
                    add(Run(str(int(child.meta.get("id", 0)) + 1), style | b.RAISED, href))
                case "html_inline" | "footnote_anchor":
                    pass  # the box of a task, which is drawn as the item's marker; the way back from a footnote
                case _ if child.type in _EMPHASIS:
                    bit = _EMPHASIS[child.type]
                    style = style | bit if child.nesting > 0 else style & ~bit
        if out and out[0].text.startswith(" ") and not out[0].style & b.CODE:
            out[0] = Run(out[0].text.lstrip(" "), out[0].style, out[0].href, out[0].source)
        return tuple(run for run in out if run.text)


_EMPHASIS = {
    "strong_open": b.BOLD,
    "strong_close": b.BOLD,
    "em_open": b.ITALIC,
    "em_close": b.ITALIC,
    "s_open": b.STRIKE,
    "s_close": b.STRIKE,
}


def code_blocks(source: Sequence[str], language: str, part: int, inside: tuple[Nesting, ...]) -> list[Block]:
    """The panel of one code block: its head, its lines, its foot. source: its lines as they were written."""
    foot = Block(Kind.CODE_FOOT, inside=inside, gap=Spacing.NONE, part=part)
    return [code_head(language, part, inside), *code_lines(source, part, inside), foot]


def code_head(language: str, part: int, inside: tuple[Nesting, ...]) -> Block:
    runs = (Run(language),) if language else ()
    return Block(Kind.CODE_HEAD, runs, inside=inside, language=language, part=part)


def code_lines(source: Sequence[str], part: int, inside: tuple[Nesting, ...], *, goes_on: bool = False) -> list[Block]:
    """Lines of code as they were written; one longer than LONGEST_CODE_LINE is shown in pieces. goes_on: see code_line."""
    out: list[Block] = []
    for line in source:
        for at in range(0, max(len(line), 1), LONGEST_CODE_LINE):
            out.append(code_line(line[at : at + LONGEST_CODE_LINE], part, inside, goes_on=goes_on))
            goes_on = True
        goes_on = bool(line) and line[-1] in OTHER_LINE_ENDS
    return out


def code_line(source: str, part: int, inside: tuple[Nesting, ...] = (), *, goes_on: bool = False) -> Block:
    """One line, or a piece of it. goes_on: the source has no line end between it and the piece before it."""
    text = shown(without_end(source))
    runs = (Run(text, b.CODE),) if text else ()
    kept = source if source != text else ""
    return Block(Kind.CODE_LINE, runs, inside=inside, gap=Spacing.NONE, part=part, source=kept, goes_on=goes_on)


def _with_delimiters(token: Token) -> str:
    match token.markup:
        case "\\(":
            return f"\\({token.content}\\)"
        case "\\[":
            return f"\\[{token.content}\\]"
        case _:
            return f"{token.markup}{token.content}{token.markup}"


def _counted(runs: Sequence[Run]) -> tuple[int, int]:
    """Strong letters of what is prose: code, links, formulas and tags say nothing about the language around them."""
    prose = "".join(run.text for run in runs if not run.style & (b.CODE | b.LINK | b.MATH | b.RAISED))
    return strong_letters(TAG.sub("", prose) if "<" in prose else prose)


def _closing(tokens: Sequence[Token], index: int) -> int:
    """Index of the token that closes the one at `index`; the index itself for one that opens nothing."""
    if tokens[index].nesting != 1:
        return index
    level = tokens[index].level
    for at in range(index + 1, len(tokens)):
        if tokens[at].level == level and tokens[at].nesting == -1:
            return at
    return len(tokens) - 1


def _task_state(item: Token, content: Sequence[Token]) -> str:
    if "task-list-item" not in str(item.attrGet("class") or ""):
        return ""
    for token in content:
        for child in token.children or ():
            if child.type == "html_inline":
                return "task-done" if "checked=" in child.content else "task"
    return ""


def _replaced(block: AnyBlock, **changes: Any) -> AnyBlock:
    return replace(block, **changes)
