"""Out and in again: nothing is lost in Samar's own form, and hostile files end in one sentence."""

from __future__ import annotations

import errno
import json
import os
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from desktop.core.chat import Chat, Message, MessageStatus
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, GenerationStats
from desktop.parsing import typesetting
from desktop.storage.chats import ChatQuery, ChatStore
from desktop.storage.exporters.base import ExportFormat, ExportLabels
from desktop.storage.exporters.exporting import export_chats, file_name
from desktop.storage.importers.importing import Imported, import_chats
from desktop.storage.opening import in_memory
from tests.storage.kit import exchange

FORMATS = list(ExportFormat)


def fill(store: ChatStore) -> Chat:
    folder = store.create_folder("عمل")
    chat = store.create_chat("نقاش", "كن موجزًا", GenerationParams(temperature=0.2, stop=("\n",)), folder.id)
    user, _ = exchange(store, chat.id, None, "ما هو **GGUF**؟\n\n- one\n- اثنان", "GGUF is a file.\n\nملف واحد.")
    second = store.begin_reply(user.id, "big-model")
    store.save_partial(second.id, "half", "thinking\nof it")
    stats = GenerationStats(prompt_tokens=3, reply_tokens=4, tokens_per_s=1.5, seed=9)
    store.finish(second.id, "half", MessageStatus.STOPPED, stats, None, "thinking\nof it", 2.5)
    exchange(
        store,
        chat.id,
        second.id,
        "<script>alert(1)</script> ![x](https://example.org/x.png)",
        "- `code`\n- ~~gone~~ [x](https://example.org)",
    )
    store.place([chat.id], pinned=True)
    store.save_draft(chat.id, "not sent")
    store.save_edit(user.id, "ما هو\nGGUF؟ not sent")
    archived = store.create_chat("archived and empty", "")
    store.place([archived.id], archived=True)
    failed = store.create_chat()
    _, reply = store.begin_turn(failed.id, None, "q\0\u202e", "m")
    store.finish(reply.id, "", MessageStatus.FAILED, error_code="engine_died", error_details={"reason": "خطأ"}.items())
    store.set_overflow(chat.id, "summarise")
    store.set_summary(chat.id, "عن الملفات", user.id)
    return store.get_chat(chat.id)


def contents(store: ChatStore) -> list[object]:
    """Everything that a person would miss, without the ids of this history."""
    found: list[object] = []
    folders = {folder.id: folder.name for folder in store.list_folders()}
    drafts = store.drafts()
    for chat in store.list_chats(ChatQuery(archived=None)):
        tree = store.messages_of(chat.id)
        places = {id_: place for place, id_ in enumerate(tree.messages)}
        edits = {places[id_]: text for id_, text in store.edits_of(chat.id).items()}

        def plain(message: Message, places: dict[int, int] = places) -> object:
            values = {name: getattr(message, name) for name in Message.__slots__}
            del values["id"], values["chat_id"]
            return {**values, "parent_id": places.get(message.parent_id or 0)}

        values = {name: getattr(chat, name) for name in Chat.__slots__}
        del values["id"]
        values["folder_id"] = folders.get(chat.folder_id or 0)
        values["active_leaf"] = places.get(chat.active_leaf or 0)
        values["summary_until"] = places.get(chat.summary_until or 0)
        found.append((values, drafts.get(chat.id), edits, [plain(message) for message in tree]))
    return sorted(found, key=str)


def other_store() -> ChatStore:
    return ChatStore(in_memory())


