"""Colours of code, given to the layout of its lines: the document's text and formats stay as they are.

A finished code block is read by Pygments in short slices between events. One that is still being written is read line
by line, each line going on in the state in which the one before it ended; that reading is provisional, and replaced
when the block is finished.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor, QTextBlock, QTextCharFormat, QTextCursor, QTextDocument, QTextLayout

from desktop.ui.chat.blocks import Kind
from desktop.ui.chat.look import P_KIND, P_LANGUAGE, P_MESSAGE, P_PART, Look

LONGEST = 60_000
"""Characters of a code block that gets colours."""
SLICE_S = 0.004
"""Longest time at once, seconds."""
_WAIT_MS = 20

_COLOURS = {  # for light and dark panels; at least 4.5:1 on them
    "keyword": ("#4A4FBF", "#A6AAFA"),
    "string": ("#2A7548", "#8CD0A4"),
    "number": ("#94570A", "#EBB05A"),
    "comment": ("#6E6976", "#918FA0"),
    "name": ("#8A3A78", "#E2A5D4"),
    "builtin": ("#0F6A80", "#7FC6DA"),
    "inserted": ("#2A7548", "#8CD0A4"),
    "deleted": ("#B03A2E", "#F2958B"),
}
_ROLES = (
    ("Comment", "comment"),
    ("Keyword.Type", "builtin"),
    ("Keyword", "keyword"),
    ("Operator.Word", "keyword"),
    ("Name.Function", "name"),
    ("Name.Class", "name"),
    ("Name.Decorator", "name"),
    ("Name.Tag", "keyword"),
    ("Name.Attribute", "name"),
    ("Name.Builtin", "builtin"),
    ("Name.Exception", "builtin"),
    ("Name.Variable", "builtin"),
    ("Literal.String", "string"),
    ("Literal.Number", "number"),
    ("Generic.Inserted", "inserted"),
    ("Generic.Deleted", "deleted"),
    ("Generic.Heading", "keyword"),
    ("Generic.Subheading", "keyword"),
)

Span = tuple[int, int, str]
"""(start, length, role) in one line, characters."""


@lru_cache(maxsize=400)
def role_of(token: str) -> str:
    """The role of a Pygments token, written "Token.Name.Function"; empty for plain text."""
    name = token.removeprefix("Token.")
    return next((role for prefix, role in _ROLES if name == prefix or name.startswith(prefix + ".")), "")


@lru_cache(maxsize=64)
def lexer_for(language: str) -> Any:
    """The Pygments lexer of a language as named after a fence; None for one it does not know."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language.lower(), ensurenl=False, stripnl=False) if language else None
    except ClassNotFound:
        return None


_ready = threading.Event()
"""Set once Pygments' modules are read, which takes many frames: it is waited for, never done in the window's thread."""


@cache
def prepare() -> None:
    """Read them, in a thread of its own."""

    def read() -> None:
        lexer_for("python")
        _ready.set()

    threading.Thread(target=read, name="pygments", daemon=True).start()


def is_ready() -> bool:
    """Whether code can be read now; begins what is missing."""
    prepare()
    return _ready.is_set()


def lex_line(lexer: Any, line: str, stack: list[str]) -> tuple[list[Span], list[str]]:
    """One line, from the state in which the line before it ended, by the lexer's own tables.

    Matching a construct of several lines needs the lines to come, so what is returned is provisional.
    """
    table = lexer._tokens
    text = line + "\n"
    stack = list(stack)
    spans: list[Span] = []
    at = 0
    for _ in range(4 * len(text) + 20):  # a rule may match nothing and only change the state
        if at >= len(text):
            break
        for match, action, following in table[stack[-1]]:
            found = match(text, at)
            if not found:
                continue
            if action is not None:
                tokens = [(at, action, found.group())] if isinstance(action, tuple) else action(lexer, found)
                for start, token, value in tokens:
                    if value and (role := role_of(str(token))):
                        spans.append((start, len(value.rstrip("\n")), role))
            at = found.end()
            if following is not None:
                _turn(stack, following)
            break
        else:
            if text[at] == "\n":
                stack = ["root"]
            at += 1
    return spans, stack


