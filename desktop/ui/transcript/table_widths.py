"""How wide the columns of a table are, so that its words and numbers stay whole wherever there is room for them.

Qt divides the width by what cells hold and breaks words where that is too little. Here each column has at least its
longest word; where these don't fit, the type gets smaller in steps, and only then are the longest words broken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontMetricsF

from desktop.ui.transcript import blocks as b
from desktop.ui.transcript.blocks import Kind, Run, Table
from desktop.ui.transcript.style import TranscriptStyle

SIZES = (1.0, 0.87, 0.74)
"""Sizes of the type in a table, of the text's, that are tried in turn."""
PADDINGS = (10, 6, 4)
"""Room at each side of a cell at each of them, pixels at 100 %."""
LONGEST_WORD = 24
"""Characters; a longer word is an address or a path, and may be broken."""
_LONG_EM = 9
"""Room that a longer word has at least, in the height of the type."""
_NAME = re.compile(r"[/\\\\_@(=]")
"""In a name of code or an address."""
_NAME_EM = 6
"""Room that such a name has at least where words have too little, in the height of the type."""
_CODE_BLANK = 4
"""The narrow space at each end of inline code, pixels."""
_WIDE_EM = 0.7
"""Most that a letter takes on an average, in the height of the type: what fits by this measure is not measured further."""
_BLANKS = re.compile("[ \\t\\n\\u2028]+")


@dataclass(frozen=True, slots=True)
class Fit:
    """size: index in SIZES. widths: of the columns in the order of the source, pixels; empty: Qt divides the room.
    is_whole: no word is broken but addresses."""

    size: int = 0
    widths: tuple[int, ...] = ()
    is_whole: bool = True

    @property
    def is_tight(self) -> bool:
        """Whether the table is better read in a window of its own."""
        return self.size > 0 or not self.is_whole


def fitted(table: Table, look: TranscriptStyle, room: float, least: int = 0) -> Fit:
    """How `table` fits into `room` pixels. least: the size that it has already, while it grows."""
    em, columns = look.px(15), range(table.columns)
    if any(run.style & (b.MATH | b.PICTURE) for row in table.rows for cell in row for run in cell.runs):
        return Fit()  # its width is known only when it is drawn
    longest = sum(max(sum(len(run.text) for run in row[at].runs) for row in table.rows) for at in columns)
    if not least and longest * em * _WIDE_EM + 2 * look.px(PADDINGS[0]) * table.columns <= room:
        return Fit()
    needed: list[int] = []
    fewest: list[int] = []
    for size in range(least, len(SIZES)):
        found = measured(table, look.smaller(SIZES[size]))
        padding = 2 * look.px(PADDINGS[size])
        needed = [_whole(width) + padding for width in found.words]
        if sum(needed) <= room:
            wanted = [_whole(width) + padding for width in found.lines]
            if sum(wanted) <= room and not size:
                return Fit()
            return Fit(size, _divided(needed, wanted, room))
        fewest = [_whole(width) + padding for width in found.plain]
    last = len(SIZES) - 1
    if sum(fewest) <= room:  # names of code are broken, words and numbers are not
        return Fit(last, _divided(fewest, needed, room), is_whole=False)
    return Fit(last, _capped(fewest, room), is_whole=False)


@dataclass(slots=True)
class Widths:
    """For each column, pixels without padding: the longest line, the longest word, and the longest one that is no name
    with signs, as code and addresses have them."""

    lines: list[float]
    words: list[float]
    plain: list[float]


def measured(table: Table, look: TranscriptStyle) -> Widths:
    found = Widths(*([0.0] * table.columns for _ in range(3)))
    metrics: dict[int, Callable[[str], float]] = {}
    for row in table.rows:
        for at, cell in enumerate(row):
            _measure(cell.runs, look, metrics, found, at)
    return found


def _measure(
    runs: Sequence[Run], look: TranscriptStyle, metrics: dict[int, Callable[[str], float]], found: Widths, at: int
) -> None:
    """One cell. A word may go over several runs."""
    em = look.px(15)
    line = width = 0.0
    word = ""

    def end_word() -> None:
        nonlocal width, word
        whole = width if len(word) <= LONGEST_WORD else min(width, em * _LONG_EM)
        found.words[at] = max(found.words[at], whole)
        found.plain[at] = max(found.plain[at], min(width, em * _NAME_EM) if _NAME.search(word) else whole)
        width, word = 0.0, ""

    for run in runs:
        advance = metrics.get(run.style)
        if advance is None:
            font = QFont(look.char_format(Run("", run.style), Kind.TABLE).font())
            advance = metrics[run.style] = QFontMetricsF(font).horizontalAdvance
        blank = _CODE_BLANK if run.style & b.CODE else 0
        width, line = width + blank, line + blank
        for number, text in enumerate(run.text.split("\n")):
            if number:
                end_word()
                found.lines[at], line = max(found.lines[at], line), 0.0
            line += advance(text)
            for part, piece in enumerate(_BLANKS.split(text)):
                if part:
                    end_word()
                width += advance(piece)
                word += piece
        width, line = width + blank, line + blank
    end_word()
    found.lines[at] = max(found.lines[at], line)


def _whole(width: float) -> int:
    return round(width * 1.02 + 2.5)  # letters stand on whole pixels


def _divided(needed: Sequence[int], wanted: Sequence[int], room: float) -> tuple[int, ...]:
    """What is needed, and of the rest as much as each has use for."""
    rest = room - sum(needed)
    lacking = [max(want - need, 0) for need, want in zip(needed, wanted, strict=True)]
    share = min(rest / max(sum(lacking), 1), 1.0)
    return tuple(int(need + lack * share) for need, lack in zip(needed, lacking, strict=True))


def _capped(needed: Sequence[int], room: float) -> tuple[int, ...]:
    """The room divided so that only the widest columns have less than they need."""
    left, cap = room, 0.0
    for index, width in enumerate(sorted(needed)):
        cap = left / (len(needed) - index)
        if width > cap:
            break
        left -= width
    return tuple(int(min(width, cap)) for width in needed)
