"""Where a text may be cut: between grapheme clusters, which is what a reader sees as one character.

After Unicode Standard Annex #29, with general categories and combining classes in place of its tables of properties:
joins are found where the annex has them, and in a few places more: around any virama, before symbols after any joiner.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_LONGEST = 64
"""Code points of a cluster that is kept whole; longer ones are cut anywhere."""


def cut(text: str, limit: int) -> str:
    """The longest beginning of `text` of at most `limit` code points that ends at a boundary of a grapheme cluster."""
    at = boundary_before(text, limit)
    return text[: at if at or not text else limit]


def boundary_before(text: str, at: int) -> int:
    """The last boundary at `at` or before it; `at` itself inside of a cluster that is too long to be kept whole."""
    for place in range(at, max(at - _LONGEST, -1), -1):
        if is_boundary(text, place):
            return place
    return at


def is_boundary(text: str, at: int) -> bool:
    """Whether a grapheme cluster begins at code point `at` of `text`; true for both ends."""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if before < "\u0300" and after < "\u0300":
        return (before, after) != ("\r", "\n")
    if _extends(after):
        return unicodedata.category(before) in ("Cc", "Zl", "Zp")
    if _is_flag_letter(before) and _is_flag_letter(after):
        start = at
        while start and _is_flag_letter(text[start - 1]):
            start -= 1
        return (at - start) % 2 == 0
    if before == _JOINER:
        return unicodedata.category(after)[0] != "S"  # emoji are symbols
    if unicodedata.combining(before) == 9:  # a virama joins the letter that follows
        return unicodedata.category(after) != "Lo"
    return not _is_one_syllable(before, after)


def _extends(character: str) -> bool:
    """Whether a character belongs to the one before: marks, joiners, skin tones, the letters of a flag's tag."""
    return (
        unicodedata.category(character)[0] == "M"
        or character in "\u200c\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_one_syllable(before: str, after: str) -> bool:
    """Whether two pieces of Hangul belong to one syllable: initial consonants, then vowels, then final consonants."""
    if "\u1160" <= after <= "\u11ff" or "\ud7b0" <= after <= "\ud7ff":
        return "\u1100" <= before <= "\u11ff" or "\ua960" <= before <= "\ua97f" or "\uac00" <= before <= "\ud7ff"
    initial = "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97f"
    return initial and ("\u1100" <= after <= "\u115f" or "\ua960" <= after <= "\ua97f" or "\uac00" <= after <= "\ud7a3")
