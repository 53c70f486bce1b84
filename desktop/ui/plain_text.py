"""Texts that Qt would take for HTML, shown as they are: tool tips, labels and message boxes.

Qt guesses (`Qt.mightBeRichText`), and HTML opens the files that it names. The texts come from models, files and the Hub.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

if TYPE_CHECKING:  # not for the window's first picture
    from PySide6.QtWidgets import QMessageBox


class _HasToolTip(Protocol):
    def setToolTip(self, text: str, /) -> None: ...


def tool_tip(text: str) -> str:
    """What a tool tip is set to, or a model returns for ToolTipRole, so that `text` is shown letter by letter."""
    if "<" not in text and "&" not in text:
        return text
    from html import escape  # not for the window's first picture

    return f'<span style="white-space: pre-wrap">{escape(text)}</span>'


def set_tool_tip(target: _HasToolTip, text: str) -> None:
    """Set the tool tip of a widget, an action or a character format."""
    target.setToolTip(tool_tip(text))


class PlainLabel(QLabel):
    """A label whose text is never HTML."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


def ask(parent: QWidget | None, title: str, text: str) -> bool:
    """Ask a question that is answered with Yes or No; wait for the answer."""
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(QMessageBox.Icon.Question, title, "", parent=parent)
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
    fill_box(box, text)
    answer = box.exec()
    box.deleteLater()
    return answer == QMessageBox.StandardButton.Yes


def fill_box(box: QMessageBox, text: str, further: str = "") -> None:
    """Set the texts of a message box."""
    from desktop.ui.error_presenter import directed  # not for the window's first picture

    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(directed(text))
    if further:
        box.setInformativeText(directed(further))
        for label in box.findChildren(QLabel, "qt_msgbox_informativelabel"):  # the box's own format is not for it
            label.setTextFormat(Qt.TextFormat.PlainText)