def test_that_nothing_is_lost_on_the_way_out_and_in(store: ChatStore, tmp_path: Path) -> None:
    fill(store)
    path = tmp_path / "all.json"
    assert export_chats(store, path, ExportFormat.JSON) == 3
    other = other_store()
    assert import_chats(other, path) == Imported((1, 2, 3), 7, 0, 0)
    assert contents(other) == contents(store)
    assert import_chats(other, path).present == 3
    assert contents(other) == contents(store)
    again = tmp_path / "again.json"
    export_chats(other, again, ExportFormat.JSON)
    third = other_store()
    import_chats(third, again)
    assert contents(third) == contents(store)
    other.database.close()
    third.database.close()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    turns=st.lists(st.tuples(st.integers(0, 9), st.text(max_size=30), st.text(max_size=30)), max_size=8),
    title=st.text(max_size=20),
    prompt=st.none() | st.text(max_size=20),
)
def test_that_no_text_and_no_tree_is_lost(
    tmp_path: Path, turns: list[tuple[int, str, str]], title: str, prompt: str | None
) -> None:
    store, other = other_store(), other_store()
    chat = store.create_chat(title, prompt)
    replies: list[int | None] = [None]
    for place, question, answer in turns:
        _, reply = exchange(store, chat.id, replies[place % len(replies)], question, answer)
        replies.append(reply.id)
    export_chats(store, tmp_path / "x.json", ExportFormat.JSON)
    import_chats(other, tmp_path / "x.json")
    assert contents(other) == contents(store)
    for form in FORMATS:
        export_chats(store, tmp_path / f"x.{form}", form)
    store.database.close()
    other.database.close()


def test_that_a_changed_chat_is_imported_beside_the_one_that_is_here(store: ChatStore, tmp_path: Path) -> None:
    chat = fill(store)
    export_chats(store, tmp_path / "x.json", ExportFormat.JSON, [chat.id])
    exchange(store, chat.id, chat.active_leaf, "one more", "turn")
    found = import_chats(store, tmp_path / "x.json")
    assert (len(found.chats), found.present) == (1, 0)
    assert store.get_chat(found.chats[0]).uid != chat.uid
    assert len(store.messages_of(chat.id)) == 7
    assert len(store.list_folders()) == 1


def test_that_markdown_reads_as_the_chat_does(store: ChatStore, tmp_path: Path) -> None:
    chat = fill(store)
    labels = ExportLabels("أنت", "سمر", "التعليمات الدائمة", "تفكير", "محادثة جديدة", with_details=True)
    export_chats(store, tmp_path / "x.md", ExportFormat.MARKDOWN, [chat.id], labels=labels)
    text = (tmp_path / "x.md").read_text()
    lines = text.splitlines()
    assert lines[0] == "# نقاش"
    assert [line for line in lines if line.startswith("## ")] == ["## أنت", "## big-model", "## أنت", "## model"]
    assert "> كن موجزًا" in lines
    assert "> thinking\n> of it" in text
    assert "GGUF is a file." not in text, "a branch that is not shown"


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_that_html_stands_alone_and_each_block_has_its_direction(store: ChatStore, tmp_path: Path) -> None:
    chat = fill(store)
    export_chats(store, tmp_path / "x.html", ExportFormat.HTML, [chat.id], labels=ExportLabels(with_details=True))
    text = (tmp_path / "x.html").read_text()
    page = Page(text)
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in page.tags}
    assert not any(name in ("src", "srcset", "onload", "onclick") for _, attributes in page.tags for name in attributes)
    assert "&lt;script&gt;alert(1)" in text
    assert ("h1", {"dir": "rtl"}) in page.tags
    paragraphs = [attributes.get("dir") for tag, attributes in page.tags if tag == "p" and "class" not in attributes]
    assert {"rtl", "ltr"} == set(paragraphs)
    assert any(tag == "ul" and attributes.get("dir") == "ltr" for tag, attributes in page.tags)


def test_that_an_arabic_paragraph_that_opens_with_a_latin_word_is_right_to_left(tmp_path: Path) -> None:
    store = other_store()
    chat = store.create_chat("t")
    exchange(
        store,
        chat.id,
        None,
        "GGUF هو ملف واحد يضم النموذج كله",
        "> اقتباس\n\n| عمود | آخر |\n|---|---|\n| قيمة | 2 |\n\n```py\nx\n```",
    )
    export_chats(store, tmp_path / "x.html", ExportFormat.HTML)
    tags = Page((tmp_path / "x.html").read_text()).tags
    assert ("p", {"dir": "rtl"}) in tags
    assert ("table", {"dir": "rtl"}) in tags
    assert ("blockquote", {"dir": "rtl"}) in tags
    assert any(tag == "code" and attributes.get("dir") == "ltr" for tag, attributes in tags)
    store.database.close()


