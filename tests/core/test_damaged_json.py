"""A file of our own with one damaged row gives all others, whatever the damage is."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from desktop.core.damaged_json import partly_read, whole_values
from desktop.core.settings import Settings, SettingsFile


class _Row(msgspec.Struct):
    id: str
    parts: list[dict[str, int]] = []


class _File(msgspec.Struct, kw_only=True):
    version: int = 1
    rows: list[_Row] = []
    named: dict[str, _Row] = {}


HARMS = {
    "a byte that is no UTF-8": lambda row: row[:8] + b"\xff" + row[9:],
    "a zero": lambda row: row[:8] + b"\0" + row[9:],
    "no quotation mark": lambda row: row.replace(b'"', b"", 1),
    "no opening brace": lambda row: row[1:],
    "no closing brace": lambda row: row[:-1],
    "cut": lambda row: row[: len(row) // 2],
    "a block of zeros": lambda row: bytes(len(row)),
}


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_that_a_damaged_row_costs_itself_only(harm: str, number: int) -> None:
    rows = [_Row(f"row-{n}-é", [{"a": n}, {"b": n}]) for n in range(3)]
    raw = msgspec.json.encode(_File(rows=rows, named={f"{n:032x}": row for n, row in enumerate(rows)}))
    row = msgspec.json.encode(rows[number])
    listed = raw.replace(row, HARMS[harm](row), 1)
    read, is_whole = partly_read(listed, _File, lambda key: len(key) == 32)
    assert read is not None
    assert {one.id for one in read.rows} >= {one.id for one in rows} - {rows[number].id}
    assert {one.id for one in read.rows} <= {one.id for one in rows}
    assert not is_whole
    at = raw.rindex(row)
    named = raw[:at] + HARMS[harm](row) + raw[at + len(row) :]
    read, _ = partly_read(named, _File, lambda key: len(key) == 32)
    assert read is not None
    assert {one.id for one in read.named.values()} >= {one.id for one in rows} - {rows[number].id}
    assert [one.id for one in read.rows][:3] == [one.id for one in rows]


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 3_000, b'"' * 1000])
def test_that_what_holds_no_row_is_told_from_an_empty_file(raw: bytes) -> None:
    assert partly_read(raw, _File) == (None, False)
    assert partly_read(b"{}", _File) == (_File(), True)


def test_that_nothing_is_read_that_was_not_written() -> None:
    """Bytes changed at random: what comes is part of the file as it stands."""
    raw = msgspec.json.encode(_File(rows=[_Row(f"r{n}") for n in range(20)]))
    chance = random.Random(5)
    for _ in range(300):
        harmed = bytearray(raw)
        harmed[chance.randrange(len(raw))] = chance.randrange(256)
        for _, text in whole_values(bytes(harmed)):
            assert text in bytes(harmed)


def test_that_settings_around_a_damaged_one_are_kept(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    file.save(Settings(context=8192, threads=3, last_model="/m.gguf"))
    raw = file.path.read_bytes().replace(b'"threads": 3', b'"threads": \xff\0')
    file.path.write_bytes(raw)
    settings, problem = SettingsFile(file.path).load()
    assert (settings.context, settings.last_model, settings.threads) == (8192, "/m.gguf", 0)
    assert problem is not None and problem.code == "settings_partly_read"
    assert "threads" in problem.details["fields"] and "context" not in problem.details["fields"]
    (aside,) = tmp_path.glob("settings-damaged-*.json")
    assert aside.read_bytes() == raw
    assert SettingsFile(file.path).load() == (settings, None), "the next start has them too"


def test_that_settings_cut_short_are_kept_as_far_as_they_go(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    file.save(Settings(context=8192, last_model="/m.gguf"))
    raw = file.path.read_bytes()
    file.path.write_bytes(raw[: raw.index(b'"last_model"')])
    settings, problem = SettingsFile(file.path).load()
    assert settings == Settings(context=8192)
    assert problem is not None and problem.code == "settings_partly_read"
