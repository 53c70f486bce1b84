"""Text of the document for the clipboard: in logical order, without what only the display needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from PySide6.QtGui import QFont, QTextBlock, QTextCharFormat, QTextCursor, QTextDocument, QTextFragment, QTextTable

from desktop.core.text import Direction, shown, without_isolates
from desktop.ui.transcript.blocks import Kind
from desktop.ui.transcript.segments import OTHER_LINE_ENDS
from desktop.ui.transcript.style import (
    P_BARS,
    P_CODE,
    P_DEPTH,
    P_GOES_ON,
    P_INLINE,
    P_KIND,
    P_LANGUAGE,
    P_MARKER,
    P_MESSAGE,
    P_PART,
    P_SOURCE,
    P_THOUGHT,
    qt_direction,
)
from desktop.ui.transcript.writer import LINE, OBJECT, PAD

CHROME = (Kind.SPEAKER, Kind.FOOTER, Kind.THINKING, Kind.STATUS)
"""What the transcript adds around messages; it is copied only where nothing else is selected."""
__all__ = ["CHROME", "code_text", "fragments", "selected"]


@dataclass
class _Piece:
    """The selected part of one block, or one whole table."""

    kind: str
    text: str
    block: QTextBlock
    message: int
    lines: list[str] = field(default_factory=list)


def selected(
    cursor: QTextCursor, *, markdown: bool, sources: dict[int, str] | None = None, thoughts: bool = True
) -> str:
    """What `cursor` selects, as plain text or as Markdown.

    sources: the Markdown of whole messages; one that is selected as a whole is given as it was written.
    thoughts: with the model's thinking, where it is shown.
    """
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    if start == end:
        return ""
    pieces = [
        piece
        for piece in _pieces(cursor.document(), start, end, markdown)
        if (piece.text or piece.kind == Kind.CODE_LINE)
        and (thoughts or not piece.block.blockFormat().property(P_THOUGHT))
    ]
    content = [piece for piece in pieces if piece.kind not in CHROME]
    pieces = content or pieces
    panels = {(piece.kind == Kind.CODE_LINE, piece.message, _part(piece)) for piece in pieces}
    if not markdown and len(panels) == 1 and pieces[0].kind == Kind.CODE_LINE:
        return _joined(pieces)  # code alone is copied as it was written, whatever it stands in
    out: list[str] = []
    whole = _whole_messages(cursor.document(), start, end, sources) if markdown and sources else {}
    written: set[int] = set()
    before: _Piece | None = None
    lists = _Lists(pieces)
    for piece in pieces:
        if piece.message in whole:
            if piece.message not in written:
                out += ["\n\n"] if out else []
                out.append(whole[piece.message].strip("\n"))
                written.add(piece.message)
                before = None
            continue
        if out:
            out.append(_between(before, piece, markdown))
        out.append(lists.indented(piece, _marked(piece, before, markdown)))
        before = piece
    text = "".join(out)
    if markdown and before is not None and before.kind == Kind.CODE_LINE:
        text += "\n```"
    return text


def _joined(pieces: Sequence[_Piece]) -> str:
    """Lines of code, with line ends where they have them."""
    out: list[str] = []
    for piece in pieces:
        if out and not piece.block.blockFormat().property(P_GOES_ON):
            out.append("\n")
        out.append(piece.text)
    return "".join(out)


def _part(piece: _Piece) -> int:
    return int(piece.block.blockFormat().property(P_PART) or 0)


class _Lists:
    """Indents what stands in lists as far as the markers above it ask for; the outermost selected list begins the line."""

    def __init__(self, pieces: Sequence[_Piece]) -> None:
        depths = [_depth(piece) for piece in pieces if piece.kind not in CHROME]
        self._least = min((depth for depth in depths if depth), default=1)
        self._widths: dict[int, int] = {}
        """Of the last marker at each depth, its blank included."""

    def indented(self, piece: _Piece, text: str) -> str:
        depth = _depth(piece)
        if not depth:
            return text
        marker = piece.block.blockFormat().property(P_MARKER)
        if marker:
            self._widths[depth] = 2 if len(str(marker)) < 2 or str(marker).startswith("task") else len(str(marker)) + 1
        levels = range(self._least, depth if marker else depth + 1)
        margin = " " * sum(self._widths.get(level, 0) for level in levels)
        return "\n".join(margin + line if line else line for line in text.split("\n"))


def _depth(piece: _Piece) -> int:
    return int(piece.block.blockFormat().property(P_DEPTH) or 0)


def code_text(head: QTextBlock) -> str:
    """The code of the panel whose head is `head`, as it was written."""
    out: list[str] = []
    block = head.next()
    while block.isValid() and block.blockFormat().property(P_KIND) == Kind.CODE_LINE:
        if out and not block.blockFormat().property(P_GOES_ON):
            out.append("\n")
        out.append(_code_source(block, block.position(), block.position() + block.length()))
        block = block.next()
    return "".join(out)


def _code_source(block: QTextBlock, start: int, end: int) -> str:
    """What stands between two positions of a line of code, as it was written."""
    source = str(block.blockFormat().property(P_CODE) or "").removeprefix("=")
    first, last = max(start - block.position(), 0), min(end - block.position(), block.length() - 1)
    text = block.text()
    if not text.isascii():  # Qt counts in UTF-16 units
        units = text.encode("utf-16-le", "surrogatepass")
        before, text = (
            part.decode("utf-16-le", "replace") for part in (units[: 2 * first], units[2 * first : 2 * last])
        )
        first = len(without_isolates(before))
        text = without_isolates(text)
    else:
        text = text[first:last]
    if not source:
        return text
    if end >= block.position() + block.length():
        last = len(source) * 10  # with the line end that it keeps
    else:
        last = first + len(text)
    out: list[str] = []
    at = 0
    for sign in source:
        width = len(shown(sign)) if sign not in OTHER_LINE_ENDS else 0
        if first <= at + max(width - 1, 0) and at < last:
            out.append(sign)
        at += width
    return "".join(out)


def _pieces(document: QTextDocument, start: int, end: int, markdown: bool) -> Iterator[_Piece]:
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        made = block.blockFormat()
        table = cast("QTextTable | None", QTextCursor(block).currentTable())  # the stubs leave None out
        message = made.property(P_MESSAGE) or 0
        if table is not None:
            yield _Piece(Kind.TABLE, _table_text(table, start, end, markdown), block, message)
            block = document.findBlock(table.lastPosition() + 1)
            continue
        kind = made.property(P_KIND) or ""
        if kind == Kind.CODE_LINE:
            yield _Piece(kind, _code_source(block, start, end), block, message)
        elif kind not in (Kind.CODE_HEAD, Kind.CODE_FOOT, Kind.TABLE):
            yield _Piece(kind, _block_text(block, start, end, markdown), block, message)
        block = block.next()


def fragments(block: QTextBlock) -> Iterator[QTextFragment]:
    at = block.begin()
    while not at.atEnd():
        yield at.fragment()
        at += 1


def _block_text(block: QTextBlock, start: int, end: int, markdown: bool) -> str:
    """The selected part of a block's text, with Markdown's signs where asked."""
    out: list[str] = []
    heading = block.blockFormat().headingLevel() > 0
    for fragment in fragments(block):
        first, last = max(start, fragment.position()), min(end, fragment.position() + fragment.length())
        if first >= last:
            continue
        cursor = QTextCursor(block.document())
        cursor.setPosition(first)
        cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
        made = fragment.charFormat()
        text = cursor.selectedText()
        if OBJECT in text and made.isImageFormat():
            out.append(str(made.property(P_SOURCE) or ""))
            continue
        text = without_isolates(text).replace(LINE, "\n")
        if made.property(P_INLINE):
            text = text.removeprefix(PAD).removesuffix(PAD)
        if markdown and text.strip():
            text = _signs(text, made.fontWeight() >= QFont.Weight.DemiBold.value and not heading, made)
        out.append(text)
    return "".join(out)


def _signs(text: str, bold: bool, made: QTextCharFormat) -> str:
    """`text` between the signs of its look. Blanks at its ends stay outside, as Markdown wants them."""
    inner = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if made.property(P_INLINE):
        tick = "``" if "`" in inner else "`"
        inner = f"{tick}{inner}{tick}"
    if bold:
        inner = f"**{inner}**"
    if made.fontItalic():
        inner = f"*{inner}*"
    if made.fontStrikeOut():
        inner = f"~~{inner}~~"
    if (address := made.anchorHref()) and address != inner:
        inner = f"[{inner}]({address})"
    return before + inner + after


def _table_text(table: QTextTable, start: int, end: int, markdown: bool) -> str:
    rows: list[list[str]] = []
    turned = table.format().layoutDirection() == qt_direction(Direction.RTL)
    for row in range(table.rows()):
        cells: list[str] = []
        for column in range(table.columns()):
            block = table.cellAt(row, column).firstCursorPosition().block()
            cells.append(_block_text(block, start, end, markdown).replace("\n", "<br>" if markdown else " "))
        if turned:
            cells.reverse()  # the document holds them as they stand on the screen
        rows.append(cells)
    if not markdown:
        return "\n".join("\t".join(row) for row in rows if any(row))
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows if any(row)]
    lines.insert(1, "|" + " --- |" * table.columns())
    return "\n".join(lines)


def _between(before: _Piece | None, piece: _Piece, markdown: bool) -> str:
    if before is None or before.message != piece.message:
        return "\n\n"
    if before.kind == piece.kind and piece.kind in (Kind.CODE_LINE, Kind.OWN):
        return "" if piece.block.blockFormat().property(P_GOES_ON) else "\n"
    if piece.block.blockFormat().property(P_MARKER) and before.block.blockFormat().property(P_MARKER):
        return "\n"
    if markdown and before.kind == Kind.CODE_LINE:
        return "\n"  # the fence that ends the code follows
    return "\n\n"


def _marked(piece: _Piece, before: _Piece | None, markdown: bool) -> str:
    """The piece with the sign of its kind: a list's marker always, the others in Markdown only."""
    made = piece.block.blockFormat()
    text = piece.text
    marker = made.property(P_MARKER) or ""
    if marker and piece.kind not in CHROME:
        plain = {"•": "-" if markdown else "•", "◦": "-" if markdown else "◦", "task": "- [ ]", "task-done": "- [x]"}
        text = f"{plain.get(marker, marker)} {text}"
    if not markdown:
        return text
    if made.headingLevel():
        text = f"{'#' * made.headingLevel()} {text}"
    if piece.kind == Kind.CODE_LINE:
        if before is None or before.kind != Kind.CODE_LINE:
            text = f"```{_language(piece.block)}\n{text}"
    elif before is not None and before.kind == Kind.CODE_LINE:
        text = f"```\n\n{text}"
    if piece.kind == Kind.RULE:
        text = "---"
    if depth := len(str(made.property(P_BARS) or "").split()):
        text = "\n".join("> " * depth + line for line in text.split("\n"))
    return text


def _language(block: QTextBlock) -> str:
    while block.isValid() and block.blockFormat().property(P_KIND) == Kind.CODE_LINE:
        block = block.previous()
    return str(block.blockFormat().property(P_LANGUAGE) or "")


def _whole_messages(document: QTextDocument, start: int, end: int, sources: dict[int, str] | None) -> dict[int, str]:
    """The sources of the messages of which every block of content is selected."""
    partly: set[int] = set()
    seen: set[int] = set()
    for at, forward in ((start, False), (end, True)):
        block = document.findBlock(at)
        edge = block
        while edge.isValid() and edge.blockFormat().property(P_MESSAGE) == block.blockFormat().property(P_MESSAGE):
            made = edge.blockFormat()
            first, last = edge.position(), edge.position() + edge.length() - 1
            if made.property(P_KIND) not in CHROME and last > first and (first < start or last > end):
                partly.add(made.property(P_MESSAGE))
            edge = edge.next() if forward else edge.previous()
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        seen.add(block.blockFormat().property(P_MESSAGE) or 0)
        block = block.next()
    return {id: text for id, text in (sources or {}).items() if id in seen - partly}
