"""The list of the deleted chats: what was deleted is restored whole, erased at once, or erased after its days."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import Chat
from desktop.core.languages import Language
from desktop.storage.search import Query, Search
from desktop.ui import i18n
from desktop.ui.settings.settings_dialog import SettingsDialog
from desktop.ui.sidebar.deleted_dialog import DeletedChatsDialog
from tests.fakes.scripted_engine import Reply, ScriptedEngine

Start = Callable[..., Samar]
SECRET = "zanzibarquartz"
LEFT = Qt.MouseButton.LeftButton
DAY_S = 86_400


@pytest.fixture
def samar(opened: Start) -> Samar:
    return opened(ScriptedEngine((Reply(("answered",)),)))


def chat_of(samar: Samar, qtbot: QtBot, text: str) -> Chat:
    samar.chats.new_chat()
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send(text)
    assert samar.chats.chat is not None
    return samar.chats.chat


def delete(samar: Samar, qtbot: QtBot, *chats: Chat) -> None:
    """Delete chats and let the time to undo pass."""
    samar.window.sidebar.chats_deleted.emit([chat.id for chat in chats])
    with qtbot.waitSignal(samar.chats.undo.settled):
        samar.window.toast.dismiss()


def opened_list(samar: Samar) -> DeletedChatsDialog:
    """By the menu of the side bar."""
    menu = samar.window.sidebar.menus.of_list()
    assert isinstance(menu, QMenu)
    menu.actions()[-1].trigger()
    dialogs = [found for found in samar.window.findChildren(DeletedChatsDialog) if found.isVisible()]
    return dialogs[-1]


def titles(dialog: DeletedChatsDialog) -> list[str]:
    return [dialog.list.item(row).text().split(",")[0] for row in range(dialog.list.count())]


def test_that_a_deleted_chat_is_restored_from_the_list_and_found_nowhere_else(samar: Samar, qtbot: QtBot) -> None:
    chat = chat_of(samar, qtbot, SECRET)
    other = chat_of(samar, qtbot, "other")
    delete(samar, qtbot, chat)
    assert set(samar.window.sidebar.model.chats) == {other.id}
    assert Search(samar.database).messages(Query(SECRET)) == []
    dialog = opened_list(samar)
    assert titles(dialog) == [SECRET]
    assert "in 30 days" in dialog.list.item(0).text()
    qtbot.mouseClick(dialog.restore, LEFT)
    assert titles(dialog) == []
    assert dialog.nothing.isVisible()
    assert not dialog.restore.isEnabled()
    assert samar.chats.chat is not None
    assert samar.chats.chat.id == chat.id
    assert [turn.content for turn in samar.chats.path()] == [SECRET, "answered"]
    assert set(samar.window.sidebar.model.chats) == {chat.id, other.id}
    assert [hit.chat_id for hit in Search(samar.database).messages(Query(SECRET))] == [chat.id]


def test_that_erase_now_asks_once_more_and_leaves_no_byte(samar: Samar, qtbot: QtBot, data_dir: Path) -> None:
    chat, other = chat_of(samar, qtbot, SECRET), chat_of(samar, qtbot, "other")
    delete(samar, qtbot, chat, other)
    dialog = opened_list(samar)
    dialog.list.clearSelection()
    assert not dialog.erase.isEnabled()
    dialog.list.item(titles(dialog).index(SECRET)).setSelected(True)
    qtbot.mouseClick(dialog.erase, LEFT)
    assert dialog.question.isVisible()
    assert dialog.focusWidget() is dialog.keep, "Enter erases nothing"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not dialog.question.isVisible()
    assert len(titles(dialog)) == 2
    qtbot.mouseClick(dialog.erase, LEFT)
    with qtbot.waitSignal(samar.chats.purge_due):
        qtbot.mouseClick(dialog.confirm, LEFT)
    assert titles(dialog) == ["other"]
    engine = samar.engine
    assert isinstance(engine, ScriptedEngine)
    assert str(chat.id) in engine.forgotten
    dialog.reject()
    samar.window.close()
    samar.close()
    for file in data_dir.rglob("*"):
        assert file.is_dir() or SECRET.encode() not in file.read_bytes(), file.name


def test_that_keyboard_alone_restores_several(samar: Samar, qtbot: QtBot) -> None:
    chats = [chat_of(samar, qtbot, f"chat {number}") for number in range(3)]
    delete(samar, qtbot, *chats)
    dialog = opened_list(samar)
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert sorted(dialog.asked) == [chat.id for chat in chats]
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert len(samar.store.chat_ids()) == 3


def test_that_undo_after_erasing_tells_that_the_chat_is_gone(samar: Samar, qtbot: QtBot) -> None:
    chat = chat_of(samar, qtbot, "first")
    samar.window.sidebar.chats_deleted.emit([chat.id])
    dialog = opened_list(samar)
    qtbot.mouseClick(dialog.erase, LEFT)
    qtbot.mouseClick(dialog.confirm, LEFT)
    dialog.reject()
    samar.window.toast.button.click()
    assert samar.window.banner.error is not None
    assert samar.window.banner.error.code == "chat_missing"
    assert samar.store.deleted_chats() == []


def test_that_the_days_are_those_of_the_settings_and_those_counted(samar: Samar, qtbot: QtBot) -> None:
    chat = chat_of(samar, qtbot, SECRET)
    delete(samar, qtbot, chat)
    days = [samar.store.clock() / DAY_S]
    samar.store.clock = lambda: days[0] * DAY_S
    samar.preferences.change(deleted_days=7)
    for _ in range(6):
        days[0] += 1
        samar._hourly.timeout.emit()
    assert "in 1 day" in opened_list(samar).list.item(0).text()
    days[0] += 1
    with qtbot.waitSignal(samar.chats.purge_due):
        samar._hourly.timeout.emit()
    assert samar.store.deleted_chats() == []


def test_that_a_start_erases_what_is_due_and_a_wrong_clock_nothing(opened: Start, qtbot: QtBot) -> None:
    samar = opened(ScriptedEngine((Reply(("answered",)),)))
    due, kept = chat_of(samar, qtbot, "due"), chat_of(samar, qtbot, "kept")
    delete(samar, qtbot, due, kept)
    samar.database.execute_many(
        "INSERT INTO deletion_days (chat_id, day) VALUES (?, ?)", [(due.id, day) for day in range(30)]
    )
    samar.database.execute("UPDATE chats SET deleted_at = 1 WHERE id = ?", (kept.id,))
    samar.window.close()
    samar.close()
    again = opened(ScriptedEngine())
    assert [chat.id for chat in again.store.deleted_chats()] == [kept.id]
    again.preferences.change(deleted_days=0)
    again.window.close()
    again.close()
    assert opened(ScriptedEngine()).store.deleted_chats() == [], "where none are kept, none are"


@pytest.mark.parametrize("when", [None, float("nan"), -5.0, 1e20, 253_402_300_799.0])
def test_that_a_time_that_is_none_hides_no_chat(show: Callable[..., None], when: float | None) -> None:
    dialog = DeletedChatsDialog()
    show(dialog)
    dialog.set_chats([Chat(1, "<img src='x'>", deleted_at=when), Chat(2, "")], {1: 40}, 30)
    assert titles(dialog) == ["<img src='x'>", "New chat"]


def test_that_the_list_speaks_arabic(samar: Samar, qtbot: QtBot) -> None:
    delete(samar, qtbot, chat_of(samar, qtbot, "first"))
    dialog = opened_list(samar)
    samar.preferences.change(language=Language.ARABIC)
    qtbot.waitUntil(lambda: dialog.windowTitle() == "المحذوفة حديثًا")
    assert "30 يومًا" in dialog.list.item(0).text()
    assert i18n.is_rtl()


def test_that_the_settings_choose_the_days(samar: Samar, qtbot: QtBot) -> None:
    samar.settings.open("storage")
    (dialog,) = [widget for widget in samar.app.topLevelWidgets() if isinstance(widget, SettingsDialog)]
    button = dialog.deleted.group.button(3)
    button.click()
    assert samar.preferences.value.deleted_days == 90
    dialog.close()
