"""Tells a reply that only repeats itself from one that goes on: small and damaged models fall into loops that never end.

What is looked for is a text that stands at the end of the reply many times over, letter by letter. Lists, tables, refrains and
code repeat their shape and not their letters, or not so long; the bounds below leave them alone.
"""

from __future__ import annotations

LONGEST_PERIOD = 1500
"""Letters of the longest text whose repetition is noticed."""
LEAST_LETTERS = 900
"""That must have been repeated, the first time included."""
LEAST_TIMES = 4
"""That a text must stand behind itself; a short one must stand there more often, since LEAST_LETTERS holds too."""
_LOOK_EVERY = 200
"""Letters of the reply between two looks."""
_KEPT = LONGEST_PERIOD * LEAST_TIMES


class RepetitionGuard:
    """Fed with the text of one reply as it is written."""

    def __init__(self) -> None:
        self._tail = ""
        self._new = 0

    def feed(self, text: str) -> bool:
        """Whether the reply only repeats itself by now."""
        self._tail = (self._tail + text)[-_KEPT:]
        self._new += len(text)
        if self._new < _LOOK_EVERY or len(self._tail) < LEAST_LETTERS:
            return False
        self._new = 0
        return repeated(self._tail)


def repeated(text: str) -> bool:
    """Whether the end of `text` is one text many times over."""
    backwards = text[::-1]
    count = len(backwards)
    same = [0] * count
    """Letters that the text and itself without its first n letters begin with (the Z function; Gusfield 1997)."""
    left = right = 0
    for at in range(1, min(count, LONGEST_PERIOD + 1)):
        length = min(right - at, same[at - left]) if at < right else 0
        while at + length < count and backwards[length] == backwards[at + length]:
            length += 1
        if at + length > right:
            left, right = at, at + length
        same[at] = length
        if length + at >= max(LEAST_LETTERS, at * LEAST_TIMES) and not backwards[:at].isspace():
            return True
    return False
