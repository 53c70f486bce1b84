"""Out and in again: nothing is lost in Samar's own form, and hostile files end in one sentence."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.core.chat import Chat, Message, MessageStatus, Role
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, GenerationStats
from desktop.core.text import Direction
from desktop.storage import importing
from desktop.storage.chats import ChatQuery, ChatStore
from desktop.storage.database import Database
from desktop.storage.exporting import ExportFormat, ExportLabels, export_chats, file_name
from desktop.storage.importing import Imported, import_chats
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
    exchange(store, chat.id, second.id, "<script>alert(1)</script> ![x](https://example.org/x.png)", "`code` ~~gone~~")
    store.set_pinned(chat.id, True)
    store.save_draft(chat.id, "not sent")
    archived = store.create_chat("archived and empty", "")
    store.set_archived(archived.id, True)
    failed = store.create_chat()
    _, reply = store.begin_turn(failed.id, None, "q\0\u202e", "m")
    store.finish(reply.id, "", MessageStatus.FAILED, error_code="engine_died")
    return store.get_chat(chat.id)


def contents(store: ChatStore) -> list[object]:
    """Everything that a person would miss, without the ids of this history."""
    found: list[object] = []
    folders = {folder.id: folder.name for folder in store.list_folders()}
    drafts = store.drafts()
    for chat in store.list_chats(ChatQuery(archived=None)):
        tree = store.messages_of(chat.id)
        places = {id_: place for place, id_ in enumerate(tree.messages)}

        def plain(message: Message, places: dict[int, int] = places) -> object:
            values = {name: getattr(message, name) for name in Message.__slots__}
            del values["id"], values["chat_id"]
            return {**values, "parent_id": places.get(message.parent_id or 0)}

        values = {name: getattr(chat, name) for name in Chat.__slots__}
        del values["id"]
        values["folder_id"] = folders.get(chat.folder_id or 0)
        values["active_leaf"] = places.get(chat.active_leaf or 0)
        found.append((values, drafts.get(chat.id), [plain(message) for message in tree]))
    return sorted(found, key=str)


def other_store() -> ChatStore:
    return ChatStore(Database.in_memory())


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
    labels = ExportLabels("أنت", "سمر", "تعليمات النظام", "تفكير", "محادثة جديدة", Direction.RTL)
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
    export_chats(store, tmp_path / "x.html", ExportFormat.HTML, [chat.id])
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


# other programs


def node(name: str, parent: str | None, role: str, *parts: Any, kind: str = "text", **more: Any) -> dict[str, Any]:
    content: dict[str, Any] = {"content_type": kind, "parts": list(parts)}
    content |= more.pop("content", {})
    return {
        "id": name,
        "parent": parent,
        "children": [],
        "message": {
            "author": {"role": role},
            "create_time": 1700000000.5,
            "content": content,
            "recipient": more.pop("recipient", "all"),
            "metadata": more,
        },
    }


CHATGPT = {
    "title": "Physics",
    "create_time": 1700000000.0,
    "update_time": 1700000100.0,
    "conversation_id": "conv-1",
    "current_node": "a2",
    "is_archived": True,
    "mapping": {
        "root": {"id": "root", "parent": None, "message": None, "children": ["s"]},
        "s": node("s", "root", "system", "hidden", is_visually_hidden_from_conversation=True),
        "u": node(
            "u",
            "s",
            "user",
            "why?",
            {"content_type": "image_asset_pointer", "asset_pointer": "x"},
            kind="multimodal_text",
        ),
        "t": node("t", "u", "assistant", kind="thoughts", content={"thoughts": [{"summary": "s", "content": "hmm"}]}),
        "call": node("call", "t", "assistant", kind="code", recipient="python", content={"text": "1+1"}),
        "tool": node("tool", "call", "tool", "2"),
        "a1": node("a1", "tool", "assistant", "because", model_slug="gpt-x"),
        "u2": node("u2", "a1", "user", "and?"),
        "a2": node("a2", "u2", "assistant", "so"),
        "b2": node("b2", "u2", "assistant", "otherwise"),
        "lost": node("lost", "nowhere", "user", "an orphan"),
    },
}

OPEN_WEBUI = {
    "id": "ow-1",
    "title": "خطة",
    "created_at": 1700000000,
    "updated_at": 1700000050,
    "pinned": True,
    "chat": {
        "title": "خطة",
        "models": ["llama"],
        "params": {"system": "be kind"},
        "history": {
            "currentId": "2",
            "messages": {
                "1": {"id": "1", "parentId": None, "role": "user", "content": "سؤال", "timestamp": 1700000001},
                "2": {
                    "id": "2",
                    "parentId": "1",
                    "role": "assistant",
                    "modelName": "Llama",
                    "content": '<details type="reasoning" done="true" duration="5">\n<summary>Thought for 5 seconds</summary>\n'
                    "> quiet\n> deep &lt;b&gt;\n</details>\nجواب",
                    "timestamp": 1700000002,
                },
                "3": {"id": "3", "parentId": "1", "role": "assistant", "content": "other", "timestamp": 1700000003},
            },
        },
    },
}


def said(store: ChatStore, chat_id: int) -> list[tuple[Role, str]]:
    return [(m.role, m.content) for m in store.messages_of(chat_id).path_to(store.get_chat(chat_id).active_leaf)]


def test_that_chatgpt_comes_with_branches_and_thoughts_and_without_tools(store: ChatStore, tmp_path: Path) -> None:
    (tmp_path / "conversations.json").write_text(json.dumps([CHATGPT]))
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("user.json", "{}")
        archive.writestr("conversations.json", json.dumps([CHATGPT]))
    found = import_chats(store, tmp_path / "conversations.json")
    assert import_chats(store, tmp_path / "export.zip").present == 1
    chat = store.get_chat(found.chats[0])
    assert (chat.title, chat.archived, chat.created_at, chat.uid) == ("Physics", True, 1700000000.0, "conv-1")
    assert said(store, chat.id) == [
        (Role.USER, "why?\n\n[image]"),
        (Role.ASSISTANT, "because"),
        (Role.USER, "and?"),
        (Role.ASSISTANT, "so"),
    ]
    tree = store.messages_of(chat.id)
    because = next(m for m in tree if m.content == "because")
    assert (because.thinking, because.model) == ("hmm", "gpt-x")
    assert {m.content for m in tree if m.role is Role.ASSISTANT} == {"because", "so", "otherwise"}
    assert any(m.content == "an orphan" for m in tree)


def test_that_open_webui_comes_with_branches_and_reasoning(store: ChatStore, tmp_path: Path) -> None:
    (tmp_path / "chats.json").write_text(json.dumps([OPEN_WEBUI]))
    found = import_chats(store, tmp_path / "chats.json")
    chat = store.get_chat(found.chats[0])
    assert (chat.title, chat.pinned, chat.system_prompt) == ("خطة", True, "be kind")
    assert said(store, chat.id) == [(Role.USER, "سؤال"), (Role.ASSISTANT, "جواب")]
    reply = store.messages_of(chat.id).messages[chat.active_leaf or 0]
    assert (reply.thinking, reply.thinking_s, reply.model) == ("quiet\ndeep <b>", 5.0, "Llama")
    assert len(store.messages_of(chat.id).siblings(reply.id)) == 2


def test_that_jan_comes_from_its_data_folder(store: ChatStore, tmp_path: Path) -> None:
    thread = tmp_path / "jan" / "threads" / "jan_1"
    thread.mkdir(parents=True)
    head = {"id": "jan_1", "object": "thread", "title": "Hello", "created": 1700000000, "updated": 1700000009000}
    head["assistants"] = [{"model": {"id": "qwen"}, "instructions": "be brief"}]  # type: ignore[assignment]
    (thread / "thread.json").write_text(json.dumps(head))
    lines = [
        {
            "role": "assistant",
            "created_at": 1700000002000,
            "content": [{"type": "text", "text": {"value": "<think>\nwell\n</think>\n\nhello"}}],
        },
        {"role": "user", "created_at": 1700000001000, "content": [{"type": "text", "text": {"value": "hi"}}]},
    ]
    (thread / "messages.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    for place in (tmp_path / "jan", tmp_path / "jan" / "threads", thread):
        found = import_chats(store, place)
    assert found.present == 1
    (chat,) = store.list_chats()
    assert (chat.title, chat.system_prompt, chat.updated_at) == ("Hello", "be brief", 1700000009.0)
    assert said(store, chat.id) == [(Role.USER, "hi"), (Role.ASSISTANT, "hello")]
    assert store.last_turns(chat.id, 1)[0].thinking == "well"
    assert store.last_turns(chat.id, 1)[0].model == "qwen"


# hostile files


def cut(value: object) -> bytes:
    return json.dumps(value).encode()[:-40]


OWN = {
    "format": "samar-chats",
    "version": 1,
    "chats": [{"title": "t", "messages": [{"id": 1, "role": "user", "content": "x"}]}],
}


def own(**changes: Any) -> bytes:
    return json.dumps({**OWN, **changes}).encode()


def message(**changes: Any) -> bytes:
    return own(
        chats=[
            {"title": "good", "messages": [OWN["chats"][0]["messages"][0]]},
            {"messages": [{"id": 1, "role": "user", "content": "x", **changes}]},
        ]
    )  # type: ignore[index]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "import_unknown"),
        (b"\x00\x01garbage\xff", "import_unknown"),
        (b"hello", "import_unknown"),
        (b"{}", "import_unknown"),
        (b"[]", "import_unknown"),
        (b"[1, 2, 3]", "import_unknown"),
        (b'{"a": 1}\n{"a": 2}\n', "import_unknown"),
        (b"[" * 1_000_000, "import_damaged"),
        (b'{"messages":' * 100_000, "import_damaged"),
        (b'[{"mapping": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}]", "import_damaged"),
        (cut(OWN), "import_damaged"),
        (cut([CHATGPT]), "import_damaged"),
        (cut([OPEN_WEBUI]), "import_damaged"),
        (own(version=99), "import_unknown"),
        (own(chats=[{"messages": "none"}]), "import_damaged"),
        (message(role="oracle"), "import_damaged"),
        (message(status="streaming"), "import_damaged"),
        (message(parent=7), "import_damaged"),
        (message(parent=1), "import_damaged"),
        (message(content=None), "import_damaged"),
        (b'{"messages": [{"role": "user", "content": "a"}]}\n{"messages": [{"role": "user", "co', "import_damaged"),
        (b'{"conversations": [{"from": "human", "value": "a"}]}\n[1]\n', "import_damaged"),
        (b"PK\x03\x04 not a zip", "import_unknown"),
    ],
)
def test_that_a_hostile_file_imports_nothing_and_ends_in_a_sentence(
    store: ChatStore, tmp_path: Path, raw: bytes, code: str
) -> None:
    (tmp_path / "x.json").write_bytes(raw)
    with pytest.raises(SamarError) as problem:
        import_chats(store, tmp_path / "x.json")
    assert problem.value.code == code
    assert "x.json" in problem.value.sentence()
    assert len(problem.value.sentence()) < 500
    assert store.count_chats() == 0


@pytest.mark.parametrize(
    "found",
    [
        {
            "mapping": {
                "a": node("a", "b", "user", "x"),
                "b": node("b", "a", "user", "y"),
                "c": node("c", None, "user", "z"),
            }
        },
        {"mapping": {"a": node("a", "a", "user", "self")}, "current_node": 7, "title": ["?"], "create_time": "x"},
        {
            "mapping": {
                "a": {"message": {"author": 3, "content": [], "metadata": "?"}},
                "b": node("b", None, "user", "ok"),
            }
        },
        {"chat": {"history": {"messages": {"1": 5, "2": {"role": "user", "content": {"a": 1}, "parentId": []}}}}},
        {"chat": {"messages": [{"role": "user", "content": ["x", {"type": "image_url"}, 4]}]}},
        {"messages": [{"role": "user", "content": "x", "created_at": 1e300}]},
        {"mapping": {"a": node("a", None, "user", "x")}, "create_time": -5, "update_time": 10**400},
        {"conversations": [{"from": "human", "value": "x"}, {"from": 5}, None, {"from": "gpt", "value": "y"}]},
    ],
)
def test_that_odd_chats_of_others_give_what_they_hold(store: ChatStore, tmp_path: Path, found: dict[str, Any]) -> None:
    (tmp_path / "x.json").write_text(json.dumps([found]))
    imported = import_chats(store, tmp_path / "x.json")
    (chat,) = store.list_chats()
    assert imported.messages == len(store.messages_of(chat.id)) >= 1
    assert chat.active_leaf is not None
    assert store.database.fetch("PRAGMA foreign_key_check") == []


def test_that_a_file_that_is_too_large_is_refused_before_it_is_read(
    store: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(importing.MOST_BYTES + 1)  # no blocks: the disk holds none of it
    with pytest.raises(SamarError, match="512 MB is the most"):
        import_chats(store, huge)
    monkeypatch.setattr(importing, "MOST_BYTES", 100_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", b"[" + b" " * 10_000_000 + b"]")
    with pytest.raises(SamarError) as problem:
        import_chats(store, tmp_path / "bomb.zip")
    assert problem.value.code == "import_too_large"


def test_that_zips_that_are_none_or_lie_are_refused(store: ChatStore, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", json.dumps([CHATGPT] * 30))
    whole = path.read_bytes()
    for damaged in (whole[:60] + b"\xff" * 40 + whole[100:], whole.replace(b"PK\x03\x04", b"PK\x03\x09")):
        path.write_bytes(damaged)
        with pytest.raises(SamarError) as problem:
            import_chats(store, path)
        assert problem.value.code == "import_damaged"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "x")
    with pytest.raises(SamarError) as problem:
        import_chats(store, path)
    assert problem.value.code == "import_unknown"


def test_that_files_that_can_not_be_read_are_named(store: ChatStore, tmp_path: Path) -> None:
    with pytest.raises(SamarError) as problem:
        import_chats(store, tmp_path / "gone.json")
    assert problem.value.code == "import_unreadable"
    (tmp_path / "empty folder").mkdir()
    with pytest.raises(SamarError) as problem:
        import_chats(store, tmp_path / "empty folder")
    assert problem.value.code == "import_unknown"


def test_that_an_import_that_is_cancelled_or_meets_a_full_disk_leaves_nothing(store: ChatStore, tmp_path: Path) -> None:
    chats = [{"conversations": [{"from": "human", "value": "long " * 5000}]} for _ in range(40)]
    (tmp_path / "x.json").write_text(json.dumps(chats))
    seen: list[int] = []
    found = import_chats(
        store, tmp_path / "x.json", progress=lambda done, total: seen.append(done), cancelled=lambda: len(seen) > 10
    )
    assert found == Imported((), 0, 0, 0)
    assert store.count_chats() == 0
    pages = store.database.scalar("PRAGMA page_count")
    store.database.scalar(f"PRAGMA max_page_count = {pages + 150}")
    with pytest.raises(SamarError) as problem:
        import_chats(store, tmp_path / "x.json")
    assert problem.value.code == "disk_full"
    assert store.count_chats() == 0
    store.database.scalar("PRAGMA max_page_count = 1000000")
    assert len(import_chats(store, tmp_path / "x.json").chats) == 40


FIELDS = (
    "mapping message author role content parts parent chat history messages id conversations from value metadata"
    " format version chats user title thoughts"
).split()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(FIELDS),
                inner,
                max_size=5,
            )
        ),
        max_leaves=25,
    )
)
def test_that_no_json_is_a_bug(tmp_path: Path, value: object) -> None:
    store = other_store()
    (tmp_path / "x.json").write_bytes(msgspec.json.encode(value))
    try:
        import_chats(store, tmp_path / "x.json")
    except SamarError as problem:
        if not problem.code.startswith("import_"):
            raise
    assert store.database.fetch("PRAGMA foreign_key_check") == []
    store.database.close()
