"""Which parts of a text keep an order of their own beside text that runs the other way.

Unicode's algorithm (UAX #9) gives blanks and signs between a word and text of the other direction to the other text:
"C++" turns into "++C" in Arabic, the groups of a telephone number change places, and so do the tokens of code behind an
Arabic string. What is named here is isolated where it is shown; what is copied knows nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from desktop.core.text import LETTERS_RTL, TAG, Direction, direction_of, has_rtl, isolated

Span = tuple[int, int, Direction]
"""(start, end, direction) in characters."""

_DIGIT = "[0-9\u0660-\u0669\u06f0-\u06f9]"
_NUMBERS = re.compile(
    TAG.pattern  # its brackets would turn around
    + rf"|(?<![A-Za-z0-9_.)+-])(?:\+{_DIGIT}{{1,3}}(?:[ -]{_DIGIT}{{2,5}}){{1,5}}|[0-9]+(?:-[0-9]+){{2,}}"  # +966 50 123 4567, 2024-05-17
    rf"|(?P<groups>\(?{_DIGIT}{{1,5}}\)?(?:[ \u00a0\u202f-]{_DIGIT}{{2,5}}){{1,6}})(?![\d-])"  # 050 123 4567
    r"|[-+\u2212][0-9](?:[0-9.,]*[0-9])?)"  # -5.5
)
"""A sign before a number and the hyphens of a date would be taken for the sentence's own."""
_PHRASE = re.compile(r"[!-~]+(?: +[!-~]+)*")
_PAIRS = {")": "(", "]": "[", "}": "{"}
_OPENING, _CLOSING, _BETWEEN = "([{\"'<", ".,:;!?)]}\"'>", ",:;!?)]} "
_TELEPHONE = 7
"""Digits that groups have together, at least, to be one number."""
_LONGEST_NAME = 40
"""Characters of a text of its own look, bold or a link, that may be a name with signs."""


def prose_spans(text: str) -> list[Span]:
    """What stands in right-to-left prose as it would alone: numbers of several groups, signed numbers, dates, tags, and
    names with signs at their ends, together with the Latin words around them."""
    out: list[Span] = []
    at = 0
    is_name = len(text) <= _LONGEST_NAME and text.count(" ") < 3 and text.rstrip()[-1:] not in _PAIRS
    if is_name or has_rtl(text):
        for found in _PHRASE.finditer(text):
            if not TAG.search(found[0]) and (core := _named(found[0])):
                start, end = found.start() + core[0], found.start() + core[1]
                out += _number_spans(text, at, start)
                out.append((start, end, Direction.LTR))
                at = end
    if is_name or not text.isascii() or text.lstrip()[:1] in ("-", "+"):
        out += _number_spans(text, at, len(text))
    return out


def _number_spans(text: str, start: int, end: int) -> list[Span]:
    return [
        (found.start(), found.end(), Direction.LTR)
        for found in _NUMBERS.finditer(text, start, end)
        if found["groups"] is None or _is_one_number(found["groups"])
    ]


def _is_one_number(groups: str) -> bool:
    """Whether groups of digits are one number, of a telephone, a card or a thousand thousands; not two years."""
    found = re.findall(r"\d+", groups)
    if len(found) == 2 and all(len(group) == 4 and 1000 <= int(group) < 2200 for group in found):
        return False
    return sum(map(len, found)) >= _TELEPHONE


def _named(phrase: str) -> tuple[int, int] | None:
    """The part of an ASCII phrase, without the punctuation around it, that begins or ends with a sign; None where no
    sign is in danger."""
    start, end = 0, len(phrase)
    while start < end and (phrase[start] in _OPENING or phrase[start] in _BETWEEN):
        start += 1
    while start < end and phrase[end - 1] in _CLOSING + _OPENING + " ":
        opening = _PAIRS.get(phrase[end - 1], "")
        if opening and phrase.count(opening, start, end) >= phrase.count(phrase[end - 1], start, end):
            break
        end -= 1
    words = list(re.finditer(r"[^ ]+", phrase[start:end]))
    while words and not any(map(str.isalpha, words[0][0])):
        del words[0]
    while words and not any(map(str.isalnum, words[-1][0])):
        del words[-1]
    if not words:
        return None
    start, end = start + words[0].start(), start + words[-1].end()
    return None if phrase[start].isalnum() and phrase[end - 1].isalnum() else (start, end)


# --- code ------------------------------------------------------------------------------------------------------------
@cache
def _code_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Strings and comments; words of right-to-left letters."""
    marks = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0640"
    literal = re.compile(
        r'"(?P<a>(?:[^"\\]|\\.)*)"' + r"|'(?P<b>(?:[^'\\]|\\.)*)'|`(?P<c>[^`]*)`"
        r"|(?:(?<!\S)(?:\#+|--|;+|%+)|(?<!:)//+|/\*+|<!--)[ \t]*(?P<d>.*?)[ \t]*(?:\*/|-->|$)"
    )
    words = re.compile(f"[{LETTERS_RTL}](?:[{LETTERS_RTL}{marks}0-9\u0660-\u0669 ،؛؟._!-]*[{LETTERS_RTL}{marks}])?")
    return literal, words


_CODE_SIGNS = re.compile(r"[A-Za-z=(){}\[\];<>+*/\\\"'`#$&|@]")


def code_spans(line: str) -> list[Span]:
    """What is isolated in one line of code, so that its tokens stand in the order of the source: the contents of strings
    and comments with right-to-left letters, and such words elsewhere. A line without any sign of code is one text."""
    if line.isascii():
        return []
    if not has_rtl(line):
        return []
    literal, words = _code_patterns()
    if not _CODE_SIGNS.search(line):
        return [(len(line) - len(line.lstrip()), len(line.rstrip()), direction_of(line))]
    out: list[Span] = []
    at = 0
    for found in literal.finditer(line):
        name = found.lastgroup
        if name is None or not has_rtl(found[name]):
            continue
        out += [(word.start(), word.end(), Direction.RTL) for word in words.finditer(line, at, found.start())]
        out.append((*found.span(name), direction_of(found[name])))
        at = found.end()
    return out + [(word.start(), word.end(), Direction.RTL) for word in words.finditer(line, at)]


# --- both ------------------------------------------------------------------------------------------------------------
def with_spans(
    text: str,
    spans: Sequence[Span],
    apart: Callable[[str, Direction], str] = isolated,
    other: Callable[[str], str] = str,
) -> str:
    """`text` with each of `spans` written by `apart` and the rest by `other`."""
    if not spans:
        return other(text)
    out: list[str] = []
    at = 0
    for start, end, direction in spans:
        out += [other(text[at:start]), apart(text[start:end], direction)]
        at = end
    return "".join([*out, other(text[at:])])
