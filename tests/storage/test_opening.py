"""Damage, full disks, folders without rights, newer schemas: a person always gets a window, and loses nothing."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.core.chat import MessageStatus
from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.storage import backups
from desktop.storage.chats import ChatStore
from desktop.storage.database import Database
from desktop.storage.opening import open_history
from tests.storage.kit import die_with_open_history, exchange, opened, output_of


def fill(paths: Paths, chats: int = 5) -> None:
    with opened(paths) as store:
        for number in range(chats):
            chat = store.create_chat(f"chat {number}")
            exchange(store, chat.id, None, f"question {number} " * 200, f"answer {number} " * 400)


def garbage(file: Path) -> None:
    file.write_bytes(random.Random(3).randbytes(50_000))


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def halved(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 // 4096 * 4096)


def cut_inside_a_page(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 5000)


def pages_overwritten(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    draw = random.Random(5)
    for page in range(2, len(raw) // 4096):
        if page % 3 == 0:
            raw[page * 4096 : page * 4096 + 200] = draw.randbytes(200)
    file.write_bytes(raw)


def header_overwritten(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[:100] = bytes(100)
    file.write_bytes(raw)


def another_programs(file: Path) -> None:
    file.unlink()
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.commit()
    other.close()


DAMAGE = [garbage, emptied, halved, cut_inside_a_page, pages_overwritten, header_overwritten, another_programs]


@pytest.mark.parametrize("damage", DAMAGE)
def test_that_a_damaged_history_is_set_aside_and_the_last_backup_opened(
    paths: Paths, damage: Callable[[Path], None]
) -> None:
    fill(paths)
    backup = backups.make_daily_if_due(paths)
    assert backup is not None
    die_with_open_history(paths, "store.begin_turn(store.create_chat().id, None, 'after the backup', None)")
    with sqlite3.connect(paths.history) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    damage(paths.history)
    damaged = paths.history.read_bytes()

    found = open_history(paths)

    try:
        assert found.problem is not None
        assert found.problem.code in ("history_damaged", "history_salvaged", "history_repaired")
        assert found.problem.details.get("date", backup.local_date) == backup.local_date
        aside = paths.data / found.problem.details["aside"]
        assert aside.read_bytes() == damaged
        store = ChatStore(found.database)
        titles = {chat.title for chat in store.list_chats()}
        assert {f"chat {n}" for n in range(5)} <= titles
        saved = [
            m.content for c in store.list_chats() for m in store.messages_of(c.id) if m.content == "after the backup"
        ]
        assert (found.problem.code != "history_damaged") == bool(saved)
        exchange(store, store.create_chat().id, None, "and on", "it goes")
        assert backups.is_sound(backup.path)
    finally:
        found.database.close()
    with opened(paths) as store:
        assert store.count_chats() == len(titles) + 1
        assert store.database.fetch("PRAGMA foreign_key_check") == []


def _break_pages_of(paths: Paths, needle: str) -> None:
    """Overwrite the header of every page that holds `needle`: what else is on it is lost as well."""
    raw = bytearray(paths.history.read_bytes())
    for page in range(1, len(raw) // 4096):
        if needle.encode() in raw[page * 4096 : page * 4096 + 4096]:
            raw[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    paths.history.write_bytes(raw)


@pytest.mark.parametrize("with_backup", [True, False])
def test_that_what_can_be_read_of_a_damaged_history_is_saved(paths: Paths, with_backup: bool) -> None:
    fill(paths, 2)
    if with_backup:
        backups.make_daily_if_due(paths)
    with opened(paths) as store:
        for number in range(40):
            chat = store.create_chat(f"new {number}")
            _, reply = exchange(
                store, chat.id, None, f"q {number} {'x' * 900}", "سرّ الصفحة" if number == 20 else "جواب"
            )
            exchange(store, chat.id, reply.id, "further", f"turn {number} {'y' * 900}")
        gone = store.create_chat("deleted")
        exchange(store, gone.id, None, "deleted", "deleted")
        store.delete_chats([gone.id])
    die_with_open_history(paths)
    _break_pages_of(paths, "سرّ الصفحة")
    found = open_history(paths)
    assert found.problem is not None
    assert found.problem.code == ("history_salvaged" if with_backup else "history_salvaged_no_backup")
    store = ChatStore(found.database)
    assert 100 < int(found.problem.details["count"]) < 164
    titles = {chat.title for chat in store.list_chats()}
    assert {f"new {n}" for n in range(40)} <= titles
    assert "deleted" not in titles
    whole = [c for c in store.list_chats() if c.title.startswith("new") and len(store.messages_of(c.id)) == 4]
    assert len(whole) >= 30
    assert all(m.content.startswith("turn") for c in whole for m in store.last_turns(c.id, 1))
    assert store.database.check() == []
    assert store.database.fetch("PRAGMA foreign_key_check") == []
    store.database.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    exchange(store, store.create_chat().id, None, "and on", "it goes")
    found.database.close()


def test_that_a_reply_that_streamed_during_the_backup_is_taken_whole_from_the_damaged_file(paths: Paths) -> None:
    with opened(paths) as store:
        chat = store.create_chat()
        _, reply = store.begin_turn(chat.id, None, "q", "m")
        store.save_partial(reply.id, "ha")
        backups.make_daily_if_due(paths)
        store.finish(reply.id, "half and half", MessageStatus.FINISHED)
        exchange(store, chat.id, reply.id, "x" * 9000, "لا يُقرأ")
    die_with_open_history(paths)
    _break_pages_of(paths, "x" * 3000)  # pages that hold nothing but the long question
    found = open_history(paths)
    assert found.problem is not None and found.problem.code == "history_salvaged"
    assert ChatStore(found.database).get_message(reply.id).content == "half and half"
    found.database.close()


@pytest.mark.parametrize("damage", [garbage, another_programs])
def test_that_without_a_backup_an_empty_history_opens_and_says_so(paths: Paths, damage: Callable[[Path], None]) -> None:
    fill(paths)
    damage(paths.history)
    found = open_history(paths)
    assert found.problem is not None
    assert found.problem.code == "history_damaged_no_backup"
    assert (paths.data / found.problem.details["aside"]).exists()
    assert ChatStore(found.database).list_chats() == []
    found.database.close()


def test_that_a_damaged_backup_is_passed_over_for_an_older_one(paths: Paths) -> None:
    fill(paths, 1)
    old = backups.make(paths.history, paths.backups, backups.DAILY, now=1_700_000_000)
    fill(paths, 1)
    new = backups.make(paths.history, paths.backups, backups.DAILY, now=1_700_100_000)
    pages_overwritten(new.path)
    garbage(paths.history)
    found = open_history(paths)
    assert found.problem is not None
    assert found.problem.details["date"] == old.local_date
    assert ChatStore(found.database).count_chats() == 1
    found.database.close()


def test_that_a_history_that_vanished_but_left_its_log_counts_as_damaged(paths: Paths) -> None:
    fill(paths)
    backups.make_daily_if_due(paths)
    die_with_open_history(paths, "store.create_chat()")
    paths.history.unlink()
    found = open_history(paths)
    assert found.problem is not None
    assert found.problem.code == "history_damaged"  # a log alone holds no pages of the file
    assert list(paths.data.glob("history-damaged-*-wal"))
    found.database.close()


def test_that_a_lost_log_loses_no_more_than_the_log(paths: Paths) -> None:
    fill(paths)
    die_with_open_history(paths, "store.create_chat('only in the log')")
    Path(f"{paths.history}-wal").unlink()
    Path(f"{paths.history}-shm").unlink()
    with opened(paths) as store:
        assert {f"chat {n}" for n in range(5)} <= {chat.title for chat in store.list_chats()}


def test_that_the_log_of_a_killed_samar_is_read(paths: Paths) -> None:
    die_with_open_history(paths, "store.create_chat('in the log')")
    assert Path(f"{paths.history}-wal").stat().st_size > 0
    with opened(paths) as store:
        assert [chat.title for chat in store.list_chats()] == ["in the log"]


def test_that_a_good_order_start_does_not_read_the_whole_file(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[Database] = []
    check = Database.check
    monkeypatch.setattr(Database, "check", lambda self: checks.append(self) or check(self))
    fill(paths)
    with opened(paths):
        pass
    assert checks == []
    die_with_open_history(paths)
    with opened(paths):
        pass
    assert len(checks) == 1
    with opened(paths):
        pass
    assert len(checks) == 1


def test_that_damage_met_while_running_is_said_and_found_at_the_next_start(paths: Paths) -> None:
    fill(paths, 40)
    backups.make_daily_if_due(paths)
    found = open_history(paths)  # closed in good order before: nothing is checked
    found.database.close()
    raw = bytearray(paths.history.read_bytes())
    for page in range(len(raw) // 8192, len(raw) // 4096):  # texts, far from the schema
        raw[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    paths.history.write_bytes(raw)
    found = open_history(paths)
    assert found.problem is None, "the damage lies where opening does not look"
    store = ChatStore(found.database)
    with pytest.raises(SamarError) as met:
        [store.messages_of(chat_id) for chat_id in range(1, 41)]
    assert met.value.code == "history_damaged_now"
    found.database.close()
    found = open_history(paths)
    assert found.problem is not None
    assert found.problem.code in ("history_damaged", "history_salvaged")
    assert ChatStore(found.database).count_chats() == 40
    found.database.close()


def test_that_a_newer_history_is_refused_and_left_untouched(paths: Paths) -> None:
    fill(paths)
    with sqlite3.connect(paths.history) as raw:
        raw.execute("INSERT INTO migrations VALUES ('9999_from_the_future', 0)")
    raw.close()
    before = paths.history.read_bytes()
    with pytest.raises(SamarError) as refused:
        open_history(paths)
    assert refused.value.code == "history_too_new"
    assert paths.history.read_bytes() == before
    assert sorted(path.name for path in paths.data.iterdir()) == ["history.sqlite3"]


def test_that_another_program_that_holds_the_history_is_named(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.storage.database.BUSY_MS", 20)
    fill(paths, 1)
    holder = sqlite3.connect(paths.history, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(SamarError) as busy:
            open_history(paths)
        assert busy.value.code == "history_busy"
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    with opened(paths) as store:
        assert store.count_chats() == 1


def test_that_only_the_person_may_read_the_history(paths: Paths) -> None:
    with opened(paths) as store:
        store.create_chat()
        assert paths.history.stat().st_mode & 0o077 == 0
        assert Path(f"{paths.history}-wal").stat().st_mode & 0o077 == 0


# a folder without the right to write: root has it everywhere, so the child becomes somebody else


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may look into, the way to it included."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


AS_NOBODY = """
    import os, sys
    from pathlib import Path
    from desktop.core.chat import *
    from desktop.core.errors import SamarError
    from desktop.core.paths import Paths
    from desktop.storage.chats import ChatStore
    from desktop.storage import reopening
    from desktop.storage.opening import open_history

    if os.getuid() == 0:
        os.setuid(65534)
    paths = Paths.under(Path(sys.argv[1]))
    opened = open_history(paths)
    store = ChatStore(opened.database)
    print(opened.problem.code, opened.database.read_only, opened.database.path is None)
    store.recover_interrupted()
    store.purge_deleted()
    print([(c.title, [m.content for m in store.messages_of(c.id)]) for c in store.list_chats()])
    look_again = opened.database.path is None and reopening.write_again(opened.database, paths)
    assert not look_again, look_again
    try:
        chat = store.create_chat()
        print("stored", store.begin_turn(chat.id, None, "hello", None)[0].content)
    except SamarError as problem:
        print(problem.code)
