"""Cards of errors go when their cause is gone, and no sooner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.errors import SENTENCES, SamarError
from desktop.navigation import WAYS_ON
from desktop.ui.commands import by_name
from desktop.ui.error_causes import Change, is_over
from desktop.workers.transfer import Subject
from tests.fakes.scripted_engine import Reply, ScriptedEngine

Opened = Callable[..., Samar]
STATES = ("history_damaged", "settings_damaged", "library_damaged", "bug", "program_replaced", "no_arabic_font")
"""They tell of something that lasts."""


def code(samar: Samar) -> str:
    error = samar.window.banner.error
    return error.code if error else ""


def test_that_every_code_is_one_of_ours() -> None:
    from desktop.ui import error_causes

    named = set().union(*(value for name, value in vars(error_causes).items() if name.startswith("_OF_")))
    assert named <= set(SENTENCES)


LASTING = {
    # what they tell is so until Samar is started again, or is worth knowing until it is put away
    *("bug", "program_replaced", "no_arabic_font", "catalogue_broken", "history_too_new", "history_damaged_now"),
    *("settings_damaged", "settings_unread", "settings_partly_read", "settings_too_new"),
    *("library_damaged", "library_unread", "library_partly_read"),
    *("history_damaged", "history_damaged_no_backup", "history_salvaged", "history_salvaged_no_backup"),
    *("history_repaired", "history_gone", "history_gone_no_backup", "history_brought_back", "history_kept_elsewhere"),
    *("history_moved", "history_written_again"),
}
ELSEWHERE = {"already_running", "start_failed"}
"""In a window of their own."""


def test_that_every_code_goes_with_a_change_or_lasts_for_a_reason() -> None:
    for code in SENTENCES:
        goes = any(is_over(code, change) for change in Change)
        kept = code in LASTING | ELSEWHERE or code.startswith("update_")  # the settings show those of updates
        assert goes is not kept, code


@pytest.mark.parametrize("code_", ["no_network", "hub_gated", "download_damaged"])
def test_that_an_error_of_the_hub_goes_when_it_answers(opened: Opened, qtbot: QtBot, code_: str) -> None:
    samar = opened(ScriptedEngine())
    samar.show_error(SamarError(code_))
    room = samar.models_room()
    room.worker.found.emit("words", [])
    qtbot.waitUntil(lambda: code(samar) == "")


def test_that_an_error_of_an_export_goes_when_one_succeeds(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    samar = opened(ScriptedEngine())
    samar.show_error(SamarError("export_failed", name="a.md", reason="x"))
    samar.transfer.start_export(tmp_path / "all.json", "json", Subject())
    qtbot.waitUntil(lambda: code(samar) == "")


def test_that_cards_offer_what_may_help(opened: Opened, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine([Reply(error=SamarError("engine_failed", reason="x")), Reply()]))
    with qtbot.waitSignal(samar.chats.replies.failed):
        samar.chats.send("first")
    again = samar.window.banner.acts[0]
    qtbot.waitUntil(again.isVisible)
    assert again.text() == "Regenerate the last reply"
    with qtbot.waitSignal(samar.chats.replies.ended):
        again.click()
    assert code(samar) == ""
    samar.show_error(SamarError("no_model"))
    assert samar.window.banner.acts[0].text() == "Choose a model"


def test_that_the_ways_on_are_commands_and_the_codes_are_ours() -> None:
    assert set(WAYS_ON) <= set(SENTENCES)
    assert {name for names in WAYS_ON.values() for name in names} <= by_name().keys()


@pytest.mark.parametrize("state", STATES)
def test_that_what_lasts_stays(state: str) -> None:
    assert not any(is_over(state, change) for change in Change)


def test_that_an_error_of_a_model_goes_when_another_is_chosen(opened: Opened, qtbot: QtBot) -> None:
    engine = ScriptedEngine(load_error=SamarError("model_damaged", name="one.gguf"))
    samar = opened(engine, model="")
    with qtbot.waitSignal(samar.worker.load_failed):
        samar.models.load(Path("one.gguf"))
    assert code(samar) == "model_damaged"
    samar.chats.new_chat()
    assert code(samar) == "model_damaged"  # no other model is there yet
    engine.load_error = None
    with qtbot.waitSignal(samar.worker.model_loaded):
        samar.models.load(Path("two.gguf"))
    assert code(samar) == ""


def test_that_an_error_at_the_start_outlives_the_model_that_is_loaded_instead(opened: Opened, qtbot: QtBot) -> None:
    """It says why the last model was left out."""
    samar = opened(ScriptedEngine(), model="")
    samar.mark.note(Path("killer.gguf"))
    with qtbot.waitSignal(samar.worker.model_loaded):
        samar.models.begin(Path("killer.gguf"))
    assert code(samar) == "model_killed_engine"


@pytest.mark.parametrize("way", ["new", "other", "temporary"])
def test_that_an_error_of_a_reply_goes_with_its_chat(opened: Opened, qtbot: QtBot, way: str) -> None:
    broken = Reply(error=SamarError("grammar_broken", reason="no root"))
    samar = opened(ScriptedEngine([Reply(), broken]))
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("first")
    first = samar.chats.chat
    assert first is not None
    samar.chats.new_chat()
    with qtbot.waitSignal(samar.chats.replies.failed):
        samar.chats.send("second")
    assert code(samar) == "grammar_broken"
    {
        "new": samar.chats.new_chat,
        "other": lambda: samar.chats.open_chat(first.id),
        "temporary": samar.chats.new_temporary_chat,
    }[way]()
    assert code(samar) == ""


def test_that_an_error_of_a_reply_goes_when_trying_again_succeeds(opened: Opened, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine([Reply(error=SamarError("schema_broken", reason="a comma")), Reply()]))
    with qtbot.waitSignal(samar.chats.replies.failed) as failed:
        samar.chats.send("first")
    assert code(samar) == "schema_broken"
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.regenerate(failed.args[0].id)
    assert code(samar) == ""


def test_that_a_full_disk_outlives_a_reply_that_is_never_stored(opened: Opened, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine())
    samar.show_error(SamarError("disk_full"))
    samar.chats.new_temporary_chat()
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("nowhere")
    assert code(samar) == "disk_full"
    samar.chats.new_chat()
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("stored")
    assert code(samar) == ""


def test_that_a_lasting_error_outlives_chats_replies_and_models(opened: Opened, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine())
    samar.show_error(SamarError("program_replaced"))
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("first")
    samar.chats.new_chat()
    with qtbot.waitSignal(samar.worker.model_loaded):
        samar.models.load(Path("two.gguf"))
    assert code(samar) == "program_replaced"
