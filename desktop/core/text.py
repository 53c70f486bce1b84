"""Direction of text, and what must not be obeyed in it.

Direction is decided for each block by the majority of its strong letters (Unicode bidirectional classes L against
R and AL, UAX #9), so that an Arabic paragraph that opens with a Latin word is still right-to-left. Callers leave code,
links and formulas out of what they count.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

LRI = "\u2066"
RLI = "\u2067"
FSI = "\u2068"
PDI = "\u2069"

LETTERS_RTL = (
    "\u05be\u05c0\u05c3\u05c6\u05d0-\u05ff\u0608\u060b\u060d\u061b-\u064a\u066d-\u066f\u0671-\u06d5\u06e5\u06e6"
    "\u06ee\u06ef\u06fa-\u0710\u0712-\u072f\u074d-\u07a5\u07b1-\u07ea\u07f4\u07f5\u07fa-\u0815\u081a\u0824\u0828"
    "\u0830-\u0858\u085e-\u088f\u08a0-\u08c9\ufb1d\ufb1f-\ufb28\ufb2a-\ufd3d\ufd50-\ufdfc\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff"
)
"""Inside of a class of a regular expression: letters that run right-to-left."""
_RTL_LETTERS = re.compile(f"[{LETTERS_RTL}]+")
_LATIN = re.compile("[A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]+")
"""The left-to-right letters of most texts: those of all scripts take long to compile, and the window starts without."""
_BEYOND = re.compile("[^\u0000-\u024f\u0590-\u06ff\u2000-\u206f]")
_LTR = (
    "[A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u02bb-\u02c1\u0370-\u0373\u0376-\u037d\u037f-\u0482"
    "\u048a-\u0589\u0903-\u1fff\u2071\u207f\u2102-\u2113\u2c00-\u2ce4\u2d00-\u2dff\u3005-\u3007\u3021-\ud7ff"
    "\uf900-\ufb17\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc\U00010000-\U000107ff\U00011000-\U0001d7ff\U00020000-\U0003ffff]"
)
COUNTED = 4000
"""Characters of a block that are looked at; a block longer than this keeps the direction of its beginning."""


class Direction(StrEnum):
    LTR = "ltr"
    RTL = "rtl"

    @property
    def other(self) -> Direction:
        return Direction.LTR if self is Direction.RTL else Direction.RTL


def strong_letters(text: str) -> tuple[int, int]:
    """How many strong letters of `text` run left-to-right and right-to-left."""
    text = text[:COUNTED]
    if text.isascii():
        return _count(_LATIN, text), 0
    letters = _ltr_letters() if _BEYOND.search(text) else _LATIN
    return _count(letters, text), _count(_RTL_LETTERS, text)


def _count(runs: re.Pattern[str], text: str) -> int:
    return sum(map(len, runs.findall(text)))


def has_rtl(text: str) -> bool:
    """Whether any letter of `text` runs right-to-left."""
    return not text.isascii() and _RTL_LETTERS.search(text) is not None


@cache
def _ltr_letters() -> re.Pattern[str]:
    return re.compile(_LTR + "+")


def majority(ltr: int, rtl: int, fallback: Direction) -> Direction:
    """The direction of more letters; `fallback` when there are none or as many of both."""
    if ltr == rtl:
        return fallback
    return Direction.LTR if ltr > rtl else Direction.RTL


def direction_of(text: str, fallback: Direction = Direction.LTR) -> Direction:
    return majority(*strong_letters(text), fallback)


class DirectionKeeper:
    """Directions of blocks that are still being written.

    A block starts in the direction of its surroundings and turns only when the other side leads clearly: a first
    Latin word does not turn an Arabic paragraph, and a paragraph of two scripts does not flicker. `settle` gives the
    plain majority, once the block is complete.
    """

    LEAD = 1.25
    """How many times more letters the other side needs."""
    MARGIN = 16
    """And how many letters more than that."""

    def __init__(self) -> None:
        self._kept: dict[object, Direction] = {}

    def decide(self, key: object, ltr: int, rtl: int, fallback: Direction) -> Direction:
        """The direction of the block known as `key`, which holds so many strong letters by now."""
        kept = self._kept.get(key, fallback)
        mine, others = (ltr, rtl) if kept is Direction.LTR else (rtl, ltr)
        if others > mine * self.LEAD + self.MARGIN:
            kept = kept.other
        self._kept[key] = kept
        return kept

    def settle(self, key: object, ltr: int, rtl: int, fallback: Direction) -> Direction:
        self._kept.pop(key, None)
        return majority(ltr, rtl, fallback)


# --- characters that are shown instead of obeyed ---------------------------------------------------------------------
# Embeddings, overrides and isolates change the order of other text; the rest are controls and the characters that
# QTextDocument keeps for its own use. Marks (LRM, RLM, ALM), joiners (ZWJ, ZWNJ) and tags in flags stay: Arabic,
# Persian and emoji are written with them, and they reorder nothing but what stands next to them.
_NAMED = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x206A, 0x2070), *range(0x80, 0xA0)]
_NAMED += [0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC, *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF]
_VISIBLE: dict[int, str] = {code: f"[U+{code:04X}]" for code in _NAMED}
_VISIBLE |= {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)}
_VISIBLE |= {0x7F: "\u2421", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_HIDDEN_CHARACTERS = re.compile("[" + "".join(re.escape(chr(code)) for code in _VISIBLE) + "]")
_SURROGATE = re.compile("[\ud800-\udfff]")


TAG = re.compile(r"</?[A-Za-z][^<>\n]*>")
"""Raw HTML, which is shown as text."""


def shown(text: str) -> str:
    """`text` with control characters and bidirectional controls made visible, and its line ends made one kind."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _HIDDEN_CHARACTERS.search(text):
        text = text.translate(_VISIBLE)
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
    return text


def isolated(text: str, direction: Direction | None = None) -> str:
    """`text` set apart, so that it neither takes part in nor changes the order of what surrounds it.

    direction: of the isolated text; None lets its first strong letter decide. `text` must have gone through `shown`,
    which leaves no control in it that could end the isolate early.
    """
    start = FSI if direction is None else LRI if direction is Direction.LTR else RLI
    return start + text + PDI


_ISOLATES = dict.fromkeys(map(ord, (LRI, RLI, FSI, PDI)))


def without_isolates(text: str) -> str:
    """`text` in its logical order without the isolates that only the display needs."""
    return text.translate(_ISOLATES)
