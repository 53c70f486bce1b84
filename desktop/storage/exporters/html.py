"""Chats as a page of HTML, as the window shows them."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import IO, TYPE_CHECKING

from desktop.core.bidi_isolates import Span, code_spans, prose_spans, with_spans
from desktop.core.chat import Chat, Message, Picture, Role
from desktop.core.code_colours import COLOURS
from desktop.core.formulas import UNITS
from desktop.core.images import media_type
from desktop.core.json_text import json_in_fence
from desktop.core.markdown import OWN_CODE, leads_out, make_parser, own_parts, set_directions
from desktop.core.text import direction_of, shown
from desktop.parsing.highlighting import CodeHighlighter
from desktop.parsing.typesetting import Typesetter
from desktop.storage.chats import ChatStore

if TYPE_CHECKING:
    from markdown_it.token import Token

from desktop.storage.exporters.base import (
    ExportLabels,
    TextWriter,
    date,
    named,
    one_line,
    readable_images,
    shown_path,
    shown_size,
)


class HtmlWriter(TextWriter):
    """One page without scripts and without anything from elsewhere; each block has the direction of its own letters."""

    def __init__(self, labels: ExportLabels, cancelled: Callable[[], bool] = lambda: False) -> None:
        super().__init__(labels, cancelled)
        self.typesetter, self.highlighter = Typesetter(), CodeHighlighter()
        self.needed.callback(self.typesetter.close)
        self.needed.callback(self.highlighter.close)
        self.markdown = make_parser()
        self.markdown.options["breaks"] = True  # as the window shows them
        for kind in ("math_inline", "math_inline_double", "math_block"):
            self.markdown.add_render_rule(kind, _render_formula)
        for kind in ("text", "code_inline", "fence", "code_block", "image", "html_inline"):
            self.markdown.add_render_rule(kind, _render_text)

    def head(self, store: ChatStore, title: str, file: IO[bytes]) -> str:
        return (
            f'<!DOCTYPE html>\n<html dir="{self.labels.direction}">\n<head>\n<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'; img-src data:\">\n"
            '<meta name="viewport" content="width=device-width">\n'
            f"<title>{html.escape(one_line(title))}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        )

    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        title = one_line(self.title(store, chat))
        parts = [
            f'<main>\n<h1 dir="{direction_of(title)}">{html.escape(title)}</h1>',
            f'<p class="date" dir="{self.labels.direction}"><bdi dir="ltr">{date(chat.created_at)}</bdi></p>',
        ]
        if chat.system_prompt and self.labels.with_details:
            parts.append(
                self._turn("system", self.labels.system_prompt, "", self._rendered(chat.system_prompt, "system"))
            )
        for message in shown_path(store, chat):
            thinking = ""
            if message.thinking and self.labels.with_details:
                thinking = self._rendered(message.thinking, f"{chat.id}-{message.id}-thinking")
            content = self._content(store, message)
            parts.append(self._turn(message.role.value, self.speaker(message), thinking, content))
        return "\n".join([*parts, "</main>\n"])

    def message(self, store: ChatStore, message: Message) -> str:
        return f"<main>\n{self._content(store, message)}</main>\n"

    def _content(self, store: ChatStore, message: Message) -> str:
        images = "".join(_embedded(image, data) for image, data in readable_images(store, message))
        if message.role is Role.USER:
            return images + _own(message.content, self)
        return images + self._rendered(message.content, f"{message.chat_id}-{message.id}")

    def _turn(self, kind: str, speaker: str, thinking: str, content: str) -> str:
        folded = (
            f"<details><summary>{html.escape(self.labels.thinking)}</summary>{thinking}</details>" if thinking else ""
        )
        return f'<section class="{kind}"><h2>{html.escape(speaker)}</h2>{folded}{content}</section>'

    def _rendered(self, text: str, name: str) -> str:
        """A text of Markdown. name: of the text, to tell its footnotes from those of others."""
        text = shown(json_in_fence(text))
        env: dict[str, object] = {"docId": name, "writer": self}
        try:
            tokens = self.markdown.parse(text, env)
        except RecursionError:  # nested beyond reason: shown as it was written
            return f"<pre>{html.escape(text)}</pre>"
        set_directions(tokens)
        return str(self.markdown.renderer.render(tokens, self.markdown.options, env))

    def foot(self) -> str:
        return "</body>\n</html>\n"


def _embedded(image: Picture, data: bytes) -> str:
    """The image itself, in the page: nothing is fetched."""
    width, height = shown_size(image)
    source = f"data:{media_type(data)};base64,{base64.b64encode(data).decode()}"
    size = f'width="{width}" height="{height}"'
    return f'<p class="image"><img src="{source}" alt="{html.escape(named(image))}" {size}></p>'


def _own(text: str, writer: HtmlWriter) -> str:
    """A message of one's own: as it was written, line by line."""
    lines = shown(text).strip("\n").split("\n")
    out: list[str] = []
    for start, end, language in own_parts(lines):
        if language is not None:
            out.append(_code_panel("\n".join(lines[start:end]), language, writer))
            continue
        line, at = lines[start], 0
        parts: list[str] = []
        for found in OWN_CODE.finditer(line):
            parts += [_with_bdi(line[at : found.start()], prose_spans), _inline_code(found[2])]
            at = found.end()
        parts.append(_with_bdi(line[at:], prose_spans))
        prose = OWN_CODE.sub("", line)
        out.append(
            f'<p class="own" dir="{direction_of(prose)}" style="white-space:pre-wrap">{"".join(parts) or "<br>"}</p>'
        )
    return "\n".join(out)


