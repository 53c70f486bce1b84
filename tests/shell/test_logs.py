"""The log and the report: what helps is in them, and no word of a chat, whatever goes wrong."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import sqlite3
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer, Signal, qWarning
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import diagnostics, logs
from desktop.app import Samar
from desktop.core.errors import SamarError, technical
from desktop.core.generation import GenerationParams
from desktop.core.paths import Paths
from desktop.core.settings import Settings
from desktop.engine.client import EngineClient
from desktop.exception_hooks import ExceptionHooks
from desktop.ui.error_presenter import present, report
from desktop.ui.models.picker import PickerState
from desktop.ui.report_dialog import ReportDialog
from desktop.workers.transfer import Subject
from tests.fakes.endless import ENDLESS, ENDLESS_CONTEXT, write_endless

SECRET = "zanzibarquartz"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The app's own log, and the logging of the tests as it was afterwards."""
    root = logging.getLogger()
    handlers, level, raises = root.handlers[:], root.level, logging.raiseExceptions
    logs.begin(tmp_path / "logs")
    yield tmp_path / "logs" / "samar.log"
    for handler in root.handlers:
        handler.close()
    root.handlers[:], logging.raiseExceptions = handlers, raises
    root.setLevel(level)
    logs.end()


def raised(problem: BaseException) -> BaseException:
    """The exception with the traceback of a function that holds the secret."""
    held = SECRET
    try:
        raise problem
    except BaseException as caught:
        assert held
        return caught


@pytest.mark.parametrize(
    "problem",
    [
        ValueError(f"bad text: {SECRET}"),
        KeyError(SECRET),
        sqlite3.OperationalError(f'fts5: syntax error near "{SECRET}"'),
        FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), f"/home/a/{SECRET}.md"),
        SamarError("export_failed", name=f"{SECRET}.md", reason="no space"),
        SamarError("import_damaged", name="a.json", reason=f"near {SECRET}"),
        SamarError("template_broken", reason=f"no {SECRET}"),
        SamarError("grammar_broken", reason=SECRET),
        SamarError("schema_broken", reason=f"#/{SECRET} is not there"),
        SamarError("schema_unsupported", keyword=f"$ref #/{SECRET}"),
        SamarError("tools_broken", reason=SECRET),
        SamarError("image_unreadable", name=f"{SECRET}.png"),
        SamarError("model_damaged", name=f"{SECRET}.gguf", reason="it ends too early"),
        SamarError("engine_died", reason=f"ValueError: {SECRET}"),
        SamarError("engine_died", reason=f"jinja2.exceptions.UndefinedError: {SECRET}\n{SECRET}"),
    ],
)
def test_that_no_exception_takes_what_was_worked_on_into_the_log(log: Path, problem: Exception) -> None:
    chained = raised(problem)
    logging.getLogger("a").warning("it went wrong: %s", chained)
    logging.getLogger("a").error("it went wrong", exc_info=chained)
    try:
        raise RuntimeError("afterwards") from chained
    except RuntimeError:
        logging.getLogger("a").exception("and then")
    text = log.read_text(encoding="utf-8")
    assert SECRET not in text
    assert type(problem).__name__ in text or getattr(problem, "code", "?") in text
    assert "test_logs.py:" in text
    assert "raised" in text
    if isinstance(problem, SamarError):
        assert SECRET not in report(problem)
        assert SECRET in present(problem).what + problem.details.get("reason", "")


def test_that_what_the_interpreter_words_stays_readable() -> None:
    with pytest.raises(AttributeError) as problem:
        None.nothing  # type: ignore[attr-defined]  # noqa: B018
    assert technical(problem.value) == "AttributeError: 'NoneType' object has no attribute 'nothing'"
    assert technical(OSError(errno.EACCES, "Permission denied", "/x")) == "PermissionError: Permission denied"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("llama_model_loader: loaded meta data with 28 key-value pairs", True),
        ("print_info: n_layer = 8", True),
        ("/src/llama.cpp:123: GGML_ASSERT(n > 0) failed", True),
        ("Traceback (most recent call last):", True),
        ('  File "/a/b.py", line 3, in render', True),
        (f"    text = {SECRET}", False),
        (f"parse: error parsing grammar: {SECRET}", False),
        (SECRET, False),
    ],
)
def test_that_of_the_engine_only_lines_of_a_known_form_are_logged(log: Path, line: str, kept: bool) -> None:
    logs.note_engine(line)
    text = log.read_text(encoding="utf-8")
    assert (line in text) is kept
    assert SECRET not in text


def test_that_an_exception_of_the_engine_is_named_without_its_words(log: Path) -> None:
    logs.note_engine(f"jinja2.exceptions.TemplateError: {SECRET}")
    text = log.read_text(encoding="utf-8")
    assert "jinja2.exceptions.TemplateError" in text
    assert SECRET not in text


