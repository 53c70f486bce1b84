"""Files of other programs: what they hold comes along, and hostile ones end in one sentence."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

from desktop.core.chat import Message, Role
from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.parsing import client
from desktop.parsing.protocol import Kind
from desktop.storage import maintenance
from desktop.storage.chats import ChatStore
from desktop.storage.importers import importing, reading
from desktop.storage.importers.importing import Imported, import_chats
from desktop.storage.opening import connect_worker, in_memory, open_history
from desktop.storage.search import Query, Search
from tests.storage.kit import exchange, opened


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


DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # a pixel, PNG


def imported(store: ChatStore, folder: Path, found: dict[str, Any]) -> list[Message]:
    (folder / "one.json").write_text(json.dumps([found]))
    (chat_id,) = import_chats(store, folder / "one.json").chats
    return store.messages_of(chat_id).path_to(store.get_chat(chat_id).active_leaf)


def chatgpt(*nodes: dict[str, Any]) -> dict[str, Any]:
    """A chat that begins with a question and goes on with `nodes`, one behind the other."""
    nodes = (node("0", None, "user", "q"), *nodes)
    for before, after in itertools.pairwise(nodes):
        after["parent"] = before["id"]
    return {"mapping": {one["id"]: one for one in nodes}, "current_node": nodes[-1]["id"]}


def test_that_the_marks_of_chatgpt_become_the_words_that_they_stand_for(store: ChatStore, tmp_path: Path) -> None:
    cite, known = "\ue200cite\ue202turn0search3\ue201", "\ue200cite\ue202turn0search1\ue202turn0search2\ue201"
    items = [{"title": "Rain [1]", "url": "https://example.com/rain"}, {"title": "x", "url": "javascript:alert(1)"}]
    reply = node(
        "1",
        None,
        "assistant",
        f'Rain {cite}, sun {known}. \ue203By\ue204 \ue200entity\ue202["people","Jane Roe",0]\ue201 【7†source】.'
        " \ue200entity\ue202[broken\ue201 ends \ue200open",
        content_references=[{"matched_text": known, "items": items}, {"matched_text": 3, "items": "?"}, None],
    )
    said = imported(store, tmp_path, chatgpt(reply))
    assert said[1].content == "Rain, sun ([Rain 1](https://example.com/rain)). By Jane Roe. ends open"
    question = node("1", None, "user", "what is 【7†source】?")
    assert imported(store, tmp_path, chatgpt(question))[-1].content == "what is 【7†source】?"


def test_that_what_chatgpt_wrote_in_the_canvas_and_drew_is_there(store: ChatStore, tmp_path: Path) -> None:
    def call(name: str, tool: str, value: Any) -> dict[str, Any]:
        text = value if isinstance(value, str) else json.dumps(value)
        return node(name, None, "assistant", kind="code", recipient=tool, content={"text": text})

    drawn = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://x"}
    said = imported(
        store,
        tmp_path,
        chatgpt(
            call("1", "canmore.create_textdoc", {"name": "Essay", "type": "document", "content": "A whole page."}),
            node("2", None, "tool", "made"),
            call("3", "canmore.update_textdoc", {"updates": [{"pattern": ".*", "replacement": "A better page."}]}),
            call("4", "canmore.create_textdoc", {"name": "x", "type": "code/python", "content": "print('```')"}),
            call("5", "canmore.create_textdoc", "not JSON"),
            call("6", "bio", "a memory"),
            node("7", None, "assistant", "a memory as text", recipient="bio"),
            node("8", None, "user", "draw"),
            call("9", "dalle.text2im", {"prompt": "a cat"}),
            node("10", None, "tool", drawn, drawn, kind="multimodal_text"),
            node("11", None, "user", "thanks"),
        ),
    )
    assert [message.content for message in said] == [
        "q",
        "**Essay**\n\nA whole page.\n\nA better page.\n\n**x**\n\n````python\nprint('```')\n````\n\nnot JSON",
        "draw",
        "[image]\n\n[image]",
        "thanks",
    ]


def open_webui(content: Any, **question: Any) -> dict[str, Any]:
    messages = {"1": {"role": "user", "content": "q", **question}}
    messages["2"] = {"role": "assistant", "parentId": "1", "content": content}
    return {"title": "t", "chat": {"history": {"currentId": "2", "messages": messages}}}


def test_that_open_webui_brings_every_kind_of_details(store: ChatStore, tmp_path: Path) -> None:
    def details(kind: str, body: str, more: str = "") -> str:
        return f'<details type="{kind}" done="true"{more}>\n<summary>Said</summary>\n{body}\n</details>\n'

    output = ' output="{&quot;stdout&quot;: &quot;4&quot;, &quot;result&quot;: null}"'
    reply = imported(
        store,
        tmp_path,
        open_webui(
            details("reasoning", "&gt; one\n&gt; a &lt;b&gt;", ' duration="3"')
            + details("tool_calls", "", ' name="f" arguments="&quot;{}&quot;" result="&quot;22&quot;"')
            + "Let me see.\n"
            + details("reasoning", "> two", ' duration="4"')
            + details("code_interpreter", "```python\nprint(2 + 2)\n```", output)
            + details("something", "else")
            + "It is <details><summary>kept</summary>x</details>"
        ),
    )[1]
    assert reply.content == (
        "Let me see.\n```python\nprint(2 + 2)\n```\n\n```\n4\n```\n\nelse\n"
        "It is <details><summary>kept</summary>x</details>"
    )
    assert (reply.thinking, reply.thinking_s) == ("one\na <b>\n\ntwo", 7.0)
    cut = '<details type="reasoning" done="false">\n<summary>Thinking</summary>\n> and then'
    assert imported(store, tmp_path, open_webui("so " + cut))[1].content == "so " + cut


def test_that_images_are_kept_or_marked(store: ChatStore, tmp_path: Path) -> None:
    dot, url = f"data:image/png;base64,{DOT}", "https://example.com/x.png"
    files = [{"type": "image", "url": dot, "name": "dot"}, {"type": "image", "url": "an-id"}, {"type": "file"}, 5]
    question = imported(store, tmp_path, open_webui("a dot", files=files))[0]
    assert (question.content, [(image.name, image.width) for image in question.images]) == (
        "q\n\n[image]",
        [("dot", 1)],
    )
    addresses = [dot, url, "data:image/png;base64,AAAA", "data:image/png;base64,?", "data:text/html;base64,AAAA", 7]
    parts = [{"type": "image_url", "image_url": {"url": address}} for address in addresses]
    question = imported(store, tmp_path, {"messages": [{"role": "user", "content": [*parts, "and", *parts[:1] * 9]}]})[
        0
    ]
    assert question.content == "\n\n".join(["[image]"] * 5 + ["and"] + ["[image]"] * 2)
    assert len(question.images) == 8


@pytest.mark.parametrize(
    "found",
    [
        {"conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "How do I bake bread?"}]},
        {"messages": [{"role": "user", "content": "How do I bake bread?"}, {"role": "assistant", "content": "ok"}]},
        {**CHATGPT, "title": None, "mapping": {"u": node("u", None, "user", "How do I bake bread?")}},
        {"title": "New Chat", "chat": {"messages": [{"role": "user", "content": "How do I bake bread?"}]}},
    ],
)
def test_that_a_chat_without_a_title_is_named_after_its_first_question(
    store: ChatStore, tmp_path: Path, found: dict[str, Any]
) -> None:
    chat = store.get_chat(imported(store, tmp_path, found)[0].chat_id)
    assert (chat.title, chat.title_is_automatic) == ("How do I bake bread?", True)


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
    "raw",
    [
        message(role="oracle"),
        message(status="streaming"),
        message(parent=7),
        message(parent=1),
        message(content=None),
    ],
)
def test_that_a_chat_with_an_impossible_message_is_left_out_and_the_other_one_is_not(
    store: ChatStore, tmp_path: Path, raw: bytes
) -> None:
    (tmp_path / "x.json").write_bytes(raw)
    outcome = import_chats(store, tmp_path / "x.json")
    assert [store.get_chat(chat).title for chat in outcome.chats] == ["good"]
    assert outcome.damaged == 1


def lines_of(*chats: object) -> bytes:
    return b"\n".join(json.dumps(chat).encode() for chat in chats)


ASKED = {"messages": [{"role": "user", "content": "Asked first"}]}
SECOND = {"messages": [{"role": "user", "content": "Asked second"}]}


@pytest.mark.parametrize(
    "raw",
    [
        lines_of(ASKED, SECOND) + b'\n{"messages": [{"role": "user", "co',
        lines_of(ASKED, [1], SECOND),
        b'{"messages": [{"role": "us\n' + lines_of(ASKED, SECOND),
        b'{"messages": NaN, "x": [\n' + lines_of(ASKED, SECOND) + b'\n{"odd": ',
        b'{"\xfcx": 1, "messages": []}\n' + lines_of(ASKED, SECOND),
        b'[{"messages": [], "\xdc": 1}, ' + lines_of([ASKED, SECOND])[1:],
        json.dumps([ASKED, SECOND, SECOND]).encode()[:-30],
        json.dumps([ASKED, {"messages": "@"}, SECOND]).encode().replace(b'"@"', b'"\\x"'),
        json.dumps([ASKED, {"messages": [{"a": ["@"]}]}, SECOND], indent=2).encode().replace(b'"@"', b"[}"),
        json.dumps(
            {
                "format": "samar-chats",
                "version": 1,
                "chats": [
                    {"uid": name, "messages": [{"id": 1, "role": "user", "content": name}]}
                    for name in ("Asked first", "Asked second", "lost")
                ],
            }
        ).encode()[:-12],
    ],
    ids=[
        "lines cut short",
        "a line that is no chat",
        "first line damaged",
        "first and last line damaged",
        "a first line of bad bytes",
        "a chat with bad bytes in a name",
        "array cut short",
        "bad escape",
        "bad nesting",
        "own file cut short",
    ],
)
def test_that_the_whole_chats_of_a_damaged_file_are_imported_and_the_damage_is_told(
    store: ChatStore, tmp_path: Path, raw: bytes
) -> None:
    (tmp_path / "x.json").write_bytes(raw)
    outcome = import_chats(store, tmp_path / "x.json")
    assert len(outcome.chats) == 2 and outcome.damaged >= 1
    asked = [next(iter(store.messages_of(chat))).content for chat in outcome.chats]
    assert sorted(asked) == ["Asked first", "Asked second"]


def test_that_a_zip_with_a_damaged_part_gives_the_other_one(store: ChatStore, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations-000.json", json.dumps([CHATGPT]))
        archive.writestr("conversations-001.json", json.dumps([CHATGPT | {"conversation_id": "other"}]) + " " * 1000)
        at = archive.getinfo("conversations-001.json").header_offset
    raw = bytearray(path.read_bytes())
    raw[at + 60 : at + 90] = bytes(30)
    path.write_bytes(raw)
    outcome = import_chats(store, path)
    assert len(outcome.chats) == 1 and outcome.damaged == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_that_a_zip_that_is_cut_short_gives_the_chats_before_the_cut(
    store: ChatStore, tmp_path: Path, method: int
) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("user.json", "{}")
        archive.writestr("conversations-000.json", json.dumps([CHATGPT]))
        archive.writestr("conversations-001.json", json.dumps([CHATGPT | {"conversation_id": "other"}, CHATGPT]))
        archive.writestr("rest.html", os.urandom(500))
        cut = archive.getinfo("rest.html").header_offset - 6
    path.write_bytes(path.read_bytes()[:cut])
    outcome = import_chats(store, path)
    assert len(outcome.chats) == 2 and outcome.damaged >= 1
    assert sorted(store.get_chat(chat).uid for chat in outcome.chats) == ["conv-1", "other"]


def picture(kind: str, colour: int = 0xFF3366) -> bytes:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(colour)
    made = QBuffer()
    made.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(made, kind)
    return made.data().data()


def test_that_images_of_chatgpts_zip_come_with_their_messages(store: ChatStore, tmp_path: Path) -> None:
    def asking(pointer: str) -> dict[str, object]:
        asset = {"content_type": "image_asset_pointer", "asset_pointer": pointer}
        content = {"content_type": "multimodal_text", "parts": [asset, "What is this?"]}
        message = {"author": {"role": "user"}, "content": content}
        return {"mapping": {"a": {"id": "a", "parent": None, "message": message}}, "current_node": "a"}

    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        pointers = (
            "file-service://file-Png1",
            "sediment://file_webp2",
            "file-service://file-Bad3",
            "sediment://file_gone",
        )
        archive.writestr("conversations.json", json.dumps([asking(pointer) for pointer in pointers]))
        archive.writestr("file-Png1-photo.png", picture("PNG"))
        archive.writestr("user-1/file_webp2-7c.webp", picture("WEBP"))
        archive.writestr("file-Bad3-x.png", b"no image")
    outcome = import_chats(store, path)
    asked = [next(iter(store.messages_of(chat))) for chat in outcome.chats]
    assert [len(message.images) for message in asked] == [1, 1, 0, 0]
    assert [message.content for message in asked] == ["What is this?"] * 2 + ["[image]\n\nWhat is this?"] * 2
    assert store.picture(asked[0].images[0].id) == picture("PNG")
    assert [(image.width, image.height) for message in asked for image in message.images] == [(40, 30)] * 2


def test_that_a_huge_chat_lets_others_write_and_is_hidden_until_it_is_whole(
    store: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_PART_S", 0.0)  # each message is a part
    turns = [{"role": "user", "content": f"turn {number}"} for number in range(30)]
    (tmp_path / "x.json").write_text(json.dumps({"messages": turns}), encoding="utf-8")
    seen: list[tuple[int, int]] = []

    def between(_seconds: float) -> None:
        assert not store.database.in_transaction()
        store.create_chat("of the window")
        stored = store.database.scalar("SELECT count(*) FROM messages")
        seen.append((stored, store.count_chats() - len(seen) - 1))
        assert not store.deleted_chats() and store.erase_overdue(0) == []

    monkeypatch.setattr(importing.time, "sleep", between)
    outcome = import_chats(store, tmp_path / "x.json")
    assert [stored for stored, _ in seen][:-1] == list(range(1, 31))[: len(seen) - 1]
    assert all(shown == 0 for stored, shown in seen if stored < 30)
    assert len(store.messages_of(outcome.chats[0])) == 30


def test_that_what_a_killed_import_stored_goes_at_the_next_start(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    database = open_history(paths).database
    store = ChatStore(database)
    kept = store.create_chat("kept")
    half = store.create_chat("half imported")
    for number in range(450):
        store.database.execute(
            "INSERT INTO messages (chat_id, parent_id, role, status, created_at, content)"
            " SELECT ?, max(id), 'user', 'finished', 0, ? FROM messages WHERE chat_id = ?",
            (half.id, f"word{number}", half.id),
        )
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    database.execute("UPDATE chats SET deleted_at = ? WHERE id = ?", (-float(dead.pid), half.id))
    other = store.create_chat("another process imports it")
    database.execute("UPDATE chats SET deleted_at = ? WHERE id = ?", (-float(os.getppid()), other.id))
    assert maintenance.keep_up(paths)
    assert [id_ for (id_,) in database.fetch("SELECT id FROM chats")] == [kept.id, other.id]
    assert database.scalar("SELECT count(*) FROM messages") == 0
    assert not database.fetch("SELECT rowid FROM search WHERE search MATCH 'word7'")
    database.close()


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
        file.truncate(reading.MOST_BYTES + 1)  # no blocks: the disk holds none of it
    with pytest.raises(SamarError, match="the most is 512 MB"):
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


FIELDS = [
    *("mapping", "message", "author", "role", "content", "parts", "parent", "chat", "history", "messages", "id"),
    *("conversations", "from", "value", "metadata", "format", "version", "chats", "user", "title", "thoughts"),
]


def test_that_a_worker_imports_and_exports_while_the_window_goes_on_writing(paths: Paths, tmp_path: Path) -> None:
    chats = [{"conversations": [{"from": "human", "value": f"number {n}"}]} for n in range(200)]
    (tmp_path / "x.json").write_text(json.dumps(chats))
    found: list[Imported] = []

    def work() -> None:
        database = connect_worker(paths, read_only=False)
        found.append(import_chats(ChatStore(database), tmp_path / "x.json"))
        database.close()

    with opened(paths) as store:
        chat = store.create_chat("mine")
        thread = threading.Thread(target=work)
        thread.start()
        for _ in range(25):
            exchange(store, chat.id, None, "q", "a")
        thread.join()
        assert len(found[0].chats) == 200
        assert store.count_chats() == 201
        assert len(store.messages_of(chat.id)) == 50
        assert len(Search(store.database).messages(Query("number"), limit=500)) == 200


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
    store = ChatStore(in_memory())
    (tmp_path / "x.json").write_bytes(msgspec.json.encode(value))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(importing, "ParserProcess", InThisProcess)  # a hundred processes would take minutes
            import_chats(store, tmp_path / "x.json")
    except SamarError as problem:
        if not problem.code.startswith("import_"):
            raise
    assert store.database.fetch("PRAGMA foreign_key_check") == []
    store.database.close()


class InThisProcess:
    """A parser process that is none. Values go through the same bytes."""

    def __init__(self, _kind: object, *, readable: tuple[Path, ...]) -> None:
        self.reader = reading.ChatReader()

    def call(self, task: str, *arguments: Any, **_options: Any) -> Any:
        return getattr(self.reader, task)(*arguments)

    def stream(self, task: str, *, item: Any, **_options: Any) -> Iterator[Any]:
        for found in getattr(self.reader, task)():
            yield msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=item)

    def close(self) -> None:
        pass


STATS = {"prompt_tokens": 2**63, "reply_tokens": 10**30, "tokens_per_s": 1e308}


def test_that_figures_beyond_any_bound_are_left_out_and_the_chats_come(store: ChatStore, tmp_path: Path) -> None:
    """Times beyond the year 9999 kept the window from opening; figures beyond 64 bits the chat from being shown."""
    one = {
        "id": 2**70, "role": "user", "content": "one", "created_at": 253402300800, "thinking_s": 1e300, "stats": STATS,
    }  # fmt: skip
    two = {"id": 5, "parent": 2**70, "role": "assistant", "content": "two", "created_at": -1e300}
    odd = {
        "title": "odd", "created_at": 1e300, "updated_at": 253402300800.0, "active": 2**70, "summary_until": 2**80,
        "params": {"max_tokens": 2**80, "seed": 2**80, "top_k": 2**80, "temperature": 1e300, "logit_bias": [[2**80, 1.0]]},
        "messages": [one, two],
    }  # fmt: skip
    plain = {"title": "plain", "messages": [{"id": 1, "role": "user", "content": "x"}]}
    (tmp_path / "x.json").write_bytes(own(chats=[odd, plain]))
    assert import_chats(store, tmp_path / "x.json").messages == 3
    chats = {chat.title: chat for chat in store.list_chats()}
    assert set(chats) == {"odd", "plain"}
    chat = chats["odd"]
    assert max(chat.created_at, chat.updated_at) < 4e9
    turns = list(store.messages_of(chat.id))
    assert [turn.content for turn in turns] == ["one", "two"]
    assert turns[1].parent_id == turns[0].id == chat.active_leaf
    assert all(turn.stats is None and turn.thinking_s is None for turn in turns)
    assert all(0 <= turn.created_at < 4e9 for turn in turns)
    assert chat.params is not None
    assert chat.params.max_tokens == 2**31 - 1
    assert chat.params.logit_bias == ()


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_that_numbers_that_are_none_do_not_cost_the_file(store: ChatStore, tmp_path: Path, odd: str) -> None:
    raw = json.dumps([{"messages": [{"role": "user", "content": "x"}], "create_time": 5}]).replace("5}", odd + "}")
    (tmp_path / "x.json").write_text(raw)
    assert import_chats(store, tmp_path / "x.json").messages == 1


def test_that_a_small_zip_that_unpacks_to_more_than_memory_is_refused(store: ChatStore, tmp_path: Path) -> None:
    """Fifty million empty lists, in a tenth of a megabyte, are gigabytes of objects."""
    with (
        zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("conversations.json", "w") as file,
    ):
        file.write(b"[[]")
        for _ in range(500):
            file.write(b",[]" * 100_000)
        file.write(b"]")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(client.MEMORY, Kind.CHATS, 512 << 20)
        with pytest.raises(SamarError) as problem:
            import_chats(store, tmp_path / "x.zip")
    assert problem.value.code == "import_too_demanding"
    assert store.count_chats() == 0


def test_that_an_import_that_takes_too_long_is_refused(
    store: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LIMIT_S", 0.2)
    (tmp_path / "x.json").write_bytes(b'{"messages": [' + b'{"role": "user", "content": "x"},' * 3_000_000 + b"{}]}")
    with pytest.raises(SamarError) as problem:
        import_chats(store, tmp_path / "x.json")
    assert problem.value.code == "import_too_demanding"


def test_that_a_file_that_is_none_is_named(store: ChatStore, tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no FIFOs here")
    os.mkfifo(tmp_path / "x.json")
    with pytest.raises(SamarError) as problem:
        import_chats(store, tmp_path / "x.json")
    assert problem.value.code == "import_unreadable"
