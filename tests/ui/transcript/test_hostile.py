"""Input that no one means well: the window stays, and the work stays bounded."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from desktop.core.text import Direction
from desktop.parsing import typesetting
from desktop.ui.transcript.blocks import Block
from desktop.ui.transcript.link_popover import destination
from desktop.ui.transcript.stream import MarkdownStream, blocks_of
from desktop.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import reply, streaming, user

HOSTILE = {
    "one line of a megabyte": "x" * 1_000_000,
    "one line of a megabyte of words": "word " * 200_000,
    "ten thousand quotes": "> " * 10_000 + "end",
    "ten thousand lists": "- " * 10_000 + "end",
    "a fence that never closes": "```python\n" + "print(1)\n" * 5_000,
    "a code line of a megabyte": "```\n" + "a" * 1_000_000,
    "emphasis that never closes": "*a **b " * 3_000,
    "brackets that never close": "[" * 20_000,
    "images that never close": "![[" * 5_000,
    "formulas that never close": "$" * 20_000,
    "formulas in brackets that never close": "\\[\n" * 20_000,
    "ticks that never close": "`" * 9_999 + "a",
    "a table of five thousand columns": "|a" * 5_000 + "\n" + "|-" * 5_000 + "\n" + "|b" * 5_000,
    "lists inside lists": "\n".join("  " * depth + "- x" for depth in range(400)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_that_hostile_markdown_is_read_in_bounded_time_and_shown(view: TranscriptView, name: str) -> None:
    started = time.thread_time()
    view.set_messages([user("q"), reply(HOSTILE[name])])
    assert time.thread_time() - started < 10  # seconds of work; each takes under one on an idle machine
    assert view.page.document().characterCount() > 3


@pytest.mark.parametrize("name", ["ten thousand quotes", "brackets that never close", "a fence that never closes"])
def test_that_hostile_markdown_can_stream(name: str) -> None:
    text = HOSTILE[name][:12_000]
    stream = MarkdownStream(Direction.LTR)
    out = []
    started = time.thread_time()
    for at in range(0, len(text), 300):
        stream.feed(text[at : at + 300])
        out += stream.update().stable
    out += stream.finish().stable
    assert time.thread_time() - started < 10
    assert any(isinstance(block, Block) and block.text for block in out)


def test_that_nothing_of_a_deeply_nested_text_is_lost() -> None:
    (block,) = blocks_of("> " * 10_000 + "the end", Direction.LTR)[-1:]
    assert isinstance(block, Block) and "the end" in block.text


def test_that_overrides_are_shown_and_not_obeyed(view: TranscriptView) -> None:
    view.set_messages([user("\u202etxt.exe"), reply("safe \u202egnp.exe\u202c `a\u2066b`")])
    text = view.page.document().toRawText()
    assert "[U+202E]" in text and "[U+202C]" in text and "[U+2066]" in text
    assert "\u202e" not in text and "\u202c" not in text


def test_that_raw_html_is_text_and_images_are_words(view: TranscriptView) -> None:
    view.set_messages(
        [user("q"), reply('<script>alert(1)</script> <img src="http://x/y.png"> ![a cat](http://x/cat.png)')]
    )
    text = view.page.toPlainText()
    assert "<script>alert(1)</script>" in text and '<img src="http://x/y.png">' in text and "a cat" in text
    assert "\ufffc" not in text


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/x.png", "file:///etc/passwd", "qrc:/x", "data:image/png;base64,"]
)
def test_that_no_resource_is_ever_loaded(view: TranscriptView, address: str) -> None:
    assert view.page.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl(address)) is None
    assert view.page.loadResource(QTextDocument.ResourceType.HtmlResource.value, QUrl(address)) is None


@pytest.mark.parametrize(
    ("address", "host", "opens"),
    [
        ("https://example.com/a?b=c", "example.com", True),
        ("https://example.com@evil.test/", "evil.test", True),
        ("https://exämple.com/", "xn--exmple-cua.com", True),
        ("mailto:someone@example.com", "example.com", True),
        ("file:///etc/passwd", "", False),
        ("javascript:alert(1)", "", False),
        ("smb://server/share", "server", False),
        ("https://[bad", "", False),
    ],
)
def test_that_a_link_says_where_it_leads(address: str, host: str, opens: bool) -> None:
    found = destination(address)
    assert (found.host, found.may_open) == (host, opens)


def test_that_a_formula_that_takes_too_long_is_shown_as_its_source(
    view: TranscriptView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "LIMIT_S", 0.3)
    endless = "{" * 29 + "x" + "}" * 29
    view.set_messages([user("q"), reply(f"The sum is ${endless}$.")])
    qtbot.waitUntil(lambda: view.formulas.is_settled)
    assert f"${endless}$" in view.page.document().toPlainText()


def test_that_the_view_is_closed_while_a_formula_and_code_are_read(view: TranscriptView, qtbot: QtBot) -> None:
    """They would take days and minutes."""
    code = "\t" * 2000
    view.set_messages([user("q"), reply(f"${'{' * 29}x{'}' * 29}$\n\n```easytrieve\n{code}\n{code}\n```\n")])
    qtbot.waitUntil(lambda: view.formulas.pid is not None and view.code.pid is not None)
    view.close_parsers()
    assert view.formulas.pid is None
    assert view.code.pid is None


def test_that_a_formula_that_does_not_parse_is_shown_as_its_source(view: TranscriptView, qtbot) -> None:  # type: ignore[no-untyped-def]
    view.set_messages([user("q"), reply(r"broken $\frac{1}{$ and fine $x^2$")])
    qtbot.waitUntil(lambda: view.formulas.is_settled, timeout=30_000)
    text = view.page.toPlainText()
    assert r"$\frac{1}{$" in text
    assert text.count("\ufffc") == 1


def test_that_a_chunk_for_a_message_that_is_gone_is_ignored(view: TranscriptView) -> None:
    view.set_messages([user("q"), streaming()])
    view.remove_from(2)
    view.append_chunk(2, "late")
    assert "late" not in view.page.toPlainText()
