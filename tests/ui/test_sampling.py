"""Presets, every sampler of the engine, and replies that must have a form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.generation import BOUNDS, GenerationParams
from desktop.core.languages import Language
from desktop.core.paths import Paths, starter_model
from desktop.core.presets import BUILT_IN, applied, name_of
from desktop.core.requests import LoadOptions
from desktop.core.settings import SettingsFile
from desktop.ui import i18n
from desktop.ui.panel.chat_panel import ChatPanel
from desktop.ui.panel.reply_form import GRAMMARS, SCHEMAS, problem_with
from desktop.ui.panel.sampling_editor import GROUPS, REAL, WHOLE, SamplingEditor
from desktop.ui.panel.sampling_texts import explanations
from desktop.ui.widgets.sheet import Sheet
from tests.fakes.scripted_engine import ScriptedEngine

LEFT = Qt.MouseButton.LeftButton
DEFAULTS = GenerationParams(temperature=0.6, top_k=20)


@pytest.fixture
def panel(app: QApplication, show: Callable[..., None]) -> ChatPanel:
    made = ChatPanel()
    made.resize(268, 800)
    show(made)
    made.set_params(None, DEFAULTS)
    return made


def entry(editor: SamplingEditor, text: str) -> None:
    """Choose from the menu of presets."""
    menu = editor.preset_menu()
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()


def test_that_every_bounded_number_of_the_engine_has_a_field_with_its_bounds() -> None:
    shown = {name for names in GROUPS.values() for name in names} | {"temperature"}
    assert set(BOUNDS) <= shown
    for name, (low, high) in BOUNDS.items():
        if name in (WHOLE | REAL):
            assert (WHOLE | REAL)[name][:2] == (low, high), name
    assert shown | {"preset", "creativity", "max_tokens", "stop", *GROUPS} == set(explanations()) | {"temperature"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("typical_p", 0.9),
        ("xtc_probability", 0.5),
        ("dry_multiplier", 0.8),
        ("mirostat", 2),
        ("presence_penalty", -0.5),
    ],
)
def test_that_advanced_samplers_are_set(panel: ChatPanel, qtbot: QtBot, field: str, value: float) -> None:
    panel.sampling.more.setChecked(True)
    with qtbot.waitSignal(panel.params_changed) as told:
        panel.sampling.fields[field].setValue(value)
    assert told.args == [GenerationParams(**{"temperature": 0.6, "top_k": 20, field: value})]


def test_that_a_change_touches_nothing_else(panel: ChatPanel, qtbot: QtBot) -> None:
    """A model's hints may have more digits than a field shows."""
    panel.set_params(None, GenerationParams(top_p=0.9213, temperature=0.62))
    with qtbot.waitSignal(panel.params_changed) as told:
        panel.sampling.fields["top_k"].setValue(11)
    assert told.args == [GenerationParams(top_p=0.9213, temperature=0.62, top_k=11)]


@pytest.mark.parametrize(
    ("params", "unfolded"),
    [
        (None, False),
        (GenerationParams(temperature=1.1, top_k=20), False),
        (GenerationParams(temperature=0.6, top_k=20, max_tokens=50, json_schema="{}"), False),
        (GenerationParams(temperature=0.6, top_k=21), True),
        (GenerationParams(temperature=0.6, top_k=20, stop=("x",)), True),
        (GenerationParams(seed=4, follows=True), True),
        (GenerationParams(max_tokens=4, follows=True), False),
        (applied("creative", GenerationParams()), False),
        (applied("creative", GenerationParams(seed=3)), True),
    ],
)
def test_that_advanced_settings_unfold_where_one_is_changed(
    panel: ChatPanel, params: GenerationParams | None, unfolded: bool
) -> None:
    panel.set_params(params, DEFAULTS)
    assert panel.sampling.stop.isVisible() is unfolded
    panel.set_params(None, DEFAULTS)
    assert not panel.sampling.stop.isVisible(), "and fold again in a chat that changes none"


def test_that_advanced_settings_stay_as_they_were_put_by_hand(panel: ChatPanel, qtbot: QtBot) -> None:
    editor, changed = panel.sampling, GenerationParams(temperature=0.6, top_k=21)
    panel.set_params(changed, DEFAULTS)
    editor.more.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(panel.unfolded_changed) as told:
        qtbot.keyClick(editor.more, Qt.Key.Key_Space)
    assert told.args == [False]
    panel.set_params(changed, DEFAULTS)  # the same chat is told again
    assert not editor.stop.isVisible()
    with qtbot.waitSignal(panel.unfolded_changed) as told:
        qtbot.keyClick(editor.more, Qt.Key.Key_Space)
    assert told.args == [True]
    panel.set_params(None, DEFAULTS)
    assert editor.stop.isVisible()
    editor.top_k.setValue(33)
    assert editor.stop.isVisible()


