from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.numbers import plain_number


@pytest.mark.parametrize("written", ["0.7", "0,7", "٠٫٧", "۰٫۷", "٠.٧", "0٫7", "۰/۷", "०.७", "０．７", "٠،٧", " 0.7\n"])
def test_that_every_keyboard_can_write_a_fraction(written: str) -> None:
    assert plain_number(written, whole=False) == "0.7"


@pytest.mark.parametrize("written", ["4096", "٤٠٩٦", "۴۰۹۶", "४०९६", "4,096", "٤٬٠٩٦", "4 096", "4\u202f096", "4'096"])
def test_that_every_keyboard_can_write_a_whole_number(written: str) -> None:
    assert plain_number(written, whole=True) == "4096"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("1,234,567.5", "1234567.5"),
        ("1.234.567,5", "1234567.5"),
        ("\u061c-٥", "-5"),
        ("−2", "-2"),
        ("0.7,", "0.7,"),
        ("1,2,3", "1,2,3"),
        ("Not set", "Not set"),
        ("x²", "x²"),
        ("", ""),
    ],
)
def test_that_what_is_no_number_stays_none(written: str, plain: str) -> None:
    assert plain_number(written, whole=False) == plain


def test_that_a_fraction_is_no_whole_number() -> None:
    assert plain_number("0,7", whole=True) == "0,7"
    assert plain_number("0٫7", whole=True) == "0.7"


@given(st.text(), st.booleans())
def test_that_folding_twice_changes_nothing(text: str, whole: bool) -> None:
    once = plain_number(text, whole=whole)
    assert plain_number(once, whole=whole) == once
