"""The colours and measures of the transcript, and the text formats made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontDatabase, QTextBlockFormat, QTextCharFormat, QTextFormat

from desktop.core.text import Direction
from desktop.ui.transcript import blocks as b
from desktop.ui.transcript.blocks import Block, Container, Kind, Nesting, Run, Spacing

# properties of block and character formats that say what is drawn behind the text and what a click means
_USER = QTextFormat.Property.UserProperty.value
P_MESSAGE = _USER + 1  # int: id of the message
P_KIND = _USER + 2  # str: Kind
P_MARKER = _USER + 3  # str: Block.marker
P_BARS = _USER + 4  # str: "l12 r0": bars of quotes, side and offset in pixels
P_PART = _USER + 5  # int: number of the code panel in its message
P_LANGUAGE = _USER + 6  # str
P_INLINE = _USER + 7  # bool on characters: inline code
P_SOURCE = _USER + 8  # str on characters: Markdown of a formula
P_BUBBLE = _USER + 9  # bool: the block stands in a bubble
P_PICTURE = _USER + 11  # int on characters: id of the image that stands there
P_DEPTH = _USER + 10  # int: how many lists the block stands in
P_CODE = _USER + 12  # str: "=" and what a line of code was written as, where that is shown otherwise
P_ROLE = _USER + 14  # str on the colours of code: the role of the token
P_THOUGHT = _USER + 15  # bool: the block is of the model's thinking
P_TABLE = _USER + 16  # int on a table and the block before it: its number in the document
P_GOES_ON = _USER + 13  # bool: the line of code is one with the block before it


class Palette(Protocol):
    """The colour tokens that the transcript needs, as "#rrggbb". The theme's tokens have them all."""

    @property
    def window(self) -> str: ...
    @property
    def surface(self) -> str: ...
    @property
    def line(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def muted(self) -> str: ...
    @property
    def accent(self) -> str: ...
    @property
    def on_accent(self) -> str: ...
    @property
    def user_bubble(self) -> str: ...
    @property
    def brand(self) -> str: ...
    @property
    def danger(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def hover(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Colours:
    """The tokens alone, for a transcript without a window around it: the gallery, the benchmark, the tests."""

    window: str = "#FAF8F4"
    surface: str = "#FFFFFF"
    line: str = "#E4DFD4"
    text: str = "#23222B"
    muted: str = "#67626F"
    accent: str = "#4A4FBF"
    on_accent: str = "#FFFFFF"
    user_bubble: str = "#ECEAF8"
    brand: str = "#D98A1F"
    danger: str = "#B3372F"
    code: str = "#F4F1EA"
    hover: str = "#ECE8DF"


LIGHT = Colours()
DARK = Colours(
    window="#15161F",
    surface="#1D1F2B",
    line="#2B2D3B",
    text="#E9E7EF",
    muted="#A6A4B3",
    accent="#8F94F2",
    on_accent="#14151E",
    user_bubble="#272A40",
    brand="#EBB05A",
    danger="#F2887F",
    code="#1A1C27",
    hover="#1C1E2A",
)

COLUMN = 700
"""Widest column of text, pixels at 100 %."""
GUTTER = 20
"""Room at each side of the column."""
_INDENT = {Container.LIST: 26, Container.QUOTE: 18, Container.FOOTNOTE: 26, Container.THOUGHT: 18, Container.BUBBLE: 0}
_GAPS = {Spacing.NONE: 0, Spacing.TIGHT: 4, Spacing.NORMAL: 11, Spacing.WIDE: 22}
_HEADING_SIZES = {1: 1.34, 2: 1.2, 3: 1.1, 4: 1.0, 5: 1.0, 6: 0.93}
_LINES = frozenset(Kind) - {Kind.FORMULA, Kind.IMAGES}
"""Blocks whose lines are all of one height."""
_ABSOLUTE = Qt.AlignmentFlag.AlignAbsolute
CODE_INSET = 15
HEAD_ABOVE, HEAD_BELOW = 6, 7
"""Room around the language in the head of a code panel."""


def colour(value: str) -> QColor:
    return QColor(value)


class TranscriptStyle:
    """Formats for one theme, text size and interface direction. Immutable: a change makes a new one."""

    def __init__(
        self,
        palette: Palette = LIGHT,
        scale: float = 1.0,
        ui_direction: Direction = Direction.LTR,
        font: QFont | None = None,
    ) -> None:
        self.palette = palette
        self.scale = scale
        self.ui_direction = ui_direction
        self.font = QFont(font or QFont())
        self.font.setPixelSize(self.px(15))
        self.mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self.mono.setPixelSize(self.px(13))
        self.is_dark = colour(palette.window).lightness() < 128
        self._block_cache: dict[Any, QTextBlockFormat] = {}
        self._char_cache: dict[Any, QTextCharFormat] = {}
        self._smaller: dict[float, TranscriptStyle] = {}

    def px(self, length: float) -> int:
        return max(1, round(length * self.scale))

    def smaller(self, share: float) -> TranscriptStyle:
        """The same at a part of its size."""
        if share == 1:
            return self
        made = self._smaller.get(share)
        if made is None:
            made = self._smaller[share] = TranscriptStyle(
                self.palette, self.scale * share, self.ui_direction, self.font
            )
        return made

    # --- blocks -------------------------------------------------------------------------------------------------------
    def block_format(self, block: Block, message_id: int, bubble: tuple[int, int] = (0, 0)) -> QTextBlockFormat:
        """The paragraph format of `block`. bubble: margins left and right of an own message, pixels."""
        shape = (block.kind, block.direction, block.inside, block.gap, block.level, block.marker, block.part)
        key = (*shape, block.has_formula, bubble)
        made = self._block_cache.get(key)
        if made is None:
            if len(self._block_cache) > 500:  # bubbles have as many margins as texts have widths
                self._block_cache.clear()
            made = self._block_cache[key] = self._make_block(block, bubble)
        made = QTextBlockFormat(made)
        made.setProperty(P_MESSAGE, message_id)
        if block.language:
            made.setProperty(P_LANGUAGE, block.language)
        if block.source:
            made.setProperty(P_CODE, "=" + block.source)  # Qt takes U+FEFF at the beginning for a mark of its own
        if block.goes_on:
            made.setProperty(P_GOES_ON, True)
        return made

    def _make_block(self, block: Block, bubble: tuple[int, int]) -> QTextBlockFormat:
        made = QTextBlockFormat()
        code = block.kind in (Kind.CODE_HEAD, Kind.CODE_LINE, Kind.CODE_FOOT)
        direction = Direction.LTR if code else block.direction
        made.setProperty(P_KIND, str(block.kind))
        made.setLayoutDirection(qt_direction(direction))
        rtl = direction is Direction.RTL
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        made.setAlignment(side | _ABSOLUTE)
        left, right, bars = self.margins(block.inside)
        if any(holder.holder is Container.BUBBLE for holder in block.inside):
            left, right = left + bubble[0], right + bubble[1]
            made.setProperty(P_BUBBLE, True)
        if bars:
            made.setProperty(P_BARS, bars)
        if any(holder.holder is Container.THOUGHT for holder in block.inside):
            made.setProperty(P_THOUGHT, True)
        if block.marker:
            made.setProperty(P_MARKER, block.marker)
        if depth := sum(holder.holder is Container.LIST for holder in block.inside):
            made.setProperty(P_DEPTH, depth)
        if block.part:
            made.setProperty(P_PART, block.part)
        top, bottom, height = self.px(_GAPS[block.gap]), 0, self.line_height(direction)
        # a formula may be taller than its line; letters never are, though some Arabic faces claim two lines for theirs
        fixed = block.kind in _LINES and not block.has_formula
        match block.kind:
            case Kind.HEADING:
                height = round(height * max(_HEADING_SIZES[block.level], 1) * 0.94)
                made.setHeadingLevel(block.level)
            case Kind.CODE_HEAD:
                height, bottom = self.px(20), self.px(HEAD_BELOW) + self.px(8)
                top = self.px(HEAD_ABOVE) + (self.px(12) if block.gap is not Spacing.NONE else self.px(4))
            case Kind.CODE_LINE:
                height = self.px(20)
                # a wrapped line hangs, so that it is not taken for the next one
                left += self.px(16)
                made.setTextIndent(-self.px(16))
            case Kind.CODE_FOOT:
                height, bottom = self.px(12), self.px(8)
            case Kind.RULE:
                height, top = self.px(17), self.px(6)
            case Kind.FORMULA:
                made.setAlignment(Qt.AlignmentFlag.AlignHCenter)
                top = self.px(12)
                bottom = self.px(8)
            case Kind.SPEAKER:
                height, top = 1, self.px(2 if block.gap is Spacing.TIGHT else 14)
            case Kind.THINKING:
                height, bottom = self.px(24), self.px(4)
            case Kind.IMAGES:  # at the end side, as the bubble below
                made.setAlignment((Qt.AlignmentFlag.AlignLeft if rtl else Qt.AlignmentFlag.AlignRight) | _ABSOLUTE)
                bottom = self.px(14)
            case Kind.STATUS:
                height, top = self.px(22), self.px(8)
            case Kind.FOOTER:
                height = self.px(32 if block.gap is Spacing.TIGHT else 36)
        if code:
            left, right = left + self.px(CODE_INSET), right + self.px(CODE_INSET)
        made.setLeftMargin(left)
        made.setRightMargin(right)
        made.setTopMargin(top)
        made.setBottomMargin(bottom)
        types = QTextBlockFormat.LineHeightTypes
        made.setLineHeight(height, (types.FixedHeight if fixed else types.MinimumHeight).value)
        return made

    def line_height(self, direction: Direction) -> int:
        return self.px(26 if direction is Direction.RTL else 25)

    def margins(self, inside: tuple[Nesting, ...]) -> tuple[int, int, str]:
        """Margins left and right of what stands in `inside`, and the bars drawn there."""
        left = right = 0
        bars = []
        for holder in inside:
            step = self.px(_INDENT[holder.holder])
            rtl = holder.direction is Direction.RTL
            if holder.holder in (Container.QUOTE, Container.THOUGHT):
                bars.append(f"r{right}" if rtl else f"l{left}")
            if rtl:
                right += step
            else:
                left += step
        return left, right, " ".join(bars)

    # --- characters ---------------------------------------------------------------------------------------------------
    def char_format(self, run: Run, kind: Kind, level: int = 0) -> QTextCharFormat:
        key = (run.style, run.href, kind, level, run.source)
        made = self._char_cache.get(key)
        if made is None:
            if len(self._char_cache) > 2000:
                self._char_cache.clear()
            made = self._char_cache[key] = self._make_char(run, kind, level)
        return made

    def plain(self, kind: Kind, level: int = 0) -> QTextCharFormat:
        return self.char_format(Run(""), kind, level)

    def _make_char(self, run: Run, kind: Kind, level: int) -> QTextCharFormat:
        made = QTextCharFormat()
        font = QFont(self.font)
        ink = colour(self.palette.text)
        style = run.style
        match kind:
            case Kind.HEADING:
                font.setPixelSize(self.px(15 * _HEADING_SIZES[level]))
                font.setWeight(QFont.Weight.DemiBold)
            case Kind.CODE_LINE | Kind.CODE_FOOT:
                font = QFont(self.mono)
            case Kind.CODE_HEAD:
                font = QFont(self.mono)
                font.setPixelSize(self.px(12))
                ink = colour(self.palette.muted)
            case Kind.THINKING | Kind.STATUS:
                font.setPixelSize(self.px(13))
                ink = colour(self.palette.muted)
            case Kind.SPEAKER:
                font.setPixelSize(1)
                ink = QColor(0, 0, 0, 0)
            case Kind.FOOTER:
                font.setPixelSize(1)
        if style & b.BOLD:
            font.setWeight(QFont.Weight.DemiBold)
        if style & b.ITALIC:
            font.setItalic(True)
        if style & b.STRIKE:
            font.setStrikeOut(True)
        if style & (b.CODE | b.MATH) and kind is not Kind.CODE_LINE:
            weight = font.weight()
            size = font.pixelSize()
            font = QFont(self.mono)
            font.setPixelSize(round(size * 0.87))
            font.setWeight(weight)
            if style & b.CODE:
                made.setProperty(P_INLINE, True)
        if style & b.LINK:
            ink = colour(self.palette.accent)
            font.setUnderline(True)
        if style & b.MUTED:
            ink = colour(self.palette.muted)
        if style & b.RAISED:
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
            ink = colour(self.palette.accent)
        if run.source:
            made.setProperty(P_SOURCE, run.source)
        made.setFont(font)
        made.setForeground(QBrush(ink))
        if run.href:
            made.setAnchor(True)
            made.setAnchorHref(run.href)
        return made


def qt_direction(direction: Direction) -> Qt.LayoutDirection:
    return Qt.LayoutDirection.RightToLeft if direction is Direction.RTL else Qt.LayoutDirection.LeftToRight
