"""The first start, and starts where something is missing: a welcome, or a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core import program
from desktop.core.errors import SamarError
from desktop.core.languages import SPECS, Language
from desktop.core.paths import Paths
from desktop.core.settings import Settings, SettingsFile
from desktop.storage.opening import open_history
from desktop.ui import i18n
from desktop.ui.widgets.sheet import Sheet
from desktop.window import refuse
from tests.fakes.scripted_engine import ScriptedEngine, facts_of


def test_that_the_first_start_welcomes_in_both_languages_until_something_is_written(
    qtbot: QtBot, start: Callable[[], Samar]
) -> None:
    samar = start()
    empty = samar.window.empty
    assert empty.greeting.text() == SPECS[Language.ENGLISH].welcome
    assert empty.also.isVisible()
    assert empty.also.text() == SPECS[Language.ARABIC].welcome
    empty.languages.group.button(1).click()
    assert samar.preferences.value.language is Language.ARABIC
    qtbot.waitUntil(lambda: samar.window.layoutDirection() == Qt.LayoutDirection.RightToLeft)
    assert empty.greeting.text() == SPECS[Language.ARABIC].welcome
    assert empty.also.text() == SPECS[Language.ENGLISH].welcome
    assert QApplication.focusWidget() is samar.window.composer.text or not samar.window.isActiveWindow()
    qtbot.keyClicks(samar.window.composer.text, "a")
    assert not empty.languages.isVisible()
    assert not empty.also.isVisible()
    assert empty.greeting.text() not in [spec.welcome for spec in SPECS.values()]


def test_that_the_welcome_comes_once(start: Callable[[], Samar]) -> None:
    first = start()
    first.window.close()
    first.close()
    assert not start().window.empty.welcome


def test_that_settings_of_a_newer_samar_are_told_of(start: Callable[[], Samar], data_dir: Path) -> None:
    (data_dir / "settings.json").write_text('{"format": 99, "theme": "dark"}')
    samar = start()
    assert samar.window.banner.error is not None
    assert samar.window.banner.error.code == "settings_too_new"
    assert samar.preferences.value.theme == "dark"
    assert len(list(data_dir.glob("settings-newer-*.json"))) == 1


def test_that_an_arabic_interface_without_arabic_letters_says_so_in_english(
    start: Callable[[], Samar], data_dir: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    SettingsFile(data_dir / "settings.json").save(Settings(language=Language.ARABIC))
    monkeypatch.setattr(QFontDatabase, "families", lambda *_of: [])
    samar = start()
    qtbot.waitUntil(lambda: samar.window.banner.error is not None, timeout=20_000)
    qtbot.waitUntil(lambda: samar.window.banner.what.text().startswith("No font on this computer"), timeout=20_000)
    qtbot.waitUntil(lambda: samar.window.sidebar.new_chat.text() == "New chat", timeout=20_000)
    samar.preferences.change(text_scale=1.2)
    assert i18n.current() is Language.ENGLISH
    assert samar.preferences.value.language is Language.ARABIC, "the choice is kept for when there is a font"


def test_that_data_of_a_newer_samar_are_refused_in_a_sentence_and_left_alone(
    qapp: QApplication, qtbot: QtBot, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = Paths.under(data_dir)
    database = open_history(paths).database
    database.execute("INSERT INTO migrations VALUES ('9999_from_the_future', 0)")
    database.close()
    before = paths.history.read_bytes()
    with pytest.raises(SamarError) as problem:
        Samar(qapp, paths, ScriptedEngine(inspect=facts_of))
    assert problem.value.code == "history_too_new"
    assert paths.history.read_bytes() == before
    seen: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, Sheet):
            QTimer.singleShot(20, qapp, answer)
            return
        seen.append(f"{box.text.text()} {box.further.text()}")
        buttons = {button.text(): button for button in box.findChildren(QPushButton)}
        buttons["Copy details"].click()
        seen.append(QApplication.clipboard().text())
        assert box.isVisible(), "it stays until it is closed"
        buttons["Close"].click()

    QTimer.singleShot(0, qapp, answer)
    assert refuse(problem.value, paths) == 1
    assert "saved by a newer version of Samar" in seen[0]
    assert "history_too_new" in seen[1]
    assert "saved by a newer version of Samar" in capsys.readouterr().err


def test_that_an_upgrade_under_an_open_window_is_told_once(
    start: Callable[[], Samar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> None:
    (tmp_path / "samar").write_bytes(b"one")
    samar = start()
    monkeypatch.setattr(program.sys, "executable", str(tmp_path / "samar"))
    monkeypatch.setattr(program.sys, "frozen", True, raising=False)
    samar._program = program.stamp()
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert samar.window.banner.error is None
    (tmp_path / "new").write_bytes(b"another")
    (tmp_path / "new").replace(tmp_path / "samar")
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert samar.window.banner.error is not None
    assert samar.window.banner.error.code == "program_replaced"
    samar.show_bug("ZlibError")
    assert samar.window.banner.error.code == "bug", "once; a second time it is told as what it is"
