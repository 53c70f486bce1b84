"""Code read by Pygments: spans with roles, line by line. Runs in a parser process: some lexers take minutes over text
that was made for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_ROLES = (
    ("Comment", "comment"),
    ("Keyword.Type", "builtin"),
    ("Keyword", "keyword"),
    ("Operator.Word", "keyword"),
    ("Name.Function", "name"),
    ("Name.Class", "name"),
    ("Name.Decorator", "name"),
    ("Name.Tag", "keyword"),
    ("Name.Attribute", "name"),
    ("Name.Builtin", "builtin"),
    ("Name.Exception", "builtin"),
    ("Name.Variable", "builtin"),
    ("Literal.String", "string"),
    ("Literal.Number", "number"),
    ("Generic.Inserted", "inserted"),
    ("Generic.Deleted", "deleted"),
    ("Generic.Heading", "keyword"),
    ("Generic.Subheading", "keyword"),
)

Span = tuple[int, int, str]
"""(start, length, role) in one line, characters."""


@lru_cache(maxsize=400)
def role_of(token: str) -> str:
    """The role of a Pygments token, written "Token.Name.Function"; empty for plain text."""
    name = token.removeprefix("Token.")
    return next((role for prefix, role in _ROLES if name == prefix or name.startswith(prefix + ".")), "")


@lru_cache(maxsize=64)
def lexer_for(language: str) -> Any:
    """The Pygments lexer of a language as named after a fence; None for one it does not know."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language.lower(), ensurenl=False, stripnl=False) if language else None
    except ClassNotFound:
        return None


def lex_line(lexer: Any, line: str, stack: list[str]) -> tuple[list[Span], list[str]]:
    """One line, from the state in which the line before it ended, by the lexer's own tables.

    Matching a construct of several lines needs the lines to come, so what is returned is provisional.
    """
    table = lexer._tokens
    text = line + "\n"
    stack = list(stack)
    spans: list[Span] = []
    at = 0
    for _ in range(4 * len(text) + 20):  # a rule may match nothing and only change the state
        if at >= len(text):
            break
        for match, action, following in table[stack[-1]]:
            found = match(text, at)
            if not found:
                continue
            if action is not None:
                tokens = [(at, action, found.group())] if isinstance(action, tuple) else action(lexer, found)
                for start, token, value in tokens:
                    if value and (role := role_of(str(token))):
                        spans.append((start, len(value.rstrip("\n")), role))
            at = found.end()
            if following is not None:
                _turn(stack, following)
            break
        else:
            if text[at] == "\n":
                stack = ["root"]
            at += 1
    return spans, stack


def _turn(stack: list[str], following: Any) -> None:
    """Change the state as a rule of the table says."""
    for step in following if isinstance(following, tuple) else (following,):
        if isinstance(step, int):
            del stack[max(1, len(stack) + step) :]
        elif step == "#pop":
            if len(stack) > 1:
                stack.pop()
        elif step == "#push":
            stack.append(stack[-1])
        else:
            stack.append(step)


def lex(lexer: Any, lines: list[str]) -> Iterator[list[Span]]:
    """Spans of line after line."""
    spans: list[Span] = []
    emitted = 0
    start = 0  # where the current line begins
    for at, token, value in lexer.get_tokens_unprocessed("\n".join(lines)):
        role = role_of(str(token))
        for index, piece in enumerate(value.split("\n")):
            if index:
                yield spans
                start += len(lines[emitted]) + 1
                emitted += 1
                spans, at = [], start
            if piece and role:
                spans.append((at - start, len(piece), role))
            at += len(piece)
    yield spans


def lex_block(language: str, lines: list[str]) -> list[list[Span]] | None:
    """Spans of all lines of a finished block; None for a language that Pygments does not know."""
    lexer = lexer_for(language)
    try:
        return None if lexer is None else list(lex(lexer, lines))
    except Exception:  # a lexer raises whatever it stumbles over; the code is then shown without colours
        return None


def lex_lines(language: str, lines: list[str], stack: list[str]) -> tuple[list[list[Span]], list[str]] | None:
    """Spans of lines of a block that is still being written, from the state in which the lines before ended, and the
    state in which all but the last one end. None for a language that can't be read by line."""
    lexer = lexer_for(language)
    if lexer is None or not hasattr(lexer, "_tokens"):
        return None
    found = []
    after = stack
    try:
        for line in lines:
            stack = after
            spans, after = lex_line(lexer, line, stack)
            found.append(spans)
    except Exception:  # as above
        return None
    return found, stack
