"""Schemas that are refused, and by what name; numbers inside bounds."""

from __future__ import annotations

import contextlib
import json
import random
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core.errors import SamarError
from desktop.core.grammar import GrammarError, check, with_thinking
from desktop.core.json_schema import to_grammar
from desktop.core.number_grammar import integers, numbers


@pytest.mark.parametrize(
    ("schema", "code", "says"),
    [
        ("{", "schema_broken", "line 1"),
        ('{"a":\n}', "schema_broken", "line 2"),
        ("[" * 100_000, "schema_broken", "nested too deep"),
        ('{"minimum": NaN}', "schema_broken", "no number"),
        ("3", "schema_broken", "neither an object nor true or false"),
        ('{"type": "text"}', "schema_broken", "text is no type"),
        ('{"$ref": "#/$defs/none"}', "schema_broken", "#/$defs/none is not there"),
        ('{"$ref": "#"}', "schema_broken", "leads back to itself"),
        ('{"anyOf": [{"$ref": "#"}, {"type": "null"}]}', "schema_broken", "leads back to itself"),
        ('{"allOf": [{"type": "string"}, {"type": "null"}]}', "schema_broken", "different types"),
        ('{"type": "integer", "minimum": 3, "maximum": 2}', "schema_broken", "no number lies between"),
        ('{"type": "string", "minLength": 9, "maxLength": 2}', "schema_broken", "maxLength is below minLength"),
        ('{"required": ["a"], "additionalProperties": false}', "schema_broken", "“a” is required and not allowed"),
        ('{"enum": []}', "schema_broken", "enum"),
        ("false", "schema_broken", "allows nothing"),
        ('{"$ref": "https://example.org/schema"}', "schema_unsupported", "another document"),
        ('{"not": {"type": "null"}}', "schema_unsupported", "not"),
        ('{"type": "array", "uniqueItems": true}', "schema_unsupported", "uniqueItems"),
        ('{"type": "string", "pattern": "^(?=a)"}', "schema_unsupported", "looks ahead"),
        ('{"type": "string", "pattern": "(a)\\\\1"}', "schema_unsupported", "\\1"),
        ('{"oneOf": [{"type": "integer"}, {"type": "number"}]}', "schema_unsupported", "overlap"),
        ('{"type": "number", "multipleOf": 0.3}', "schema_unsupported", "multipleOf 0.3"),
        ('{"type": "array", "maxItems": 99999}', "schema_unsupported", "count over"),
    ],
)
def test_that_what_can_not_be_kept_is_refused_by_name(schema: str, code: str, says: str) -> None:
    with pytest.raises(SamarError) as caught:
        to_grammar(schema)
    assert caught.value.code == code
    assert says in caught.value.sentence()


@pytest.mark.parametrize(
    ("bounds", "like"),
    [
        ({"minimum": -(2**63), "maximum": 2**63 - 1}, {}),
        ({"minimum": 0, "maximum": 2**64 - 1}, {"minimum": 0}),
        ({"exclusiveMaximum": 1e308, "minimum": 5}, {"minimum": 5}),
        ({"minimum": -(2**63), "multipleOf": 5}, {"multipleOf": 5}),
    ],
)
def test_that_bounds_beyond_all_that_is_written_bind_nothing(bounds: dict[str, Any], like: dict[str, Any]) -> None:
    assert to_grammar(json.dumps({"type": "integer", **bounds})) == to_grammar(json.dumps({"type": "integer", **like}))


def test_that_a_far_bound_of_numbers_is_kept_by_writing_no_exponents() -> None:
    assert "[eE]" in to_grammar('{"type": "number"}')
    assert "[eE]" not in to_grammar(json.dumps({"type": "number", "maximum": 1e20}))


@pytest.mark.parametrize("bound", [{"minimum": 10**17}, {"maximum": -(10**17)}, {"exclusiveMinimum": 10**16}])
def test_that_bounds_which_nothing_written_keeps_are_refused(bound: dict[str, int]) -> None:
    with pytest.raises(SamarError) as caught:
        to_grammar(json.dumps({"type": "integer", **bound}))
    assert caught.value.code == "schema_unsupported"


def test_that_a_schema_is_found_in_the_wrapper_of_openai() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "null"}}}
    wanted = to_grammar(json.dumps(schema))
    inner = {"name": "answer", "strict": True, "schema": schema}
    assert to_grammar(json.dumps(inner)) == wanted
    assert to_grammar(json.dumps({"type": "json_schema", "json_schema": inner})) == wanted
    plain = {"type": "object", "properties": {"schema": {"type": "object"}}}
    assert "schema" in to_grammar(json.dumps(plain))


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"title": "T", "description": "D", "x-own": 3, "$schema": "https://json-schema.org/draft/2020-12/schema"},
        {"$defs": {"a": {"type": "object", "properties": {"b": {"$ref": "#/$defs/a", "description": "x"}}}}, "$ref": "#/$defs/a"},
        {"type": "object", "properties": {"a": {"$ref": "#", "type": "object"}}},
        {"type": "array", "minItems": 2000, "maxItems": 4000},
        {"type": "string", "maxLength": 5000},
        {"oneOf": [{"type": "object", "properties": {"k": {"const": name}}, "required": ["k"]} for name in "ab"]},
    ],
)  # fmt: skip
def test_that_what_people_write_is_taken(schema: Any) -> None:
    check(to_grammar(json.dumps(schema)))


def as_pattern(expression: str) -> str:
    """A regular expression for the small part of GBNF that numbers use."""
    return re.sub(r'"([^"]*)"', lambda found: re.escape(found[1]), expression).replace(" ", "")


