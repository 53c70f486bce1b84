"""Settings of one model: judged while they change, kept by content, used when it is loaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.crash_guard import CrashGuard
from desktop.core.model import Adapter
from desktop.core.paths import Paths
from desktop.core.settings import Settings, SettingsFile
from desktop.models import catalogue
from desktop.models.discovery import Origin
from desktop.models.entry import Entry
from desktop.models.fit import Machine, Verdict
from desktop.models.library import Library
from desktop.models.settings import ModelSettings
from desktop.providers.local import LocalProvider
from desktop.ui.controllers.model_loader import ModelLoader
from desktop.ui.main_window import MainWindow
from desktop.ui.models.coordinator import ModelsCoordinator
from desktop.ui.models.picker import CommandRow
from desktop.ui.models.settings_dialog import ModelSettingsDialog, context_steps
from desktop.ui.preferences import Preferences
from desktop.workers.generation import GenerationWorker
from tests.fakes.scripted_engine import ScriptedEngine
from tests.fakes.tiny_gguf import write_tiny, write_tiny_adapter, write_tiny_projector

LISTED = catalogue.load().find("llama-3.2-1b")
assert LISTED is not None
ENTRY = Entry(
    id="a" * 32,
    architecture="llama",
    name="Llama",
    path="/models/a.gguf",
    origin=Origin.SAMAR,
    file_bytes=808_000_000,
    shape=LISTED.shape_of(LISTED.gguf[0].files[0]),
    stamps=(),
)
MACHINE = Machine(free=4 * 10**9, total=8 * 10**9, bandwidth=30e9)


@pytest.fixture
def dialog(app: QApplication, qtbot: QtBot) -> ModelSettingsDialog:
    made = ModelSettingsDialog(ENTRY, ModelSettings(), Settings(), MACHINE)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_that_every_change_is_judged_at_once(dialog: ModelSettingsDialog, qtbot: QtBot) -> None:
    assert dialog.judged().verdict is Verdict.FITS and dialog.judged().context == 8192
    before = dialog.needs.text()
    dialog.context.setFocus()
    qtbot.keyClick(dialog.context, Qt.Key.Key_End)
    assert dialog.own.context == 131_072 and dialog.judged().verdict is Verdict.TIGHT
    assert dialog.verdict.text() == "Tight" and dialog.needs.text() != before
    slow = dialog.judged().tokens_per_s
    dialog.kv.group.button(1).click()
    assert dialog.own.kv_type == "q8_0" and dialog.judged().verdict is Verdict.FITS
    assert dialog.judged().tokens_per_s > slow and dialog.verdict.text() == "Fits"
    dialog.reset.click()
    assert dialog.own == ModelSettings() and dialog.context.value() == 0


@pytest.mark.parametrize(
    ("typed", "context", "step"),
    [("6000", 6000, 4), ("٦٠٠٠", 6000, 4), ("۱۲٬۰۰۰", 12_000, 5), ("7", 512, 1), ("131072", 131_072, 9), ("0", 0, 0)],
)
def test_that_a_context_between_the_steps_is_typed(
    dialog: ModelSettingsDialog, qtbot: QtBot, typed: str, context: int, step: int
) -> None:
    field = dialog.context_typed
    dialog.context.setValue(2)
    assert field.value() == 1024, "the field follows the slider"
    field.setFocus()
    field.selectAll()
    field.lineEdit().insert(typed)
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert (dialog.own.context, field.value(), dialog.context.value()) == (context, context, step)
    assert dialog.judged().context == (context or 8192)
    assert field.text() == (str(context) if context else "Automatic")
    assert field.lineEdit().accessibleName() == "Context in tokens"


def test_that_a_model_is_not_said_to_have_more_context_than_it_can(app: QApplication, qtbot: QtBot) -> None:
    small = msgspec.structs.replace(ENTRY, shape=msgspec.structs.replace(ENTRY.shape, context_trained=2048))
    for entry, shown in (
        (ENTRY, "As in the settings: 8,192 tokens"),
        (small, "As much as the model can: 2,048 tokens"),
    ):
        made = ModelSettingsDialog(entry, ModelSettings(), Settings(), MACHINE)
        qtbot.addWidget(made)
        assert made.context_value.text() == shown
        assert made.subtitle.text() == "\u200e808 MB"  # of a file that names no quantization: no dot before it


def test_that_a_small_cache_and_no_flash_attention_exclude_each_other(dialog: ModelSettingsDialog) -> None:
    dialog.kv.group.button(2).click()
    dialog.flash.group.button(2).click()
    assert (dialog.own.kv_type, dialog.own.flash_attention, dialog.kv.value()) == ("f16", "off", "f16")
    dialog.kv.group.button(1).click()
    assert (dialog.own.kv_type, dialog.own.flash_attention, dialog.flash.value()) == ("q8_0", "auto", "auto")


def test_that_files_beside_the_model_are_counted(dialog: ModelSettingsDialog, tmp_path: Path) -> None:
    without = dialog.judged().memory.total
    for name in ("mmproj", "draft"):
        (tmp_path / name).write_bytes(bytes(1000))
    dialog.projector.changed.emit(str(tmp_path / "mmproj"))
    dialog.draft.changed.emit(str(tmp_path / "draft"))
    assert dialog.judged().memory.total == without + 2000 and "other files" in dialog.needs.text()
    dialog.draft.changed.emit("")
    assert dialog.judged().memory.total == without + 1000
    assert dialog.judged().memory.beside == 1000 and dialog.own.projector == str(tmp_path / "mmproj")


def test_that_closing_keeps_nothing_and_saving_tells_all(dialog: ModelSettingsDialog, qtbot: QtBot) -> None:
    dialog.threads.setValue(3)
    dialog.map.group.button(1).click()
    dialog.keep.group.button(1).click()
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.use.click()
    wanted = ModelSettings(threads=3, memory_map=False, keep_in_memory=True)
    assert saved.args == [ENTRY, wanted, True]


def test_that_adapters_are_added_scaled_and_taken_off(
    dialog: ModelSettingsDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    one, other = (str(write_tiny_adapter(tmp_path / f"{name}.gguf")) for name in ("one", "other"))
    wrong = str(write_tiny_adapter(tmp_path / "wrong.gguf", architecture="qwen2"))
    adapters = dialog.adapters
    adapters.take([one, wrong, other, one])
    assert [adapter.path for adapter in dialog.own.adapters] == [one, other]
    assert adapters.problem.isVisible() and "wrong.gguf" in adapters.problem.text()
    adapters.rows[0].slider.setFocus()
    qtbot.keyClick(adapters.rows[0].slider, Qt.Key.Key_Home)
    assert adapters.rows[0].slider.hasFocus() and adapters.rows[0].value.text() == "0.00"
    assert [adapter.scale for adapter in dialog.own.adapters] == [0.0, 1.0]
    adapters.rows[1].remove.click()
    assert adapters.add.hasFocus()
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.use.click()
    assert saved.args[1] == ModelSettings(adapters=(Adapter(path=one, scale=0.0),))


def test_that_a_draft_model_and_a_projector_are_chosen_and_taken_off(
    dialog: ModelSettingsDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    model, projector = str(write_tiny(tmp_path / "small.gguf")), str(write_tiny_projector(tmp_path / "mmproj.gguf"))
    dialog.draft.take(projector)
    assert dialog.draft.problem.isVisible() and dialog.own.draft == ""
    dialog.draft.take(model)
    assert not dialog.draft.problem.isVisible() and dialog.draft.name.text() == "small.gguf"
    dialog.projector.take(model)
    assert dialog.projector.problem.isVisible() and dialog.own.projector == ""
    dialog.projector.take(projector)
    assert (dialog.own.draft, dialog.own.projector) == (model, projector)
    dialog.draft.remove.click()
    assert dialog.draft.choose.hasFocus() and dialog.draft.name.text() == "None"
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.use.click()
    assert saved.args[1] == ModelSettings(projector=projector)


def test_that_gpu_layers_wait_for_a_gpu(dialog: ModelSettingsDialog, app: QApplication, qtbot: QtBot) -> None:
    assert not dialog.gpu.isEnabled() and "processor only" in dialog.hints["gpu"].text()
    machine = msgspec.structs.replace(MACHINE, gpu_free=10**9, gpu_bandwidth=3e11)
    there = ModelSettingsDialog(ENTRY, ModelSettings(), Settings(), machine)
    qtbot.addWidget(there)
    assert there.gpu.isEnabled()
    slow = there.judged().tokens_per_s
    there.gpu.setValue(8)
    assert there.own.gpu_layers == 8 and 1.5 * slow < there.judged().tokens_per_s


def test_that_the_slider_ends_where_the_model_does() -> None:
    assert context_steps(40_960)[-3:] == [16_384, 32_768, 40_960] and context_steps(2048) == [0, 512, 1024, 2048]
    assert context_steps(0)[-1] == 131_072


@pytest.fixture
def room(app: QApplication, qtbot: QtBot, data_dir: Path) -> Iterator[ModelsCoordinator]:
    paths = Paths.under(data_dir)
    window = QWidget()
    qtbot.addWidget(window)
    made = ModelsCoordinator(paths, Preferences(SettingsFile(paths.settings)), window, Library(paths, places=list))
    yield made
    made.close()


def test_that_settings_are_kept_then_used_and_follow_the_file(
    room: ModelsCoordinator, window: MainWindow, qtbot: QtBot, tmp_path: Path, data_dir: Path
) -> None:
    path = write_tiny(tmp_path / "mine.gguf", name="Mine")
    with qtbot.waitSignal(room.worker.described, timeout=20_000):
        room.open_settings(path)
    dialog = window_child(room)
    dialog.context.setValue(1)
    dialog.kv.group.button(1).click()
    with qtbot.waitSignal(room.model_chosen, timeout=20_000) as chosen:
        dialog.use.click()
    assert chosen.args == [path]
    moved = Path(shutil.move(path, tmp_path / "elsewhere.gguf"))
    paths = Paths.under(data_dir)
    engine = ScriptedEngine()
    worker = GenerationWorker(LocalProvider(engine))
    controller = ModelLoader(
        window, worker, Preferences(SettingsFile(paths.settings)), CrashGuard(paths.load_mark), paths
    )
    with qtbot.waitSignal(worker.model_loaded, timeout=20_000):
        controller.load(moved)
    worker.shutdown()
    assert engine.options is not None
    assert (engine.options.context, engine.options.kv_type, engine.options.flash_attention) == (512, "q8_0", "auto")


def window_child(room: ModelsCoordinator) -> ModelSettingsDialog:
    (dialog,) = room.parent().findChildren(ModelSettingsDialog)
    return dialog


def test_that_a_file_that_is_none_is_told_to_the_window(room: ModelsCoordinator, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(room.error_occurred, timeout=20_000) as told:
        room.open_settings(tmp_path / "nothing.gguf")
    assert told.args[0].code == "model_missing"


def test_that_the_picker_leads_there(window: MainWindow, qtbot: QtBot) -> None:
    picker = window.picker
    picker.open_list()
    assert not any("Settings" in row.text() for row in picker.list.rows if isinstance(row, CommandRow))
    picker.list.close()
    picker.set_loaded("/models/a.gguf", "A")
    picker.open_list()
    row = next(row for row in picker.list.rows if isinstance(row, CommandRow) and "Settings" in row.text())
    with qtbot.waitSignal(picker.settings_requested) as asked:
        row.click()
    assert asked.args == ["/models/a.gguf"]
