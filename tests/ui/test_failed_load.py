"""A load that failed: what may be done about it stands in the card, the settings stay reachable, and a message says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.core.errors import SamarError
from desktop.core.languages import Language
from desktop.core.model import Adapter
from desktop.models.library import Library
from desktop.models.settings import ModelSettings
from desktop.ui import i18n
from desktop.ui.models.picker import CommandRow, ModelChoice
from tests.fakes.scripted_engine import ScriptedEngine
from tests.fakes.tiny_gguf import write_tiny

Open = Callable[..., Samar]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "mine.gguf", name="Mine")


def fail(samar: Samar, qtbot: QtBot, model: Path, problem: SamarError, own: ModelSettings) -> list[str]:
    """Load `model` with its own settings, which fails; the texts of the buttons in the card."""
    library = Library(samar.paths)
    library.remember(model)
    library.set_settings(library.entry_at(model).id, own)
    assert isinstance(samar.engine, ScriptedEngine)
    samar.engine.load_error = problem
    with qtbot.waitSignal(samar.worker.load_failed):
        samar.models.load(model)
    banner = samar.window.banner
    assert banner.isVisible()
    return [button.text() for button in banner.acts if button.isVisible()]


@pytest.mark.parametrize(
    ("problem", "own", "offered", "without"),
    [
        (
            SamarError("draft_unfit", name="d", reason="r"),
            ModelSettings(draft="d.gguf"),
            "Load without the draft model",
            "draft",
        ),
        (
            SamarError("adapter_unfit", name="a", reason="r", model="m"),
            ModelSettings(adapters=(Adapter(path="a.gguf"),)),
            "Load without adapters",
            "adapters",
        ),
        (
            SamarError("projector_unfit", name="p", reason="r"),
            ModelSettings(projector="p.gguf"),
            "Load without images",
            "projector",
        ),
        (
            SamarError("engine_died", reason="SIGSEGV"),
            ModelSettings(draft="d.gguf"),
            "Load without the draft model",
            "draft",
        ),
    ],
)
def test_that_a_card_offers_to_load_without_what_does_not_fit(
    opened: Open, qtbot: QtBot, model: Path, problem: SamarError, own: ModelSettings, offered: str, without: str
) -> None:
    samar = opened(ScriptedEngine(), model="")
    texts = fail(samar, qtbot, model, problem, own)
    assert texts == [offered, "Settings of this model…"]
    with qtbot.waitSignal(samar.worker.model_loaded):
        qtbot.mouseClick(samar.window.banner.acts[0], LEFT)
    assert isinstance(samar.engine, ScriptedEngine)
    assert samar.engine.options is not None
    assert not getattr(samar.engine.options, without)
    assert not samar.window.banner.isVisible()


def test_that_too_little_memory_offers_a_shorter_context(opened: Open, qtbot: QtBot, model: Path) -> None:
    samar = opened(ScriptedEngine(), model="")
    problem = SamarError("not_enough_memory", name="Mine", needed="9 GB", free="1 GB")
    assert fail(samar, qtbot, model, problem, ModelSettings(context=32768))[0] == "Load with a shorter context"
    with qtbot.waitSignal(samar.worker.model_loaded):
        qtbot.mouseClick(samar.window.banner.acts[0], LEFT)
    assert isinstance(samar.engine, ScriptedEngine)
    assert samar.engine.options is not None
    assert samar.engine.options.context == 2048


def test_that_the_settings_are_reachable_from_the_picker_and_the_card(opened: Open, qtbot: QtBot, model: Path) -> None:
    samar = opened(ScriptedEngine(), model="")
    fail(samar, qtbot, model, SamarError("draft_unfit", name="d", reason="r"), ModelSettings(draft="d.gguf"))
    asked: list[Path] = []
    samar.models.settings_requested.connect(asked.append)
    samar.window.picker.open_list()
    listed = samar.window.picker.list
    assert listed is not None
    row = next(row for row in listed.rows if isinstance(row, CommandRow) and row.text() == "Settings of this model…")
    qtbot.mouseClick(row, LEFT)
    qtbot.mouseClick(samar.window.banner.acts[1], LEFT)
    assert asked == [model, model]


def test_that_a_message_after_it_says_why_there_is_no_model(opened: Open, qtbot: QtBot, model: Path) -> None:
    samar = opened(ScriptedEngine(), model="")
    fail(samar, qtbot, model, SamarError("draft_unfit", name="d", reason="r"), ModelSettings(draft="d.gguf"))
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send("hello")
    reply = samar.chats.path()[-1]
    assert (reply.status, reply.error_code) == (MessageStatus.FAILED, "draft_unfit")


def test_that_an_opened_file_is_on_the_list_under_one_name(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "SmolLM2-8k.gguf", name="Smollm2 135M 8k Lc100K Mix1 Ep2")
    from desktop.models import gguf

    samar = opened(ScriptedEngine(inspect=gguf.inspect), model="")
    with qtbot.waitSignal(samar.worker.model_loaded):
        samar.models.load(path)
    qtbot.waitUntil(lambda: not samar.background.is_busy)
    (entry,) = [entry for entry in Library(samar.paths).entries() if entry.path == str(path)]
    choice = next(choice for choice in samar.window.picker.choices if choice.path == str(path))
    assert {entry.name, choice.name, samar.window.picker.name} == {"SmolLM2-8k"}


def test_that_the_picker_says_what_a_model_on_the_list_lacks_in_the_language_of_the_window(
    opened: Open, qapp: QApplication, tmp_path: Path
) -> None:
    path = write_tiny(tmp_path / "tiny.gguf", name="Tiny Base", extra={"general.languages": ["en"]})
    samar = opened(ScriptedEngine(), model="")
    (entry,) = Library(samar.paths).add(path)

    def choice() -> ModelChoice:
        return next(one for one in samar.window.picker.choices if one.path == str(path))

    samar.models.show_library([entry])
    assert choice().note == "Continues text" and "base model" in choice().cautions
    i18n.install(qapp, Language.ARABIC)
    qapp.processEvents()
    samar.models.retranslate()
    assert choice().note == "يكمل النص · العربية غير مذكورة"
    assert len(choice().cautions.splitlines()) == 2
