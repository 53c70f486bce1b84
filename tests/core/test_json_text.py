"""What is JSON as a whole is told at any cut, as the standard library tells it, and prose in brackets is never taken for it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.json_text import JsonScanner, JsonState, json_in_fence

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def json_texts(draw: st.DrawFn) -> str:
    value = draw(st.lists(VALUES, max_size=4) | st.dictionaries(st.text(), VALUES, max_size=4))
    indent = draw(st.sampled_from([None, 0, 2, "\t"]))
    return json.dumps(value, ensure_ascii=draw(st.booleans()), indent=indent)


def scanned(text: str) -> JsonScanner:
    scanner = JsonScanner()
    scanner.feed(text)
    return scanner


def is_json(text: str) -> bool:
    def refuse(name: str) -> None:
        raise ValueError(name)  # NaN is none of JSON's

    try:
        return isinstance(json.loads(text, parse_constant=refuse), list | dict)
    except ValueError:
        return False


@given(json_texts(), st.sampled_from(["", " ", "\n\n", "\r\n\t"]), st.data())
def test_that_json_is_whole_at_its_end_and_open_at_every_place_before_it(
    text: str, blank: str, data: st.DataObject
) -> None:
    scanner, part = JsonScanner(), JsonScanner()
    for sign in blank + text[:-1]:
        assert scanner.feed(sign) == 1
        assert scanner.state is JsonState.OPEN
    scanner.feed(text[-1])
    assert scanner.feed(blank) == 0, "blanks behind the value are none of it"
    assert scanner.state is JsonState.WHOLE
    assert scanned(blank + text + blank).state is JsonState.WHOLE
    cut = data.draw(st.integers(0, len(text)))
    part.feed(text[:cut])
    part.feed(text[cut:] + blank)
    assert part.state is JsonState.WHOLE
    assert not scanned(text + blank + "x").is_code


@given(json_texts(), st.data())
def test_that_a_text_with_one_sign_changed_is_told_as_the_standard_library_does(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from(list('{}[],:"\\01-.eEtn \n\x00/u٣')))
    changed = text[:at] + sign + text[at + data.draw(st.integers(0, 1)) :]
    whole, pieces = scanned(changed), JsonScanner()
    for piece in changed:
        pieces.feed(piece)
    assert (whole.state is JsonState.WHOLE) == is_json(changed)
    assert (whole.state, whole.is_code) == (pieces.state, pieces.is_code)


@pytest.mark.parametrize(
    "text",
    ["[1] see", "[1]", "[1, 2] and [3]", "{name}", "{", "[", "[link](https://example.com)", '["quoted"](x)', "[x] done", "[1]: a"],
)  # fmt: skip
def test_that_prose_in_brackets_is_never_sure_to_be_json(text: str) -> None:
    scanner = JsonScanner()
    for sign in text:
        scanner.feed(sign)
        assert not scanner.is_sure


@pytest.mark.parametrize("text", ['{"a": 1, "b', '["a", "b', "[\n" + "  1,\n" * 9, '[{"a":', '["' + "word " * 60])
def test_that_json_that_is_cut_off_is_code(text: str) -> None:
    assert scanned(text).is_code
    assert json_in_fence(text) == f"```json\n{text.rstrip()}\n```"


def test_that_only_json_as_a_whole_gets_a_fence() -> None:
    assert json_in_fence('\n\n  {"a": 1}\n\n') == '```json\n  {"a": 1}\n```'
    for text in (
        "",
        "plain",
        '{"a": 1}\n\nThat is all.',
        '```json\n{"a": 1}\n```',
        "[1] see",
        "{name}",
        "[1, 2",
        '"text"',
        "12",
    ):
        assert json_in_fence(text) == text  # fmt: skip
