"""Formulas typeset in a process of their own: some short ones would keep the typesetter busy for days."""

from __future__ import annotations

from collections.abc import Callable

from desktop.core.formulas import Typeset, may_typeset
from desktop.parsing.client import ParserError, ParserLateError, ParserProcess
from desktop.parsing.protocol import Kind

LIMIT_S = 1.0
"""Seconds of processor time for one formula; common ones take hundredths."""
MOST_LATE = 10
"""After so many that took too long, no other is tried: whoever wrote them means harm."""


class Typesetter:
    """Asked from one thread, closed from any."""

    def __init__(self) -> None:
        self._process = ParserProcess(Kind.FORMULAS)
        self._late = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def has_given_up(self) -> bool:
        """Whether too many took too long; until `forgive`."""
        return self._late >= MOST_LATE

    def forgive(self) -> None:
        """Try formulas again: they are of another chat now."""
        self._late = 0

    def typeset(self, source: str, display: bool, cancelled: Callable[[], bool] = lambda: False) -> Typeset | None:
        """None: it is shown as its source, since it does not parse, takes too long, or nobody waits any more."""
        if self.has_given_up or not may_typeset(source) or cancelled():
            return None
        try:
            return self._process.call(
                "typeset", source, display, answer=Typeset | None, limit_s=LIMIT_S, cancelled=cancelled
            )
        except ParserLateError:
            self._late += 1
        except ParserError:  # told in the log where it is a bug
            pass
        return None

    def close(self) -> None:
        """End the process; a formula at work is given up."""
        self._process.close()
