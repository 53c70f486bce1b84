"""Special tokens: where text spells them, and text of messages tokenized so that it never becomes one.

A vocabulary's control tokens are what tells turns apart, so only the template may write them. What people, files and models
wrote is escaped before the template sees it: the first letter of each control token that is spelt there becomes a rare letter
that occurs nowhere else in the chat. Templates trim, cut, join, repeat and print such text as any other, and behind them what
stands around an escaped letter, up to the template's own control tokens, is tokenized as plain text.
A template may also join what stood apart, by cutting words out of a message or by writing two of them without anything between.
So a chat with letters that begin control tokens, or with a text that begins as such a token goes on, is rendered a second time
with all of those letters escaped (`strict`); where the control tokens differ, the second text is taken.
A chat without such letters, as most are, is rendered and tokenized in one piece.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from desktop.core.errors import SamarError
from desktop.engine.llama import CONTROL, STRIPS_LEFT, STRIPS_RIGHT, UNKNOWN, USER_DEFINED, Model

_RARE = range(0x17000, 0x187ED)  # Tangut: letters without cases that Python prints as they are
_LETTERS = re.compile(f"[{chr(_RARE[0])}-{chr(_RARE[-1])}]")
_NO_LETTER = 0xFDD0  # the first of 32 code points that are never letters
_BLOCK = 1024  # tokens looked at in one native call
_HEAD = 3  # letters by which a control token is looked for
_MARK = re.compile(r"<[|｜][^<>\n]{1,60}>|<[^<>\n]{1,60}[|｜]>|</?[a-z_]{1,30}>|\[/?[A-Z_]{1,30}\]")
"""What looks like a control token in the source of a template."""
_LITERAL = re.compile(r"""'[^'\n]{2,80}'|"[^"\n]{2,80}\"""")
"""A string in the source of a template."""


