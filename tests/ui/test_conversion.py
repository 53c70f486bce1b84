"""A checkpoint's folder dropped on the window: the plan, the work in a real child process, cancel, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.paths import Paths, starter_model
from tests.converter.small import small_llama
from tests.fakes.tiny_gguf import write_tiny

pytestmark = pytest.mark.engine


@pytest.fixture
def samar(qapp: QApplication, qtbot: QtBot, data_dir: Path) -> Iterator[Samar]:
    samar = Samar(qapp, Paths.under(data_dir))
    with qtbot.waitSignal(samar.worker.model_loaded, timeout=60_000):
        samar.start([])
    yield samar
    samar.window.close()
    samar.close()
    samar.window.deleteLater()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_that_a_checkpoint_becomes_a_model_in_the_picker(qtbot: QtBot, samar: Samar, tmp_path: Path) -> None:
    source = small_llama(tmp_path)
    before = contents(source)
    with qtbot.waitSignal(samar.conversion.work.planned, timeout=60_000):
        samar.open_files([str(source)])
    card = samar.conversion.card
    assert not card.isHidden()
    assert card.view is not None
    assert card.view.family == "Llama"
    assert card.types.currentData() == "Q4_K_M"
    assert card.convert.isEnabled()
    with qtbot.waitSignal(samar.conversion.converted, timeout=120_000) as converted:
        card.convert.click()
    made: Path = converted.args[0]
    assert made.is_file()
    assert made.parent == samar.paths.models
    assert card.isHidden()
    assert str(made) in [choice.path for choice in samar.window.picker.choices]
    assert contents(source) == before, "the source is never written to"
    with qtbot.waitSignal(samar.worker.model_loaded, timeout=60_000) as loaded:
        samar.window.toast.button.click()
    assert loaded.args[0].path == str(made)


def test_that_a_cancelled_conversion_leaves_nothing(qtbot: QtBot, samar: Samar, tmp_path: Path) -> None:
    source = small_llama(tmp_path)
    with qtbot.waitSignal(samar.conversion.work.planned, timeout=60_000):
        samar.open_files([str(source)])
    samar.conversion.card.convert.click()
    assert samar.conversion.card.stop.isVisible()
    with qtbot.waitSignal(samar.conversion.work.cancelled, timeout=60_000):
        samar.conversion.card.stop.click()
    assert samar.conversion.card.isHidden()
    assert not samar.conversion.work.is_running
    assert contents(samar.paths.models) == {}


def test_that_a_folder_that_cannot_be_converted_is_a_sentence(qtbot: QtBot, samar: Samar, tmp_path: Path) -> None:
    source = small_llama(tmp_path)
    (source / "config.json").write_text("{")
    with qtbot.waitSignal(samar.conversion.error_occurred, timeout=60_000) as failed:
        samar.open_files([str(source)])
    assert failed.args[0].code == "conversion_failed"
    assert "config.json" in failed.args[0].sentence()
    assert not samar.window.banner.isHidden()
    assert samar.conversion.card.isHidden()


def test_that_a_folder_without_a_model_is_a_sentence(qtbot: QtBot, samar: Samar, tmp_path: Path) -> None:
    samar.open_files([str(tmp_path)])
    qtbot.waitUntil(lambda: samar.window.banner.error is not None)
    assert samar.window.banner.error is not None
    assert samar.window.banner.error.code == "nothing_to_import"


def test_that_a_folder_of_models_joins_the_list(qtbot: QtBot, samar: Samar, tmp_path: Path) -> None:
    for number in (1, 2):
        write_tiny(tmp_path / f"{number}.gguf", seed=number)
    room = samar.models_room()
    with qtbot.waitSignal(room.worker.imported) as added:
        samar.open_files([str(tmp_path)])
    assert len(added.args[0]) == 2
    assert room.page is not None and room.page.isVisible() and "2 models added" in room.page.message.text.text()
    room.page.close()
    with qtbot.waitSignal(room.worker.imported) as added:
        samar.open_files([str(starter_model()), str(tmp_path / "1.gguf")])
    assert [entry.path for entry in added.args[0]] == [str(tmp_path / "1.gguf")]
    assert not room.page.isVisible()


def test_that_samar_closes_while_it_converts(qtbot: QtBot, samar: Samar, tmp_path: Path) -> None:
    source = small_llama(tmp_path)
    with qtbot.waitSignal(samar.conversion.work.planned, timeout=60_000):
        samar.open_files([str(source)])
    samar.conversion.card.convert.click()
    samar.window.close()
    samar.close()
    assert contents(samar.paths.models) == {}
