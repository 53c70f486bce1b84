"""Tokens laid over the text of a reply."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.core.generation import TokenChoice
from desktop.core.token_text import TokenSpan, pieces, visible


def tokens(*texts: str) -> list[TokenChoice]:
    return [TokenChoice(text=text, probability=0.5) for text in texts]


def texts(found: list[TokenSpan]) -> list[str]:
    return [piece.text for piece in found]


def test_that_each_token_is_a_piece() -> None:
    found = pieces(tokens("Hello", ",", " world"), "Hello, world")
    assert texts(found) == ["Hello", ",", " world"]
    assert [piece.probability for piece in found] == [0.5, 0.5, 0.5]


def test_that_tokens_that_share_a_letter_are_one_piece() -> None:
    found = pieces(tokens("a", "\ufffd", "\ufffd", "b", "\ufffd", "\ufffd\ufffd"), "aمbن")
    assert texts(found) == ["a", "م", "b", "ن"]
    assert [len(piece.tokens) for piece in found] == [1, 2, 1, 2]
    assert found[1].probability == 0.25


def test_that_tags_around_the_thinking_are_no_obstacle() -> None:
    found = pieces(
        tokens("<think>", "Hm", "\ufffd", "\ufffd", "</think>", "Yes", "\ufffd", "\ufffd", "."), "Hmم" + "Yesن."
    )
    assert texts(found) == ["<think>", "Hm", "\ufffd", "</think>", "Yes", "ن", "."]


def test_that_what_can_not_be_found_stays_a_sign() -> None:
    assert texts(pieces(tokens("\ufffd", "\ufffd"), "")) == ["\ufffd"]
    assert texts(pieces(tokens("x", "\ufffd"), "another text altogether")) == ["x", "\ufffd"]


def test_that_blanks_and_breaks_have_signs() -> None:
    assert visible(" a\n\tb") == "␣a↵⇥b"


@given(st.text(alphabet="aبم😀 \n", max_size=40))
def test_that_a_reply_cut_into_bytes_is_put_together_again(text: str) -> None:
    cut = [bytes([byte]).decode("utf-8", "replace") for byte in text.encode()]
    assert "".join(texts(pieces(tokens(*cut), text))) == text
