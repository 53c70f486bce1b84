"""Chats written into files: Samar's own JSON (nothing is lost), Markdown, HTML, and JSON lines for training.

Markdown, HTML and JSON lines hold the path that is shown; Samar's JSON holds all branches.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import html
import logging
import os
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from desktop.core import private_files
from desktop.core.bidi_isolates import Span, code_spans, prose_spans, with_spans
from desktop.core.chat import Chat, Message, MessageStatus, Picture, Role, title_from
from desktop.core.code_colours import COLOURS
from desktop.core.errors import SamarError
from desktop.core.formulas import UNITS
from desktop.core.graphemes import cut
from desktop.core.images import media_type
from desktop.core.json_text import json_in_fence
from desktop.core.markdown import OWN_CODE, close_markdown, leads_out, make_parser, own_parts, set_directions
from desktop.core.text import Direction, direction_of, shown
from desktop.parsing.highlighting import CodeHighlighter
from desktop.parsing.typesetting import Typesetter
from desktop.storage.chats import ChatQuery, ChatStore
from desktop.storage.export_format import FORMAT, VERSION, ExchangeChat, ExchangeImage, ExchangeMessage
from desktop.storage.unfinished import EXPORT, noted

if TYPE_CHECKING:
    from markdown_it.token import Token

    from desktop.storage.exporters.docx import DocxWriter

log = logging.getLogger(__name__)


class ExportFormat(StrEnum):
    DOCX = "docx"
    JSON = "json"  # Samar's own
    MARKDOWN = "md"
    HTML = "html"
    SHAREGPT = "sharegpt"  # JSON lines: {"conversations": [{"from": …, "value": …}]}
    CHATML = "chatml"  # JSON lines: {"messages": [{"role": …, "content": …}]}


READABLE = (ExportFormat.DOCX, ExportFormat.HTML, ExportFormat.MARKDOWN)
"""Formats for people, which one message can be written in too."""
LONGEST_TITLE = 160
"""Characters of a title that is made of a chat's first message."""


@dataclass(frozen=True, slots=True)
class ExportLabels:
    """Words in the files, in the person's language, and what files for people hold besides messages."""

    you: str = "You"
    assistant: str = "Samar"
    system_prompt: str = "System prompt"
    thinking: str = "Thinking"
    untitled: str = "New chat"
    image: str = "Image"
    direction: Direction = Direction.LTR
    with_details: bool = False
    """Whether they hold the system prompt, the names of models and what these thought."""


_ENGLISH = ExportLabels()


