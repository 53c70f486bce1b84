"""Folding of text for search: what people type finds what they wrote, in Arabic above all.

Folded together are alef and its hamza forms, waw and ya with hamza, ya and alef maqsura, ta marbuta and ha, the Persian
and Urdu shapes of the same letters, digits of every script, case, width and presentation forms. Left out are tashkeel,
tatweel, Latin accents, Hebrew points and characters that are not seen (joiners, marks of direction). A lone hamza
stays: without it "ماء" (water) would find every "ما". What a word is found by besides: its stems behind particles, the form
that all spellings of its hamza share, and signs that people look for (C++, =>, emoji).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

Span = tuple[int, int]
"""First and past-the-last character, in code points of the original text."""

_compiled = cache(re.compile)
"""Compiles a pattern at its first use: the window's start needs none of these."""

VERSION = 2
"""To be raised with every change of `fold` or of what a word is found by: the search index is then made anew."""

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


class _Table(dict[str, str]):
    """Folds of single characters, found once each."""

    def __missing__(self, character: str) -> str:
        folded = _fold_character(character)
        self[character] = folded
        if folded == character:
            _UNCHANGED.add(character)
        return folded


_UNCHANGED = {character for character in map(chr, range(128)) if not character.isupper()}
"""Characters known to fold to themselves."""
_TABLE = _Table()
# What is not a usual letter that stays as it is; most of a text need not be looked at one by one.
_SUSPECT = re.compile(r"[^\0-@\[-~،؛؟ءابت-غف-وي“”‘’–—]")


def _changed(text: str) -> set[str]:
    """The characters of a text that fold to something else."""
    return {character for character in set(_SUSPECT.findall(text)) - _UNCHANGED if _TABLE[character] != character}


def fold(text: str) -> str:
    """The folded form of `text`. Folding works on each character alone, so a part of a text folds as in the whole.

    A text has few different characters: replacing each is several times faster than translating one after the other.
    """
    if text.isascii():
        return text.lower()
    return _replaced(text, _changed(text))


def _replaced(text: str, changed: Iterable[str]) -> str:
    for character in changed:
        text = text.replace(character, _TABLE[character])
    return text


class Folded:
    """A folded text that knows where each of its characters came from. Offsets are in code points."""

    def __init__(self, text: str) -> None:
        changed = set() if text.isascii() else _changed(text)
        self.text = text.lower() if text.isascii() else _replaced(text, changed)
        """The folded text."""
        uneven = [character for character in changed if len(_TABLE[character]) != 1]
        self._origins = sorted(at for character in uneven for at in _occurrences(text, character))
        """Where characters stand in the original that fold to none or to several."""
        self._lengths = [len(_TABLE[text[at]]) for at in self._origins]
        self._places: list[int] = []
        """Where their folds stand in the folded text."""
        self._shifts = [0]
        """How much longer than the original the folded text is before each of them, and after the last."""
        for at, length in zip(self._origins, self._lengths, strict=True):
            self._places.append(at + self._shifts[-1])
            self._shifts.append(self._shifts[-1] + length - 1)

    def origin(self, offset: int) -> int:
        """Where the folded character at `offset` stands in the original; the original's length at the end."""
        count = bisect_right(self._places, offset)
        if count and offset < self._places[count - 1] + self._lengths[count - 1]:
            return self._origins[count - 1]
        return offset - self._shifts[count]

    def span(self, start: int, end: int) -> Span:
        """The span of the original behind folded characters `start` … `end` - 1, with the marks that follow them."""
        first = self.origin(start)
        return (first, max(self.origin(end), self.origin(end - 1) + 1)) if end > start else (first, first)


def _occurrences(text: str, part: str, start: int = 0) -> Iterator[int]:
    at = text.find(part, start)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


_WORD = re.compile(r"[^\W_]+")
_UNSPACED = "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
"""Chinese and Japanese put no space between words: each of their characters is searched as a word of its own."""


