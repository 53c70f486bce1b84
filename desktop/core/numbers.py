"""Numbers as the keyboards of all languages write them: decimal digits of every script, and their separators."""

from __future__ import annotations

import re
import unicodedata

# Separators of UAX #35's number symbols, and "/", which Persian keyboards give for the decimal sign.
_SIGNS = {
    **dict.fromkeys("٫．", "."),
    **dict.fromkeys("،，", ","),
    **dict.fromkeys("−‐‑–﹣－", "-"),
    **dict.fromkeys("٬'’\u00a0\u2009\u202f \t\r\n", ""),
    **dict.fromkeys("\u061c\u200e\u200f", ""),  # marks of direction, which some keyboards put before signs
}
_GROUPED = re.compile(r"[-+]?\d+(?:,\d{3})+(?:\.\d*)?")
_GROUPED_BY_DOTS = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d*")


def plain_number(text: str, *, whole: bool) -> str:
    """A number as a program reads it: ASCII digits, "." before the fraction, nothing between thousands.

    whole: a comma can only stand between thousands; in other numbers an only one is the decimal sign. A text with letters
    comes back as it is, what is no number yet with its digits and signs folded.
    """
    if any(character.isalpha() for character in text):
        return text
    plain = "".join(map(_plain, text))
    if not whole:
        plain = plain.replace("/", ".")
        if _GROUPED_BY_DOTS.fullmatch(plain):
            return plain.replace(".", "").replace(",", ".")
        if plain.count(",") == 1 and "." not in plain:
            return plain.replace(",", ".")
    return plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain


def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return _SIGNS.get(character, character) if digit is None else str(digit)
