"""What a killed Samar left of an export is removed at the next start, and nothing else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from desktop.core.paths import Paths
from desktop.storage.exporters.base import ExportFormat
from desktop.storage.exporters.exporting import export_chats
from desktop.storage.unfinished import noted, remove_left_over
from tests.storage.kit import die_with_open_history, exchange, opened


def test_that_the_next_start_removes_what_a_killed_export_left(paths: Paths, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    script = """
        import threading
        from desktop.storage.exporters import base, exporting
        chat = store.create_chat("secret")
        store.begin_turn(chat.id, None, "secret", None)
        def die(done, total):
            os._exit(0)
        exporting.export_chats(store, Path(%r) / "all.md", base.ExportFormat.MARKDOWN, progress=die)
    """
    die_with_open_history(paths, script % str(target))
    (left,) = target.iterdir()
    assert left.name.startswith(".export-")
    (target / ".export-mine").write_text("not Samar's")
    assert remove_left_over(paths.data) == 1
    assert [path.name for path in target.iterdir()] == [".export-mine"]
    assert remove_left_over(paths.data) == 0
    assert not list((paths.data / "unfinished").iterdir())


def test_that_a_whole_export_leaves_no_note(paths: Paths, tmp_path: Path) -> None:
    with opened(paths) as store:
        exchange(store, store.create_chat().id, None, "q", "a")
        assert export_chats(store, tmp_path / "all.json", ExportFormat.JSON) == 1
    assert not list((paths.data / "unfinished").iterdir())


def test_that_a_note_can_name_nothing_but_an_export(tmp_path: Path) -> None:
    data = tmp_path / "data"
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / ".export-link").symlink_to(precious)
    (precious / "file").write_text("mine")
    notes = data / "unfinished"
    notes.mkdir(parents=True)
    for number, path in enumerate((precious, precious / "file", precious / ".export-link", tmp_path / "samar-x")):
        path.exists() or path.mkdir()
        (notes / f"1-{number}").write_bytes(os.fsencode(path))
    (notes / "1-nul").write_bytes(b"/tmp/\0")
    assert remove_left_over(data) == 0
    assert (precious / "file").exists() and (precious / ".export-link").is_symlink() and (tmp_path / "samar-x").is_dir()


def test_that_pages_for_paper_are_noted_and_removed_too(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="samar-"))
    (folder / "chats.html").write_text("secret")
    with noted(tmp_path, folder):
        assert remove_left_over(tmp_path) == 0, "one's own export is at work"
        (note,) = (tmp_path / "unfinished").iterdir()
        note.rename(note.with_name("1-of-another-process"))
    assert remove_left_over(tmp_path) == 1
    assert not folder.exists()


def test_that_temporary_files_of_a_killed_samar_go_and_those_of_a_running_one_stay(tmp_path: Path) -> None:
    stale = ("history.part", "history-damaged-1.part", ".probe-ab12", ".settings-xy", ".library.json-q1")
    kept = ("history.sqlite3", "settings.json", ".hidden", "notes.part")
    for name in (*stale, *kept):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (1_000_000, 1_000_000))
    (tmp_path / ".probe-now").write_bytes(b"x")
    assert remove_left_over(tmp_path) == len(stale)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((*kept, ".probe-now"))