"""


def test_that_a_read_only_folder_is_named_and_its_chats_are_still_read(open_folder: Path) -> None:
    paths = Paths.under(open_folder / "data")
    with opened(paths) as store:
        exchange(store, store.create_chat("kept").id, None, "q", "a")
    paths.history.chmod(0o444)
    paths.data.chmod(0o555)
    try:
        said = output_of(AS_NOBODY, paths.data).splitlines()
    finally:
        paths.data.chmod(0o755)
    assert said == ["data_read_only True False", "[('kept', ['q', 'a'])]", "data_read_only"]


def test_that_a_folder_that_can_not_be_made_gives_a_history_in_memory(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    said = output_of(AS_NOBODY, open_folder / "data").splitlines()
    assert said == ["data_read_only False True", "[]", "stored hello"]


def test_that_a_folder_that_may_not_be_looked_into_gives_a_history_in_memory(open_folder: Path) -> None:
    paths = Paths.under(open_folder / "data")
    with opened(paths) as store:
        exchange(store, store.create_chat("kept").id, None, "q", "a")
    for mode in (0o744, 0o700):
        paths.data.chmod(mode)
        said = output_of(AS_NOBODY, paths.data).splitlines()
        assert said == ["data_read_only False True", "[]", "stored hello"]
    with opened(paths) as store:
        assert [chat.title for chat in store.list_chats()] == ["kept"]


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are POSIX's")
@pytest.mark.parametrize("kind", ["mkdir", "mkfifo"])
def test_that_what_is_no_file_in_its_place_is_said(paths: Paths, kind: str) -> None:
    paths.data.mkdir(parents=True, exist_ok=True)
    getattr(os, kind)(paths.history)
    with pytest.raises(SamarError, match="regular file") as refused:
        open_history(paths)
    assert refused.value.code == "history_failed"


def test_that_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    found = open_history(Paths.under(tmp_path / "data"))
    assert found.problem is not None
    assert found.problem.code == "data_read_only"
    assert found.database.path is None
    found.database.close()


# a full disk


def test_that_a_full_disk_stores_nothing_by_halves_and_the_next_try_works(store: ChatStore) -> None:
    chat = store.create_chat("kept")
    user, reply = exchange(store, chat.id, None, "first", "answer")
    pages = store.database.scalar("PRAGMA page_count")
    store.database.scalar(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(SamarError) as full:
        store.begin_turn(chat.id, reply.id, "long " * 20_000, None)
    assert full.value.code == "disk_full"
    assert [m.id for m in store.messages_of(chat.id)] == [user.id, reply.id]
    assert store.get_chat(chat.id).active_leaf == reply.id
    _, streaming = store.begin_turn(chat.id, reply.id, "short", None)
    with pytest.raises(SamarError):
        store.finish(streaming.id, "long " * 20_000, MessageStatus.FINISHED)
    store.database.scalar("PRAGMA max_page_count = 1000000")
    finished = store.finish(streaming.id, "long " * 20_000, MessageStatus.FINISHED)
    assert finished is not None and len(finished.content) == 100_000


FILE_LIMIT = """
    import resource, signal, sys
    from pathlib import Path
    from desktop.core.chat import *
    from desktop.core.errors import SamarError
    from desktop.core.paths import Paths
    from desktop.storage.chats import ChatStore
    from desktop.storage.opening import open_history

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = sys.argv[2] == "before"
    def limit(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    if before:
        limit(0)
    opened = open_history(Paths.under(Path(sys.argv[1])))
    print(opened.problem and opened.problem.code)
    store = ChatStore(opened.database)
    print([c.title for c in store.list_chats()])
    limit(0)
    try:
        store.create_chat("lost")
        print("stored")
    except SamarError as problem:
        print(problem.code)
    limit(resource.RLIM_INFINITY)
    if not before:
        store.create_chat("later")
    opened.database.close()
"""


def test_that_a_disk_that_takes_no_byte_is_said_at_a_write_and_at_open(paths: Paths) -> None:
    with opened(paths) as store:
        store.create_chat("kept")
    assert output_of(FILE_LIMIT, paths.data, "after").splitlines() == ["None", "['kept']", "disk_full"]
    assert output_of(FILE_LIMIT, paths.data, "before").splitlines() == [
        "disk_full",
        "['later', 'kept']",
        "data_read_only",
    ]
    with opened(paths) as store:
        assert [chat.title for chat in store.list_chats()] == ["later", "kept"]
