"""Whether a text is JSON as a whole: one object or array, told piece by piece while the text arrives (RFC 8259)."""

from __future__ import annotations

import re
from enum import Enum, auto

SURE_LENGTH = 200
"""Characters after which valid JSON is surely JSON."""
SURE_TOKENS = 16
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n?|\n))*")
_BLANK = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_DIGITS = re.compile(r"[0-9]*")
_STRING = r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"'
_KEY = re.compile(rf"{_STRING}:[ ]?")
_ELEMENT = re.compile(
    rf"(?:{_STRING}|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null),(?:[ ]|\n[ \t]*+)?"
)
"""A value without values in it, and the comma behind it. These two are read at one step where they have come whole."""
_LITERALS = {"t": "true", "f": "false", "n": "null"}


class JsonState(Enum):
    NOT = auto()
    OPEN = auto()
    """Blank so far, or the beginning of an object or array."""
    WHOLE = auto()
    """An object or array, and nothing but blanks behind it."""


class _Place:
    """What is read next. No Enum, whose members are looked up slowly: this is asked for every sign."""

    FIRST = 0
    VALUE = 1
    VALUE_OR_END = 2
    KEY = 3
    KEY_OR_END = 4
    COLON = 5
    AFTER_VALUE = 6
    END = 7
    STRING = 8
    ESCAPE = 9
    HEX = 10
    LITERAL = 11
    MINUS = 12
    ZERO = 13
    WHOLE = 14
    """The digits before a decimal point."""
    POINT = 15
    FRACTION = 16
    EXPONENT = 17
    SIGN = 18
    POWER = 19


_NUMBER = {
    _Place.MINUS: {"0": _Place.ZERO, "1-9": _Place.WHOLE},
    _Place.ZERO: {".": _Place.POINT, "e": _Place.EXPONENT},
    _Place.WHOLE: {"0": _Place.WHOLE, "1-9": _Place.WHOLE, ".": _Place.POINT, "e": _Place.EXPONENT},
    _Place.POINT: {"0": _Place.FRACTION, "1-9": _Place.FRACTION},
    _Place.FRACTION: {"0": _Place.FRACTION, "1-9": _Place.FRACTION, "e": _Place.EXPONENT},
    _Place.EXPONENT: {"0": _Place.POWER, "1-9": _Place.POWER, "+-": _Place.SIGN},
    _Place.SIGN: {"0": _Place.POWER, "1-9": _Place.POWER},
    _Place.POWER: {"0": _Place.POWER, "1-9": _Place.POWER},
}
_KINDS = {"0": "0", **dict.fromkeys("123456789", "1-9"), ".": ".", "e": "e", "E": "e", "+": "+-", "-": "+-"}
_NUMBER_ENDS = (_Place.ZERO, _Place.WHOLE, _Place.FRACTION, _Place.POWER)


