"""Answers of the bundled model are found in its table, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from desktop.core.paths import starter_model
from desktop.core.reply_actions import ACTIONS, LONGEST, ReplyActions

PRINTING = "Choose “Export” on the chat in the sidebar, then “Print…”: the print dialog of your system opens."


@pytest.fixture
def table() -> ReplyActions:
    return ReplyActions("Samar Starter", {PRINTING: ("export", "format_disk"), "Press “New chat”.": ("new_chat",)})


def test_that_an_answer_leads_to_its_pages_and_unknown_pages_are_left_out(table: ReplyActions) -> None:
    assert table.of(PRINTING) == ("export",)


@pytest.mark.parametrize(
    "reply", [PRINTING.upper(), PRINTING.replace("the print dialog", "the dialog"), f"Sure. {PRINTING}"]
)
def test_that_a_word_more_or_less_changes_nothing(table: ReplyActions, reply: str) -> None:
    assert table.of(reply) == ("export",)


@pytest.mark.parametrize(
    "reply",
    ["", "Choose “Export”.", PRINTING[:40], f"{PRINTING} {' '.join(map(str, range(9)))}", "x " * LONGEST, "مرحبا"],
)
def test_that_other_texts_lead_nowhere(table: ReplyActions, reply: str) -> None:
    assert table.of(reply) == ()


def test_that_many_replies_are_told_apart_however_many_were_asked_about(table: ReplyActions) -> None:
    for number in range(1000):
        assert table.of(f"Answer {number}") == ()
    assert table.of(PRINTING) == ("export",)


def test_that_the_shipped_table_names_known_pages_only() -> None:
    path = starter_model().with_name("actions.json")
    topics = json.loads(path.read_text(encoding="utf-8"))["topics"]
    assert {name for topic in topics.values() for name in topic["actions"]} <= ACTIONS
    table = ReplyActions.read(path)
    for topic in topics.values():
        for answer in topic["answers"]:
            assert set(table.of(answer)) == set(topic["actions"]), answer


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"model": "m", "topics": {"a": 1}}', '{"model": "m", "topics": {"a": {}}}']
)
def test_that_a_malformed_table_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "actions.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(msgspec.DecodeError):
        ReplyActions.read(path)