# Signs that are looked for as words are. In ASCII, those behind a word (C++, F#) and before one (.NET), and operators.
_ASCII_SIGNS = r"[+#=<>!&|:?-]+"
_DOTTED = r"\.[^\W\d_][^\W_]*"
_OPERATORS = frozenset(
    ["=>", "->", "<-", "<=>", "==", "!=", "===", "!==", "<=", ">=", "&&", "||", "::", ":=", "??", "<<", ">>", "|>"]
)
_FIRST_SYMBOL = "\u20a0"


@cache
def _symbols() -> re.Pattern[str]:
    """Emoji, a flag's two letters together, signs of currencies, arrows and mathematics; no box drawings."""
    return re.compile(
        f"[\U0001f1e6-\U0001f1ff]{{2}}|[{_FIRST_SYMBOL}-\u20cf\u2190-\u24ff\u25a0-\u2bff\U0001f000-\U0001f3fa\U0001f400-\U0001faff]"
    )


def sign_words(text: str) -> list[str]:
    """The signs of a folded text that are searched as words, each once."""
    found = [] if text.isascii() or max(text) < _FIRST_SYMBOL else _symbols().findall(text)
    for run in _compiled(_ASCII_SIGNS).finditer(text):
        signs = run[0]
        if signs in _OPERATORS:
            found.append(signs)
        elif signs[0] in "+#":
            start, end = run.span()
            signs = signs.rstrip(":?!")
            begin = start
            while begin and start - begin < _LONGEST_SIGN_WORD and text[begin - 1].isalnum():
                begin -= 1
            if begin < start and not text[end : end + 1].isalnum() and not signs.strip("+#"):
                found.append(text[begin:start] + signs)
    for word in _compiled(_DOTTED).finditer(text):
        if not (word.start() and text[word.start() - 1].isalnum()) and len(word[0]) <= _LONGEST_SIGN_WORD:
            found.append(word[0])
    return list(dict.fromkeys(found))


_LONGEST_SIGN_WORD = 32
_SIGN_MARK = "\ue000"
"""Before the number of each sign in the index, whose tokenizer takes private-use characters for letters."""


def sign_token(word: str) -> str:
    """What the search index holds for a word with signs: no other word gives it."""
    return "".join(sign if sign.isalnum() else f"{_SIGN_MARK}{ord(sign):x}" for sign in word)


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(_UNSPACED)  # takes as long as all the rest of this module, which the window starts with


def words(text: str) -> list[str]:
    """The words of a text that is already folded; each Chinese and Japanese character is one."""
    spaced = text.isascii() or max(text) < "\u3040"
    return _WORD.findall(text if spaced else _unspaced().sub(r" \g<0> ", text))


# The article and the particles written together with it: "والكتاب", "بالكتاب", "للكتاب" are found by "كتاب".
# Three letters must follow, so that "له" does not find "الله".
_ARTICLES = frozenset(before + article for before in ("", "و", "ف") for article in ("ال", "بال", "كال", "لل"))
# Particles alone: "وكتاب", "بكتاب", "فلكتاب", and the future's "س". Four letters must follow, so that "ردة" does not find
# "وردة".
_PROCLITICS = frozenset(before + particle for before in ("", "و", "ف") for particle in ("", "ب", "ك", "ل", "س")) - {""}
_LONGEST_PARTICLE = 4
_FOUR_LETTERS = "[ء-ي]{4}"
_AFTER_PROCLITIC = "(?<![^ ])[وفبكلس][ء-ي]{4}[^ ]*"
_SHORT = 4
_ARTICLE = re.compile(r"[وف]?(?:ال|بال|كال|لل)(?=[ء-ي]{3})")
_AFTER_ARTICLE = re.compile(r"(?<![^ ])[وف]?(?:ال|بال|كال|لل)([ء-ي]{3}[^ ]*)")


def without_article(word: str) -> str | None:
    """A folded Arabic word without its article, or None where it has none."""
    found = _ARTICLE.match(word)
    return word[found.end() :] if found else None


def without_articles(words_of_text: str) -> list[str]:
    """Of folded words with single blanks between them, those that carry an article, without it."""
    return _AFTER_ARTICLE.findall(words_of_text)