def _with_bdi(text: str, spans: Callable[[str], list[Span]]) -> str:
    """HTML of a text, what has an order of its own kept apart."""
    return with_spans(text, spans(text), lambda part, side: f'<bdi dir="{side}">{html.escape(part)}</bdi>', html.escape)


def _inline_code(text: str) -> str:
    return f'<code dir="ltr">{_with_bdi(text, code_spans)}</code>'


def _code_panel(code: str, language: str, writer: HtmlWriter) -> str:
    sources = code.removesuffix("\n").split("\n")
    found = writer.highlighter.spans(language, sources, writer.cancelled) or []
    colours = [*found, *[[]] * (len(sources) - len(found))]
    lines = "\n".join(map(_code_line, sources, colours))
    name = f' class="language-{html.escape(language)}"' if language else ""
    return f'<pre dir="ltr"><code dir="ltr"{name}>{lines}</code></pre>\n'


def _code_line(line: str, colours: Sequence[tuple[int, int, str]]) -> str:
    """HTML of a line of code. colours: (start, length, role)."""
    edges = {0, len(line)} | {edge for start, length, _role in colours for edge in (start, start + length)}
    roles = {
        at: role for start, length, role in colours if role in COLOURS for at in edges if start <= at < start + length
    }

    def part(start: int, end: int) -> str:
        places = sorted({start, end} | {edge for edge in edges if start < edge < end})
        out = []
        for begin, behind in pairwise(places):
            role = roles.get(max(edge for edge in edges if edge <= begin), "")
            text = html.escape(line[begin:behind])
            out.append(f'<span class="c-{role}">{text}</span>' if role else text)
        return "".join(out)

    out: list[str] = []
    at = 0
    for start, end, side in code_spans(line):
        out += [part(at, start), f'<bdi dir="{side}">{part(start, end)}</bdi>']
        at = end
    return "".join([*out, part(at, len(line))])