def _turn(stack: list[str], following: Any) -> None:
    """Change the state as a rule of the table says."""
    for step in following if isinstance(following, tuple) else (following,):
        if isinstance(step, int):
            del stack[max(1, len(stack) + step) :]
        elif step == "#pop":
            if len(stack) > 1:
                stack.pop()
        elif step == "#push":
            stack.append(stack[-1])
        else:
            stack.append(step)


def lex(lexer: Any, lines: list[str]) -> Iterator[list[Span] | None]:
    """Spans of line after line; None now and then, where the reading may pause."""
    spans: list[Span] = []
    emitted = 0
    start = 0  # where the current line begins
    for count, (at, token, value) in enumerate(lexer.get_tokens_unprocessed("\n".join(lines)), 1):
        role = role_of(str(token))
        for index, piece in enumerate(value.split("\n")):
            if index:
                yield spans
                start += len(lines[emitted]) + 1
                emitted += 1
                spans, at = [], start
            if piece and role:
                spans.append((at - start, len(piece), role))
            at += len(piece)
        if count % 20 == 0:
            yield None
    yield spans


@dataclass
class _Job:
    """One code block. `head` stands in the block with the language."""

    head: QTextCursor
    message: int
    part: int
    lexer: Any
    live: bool
    stack: list[str] = field(default_factory=lambda: ["root"])
    next_line: QTextCursor | None = None
    """The first line that is not read for good, while the block is written."""


