"""A rounded box above the conversation or the composer, with a sign at its beginning."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.ui import icons, theme


class Card(QWidget):
    """Follows theme, language and direction. A subclass makes its layout, then calls `_mirror`."""

    MARGINS = (44, 10, 14, 10)
    """Around the layout: at the beginning (room for the sign), above, at the end, below."""
    SIGN_PX, SIGN_TOP = 19, 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.state().changed.connect(self.update)

    def _sign(self) -> tuple[str, str] | None:
        """Name of the sign's icon, and of its colour."""
        return None

    def _retranslate(self) -> None:
        """Say everything in the language of now."""

    def _mirror(self) -> None:
        beginning, top, end, bottom = self.MARGINS
        layout = self.layout()
        if layout is not None:
            left, right = (end, beginning) if self._rtl() else (beginning, end)
            layout.setContentsMargins(left, top, right, bottom)

    def _rtl(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() == QEvent.Type.LayoutDirectionChange:
            self._mirror()

    def _paint_ground(self, painter: QPainter, card: QRectF) -> None:
        tokens = theme.current()
        painter.setPen(QPen(tokens.color("line"), 1))
        painter.setBrush(tokens.color("surface"))
        painter.drawRoundedRect(card, theme.RADIUS_CARD, theme.RADIUS_CARD)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        if sign := self._sign():
            size, beside = self.SIGN_PX, 14
            left = self.width() - beside - size if self._rtl() else beside
            icons.paint(painter, sign[0], QRectF(left, self.SIGN_TOP, size, size), theme.current().color(sign[1]))
