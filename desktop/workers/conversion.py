"""One conversion at a time in a child process: a plan from headers first, then the work itself, cancelled at any moment.

Nothing of the converter runs in the window's process. If the window goes away, the child's standard input closes, and
that cancels it; what was partial is removed by the child.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from desktop.core.files import exists
from desktop.core.program import Role, child_command, child_environment

log = logging.getLogger(__name__)

KILL_AFTER_MS = 10_000


class Tokenizer(msgspec.Struct, frozen=True):
    kind: str = ""
    pre: str = ""
    size: int = 0
    recognised_by: str = ""
    chat_template: bool = False


class ConversionPlan(msgspec.Struct, frozen=True):
    """What the converter would do (`python -m converter SOURCE --plan --json`). Sizes in bytes."""

    source: str
    name: str
    family: str
    architecture: str
    parameters: int
    size_label: str
    layers: int
    context_length: int
    tokenizer: Tokenizer
    type: str
    output: str
    sizes: dict[str, int]
    free_disk: int
    notes: list[str] = []


class _Event(msgspec.Struct, frozen=True):
    event: str
    stage: str = ""
    done: int = 0
    total: int = 0
    text: str = ""
    path: str = ""
    code: str = ""
    message: str = ""


class Conversion(QObject):
    """A checkpoint on its way to a GGUF file."""

    planned = Signal(object)
    """ConversionPlan."""
    progressed = Signal(str, float)
    """Stage (download, read, convert, verify, publish) and 0 … 1 of it."""
    noted = Signal(str)
    """A sentence of the converter that the person should know."""
    finished = Signal(object)
    """Path of the GGUF file."""
    failed = Signal(str, str)
    """Code and sentence of the converter."""
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None, network: Callable[[], bool] = lambda: False) -> None:
        """network: asked at each start whether the child may ask the Hub."""
        super().__init__(parent)
        self._network = network
        self._process: QProcess | None = None
        self._leaving: list[QProcess] = []
        """Those that have said their end and not gone yet."""
        self._rest = b""
        self._ended = False
        self._errors = b""

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def plan(self, source: Path) -> None:
        """Read the headers of a folder, or of a repository on the Hub (owner/name); `planned` or `failed` follows."""
        self._start([_named(source), "--plan", "--json"])

    def convert(self, source: Path, file_type: str, output: Path) -> None:
        """Convert; `progressed` …, then one of `finished`, `failed`, `cancelled`."""
        self._start([_named(source), "--type", file_type, "--out", str(output), "--events", "json"])

    def cancel(self) -> None:
        """Ask the child to stop and to remove what is partial; it is killed when it doesn't in ten seconds."""
        if self._process is not None:
            self._process.closeWriteChannel()
            process = self._process
            QTimer.singleShot(KILL_AFTER_MS, process, process.kill)

    def close(self) -> None:
        """Samar ends: the child is stopped and waited for."""
        self._ended = True  # nothing is told any more
        for process in (*self._leaving, self._process):
            if process is None:
                continue
            process.closeWriteChannel()
            if not process.waitForFinished(KILL_AFTER_MS):
                process.kill()
                process.waitForFinished(KILL_AFTER_MS)

    def _start(self, arguments: list[str]) -> None:
        if self._process is not None:
            raise RuntimeError("a conversion is running")
        self._rest, self._errors, self._ended = b"", b"", False
        process = self._process = QProcess(self)
        planning = "--plan" in arguments
        process.readyReadStandardOutput.connect(lambda: None if planning else self._read(process))
        process.readyReadStandardError.connect(lambda: self._read_errors(process))
        process.finished.connect(lambda status, _how: self._on_finished(process, status, planning))
        process.errorOccurred.connect(lambda problem: self._on_error(process, problem))
        network = self._network()
        leave = "--network" if network else "--no-network"
        program, *command = child_command(Role.CONVERTER, *arguments, leave)
        environment = QProcessEnvironment()
        for name, value in child_environment(network=network).items():
            environment.insert(name, value)
        process.setProcessEnvironment(environment)
        process.start(program, command)

    def _read(self, process: QProcess) -> None:
        *lines, self._rest = (self._rest + process.readAllStandardOutput().data()).split(b"\n")
        for line in lines:
            if line.strip():
                self._take(line)

    def _read_errors(self, process: QProcess) -> None:
        said = process.readAllStandardError().data()
        if process is self._process:
            self._errors = (self._errors + said)[-4000:]

    def _take(self, line: bytes) -> None:
        try:
            event = msgspec.json.decode(line, type=_Event)
        except msgspec.DecodeError:
            log.warning("the converter said: %s", line[:200])
            return
        if self._ended:
            return
        if event.event == "progress":
            self.progressed.emit(event.stage, event.done / event.total if event.total else 0.0)
        elif event.event == "note":
            self.noted.emit(event.text)
        elif event.event in ("done", "error", "cancelled"):
            self._ended = True
            self._process_over()
            if event.event == "done":
                self.finished.emit(Path(event.path))
            elif event.event == "error":
                self.failed.emit(event.code, event.message)
            else:
                self.cancelled.emit()

    def _process_over(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            self._leaving.append(process)
            process.closeWriteChannel()

    def _on_finished(self, process: QProcess, status: int, planning: bool) -> None:
        if self._process is not process:  # it said its end itself
            if process in self._leaving:
                self._leaving.remove(process)
                process.deleteLater()
            return
        output = process.readAllStandardOutput().data()
        self._process = None
        process.deleteLater()
        if self._ended:
            return
        if planning and status == 0:
            try:
                self.planned.emit(msgspec.json.decode(output, type=ConversionPlan))
                return
            except msgspec.DecodeError as problem:
                log.error("the converter's plan can't be read: %s", problem)
        said = self._errors.decode("utf-8", "replace").strip().splitlines()
        self.failed.emit("", said[-1] if said else "")

    def _on_error(self, process: QProcess, problem: QProcess.ProcessError) -> None:
        if problem is QProcess.ProcessError.FailedToStart and self._process is process:
            self._process = None
            self.failed.emit("", process.errorString())


def _named(source: Path) -> str:
    """A folder as the system writes it, a repository as the Hub does."""
    return str(source) if exists(source) else source.as_posix()