def export_chats(
    store: ChatStore,
    path: Path,
    form: ExportFormat,
    chat_ids: list[int] | None = None,
    *,
    labels: ExportLabels = _ENGLISH,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Write chats (None: all, archived ones too) into `path`, which is replaced when all is written.

    Returns how many were written: 0 when cancelled, and `path` is then as it was. Raises SamarError export_failed,
    disk_full, chat_missing or those of reading the history.
    """
    if chat_ids is None:
        chat_ids = [chat.id for chat in store.list_chats(ChatQuery(archived=None))]
    writer = _WRITERS[form](labels, cancelled)

    def write(file: IO[bytes]) -> bool:
        title = writer.title(store, store.get_chat(chat_ids[0])) if len(chat_ids) == 1 else "Samar"
        file.write(writer.head(store, title, file).encode())
        for done, chat_id in enumerate(chat_ids):
            if cancelled():
                return False
            progress(done, len(chat_ids))
            file.write(writer.chat(store, store.get_chat(chat_id), is_first=done == 0).encode())
        file.write(writer.foot().encode())
        return True

    if not _written(store, path, writer, write):
        return 0
    progress(len(chat_ids), len(chat_ids))
    return len(chat_ids)


def export_reply(
    store: ChatStore,
    path: Path,
    form: ExportFormat,
    message: Message,
    title: str,
    *,
    labels: ExportLabels = _ENGLISH,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Write one message, which need not be in the history, and nothing else, in one of READABLE.

    title: of the document's properties. Returns 1, or 0 when cancelled. Raises as `export_chats` does.
    """
    writer = _TEXT_WRITERS[form](labels, cancelled)

    def write(file: IO[bytes]) -> bool:
        if cancelled():
            return False
        file.write(writer.head(store, title or labels.untitled, file).encode())
        file.write(writer.message(store, message).encode())
        file.write(writer.foot().encode())
        return not cancelled()

    return int(_written(store, path, writer, write))


def _written(store: ChatStore, path: Path, writer: _Writer, write: Callable[[IO[bytes]], bool]) -> bool:
    """Have `write` fill a file that then takes the place of `path`; False, and no file, where it says so."""
    part: Path | None = None
    try:
        handle, name = private_files.new_file(path.parent, EXPORT)
        part = Path(name)
        with noted(_data_folder(store), part), os.fdopen(handle, "w+b") as file:
            if not write(file):
                return False
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        part = None
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SamarError("disk_full") from problem
        raise SamarError("export_failed", name=path.name, reason=problem.strerror or problem) from problem
    finally:
        writer.needed.close()
        if part is not None:
            with contextlib.suppress(OSError):
                part.unlink()
    return True


def _data_folder(store: ChatStore) -> Path | None:
    return store.database.path.parent if store.database.path else None


def shown_path(store: ChatStore, chat: Chat) -> list[Message]:
    """The turns of the path that is shown."""
    return store.messages_of(chat.id).path_to(chat.active_leaf)


class _Writer(ABC):
    def __init__(self, labels: ExportLabels, cancelled: Callable[[], bool]) -> None:
        self.labels, self.cancelled = labels, cancelled
        self.needed = contextlib.ExitStack()
        """What is given back when all is written."""

    def head(self, store: ChatStore, title: str, file: IO[bytes]) -> str:
        """What stands before the first chat. title: of the document. file: what is written goes there."""
        return ""

    @abstractmethod
    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        """One chat."""

    def foot(self) -> str:
        return ""

    def title(self, store: ChatStore, chat: Chat) -> str:
        """The chat's title; one that was made of the first message is not cut as in the side bar."""
        if chat.title_is_automatic and chat.title.endswith("…"):
            first = next((turn.content for turn in shown_path(store, chat) if turn.role is Role.USER), "")
            line = first.strip().split("\n")[0]
            for whole in (line, first):
                if _one_line(whole).startswith(chat.title[:-1]):
                    return title_from(whole, LONGEST_TITLE)
        return chat.title or self.labels.untitled

    def speaker(self, message: Message) -> str:
        if message.role is Role.USER:
            return self.labels.you
        if message.role is Role.SYSTEM:
            return self.labels.system_prompt
        return (message.model if self.labels.with_details else None) or self.labels.assistant


class _JsonWriter(_Writer):
    def head(self, store: ChatStore, title: str, file: IO[bytes]) -> str:
        self.folders = {folder.id: folder.name for folder in store.list_folders()}
        self.drafts = store.drafts()
        return f'{{"format": "{FORMAT}", "version": {VERSION}, "chats": [\n'

    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        edits = store.edits_of(chat.id)
        exchange = ExchangeChat(
            uid=chat.uid,
            title=chat.title,
            title_is_automatic=chat.title_is_automatic,
            created_at=chat.created_at,
            updated_at=chat.updated_at,
            system_prompt=chat.system_prompt,
            params=chat.params,
            pinned=chat.pinned,
            archived=chat.archived,
            folder=self.folders.get(chat.folder_id) if chat.folder_id is not None else None,
            active=chat.active_leaf,
            draft=self.drafts.get(chat.id, ""),
            draft_images=[ExchangeImage(data=image.data, name=image.name) for image in store.draft_images(chat.id)],
            probabilities=chat.probabilities,
            thinking=chat.thinking,
            overflow=chat.overflow,
            summary=chat.summary,
            summary_until=chat.summary_until,
            messages=[_exchange_message(store, turn, edits.get(turn.id, "")) for turn in store.messages_of(chat.id)],
        )
        return ("" if is_first else ",\n") + msgspec.json.encode(exchange).decode()

    def foot(self) -> str:
        return "\n]}\n"


def _exchange_message(store: ChatStore, message: Message, edit: str) -> ExchangeMessage:
    status = MessageStatus.INTERRUPTED if message.status is MessageStatus.STREAMING else message.status
    return ExchangeMessage(
        id=message.id,
        parent=message.parent_id,
        role=message.role.value,
        content=message.content,
        status=status.value,  # type: ignore[arg-type]  # streaming was taken out above
        created_at=message.created_at,
        thinking=message.thinking,
        thinking_s=message.thinking_s,
        model=message.model,
        stats=message.stats,
        error_code=message.error_code,
        error_details=dict(message.error_details),
        images=[ExchangeImage(data=data, name=image.name) for image, data in _readable_images(store, message)],
        edit=edit,
    )


def _readable_images(store: ChatStore, message: Message) -> Iterator[tuple[Picture, bytes]]:
    """The images of a message with their bytes; one that is lost must not keep the chat from being exported."""
    for image in message.images:
        try:
            yield image, store.picture(image.id)
        except SamarError as problem:
            log.warning("an image is left out of an export: %s", problem)


class _TextWriter(_Writer):
    """For people: one message can be written alone."""

    @abstractmethod
    def message(self, store: ChatStore, message: Message) -> str:
        """One message alone."""


class _MarkdownWriter(_TextWriter):
    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        parts = [f"# {_one_line(self.title(store, chat))}", f"_{_date(chat.created_at)}_"]
        if chat.system_prompt and self.labels.with_details:
            parts += [f"**{self.labels.system_prompt}**", _quoted(chat.system_prompt)]
        for message in shown_path(store, chat):
            parts.append(f"## {_one_line(self.speaker(message))}")
            if message.thinking and self.labels.with_details:
                parts += [f"**{self.labels.thinking}**", _quoted(message.thinking)]
            parts += [f"[{self.labels.image}: {_named(image)}]" for image in message.images]
            parts.append(close_markdown(json_in_fence(message.content)))
        return ("" if is_first else "\n\n---\n\n") + "\n\n".join(part.strip("\n") for part in parts) + "\n"

    def message(self, store: ChatStore, message: Message) -> str:
        return close_markdown(json_in_fence(message.content)).strip("\n") + "\n"


class _HtmlWriter(_TextWriter):
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
            f"<title>{html.escape(_one_line(title))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        )

    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        title = _one_line(self.title(store, chat))
        parts = [
            f'<main>\n<h1 dir="{direction_of(title)}">{html.escape(title)}</h1>',
            f'<p class="date" dir="{self.labels.direction}"><bdi dir="ltr">{_date(chat.created_at)}</bdi></p>',
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
        images = "".join(_embedded(image, data) for image, data in _readable_images(store, message))
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
    width, height = _shown_size(image)
    source = f"data:{media_type(data)};base64,{base64.b64encode(data).decode()}"
    size = f'width="{width}" height="{height}"'
    return f'<p class="image"><img src="{source}" alt="{html.escape(_named(image))}" {size}></p>'


def _shown_size(image: Picture) -> tuple[int, int]:
    """Width and height of an image on a page, pixels."""
    scale = min(1.0, _WIDEST / image.width, _HIGHEST / image.height)
    return max(round(image.width * scale), 1), max(round(image.height * scale), 1)


_WIDEST, _HIGHEST = 560, 640
"""Pixels of an image in the page."""


def _named(image: Picture) -> str:
    return _one_line(image.name) or f"{image.width} × {image.height}"


def _own(text: str, writer: _HtmlWriter) -> str:
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


def _code_panel(code: str, language: str, writer: _HtmlWriter) -> str:
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
    _renderer: object, tokens: Sequence[Token], at: int, _options: object, env: Mapping[str, _HtmlWriter]
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
    _renderer: object, tokens: Sequence[Token], at: int, _options: object, env: Mapping[str, _HtmlWriter]
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

_STYLE = """
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
_STYLE += (
    "".join(f".c-{role}{{color:{light}}}" for role, (light, _dark) in COLOURS.items())
    + ".c-comment{font-style:italic}\n"
)
_STYLE += f"@media(prefers-color-scheme:dark){{{''.join(f'.c-{role}{{color:{dark}}}' for role, (_light, dark) in COLOURS.items())}}}\n"


class _DocxWriter(_TextWriter):
    """A document of Word; it goes into the file by itself."""

    document: DocxWriter

    def head(self, store: ChatStore, title: str, file: IO[bytes]) -> str:
        from desktop.storage.exporters.docx import DocxWriter

        self.document = DocxWriter(file, _one_line(title), self.labels.direction, self.cancelled)
        self.needed.callback(self.document.end)
        return ""

    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        made, side = self.document, self.labels.direction
        made.title(_one_line(self.title(store, chat)), new_page=not is_first)
        made.line(_date(chat.created_at), "Date", Direction.LTR)
        if chat.system_prompt and self.labels.with_details:
            made.line(self.labels.system_prompt, "Speaker", side)
            made.markdown(chat.system_prompt)
        for message in shown_path(store, chat):
            made.line(self.speaker(message), "Speaker", side)
            if message.thinking and self.labels.with_details:
                made.line(self.labels.thinking, "Thinking", side)
                made.markdown(message.thinking, "Thinking")
            self.message(store, message)
        return ""

    def message(self, store: ChatStore, message: Message) -> str:
        for image, data in _readable_images(store, message):
            self.document.picture(data, *_shown_size(image), _named(image))
        if message.role is Role.USER:
            self.document.own(message.content)
        else:
            self.document.markdown(message.content)
        return ""

    def foot(self) -> str:
        self.document.close()
        return ""


def _with_marks(message: Message) -> str:
    """The text, with a word for each image that stood before it."""
    return "\n".join(["[image]"] * len(message.images) + [message.content]).rstrip("\n")


class _LinesWriter(_Writer):
    """JSON lines: one chat a line, for training."""

    def chat(self, store: ChatStore, chat: Chat, *, is_first: bool) -> str:
        path = shown_path(store, chat)
        turns = [(message.role, _with_marks(message)) for message in path if message.content or message.images]
        if chat.system_prompt:
            turns.insert(0, (Role.SYSTEM, chat.system_prompt))
        return msgspec.json.encode(self.line(chat, turns)).decode() + "\n" if turns else ""

    @abstractmethod
    def line(self, chat: Chat, turns: list[tuple[Role, str]]) -> object:
        """What stands in one line, as JSON."""


class _ShareGptWriter(_LinesWriter):
    NAMES = {Role.SYSTEM: "system", Role.USER: "human", Role.ASSISTANT: "gpt"}  # noqa: RUF012

    def line(self, chat: Chat, turns: list[tuple[Role, str]]) -> object:
        return {
            "id": chat.uid,
            "conversations": [{"from": self.NAMES[role], "value": content} for role, content in turns],
        }


class _ChatMlWriter(_LinesWriter):
    def line(self, chat: Chat, turns: list[tuple[Role, str]]) -> object:
        return {"messages": [{"role": role.value, "content": content} for role, content in turns]}


_TEXT_WRITERS: dict[ExportFormat, type[_TextWriter]] = {
    ExportFormat.DOCX: _DocxWriter,
    ExportFormat.HTML: _HtmlWriter,
    ExportFormat.MARKDOWN: _MarkdownWriter,
}
_WRITERS: dict[ExportFormat, type[_Writer]] = {
    **_TEXT_WRITERS,
    ExportFormat.JSON: _JsonWriter,
    ExportFormat.SHAREGPT: _ShareGptWriter,
    ExportFormat.CHATML: _ChatMlWriter,
}


def file_name(title: str, form: ExportFormat) -> str:
    """A name for an exported file that every file system takes, from a chat's title."""
    name = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+', " ", title)
    name = " ".join(name.split()).strip("….\u0020")
    name = cut(name, 120)
    while len(name.encode()) > 120:  # bytes: Linux allows 255
        name = cut(name, len(name) - 1)
    ending = "jsonl" if form in (ExportFormat.SHAREGPT, ExportFormat.CHATML) else form.value
    return f"{name.strip() or 'samar'}.{ending}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.splitlines())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _date(moment: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
    except (OverflowError, OSError, ValueError):  # a moment no calendar knows
        return ""
