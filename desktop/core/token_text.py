"""The tokens of a reply laid over its text: a token may hold part of a letter, and a reply is read in letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.core.generation import TokenChoice

_BROKEN = "\ufffd"
_FAR = 400
"""Characters in which a token is looked for behind the last one: thinking tags are no part of the text."""


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """What stands in the text, and the tokens that made it: one, or those that share letters."""

    text: str
    tokens: tuple[TokenChoice, ...]

    @property
    def probability(self) -> float:
        """Of all its tokens together."""
        product = 1.0
        for token in self.tokens:
            product *= token.probability
        return product


def pieces(tokens: Sequence[TokenChoice], text: str) -> list[TokenSpan]:
    """The pieces of a reply, in order. text: its thinking and its answer, as the person reads them.

    Tokens that share letters are one piece, whose text is found between its neighbours.
    """
    found: list[TokenSpan] = []
    at = 0
    broken: list[TokenChoice] = []
    for token in tokens:
        if not token.text and not broken:
            continue
        if _BROKEN in token.text or not token.text:
            broken.append(token)
            continue
        place = _find(text, token.text, at, len(broken) * 4 + _FAR)
        if broken:
            shared = text[at:place] if place >= 0 and place - at <= len(broken) * 4 else ""
            found.append(TokenSpan(shared or _BROKEN, tuple(broken)))
            broken = []
        found.append(TokenSpan(token.text, (token,)))
        if place >= 0:
            at = place + len(token.text)
    if broken:
        rest = text[at:]
        found.append(TokenSpan(rest if 0 < len(rest) <= len(broken) * 4 else _BROKEN, tuple(broken)))
    return found


def _find(text: str, wanted: str, start: int, within: int) -> int:
    """Where `wanted` stands at or behind `start`; -1 where it does not. A reply begins without the blank that its first
    token may have."""
    if text.startswith(wanted, start):
        return start
    place = text.find(wanted, start, start + within + len(wanted))
    if place < 0 and start == 0 and wanted.lstrip() and text.startswith(wanted.lstrip()):
        return len(wanted.lstrip()) - len(wanted)
    return place


def visible(text: str) -> str:
    """A token as one sees it in a list: blanks and line breaks have signs."""
    return text.replace(" ", "␣").replace("\n", "↵").replace("\t", "⇥")
