"""MathML as Office Math (ECMA-376, part 1, 22.1), the equations of word processors. No Qt.

The MathML is what `core/formulas.py` makes of LaTeX; elements that it never writes are read as their contents.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

LONGEST = 60_000
"""Characters of MathML that are converted."""
_NARY = "∑∏∐∫∬∭⨌∮∯∰⋃⋂⋁⋀⨁⨂⨀⨆⨄"
_INTEGRALS = "∫∬∭⨌∮∯∰"
_ENDS_TERM = frozenset("=<>≤≥≠≈≡∼≅∝→⇒⇔←⇐↦+-−±,;∈⊂⊆")
_ACCENTS = {
    "^": "\u0302", "ˆ": "\u0302", "\u0302": "\u0302", "~": "\u0303", "˜": "\u0303", "\u0303": "\u0303", "˙": "\u0307",
    "¨": "\u0308", "\u20db": "\u20db", "ˇ": "\u030c", "˘": "\u0306", "´": "\u0301", "`": "\u0300",
    "→": "\u20d7", "⃗": "\u20d7", "←": "\u20d6", "˚": "\u030a",
}  # fmt: skip
_BARS = "¯―‾_\u0332\u0305\u00af\u2015"
_BRACES = "⏞⏟⏜⏝⎴⎵"
_FONT = '<w:rPr><w:rFonts w:ascii="Cambria Math" w:hAnsi="Cambria Math"/></w:rPr>'


def omml(mathml: str) -> str | None:
    """An `m:oMath` element, prefixes m and w as in a document of WordprocessingML; None where there is nothing to show."""
    if not mathml or len(mathml) > LONGEST or "<!" in mathml:
        return None
    try:
        made = _row(list(ET.fromstring(mathml)))  # noqa: S314 - without declarations, which could hold entities
    except (ET.ParseError, RecursionError, IndexError):  # an element without the children that it must have
        return None
    return f"<m:oMath>{made}</m:oMath>" if made else None


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: ET.Element) -> str:
    return " ".join((element.text or "").split())


def _row(elements: Sequence[ET.Element]) -> str:
    """A sequence of elements. A big operator takes the term that follows it."""
    out: list[str] = []
    at = 0
    while at < len(elements):
        element = elements[at]
        at += 1
        if (parts := _nary(element)) is not None:
            start = at
            while at < len(elements) and not (_name(elements[at]) == "mo" and _text(elements[at]) in _ENDS_TERM):
                at += 1
            out.append(parts.replace("<m:e/>", f"<m:e>{_row(elements[start:at]) or _run(chr(0x200B))}</m:e>", 1))
        else:
            out.append(_element(element))
    return "".join(out)


def _children(element: ET.Element) -> str:
    """The contents of an element; parentheses that grow enclose what stands between them."""
    children = list(element)
    opening = _fence(children[0], "prefix") if children else None
    if opening is None:
        return _row(children)
    closing = _fence(children[-1], "postfix") if len(children) > 1 else None
    inner = children[1:] if closing is None else children[1:-1]
    between = f"<m:begChr m:val={quoteattr(opening)}/><m:endChr m:val={quoteattr(closing or '')}/>"
    return f"<m:d><m:dPr>{between}</m:dPr>{_e(_row(inner))}</m:d>"


def _fence(element: ET.Element, form: str) -> str | None:
    is_fence = _name(element) == "mo" and element.get("fence") == "true" and element.get("form") == form
    return ("" if _text(element) == "." else _text(element)) if is_fence else None


def _e(contents: str, tag: str = "e") -> str:
    return f"<m:{tag}>{contents}</m:{tag}>"


def _run(text: str, look: str = "") -> str:
    if not text:
        return ""
    style = f"<m:rPr>{look}</m:rPr>" if look else ""
    return f'<m:r>{style}{_FONT}<m:t xml:space="preserve">{escape(text)}</m:t></m:r>'


def _nary(element: ET.Element) -> str | None:
    """An integral, sum or the like, with `<m:e/>` where its term belongs; None for anything else."""
    name = _name(element)
    base = element if name == "mo" else None
    sub = sup = ""
    if name in ("munderover", "msubsup", "munder", "msub", "mover", "msup") and len(element) > 1:
        base = element[0]
        while _name(base) == "mrow" and len(base) == 1:
            base = base[0]
        if name in ("munderover", "msubsup"):
            sub, sup = _one(element[1]), _one(element[2])
        elif name in ("munder", "msub"):
            sub = _one(element[1])
        else:
            sup = _one(element[1])
    sign = _text(base) if base is not None and _name(base) == "mo" else ""
    if len(sign) != 1 or sign not in _NARY:
        return None
    place = "subSup" if name.startswith("ms") or sign in _INTEGRALS else "undOvr"
    hidden = "" if sub else '<m:subHide m:val="1"/>'
    hidden += "" if sup else '<m:supHide m:val="1"/>'
    return (
        f'<m:nary><m:naryPr><m:chr m:val="{sign}"/><m:limLoc m:val="{place}"/>{hidden}</m:naryPr>'
        f"{_e(sub, 'sub')}{_e(sup, 'sup')}<m:e/></m:nary>"
    )


def _one(element: ET.Element) -> str:
    """An element that stands alone in its place."""
    return _row([element])


def _element(element: ET.Element) -> str:
    name = _name(element)
    match name:
        case "mi" | "mn" | "mo" | "mtext" | "ms":
            return _leaf(name, element)
        case "mspace":
            return _run(_space(element.get("width", "")), "<m:nor/>")
        case "mfrac":
            thin = element.get("linethickness", "")[:1] == "0"
            kind = '<m:fPr><m:type m:val="noBar"/></m:fPr>' if thin else ""
            return f"<m:f>{kind}{_e(_one(element[0]), 'num')}{_e(_one(element[1]), 'den')}</m:f>"
        case "msqrt":
            return f'<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/>{_e(_children(element))}</m:rad>'
        case "mroot":
            return f"<m:rad>{_e(_one(element[1]), 'deg')}{_e(_one(element[0]))}</m:rad>"
        case "msub" if _name(element[0]) == "mo" and len(_text(element[0])) > 1:  # lim
            return _stacked(_one(element[0]), element[1], is_over=False)
        case "msub":
            return f"<m:sSub>{_e(_one(element[0]))}{_e(_one(element[1]), 'sub')}</m:sSub>"
        case "msup":
            return f"<m:sSup>{_e(_one(element[0]))}{_e(_one(element[1]), 'sup')}</m:sSup>"
        case "msubsup":
            sub, sup = _e(_one(element[1]), "sub"), _e(_one(element[2]), "sup")
            return f"<m:sSubSup>{_e(_one(element[0]))}{sub}{sup}</m:sSubSup>"
        case "munder" | "mover":
            return _stacked(_one(element[0]), element[1], is_over=name == "mover")
        case "munderover":
            return _stacked(_stacked(_one(element[0]), element[1], is_over=False), element[2], is_over=True)
        case "mtable":
            return _table(element)
        case "menclose":
            return _enclosed(element)
        case "mphantom" | "annotation" | "annotation-xml" | "none":
            return ""
        case "semantics":
            return _one(element[0])
        case _:
            return _children(element)


def _leaf(name: str, element: ET.Element) -> str:
    text = element.text or ""
    variant = element.get("mathvariant", "")
    if name == "mtext":
        return _run(text, "<m:nor/>")
    text = _text(element)
    if variant in ("bold", "bold-italic"):
        return _run(text, f'<m:sty m:val="{"b" if variant == "bold" else "bi"}"/>')
    upright = variant == "normal" or name in ("mn", "mo") or (name == "mi" and len(text) > 1)
    return _run(text, '<m:sty m:val="p"/>' if upright else "")


def _space(width: str) -> str:
    try:
        em = float(width.removesuffix("em"))
    except ValueError:
        return ""
    if em <= 0:
        return ""
    return (
        "\u2009" if em < 0.2 else "\u205f" if em < 0.25 else "\u2004" if em < 0.5 else "\u2003" * min(round(em) or 1, 4)
    )


def _stacked(base: str, mark: ET.Element, *, is_over: bool) -> str:
    """Something over or under something: an accent, a bar, a brace, or a limit."""
    sign = _text(mark) if _name(mark) == "mo" else ""
    place = "top" if is_over else "bot"
    if sign and sign in _BARS:
        return f'<m:bar><m:barPr><m:pos m:val="{place}"/></m:barPr>{_e(base)}</m:bar>'
    if sign and sign in _BRACES:
        look = f'<m:chr m:val="{sign}"/><m:pos m:val="{place}"/>' + ('<m:vertJc m:val="bot"/>' if is_over else "")
        return f"<m:groupChr><m:groupChrPr>{look}</m:groupChrPr>{_e(base)}</m:groupChr>"
    if is_over and sign in _ACCENTS:
        return f'<m:acc><m:accPr><m:chr m:val="{_ACCENTS[sign]}"/></m:accPr>{_e(base)}</m:acc>'
    tag = "limUpp" if is_over else "limLow"
    return f"<m:{tag}>{_e(base)}{_e(_one(mark), 'lim')}</m:{tag}>"


def _table(element: ET.Element) -> str:
    rows = [list(row) for row in element if _name(row) in ("mtr", "mlabeledtr")]
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    columns = []
    for column in range(width):
        cell = next(row[column] for row in rows if len(row) > column)
        side = (cell.get("columnalign") or element.get("columnalign", "center").split(" ")[0]) or "center"
        side = side if side in ("left", "right") else "center"
        columns.append(f'<m:mc><m:mcPr><m:count m:val="1"/><m:mcJc m:val="{side}"/></m:mcPr></m:mc>')
    made = "".join(
        _e("".join(_e(_children(row[at]) if at < len(row) else "") for at in range(width)), "mr") for row in rows
    )
    return f'<m:m><m:mPr><m:plcHide m:val="1"/><m:mcs>{"".join(columns)}</m:mcs></m:mPr>{made}</m:m>'


def _enclosed(element: ET.Element) -> str:
    notation = element.get("notation", "").split()
    strikes = {"horizontalstrike": "H", "verticalstrike": "V", "updiagonalstrike": "BLTR", "downdiagonalstrike": "TLBR"}
    struck = "".join(f'<m:strike{way} m:val="1"/>' for sign, way in strikes.items() if sign in notation)
    if not struck and "box" not in notation:
        return _children(element)
    sides = (
        "" if "box" in notation else "".join(f'<m:hide{side} m:val="1"/>' for side in ("Top", "Bot", "Left", "Right"))
    )
    look = f"<m:borderBoxPr>{sides}{struck}</m:borderBoxPr>" if sides + struck else ""
    return f"<m:borderBox>{look}{_e(_children(element))}</m:borderBox>"
