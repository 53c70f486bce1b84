"""Code leaves the window as it was written, whatever the window shows in its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextBlock

from desktop.ui.transcript.copying import code_text
from desktop.ui.transcript.style import P_KIND
from desktop.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import blocks, reply, streaming, user
from tests.ui.transcript.markdown_samples import indented

SOURCES = {
    "long lines": json.dumps({"data": "x" * 9000}) + "\nnext",
    "a line as long as a piece": "a" * 4000 + "\n" + "b" * 8000,
    "controls": "printf '\x1b[31mred\x1b[0m' # \ufeff \x00 \x7f",
    "line ends of other kinds": "a = 'x\u2028y\u2029z'\nb\x85",
    "overrides": "if a: \u202e# }\u2066 \u2069 admin",
    "tabs": "if x:\n\treturn\t1\n\n\n\t\ty",
    "Arabic": 'print("مرحبا", 6 * 2)\n# تعليق "عربي" 5\nname = "بيت" + "باب"',
    "a here-document": "cat <<'EOF'\n  x\nEOF",
    "deep": " " * 60 + "- deep\n" + "- - - - - - - - - - - - - - - - - - - x",
    "pairs": "s = '😀\x1b😀' # 😀",
}
CODE = st.lists(
    st.sampled_from(["a", " ", "\t", "\n", "\x1b", "\ufeff", "\u202e", "😀", "ب", '"', "- ", "\u2028", "5"])
).map("".join)


def head(view: TranscriptView) -> QTextBlock:
    return blocks(view, "code-head")[0]


def chosen(view: TranscriptView, first: int = 0, last: int | None = None) -> str:
    """What is copied when a part of all the lines of code is selected; first, last: positions in it."""
    lines = blocks(view, "code")
    cursor = view.page.textCursor()
    cursor.setPosition(lines[0].position() + first)
    end = lines[-1].position() + lines[-1].length() - 1 if last is None else lines[0].position() + last
    cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
    view.page.setTextCursor(cursor)
    return view.page.createMimeDataFromSelection().text()


def fenced(code: str, before: str) -> str:
    text = f"```python\n{code}\n```"
    return before + (indented("\n" + text, 4) if before else text)


@pytest.mark.parametrize("before", ["", "10. a:\n", "- a\n  - b:\n"])
@pytest.mark.parametrize("name", SOURCES)
def test_that_code_is_copied_as_it_was_written(view: TranscriptView, name: str, before: str) -> None:
    if before and "\u2028" in SOURCES[name]:
        return  # such a line end is one for lists too
    code = SOURCES[name]
    view.set_messages([user("q"), reply(fenced(code, before))])
    assert code_text(head(view)) == code
    if name != "line ends of other kinds":  # a line end at the end of the selection is not in it
        assert chosen(view) == code
    view.set_messages([user("q"), streaming()])
    for at in range(0, len(fenced(code, before)), 61):
        view.append_chunk(2, fenced(code, before)[at : at + 61])
    assert code_text(head(view)).rstrip("\n") == code
    view.finish_message(reply(fenced(code, before)))
    assert code_text(head(view)) == code


def test_that_any_code_is_copied_as_it_was_written(view: TranscriptView) -> None:
    @settings(max_examples=120)
    @given(CODE)
    def compare(code: str) -> None:
        view.set_messages([user(f"~~~\n{code}\n~~~"), reply(f"~~~\n{code}\n~~~", 2)])
        for found in blocks(view, "code-head"):
            assert code_text(found) == code

    compare()


def test_that_a_part_of_a_line_is_copied_as_it_was_written(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("```\na\ufeffb\x1bc😀d\n```")])
    assert blocks(view, "code")[0].text() == "a[U+FEFF]b␛c😀d"
    assert chosen(view, 0, 9) == "a\ufeff"
    assert chosen(view, 9, 14) == "b\x1bc😀"
    assert chosen(view, 10, 11) == "\x1b"
    assert chosen(view, 0, 1) == "a"


def test_that_code_between_other_blocks_stays_in_its_list(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("1. First:\n\n   ```sh\n   ls\n   ```\n\n2. Second")])
    every = [block for block in blocks(view) if block.blockFormat().property(P_KIND) in ("paragraph", "code")]
    cursor = view.page.textCursor()
    cursor.setPosition(every[0].position())
    cursor.setPosition(every[-1].position() + every[-1].length() - 1, cursor.MoveMode.KeepAnchor)
    view.page.setTextCursor(cursor)
    assert view.page.createMimeDataFromSelection().text() == "1. First:\n\n   ls\n\n2. Second"


def test_that_a_line_break_in_a_cell_is_copied_as_one(view: TranscriptView) -> None:
    view.set_messages([user("q"), reply("| a | b |\n|---|---|\n| one<br>two | `<br>` |")])
    view.page.selectAll()
    text = bytes(view.page.createMimeDataFromSelection().data("text/markdown").data()).decode()
    assert "one<br>two" in text
