"""Where lines begin: wrapped ones of labels, and the caret of empty fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.languages import Language
from desktop.ui import theme
from desktop.ui.composer.composer import SHADOW
from desktop.ui.main_window import COLUMN
from desktop.ui.widgets.basic import Label, LineEdit
from desktop.ui.widgets.directed_text import DirectedText
from desktop.ui.widgets.number_fields import NumberField, WholeField
from tests.fakes.scripted_engine import ScriptedEngine

RIGHT, LEFT = Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight
Show = Callable[[QWidget], None]


def right_edges(label: Label) -> list[int]:
    """The last column with ink of each line of text."""
    picture = label.grab().toImage()
    ground = picture.pixel(0, 0)
    ink = [[x for x in range(picture.width()) if picture.pixel(x, y) != ground] for y in range(picture.height())]
    lines: list[list[int]] = [[]]
    for row in ink:
        if row:
            lines[-1].append(max(row))
        elif lines[-1]:
            lines.append([])
    return [max(line) for line in lines if line]


@pytest.mark.parametrize("rank", ["hint", "label", "problem"])
def test_that_wrapped_lines_from_the_right_begin_below_each_other(show: Show, rank: str) -> None:
    label = Label(rank, wrap=True)
    label.setLayoutDirection(RIGHT)
    label.setText(" ".join(["ااااا"] * 24))  # every line begins with the same letter
    label.setFixedWidth(160)
    show(label)
    edges = right_edges(label)
    assert len(edges) > 2
    assert len(set(edges)) == 1


@pytest.mark.parametrize("direction", [RIGHT, LEFT])
def test_that_the_caret_of_an_empty_line_stands_where_its_placeholder_begins(
    show: Show, direction: Qt.LayoutDirection
) -> None:
    """Whatever the keyboard's language is; what is typed then runs as its letters do."""
    line = LineEdit()
    line.setLayoutDirection(direction)
    line.setPlaceholderText("ابحث" if direction is RIGHT else "Search")
    line.resize(300, 40)
    show(line)
    assert (line.cursorRect().center().x() > 150) is (direction is RIGHT)
    line.setText("https://example.org" if direction is RIGHT else "سمر")
    assert (line.alignment() & Qt.AlignmentFlag.AlignAbsolute) == Qt.AlignmentFlag(0)
    line.clear()
    assert (line.cursorRect().center().x() > 150) is (direction is RIGHT)


@pytest.mark.parametrize("direction", [RIGHT, LEFT])
def test_that_the_caret_of_an_empty_text_stands_where_its_placeholder_begins(
    show: Show, direction: Qt.LayoutDirection
) -> None:
    text = DirectedText()
    text.setLayoutDirection(direction)
    text.resize(300, 40)
    show(text)
    assert (text.cursorRect().center().x() > 150) is (direction is RIGHT)


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.2, 2.0])
@pytest.mark.parametrize("language", [Language.ENGLISH, Language.ARABIC])
def test_that_the_text_of_a_chat_is_no_wider_than_the_composer(
    opened: Callable[..., Samar], qtbot: QtBot, scale: float, language: Language
) -> None:
    """And the composer not much wider than the text, where the window has room for both."""
    samar = opened(ScriptedEngine(), model="", language=language)
    samar.window.resize(1900, 900)
    samar.preferences.change(text_scale=scale)
    samar.window.show_empty(False)
    page, composer = samar.transcript.page, samar.window.composer
    qtbot.waitUntil(lambda: page.column() == round(700 * scale))
    qtbot.waitUntil(lambda: composer.width() - 2 * SHADOW == round(COLUMN * scale))
    assert page.column() <= composer.width() - 2 * SHADOW
    assert theme.state().scale == scale


@pytest.mark.parametrize("direction", [LEFT, RIGHT])
def test_that_numbers_stand_in_the_middle_of_their_fields(show: Show, direction: Qt.LayoutDirection) -> None:
    for field in (WholeField(0, 64, 1), NumberField(0, 2, 0.1, 2)):
        field.setLayoutDirection(direction)
        show(field)
        field.setValue(1)
        field.setFont(theme.interface_font(17))  # which places the text anew
        assert field.lineEdit().alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask == Qt.AlignmentFlag.AlignHCenter
