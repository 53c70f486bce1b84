"""The panel of a chat: its system prompt, its sampling, its context."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.generation import WHAT_TO_WRITE, GenerationParams
from desktop.core.languages import Language
from desktop.core.settings import Theme
from desktop.ui import i18n, theme
from desktop.ui.panel.chat_panel import ChatPanel

DEFAULTS = GenerationParams(temperature=0.6, top_k=20)


@pytest.fixture
def panel(app: QApplication, show: Callable[[QWidget], None]) -> ChatPanel:
    made = ChatPanel()
    made.resize(268, 800)
    show(made)
    made.set_system_prompt(None, "Be brief.")
    made.set_params(None, DEFAULTS)
    return made


def test_that_the_default_prompt_is_seen_in_place(panel: ChatPanel) -> None:
    assert panel.prompt_text.toPlainText() == "Be brief."
    assert panel.prompt_note.isVisible()
    assert not panel.prompt_reset.isVisible()
    assert panel.prompt_note.text().startswith("These are the instructions of the settings.")
    panel.set_system_prompt(None, "")
    assert panel.prompt_note.text().startswith("Empty: the instructions of the settings are used.")


@pytest.mark.parametrize("scale", [1.0, 1.2, 2.0])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_that_nothing_in_the_panel_is_wider_than_the_panel(
    panel: ChatPanel, app: QApplication, qtbot: QtBot, language: Language, scale: float
) -> None:
    i18n.install(app, language)
    theme.apply(Theme.LIGHT, scale)
    panel.set_system_prompt("of this chat", "of the settings")  # with the way back to it
    panel.set_context(123_456, 131_072, 0)
    area = panel.findChild(QScrollArea)
    assert area is not None
    qtbot.waitUntil(lambda: area.widget().minimumSizeHint().width() <= area.viewport().width())


def test_that_an_edit_is_told_once_after_a_pause(panel: ChatPanel, qtbot: QtBot) -> None:
    told: list[object] = []
    panel.system_prompt_changed.connect(told.append)
    with qtbot.waitSignal(panel.system_prompt_changed):
        qtbot.keyClicks(panel.prompt_text, "abc")
    assert told == ["abcBe brief."]
    assert panel.prompt_reset.isVisible()
    assert not panel.prompt_note.isVisible()


def test_that_an_empty_prompt_is_not_the_default(panel: ChatPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.system_prompt_changed) as told:
        panel.prompt_text.setPlainText("")
    assert told.args == [""]


def test_that_one_can_go_back_to_the_default(panel: ChatPanel, qtbot: QtBot) -> None:
    panel.set_system_prompt("My own", "Be brief.")
    with qtbot.waitSignal(panel.system_prompt_changed) as told:
        qtbot.mouseClick(panel.prompt_reset, Qt.MouseButton.LeftButton)
    assert told.args == [None]
    assert panel.prompt_text.toPlainText() == "Be brief."


def test_that_showing_another_chat_tells_the_edit_of_this_one_first(panel: ChatPanel, qtbot: QtBot) -> None:
    qtbot.keyClicks(panel.prompt_text, "x")
    with qtbot.waitSignal(panel.system_prompt_changed) as told:
        panel.set_system_prompt("of another chat", "")
    assert told.args == ["xBe brief."]
    with qtbot.assertNotEmitted(panel.system_prompt_changed, wait=0):
        panel.tell_prompt()


def test_that_folding_the_panel_loses_no_edit(panel: ChatPanel, qtbot: QtBot) -> None:
    qtbot.keyClicks(panel.prompt_text, "x")
    with qtbot.waitSignal(panel.system_prompt_changed):
        panel.hide()


def test_that_showing_values_is_silent(panel: ChatPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.params_changed):
        panel.set_params(GenerationParams(temperature=1.5, seed=7, max_tokens=100), DEFAULTS)
    sampling = panel.sampling
    assert (sampling.creativity.value(), sampling.seed.value(), sampling.max_tokens.value()) == (30, 7, 100)
    assert sampling.creativity_value.text() == "1.5"


def test_that_the_slider_changes_the_temperature_only(panel: ChatPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.params_changed) as told:
        qtbot.keyClick(panel.sampling.creativity, Qt.Key.Key_Right)
    assert told.args == [GenerationParams(temperature=0.65, top_k=20)]
    assert panel.sampling.reset.isVisible()


def test_that_the_slider_runs_the_other_way_in_arabic(panel: ChatPanel, app: QApplication, qtbot: QtBot) -> None:
    i18n.install(app, Language.ARABIC)
    qtbot.waitUntil(lambda: panel.layoutDirection() == Qt.LayoutDirection.RightToLeft)
    before = panel.sampling.creativity.value()
    qtbot.keyClick(panel.sampling.creativity, Qt.Key.Key_Left)
    assert panel.sampling.creativity.value() == before + 1


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("top_k", "50", {"top_k": 50}),
        ("top_p", "0.9", {"top_p": 0.9}),
        ("min_p", "0.1", {"min_p": 0.1}),
        ("repeat_penalty", "1.1", {"repeat_penalty": 1.1}),
        ("seed", "42", {"seed": 42}),  # what to write leaves the choice of tokens to the model
        ("max_tokens", "256", {"max_tokens": 256}),
    ],
)
def test_that_numbers_can_be_typed(panel: ChatPanel, qtbot: QtBot, field: str, text: str, expected: dict) -> None:
    panel.sampling.more.setChecked(True)
    box = getattr(panel.sampling, field)
    box.setFocus()
    box.selectAll()
    with qtbot.waitSignal(panel.params_changed) as told:
        qtbot.keyClicks(box, text)
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert told.args[0].over(DEFAULTS) == GenerationParams(**{"temperature": 0.6, "top_k": 20, **expected})
    assert told.args[0].follows is (field in WHAT_TO_WRITE)


def test_that_a_temperature_between_steps_is_kept(panel: ChatPanel, qtbot: QtBot) -> None:
    panel.set_params(GenerationParams(temperature=0.62), DEFAULTS)
    with qtbot.waitSignal(panel.params_changed) as told:
        panel.sampling.top_k.setValue(11)
    assert told.args[0].temperature == 0.62


def test_that_the_models_own_values_come_back(panel: ChatPanel, qtbot: QtBot) -> None:
    panel.set_params(GenerationParams(temperature=1.9), DEFAULTS)
    with qtbot.waitSignal(panel.params_changed) as told:
        qtbot.mouseClick(panel.sampling.reset, Qt.MouseButton.LeftButton)
    assert told.args == [None]
    assert panel.sampling.creativity_value.text() == "0.6"
    assert not panel.sampling.reset.isVisible()


def test_that_advanced_settings_are_out_of_sight_until_asked_for(panel: ChatPanel, qtbot: QtBot) -> None:
    assert not panel.sampling.top_k.isVisible()
    qtbot.mouseClick(panel.sampling.more, Qt.MouseButton.LeftButton)
    assert panel.sampling.top_k.isVisible()


def test_that_what_was_left_out_is_said(panel: ChatPanel) -> None:
    panel.set_context(2000, 2048, 1)
    assert panel.context_note.text() == "The last reply was written without the oldest message."
    panel.set_context(2000, 2048, 12)
    assert panel.context_note.text() == "The last reply was written without the 12 oldest messages."
    panel.set_context(100, 2048)
    assert panel.context_note.text() == "Room for about 1,948 tokens."


def test_that_the_context_is_said_in_words_and_drawn(panel: ChatPanel) -> None:
    panel.set_context(1240, 8192)
    assert panel.context_value.text() == "1,240 of 8,192 tokens"
    assert panel.context_note.text() == "Room for about 6,952 tokens."
    assert panel.context_meter.fraction == pytest.approx(0.151, abs=0.001)
    panel.set_context(9000, 8192)
    assert panel.context_note.text() == "Full: the oldest messages are left out."
    assert panel.context_meter.fraction == 1.0
    panel.set_context(0, 0)
    assert panel.context_value.text() == "—"


def test_that_the_room_for_the_reply_is_named_and_not_counted_twice(panel: ChatPanel, app: QApplication) -> None:
    panel.set_context(1889, 2048, reserve=512)
    assert panel.context_note.text() == (
        "Full: the oldest messages are left out. About 512 tokens are kept free for the reply."
    )
    panel.set_context(1000, 8192, reserve=2048)
    assert panel.context_note.text() == ("Room for about 5,144 tokens. About 2,048 tokens are kept free for the reply.")
    panel.set_context(1000, 8192, 1, reserve=1)
    assert panel.context_note.text().endswith("the oldest message. About 1 token is kept free for the reply.")
    i18n.install(app, Language.ARABIC)
    panel.set_context(1000, 8192, reserve=2048)
    assert panel.context_note.text() == "متّسع لنحو 5,144 رمزًا. يُحجز للردّ نحو 2,048 رمزًا."


@pytest.mark.parametrize(("scale", "width"), [(1.0, 268), (1.5, 402), (2.0, 536), (2.5, 536)])
def test_that_the_panel_grows_with_its_text(panel: ChatPanel, scale: float, width: int) -> None:
    """Up to twice its width: what stands in it was cut at the side before."""
    theme.apply(Theme.LIGHT, scale)
    assert panel.width() == width
