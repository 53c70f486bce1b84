"""Full-text search over all chats, as one types. Newest first: the time to answer then doesn't grow with the hits.

Safe in a worker thread with a `Database` of its own (`Database.connect(path, read_only=True)`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from desktop.core.chat import Role, moment_of
from desktop.core.errors import SamarError
from desktop.core.folding import (
    Span,
    Term,
    find_terms,
    fold,
    hamza_forms,
    is_arabic,
    sign_token,
    sign_words,
    without_article,
    words,
)
from desktop.core.graphemes import boundary_before
from desktop.storage import search_index
from desktop.storage.database import Database, Row
from desktop.storage.rows import role_of, text_of

_BEFORE, _AFTER = 40, 120
"""Characters of a snippet around its first hit."""
_WINDOW = 8192
"""Characters that are looked through at a time."""
_MOST_TERMS = 16
_QUOTED = re.compile(r'["“”«»]([^"“”«»]*)(["“”«»]|$)|([^\s"“”«»]+)')
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Hit(msgspec.Struct, frozen=True):
    """A message, or the title of a chat, in which all words of the query stand."""

    chat_id: int
    chat_title: str
    archived: bool
    message_id: int | None
    """None: the title itself."""
    role: Role | None
    created_at: float
    """Unix time, seconds, of the message; of the last change of the chat for a title."""
    snippet: str
    """A piece of the message without its marks of Markdown; line breaks and invisible controls are spaces."""
    ranges: tuple[Span, ...]
    """What to highlight in the snippet."""


class Query:
    """What a person typed: words that must all occur, "phrases" in quotes; the last word may still be going on."""

    def __init__(self, text: str) -> None:
        self.terms = _terms(text)[:_MOST_TERMS]
        self.match = " AND ".join(_match(term) for term in self.terms)
        """For FTS5's MATCH; empty when there is nothing to look for."""

    def ranges(self, text: str) -> list[Span]:
        """Where the words stand in `text`, for highlighting the opened message."""
        return find_terms(text, self.terms)


