"""Word's documents (ECMA-376, transitional): the parts of the package, and Markdown written into them.

Right-to-left is said where Word asks for it: `w:bidi` on paragraphs, `w:rtl` on runs, `w:bidiVisual` on tables, `w:dir`
around what keeps an order of its own. Elements stand in the order of the schema, without which Word calls a file damaged.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from desktop.core.bidi_isolates import Span, code_spans, prose_spans
from desktop.core.code_colours import COLOURS
from desktop.core.images import kind_of
from desktop.core.json_text import json_in_fence
from desktop.core.markdown import OWN_CODE, leads_out, make_parser, own_parts, set_directions
from desktop.core.omml import omml
from desktop.core.text import Direction, direction_of, has_rtl, shown
from desktop.parsing.highlighting import CodeHighlighter
from desktop.parsing.typesetting import Typesetter

if TYPE_CHECKING:
    from markdown_it.token import Token

EMU = 9525
"""English metric units in a pixel of a screen at 96 dpi."""
_INDENT = 425
"""Twentieths of a point that a level of lists or quotes is indented."""
_DEEPEST = 8
"""The last level that Word's lists have."""
_IMAGES = {"png": "png", "jpeg": "jpeg", "gif": "gif", "bmp": "bmp"}
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class _Look:
    """How a run looks."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: bool = False
    raised: bool = False
    role: str = ""
    """Of a token of code."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a paragraph stands in."""

    style: str = ""
    direction: Direction = Direction.LTR
    level: int = 0
    """How many lists and quotes it is indented for."""
    number: tuple[int, int] | None = None
    """List and level of the marker that stands before it."""
    side: str = ""
    """left, center or right, where the text does not begin at the side of its direction."""
    new_page: bool = False


