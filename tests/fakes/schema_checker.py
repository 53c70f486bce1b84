"""A small checker of JSON against JSON schemas, independent of what Samar makes of them: for tests."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any


def problems(value: Any, schema: Any, root: Any = None, place: str = "$") -> list[str]:
    """What of `schema` the value breaks; [] when it obeys."""
    root = schema if root is None else root
    if schema is True or schema == {}:
        return []
    if schema is False:
        return [f"{place}: nothing is allowed here"]
    found: list[str] = []

    def expect(good: bool, what: str) -> None:
        if not good:
            found.append(f"{place}: {what} broken by {value!r}")

    if "$ref" in schema:
        target = root
        for step in schema["$ref"].lstrip("#/").split("/") if schema["$ref"] != "#" else ():
            target = target[step.replace("~1", "/").replace("~0", "~")]
        found += problems(value, target, root, place)
    kinds = schema.get("type")
    if kinds is not None:
        expect(any(_is(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)), "type")
    if "enum" in schema:
        expect(any(_same(value, one) for one in schema["enum"]), "enum")
    if "const" in schema:
        expect(_same(value, schema["const"]), "const")
    for part in schema.get("allOf", []):
        found += problems(value, part, root, place)
    if "anyOf" in schema:
        expect(any(not problems(value, part, root, place) for part in schema["anyOf"]), "anyOf")
    if "oneOf" in schema:
        expect(sum(not problems(value, part, root, place) for part in schema["oneOf"]) == 1, "oneOf")
    if isinstance(value, dict):
        found += _object(value, schema, root, place)
    elif isinstance(value, list):
        found += _array(value, schema, root, place)
    elif isinstance(value, str):
        expect(len(value) >= schema.get("minLength", 0), "minLength")
        expect(len(value) <= schema.get("maxLength", math.inf), "maxLength")
        if "pattern" in schema:
            expect(re.search(schema["pattern"], value, re.ASCII) is not None, "pattern")
        if schema.get("format") == "date":
            expect(date.fromisoformat(value) is not None, "format")
    elif _is(value, "number"):
        expect(value >= schema.get("minimum", -math.inf), "minimum")
        expect(value <= schema.get("maximum", math.inf), "maximum")
        expect(value > schema.get("exclusiveMinimum", -math.inf), "exclusiveMinimum")
        expect(value < schema.get("exclusiveMaximum", math.inf), "exclusiveMaximum")
        if "multipleOf" in schema:
            times = value / schema["multipleOf"]
            expect(abs(times - round(times)) < 1e-6, "multipleOf")
    return found


def _object(value: dict[str, Any], schema: Any, root: Any, place: str) -> list[str]:
    found = [f"{place}: {name} is missing" for name in schema.get("required", []) if name not in value]
    known = schema.get("properties", {})
    for name, inner in value.items():
        inside = known.get(name, schema.get("additionalProperties", True))
        found += problems(inner, inside, root, f"{place}.{name}")
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", math.inf):
        found.append(f"{place}: {len(value)} properties")
    return found


def _array(value: list[Any], schema: Any, root: Any, place: str) -> list[str]:
    found: list[str] = []
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf):
        found.append(f"{place}: {len(value)} items")
    first = schema.get("prefixItems", [])
    for number, inner in enumerate(value):
        inside = first[number] if number < len(first) else schema.get("items", True)
        found += problems(inner, inside, root, f"{place}[{number}]")
    return found


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int | float):
        return kind == "number" or (kind == "integer" and value == int(value))
    return {str: "string", list: "array", dict: "object", type(None): "null"}[type(value)] == kind