def test_that_training_lines_are_as_other_tools_read_them(store: ChatStore, tmp_path: Path) -> None:
    chat = fill(store)
    export_chats(store, tmp_path / "s.jsonl", ExportFormat.SHAREGPT)
    export_chats(store, tmp_path / "c.jsonl", ExportFormat.CHATML)
    sharegpt = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text().splitlines()]
    chatml = [json.loads(line) for line in (tmp_path / "c.jsonl").read_text().splitlines()]
    (mine,) = [line for line in sharegpt if line["id"] == chat.uid]
    assert [turn["from"] for turn in mine["conversations"]] == ["system", "human", "gpt", "human", "gpt"]
    assert {"role": "system", "content": "كن موجزًا"} in [line["messages"][0] for line in chatml]
    other = other_store()
    assert import_chats(other, tmp_path / "s.jsonl").messages == import_chats(other, tmp_path / "c.jsonl").messages == 5
    assert other.list_chats()[0].system_prompt == "كن موجزًا" or other.list_chats()[1].system_prompt == "كن موجزًا"
    other.database.close()


def test_that_an_export_that_fails_leaves_the_file_that_was_there(
    store: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    path = tmp_path / "x.json"
    path.write_text("before")
    seen: list[tuple[int, int]] = []
    assert (
        export_chats(
            store, path, ExportFormat.JSON, cancelled=lambda: len(seen) > 0, progress=lambda d, t: seen.append((d, t))
        )
        == 0
    )
    with monkeypatch.context() as patch:

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch.setattr(os, "fsync", full)
        with pytest.raises(SamarError, match="disk is full"):
            export_chats(store, path, ExportFormat.JSON)
    with pytest.raises(SamarError) as problem:
        export_chats(store, tmp_path / "no such folder" / "x.json", ExportFormat.JSON)
    assert problem.value.code == "export_failed"
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".export")] == []


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("a/b\\c:d*e?f", "a b c d e f.md"),
        ("", "samar.md"),
        ("..", "samar.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ("نقاش\u202e طويل", "نقاش طويل.md"),
    ],
)
def test_that_a_title_becomes_a_name_that_every_file_system_takes(title: str, name: str) -> None:
    assert file_name(title, ExportFormat.MARKDOWN) == name
    assert len(file_name(title + "ط" * 500, ExportFormat.CHATML).encode()) <= 130
    assert file_name(title + "👩🏽" * 80, ExportFormat.CHATML).removesuffix(".jsonl").endswith("👩🏽")


def test_that_a_formula_that_takes_too_long_is_exported_as_its_source(
    store: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "LIMIT_S", 0.3)
    chat = store.create_chat("Sums")
    _question, reply = store.begin_turn(chat.id, None, "q", "model")
    endless = "{" * 29 + "x" + "}" * 29
    store.finish(reply.id, f"The sum is ${endless}$.", MessageStatus.FINISHED)
    export_chats(store, tmp_path / "x.html", ExportFormat.HTML)
    assert f'<code dir="ltr">{endless}</code>' in (tmp_path / "x.html").read_text()


def test_that_formulas_are_drawn_and_carry_their_source(store: ChatStore, tmp_path: Path) -> None:
    chat = store.create_chat("Formulas")
    text = "Inline $\\frac{a_1}{b_2}$ and\n\n$$\n\\int_0^1 x^2\\,dx\n$$\n\nbroken $\\frac{$ and Arabic $س+1$ cost $5"
    exchange(store, chat.id, None, "q", text)
    page = tmp_path / "page.html"
    export_chats(store, page, ExportFormat.HTML, [chat.id])
    written = page.read_text()
    assert written.count("<svg ") == 2
    assert 'aria-label="\\frac{a_1}{b_2}"' in written
    assert '<p class="formula"><svg' in written
    assert "<em>" not in written  # underscores of a formula are no emphasis
    assert '<code dir="ltr">\\frac{</code>' in written or "$\\frac{$" in written
    assert "س+1" in written
    assert "cost $5" in written
    assert 'width="' not in written.split("<svg ", 1)[1].split(">", 1)[0]


