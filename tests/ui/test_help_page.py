"""The page "Help": updates from a release page on the loopback, and the way to a report."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop import diagnostics
from desktop.core import sandbox
from desktop.core.errors import SamarError
from desktop.core.languages import Language
from desktop.core.paths import Paths
from desktop.core.settings import Settings, SettingsFile
from desktop.ui import i18n
from desktop.ui.controllers.update_controller import WEEK_S, Step, UpdateController, UpdateState
from desktop.ui.preferences import Preferences
from desktop.ui.report_dialog import ReportDialog
from desktop.ui.settings.help_page import HelpPage
from desktop.ui.settings.settings_dialog import SettingsDialog
from desktop.updates import signature
from desktop.updates.fetch import Updater
from desktop.updates.release import Source
from desktop.workers.updates import UpdateWorker
from tests.fakes.loopback_releases import LoopbackReleases

PRIVATE, PUBLIC = signature.new_key()


@pytest.fixture
def releases() -> Iterator[LoopbackReleases]:
    with LoopbackReleases(PRIVATE).serving() as page:
        yield page


@pytest.fixture
def preferences(app: QApplication, tmp_path: Path) -> Preferences:
    return Preferences(SettingsFile(tmp_path / "settings.json"))


@pytest.fixture
def updates(
    qtbot: QtBot, releases: LoopbackReleases, preferences: Preferences, tmp_path: Path
) -> Iterator[UpdateController]:
    def make() -> UpdateWorker:
        source = Source(releases.url, (PUBLIC,))
        allowed = lambda: preferences.value.network_allowed  # noqa: E731
        return UpdateWorker(Updater(source, "9.0.0", ("amd64.deb",), tmp_path / "updates", allowed))

    controller = UpdateController(make, preferences)
    yield controller
    controller.close()


@pytest.fixture
def page(updates: UpdateController, show: Callable[[QWidget], None]) -> HelpPage:
    made = HelpPage()
    made.check_requested.connect(updates.check)
    made.fetch_requested.connect(updates.fetch)
    made.stop_requested.connect(updates.stop)
    made.open_requested.connect(updates.open_installer)
    updates.changed.connect(made.show_state)
    show(made)
    return made


def reach(qtbot: QtBot, page: HelpPage, step: Step) -> None:
    qtbot.waitUntil(lambda: page.state.step is step or page.state.problem is not None, timeout=20_000)


def test_that_a_new_version_is_found_fetched_and_opened(
    qtbot: QtBot,
    page: HelpPage,
    preferences: Preferences,
    releases: LoopbackReleases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(url.toLocalFile())) or True)
    preferences.change(network_allowed=True)
    page.button.click()
    reach(qtbot, page, Step.FOUND)
    assert "9.1.0" in page.status.text()
    assert preferences.value.update_checked == pytest.approx(time.time(), abs=60)
    page.button.click()
    reach(qtbot, page, Step.READY)
    assert opened == []
    page.button.click()
    assert opened == [str(tmp_path / "updates" / releases.name)]


def test_that_nothing_newer_is_said(
    qtbot: QtBot, page: HelpPage, preferences: Preferences, releases: LoopbackReleases
) -> None:
    releases.version = "9.0.0"
    releases.publish()
    preferences.change(network_allowed=True)
    page.button.click()
    reach(qtbot, page, Step.NEWEST)
    assert page.status.text() == "This is the newest version."


def test_that_without_the_network_the_page_offers_to_allow_it(
    qtbot: QtBot, page: HelpPage, releases: LoopbackReleases
) -> None:
    page.button.click()
    qtbot.waitUntil(lambda: page.state.problem is not None, timeout=20_000)
    assert page.state.problem is not None
    assert page.state.problem.code == "network_off"
    assert releases.asked == []
    assert page.second.text() == "Allow the internet"
    with qtbot.waitSignal(page.network_allowed):
        page.second.click()


def test_that_a_failure_is_a_sentence_with_details_to_copy(
    qtbot: QtBot, page: HelpPage, preferences: Preferences, releases: LoopbackReleases
) -> None:
    preferences.change(network_allowed=True)
    releases.files[releases.name] = releases.installer[:-1] + b"!"
    page.button.click()
    reach(qtbot, page, Step.FOUND)
    page.button.click()
    qtbot.waitUntil(lambda: page.state.problem is not None, timeout=20_000)
    assert "its checksum differs" in page.status.text()
    page.second.click()
    copied = QGuiApplication.clipboard().text()
    assert "update_damaged" in copied
    assert "Samar " in copied


def test_that_a_fetch_is_cancelled(
    qtbot: QtBot, page: HelpPage, preferences: Preferences, releases: LoopbackReleases
) -> None:
    import threading

    releases.gate = threading.Event()
    preferences.change(network_allowed=True)
    page.button.click()
    reach(qtbot, page, Step.FOUND)
    page.button.click()
    qtbot.waitUntil(releases.waiting.is_set, timeout=20_000)
    assert page.button.text() == "Cancel"
    page.button.click()
    reach(qtbot, page, Step.FOUND)
    assert page.button.text() == "Download and check"


def test_that_samar_looks_by_itself_only_once_a_week_and_when_asked_to(
    qtbot: QtBot, updates: UpdateController, preferences: Preferences, releases: LoopbackReleases
) -> None:
    updates.begin()
    assert not updates.timer.isActive()
    updates.check_if_due()
    preferences.change(update_weekly=True)
    updates.check_if_due()
    assert updates.state.step is Step.IDLE, "the network is not allowed"
    preferences.change(network_allowed=True, update_checked=time.time() - WEEK_S / 2)
    updates.check_if_due()
    assert updates.state.step is Step.IDLE, "a week has not gone by"
    assert releases.asked == []
    preferences.change(update_checked=time.time() - WEEK_S - 1)
    updates.begin()
    assert updates.timer.isActive()
    with qtbot.waitSignal(updates.found_by_itself, timeout=20_000) as found:
        updates.check_if_due()
    assert found.args == ["9.1.0"]


def test_that_a_weekly_look_that_fails_says_nothing(
    qtbot: QtBot, updates: UpdateController, preferences: Preferences, releases: LoopbackReleases
) -> None:
    releases.status["latest"] = 500
    preferences.change(update_weekly=True, network_allowed=True)
    states: list[UpdateState] = []
    updates.changed.connect(states.append)
    updates.check_if_due()
    qtbot.waitUntil(lambda: len(states) == 2, timeout=20_000)
    assert states[-1] == UpdateState()


def test_that_the_settings_keep_the_weekly_look(app: QApplication, show: Callable[[QWidget], None]) -> None:
    dialog = SettingsDialog()
    show(dialog)
    dialog.open_page("help")
    assert dialog.nav["help"].isChecked()
    changed: list[bool] = []
    dialog.settings_changed.connect(lambda settings: changed.append(settings.update_weekly))
    dialog.help.weekly.group.button(1).click()
    assert changed == [True]


def test_that_allowing_the_network_looks_at_once(app: QApplication, show: Callable[[QWidget], None]) -> None:
    dialog = SettingsDialog()
    show(dialog)
    asked: list[bool] = []
    dialog.help.check_requested.connect(lambda: asked.append(dialog.settings.network_allowed))
    dialog.help.show_state(UpdateState(problem=SamarError("network_off")))
    dialog.help.second.click()
    assert asked == [True]
    assert dialog.network.value() is True


def test_that_every_state_is_said_in_arabic_too(app: QApplication, show: Callable[[QWidget], None]) -> None:
    i18n.install(app, Language.ARABIC)
    page = HelpPage()
    show(page)
    for step in Step:
        page.show_state(UpdateState(step, "9.1.0"))
        for text in (page.status.text(), page.button.text()):
            assert not any("a" <= letter <= "z" for letter in text), (step, text)


def test_that_a_report_shows_each_file_and_leaves_out_what_is_not_wanted(
    app: QApplication, show: Callable[[QWidget], None]
) -> None:
    dialog = ReportDialog([("about.txt", "versions"), ("samar.log", "a line")])
    show(dialog)
    assert dialog.text.toPlainText() == "versions"
    dialog.files.setCurrentRow(1)
    assert dialog.text.toPlainText() == "a line"
    first = dialog.files.item(0)
    first.setCheckState(first.checkState().Unchecked)
    assert dialog.chosen() == ["samar.log"]
    dialog.copy.click()
    assert "versions" not in QGuiApplication.clipboard().text()
    dialog.files.item(1).setCheckState(first.checkState())
    assert not dialog.save.isEnabled()
    dialog.show_error(SamarError("export_failed", name="x.zip", reason="no"))
    assert "could not be written" in dialog.note.text()


@pytest.mark.parametrize("language", [Language.ENGLISH, Language.ARABIC])
def test_that_the_page_says_what_the_engine_is_kept_from(
    app: QApplication, show: Callable[[QWidget], None], language: Language
) -> None:
    i18n.install(app, language)
    page = HelpPage()
    show(page)
    said = []
    for held in ((), sandbox.ALL, (sandbox.NETWORK, sandbox.PROGRAMS, sandbox.PROCESSES), (sandbox.WRITING,)):
        page.show_confinement(held)
        said.append(page.confinement_hint.text())
    assert len(set(said)) == 4
    assert ("Landlock" in said[2]) is (sys.platform == "linux")
    if language is Language.ENGLISH:
        assert "reading other files, changing other files." in said[2]


def test_that_a_report_says_how_the_engine_is_confined(tmp_path: Path) -> None:
    def about(held: list[str]) -> str:
        parts = diagnostics.collect(Paths.under(tmp_path), Settings(), {}, held=held)
        (line,) = (line for line in parts[0].text.splitlines() if line.startswith("Engine confinement: "))
        return line

    assert ("not known" if sys.platform == "linux" else "none") in about([])
    assert "not held: reading, writing" in about([sandbox.NETWORK, sandbox.PROGRAMS, sandbox.PROCESSES])
    assert "not held" not in about(list(sandbox.ALL))
