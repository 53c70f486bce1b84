"""What a selection of the document puts on the clipboard: HTML that other programs show as the window does, plain text, and
Markdown.

The HTML is for paper and editors, whatever the theme: dark text on white, code in the colours of light panels, formulas as
MathML (word processors make equations of it, browsers draw it). It holds no address but those of the web.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import cast

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QFont, QTextBlock, QTextCharFormat, QTextCursor, QTextTable

from desktop.core.code_colours import COLOURS
from desktop.core.markdown import leads_out
from desktop.core.text import FSI, LRI, PDI, RLI, Direction
from desktop.ui.transcript.blocks import Kind
from desktop.ui.transcript.copying import CHROME, fragments, selected
from desktop.ui.transcript.style import (
    P_BARS,
    P_CODE,
    P_DEPTH,
    P_GOES_ON,
    P_INLINE,
    P_KIND,
    P_MARKER,
    P_MESSAGE,
    P_PART,
    P_PICTURE,
    P_ROLE,
    P_SOURCE,
    P_THOUGHT,
    qt_direction,
)
from desktop.ui.transcript.writer import LINE, OBJECT, PAD

MathOf = Callable[[str], str]
"""The MathML of the formula behind the name of an image; empty where there is none."""
_SIDE = {
    Direction.LTR: 'dir="ltr" style="text-align:left;direction:ltr"',
    Direction.RTL: 'dir="rtl" style="text-align:right;direction:rtl"',
}
_MONO = "font-family:Consolas,'DejaVu Sans Mono',Menlo,monospace"
_PANEL = f"text-align:left;direction:ltr;{_MONO};background:#f5f6f9;padding:8px"
_CELL = "border:1px solid #b9c0cf;padding:4px 8px"
_ISOLATES = {LRI: '<span dir="ltr">', RLI: '<span dir="rtl">', FSI: '<span dir="auto">', PDI: "</span>"}


def mime_of(cursor: QTextCursor, sources: dict[int, str], math_of: MathOf, *, thoughts: bool = True) -> QMimeData:
    """What `cursor` selects, in all forms. sources: the Markdown of whole messages. thoughts: with the model's thinking,
    where it is shown."""
    made = QMimeData()
    made.setText(selected(cursor, markdown=False, thoughts=thoughts))
    made.setHtml(html_of(cursor, math_of, thoughts=thoughts))
    markdown = selected(cursor, markdown=True, sources=sources, thoughts=thoughts)
    made.setData("text/markdown", markdown.encode("utf-8", "replace"))
    return made


def html_of(cursor: QTextCursor, math_of: MathOf, *, thoughts: bool = True) -> str:
    """What `cursor` selects, as a page of HTML; empty when nothing is selected."""
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    if start == end:
        return ""
    blocks = [
        block
        for block in _blocks(cursor, start, end)
        if block.blockFormat().property(P_KIND) not in CHROME
        and (thoughts or not block.blockFormat().property(P_THOUGHT))
    ]
    body = _Writer(start, end, math_of).page(blocks)
    return f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>' if body else ""


def _blocks(cursor: QTextCursor, start: int, end: int) -> Iterator[QTextBlock]:
    """The selected blocks; of a table its first one."""
    document = cursor.document()
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        yield block
        table = _table_of(block)
        block = block.next() if table is None else document.findBlock(table.lastPosition() + 1)


def _table_of(block: QTextBlock) -> QTextTable | None:
    return cast("QTextTable | None", QTextCursor(block).currentTable())  # the stubs leave None out


class _Writer:
    def __init__(self, start: int, end: int, math_of: MathOf) -> None:
        self.start, self.end, self.math_of = start, end, math_of
        self.out: list[str] = []
        self.lists: list[str] = []
        """Tags of the lists that are open, outermost first. The last item of each is open too."""
        self.quotes = 0

    def page(self, blocks: list[QTextBlock]) -> str:
        outermost = min((depth for block in blocks if (depth := _number(block, P_DEPTH))), default=1)
        at = 0
        while at < len(blocks):
            block = blocks[at]
            at += 1
            kind = block.blockFormat().property(P_KIND)
            if _table_of(block) is None and kind in (Kind.CODE_HEAD, Kind.CODE_FOOT, Kind.TABLE):
                continue
            self._place(block, outermost)
            if (table := _table_of(block)) is not None:
                self.out.append(self._table(table))
            elif kind == Kind.CODE_LINE:
                panel = [block]
                while at < len(blocks) and _is_same_panel(blocks[at], block):
                    panel.append(blocks[at])
                    at += 1
                self.out.append(self._code(panel))
            elif kind == Kind.RULE:
                self.out.append("<hr>")
            else:
                self.out.append(self._paragraph(block))
        self._close_lists(0)
        self._quote(0)
        return "".join(self.out)

    # --- what stands around a block
    def _place(self, block: QTextBlock, outermost: int) -> None:
        made = block.blockFormat()
        quotes = len(str(made.property(P_BARS) or "").split())
        if quotes != self.quotes:
            self._close_lists(0)
            self._quote(quotes)
        depth = _number(block, P_DEPTH)
        depth = max(depth - outermost + 1, 0) if depth else 0
        marker = str(made.property(P_MARKER) or "")
        if not marker:
            self._close_lists(depth)
            return
        numbered = marker[:1].isdigit()
        tag = "ol" if numbered else "ul"
        self._close_lists(depth)
        if len(self.lists) == depth and self.lists and self.lists[-1] != tag:
            self._close_lists(depth - 1)
        side = _SIDE[_direction(block)]
        if len(self.lists) == depth and self.lists:
            self.out.append("</li>")
        else:
            first = marker.rstrip(".)") if numbered else ""
            self.lists.append(tag)
            number = f' start="{first}"' if first.isascii() and first.isdigit() and first != "1" else ""
            self.out.append(f"<{tag} {side}{number}>")
        self.out.append(f"<li {side}>")
        if marker.startswith("task"):
            self.out.append("☑ " if marker == "task-done" else "☐ ")

    def _close_lists(self, depth: int) -> None:
        while len(self.lists) > depth:
            self.out.append(f"</li></{self.lists.pop()}>")

    def _quote(self, depth: int) -> None:
        self.out += ["<blockquote>"] * (depth - self.quotes) + ["</blockquote>"] * (self.quotes - depth)
        self.quotes = depth

    # --- blocks
    def _paragraph(self, block: QTextBlock) -> str:
        level = block.blockFormat().headingLevel()
        text = self._inline(block, bold_is_kind=level > 0)
        if block.blockFormat().property(P_MARKER):
            return text
        if not text and block.blockFormat().property(P_KIND) == Kind.OWN:
            text = "<br>"
        tag = f"h{level}" if level else "p"
        if block.blockFormat().property(P_KIND) == Kind.FORMULA:
            return f'<p dir="ltr" style="text-align:center">{text}</p>' if text else ""
        space = ";white-space:pre-wrap" if block.blockFormat().property(P_KIND) == Kind.OWN else ""
        return f'<{tag} {_SIDE[_direction(block)][:-1]}{space}">{text}</{tag}>' if text else ""

    def _inline(self, block: QTextBlock, *, bold_is_kind: bool = False) -> str:
        out: list[str] = []
        for fragment in fragments(block):
            first, last = max(self.start, fragment.position()), min(self.end, fragment.position() + fragment.length())
            if first >= last:
                continue
            cursor = QTextCursor(block.document())
            cursor.setPosition(first)
            cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
            out.append(self._run(cursor.selectedText(), fragment.charFormat(), bold_is_kind))
        return "".join(out)

    def _run(self, text: str, made: QTextCharFormat, bold_is_kind: bool) -> str:
        if OBJECT in text and made.isImageFormat():
            source = str(made.property(P_SOURCE) or "")
            if made.property(P_PICTURE):
                return html.escape(source)
            found = self.math_of(made.toImageFormat().name())
            if found:
                return found.replace("<math ", f'<math dir="ltr" alttext="{html.escape(source)}" ', 1)
            return f'<code dir="ltr">{html.escape(source)}</code>'
        if made.property(P_INLINE):
            shown = f'<code dir="ltr" style="{_MONO}">{_with_bdi(text.replace(PAD, ""))}</code>'
        else:
            shown = "<br>".join(_with_bdi(part) for part in text.split(LINE))
        if made.fontWeight() >= QFont.Weight.DemiBold.value and not bold_is_kind:
            shown = f"<b>{shown}</b>"
        if made.fontItalic():
            shown = f"<i>{shown}</i>"
        if made.fontStrikeOut():
            shown = f"<s>{shown}</s>"
        if made.verticalAlignment() == QTextCharFormat.VerticalAlignment.AlignSuperScript:
            shown = f"<sup>{shown}</sup>"
        address = made.anchorHref()
        return f'<a href="{html.escape(address)}">{shown}</a>' if address and leads_out(address) else shown

    def _table(self, table: QTextTable) -> str:
        rtl = table.format().layoutDirection() == qt_direction(Direction.RTL)
        rows: list[str] = []
        for row in range(table.rows()):
            cells: list[str] = []
            tag = "td" if row else "th"
            for column in range(table.columns()):
                block = table.cellAt(row, column).firstCursorPosition().block()
                align = block.blockFormat().alignment()
                side = "right" if align & Qt.AlignmentFlag.AlignRight else "left"
                side = "center" if align & Qt.AlignmentFlag.AlignHCenter else side
                text = self._inline(block)
                cells.append(f'<{tag} dir="{_direction(block)}" style="{_CELL};text-align:{side}">{text}</{tag}>')
            if rtl:
                cells.reverse()  # the document holds them as they stand on the screen
            first = table.cellAt(row, 0).firstPosition()
            last = table.cellAt(row, table.columns() - 1).lastPosition()
            if first < self.end and last > self.start:
                rows.append(f"<tr>{''.join(cells)}</tr>")
        side = "rtl" if rtl else "ltr"
        return f'<table dir="{side}" style="border-collapse:collapse;direction:{side}">{"".join(rows)}</table>'

    def _code(self, panel: list[QTextBlock]) -> str:
        lines: list[str] = []
        for block in panel:
            if lines and not block.blockFormat().property(P_GOES_ON):
                lines.append("\n")
            lines.append(self._code_line(block))
        return f'<pre dir="ltr" style="{_PANEL}"><code>{"".join(lines)}</code></pre>'

    def _code_line(self, block: QTextBlock) -> str:
        """One line, tokens in their colours, what runs the other way kept apart."""
        units = block.text().encode("utf-16-le", "surrogatepass")  # Qt counts in UTF-16 units
        first = max(self.start - block.position(), 0)
        last = min(self.end - block.position(), len(units) // 2)
        formats = [] if block.blockFormat().property(P_CODE) else block.layout().formats()
        edges = {first, last}
        colours: list[tuple[int, int, str]] = []
        for made in formats:
            role = str(made.format.property(P_ROLE) or "")
            if role in COLOURS:
                colours.append((made.start, made.start + made.length, role))
                edges |= {min(max(edge, first), last) for edge in colours[-1][:2]}
        out: list[str] = []
        places = sorted(edges)
        depth = 0
        for begin, end in pairwise(places):
            text = units[2 * begin : 2 * end].decode("utf-16-le", "replace")
            role = next((name for left, right, name in colours if left <= begin < right), "")
            look = f"color:{COLOURS[role][0]}" + (";font-style:italic" if role == "comment" else "") if role else ""
            for part in _parts(text):
                if part in _ISOLATES:
                    if part == PDI and not depth:
                        continue
                    depth += -1 if part == PDI else 1
                    out.append(_ISOLATES[part])
                else:
                    out.append(f'<span style="{look}">{html.escape(part)}</span>' if look else html.escape(part))
        return "".join(out) + "</span>" * depth


def _parts(text: str) -> Iterator[str]:
    """`text` in parts: isolates, and what stands between them."""
    start = 0
    for at, sign in enumerate(text):
        if sign in _ISOLATES:
            if at > start:
                yield text[start:at]
            yield sign
            start = at + 1
    if start < len(text):
        yield text[start:]


def _with_bdi(text: str) -> str:
    """HTML of a text whose isolates become elements, also where the selection begins or ends inside of one."""
    out: list[str] = []
    depth = 0
    for part in _parts(text):
        if part not in _ISOLATES:
            out.append(html.escape(part))
        elif part != PDI:
            out.append(_ISOLATES[part])
            depth += 1
        elif depth:
            out.append("</span>")
            depth -= 1
    return "".join(out) + "</span>" * depth


def _is_same_panel(block: QTextBlock, first: QTextBlock) -> bool:
    one, other = block.blockFormat(), first.blockFormat()
    return one.property(P_KIND) == Kind.CODE_LINE and all(
        one.property(name) == other.property(name) for name in (P_MESSAGE, P_PART)
    )


def _direction(block: QTextBlock) -> Direction:
    is_rtl = block.blockFormat().layoutDirection() == qt_direction(Direction.RTL)
    return Direction.RTL if is_rtl else Direction.LTR


def _number(block: QTextBlock, name: int) -> int:
    return int(block.blockFormat().property(name) or 0)