def exported(form: ExportFormat, tmp_path: Path, *turns: tuple[str, str]) -> str:
    store = other_store()
    chat, parent = store.create_chat("t"), None
    for question, answer in turns:
        parent = exchange(store, chat.id, parent, question, answer)[1].id
    path = tmp_path / "x"
    export_chats(store, path, form)
    store.database.close()
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "end",
    [
        "```python\nprint(1)",
        "~~~\nx\n",
        "- a\n\n  ```\n  y",
        "- ```\n  y",
        "> ~~~~ js\n> y",
        "$$\nx^2",
        "<!-- note",
        "<script>\nlet x",
        "<pre>",
        "````\n```\nx\n```",
    ],
)
def test_that_what_an_answer_leaves_open_ends_with_it(tmp_path: Path, end: str) -> None:
    made = exported(
        ExportFormat.MARKDOWN, tmp_path, ("write", f"Here:\n\n{end}"), ("second question", "**second** answer")
    )
    tokens = MarkdownIt("commonmark").parse(made)
    assert len([token for token in tokens if token.type == "heading_open" and token.tag == "h2"]) == 4
    assert any(child.type == "strong_open" for token in tokens for child in token.children or ())
    assert made.count("$$") % 2 == 0
    assert end.rstrip() in made


def test_that_what_an_answer_closes_stays_as_it_is(tmp_path: Path) -> None:
    for answer in (
        "```\nx\n```",
        "~~~\n~~~",
        "$$\nx\n$$",
        "<!-- a -->",
        "<pre>x</pre>",
        "- ```\n  x\n  ```",
        "    code",
        "a `b",
    ):
        made = exported(ExportFormat.MARKDOWN, tmp_path, ("q", answer))
        assert made.endswith(f"\n\n{answer}\n")


def test_that_html_reads_messages_as_the_window_does(tmp_path: Path) -> None:
    question = "one\n  two *three* `a<b` #4\n```py\nx = [1]\n```\n\u202eنص"
    answer = (
        "- [x] done\n- [ ] open\n\nNote[^1] here.\nNext line.\n\n[^1]: foot\n\n[^2]: unused\n\n$x^2$ costs $5 and $10\n\n"
        "https://example.com/x، [a](smb://server/share) [b](notes.md) ![c](https://example.com/c.png) <br> \u202e\n\n"
        '| أ | C++ |\n|:--|--:|\n| ب | 050 123 4567 |\n\n```py\nprint("مرحبا", 6 * 2)\n```'
    )
    page = exported(ExportFormat.HTML, tmp_path, (question, answer), ("again", "Other[^1].\n\n[^1]: other foot"))
    assert "<em>" not in page and '  two *three* <code dir="ltr">a&lt;b</code> #4</p>' in page and "pre-wrap" in page
    assert "[x]" not in page and "☑ done" in page and "☐ open" in page
    assert "foot" in page and "unused" in page and 'href="foot"' not in page
    targets = re.findall(r'id="(fn[^"]*)"', page)
    assert len(targets) == len(set(targets)) and all(
        f'href="#{name}"' in page for name in targets if "ref" not in name and name[-1] == "1"
    )
    assert "here.<br />\nNext line." in page
    assert 'href="https://example.com/x"' in page and "smb://server/share)" in page and 'href="smb' not in page
    assert 'href="notes.md"' not in page and 'title="notes.md"' in page
    assert "<img" not in page and 'href="https://example.com/c.png"' in page
    assert "costs $5 and $10" in page and 'fill="black"' not in page and "<svg" in page
    assert "\u202e" not in page and "[U+202E]" in page
    assert '<bdi dir="ltr">050 123 4567</bdi>' in page and "text-align:left" not in page.split("</style>")[1]
    panel = re.sub(r"</?span[^>]*>", "", page[page.rindex("<pre") :])
    assert 'print(&quot;<bdi dir="rtl">مرحبا</bdi>&quot;, 6 * 2)' in panel


QUESTION = "Explain the water cycle to a class of twelve year old pupils, with an experiment for each step"


