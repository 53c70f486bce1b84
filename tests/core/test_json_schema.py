"""Schemas that are refused, and by what name; numbers inside bounds."""

from __future__ import annotations

import json
import random
import re
from decimal import Decimal
from typing import Any

import pytest

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
