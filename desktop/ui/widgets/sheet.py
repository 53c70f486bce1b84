"""Questions and notices in the window's own look: a heading, a text, and buttons that say what they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.ui.error_presenter import directed
from desktop.ui.widgets.basic import Label, LineEdit

LEAST_WIDTH, MOST_WIDTH = 440, 560


class Sheet(QDialog):
    """A small dialog. Texts are plain, whatever stands in them."""

    def __init__(self, parent: QWidget | None, heading: str, text: str, further: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(heading)
        self.heading = Label("heading", self, wrap=True)
        self.heading.setText(directed(heading))
        self.text = Label("value", self, wrap=True)
        self.text.setText(directed(text))
        self.further = Label("label", self, wrap=True)
        self.further.setText(directed(further))
        self.further.setVisible(bool(further))
        self.foot = QHBoxLayout()
        self.foot.setSpacing(10)
        self.foot.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(24, 20, 24, 18)
        self.column.setSpacing(10)
        for label in (self.heading, self.text, self.further):
            self.column.addWidget(label)
        self.column.addSpacing(8)
        self.column.addLayout(self.foot)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setMaximumWidth(MOST_WIDTH)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(f"{text} {further}".strip())

    def add_button(self, text: str, action: Callable[[], object], *, primary: bool = False) -> QPushButton:
        """A button at the end of the row; the primary one answers Enter."""
        button = QPushButton(text, self)
        button.setAutoDefault(primary)
        button.setDefault(primary)
        if primary:
            button.setProperty("rank", "primary")
        button.clicked.connect(lambda _checked=False: action())
        self.foot.addWidget(button)
        return button

    def add_field(self, *, password: bool = False) -> QLineEdit:
        """One line to write, between the text and the buttons."""
        field = LineEdit(self)
        field.setAccessibleName(self.text.text() or self.heading.text())
        if password:
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.column.insertWidget(self.column.indexOf(self.further) + 1, field)
        field.setFocus()
        return field

    def changeEvent(self, event: QEvent) -> None:
        """A question whose language changes under it is withdrawn rather than shown in two languages."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self.isVisible():
            self.reject()


def ask(parent: QWidget | None, heading: str, text: str, do: str, leave: str) -> bool:
    """Ask whether to do something; wait for the answer. do, leave: what the two buttons say."""
    sheet = Sheet(parent, heading, text)
    sheet.add_button(leave, sheet.reject)
    sheet.add_button(do, sheet.accept, primary=True).setFocus()
    answer = sheet.exec()
    sheet.deleteLater()
    return answer == QDialog.DialogCode.Accepted


def ask_text(
    parent: QWidget,
    heading: str,
    text: str,
    buttons: tuple[str, str],
    given: Callable[[str], object],
    *,
    password: bool = False,
) -> Sheet:
    """Ask for one line of text; `given` is called with it. buttons: what takes it, and what leaves it."""
    sheet = Sheet(parent, heading, text)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    field = sheet.add_field(password=password)
    sheet.add_button(buttons[1], sheet.reject)
    sheet.add_button(buttons[0], sheet.accept, primary=True)
    sheet.accepted.connect(lambda: given(field.text()))
    sheet.open()
    return sheet


def tell(heading: str, text: str, further: str, buttons: Sequence[tuple[str, Callable[[], object] | None]]) -> None:
    """Say something in a window of its own, and wait until it is closed. buttons: texts and what they do; None closes."""
    sheet = Sheet(None, heading, text, further)
    for at, (words, action) in enumerate(buttons):
        sheet.add_button(words, action or sheet.accept, primary=at == len(buttons) - 1)
    sheet.exec()
    sheet.deleteLater()
