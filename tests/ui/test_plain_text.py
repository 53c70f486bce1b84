"""Texts of strangers are shown letter by letter, wherever Qt would take them for HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QUrl
from PySide6.QtGui import QHelpEvent, QTextDocument
from PySide6.QtGui import Qt as QtText  # with what QtGui adds
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import Message, Picture, Role
from desktop.ui.transcript.view import TranscriptView
from desktop.ui.widgets.plain_text import PlainLabel, tool_tip
from tests.fakes.scripted_engine import ScriptedEngine

IMAGE = '<img src="file:///etc/hostname">'
TEXTS = (
    IMAGE,
    f"first line\n{IMAGE}\n\tthird  line",
    "a < b && b > c",
    "&lt;img src=x&gt;",
    "<!DOCTYPE html><p>x",
    '<?xml version="1.0"?><p>x',
    "plain",
)


class _Document(QTextDocument):
    """What a tool tip's text becomes; keeps what it would load."""

    loaded: list[str]

    def loadResource(self, _kind: int, name: QUrl | str) -> Any:
        self.loaded.append(QUrl(name).toString())
        return None


def shown(tip: str) -> str:
    """What a tool tip of this text shows. Fails when it would load anything."""
    if not QtText.mightBeRichText(tip):
        return tip
    document = _Document()
    document.loaded = []
    document.setHtml(tip)
    document.size()  # lays it out, which loads
    assert document.loaded == []
    return document.toPlainText()


@pytest.mark.parametrize("text", TEXTS)
def test_that_a_tool_tip_shows_its_text(qapp: QApplication, text: str) -> None:
    assert shown(tool_tip(text)) == text


def test_that_the_check_sees_an_image(qapp: QApplication) -> None:
    with pytest.raises(AssertionError):
        shown(IMAGE)


def test_that_labels_show_plain_text(qtbot: QtBot) -> None:
    label = PlainLabel(IMAGE)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText


def _hover(widget: QWidget, place: QPoint) -> str:
    """The tool tip that Qt shows there."""
    QToolTip.hideText()
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, place, widget.mapToGlobal(place)))
    return QToolTip.text()


def test_that_names_of_chats_and_folders_open_no_file(opened: Callable[..., Samar]) -> None:
    samar = opened(ScriptedEngine(), model="")
    folder = samar.store.create_folder(IMAGE)
    samar.store.create_chat(IMAGE)
    inside = samar.store.create_chat("inside")
    samar.store.place([inside.id], folder_id=folder.id)
    samar.chats.load_chats()
    view, model = samar.window.sidebar.view, samar.window.sidebar.model

    def tips() -> list[str]:
        made = [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) for row in range(model.rowCount())]
        return [shown(tip or "") for tip in made]

    assert tips().count(IMAGE) == 2
    for row, tip in enumerate(tips()):
        if tip == IMAGE:
            assert shown(_hover(view.viewport(), view.visualRect(model.index(row, 0)).center())) == IMAGE


def test_that_formulas_of_a_model_and_names_of_images_open_no_file(qapp: QApplication, qtbot: QtBot) -> None:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(800, 700)
    with qtbot.waitExposed(view):
        view.show()
    picture = Picture(id=1, name=IMAGE, width=8, height=8)
    question = Message(1, 1, None, Role.USER, "Look", images=(picture,))
    view.set_messages([question, Message(2, 1, 1, Role.ASSISTANT, f"A formula: $q {IMAGE} y$ and so on.")])
    tips = set()
    block = view.page.document().firstBlock()
    while block.isValid():
        at = block.begin()
        while not at.atEnd():
            tips.add(shown(at.fragment().charFormat().toolTip()))
            at += 1
        block = block.next()
    view.close_parsers()
    assert f"q {IMAGE} y" in tips
    assert any(IMAGE in tip and "q" not in tip for tip in tips)