def without_particles(words_of_text: str) -> list[str]:
    """Of folded words with single blanks between them, those that begin as a particle, without it; both ways where two
    may be written there ("وكتاب": "كتاب" and "تاب…" of four letters and more)."""
    found = []
    for word in _compiled(_AFTER_PROCLITIC).findall(words_of_text):
        if not _ARTICLE.match(word):
            found += [word[size:] for size in (1, 2) if _is_proclitic(word[:size], word, size)]
    return found


def _is_proclitic(particle: str, text: str, at: int) -> bool:
    """Whether `particle`, which stands before `at`, may be one."""
    if particle not in _PROCLITICS or not _compiled(_FOUR_LETTERS).match(text, at):
        return False
    return particle[-1] != "س" or text[at] in "يتنا"  # the future stands before the prefixes of verbs


_SEATS = ("ؤ", "ئ")
_END_HAMZA = "[وي]ء$"
_HUNDRED = "ماء(?=[هت])"


def _seated(text: str) -> str:
    for seat in _SEATS:
        text = text.replace(seat, "ء")
    return text


def _hamza_form(word: str) -> str:
    """The form that the spellings of a hamza share, of a folded word whose seats are gone: شيء and شئ, مائة and مئة."""
    return _compiled(_HUNDRED).sub("مء", _compiled(_END_HAMZA).sub("ء", word))


def hamza_forms(text: str, words_of_text: list[str]) -> list[str]:
    """Of the words of a text, those with a hamza that has other spellings, in the form that these share.

    words_of_text: as `words(fold(text))` gives them.
    """
    found = [form for word in words_of_text if "ء" in word and (form := _hamza_form(word)) != word]
    if any(seat in text for seat in _SEATS):
        part = " ".join(piece for piece in text.split() if "ؤ" in piece or "ئ" in piece)
        seated = words(fold(_seated(part)))
        found += [_hamza_form(new) for new, old in zip(seated, words(fold(part)), strict=True) if new != old]
    return found


def is_arabic(word: str) -> bool:
    """Whether a folded word begins with an Arabic letter."""
    return "ء" <= word[:1] <= "ۿ"


