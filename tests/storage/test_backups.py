from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.storage import backups
from desktop.storage.chats import ChatStore
from desktop.storage.database import Database
from desktop.storage.maintenance import keep_up
from tests.storage.kit import exchange, opened

DAY = 24 * 60 * 60
NOW = 1_800_000_000.0


def test_that_one_copy_a_day_is_made_and_five_are_kept(paths: Paths) -> None:
    with opened(paths) as store:
        store.create_chat("kept")
        made = [backups.make_daily_if_due(paths, NOW + hour * 3600) for hour in range(0, 10 * 24, 6)]
    days = [backup for backup in made if backup is not None]
    assert len(days) == 10
    assert [b.path for b in backups.listed(paths.backups)] == [b.path for b in reversed(days[-5:])]
    assert all(backups.is_sound(b.path) for b in backups.listed(paths.backups))


def test_that_the_upkeep_makes_the_copy_of_the_day(paths: Paths) -> None:
    assert keep_up(paths), "no history yet"
    with opened(paths) as store:
        store.create_chat("kept")
        store.purge(store.delete_chats([store.create_chat("gone").id]))
        assert not keep_up(paths, cancelled=lambda: True)
        assert keep_up(paths)
        assert keep_up(paths)
        assert store.database.fetch("SELECT * FROM erasures") == []
    assert len(backups.listed(paths.backups)) == 1


def test_that_a_copy_from_a_clock_that_was_wrong_does_not_stop_the_next(paths: Paths) -> None:
    with opened(paths) as store:
        store.create_chat()
        assert backups.make_daily_if_due(paths, NOW + 4000 * DAY) is not None
        assert backups.make_daily_if_due(paths, NOW) is not None


def write(store: ChatStore, number: int) -> None:
    exchange(store, store.create_chat(f"chat {number}").id, None, "q", f"a {number}")


def messages_in(backup: backups.Backup) -> int:
    return backups.contents_of(backup.path).messages


def test_that_the_first_day_has_a_copy_with_messages(paths: Paths) -> None:
    with opened(paths) as store:
        assert backups.make_daily_if_due(paths, NOW) is not None
        assert backups.make_daily_if_due(paths, NOW + 60) is None
        write(store, 1)
        made = backups.make_daily_if_due(paths, NOW + 120)
        assert made is not None
        assert messages_in(made) == 2
        assert backups.make_daily_if_due(paths, NOW + 180) is None


def test_that_empty_copies_push_out_no_full_ones(paths: Paths) -> None:
    with opened(paths) as store:
        for day in range(6):
            write(store, day)
            backups.make_daily_if_due(paths, NOW + day * DAY)
    full = sorted(messages_in(backup) for backup in backups.listed(paths.backups))
    assert full == [4, 6, 8, 10, 12]
    aside = paths.backups.rename(paths.data / "elsewhere")
    for file in paths.data.glob("history.sqlite3*"):
        file.unlink()
    with opened(paths):  # a new history, since nothing is known of the old one
        aside.rename(paths.backups)
        for day in range(6, 20):
            assert backups.make_daily_if_due(paths, NOW + day * DAY) is not None
    assert sorted(messages_in(backup) for backup in backups.listed(paths.backups)) == [0, *full]


def test_that_a_history_begun_anew_does_not_push_out_the_fullest_copy_of_the_one_before(paths: Paths) -> None:
    with opened(paths) as store:
        for number in range(10):
            write(store, number)
        backups.make_daily_if_due(paths, NOW)
    aside = paths.backups.rename(paths.data / "elsewhere")
    for file in paths.data.glob("history.sqlite3*"):
        file.unlink()
    with opened(paths) as store:
        aside.rename(paths.backups)
        for day in range(1, 9):
            write(store, day)
            backups.make_daily_if_due(paths, NOW + day * DAY)
    assert sorted(messages_in(backup) for backup in backups.listed(paths.backups)) == [8, 10, 12, 14, 16, 20]


