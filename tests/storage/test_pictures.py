"""Images in the history: kept once, kept through every change of the turns, erased with the last that shows them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop.core.chat import MessageStatus
from desktop.core.errors import SamarError
from desktop.core.images import MAX_KEPT_BYTES, MAX_OF_MESSAGE, ImageFile, check_image, kind_of
from desktop.core.paths import Paths
from desktop.storage import backups
from desktop.storage.chats import ChatStore
from desktop.storage.database import Database
from desktop.storage.erasure import erase_traces
from desktop.storage.exporters.base import ExportFormat, ExportLabels
from desktop.storage.exporters.exporting import export_chats
from desktop.storage.importers.importing import import_chats
from desktop.storage.opening import in_memory, open_history
from desktop.storage.recovery import save_readable
from desktop.storage.temporary import FIRST_ID, temporary_store
from tests.fakes.tiny_gguf import png
from tests.storage.kit import exchange, opened

RED, BLUE = ImageFile.checked(png((220, 20, 20)), "أحمر.png"), ImageFile.checked(png((20, 20, 220), 30, 40), "blue.png")


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(SamarError) as caught:
        yield
    assert caught.value.code == code


def shown(store: ChatStore, message_id: int) -> list[tuple[str, int, int, bytes]]:
    return [(p.name, p.width, p.height, store.picture(p.id)) for p in store.get_message(message_id).images]


def plain(*images: ImageFile) -> list[tuple[str, int, int, bytes]]:
    return [(image.name, image.width, image.height, image.data) for image in images]


def pictures(store: ChatStore) -> int:
    return int(store.database.scalar("SELECT count(*) FROM pictures"))


def test_that_images_are_kept_in_order_and_their_bytes_once(store: ChatStore) -> None:
    chat = store.create_chat()
    user, reply = store.begin_turn(chat.id, None, "which one?", "m", [RED, BLUE, RED])
    assert [image.name for image in user.images] == ["أحمر.png", "blue.png", "أحمر.png"]
    assert reply.images == ()
    assert shown(store, user.id) == plain(RED, BLUE, RED)
    assert store.messages_of(chat.id).messages[user.id] == user
    assert store.last_turns(chat.id, 2)[0] == user
    assert pictures(store) == 2


def test_that_a_message_of_images_alone_names_its_chat_after_the_first(store: ChatStore) -> None:
    chat = store.create_chat()
    store.begin_turn(chat.id, None, "", "m", [BLUE, RED])
    assert store.get_chat(chat.id).title == "blue.png"


def test_that_edits_new_replies_forks_and_undo_keep_them(store: ChatStore) -> None:
    chat = store.create_chat()
    user, reply = store.begin_turn(chat.id, None, "what is it?", "m", [RED, BLUE])
    store.finish(reply.id, "Colours.", MessageStatus.FINISHED)
    edited, other = store.edit_turn(user.id, "and now?", "m")
    assert edited.images == user.images
    store.finish(other.id, "Still colours.", MessageStatus.FINISHED)
    store.begin_reply(user.id, "m")
    assert store.edit_content(user.id, "what?").images == user.images
    fork = store.fork(other.id)
    copied = next(iter(store.messages_of(fork.id)))
    assert shown(store, copied.id) == plain(RED, BLUE)
    assert pictures(store) == 2
    deletion = store.delete_turn(user.id)
    store.undo(deletion)
    assert shown(store, user.id) == plain(RED, BLUE)


def test_that_the_bytes_go_with_the_last_message_that_shows_them(store: ChatStore) -> None:
    chat, other = store.create_chat(), store.create_chat()
    first, _ = store.begin_turn(chat.id, None, "a", "m", [RED, BLUE])
    second, _ = store.begin_turn(other.id, None, "b", "m", [RED])
    store.purge(store.delete_turn(first.id))
    assert pictures(store) == 1
    assert shown(store, second.id) == plain(RED)
    store.purge(store.delete_chats([other.id]))
    assert pictures(store) == 0
    with pytest.raises(SamarError):
        store.picture(second.images[0].id)


def test_that_nothing_of_an_erased_image_is_left_in_any_file(paths: Paths) -> None:
    secret = ImageFile.checked(png((1, 2, 3), 200, 200) + b"zanzibarsecret" * 2000, "namesecret.png")
    with opened(paths) as store:
        chat = store.create_chat("kept")
        kept, reply = store.begin_turn(chat.id, None, "look", "m", [RED])
        gone, _ = store.begin_turn(chat.id, reply.id, "look here", "m", [secret])
        backups.make_daily_if_due(paths)
        store.purge(store.delete_turn(gone.id))
        assert erase_traces(paths)
        for word in (b"zanzibarsecret", b"namesecret"):
            assert [f.name for f in paths.data.rglob("*") if f.is_file() and word in f.read_bytes()] == []
        assert shown(store, kept.id) == plain(RED)
    (backup,) = backups.listed(paths.backups)
    copy = ChatStore(Database.connect(backup.path, immutable=True))
    assert pictures(copy) == 1
    copy.database.close()


def test_that_what_waits_beside_a_draft_is_kept_and_let_go(store: ChatStore) -> None:
    chat = store.create_chat()
    store.save_draft_images(None, [BLUE])
    store.save_draft_images(chat.id, [RED, BLUE])
    assert store.draft_images(None) == [BLUE]
    assert store.draft_images(chat.id) == [RED, BLUE]
    store.save_draft_images(chat.id, [])
    assert store.draft_images(chat.id) == []
    assert pictures(store) == 1
    store.save_draft_images(None, [])
    assert pictures(store) == 0


def test_that_an_image_beyond_the_bound_is_never_stored(store: ChatStore) -> None:
    chat = store.create_chat()
    with refused("image_too_large"):
        ImageFile.checked(RED.data + bytes(MAX_KEPT_BYTES), "x")
    with pytest.raises(ValueError, match="small"):
        store.begin_turn(chat.id, None, "x", "m", [ImageFile(bytes(MAX_KEPT_BYTES + 1), 1, 1)])
    assert len(store.messages_of(chat.id)) == 0


def test_that_a_temporary_chat_has_image_numbers_of_its_own() -> None:
    store = temporary_store()
    chat = store.create_chat()
    user, _ = store.begin_turn(chat.id, None, "x", "m", [RED])
    assert user.images[0].id > FIRST_ID
    store.database.close()


def test_that_the_search_index_takes_no_notice_of_images(store: ChatStore) -> None:
    chat = store.create_chat()
    store.begin_turn(chat.id, None, "words", "m", [BLUE])
    assert store.database.fetch("SELECT rowid FROM search WHERE search MATCH 'blue'") == []


def test_that_images_are_saved_from_a_damaged_history(paths: Paths, tmp_path: Path) -> None:
    with opened(paths) as store:
        chat = store.create_chat("chat")
        kept, reply = store.begin_turn(chat.id, None, "a", "m", [RED])
        store.finish(reply.id, "b", MessageStatus.FINISHED)
        broken, _ = store.begin_turn(chat.id, reply.id, "c", "m", [BLUE, RED])
        store.database.execute("UPDATE pictures SET data = x'00' WHERE id = ?", (broken.images[0].id,))
    found = open_history(Paths.under(tmp_path / "new"))
    saved = ChatStore(found.database)
    assert save_readable(paths.history, found.database).messages == 4
    assert shown(saved, kept.id) == plain(RED)
    assert shown(saved, broken.id) == plain(RED), "the one that is not whole is left out"
    assert save_readable(paths.history, found.database).messages == 0
    assert pictures(saved) == 1
    found.database.close()


# ---- out and in


def test_that_samars_own_form_loses_no_image(store: ChatStore, tmp_path: Path) -> None:
    chat = store.create_chat("t")
    _, reply = store.begin_turn(chat.id, None, "", "m", [RED, BLUE])
    store.finish(reply.id, "Two.", MessageStatus.FINISHED)
    exchange(store, chat.id, reply.id, "no image", "no")
    store.save_draft_images(chat.id, [BLUE])
    store.set_probabilities(chat.id, True)
    path = tmp_path / "x.json"
    export_chats(store, path, ExportFormat.JSON)
    other = ChatStore(in_memory())
    import_chats(other, path)
    (came,) = other.list_chats()
    first = next(iter(other.messages_of(came.id)))
    assert shown(other, first.id) == plain(RED, BLUE)
    assert other.draft_images(came.id) == [BLUE]
    assert came.probabilities
    assert import_chats(other, path).present == 1
    again = tmp_path / "again.json"
    export_chats(other, again, ExportFormat.JSON)
    assert again.read_bytes() == path.read_bytes()
    other.database.close()


def test_that_a_chat_with_another_image_is_another_chat(store: ChatStore, tmp_path: Path) -> None:
    chat = store.create_chat("t")
    store.begin_turn(chat.id, None, "x", "m", [RED])
    path = tmp_path / "x.json"
    export_chats(store, path, ExportFormat.JSON)
    data = json.loads(path.read_text())
    data["chats"][0]["messages"][0]["images"][0]["data"] = base64.b64encode(BLUE.data).decode()
    path.write_text(json.dumps(data))
    assert len(import_chats(store, path).chats) == 1


@pytest.mark.parametrize("bad", ["no image", "not base64", "too many"])
def test_that_an_import_with_a_broken_image_imports_nothing(store: ChatStore, tmp_path: Path, bad: str) -> None:
    chat = store.create_chat("t")
    store.begin_turn(chat.id, None, "x", "m", [RED])
    path = tmp_path / "x.json"
    export_chats(store, path, ExportFormat.JSON)
    data = json.loads(path.read_text())
    images = data["chats"][0]["messages"][0]["images"]
    if bad == "too many":
        images *= MAX_OF_MESSAGE + 1
    else:
        images[0]["data"] = "aGVsbG8=" if bad == "no image" else "***"
    path.write_text(json.dumps(data))
    other = ChatStore(in_memory())
    with refused("import_damaged"):
        import_chats(other, path)
    assert other.chat_ids() == []
    assert pictures(other) == 0
    other.database.close()


def test_that_every_form_says_that_an_image_was_there(store: ChatStore, tmp_path: Path) -> None:
    chat = store.create_chat("t")
    hostile = ImageFile(BLUE.data, BLUE.width, BLUE.height, 'a"><script>\nb')
    _, reply = store.begin_turn(chat.id, None, "look", "m", [RED, hostile])
    store.finish(reply.id, "Seen.", MessageStatus.FINISHED)
    texts = {}
    for form in ExportFormat:
        export_chats(store, tmp_path / "x", form, labels=ExportLabels(image="صورة"))
        texts[form] = (tmp_path / "x").read_text(encoding="utf-8", errors="replace")
    assert texts[ExportFormat.DOCX].count("word/media/image") == 4, "each by its place and in the list of places"
    assert "[صورة: أحمر.png]" in texts[ExportFormat.MARKDOWN]
    assert texts[ExportFormat.HTML].count('<img src="data:image/png;base64,') == 2
    assert "<script>" not in texts[ExportFormat.HTML]
    assert "img-src data:" in texts[ExportFormat.HTML]
    assert '"value":"[image]\\n[image]\\nlook"' in texts[ExportFormat.SHAREGPT]
    assert '"content":"[image]\\n[image]\\nlook"' in texts[ExportFormat.CHATML]


# ---- headers


def test_that_webp_is_known_by_its_header_where_it_is_asked_for() -> None:
    frame = b"RIFF\x24\0\0\0WEBP"
    extended = frame + b"VP8X\x0a\0\0\0" + b"\0" * 4 + (99).to_bytes(3, "little") + (49).to_bytes(3, "little")
    lossless = frame + b"VP8L\x0a\0\0\0\x2f" + (31 | 15 << 14).to_bytes(4, "little") + bytes(8)
    lossy = frame + b"VP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a" + (640).to_bytes(2, "little") + (480).to_bytes(2, "little")
    for data, size in ((extended, (100, 50)), (lossless, (32, 16)), (lossy, (640, 480))):
        assert check_image(data, webp=True) == size
        assert kind_of(data) == "webp"
        with refused("image_unreadable"):
            check_image(data)
    for cut in (frame, lossy[:28], b"RIFF\x24\0\0\0WAVEfmt " + bytes(20)):
        with refused("image_unreadable"):
            check_image(cut, webp=True)
