"""What is copied arrives in other programs as the window shows it: HTML on the real clipboard, plain text and Markdown."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.transcript.clipboard import html_of
from desktop.ui.transcript.message_actions import MessageBar
from desktop.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import block_with, reply, user

LESSON = """# عنوان الدرس

قال **المعلّم** إن `print("مرحبا", 2)` تعمل في C++.

3. ثالث
4. رابع
   - فرع
5. خامس

> اقتباس

| المادة | الدرجة |
|:--|:-:|
| رياضيات | 95 |

An [address](https://example.org/?a=1&b=2) and a [file](file:///etc/passwd).
"""
MATH = "{http://www.w3.org/1998/Math/MathML}"


@pytest.fixture(params=["light", "dark"])
def shown(request: pytest.FixtureRequest, make_view: Callable[..., TranscriptView]) -> TranscriptView:
    from desktop.ui import theme

    view = make_view(rtl=True)
    view.set_theme(theme.LIGHT if request.param == "light" else theme.DARK)
    return view


def clipboard() -> QMimeData:
    return QGuiApplication.clipboard().mimeData()


def body(mime: QMimeData) -> ET.Element:
    """The page on the clipboard. That it is well-formed but for its empty elements is asked of every page."""
    page = mime.html()
    for empty in ("<hr>", "<br>", '<meta charset="utf-8">'):
        page = page.replace(empty, empty.replace(">", "/>"))
    found = ET.fromstring(page).find("body")
    assert found is not None
    return found


def test_that_a_reply_is_copied_as_html_in_both_directions(shown: TranscriptView) -> None:
    shown.set_messages([user("سؤال"), reply(LESSON)])
    shown.act("copy", 2)
    page = body(clipboard())
    assert [child.tag for child in page] == ["h1", "p", "ol", "blockquote", "table", "p"]
    heading, prose, numbers, quote, table, english = page
    assert [heading.get("dir"), prose.get("dir"), numbers.get("dir"), english.get("dir")] == [
        "rtl",
        "rtl",
        "rtl",
        "ltr",
    ]
    assert prose.findtext("b") == "المعلّم"
    code = prose.find("code")
    assert code is not None
    assert code.get("dir") == "ltr"
    assert "".join(code.itertext()) == 'print("مرحبا", 2)'
    assert [(span.text, span.get("dir")) for span in prose.findall("span")] == [("C++", "ltr")]
    assert numbers.get("start") == "3"
    assert [(item.text or "").strip() for item in numbers] == ["ثالث", "رابع", "خامس"]
    assert numbers[1].findtext("ul/li") == "فرع"
    assert quote.findtext("p") == "اقتباس"
    assert table.get("dir") == "rtl"
    assert [cell.text for cell in table.iter("th")] == ["المادة", "الدرجة"]
    assert [cell.text for cell in table.iter("td")] == ["رياضيات", "95"]
    assert "text-align:right" in table.find("tr/th").get("style", "")  # type: ignore[union-attr]
    assert [link.get("href") for link in page.iter("a")] == ["https://example.org/?a=1&b=2"]


def test_that_code_is_copied_with_the_colours_of_white_paper(shown: TranscriptView, qtbot: QtBot) -> None:
    shown.set_messages([user("q"), reply('```python\ndef f():\n    return "مرحبا <b>" + 1  # تعليق\n```')])
    qtbot.waitUntil(lambda: bool(block_with(shown, "def").layout().formats()), timeout=60_000)
    shown.act("copy", 2)
    panel = body(clipboard()).find("pre")
    assert panel is not None
    assert panel.get("dir") == "ltr"
    assert "".join(panel.itertext()) == 'def f():\n    return "مرحبا <b>" + 1  # تعليق'
    colours = {span.text: span.get("style") for span in panel.iter("span")}
    assert colours["def"] == colours["return"] == "color:#4A4FBF", "the light one in both themes"
    assert colours["مرحبا <b>"] == "color:#2A7548"
    assert clipboard().text() == 'def f():\n    return "مرحبا <b>" + 1  # تعليق'


def test_that_a_reply_of_json_is_copied_as_it_was_written_and_as_code(shown: TranscriptView) -> None:
    text = '{\n  "name": "سمر",\n  "list": [1, 2]\n}'
    shown.set_messages([user("q"), reply(f"{text}\n\n")])
    shown.act("copy", 2)
    panel = body(clipboard()).find("pre")
    assert panel is not None
    assert panel.get("dir") == "ltr"
    assert "".join(panel.itertext()) == text == clipboard().text()


def test_that_formulas_are_copied_as_mathml(shown: TranscriptView, qtbot: QtBot) -> None:
    shown.set_messages([user("q"), reply("قيمة $x^2<3$ ثم\n\n$$\\frac{a}{b}$$\n\nو $\\undefined{$ نص $أ+ب$")])
    qtbot.waitUntil(lambda: shown.formulas.is_settled, timeout=60_000)
    shown.act("copy", 2)
    page = body(clipboard())
    inline, display = page.iter(f"{MATH}math")
    assert (inline.get("display"), display.get("display")) == ("inline", "block")
    assert inline.find(f".//{MATH}msup") is not None
    assert display.find(f".//{MATH}mfrac") is not None
    assert (inline.get("dir"), inline.get("alttext")) == ("ltr", "$x^2<3$")
    assert "أ+ب" in "".join(page.itertext()), "what can't be typeset stays as it was written"
    assert "$x^2<3$" in clipboard().text()


def test_that_the_formula_that_is_not_typeset_yet_is_copied_as_its_source(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("before $a_1$ behind")])
    view.page.selectAll()
    page = html_of(view.page.textCursor(), lambda _name: "")
    assert '<code dir="ltr">$a_1$</code>' in page


def test_that_a_selection_is_copied_as_it_is_cut(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("one **two three** four C++ سمر\n\n- first item\n- second item")])
    cursor = QTextCursor(block_with(view, "two"))
    cursor.setPosition(cursor.position() + 8)
    cursor.setPosition(block_with(view, "second").position() + 6, QTextCursor.MoveMode.KeepAnchor)
    view.page.setTextCursor(cursor)
    view.page.copy()
    page = body(clipboard())
    assert [child.tag for child in page] == ["p", "ul"]
    assert page.findtext("p/b") == "three"
    assert [item.text for item in page.iter("li")] == ["first item", "second"]
    assert clipboard().hasFormat("text/markdown")


def test_that_every_cut_is_a_page(view: TranscriptView, qtbot: QtBot) -> None:
    """Isolates, lists, tables and panels are closed wherever the selection begins and ends."""
    view.set_messages(
        [user("سؤال `a`"), reply(LESSON + "\n```python\nx = 'مرحبا'  # ب\n```\n\n1. a\n   > b\n\n   - c")]
    )
    qtbot.waitUntil(lambda: bool(block_with(view, "x =").layout().formats()), timeout=60_000)
    last = view.page.document().characterCount() - 1
    cursor = view.page.textCursor()
    for start in range(0, last, 7):
        for end in (start + 1, start + 12, start + 90, last):
            cursor.setPosition(start)
            cursor.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
            mime = QMimeData()
            mime.setHtml(html_of(cursor, view.formulas.mathml))
            if mime.html():
                body(mime)


def test_that_names_and_thinking_are_not_copied(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("The answer.", thinking="A thought.", model="model-name-7B")])
    view.chat.toggle_thinking(2)
    assert "A thought." in view.page.toPlainText()
    view.act("copy", 2)
    assert "".join(body(clipboard()).itertext()) == clipboard().text() == "The answer."
    view.act("copy-plain", 2)
    assert clipboard().text() == "The answer."


def test_that_the_three_ways_to_copy_are_in_the_menu(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("**b** and $x$")])
    bar = MessageBar(view.page.look, view)
    bar.bind(view.chat.entries[2].message, None, full=True)
    names = [action.objectName() for action in bar.menu().actions()]
    assert names[:2] == ["copy-markdown", "copy-plain"]
    view.act("copy-markdown", 2)
    assert (clipboard().text(), clipboard().hasHtml()) == ("**b** and $x$", False)
    view.act("copy-plain", 2)
    assert (clipboard().text(), clipboard().hasHtml()) == ("b and $x$", False)


def test_that_the_last_reply_is_copied_by_its_shortcut(view: TranscriptView, qapp: QApplication) -> None:
    view.set_messages([user("q"), reply("old"), user("r", 3), reply("*new*", 4), user("waits", 5)])
    view.copy_last_reply()
    assert clipboard().text() == "new"
    assert body(clipboard()).findtext("p/i") == "new"


def test_that_the_context_menu_copies_the_selection_or_the_message(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("**one** two")])
    rect = view.page.cursorRect(QTextCursor(block_with(view, "two")))
    place = view.page.viewport().mapToGlobal(rect.center())
    names = [action.text() for action in view.menu(place).actions()]
    assert names.count("Copy") == names.count("Copy as Markdown") == 1
    next(action for action in view.menu(place).actions() if action.text() == "Copy").trigger()
    assert body(clipboard()).findtext("p/b") == "one"
    cursor = QTextCursor(block_with(view, "two"))
    cursor.setPosition(cursor.position() + 3, QTextCursor.MoveMode.KeepAnchor)
    view.page.setTextCursor(cursor)
    names = [action.text() for action in view.menu(place).actions()]
    assert names.count("Copy") == names.count("Copy as Markdown") == 1
    next(action for action in view.menu(place).actions() if action.text() == "Copy as Markdown").trigger()
    assert clipboard().text() == "**one**"
