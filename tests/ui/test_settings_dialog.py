"""Settings hold at once, and are shown again as they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.generation import GenerationParams
from desktop.core.languages import Language
from desktop.core.settings import Settings, Theme
from desktop.ui.settings.settings_dialog import SettingsDialog

SETTINGS = Settings(
    language=Language.ENGLISH, theme=Theme.LIGHT, system_prompt="Be kind.", context=4096, known_models=("a",)
)


@pytest.fixture
def dialog(app: QApplication, show: Callable[[QWidget], None]) -> SettingsDialog:
    made = SettingsDialog(settings=SETTINGS, data_folder="/home/someone/سمر", cores=4)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    show(made)
    return made


def test_that_settings_are_shown_as_they_are(dialog: SettingsDialog) -> None:
    assert dialog.language.value() is Language.ENGLISH
    assert dialog.theme.value() is Theme.LIGHT
    assert dialog.prompt.toPlainText() == "Be kind."
    assert dialog.context_value.text() == "4,096 tokens"
    assert dialog.folder.text() == "/home/someone/سمر"
    assert "4 cores" in dialog.words["threads_hint"].text()


def test_that_each_choice_is_told_with_all_others_kept(dialog: SettingsDialog, qtbot: QtBot) -> None:
    told: list[Settings] = []
    dialog.settings_changed.connect(told.append)
    qtbot.mouseClick(dialog.theme.group.button(2), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.language.group.button(2), Qt.MouseButton.LeftButton)
    dialog.scale.setValue(13)
    dialog.context.setValue(14)
    dialog.threads.setValue(3)
    last = told[-1]
    assert (last.theme, last.language, last.text_scale) == (Theme.DARK, Language.ARABIC, 1.3)
    assert (last.context, last.threads, last.system_prompt, last.known_models) == (16384, 3, "Be kind.", ("a",))
    assert len(told) == 5
    qtbot.mouseClick(dialog.idle.group.button(1), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.states.group.button(0), Qt.MouseButton.LeftButton)
    assert (told[-1].idle_minutes, told[-1].states_gb) == (10, 0)


def test_that_a_context_between_the_steps_is_typed(dialog: SettingsDialog, qtbot: QtBot) -> None:
    told: list[Settings] = []
    dialog.settings_changed.connect(told.append)
    dialog.open_page("model")
    assert dialog.context_typed.value() == 4096
    dialog.context_typed.setFocus()
    dialog.context_typed.selectAll()
    dialog.context_typed.lineEdit().insert("٦٠٠٠")
    qtbot.keyClick(dialog.context_typed, Qt.Key.Key_Return)
    assert [settings.context for settings in told] == [6000]
    assert (dialog.context.value(), dialog.context_value.text()) == (12, "6,000 tokens")
    dialog.context.setValue(14)
    assert (told[-1].context, dialog.context_typed.value(), len(told)) == (16_384, 16_384, 2)


def test_that_figures_of_another_version_are_shown_as_the_nearest_choice(dialog: SettingsDialog) -> None:
    dialog.show_settings(Settings(idle_minutes=90, states_gb=1000))
    assert (dialog.idle.value(), dialog.states.value()) == (60, 50)
    assert (dialog.settings.idle_minutes, dialog.settings.states_gb) == (90, 1000)


def test_that_segments_are_chosen_with_keys(dialog: SettingsDialog, qtbot: QtBot) -> None:
    chosen = dialog.theme.group.checkedButton()
    chosen.setFocus()
    with qtbot.waitSignal(dialog.settings_changed) as told:
        qtbot.keyClick(chosen, Qt.Key.Key_Right)
    assert told.args[0].theme is Theme.DARK


def test_that_high_contrast_is_a_choice(dialog: SettingsDialog, qtbot: QtBot) -> None:
    assert dialog.contrast.value() is False
    with qtbot.waitSignal(dialog.settings_changed) as told:
        qtbot.mouseClick(dialog.contrast.group.button(1), Qt.MouseButton.LeftButton)
    assert told.args[0].high_contrast is True


def test_that_the_prompt_is_told_after_a_pause_and_at_closing(dialog: SettingsDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.settings_changed) as told:
        dialog.prompt.setPlainText("Be brief.")
    assert told.args[0].system_prompt == "Be brief."
    dialog.prompt.setPlainText("Be exact.")
    with qtbot.waitSignal(dialog.settings_changed) as told:
        dialog.reject()
    assert told.args[0].system_prompt == "Be exact."


def test_that_sampling_defaults_can_be_set_and_taken_back(dialog: SettingsDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.settings_changed) as told:
        dialog.sampling.creativity.setValue(20)
    assert told.args[0].params == GenerationParams(temperature=1.0)
    with qtbot.waitSignal(dialog.settings_changed) as told:
        dialog.sampling.reset.click()
    assert told.args[0].params is None


def test_that_showing_other_settings_is_silent(dialog: SettingsDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.settings_changed):
        dialog.show_settings(Settings(theme=Theme.DARK, text_scale=1.5, context=5000))
    assert dialog.theme.value() is Theme.DARK
    assert dialog.context_value.text() == "5,000 tokens"
    assert dialog.scale_value.text() == "150%"


@pytest.mark.parametrize(("name", "page"), [("replies", 1), ("model", 2), ("storage", 3), ("general", 0)])
def test_that_the_pages_are_reached(dialog: SettingsDialog, qtbot: QtBot, name: str, page: int) -> None:
    qtbot.mouseClick(dialog.nav[name], Qt.MouseButton.LeftButton)
    assert dialog.pages.currentIndex() == page
    assert dialog.nav[name].isChecked()


def test_that_the_folder_can_be_opened(dialog: SettingsDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.folder_requested):
        dialog.open_folder.click()


def test_that_the_network_is_off_until_the_person_allows_it(dialog: SettingsDialog, qtbot: QtBot) -> None:
    assert dialog.network.value() is False
    with qtbot.waitSignal(dialog.settings_changed) as told:
        qtbot.mouseClick(dialog.network.group.button(1), Qt.MouseButton.LeftButton)
    assert told.args[0].network_allowed is True
