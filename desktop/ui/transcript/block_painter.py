"""What is painted behind and beside the text: bubbles, code panels, bars of quotes, markers of lists, rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QTextBlock,
    QTextBlockFormat,
    QTextDocument,
)

from desktop.ui.transcript.blocks import Kind
from desktop.ui.transcript.style import (
    CODE_INSET,
    GUTTER,
    HEAD_ABOVE,
    HEAD_BELOW,
    P_BARS,
    P_BUBBLE,
    P_INLINE,
    P_KIND,
    P_MARKER,
    P_MESSAGE,
    P_PART,
    TranscriptStyle,
    colour,
)

_FAR = 10_000.0
_CODE = (Kind.CODE_HEAD, Kind.CODE_LINE, Kind.CODE_FOOT)


@dataclass
class Scene:
    """Shapes of the visible part, in the coordinates of the document."""

    bubbles: list[QRectF] = field(default_factory=list)
    panels: list[tuple[QRectF, float | None]] = field(default_factory=list)
    """Panel, and the y of the line under its head; None when the head is out of sight."""
    bars: list[QRectF] = field(default_factory=list)
    inline: list[QRectF] = field(default_factory=list)
    rules: list[QRectF] = field(default_factory=list)
    markers: list[tuple[QRectF, str, bool]] = field(default_factory=list)
    """Room of a marker, what it shows, whether it is right-to-left."""


def visible_blocks(document: QTextDocument, first: QTextBlock, bottom: float) -> Iterator[tuple[QTextBlock, QRectF]]:
    """Blocks with their rectangles, from `first` down to `bottom`."""
    layout = document.documentLayout()
    block = first
    while block.isValid():
        rect = layout.blockBoundingRect(block)
        if rect.top() > bottom and block.length() > 1:
            return
        yield block, rect
        block = block.next()


class BlockPainter:
    """Finds and paints the shapes."""

    def scene(self, document: QTextDocument, look: TranscriptStyle, first: QTextBlock, clip: QRectF) -> Scene:
        scene = Scene()
        width = document.textWidth()
        margin = look.px(GUTTER)
        bars: dict[tuple[int, str], list[QRectF]] = {}
        panels: dict[tuple[int, int], tuple[QRectF, float | None]] = {}
        bubbles: dict[int, QRectF] = {}
        for block, rect in visible_blocks(document, first, clip.bottom()):
            made = block.blockFormat()
            kind = made.property(P_KIND)
            message = made.property(P_MESSAGE)
            line = lines_rect(block, rect)
            if made.property(P_BUBBLE) and kind not in (Kind.SPEAKER, Kind.FOOTER):
                self._bubble(look, bubbles, block, line, message, width, margin)
            if kind != Kind.THINKING:
                self._bars(look, bars, made, line, message, width, margin)
            if kind in _CODE:
                self._panel(look, panels, block, line, width, margin)
                continue
            if kind == Kind.RULE:
                y = line.center().y()
                left, right = margin + made.leftMargin(), width - margin - made.rightMargin()
                scene.rules.append(QRectF(left, y, right - left, 1))
            if marker := made.property(P_MARKER):
                rtl = made.layoutDirection() == Qt.LayoutDirection.RightToLeft
                scene.markers.append((marker_rect(look, block, rect, rtl, width), marker, rtl))
            scene.inline += inline_rects(block, rect)
        scene.bars = [rect for rects in bars.values() for rect in rects]
        scene.panels += panels.values()
        scene.bubbles += bubbles.values()
        return scene

    def _bars(
        self,
        look: TranscriptStyle,
        bars: dict[tuple[int, str], list[QRectF]],
        made: QTextBlockFormat,
        line: QRectF,
        message: int,
        width: float,
        margin: int,
    ) -> None:
        """Bars of the quotes around a block; each goes on in the next block that has it too."""
        here = str(made.property(P_BARS) or "").split()
        for bar in here:
            offset = int(bar[1:])
            x = margin + offset if bar[0] == "l" else width - margin - offset - look.px(3)
            shape = QRectF(x, line.top(), look.px(3), line.height())
            known = bars.setdefault((message, bar), [])
            if known and bar in self._above:
                known[-1] = known[-1].united(shape)
            else:
                known.append(shape)
        self._above = here

    _above: Sequence[str] = ()

    def _bubble(
        self,
        look: TranscriptStyle,
        bubbles: dict[int, QRectF],
        block: QTextBlock,
        line: QRectF,
        message: int,
        width: float,
        margin: int,
    ) -> None:
        made = block.blockFormat()
        pad = look.px(17)
        inset = look.px(CODE_INSET) if made.property(P_KIND) in _CODE else 0
        left = margin + made.leftMargin() - pad - inset + made.textIndent()
        right = width - margin - made.rightMargin() + pad + inset
        shape = QRectF(left, line.top() - look.px(8), right - left, line.height() + look.px(20))
        if block.previous().blockFormat().property(P_BUBBLE) and message not in bubbles:
            shape.setTop(shape.top() - _FAR)
        bubbles[message] = bubbles[message].united(shape) if message in bubbles else shape

    def _panel(
        self,
        look: TranscriptStyle,
        panels: dict[tuple[int, int], tuple[QRectF, float | None]],
        block: QTextBlock,
        line: QRectF,
        width: float,
        margin: int,
    ) -> None:
        made = block.blockFormat()
        key = made.property(P_MESSAGE), made.property(P_PART)
        inset = look.px(CODE_INSET)
        left = margin + made.leftMargin() - inset + made.textIndent()
        right = width - margin - made.rightMargin() + inset
        shape = QRectF(left, line.top(), right - left, line.height())
        rule = None
        if made.property(P_KIND) == Kind.CODE_HEAD:
            shape.setTop(shape.top() - look.px(HEAD_ABOVE))
            shape.setBottom(shape.bottom() + look.px(HEAD_BELOW))
            rule = shape.bottom() - 0.5
        elif key not in panels:
            shape.setTop(shape.top() - _FAR)
        if key in panels:
            panels[key] = (panels[key][0].united(shape), panels[key][1])
        else:
            panels[key] = (shape, rule)

    # --- painting -----------------------------------------------------------------------------------------------------
    def paint(self, painter: QPainter, look: TranscriptStyle, scene: Scene) -> None:
        palette = look.palette
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for rect in scene.bubbles:
            painter.setBrush(colour(palette.user_bubble))
            radius = min(look.px(18), rect.height() / 2)
            painter.drawRoundedRect(rect, radius, radius)
        line = colour(palette.line)
        for rect, rule in scene.panels:
            painter.setBrush(colour(palette.code))
            painter.setPen(QPen(line, 1))
            outer = rect.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(outer, look.px(12), look.px(12))
            if rule is not None:
                painter.drawLine(QPointF(outer.left(), rule), QPointF(outer.right(), rule))
        painter.setBrush(colour(palette.code))
        painter.setPen(QPen(line, 1))
        for rect in scene.inline:
            painter.drawRoundedRect(rect, 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(line)
        for rect in scene.bars:
            painter.drawRoundedRect(rect, rect.width() / 2, rect.width() / 2)
        for rect in scene.rules:
            painter.drawRect(rect)
        for rect, marker, rtl in scene.markers:
            paint_marker(painter, look, rect, marker, rtl)


def origin(rect: QRectF) -> QPointF:
    """Where the coordinates of a block's lines begin, in the document's: in a table they count from the cell."""
    return rect.topLeft()  # Qt puts the origin here, also when the first line begins lower


def lines_rect(block: QTextBlock, rect: QRectF) -> QRectF:
    """From the top of a block's first line to the bottom of its last, in the document's coordinates."""
    layout = block.layout()
    count = layout.lineCount()
    if not count:
        return rect
    position = origin(rect)
    last = layout.lineAt(count - 1)
    made = block.blockFormat()
    fixed = QTextBlockFormat.LineHeightTypes.FixedHeight.value
    if made.lineHeightType() == fixed:
        # whatever a face claims, Qt puts the baseline at four fifths of such a line
        height = last.y() + last.ascent() + made.lineHeight() / 5
    else:
        height = max(last.y() + last.height(), made.lineHeight())
    return QRectF(rect.left(), position.y(), rect.width(), height)


def marker_rect(look: TranscriptStyle, block: QTextBlock, rect: QRectF, rtl: bool, width: float) -> QRectF:
    """The room of a list marker: beside the first line, on the side where the block begins."""
    made = block.blockFormat()
    layout = block.layout()
    room = look.px(22)
    gap = look.px(4)
    line = layout.lineAt(0) if layout.lineCount() else None
    top = origin(rect).y() + (line.y() if line is not None else 0)
    height = line.height() if line is not None else made.lineHeight()
    if rtl:
        x = width - look.px(GUTTER) - made.rightMargin() + gap
    else:
        x = look.px(GUTTER) + made.leftMargin() - gap - room
    return QRectF(x, top, room, height)


def inline_rects(block: QTextBlock, rect: QRectF) -> list[QRectF]:
    """Where inline code stands: one rectangle for each line that it is on."""
    out: list[QRectF] = []
    layout = block.layout()
    for formats in block.textFormats():
        if not formats.format.property(P_INLINE):
            continue
        start, end = formats.start, formats.start + formats.length
        for index in range(layout.lineCount()):
            line = layout.lineAt(index)
            a, z = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if a >= z:
                continue
            shapes = [run.boundingRect() for run in layout.glyphRuns(a, z - a)]
            if not shapes:
                continue
            left, right = min(s.left() for s in shapes), max(s.right() for s in shapes)
            begin = origin(rect)
            base = begin.y() + line.y() + line.ascent()
            height = max(s.height() for s in shapes)
            x = begin.x()
            out.append(
                QRectF(x + left + 1.5, base - height * 0.86, right - left - 3, height * 1.14).toAlignedRect().toRectF()
            )
    return out


def paint_marker(painter: QPainter, look: TranscriptStyle, rect: QRectF, marker: str, rtl: bool) -> None:
    ink = colour(look.palette.muted)
    middle = rect.center().y()
    painter.setPen(Qt.PenStyle.NoPen)
    match marker:
        case "•" | "◦":
            radius = look.px(5) / 2
            centre = QPointF(rect.left() + look.px(8) if rtl else rect.right() - look.px(8), middle + look.px(1))
            if marker == "•":
                painter.setBrush(ink)
            else:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(ink, 1.2))
            painter.drawEllipse(centre, radius, radius)
        case "task" | "task-done":
            side = look.px(15)
            x = rect.left() + look.px(2) if rtl else rect.right() - side - look.px(2)
            box = QRectF(x, middle - side / 2 + 1, side, side)
            accent = colour(look.palette.accent)
            painter.setBrush(accent if marker == "task-done" else Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent if marker == "task-done" else ink, 1.3))
            painter.drawRoundedRect(box, 4, 4)
            if marker == "task-done":
                tick = QPainterPath(QPointF(box.left() + side * 0.25, box.center().y()))
                tick.lineTo(box.left() + side * 0.43, box.bottom() - side * 0.28)
                tick.lineTo(box.right() - side * 0.22, box.top() + side * 0.3)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                pen = QPen(colour(look.palette.on_accent), 1.6)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                painter.drawPath(tick)
        case "open" | "folded":
            _chevron(painter, look, rect, marker, rtl, ink)
        case _:
            painter.setPen(ink)
            font = QFont(look.font)
            if QFontMetricsF(font).horizontalAdvance(marker) > rect.width():
                font.setPixelSize(look.px(12))
            painter.setFont(font)
            painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
            side = Qt.AlignmentFlag.AlignLeft if rtl else Qt.AlignmentFlag.AlignRight
            flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
            painter.drawText(rect, int(flags), marker)
    painter.setPen(Qt.PenStyle.NoPen)


def _chevron(painter: QPainter, look: TranscriptStyle, rect: QRectF, marker: str, rtl: bool, ink: QColor) -> None:
    size = look.px(4)
    centre = QPointF(rect.left() + look.px(8) if rtl else rect.right() - look.px(8), rect.center().y() + 1)
    pen = QPen(ink, 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if marker == "open":
        points = [QPointF(-size, -size / 2), QPointF(0, size / 2), QPointF(size, -size / 2)]
    else:
        turn = -1 if rtl else 1
        points = [QPointF(-size / 2 * turn, -size), QPointF(size / 2 * turn, 0), QPointF(-size / 2 * turn, size)]
    painter.drawPolyline([centre + point for point in points])
