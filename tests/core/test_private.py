"""What Samar writes about chats is for its owner alone, whatever the umask; what is exported follows it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop import logs
from desktop.core import private_files
from desktop.core.paths import Paths
from desktop.core.program import child_environment

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no modes of this kind there")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


SESSION = """
import os, sys
from pathlib import Path
os.umask(int(sys.argv[2], 8))
from desktop import logs
from desktop.core.crash_guard import CrashGuard
from desktop.core.paths import Paths
from desktop.core.settings import Settings, SettingsFile
from desktop.models.library import Library
from desktop.models.settings import ModelSettings
from desktop.storage import backups
from desktop.storage.chats import ChatStore
from desktop.storage.exporters.exporting import export_chats
from desktop.storage.opening import open_history
from desktop.storage.unfinished import noted
paths = Paths.under(Path(sys.argv[1]))
logs.begin(paths.logs)
opened = open_history(paths)
store = ChatStore(opened.database)
store.create_chat("a")
export_chats(store, Path(sys.argv[3]), "json")
unfinished = noted(paths.data, Path("/x/.export-1"))
unfinished.__enter__()  # as a kill leaves it
SettingsFile(paths.settings).save(Settings())
CrashGuard(paths.load_mark).note(Path("/x.gguf"))
Library(paths).set_settings("x", ModelSettings(context=512))
backups.make(paths.history, paths.backups, "daily")
opened.database.close()
paths.history.write_bytes(b"x" * 5000)
open_history(paths).database.close()
paths.settings.write_bytes(b"{")
SettingsFile(paths.settings).load()
SettingsFile(paths.settings).save(Settings())
logs.end()
os._exit(0)
"""


@pytest.mark.parametrize("umask", ["000", "022", "077"])
def test_that_nothing_of_a_session_is_open_to_others_whatever_the_umask(tmp_path: Path, umask: str) -> None:
    data, exported = tmp_path / "new" / "samar", tmp_path / "chats.json"
    command = [sys.executable, "-c", SESSION, str(data), umask, str(exported)]
    run = subprocess.run(command, env=child_environment(), capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert list((data / "unfinished").iterdir())
    found = {str(path.relative_to(data)): mode(path) for path in (data, *data.rglob("*"))}
    files = {name for name in found if (data / name).is_file()}
    assert {"logs/samar.log", "logs/crash.log", "settings.json", "loading-model", "library.json"} <= files
    assert any(name.startswith("backups/history-") for name in files)
    assert any(name.startswith("history-damaged-") for name in files)
    open_to_others = {name: oct(value) for name, value in found.items() if value & 0o077}
    assert open_to_others == {}
    assert mode(exported) == 0o666 & ~int(umask, 8)


def test_that_what_was_left_open_is_closed_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "data")
    own = ["history.sqlite3", "history-damaged-1.sqlite3", "backups/history-1.sqlite3", "logs/samar.log.1", "logs/crash.log",
           "cache/states/a.state", "library.json.lock", "settings-newer-1.json"]  # fmt: skip
    others = ["notes.txt", "models/a.gguf", "letters/one.txt"]
    for name in (*own, *others):
        (paths.data / name).parent.mkdir(parents=True, exist_ok=True)
        (paths.data / name).write_text("x")
        (paths.data / name).chmod(0o666)
    outside = tmp_path / "outside"
    outside.write_text("x")
    outside.chmod(0o644)
    (paths.data / "history-link").symlink_to(outside)
    for folder in (paths.data, paths.backups, paths.logs, paths.states):
        folder.chmod(0o777)
    private_files.narrow_all(paths)
    assert {name: oct(mode(paths.data / name)) for name in own} == dict.fromkeys(own, "0o600")
    assert {mode(folder) for folder in (paths.data, paths.backups, paths.logs, paths.states)} == {0o700}
    assert {name: oct(mode(paths.data / name)) for name in others} == dict.fromkeys(others, "0o666")
    assert mode(outside) == 0o644


def test_that_the_home_folder_and_shared_places_keep_their_modes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, shared = tmp_path / "home", tmp_path / "shared"
    home.mkdir(mode=0o755)
    shared.mkdir()
    home.chmod(0o755)
    shared.chmod(0o1777)
    monkeypatch.setenv("HOME", str(home))
    private_files.make_folder(home)
    private_files.make_folder(shared)
    assert (mode(home), shared.stat().st_mode & 0o7777) == (0o755, 0o1777)


def test_that_a_log_that_gives_way_to_a_new_one_stays_private(tmp_path: Path) -> None:
    before = os.umask(0)
    handler = logs.RotatingFile(tmp_path / "samar.log", most=100)
    try:
        for number in range(10):
            handler.emit(logging.makeLogRecord({"msg": f"{number} " + "x" * 60}))
    finally:
        os.umask(before)
        handler.close()
    files = sorted(tmp_path.glob("samar.log*"))
    assert len(files) > 2
    assert {mode(path) for path in files} == {0o600}
