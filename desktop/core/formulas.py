"""LaTeX formulas: how they stand in Markdown, and how they are typeset. No Qt."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.core.text import strong_letters

if TYPE_CHECKING:  # the parser is imported for the first text, so that the window starts without it
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

LONGEST = 1500
"""Characters of LaTeX that are typeset; a longer formula is shown as its source."""
DEEPEST = 30
"""Braces inside one another; the typesetter recurses."""
UNITS = 24
"""Font size that formulas are typeset at."""
_TAG = re.compile(r"\\tag\{.*\}")
"""The number of an equation, which the typesetter takes out of the LaTeX before it makes MathML of it."""
_VIEW_BOX = re.compile(r'viewBox="([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+)"')


@dataclass(frozen=True, slots=True)
class Typeset:
    """A formula at a font size of UNITS. ascent, descent: above and below the baseline."""

    svg: bytes
    width: float
    ascent: float
    descent: float
    mathml: str = ""
    """The same formula as MathML, for other programs; a `math` element."""


def add_formulas(md: MarkdownIt) -> None:
    """Let a parser find `$ … $`, `$$ … $$`, `\\( … \\)` and `\\[ … \\]`: tokens math_inline, math_inline_double and
    math_block, whose content is the LaTeX."""
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    md.use(dollarmath_plugin, allow_labels=False)
    md.inline.ruler.at("math_inline", _dollar_inline)
    md.inline.ruler.before("escape", "bracket_math", _bracket_inline)
    md.block.ruler.before(
        "fence", "bracket_math", _bracket_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def _dollar_inline(state: StateInline, silent: bool) -> bool:
    """`$ … $` and `$$ … $$` inside a paragraph. Dollars of money and of shells are none."""
    text, start = state.src, state.pos
    if text[start] != "$" or (start and (text[start - 1].isascii() and text[start - 1].isalnum())):
        return False
    mark = "$$" if text.startswith("$$", start) else "$"
    begin = start + len(mark)
    end = _next_dollar(text, mark, begin, state.posMax)
    if end < 0:
        return False
    content = text[begin:end]
    after = text[end + len(mark) : end + len(mark) + 1]
    if not content.strip() or (after.isascii() and (after.isalnum() or after in ("_", "{"))) or _is_prose(content):
        return False
    if mark == "$" and (content != content.strip() or (content[0] == after == "(") or (content[0].isdecimal() and
            _MONEY.match(content))):  # fmt: skip
        return False
    if not silent:
        token = state.push("math_inline_double" if mark == "$$" else "math_inline", "math", 0)
        token.content, token.markup = content, mark
    state.pos = end + len(mark)
    return True


def _next_dollar(text: str, mark: str, at: int, most: int) -> int:
    """Where the next `mark` without a backslash before it stands; -1 for none."""
    while (at := text.find(mark, at, most)) >= 0:
        backslashes = at - len(text[:at].rstrip("\\")) if text[at - 1] == "\\" else 0
        if backslashes % 2 == 0:
            return at
        at += 1
    return -1


def _is_prose(content: str) -> bool:
    """Whether what stands between two dollars is words of a sentence, with no sign of mathematics."""
    return not _MATHEMATICAL.search(content) and len(_WORD.findall(content)) > 1


_MATHEMATICAL = re.compile(r"[\\^_=+*/<>{}|()\[\]\d-]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MONEY = re.compile(r"\d[\d.,]*[^\W\d_]?\s+(?:[^\W\d_]{2,}|[\u0600-\u06ff])")
"""An amount and a word: "10 and 20$", "10 و20$"."""


_UNCLOSED = "unclosed bracket formula"
"""In the environment of a reading: the line up to which no formula that began is closed."""


def _bracket_inline(state: StateInline, silent: bool) -> bool:
    """`\\( … \\)` and `\\[ … \\]` inside a paragraph."""
    opening = state.src[state.pos : state.pos + 2]
    if opening not in ("\\(", "\\["):
        return False
    closing = "\\)" if opening == "\\(" else "\\]"
    end = state.src.find(closing, state.pos + 2, state.posMax)
    content = state.src[state.pos + 2 : end].strip() if end > 0 else ""
    if not content:
        return False
    if not silent:
        token = state.push("math_inline" if opening == "\\(" else "math_inline_double", "math", 0)
        token.content, token.markup = content, opening
    state.pos = end + 2
    return True


def _bracket_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`\\[ … \\]` on lines of its own."""
    if state.is_code_block(start):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("\\[", begin):
        return False
    place = f"{_UNCLOSED} {state.level} {state.blkIndent} {end}"
    if start <= state.env.get(place, -1):
        return False
    for line in range(start, end):
        if line > start and state.sCount[line] < state.blkIndent:
            return False
        text = state.src[state.bMarks[line] : state.eMarks[line]].rstrip()
        if text.endswith("\\]"):
            break
        if not text or line == end - 1:
            state.env[place] = line  # none that begins before it ends either: not looked for line by line
            return False
    if silent:
        return True
    content = state.getLines(start, line + 1, state.blkIndent, False).strip()
    token = state.push("math_block", "math", 0)
    token.content, token.markup, token.map = content[2:-2], "\\[", [start, line + 1]
    state.line = line + 1
    return True


def may_typeset(source: str) -> bool:
    """Whether a formula is worth a try."""
    if not source or len(source) > LONGEST or strong_letters(source)[1]:
        return False  # the mathematical font has no Arabic letters
    depth = deepest = 0
    for sign in source:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest <= DEEPEST


def typeset(source: str, display: bool) -> Typeset | None:
    """Typeset LaTeX; None when it does not parse. May take for ever: `parsing/typesetting.py` calls it in a process."""
    try:
        with warnings.catch_warnings():  # of the typesetter's own; none of them is about the formula
            warnings.simplefilter("ignore")
            import ziamath

            ziamath.config.svg2 = False
            svg: str = ziamath.Latex(source, size=UNITS, inline=not display).svg()
            mathml: str = ziamath.tex.tex2mml(_TAG.sub("", source), inline=not display)
    except Exception:  # the typesetter raises whatever it stumbles over; the formula is then shown as its source
        return None
    found = _VIEW_BOX.search(svg)
    if not found:
        return None
    _left, top, width, height = map(float, found.groups())
    if not 0 < width < 20000 or not 0 < height < 20000:
        return None
    return Typeset(svg.encode(), width, -top, height + top, mathml)
