"""What keeps an order of its own beside right-to-left text, and what is left to the text around it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.bidi_isolates import code_spans, prose_spans, with_spans
from desktop.core.text import Direction, without_isolates


def marked(text: str, direction: Direction) -> str:
    return f"⟦{text}⟧" if direction is Direction.LTR else f"⟨{text}⟩"


@pytest.mark.parametrize(
    "text",
    ["اتصل ⟦050 123 4567⟧ الآن", "⟦(011) 465-1234⟧ ثم", "⟦٠٥٠ ١٢٣ ٤٥٦٧⟧ هاتف", "لغة ⟦C++⟧ و ⟦C#⟧ و ⟦.NET⟧.", "«⟦--help⟧» (اختياري)",
     "شغّل ⟦--help⟧ (اختياري)", "استخدم ⟦print()⟧ أو ⟦f(x)⟧ هنا", "5 ⟦C++⟧ كتب", "⟦@name⟧ قال ⟦<b>⟧", "في ⟦/usr/bin⟧ و ⟦~/x⟧", "وسم ⟦#tag⟧، ثم",
     "⟦-5.5⟧ و ⟦+966 50 123 4567⟧", "⟦1234 5678 9012 3456⟧ بطاقة", "السعر ⟦1 234 567⟧ ريال", "⟦2024-05-17⟧ تاريخ", "⟦C++⟧", "⟦C++ and C#⟧ لغتان",
     "⟦C++⟧ - لغة", "⟦050 123 4567⟧", "و⟦<b>⟧وسم⟦</b>⟧ خام"],
)  # fmt: skip
def test_that_it_is_isolated(text: str) -> None:
    plain = text.replace("⟦", "").replace("⟧", "")
    assert with_spans(plain, prose_spans(plain), marked) == text


@pytest.mark.parametrize(
    "text",
    ["عامي 2024 2025", "من 2020-2024", "الأعداد 5 10 15", "نسبة 50% و $5", "يستخدم Python 3 و GGUF", "كتاب (The Book) جيد", "Hello, world (of tests)!",
     "An English sentence — with a dash (and more).", "1990 - 2000", "قال: \"Hello\".", "C++ and C# are languages that one can learn"],
)  # fmt: skip
def test_that_it_is_left_to_the_text_around_it(text: str) -> None:
    assert prose_spans(text) == []


@pytest.mark.parametrize(
    "line",
    ['print("⟨مرحبا⟩", 6 * 2)', "# ⟨تعليق، وهو (مهم) 5⟩", "⟨الاسم⟩ = 5 + ⟨العدد⟩", '{"⟨مفتاح⟩": "⟨قيمة⟩", "⟨عدد⟩": 5}', "  ⟨السلام عليكم، 5 مرات⟩",
     '<p class="x">⟨مرحبا بك⟩</p>', 'x = f("⟨{name} مرحبا⟩") // ⟨شرح⟩', "/* ⟨شرح⟩ */ int x;", 'a = "⟨ب⟩" + "⟨ت⟩"', 'x = "⟦see the كتاب here⟧"',
     "SELECT '⟨اسم⟩', 5 -- ⟨تعليق⟩", 'print("no", 5)', "café = 5"],
)  # fmt: skip
def test_that_tokens_of_code_keep_their_order(line: str) -> None:
    plain = line
    for sign in "⟦⟧⟨⟩":
        plain = plain.replace(sign, "")
    assert with_spans(plain, code_spans(plain), marked) == line


@given(st.text(st.sampled_from("ab5 \"'()[]{}#/-+.,:;<>@كتاب٥،«»\\*"), max_size=30))
def test_that_nothing_of_the_text_changes(text: str) -> None:
    for spans in (prose_spans(text), code_spans(text)):
        assert without_isolates(with_spans(text, spans)) == text
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
