"""Fields for numbers: a slider, spin boxes without arrows, and a heading that unfolds what is below it."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QSpinBox, QWidget

from desktop.core.numbers import plain_number
from desktop.ui import theme
from desktop.ui.widgets.basic import Button, LineEdit

_GROUP_BEGUN = re.compile(r"-?\d+,\d{0,2}")
"""A number that is typed with a comma before its thousands, which are not complete."""


class Slider(QSlider):
    """A slider in the theme's colours whose filled part begins where reading does; the wheel scrolls the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setMinimumHeight(24)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, _event: QEvent) -> None:
        from PySide6.QtCore import QRectF
        from PySide6.QtGui import QPainter, QPen

        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        span = max(self.maximum() - self.minimum(), 1)
        fraction = (self.sliderPosition() - self.minimum()) / span
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            fraction = 1 - fraction
        middle = self.height() / 2
        room = self.width() - 16
        knob = 8 + room * fraction
        groove = QRectF(0, middle - 2, self.width(), 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.color("track"))
        painter.drawRoundedRect(groove, 2, 2)
        painter.setBrush(tokens.color("accent" if self.isEnabled() else "faint"))
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            painter.drawRoundedRect(QRectF(knob, middle - 2, self.width() - knob, 4), 2, 2)
        else:
            painter.drawRoundedRect(QRectF(0, middle - 2, knob, 4), 2, 2)
        if self.hasFocus():
            painter.setBrush(tokens.color("accent", 0.22))
            painter.drawEllipse(QRectF(knob - 12, middle - 12, 24, 24))
        painter.setPen(QPen(tokens.color("accent" if self.isEnabled() else "faint"), 2))
        painter.setBrush(tokens.color("surface"))
        painter.drawEllipse(QRectF(knob - 7, middle - 7, 14, 14))


def _folded(text: str, position: int, *, whole: bool) -> tuple[str, int]:
    """What was typed, in ASCII digits, and where the caret stands in it."""
    plain = plain_number(text, whole=whole)
    return plain, position if plain == text else len(plain_number(text[:position], whole=whole))


class NumberField(QDoubleSpinBox):
    """A number, in the digits and with the decimal sign of any keyboard; the wheel scrolls the page, not the value."""

    def __init__(self, low: float, high: float, step: float, digits: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineEdit(LineEdit(self))
        self.setLocale(QLocale.c())  # Western digits in both languages
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setDecimals(digits)
        self.setKeyboardTracking(False)
        self.setFixedWidth(96)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.lineEdit().setAccessibleName(name)  # a screen reader may stand in either

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return super().validate(*_folded(text, position, whole=False))

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(plain_number(text, whole=False))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class WholeField(QSpinBox):
    """A whole number, in the digits of any keyboard, whose lowest value reads as a word ("Automatic", "Off")."""

    def __init__(self, low: int, high: int, step: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineEdit(LineEdit(self))
        self.setLocale(QLocale.c())
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setKeyboardTracking(False)
        self.setFixedWidth(96)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.lineEdit().setAccessibleName(name)  # a screen reader may stand in either

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        plain, place = _folded(text, position, whole=True)
        if _GROUP_BEGUN.fullmatch(plain):
            return QValidator.State.Intermediate, plain, place
        return super().validate(plain, place)

    def fixup(self, text: str) -> str:
        return text  # Qt would read "0,7" as 7

    def valueFromText(self, text: str) -> int:
        return super().valueFromText(plain_number(text, whole=True))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class SliderRow(QWidget):
    """A slider with a field behind it, in which a value between its steps can be typed."""

    def __init__(self, slider: Slider, field: WholeField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(slider, 1)
        row.addWidget(field)


class Disclosure(Button):
    """A word with a chevron that shows and hides what is below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFixedHeight(32)

    def paintEvent(self, _event: QEvent) -> None:
        from PySide6.QtCore import QRectF
        from PySide6.QtGui import QFont, QPainter

        from desktop.ui import icons
        from desktop.ui.widgets.basic import leading

        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rtl = self.right_to_left()
        color = tokens.color("text" if self.hovered() else "muted")
        painter.setFont(theme.interface_font(13, QFont.Weight.Medium))
        painter.setPen(color)
        text = QRectF(self.rect()).adjusted(0 if rtl else 22, 0, -22 if rtl else 0, 0)
        painter.drawText(text, leading(rtl) | Qt.AlignmentFlag.AlignVCenter, self.text())
        spot = QRectF(self.width() - 17 if rtl else 1, 8, 16, 16)
        icons.paint(painter, "chevron-down" if self.isChecked() else "chevron-end", spot, color, right_to_left=rtl)
        self.paint_ring(painter, QRectF(self.rect()), 6)
