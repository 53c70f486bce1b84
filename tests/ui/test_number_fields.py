"""Fields for numbers: what the keyboards of other scripts write is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.widgets.number_fields import NumberField, WholeField


def type_into(qtbot: QtBot, field: NumberField | WholeField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    for sign in text:  # QTest types Latin letters only
        QApplication.sendEvent(field, QKeyEvent(QEvent.Type.KeyPress, ord(sign), Qt.KeyboardModifier.NoModifier, sign))
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("typed", ["0.7", "0,7", "٠٫٧", "۰٫۷", "٠.٧", "۰/۷", "०.७"])
def test_that_a_fraction_is_typed_on_any_keyboard(show: Callable[[QWidget], None], qtbot: QtBot, typed: str) -> None:
    field = NumberField(0.0, 5.0, 0.05, 2)
    show(field)
    field.setValue(1.0)
    type_into(qtbot, field, typed)
    assert (field.value(), field.text()) == (0.7, "0.70")


@pytest.mark.parametrize("typed", ["4096", "٤٠٩٦", "۴۰۹۶", "४०९६", "4,096", "٤٬٠٩٦"])
def test_that_a_whole_number_is_typed_on_any_keyboard(
    show: Callable[[QWidget], None], qtbot: QtBot, typed: str
) -> None:
    field = WholeField(0, 131072, 256)
    show(field)
    field.setValue(8192)
    type_into(qtbot, field, typed)
    assert (field.value(), field.text()) == (4096, "4096")


@pytest.mark.parametrize(("pasted", "value"), [("١٣١٬٠٧٢", 131072), (" 2,048\n", 2048), ("x", 8192), ("0,7", 8192)])
def test_that_a_number_is_pasted(show: Callable[[QWidget], None], qtbot: QtBot, pasted: str, value: int) -> None:
    field = WholeField(0, 131072, 256)
    show(field)
    field.setValue(8192)
    field.setFocus()
    field.selectAll()
    QGuiApplication.clipboard().setText(pasted)
    field.lineEdit().paste()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == value
