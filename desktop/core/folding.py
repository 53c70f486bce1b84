"""Folding of text for search: what people type finds what they wrote, in Arabic above all.

Folded together are alef and its hamza forms, waw and ya with hamza, ya and alef maqsura, ta marbuta and ha, the Persian
and Urdu shapes of the same letters, digits of every script, case, width and presentation forms. Left out are tashkeel,
tatweel, Latin accents, Hebrew points and characters that are not seen (joiners, marks of direction). A lone hamza
stays: without it "ماء" (water) would find every "ما".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

VERSION = 1
"""To be raised with every change of `fold`: the search index is then made anew."""

# Letters that fold beyond what Unicode's decompositions do. Source: the Unicode chart of the Arabic block (U+0600).
_LETTERS = {
    "ٱ": "ا",
    "ٲ": "ا",
    "ٳ": "ا",
    "ٵ": "ا",
    "ٶ": "و",
    "ٸ": "ي",
    "ى": "ي",
    "ی": "ي",
    "ے": "ي",
    "ة": "ه",
    "ۃ": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "ک": "ك",
    "ڪ": "ك",
}

# Left out: accents; Hebrew points; Koranic signs and tashkeel; tatweel; high hamza; soft hyphen, zero-width characters
# and joiners, marks of direction, variation selectors.
_DROPPED = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u0674"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff"
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufe70-\ufe7f\ufeff]"
)


def _fold_character(character: str) -> str:
    if _DROPPED.match(character):
        return ""
    text = unicodedata.normalize("NFKC", character).casefold()
    text = _DROPPED.sub("", unicodedata.normalize("NFD", text))
    text = "".join(_LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFC", text))
    return "".join(
        str(unicodedata.digit(letter)) if unicodedata.category(letter) == "Nd" else letter for letter in text
    )


class _Table(dict[int, str]):
    """Folds of single characters, found once each; `str.translate` reads it."""

    def __missing__(self, codepoint: int) -> str:
        folded = _fold_character(chr(codepoint))
        self[codepoint] = folded
        return folded


_TABLE = _Table()


def fold(text: str) -> str:
    """The folded form of `text`. Folding works on each character alone, so a part of a text folds as in the whole."""
    return text.lower() if text.isascii() else text.translate(_TABLE)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its characters came from."""

    text: str
    starts: tuple[int, ...]
    """Offset in the original of each folded character, and the original's length as last entry."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original behind folded characters `start` … `end` - 1, with the marks that follow its letters."""
        first = self.starts[start]
        return (first, max(self.starts[end], self.starts[end - 1] + 1)) if end > start else (first, first)


def fold_with_offsets(text: str) -> Folded:
    """Fold `text`, remembering offsets (in characters of Python, i.e. code points; see `utf16_offset` for Qt)."""
    if text.isascii():
        return Folded(text.lower(), tuple(range(len(text) + 1)))
    pieces = [_TABLE[ord(character)] for character in text]
    starts = [offset for offset, piece in enumerate(pieces) for _ in piece]
    return Folded("".join(pieces), (*starts, len(text)))


_WORD = re.compile(r"[^\W_]+")
# Chinese and Japanese put no space between words: each of their characters is searched as a word of its own.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def words(text: str) -> list[str]:
    """The words of a text that is already folded."""
    return _WORD.findall(text)


def spaced(text: str) -> str:
    """A folded text with its Chinese and Japanese characters set apart, for an index of words."""
    return text if text.isascii() else _UNSPACED.sub(r" \g<0> ", text)


# Marks that stand inside words: what follows them is no beginning of a word.
_JOINED = "[\u0300-\u036f\u0640\u064b-\u065f\u0670\u200c]"


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked for: folded words that follow each other; nearly always one."""

    words: tuple[str, ...]
    is_prefix: bool = False
    """The last word may go on."""


# The article and the particles written together with it: "والكتاب", "بالكتاب", "للكتاب" are found by "كتاب".
# Three letters must follow, so that "له" does not find "الله".
_WITH_ARTICLE = r"[وف]?(?:ال|بال|كال|لل)(?=[ء-ي]{3})"
_ARTICLE = re.compile(_WITH_ARTICLE)


def without_article(word: str) -> str | None:
    """A folded Arabic word without its article, or None where it has none."""
    found = _ARTICLE.match(word)
    return word[found.end() :] if found else None


def is_arabic(word: str) -> bool:
    """Whether a folded word begins with an Arabic letter."""
    return "ء" <= word[:1] <= "ۿ"


def pattern_of(terms: Iterable[Term]) -> re.Pattern[str] | None:
    """A pattern that finds terms in a text that is NOT folded, at the beginnings of its words; None without terms.

    Each letter becomes the class of all characters that fold to it, so that nothing has to be folded and no offset has to
    be led back. A character that folds to several ("ﬁ", "ﷺ") is not found: see `find_all` for those.
    """
    choices = [_choice(term) for term in terms]
    return re.compile("|".join(sorted(choices, key=len, reverse=True))) if choices else None


def _choice(term: Term) -> str:
    gap = r"[\W_]*"
    letters = gap.join(_written(word) for word in term.words)
    before = "" if _UNSPACED.match(term.words[0]) else rf"(?<![^\W_])(?<!{_JOINED}){_DROPPED.pattern}*+"
    if (bare := without_article(term.words[0])) and len(term.words) == 1:
        before, letters = before + _particles(), _written(bare)
    elif is_arabic(term.words[0]):
        before += f"(?:{_particles()})?"
    after = "" if term.is_prefix or _UNSPACED.match(term.words[-1][-1]) else r"(?![^\W_])"
    return before + letters + after


@cache
def _particles() -> str:
    particles = "|".join(_written(particle) for particle in ("ال", "بال", "كال", "لل"))
    return f"(?:[وف]{_DROPPED.pattern}*+)?(?:{particles})"


def _written(word: str) -> str:
    """A pattern for every way to write a folded word."""
    return "".join(f"{_class(letter)}{_DROPPED.pattern}*+" for letter in word)


@cache
def _class(letter: str) -> str:
    variants = "".join(re.escape(variant) for variant in sorted({letter, *_variants().get(letter, ())}))
    return f"[{variants}]"


@cache
def _variants() -> dict[str, list[str]]:
    """Which characters fold to a letter, in the blocks that have such: Latin … Thai, symbols, presentation forms."""
    found: dict[str, list[str]] = {}
    for codepoint in (*range(0x20, 0x1000), *range(0x1E00, 0x2500), *range(0xFB00, 0xFFF0)):
        folded = _TABLE[codepoint]
        if len(folded) == 1:
            found.setdefault(folded, []).append(chr(codepoint))
    return found


def find_all(text: str, query: str) -> list[tuple[int, int]]:
    """Spans of `text` where `query` stands, folded, anywhere in words: find in one chat. Offsets in code points."""
    needle = fold(query).strip()
    if not needle:
        return []
    folded = fold_with_offsets(text)
    return [folded.original(start, start + len(needle)) for start in _occurrences(folded.text, needle)]


def _occurrences(text: str, needle: str) -> Iterator[int]:
    at = text.find(needle)
    while at >= 0:
        yield at
        at = text.find(needle, at + len(needle))


def utf16_offset(text: str, offset: int) -> int:
    """An offset in code points as one in UTF-16 units, which is how Qt counts."""
    return offset + sum(character > "\uffff" for character in text[:offset])
