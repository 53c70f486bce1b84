"""The whole way, as a person goes it: a real window, the real engine process, a real history."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.core.generation import GenerationStats
from desktop.core.paths import Paths, starter_model
from desktop.core.reply_actions import ACTIONS
from desktop.core.settings import Settings
from desktop.engine.client import EngineClient
from desktop.ui.models.picker import PickerState
from desktop.ui.sidebar.format_menu import FormatMenu
from tests.fakes.endless import ENDLESS, ENDLESS_CONTEXT, write_endless
from tests.fakes.tiny_gguf import write_tiny

pytestmark = pytest.mark.engine


@pytest.fixture
def opened(qapp: QApplication, qtbot: QtBot, data_dir: Path) -> Iterator[Callable[..., Samar]]:
    """Opens Samar on the same data folder, as often as a test starts it; with these files, if there are any."""
    running: list[Samar] = []

    def start(*files: Path) -> Samar:
        samar = Samar(qapp, Paths.under(data_dir))
        running.append(samar)
        samar.preferences.change(context=ENDLESS_CONTEXT if files else Settings().context)
        samar.start(list(files))
        qtbot.waitUntil(lambda: samar.window.picker.state is PickerState.READY, timeout=60_000)
        return samar

    yield start
    for samar in running:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()


def rows(data_dir: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(data_dir / "history.sqlite3")) as history:
        return history.execute("SELECT role, status, content FROM messages ORDER BY id").fetchall()


def type_and_send(qtbot: QtBot, samar: Samar, text: str) -> None:
    qtbot.keyClicks(samar.window.composer.text, text)
    qtbot.keyClick(samar.window.composer.text, Qt.Key.Key_Return)


def answered(qtbot: QtBot, samar: Samar, act: Callable[[], None]) -> None:
    with qtbot.waitSignal(samar.chats.replies.ended, timeout=60_000):
        act()


def shown(samar: Samar) -> str:
    return samar.transcript.page.toPlainText()


def test_that_a_message_is_answered_and_kept(qtbot: QtBot, opened: Callable[[], Samar], data_dir: Path) -> None:
    samar = opened()
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "What is a token?"))
    kept = rows(data_dir)
    assert [(role, status) for role, status, _ in kept] == [("user", "finished"), ("assistant", "finished")]
    assert kept[0][2] == "What is a token?"
    assert kept[1][2].split()[0] in shown(samar)
    samar.window.close()
    samar.close()

    again = opened()
    chats = again.store.list_chats()
    assert [chat.title for chat in chats] == ["What is a token?"]
    again.chats.open_chat(chats[0].id)
    assert "What is a token?" in shown(again)
    assert kept[1][2].split()[0] in shown(again)


@pytest.mark.parametrize(
    ("template", "says"), [(None, "has no chat template"), ("{% for %}", "does not work")], ids=["none", "broken"]
)
def test_that_a_model_without_a_working_template_answers_and_the_window_says_so(
    qtbot: QtBot, opened: Callable[..., Samar], data_dir: Path, tmp_path: Path, template: str | None, says: str
) -> None:
    samar = opened(write_tiny(tmp_path / "m.gguf", name="Tiny Chat", template=template))
    assert says in samar.window.toast.label.text()
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "hi"))
    assert [status for _, status, _ in rows(data_dir)] == ["finished", "finished"]


def test_that_a_chat_reopened_after_a_restart_is_not_read_again_and_an_erased_one_leaves_nothing(
    qtbot: QtBot, opened: Callable[[], Samar], data_dir: Path
) -> None:
    samar = opened()
    question = "What is a token? " * 30
    answered(qtbot, samar, lambda: samar.chats.send(question))
    samar.window.close()
    samar.close()
    states = Paths.under(data_dir).states
    assert len(list(states.rglob("*.state"))) == 1

    again = opened()
    (chat,) = again.store.list_chats()
    again.chats.open_chat(chat.id)
    answered(qtbot, again, lambda: again.chats.send("And a word?"))
    stats = again.chats.path()[-1].stats
    assert stats is not None
    assert stats.cached_tokens > 100
    again.chats.organizer.delete([chat.id])
    with qtbot.waitSignal(again.chats.undo.settled):
        again.window.toast.dismiss()
    assert [deleted.id for deleted in again.store.deleted_chats()] == [chat.id], "it can be restored"
    again.window.close()
    again.close()
    assert not [path for path in states.rglob("*") if path.is_file()]


def test_that_shift_enter_breaks_the_line(qtbot: QtBot, opened: Callable[[], Samar], data_dir: Path) -> None:
    samar = opened()
    text = samar.window.composer.text
    qtbot.keyClicks(text, "one")
    qtbot.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(text, "two")
    answered(qtbot, samar, lambda: qtbot.keyClick(text, Qt.Key.Key_Return))
    assert rows(data_dir)[0][2] == "one\ntwo"


def test_that_a_reply_is_stopped_and_continued(
    qtbot: QtBot, opened: Callable[..., Samar], data_dir: Path, tmp_path: Path
) -> None:
    samar = opened(write_endless(tmp_path / "endless.gguf"))
    samar.chats.set_params(ENDLESS)
    with qtbot.waitSignal(samar.chats.replies.grew, timeout=60_000):
        type_and_send(qtbot, samar, "Hello")
    assert samar.window.composer.generating
    answered(qtbot, samar, lambda: qtbot.keyClick(samar.window.composer.text, Qt.Key.Key_Escape))
    assert not samar.window.composer.generating
    role, status, content = rows(data_dir)[1]
    assert (role, status) == ("assistant", "stopped")
    assert content
    reply = samar.chats.path()[-1]
    with qtbot.waitSignal(samar.chats.replies.grew, timeout=60_000):
        samar.transcript.continue_requested.emit(reply.id)
    answered(qtbot, samar, samar.worker.stop)
    assert rows(data_dir)[1][2].startswith(content)
    assert len(rows(data_dir)[1][2]) > len(content)


def test_that_stop_ends_the_reply_of_its_own_chat_only(
    qtbot: QtBot, opened: Callable[..., Samar], tmp_path: Path
) -> None:
    """Two chats: the reply of the first one is being written, that of the second one waits, and then the other way round."""
    samar = opened(write_endless(tmp_path / "endless.gguf"))
    replies = []
    for text in ("first", "second"):
        samar.chats.new_chat()
        samar.chats.set_params(ENDLESS)
        samar.chats.send(text)
        replies.append(samar.chats.path()[-1])
    first, second = replies
    qtbot.waitUntil(lambda: samar.chats.replies.current(first).content != "", timeout=60_000)
    qtbot.mouseClick(samar.window.composer.send, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: samar.store.get_message(second.id).status is MessageStatus.STOPPED)
    assert samar.chats.replies.is_live(first.id)
    samar.chats.continue_reply(second.id)
    samar.chats.open_chat(first.chat_id)
    qtbot.keyClick(samar.window.composer.text, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not samar.chats.replies.is_live(first.id), timeout=60_000)
    qtbot.waitUntil(lambda: samar.chats.replies.current(second).content != "", timeout=60_000)
    kept = samar.store.get_message(first.id)
    assert (kept.status, bool(kept.content)) == (MessageStatus.STOPPED, True)
    samar.window.sidebar.chats_deleted.emit([second.chat_id])
    qtbot.waitUntil(lambda: not samar.chats.replies.chats(), timeout=60_000)


def test_that_regenerating_makes_a_sibling_that_can_be_left_again(
    qtbot: QtBot, opened: Callable[[], Samar], data_dir: Path
) -> None:
    samar = opened()
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "Hello"))
    first = samar.chats.path()[-1]
    answered(qtbot, samar, lambda: samar.transcript.regenerate_requested.emit(first.id))
    second = samar.chats.path()[-1]
    assert second.id != first.id
    assert len(samar.chats.path()) == 2
    samar.transcript.sibling_chosen.emit(second.id, -1)
    assert samar.chats.path()[-1].id == first.id
    assert len(rows(data_dir)) == 3


def test_that_an_edit_is_a_branch_of_its_own(qtbot: QtBot, opened: Callable[[], Samar]) -> None:
    samar = opened()
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "Hello"))
    mine = samar.chats.path()[0]
    answered(qtbot, samar, lambda: samar.transcript.edit_submitted.emit(mine.id, "What is a token?"))
    assert samar.chats.path()[0].content == "What is a token?"
    assert "Hello" not in shown(samar)
    samar.transcript.sibling_chosen.emit(samar.chats.path()[0].id, -1)
    assert samar.chats.path()[0].content == "Hello"


def test_that_the_system_prompt_of_a_chat_reaches_the_model(qtbot: QtBot, opened: Callable[[], Samar]) -> None:
    samar = opened()
    samar.window.panel.system_prompt_changed.emit("Answer in Arabic.")
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "Hello"))
    assert samar.chats.chat is not None
    assert samar.store.get_chat(samar.chats.chat.id).system_prompt == "Answer in Arabic."
    with_prompt = samar.chats.path()[-1].stats
    samar.window.panel.system_prompt_changed.emit("")
    answered(qtbot, samar, lambda: samar.transcript.regenerate_requested.emit(samar.chats.path()[-1].id))
    without = samar.chats.path()[-1].stats
    assert with_prompt
    assert without
    assert with_prompt.prompt_tokens > without.prompt_tokens


def test_that_the_panel_says_what_the_last_reply_was_written_without(opened: Callable[[], Samar]) -> None:
    samar = opened()
    chat = samar.store.create_chat("Long")
    _question, reply = samar.store.begin_turn(chat.id, None, "Hello", "model")
    stats = GenerationStats(prompt_tokens=200, reply_tokens=10, dropped_messages=3)
    samar.store.finish(reply.id, "Hi", MessageStatus.FINISHED, stats)
    samar.chats.open_chat(chat.id)
    assert "3" in samar.window.panel.context_note.text()
    samar.chats.new_chat()
    assert "3 " not in samar.window.panel.context_note.text()


def drop(samar: Samar, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where, copy = QPointF(400, 300), Qt.DropAction.CopyAction
    held = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(samar.window, QDragEnterEvent(where.toPoint(), copy, *held))
    assert samar.window.drop.isVisible()
    QApplication.sendEvent(samar.window, QDropEvent(where, copy, *held))
    assert not samar.window.drop.isVisible()


def test_that_a_dropped_model_is_loaded_and_stays_chosen(
    qtbot: QtBot, opened: Callable[[], Samar], tmp_path: Path
) -> None:
    copy = tmp_path / "نموذج آخر.gguf"
    copy.write_bytes(starter_model().read_bytes())
    samar = opened()
    with qtbot.waitSignal(samar.worker.model_loaded, timeout=60_000):
        drop(samar, copy)
    assert samar.window.picker.path == str(copy)
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "Hello"))
    samar.window.close()
    samar.close()
    again = opened()
    assert again.window.picker.path == str(copy)


def test_that_a_broken_file_leaves_the_loaded_model_in_place(
    qtbot: QtBot, opened: Callable[[], Samar], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(starter_model().read_bytes()[:100_000])
    samar = opened()
    with qtbot.waitSignal(samar.worker.load_failed, timeout=60_000) as failed:
        drop(samar, broken)
    assert failed.args[0].code == "model_damaged"
    assert not samar.window.banner.isHidden()
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "Hello"))
    assert samar.chats.path()[-1].status is MessageStatus.FINISHED


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
def test_that_a_pipe_dropped_on_the_window_is_a_sentence_and_waited_for_by_nobody(
    qtbot: QtBot, opened: Callable[[], Samar], tmp_path: Path
) -> None:
    samar = opened()
    for name in ("pipe.gguf", "pipe.png", "mmproj-fine.gguf"):
        os.mkfifo(tmp_path / name)
    with qtbot.waitSignal(samar.worker.load_failed, timeout=60_000) as failed:
        drop(samar, tmp_path / "pipe.gguf")
    assert failed.args is not None
    assert failed.args[0].code == "model_unreadable"
    samar.window.banner.dismiss()
    drop(samar, tmp_path / "pipe.png")
    qtbot.waitUntil(lambda: samar.window.banner.error is not None)
    assert samar.chats.images.tray.images == []
    fine = write_tiny(tmp_path / "fine.gguf")
    with qtbot.waitSignal(samar.worker.model_loaded, timeout=60_000):
        drop(samar, fine)
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "hi"))
    assert samar.chats.path()[-1].status is MessageStatus.FINISHED


def test_that_an_engine_killed_in_mid_reply_costs_no_word(
    qtbot: QtBot, opened: Callable[..., Samar], data_dir: Path, tmp_path: Path
) -> None:
    samar = opened(write_endless(tmp_path / "endless.gguf"))
    samar.chats.set_params(ENDLESS)
    assert isinstance(samar.engine, EngineClient)
    with qtbot.waitSignal(samar.chats.replies.grew, timeout=60_000):
        type_and_send(qtbot, samar, "Hello")
    pid = samar.engine.pid
    assert pid is not None
    with qtbot.waitSignal(samar.chats.replies.failed, timeout=60_000) as failed:
        os.kill(pid, signal.SIGKILL)
    message, problem = failed.args
    assert problem.code == "engine_died"
    assert message.content
    assert rows(data_dir)[1][1:] == ("failed", message.content)
    assert not samar.window.banner.isHidden()
    samar.chats.set_params(None)
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "And again"))
    assert samar.chats.path()[-1].status is MessageStatus.FINISHED


def test_that_a_deleted_chat_comes_back_by_undo(qtbot: QtBot, opened: Callable[[], Samar]) -> None:
    samar = opened()
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "Hello"))
    chat = samar.chats.chat
    assert chat is not None
    samar.window.sidebar.chats_deleted.emit([chat.id])
    assert samar.store.list_chats() == []
    assert samar.chats.chat is None
    qtbot.mouseClick(samar.window.toast.button, Qt.MouseButton.LeftButton)
    assert [c.id for c in samar.store.list_chats()] == [chat.id]
    assert "Hello" in shown(samar)


def test_that_a_deleted_chat_is_gone_from_the_file_after_the_undo_time_where_none_are_kept(
    qtbot: QtBot, opened: Callable[[], Samar], data_dir: Path
) -> None:
    samar = opened()
    samar.preferences.change(deleted_days=0)
    secret = "zanzibarquartz"
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, secret))
    assert samar.chats.chat is not None
    samar.window.sidebar.chats_deleted.emit([samar.chats.chat.id])
    with qtbot.waitSignal(samar.chats.purge_due):
        samar.window.toast.dismiss()
    samar.window.close()
    samar.close()
    for file in data_dir.rglob("*"):
        assert file.is_dir() or secret.encode() not in file.read_bytes(), file.name


def test_that_what_ended_samar_while_loading_is_not_loaded_again_at_start(
    qtbot: QtBot, qapp: QApplication, opened: Callable[[], Samar], data_dir: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "guilty.gguf"
    copy.write_bytes(starter_model().read_bytes())
    samar = opened()
    with qtbot.waitSignal(samar.worker.model_loaded, timeout=60_000):
        drop(samar, copy)
    samar.window.close()
    samar.close()
    Paths.under(data_dir).load_mark.write_text(str(copy))
    again = opened()
    assert again.worker.model is not None
    assert Path(again.worker.model.path) == starter_model()
    assert "guilty.gguf" in again.window.banner.what.text()


def test_that_an_answer_of_the_bundled_model_opens_the_page_it_speaks_of(
    qtbot: QtBot, opened: Callable[[], Samar]
) -> None:
    samar = opened()
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "How do I add a larger model?"))

    def button(text: str) -> QAbstractButton | None:
        bars = samar.transcript.overlays.bars.values()
        shown = [chip for bar in bars for chip in bar.pages if chip.isVisible() and chip.text() == text]
        return shown[0] if shown else None

    qtbot.waitUntil(lambda: button("Open a file…") is not None)
    qtbot.mouseClick(button("Open a file…"), Qt.MouseButton.LeftButton)
    dialog = samar.window.findChild(QFileDialog)
    assert dialog is not None and dialog.isVisible()
    dialog.reject()
    qtbot.mouseClick(button("Models for this computer"), Qt.MouseButton.LeftButton)
    assert samar.room is not None and samar.room.page is not None
    assert samar.room.page.isVisible() and samar.room.page.tab() is samar.room.page.catalogue
    samar.room.page.close()


def test_that_every_page_that_an_answer_may_lead_to_opens(qtbot: QtBot, opened: Callable[[], Samar]) -> None:
    """In one chat after the other, by the signal that the button under an answer gives."""
    samar = opened()
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "What is a token?"))
    window, chat = samar.window, samar.chats.chat
    assert chat is not None
    for page in sorted(ACTIONS):
        samar.chats.open_chat(chat.id)
        samar.transcript.page_requested.emit(page)
        match page:
            case "models" | "local_models":
                assert samar.room is not None and samar.room.page is not None
                models = samar.room.page
                assert models.isVisible() and models.tab() is (models.catalogue if page == "models" else models.local)
                models.close()
            case "new_chat" | "temporary_chat":
                assert samar.chats.chat is None and samar.chats.is_temporary is (page == "temporary_chat")
            case "search":
                assert window.sidebar.search.hasFocus()
            case "export":
                menu = QApplication.activePopupWidget()
                assert isinstance(menu, FormatMenu)
                menu.close()
            case "this_chat":
                assert not window.panel.isHidden()
            case _:
                [dialog] = [d for d in window.findChildren(QDialog) if d.isVisible()]
                if page.startswith("settings_"):
                    assert samar.settings.dialog is dialog
                    assert samar.settings.dialog.nav[page.removeprefix("settings_")].isChecked()
                dialog.reject()


def test_that_a_temporary_chat_is_not_exported_by_the_button(qtbot: QtBot, opened: Callable[[], Samar]) -> None:
    samar = opened()
    samar.window.temporary_chat_requested.emit()
    answered(qtbot, samar, lambda: type_and_send(qtbot, samar, "What is a token?"))
    samar.transcript.page_requested.emit("export")
    assert QApplication.activePopupWidget() is None
    assert "not saved" in samar.window.toast.label.text()