class DocxWriter:
    """Writes the body of a document piece by piece into an open zip; `close` writes the other parts.

    title: of the document's properties. direction: of the section. cancelled: asked before what takes long.
    """

    def __init__(self, file: IO[bytes], title: str, direction: Direction, cancelled: Callable[[], bool]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._cancelled = cancelled
        self._direction = direction
        self._typesetter, self._highlighter = Typesetter(), CodeHighlighter()
        self._markdown = make_parser()
        self._links: dict[str, int] = {}
        self._pictures: list[str] = []
        """The kind of each."""
        self._lists: list[tuple[bool, int, int]] = []
        """Of each list: whether it has numbers, its level, its first number."""
        self._zip.writestr("[Content_Types].xml", _content_types())
        self._zip.writestr(
            "_rels/.rels", _relations([("officeDocument", "word/document.xml"), (_CORE, "docProps/core.xml")])
        )
        core = _HEAD + (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{_text(title)}</dc:title>'
            "<dc:creator>Samar</dc:creator></cp:coreProperties>"
        )
        self._zip.writestr("docProps/core.xml", core)
        self._zip.writestr("word/styles.xml", _STYLES)
        self._zip.writestr("word/settings.xml", _SETTINGS)
        self._zip.writestr("word/footer1.xml", _FOOTER)
        self._parts: list[str] = []

    def close(self) -> None:
        """Write the document and what it refers to."""
        bidi = "<w:bidi/>" if self._direction is Direction.RTL else ""
        section = (
            '<w:sectPr><w:footerReference w:type="default" r:id="rId3"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar '
            'w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>'
            f"{bidi}</w:sectPr>"
        )
        with self._zip.open("word/document.xml", "w") as document:
            document.write(f"{_HEAD}<w:document {_NAMESPACES}><w:body>".encode())
            for part in self._parts:
                document.write(part.encode())
            document.write(f"{section}</w:body></w:document>".encode())
        self._zip.writestr("word/numbering.xml", _numbering(self._lists))
        relations = [
            ("styles", "styles.xml"),
            ("settings", "settings.xml"),
            ("footer", "footer1.xml"),
            ("numbering", "numbering.xml"),
        ]
        self._zip.writestr(
            "word/_rels/document.xml.rels",
            _relations(
                relations,
                {f"link{number}": ("hyperlink", address) for address, number in self._links.items()},
                {f"image{at}": ("image", f"media/image{at}.{kind}") for at, kind in enumerate(self._pictures, 1)},
            ),
        )
        self._zip.close()

    def end(self) -> None:
        """Give up the processes that typeset and highlight, and a document that was not closed."""
        with contextlib.suppress(ValueError, OSError):  # its file is closed already
            self._zip.close()
        self._typesetter.close()
        self._highlighter.close()

    # --- what a document is made of -----------------------------------------------------------------------------------
    def title(self, text: str, *, new_page: bool) -> None:
        self._line(text, _Place("Title", direction_of(text, self._direction), new_page=new_page))

    def line(self, text: str, style: str, direction: Direction | None = None) -> None:
        """A paragraph of plain text in one of the document's styles."""
        own = direction_of(text, self._direction) if direction is None else direction
        side = "" if own is self._direction else "right" if self._direction is Direction.RTL else "left"
        self._line(text, _Place(style, own, side=side))

    def picture(self, data: bytes, width: int, height: int, name: str) -> None:
        """An image in a paragraph of its own. width, height: pixels as shown. What Word can't show is named."""
        kind = _IMAGES.get(kind_of(data) or "")
        if kind is None:
            self.line(f"[{name}]", "Own")
            return
        self._pictures.append(kind)
        number = len(self._pictures)
        self._zip.writestr(zipfile.ZipInfo(f"word/media/image{number}.{kind}"), data)
        size = f'cx="{width * EMU}" cy="{height * EMU}"'
        label = quoteattr(shown(name))
        drawing = (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f'<wp:docPr id="{number}" name="image{number}" descr={label}/><a:graphic xmlns:a="{_A}"><a:graphicData uri="{_PIC}">'
            f'<pic:pic xmlns:pic="{_PIC}"><pic:nvPicPr><pic:cNvPr id="{number}" name="image{number}"/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="image{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>'
            f'<a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
            "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )
        self._paragraph(drawing, _Place(direction=self._direction))

    def own(self, text: str) -> None:
        """A message of one's own: as it was written, line by line."""
        lines = shown(text).strip("\n").split("\n")
        previous = self._direction
        for start, end, language in own_parts(lines):
            if language is not None:
                self._code(lines[start:end], language, 0)
                continue
            line, at = lines[start], 0
            previous = direction_of(OWN_CODE.sub("", line), previous)
            runs: list[str] = []
            for found in OWN_CODE.finditer(line):
                runs += [
                    _prose(line[at : found.start()], _Look(), previous),
                    _code_run(found[2], _Look(code=True), previous),
                ]
                at = found.end()
            runs.append(_prose(line[at:], _Look(), previous))
            self._paragraph("".join(runs), _Place("Own", previous))

    def markdown(self, text: str, style: str = "") -> None:
        """A text of Markdown. style: of its paragraphs."""
        text = shown(json_in_fence(text))
        try:
            tokens = self._markdown.parse(text, {})
        except RecursionError:  # nested beyond reason: shown as it was written
            self._code(text.split("\n"), "", 0)
            return
        set_directions(tokens)
        _Walk(self, tokens, style).run()

    # --- paragraphs ---------------------------------------------------------------------------------------------------
    def _line(self, text: str, place: _Place) -> None:
        self._paragraph(_prose(shown(text), _Look(), place.direction), place)

    def _paragraph(self, runs: str, place: _Place) -> None:
        self._parts.append(f"<w:p>{_properties(place)}{runs}</w:p>")

    def _code(self, lines: Sequence[str], language: str, level: int) -> None:
        """A panel of code: each line is a paragraph, always from the left."""
        found = self._highlighter.spans(language, list(lines), self._cancelled)
        for number, line in enumerate(lines):
            colours = found[number] if found is not None and number < len(found) else []
            self._paragraph(_code_line(line, colours), _Place("Code", level=level))
        self._parts.append('<w:p><w:pPr><w:spacing w:after="0" w:line="120" w:lineRule="exact"/></w:pPr></w:p>')

    def _formula(self, source: str, display: bool) -> str | None:
        """An equation; None for a formula that is shown as its source."""
        made = self._typesetter.typeset(source.strip(), display, self._cancelled)
        return omml(made.mathml) if made is not None else None

    def _link(self, address: str) -> str:
        return f"link{self._links.setdefault(address, len(self._links) + 1)}"

    def _list(self, numbered: bool, level: int, first: int) -> int:
        """The number of a new list."""
        self._lists.append((numbered, level, first))
        return len(self._lists)


class _Walk:
    """The tokens of one text, written into a document."""

    def __init__(self, writer: DocxWriter, tokens: list[Token], style: str) -> None:
        self.writer, self.tokens, self.style = writer, tokens, style
        self.lists: list[int] = []
        self.marker = False
        """The next paragraph is the first one of an item."""
        self.quotes = 0
        self.note = ""
        """What stands before the next paragraph, which begins a footnote."""
        self.side = writer._direction

    @property
    def level(self) -> int:
        return min(len(self.lists) + self.quotes, _DEEPEST)

    def run(self) -> None:
        at = 0
        while at < len(self.tokens):
            at = self._token(at)

    def _token(self, at: int) -> int:
        """Write the token at a place; the place behind what was written."""
        token, writer = self.tokens[at], self.writer
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                numbered = token.type.startswith("ordered")
                first = int(token.attrGet("start") or 1) if numbered else 1
                self.lists.append(writer._list(numbered, min(len(self.lists), _DEEPEST), first))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.marker = "task-list-item" not in str(token.attrGet("class") or "")
                if at + 1 < len(self.tokens) and self.tokens[at + 1].type not in ("paragraph_open", "heading_open"):
                    writer._paragraph("", self._place(self.side))  # the marker stands before it
            case "blockquote_open":
                self.quotes += 1
            case "blockquote_close":
                self.quotes -= 1
            case "paragraph_open" | "heading_open":
                self.side = Direction(str(token.attrGet("dir") or "ltr"))
                place = self._place(self.side)
                if token.type == "heading_open":
                    place = replace(place, style=f"Heading{token.tag[1:]}")
                runs = _prose(self.note, _Look(), self.side) if self.note else ""
                self.note = ""
                writer._paragraph(runs + self._inline(self.tokens[at + 1], self.side), place)
                return at + 2
            case "fence" | "code_block":
                words = token.info.split()
                lines = token.content.removesuffix("\n").split("\n")
                writer._code(lines, words[0][:40] if words else "", self.level)
            case "math_block":
                self._formula(token.content)
            case "hr":
                writer._paragraph("", _Place("Rule"))
            case "table_open":
                return self._table(at)
            case "footnote_block_open":
                writer._paragraph("", _Place("Rule"))
            case "footnote_open":
                self.note = f"{int((token.meta or {}).get('id', 0)) + 1}. "
        return at + 1

    def _place(self, side: Direction) -> _Place:
        number = (self.lists[-1], min(len(self.lists) - 1, _DEEPEST)) if self.marker and self.lists else None
        self.marker = False
        return _Place("Quote" if self.quotes else self.style, side, self.level, number)

    def _formula(self, source: str) -> None:
        made = self.writer._formula(source, True)
        if made is None:
            runs = _run(source.strip(), _Look(code=True))
            self.writer._paragraph(runs, _Place(self.style, side="center"))
        else:
            jc = '<m:oMathParaPr><m:jc m:val="center"/></m:oMathParaPr>'
            self.writer._paragraph(f"<m:oMathPara>{jc}{made}</m:oMathPara>", _Place(self.style))

    def _table(self, at: int) -> int:
        opening = self.tokens[at]
        side = Direction(str(opening.attrGet("dir") or "ltr"))
        rows: list[list[str]] = []
        head = 0
        while self.tokens[at].type != "table_close":
            token = self.tokens[at]
            at += 1
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "thead_close":
                head = len(rows)
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(self._cell(token, self.tokens[at], side))
        width = max((len(row) for row in rows), default=1) or 1
        share = 9638 // width
        visual = "<w:bidiVisual/>" if side is Direction.RTL else ""
        out = [
            f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/>{visual}<w:tblW w:w="0" w:type="auto"/><w:tblLook w:val="0420"/></w:tblPr>',
            "<w:tblGrid>" + f'<w:gridCol w:w="{share}"/>' * width + "</w:tblGrid>",
        ]
        for number, row in enumerate(rows):
            look = (
                "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if number < head else "<w:trPr><w:cantSplit/></w:trPr>"
            )
            cells = [*row, *["<w:p/>"] * (width - len(row))]
            made = "".join(f'<w:tc><w:tcPr><w:tcW w:w="{share}" w:type="dxa"/></w:tcPr>{cell}</w:tc>' for cell in cells)
            out.append(f"<w:tr>{look}{made}</w:tr>")
        self.writer._parts.append("".join(out) + '</w:tbl><w:p><w:pPr><w:spacing w:after="0"/></w:pPr></w:p>')
        return at + 1

    def _cell(self, token: Token, inline: Token, table: Direction) -> str:
        direction = Direction(str(token.attrGet("dir") or "ltr"))
        wanted = str(token.attrGet("style") or "").removeprefix("text-align:")
        start = "right" if table is Direction.RTL else "left"
        wanted = wanted if wanted in ("center", "right") else start
        natural = "right" if direction is Direction.RTL else "left"
        place = _Place("Cell", direction, side="" if wanted == natural else wanted)
        return f"<w:p>{_properties(place)}{self._inline(inline, direction, _Look(bold=token.type == 'th_open'))}</w:p>"

    def _inline(self, inline: Token, side: Direction, look: _Look = _Look()) -> str:
        out: list[str] = []
        is_open = False
        for child in inline.children or ():
            match child.type:
                case "text":
                    out.append(_prose(child.content, look, side))
                case "softbreak" | "hardbreak":
                    out.append("<w:r><w:br/></w:r>")
                case "code_inline":
                    out.append(_code_run(child.content, replace(look, code=True), side))
                case "strong_open" | "strong_close":
                    look = replace(look, bold=child.nesting > 0)
                case "em_open" | "em_close":
                    look = replace(look, italic=child.nesting > 0)
                case "s_open" | "s_close":
                    look = replace(look, strike=child.nesting > 0)
                case "link_open":
                    address = str(child.attrGet("href") or "")
                    if leads_out(address) and is_target(address) and not is_open:
                        out.append(f'<w:hyperlink r:id="{self.writer._link(address)}">')
                        look, is_open = replace(look, link=True), True
                case "link_close":
                    out += ["</w:hyperlink>"] if is_open else []
                    look, is_open = replace(look, link=False), False
                case "image":
                    out.append(_prose(child.content or str(child.attrGet("src") or ""), look, side))
                case "math_inline" | "math_inline_double":
                    made = self.writer._formula(child.content, child.type != "math_inline")
                    out.append(made or _code_run(child.content, replace(look, code=True), side))
                case "footnote_ref":
                    out.append(_run(str(int(child.meta.get("id", 0)) + 1), replace(look, raised=True)))
                case "html_inline":  # the box of a task
                    out.append(_run("☑" if "checked=" in child.content else "☐", look, side is Direction.RTL))
        return "".join(out) + ("</w:hyperlink>" if is_open else "")


# --- runs ------------------------------------------------------------------------------------------------------------
def _prose(text: str, look: _Look, side: Direction) -> str:
    """Runs of a text, what has an order of its own kept apart."""
    out: list[str] = []
    at = 0
    for start, end, direction in prose_spans(text) if side is Direction.RTL or has_rtl(text) else ():
        out += [_mixed(text[at:start], look, side), _apart(text[start:end], look, direction, side)]
        at = end
    return "".join([*out, _mixed(text[at:], look, side)])


def _apart(text: str, look: _Look, direction: Direction, around: Direction) -> str:
    runs = _mixed(text, look, direction)
    return _embedded(runs, look, direction) if runs and direction is not around else runs


def _embedded(runs: str, look: _Look, direction: Direction) -> str:
    """Runs with a direction of their own. The marks do the same in programs that don't know the element."""
    mark = _run("\u200e", look) if direction is Direction.LTR else ""
    return f'{mark}<w:dir w:val="{direction}">{runs}</w:dir>{mark}'


def _code_run(text: str, look: _Look, side: Direction) -> str:
    """Code in a line."""
    runs = _with_spans(text, code_spans(text), lambda part, direction: _mixed(part, look, direction))
    return _embedded(runs, look, Direction.LTR) if side is Direction.RTL and runs else runs


def _code_line(line: str, colours: Sequence[tuple[int, int, str]]) -> str:
    """One line of a panel. colours: (start, length, role)."""
    roles = [""] * len(line)
    for start, length, role in colours:
        if role in COLOURS:
            roles[start : start + length] = [role] * min(length, len(line) - start)
    at = 0

    def coloured(part: str, direction: Direction) -> str:
        nonlocal at
        out: list[str] = []
        first = 0
        for index in range(1, len(part) + 1):
            if index == len(part) or roles[at + index] != roles[at + first]:
                out.append(_mixed(part[first:index], _Look(role=roles[at + first]), direction))
                first = index
        at += len(part)
        return "".join(out)

    return _with_spans(line, code_spans(line), coloured)


def _with_spans(text: str, spans: Sequence[Span], runs: Callable[[str, Direction], str]) -> str:
    """Runs of left-to-right text, each of `spans` kept apart."""
    out: list[str] = []
    at = 0
    for start, end, direction in spans:
        out.append(runs(text[at:start], Direction.LTR))
        inner = runs(text[start:end], direction)
        out.append(f'<w:dir w:val="{direction}">{inner}</w:dir>' if inner else "")
        at = end
    return "".join([*out, runs(text[at:], Direction.LTR)])


def _mixed(text: str, look: _Look, side: Direction) -> str:
    """Runs of a text, parted where its direction changes: Word asks each run for its own."""
    return "".join(_run(part, look, is_rtl) for part, is_rtl in parted(text, side))


def parted(text: str, side: Direction) -> Iterator[tuple[str, bool]]:
    """The parts of `text` of one direction, and whether it is right-to-left. Signs between two letters go with them where
    both agree, else with `side`; digits and signs that stand at a Latin word belong to it."""
    if not text:
        return
    if side is Direction.LTR and not has_rtl(text):
        yield text, False
        return
    classes = [_class(sign) for sign in text]
    following = [""] * len(text)
    ahead = ""
    for at in range(len(text) - 1, -1, -1):
        following[at] = ahead
        ahead = classes[at] if classes[at] in "LR" else ahead
    before = ""
    start, kept = 0, None
    natural = "R" if side is Direction.RTL else "L"
    word = False  # whether what stands here belongs to a Latin word
    for at, found in enumerate(classes):
        if found in "LR":
            before, word = found, found == "L"
            made = found
        else:
            word = word and not text[at].isspace()
            made = before if before and before == following[at] else natural
            if word and (found == "D" or "D" in classes[at : _word_end(text, at)]):
                made = "L"
        if kept is not None and made != kept:
            yield text[start:at], kept == "R"
            start = at
        kept = made
    yield text[start:], kept == "R"


def _word_end(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def _class(sign: str) -> str:
    """L, R, D for a digit, N for what has no direction of its own."""
    if sign.isascii():
        return "L" if sign.isalpha() else "D" if sign.isdigit() else "N"
    match unicodedata.bidirectional(sign):
        case "R" | "AL" | "AN":
            return "R"
        case "L":
            return "L"
        case "EN":
            return "D"
        case _:
            return "N"


def _run(text: str, look: _Look, is_rtl: bool = False) -> str:
    if not text:
        return ""
    parts = [
        '<w:rStyle w:val="CodeChar"/>' if look.code else '<w:rStyle w:val="Hyperlink"/>' if look.link else "",
        "<w:b/><w:bCs/>" if look.bold else "",
        "<w:i/><w:iCs/>" if look.italic or look.role == "comment" else "",
        "<w:strike/>" if look.strike else "",
        f'<w:color w:val="{COLOURS[look.role][0][1:]}"/>' if look.role else "",
        '<w:vertAlign w:val="superscript"/>' if look.raised else "",
        "<w:rtl/>" if is_rtl else "",
    ]
    properties = "".join(parts)
    properties = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    pieces = []
    for number, line in enumerate(text.split("\n")):
        pieces += ["<w:br/>"] if number else []
        for index, piece in enumerate(line.split("\t")):
            pieces += ["<w:tab/>"] if index else []
            pieces += [f'<w:t xml:space="preserve">{escape(piece)}</w:t>'] if piece else []
    return f"<w:r>{properties}{''.join(pieces)}</w:r>"


_URI = re.compile(
    r"[a-z]+:(//[^/?#\[\]]*(\[[0-9a-f:.]+\])?(:\d*)?)?([/?][^#\[\]]*|[^/?#\[\]]*)(#[^#\[\]]*)?", re.IGNORECASE
)
_URI_SIGNS = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,2000}")


def is_target(address: str) -> bool:
    """Whether Word takes an address for a link: it calls a file with any other damaged."""
    return _URI.fullmatch(address) is not None and _URI_SIGNS.fullmatch(address) is not None


def _text(text: str) -> str:
    return escape(shown(text))


def _properties(place: _Place) -> str:
    is_rtl = place.direction is Direction.RTL
    side = place.side
    if is_rtl and side in ("left", "right"):  # Word takes sides the other way in right-to-left paragraphs
        side = "right" if side == "left" else "left"
    parts = [
        f'<w:pStyle w:val="{place.style}"/>' if place.style else "",
        "<w:pageBreakBefore/>" if place.new_page else "",
        f'<w:numPr><w:ilvl w:val="{place.number[1]}"/><w:numId w:val="{place.number[0]}"/></w:numPr>'
        if place.number
        else "",
        "<w:bidi/>" if is_rtl else "",
        f'<w:ind w:left="{place.level * _INDENT}"/>' if place.level and place.number is None else "",
        f'<w:ind w:left="{place.level * _INDENT}" w:hanging="{_INDENT}"/>' if place.number else "",
        f'<w:jc w:val="{side}"/>' if side else "",
    ]
    properties = "".join(parts)
    return f"<w:pPr>{properties}</w:pPr>" if properties else ""


# --- the other parts --------------------------------------------------------------------------------------------------
_CORE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_NAMESPACES = f'xmlns:w="{_W}" xmlns:r="{_R}" xmlns:m="{_M}" xmlns:wp="{_WP}"'


def _content_types() -> str:
    parts = {
        "word/document.xml": f"{_WORD}document.main+xml",
        "word/styles.xml": f"{_WORD}styles+xml",
        "word/settings.xml": f"{_WORD}settings+xml",
        "word/numbering.xml": f"{_WORD}numbering+xml",
        "word/footer1.xml": f"{_WORD}footer+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    made = "".join(
        f'<Default Extension="{kind}" ContentType="image/{kind}"/>' for kind in sorted(set(_IMAGES.values()))
    )
    made += '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    made += '<Default Extension="xml" ContentType="application/xml"/>'
    made += "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    return f'{_HEAD}<Types xmlns="{_TYPES}">{made}</Types>'


def _relations(parts: list[tuple[str, str]], *more: dict[str, tuple[str, str]]) -> str:
    named = {f"rId{number}": part for number, part in enumerate(parts, 1)}
    for others in more:
        named |= others
    made = ""
    for name, (kind, target) in named.items():
        address = kind if "/" in kind else f"{_R}/{kind}"
        outside = ' TargetMode="External"' if kind == "hyperlink" else ""
        made += f'<Relationship Id="{name}" Type={quoteattr(address)} Target={quoteattr(target)}{outside}/>'
    return f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{made}</Relationships>'


def _numbering(lists: list[tuple[bool, int, int]]) -> str:
    abstract = []
    for number, is_numbered in enumerate((False, True)):
        levels = []
        for level in range(_DEEPEST + 1):
            sign = f"%{level + 1}." if is_numbered else "•◦▪"[level % 3]
            kind = "decimal" if is_numbered else "bullet"
            indent = f'<w:ind w:left="{(level + 1) * _INDENT}" w:hanging="{_INDENT}"/>'
            levels.append(
                f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{sign}"/>'
                f'<w:lvlJc w:val="left"/><w:pPr>{indent}</w:pPr></w:lvl>'
            )
        abstract.append(
            f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="hybridMultilevel"/>{"".join(levels)}</w:abstractNum>'
        )
    made = "".join(
        f'<w:num w:numId="{at}"><w:abstractNumId w:val="{int(is_numbered)}"/>'
        f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{first}"/></w:lvlOverride></w:num>'
        for at, (is_numbered, level, first) in enumerate(lists, 1)
    )
    return f'{_HEAD}<w:numbering xmlns:w="{_W}">{"".join(abstract)}{made}</w:numbering>'


_SETTINGS = (
    f'{_HEAD}<w:settings xmlns:w="{_W}"><w:compat><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>'
)
_FOOTER = (
    f'{_HEAD}<w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    '<w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
)


def _style(name: str, label: str, paragraph: str = "", run: str = "", based: str = "Normal") -> str:
    paragraph = f"<w:pPr>{paragraph}</w:pPr>" if paragraph else ""
    run = f"<w:rPr>{run}</w:rPr>" if run else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{label}"/><w:basedOn w:val="{based}"/><w:qFormat/>'
        f"{paragraph}{run}</w:style>"
    )


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


_MONO = '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:eastAsia="Consolas" w:cs="Courier New"/>'
_GREY = '<w:shd w:val="clear" w:color="auto" w:fill="F5F6F9"/>'
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="B9C0CF"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_STYLES = (
    f'{_HEAD}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" '
    f'w:eastAsia="Calibri" w:cs="Arial"/>{_size(11.5)}<w:lang w:val="en-US" w:eastAsia="en-US" w:bidi="ar-SA"/></w:rPr>'
    '</w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
    '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" '
    'w:type="dxa"/><w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="40" '
    'w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    + _style("Title", "Title", '<w:spacing w:after="160"/>', f"<w:b/><w:bCs/>{_size(20)}")
    + "".join(
        _style(
            f"Heading{level}",
            f"heading {level}",
            f'<w:keepNext/><w:spacing w:before="200" w:after="80"/><w:outlineLvl w:val="{level - 1}"/>',
            f"<w:b/><w:bCs/>{_size(points)}",
        )
        for level, points in enumerate((17, 15, 13.5, 12.5, 12, 11.5), 1)
    )
    + _style(
        "Speaker",
        "Speaker",
        '<w:keepNext/><w:spacing w:before="200" w:after="40"/>',
        f'<w:b/><w:bCs/><w:color w:val="5B6478"/>{_size(10)}',
    )
    + _style("Date", "Date", "", f'<w:color w:val="5B6478"/>{_size(9.5)}')
    + _style("Own", "Own Message", f'{_GREY}<w:spacing w:after="0"/>')
    + _style("Thinking", "Thinking", "", f'<w:color w:val="5B6478"/>{_size(10)}')
    + _style("Quote", "Quote", "", '<w:color w:val="5B6478"/>')
    + _style("Cell", "Table Cell", '<w:spacing w:after="0"/>')
    + _style("Rule", "Rule", '<w:pBdr><w:bottom w:val="single" w:sz="6" w:space="1" w:color="B9C0CF"/></w:pBdr>')
    + _style(
        "Code",
        "Code",
        f'{_GREY}<w:spacing w:after="0" w:line="240" w:lineRule="auto"/><w:jc w:val="left"/>',
        f"{_MONO}<w:noProof/>{_size(9.5)}",
    )
    + '<w:style w:type="character" w:styleId="CodeChar"><w:name w:val="Code Char"/>'
    f"<w:rPr>{_MONO}<w:noProof/>{_size(10)}{_GREY}</w:rPr></w:style>"
    '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr><w:color w:val="0563C1"/>'
    '<w:u w:val="single"/></w:rPr></w:style><w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/>'
    f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr></w:style></w:styles>'
)
