"""Colours of code, given to the layout of its lines: the document's text and formats stay as they are.

Pygments reads the code in a process of its own (`parsing/`). A block that is still being written is read line by line, each
line going on in the state in which the one before it ended; that reading is provisional, and replaced when the block is
finished. What was read is applied in short slices between events.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QTextBlock, QTextCharFormat, QTextCursor, QTextDocument, QTextLayout
from shiboken6 import isValid

from desktop.core.code_colours import COLOURS
from desktop.parsing.client import ParserError, ParserLateError, ParserProcess
from desktop.parsing.protocol import Kind as ParserKind
from desktop.parsing.requests import Requests
from desktop.ui.transcript.blocks import Kind
from desktop.ui.transcript.style import P_KIND, P_LANGUAGE, P_MESSAGE, P_PART, P_ROLE, TranscriptStyle

LONGEST = 60_000
"""Characters of a code block that gets colours."""
MOST_LINES = 3000
"""Of a block that is coloured while it is written."""
SLICE_S = 0.004
"""Longest time at once, seconds."""
LIMIT_S = 2.0
"""Seconds of processor time for one block."""
MOST_LATE = 2
"""Blocks of a language that took too long; no other of it is read then."""
_LINES_AT_ONCE = 100

Span = tuple[int, int, str]
"""(start, length, role) in one line, characters."""
_Lines = list[list[Span]]


class CodeReader(QObject):
    """Asks the process that reads code. Answers come as calls on the thread of this object."""

    _answered = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._late: Counter[str] = Counter()
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._process = ParserProcess(ParserKind.CODE)
        self._requests = requests = Requests("code", self._process.close)
        self.destroyed.connect(lambda: requests.drop())

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def read(self, language: str, lines: list[str], then: Callable[[_Lines | None], None]) -> None:
        """Read a whole block; `then` is called with the spans of its lines, or None where there are none."""
        self._put(then, _Lines | None, "lex_block", language, lines)

    def read_lines(
        self, language: str, lines: list[str], stack: list[str], then: Callable[[tuple[_Lines, list[str]] | None], None]
    ) -> None:
        """Read lines of a block that is being written: see `code_tokens.lex_lines`."""
        self._put(then, tuple[_Lines, list[str]] | None, "lex_lines", language, lines, stack)

    def close(self) -> None:
        """Give up what is being read, and the rest."""
        self._requests.close()

    def _deliver(self, then: Callable[[Any], None], found: Any) -> None:
        then(found)

    def _put(self, then: Callable[[Any], None], answer: Any, task: str, language: str, *arguments: Any) -> None:
        def ask() -> Any:
            if self._late[language] >= MOST_LATE:
                return None
            try:
                return self._process.call(task, language, *arguments, answer=answer, limit_s=LIMIT_S)
            except ParserLateError:
                self._late[language] += 1
            except ParserError:  # told in the log where it is a bug; the code stays without colours
                pass
            return None

        def tell(found: object) -> None:
            with contextlib.suppress(RuntimeError):  # the view was deleted in the meantime
                self._answered.emit(then, found)

        self._requests.put(ask, tell)


@dataclass
class _Job:
    """One code block. `head` stands in the block with the language."""

    head: QTextCursor
    message: int
    part: int
    live: bool
    stack: list[str] = field(default_factory=lambda: ["root"])
    next_line: QTextCursor | None = None
    """The first line that is not read for good, while the block is written."""


class Highlighter(QObject):
    """Colours the code blocks that the writer reports."""

    settled = Signal()
    """Every code block has its colours."""

    def __init__(
        self, document: QTextDocument, look: TranscriptStyle, code: CodeReader, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.look = look
        self._code = code
        self._queue: list[_Job] = []
        self._live: _Job | None = None
        self._has_grown = False
        self._round = 0
        """Of the document's contents: answers about those before do not count."""
        self._is_asking = False
        self._work: Iterator[None] | None = None
        """Colours that are being applied."""
        self._formats: dict[str, QTextCharFormat] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)

    @property
    def is_settled(self) -> bool:
        return not (self._queue or self._is_asking or self._work is not None or (self._live and self._has_grown))

    def reset(self, look: TranscriptStyle) -> None:
        """The document was emptied."""
        self.look = look
        self._round += 1
        self._queue.clear()
        self._work = self._live = None
        self._is_asking = self._has_grown = False
        self._formats.clear()
        self._timer.stop()

    def written(self, head: QTextBlock, *, live: bool) -> None:
        """A code block begins at `head`; its lines may still be on their way. live: the model is writing it."""
        if not head.blockFormat().property(P_LANGUAGE):
            return
        made = head.blockFormat()
        job = _Job(QTextCursor(head), made.property(P_MESSAGE), made.property(P_PART), live)
        if live:
            self._live = job
        else:
            self._queue.append(job)
            self._timer.start()

    def grow(self) -> None:
        """Lines may have come to the block that is being written."""
        if self._live is not None:
            self._has_grown = True
            self._timer.start()

    def finished(self) -> None:
        """The code block that was being written is complete."""
        if self._live is not None:
            self._live.live = False
            self._queue.append(self._live)
            self._live = None
            self._timer.start()

    # --- asking -------------------------------------------------------------------------------------------------------
    def _slice(self) -> None:
        if not isValid(self.document):  # it went with its window, whose answers were still on their way
            self._timer.stop()
            return
        stop = time.perf_counter() + SLICE_S
        while time.perf_counter() < stop:
            if self._work is not None:
                if next(self._work, self) is self:
                    self._work = None
            elif self._is_asking:
                self._timer.stop()  # the answer starts it again
                return
            elif self._live is not None and self._has_grown:
                self._has_grown = False
                self._ask_live(self._live)
            elif self._queue:
                self._ask(self._queue.pop())  # the latest first: it is what is on the screen
            else:
                self._timer.stop()
                self.settled.emit()
                return

    def _answer(self, apply: Callable[[Any], Iterator[None]]) -> Callable[[Any], None]:
        """What is called with an answer: applies it, unless the document holds something else now."""
        asked = self._round
        self._is_asking = True

        def take(found: Any) -> None:
            if not isValid(self) or asked != self._round:
                return
            self._is_asking = False
            if found is not None:
                self._work = apply(found)
            self._timer.start()

        return take

    def _is_there(self, job: _Job) -> bool:
        made = job.head.block().blockFormat()
        found = (made.property(P_KIND), made.property(P_MESSAGE), made.property(P_PART))
        return found == (Kind.CODE_HEAD, job.message, job.part)

    def _language(self, job: _Job) -> str:
        return str(job.head.block().blockFormat().property(P_LANGUAGE) or "")

    def _ask(self, job: _Job) -> None:
        if not self._is_there(job):
            return
        lines: list[str] = []
        line = job.head.block().next()
        while _is_code(line):
            lines.append(line.text())
            line = line.next()
        if sum(map(len, lines)) <= LONGEST:
            self._code.read(self._language(job), lines, self._answer(lambda found: self._colour(job, lines, found)))

    def _ask_live(self, job: _Job) -> None:
        head = job.head.block()
        line = head.next() if job.next_line is None else job.next_line.block()
        if line.blockNumber() - head.blockNumber() > MOST_LINES:
            self.finished()
            return
        first = QTextCursor(line)
        lines: list[str] = []
        while _is_code(line) and len(lines) < _LINES_AT_ONCE:
            lines.append(line.text())
            line = line.next()
        if not lines:
            return
        self._has_grown = _is_code(line)
        then = self._answer(lambda found: self._colour_live(job, first, lines, *found))

        def take(found: Any) -> None:
            if found is None and self._live is job:
                self.finished()  # it can't be read by line
            then(found)

        self._code.read_lines(self._language(job), lines, job.stack, take)

    # --- applying -----------------------------------------------------------------------------------------------------
    def _colour_live(
        self, job: _Job, first: QTextCursor, lines: list[str], found: _Lines, stack: list[str]
    ) -> Iterator[None]:
        """The lines that were asked about, of which the last may have grown since."""
        line = first.block()
        for at, (text, spans) in enumerate(zip(lines, found, strict=False), 1):
            if not _is_code(line) or not line.text().startswith(text):
                return
            if self._apply(line, spans):
                self.document.markContentsDirty(line.position(), line.length())
            if at == len(lines):
                job.stack = stack
                job.next_line = QTextCursor(line)
                job.next_line.setKeepPositionOnInsert(True)  # an empty line would take it along
            line = line.next()
        yield

    def _colour(self, job: _Job, lines: list[str], found: _Lines) -> Iterator[None]:
        if not self._is_there(job):
            return
        line = job.head.block().next()
        first, seen = 0, False
        start = line.position()
        for done, (text, spans) in enumerate(zip(lines, found, strict=False), 1):
            if not _is_code(line) or line.text() != text:
                return
            seen |= self._apply(line, spans)
            end = line.position() + line.length()
            line = line.next()
            if done - first >= 40 or done == len(found):
                if seen:
                    self.document.markContentsDirty(start, end - start - 1)
                start, first, seen = end, done, False
                place = QTextCursor(line)
                yield
                line = place.block()
                start = line.position()

    def _apply(self, line: QTextBlock, spans: list[Span]) -> bool:
        """Whether the line must be laid out again: one that never was gets its colours with its first layout."""
        seen = line.layout().lineCount() > 0
        text = line.text()
        plain = text.isascii()
        ranges = []
        for start, length, role in spans:
            if role not in COLOURS:
                continue
            made = QTextLayout.FormatRange()
            if not plain:  # Qt counts in UTF-16 units
                length = len(text[start : start + length].encode("utf-16-le", "surrogatepass")) // 2
                start = len(text[:start].encode("utf-16-le", "surrogatepass")) // 2
            made.start, made.length, made.format = start, length, self._format(role)
            ranges.append(made)
        line.layout().setFormats(ranges)
        return seen

    def _format(self, role: str) -> QTextCharFormat:
        if role not in self._formats:
            made = QTextCharFormat()
            made.setForeground(QColor(COLOURS[role][self.look.is_dark]))
            made.setFontItalic(role == "comment")
            made.setProperty(P_ROLE, role)
            self._formats[role] = made
        return self._formats[role]


def _is_code(line: QTextBlock) -> bool:
    return line.isValid() and bool(line.blockFormat().property(P_KIND) == Kind.CODE_LINE)