class Highlighter(QObject):
    """Colours the code blocks that the writer reports."""

    settled = Signal()
    """Every code block has its colours."""

    def __init__(
        self, document: QTextDocument, look: Look, parent: QObject | None = None, *, at_once: bool = False
    ) -> None:
        super().__init__(parent)
        self._at_once = at_once
        self.document = document
        self.look = look
        self._queue: list[_Job] = []
        self._live: _Job | None = None
        self._work: Iterator[None] | None = None
        self._formats: dict[str, QTextCharFormat] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)

    @property
    def is_settled(self) -> bool:
        return not self._queue and self._work is None

    def reset(self, look: Look) -> None:
        """The document was emptied."""
        self.look = look
        self._queue.clear()
        self._work = self._live = None
        self._formats.clear()
        self._timer.stop()

    def written(self, head: QTextBlock, *, live: bool) -> None:
        """A code block begins at `head`. live: its lines are still to come."""
        if not head.blockFormat().property(P_LANGUAGE):
            return
        if self._at_once and not live:
            return  # its lines are still to be inserted; see `inserted`
        made = head.blockFormat()
        job = _Job(QTextCursor(head), made.property(P_MESSAGE), made.property(P_PART), None, live)
        if live:
            self._live = job
        else:
            self._queue.append(job)
            self._timer.start()

    def inserted(self, head: QTextBlock) -> None:
        """All lines of a code block are in the document, but not laid out yet: their colours cost nothing now."""
        language = head.blockFormat().property(P_LANGUAGE)
        if not self._at_once or not language:
            return
        lines: list[QTextBlock] = []
        line = head.next()
        while line.isValid() and line.blockFormat().property(P_KIND) == Kind.CODE_LINE:
            lines.append(line)
            line = line.next()
        lexer = lexer_for(language) if is_ready() else None
        if lexer is None or sum(line.length() for line in lines) > LONGEST // 6:
            self._at_once = False
            self.written(head, live=False)
            self._at_once = True
            return
        found = [spans for spans in lex(lexer, [line.text() for line in lines]) if spans is not None]
        for line, spans in zip(lines, found, strict=False):
            self._apply(line, spans)

    def finished(self) -> None:
        """The code block that was being written is complete."""
        if self._live is not None:
            self._live.live = False
            self._queue.append(self._live)
            self._live = None
            self._timer.start()

    # --- while it is written ------------------------------------------------------------------------------------------
    def grow(self) -> None:
        """Read the lines that came since the last time."""
        job = self._live
        if job is None or not is_ready():
            return
        head = job.head.block()
        if job.lexer is None:
            job.lexer = lexer_for(head.blockFormat().property(P_LANGUAGE) or "")
            if job.lexer is None or not hasattr(job.lexer, "_tokens"):
                self.finished()
                return
        line = head.next() if job.next_line is None else job.next_line.block()
        stop = time.perf_counter() + SLICE_S
        while line.isValid() and line.blockFormat().property(P_KIND) == Kind.CODE_LINE:
            spans, stack = lex_line(job.lexer, line.text(), job.stack)
            self._apply(line, spans)
            self.document.markContentsDirty(line.position(), line.length())
            following = line.next()
            if following.blockFormat().property(P_KIND) != Kind.CODE_LINE:
                break  # the last line may still grow
            job.stack = stack
            job.next_line = QTextCursor(following)
            line = following
            if time.perf_counter() > stop:
                break
        if line.isValid() and line.blockNumber() - head.blockNumber() > LONGEST // 20:
            self.finished()

    # --- in slices ----------------------------------------------------------------------------------------------------
    def _slice(self) -> None:
        ready = is_ready()
        self._timer.setInterval(0 if ready else _WAIT_MS)
        if not ready:
            return
        stop = time.perf_counter() + SLICE_S
        while time.perf_counter() < stop:
            if self._work is None:
                if not self._queue:
                    self._timer.stop()
                    self.settled.emit()
                    return
                self._work = self._run(self._queue.pop())  # the latest first: it is what is on the screen
            if next(self._work, self) is self:
                self._work = None

    def _run(self, job: _Job) -> Iterator[None]:
        head = job.head.block()
        made = head.blockFormat()
        if (made.property(P_KIND), made.property(P_MESSAGE), made.property(P_PART)) != (
            Kind.CODE_HEAD,
            job.message,
            job.part,
        ):
            return  # it is there no more
        lines: list[str] = []
        line = head.next()
        while line.isValid() and line.blockFormat().property(P_KIND) == Kind.CODE_LINE:
            lines.append(line.text())
            line = line.next()
        lexer = lexer_for(made.property(P_LANGUAGE))
        yield
        if lexer is None or sum(map(len, lines)) > LONGEST:
            return
        spans: list[list[Span]] = []
        for result in lex(lexer, lines):
            if result is None:
                yield
            else:
                spans.append(result)
        line = job.head.block().next()
        first = 0
        start = line.position()
        for done, found in enumerate(spans, 1):
            if not line.isValid() or line.blockFormat().property(P_KIND) != Kind.CODE_LINE:
                return
            self._apply(line, found)
            end = line.position() + line.length()
            line = line.next()
            if done - first >= 40 or done == len(spans):
                self.document.markContentsDirty(start, end - start - 1)
                start, first = end, done
                place = QTextCursor(line)
                yield
                line = place.block()
                start = line.position()

    def _apply(self, line: QTextBlock, spans: list[Span]) -> None:
        text = line.text()
        plain = text.isascii()
        ranges = []
        for start, length, role in spans:
            made = QTextLayout.FormatRange()
            if not plain:  # Qt counts in UTF-16 units
                length = len(text[start : start + length].encode("utf-16-le", "surrogatepass")) // 2
                start = len(text[:start].encode("utf-16-le", "surrogatepass")) // 2
            made.start, made.length, made.format = start, length, self._format(role)
            ranges.append(made)
        line.layout().setFormats(ranges)

    def _format(self, role: str) -> QTextCharFormat:
        if role not in self._formats:
            made = QTextCharFormat()
            made.setForeground(QColor(_COLOURS[role][self.look.is_dark]))
            made.setFontItalic(role == "comment")
            self._formats[role] = made
        return self._formats[role]
