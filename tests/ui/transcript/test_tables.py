"""Wide tables: words and numbers stay whole, and what is too wide for the page opens in a window that scrolls."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QTextBlock, QTextTable, QWheelEvent
from PySide6.QtWidgets import QApplication

from desktop.ui.transcript.table_window import TableWindow
from desktop.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import reply, streaming, user

ARABIC = (
    "| أ | ب | ج | د | هـ | و | ز | ح | ط | ي | ك | ل |\n" + "|---" * 12 + "|\n"
    "| مستشفى الملك فيصل | https://example.com/a/long/path/index.html?x=1 | استراتيجيات التنمية | 1,250.50 |"
    " `some_function_name_long()` | ثلاثة | المسؤولية | الاستخدام | والاستشارات | المستخدمين | نعم | لا |"
)
ENGLISH = (
    "| Name | Hospital | Amount | Responsible | Consultation | Department | Notes |\n|---|---|--:|---|---|---|---|\n"
    "| Alpha | Saint Bartholomew | 1,250,000.50 | **Admini**stration | Internationalization | Cardiology | long notes on it |"
)
MODERATE = "| Number | Explanation |\n|---|---|\n| 1,250,000.50 | " + "words that go on " * 12 + "|"
NARROW = "| a | b |\n|---|---|\n| 1 | 2 |"
NAME = re.compile(r"[/\\_@(=]")
"""In names of code and in addresses, which may be broken."""


def tables(view: TranscriptView) -> list[QTextTable]:
    return [frame for frame in view.page.document().rootFrame().childFrames() if isinstance(frame, QTextTable)]


def cells(table: QTextTable) -> list[QTextBlock]:
    places = [(row, column) for row in range(table.rows()) for column in range(table.columns())]
    return [table.cellAt(row, column).firstCursorPosition().block() for row, column in places]


def broken_words(table: QTextTable) -> list[str]:
    """What two lines share of a word."""
    out = []
    for block in cells(table):
        text, layout = block.text(), block.layout()
        for index in range(1, layout.lineCount()):
            at = layout.lineAt(index).textStart()
            word = re.split(r"\s", text[:at])[-1] + re.split(r"\s", text[at:])[0]
            if not text[at - 1].isspace() and not NAME.search(word):
                out.append(word)
    return out


@pytest.mark.parametrize("text", [ARABIC, ENGLISH, MODERATE, NARROW])
@pytest.mark.parametrize("rtl", [False, True])
def test_that_words_and_numbers_stay_whole_inside_the_column(
    make_view: Callable[..., TranscriptView], text: str, rtl: bool
) -> None:
    view = make_view(rtl=rtl)
    view.set_messages([user("q"), reply(text)])
    (table,) = tables(view)
    document = view.page.document()
    assert document.size().width() <= document.textWidth() + 1
    assert broken_words(table) == []
    for block in cells(table):
        assert block.layout().lineCount() >= 1


def test_that_a_table_with_room_keeps_the_size_of_the_text(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply(f"{NARROW}\n\nand\n\n{MODERATE}")])
    assert [fit.size for _, fit in view.chat.writer.tables.values()] == [0, 0]
    assert not view.overlays.table_buttons


def test_that_a_window_of_another_width_fits_tables_anew(make_view: Callable[..., TranscriptView]) -> None:
    text = "| Amount | Hospital | Responsible | Department |\n|---|---|---|---|\n| 1,250.50 | Bartholomew | Administration | Cardiology |"
    view = make_view(width=800)
    view.set_messages([user("q"), reply(text)])
    (before,) = view.chat.writer.tables.values()
    view.resize(440, 700)
    (after,) = view.chat.writer.tables.values()
    assert before[1].size == 0 < after[1].size
    assert broken_words(tables(view)[0]) == []
    view.resize(800, 700)
    assert [fit for _, fit in view.chat.writer.tables.values()] == [before[1]]


def test_that_a_table_that_streams_is_the_same_afterwards_and_only_gets_smaller(
    make_view: Callable[..., TranscriptView],
) -> None:
    view, whole = make_view(), make_view()
    text = ENGLISH + "\n| " + "x | " * 7 + "\n\nAfter it."
    view.set_messages([user("q"), streaming()])
    sizes = []
    for at in range(0, len(text), 7):
        view.append_chunk(2, text[at : at + 7])
        sizes += [fit.size for _, fit in list(view.chat.writer.tables.values())[-1:]]
    view.finish_message(reply(text))
    assert sizes == sorted(sizes)
    assert sizes[-1] > 0
    whole.set_messages([user("q"), reply(text)])

    def found(shown: TranscriptView) -> list[object]:
        place = shown.page.document().documentLayout().blockBoundingRect
        (table,) = tables(shown)
        return [(block.text(), place(block).getRect(), block.charFormat().font().key()) for block in cells(table)]

    assert found(view) == found(whole)


def open_window(view: TranscriptView) -> TableWindow:
    (button,) = view.overlays.table_buttons.values()
    button.click()
    (window,) = view.findChildren(TableWindow)
    return window


@pytest.mark.parametrize("text", [ARABIC, ENGLISH], ids=["arabic", "english"])
def test_that_a_wide_table_opens_in_a_window_that_scrolls(
    make_view: Callable[..., TranscriptView], qapp: QApplication, text: str
) -> None:
    view = make_view(rtl=text is ARABIC)
    view.set_messages([user("q"), reply(text)])
    view.overlays.place()
    window = open_window(view)
    window.resize(500, 300)
    page = window.view
    (table,) = [frame for frame in page.document().rootFrame().childFrames() if isinstance(frame, QTextTable)]
    assert all(block.layout().lineCount() == 1 for block in cells(table)), "nothing is broken there"
    bar = page.horizontalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(bar.minimum())
    first = cells(table)[table.columns() - 1 if text is ARABIC else 0]
    last = cells(table)[0 if text is ARABIC else table.columns() - 1]

    def is_shown(block: QTextBlock) -> bool:
        cursor = page.textCursor()
        cursor.setPosition(block.position())
        return page.viewport().rect().contains(page.cursorRect(cursor).center())

    assert is_shown(first) and not is_shown(last)
    for _ in range(60):
        at = QPointF(page.viewport().rect().center())
        qapp.sendEvent(
            page.viewport(),
            QWheelEvent(
                at,
                page.viewport().mapToGlobal(at),
                QPoint(),
                QPoint(0, -120),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.ShiftModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )
    assert is_shown(last) and not is_shown(first)
    window.close()


def test_that_the_window_copies_the_table_for_other_programs(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply(ENGLISH)])
    view.overlays.place()
    window = open_window(view)
    window.copy_button.click()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text().split("\n")[1].split("\t")[:4] == [
        "Alpha",
        "Saint Bartholomew",
        "1,250,000.50",
        "Administration",
    ]
    assert "<table" in data.html() and "Internationalization" in data.html()
    window.close()


def test_that_the_menu_of_a_wide_table_opens_it_too(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply(f"{ENGLISH}\n\n{NARROW}")])
    names = []
    for table in tables(view):
        cursor = table.cellAt(0, 0).firstCursorPosition()
        place = view.page.viewport().mapToGlobal(view.page.cursorRect(cursor).center())
        menu = view.menu(place)
        names.append("open-table" in {action.objectName() for action in menu.actions()})
        menu.close()
    assert names == [True, False]


def test_that_words_of_a_wide_table_stay_whole_on_paper(qapp: QApplication) -> None:
    """On the width of an A4 page between its margins."""
    from desktop.core.markdown import make_parser
    from desktop.workers.pdf import _document, prepared

    device = QImage(1, 1, QImage.Format.Format_RGB32)
    device.setDotsPerMeterX(3780)
    device.setDotsPerMeterY(3780)
    document = _document(prepared(f"<html><body><main>{make_parser().render(ARABIC)}</main></body></html>"), device)
    document.setTextWidth(658)
    assert document.size().width() <= 659
    (table,) = [frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable)]
    assert broken_words(table) == []


def test_that_a_wide_table_of_an_exported_page_scrolls_by_itself() -> None:
    from desktop.storage.exporters.html import STYLE

    (rule,) = re.findall(r"(?m)^table{(.*?)}", STYLE)
    assert "overflow-x:auto" in rule and "max-width:100%" in rule