@pytest.mark.parametrize("seed", range(40))
def test_that_numbers_keep_their_bounds(seed: int) -> None:
    draw = random.Random(seed)
    step = Decimal(10) ** -draw.choice([0, 0, 1, 2])
    ends = sorted(draw.randint(-1200, 1200) * step for _ in range(2))
    low, high = (None if draw.random() < 0.2 else end for end in ends)
    without_low, without_high = (draw.random() < 0.4 and end is not None for end in (low, high))
    ways = numbers(low, high, without_low=without_low, without_high=without_high, decimals=draw.choice([0, 1, 2, 16]))
    written = re.compile("|".join(f"(?:{as_pattern(way)})" for way in ways) or r"(?!)")
    whole = re.compile(
        "|".join(f"(?:{as_pattern(way)})" for way in integers(low and int(low), high and int(high))) or r"(?!)"
    )

    def inside(number: Decimal) -> bool:
        above = low is None or (number > low if without_low else number >= low)
        return above and (high is None or (number < high if without_high else number <= high))

    for _ in range(400):
        number = Decimal(draw.randint(-13_000, 13_000)) / 10 ** draw.choice([0, 1, 2, 3])
        text = format(number.normalize(), "f")
        if written.fullmatch(text):
            assert inside(number), text
        elif "." not in text and text != "-0":
            assert not inside(number), text
        if number == int(number):
            between = (low is None or number >= int(low)) and (high is None or number <= int(high))
            assert bool(whole.fullmatch(str(int(number)))) == between, text


def test_that_small_numbers_above_zero_can_be_written() -> None:
    ways = numbers(Decimal(0), Decimal(1), without_low=True, without_high=True, decimals=16)
    written = re.compile("|".join(f"(?:{as_pattern(way)})" for way in ways))
    assert written.fullmatch("0.5")
    assert written.fullmatch("0.001")
    assert not written.fullmatch("0")
    assert not written.fullmatch("0.0")
    assert not written.fullmatch("1")


@pytest.mark.parametrize("closing", ["</think>", "<<a<<b", "aab", "◁/think▷"])
def test_that_thinking_ends_at_the_first_closing_tag(closing: str) -> None:
    grammar = with_thinking('root ::= "x"', (("<think>", closing),), opened=True)
    check(grammar, "samar-root")
    rules = dict(line.split(" ::= ") for line in grammar.splitlines() if line.startswith("samar-thought"))
    draw = random.Random(1)
    for _ in range(300):
        text = "".join(draw.choice(closing + "z") for _ in range(30)) + closing
        state, at = "samar-thought-0-0", 0
        while state:
            state = follow(rules[state], text[at])
            at += 1
        assert text[:at] == text[: text.index(closing) + len(closing)]


def test_that_an_answer_may_have_an_opening_of_its_own() -> None:
    tags = (("<analysis>", "<final>"), ("<final>", ""))
    grammar = with_thinking('root ::= "x"', tags, opened=False)
    check(grammar, "samar-root")
    assert '"<final>" samar-blank' in grammar


def follow(rule: str, letter: str) -> str:
    """The state after `letter`; "" behind the closing tag."""
    for way in rule.split(" | "):
        letters, _, after = way.partition(" ")
        named = [chr(int(code, 16)) for code in re.findall(r"\\U([0-9A-F]{8})", letters)]
        if (letter not in named) if letters.startswith("[^") else (letter in named):
            return after
    raise AssertionError(f"nothing follows {letter}")


def test_that_grammars_in_common_use_pass() -> None:
    check('# a list\nroot ::= item+ \nitem ::= "- " [^\\n]{1,80} "\\n" | (\n"x" # why\n | <|im_end|> | !<[3]>)*\n')
    with pytest.raises(GrammarError, match="line 2"):
        check('root ::= "a"\nroot b')


KEYWORDS = (
    *("type", "enum", "const", "properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    *("items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength"),
    *("pattern", "format", "minimum", "maximum", "exclusiveMinimum", "multipleOf", "anyOf", "oneOf", "allOf", "$ref"),
    *("$defs", "title", "not", "unevaluatedProperties", "x"),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 30),
    st.floats(-3, 3),
    st.sampled_from(
        ["", "object", "array", "string", "integer", "null", "#", "#/x", "#/$defs/x", "date", "^a+$", "[", "a"]
    ),
)
NONSENSE = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=4),
    max_leaves=12,
)


def grammar_or_refusal(schema: str, *codes: str) -> str | None:
    """The grammar, or None where the schema is refused with one of `codes`."""
    try:
        return to_grammar(schema)
    except SamarError as problem:
        if problem.code not in codes:
            raise
        return None


@settings(max_examples=400)
@given(NONSENSE)
def test_that_nonsense_is_refused_in_a_sentence_or_makes_a_grammar(schema: Any) -> None:
    if (grammar := grammar_or_refusal(json.dumps(schema), "schema_broken", "schema_unsupported")) is not None:
        check(grammar)


@given(st.text("ab()[]{}|*+?^$\\.,-09dwsSbux", max_size=12))
def test_that_any_pattern_is_refused_or_makes_a_grammar(pattern: str) -> None:
    text = json.dumps({"type": "string", "pattern": pattern})
    if (grammar := grammar_or_refusal(text, "schema_unsupported")) is not None:
        check(grammar)


@given(st.text('ab-:=|()[]{}"\\*+?<>!.0, \n#', max_size=30))
def test_that_any_text_is_a_grammar_or_said_to_be_none(text: str) -> None:
    with contextlib.suppress(GrammarError):  # and nothing else
        check(f"root ::= {text}")