class Search:
    """Finds messages and titles in a history."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def messages(self, query: Query, *, limit: int = 50, before: int | None = None) -> list[Hit]:
        """Messages that match, newest first. before: id of the last message of the page before."""
        if not query.match:
            return []
        rows = self._fetch(
            "SELECT chats.id, chats.title, chats.archived, messages.id, messages.role, messages.created_at,"
            " messages.content"
            " FROM search CROSS JOIN messages ON messages.id = search.rowid CROSS JOIN chats ON chats.id = chat_id"
            " WHERE search MATCH ? AND search.rowid BETWEEN 1 AND ?"
            " AND messages.deleted_at IS NULL AND chats.deleted_at IS NULL ORDER BY search.rowid DESC LIMIT ?",
            (query.match, (1 << 62) if before is None else before - 1, limit),
        )
        return [_hit(query, row) for row in rows]

    def titles(self, query: Query, *, limit: int = 20) -> list[Hit]:
        """Chats whose title matches, newest chat first."""
        if not query.match:
            return []
        rows = self._fetch(
            "SELECT chats.id, title, archived, NULL, NULL, updated_at, title"
            " FROM search CROSS JOIN chats ON chats.id = -search.rowid"
            " WHERE search MATCH ? AND search.rowid < 0 AND deleted_at IS NULL ORDER BY search.rowid LIMIT ?",
            (query.match, limit),
        )
        return [_hit(query, row) for row in rows]

    def _fetch(self, sql: str, values: Sequence[object]) -> list[Row]:
        try:
            return self.database.fetch(sql, values)
        except SamarError:
            if self.database.index_damaged:
                search_index.invalidate(self.database)
            raise

    def in_chat(self, query: Query, chat_id: int) -> list[int]:
        """Ids of the messages of one chat that match, in order of writing."""
        if not query.match:
            return []
        rows = self._fetch(
            "SELECT id FROM messages WHERE chat_id = ? AND deleted_at IS NULL"
            " AND id IN (SELECT rowid FROM search WHERE search MATCH ?) ORDER BY id",
            (chat_id, query.match),
        )
        return [id_ for (id_,) in rows]


def _terms(text: str) -> list[Term]:
    terms = []
    typing = bool(text) and not text[-1].isspace()
    pieces = list(_QUOTED.finditer(text))
    for position, piece in enumerate(pieces):
        quoted, word = piece[1], piece[3]
        written = quoted if word is None else word
        folded = fold(written)
        last = typing and position == len(pieces) - 1 and word is not None
        signs = sign_words(folded)
        terms += [Term((sign,), is_prefix=last and folded.endswith(sign)) for sign in signs]
        ends_with_sign = any(folded.endswith(sign) for sign in signs)
        for sign in signs:  # "C++" is no "c"
            folded = folded.replace(sign, " ")
        found = tuple(words(folded))
        if found:
            # Arabic writes its pronouns at the end of words: "كتاب" also finds "كتابها". Not for the short and frequent
            # words (في، من، هذا): to gather all that begins with them takes long.
            ending = word is not None and is_arabic(found[-1]) and len(found[-1]) > 3
            forms = hamza_forms(written, list(found)) if len(found) == 1 and not signs else []
            terms.append(Term(found, is_prefix=(last and not ends_with_sign) or ending, hamza=next(iter(forms), None)))
    return terms


def _match(term: Term) -> str:
    prefix = " *" if term.is_prefix else ""
    if term.is_sign:
        return f'bare : "{sign_token(term.words[0])}"{prefix}'
    if len(term.words) > 1:
        return f'body : "{" ".join(term.words)}"{prefix}'
    # "الكتاب" also finds "كتاب" and "وبالكتاب": what carries an article stands in a column of its own, without it
    if term.hamza is None:
        return f'"{term.first}"{prefix}'
    return f'("{term.first}"{prefix} OR "{without_article(term.hamza) or term.hamza}"{prefix})'


def _hit(query: Query, row: Row) -> Hit:
    chat_id, title, archived, message_id, role, created_at, text = row
    text = text_of(text)
    start, end, ranges = _piece(query, text)
    inside = [(first - start, last - start) for first, last in ranges if first >= start and last <= end]
    snippet = text[start:end]
    if message_id is not None:
        snippet, inside = _without_markdown(snippet, inside)
    return Hit(
        chat_id,
        text_of(title),
        bool(archived),
        message_id,
        None if role is None else role_of(role),
        moment_of(created_at),
        snippet if snippet.isprintable() else _UNSEEN.sub(" ", snippet),
        tuple(inside),
    )


# Marks of Markdown, which a reader of the message does not see: at the beginning of a line, and in it.
_MARKS = re.compile("[#|*`>~]")
_LINE_MARK = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+|[ \t]*>[ \t]?|[ \t]*(?:```|~~~)[^`]*$")
_INLINE_MARK = re.compile(r"([*~`|])\1*")
_TABLE_RULE = frozenset("|:- \t")


def _markdown(text: str) -> Iterator[Span]:
    """Where marks of Markdown stand."""
    at = 0
    for line in text.split("\n"):
        end = at + len(line)
        if "|" in line and "-" in line and _TABLE_RULE.issuperset(line):
            yield at, end
        else:
            if (start := _LINE_MARK.match(line)) is not None:
                yield at, at + start.end()
            for mark in _INLINE_MARK.finditer(text, at + (start.end() if start else 0), end):
                if _is_mark(mark[0], text[max(mark.start() - 1, 0) : mark.start()], text[mark.end() : mark.end() + 1]):
                    yield mark.span()
        at = end + 1


def _is_mark(signs: str, before: str, after: str) -> bool:
    if signs[0] == "`":
        return True
    if signs == "|":
        return not before.strip() or not after.strip()
    if len(signs) < 2:
        return False
    opens = not before.isalnum() and bool(after.strip())
    return opens or (bool(before.strip()) and not after.isalnum())  # 2**3 is no emphasis


def _without_markdown(snippet: str, ranges: list[Span]) -> tuple[str, list[Span]]:
    """A snippet without marks of Markdown, and where its hits stand then; marks that a hit needs stay."""
    if not _MARKS.search(snippet):
        return snippet, ranges
    cuts = list(_markdown(snippet))
    cuts = [cut for cut in cuts if not any(cut[0] < last and first < cut[1] for first, last in ranges)]
    if not cuts:
        return snippet, ranges
    pieces, at = [], 0
    for start, end in cuts:
        pieces.append(snippet[at:start])
        at = end

    def moved(place: int) -> int:
        return place - sum(min(end, place) - start for start, end in cuts if start < place)

    return "".join((*pieces, snippet[at:])), [(moved(first), moved(last)) for first, last in ranges]


def _piece(query: Query, text: str) -> tuple[int, int, list[Span]]:
    """Where the snippet begins and ends, and what to highlight in it. Reads a long text only as far as it must."""
    for offset in range(0, max(len(text), 1), _WINDOW):
        window = text[offset : offset + _WINDOW + _AFTER]
        if ranges := find_terms(window, query.terms, _AFTER):
            if offset:
                ranges = [(first + offset, last + offset) for first, last in ranges]
            return (*_cut(text, ranges[0]), ranges)
    return (*_cut(text, (0, 0)), [])  # the words of a phrase lie further apart than a window


def _cut(text: str, hit: Span) -> Span:
    """A piece of text around its first hit, cut between words where there are any."""
    start, end = max(0, hit[0] - _BEFORE), min(len(text), hit[0] + _AFTER)
    if start:
        blank = text.find(" ", start, hit[0])
        start = blank + 1 if blank >= 0 else start
    if end < len(text):
        blank = text.rfind(" ", hit[1], end)
        end = blank if blank > hit[0] + _AFTER // 2 else max(end, min(hit[1], hit[0] + 2 * _AFTER))
    return boundary_before(text, start), boundary_before(text, end)
