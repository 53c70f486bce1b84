"""A reply that streams in ends up as the same document as one that is read whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from pytestqt.qtbot import QtBot

from desktop.core.chat import MessageStatus
from desktop.core.text import Direction
from desktop.ui.transcript.blocks import Kind
from desktop.ui.transcript.stream import MarkdownStream, blocks_of
from desktop.ui.transcript.view import TranscriptView
from tests.ui.transcript.conftest import blocks as blocks_in
from tests.ui.transcript.conftest import reply, streaming, user
from tests.ui.transcript.markdown_samples import split_texts

GALLERY = sorted((Path(__file__).parents[3] / "desktop/ui/transcript/gallery").glob("*.md"))


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
    if not stream.reaches_back:  # explanations of footnotes and links; the document then reads the whole again
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


def streamed(pieces: list[str]) -> tuple[list[object], bool]:
    stream = MarkdownStream(Direction.LTR)
    out: list[object] = []
    for at, piece in enumerate(pieces):
        stream.feed(piece)
        out += stream.update().stable
        if stream.turned:  # the document then reads all anew
            stream = MarkdownStream(Direction.LTR)
            stream.feed("".join(pieces[: at + 1]))
            out = list(stream.update().stable)
            assert not stream.turned
    return out + stream.finish().stable, stream.reaches_back


@settings(max_examples=300)
@given(split_texts())
def test_that_blocks_are_the_same_however_a_text_is_cut(pieces: list[str]) -> None:
    text = "".join(pieces)
    blocks, reaches_back = streamed(pieces)
    assert (blocks, reaches_back) == streamed([text])
    if not reaches_back:
        assert blocks == blocks_of(text, Direction.LTR)


def test_that_the_document_is_the_same_however_a_reply_is_cut(
    make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    """Text, formats, lists, tables and places, of any Markdown, with footnotes that reach back."""
    whole, live = make_view(), make_view()

    @settings(max_examples=60)
    @given(split_texts())
    def compare(pieces: list[str]) -> None:
        text = "".join(pieces)
        whole.set_messages([user("q"), reply(text)])
        live.set_messages([user("q"), streaming()])
        for piece in pieces:
            live.append_chunk(2, piece)
        live.finish_message(reply(text))
        for view in (whole, live):
            qtbot.waitUntil(lambda view=view: view.formulas.is_settled, timeout=60_000)
        assert snapshot(live) == snapshot(whole)

    compare()


@pytest.mark.parametrize(
    "text",
    [
        "Steps:\n\n1. First.\n\n1. Second.\n\n1. Third.\n\nDone.",
        "1. **Open** it:\n\n   ```sh\n   ls\n   ```\n\n1. Close it.\n\n1. End.\n",
        "الخطوات:\n\n1. افتح الملف.\n\n1. عدّل النص.\n\nانتهى.",
        "7) a\n7) b\n\n8) c",
    ],
)
def test_that_a_list_counts_on_while_it_is_written(text: str) -> None:
    blocks, _ = streamed(list(text))
    numbers = [block.marker for block in blocks if getattr(block, "marker", "")]  # type: ignore[attr-defined]
    first = int(numbers[0][0])
    assert numbers == [f"{first + at}{numbers[0][1]}" for at in range(len(numbers))]


def kinds(text: str) -> list[str]:
    return [str(block.kind) for block in blocks_of(text, Direction.LTR)]


@pytest.mark.parametrize(("marker", "blanks"), [("1. ", 3), ("- ", 2), ("1. ", 4), ("10. ", 4), ("- a\n  - ", 4)])
def test_that_long_code_in_a_list_is_one_block(marker: str, blanks: int) -> None:
    lines = ["```python", *(f"a[{i}] = b[{i}] + c[{i}]" for i in range(200)), "```"]
    text = f"{marker}Do this:\n\n" + "\n".join(" " * blanks + line for line in lines) + "\n\nAfter **it**."
    assert kinds(text).count(Kind.CODE_HEAD) == 1
    assert blocks_of(text, Direction.LTR)[-1].text == "After it."  # type: ignore[union-attr]


def test_that_nothing_is_cut_for_its_length() -> None:
    code = "\n".join(f"    a[{i}] = b[{i}]" for i in range(100))
    assert kinds(f"Text:\n\n{code}\n\nend").count(Kind.CODE_HEAD) == 1
    cited = " ".join(f"Claim {i} [{i}]." for i in range(200)) + " And **bold**."
    assert "**" not in blocks_of(cited, Direction.LTR)[0].text  # type: ignore[union-attr]
    matrix = "$$\n\\begin{matrix}" + " & ".join(f"x_{{[{i}]}}" for i in range(70)) + "\\end{matrix}\n$$"
    assert kinds(matrix) == [Kind.FORMULA]
    signs = "\\[\na\n+ b\n- c\n\\]"
    assert kinds(signs) == [Kind.FORMULA]
    assert kinds(f"- x:\n  {signs}".replace("\n", "\n  ")) == [Kind.PARAGRAPH, Kind.FORMULA]


def test_that_a_thought_that_is_read_while_it_is_written_is_the_same_afterwards(
    make_view: Callable[..., TranscriptView],
) -> None:
    text = "ab " * 30 + "\n\nكلمة abc def"
    done = reply("Answer.", thinking=text)
    live, whole = make_view(), make_view()
    live.set_messages([user("q"), streaming()])
    live.append_chunk(2, "", text[:50])
    live.chat.toggle_thinking(2)
    for at in range(50, len(text)):
        live.append_chunk(2, "", text[at])
    live.append_chunk(2, "Answer.")
    live.finish_message(done)
    whole.set_messages([user("q"), done])
    whole.chat.toggle_thinking(2)
    assert snapshot(live) == snapshot(whole)


def test_that_footnotes_without_a_reference_are_not_lost() -> None:
    found = blocks_of("Text[^b].\n\n[^a]: first note\n\n[^b]: second note", Direction.LTR)
    assert [(block.marker, block.text) for block in found if block.marker] == [  # type: ignore[union-attr]
        ("1.", "second note"),
        ("2.", "first note"),
    ]


PERSON = '{\n  "name": "سمر",\n  "tags": ["a", "b"]\n}'


@pytest.mark.parametrize(
    "text", [PERSON, "\n\n" + PERSON + "\n\n", PERSON[:30], PERSON + "\r\n", "[]", '["a", "b"]', "[1, 2]"]
)
def test_that_a_reply_that_is_json_as_a_whole_is_one_code_block(text: str) -> None:
    blocks, reaches_back = streamed(list(text))
    assert blocks == blocks_of(text, Direction.RTL)
    assert not reaches_back
    found = [(str(block.kind), block.text) for block in blocks]  # type: ignore[attr-defined]
    lines = [("code", line) for line in text.strip().split("\n")]
    assert found == [("code-head", "json"), *lines, ("code-foot", "")]


def test_that_json_is_code_from_its_first_key_on_and_only_grows() -> None:
    stream = MarkdownStream(Direction.LTR)
    shown: list[str] = []
    for at, sign in enumerate(PERSON):
        stream.feed(sign)
        update = stream.update()
        shown += [str(block.kind) for block in update.stable]
        seen = shown + [str(block.kind) for block in update.tail]
        assert (Kind.CODE_HEAD in seen) == (at >= PERSON.index(":"))
        assert len(update.tail) <= 2
    assert not stream.turned


@pytest.mark.parametrize(
    "text",
    [
        "[1] see **this**",
        "[1, 2]\n\nsay so",
        "{name} is",
        '["a"](https://example.com) b',
        "[x]: y",
        "[1]",
        "{",
        "[ ] a",
    ],
)
def test_that_prose_in_brackets_is_not_shown_as_code_while_it_is_written(text: str) -> None:
    stream, plain = MarkdownStream(Direction.LTR), MarkdownStream(Direction.LTR, may_be_json=False)
    stable, expected = [], []
    for sign in text:
        stream.feed(sign)
        plain.feed(sign)
        update, as_prose = stream.update(), plain.update()
        stable += update.stable
        expected += as_prose.stable
        assert stable + update.tail == expected + as_prose.tail
        assert all(block.kind != Kind.CODE_HEAD for block in stable + update.tail)
    assert not stream.turned


def test_that_what_turns_out_not_to_be_json_becomes_markdown_once(
    make_view: Callable[..., TranscriptView], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PERSON + "\n\nThat is **all**, and more of it."
    live, whole = make_view(), make_view()
    live.set_messages([user("q"), streaming()])
    replaced: list[str] = []
    real = live.chat.replace
    monkeypatch.setattr(
        live.chat, "replace", lambda message, **more: (replaced.append(message.content), real(message, **more))
    )
    kinds_seen = []
    for sign in text:
        live.append_chunk(2, sign)
        kinds_seen.append(bool(blocks_in(live, "code-head")))
    assert replaced == [text[: len(PERSON) + 3]]
    live.finish_message(reply(text))
    assert len(replaced) == 1
    assert kinds_seen.count(True) == len(PERSON) + 2 - PERSON.index(":"), "code until its end, prose from then on"
    whole.set_messages([user("q"), reply(text)])
    assert snapshot(live) == snapshot(whole)
