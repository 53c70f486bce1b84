"""The window over a disk that is full at its start, and over a data folder that is taken away while it is open."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.storage.exporters.base import ExportLabels
from desktop.storage.opening import Opened, in_memory, open_history
from desktop.workers.transfer import FORMATS
from tests.storage.kit import exchange, opened


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the disk is full: at start it is, and what can't be stored is in memory."""
    from desktop.storage import reopening
    from desktop.storage.database import writing_problem

    state = [True]

    def open_full(paths: Paths) -> Opened:
        return Opened(in_memory(), SamarError("disk_full")) if state[0] else open_history(paths)

    def problem(folder: Path) -> SamarError | None:
        return SamarError("disk_full") if state[0] else writing_problem(folder)

    monkeypatch.setattr("desktop.app.open_history", open_full)
    monkeypatch.setattr(reopening, "writing_problem", problem)
    return state


def send(samar: Samar, qtbot: QtBot, text: str) -> None:
    with qtbot.waitSignal(samar.chats.replies.ended, timeout=20_000) as ended:
        samar.chats.send(text)
    assert ended.args is not None and ended.args[0].status is MessageStatus.FINISHED


def code_shown(samar: Samar) -> str:
    error = samar.window.banner.error
    return error.code if error else ""


def test_that_chats_in_memory_are_exported_and_stored_when_there_is_room(
    start: Callable[[], Samar], full: list[bool], qtbot: QtBot, tmp_path: Path
) -> None:
    samar = start()
    assert code_shown(samar) == "disk_full"
    send(samar, qtbot, "written in memory")
    assert code_shown(samar) == "disk_full", "that it is only in memory goes on being said"
    for form in FORMATS:
        target = tmp_path / f"out.{form}"
        with qtbot.waitSignal(samar.transfer.worker.exported, timeout=20_000) as exported:
            samar.transfer.worker.export(target, form, None, ExportLabels())
        assert exported.args is not None and exported.args[0].chats == 1
        assert form in ("pdf", "docx") or "written in memory" in target.read_text(encoding="utf-8")
    with qtbot.waitSignal(samar.transfer.worker.failed, timeout=20_000) as refused:
        samar.transfer.worker.import_from(tmp_path / "out.json")
    assert refused.args is not None and refused.args[0].code == "import_in_memory"
    assert not samar.transfer.worker.running
    samar.look_after_history()
    assert samar.database.path is None
    full[0] = False
    samar.look_after_history()
    assert samar.database.path == samar.paths.history
    assert code_shown(samar) == "history_written_again"
    send(samar, qtbot, "written on the disk")
    with qtbot.waitSignal(samar.finder.found, timeout=20_000) as found:
        samar.finder.ask("memory")
    assert found.args is not None and found.args[0].hits
    samar.window.close()
    samar.close()
    with opened(samar.paths) as store:
        (chat,) = store.list_chats()
        said = [m.content for m in store.messages_of(chat.id) if m.role.value == "user"]
        assert said == ["written in memory", "written on the disk"]


def test_that_chats_in_memory_are_stored_at_the_end_at_the_latest(
    start: Callable[[], Samar], full: list[bool], qtbot: QtBot
) -> None:
    samar = start()
    samar._watch.stop()  # room comes less than a look before the end
    send(samar, qtbot, "written in memory")
    full[0] = False
    samar.window.close()
    samar.close()
    with opened(samar.paths) as store:
        (chat,) = store.list_chats()
        assert next(m.content for m in store.messages_of(chat.id)) == "written in memory"


def test_that_a_data_folder_that_is_taken_away_is_noticed_by_itself(
    start: Callable[[], Samar], qtbot: QtBot, data_dir: Path
) -> None:
    samar = start()
    send(samar, qtbot, "before")
    with qtbot.waitSignal(samar.finder.found, timeout=20_000):
        samar.finder.ask("before")
    shutil.rmtree(data_dir)
    qtbot.waitUntil(lambda: code_shown(samar) == "history_brought_back", timeout=60_000)
    send(samar, qtbot, "after")
    with qtbot.waitSignal(samar.finder.found, timeout=20_000) as found:
        samar.finder.ask("after")
    assert found.args is not None and found.args[0].hits
    samar.window.close()
    samar.close()
    with opened(samar.paths) as store:
        (chat,) = store.list_chats()
        assert [m.content for m in store.messages_of(chat.id) if m.role.value == "user"] == ["before", "after"]


def test_that_a_history_that_is_gone_at_the_start_is_said_in_the_window(
    start: Callable[[], Samar], data_dir: Path
) -> None:
    from desktop.storage import backups

    paths = Paths.under(data_dir)
    with opened(paths) as store:
        exchange(store, store.create_chat("kept").id, None, "q", "a")
        backups.make_daily_if_due(paths)
    paths.history.unlink()
    samar = start()
    assert code_shown(samar) == "history_gone"
    assert [chat.title for chat in samar.window.sidebar.model.chats.values()] == ["kept"]


def test_that_a_samar_that_is_never_closed_makes_the_copy_of_the_day(
    start: Callable[[], Samar], qtbot: QtBot, data_dir: Path
) -> None:
    from desktop.storage import backups

    def most() -> int:
        return max((backups.contents_of(b.path).messages for b in backups.listed(folder)), default=-1)

    folder = Paths.under(data_dir).backups
    samar = start()
    qtbot.waitUntil(lambda: most() == 0, timeout=20_000)
    with opened(Paths.under(data_dir)) as store:
        exchange(store, store.create_chat("kept").id, None, "q", "a")
    samar._hourly.timeout.emit()
    qtbot.waitUntil(lambda: most() == 2, timeout=20_000)


def test_that_the_first_reply_is_in_a_backup_at_once(start: Callable[[], Samar], qtbot: QtBot, data_dir: Path) -> None:
    from desktop.storage import backups

    folder = Paths.under(data_dir).backups
    samar = start()
    send(samar, qtbot, "the first hour")
    qtbot.waitUntil(
        lambda: any(backups.contents_of(b.path).messages == 2 for b in backups.listed(folder)), timeout=20_000
    )


def test_that_what_was_never_answered_is_in_a_backup_when_samar_is_closed(
    start: Callable[[], Samar], qtbot: QtBot, data_dir: Path
) -> None:
    """A history that is lost on the first day comes back, though no reply has ended in it."""
    from desktop.storage import backups

    paths = Paths.under(data_dir)
    samar = start()
    qtbot.waitUntil(lambda: bool(backups.listed(paths.backups)), timeout=20_000)  # the empty one of the start
    with opened(paths) as store:
        exchange(store, store.create_chat("first day").id, None, "q", "a")
    samar.window.close()
    samar.close()
    paths.history.unlink()
    again = start()
    assert code_shown(again) == "history_gone"
    assert [chat.title for chat in again.window.sidebar.model.chats.values()] == ["first day"]


def test_that_closing_makes_no_second_copy_of_the_day(start: Callable[[], Samar], qtbot: QtBot, data_dir: Path) -> None:
    from desktop.storage import backups

    folder = Paths.under(data_dir).backups
    samar = start()
    send(samar, qtbot, "once")
    qtbot.waitUntil(lambda: any(backups.contents_of(b.path).messages for b in backups.listed(folder)), timeout=20_000)
    before = backups.listed(folder)
    samar.window.close()
    samar.close()
    assert backups.listed(folder) == before
