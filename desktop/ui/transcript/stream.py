"""Markdown that arrives in pieces: what is finished is read once, only the unfinished end is read again.

The text is cut into segments (`segments.py`) by its complete lines alone, and each segment is read by itself, in order:
so the blocks are the same however the text was cut into pieces, and the work for each update depends on the last
segment, not on the length of the reply. An open code block grows line by line without being parsed at all.

A text that is JSON as a whole is one code block, as if a fence stood around it (`core/json_text.py`). While that is still
open, what has come, a line or two, is shown as Markdown and none of it is stable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from desktop.core.text import DirectionKeeper, shown, strong_letters
from desktop.ui.transcript.blocks import AnyBlock, Block, Kind, Nesting, Run, Spacing, Table
from desktop.ui.transcript.markdown import (
    LONGEST_CODE_LINE,
    Reader,
    bounded,
    code_head,
    code_line,
    code_lines,
    notes_of,
    tokens_of,
)
from desktop.ui.transcript.segments import (
    LONGEST_LINE,
    OTHER_LINE_ENDS,
    CodeLine,
    Fence,
    FenceEnd,
    LongLine,
    Segment,
    Splitter,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

    from desktop.core.json_text import JsonScanner  # the module is imported for the first text that may be JSON
    from desktop.core.text import Direction

__all__ = ["LONGEST_LINE", "MarkdownStream", "Update", "blocks_of"]

_LINE_END = re.compile("\r\n|[\n\r" + OTHER_LINE_ENDS + "]")
_SIGN = re.compile(r" {0,3}(?:-{1,3}|={1,3}|[*+]|\d{1,9}[.)]?)[ \t]*")


@dataclass(frozen=True, slots=True)
class Update:
    """What changed: blocks that are finished, to be put before the tail, and the tail itself, which replaces the old."""

    stable: list[AnyBlock]
    tail: list[AnyBlock]


@dataclass(slots=True)
class Definitions:
    """What a text explains anywhere in it, and may use before: addresses of links, footnotes. As the parser keeps them."""

    references: dict[str, Any]
    notes: dict[str, Any]

    def __bool__(self) -> bool:
        return bool(self.references or self.notes["refs"] or self.notes["list"])

    def copy(self) -> Definitions:
        listed = {number: dict(note) for number, note in self.notes["list"].items()}
        return Definitions(dict(self.references), {"refs": dict(self.notes["refs"]), "list": listed})


class MarkdownStream:
    """One text that grows. Blocks of `stable` never change again, whatever follows, unless `reaches_back`."""

    def __init__(
        self,
        base: Direction,
        within: tuple[Nesting, ...] = (),
        definitions: Definitions | None = None,
        *,
        may_be_json: bool = True,
    ) -> None:
        """base: the direction of blocks that have no letters and nothing before them. within: holders around all.
        definitions: those of the whole text, when it is known; footnotes then stand at its end. may_be_json: JSON as a
        whole is code."""
        self.turned = False
        """Whether what was given out as JSON is none: the whole is to be read anew, by another stream."""
        self._json: JsonScanner | None = None
        """Reads a text that begins as JSON does, as long as it is JSON or may become it."""
        self._held: str | None = "" if may_be_json else None
        """What was fed while it is open whether it is JSON."""
        self._previous = base
        self._within = within
        self._keeper = DirectionKeeper()
        self._splitter = Splitter()
        self._rest = ""
        """The line that may still grow, as written."""
        self._long: str | None = None
        """What is shown of it and not given out yet, while it is a line too long to be parsed."""
        self._part = 0
        self._opens = True
        self._code_goes_on = False
        """Whether the next line of the open code block continues the one before it."""
        self._begun = False
        """Whether a part of the code line that may still grow was given out."""
        self._is_whole = definitions is not None
        self._definitions = Definitions({}, {"refs": {}, "list": {}})
        if definitions is not None:
            refs = dict.fromkeys(definitions.notes["refs"], -1)
            self._definitions = Definitions(dict(definitions.references), {"refs": refs, "list": {}})
        self._notes: list[Token] = []

    @property
    def reaches_back(self) -> bool:
        """Whether what was read explains what may stand before it: the whole is then to be read by `blocks_of`."""
        return self.turned or bool(self._definitions)

    @property
    def definitions(self) -> Definitions:
        return self._definitions

    def feed(self, text: str) -> None:
        if self._held is not None:
            self._held += text
            if self._json is None:
                self._begin_scan(self._held)
                return
        if self._json is None:
            self._feed(text)
            return
        taken = self._json.feed(text)
        if self._json.is_refused:
            self._json, self.turned = None, self._held is None
            self._release()
        elif self._held is None:
            self._feed(text[:taken])

    def _begin_scan(self, held: str) -> None:
        first = held.lstrip(" \t\r\n")[:1]
        if first and first not in "{[":
            self._release()
        elif first:
            from desktop.core.json_text import JsonScanner

            self._json = JsonScanner()
            self._json.feed(held)
            if self._json.is_refused:
                self._json = None
                self._release()

    def _feed(self, text: str) -> None:
        if self._long is not None and not self._rest:
            found = _LINE_END.search(text)
            self._long += shown(text[: found.start()] if found else text)
            if found is None:
                return
            text = text[found.start() :]
        self._rest += text

    def update(self) -> Update:
        """Read what was fed since the last time."""
        out: list[AnyBlock] = []
        if self.turned:
            return Update([], [])
        if self._held is not None:
            if self._json is None or not self._json.is_sure:
                return Update([], self._provisional(self._held))
            self._begin_json(out)
        self._read_lines(out)
        return Update(out, self._tail(out))

    def finish(self) -> Update:
        """Read the rest; nothing follows."""
        out: list[AnyBlock] = []
        if self.turned:
            return Update([], [])
        if self._json is not None and self._held is not None and self._json.is_code:
            self._begin_json(out)
        self._release()
        self._read_lines(out)
        if self._long is not None or self._rest:
            self._end_line(self._rest.removesuffix("\r"), out)
            self._rest = ""
        if self._splitter.fence is not None:
            out.append(self._foot())
        for segment in self._splitter.close():
            assert isinstance(segment, Segment)
            self._read(segment, out)
        if self._is_whole:
            env = {"references": {}, "footnotes": self._definitions.notes}
            out += self._reader(Segment(), self._keeper.settle).read(notes_of(self._notes, env))
        return Update(out, [])

    # --- JSON ---------------------------------------------------------------------------------------------------------
    def _release(self) -> None:
        """What was held is Markdown."""
        held, self._held = self._held, None
        if held:
            self._feed(held)

    def _provisional(self, held: str) -> list[AnyBlock]:
        """The blocks of what may be JSON, read as Markdown."""
        if not held.strip():
            return []
        stream = MarkdownStream(self._previous, self._within, may_be_json=False)
        stream.feed(held.rstrip() if self._json is not None and self._json.is_whole else held)
        update = stream.update()
        return update.stable + update.tail

    def _begin_json(self, out: list[AnyBlock]) -> None:
        from desktop.core.json_text import without_blank_lines

        assert self._json is not None
        assert self._held is not None
        text, self._held = without_blank_lines(self._held), None
        self._begin_code(self._splitter.begin_code("json"), out)
        self._feed(text.rstrip() if self._json.is_whole else text)

    # --- lines --------------------------------------------------------------------------------------------------------
    def _read_lines(self, out: list[AnyBlock]) -> None:
        """Take the complete lines."""
        at = 0
        text = self._rest
        for found in _LINE_END.finditer(text):
            if found[0] == "\r" and found.end() == len(text):
                break  # its line feed may be in the next piece
            kept = found[0] if found[0] in OTHER_LINE_ENDS else ""
            self._end_line(text[at : found.start()] + kept, out)
            at = found.end()
        self._rest = text[at:]

    def _end_line(self, source: str, out: list[AnyBlock]) -> None:
        if self._long is not None:
            self._give_long(out)
            if self._long:
                out.append(self._plain(self._long))
            self._long = None
            return
        if self._begun:
            self._splitter.skip_line()
            self._end_code_line(source, out)
            return
        for event in self._splitter.push(source):
            match event:
                case Segment():
                    self._read(event, out)
                case LongLine():
                    self._long = event.text
                    self._end_line("", out)
                case Fence():
                    self._begin_code(event, out)
                case CodeLine():
                    self._end_code_line(event.source, out)
                case FenceEnd():
                    out.append(self._foot())

    def _tail(self, out: list[AnyBlock]) -> list[AnyBlock]:
        """Read what is unfinished. What is finished of its last line goes to `out`."""
        source = self._rest.removesuffix("\r")
        if self._splitter.fence is not None:
            return self._code_tail(self._splitter.fence, out)
        rest = shown(source)
        if self._long is None and self._splitter.is_too_long(rest):
            for segment in self._splitter.skip_line():
                assert isinstance(segment, Segment)
                self._read(segment, out)
            self._long, self._rest = rest, self._rest[len(source) :]
        if self._long is not None:
            self._give_long(out)
            return [self._plain(self._long)] if self._long else []
        segment = self._splitter.open
        whole = replace(segment, source=[*segment.source, source], lines=[*segment.lines, rest])
        if whole.is_empty:
            return []
        tokens, lines = self._parse(whole, self._definitions.copy() if self._definitions else None, is_open=True)
        return self._reader(whole, self._keeper.decide, lines).read(tokens)

    # --- code ---------------------------------------------------------------------------------------------------------
    def _begin_code(self, fence: Fence, out: list[AnyBlock]) -> None:
        self._part += 1
        words = fence.info.split()
        head = code_head(words[0][:40] if words else "", self._part, self._within)
        out.append(replace(head, gap=Spacing.NONE) if self._opens else head)
        self._opens = self._code_goes_on = self._begun = False

    def _foot(self) -> Block:
        return Block(Kind.CODE_FOOT, inside=self._within, gap=Spacing.NONE, part=self._part)

    def _code_tail(self, fence: Fence, out: list[AnyBlock]) -> list[AnyBlock]:
        source = self._rest.removesuffix("\r")
        held = self._rest[len(source) :]
        if not self._begun:
            if fence.may_be_closed_by(source):
                return [self._foot()]
            source = fence.content(source)
        while len(source) > LONGEST_CODE_LINE:
            out.append(self._code_piece(source[:LONGEST_CODE_LINE]))
            source = source[LONGEST_CODE_LINE:]
            self._rest, self._begun = source + held, True
        return [code_line(source, self._part, self._within, goes_on=self._code_goes_on), self._foot()]

    def _code_piece(self, source: str) -> Block:
        made = code_line(source, self._part, self._within, goes_on=self._code_goes_on)
        self._code_goes_on = True
        return made

    def _end_code_line(self, source: str, out: list[AnyBlock]) -> None:
        fence = self._splitter.fence
        assert fence is not None
        line = source if self._begun or not fence.indent else fence.content(source)
        if len(line) <= LONGEST_CODE_LINE:
            out.append(code_line(line, self._part, self._within, goes_on=self._code_goes_on))
        else:
            out += code_lines([line], self._part, self._within, goes_on=self._code_goes_on)
        self._code_goes_on = source[-1:] in OTHER_LINE_ENDS and bool(source)
        self._begun = False

    # --- prose --------------------------------------------------------------------------------------------------------
    def _give_long(self, out: list[AnyBlock]) -> None:
        assert self._long is not None
        while len(self._long) > LONGEST_LINE:
            out.append(self._plain(self._long[:LONGEST_LINE]))
            self._long = self._long[LONGEST_LINE:]

    def _plain(self, text: str) -> Block:
        self._opens = False
        direction = self._keeper.settle(None, *strong_letters(text), self._previous)
        return Block(Kind.PARAGRAPH, (Run(text),), direction, self._within)

    def _read(self, segment: Segment, out: list[AnyBlock]) -> None:
        """Read a finished segment."""
        if segment.is_empty:
            return
        tokens, lines = self._parse(segment, self._definitions)
        if self._is_whole:
            self._notes += tokens
        blocks = self._reader(segment, self._keeper.settle, lines).read(tokens)
        out += blocks
        for block in blocks:
            self._opens = False
            if isinstance(block, Block):
                self._part = max(self._part, block.part)
            if isinstance(block, Table) or block.kind in (Kind.PARAGRAPH, Kind.HEADING):
                self._previous = block.direction

    def _parse(
        self, segment: Segment, definitions: Definitions | None, *, is_open: bool = False
    ) -> tuple[list[Token], list[str]]:
        env: dict[str, Any] = {}
        if definitions is not None:
            env = {"references": definitions.references, "footnotes": definitions.notes}
        text = "\n".join(segment.lines)
        text = bounded(_closed(text, self._splitter.is_list) if is_open else text)
        return tokens_of(text, env), text.split("\n")

    def _reader(self, segment: Segment, decide: Any, lines: list[str] | None = None) -> Reader:
        return Reader(
            self._previous,
            decide,
            segment,
            lines or [],
            first_part=self._part,
            within=self._within,
            opens=self._opens,
            notes_in_place=not self._is_whole,
        )


def blocks_of(text: str, base: Direction, within: tuple[Nesting, ...] = ()) -> list[AnyBlock]:
    """All blocks of a finished text."""
    stream = MarkdownStream(base, within)
    stream.feed(text)
    out = stream.finish().stable
    if stream.reaches_back:  # once more, with all that is explained
        stream = MarkdownStream(base, within, stream.definitions)
        stream.feed(text)
        out = stream.finish().stable
    return out


def _closed(text: str, is_list: bool) -> str:
    """`text` with an emphasis or code span that is still being written closed, so that its signs don't flash up, and
    without the sign of a list that may begin on its last line: a dash would make a heading of the line before it."""
    line = text.rfind("\n") + 1
    before = text[text.rfind("\n", 0, max(line - 1, 0)) + 1 : line]
    if _SIGN.fullmatch(text, line) and (before.strip() or (is_list and line)):
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
