"""The log: rotating files in the usual place. It never holds the text of a chat.

Linux: ~/.local/state/samar/log · macOS: ~/Library/Logs/samar · Windows: %LOCALAPPDATA%\\samar\\Logs (core/paths.py).
What exceptions say is left out unless the interpreter or the system worded it; of what the engine prints only lines of a
known form are kept.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import re
import sys
import traceback
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import TextIO

from desktop.core import private_files
from desktop.core.errors import technical
from desktop.core.files import is_file
from desktop.core.reasons import plain

MOST_BYTES = 1_000_000
KEPT = 3
FRAMES = 40
"""Of one traceback, from its end."""
NAME, CRASH, LAST_CRASH = "samar.log", "crash.log", "crash-last.log"
_ENGINE_LINE = re.compile(
    r"^(?:~?llama|ggml|gguf|load|print_info|sched|graph|init|common|create|set|system_info|main|done|sandbox)[\w.]*:? |"
    r"GGML_ASSERT|^terminate called|^Traceback \(most recent call last\):$"
)
_ENGINE_FRAME = re.compile(r'^\s+File "[^"]*", line \d+, in \S+$')
_ENGINE_EXCEPTION = re.compile(r"^((?:\w+\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit))(?::|$)")


class Formatter(logging.Formatter):
    """Lines in which no exception can quote a chat, tracebacks without values."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record.args, tuple) and any(isinstance(value, BaseException) for value in record.args):
            record = logging.makeLogRecord(record.__dict__)
            assert isinstance(record.args, tuple)
            record.args = tuple(technical(v) if isinstance(v, BaseException) else v for v in record.args)
        record.exc_text = None  # what another formatter may have left there
        return super().format(record)

    def formatException(self, ei: object) -> str:
        problem = ei[1] if isinstance(ei, tuple) else None
        return describe(problem) if isinstance(problem, BaseException) else ""


class RotatingFile(logging.FileHandler):
    """A file that gives way to a new one before it grows beyond `most` bytes; the last ones are kept as .1, .2 and .3.

    logging.handlers has such a thing, and takes longer to import than all of the log.
    """

    def __init__(self, path: Path, most: int = MOST_BYTES) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace")
        self.most = most
        self.held = path.stat().st_size

    def _open(self) -> TextIOWrapper:
        descriptor = private_files.opener(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        return TextIOWrapper(BufferedWriter(FileIO(descriptor, "ab")), encoding=self.encoding, errors=self.errors)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            size = len(self.format(record).encode("utf-8", "replace")) + 1
            if self.held and self.held + size > self.most:
                self._rotate()
            self.held += size
        except Exception:
            self.handleError(record)
        super().emit(record)

    def _rotate(self) -> None:
        self.close()
        path = Path(self.baseFilename)
        for number in range(KEPT, 0, -1):
            before = path.with_name(f"{path.name}.{number - 1}") if number > 1 else path
            with contextlib.suppress(OSError):  # the first of the numbers, or another program has it open
                before.replace(path.with_name(f"{path.name}.{number}"))
        self.held = 0
        self.stream = self._open()


def describe(problem: BaseException) -> str:
    """A traceback of files, lines and functions, its causes first; no values and no message that may quote a chat."""
    parts, seen, now = [], set(), problem
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        parts.append("\n".join([*frames(now.__traceback__), technical(now)]))
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)  # type: ignore[assignment]
    return "\nwhich led to\n".join(reversed(parts))


def frames(trace: TracebackType | None) -> list[str]:
    found = traceback.extract_tb(trace)[-FRAMES:]
    return [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in found]


def begin(folder: Path) -> None:
    """Log to `folder`/samar.log; to standard error where the folder can't be written."""
    handler: logging.Handler
    try:
        private_files.make_folder(folder)
        handler = RotatingFile(folder / NAME)
    except OSError as problem:
        handler = logging.StreamHandler(sys.stderr)
        handler.setLevel(logging.WARNING)
        print(f"samar: the event log can't be written: {plain(str(problem)) or 'unknown reason'}.", file=sys.stderr)
    handler.setFormatter(Formatter())
    logging.raiseExceptions = False  # a full disk must not fill standard error as well
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for library in ("httpx2", "httpcore2", "huggingface_hub", "urllib3"):
        logging.getLogger(library).setLevel(logging.WARNING)  # they would write down what is searched for
    _watch_crashes(folder)


_crash_file: list[TextIO] = []
"""Kept open: the handler of a crash writes to its descriptor."""


def _watch_crashes(folder: Path) -> None:
    """A crash in native code leaves the Python functions that led to it in crash.log; the last one is kept."""
    with contextlib.suppress(OSError):
        here = folder / CRASH
        if here.exists() and here.stat().st_size:
            here.replace(folder / LAST_CRASH)
            logging.getLogger(__name__).warning("the last run ended in native code: see %s", LAST_CRASH)
        end()
        _crash_file[:] = [open(here, "w", encoding="utf-8", opener=private_files.opener)]  # noqa: SIM115 - kept open
        faulthandler.enable(_crash_file[0])


def end() -> None:
    """Watch for crashes no more."""
    faulthandler.disable()
    for file in _crash_file:
        file.close()
    _crash_file.clear()


def note_engine(line: str) -> None:
    """A line that the engine printed, as far as it is of a known form: native libraries may print what they work on."""
    text = engine_line(line)
    logging.getLogger("engine").info("%s", text if text is not None else f"({len(line)} characters left out)")


def engine_line(line: str) -> str | None:
    """The part of an engine's line that can't quote a chat; None: nothing of it."""
    if _ENGINE_LINE.search(line) or _ENGINE_FRAME.match(line):
        return line
    found = _ENGINE_EXCEPTION.match(line)
    return found.group(1) if found else None


def files(folder: Path) -> list[Path]:
    """What was logged, newest first, as far as there is any."""
    names = [NAME, *(f"{NAME}.{number}" for number in range(1, KEPT + 1)), LAST_CRASH]
    return [folder / name for name in names if is_file(folder / name)]
