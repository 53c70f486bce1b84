"""A reply that streams in ends up as the same document as one that is read whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.core.chat import MessageStatus
from desktop.core.text import Direction
from desktop.ui.chat.blocks import Kind
from desktop.ui.chat.stream import MarkdownStream, blocks_of
from desktop.ui.chat.transcript import TranscriptView
from tests.ui.chat.conftest import reply, streaming, user

GALLERY = sorted((Path(__file__).parents[3] / "desktop/ui/chat/gallery").glob("*.md"))


def snapshot(view: TranscriptView) -> list[tuple[object, ...]]:
    out = []
    block = view.page.document().firstBlock()
    layout = view.page.document().documentLayout()
    while block.isValid():
        made = block.blockFormat()
        spans = tuple(
            (f.start, f.length, f.format.foreground().color().name(), f.format.font().key())
            for f in block.textFormats()
        )
        out.append(
            (
                block.text(),
                made.layoutDirection(),
                made.leftMargin(),
                made.rightMargin(),
                made.topMargin(),
                made.alignment(),
                spans,
                layout.blockBoundingRect(block).getRect(),
            )
        )
        block = block.next()
    return out


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [1, 2])
def test_that_streaming_and_reading_at_once_give_the_same_document(
    make_view: Callable[..., TranscriptView], qtbot: QtBot, path: Path, seed: int
) -> None:
    text = path.read_text(encoding="utf-8")
    whole, streamed = make_view(), make_view()
    question = user("سؤال بالعربية")
    whole.set_messages([question, reply(text)])
    streamed.set_messages([question, streaming()])
    pieces = random.Random(seed)
    at = 0
    while at < len(text):
        size = pieces.randint(1, 30)
        streamed.append_chunk(2, text[at : at + size])
        at += size
    streamed.finish_message(reply(text))
    for view in (whole, streamed):
        qtbot.waitUntil(lambda view=view: view.formulas.is_settled, timeout=30_000)
    assert snapshot(streamed) == snapshot(whole)


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", range(6))
def test_that_stable_blocks_never_change(path: Path, seed: int) -> None:
    text = path.read_text(encoding="utf-8")
    pieces = random.Random(seed)
    stream = MarkdownStream(Direction.RTL)
    out = []
    at = 0
    while at < len(text):
        size = pieces.randint(1, 12)
        stream.feed(text[at : at + size])
        out += stream.update().stable
        at += size
    out += stream.finish().stable
    if "]: " not in text:  # explanations of footnotes and links reach back; the document then reads the whole again
        assert out == blocks_of(text, Direction.RTL)


def test_that_the_unfinished_end_stays_small_in_a_long_reply() -> None:
    stream = MarkdownStream(Direction.LTR)
    longest = 0
    for round_ in range(60):
        stream.feed(f"{round_}. Item\n\nA paragraph.\n\n```python\n" + "x = 1\n" * 40 + "```\n\n")
        longest = max(longest, len(stream.update().tail))
    assert longest <= 4


def test_that_a_direction_does_not_flicker_while_a_paragraph_is_written(view: TranscriptView) -> None:
    view.set_messages([user("سؤال"), streaming()])
    seen: list[Direction] = []
    for word in ["Python", "وTensorFlow", "هما", "أداتان", "مشهورتان", "في", "تعلّم", "الآلة"]:
        view.append_chunk(2, word + " ")
        answer = view.chat.entries[2].answer
        assert answer is not None
        seen.append(answer.tail[-1].direction)
    assert set(seen) == {Direction.RTL}


def test_that_the_emphasis_signs_of_an_unfinished_span_do_not_flash_up(view: TranscriptView) -> None:
    view.set_messages([user("q"), streaming()])
    for piece in ("Some **bold", " text", "** and `co", "de", "` end"):
        view.append_chunk(2, piece)
        assert "*" not in view.page.toPlainText()
        assert "`" not in view.page.toPlainText()


def test_that_a_reply_shows_a_sign_before_its_first_word_and_its_state_after_its_last(view: TranscriptView) -> None:
    view.set_messages([user("q"), streaming()])
    assert "…" in view.page.toPlainText()
    view.append_chunk(2, "Half a sen")
    assert "…" not in view.page.toPlainText()
    view.finish_message(reply("Half a sen", status=MessageStatus.STOPPED))
    assert view.page.toPlainText().index("Half a sen") < view.page.toPlainText().index("Stopped")


@pytest.mark.parametrize("sign", ["-", "- ", "--", "=", "*", "1", "12."])
def test_that_the_sign_of_a_coming_list_changes_nothing_before_it(sign: str) -> None:
    """A dash alone would make a heading of the line before it, until the item's first letter comes."""
    stream = MarkdownStream(Direction.LTR)
    stream.feed("What one needs:\n" + sign)
    (line,) = stream.update().tail
    assert (line.kind, line.text) == (Kind.PARAGRAPH, "What one needs:")


def test_that_a_heading_under_lined_is_one_once_its_line_has_ended() -> None:
    assert [block.kind for block in blocks_of("Title\n---\n\ntext", Direction.LTR)] == [Kind.HEADING, Kind.PARAGRAPH]
