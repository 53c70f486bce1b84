"""An empty chat: a greeting, three things to try, who answers, that everything stays here, and the way to a larger model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.languages import SPECS, SPOKEN, other_than
from desktop.ui import i18n, icons, theme
from desktop.ui.widgets.basic import Button, Label, Moon, Segments, draw_line


class Suggestion(Button):
    """A card with a question to try."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.width(420, most=2.5), self.fontMetrics().height() + 26)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(tokens.color("accent", 0.6) if self.hovered() else tokens.color("line"), 1))
        painter.setBrush(tokens.color("user_bubble" if self.isDown() else "surface"))
        painter.drawRoundedRect(card, theme.RADIUS_CARD, theme.RADIUS_CARD)
        rtl = self.right_to_left()
        text = card.adjusted(44 if rtl else 16, 0, -16 if rtl else -44, 0)
        painter.setPen(tokens.color("text"))
        draw_line(painter, text, self.text(), right_to_left=rtl)
        spot = QRectF(14 if rtl else self.width() - 32, (self.height() - 18) / 2, 18, 18)
        icons.paint(
            painter, "chevron-end", spot, tokens.color("accent" if self.hovered() else "faint"), right_to_left=rtl
        )
        self.paint_ring(painter, QRectF(self.rect()), theme.RADIUS_CARD)


class NextStep(Button):
    """A quiet line of text that leads on."""

    def sizeHint(self) -> QSize:
        size = self.fontMetrics().size(0, self.text())
        return QSize(size.width() + 24, size.height() + 14)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.current()
        if self.hovered() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("accent", 0.14 if self.isDown() else 0.07))
            painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS_ROW, theme.RADIUS_ROW)
        painter.setPen(tokens.color("accent"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        self.paint_ring(painter, QRectF(self.rect()), theme.RADIUS_ROW)


class EmptyState(QWidget):
    suggestion_chosen = Signal(str)
    language_chosen = Signal(object)
    """Language; asked only in the welcome"""
    larger_model_requested = Signal()
    """Offered where a model answers that knows few subjects"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.model = self.loading = ""
        self.questions: Sequence[str] | None = None
        self.temporary = False
        self.hour: int | None = None
        self.welcome = False
        self.moon = Moon(44, self)
        self.greeting = Label("title", self, wrap=True).centre()
        self.also = Label("brand", self, wrap=True).centre()
        self.answers = Label("label", self, wrap=True).centre()
        self.languages = Segments(SPOKEN, self)
        self.also.setContentsMargins(0, 0, 0, 8)
        self.languages.setContentsMargins(0, 0, 0, 0)
        self.languages.set_texts(tuple(spec.name for spec in SPECS.values()))
        self.languages.setFixedWidth(220)
        self.suggestions = [Suggestion(self) for _ in range(3)]

        body = QWidget(self)
        self.body = body
        column = QVBoxLayout(body)
        column.setContentsMargins(24, 0, 24, 0)
        column.setSpacing(0)
        column.addWidget(self.moon, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        column.addWidget(self.greeting)
        column.addSpacing(8)
        column.addWidget(self.also)
        column.addWidget(self.answers)
        column.addSpacing(20)
        column.addWidget(self.languages, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        for suggestion in self.suggestions:
            column.addWidget(suggestion)
            column.addSpacing(10)
            suggestion.clicked.connect(lambda _checked=False, card=suggestion: self.suggestion_chosen.emit(card.text()))
        self.larger = NextStep(self)
        self.larger.clicked.connect(self.larger_model_requested)
        column.addWidget(self.larger, 0, Qt.AlignmentFlag.AlignHCenter)
        middle = QWidget(self)
        middle.setObjectName("panelBody")
        room = QVBoxLayout(middle)
        room.setContentsMargins(0, 0, 0, 0)
        room.addStretch(5)
        room.addWidget(body, 0, Qt.AlignmentFlag.AlignHCenter)
        body.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        body.setMinimumWidth(360)
        theme.state().changed.connect(self._widen)
        self._widen()
        room.addStretch(6)
        area = QScrollArea(self)  # for low screens and large text
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(middle)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self.languages.chosen.connect(self.language_chosen)
        self._retranslate()

    def set_model(self, name: str, questions: Sequence[str] | None = None) -> None:
        """Who answers; "" while no model is loaded. questions: what this model answers well, in the interface's
        language, when it is known to be a small one with few subjects; None: a model that one can ask anything."""
        self.model, self.questions, self.loading = name, questions, ""
        self._retranslate()

    def set_loading(self, name: str) -> None:
        """A model is being loaded; `set_model` tells how it ended."""
        self.loading = name
        self._retranslate()

    def set_temporary(self, temporary: bool) -> None:
        """Whether what is written here is kept nowhere."""
        self.temporary = temporary
        self._retranslate()

    def set_welcome(self, welcome: bool) -> None:
        """Whether this is the first start: a greeting in both languages, and the choice between them."""
        if welcome != self.welcome:
            self.welcome = welcome
            self._retranslate()

    def set_hour(self, hour: int | None) -> None:
        """Greet as at this hour (0–23); None: as the clock says."""
        self.hour = hour
        self._retranslate()

    def _greeting(self) -> str:
        if self.welcome:
            return SPECS[i18n.current()].welcome
        hour = datetime.now().hour if self.hour is None else self.hour
        if 4 <= hour < 12:
            return self.tr("Good morning")
        if 12 <= hour < 17:
            return self.tr("Good afternoon")
        return self.tr("Good evening")

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.moon.setVisible(event.size().height() >= 360)  # a low window keeps its room for the words
        super().resizeEvent(event)

    def _widen(self) -> None:
        self.body.setMaximumWidth(theme.width(480, most=2.5))

    def showEvent(self, event: QEvent) -> None:
        self._retranslate()
        super().showEvent(event)  # type: ignore[arg-type]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.also.setText(SPECS[other_than(i18n.current())].welcome if self.welcome else "")
        self.also.setVisible(self.welcome and not self.temporary)
        self.languages.set_value(i18n.current())
        self.languages.setVisible(self.welcome and not self.temporary)
        self.languages.setAccessibleName(self.tr("Language"))
        self.greeting.setText(self.tr("Temporary chat") if self.temporary else self._greeting())
        if self.temporary:
            line = self.tr("Nothing of this chat is saved: it is gone when you leave it or close Samar.")
        elif self.loading:
            line = self.tr("{model} is being loaded.\nEverything stays on this computer.").replace(
                "{model}", self.loading
            )
        elif self.model and self.questions:
            line = self.tr(
                "{model} is tiny: it knows Samar and the basics.\nEverything stays on this computer."
            ).replace("{model}", self.model)
        elif self.model:
            line = self.tr("{model} answers here.\nEverything stays on this computer.").replace("{model}", self.model)
        else:
            line = self.tr("Choose a model to begin.\nEverything stays on this computer.")
        self.answers.setText(line)
        texts = self.questions or (
            self.tr("Explain a difficult idea with one example"),
            self.tr("Help me to write a polite letter"),
            self.tr("Quiz me on a subject that I choose"),
        )
        self.larger.setText(self.tr("A larger model for this computer"))
        self.larger.setVisible(bool(self.model and self.questions))
        self.larger.updateGeometry()
        for suggestion, text in zip(self.suggestions, texts, strict=False):
            suggestion.setText(text)
            suggestion.setAccessibleName(text)
