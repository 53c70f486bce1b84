"""The Markdown that replies are written in, for the window and for exports: one parser, one set of rules. No Qt.

CommonMark with tables, strikethrough, task lists, footnotes, bare links, `<br>` and LaTeX formulas. Raw HTML stays text.
What CommonMark leaves to English spelling is widened to scripts that are written without blanks: see `is_unspaced`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from desktop.core.formulas import add_formulas
from desktop.core.text import direction_of

if TYPE_CHECKING:  # the parser is imported for the first text, so that the window starts without it
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.rules_inline.state_inline import Scanned
    from markdown_it.token import Token

    Rule = Callable[[StateInline, bool], bool]

OPENED = ("http", "https", "mailto")
"""Schemes of addresses that are links. What has another scheme is text."""
NOTES_AT_END = "footnote_tail"
"""The parser's rule that moves footnotes to the end of what it parses."""
OPEN_BRACKETS = 60
"""Opening brackets of a paragraph that are not closed: the parser needs quadratic time for them, so that beyond this
number no bracket of the paragraph makes a link."""
MOST_BRACKETS = 400
"""Opening brackets of a paragraph, closed or not, for the same reason."""
_SCHEME = re.compile(r"[\\/]{2}|([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_DATA_IMAGE = re.compile(r"data:image/(?:gif|png|jpeg|webp);", re.IGNORECASE)
_BREAK = re.compile(r"</?br[ \t]*/?>", re.IGNORECASE)
_ADDRESS = re.compile(r'[^\s<>"`|\\^{}\x00-\x20\x7f]+')
_HOST = re.compile(r"(?:[^\W_][\w-]*)(?:\.[\w-]+)*")
_MAIL = re.compile(r"@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*[A-Za-z0-9])+")
_MAILBOX = re.compile(r"[A-Za-z0-9.+_-]+$")
_STOP = re.compile(
    r"[\n$&*<@\[\]\\^_`~!:w](?:(?<![!:w])|(?<=!)(?=\[)|(?<=:)(?=//)|(?<=[oO]:)|(?<=w)(?=ww\.))"  # mailto:, www.
)
"""Where a rule of what stands inside a paragraph may find something; all before it is text."""
_SIGNS = {
    "newline": "\n", "math_inline": "$", "bracket_math": "\\", "escape": "\\", "backticks": "`", "strikethrough": "~",
    "emphasis": "*_", "link": "[", "image": "!", "footnote_inline": "^", "footnote_ref": "[", "line_break": "<",
    "autolink": "<", "entity": "&", "bare_link": ":@w",
}  # fmt: skip
"""The rules of what stands inside a paragraph, but that of text: the characters at which they find something."""
_WORD = r"(?:\*\*?|[\"'(«“])?[^\W\d_][^\r\n\0]*+"
_PARAGRAPH = re.compile(rf" {{0,3}}({_WORD}(?:\n[ \t]*{_WORD})*+)[ \t\n]*+\Z")
"""Lines that each begin with a word: no rule of blocks finds anything in them but one paragraph."""
_ITEM = re.compile(rf" {{0,3}}(?:([-+*])|(\d{{1,9}})([.)])) {{1,4}}({_WORD})[ \t\n]*+\Z")
"""One item of a list, one line that begins with a word."""
_BEFORE_LINK = " \t\n*_~([{:;,|"
"""ASCII characters that a bare link may follow."""


def make_parser() -> MarkdownIt:
    """A parser of replies. Its tokens are those of markdown-it, and math_inline, math_inline_double and math_block."""
    from markdown_it import MarkdownIt
    from markdown_it.parser_inline import ParserInline
    from markdown_it.rules_core import StateCore, block, normalize
    from markdown_it.rules_inline import StateInline, image, link
    from markdown_it.token import Token
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.footnote.index import footnote_inline
    from mdit_py_plugins.tasklists import tasklists_plugin

    class State(StateInline):
        def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N803
            return _widened(self, start, super().scanDelims(start, canSplitWord))

    class Inline(ParserInline):
        def tokenize(self, state: StateInline) -> None:
            """As in the class above, without asking rules that find nothing at a character."""
            text, end = state.src, state.posMax
            while state.pos < end:
                at = state.pos
                found = _STOP.search(text, at)
                state.pos = found.start() if found else end
                if state.pos > at:
                    state.append_pending(text[at : state.pos])
                elif state.level >= md.options["maxNesting"] or not any(
                    rule(state, False) for rule in by_sign.get(text[at], ())
                ):
                    state.append_pending(text[at])
                    state.pos += 1
            if state.pending:
                state.pushPending()

        def parse(self, src, md, env, tokens):  # type: ignore[no-untyped-def]
            """As in the class above, with the state of this parser."""
            if src and _STOP.search(src) is None:
                tokens.append(Token("text", "", 0, content=src))
                return tokens
            state = State(src, md, env, tokens)
            self.tokenize(state)
            for rule in self.ruler2.getRules(""):
                rule(state)
            return state.tokens

    class Parser(MarkdownIt):
        def parse(self, src, env=None):  # type: ignore[no-untyped-def]
            """As in the class above; what is plain at the first glance needs no rules of blocks."""
            tokens = _plain_tokens(src)
            if tokens is None:
                return super().parse(src, env)
            state = StateCore(src, self, {} if env is None else env)
            state.tokens = tokens
            for rule in self.core.ruler.getRules(""):
                if rule is not normalize and rule is not block:
                    rule(state)
            return state.tokens

        def validateLink(self, url: str) -> bool:
            return is_link(url)

    md = Parser()
    md.inline = Inline()
    md.configure("commonmark", {"html": False, "maxNesting": 200})
    md.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    md.use(footnote_plugin).use(tasklists_plugin)
    md.core.ruler.at(NOTES_AT_END, gather_notes)
    md.core.ruler.after("block", "known_notes", _known_notes)
    md.inline.ruler.at("link", _bounded(link, "["))
    md.inline.ruler.at("image", _bounded(image, "!"))
    md.inline.ruler.at("footnote_inline", _bounded(footnote_inline, "^"))
    md.inline.ruler.before("autolink", "line_break", _line_break)
    md.inline.ruler.at("text", _text)
    md.inline.ruler.push("bare_link", _bare_link)
    add_formulas(md)
    by_sign: dict[str, list[Rule]] = {}
    for name, rule in zip(md.inline.ruler.get_active_rules(), md.inline.ruler.getRules(""), strict=True):
        for sign in _SIGNS.get(name, ""):
            by_sign.setdefault(sign, []).append(rule)
    return md


# --- what people write -----------------------------------------------------------------------------------------------
OWN_FENCE = re.compile(r"^ {0,3}(```+|~~~+) *([^\s`]*)[^\n`]*$")
OWN_CODE = re.compile(r"(`+)([^`\n]+?)\1(?!`)")
"""Code in a line of a message of one's own, which is no Markdown."""


def own_parts(lines: list[str]) -> Iterator[tuple[int, int, str | None]]:
    """The parts of a message of one's own: (first line, line after the last, language). A part is one line of text, whose
    language is None, or the lines between two fences."""
    index = 0
    while index < len(lines):
        if found := OWN_FENCE.match(lines[index]):
            end = next((at for at in range(index + 1, len(lines)) if lines[at].strip() == found[1]), None)
            if end is not None:
                yield index + 1, end, found[2][:40]
                index = end + 1
                continue
        yield index, index + 1, None
        index += 1


# --- what is left open -----------------------------------------------------------------------------------------------
_HTML_ENDS = (
    (re.compile(r"<(script|pre|style|textarea)(?=[\s>]|$)", re.IGNORECASE), "</{}>"),
    (re.compile("<!--"), "-->"),
    (re.compile(r"<\?"), "?>"),
    (re.compile(r"<!\[CDATA\["), "]]>"),
    (re.compile("<![A-Za-z]"), ">"),
)
"""HTML that a reader of Markdown takes for HTML until its end, whatever stands between (CommonMark 4.6)."""


def close_markdown(text: str) -> str:
    """`text` with what it leaves open at its end closed (code, a formula, HTML), so that other text may follow."""
    from markdown_it import MarkdownIt

    lines = text.split("\n")
    last = len(text.rstrip().split("\n"))
    for token in reversed(MarkdownIt("commonmark").parse(text.rstrip() + "\n")):
        if token.map is None or token.map[1] < last:
            continue
        if token.type == "fence" and token.map[1] - token.map[0] < token.content.count("\n") + 2:
            opening = lines[token.map[0]]
            before = re.sub(r"[^>\s]", " ", opening[: opening.find(token.markup)])
            return f"{text.rstrip()}\n{before}{token.markup}"
        if token.type == "html_block":
            body = token.content.strip()
            for begin, end in _HTML_ENDS:
                if found := begin.match(body):
                    end = end.format(*found.groups())
                    return text if end.lower() in body[found.end() :].lower() else f"{text.rstrip()}\n{end}"
        if token.type == "inline" and token.content.startswith("$$") and token.content.count("$$") == 1:
            return f"{text.rstrip()}\n$$"
    return text


def is_unspaced(sign: str) -> bool:
    """Whether `sign` is a letter of a script that joins words without blanks: Arabic writes و, ب, ل and ف together with
    the next word, Chinese and Japanese have no blanks. Beside such a letter punctuation says nothing about words."""
    return sign >= "\u0590" and (
        "\u0590" <= sign <= "\u08ff" or "\u2e80" <= sign <= "\ud7ff" or sign >= "\uf900"
    ) and unicodedata.category(sign)[0] in "LM"  # fmt: skip


def _known_notes(state: StateCore) -> None:
    """Footnotes that were referred to in a part of the text that was parsed before keep their numbers."""
    notes = state.env.get("footnotes", {})
    for number, note in notes.get("list", {}).items():
        if "label" in note:
            notes["refs"][":" + note["label"]] = number


def gather_notes(state: StateCore) -> None:
    """Move footnotes to the end, those to which nothing refers too: nothing of a reply is lost."""
    from mdit_py_plugins.footnote.index import footnote_tail

    notes = state.env.get("footnotes", {"refs": {}, "list": {}})
    for label, number in notes.get("refs", {}).items():
        if number < 0:
            notes["refs"][label] = len(notes["list"])
            notes["list"][len(notes["list"])] = {"label": label[1:], "count": 0}
    footnote_tail(state)


# --- emphasis --------------------------------------------------------------------------------------------------------
def _widened(state: StateInline, start: int, found: Scanned) -> Scanned:
    """Signs of emphasis between a letter of such a script and punctuation may open or close: و**«كذا»**."""
    from markdown_it.common.utils import isMdAsciiPunct, isPunctChar
    from markdown_it.rules_inline.state_inline import Scanned

    def is_punctuation(sign: str) -> bool:
        return isMdAsciiPunct(ord(sign)) or isPunctChar(sign)

    end = start + found.length
    before = state.src[start - 1] if start else " "
    after = state.src[end] if end < state.posMax else " "
    if state.src[start] == "_" or (before <= "\u0590" and after <= "\u0590"):
        return found
    opens = found.can_open or (is_unspaced(before) and is_punctuation(after))
    closes = found.can_close or (is_unspaced(after) and is_punctuation(before))
    return Scanned(opens, closes, found.length)


# --- brackets --------------------------------------------------------------------------------------------------------
def _bounded(rule: Rule, sign: str) -> Rule:
    def bounded(state: StateInline, silent: bool) -> bool:
        if state.src[state.pos] != sign:
            return False
        if -1 not in state.cache:  # the keys of the parser are positions
            count = state.src.count("[")
            state.cache[-1] = count > MOST_BRACKETS or count - state.src.count("]") > OPEN_BRACKETS
        return not state.cache[-1] and rule(state, silent)

    return bounded


# --- plain blocks ----------------------------------------------------------------------------------------------------
def _plain_tokens(text: str) -> list[Token] | None:
    """What the rules of blocks give for one paragraph of words, or one such item of a list; None for any other text."""
    from markdown_it.common.utils import mdTrim
    from markdown_it.token import Token

    paragraph = _PARAGRAPH.match(text)
    item = _ITEM.match(text) if paragraph is None else None
    found = paragraph or item
    if found is None:
        return None
    content = mdTrim(found[found.lastindex or 0])
    lines = [0, content.count("\n") + 1]
    level = 0 if item is None else 2
    out = [
        Token("paragraph_open", "p", 1, map=lines, level=level, block=True, hidden=item is not None),
        Token("inline", "", 0, map=lines, level=level + 1, children=[], content=content, block=True),
        Token("paragraph_close", "p", -1, level=level, block=True, hidden=item is not None),
    ]
    if item is None:
        return out
    mark = item[1] or item[3]
    kind, tag = ("bullet_list", "ul") if item[1] else ("ordered_list", "ol")
    attrs: dict[str, str | int | float] = {} if item[1] or int(item[2]) == 1 else {"start": int(item[2])}
    end = [0, text.count("\n") + (not text.rstrip(" \t").endswith("\n"))]
    return [
        Token(f"{kind}_open", tag, 1, map=end, attrs=attrs, markup=mark, block=True),
        Token("list_item_open", "li", 1, map=end, level=1, markup=mark, info=item[2] or "", block=True),
        *out,
        Token("list_item_close", "li", -1, level=1, markup=mark, block=True),
        Token(f"{kind}_close", tag, -1, markup=mark, block=True),
    ]


# --- text ------------------------------------------------------------------------------------------------------------
def _text(state: StateInline, silent: bool) -> bool:
    found = _STOP.search(state.src, state.pos)
    end = found.start() if found else state.posMax
    if end == state.pos:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


# --- line breaks -----------------------------------------------------------------------------------------------------
def _line_break(state: StateInline, silent: bool) -> bool:
    """`<br>`: the only line break that a table's cell can have."""
    found = _BREAK.match(state.src, state.pos) if state.src[state.pos] == "<" else None
    if found is None:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


# --- links -----------------------------------------------------------------------------------------------------------
def is_link(address: str) -> bool:
    """Whether an address, as Markdown gives it, is a link: one of a scheme in OPENED, or of none (a place in the same
    collection, which only shows where it leads). Images as data are taken for links to nowhere."""
    found = _SCHEME.match(address.strip())
    if found is None:
        return True
    return (found[1] or "").lower() in OPENED or bool(_DATA_IMAGE.match(address))


def leads_out(address: str) -> bool:
    """Whether an address has a scheme in OPENED."""
    found = _SCHEME.match(address)
    return found is not None and (found[1] or "").lower() in OPENED


def _bare_link(state: StateInline, silent: bool) -> bool:
    """An address in the text: `https://…`, `www.…`, `mailto:…`, `name@host`."""
    sign = state.src[state.pos]
    if silent or sign not in ":@w" or state.linkLevel > 0:  # silently, as inside of a link's text, it is text
        return False
    start, end, address = state.pos, -1, ""
    match sign:
        case "w":
            if state.src.startswith("www.", start):
                end = _address_end(state.src, start, state.posMax)
                end = end if end > start + 4 else -1
                address = "http://" + state.src[start:end]
        case ":":
            word = state.src[max(0, start - 6) : start].lower()
            scheme = next((name for name in ("https", "http", "mailto") if word.endswith(name)), "")
            start -= len(scheme)
            if scheme == "mailto":
                found = _MAILBOX.match(state.src[state.pos + 1 : max(state.src.find("@", state.pos), 0)])
                mail = _MAIL.match(state.src, state.pos + 1 + found.end(), state.posMax) if found else None
                end = mail.end() if mail else -1
            elif scheme and state.src.startswith("//", state.pos + 1):
                end = _address_end(state.src, state.pos + 3, state.posMax)
            address = state.src[start:end]
        case _:
            found = _MAILBOX.search(state.pending)
            mail = _MAIL.match(state.src, start, state.posMax)
            if found and mail:
                start, end = start - len(found[0]), mail.end()
                address = "mailto:" + state.src[start:end]
    before = state.src[start - 1] if start > 0 else " "
    taken = state.src[start : state.pos]
    if end <= state.pos or (before.isascii() and before not in _BEFORE_LINK) or not state.pending.endswith(taken):
        return False
    if taken:
        state.pending = state.pending[: -len(taken)]
    opened = state.push("link_open", "a", 1)
    opened.attrs = {"href": state.md.normalizeLink(address)}
    text = state.push("text", "", 0)
    text.content = state.src[start:end]
    closed = state.push("link_close", "a", -1)
    opened.markup = closed.markup = "autolink"
    opened.info = closed.info = "auto"
    state.pos = end
    return True


def _address_end(text: str, start: int, most: int) -> int:
    """Where the address whose host begins at `start` ends; -1 when there is no host.

    It ends before punctuation and signs that are not ASCII, before the Arabic or Chinese word that follows its host
    without a blank, and before the ASCII punctuation that ends a sentence (GFM's rule).
    """
    run = _ADDRESS.match(text, start, most)
    host = _HOST.match(text, start, most)
    if run is None or host is None:
        return -1
    end = run.end()
    for at in range(start, end):
        sign = text[at]
        if sign > "\x7f" and unicodedata.category(sign)[0] in "PSZC" and sign not in "\u200c\u200d":
            end = at
            break
    label = start
    for at in range(start, min(host.end(), end)):
        if text[at] == ".":
            label = at + 1
        elif is_unspaced(text[at]) and text[label].isascii():
            return at if label < at else -1  # "comثم" is no part of a host's name
    while end > start:
        last = text[end - 1]
        if last == ";":
            entity = re.search(r"&[A-Za-z]+;$", text[start:end])
            end = start + entity.start() if entity else end - 1
        elif last in "?!.,:*_~'\"[]" or (last == ")" and text.count(")", start, end) > text.count("(", start, end)):
            end -= 1
        else:
            break
    return end if end > start else -1


# --- directions of what an export shows ---------------------------------------------------------------------------------
_BLOCKS = {"paragraph_open", "heading_open", "td_open", "th_open"}
_GROUPS = {"bullet_list_open", "ordered_list_open", "list_item_open", "blockquote_open", "table_open"}


def set_directions(tokens: list[Token]) -> None:
    """Give every block its direction; a list, quote or table has that of its first block with letters."""
    waiting: list[Token] = []
    for position, token in enumerate(tokens):
        if token.type in _GROUPS:
            waiting.append(token)
        elif token.type in _BLOCKS and position + 1 < len(tokens):
            text = _prose(tokens[position + 1])
            direction = direction_of(text)
            token.attrSet("dir", direction)
            if text.strip():
                for group in waiting:
                    group.attrSet("dir", direction)
                waiting.clear()
        if str(token.attrGet("style") or "") == "text-align:left":
            token.attrSet("style", "text-align:start")
        for child in token.children or ():
            if child.type == "link_open" and not leads_out(str(child.attrGet("href") or "")):
                child.attrs = {"title": str(child.attrGet("href") or "")}  # it would lead into the reader's own files


def _prose(inline: Token) -> str:
    """What is read of a block: no code, no addresses."""
    return " ".join(child.content for child in inline.children or () if child.type == "text")
