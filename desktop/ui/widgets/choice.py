"""A field that opens a list of choices, with a sign that it does."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox

from desktop.ui import icons, theme

SIGN = 16
"""Pixels of the chevron; a style sheet alone knows no icon that follows the theme."""


class Choice(QComboBox):
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = 10 if rtl else self.width() - SIGN - 10
        color = theme.current().color("muted" if self.isEnabled() else "faint")
        icons.paint(painter, "chevron-down", QRectF(left, (self.height() - SIGN) / 2, SIGN, SIGN), color)
