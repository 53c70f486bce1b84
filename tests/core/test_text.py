"""Direction by majority, hysteresis, and what is shown instead of obeyed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core import text as module
from desktop.core.text import Direction, DirectionKeeper, direction_of, isolated, shown, without_isolates

LTR, RTL = Direction.LTR, Direction.RTL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Python وهي لغة برمجة سهلة التعلم", RTL),
        ("An English paragraph with سمر in it", LTR),
        ("می‌خواهم این کتاب", RTL),
        ("זהו משפט בעברית Python", RTL),
        ("Привет, мир", LTR),
        ("مرحبا", RTL),
        ("ﷲ ﻻ", RTL),
    ],
)
def test_that_the_majority_of_letters_decides(text: str, expected: Direction) -> None:
    assert direction_of(text, expected.other) is expected


@pytest.mark.parametrize("text", ["", "12:30", "(…) 50 %", "١٢٣", "🙂"])
def test_that_a_text_without_letters_follows_its_surroundings(text: str) -> None:
    assert direction_of(text, RTL) is RTL
    assert direction_of(text, LTR) is LTR


def test_that_a_kept_direction_turns_only_when_the_other_side_leads_clearly() -> None:
    keeper = DirectionKeeper()
    assert keeper.decide("a", 10, 0, RTL) is RTL
    assert keeper.decide("a", 40, 10, RTL) is LTR
    assert keeper.decide("a", 40, 45, RTL) is LTR
    assert keeper.settle("a", 40, 45, RTL) is RTL


@pytest.mark.parametrize("code", [0x202E, 0x202A, 0x2066, 0x2069, 0xFEFF, 0xFFFC, 0xFDD0, 0x9B])
def test_that_controls_are_named_instead_of_obeyed(code: int) -> None:
    assert shown(f"a{chr(code)}b") == f"a[U+{code:04X}]b"


def test_that_marks_and_joiners_of_ordinary_writing_stay() -> None:
    for text in ("می‌خواهم", "‎+966‏", "👨‍👩‍👧"):
        assert shown(text) == text


@given(st.text())
def test_that_nothing_shown_can_break_a_block_or_an_isolate(text: str) -> None:
    safe = shown(text)
    assert not set(safe) & set("\r\u2028\u2029\u202e\u2066\u2067\u2068\u2069\ufffc\x00")
    assert without_isolates(isolated(safe)) == safe


def test_that_the_quick_way_to_count_latin_letters_counts_as_the_whole_one() -> None:
    """For every character that lets a text be counted quickly."""
    for code in range(0x110000):
        letter = chr(code)
        if not module._BEYOND.search(letter):
            assert bool(module._LATIN.match(letter)) == bool(module._ltr_letters().match(letter)), hex(code)
