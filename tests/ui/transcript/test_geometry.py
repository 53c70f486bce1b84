"""Where things stand, read from the layout: sides, orders and columns."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlock, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.core.text import Direction
from desktop.ui.theme import interface_font
from desktop.ui.transcript.block_painter import inline_rects
from desktop.ui.transcript.blocks import MATH, Block, Kind, Run
from desktop.ui.transcript.gallery.__main__ import cases, messages
from desktop.ui.transcript.style import GUTTER, TranscriptStyle
from desktop.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import block_with, blocks, reply, scene, texts_left_and_right, user, x_of

RIGHT = Qt.LayoutDirection.RightToLeft
LEFT = Qt.LayoutDirection.LeftToRight


@pytest.fixture
def hard(make_view: Callable[..., TranscriptView]) -> TranscriptView:
    view = make_view(rtl=True)
    view.set_messages([user("أرني"), reply(dict(cases())["4-hard-cases"])])
    return view


def right_edge(view: TranscriptView) -> float:
    return view.page.document().textWidth() - GUTTER


@pytest.mark.parametrize("words", ["أداتان مشهورتان", "مُشَكَّلٌ", "السعر", "نص فارسی", "עברית", "استدعِ"])
def test_that_right_to_left_paragraphs_begin_at_the_right_edge(hard: TranscriptView, words: str) -> None:
    block = block_with(hard, words)
    assert block.textDirection() == RIGHT
    assert texts_left_and_right(block)[1] == pytest.approx(right_edge(hard), abs=2)


def test_that_an_english_paragraph_begins_at_the_left_edge_in_an_arabic_window(hard: TranscriptView) -> None:
    block = block_with(hard, "opens nothing here")
    assert block.textDirection() == LEFT
    assert texts_left_and_right(block)[0] == pytest.approx(GUTTER, abs=2)


def test_that_inline_code_runs_left_to_right_inside_arabic(hard: TranscriptView) -> None:
    block = block_with(hard, "x[0] = {a: 1}")
    text = block.text()
    at = text.index("x[0]")
    positions = [x_of(block, at + offset) for offset in range(1, 10)]
    assert positions == sorted(positions)
    assert text.index("استدعِ") < at
    assert x_of(block, text.index("استدعِ") + 1) > positions[-1]


def test_that_the_full_stop_of_an_arabic_line_stands_at_its_left_end(hard: TranscriptView) -> None:
    block = block_with(hard, "أداتان مشهورتان")
    left, _right = texts_left_and_right(block)
    end = len(block.text())
    assert min(x_of(block, end), x_of(block, end - 1)) == pytest.approx(left, abs=2)


def test_that_columns_of_an_arabic_table_run_from_the_right(hard: TranscriptView) -> None:
    xs = [hard.page.cursorRect(_cursor(block_with(hard, words))).x() for words in ("Llama 3.2", "0.8", "يعمل على")]
    assert xs == sorted(xs, reverse=True)


def test_that_columns_of_an_english_table_run_from_the_left(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("| one | two |\n|---|---|\n| three | four |")])
    assert x_of_cell(view, "one") < x_of_cell(view, "two")


def x_of_cell(view: TranscriptView, words: str) -> int:
    return view.page.cursorRect(_cursor(block_with(view, words))).x()


def test_that_markers_stand_on_the_side_where_their_items_begin(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("1. أول\n2. ثانٍ\n\nthen\n\n- one\n- two")])
    shapes = {marker: (rect, rtl) for rect, marker, rtl in scene(view).markers}
    arabic, english = shapes["1."], shapes["•"]
    assert arabic[1] and arabic[0].left() >= texts_left_and_right(block_with(view, "أول"))[1]
    assert not english[1] and english[0].right() <= texts_left_and_right(block_with(view, "one"))[0]


def test_that_bars_of_quotes_stand_where_the_quote_begins(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("> اقتباس\n>\n> > أعمق\n\nbetween\n\n> English")])
    bars = scene(view).bars
    right = right_edge(view)
    assert len(bars) == 3
    outer, inner, english = sorted(bars, key=lambda bar: -bar.right())
    assert outer.right() == pytest.approx(right, abs=1) and inner.right() < outer.left()
    assert outer.top() < inner.top() and outer.bottom() >= inner.bottom()
    assert english.left() == pytest.approx(GUTTER, abs=1)


def test_that_code_is_left_to_right_in_an_arabic_list(hard: TranscriptView) -> None:
    for block in blocks(hard, "code"):
        assert block.blockFormat().layoutDirection() == LEFT
        assert texts_left_and_right(block)[0] < hard.page.document().textWidth() / 2


@pytest.mark.parametrize("rtl", [False, True])
def test_that_own_messages_stand_at_the_end_side(make_view: Callable[..., TranscriptView], rtl: bool) -> None:
    view = make_view(rtl=rtl)
    view.set_messages([user("a short one"), reply("answer")])
    (bubble,) = scene(view).bubbles
    width = view.page.document().textWidth()
    if rtl:
        assert bubble.left() == pytest.approx(GUTTER, abs=1)
    else:
        assert bubble.right() == pytest.approx(width - GUTTER, abs=1)
    assert bubble.width() < width / 2
    left, right = texts_left_and_right(block_with(view, "a short one"))
    assert bubble.left() < left and right < bubble.right()
    assert block_with(view, "a short one").layout().lineCount() == 1


def test_that_inline_code_in_a_table_is_painted_where_it_stands(hard: TranscriptView) -> None:
    block = block_with(hard, "CPU")
    layout = hard.page.document().documentLayout()
    rect = layout.blockBoundingRect(block)
    (shape,) = inline_rects(block, rect)
    assert rect.adjusted(-8, -8, 8, 12).contains(shape)


def test_that_shapes_stand_at_the_height_of_their_text(hard: TranscriptView) -> None:
    block = block_with(hard, "x[0] = {a: 1}")
    layout = block.layout()
    rect = hard.page.document().documentLayout().blockBoundingRect(block)
    assert rect.topLeft() == layout.position()
    line = layout.lineAt(0)
    baseline = layout.position().y() + line.y() + line.ascent()
    for shape in inline_rects(block, rect)[:2]:
        assert shape.top() < baseline - 8 and baseline + 2 < shape.bottom() < baseline + 8
    item = block_with(hard, "مهمة منجزة")
    text = item.layout().position().y() + item.layout().lineAt(0).y() + item.layout().lineAt(0).height() / 2
    assert any(marker == "task-done" and abs(room.center().y() - text) < 2 for room, marker, _ in scene(hard).markers)


@pytest.mark.parametrize("rtl", [False, True])
def test_that_everything_stays_inside_the_column(make_view: Callable[..., TranscriptView], rtl: bool) -> None:
    view = make_view(rtl=rtl)
    view.set_messages(messages())
    width = view.page.document().textWidth()
    for block in blocks(view):
        rect = view.page.document().documentLayout().blockBoundingRect(block)
        assert rect.left() >= 0 and block.layout().lineCount() >= 1
        for index in range(block.layout().lineCount()):
            assert block.layout().lineAt(index).naturalTextWidth() <= width - 2 * GUTTER + 1


MIXED = "The word سَمَر stands here among كلمات عربية and Latin ones, again and again. " * 6
ARABIC = "كلام عربي مُشَكَّلٌ فيه words لاتينية و`code` وأرقام 123، يطول حتى يملأ أسطرًا. " * 6


@pytest.mark.parametrize(
    ("text", "direction"), [(MIXED, Direction.LTR), (ARABIC, Direction.RTL), ("plain " * 90, Direction.LTR)]
)
def test_that_all_lines_of_a_paragraph_are_of_one_height(view: TranscriptView, text: str, direction: Direction) -> None:
    """Whatever script is in a line, and whatever its face claims: else a line jumps when a word of the other arrives."""
    view.set_messages([user("q"), reply(text)])
    layout = block_with(view, text[:20].split(" ")[0]).layout()
    baselines = [layout.lineAt(i).y() + layout.lineAt(i).ascent() for i in range(layout.lineCount())]
    assert len(baselines) > 3
    steps = {round(after - before, 1) for before, after in pairwise(baselines)}
    assert steps == {view.page.look.line_height(direction)}


def test_that_rows_of_a_table_are_of_one_height_in_every_script(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("| one | two |\n|---|---|\n| three | four |\n| كلمة | أخرى |\n| six | ستة |")])
    place = view.page.document().documentLayout().blockBoundingRect
    tops = [place(block_with(view, words)).top() for words in ("three", "كلمة", "six")]
    first, second = (after - before for before, after in pairwise(tops))
    assert first == pytest.approx(second, abs=2)


def test_that_a_formula_has_the_room_that_it_needs(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("q"), reply(r"before $\frac{\frac{1}{2}}{\frac{3}{4}}$ and after")])
    qtbot.waitUntil(lambda: view.formulas.is_settled, timeout=30_000)
    block = block_with(view, "and after")
    assert "\ufffc" in block.text()
    rect = view.page.document().documentLayout().blockBoundingRect(block)
    assert rect.height() >= block.layout().lineAt(0).height()


@pytest.fixture
def numbers(make_view: Callable[..., TranscriptView]) -> TranscriptView:
    view = make_view(rtl=True)
    view.set_messages([user("أرني"), reply(dict(cases())["5-numbers-and-lists"])])
    return view


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("الحرارة", "-5.5"),
        ("الحرارة", "+12"),
        ("الحرارة", "\u22123"),
        ("الحرارة", "+966 50 123"),
        ("الحرارة", "2024-05"),
    ],
)
def test_that_a_number_keeps_its_sign_before_it_in_arabic(numbers: TranscriptView, words: str, number: str) -> None:
    block = block_with(numbers, words)
    at = block.text().index(number)
    positions = [x_of(block, at + offset) for offset in range(1, len(number))]
    assert positions == sorted(positions)


@pytest.mark.parametrize("number", ["-31", "+72"])
def test_that_a_cell_of_a_number_alone_keeps_its_sign(numbers: TranscriptView, number: str) -> None:
    block = block_with(numbers, number)
    at = block.text().index(number)
    assert block.textDirection() == RIGHT
    assert x_of(block, at + 1) < x_of(block, at + 2)


def test_that_numbers_of_an_arabic_list_end_in_one_line(numbers: TranscriptView) -> None:
    """9., 10. and 11.: their items begin at one edge, and the numbers stand beside it."""
    edges = {round(texts_left_and_right(block_with(numbers, words))[1]) for words in ("تاسع", "عاشر", "حادي عشر")}
    assert len(edges) == 1
    rooms = [rect for rect, marker, _ in scene(numbers).markers if marker in ("9.", "10.", "11.")]
    assert len(rooms) == 3 and all(rect.left() >= edges.copy().pop() for rect in rooms)


@pytest.mark.parametrize(("words", "last"), [("تاسع", ")"), ("عاشر", "]"), ("هل هذا سؤال", ".")])
def test_that_brackets_and_stops_stand_at_the_left_end(numbers: TranscriptView, words: str, last: str) -> None:
    block = block_with(numbers, words)
    text = block.text()
    assert text.endswith(last)
    left, _right = texts_left_and_right(block)
    assert min(x_of(block, len(text)), x_of(block, len(text) - 1)) == pytest.approx(left, abs=2)


def test_that_copied_and_found_text_knows_nothing_of_what_keeps_numbers_apart(numbers: TranscriptView) -> None:
    from desktop.ui.transcript.copying import selected
    from desktop.ui.transcript.find_bar import find

    numbers.page.selectAll()
    copied = selected(numbers.page.textCursor(), markdown=False)
    assert "درجة الحرارة -5.5 ليلًا و+12 نهارًا" in copied and "\u2066" not in copied
    assert len(find(numbers.page.document(), "الحرارة -5.5 ليلا")) == 1


def test_that_the_bar_of_a_quote_goes_on_beside_its_code(numbers: TranscriptView) -> None:
    (bar,) = scene(numbers).bars
    place = numbers.page.document().documentLayout().blockBoundingRect
    assert bar.top() <= place(block_with(numbers, "اقتباس فيه قائمة")).top() + 8
    assert bar.bottom() >= place(block_with(numbers, "print(")).bottom()


def test_that_tags_do_not_count_for_the_direction(numbers: TranscriptView) -> None:
    assert block_with(numbers, "تفاصيل").textDirection() == RIGHT


def test_that_raw_html_keeps_its_order_in_arabic(hard: TranscriptView) -> None:
    block = block_with(hard, "خام")
    at = block.text().index("<b>")
    assert x_of(block, at + 1) < x_of(block, at + 2)
    end = block.text().index("</b>")
    assert x_of(block, end + 1) < x_of(block, end + 2) < x_of(block, end + 3)
    assert x_of(block, end + 1) < x_of(block, at + 1)


def _cursor(block: QTextBlock) -> QTextCursor:
    return QTextCursor(block)


@pytest.mark.parametrize("block", [Block(Kind.FORMULA), Block(Kind.IMAGES), Block(Kind.OWN, (Run("$x$", MATH),))])
def test_that_what_may_be_higher_than_a_line_is_not_held_to_its_height(block: Block, qapp: QApplication) -> None:
    fixed = QTextBlockFormat.LineHeightTypes.FixedHeight.value
    assert TranscriptStyle().block_format(block, 1).lineHeightType() != fixed
    assert TranscriptStyle().block_format(Block(Kind.PARAGRAPH), 1).lineHeightType() == fixed


CODE = """```python
print("مرحبا", 6 * 2)
# تعليق (مهم) 5
```

