"""A history with everything in it, ways to damage its file, and what can still be read of it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from desktop.core.chat import MessageStatus
from desktop.core.generation import GenerationParams, GenerationStats
from desktop.core.images import ImageFile
from desktop.core.paths import Paths
from desktop.storage import backups
from desktop.storage.chats import ChatStore
from desktop.storage.prompts import PromptLibrary
from tests.storage.kit import opened

PAGE = 4096
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def converse(store: ChatStore, chat_id: int, dice: random.Random, turns: int) -> None:
    """Turns of uneven length, with branches."""
    leaves: list[int | None] = [None]
    for number in range(turns):
        words = dice.choice((3, 20, 300, 1500))
        user, reply = store.begin_turn(chat_id, leaves[-1], f"سؤال {chat_id}.{number} " + "word " * words, "model")
        stats = GenerationStats(prompt_tokens=number, reply_tokens=words)
        answer = f"جواب {chat_id}.{number} " + "كلمة " * words
        store.finish(reply.id, answer, MessageStatus.FINISHED, stats, thinking=f"thought {number}", thinking_s=2.0)
        leaves.append(reply.id)
        if dice.random() < 0.2:
            store.begin_turn(chat_id, user.parent_id, f"فرع {chat_id}.{number}", "model")
            leaves.append(dice.choice(leaves))


def build(paths: Paths, seed: int, *, chats: int, backup: bool) -> None:
    """A history; its last third, and every kind of change, come after the backup."""
    dice = random.Random(seed)
    with opened(paths) as store:
        library = PromptLibrary(store.database)
        old = [store.create_chat(f"chat {number}") for number in range(chats)]
        for chat in old:
            converse(store, chat.id, dice, dice.randint(1, 12))
        gone = store.create_chat("deleted")
        erased = store.create_chat("erase-me", "secret-prompt")
        for chat in (gone, erased):
            converse(store, chat.id, dice, 2)
        folder = store.create_folder("before")
        dropped = library.create("dropped prompt", "text")
        store.save_draft(old[0].id, "a draft that is sent")
        if backup:
            backups.make_daily_if_due(paths)
        for number in range(chats // 2):
            chat = store.create_chat(f"new {number}", "be brief", GenerationParams(top_k=7))
            converse(store, chat.id, dice, dice.randint(1, 12))
        store.rename(old[1].id, "renamed since")
        store.set_system_prompt(old[1].id, "prompt since")
        store.place([old[2].id], pinned=True, folder_id=store.create_folder("since").id)
        store.rename_folder(folder.id, "renamed folder")
        store.edit_content(store.messages_of(old[3].id).children(None)[0].id, "text edited since")
        store.save_draft(old[0].id, "")
        store.save_draft(old[1].id, "draft since")
        store.save_draft_images(old[1].id, [ImageFile(PIXEL, 1, 1, "since.png")])
        store.delete_chats([gone.id])
        store.purge(store.delete_chats([erased.id]))
        library.delete(dropped.id)
        library.create("prompt since", "its text", "since")


def pages_of(paths: Paths, *names: str) -> list[int]:
    """Pages of tables or indexes, from 1."""
    with closing(sqlite3.connect(paths.history)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found: list[int] = []
        for name in names:
            (root,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
            found += _tree(paths.history.read_bytes(), root)
    return found


def _tree(raw: bytes, page: int) -> list[int]:
    """The pages of a b-tree (https://sqlite.org/fileformat2.html#b_tree_pages), without overflow pages."""
    at = (page - 1) * PAGE + (100 if page == 1 else 0)
    found = [page]
    if raw[at] in (2, 5):
        count = int.from_bytes(raw[at + 3 : at + 5], "big")
        for cell in range(count):
            where = int.from_bytes(raw[at + 12 + 2 * cell : at + 14 + 2 * cell], "big")
            start = (page - 1) * PAGE + where
            found += _tree(raw, int.from_bytes(raw[start : start + 4], "big"))
        found += _tree(raw, int.from_bytes(raw[at + 8 : at + 12], "big"))
    return found


def overwrite(file: Path, pages: list[int], dice: random.Random, length: int = PAGE) -> None:
    raw = bytearray(file.read_bytes())
    for page in pages:
        start = (page - 1) * PAGE
        raw[start : start + length] = dice.randbytes(length)
    file.write_bytes(raw)


def _cut(file: Path, dice: random.Random) -> None:
    raw = file.read_bytes()
    file.write_bytes(raw[: int(len(raw) * dice.uniform(0.4, 0.98))])


def _pages(file: Path, dice: random.Random) -> None:
    count = file.stat().st_size // PAGE
    overwrite(file, [dice.randint(2, count) for _ in range(dice.randint(1, max(2, count // 8)))], dice)


def _page_headers(file: Path, dice: random.Random) -> None:
    count = file.stat().st_size // PAGE
    overwrite(file, [dice.randint(2, count) for _ in range(dice.randint(1, 6))], dice, 12)


def _zeros(file: Path, dice: random.Random) -> None:
    raw = bytearray(file.read_bytes())
    start = dice.randrange(PAGE, len(raw) - 1000)
    length = min(dice.choice((1000, 10_000, 100_000)), len(raw) - start)
    raw[start : start + length] = bytes(length)
    file.write_bytes(raw)


def _header(file: Path, dice: random.Random) -> None:
    raw = bytearray(file.read_bytes())
    raw[:100] = dice.randbytes(100)
    file.write_bytes(raw)


def _first_page(file: Path, dice: random.Random) -> None:
    overwrite(file, [1], dice)


def _schema(file: Path, dice: random.Random) -> None:
    """Every page of the list of tables."""
    overwrite(file, _tree(file.read_bytes(), 1), dice)


def _bits(file: Path, dice: random.Random) -> None:
    raw = bytearray(file.read_bytes())
    for _ in range(dice.randint(1, 60)):
        raw[dice.randrange(100, len(raw))] ^= 1 << dice.randrange(8)
    file.write_bytes(raw)


def _block_moved(file: Path, dice: random.Random) -> None:
    """A block written to the wrong place."""
    raw = bytearray(file.read_bytes())
    count = len(raw) // PAGE
    here, there = dice.randrange(1, count), dice.randrange(1, count)
    raw[there * PAGE : (there + 1) * PAGE] = raw[here * PAGE : (here + 1) * PAGE]
    file.write_bytes(raw)


def _junk_appended_and_cut(file: Path, dice: random.Random) -> None:
    raw = file.read_bytes()
    file.write_bytes(raw[: len(raw) - dice.randint(1, 3 * PAGE)] + dice.randbytes(dice.randint(0, 2 * PAGE)))


DAMAGE: tuple[Callable[[Path, random.Random], None], ...] = (
    *(_cut, _pages, _page_headers, _zeros, _header, _first_page, _schema, _bits, _block_moved, _junk_appended_and_cut),
)


def readable(file: Path) -> dict[int, tuple[object, ...]]:
    """Messages of a file that SQLite reads one by one, without Samar's code: id → (chat, content, deleted)."""
    found = {}
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as raw:
        raw.text_factory = lambda text: text.decode("utf-8", "replace")
        try:
            raw.execute("PRAGMA writable_schema = ON")
            raw.execute("PRAGMA cell_size_check = ON")
            raw.execute("SELECT id FROM messages LIMIT 0")
        except sqlite3.Error:
            return {}
        for id_ in range(1, 20_000 if file.stat().st_size > 1 << 22 else 3000):
            try:
                row = raw.execute(
                    "SELECT chat_id, content, deleted_at, role, status FROM messages NOT INDEXED WHERE id = ?", (id_,)
                ).fetchone()
            except sqlite3.Error:
                continue
            if row is not None and isinstance(row[1], str) and row[3] in ("user", "assistant"):
                found[id_] = row
    return found
