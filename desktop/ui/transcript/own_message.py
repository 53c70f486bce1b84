"""The person's own messages: shown as written, line by line, with code and formulas set off."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextOption

from desktop.core.folding import utf16_offset
from desktop.core.markdown import OWN_CODE, own_parts
from desktop.core.text import Direction, direction_of, shown
from desktop.ui.transcript import blocks as b
from desktop.ui.transcript.blocks import AnyBlock, Block, Kind, Nesting, Run, Spacing
from desktop.ui.transcript.markdown import code_blocks
from desktop.ui.transcript.segments import LONGEST_LINE, OTHER_LINE_ENDS, without_end
from desktop.ui.transcript.style import TranscriptStyle
from desktop.ui.transcript.writer import rendered

_LINE = re.compile("[^\n\r" + OTHER_LINE_ENDS + "]*(?:\r\n|[\n\r" + OTHER_LINE_ENDS + "]|$)")
_OVERHANG = 8
"""A line may take so much more than its letters."""
_NO_END = 1e6  # pixels


def own_blocks(text: str, base: Direction, inside: tuple[Nesting, ...]) -> list[AnyBlock]:
    """Each line is a block with a direction of its own, as it was in the composer. Never empty."""
    out: list[AnyBlock] = []
    lines, sources = _lines(text)
    previous = base
    part = 0
    for start, end, language in own_parts(lines):
        if language is not None:
            part += 1
            out += code_blocks(sources[start:end] or [""], language, part, inside)
            continue
        line = lines[start]
        for at in range(0, max(len(line), 1), LONGEST_LINE):
            runs = _runs(line[at : at + LONGEST_LINE])
            prose = "".join(run.text for run in runs if not run.style & b.CODE)
            previous = direction_of(prose, previous)
            out.append(Block(Kind.OWN, runs, previous, inside, Spacing.NONE))
    return out


def _lines(text: str) -> tuple[list[str], list[str]]:
    """The lines of a message as they are shown, and as they were written."""
    sources = [line.removesuffix("\r\n").removesuffix("\n").removesuffix("\r") for line in _LINE.findall(text)]
    lines = [shown(without_end(line)) for line in sources]
    first = next((at for at, line in enumerate(lines) if line), len(lines))
    last = next((at for at in range(len(lines), 0, -1) if lines[at - 1]), 0)
    return (lines[first:last], sources[first:last]) if first < last else ([""], [""])


def _runs(line: str) -> tuple[Run, ...]:
    out: list[Run] = []
    at = 0
    for found in OWN_CODE.finditer(line):
        if found.start() > at:
            out.append(Run(line[at : found.start()]))
        out.append(Run(found[2], b.CODE))
        at = found.end()
    if at < len(line):
        out.append(Run(line[at:]))
    return tuple(out)


def widest_line(look: TranscriptStyle, blocks: Sequence[AnyBlock], most: float, inset: int) -> float:
    """Pixels that the longest line needs, at most `most`."""
    plain, mono = QFontMetricsF(look.font), QFontMetricsF(look.mono)
    small = QFont(look.mono)
    small.setPixelSize(round(look.font.pixelSize() * 0.87))
    inline = QFontMetricsF(small)
    widest = 0.0
    for block in blocks:
        if not isinstance(block, Block):
            continue
        if block.kind is Kind.CODE_LINE:
            if len(block.text) > 200:
                return most
            widest = max(widest, mono.horizontalAdvance(block.text) + 2 * look.px(inset) + look.px(16))
        elif block.kind is Kind.CODE_HEAD:
            widest = max(widest, look.px(220))
        elif block.kind is Kind.OWN:
            if len(block.text) > 400:
                return most
            advance = sum(
                (inline if run.style & b.CODE else plain).horizontalAdvance(rendered(run, block.kind))
                for run in block.runs
            )
            if advance + look.px(_OVERHANG) > widest:
                widest = max(widest, advance, _laid_out(block, look.font, small))
        if widest >= most:
            return most
    return math.ceil(widest) + 2.0


def _laid_out(block: Block, font: QFont, code: QFont) -> float:
    """Pixels of a block in one line as the document lays it out: a last letter that reaches beyond its own place, as many
    Arabic ones do, takes more than the sum of all."""
    layout = QTextLayout("", font)
    formats, text = [], ""
    for run in block.runs:
        part = rendered(run, block.kind)
        if run.style & b.CODE:
            format_ = QTextLayout.FormatRange()
            format_.start, format_.length = utf16_offset(text, len(text)), utf16_offset(part, len(part))
            format_.format.setFont(code)
            formats.append(format_)
        text += part
    layout.setText(text)
    layout.setFormats(formats)
    option = QTextOption()
    rtl = block.direction is Direction.RTL
    option.setTextDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(_NO_END)
    layout.endLayout()
    return line.naturalTextWidth()
