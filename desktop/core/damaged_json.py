"""Reads what is whole of a JSON file of Samar's own whose structure is damaged: a bad byte in one row costs that row."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_MOST_FAILURES = 2_000
"""Places at which no value begins, before the rest is given up."""
_KEY_OR_OBJECT = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"\s*:\s*(?=[\[{])|\{|\[')


_FIELD = re.compile(r'^ {2}"(\w+)": ', re.MULTILINE)

_Read = TypeVar("_Read", bound=msgspec.Struct)


def partly_read(
    raw: bytes, kind: type[_Read], is_key: Callable[[str], bool] = lambda _: False
) -> tuple[_Read | None, bool]:
    """A file of which single rows are none, without these; None when no row can be read. And whether its structure is whole.

    kind: what the file holds: lists and mappings of rows, and single values, all with defaults. is_key: whether a name may
    stand before a row of a mapping, which is needed where the structure is damaged.
    """
    is_whole = True
    try:
        fields = msgspec.json.decode(raw, type=dict[str, object])
    except _UNREADABLE:
        fields, is_whole = _fields(raw, kind(), is_key), False
        if not fields:
            return None, False
    read = kind()
    for name in kind.__struct_fields__:
        value = fields.get(name, getattr(read, name))
        parts: list[object] = [value]
        if isinstance(value, list):
            parts = [[item] for item in value]
        elif isinstance(value, dict):
            parts = [{key: item} for key, item in value.items()]
        for part in parts:
            try:
                found = getattr(msgspec.convert({name: part}, kind), name)
            except msgspec.ValidationError:
                continue
            if isinstance(found, list):
                getattr(read, name).extend(found)
            elif isinstance(found, dict):
                getattr(read, name).update(found)
            else:
                setattr(read, name, found)
    return read, is_whole


def _fields(raw: bytes, empty: msgspec.Struct, is_key: Callable[[str], bool]) -> dict[str, Any]:
    """The rows of a damaged file, in every field that may be theirs: converting tells whose they are."""
    lists = {name for name in empty.__struct_fields__ if isinstance(getattr(empty, name), list)}
    mappings = {name for name in empty.__struct_fields__ if isinstance(getattr(empty, name), dict)}
    fields: dict[str, Any] = {}
    for key, text in whole_values(raw):
        try:
            value = msgspec.json.decode(text)
        except _UNREADABLE:  # a byte that is no UTF-8
            continue
        if key in lists and isinstance(value, list):
            fields.setdefault(key, []).extend(value)
        elif not key and isinstance(value, dict):
            for name in lists:
                fields.setdefault(name, []).append(value)
        for row_key, row in _keyed({key: value}, is_key):
            for name in mappings:
                fields.setdefault(name, {})[row_key] = row
    return fields


def _keyed(value: object, is_key: Callable[[str], bool]) -> Iterator[tuple[str, object]]:
    """The rows in `value` by their keys: one that lost its closing brace holds those behind it."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if is_key(key):
            yield key, inner
        yield from _keyed(inner, is_key)


def whole_fields(raw: bytes) -> dict[str, object]:
    """The fields of a damaged object that are whole, of a file as msgspec formats it: each begins a line, two blanks deep."""
    text, decoder = raw.decode("latin-1"), json.JSONDecoder()
    fields: dict[str, object] = {}
    for found in _FIELD.finditer(text):
        try:
            end = decoder.raw_decode(text, found.end())[1]
            fields[found[1]] = msgspec.json.decode(raw[found.end() : end])
        except (ValueError, *_UNREADABLE):
            continue
    return fields


def whole_values(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """The objects and lists of `raw` that are whole, the outermost ones, in their order; with each the key before it, or "".

    Where one is damaged, what is whole inside of it comes instead. The file as a whole is such a value if nothing is wrong.
    """
    text = raw.decode("latin-1")  # a letter for each byte: places in the text are places in the file
    decoder = json.JSONDecoder()
    at, failures = 0, 0
    while failures < _MOST_FAILURES and (found := _KEY_OR_OBJECT.search(text, at)) is not None:
        is_key = found[0][0] == '"'
        begin = found.end() if is_key else found.start()
        try:
            end = decoder.raw_decode(text, begin)[1]
            raw[begin:end].decode()
        except (ValueError, RecursionError):
            failures += 1
            at = begin + 1
        else:
            yield _key(found[0], raw[found.start() : found.end()]) if is_key else "", raw[begin:end]
            at = end


def _key(text: str, raw: bytes) -> str:
    try:
        return str(json.loads(raw[: text.rindex('"') + 1]))
    except ValueError:
        return ""
