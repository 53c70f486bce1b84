"""GBNF, llama.cpp's notation for grammars: a check that says what is wrong and where, before native code sees the text.

The native parser only says that it failed, and recurses as deep as the text does. Notation: grammars/README.md of
llama.cpp.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MAX_LENGTH = 1_000_000
"""Characters of a grammar."""
MAX_RULES = 50_000
MAX_DEPTH = 100
"""Brackets inside each other."""
MAX_REPEAT = 2000
"""Of {m,n}; the native library drops larger bounds without a word."""

_NAME = re.compile(r"[a-zA-Z0-9-]+")
_ESCAPE = re.compile(r'\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[trn\\"\[\]-])')
_TOKEN = re.compile(r"!?<(?:\[[0-9]{1,9}\]|[^\[>\n][^>\n]*)>")
_REPEAT = re.compile(r"\{\s*([0-9]+)\s*(,\s*([0-9]*)\s*)?\}")


class GrammarError(Exception):
    """A grammar that does not parse. The text says what is wrong and in which line."""


def check(text: str, root: str = "root") -> None:
    """Raise GrammarError unless `text` is a grammar with a rule `root` whose rules are all there."""
    if len(text) > MAX_LENGTH:
        raise GrammarError(f"it has {len(text)} characters, and {MAX_LENGTH} are the most")
    if "\0" in text:
        raise GrammarError("it holds a character that is no text")
    _Checker(text).run(root)


class _Checker:
    """One pass over a grammar."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.defined: set[str] = set()
        self.used: dict[str, int] = {}

    def run(self, root: str) -> None:
        self._space(newlines=True)
        while self.at < len(self.text):
            self._rule()
            if len(self.defined) > MAX_RULES:
                raise GrammarError(f"it has more than {MAX_RULES} rules")
        for name, place in self.used.items():
            if name not in self.defined:
                self._fail(f"the rule “{name}” is not there", place)
        if root not in self.defined:
            raise GrammarError(f"it has no rule “{root}”")

    def _fail(self, what: str, place: int | None = None) -> None:
        line = self.text.count("\n", 0, self.at if place is None else place) + 1
        raise GrammarError(f"line {line}: {what}")

    def _space(self, *, newlines: bool) -> None:
        blank = " \t\r\n" if newlines else " \t"
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif letter in blank:
                self.at += 1
            else:
                return

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def _rule(self) -> None:
        name = self._take(_NAME)
        if name is None:
            self._fail(f"a rule's name is expected, not “{self.text[self.at]}”")
            return
        self._space(newlines=False)
        if not self.text.startswith("::=", self.at):
            self._fail("“::=” is expected after the rule's name")
        self.at += 3
        self._space(newlines=True)
        self._alternates()
        if self.at < len(self.text) and self.text[self.at] not in "\r\n":
            self._fail(f"“{self.text[self.at]}” is not expected here")
        self.defined.add(name[0])
        self._space(newlines=True)

    def _alternates(self) -> None:
        """Everything of a rule behind “::=”. Brackets are counted, not recursed into."""
        opened: list[int] = []
        item = False  # something that may be repeated stands before
        while self.at < len(self.text):
            start, letter = self.at, self.text[self.at]
            if letter == '"':
                self._literal()
            elif letter == "[":
                self._class()
            elif letter in "<!":
                if not self._take(_TOKEN):
                    self._fail("a token is written <[id]> or <name>")
            elif name := self._take(_NAME):
                self.used.setdefault(name[0], start)
            elif letter == "(":
                opened.append(start)
                if len(opened) > MAX_DEPTH:
                    self._fail(f"more than {MAX_DEPTH} brackets inside each other")
                self.at += 1
            elif letter == ")":
                if not opened:
                    self._fail("there is a “)” without its “(”")
                opened.pop()
                self.at += 1
            elif letter == "." or letter == "|":
                self.at += 1
            elif letter in "*+?{":
                if not item:
                    self._fail(f"there is nothing before “{letter}” that could be repeated")
                self._repeat(letter)
            else:
                break
            item = letter not in "(|"
            self._space(newlines=bool(opened) or letter == "|")
        if opened:
            self._fail("a “(” is never closed", opened[-1])

    def _literal(self) -> None:
        start = self.at
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != '"':
            self._letter()
        if self.at >= len(self.text):
            self._fail("a quotation mark is never closed", start)
        self.at += 1

    def _class(self) -> None:
        start = self.at
        self.at += 2 if self.text.startswith("[^", self.at) else 1
        while self.at < len(self.text) and self.text[self.at] != "]":
            self._letter()
            if self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at):
                self.at += 1
                if self.at < len(self.text):
                    self._letter()
        if self.at >= len(self.text):
            self._fail("a “[” is never closed", start)
        self.at += 1

    def _letter(self) -> None:
        if self.text[self.at] != "\\":
            self.at += 1
        elif not self._take(_ESCAPE):
            self._fail(f"“{self.text[self.at : self.at + 2]}” is no escape that grammars know")

    def _repeat(self, letter: str) -> None:
        if letter != "{":
            self.at += 1
            return
        found = self._take(_REPEAT)
        if found is None:
            self._fail("a repetition is written {3}, {3,} or {3,5}")
            return
        low, high = int(found[1][:9]), int((found[3] or "0")[:9])
        if max(low, high) > MAX_REPEAT:
            self._fail(f"more than {MAX_REPEAT} repetitions")
        if found[3] and high < low:
            self._fail("a repetition ends below its beginning")


