"""A transcript on an offscreen window, and the walks over its document that the tests share."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QTextBlock
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.core.chat import Message, MessageStatus, Role
from desktop.ui.transcript.block_painter import Scene
from desktop.ui.transcript.style import P_KIND
from desktop.ui.transcript.view import TranscriptView


def user(text: str, id: int = 1) -> Message:
    return Message(id, 1, id - 1 or None, Role.USER, text)


def reply(text: str, id: int = 2, **more: object) -> Message:
    return Message(id, 1, id - 1, Role.ASSISTANT, text, **more)  # type: ignore[arg-type]


def streaming(id: int = 2) -> Message:
    return reply("", id, status=MessageStatus.STREAMING)


@pytest.fixture
def make_view(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., TranscriptView]]:
    made: list[TranscriptView] = []

    def make(*, rtl: bool = False, width: int = 800, height: int = 700) -> TranscriptView:
        qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
        view = TranscriptView()
        made.append(view)
        qtbot.addWidget(view)
        view.resize(width, height)
        with qtbot.waitExposed(view):
            view.show()
        return view

    yield make
    for view in made:
        view.close_parsers()
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.fixture
def view(make_view: Callable[..., TranscriptView]) -> TranscriptView:
    return make_view()


def blocks(view: TranscriptView, kind: str | None = None) -> list[QTextBlock]:
    out = []
    block = view.page.document().firstBlock()
    while block.isValid():
        if kind is None or block.blockFormat().property(P_KIND) == kind:
            out.append(block)
        block = block.next()
    return out


def block_with(view: TranscriptView, text: str) -> QTextBlock:
    found = [block for block in blocks(view) if text in block.text()]
    assert found, f"no block with {text!r} in {view.page.document().toPlainText()!r}"
    return found[0]


def scene(view: TranscriptView) -> Scene:
    """All shapes of the whole document."""
    document = view.page.document()
    everything = QRectF(0, 0, document.textWidth(), document.size().height())
    return view.page.backdrop.scene(document, view.page.look, document.firstBlock(), everything)


def x_of(block: QTextBlock, at: int) -> float:
    """Where the cursor stands in front of character `at` of a block, in the document's coordinates."""
    layout = block.layout()
    line = layout.lineForTextPosition(at)
    return layout.position().x() + line.cursorToX(at)[0]


def texts_left_and_right(block: QTextBlock) -> tuple[float, float]:
    """Left and right edge of the ink's lines."""
    layout = block.layout()
    lines = [layout.lineAt(index).naturalTextRect() for index in range(layout.lineCount())]
    x = layout.position().x()
    return x + min(r.left() for r in lines), x + max(r.right() for r in lines)


def scroll_to_top(view: TranscriptView) -> None:
    view.page.verticalScrollBar().setValue(0)
    assert view.page.viewport().rect().contains(QPoint(1, 1))
