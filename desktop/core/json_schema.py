"""JSON Schema to GBNF: a grammar all of whose texts are valid JSON that obeys the schema.

Of what a schema allows, a reply may write a part: declared properties only, in their order, no extra items behind a
tuple, numbers of at most 16 digits. What can't be kept in a grammar is refused by name, never ignored. Keywords: JSON
Schema 2020-12 and what draft 7 called otherwise; annotations and unknown formats say nothing about validity.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from desktop.core.errors import SamarError
from desktop.core.grammar import literal
from desktop.core.number_grammar import MAX_DIGITS, integers, numbers
from desktop.core.pattern_grammar import PatternError, pattern_grammar
from desktop.core.schema_merging import (
    ANNOTATIONS,
    ContradictionError,
    SchemaError,
    UnsupportedError,
    check_shapes,
    disjoint,
    merged,
    types_of,
)

MAX_LENGTH = 200_000
"""Characters of a schema."""
MAX_COUNT = 5000
"""Of minLength, maxItems and their like."""
_MAX_RULES = 40_000
_MAX_REFERENCES = 100

_CHAR = (
    r'[^"\\\x00-\x1F\x7F] | "\\" (["\\/bfnrt] | "u" ([0-9a-cA-CeEfF] [0-9a-fA-F] | [dD] [0-7]) [0-9a-fA-F] [0-9a-fA-F])'
)
_COMMON = {
    "ws": r'(" " | "\n" [ \t]{0,32})?',
    "char": _CHAR,
    "string": r'"\"" char* "\""',
    "whole": '"0" | [1-9] [0-9]{0,15}',
    "number": '"-"? whole ("." [0-9]{1,16})? ([eE] [-+]? ("0" | [1-9] [0-9]?))?',
    "member": 'string ":" " "? value',
    "object": '"{" ws (member ("," ws member)* ws)? "}"',
    "array": '"[" ws (value ("," ws value)* ws)? "]"',
    "value": 'object | array | string | number | "true" | "false" | "null"',
}
_DATE = (
    '[12] [0-9] [0-9] [0-9] "-" (("01" | "03" | "05" | "07" | "08" | "10" | "12") "-" ("0" [1-9] | [12] [0-9] | "3" [01])'
    ' | ("04" | "06" | "09" | "11") "-" ("0" [1-9] | [12] [0-9] | "30") | "02-" ("0" [1-9] | "1" [0-9] | "2" [0-8]))'
)
_CLOCK = '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9]'
_TIME = f'{_CLOCK} ":" [0-5] [0-9] ("." [0-9]{{1,6}})? ("Z" | [+-] {_CLOCK})'
_BYTE = '("25" [0-5] | "2" [0-4] [0-9] | "1" [0-9] [0-9] | [1-9]? [0-9])'
_WORD = "[a-z0-9]{1,20}"
_FORMATS = {
    "date": _DATE,
    "time": _TIME,
    "date-time": f'{_DATE} "T" {_TIME}',
    "uuid": ' "-" '.join(f"[0-9a-f]{{{n}}}" for n in (8, 4, 4, 4, 12)),
    "ipv4": ' "." '.join([_BYTE] * 4),
    "email": f'{_WORD} ([._] {_WORD}){{0,3}} "@" {_WORD} ("." {_WORD}){{0,3}} "." [a-z]{{2,6}}',
}


def to_grammar(text: str) -> str:
    """The grammar of a schema. Raises SamarError schema_broken (it is none) and schema_unsupported (and what of it)."""
    if len(text) > MAX_LENGTH:
        raise SamarError("schema_broken", reason=f"it has {len(text)} characters, and {MAX_LENGTH} are the most")
    try:
        schema = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as problem:
        raise SamarError("schema_broken", reason=f"line {problem.lineno}: {problem.msg}") from problem
    except (RecursionError, ValueError) as problem:
        raise SamarError("schema_broken", reason="it is nested too deep or holds what is no number") from problem
    try:
        return _Converter(_unwrapped(schema)).run()
    except (ContradictionError, SchemaError) as problem:
        raise SamarError("schema_broken", reason=problem) from problem
    except UnsupportedError as problem:
        raise SamarError("schema_unsupported", keyword=problem) from problem
    except RecursionError as problem:
        raise SamarError("schema_broken", reason="it is nested too deep") from problem


def _unwrapped(schema: Any) -> Any:
    """The schema in what OpenAI's protocol puts around it: {"type": "json_schema", "json_schema": {"name", "strict", "schema"}},
    or its inner object alone."""
    if (
        isinstance(schema, Mapping)
        and schema.get("type") == "json_schema"
        and isinstance(schema.get("json_schema"), Mapping)
    ):
        schema = schema["json_schema"]
    wraps = isinstance(schema, Mapping) and isinstance(schema.get("schema"), Mapping | bool)
    return schema["schema"] if wraps and set(schema) <= _WRAPPER else schema


_WRAPPER = frozenset({"name", "description", "strict", "schema", "type"})


class _Converter:
    def __init__(self, schema: Any) -> None:
        self._root = schema
        self._rules: dict[str, str] = {}
        self._known: dict[str, str] = {}
        """Rules of the schemas seen, by their text."""
        self._open: dict[str, str] = {}
        """The same of those being visited; the name of a rule where one was needed inside itself, else ""."""
        self._following = 0

    def run(self) -> str:
        root = self._visit(self._root)
        self._use(root)
        self._check_beginnings()
        rules = [f"root ::= {root}", *(f"{name} ::= {rule}" for name, rule in self._rules.items())]
        return "\n".join(rules) + "\n"

    # ---- rules

    def _add(self, rule: str) -> str:
        if len(self._rules) >= _MAX_RULES:
            raise SchemaError("it makes too large a grammar")
        name = f"r{len(self._rules)}"
        self._rules[name] = rule
        self._use(rule)
        return name

    def _use(self, rule: str) -> None:
        """Take the common rules that `rule` names."""
        for name in _NAME.findall(rule):
            if name in _COMMON and name not in self._rules:
                self._rules[name] = _COMMON[name]
                self._use(_COMMON[name])

    def _check_beginnings(self) -> None:
        """A value begins with a letter of its own, so only rules that name rules alone can lead back to themselves."""
        done: set[str] = set()
        for start in self._rules:
            path: list[tuple[str, list[str]]] = [(start, _bare(self._rules[start]))]
            while path and start not in done:
                name, left = path[-1]
                if not left:
                    done.add(name)
                    path.pop()
                    continue
                follower = left.pop()
                if any(follower == name for name, _ in path):
                    raise SchemaError("a reference in it leads back to itself")
                if follower in self._rules and follower not in done:
                    path.append((follower, _bare(self._rules[follower])))

    def _between(self, item: str, low: int, high: int | None) -> str:
        """`item` from `low` to `high` times, as rules that count: the native library's own {m,n} has low limits."""
        if low <= 1 and high is None:
            return f"{item}{'+' if low else '*'}"
        if max(low, high or 0) > MAX_COUNT:
            raise UnsupportedError(f"a count over {MAX_COUNT}")
        rest = '""' if high is not None else f"{item}*"
        for _ in range((high - low) if high is not None else 0):
            rest = self._add(f"({item} {rest})?" if rest != '""' else f"{item}?")
        for _ in range(low):
            rest = self._add(f"{item} {rest}" if rest != '""' else item)
        return rest

    # ---- schemas

    def _visit(self, schema: Any) -> str:
        """The name of the rule, or an expression, for one schema."""
        if schema is True or schema == {}:
            return "value"
        if schema is False:
            raise ContradictionError("a part of it allows nothing (false)")
        if not isinstance(schema, Mapping):
            raise SchemaError("a part of it is neither an object nor true or false")
        parts = {key: value for key, value in schema.items() if key not in ANNOTATIONS}
        if not parts:
            return "value"
        text = json.dumps(parts, sort_keys=True, default=str)
        if text in self._known:
            return self._known[text]
        if text in self._open:  # inside itself
            self._open[text] = self._open[text] or self._add('""')
            return self._open[text]
        self._open[text] = ""
        try:
            rule = (
                self._visit(self._find(parts["$ref"])) if parts.keys() == {"$ref"} else self._whole(self._flat(parts))
            )
        finally:
            name = self._open.pop(text)
        if name:
            self._rules[name] = rule
            self._use(rule)
        self._known[text] = rule
        return rule

    def _find(self, target: Any) -> Any:
        if not isinstance(target, str):
            raise SchemaError("a $ref is no text")
        if not target.startswith("#"):
            raise UnsupportedError("$ref to another document")
        found = self._root
        if target == "#":
            return found
        if not target.startswith("#/"):
            raise UnsupportedError(f"$ref {target}")
        for step in target[2:].split("/"):
            step = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, Mapping) and step in found:
                found = found[step]
            elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            else:
                raise SchemaError(f"{target} is not there")
        return found

    def _flat(self, schema: Any) -> dict[str, Any]:
        """A schema without $ref and allOf at its top: what they say is merged into it."""
        if schema is False:
            raise ContradictionError("a part of it allows nothing (false)")
        if schema is True:
            return {}
        if not isinstance(schema, Mapping):
            raise SchemaError("a part of it is neither an object nor true or false")
        if self._following > _MAX_REFERENCES:
            raise SchemaError("a reference in it leads back to itself")
        check_shapes(schema)
        result = {key: value for key, value in schema.items() if key not in ANNOTATIONS}
        others = list(_listed(result.pop("allOf", []), "allOf"))
        if "$ref" in result:
            others.append(self._find(result.pop("$ref")))
        self._following += 1
        try:
            for other in others:
                result = merged(result, self._flat(other))
        finally:
            self._following -= 1
        return result

    def _whole(self, schema: dict[str, Any]) -> str:
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return self._choice(schema, keyword)
        if "const" in schema or "enum" in schema:
            return self._values(schema)
        ways = []
        for kind in types_of(schema):
            ways.append(getattr(self, f"_{kind}")(schema))
        return ways[0] if len(ways) == 1 else self._add(" | ".join(ways))

    def _choice(self, schema: dict[str, Any], keyword: str) -> str:
        rest = {key: value for key, value in schema.items() if key != keyword}
        options: list[tuple[Any, dict[str, Any]]] = []
        problem: ContradictionError | None = None
        for option in _listed(schema[keyword], keyword):
            try:
                options.append((option, merged(rest, self._flat(option))))
            except ContradictionError as contradiction:
                problem = contradiction
        if not options:
            raise problem or SchemaError(f"{keyword} offers nothing")
        if keyword == "oneOf":
            flat = [option for _, option in options]
            if any(not disjoint(one, other) for one in flat for other in flat if one is not other):
                raise UnsupportedError("oneOf with choices that overlap; anyOf would do")
        ways = []
        for option, whole in options:
            try:
                ways.append(self._visit(option) if not rest else self._whole(whole))
            except ContradictionError as contradiction:
                problem = contradiction
        if not ways:
            raise problem or SchemaError(f"{keyword} offers nothing")
        return self._add(" | ".join(dict.fromkeys(ways)))

    def _values(self, schema: dict[str, Any]) -> str:
        others = set(schema) - {"const", "enum", "type"}
        if others:
            raise UnsupportedError(f"enum or const together with {min(others)}")
        values = [schema["const"]] if "const" in schema else _listed(schema["enum"], "enum")
        if "const" in schema and "enum" in schema:
            values = [value for value in values if value in schema["enum"]]
        kinds = types_of(schema) if "type" in schema else None
        values = [value for value in values if kinds is None or _is_of(value, kinds)]
        if not values:
            raise ContradictionError("none of an enum's values has its type")
        written = [json.dumps(value, ensure_ascii=False, default=_plain) for value in values]
        return self._add(" | ".join(literal(text) for text in dict.fromkeys(written)))

    # ---- types

    def _null(self, _schema: Mapping[str, Any]) -> str:
        return '"null"'

    def _boolean(self, _schema: Mapping[str, Any]) -> str:
        return self._add('"true" | "false"')

    def _integer(self, schema: Mapping[str, Any]) -> str:
        return self._number(schema, whole=True)

    def _number(self, schema: Mapping[str, Any], *, whole: bool = False) -> str:
        low, without_low = _bound(schema, "minimum", "exclusiveMinimum", greatest=True)
        high, without_high = _bound(schema, "maximum", "exclusiveMaximum", greatest=False)
        bounded = low is not None or high is not None
        # bounds of 64-bit integers and the like lie beyond whatever is written without an exponent
        low = None if low is not None and low <= -_MOST else low
        high = None if high is not None and high >= _MOST else high
        step = schema.get("multipleOf")
        decimals = MAX_DIGITS
        if step is not None:
            step = _decimal(step, "multipleOf")
            if step <= 0:
                raise SchemaError("multipleOf is not greater than 0")
            digits = step.normalize().as_tuple()
            if digits.digits == (1,) and -MAX_DIGITS <= int(digits.exponent) <= 0:
                decimals = -int(digits.exponent)
                whole = whole or decimals == 0
            elif step == int(step) and step <= 100 and low is None and high is None:
                return self._multiples(int(step))
            else:
                raise UnsupportedError(f"multipleOf {schema['multipleOf']}")
        if whole:
            first = None if low is None else int(low.__ceil__()) + (without_low and low == int(low))
            last = None if high is None else int(high.__floor__()) - (without_high and high == int(high))
            if first is None and last is None:
                return self._add('"-"? whole')
            ways = integers(first, last)
        elif not bounded and decimals == MAX_DIGITS:
            return "number"
        else:
            ways = numbers(low, high, without_low=without_low, without_high=without_high, decimals=decimals)
        if not ways:
            raise ContradictionError("no number lies between minimum and maximum")
        return self._add(" | ".join(ways))

    def _multiples(self, step: int) -> str:
        """Decimal notation read digit by digit: a rule for each remainder and each number of digits that may follow."""
        after = ['""'] + ["" for _ in range(step - 1)]
        for _ in range(MAX_DIGITS - 1):
            ways = {
                remainder: [
                    f'"{digit}" {after[(remainder * 10 + digit) % step]}'
                    for digit in range(10)
                    if after[(remainder * 10 + digit) % step]
                ]
                for remainder in range(step)
            }
            after = [
                self._add(" | ".join(ways[remainder] + (['""'] if remainder == 0 else [])))
                if ways[remainder] or remainder == 0
                else ""
                for remainder in range(step)
            ]
        first = [f'"{digit}" {after[digit % step]}' for digit in range(1, 10) if after[digit % step]]
        return self._add(f'"0" | "-"? ({" | ".join(first)})')

    def _string(self, schema: Mapping[str, Any]) -> str:
        low, high = _counts(schema, "minLength", "maxLength")
        if "pattern" in schema:
            if low or high is not None:
                raise UnsupportedError("pattern together with minLength or maxLength")
            if not isinstance(schema["pattern"], str):
                raise SchemaError("a pattern is no text")
            try:
                inside = pattern_grammar(schema["pattern"])
            except PatternError as problem:
                raise UnsupportedError(f"pattern {schema['pattern']} ({problem})") from problem
            return self._add(rf'"\"" {inside} "\""')
        form = schema.get("format")
        if isinstance(form, str) and form in _FORMATS:
            if low or high is not None:
                raise UnsupportedError("format together with minLength or maxLength")
            return self._add(rf'"\"" {_FORMATS[form]} "\""')
        if not low and high is None:
            return "string"
        return self._add(rf'"\"" {self._between("char", low, high)} "\""')

    def _array(self, schema: Mapping[str, Any]) -> str:
        low, high = _counts(schema, "minItems", "maxItems")
        if schema.get("uniqueItems") and (high is None or high > 1):
            raise UnsupportedError("uniqueItems")
        items = schema.get("items", True)
        first: Sequence[Any] = ()
        if isinstance(items, list):  # draft 7
            first, items = items, schema.get("additionalItems", True)
        elif "prefixItems" in schema:
            first = _listed(schema["prefixItems"], "prefixItems")
        if high is not None:
            first = first[:high]
        parts = [self._visit(item) for item in first]
        more_low = max(low - len(parts), 0)
        more_high = None if high is None else high - len(parts)
        if parts:  # a tuple: no more than asked for
            more_high = more_low
        if items is False:
            if more_low:
                raise ContradictionError("minItems asks for more items than there may be")
            more_high = 0
        if more_high == 0:
            return self._add(f'"[" ws {self._separated(parts)} ws "]"' if parts else '"[" ws "]"')
        item = self._visit(items)
        if parts:
            parts += [item] * more_low
            return self._add(f'"[" ws {self._separated(parts)} ws "]"')
        rest = self._between(f'("," ws {item})', max(more_low - 1, 0), None if more_high is None else more_high - 1)
        inside = f"{item} {rest} ws"
        return self._add(f'"[" ws {inside} "]"' if more_low else f'"[" ws ({inside})? "]"')

    def _separated(self, parts: Sequence[str]) -> str:
        return ' "," ws '.join(parts)

    def _object(self, schema: Mapping[str, Any]) -> str:
        properties = dict(schema.get("properties", {}))
        required = [str(name) for name in _listed(schema.get("required", []), "required", empty=True)]
        more = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        for name in required:
            if name not in properties:
                if more is False:
                    raise ContradictionError(f"“{name}” is required and not allowed")
                properties[name] = more
        low, high = _counts(schema, "minProperties", "maxProperties")
        if not properties:
            return self._map(more, low, high)
        if low > len(required) or (high is not None and high < len(properties)):
            raise UnsupportedError("minProperties or maxProperties together with properties")
        members: list[tuple[str, bool]] = []
        for name, value in properties.items():
            try:
                written = literal(json.dumps(name, ensure_ascii=False))
                members.append((f'{written} ":" " "? {self._visit(value)}', name in required))
            except ContradictionError:
                if name in required:
                    raise
        # rest: what follows when a member was written before; first: when none was
        rest, first = "", ""
        for member, needed in reversed(members):
            whole = self._add(member)
            if needed:
                first, rest = f"{whole} {rest}".strip(), self._add(f'"," ws {whole} {rest}'.strip())
            else:
                start = f"{whole} {rest}".strip()
                first = self._add(f"{start} | {first}" if first else f"({start})?")
                rest = self._add(f'("," ws {whole})? {rest}'.strip())
        return self._add(f'"{{" ws {first} ws "}}"' if first else '"{" ws "}"')

    def _map(self, values: Any, low: int, high: int | None) -> str:
        if low > 1:
            raise UnsupportedError("minProperties")  # a name that comes twice counts once
        if values is False or high == 0:
            if low:
                raise ContradictionError("an object must have properties and may have none")
            return self._add('"{" ws "}"')
        member = self._add(f'string ":" " "? {self._visit(values)}')
        rest = self._between(f'("," ws {member})', 0, None if high is None else high - 1)
        inside = f"{member} {rest} ws"
        return self._add(f'"{{" ws {inside} "}}"' if low else f'"{{" ws ({inside})? "}}"')