class SpecialTokens:
    """The special tokens of one vocabulary.

    template: its marks count as control tokens even where the vocabulary calls them ordinary added ones, as older files do;
    but for those in `plain`, which people may write about.
    """

    def __init__(self, model: Model, template: str = "", plain: Iterable[str] = ()) -> None:
        self._model, self._template, self._plain = model, template, frozenset(plain)
        self.kept: tuple[str, ...] = ()
        """Marks of Samar's own in messages, which nobody else can write: they are never escaped."""

    # ---- the vocabulary

    def read(self) -> int:
        """Look the vocabulary through now, which takes some ten milliseconds, and not before the first reply: how many
        special tokens it has."""
        return len(self.texts)

    @cached_property
    def texts(self) -> dict[str, int]:
        """Control and unknown tokens by their text, and the template's own marks."""
        found = {self._model.text(token): token for token in self._controls()}
        found.update((text, token) for text, token in self._added_marks)
        found.pop("", None)
        return found

    @cached_property
    def _added_marks(self) -> list[tuple[str, int]]:
        """Marks of the template that the vocabulary has as ordinary added tokens, parsed whatever one asks for."""
        found = []
        for text in dict.fromkeys(_MARK.findall(self._template)):
            if text in self._plain or (
                text.startswith("<") and "|" not in text and "｜" not in text and "_of_" not in text
            ):
                continue  # a tag that is text, such as <think>
            tokens = self._model.tokenize(text, add_special=False)
            if len(tokens) == 1 and self._model.attributes(tokens[0]) & USER_DEFINED:
                found.append((text, tokens[0]))
        return found

    def _controls(self) -> Iterator[int]:
        """Control and unknown tokens. They have no text unless it is asked for, so that blocks without any are passed over
        in two native calls."""
        for start in range(0, self._model.size, _BLOCK):
            tokens = range(start, min(start + _BLOCK, self._model.size))
            if self._model.has_control(tokens):
                yield from (token for token in tokens if self._model.attributes(token) & (CONTROL | UNKNOWN))

    @cached_property
    def _first(self) -> re.Pattern[str] | None:
        """A letter that begins a special token, before one that goes on with it."""
        following: dict[str, set[str]] = {}
        for text in self.texts:
            following.setdefault(text[0], set()).add(text[1:2])
        ways = (
            re.escape(letter) + ("" if "" in seconds else f"(?=[{re.escape(''.join(sorted(seconds)))}])")
            for letter, seconds in sorted(following.items())
        )
        return re.compile("|".join(ways)) if following else None

    @cached_property
    def _heads(self) -> dict[str, list[int]]:
        """Lengths of the texts that begin with the same letters, longest first; of short ones the text itself is the key."""
        found: dict[str, set[int]] = {}
        for text in self.texts:
            found.setdefault(text[:_HEAD], set()).add(len(text))
        return {head: sorted(lengths, reverse=True) for head, lengths in found.items()}

    # ---- text

    def _at(self, text: str, at: int) -> Iterator[int]:
        """Lengths of the special tokens that are spelt at `at`, longest first."""
        for size in range(_HEAD, 0, -1):
            for length in self._heads.get(text[at : at + size], ()):
                if text[at : at + length] in self.texts:
                    yield length

    def starts(self, text: str) -> list[int]:
        """Where special tokens begin in `text`, overlapping ones included."""
        if self._first is None:
            return []
        return [found.start() for found in self._first.finditer(text) if next(self._at(text, found.start()), 0)]

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, token) of the special tokens that are parsed in `text`: the longest first, as llama.cpp does."""
        spans = [(at, at + length) for at in self.starts(text) for length in self._at(text, at)]
        spans.sort(key=lambda span: (span[0] - span[1], span[0]))
        taken: list[tuple[int, int]] = []
        free = bytearray(len(text))
        for start, end in spans:
            if not any(free[start:end]):
                free[start:end] = b"\x01" * (end - start)
                taken.append((start, end))
        return [(start, end, self.texts[text[start:end]]) for start, end in sorted(taken)]

    def escape(self, texts: Iterable[str], apart: Iterable[str] = ()) -> Escape | None:
        """How to escape these texts of one chat; None where they spell no special token. apart: what else must not hold
        the letters that are taken."""
        texts = list(texts)
        letters = {text[at] for text in texts for at in self.starts(text)}
        if not letters:
            return None
        spare = spare_letters((*texts, *apart))
        return Escape(self, {letter: next(spare) for letter in sorted(letters)})

    def strict(self, texts: Iterable[str], source: str) -> Escape | None:
        """How to escape every letter of these texts that begins a special token, whatever follows it; None where there is none.

        source: of the template; words that it may look for in messages, such as the tags of thinking, stay."""
        texts = list(texts)
        first = {letter for letter in self.first if any(letter in text for text in texts)}
        starts = {text: at for text in texts if (at := self._going_on(text, source)) is not None}
        if not first and not starts:
            return None
        letters = first | {text[at] for text, at in starts.items()}
        spare = spare_letters((*texts, source))
        return Escape(self, {letter: next(spare) for letter in sorted(letters)}, self._sought(source), starts)

    def _going_on(self, text: str, source: str) -> int | None:
        """Where `text` begins, if it could go on with a special token that the template began, as in `'<' ~ key ~ '>'`; None
        where it could not, or where it is a word that the template itself looks for."""
        at = len(text) - len(text.lstrip())
        head = text[at : at + self._longest].rstrip()
        if head[:2] not in self._tails and head[:1] + "\0" not in self._tails:
            return None
        ends = self._tails.find(head) >= 0 or any(
            self._tails.find(head[:length] + "\0") >= 0 for length in range(1, len(head) + 1)
        )
        if not head or not ends or any(f"{quote}{head}{quote}" in source for quote in "'\""):
            return None
        return None if re.search(rf"\.{re.escape(head)}\b", source) else at

    @cached_property
    def _tails(self) -> str:
        """Special tokens without their first letters, each with a zero behind it."""
        return "".join(f"{text[1:]}\0" for text in self.texts)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.texts), default=0)

    @cached_property
    def first(self) -> frozenset[str]:
        """First letters of the special tokens."""
        return frozenset(text[0] for text in self.texts)

    def _sought(self, source: str) -> list[tuple[str, tuple[int, ...]]]:
        """Strings of a template with the places in them where a letter that begins special tokens may stay: what follows it
        there begins none."""
        found = []
        for literal in dict.fromkeys(_LITERAL.findall(source)):
            text = literal[1:-1].replace("\\n", "\n")
            places = tuple(
                at
                for at, letter in enumerate(text)
                if letter in self.first and not any(one.startswith(text[at:]) for one in self.texts)
            )
            if places:
                found.append((text, places))
        for mark in self.kept:
            found.append((mark, tuple(at for at, letter in enumerate(mark) if letter in self.first)))
        return found

    def parsed(self, text: str) -> list[int]:
        """The special tokens that are parsed in `text`, in order."""
        return [token for _, _, token in self.find(text)]

    def stops(self, strings: Sequence[str]) -> Stops:
        """Stop strings as a reply meets them: one that is a control token ends it by that token, of others the control tokens
        have no text that could be compared, so each is told by a letter of its own."""
        found: list[str] = []
        tokens: dict[int, str] = {}
        letters: dict[int, str] = {}
        for string in strings:
            found.append(string)
            spans = self.find(string)
            if [(start, end) for start, end, _ in spans] == [(0, len(string))]:
                tokens[spans[0][2]] = string
            elif spans:
                at, parts = 0, []
                for start, end, token in spans:
                    letter = letters.setdefault(token, chr(_NO_LETTER + len(letters) % 32))
                    parts += [string[at:start], letter]
                    at = end
                found.append("".join((*parts, string[at:])))
        return Stops(tuple(found), tokens, letters)

    # ---- tokens

    def tokenize(self, text: str, escape: Escape) -> list[int]:
        """Tokens of a rendered text, nothing added at its ends: what is escaped becomes plain text."""
        if not escape.pattern.search(text):
            return self._model.tokenize(text, add_special=False)
        tokens: list[int] = []
        done = begin = 0  # up to where tokens are made; where the text behind the last special token begins
        before: int | None = None
        for start, end, token in (*self.find(text), (len(text), len(text), None)):
            part = text[begin:start]
            if escape.pattern.search(part):
                if begin > done:
                    tokens += self._model.tokenize(text[done:begin], add_special=False)
                tokens += self._plain_tokens(self._stripped(part, before, token), escape)
                done = start
            begin, before = end, token
        if done < len(text):
            tokens += self._model.tokenize(text[done:], add_special=False)
        return tokens

    def _stripped(self, part: str, before: int | None, behind: int | None) -> str:
        """`part` as special tokens that take the white space beside them leave it."""
        if before is not None and self._model.attributes(before) & STRIPS_RIGHT:
            part = part.lstrip(" \t\n\r\v\f")
        if behind is not None and self._model.attributes(behind) & STRIPS_LEFT:
            part = part.rstrip(" \t\n\r\v\f")
        return part

    def _plain_tokens(self, part: str, escape: Escape) -> list[int]:
        text = escape.undo(part)
        added = {mark for mark, _ in self._added_marks}
        cuts = []
        for found in escape.pattern.finditer(part):
            at = found.start()
            letter = text[at]
            if any(text.startswith(mark, at) for mark in added):
                cuts.append(at + 1)
            elif any(_spans(text, at, mark) for mark in added if letter in mark[1:]):
                cuts.append(at)
        tokens: list[int] = []
        for start, end in zip((0, *cuts), (*cuts, len(text)), strict=True):
            tokens += self._following(text[start:end]) if start else self._as_text(text[start:end])
        return tokens

    def _as_text(self, text: str) -> list[int]:
        return self._model.tokenize(text, add_special=False, parse_special=False)

    def _following(self, text: str) -> list[int]:
        """Tokens of text that follows other text, without the blank that some vocabularies put in front."""
        head, whole = self._as_text("\n"), self._as_text("\n" + text)
        return whole[len(head) :] if whole[: len(head)] == head else self._as_text(text)


@dataclass(frozen=True, slots=True)
class Stops:
    """Stop strings in terms of tokens. strings: what to look for in the text; tokens: control tokens that end a reply, and the
    string that says so; letters: what stands in `strings` for a control token without text."""

    strings: tuple[str, ...]
    tokens: dict[int, str]
    letters: dict[int, str]


class Escape:
    """The letters of one chat that stand for the first letters of special tokens spelt in it."""

    def __init__(
        self,
        specials: SpecialTokens,
        letters: Mapping[str, str],
        sought: Sequence[tuple[str, tuple[int, ...]]] | None = None,
        starts: Mapping[str, int] | None = None,
    ) -> None:
        """sought: strings that stay as they are, with the places of letters in them, where every other letter that begins a
        special token is escaped; None: only those that are spelt out are. starts: texts of which one letter more is."""
        self._specials, self._letters, self._sought = specials, letters, sought
        self._starts = starts or {}
        self._back = {ord(spare): letter for letter, spare in letters.items()}
        self.pattern = re.compile(f"[{''.join(letters.values())}]")

    def text(self, text: str, but: Iterable[int] = ()) -> str:
        """`text` escaped; but: where a special token may stay."""
        if self._sought is not None and not but and not any(literal in text for literal, _ in self._sought):
            at = self._starts.get(text, -1)
            if at >= 0:
                text = text[:at] + self._letters[text[at]] + text[at + 1 :]
            for letter in self._specials.first & self._letters.keys():
                text = text.replace(letter, self._letters[letter])  # faster than `translate`
            return text
        starts = set(self._specials.starts(text)) if self._sought is None else self._places(text)
        starts.difference_update(but)
        if not starts:
            return text
        return "".join(self._letters[letter] if at in starts else letter for at, letter in enumerate(text))

    def _places(self, text: str) -> set[int]:
        """Of every letter that begins a special token, but in strings that the template looks for."""
        places = {at for at, letter in enumerate(text) if letter in self._specials.first}
        for literal, within in self._sought or ():
            at = text.find(literal) if places else -1
            while at >= 0:
                places.difference_update(at + place for place in within)
                at = text.find(literal, at + 1)
        places.update(self._specials.starts(text))
        if text in self._starts:
            places.add(self._starts[text])
        return places

    def value(self, value: Any) -> Any:
        """Plain data with all its texts escaped."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if isinstance(value, dict):
            return {self.value(key): self.value(one) for key, one in value.items()}
        return value

    def undo(self, text: str) -> str:
        return text.translate(self._back)


def _spans(text: str, at: int, mark: str) -> bool:
    """Whether `mark` begins in `text` before `at` and goes on there."""
    begin = text.find(mark, max(at - len(mark) + 1, 0), at + len(mark) - 1)
    return 0 <= begin < at


def spare_letters(texts: Iterable[str]) -> Iterator[str]:
    """Rare letters that occur in none of `texts`, in another order each time. Raises SamarError when all occur."""
    used = {letter for text in texts if not text.isascii() for letter in _LETTERS.findall(text)}
    first = int.from_bytes(os.urandom(4), "little")
    for number in range(len(_RARE)):
        letter = chr(_RARE[(first + number) % len(_RARE)])
        if letter not in used:
            yield letter
    raise SamarError("engine_failed", reason="the chat holds every letter of a script that must not be used up")


def texts_in(value: Any) -> Iterator[str]:
    """All texts of plain data, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from texts_in(one)
