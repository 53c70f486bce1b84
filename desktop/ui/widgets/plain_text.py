"""Texts that Qt would take for HTML, shown as they are: tool tips and labels.

Qt guesses (`Qt.mightBeRichText`), and HTML opens the files that it names. The texts come from models, files and the Hub.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


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