@pytest.mark.parametrize("wrong", [3650 * DAY, -19_000 * DAY])
def test_that_a_week_with_a_wrong_clock_neither_freezes_nor_destroys_the_copies(paths: Paths, wrong: float) -> None:
    with opened(paths) as store:
        made = []
        for day in range(20):
            write(store, day)
            clock = NOW + day * DAY + (wrong if 5 <= day < 12 else 0)
            for hour in (0, 6, 12):  # each start asks for one
                made.append(backups.make_daily_if_due(paths, clock + hour * 3600))
            kept = [messages_in(backup) for backup in backups.listed(paths.backups)]
            assert max(kept) == 2 * day + 2, "the newest state is among them"
            newest = backups.in_order(backups.listed(paths.backups), clock)[0]
            assert messages_in(newest) == 2 * day + 2, "it is the one that would be restored"
            assert len(kept) <= backups.KEPT_DAILY + 1
    assert sum(backup is not None for backup in made) == 20
    assert sorted(messages_in(backup) for backup in backups.listed(paths.backups)) == [32, 34, 36, 38, 40]


def test_that_damage_after_a_wrong_clock_restores_the_copy_that_had_come_further(paths: Paths) -> None:
    with opened(paths) as store:
        write(store, 0)
        future = backups.make(paths.history, paths.backups, backups.DAILY, NOW + 3650 * DAY)
        write(store, 1)
        right = backups.make(paths.history, paths.backups, backups.DAILY, 1_700_000_000)
    assert [backup.path for backup in backups.in_order([future, right])] == [right.path, future.path]
    paths.history.unlink()
    assert backups.restore_newest(paths) == right


def test_that_a_copy_has_what_stands_in_the_log_and_writing_goes_on(paths: Paths) -> None:
    with opened(paths) as store:
        chat = store.create_chat("in the log")
        _, reply = store.begin_turn(chat.id, None, "q", "m")
        backup = backups.make_daily_if_due(paths)
        assert backup is not None
        assert store.save_partial(reply.id, "goes on")
    copy = Database.connect(backup.path, immutable=True)
    assert copy.fetch("SELECT title FROM chats") == [("in the log",)]
    copy.close()
    assert sorted(path.name for path in paths.backups.iterdir()) == [backup.path.name]


def test_that_copies_before_migrations_are_counted_apart(paths: Paths) -> None:
    with opened(paths) as store:
        store.create_chat()
        for number in range(6):
            backups.make(paths.history, paths.backups, f"before-000{number}_x", NOW + number)
            backups.make(paths.history, paths.backups, backups.DAILY, NOW + number * DAY)
        backups.rotate(paths.backups)
    reasons = [backup.reason for backup in backups.listed(paths.backups)]
    assert reasons.count(backups.DAILY) == 5
    assert len(reasons) == 8


def test_that_a_copy_that_can_not_be_written_leaves_no_part_of_itself(paths: Paths, tmp_path: Path) -> None:
    with opened(paths) as store:
        exchange(store, store.create_chat().id, None, "q", "a")
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(SamarError) as problem:
            backups.make(paths.history, tmp_path / "file", backups.DAILY)
        assert problem.value.code == "data_read_only"


def test_that_a_copy_of_a_damaged_history_does_not_count(paths: Paths) -> None:
    with opened(paths) as store:
        for _ in range(30):
            exchange(store, store.create_chat().id, None, "q " * 3000, "a " * 3000)
    raw = bytearray(paths.history.read_bytes())
    for page in range(40, len(raw) // 4096):
        raw[page * 4096 : page * 4096 + 50] = b"\xff" * 50
    paths.history.write_bytes(raw)
    with pytest.raises(SamarError, match="damaged"):
        backups.make(paths.history, paths.backups, backups.DAILY)
    assert list(paths.backups.iterdir()) == []


def test_that_a_partial_copy_that_a_kill_left_goes_and_one_in_the_making_stays(paths: Paths) -> None:
    with opened(paths) as store:
        write(store, 1)
    paths.backups.mkdir(exist_ok=True)
    left, growing = (paths.backups / f"history-2026010{day}-000000Z-daily.part" for day in (1, 2))
    for part in (left, growing):
        part.write_bytes(b"chats")
    os.utime(left, (0, 0))
    backups.rotate(paths.backups)
    assert (left.exists(), growing.exists()) == (False, True)


def test_that_files_of_other_names_are_no_backups(paths: Paths) -> None:
    paths.backups.mkdir(parents=True)
    for name in ("history-.sqlite3", "history-2026.sqlite3", "history-20261122-181301Z-daily.part", "notes.txt"):
        (paths.backups / name).write_text("?")
    assert backups.listed(paths.backups) == []
    with opened(paths) as store:
        assert isinstance(store, ChatStore)
