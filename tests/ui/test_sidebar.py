"""The side bar: groups, keys, renaming, deleting, searching, and ten thousand chats."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.chat import Chat
from desktop.core.languages import Language
from desktop.ui import i18n, theme
from desktop.ui.sidebar.list_model import ChatListModel, Kind, Roles, SearchHit
from desktop.ui.sidebar.sidebar import Sidebar
from desktop.ui.widgets.basic import draw_line

NOW = datetime(2026, 11, 22, 18, 0)


def chat(id: int, title: str, age: timedelta = timedelta(), **more: object) -> Chat:
    moment = (NOW - age).timestamp()
    return Chat(id=id, title=title, created_at=moment, updated_at=moment, **more)  # type: ignore[arg-type]


CHATS = [
    chat(1, "Older", timedelta(days=400)),
    chat(2, "This morning", timedelta(hours=9)),
    chat(3, "Yesterday evening", timedelta(hours=20)),
    chat(4, "Pinned", timedelta(days=30), pinned=True),
    chat(5, "Three days ago", timedelta(days=3)),
    chat(6, "Two weeks ago", timedelta(days=14)),
    chat(7, "", timedelta(minutes=1)),
    chat(8, "October", timedelta(days=40)),
    chat(9, "Deleted", deleted_at=1.0),
    chat(10, "Archived", archived=True),
]


@pytest.fixture
def sidebar(app: QApplication, show: Callable[[QWidget], None]) -> Sidebar:
    made = Sidebar(clock=lambda: NOW)
    made.resize(264, 800)
    show(made)
    made.set_chats(CHATS)
    return made


def rows(model: ChatListModel) -> list[str]:
    return [model.index(row).data() for row in range(model.rowCount())]


def point_of(sidebar: Sidebar, chat_id: int) -> QPoint:
    return sidebar.view.visualRect(sidebar.model.index(sidebar.model.row_of[chat_id])).center()


def test_that_chats_stand_under_their_dates(sidebar: Sidebar) -> None:
    assert rows(sidebar.model) == [
        "Pinned", "Pinned",
        "Today", "New chat", "This morning",
        "Yesterday", "Yesterday evening",
        "This week", "Three days ago",
        "This month", "Two weeks ago",
        "October", "October",
        "October 2025", "Older",
    ]  # fmt: skip


def test_that_headings_speak_arabic(sidebar: Sidebar, app: QApplication) -> None:
    i18n.install(app, Language.ARABIC)
    sidebar.model.rebuild()
    headings = [row for row in sidebar.model.rows if isinstance(row, str)]
    assert headings == ["المثبّتة", "اليوم", "أمس", "هذا الأسبوع", "هذا الشهر", "أكتوبر", "أكتوبر 2025"]


def test_that_midnight_changes_the_headings(sidebar: Sidebar) -> None:
    moment = datetime(2026, 11, 22, 23, 59, 58)
    sidebar.model.clock = lambda: moment
    sidebar._await_midnight()
    assert sidebar.midnight.interval() == 3000  # and a second more, for timers that are early
    moment += timedelta(seconds=3)
    sidebar.midnight.timeout.emit()
    assert rows(sidebar.model)[2:5] == ["Yesterday", "New chat", "This morning"]
    assert sidebar.midnight.interval() == 24 * 3_600_000


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Lets the test be in another time zone, given as POSIX writes it."""

    def enter(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield enter
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone can be set on POSIX alone")
def test_that_midnight_is_awaited_when_clocks_are_put_forward(sidebar: Sidebar, zone: Callable[[str], None]) -> None:
    zone("EET-2EEST,M4.5.5/0,M10.5.4/24")  # Cairo: from midnight to one o'clock on the last Friday of April
    for moment, hours in ((datetime(2026, 4, 23, 12), 12), (datetime(2026, 4, 24, 1), 23)):
        sidebar.model.clock = lambda moment=moment: moment
        sidebar._await_midnight()
        assert sidebar.midnight.interval() == hours * 3_600_000 + 1000


def test_that_a_click_opens_a_chat(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sidebar.chat_selected) as opened:
        qtbot.mouseClick(sidebar.view.viewport(), Qt.MouseButton.LeftButton, pos=point_of(sidebar, 3))
    assert opened.args == [3]


def test_that_a_heading_is_no_chat(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.set_current(3)
    heading = sidebar.view.visualRect(sidebar.model.index(0)).center()
    with qtbot.assertNotEmitted(sidebar.chat_selected):
        qtbot.mouseClick(sidebar.view.viewport(), Qt.MouseButton.LeftButton, pos=heading)
    assert sidebar.view.currentIndex().data(Roles.CHAT_ID) == 3


def test_that_setting_the_open_chat_is_silent(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(sidebar.chat_selected):
        sidebar.set_current(5)
    assert sidebar.view.currentIndex().data(Roles.CHAT_ID) == 5
    sidebar.set_current(None)
    assert not sidebar.view.selectionModel().hasSelection()


def test_that_arrows_step_over_headings_and_enter_opens(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.set_current(4)
    sidebar.view.setFocus()
    for expected in (7, 2, 3):
        qtbot.keyClick(sidebar.view, Qt.Key.Key_Down)
        assert sidebar.view.currentIndex().data(Roles.CHAT_ID) == expected
    qtbot.keyClick(sidebar.view, Qt.Key.Key_Up)
    with qtbot.waitSignal(sidebar.chat_selected) as opened:
        qtbot.keyClick(sidebar.view, Qt.Key.Key_Return)
    assert opened.args == [2]


def editor(sidebar: Sidebar) -> QLineEdit:
    found = sidebar.view.viewport().findChild(QLineEdit, "rename")
    assert isinstance(found, QLineEdit)
    return found


def test_that_a_chat_is_renamed_in_its_row(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.set_current(5)
    sidebar.view.setFocus()
    qtbot.keyClick(sidebar.view, Qt.Key.Key_F2)
    field = editor(sidebar)
    assert field.text() == "Three days ago"
    assert field.selectedText() == field.text()
    field.setText("  A new \n name ")
    with qtbot.waitSignal(sidebar.chat_renamed) as renamed:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert renamed.args == [5, "A new name"]


@pytest.mark.parametrize("text", ["", "   ", "Three days ago"])
def test_that_an_empty_or_same_title_renames_nothing(sidebar: Sidebar, qtbot: QtBot, text: str) -> None:
    sidebar.rename(5)
    field = editor(sidebar)
    field.setText(text)
    with qtbot.assertNotEmitted(sidebar.chat_renamed):
        qtbot.keyClick(field, Qt.Key.Key_Return)


def test_that_escape_gives_the_old_title_back(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.rename(5)
    field = editor(sidebar)
    field.setText("changed my mind")
    with qtbot.assertNotEmitted(sidebar.chat_renamed):
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert sidebar.model.chats[5].title == "Three days ago"


def test_that_delete_asks_the_one_who_owns_the_chats(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.set_current(3)
    sidebar.view.setFocus()
    with qtbot.waitSignal(sidebar.chats_deleted) as deleted:
        qtbot.keyClick(sidebar.view, Qt.Key.Key_Delete)
    assert deleted.args == [[3]]
    sidebar.remove_chats([3])
    assert 3 not in sidebar.model.row_of
    assert "Yesterday" not in rows(sidebar.model)


def test_that_the_menu_renames_pins_and_deletes(sidebar: Sidebar, qtbot: QtBot) -> None:
    index = sidebar.model.index(sidebar.model.row_of[4])
    menu = sidebar.menu_for(index)
    rename, pin, move, archive, export, delete = (action for action in menu.actions() if not action.isSeparator())
    assert [action.text() for action in (rename, pin, move, archive, export, delete)] == [
        "Rename", "Unpin", "Move to a folder", "Archive", "Export", "Delete",
    ]  # fmt: skip
    with qtbot.waitSignal(sidebar.chats_pinned) as pinned:
        pin.trigger()
    assert pinned.args == [[4], False]
    with qtbot.waitSignal(sidebar.chats_archived) as archived:
        archive.trigger()
    assert archived.args == [[4], True]
    with qtbot.waitSignal(sidebar.chats_deleted) as deleted:
        delete.trigger()
    assert deleted.args == [[4]]
    rename.trigger()
    assert editor(sidebar).text() == "Pinned"


@pytest.mark.parametrize("language", [Language.ENGLISH, Language.ARABIC])
def test_that_the_dots_at_the_end_of_a_row_open_its_menu(
    sidebar: Sidebar, qtbot: QtBot, app: QApplication, language: Language
) -> None:
    i18n.install(app, language)
    qtbot.waitUntil(lambda: sidebar.brand.text() == ("Samar" if language is Language.ENGLISH else "سَمَر"))
    index = sidebar.model.index(sidebar.model.row_of[5])
    spot = sidebar.view.more_rect(index).center()
    assert (spot.x() > 132) is (language is Language.ENGLISH)
    with qtbot.waitSignal(sidebar.view.menu_requested), qtbot.assertNotEmitted(sidebar.chat_selected):
        qtbot.mouseClick(sidebar.view.viewport(), Qt.MouseButton.LeftButton, pos=spot.toPoint())
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()


def test_that_the_mouse_shows_the_dots_of_one_row(sidebar: Sidebar, app: QApplication) -> None:
    where = QPointF(point_of(sidebar, 5))
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, where, where, none, none, Qt.KeyboardModifier.NoModifier)
    app.sendEvent(sidebar.view.viewport(), move)
    assert sidebar.view.rows.pointed == sidebar.model.row_of[5]
    app.sendEvent(sidebar.view, QEvent(QEvent.Type.Leave))
    assert sidebar.view.rows.pointed == -1


def test_that_a_change_that_keeps_its_place_tells_one_row(sidebar: Sidebar, qtbot: QtBot) -> None:
    old = sidebar.model.chats[5]
    renamed = chat(5, "Renamed", timedelta(days=3))
    with qtbot.waitSignal(sidebar.model.dataChanged), qtbot.assertNotEmitted(sidebar.model.modelReset):
        sidebar.update_chat(renamed)
    assert old.title not in rows(sidebar.model)
    sidebar.update_chat(chat(5, "Renamed", pinned=True))
    assert rows(sidebar.model)[1] == "Renamed"


def test_that_search_shows_hits_and_goes_back(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sidebar.search_changed) as asked:
        qtbot.keyClicks(sidebar.search, "w")
    assert asked.args == ["w"]
    sidebar.show_results([SearchHit(2, "This morning", "…a word…", ((3, 4),), message_id=77), SearchHit(8, "October")])
    assert [sidebar.model.index(row).data(Roles.KIND) for row in range(2)] == [Kind.HIT, Kind.HIT]
    with qtbot.waitSignal(sidebar.hit_selected) as opened:
        qtbot.keyClick(sidebar.search, Qt.Key.Key_Return)
    assert opened.args == [2, 77]
    sidebar.show_results([])
    assert sidebar.nothing.isVisible()
    assert sidebar.nothing.text() == "No chat has these words."
    qtbot.keyClick(sidebar.search, Qt.Key.Key_Escape)
    assert sidebar.search.text() == ""
    assert not sidebar.nothing.isVisible()
    assert sidebar.model.rowCount() == 15


def test_that_results_of_a_search_that_was_left_are_dropped(sidebar: Sidebar) -> None:
    sidebar.show_results([SearchHit(2, "late")])
    assert sidebar.model.hits is None


def test_that_a_first_day_says_where_chats_will_be(sidebar: Sidebar) -> None:
    sidebar.set_chats([])
    assert sidebar.nothing.text() == "Your chats will be here."
    assert sidebar.nothing.isVisible()


def test_that_letters_are_left_to_the_composer(sidebar: Sidebar) -> None:
    sidebar.set_current(3)
    sidebar.view.setFocus()
    before = sidebar.view.currentIndex()
    QTest.keyClick(sidebar.view, Qt.Key.Key_O)
    assert sidebar.view.currentIndex() == before


def test_that_ten_thousand_chats_are_measured_once(
    app: QApplication, show: Callable[[QWidget], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Sidebar(clock=lambda: NOW)
    made.resize(264, 800)
    asked = {"sizes": 0, "paints": 0}
    rows_class = type(made.view.rows)
    size_of, paint = rows_class.sizeHint, rows_class.paint

    def count_size(self, option, index):  # type: ignore[no-untyped-def]
        asked["sizes"] += 1
        return size_of(self, option, index)

    def count_paint(self, painter, option, index):  # type: ignore[no-untyped-def]
        asked["paints"] += 1
        paint(self, painter, option, index)

    monkeypatch.setattr(rows_class, "sizeHint", count_size)
    monkeypatch.setattr(rows_class, "paint", count_paint)
    made.set_chats(chat(number, f"Chat {number}", timedelta(hours=number)) for number in range(10_000))
    show(made)
    made.grab()
    assert made.model.rowCount() > 10_000
    assert asked["sizes"] < 100
    assert 10 < asked["paints"] < 200


def test_that_the_foot_asks_for_models_and_settings(sidebar: Sidebar, qtbot: QtBot) -> None:
    for button, signal in (
        (sidebar.models, sidebar.models_requested),
        (sidebar.settings, sidebar.settings_requested),
        (sidebar.new_chat, sidebar.new_chat_requested),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_a_busy_chat_has_a_lamp(sidebar: Sidebar) -> None:
    before = sidebar.view.viewport().grab().toImage()
    sidebar.set_busy([3])
    assert sidebar.view.viewport().grab().toImage() != before


def test_that_a_line_shows_all_of_its_letters(app: QApplication) -> None:
    """The dots of a final ي stand below the line of the interface's own face."""

    def drawn(height: int) -> QImage:
        image = QImage(300, 80, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setFont(theme.interface_font(14))
        draw_line(painter, QRectF(10, 40 - height / 2, 280, height), "البناء الضوئي", right_to_left=True)
        painter.end()
        return image

    assert drawn(10) == drawn(80)
