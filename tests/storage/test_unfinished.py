"""What a killed Samar left of an export is removed at the next start, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from desktop.core.paths import Paths
from desktop.storage.exporters.base import ExportFormat
from desktop.storage.exporters.exporting import export_chats
from desktop.storage.unfinished import noted, remove_left_over
from tests.storage.kit import die_with_open_history, exchange, opened


def gone_process() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


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
    notes, gone = data / "unfinished", gone_process()
    notes.mkdir(parents=True)
    for number, path in enumerate((precious, precious / "file", precious / ".export-link", tmp_path / "samar-x")):
        path.exists() or path.mkdir()
        (notes / f"{gone}-{number}").write_bytes(os.fsencode(path))
    (notes / f"{gone}-nul").write_bytes(b"/tmp/\0")
    assert remove_left_over(data) == 0
    assert (precious / "file").exists() and (precious / ".export-link").is_symlink() and (tmp_path / "samar-x").is_dir()


def test_that_pages_for_paper_are_noted_and_removed_too(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="samar-"))
    (folder / "chats.html").write_text("secret")
    with noted(tmp_path, folder):
        assert remove_left_over(tmp_path) == 0, "one's own export is at work"
        (note,) = (tmp_path / "unfinished").iterdir()
        note.rename(note.with_name(f"{gone_process()}-of-another-process"))
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


def test_that_an_export_of_another_process_that_runs_is_left_alone(tmp_path: Path) -> None:
    """`samar export` in a terminal, while the window starts."""
    part = tmp_path / ".export-1"
    part.write_text("half of a chat")
    script = "import sys; print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None and other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        with noted(tmp_path, part):
            (note,) = (tmp_path / "unfinished").iterdir()
            note = note.rename(note.with_name(f"{other.pid}-x"))
            assert remove_left_over(tmp_path) == 0
            assert part.exists() and note.exists()
            os.utime(note, (1_000_000, 1_000_000))  # older than the process: the number was given away again
            assert remove_left_over(tmp_path) == 1
        other.stdin.close()
    assert not part.exists()


def test_that_temporary_files_in_the_cache_go_too(tmp_path: Path) -> None:
    data, cache = tmp_path / "data", tmp_path / "cache"
    (cache / "updates").mkdir(parents=True)
    data.mkdir()
    stale = [cache / ".machine.json-x1", cache / "updates" / "samar.AppImage.part"]
    kept = [cache / "machine.json", cache / "updates" / "samar.AppImage", cache / "updates" / "new.part"]
    for path in (*stale, *kept):
        path.write_bytes(b"x")
        if path.name != "new.part":
            os.utime(path, (1_000_000, 1_000_000))
    assert remove_left_over(data, cache) == len(stale)
    assert not any(path.exists() for path in stale) and all(path.exists() for path in kept)