_NAME = re.compile(r"[a-zA-Z0-9-]+")


def _bare(rule: str) -> list[str]:
    """The alternatives of a rule that are nothing but a rule's name."""
    return [way for way in rule.split(" | ") if _NAME.fullmatch(way)]


def _no_number(text: str) -> float:
    raise ValueError(text)


def _listed(value: Any, keyword: str, *, empty: bool = False) -> list[Any]:
    if not isinstance(value, list) or (not value and not empty and keyword != "allOf"):
        raise SchemaError(f"{keyword} is no list of anything")
    return value


def _counts(schema: Mapping[str, Any], least: str, most: str) -> tuple[int, int | None]:
    low, high = schema.get(least, 0), schema.get(most)
    for value, keyword in ((low, least), (0 if high is None else high, most)):
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0 or value != int(value):
            raise SchemaError(f"{keyword} is no whole number")
    if high is not None and high < low:
        raise ContradictionError(f"{most} is below {least}")
    return int(low), None if high is None else int(high)


def _bound(schema: Mapping[str, Any], plain: str, exclusive: str, *, greatest: bool) -> tuple[Decimal | None, bool]:
    """The tighter of two bounds, and whether it is itself left out."""
    found: list[tuple[Decimal, bool]] = []
    strict = schema.get(exclusive)
    if plain in schema:
        found.append((_decimal(schema[plain], plain, far=True), strict is True))  # draft 4 had a truth value there
    if strict is not None and not isinstance(strict, bool):
        found.append((_decimal(strict, exclusive, far=True), True))
    if not found:
        return None, False
    sign = 1 if greatest else -1
    bound, without = max(found, key=lambda bound: (sign * bound[0], bound[1]))
    if sign * bound >= _MOST:
        raise UnsupportedError(f"{plain} with more than {MAX_DIGITS} digits")
    return bound, without


_MOST = 10**MAX_DIGITS
"""Every number that a reply writes without an exponent is smaller."""


def _decimal(value: Any, keyword: str, *, far: bool = False) -> Decimal:
    """far: it may have more digits than a reply may write."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise SchemaError(f"{keyword} is no number")
    if not far and abs(value) >= _MOST:
        raise UnsupportedError(f"{keyword} with more than {MAX_DIGITS} digits")
    return Decimal(value)


def _plain(value: Any) -> float:
    """A decimal inside an enum's value, as JSON writes it."""
    return float(value)


def _is_of(value: Any, kinds: Sequence[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in kinds
    if isinstance(value, int | Decimal):
        return "number" in kinds or ("integer" in kinds and value == int(value))
    names = {str: "string", list: "array", dict: "object", type(None): "null"}
    return names[type(value)] in kinds
