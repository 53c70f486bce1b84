"""What lies in Samar's own folders under its names may be anything, too: a pipe or device there is never waited for."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from desktop import diagnostics
from desktop.core import private_files
from desktop.core.crash_guard import CrashGuard
from desktop.core.paths import Paths
from desktop.core.settings import Settings, SettingsFile
from desktop.engine import kv_snapshots
from desktop.models import bandwidth
from desktop.models.library import Library
from desktop.models.settings import ModelSettings, settings_of
from desktop.storage import unfinished
from tests.fakes.tiny_gguf import write_tiny

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="named pipes are POSIX's")


@posix
def test_that_a_pipe_in_the_place_of_an_own_file_is_never_waited_for(data_dir: Path, tmp_path: Path) -> None:
    paths = Paths.under(data_dir)
    (data_dir / "unfinished").mkdir()
    for pipe in (
        paths.settings, paths.library, data_dir / "mark", data_dir / "unfinished" / "note", paths.cache / bandwidth.FILE,
        data_dir / "a.state", data_dir / "samar.log",
    ):  # fmt: skip
        pipe.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(pipe)
    settings, problem = SettingsFile(paths.settings).load()
    assert settings == Settings()
    assert problem is not None
    assert problem.code == "settings_unread"
    library = Library(paths, places=list)
    assert library.entries() == []
    assert library.problem is not None
    assert library.problem.code == "library_unread"
    assert settings_of(paths.library, write_tiny(tmp_path / "m.gguf")) == ModelSettings()
    assert bandwidth._read(paths.cache) is None
    assert "can't be read" in diagnostics.tail(data_dir / "samar.log")
    assert unfinished.remove_left_over(data_dir) == 0
    mark = CrashGuard(data_dir / "mark")
    assert mark.left_over() is None
    mark.note(Path("/a.gguf"))  # noted in the log only
    assert mark.left_over() is None
    with pytest.raises(OSError, match="mark"):
        private_files.write(data_dir / "mark", b"text")
    kv_snapshots.forget_others(data_dir, {"1"})
    assert not (data_dir / "a.state").exists()


def test_that_a_mark_at_the_beginning_of_an_own_file_is_passed_over(data_dir: Path, tmp_path: Path) -> None:
    """Editors on Windows put one there: a hand that changes one setting must not lose all others."""
    paths = Paths.under(data_dir)
    SettingsFile(paths.settings).save(Settings(context=4096))
    model = write_tiny(tmp_path / "m.gguf")
    library = Library(paths, places=list)
    (entry,) = library.add(model)
    library.set_settings(entry.id, ModelSettings(context=512))
    for file in (paths.settings, paths.library):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    settings, problem = SettingsFile(paths.settings).load()
    assert (settings.context, problem) == (4096, None)
    again = Library(paths, places=list)
    assert [known.id for known in again.entries()] == [entry.id]
    assert again.problem is None
    assert settings_of(paths.library, model).context == 512


READING = re.compile(r"\.read_(bytes|text)\(|(?<!webbrowser)\.open\(\"rb?[+b]*\"|(?<![\w.])open\([^)]*, \"rb?\"")
OURS = re.compile(r"/proc/|_CGROUP|assets|release\.json|suggestions\.json|samar\.qss")
ELSEWHERE = {
    "desktop/ui/error_presenter.py": "pyproject.toml of a checkout",
    "desktop/core/guide.py": "assets",
    "desktop/ui/transcript/gallery/__main__.py": "a tool for developers",
    "desktop/models/catalogue.py": "assets",
    "desktop/core/reply_actions.py": "assets",
    "desktop/updates/signature.py": "a tool for developers",
    "desktop/workers/transfer.py": "a page that was written just before, in a folder of its own",
    "desktop/models/hub.py": "the part of a download, opened for writing",
    "desktop/engine/connection.py": "the pipe of a child",
    "desktop/storage/recovery.py": "a copy that was made just before",
    "desktop/engine/kv_snapshots.py": "a state that was read just before is opened for writing, which waits for no pipe",
    "converter/verify.py": "what was written just before",
}


def test_that_files_are_read_in_one_way() -> None:
    """`open_regular` and `read_regular` (the converter's in converter/regular.py) wait for no pipe and read no device."""
    found = []
    for path in sorted([*(ROOT / "desktop").rglob("*.py"), *(ROOT / "converter").rglob("*.py")]):
        name = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if READING.search(line) and not OURS.search(line) and name not in ELSEWHERE:
                found.append(f"{name}:{number}: {line.strip()}")
    assert not found
