"""The pill shows which model answers, and its list lets one choose another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.languages import Language
from desktop.ui import i18n
from desktop.ui.models.picker import ModelChoice, ModelPicker, ModelRow, PickerState

CHOICES = [
    ModelChoice("/m/starter.gguf", "Samar Starter", "4-bit", "8.2 MB"),
    ModelChoice("/m/llama.gguf", "Llama 3.2 1B", "Q4_K_M", "0.8 GB"),
]


@pytest.fixture
def picker(app: QApplication, show: Callable[[QWidget], None], qtbot: QtBot) -> ModelPicker:
    made = ModelPicker()
    show(made)
    made.set_models(CHOICES)
    return made


def test_that_without_a_model_it_asks_for_one(picker: ModelPicker) -> None:
    assert picker.state is PickerState.EMPTY
    assert picker.texts() == ("Choose a model", "")
    assert picker.accessibleName() == "Model: Choose a model"


def test_that_it_says_the_model_and_its_quantization(picker: ModelPicker) -> None:
    picker.set_loaded("/m/llama.gguf", "Llama 3.2 1B", "Q4_K_M")
    assert picker.texts() == ("Llama 3.2 1B", "Q4_K_M")
    assert picker.accessibleName() == "Model: Llama 3.2 1B Q4_K_M"
    assert picker.toolTip().startswith("/m/llama.gguf\n")


def test_that_loading_shows_how_far_it_is_and_keeps_its_width(picker: ModelPicker) -> None:
    widths = set()
    for fraction in (0.0, 0.07, 0.5, 1.0, 3.0):
        picker.set_loading("/m/llama.gguf", "Llama", fraction)
        widths.add(picker.sizeHint().width())
    assert picker.texts() == ("Llama", "\u2066100%\u2069")
    assert len(widths) == 1
    picker.set_loading("/m/llama.gguf", "Llama")
    assert picker.texts() == ("Llama", "Loading…")


def test_that_a_failure_is_seen(picker: ModelPicker) -> None:
    picker.set_failed("/m/bad.gguf", "bad.gguf")
    assert picker.texts() == ("bad.gguf", "not loaded")


def test_that_each_state_looks_different(picker: ModelPicker) -> None:
    picker.resize(300, 36)
    seen = []
    for set_state in (
        picker.set_empty,
        lambda: picker.set_loading("/m", "x", 0.3),
        lambda: picker.set_loading("/m", "x", 0.8),
        lambda: picker.set_loaded("/m", "x", "Q8_0"),
        lambda: picker.set_failed("/m", "x"),
    ):
        set_state()
        image = picker.grab().toImage()
        assert image not in seen
        seen.append(image)


def test_that_a_model_is_chosen_with_the_mouse(picker: ModelPicker, qtbot: QtBot) -> None:
    qtbot.mouseClick(picker, Qt.MouseButton.LeftButton)
    assert picker.list is not None
    rows = [row for row in picker.list.rows if isinstance(row, ModelRow)]
    assert [row.accessibleName() for row in rows] == ["Samar Starter", "Llama 3.2 1B"]
    assert rows[1].accessibleDescription() == "Q4_K_M · 0.8 GB"
    with qtbot.waitSignal(picker.model_chosen) as chosen:
        qtbot.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    assert chosen.args == ["/m/llama.gguf"]
    qtbot.waitUntil(lambda: picker.list is None)


def test_that_the_list_opens_on_the_loaded_model_and_keys_choose(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.set_loaded("/m/llama.gguf", "Llama 3.2 1B")
    picker.open_list()
    made = picker.list
    assert made is not None
    rows = made.rows
    assert isinstance(rows[1], ModelRow)
    assert rows[1].loaded
    assert not rows[0].loaded
    qtbot.waitUntil(rows[1].hasFocus)
    qtbot.keyClick(made, Qt.Key.Key_Down)
    qtbot.waitUntil(rows[2].hasFocus)
    with qtbot.waitSignal(picker.open_file_requested):
        qtbot.keyClick(made, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: picker.list is None)


def test_that_keys_go_round_and_escape_leaves(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.open_list()
    made = picker.list
    assert made is not None
    qtbot.waitUntil(made.rows[0].hasFocus)
    qtbot.keyClick(made, Qt.Key.Key_Up)
    qtbot.waitUntil(made.rows[-1].hasFocus)
    with qtbot.assertNotEmitted(picker.models_requested):
        qtbot.keyClick(made, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: picker.list is None)


def test_that_the_list_works_without_any_model(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.set_models([])
    picker.open_list()
    assert picker.list is not None
    assert [row.text() for row in picker.list.rows] == ["Open a model file…", "All models"]
    picker.list.close()
    qtbot.waitUntil(lambda: picker.list is None)


def test_that_the_list_hangs_from_the_side_where_reading_begins(
    picker: ModelPicker, app: QApplication, qtbot: QtBot
) -> None:
    i18n.install(app, Language.ARABIC)
    qtbot.waitUntil(lambda: picker.texts()[0] == "اختر نموذجًا")
    picker.move(600, 50)
    picker.open_list()
    assert picker.list is not None
    right = picker.mapToGlobal(picker.rect().bottomRight()).x()
    assert abs(picker.list.geometry().right() - right) <= 2
    picker.list.close()
    qtbot.waitUntil(lambda: picker.list is None)


def test_that_a_long_name_is_cut_in_its_middle(picker: ModelPicker) -> None:
    picker.set_loaded("/m/x.gguf", "A-very-long-name-" * 10 + "Instruct", "Q4_K_M")
    assert picker.sizeHint().width() <= 420
    picker.resize(200, 36)
    picker.grab()


def test_that_what_a_model_lacks_stands_in_its_row(picker: ModelPicker) -> None:
    lacking = ModelChoice("/m/base.gguf", "Base", "Q4_K_M", "/m", "Continues text", "It was not trained to answer.")
    picker.set_models([*CHOICES, lacking])
    picker.open_list()
    assert picker.list is not None
    *others, row = [row for row in picker.list.rows if isinstance(row, ModelRow)]
    assert row.choice.second_line() == ("Continues text", "Q4_K_M", "/m")
    assert row.toolTip() == "/m/base.gguf\nIt was not trained to answer."
    assert row.accessibleDescription().endswith("It was not trained to answer.")
    assert [other.toolTip() for other in others] == [choice.path for choice in CHOICES]