def test_that_the_log_rotates(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logs.RotatingFile):
            monkeypatch.setattr(handler, "most", 10_000)
    for number in range(1000):
        logging.getLogger("a").info("line %d of many, so that the file becomes too long", number)
    names = sorted(path.name for path in log.parent.iterdir() if path.name.startswith("samar.log"))
    assert names == ["samar.log", "samar.log.1", "samar.log.2", "samar.log.3"]
    assert all((log.parent / name).stat().st_size <= 10_000 for name in names)
    assert "line 999" in log.read_text(encoding="utf-8")


def test_that_a_folder_that_is_none_leaves_the_log_on_standard_error(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    logs.begin(tmp_path / "file" / "logs")
    logging.getLogger("a").warning("here I am")
    assert "event log can't be written" in capsys.readouterr().err


def test_that_a_crash_in_native_code_is_kept_for_the_next_start(log: Path) -> None:
    (log.parent / logs.CRASH).write_text("Fatal Python error: Segmentation fault\n")
    logs.end()
    logs.begin(log.parent)
    assert "Segmentation fault" in (log.parent / logs.LAST_CRASH).read_text()
    assert log.parent / logs.LAST_CRASH in logs.files(log.parent)


# ---- bugs


class Clumsy(QObject):
    happened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.happened.connect(self.stumble)

    def stumble(self, text: str) -> None:
        raise ValueError(f"I fell over {text}")


@pytest.fixture
def bugs(qapp: QApplication) -> Iterator[ExceptionHooks]:
    before = sys.excepthook, sys.unraisablehook, threading.excepthook
    taker = ExceptionHooks()
    taker.install()
    yield taker
    taker.remove()
    sys.excepthook, sys.unraisablehook, threading.excepthook = before


def test_that_an_exception_in_a_slot_is_logged_told_and_survived(log: Path, bugs: ExceptionHooks) -> None:
    told: list[str] = []
    bugs.occurred.connect(told.append)
    clumsy = Clumsy()
    for _ in range(20):
        clumsy.happened.emit(SECRET)
    text = log.read_text(encoding="utf-8")
    assert "ValueError" in text
    assert "stumble" in text
    assert SECRET not in text
    assert text.count("bug in") == len(told) == 5, "the same bug again and again does not fill the log"
    assert told[0] == "ValueError"


def test_that_an_exception_in_a_thread_is_logged_and_told(qtbot: QtBot, log: Path, bugs: ExceptionHooks) -> None:
    with qtbot.waitSignal(bugs.occurred, timeout=10_000):
        thread = threading.Thread(target=lambda: 1 / 0, name="sums")
        thread.start()
    thread.join()
    assert "bug in sums" in log.read_text(encoding="utf-8")


def test_that_warnings_of_qt_are_in_the_log(log: Path, bugs: ExceptionHooks) -> None:
    qWarning("the plugin is not there")
    qWarning(f"QTextDocument: no resource {SECRET}")
    text = log.read_text(encoding="utf-8")
    assert "the plugin is not there" in text
    assert SECRET not in text


# ---- the report


def test_that_a_report_is_what_was_read_and_chosen(tmp_path: Path, log: Path) -> None:
    logging.getLogger("a").warning("in %s", Path.home() / "x")
    paths = Paths.under(tmp_path)
    settings = Settings(
        system_prompt=SECRET, user_name=SECRET, last_model=f"/m/{SECRET}.gguf", known_models=("/a", "/b")
    )
    parts = diagnostics.collect(paths, settings, {"Display": "offscreen"}, "engine_died: …")
    names = [part.name for part in parts]
    assert names == ["error.txt", "about.txt", "settings.json", "samar.log"]
    assert all(SECRET not in part.text and str(Path.home()) not in part.text for part in parts)
    assert "Display: offscreen" in parts[1].text
    assert json.loads(parts[2].text) == {"known_models": 2}
    target = tmp_path / "report.zip"
    diagnostics.write_zip(target, parts[:2])
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == names[:2]
        assert archive.read("about.txt").decode() == parts[1].text


@pytest.mark.parametrize(
    "line",
    [
        f"load /models/{SECRET} of my own-Q4_K_M.gguf",
        f"tensors from C:\\models\\{SECRET} mine.GGUF (version GGUF V3)",
        f"{SECRET}.gguf is not there",
        f"{'/' * 5000}{SECRET}.gguf",
    ],
)
def test_that_a_report_names_no_model_file(tmp_path: Path, log: Path, line: str) -> None:
    logging.getLogger("a").warning("%s", line)
    logging.getLogger("a").warning("what follows stays")
    texts = [part.text for part in diagnostics.collect(Paths.under(tmp_path), Settings(), {}, line)]
    assert SECRET not in "".join(texts)
    assert "what follows stays" in "".join(texts)


def test_that_a_report_that_can_not_be_saved_is_told(tmp_path: Path) -> None:
    with pytest.raises(SamarError) as problem:
        diagnostics.write_zip(tmp_path / "nowhere" / "report.zip", [diagnostics.Part("a", "b")])
    assert problem.value.code == "export_failed"


def test_that_a_long_log_is_cut_at_a_line(tmp_path: Path) -> None:
    file = tmp_path / "samar.log"
    file.write_text("".join(f"line {number}\n" for number in range(100_000)))
    text = diagnostics.tail(file)
    assert len(text) <= diagnostics.MOST_OF_A_LOG
    assert text.startswith("line ")
    assert text.endswith("line 99999\n")


# ---- the whole app


@pytest.fixture
def samar(qapp: QApplication, data_dir: Path, log: Path) -> Iterator[Samar]:
    with closing(Samar(qapp, Paths.under(data_dir))) as made:
        yield made


@pytest.mark.engine
def test_that_no_word_of_a_chat_is_in_logs_and_report(
    samar: Samar, qtbot: QtBot, data_dir: Path, log: Path, bugs: ExceptionHooks, tmp_path: Path
) -> None:
    bugs.occurred.connect(samar.show_bug)
    samar.start([])
    qtbot.waitUntil(lambda: samar.window.picker.state is PickerState.READY, timeout=60_000)
    samar.preferences.change(user_name=SECRET)
    samar.window.panel.system_prompt_changed.emit(f"Say {SECRET}.")
    samar.window.composer.set_draft(SECRET)
    with qtbot.waitSignal(samar.chats.replies.ended, timeout=60_000):
        samar.window.composer.submit()
    for query in (SECRET, f'"{SECRET}', f"{SECRET} AND", f"title:{SECRET}*"):
        with qtbot.waitSignal(samar.finder.found, timeout=30_000):
            samar.window.sidebar.search.setText(query)
    # an import that is damaged near the secret, an export to where it can't be written
    damaged = tmp_path / f"{SECRET}.json"
    damaged.write_text(f'{{"samar": 1, "chats": [{{"title": "{SECRET}", ')
    with qtbot.waitSignal(samar.transfer.error_occurred, timeout=30_000):
        samar.transfer.start_import(damaged)
    with qtbot.waitSignal(samar.transfer.error_occurred, timeout=30_000):
        samar.transfer.start_export(tmp_path / "nowhere" / f"{SECRET}.md", "markdown", Subject())
    # a grammar and a bug that quote it
    samar.chats.set_params(GenerationParams(grammar=f"root ::= {SECRET}"))
    with qtbot.waitSignal(samar.chats.replies.failed, timeout=60_000):
        samar.window.composer.set_draft(SECRET)
        samar.window.composer.submit()
    samar.chats.set_params(None)
    clumsy = Clumsy()
    clumsy.happened.emit(SECRET)
    assert samar.window.isVisible()
    assert samar.window.banner.error is not None
    assert samar.window.banner.error.code == "bug"
    # an engine that dies in mid reply
    samar.preferences.change(context=ENDLESS_CONTEXT)
    with qtbot.waitSignal(samar.worker.model_loaded, timeout=60_000):
        samar.open_files([str(write_endless(tmp_path / "endless.gguf"))])
    samar.chats.set_params(ENDLESS)
    assert isinstance(samar.engine, EngineClient)
    with qtbot.waitSignal(samar.chats.replies.grew, timeout=60_000):
        samar.window.composer.set_draft(SECRET)
        samar.window.composer.submit()
    pid = samar.engine.pid
    assert pid is not None
    with qtbot.waitSignal(samar.chats.replies.failed, timeout=60_000):
        os.kill(pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    # the report, as the person sees it
    samar.settings.paths = Paths(samar.paths.data, samar.paths.cache, log.parent)
    samar.settings.report_problem()
    dialog = samar.window.findChild(ReportDialog)
    assert isinstance(dialog, ReportDialog)
    assert "samar.log" in dialog.texts
    assert "engine_died" in dialog.texts["error.txt"]
    for text in dialog.texts.values():
        assert SECRET not in text
    dialog.files.item(0).setCheckState(dialog.files.item(0).checkState().Unchecked)
    dialog.save_requested.emit(str(tmp_path / "report.zip"), dialog.chosen())
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        assert "error.txt" not in archive.namelist()
        assert "samar.log" in archive.namelist()
    dialog.close()
    samar.window.close()
    samar.close()
    samar.window.deleteLater()
    with closing(sqlite3.connect(data_dir / "history.sqlite3")) as history:
        assert history.execute("SELECT count(*) FROM messages WHERE content = ?", (SECRET,)).fetchone()[0] >= 3
    assert "bug in" in log.read_text(encoding="utf-8")
    for file in log.parent.iterdir():
        assert SECRET.encode() not in file.read_bytes(), file.name


def test_that_a_bug_in_a_timer_leaves_the_loop_running(
    qtbot: QtBot, log: Path, bugs: ExceptionHooks, later: Callable[[], None]
) -> None:
    later()
    with qtbot.waitSignal(bugs.occurred, timeout=10_000) as told:
        pass
    assert told.args == ["ZeroDivisionError: division by zero"]


@pytest.fixture
def later(qapp: QApplication) -> Callable[[], None]:
    return lambda: QTimer.singleShot(0, qapp, lambda: 1 / 0)