class JsonScanner:
    """Reads each character once, so that a text that grows costs what is new of it."""

    def __init__(self) -> None:
        self.state = JsonState.OPEN
        self.is_sure = False
        """Whether what is read is hardly anything but JSON: `[1]` may be the mark of a source, `{"a": 1` may not."""
        self._place = _Place.FIRST
        self._open: list[str] = []
        """The brackets that are to come, outermost first."""
        self._is_key = False
        self._left = ""
        """What is left of a literal."""
        self._hex = 0
        self._after_string = False
        self._tokens = self._length = 0

    @property
    def is_refused(self) -> bool:
        """Whether it is not JSON, whatever follows."""
        return self.state is JsonState.NOT

    @property
    def is_whole(self) -> bool:
        return self.state is JsonState.WHOLE

    @property
    def is_code(self) -> bool:
        """Whether a text that ends here is shown as code."""
        return self.state is JsonState.WHOLE or (self.state is JsonState.OPEN and self.is_sure)

    def feed(self, text: str) -> int:
        """Returns how many characters of `text` belong to the JSON value and to what stands before it."""
        at, taken = 0, 0
        while at < len(text) and self.state is not JsonState.NOT:
            is_within, begun = self.state is JsonState.OPEN, at
            at = self._read(text, at)
            taken = at if is_within else taken
            self._length += (at - begun) * bool(self._open)
        if self._open and (self._length > SURE_LENGTH or self._tokens > SURE_TOKENS):
            self.is_sure = True
        return taken

    def _read(self, text: str, at: int) -> int:
        """Read one sign or a run of them; returns the place behind it."""
        place = self._place
        if place <= _Place.END:
            return self._read_tokens(text, at)
        match place:
            case _Place.STRING:
                end = _PLAIN.match(text, at).end()  # type: ignore[union-attr]
                return end if end > at else self._end_string(text[at], at)
            case _Place.ESCAPE:
                self._hex = 4 if text[at] == "u" else 0
                self._go(_Place.HEX if self._hex else _Place.STRING, valid=text[at] in '"\\/bfnrtu')
                return at + 1
            case _Place.HEX:
                self._hex -= 1
                self._go(_Place.HEX if self._hex else _Place.STRING, valid=text[at] in "0123456789abcdefABCDEF")
                return at + 1
            case _Place.LITERAL:
                valid, self._left = text[at] == self._left[0], self._left[1:]
                self._go(_Place.LITERAL if self._left else _Place.AFTER_VALUE, valid=valid)
                return at + 1
        return self._read_number(text, at)

    def _read_tokens(self, text: str, at: int) -> int:
        place = self._place
        if place in (_Place.KEY, _Place.KEY_OR_END) and (found := _KEY.match(text, at)):
            self._place, self.is_sure, self._after_string = _Place.VALUE, True, False
            self._tokens += 2
            return found.end()
        if place in (_Place.VALUE, _Place.VALUE_OR_END) and (found := _ELEMENT.match(text, at)):
            self._place = _Place.KEY if self._open[-1] == "}" else _Place.VALUE
            self.is_sure, self._after_string = self.is_sure or text[at] == '"', False
            self._tokens += 2
            return found.end()
        end = _BLANK.match(text, at).end()  # type: ignore[union-attr]
        if end > at:
            return end
        self._tokens += 1
        self._read_token(text[at])
        return at + 1

    def _read_number(self, text: str, at: int) -> int:
        if self._place in (_Place.WHOLE, _Place.FRACTION, _Place.POWER):
            end = _DIGITS.match(text, at).end()  # type: ignore[union-attr]
            if end > at:
                return end
        following = _NUMBER[self._place].get(_KINDS.get(text[at], ""))
        if following is not None:
            self._place = following
            return at + 1
        self._go(_Place.AFTER_VALUE, valid=self._place in _NUMBER_ENDS)
        return at

    def _end_string(self, sign: str, at: int) -> int:
        if sign == "\\":
            self._place = _Place.ESCAPE
        else:
            self._go(_Place.COLON if self._is_key else _Place.AFTER_VALUE, valid=sign == '"')
            self._after_string = True
        return at + 1

    def _read_token(self, sign: str) -> None:
        place = self._place
        after_string, self._after_string = self._after_string, False
        if place in (_Place.KEY, _Place.KEY_OR_END) and sign == '"':
            self._is_key, self._place = True, _Place.STRING
        elif place is _Place.COLON:
            self.is_sure = self.is_sure or sign == ":"
            self._go(_Place.VALUE, valid=sign == ":")
        elif self._open and sign == self._open[-1]:
            self._open.pop()
            self._go(
                _Place.AFTER_VALUE if self._open else _Place.END,
                valid=place in (_Place.AFTER_VALUE, _Place.KEY_OR_END, _Place.VALUE_OR_END),
            )
            if not self._open and self.state is JsonState.OPEN:
                self.state = JsonState.WHOLE
        elif place is _Place.AFTER_VALUE:
            self.is_sure = self.is_sure or (after_string and sign == ",")
            self._go(_Place.KEY if self._open[-1] == "}" else _Place.VALUE, valid=sign == ",")
        elif place in (_Place.FIRST, _Place.VALUE, _Place.VALUE_OR_END):
            self._begin_value(sign, only_brackets=place is _Place.FIRST)
        else:
            self.state = JsonState.NOT

    def _begin_value(self, sign: str, *, only_brackets: bool) -> None:
        if sign in "{[":
            self._open.append("}" if sign == "{" else "]")
            self._place = _Place.KEY_OR_END if sign == "{" else _Place.VALUE_OR_END
        elif only_brackets:
            self.state = JsonState.NOT
        elif sign == '"':
            self._is_key, self._place = False, _Place.STRING
        elif sign in _LITERALS:
            self._left, self._place = _LITERALS[sign][1:], _Place.LITERAL
        elif sign == "-":
            self._place = _Place.MINUS
        else:
            self._go(_Place.ZERO if sign == "0" else _Place.WHOLE, valid=_KINDS.get(sign) in ("0", "1-9"))

    def _go(self, place: int, *, valid: bool) -> None:
        self._place = place
        if not valid:
            self.state = JsonState.NOT


def without_blank_lines(text: str) -> str:
    """`text` without the blank lines at its beginning; the blanks before its first sign stay, they are an indentation."""
    return text[_BLANK_LINES.match(text).end() :]  # type: ignore[union-attr]


def json_in_fence(text: str) -> str:
    """A finished text as Markdown: JSON as a whole becomes a block of code, all else stays."""
    scanner = JsonScanner()
    scanner.feed(text)
    if not scanner.is_code:
        return text
    body = without_blank_lines(text).rstrip(" \t\r\n")
    return f"```json\n{body}\n```"  # no line of it can end the block: a string of JSON has no line breaks
