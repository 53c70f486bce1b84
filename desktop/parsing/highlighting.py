"""Code highlighted in a process of its own, for exports: some lexers take minutes over text that was made for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from desktop.parsing.client import ParserError, ParserLateError, ParserProcess
from desktop.parsing.protocol import Kind

LIMIT_S = 2.0
"""Seconds of processor time for one block."""
MOST_LATE = 2
"""After so many blocks of a language that took too long, its blocks stay without colours."""
LONGEST = 60_000
"""Characters of a block that gets colours."""

Spans = list[list[tuple[int, int, str]]]
"""For each line (start, length, role), characters."""


class CodeHighlighter:
    """Asked from one thread, closed from any."""

    def __init__(self) -> None:
        self._process = ParserProcess(Kind.CODE)
        self._late: Counter[str] = Counter()

    def spans(self, language: str, lines: list[str], cancelled: Callable[[], bool] = lambda: False) -> Spans | None:
        """None: the language is not known, it takes too long, or nobody waits any more."""
        if not language or self._late[language] >= MOST_LATE or sum(map(len, lines)) > LONGEST or cancelled():
            return None
        try:
            return self._process.call(
                "lex_block", language, lines, answer=Spans | None, limit_s=LIMIT_S, cancelled=cancelled
            )
        except ParserLateError:
            self._late[language] += 1
        except ParserError:  # told in the log where it is a bug
            pass
        return None

    def close(self) -> None:
        """End the process; a block at work is given up."""
        self._process.close()
