"""Folders, the archive, sorting and several chats at once: the real window on a real history, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import Chat, Folder
from desktop.core.folding import fold
from desktop.core.languages import Language
from desktop.storage.chats import ChatOrder, ChatQuery
from desktop.ui import i18n
from desktop.ui.sidebar.list_model import Roles
from desktop.ui.sidebar.list_view import DRAGGED
from tests.fakes.scripted_engine import ScriptedEngine

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
TITLES = ("one", "two", "three", "four", "five")
Start = Callable[..., Samar]


@pytest.fixture
def start(opened: Start) -> Start:
    began = datetime.now()

    def fix_clock(samar: Samar) -> None:
        samar.window.sidebar.model.clock = lambda: began  # midnight may come while a test runs

    return lambda: opened(ScriptedEngine(), model="", prepare=fix_clock)


@pytest.fixture
def samar(start: Start) -> Samar:
    """Five chats, the last one the newest."""
    made = start()
    for title in TITLES:
        made.store.create_chat(title)
    made.chats.load_chats()
    return made


def ids(samar: Samar, *titles: str) -> list[int]:
    by_title = {chat.title: chat.id for chat in samar.store.list_chats(ChatQuery(archived=None))}
    return [by_title[title] for title in titles]


def texts(samar: Samar) -> list[str]:
    model = samar.window.sidebar.model
    return [model.index(row).data() for row in range(model.rowCount())]


def spot(samar: Samar, title: str) -> QPoint:
    bar = samar.window.sidebar
    return bar.view.visualRect(bar.model.index(texts(samar).index(title))).center()


def click(
    samar: Samar, qtbot: QtBot, title: str, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    qtbot.mouseClick(samar.window.sidebar.view.viewport(), LEFT, modifiers, spot(samar, title))


def undo(samar: Samar, qtbot: QtBot) -> None:
    qtbot.mouseClick(samar.window.toast.button, LEFT)


def type_name(samar: Samar, qtbot: QtBot, name: str) -> None:
    """In the editor of a row."""
    field = samar.window.sidebar.view.viewport().findChild(QLineEdit, "rename")
    assert isinstance(field, QLineEdit)
    field.setText(name)  # QTest types no Arabic
    with qtbot.waitSignal(samar.window.sidebar.folder_renamed):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: name in texts(samar))


def new_folder(samar: Samar, qtbot: QtBot, name: str) -> Folder:
    menu = samar.window.sidebar.menus.of_list()
    next(action for action in menu.actions() if action.text() == "New folder…").trigger()
    type_name(samar, qtbot, name)
    return next(folder for folder in samar.store.list_folders() if folder.name == name)


def drag(samar: Samar, title: str, target: str) -> None:
    """What Qt sends while a chat is dragged over another row and let go there."""
    view = samar.window.sidebar.view
    data = QMimeData()
    data.setData(DRAGGED, str(ids(samar, title)[0]).encode())
    where, move = spot(samar, target), Qt.DropAction.MoveAction
    held = (data, LEFT, Qt.KeyboardModifier.NoModifier)
    for event in (
        QDragEnterEvent(where, move, *held),
        QDragMoveEvent(where, move, *held),
        QDropEvent(QPointF(where), move, *held),
    ):
        QApplication.sendEvent(view.viewport(), event)
        assert event.isAccepted()


def test_that_a_folder_is_made_named_filled_folded_and_kept(samar: Samar, qtbot: QtBot, start: Start) -> None:
    folder = new_folder(samar, qtbot, "عمل")
    qtbot.waitUntil(lambda: texts(samar)[:2] == ["Folders", "عمل"])
    drag(samar, "two", "عمل")
    assert samar.store.get_chat(ids(samar, "two")[0]).folder_id == folder.id
    assert texts(samar)[:4] == ["Folders", "عمل", "two", "Today"]
    model = samar.window.sidebar.model
    assert model.index(2).data(Roles.DEPTH) == 1
    assert "1 chat" in model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    click(samar, qtbot, "عمل")
    assert texts(samar)[:3] == ["Folders", "عمل", "Today"]
    samar.window.close()
    samar.close()
    again = start()
    assert texts(again)[:3] == ["Folders", "عمل", "Today"]


def test_that_a_chat_is_dragged_out_of_its_folder_again(samar: Samar, qtbot: QtBot) -> None:
    new_folder(samar, qtbot, "Work")
    drag(samar, "two", "Work")
    drag(samar, "two", "Today")
    assert samar.store.get_chat(ids(samar, "two")[0]).folder_id is None
    undo(samar, qtbot)
    assert samar.store.get_chat(ids(samar, "two")[0]).folder_id is not None


def test_that_a_folder_is_renamed_and_deleted_by_keyboard_and_its_chats_stay(samar: Samar, qtbot: QtBot) -> None:
    view = samar.window.sidebar.view
    folder = new_folder(samar, qtbot, "Work")
    drag(samar, "two", "Work")
    view.setFocus()
    row = samar.window.sidebar.model.folder_row[folder.id]
    view.setCurrentIndex(view.model().index(row, 0))
    qtbot.keyClick(view, Qt.Key.Key_F2)
    type_name(samar, qtbot, "Home")
    assert [f.name for f in samar.store.list_folders()] == ["Home"]
    assert view.currentIndex().data() == "Home"
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert samar.store.folded_folders() == {folder.id}
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert samar.store.folded_folders() == frozenset()
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert samar.store.list_folders() == []
    assert texts(samar) == ["Today", *reversed(TITLES)]
    undo(samar, qtbot)
    assert texts(samar)[:3] == ["Folders", "Home", "two"]


def test_that_arrows_fold_the_other_way_round_in_arabic(samar: Samar, qtbot: QtBot, app: QApplication) -> None:
    folder = new_folder(samar, qtbot, "Work")
    i18n.install(app, Language.ARABIC)
    view = samar.window.sidebar.view
    qtbot.waitUntil(lambda: view.layoutDirection() == Qt.LayoutDirection.RightToLeft)
    view.setCurrentIndex(view.model().index(samar.window.sidebar.model.folder_row[folder.id], 0))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert samar.store.folded_folders() == {folder.id}
    accessible = view.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    assert "مجلد" in accessible
    assert "مطوي" in accessible


def test_that_a_new_chat_begins_in_its_folder(samar: Samar, qtbot: QtBot) -> None:
    folder = new_folder(samar, qtbot, "Work")
    menu = samar.window.sidebar.menus.of_folder(folder)
    menu.actions()[0].trigger()
    samar.chats.send("hello")
    assert samar.chats.chat is not None
    assert samar.store.get_chat(samar.chats.chat.id).folder_id == folder.id


def test_that_clicks_with_control_and_shift_select_and_open_nothing(samar: Samar, qtbot: QtBot) -> None:
    click(samar, qtbot, "four")
    assert samar.chats.chat
    assert samar.chats.chat.title == "four"
    click(samar, qtbot, "two", SHIFT)
    bar = samar.window.sidebar
    assert bar.view.chosen() == ids(samar, "four", "three", "two")
    click(samar, qtbot, "three", CONTROL)
    assert bar.view.chosen() == ids(samar, "four", "two")
    assert samar.chats.chat.title == "four"
    assert bar.selection.isVisible()
    assert bar.selection.label.text() == "2 chats selected"


def test_that_the_keyboard_selects_several_and_deletes_them_with_undo(samar: Samar, qtbot: QtBot) -> None:
    view = samar.window.sidebar.view
    click(samar, qtbot, "five")
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down, SHIFT)
    qtbot.keyClick(view, Qt.Key.Key_Down, CONTROL)
    qtbot.keyClick(view, Qt.Key.Key_Down, CONTROL)
    qtbot.keyClick(view, Qt.Key.Key_Space, CONTROL)
    assert view.chosen() == ids(samar, "five", "four", "two")
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert texts(samar) == ["Today", "three", "one"]
    assert samar.chats.chat is None
    assert not samar.window.sidebar.selection.isVisible()
    undo(samar, qtbot)
    assert texts(samar) == ["Today", *reversed(TITLES)]
    qtbot.keyClick(view, Qt.Key.Key_A, CONTROL)
    assert len(view.chosen()) == 5
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert len(view.chosen()) <= 1


def test_that_several_are_pinned_moved_and_archived_from_the_bar_with_undo(samar: Samar, qtbot: QtBot) -> None:
    bar = samar.window.sidebar
    folder = new_folder(samar, qtbot, "Work")

    def select() -> None:
        click(samar, qtbot, "four")
        click(samar, qtbot, "two", CONTROL)

    select()
    qtbot.mouseClick(bar.selection.pin, LEFT)
    assert texts(samar)[:3] == ["Pinned", "four", "two"]
    assert bar.view.chosen() == ids(samar, "four", "two")
    undo(samar, qtbot)
    assert "Pinned" not in texts(samar)

    select()
    qtbot.mouseClick(bar.selection.move_to, LEFT)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    menu.actions()[1].trigger()
    menu.close()
    assert {samar.store.get_chat(id_).folder_id for id_ in ids(samar, "four", "two")} == {folder.id}
    undo(samar, qtbot)
    assert {samar.store.get_chat(id_).folder_id for id_ in ids(samar, "four", "two")} == {None}

    select()
    qtbot.mouseClick(bar.selection.archive_button, LEFT)
    assert not {"four", "two"} & set(texts(samar))
    assert samar.chats.chat is None
    undo(samar, qtbot)
    assert {"four", "two"} <= set(texts(samar))


def test_that_several_are_exported_together(samar: Samar, qtbot: QtBot) -> None:
    click(samar, qtbot, "four")
    click(samar, qtbot, "two", CONTROL)
    bar = samar.window.sidebar
    menu = bar.menu_for(bar.model.index(texts(samar).index("two")))
    export = next(action.menu() for action in menu.actions() if action.text() == "Export")
    with qtbot.waitSignal(bar.chats_exported) as asked:
        next(action for action in export.actions() if action.data() == "md").trigger()
    assert asked.args == [ids(samar, "four", "two"), "Samar chats", "md"]
    menu.close()
    for dialog in samar.window.findChildren(object):
        if type(dialog).__name__ == "QFileDialog":
            dialog.close()


def test_that_the_archive_is_a_view_of_its_own(samar: Samar, qtbot: QtBot) -> None:
    bar = samar.window.sidebar
    bar.chats_archived.emit(ids(samar, "one"), True)
    assert "one" not in texts(samar)
    menu = bar.menus.of_list()
    next(action for action in menu.actions() if action.text() == "Archived chats").trigger()
    assert texts(samar) == ["Today", "one"]
    assert bar.archive_head.isVisible()
    assert bar.view.hasFocus()
    qtbot.keyClick(bar.view, Qt.Key.Key_Return)
    assert samar.chats.chat
    assert samar.chats.chat.title == "one"
    qtbot.mouseClick(bar.archive_head, LEFT)
    assert texts(samar) == ["Today", "five", "four", "three", "two"]
    samar.chats.send("it goes on")
    assert samar.store.get_chat(ids(samar, "one")[0]).archived is False
    assert texts(samar)[1] == "one"
    bar.show_archive(True)
    assert bar.nothing.isVisible()
    assert "Nothing is archived" in bar.nothing.text()


def test_that_chats_are_sorted_as_one_likes_and_stay_so(samar: Samar, qtbot: QtBot, start: Start) -> None:
    samar.store.rename(ids(samar, "three")[0], "إبراهيم")
    samar.store.rename(ids(samar, "five")[0], "ابتسام")
    samar.store.begin_turn(ids(samar, "one")[0], None, "later", None)
    samar.chats.load_chats()
    assert texts(samar) == ["Today", "one", "ابتسام", "four", "إبراهيم", "two"]
    menu = samar.window.sidebar.menus.of_list()
    next(action for action in menu.actions() if action.text() == "Title").trigger()
    assert texts(samar) == ["By title", "four", "one", "two", "ابتسام", "إبراهيم"]
    menu = samar.window.sidebar.menus.of_list()
    next(action for action in menu.actions() if action.text() == "Created").trigger()
    assert texts(samar) == ["Today", "ابتسام", "four", "إبراهيم", "two", "one"]
    samar.window.close()
    samar.close()
    assert start().window.sidebar.model.order is ChatOrder.CREATED


@pytest.mark.parametrize("order", ChatOrder)
def test_that_titles_of_ten_thousand_chats_in_folders_are_folded_once(
    samar: Samar, order: ChatOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[str] = []
    monkeypatch.setattr("desktop.ui.sidebar.list_model.fold", lambda title: folded.append(title) or fold(title))
    model = samar.window.sidebar.model
    chats = [
        Chat(id=n, title=f"محادثة {n % 977}", created_at=n, updated_at=1e9 - n, folder_id=n % 50) for n in range(10_000)
    ]
    model.folders, model.order = [Folder(n, f"{n}") for n in range(40)], order
    model.set_chats(chats)
    model.rebuild()
    assert len(folded) == (977 if order is ChatOrder.TITLE else 0), "it takes far longer than sorting"
    assert len(model.row_of) == 10_000


def test_that_a_pinned_chat_stands_in_its_folder_too(samar: Samar, qtbot: QtBot) -> None:
    """Once among the pinned ones and once where it was put; the folder counts it, and everything acts on both rows."""
    bar = samar.window.sidebar
    two, three = ids(samar, "two", "three")
    folder = samar.store.create_folder("Physics")
    samar.store.place([two, three], folder_id=folder.id)
    samar.store.place([two], pinned=True)
    samar.chats.load_chats()
    assert texts(samar)[:6] == ["Pinned", "two", "Folders", "Physics", "three", "two"]
    assert bar.model.rows[3].chats == 2  # type: ignore[union-attr]
    index = bar.model.index(5)
    assert (bar.model.index(1).data(Roles.DEPTH), index.data(Roles.DEPTH)) == (0, 1)

    qtbot.mouseClick(bar.view.viewport(), LEFT, pos=bar.view.visualRect(index).center())
    assert samar.chats.chat is not None and samar.chats.chat.id == two
    assert bar.view.currentIndex().row() == 5  # not its row far above
    samar.store.rename(two, "renamed")
    bar.update_chat(samar.store.get_chat(two))
    assert [row for row, text in enumerate(texts(samar)) if text == "renamed"] == [1, 5]
    bar.view.choose([two, three])
    bar.view.selectAll()
    assert sorted(bar.view.chosen()) == sorted(set(bar.view.chosen()))
    bar.set_current(three)
    bar.set_current(two)
    assert bar.view.currentIndex().row() == 1

    bar.folder_folded.emit(folder.id, True)
    assert texts(samar)[:4] == ["Pinned", "renamed", "Folders", "Physics"]
    assert texts(samar).count("renamed") == 1


def test_that_the_menu_of_the_list_begins_with_a_heading(samar: Samar) -> None:
    """Not with a line: Qt's own heading has no words in the application's style."""
    menu = samar.window.sidebar.menus.of_list()
    first = menu.actions()[0]
    assert (first.text(), first.isEnabled(), first.isSeparator()) == ("Sort by", False, False)
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["Last used"]
    menu.close()