@pytest.mark.parametrize("form", [ExportFormat.HTML, ExportFormat.MARKDOWN])
def test_that_titles_are_whole(store: ChatStore, tmp_path: Path, form: ExportFormat) -> None:
    chat = store.create_chat()
    exchange(store, chat.id, None, f"{QUESTION}\nand more", "yes")
    assert store.get_chat(chat.id).title.endswith("…")
    export_chats(store, tmp_path / "x", form, [chat.id])
    text = (tmp_path / "x").read_text()
    if form is ExportFormat.HTML:
        assert f"<title>{QUESTION}</title>" in text
        assert f'<h1 dir="ltr">{QUESTION}</h1>' in text
    else:
        assert text.startswith(f"# {QUESTION}\n")
    store.rename(chat.id, "Mine…")
    export_chats(store, tmp_path / "x", form, [chat.id])
    assert "Mine…" in (tmp_path / "x").read_text(), "what the person wrote stays"


def test_that_the_name_of_a_file_is_not_cut_with_dots() -> None:
    assert file_name("Explain the water…", ExportFormat.DOCX) == "Explain the water.docx"


def test_that_code_of_a_page_has_colours_in_both_themes(store: ChatStore, tmp_path: Path) -> None:
    chat = store.create_chat("t")
    code = 'def f():\n    return "a <b> مرحبا c" + str(1)  # نهاية the end'
    exchange(store, chat.id, None, f"```python\n{code}\n```", f"```python\n{code}\n```\n\n```unknown\n<x>\n```")
    export_chats(store, tmp_path / "x.html", ExportFormat.HTML, [chat.id])
    text = (tmp_path / "x.html").read_text()
    panels = re.findall(r"<pre.*?</pre>", text, re.DOTALL)
    for panel in panels[:2]:
        root = ET.fromstring(panel)
        assert "".join(root.itertext()) == code
        spans = {"".join(span.itertext()): span.get("class") for span in root.iter("span")}
        assert spans["def"] == "c-keyword"
        assert spans["1"] == "c-number"
    assert panels[2] == '<pre dir="ltr"><code dir="ltr" class="language-unknown">&lt;x&gt;</code></pre>'
    assert ".c-keyword{color:#4A4FBF}" in text
    assert ".c-keyword{color:#A6AAFA}" in text.partition("prefers-color-scheme:dark")[2]


def test_that_a_reply_that_is_json_is_a_block_of_code(store: ChatStore, tmp_path: Path) -> None:
    text = '{\n  "name": "سمر",\n  "tags": ["*a*", "b"]'
    for end, is_code in (("\n}\n", True), ("", True), ("\n}\n\nThat is all.", False)):
        chat = store.create_chat("t")
        exchange(store, chat.id, None, text, text + end)
        for form in (ExportFormat.HTML, ExportFormat.MARKDOWN):
            export_chats(store, tmp_path / "x", form, [chat.id])
            page = (tmp_path / "x").read_text("utf-8")
            if form is ExportFormat.MARKDOWN:
                assert (f"```json\n{(text + end).strip()}\n```\n" in page) == is_code
                continue
            panels = re.findall(r"<pre.*?</pre>", page, re.DOTALL)
            assert len(panels) == is_code, "not the question, which is shown as it was written"
            for panel in panels:
                assert 'dir="ltr"' in panel and "language-json" in panel and "c-string" in panel
                assert "".join(ET.fromstring(panel).itertext()) == (text + end).strip()


def test_that_formulas_of_a_page_take_the_colour_of_its_text(store: ChatStore, tmp_path: Path) -> None:
    chat = store.create_chat("t")
    exchange(store, chat.id, None, "q", "$\\frac{a}{b}$ and\n\n$$\\sqrt{x} \\color{red}{y}$$")
    export_chats(store, tmp_path / "x.html", ExportFormat.HTML, [chat.id])
    drawings = re.findall(r"<svg .*?</svg>", (tmp_path / "x.html").read_text(), re.DOTALL)
    assert len(drawings) == 2
    for drawing in drawings:
        assert 'fill="currentColor"' in drawing
        assert not re.search(r'="(?:black|#0{3}(?:0{3})?)"', drawing), "unseen on a dark page"
