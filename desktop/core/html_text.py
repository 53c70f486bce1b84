"""The text that a reader sees of an HTML page, as plain text. For clipboards that hold HTML alone.

Every character is looked at a bounded number of times, whatever the page: Qt's reader takes seconds for 50 KB of tags that
are not closed, and loads the files that a page names. After the tokenization of the HTML standard, as far as it matters here.
"""

from __future__ import annotations

import re
from html import unescape

_NAME = re.compile(r"/?([a-zA-Z][^\s/>]*)")
_QUOTE_OR_END = re.compile(r"[\"'>]")
_BLANKS = re.compile(r"[ \t\n\f\r]+")
_UNSEEN = frozenset(("script", "style", "title", "template", "noscript", "iframe", "svg"))
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
))  # fmt: skip
_CELLS = frozenset(("td", "th"))


def text_of_html(html: str) -> str:
    """Blocks stand on lines of their own, cells of a row are parted by tabs, images are left out."""
    out = _Lines()
    at, length = 0, len(html)
    unclosed: set[str] = set()  # signs that are nowhere further on
    while at < length:
        start = html.find("<", at)
        if start < 0:
            out.write(html[at:])
            break
        out.write(html[at:start])
        if html.startswith("<!--", start):
            at = _behind(html, "-->", start + 4)
        elif html.startswith(("<!", "<?"), start):
            at = _behind(html, ">", start)
        elif found := _NAME.match(html, start + 1):
            at = _end_of_tag(html, found.end(), unclosed)
            name, closes = found[1].lower(), html[start + 1] == "/"
            if name in _UNSEEN and not closes:
                at = _end_of_unseen(html, name, at)
            else:
                out.take(name, closes=closes)
        else:
            out.write("<")
            at = start + 1
    return out.text()


def _behind(html: str, sign: str, start: int) -> int:
    found = html.find(sign, start)
    return len(html) if found < 0 else found + len(sign)


def _end_of_tag(html: str, at: int, unclosed: set[str]) -> int:
    """Behind the ">" of a tag; signs in quotation marks don't count."""
    while found := _QUOTE_OR_END.search(html, at):
        sign, at = found[0], found.end()
        if sign == ">":
            return at
        if sign not in unclosed:
            end = html.find(sign, at)
            if end < 0:
                unclosed.add(sign)
            else:
                at = end + 1
    return len(html)


def _end_of_unseen(html: str, name: str, at: int) -> int:
    """Behind the closing tag of an element of which nothing is seen; the end where it is never closed."""
    found = re.compile(rf"</{name}[\s/>]", re.IGNORECASE).search(html, at)
    return len(html) if found is None else _behind(html, ">", found.end() - 1)


class _Lines:
    def __init__(self) -> None:
        self._parts: list[str] = []
        self._begun = False
        """Something stands on the line."""
        self._blank = False
        """A blank stands before what comes next."""
        self._kept = 0
        """Elements that keep their blanks and breaks, one in another."""

    def write(self, raw: str) -> None:
        if not raw:
            return
        text = unescape(raw).replace("\xa0", " ").replace("\0", "")
        if self._kept:
            if text:
                self._part()
                self._parts.append(text.replace("\r\n", "\n").replace("\r", "\n"))
                self._begun = not text.endswith(("\n", "\r"))
            return
        words = _BLANKS.sub(" ", text)
        if words.startswith(" "):
            self._blank = True
        if words := words.strip(" "):
            self._part()
            self._parts.append(words)
            self._begun = True
            self._blank = text[-1] in " \t\n\f\r"

    def take(self, name: str, *, closes: bool) -> None:
        """A tag begins or ends something."""
        if name == "br":
            self._parts.append("\n")
            self._begun = self._blank = False
        elif name in _BLOCKS:
            self._break()
            if name == "pre":
                self._kept = max(self._kept + (-1 if closes else 1), 0)
        elif name in _CELLS and not closes and self._begun:
            self._parts.append("\t")
            self._blank = False

    def text(self) -> str:
        return "".join(self._parts)

    def _part(self) -> None:
        if self._blank and self._begun:
            self._parts.append(" ")
        self._blank = False

    def _break(self) -> None:
        if self._begun:
            self._parts.append("\n")
        self._begun = self._blank = False
