"""Markdown to blocks: CommonMark, tables, task lists, footnotes, strikethrough, bare links and LaTeX formulas.

Raw HTML stays text and images stay words: nothing here can fetch or run anything. Nesting and the length of what is
parsed as one paragraph are bounded, so that no input takes more than linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from desktop.core.formulas import add_formulas
from desktop.core.text import TAG, Direction, majority, strong_letters
from desktop.ui.chat import blocks as b
from desktop.ui.chat.blocks import AnyBlock, Block, Cell, Gap, Holder, Inside, Kind, Run, Table

if TYPE_CHECKING:  # the parser itself is imported for the first text, so that the window starts without it
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

NESTING = 8
"""Quotes and lists inside one another that are shown as such; deeper ones are shown at this depth."""
LONGEST_CODE_LINE = 4000
_MARKERS = re.compile(r"[ \t]{0,3}(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])")
_DEEP_INDENT = re.compile(r"^[ \t]{49,}(?=\S)", re.MULTILINE)

Decide = Callable[[object, int, int, Direction], Direction]
"""(key of the block, strong letters left-to-right, right-to-left, fallback) → direction."""


def plain_majority(_key: object, ltr: int, rtl: int, fallback: Direction) -> Direction:
    return majority(ltr, rtl, fallback)


@cache
def parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin
    from mdit_py_plugins.tasklists import tasklists_plugin

    md = MarkdownIt("commonmark", {"html": False, "maxNesting": 200}).enable(["table", "strikethrough"])
    md.disable(["html_block", "html_inline"])
    md.use(footnote_plugin).use(tasklists_plugin).use(gfm_autolink_plugin)
    add_formulas(md)
    return md


def tokens_of(text: str, env: dict[str, Any] | None = None) -> list[Token]:
    """Parse `text`, already gone through `bounded`."""
    return parser().parse(text, {} if env is None else env)


def bounded(text: str) -> str:
    """`text` with its nesting cut to what is shown: an open end for a hostile input, no change for any other."""
    if ">" * 4 in text or "> > >" in text or "- - -" in text or "* * *" in text or len(text) > 200:
        text = "\n".join(_flattened(line) if len(line) > 2 * NESTING else line for line in text.split("\n"))
    return _DEEP_INDENT.sub(" " * 48, text)


def _flattened(line: str) -> str:
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
        decide: Decide = plain_majority,
        *,
        first_line: int = 0,
        first_part: int = 0,
        number: int | None = None,
        loose: bool | None = None,
        within: tuple[Inside, ...] = (),
        opens: bool = True,
    ) -> None:
        """base: direction of what has no letters and nothing before it. first_line: number of the first line in the
        whole message, for the keys of `decide`. number, loose: how the list that the text goes on with counts and is
        spaced. opens: whether these are the first blocks of a message."""
        self._previous = base
        self._decide = decide
        self._line = first_line
        self._part = first_part
        self._number = number
        self._loose = loose
        self._within = within
        self._opens = opens
        self._marker = ""
        self._first_item = False
        self._out: list[AnyBlock] = []
        self._tokens: Sequence[Token] = ()
        self.starts: list[tuple[int, int]] = []
        """(index of the token, blocks before it) of every block that stands in nothing."""
        self.items: list[tuple[int, int, int, bool]] = []
        """(index of the token, blocks before it, number, loose) of every item of a list that stands in nothing."""

    def read(self, tokens: Sequence[Token]) -> list[AnyBlock]:
        self._tokens = tokens
        self._walk(0, len(tokens), self._within, tight=False)
        return self._out

    # --- structure ---------------------------------------------------------------------------------------------------
    def _walk(self, start: int, end: int, inside: tuple[Inside, ...], *, tight: bool) -> None:
        index = start
        while index < end:
            token = self._tokens[index]
            close = _closing(self._tokens, index)
            if token.level == 0:
                self.starts.append((index, len(self._out)))
            match token.type:
                case "paragraph_open":
                    self._paragraph(self._tokens[index + 1], token, inside, tight or token.hidden)
                case "heading_open":
                    self._text(Kind.HEADING, self._tokens[index + 1], token, inside, Gap.WIDE, level=int(token.tag[1]))
                case "fence" | "code_block":
                    self._code(token, inside)
                case "math_block":
                    run = Run(f"$${token.content}$$", b.MATH | b.DISPLAY, source=token.content.strip())
                    self._add(Block(Kind.FORMULA, (run,), self._previous, inside))
                case "hr":
                    self._add(Block(Kind.RULE, (), self._previous, inside))
                case "blockquote_open":
                    direction = self._direction_within(index, close, ("quote", self._key(token)))
                    self._walk(index + 1, close, self._deeper(inside, Inside(Holder.QUOTE, direction)), tight=False)
                case "bullet_list_open" | "ordered_list_open":
                    self._list(index, close, inside)
                case "table_open":
                    self._table(index, close, inside)
                case "footnote_block_open":
                    self._footnotes(index, close, inside)
            index = close + 1

    def _deeper(self, inside: tuple[Inside, ...], new: Inside) -> tuple[Inside, ...]:
        return (*inside, new) if len(inside) < NESTING else inside

    def _list(self, start: int, end: int, inside: tuple[Inside, ...]) -> None:
        ordered = self._tokens[start].type == "ordered_list_open"
        number = int(self._tokens[start].attrGet("start") or 0) if ordered else 0
        if ordered and self._tokens[start].attrGet("start") is None:
            number = 1
        loose = not any(t.hidden for t in self._tokens[start:end] if t.level == self._tokens[start].level + 2)
        if start == 0 and self._number is not None:
            number, loose = self._number, bool(self._loose)
        index = start + 1
        while index < end:
            close = _closing(self._tokens, index)
            direction = self._item_direction(index, close)
            if self._tokens[start].level == 0:
                self.items.append((index, len(self._out), number, loose))
            if ordered:
                self._marker = f"{number}{self._tokens[start].markup}"
                number += 1
            else:
                self._marker = "•" if len(inside) % 2 == 0 else "◦"
            self._first_item = index == start + 1 and (start > 0 or self._number is None)
            task = _task_state(self._tokens[index], self._tokens[index:close])
            self._marker = task or self._marker
            deeper = self._deeper(inside, Inside(Holder.LIST, direction))
            count = len(self._out)
            self._walk(index + 1, close, deeper, tight=not loose)
            if len(self._out) == count:  # an item with nothing in it yet
                self._add(Block(Kind.PARAGRAPH, (), direction, deeper, Gap.TIGHT))
            self._marker = ""
            index = close + 1

    def _footnotes(self, start: int, end: int, inside: tuple[Inside, ...]) -> None:
        index = start + 1
        self._add(Block(Kind.RULE, (), self._previous, inside, level=1))
        while index < end:
            close = _closing(self._tokens, index)
            meta = self._tokens[index].meta or {}
            self._marker = f"{int(meta.get('id', 0)) + 1}."
            direction = self._item_direction(index, close)
            self._walk(index + 1, close, self._deeper(inside, Inside(Holder.FOOTNOTE, direction)), tight=True)
            self._marker = ""
            index = close + 1

    def _table(self, start: int, end: int, inside: tuple[Inside, ...]) -> None:
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
        if isinstance(block, Block) and self._marker:
            block = _replaced(block, marker=self._marker)
        self._marker = ""
        if self._first_item and block.gap is Gap.TIGHT and not (isinstance(block, Block) and len(block.inside) > 1):
            block = _replaced(block, gap=Gap.NORMAL)  # room above a list, none between its items
        self._first_item = False
        if self._opens and not self._out:
            block = _replaced(block, gap=Gap.NONE)
        self._out.append(block)

    def _paragraph(self, inline: Token, token: Token, inside: tuple[Inside, ...], tight: bool) -> None:
        gap = Gap.TIGHT if tight else Gap.NORMAL
        children = inline.children or []
        if len(children) == 1 and children[0].type == "math_inline_double":
            content = children[0].content
            run = Run(f"$${content}$$", b.MATH | b.DISPLAY, source=content.strip())
            self._add(Block(Kind.FORMULA, (run,), self._previous, inside, gap))
            return
        self._text(Kind.PARAGRAPH, inline, token, inside, gap)

    def _text(
        self, kind: Kind, inline: Token, token: Token, inside: tuple[Inside, ...], gap: Gap, level: int = 0
    ) -> None:
        runs = self._runs(inline)
        direction = self._decide((kind, self._key(token)), *_counted(runs), self._previous)
        self._previous = direction
        self._add(Block(kind, runs, direction, inside, gap, level))

    def _code(self, token: Token, inside: tuple[Inside, ...]) -> None:
        self._part += 1
        language = token.info.split()[0][:40] if token.info.split() else ""
        for block in code_blocks(token.content, language, self._part, inside):
            self._add(block)

    # --- direction ---------------------------------------------------------------------------------------------------
    def _key(self, token: Token) -> tuple[int, int]:
        return (self._line + token.map[0] if token.map else -1, token.level)

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
        """The runs of one paragraph; neighbours of one look are joined."""
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

        for child in inline.children or ():
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


def code_blocks(content: str, language: str, part: int, inside: tuple[Inside, ...]) -> list[Block]:
    """The panel of one code block: its head, its lines, its foot. A line longer than LONGEST_CODE_LINE is cut."""
    head = Block(Kind.CODE_HEAD, (Run(language),) if language else (), inside=inside, language=language, part=part)
    lines = [
        code_line(piece, part, inside) for line in content.removesuffix("\n").split("\n") for piece in _pieces(line)
    ]
    return [head, *lines, Block(Kind.CODE_FOOT, inside=inside, gap=Gap.NONE, part=part)]


def code_line(text: str, part: int, inside: tuple[Inside, ...] = ()) -> Block:
    return Block(Kind.CODE_LINE, (Run(text, b.CODE),) if text else (), inside=inside, gap=Gap.NONE, part=part)


def _pieces(line: str) -> list[str]:
    return [line[at : at + LONGEST_CODE_LINE] for at in range(0, len(line), LONGEST_CODE_LINE)] or [""]


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
