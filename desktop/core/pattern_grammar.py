"""Regular expressions of JSON schemas (ECMA 262, the part that is regular) as grammars of JSON strings' insides."""

from __future__ import annotations

from desktop.core.grammar import MAX_DEPTH

_LIMIT = 0x10FFFF
_SETS = {
    "d": [(48, 57)],
    "w": [(48, 57), (65, 90), (95, 95), (97, 122)],
    "s": [(9, 13), (32, 32), (0xA0, 0xA0), (0xFEFF, 0xFEFF)],
}
_CONTROLS = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "0": 0}
_ESCAPED = {34: '\\"', 92: "\\\\", 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
"""Letters that a JSON string holds escaped only."""
_SURROGATES = (0xD800, 0xDFFF)
MAX_REPEAT = 1000

Ranges = list[tuple[int, int]]


class PatternError(Exception):
    """A pattern that no grammar can follow, and why."""


def pattern_grammar(pattern: str) -> str:
    """An expression of GBNF for the insides of a JSON string that matches `pattern`. It refers to the rule `char`."""
    return _Parser(pattern).run()


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.text, self.at, self.depth = pattern, 0, 0

    def run(self) -> str:
        result = self._alternatives(top=True)
        if self.at < len(self.text):
            raise PatternError("a bracket is closed that was not opened")
        return result

    def _next(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _alternatives(self, *, top: bool = False) -> str:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise PatternError("its brackets are nested too deep")
        ways = [self._sequence(top=top)]
        while self._next() == "|":
            self.at += 1
            ways.append(self._sequence(top=top))
        self.depth -= 1
        return f"({' | '.join(ways)})"

    def _sequence(self, *, top: bool) -> str:
        """top: a pattern matches anywhere in a string unless it says otherwise."""
        parts: list[str] = []
        begins = ends = False
        if top and self._next() == "^":
            self.at += 1
            begins = True
        while (letter := self._next()) and letter not in "|)":
            if letter == "$" and top and self.text[self.at + 1 : self.at + 2] in ("", "|"):
                self.at += 1
                ends = True
                break
            if letter in "^$":
                raise PatternError("“^” and “$” can stand at its beginning and end only")
            parts.append(self._repeated(self._item()))
        if top and not begins:
            parts.insert(0, "char*")
        if top and not ends:
            parts.append("char*")
        return " ".join(parts) or '""'

    def _item(self) -> str:
        letter = self.text[self.at]
        self.at += 1
        if letter == "(":
            if self._next() == "?":
                if self.text[self.at : self.at + 2] != "?:":
                    raise PatternError("it looks ahead, looks back or names a group")
                self.at += 2
            inside = self._alternatives()
            if self._next() != ")":
                raise PatternError("a bracket is not closed")
            self.at += 1
            return inside
        if letter == "[":
            return letters(self._class())
        if letter == ".":
            return letters(_without([(10, 10), (13, 13), (0x2028, 0x2029)]))
        if letter == "\\":
            return letters(self._escape(inside=False))
        if letter in "*+?{":
            raise PatternError(f"there is nothing before “{letter}” that could be repeated")
        return letters([(ord(letter), ord(letter))])

    def _repeated(self, item: str) -> str:
        letter = self._next()
        if letter and letter in "*+?":
            self.at += 1
            item += letter
        elif letter == "{":
            end = self.text.find("}", self.at)
            low, comma, high = self.text[self.at + 1 : end].partition(",")
            if end < 0 or not low.isdigit() or (high and not high.isdigit()):
                raise PatternError("a repetition in it is not written {2}, {2,} or {2,5}")
            if max(int(low), int(high or 0)) > MAX_REPEAT or (high and int(high) < int(low)):
                raise PatternError(f"a repetition in it goes beyond {MAX_REPEAT} or ends below its beginning")
            self.at = end + 1
            item += f"{{{low}{comma}{high}}}"
        else:
            return item
        if self._next() == "?":  # lazy: the same strings match
            self.at += 1
        if self._next() and self._next() in "*+{":
            raise PatternError("one repetition follows another in it")
        return item

    def _class(self) -> Ranges:
        negated = self._next() == "^"
        self.at += negated
        found: Ranges = []
        while self._next() != "]":
            if not self._next():
                raise PatternError("a “[” is not closed")
            first = self._one()
            if self._next() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", "") and _single(first):
                self.at += 1
                last = self._one()
                if not _single(last) or last[0][0] < first[0][0]:
                    raise PatternError("a range of letters in it ends before its beginning")
                first = [(first[0][0], last[0][0])]
            found += first
        self.at += 1
        return _without(found) if negated else found

    def _one(self) -> Ranges:
        letter = self.text[self.at]
        self.at += 1
        return self._escape(inside=True) if letter == "\\" else [(ord(letter), ord(letter))]

    def _escape(self, *, inside: bool) -> Ranges:
        letter = self._next()
        if not letter:
            raise PatternError("it ends with a backslash")
        self.at += 1
        if letter in _SETS:
            return _SETS[letter]
        if letter.lower() in _SETS:
            return _without(_SETS[letter.lower()])
        if letter in _CONTROLS:
            return [(_CONTROLS[letter], _CONTROLS[letter])]
        if letter == "b" and inside:
            return [(8, 8)]
        if letter in "xu":
            size = 2 if letter == "x" else 4
            digits = self.text[self.at : self.at + size]
            try:
                code = int(digits, 16) if len(digits) == size else -1
            except ValueError:
                code = -1
            if code < 0:
                raise PatternError(f"“\\{letter}” needs {size} hexadecimal digits")
            self.at += size
            return [(code, code)]
        if letter.isalnum():
            raise PatternError(f"it uses “\\{letter}”")
        return [(ord(letter), ord(letter))]


def _single(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


def _without(ranges: Ranges) -> Ranges:
    """Every letter that is in none of `ranges`."""
    found: Ranges = []
    at = 0
    for low, high in sorted(ranges):
        if low > at:
            found.append((at, low - 1))
        at = max(at, high + 1)
    if at <= _LIMIT:
        found.append((at, _LIMIT))
    return found


def letters(ranges: Ranges) -> str:
    """One letter out of `ranges`, as a JSON string writes it. Raises PatternError when it can write none."""
    plain: Ranges = []
    ways: list[str] = []
    forbidden = [(0, 31), (34, 34), (92, 92), (127, 127), _SURROGATES]
    for low, high in ranges:
        at = low
        for first, last in forbidden:
            if at <= high and first <= high and last >= at:
                if first > at:
                    plain.append((at, first - 1))
                at = last + 1
        if at <= high:
            plain.append((at, high))
        for code, written in _ESCAPED.items():
            if low <= code <= high:
                ways.append('"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"')
    if plain:
        ways.insert(0, "[" + "".join(_range(low, high) for low, high in plain) + "]")
    if not ways:
        raise PatternError("a class of letters in it holds none that a reply may write")
    ways = list(dict.fromkeys(ways))
    return ways[0] if len(ways) == 1 else f"({' | '.join(ways)})"


def _range(low: int, high: int) -> str:
    first, last = f"\\U{low:08X}", f"\\U{high:08X}"
    return first if low == high else f"{first}-{last}"