def _render_text(
    _renderer: object, tokens: Sequence[Token], at: int, _options: object, env: Mapping[str, HtmlWriter]
) -> str:
    """Text and code, what has an order of its own kept apart; images as the words that stand for them."""
    token = tokens[at]
    match token.type:
        case "text":
            return _with_bdi(token.content, prose_spans)
        case "code_inline":
            return _inline_code(token.content)
        case "image":
            address = str(token.attrGet("src") or "")
            label = html.escape(token.content or address)
            return f'<a href="{html.escape(address)}">{label}</a>' if leads_out(address) else label
        case "html_inline":  # the box of a task; no other HTML is parsed
            return "☑" if "checked=" in token.content else "☐"
        case _:
            words = token.info.split()
            return _code_panel(token.content, words[0][:40] if words else "", env["writer"])


def _render_formula(
    _renderer: object, tokens: Sequence[Token], at: int, _options: object, env: Mapping[str, HtmlWriter]
) -> str:
    """A drawing of the typeset formula, whose source is its text for those who can't see it; else the source."""
    token = tokens[at]
    display = token.type != "math_inline"
    source = token.content.strip()
    writer = env["writer"]
    made = writer.typesetter.typeset(source, display, writer.cancelled)
    if made is None:
        written = f'<code dir="ltr">{html.escape(source)}</code>'
        return f'<p class="formula">{written}</p>\n' if token.type == "math_block" else written
    scale = (1.18 if display else 1.05) / UNITS
    width, height, depth = made.width * scale, (made.ascent + made.descent) * scale, made.descent * scale
    size = f"width:{width:.3f}em;height:{height:.3f}em;vertical-align:{-depth:.3f}em"
    drawn = made.svg.decode().replace(
        "<svg ", f'<svg role="img" aria-label="{html.escape(source)}" fill="currentColor" style="{size}" ', 1
    )
    drawn = _INK.sub(r'\1="currentColor"', _FIXED_SIZE.sub("", drawn, count=1))
    return f'<p class="formula">{drawn}</p>\n' if token.type == "math_block" else drawn


_FIXED_SIZE = re.compile(r' (?:width|height)="[^"]*"(?: (?:width|height)="[^"]*")?(?=[^>]*viewBox)')
_INK = re.compile(r'\b(fill|stroke)="(?:black|#000000|#000)"')
STYLE = """
body{font:16px/1.6 "Noto Sans","Noto Sans Arabic","Segoe UI",Tahoma,sans-serif;margin:0;color:#1d2433;background:#fff}
main{max-width:46rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.5rem}h2{font-size:.85rem;color:#5b6478;margin:0}
.date{color:#5b6478;font-size:.85rem}section{margin:1.2rem 0;padding:.8rem 1rem;border-radius:.8rem;unicode-bidi:isolate}
.user{background:#eef1f7}.system{border:1px dashed #b9c0cf}p,li,td,th,h1{unicode-bidi:isolate;text-align:start}
pre{background:#f5f6f9;padding:.8rem;border-radius:.5rem;overflow-x:auto;direction:ltr;text-align:left}
code{direction:ltr;unicode-bidi:isolate}
table{border-collapse:collapse;display:block;width:max-content;max-width:100%;overflow-x:auto}td,th{border:1px solid #cdd3df;padding:.3rem .6rem}
.own{margin:0}.task-list-item{list-style:none}.footnotes{font-size:.88rem}
.formula{text-align:center;direction:ltr}.image img{max-width:100%;height:auto;border-radius:.6rem}
blockquote{margin:0;padding-inline-start:1rem;border-inline-start:3px solid #cdd3df}details{color:#5b6478}
@media(prefers-color-scheme:dark){body{color:#e6e9f0;background:#14171e}.user{background:#222733}pre{background:#1b1f28}}
"""
STYLE += (
    "".join(f".c-{role}{{color:{light}}}" for role, (light, _dark) in COLOURS.items())
    + ".c-comment{font-style:italic}\n"
)
STYLE += f"@media(prefers-color-scheme:dark){{{''.join(f'.c-{role}{{color:{dark}}}' for role, (_light, dark) in COLOURS.items())}}}\n"
