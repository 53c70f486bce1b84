"""JSON schemas as data: which types one allows, two of them as one (allOf), and whether two exclude each other (oneOf)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

ANNOTATIONS = frozenset(
    (
        *("$schema", "$id", "$comment", "$defs", "definitions", "$anchor", "$vocabulary", "id"),
        *("title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly"),
        *("contentEncoding", "contentMediaType", "contentSchema"),
    )
)
_UNKEPT = frozenset(
    (
        *("not", "if", "then", "else", "contains", "minContains", "maxContains", "patternProperties", "propertyNames"),
        *("dependentRequired", "dependentSchemas", "dependencies", "$dynamicRef", "$recursiveRef", "unevaluatedItems"),
    )
)
_OF_TYPE = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")


_SHAPES: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("properties",), (dict,)),
    **dict.fromkeys(("required", "enum", "anyOf", "oneOf", "allOf", "prefixItems"), (list,)),
    **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "additionalItems"), (dict, bool)),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), (int, Decimal)),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), (int, Decimal, bool)),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), (int, Decimal)),
    **dict.fromkeys(("minProperties", "maxProperties"), (int, Decimal)),
    "type": (str, list),
    "items": (dict, bool, list),
    "pattern": (str,),
    "$ref": (str,),
    "uniqueItems": (bool,),
}


class SchemaError(Exception):
    """What is no schema, and why."""


class UnsupportedError(Exception):
    """What of a schema no grammar can keep."""


class ContradictionError(Exception):
    """A schema that nothing obeys."""


def check_shapes(schema: Mapping[str, Any]) -> None:
    """Raise SchemaError where a keyword has a value of the wrong kind. Schemas inside are not looked at."""
    for keyword, value in schema.items():
        kinds = _SHAPES.get(keyword)
        if kinds is not None and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
            raise SchemaError(f"{keyword} has a value of the wrong kind")
    if not all(isinstance(name, str) for name in schema.get("required", [])):
        raise SchemaError("required names what is no text")


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """The types that a reply may have. A schema without `type` that speaks of one type only is taken at its word.

    Raises UnsupportedError for keywords that no grammar keeps, SchemaError for types that are none.
    """
    for keyword in schema:
        if keyword in _UNKEPT:
            raise UnsupportedError(keyword)
    given = schema.get("type")
    if given is None:
        for kind, keywords in _OF_TYPE.items():
            if any(keyword in schema for keyword in keywords):
                return [kind]
        return ["object", "array", "string", "number", "boolean", "null"]
    kinds = [given] if isinstance(given, str) else given
    if not isinstance(kinds, list) or not kinds or any(kind not in TYPES for kind in kinds):
        raise SchemaError(f"{given} is no type")
    if "number" in kinds and "integer" in kinds:
        kinds = [kind for kind in kinds if kind != "integer"]
    return list(dict.fromkeys(kinds))


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that both obey. Raises ContradictionError where nothing does, UnsupportedError where it can't be told."""
    result = dict(one)
    closed = [schema for schema in (one, other) if schema.get("additionalProperties") is False]
    for key, value in other.items():
        result[key] = (
            _MERGES[key](result[key], value) if key in result and key in _MERGES else _only(result, key, value)
        )
    if closed and "properties" in result:
        result["properties"] = {
            name: value
            for name, value in result["properties"].items()
            if all(name in schema.get("properties", {}) for schema in closed)
        }
    return result


def _only(schema: Mapping[str, Any], key: str, value: Any) -> Any:
    if key in schema and schema[key] != value:
        raise UnsupportedError(f"allOf with two {key}")
    return value


def _types(one: Any, other: Any) -> list[str]:
    first, second = types_of({"type": one}), types_of({"type": other})
    both = [kind for kind in first if kind in second or (kind == "integer" and "number" in second)]
    both += [kind for kind in second if kind == "integer" and "number" in first]
    if not both:
        raise ContradictionError("two parts of it ask for different types")
    return both


def _enums(one: Any, other: Any) -> list[Any]:
    both = [value for value in one if value in other]
    if not both:
        raise ContradictionError("two parts of it have no value in common")
    return both


def _consts(one: Any, other: Any) -> Any:
    if one != other:
        raise ContradictionError("two parts of it ask for different values")
    return one


def _schemas(one: Any, other: Any) -> Any:
    if one is True or one == other:
        return other
    if other is True:
        return one
    return False if one is False or other is False else {"allOf": [one, other]}


def _properties(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(one)
    for name, value in other.items():
        result[name] = _schemas(result[name], value) if name in result else value
    return result


def _required(one: list[str], other: list[str]) -> list[str]:
    return list(dict.fromkeys([*one, *other]))


def _choices(one: list[Any], other: list[Any]) -> list[Any]:
    return [{"allOf": [first, second]} for first in one for second in other]


_MERGES: Mapping[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _enums,
    "const": _consts,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _schemas,
    "items": _schemas,
    "anyOf": _choices,
    "oneOf": _choices,
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
    "uniqueItems": lambda one, other: one or other,
}


def disjoint(one: Any, other: Any) -> bool:
    """Whether no value written for `one` obeys `other`: certainly, False where that is not plain to see.

    Both without $ref and allOf at their top.
    """
    if not isinstance(one, Mapping) or not isinstance(other, Mapping) or "anyOf" in one or "oneOf" in one:
        return False
    check_shapes(one)
    check_shapes(other)
    values, others = _values(one), _values(other)
    if values is not None and others is not None:
        return not any(value in others for value in values)
    kinds = set(types_of(one))
    other_kinds = set(types_of(other)) if "type" in other else set(TYPES)  # without it every type may pass
    numeric = {"number", "integer"}
    if not kinds & other_kinds and not (kinds & numeric and other_kinds & numeric):
        return True
    if kinds != {"object"}:
        return False
    written, required = one.get("properties", {}), other.get("required", [])
    if written and any(name not in written and name not in one.get("required", []) for name in required):
        return True
    expected = other.get("properties", {})
    return any(
        name in expected and name in written and disjoint(written[name], expected[name])
        for name in one.get("required", [])
    )


def _values(schema: Mapping[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values = schema.get("enum")
    return values if isinstance(values, list) else None