استخدم `f("مرحبا", 6 * 2)` هنا، واتصل على 050 123 4567.

| الاسم | b |
|:--|--:|
| أ | ٧ |
"""


@pytest.mark.parametrize("rtl", [False, True])
def test_that_code_with_arabic_strings_keeps_the_order_of_its_tokens(
    make_view: Callable[..., TranscriptView], rtl: bool
) -> None:
    view = make_view(rtl=rtl)
    view.set_messages([user("q"), reply(CODE)])
    for words, kind in (("print", "code"), ("f(", "paragraph")):
        block = next(block for block in blocks(view, kind) if words in block.text())
        text = block.text()
        places = [x_of(block, text.index(sign, text.index(words))) for sign in ('("', "مرحبا", '",', "6", "*", "2)")]
        places[1] = x_of(block, text.index("مرحبا") + 4)  # its last letter is the leftmost
        assert places == sorted(places)
    comment = next(block for block in blocks(view, "code") if "تعليق" in block.text())
    at = comment.text().index
    assert x_of(comment, at("#")) < x_of(comment, at("5")) < x_of(comment, at("مهم")) < x_of(comment, at("عليق"))
    phone = block_with(view, "4567")
    assert x_of(phone, phone.text().index("050") + 1) < x_of(phone, phone.text().index("4567"))


def test_that_left_means_the_beginning_in_a_table_from_the_right(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply(CODE)])
    for text in ("أ", "٧"):
        block = next(block for block in blocks(view, "table") if block.text() == text)
        line = block.layout().lineAt(0)
        assert line.naturalTextRect().right() >= line.rect().right() - 2


def test_that_a_short_message_of_ones_own_takes_one_line(
    qapp: QApplication, make_view: Callable[..., TranscriptView]
) -> None:
    """In the faces of the interface, many of whose last letters reach beyond their place."""
    before = qapp.font()
    qapp.setFont(interface_font())
    try:
        view = make_view()
        words = [
            "سطر",
            "عربي",
            "مع",
            "نص",
            "كتاب",
            "في",
            "على",
            "سمر",
            "كيف",
            "رسالة",
            "؟",
            "`رمز`",
            "with",
            "C++",
            "4997",
            "،",
            "ى",
            "ر",
            "و",
            "ج",
            "خ",
            "ح",
        ]
        texts = [f"{one} {other}" for one in words for other in words]
        lines = []
        for text in texts:
            view.set_messages([user(text)])
            lines.append(max(block.layout().lineCount() for block in blocks(view)))
        assert [text for text, count in zip(texts, lines, strict=True) if count != 1] == []
    finally:
        qapp.setFont(before)