def test_that_unfolding_is_remembered(qapp: QApplication, app: QApplication, data_dir: Path, qtbot: QtBot) -> None:
    for start, unfolded in enumerate((False, True, False)):
        samar = Samar(qapp, Paths.under(data_dir), ScriptedEngine())
        try:
            i18n.install(app, Language.ENGLISH)
            samar.window.show()
            if samar.window.panel.isHidden():
                samar.window.toggle_panel()
            editor = samar.window.panel.sampling
            assert editor.stop.isVisible() is unfolded, start
            samar.settings.open("replies")
            dialog = samar.settings.dialog
            assert dialog is not None
            assert dialog.sampling.stop.isVisible() is unfolded
            dialog.sampling.more.click()
            assert editor.stop.isVisible() is not unfolded, "the panel follows the settings"
            dialog.close()
            for _ in range(2):
                editor.more.click()
            assert SettingsFile(samar.paths.settings).load()[0].advanced_visible is not unfolded
        finally:
            samar.window.close()
            samar.close()
            samar.window.deleteLater()


def test_that_texts_to_stop_at_are_typed(panel: ChatPanel, qtbot: QtBot) -> None:
    panel.sampling.more.setChecked(True)
    panel.sampling.stop.setText("END | \\n\\n |")
    with qtbot.waitSignal(panel.params_changed) as told:
        qtbot.keyClick(panel.sampling.stop, Qt.Key.Key_Return)
    assert told.args[0].stop == ("END", "\n\n")
    panel.set_params(told.args[0], DEFAULTS)
    assert panel.sampling.stop.text() == "END | \\n\\n"


def test_that_presets_say_how_to_choose_and_not_what_to_write(panel: ChatPanel, qtbot: QtBot) -> None:
    editor = panel.sampling
    panel.set_params(GenerationParams(max_tokens=64, seed=3, top_k=5), DEFAULTS)
    assert editor.preset.text() == "Your own values"
    for text in ("Precise", "Balanced", "Creative"):
        with qtbot.waitSignal(panel.params_changed) as told:
            entry(editor, text)
        assert (told.args[0].max_tokens, told.args[0].seed) == (64, 3)
        assert editor.preset.text() == text
    with qtbot.waitSignal(panel.params_changed) as told:
        entry(editor, "As its makers set it")
    assert told.args == [GenerationParams(max_tokens=64, seed=3, follows=True)]
    assert editor.preset.text() == "As its makers set it"
    with qtbot.waitSignal(panel.params_changed) as told:
        qtbot.mouseClick(editor.reset, LEFT)
    assert told.args == [None]


@pytest.mark.parametrize("name", BUILT_IN)
def test_that_a_preset_is_known_again(name: str) -> None:
    assert name_of(applied(name, GenerationParams(seed=9, grammar="root ::= [a]"))) == name


def test_that_own_presets_are_saved_used_and_removed(
    qapp: QApplication, app: QApplication, data_dir: Path, qtbot: QtBot
) -> None:
    samar = Samar(qapp, Paths.under(data_dir), ScriptedEngine())
    try:
        i18n.install(app, Language.ENGLISH)
        samar.window.show()
        editor = samar.window.panel.sampling
        samar.window.toggle_panel()
        editor.creativity.setValue(30)
        entry(editor, "Save as a style…")
        dialog = editor.findChild(Sheet)
        assert dialog is not None
        field = dialog.findChild(QLineEdit)
        assert field is not None
        field.setText(" For  poems ")
        dialog.accept()
        kept, _ = SettingsFile(samar.paths.settings).load()
        assert [(preset.name, preset.params.temperature) for preset in kept.presets] == [("For poems", 1.5)]
        entry(editor, "As its makers set it")
        entry(editor, "For poems")
        assert samar.chats.params().temperature == 1.5
        assert editor.preset.text() == "For poems"
        menu = editor.preset_menu()
        menu.actions()[-1].menu().actions()[0].trigger()
        menu.close()
        assert SettingsFile(samar.paths.settings).load()[0].presets == ()
        assert editor.preset.text() == "Your own values"
    finally:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()


@pytest.mark.parametrize("text", [*SCHEMAS.values(), "{}", '{"type": "string"}'])
def test_that_examples_of_schemas_are_whole(text: str) -> None:
    assert problem_with("json", text) == ""


@pytest.mark.parametrize("text", GRAMMARS.values())
def test_that_examples_of_grammars_are_whole(text: str) -> None:
    assert problem_with("grammar", text) == ""


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("json", '{"type": ', "JSON schema can’t be read"),
        ("grammar", "root ::= (", "grammar (GBNF) for the replies can’t be read"),
    ],
)
def test_that_what_does_not_parse_is_told_and_not_used(
    panel: ChatPanel, qtbot: QtBot, kind: str, text: str, said: str
) -> None:
    form = panel.sampling.form
    qtbot.mouseClick(form.kind.group.button(["free", "json", "grammar"].index(kind)), LEFT)
    assert form.text.isVisible()
    assert form.text.hasFocus()
    form.text.setPlainText(text)
    form.tell()
    assert said in form.note.text()
    assert "Until this is corrected, replies are free." in form.note.text()
    assert panel.sampling.params is None or (panel.sampling.params.json_schema, panel.sampling.params.grammar) == (
        None,
        "",
    )
    panel.set_params(panel.sampling.params, DEFAULTS)  # a reply ends meanwhile
    assert form.text.toPlainText() == text


