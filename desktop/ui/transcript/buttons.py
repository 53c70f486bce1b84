"""The small buttons that lie on the transcript: strokes on a grid of 24, muted until they are meant."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from desktop.ui.shortcuts import with_shortcut
from desktop.ui.transcript.style import TranscriptStyle, colour
from desktop.ui.widgets.basic import draw_line
from desktop.ui.widgets.plain_text import set_tool_tip

STROKES = {
    "copy": '<rect x="8.5" y="8.5" width="11" height="11" rx="2.5"/>'
    '<path d="M15.5 8.5V7A2.5 2.5 0 0 0 13 4.5H7A2.5 2.5 0 0 0 4.5 7v6A2.5 2.5 0 0 0 7 15.5h1.5"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "regenerate": '<path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9"/><path d="M19.5 4.5V9H15"/>',
    "continue": '<path d="M7.5 5.5v13l11-6.5z"/>',
    "edit": '<path d="M4.5 19.5h4L19 9a2.8 2.8 0 0 0-4-4L4.5 15.5z"/><path d="m13.5 6.5 4 4"/>',
    "tokens": '<path d="M4.5 19.5h15"/><path d="M7 16.5V11M12 16.5v-11M17 16.5v-3"/>',
    "more": '<g fill="currentColor" stroke="none"><circle cx="5.5" cy="12" r="1.6"/><circle cx="12" cy="12" r="1.6"/>'
    '<circle cx="18.5" cy="12" r="1.6"/></g>',
    "save": '<path d="M12 4v11M7 10.5l5 5 5-5"/><path d="M4.5 17v1a2.5 2.5 0 0 0 2.5 2.5h10a2.5 2.5 0 0 0 2.5-2.5v-1"/>',
    "previous": '<path d="m14.5 6.5-5.5 5.5 5.5 5.5"/>',
    "next": '<path d="m9.5 6.5 5.5 5.5-5.5 5.5"/>',
    "up": '<path d="m6.5 14.5 5.5-5.5 5.5 5.5"/>',
    "down": '<path d="m6.5 9.5 5.5 5.5 5.5-5.5"/>',
    "to-end": '<path d="M12 5v13.5M6 12.5l6 6 6-6"/>',
    "expand": '<path d="M13.5 4.5h6v6M10.5 19.5h-6v-6M19.5 4.5 13 11M4.5 19.5 11 13"/>',
    "close": '<path d="m6.5 6.5 11 11M17.5 6.5l-11 11"/>',
}
SHOWN_FOCUS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.OtherFocusReason)
"""How the keyboard may come to a button that then shows a ring."""
MIRRORED = frozenset({"previous", "next", "continue"})
"""Drawn the other way round in a right-to-left interface."""
_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{0}" '
    'stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">{1}</svg>'
)


@lru_cache(maxsize=128)
def _renderer(name: str, tint: str) -> QSvgRenderer:
    strokes = STROKES[name].replace("currentColor", tint)
    return QSvgRenderer(QByteArray(_FRAME.format(tint, strokes).encode()))


def leave(widget: QWidget) -> None:
    """Give the keyboard to the page when it is at `widget`, which is about to go: Qt would hand it to whatever comes next."""
    focus = QApplication.focusWidget()
    if focus is None or not (focus is widget or widget.isAncestorOf(focus)):
        return
    page: QWidget | None = widget.parentWidget()
    while page is not None and page.focusPolicy() == Qt.FocusPolicy.NoFocus and page.focusProxy() is None:
        page = page.parentWidget()
    if page is not None:
        page.setFocus(Qt.FocusReason.OtherFocusReason)


class _PaintedButton(QAbstractButton):
    """What the buttons among messages share: focus that shows when the keyboard brought it, and keys."""

    enter_presses = False
    """Whether Enter presses it too, as in a dialog."""

    def __init__(self, look: TranscriptStyle, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._look = look
        self._ring = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in SHOWN_FOCUS
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt and the arrow keys go from message to message, wherever among them the keyboard is."""
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
        elif self.enter_presses and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class GlyphButton(_PaintedButton):
    """A square button with one glyph. Its name is its tool tip and what a screen reader says."""

    def __init__(
        self, glyph: str, name: str, look: TranscriptStyle, parent: QWidget | None = None, *, raised: bool = False
    ) -> None:
        super().__init__(look, parent)
        self.glyph = glyph
        self.raised = raised
        """Stands on a round surface of its own, above the text."""
        self.describe(name)
        self.set_look(look)

    def describe(self, name: str, shortcut: str = "") -> None:
        """Set name and tool tip at once."""
        set_tool_tip(self, with_shortcut(name, shortcut))
        self.setAccessibleName(name)

    def set_look(self, look: TranscriptStyle) -> None:
        self._look = look
        side = look.px(36 if self.raised else 28)
        self.setFixedSize(side, side)
        self.update()

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self._look.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        over = self.isEnabled() and (self.underMouse() or self.isDown())
        radius = area.width() / 2 if self.raised else self._look.px(7)
        if self.raised:
            painter.setBrush(colour(palette.hover if over else palette.surface))
            painter.setPen(QPen(colour(palette.line), 1))
            painter.drawRoundedRect(area, radius, radius)
        elif over:
            painter.setBrush(colour(palette.hover))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(area, radius, radius)
        if self._ring and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour(palette.accent), 2))
            painter.drawRoundedRect(area, radius, radius)
        side = self._look.px(17)
        place = QRectF(0, 0, side, side)
        place.moveCenter(QRectF(self.rect()).center())
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft and self.glyph in MIRRORED:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        tint = palette.text if over else palette.accent if self.glyph == "check" else palette.muted
        _renderer(self.glyph, colour(tint).name()).render(painter, place)
        painter.end()


class ChipButton(_PaintedButton):
    """A word or two in a frame, cut where there is no room. Its whole text is its tool tip and what a screen reader says."""

    enter_presses = True

    def __init__(self, look: TranscriptStyle, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.set_look(look)

    def set_look(self, look: TranscriptStyle) -> None:
        self._look = look
        font = QFont(look.font)
        font.setPixelSize(look.px(12.5))
        self.setFont(font)
        self.setFixedHeight(look.px(26))
        self.updateGeometry()

    def set_text(self, text: str) -> None:
        self.setText(text)
        self.setAccessibleName(text)
        set_tool_tip(self, text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + self._look.px(24), self._look.px(26))

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self._look.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        over = self.underMouse() or self.isDown()
        ring = self._ring and self.hasFocus()
        painter.setBrush(colour(palette.hover) if over else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour(palette.accent if ring or over else palette.line), 2 if ring else 1))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        painter.setPen(colour(palette.accent))
        text = area.adjusted(self._look.px(10), 0, -self._look.px(10), 0)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        draw_line(painter, text, self.text(), right_to_left=rtl, centred=True)
        painter.end()
