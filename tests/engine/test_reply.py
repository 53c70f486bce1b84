"""Text of a reply: letters split over tokens, thinking, stop strings that never flash."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.stream_parser import StreamParser

THINK = (("<think>", "</think>"),)


def split_at(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


def run(reply: StreamParser, parts: list[bytes]) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for part in parts:
        out += reply.feed(part)
    return out + reply.end()


def joined(out: list[tuple[str, str]], kind: str = "answer") -> str:
    return "".join(text for k, text in out if k == kind)


cuts = st.lists(st.integers(0, 1000), max_size=20)
letters = st.text(st.characters(exclude_categories=("Cs",)))


@given(letters, cuts)
def test_that_text_is_the_same_however_its_bytes_are_split(text: str, where: list[int]) -> None:
    assert joined(run(StreamParser(fresh=False), split_at(text.encode(), where))) == text


def test_that_half_a_letter_waits_for_its_other_half() -> None:
    reply = StreamParser()
    first, second = "س".encode()[:1], "س".encode()[1:]
    assert reply.feed(first) == []
    assert reply.feed(second) == [("answer", "س")]


def test_that_bytes_which_are_no_text_are_replaced() -> None:
    assert joined(run(StreamParser(), [b"a\xff\xfeb"])) == "a\ufffd\ufffdb"
    assert joined(run(StreamParser(), [b"a", "س".encode()[:1]])) == "a\ufffd"


@given(letters, letters, st.text("ab#", min_size=1, max_size=4), cuts)
def test_that_no_part_of_a_stop_string_is_ever_given_out(before: str, after: str, stop: str, where: list[int]) -> None:
    whole = before + stop + after
    reply = StreamParser((stop,), fresh=False)
    out = run(reply, split_at(whole.encode(), where))
    assert joined(out) == whole[: whole.index(stop)]
    assert reply.stopped


def test_that_what_only_looked_like_a_stop_string_is_given_out() -> None:
    reply = StreamParser(("</end>",))
    assert joined(reply.feed(b"x </en")) == "x "
    assert joined(reply.feed(b"try>")) == "</entry>"
    assert not reply.stopped
    assert joined(reply.feed(b" </en") + reply.end()) == " </en"


def test_that_the_earliest_of_several_stop_strings_counts() -> None:
    reply = StreamParser(("two", "one"))
    assert joined(run(reply, [b"zero one two"])) == "zero "


@given(cuts)
def test_that_thinking_is_told_from_the_answer(where: list[int]) -> None:
    text = "<think>\nفكّر قليلا <b>\n</think>\n\nThe answer </think> stays."
    out = run(StreamParser((), THINK), split_at(text.encode(), where))
    assert joined(out, "thinking").rstrip() == "فكّر قليلا <b>"
    assert joined(out) == "The answer </think> stays."


@given(cuts)
def test_that_thinking_opened_by_the_template_is_told_from_the_answer(where: list[int]) -> None:
    out = run(StreamParser((), THINK, thinking=True), split_at(b"\nhm</think>\nyes", where))
    assert (joined(out, "thinking"), joined(out)) == ("hm", "yes")


def test_that_a_tag_inside_the_answer_is_text() -> None:
    out = run(StreamParser((), THINK), [b"Write <think> and </think>."])
    assert (joined(out, "thinking"), joined(out)) == ("", "Write <think> and </think>.")


def test_that_stop_strings_do_not_count_while_thinking() -> None:
    reply = StreamParser(("stop",), THINK)
    out = run(reply, [b"<think>stop</think>go stop"])
    assert (joined(out, "thinking"), joined(out)) == ("stop", "go ")


def test_that_thinking_that_never_ends_is_kept() -> None:
    assert run(StreamParser((), THINK), [b"<think>on and on </thi"]) == [
        ("thinking", "on and on "),
        ("thinking", "</thi"),
    ]


@pytest.mark.parametrize(("fresh", "shown"), [(True, "hello"), (False, "  hello")])
def test_that_only_a_new_turn_loses_white_space_at_its_head(fresh: bool, shown: str) -> None:
    assert joined(run(StreamParser(fresh=fresh), [b"  ", b"hello"])) == shown
