"""Sampling parameters with plain explanations; used by the panel of a chat and by the settings."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent, QLocale, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.core.generation import GenerationParams
from desktop.ui import theme
from desktop.ui.widgets import Button, Label, LineEdit

STEPS = 40
"""Of the creativity slider: 0.00 … 2.00 by 0.05."""


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


class NumberField(QDoubleSpinBox):
    """A number; the wheel scrolls the page, not the value."""

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

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class WholeField(QSpinBox):
    """A whole number whose lowest value reads as a word ("Automatic", "Off")."""

    def __init__(self, low: int, high: int, step: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineEdit(LineEdit(self))
        self.setLocale(QLocale.c())
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setKeyboardTracking(False)
        self.setFixedWidth(96)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


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
        from desktop.ui.widgets import leading

        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rtl = self.right_to_left()
        color = tokens.color("ink" if self.hovered() else "muted")
        painter.setFont(theme.interface_font(13, QFont.Weight.Medium))
        painter.setPen(color)
        text = QRectF(self.rect()).adjusted(0 if rtl else 22, 0, -22 if rtl else 0, 0)
        painter.drawText(text, leading(rtl) | Qt.AlignmentFlag.AlignVCenter, self.text())
        spot = QRectF(self.width() - 17 if rtl else 1, 8, 16, 16)
        icons.paint(painter, "chevron-down" if self.isChecked() else "chevron-end", spot, color, right_to_left=rtl)
        self.paint_ring(painter, QRectF(self.rect()), 6)


class SamplingEditor(QWidget):
    """Shows the parameters that hold; emits them when the person changes one, None for "the model's own"."""

    params_changed = Signal(object)
    """GenerationParams or None"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.params: GenerationParams | None = None
        self.defaults = GenerationParams()
        self.showing = False
        self.labels: dict[str, Label] = {}
        self.hints: dict[str, Label] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)

        self.creativity = Slider(self)
        self.creativity.setRange(0, STEPS)
        self.creativity.setPageStep(4)
        self.creativity_value = Label("value", self)
        self._row("creativity", self.creativity_value)
        self.column.addSpacing(2)
        self.column.addWidget(self.creativity)
        self._hint("creativity")

        self.max_tokens = WholeField(0, 1_000_000, 128, self)
        self._row("max_tokens", self.max_tokens)
        self._hint("max_tokens")

        self.more = Disclosure(self)
        self.column.addWidget(self.more)
        self.advanced = QWidget(self)
        self.advanced.hide()
        outer, self.column = self.column, QVBoxLayout(self.advanced)
        self.column.setContentsMargins(0, 8, 0, 0)
        self.column.setSpacing(0)
        self.top_k = WholeField(0, 1_000_000, 5, self)
        self.top_p = NumberField(0, 1, 0.05, 2, self)
        self.min_p = NumberField(0, 1, 0.01, 2, self)
        self.repeat_penalty = NumberField(0.1, 10, 0.05, 2, self)
        self.seed = WholeField(-1, 2**31 - 1, 1, self)
        for name in ("top_k", "top_p", "min_p", "repeat_penalty", "seed"):
            self._row(name, getattr(self, name))
            self._hint(name)
        self.column = outer
        self.column.addWidget(self.advanced)
        self.reset = QPushButton(self)
        self.reset.setProperty("rank", "link")
        back = QHBoxLayout()
        back.setContentsMargins(0, 4, 0, 0)
        back.addWidget(self.reset)
        back.addStretch(1)
        self.column.addLayout(back)

        self.more.toggled.connect(self.advanced.setVisible)
        self.creativity.valueChanged.connect(self._edited)
        for field in (self.max_tokens, self.top_k, self.top_p, self.min_p, self.repeat_penalty, self.seed):
            field.valueChanged.connect(self._edited)
        self.reset.clicked.connect(self._reset)
        self._retranslate()
        self.set_params(None, self.defaults)

    def _row(self, name: str, field: QWidget) -> None:
        label = Label("label", self)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label, 1)
        row.addWidget(field)
        self.column.addLayout(row)
        self.labels[name] = label

    def _hint(self, name: str) -> None:
        hint = Label("hint", self, wrap=True)
        hint.setContentsMargins(0, 4, 0, 16)
        self.column.addWidget(hint)
        self.hints[name] = hint

    # --- values ---

    def set_params(self, params: GenerationParams | None, defaults: GenerationParams) -> None:
        """params: the person's own, None while `defaults` (the model's hints or the settings') hold."""
        self.params, self.defaults = params, defaults
        shown = (params or defaults).checked()
        self.showing = True
        self.creativity.setValue(round(shown.temperature * 20))
        self.max_tokens.setValue(shown.max_tokens or 0)
        self.top_k.setValue(shown.top_k)
        self.top_p.setValue(shown.top_p)
        self.min_p.setValue(shown.min_p)
        self.repeat_penalty.setValue(shown.repeat_penalty)
        self.seed.setValue(-1 if shown.seed is None else min(shown.seed, 2**31 - 1))
        self.showing = False
        self._tell()

    def _edited(self) -> None:
        if self.showing:
            return
        seed = self.seed.value()
        base = self.params or self.defaults
        near = abs(base.temperature - self.creativity.value() / 20) < 0.026  # a finer value than a step is kept
        self.params = msgspec.structs.replace(
            base,
            temperature=base.temperature if near else self.creativity.value() / 20,
            max_tokens=self.max_tokens.value() or None,
            top_k=self.top_k.value(),
            top_p=round(self.top_p.value(), 4),
            min_p=round(self.min_p.value(), 4),
            repeat_penalty=round(self.repeat_penalty.value(), 4),
            seed=None if seed < 0 else seed,
        )
        self._tell()
        self.params_changed.emit(self.params)

    def _reset(self) -> None:
        self.set_params(None, self.defaults)
        self.params_changed.emit(None)

    def _tell(self) -> None:
        temperature = (self.params or self.defaults).temperature
        self.creativity_value.setText(f"{temperature:.2f}".rstrip("0").rstrip(".") if temperature else "0")
        self.reset.setEnabled(self.params is not None)
        self.reset.setVisible(self.params is not None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        texts = {
            "creativity": (
                self.tr("Creativity"),
                self.tr("Low: precise, much the same each time. High: freer, more surprising."),
            ),
            "max_tokens": (self.tr("Longest reply"), self.tr("In tokens. Automatic: until the model has finished.")),
            "top_k": (self.tr("Top-k"), self.tr("Choose among this many of the likeliest tokens.")),
            "top_p": (self.tr("Top-p"), self.tr("Choose among the likeliest tokens that together reach this share.")),
            "min_p": (self.tr("Min-p"), self.tr("Leave out tokens less likely than this share of the likeliest.")),
            "repeat_penalty": (self.tr("Repeat penalty"), self.tr("Above 1, words used lately become less likely.")),
            "seed": (self.tr("Seed"), self.tr("The same seed gives the same reply to the same words.")),
        }
        for name, (label, hint) in texts.items():
            self.labels[name].setText(label)
            self.hints[name].setText(hint)
            field = getattr(self, name)
            field.setAccessibleName(label)
            field.setAccessibleDescription(hint)
        self.max_tokens.setSpecialValueText(self.tr("Automatic"))
        self.top_k.setSpecialValueText(self.tr("Off"))
        self.seed.setSpecialValueText(self.tr("Random"))
        self.more.setText(self.tr("More settings"))
        self.more.setAccessibleName(self.tr("More settings"))
        self.reset.setText(self.tr("Back to the model's own defaults"))