def test_that_a_whole_schema_holds_once_typing_rests(panel: ChatPanel, qtbot: QtBot) -> None:
    form = panel.sampling.form
    qtbot.mouseClick(form.kind.group.button(1), LEFT)
    with qtbot.waitSignal(panel.params_changed) as told:
        form.text.setPlainText('{"type": "integer"}')
    assert told.args[0].json_schema == '{"type": "integer"}'
    assert "Every reply" in form.note.text()
    with qtbot.waitSignal(panel.params_changed) as told:
        qtbot.mouseClick(form.kind.group.button(0), LEFT)
    assert told.args == [None]


def test_that_examples_are_taken_from_a_menu(panel: ChatPanel, qtbot: QtBot) -> None:
    form = panel.sampling.form
    qtbot.mouseClick(form.kind.group.button(2), LEFT)
    menu = form.menu()
    with qtbot.waitSignal(panel.params_changed) as told:
        menu.actions()[0].trigger()
    menu.close()
    assert told.args[0].grammar == GRAMMARS["yes"]


def test_that_schemas_run_from_the_left_in_arabic(panel: ChatPanel, app: QApplication, qtbot: QtBot) -> None:
    i18n.install(app, Language.ARABIC)
    qtbot.waitUntil(lambda: panel.layoutDirection() == Qt.LayoutDirection.RightToLeft)
    panel.set_params(GenerationParams(json_schema='{"description": "اسم المدينة العربية الكبيرة"}'), DEFAULTS)
    assert (
        panel.sampling.form.text.document().firstBlock().blockFormat().layoutDirection()
        == Qt.LayoutDirection.LeftToRight
    )
    qtbot.waitUntil(lambda: "شكل" in panel.sampling.form.label.text())


@pytest.mark.parametrize(
    ("number", "text", "name"), [(1, '{"type": "integer"}', "json_schema"), (2, GRAMMARS["yes"], "grammar")]
)
def test_that_a_form_of_replies_leaves_the_choice_of_tokens_to_the_model(
    opened: Callable[..., Samar], qtbot: QtBot, number: int, text: str, name: str
) -> None:
    """Also to the one that is chosen later; and a form that is taken away leaves nothing behind."""
    samar = opened(ScriptedEngine(), prepare=lambda samar: samar.window.toggle_panel())
    answered = samar.chats.replies.ended
    with qtbot.waitSignal(answered):
        samar.chats.send("hello")
    editor = samar.window.panel.sampling
    assert samar.chats.chat is not None
    qtbot.mouseClick(editor.form.kind.group.button(number), LEFT)
    editor.form.text.setPlainText(text)
    editor.form.tell()
    chosen = samar.store.get_chat(samar.chats.chat.id).params
    assert chosen == GenerationParams(**{name: text}, follows=True)
    assert editor.preset.text() == "As its makers set it"
    assert getattr(samar.chats.params(), name) == text

    for temperature in (0.3, 1.2):  # as the settings or another model have it
        samar.preferences.change(params=GenerationParams(temperature=temperature))
        assert (samar.chats.params().temperature, getattr(samar.chats.params(), name)) == (temperature, text)
    assert editor.preset.text() == "As its makers set it" and editor.form.text.toPlainText() == text

    qtbot.mouseClick(editor.form.kind.group.button(0), LEFT)
    assert samar.store.get_chat(samar.chats.chat.id).params is None
    assert editor.preset.text() == "As its makers set it"


@pytest.mark.engine
def test_that_the_real_engine_answers_in_the_form(qapp: QApplication, qtbot: QtBot, data_dir: Path) -> None:
    samar = Samar(qapp, Paths.under(data_dir))
    try:
        samar.window.show()
        with qtbot.waitSignal(samar.worker.model_loaded, timeout=60_000):
            samar.worker.load(starter_model(), LoadOptions(context=1024, threads=1))
        form = samar.window.panel.sampling.form
        samar.window.toggle_panel()
        qtbot.mouseClick(form.kind.group.button(1), LEFT)
        form.text.setPlainText(
            '{"type": "object", "properties": {"verdict": {"enum": ["yes", "no"]}}, "required": ["verdict"]}'
        )
        form.tell()
        with qtbot.waitSignal(samar.chats.replies.ended, timeout=60_000):
            samar.chats.send("Is the sea salty?")
        assert json.loads(samar.chats.path()[-1].content)["verdict"] in ("yes", "no")
    finally:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()
