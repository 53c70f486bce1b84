"""Questions and notices look like the window, and their buttons say what they do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.languages import Language
from desktop.ui import i18n
from desktop.ui.widgets.sheet import Sheet, ask, ask_text, tell

IMAGE = '<img src="file:///etc/hostname">'


def answered(qapp: QApplication, answer: Callable[[Sheet], None]) -> None:
    """Have the next sheet that waits answered."""

    def look() -> None:
        sheet = QApplication.activeModalWidget()
        if isinstance(sheet, Sheet):
            answer(sheet)
        else:
            QTimer.singleShot(10, qapp, look)

    QTimer.singleShot(0, qapp, look)


def button(sheet: QWidget, text: str) -> QPushButton:
    return next(one for one in sheet.findChildren(QPushButton) if one.text() == text)


@pytest.mark.parametrize(("text", "answer"), [("Move it", True), ("Keep it", False)])
def test_that_a_question_is_answered_by_the_button_that_names_the_answer(
    qapp: QApplication, text: str, answer: bool
) -> None:
    answered(qapp, lambda sheet: button(sheet, text).click())
    assert ask(None, "Heading", "Text", "Move it", "Keep it") is answer


@pytest.mark.parametrize(("key", "answer"), [(Qt.Key.Key_Return, True), (Qt.Key.Key_Escape, False)])
def test_that_enter_does_it_and_escape_leaves_it(qapp: QApplication, key: Qt.Key, answer: bool) -> None:
    answered(qapp, lambda sheet: QTest.keyClick(sheet, key))
    assert ask(None, "Heading", "Text", "Do", "Leave") is answer


def test_that_texts_of_strangers_are_shown_letter_by_letter(qapp: QApplication) -> None:
    seen: list[QLabel] = []

    def look(sheet: Sheet) -> None:
        seen.extend(QLabel(label.text()) for label in sheet.findChildren(QLabel) if IMAGE in label.text())
        assert all(label.textFormat() == Qt.TextFormat.PlainText for label in sheet.findChildren(QLabel))
        sheet.reject()

    answered(qapp, look)
    ask(None, IMAGE, IMAGE, "Do", "Leave")
    assert len(seen) == 2


def test_that_a_notice_stays_until_it_is_closed(qapp: QApplication) -> None:
    told: list[str] = []

    def look(sheet: Sheet) -> None:
        button(sheet, "Copy details").click()
        assert sheet.isVisible()
        assert (sheet.text.text(), sheet.further.text()) == ("What", "Then")
        button(sheet, "Close").click()

    answered(qapp, look)
    tell("Heading", "What", "Then", (("Copy details", lambda: told.append("copied")), ("Close", None)))
    assert told == ["copied"]


def test_that_a_line_is_asked_for_and_given(qapp: QApplication, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    given: list[str] = []
    sheet = ask_text(parent, "Heading", "Text", ("Save", "Cancel"), given.append, password=True)
    field = sheet.findChild(QLineEdit)
    assert field is not None
    assert field.echoMode() == QLineEdit.EchoMode.Password
    QTest.keyClicks(field, "hf_x")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert given == ["hf_x"]
    other = ask_text(parent, "Heading", "Text", ("Save", "Cancel"), given.append)
    other.reject()
    assert given == ["hf_x"]


def test_that_a_question_is_withdrawn_when_the_language_changes(app: QApplication) -> None:
    i18n.install(app, Language.ENGLISH)
    answered(app, lambda _sheet: i18n.install(app, Language.ARABIC) and None)
    assert ask(None, "Heading", "Text", "Do", "Leave") is False