def literal(text: str) -> str:
    """`text` as a quoted string of a grammar."""
    return '"' + "".join(_in_quotes(letter) for letter in text) + '"'


def _in_quotes(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return letter if letter.isprintable() else f"\\U{ord(letter):08X}"


def one_of(letters: Iterable[str], *, negated: bool = False) -> str:
    """A class of single letters."""
    return ("[^" if negated else "[") + "".join(f"\\U{ord(letter):08X}" for letter in letters) + "]"


def with_thinking(text: str, tags: Sequence[tuple[str, str]], *, opened: bool) -> str:
    """A grammar whose root `samar-root` lets a reply think before it obeys `text`.

    tags: (opening, closing) pairs, closing "" where the opening is that of an answer. opened: the prompt ends inside the first pair. What the model thinks is free text up
    to the closing tag; a state of a rule says how much of that tag was written (Knuth, Morris, Pratt).
    """
    rules: list[str] = []
    ways: list[str] = []
    for number, (opening, closing) in enumerate(tags[:1] if opened else tags):
        name = f"samar-thought-{number}"
        if not closing:  # it opens the answer itself
            ways.append(literal(opening))
            continue
        rules += _until(name, closing)
        ways.append(f"{name}-0" if opened else f"{literal(opening)} {name}-0")
    thinking = " | ".join(f"{way} samar-blank" for way in ways)
    root = f"samar-root ::= {thinking} root" if opened else f"samar-root ::= ({thinking} | samar-blank) root"
    return "\n".join([root, "samar-blank ::= [ \\n\\r\\t]{0,8}", *rules, text])


def _until(name: str, closing: str) -> list[str]:
    """Rules NAME-0 …: any text that ends with the first `closing`."""
    letters = sorted(set(closing))
    rules = []
    for state in range(len(closing)):
        ways = []
        for letter in letters:
            after = closing[:state] + letter
            size = next(n for n in range(min(len(after), len(closing)), -1, -1) if after.endswith(closing[:n]))
            ways.append(one_of(letter) + ("" if size == len(closing) else f" {name}-{size}"))
        ways.append(f"{one_of(letters, negated=True)} {name}-0")
        rules.append(f"{name}-{state} ::= {' | '.join(ways)}")
    return rules
