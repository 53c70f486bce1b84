"""What the window says without being asked: a toast that goes away, a banner that stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.core.errors import SamarError
from desktop.ui import theme
from desktop.ui.error_presenter import Presented, present
from desktop.ui.shortcuts import native
from desktop.ui.widgets.basic import IconButton, Label, say
from desktop.ui.widgets.card import Card

SHOWN_MS = 7000


class Toast(QWidget):
    """A line over the composer, with one action ("Undo"). Stays while it is pointed at or has the focus."""

    gone = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.action: Callable[[], object] | None = None
        self.label = Label("toast", self)
        self.button = QPushButton(self)
        self.button.setObjectName("toastAction")
        self.close_button = IconButton("close", self, size=28, icon_size=14)
        self.close_button.inverse = True
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(12)
        row.addWidget(self.label)
        row.addWidget(self.button)
        row.addWidget(self.close_button)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self.dismiss)
        self.button.clicked.connect(self._act)
        self.close_button.clicked.connect(self.dismiss)
        theme.state().changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def show_text(self, text: str, action_text: str = "", action: Callable[[], object] | None = None) -> None:
        """Say a line; a toast that is still there gives way, and its action can't be taken any more."""
        self.action = action
        self.label.setText(text)
        self.button.setText(action_text)
        self.button.setVisible(bool(action_text))
        self.close_button.describe(self.tr("Dismiss"))
        self.setAccessibleName(text)
        self.show()
        self.place()
        self.raise_()
        self.timer.start(SHOWN_MS)
        say(self, text)

    def place(self) -> None:
        """At the foot of the parent, in its middle."""
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            width = min(self.width(), parent.width() - 32)
            self.resize(width, self.height())
            self.move((parent.width() - width) // 2, parent.height() - self.height() - 12)

    def dismiss(self) -> None:
        if self.isVisible():
            self.timer.stop()
            self.hide()
            self.action = None
            self.gone.emit()

    def _act(self) -> None:
        action = self.action
        self.dismiss()
        if action is not None:
            action()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self.isVisible():
            self.timer.start(SHOWN_MS // 2)
        super().leaveEvent(event)

    def _restyle(self) -> None:
        other = theme.opposite()
        self.label.setStyleSheet(f"color: {other.text}; font-size: {theme.px(14)}px;")
        self.button.setStyleSheet(
            f"QPushButton {{ color: {other.accent}; background: transparent; border: 1px solid transparent; "
            f"font-size: {theme.px(14)}px; font-weight: 600; padding: 4px 10px; border-radius: 8px; }}"
            f"QPushButton:hover, QPushButton:focus {{ border-color: {other.accent}; }}"
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        other = theme.opposite()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(other.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()), 14, 14)


Actions = Sequence[tuple[str, Callable[[], object]]]
"""Texts of buttons, and what each does."""
MOST_ACTIONS = 3


class Banner(Card):
    """An error above the conversation: what is wrong, what to do, "Copy details"; stays until it is closed."""

    closed = Signal(str)
    """code of the error"""
    MARGINS = (46, 12, 8, 8)
    SIGN_PX, SIGN_TOP = 20, 13

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.error: SamarError | None = None
        self.presented: Presented | None = None
        self.offers: Actions = ()
        self.what = Label("value", self, wrap=True)
        self.then = Label("label", self, wrap=True)
        self.what.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.acts = [QPushButton(self) for _ in range(MOST_ACTIONS)]
        self.copy = QPushButton(self)
        for button in (*self.acts, self.copy):
            button.setProperty("rank", "link")
        self.close_button = IconButton("close", self, size=32, icon_size=16)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.what)
        words.addWidget(self.then)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 2, 0, 0)
        buttons.setSpacing(8)
        for button in (*self.acts, self.copy):
            buttons.addWidget(button)
        buttons.addStretch(1)
        words.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setSpacing(8)
        row.addLayout(words, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        for number, button in enumerate(self.acts):
            button.clicked.connect(lambda _checked=False, number=number: self.offers[number][1]())
        self.copy.clicked.connect(self.copy_details)
        self.close_button.clicked.connect(self.dismiss)
        self.hide()

    def show_error(self, error: SamarError, actions: Actions = ()) -> None:
        """Say an expected failure. actions: what may be done about it, MOST_ACTIONS at most, each as a text and what it does."""
        self.error, self.offers = error, tuple(actions)[:MOST_ACTIONS]
        for number, button in enumerate(self.acts):
            button.setText(self.offers[number][0] if number < len(self.offers) else "")
            button.setVisible(number < len(self.offers))
        self._retranslate()
        self.show()
        if self.presented is not None:
            say(self, f"{self.presented.what} {self.presented.then}")

    def dismiss(self) -> None:
        if self.error is not None:
            code, self.error = self.error.code, None
            self.hide()
            self.closed.emit(code)

    def copy_details(self) -> None:
        if self.presented is not None:
            QGuiApplication.clipboard().setText(self.presented.details)
            self.copy.setText(self.tr("Copied"))

    def _retranslate(self) -> None:
        self._mirror()
        self.close_button.describe(self.tr("Close"), native("Esc"))
        self.copy.setText(self.tr("Copy details"))
        if self.error is not None:
            self.presented = present(self.error)
            self.what.setText(self.presented.what)
            self.then.setText(self.presented.then)
            self.setAccessibleName(self.presented.what)
            self.setAccessibleDescription(self.presented.then)

    def _sign(self) -> tuple[str, str]:
        return "alert", "danger"

    def _paint_ground(self, painter: QPainter, card: QRectF) -> None:
        tokens = theme.current()
        painter.setPen(QPen(tokens.color("danger", 0.45), 1))
        painter.setBrush(tokens.color("surface"))
        painter.drawRoundedRect(card, theme.RADIUS_CARD, theme.RADIUS_CARD)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.color("danger", 0.07))
        painter.drawRoundedRect(card, theme.RADIUS_CARD, theme.RADIUS_CARD)