@dataclass(frozen=True)
class Term:
    """What is looked for: folded words that follow each other; nearly always one."""

    words: tuple[str, ...]
    is_prefix: bool = False
    """The last word may go on."""
    hamza: str | None = None
    """The form of an only word that other spellings of its hamza share."""

    @cached_property
    def first(self) -> str:
        """What a text is scanned for: an only word without its article."""
        return (without_article(self.words[0]) if len(self.words) == 1 else None) or self.words[0]

    @cached_property
    def is_sign(self) -> bool:
        """Whether it is a word with signs (`sign_words`)."""
        return not self.words[0].isalnum()

    @cached_property
    def begins_anywhere(self) -> bool:
        return not self.first[0].isalnum() or bool(_unspaced().match(self.first))

    @cached_property
    def ends_anywhere(self) -> bool:
        return self.is_prefix or not self.words[-1][-1].isalnum() or bool(_unspaced().match(self.words[-1]))

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Finds an only short word that nothing is written together with: it stands inside of so many words that looking
        at each place one by one takes longer than the search itself."""
        if len(self.words) > 1 or len(self.first) > _SHORT or is_arabic(self.first) or self.begins_anywhere:
            return None
        word = re.escape(self.first)  # before what must not stand before it: so that its letters are searched for first
        return re.compile(rf"{word}(?<![^\W_]{word})" + ("" if self.ends_anywhere else r"(?![^\W_])"))

    @cached_property
    def hamza_pattern(self) -> re.Pattern[str] | None:
        """Finds the other spellings of the hamza in a folded text whose seats are gone."""
        if self.hamza is None:
            return None
        end = "" if self.is_prefix else r"(?![^\W_])"
        return re.compile(
            rf"(?<![^\W_])(?:{_ANY_PARTICLE})?{_hamza_pattern(without_article(self.hamza) or self.hamza)}{end}"
        )


def find_terms(text: str, terms: Iterable[Term], reach: int | None = None) -> list[Span]:
    """Spans of the original `text` where terms stand, at the beginnings of words, in order and without overlap.

    An Arabic term is found behind the article and behind particles too.
    reach: only those that begin within so many (folded) characters of the first one.
    """
    folded = None if text.isascii() else Folded(text)
    folded_text = text.lower() if folded is None else folded.text
    limit = len(text) if reach is None else reach
    found: list[Span] = []
    for term in terms:
        begun = len(found)
        for span in _find_term(folded_text, term):
            found.append(span)
            if span[0] > found[begun][0] + limit:
                break
        if term.hamza_pattern is not None and folded is not None:
            found += map(re.Match.span, term.hamza_pattern.finditer(fold(_seated(text))))
    if len(found) > 1:
        found = _apart(found)
        found = [span for span in found if span[0] <= found[0][0] + limit]
    return found if folded is None else [folded.span(start, end) for start, end in found]


_ANY_PARTICLE = "|".join(sorted(_ARTICLES | _PROCLITICS, key=len, reverse=True))


def _hamza_pattern(word: str) -> str:
    """A regular expression for a word as `_hamza_form` gives it, whatever carries its hamza."""
    escaped = re.sub("مء(?=[هت])", "ما?ء", re.escape(word))
    return escaped.replace("ء", "[وي]?ء")


def _apart(found: list[Span]) -> list[Span]:
    """Spans in order; of those that overlap, the longest that begins first."""
    if not found:
        return found
    found.sort(key=lambda span: (span[0], -span[1]))
    apart = found[:1]
    for span in found:
        if span[0] >= apart[-1][1]:
            apart.append(span)
    return apart


def _find_term(text: str, term: Term) -> Iterator[Span]:
    """Spans of a folded text."""
    return _look_for(text, term) if term.pattern is None else map(re.Match.span, term.pattern.finditer(text))


def _look_for(text: str, term: Term) -> Iterator[Span]:
    """Place by place."""
    first, is_simple = term.first, len(term.words) == 1 and term.ends_anywhere
    at = text.find(first)
    while at >= 0:
        start, end = at, at + len(first)
        needs_particle = at and text[at - 1].isalnum() and not term.begins_anywhere
        if needs_particle and is_arabic(first):
            start = _particle_before(text, at)
        if start != at or not needs_particle:
            last = end if is_simple else _end_of(text, end, term)
            if last is not None:
                yield start, last
        at = text.find(first, end)


def _particle_before(text: str, at: int) -> int:
    """Where the particles before `at` begin, if they are all that stands between it and the beginning of its word."""
    start = at
    while start and at - start <= _LONGEST_PARTICLE and text[start - 1].isalnum():
        start -= 1
    before = text[start:at]
    return start if before in _ARTICLES or _is_proclitic(before, text, at) else at


def _end_of(text: str, end: int, term: Term) -> int | None:
    """Where a term ends whose first word ends at `end`; None if it is not there."""
    for word in term.words[1:]:
        while end < len(text) and not text[end].isalnum():
            end += 1
        if not text.startswith(word, end):
            return None
        end += len(word)
    return end if term.ends_anywhere or end >= len(text) or not text[end].isalnum() else None


def find_all(text: str, query: str) -> list[Span]:
    """Spans of `text` where `query` stands, folded, anywhere in words: find in one chat. Offsets in code points."""
    needle = fold(query).strip()
    if not needle:
        return []
    folded = Folded(text)
    found = [(start, start + len(needle)) for start in _occurrences(folded.text, needle)]
    form = _hamza_form(fold(_seated(query)).strip())
    if form != needle and not text.isascii():
        pattern = _hamza_pattern(form)
        found = _apart(found + [match.span() for match in re.finditer(pattern, fold(_seated(text)))])
    return [folded.span(start, end) for start, end in found]


def utf16_offset(text: str, offset: int) -> int:
    """An offset in code points as one in UTF-16 units, which is how Qt counts."""
    return offset + sum(character > "\uffff" for character in text[:offset])
