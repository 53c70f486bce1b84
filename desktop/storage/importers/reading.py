"""Files of chats, read in a parser process: what format a file has, which of its chats are whole, and the bounds that hold.

A file is read twice: first everything is checked, then chat after chat is handed over. Chats that are damaged are left out
and counted."""

from __future__ import annotations

import json
import logging
import lzma
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from desktop.core.errors import SamarError, technical
from desktop.core.files import read_regular
from desktop.core.generation import GenerationParams, GenerationStats
from desktop.core.images import MAX_BYTES, MAX_OF_MESSAGE, SUFFIXES, ImageFile
from desktop.storage.database import clean_text
from desktop.storage.export_format import FORMAT, VERSION, ChatFile, ExchangeChat, ExchangeImage
from desktop.storage.importers.chatgpt import chatgpt_chat
from desktop.storage.importers.common import Images, Prepare, UnreadableChatError
from desktop.storage.importers.jan import jan_chat
from desktop.storage.importers.lines import plain_chat
from desktop.storage.importers.open_webui import open_webui_chat

log = logging.getLogger(__name__)
MOST_BYTES = 512 << 20
_MOST_CHATS = 200_000
_MOST_MESSAGES = 100_000
_LATEST_S = 4e9
"""Unix time, in the year 2096; calendars end with the year 9999."""
_LONGEST_S = 1e7
_MOST_OF_A_FIGURE = 2**53
_LARGEST = 2**31 - 1
_BAD_ZIP = (
    *(zipfile.BadZipFile, RuntimeError, EOFError, ValueError),
    *(zlib.error, lzma.LZMAError, KeyError),
)
"""What reading a damaged zip raises. RuntimeError: for a password, and, as NotImplementedError, for an unknown compression."""
_MEMBER = b"PK\x03\x04"
_ASSET = re.compile(r"file[-_][A-Za-z0-9]+")
_SAMARS_HEAD = re.compile(
    r'\{\s*"format"\s*:\s*"' + re.escape(FORMAT) + r'"\s*,\s*"version"\s*:\s*(\d{1,6})\s*,\s*"chats"\s*:\s*\['
)
_FIRST_FIELD = re.compile(r'\{\s*("[^"\\]{1,100}")\s*:')
_MOST_FAILURES = 1000
_FIELDS = {"mapping", "chat", "history", "messages", "conversations"}
"""One of them at least is in a chat of another program."""


class ChatReader:
    """What the parser process does with a file of chats. Errors: SamarError."""

    def __init__(self, prepare: Prepare = ImageFile.checked) -> None:
        """prepare: makes the file that is kept of an image, or raises SamarError."""
        self.source: _Source | None = None
        self._prepare = prepare

    def check(self, name: str, most_bytes: int) -> tuple[int, bool, int]:
        """Read everything once: the number of chats, whether the file is Samar's own, and how many chats are damaged.

        Raises SamarError import_damaged when no chat can be read."""
        path = Path(name)
        self.source = _Source(path, most_bytes)
        total = filled = 0
        for chat in self.source:
            total += 1
            filled += bool(chat.messages)
            if total > _MOST_CHATS:
                limit = f"{_MOST_CHATS} chats"
                raise SamarError("import_too_large", name=path.name, size=f"{total} chats", limit=limit)
        if self.source.problem is not None and not total:
            raise self.source.problem
        if total and not filled and not self.source.is_samars:
            raise SamarError("import_unknown", name=path.name)
        return total, self.source.is_samars, self.source.damaged

    def chats(self) -> Iterator[ExchangeChat]:
        """The chats that were checked, one after another."""
        assert self.source is not None
        self.source.images = Images(self._prepare, self.source.assets)
        return iter(self.source)


class _Source:
    """The chats of a file that can be read, each time one iterates."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self.name, self.most_bytes = path.name, most_bytes
        self.is_samars = False
        self.images = Images()
        """At first no image is looked at: checking a file decodes none."""
        self.assets: Callable[[str], bytes | None] = lambda _pointer: None
        self.damaged = 0
        """Chats that could not be read in the last iteration, and parts of the file that never can."""
        self.problem: SamarError | None = None
        """Of the first of them."""
        self._lost = 0
        try:
            if path.is_dir():
                self._chats: Callable[[], Iterator[Callable[[], ExchangeChat]]] = self._jan_folder(path)
            else:
                self._chats = self._file(path)
        except OSError as problem:
            raise SamarError("import_unreadable", name=self.name, reason=problem.strerror or problem) from problem

    def __iter__(self) -> Iterator[ExchangeChat]:
        self.damaged = self._lost
        for read in self._chats():
            try:
                chat = read()
                require_whole(chat)
            except OSError as problem:
                raise SamarError("import_unreadable", name=self.name, reason=problem.strerror or problem) from problem
            except RecursionError:
                self._count_damaged("it is nested too deep")
            except (msgspec.DecodeError, UnicodeDecodeError, UnreadableChatError) as problem:
                self._count_damaged(problem)
            else:
                yield chat

    def _count_damaged(self, reason: object) -> None:
        self.damaged += 1
        self._note(reason)

    def _lose(self, reason: object) -> None:
        """A part of the file can't be read, however many chats it held."""
        self._lost += 1
        self._note(reason)

    def _note(self, reason: object) -> None:
        log.warning("a part of the import is damaged: %s", reason)
        self.problem = self.problem or SamarError("import_damaged", name=self.name, reason=reason)

    def _file(self, path: Path) -> Callable[[], Iterator[Callable[[], ExchangeChat]]]:
        if not path.is_file():
            raise SamarError("import_unreadable", name=self.name, reason="it is not a file")
        if path.stat().st_size > self.most_bytes:
            raise self._too_large(path.stat().st_size)
        raws = self._unzipped(path) if zipfile.is_zipfile(path) else [read_regular(path, self.most_bytes)]
        if raws[0][:4] == _MEMBER:
            raws = self._unzipped_without_directory(raws[0])
        readers = [self._reader(raw) for raw in raws]
        return lambda: (read for reader in readers for read in reader())

    def _unzipped(self, path: Path) -> list[bytes]:
        """The conversations in ChatGPT's zip, never more bytes than allowed, whatever the zip claims."""
        raws, room = [], self.most_bytes
        try:
            with zipfile.ZipFile(path) as archive:
                names = sorted(archive.namelist())
        except _BAD_ZIP as problem:
            raise SamarError("import_damaged", name=self.name, reason=problem) from problem
        for member in names:
            last = member.rsplit("/", 1)[-1]
            if not (last.startswith("conversations") and last.endswith(".json")):
                continue
            try:
                raw = _unpacked(path, member, room)
            except _BAD_ZIP as problem:
                self._lose(problem)
                continue
            room -= len(raw)
            if room < 0:
                raise self._too_large(self.most_bytes - room)
            raws.append(raw)
        if not raws:
            raise self.problem or SamarError("import_unknown", name=self.name)
        self.assets = _Assets(path, names)
        return raws

    def _unzipped_without_directory(self, raw: bytes) -> list[bytes]:
        """The conversations in a zip that is cut short: its directory would stand at its end. Each member has a header
        of its own (PKWARE's APPNOTE, 4.3.7), and what is left of the last one begins as it did."""
        raws, room, at, found = [], self.most_bytes, 0, 0
        while at >= 0 and at + 30 <= len(raw) and (found := found + 1) <= _MOST_FAILURES:
            flags, method, size, name_length, extra = struct.unpack_from("<6xHH8xL4xHH", raw, at)
            name = raw[at + 30 : at + 30 + name_length].decode("utf-8", "replace").rsplit("/", 1)[-1]
            begin = at + 30 + name_length + extra
            if name.startswith("conversations") and name.endswith(".json") and method in (0, 8) and not flags & 1:
                try:
                    data = raw[begin : begin + size] if method == 0 else _inflated(raw[begin:], room)
                except zlib.error as problem:
                    self._lose(problem)
                else:
                    room -= len(data)
                    if room < 0:
                        raise self._too_large(self.most_bytes - room)
                    raws.append(data)
            at = raw.find(_MEMBER, begin + size)
        if not raws:
            raise self.problem or SamarError("import_unknown", name=self.name)
        self._lose("the zip is cut short")
        return raws

    def _reader(self, raw: bytes) -> Callable[[], Iterator[Callable[[], ExchangeChat]]]:
        raw = raw.removeprefix(b"\xef\xbb\xbf").strip()
        first, _, rest = raw.partition(b"\n")

        def by_line() -> Iterator[Callable[[], ExchangeChat]]:
            return (partial(self._chat_of, line) for line in raw.splitlines() if line.strip())

        if rest.strip() and _is_object(first):
            return by_line
        try:
            try:
                whole = _top(raw)
            except (msgspec.DecodeError, UnicodeDecodeError) as problem:
                try:
                    whole = _top(_mended(raw))
                except msgspec.DecodeError:
                    if _has_lines(raw):
                        return by_line
                    found = _salvaged(raw)
                    if found is None:
                        raise
                    whole = found
                    self._lose(problem)
        except RecursionError:
            raise SamarError("import_damaged", name=self.name, reason="it is nested too deep") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            if raw[:1] not in (b"{", b"["):
                raise SamarError("import_unknown", name=self.name) from None
            raise SamarError("import_damaged", name=self.name, reason=problem) from problem
        if isinstance(whole, ChatFile):
            if whole.version > VERSION:
                raise SamarError("import_unknown", name=self.name)
            self.is_samars = True
            return lambda: (partial(_decoded, bytes(chat), ExchangeChat) for chat in whole.chats)
        if not any(_knows(chat) for chat in whole[:20]):
            raise SamarError("import_unknown", name=self.name)
        return lambda: (partial(self._chat_of, bytes(chat)) for chat in whole)

    def _chat_of(self, raw: bytes) -> ExchangeChat:
        """A chat of another program, known by its fields."""
        found = _decoded(raw, Any)
        if not isinstance(found, dict):
            raise UnreadableChatError("a chat that is no object")
        if "mapping" in found:
            return chatgpt_chat(found, self.images)
        if isinstance(found.get("chat"), dict) or "history" in found:
            return open_webui_chat(found, self.images)
        return plain_chat(found, self.images)

    def _jan_folder(self, path: Path) -> Callable[[], Iterator[Callable[[], ExchangeChat]]]:
        """Jan's data folder, its folder of threads, or one thread."""
        for folder in (path, path / "threads"):
            threads = (
                [folder]
                if (folder / "thread.json").is_file()
                else sorted(inner for inner in folder.glob("*") if (inner / "thread.json").is_file())
            )
            if threads:
                return lambda: (partial(self._jan_thread, thread) for thread in threads)
        raise SamarError("import_unknown", name=self.name)

    def _jan_thread(self, folder: Path) -> ExchangeChat:
        head = msgspec.json.decode(self._bounded(folder / "thread.json"))
        log = folder / "messages.jsonl"
        lines = self._bounded(log).splitlines() if log.exists() else []
        return jan_chat(head, [msgspec.json.decode(line) for line in lines if line.strip()], self.images)

    def _bounded(self, path: Path) -> bytes:
        if path.stat().st_size > self.most_bytes:
            raise self._too_large(path.stat().st_size)
        return read_regular(path, self.most_bytes)

    def _too_large(self, size: int) -> SamarError:
        return SamarError(
            "import_too_large", name=self.name, size=f"{size >> 20} MB", limit=f"{self.most_bytes >> 20} MB"
        )


def _inflated(raw: bytes, most: int) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, most + 1)


def _unpacked(path: Path, member: str, most: int) -> bytes:
    """A file of a zip, `most` bytes of it and one more at most. Raises one of _BAD_ZIP."""
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        return file.read(most + 1)


class _Assets:
    """The images of ChatGPT's zip, by the pointers of its messages: `file-service://file-Ab12` and
    `sediment://file_ab12` stand for a member whose name begins with what follows the slashes."""

    def __init__(self, path: Path, names: list[str]) -> None:
        self._path = path
        self._members: dict[str, str] = {}
        for member in names:
            found = _ASSET.match(member.rsplit("/", 1)[-1])
            if found and member.lower().endswith(SUFFIXES):
                self._members.setdefault(found[0], member)

    def __call__(self, pointer: str) -> bytes | None:
        """The bytes of an image, of any size up to MAX_BYTES and one more; None: it is not there, or can't be unpacked."""
        found = _ASSET.match(pointer.rpartition("://")[2])
        member = self._members.get(found[0]) if found else None
        if member is None:
            return None
        try:
            return _unpacked(self._path, member, MAX_BYTES)
        except _BAD_ZIP as problem:
            log.warning("an image of the import is damaged: %s", problem)
            return None


def _top(raw: bytes) -> ChatFile | list[msgspec.Raw]:
    """A file of Samar's, or the single chats of any other."""
    if raw[:1] == b"[":
        return msgspec.json.decode(raw, type=list[msgspec.Raw])
    fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    if "format" in fields and bytes(fields["format"]) == f'"{FORMAT}"'.encode():
        return msgspec.json.decode(raw, type=ChatFile)
    return [msgspec.Raw(raw)]


def _salvaged(raw: bytes) -> ChatFile | list[msgspec.Raw] | None:
    """The chats of a damaged file that are whole, as `_top`; None: there is none.

    Behind a damaged chat, reading goes on where the next one begins: with the same first field as the first one."""
    text = raw.decode("utf-8", "replace")
    head = _SAMARS_HEAD.match(text)
    at = head.end() if head else 1 if text.startswith("[") else len(text)
    decoder = json.JSONDecoder(parse_constant=lambda _name: None)
    chats: list[msgspec.Raw] = []
    begin = _FIRST_FIELD.search(text, at)
    if begin is None:
        return None
    next_chat = re.compile(r"\{\s*" + re.escape(begin[1]) + r"\s*:")
    at, failures = begin.start(), 0
    while failures < _MOST_FAILURES:
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            failures += 1
            end = at + 1
        else:
            if found.keys() & _FIELDS or head:  # else a part of the damaged chat
                chats.append(msgspec.Raw(text[at:end].encode("utf-8", "surrogatepass")))
        following = next_chat.search(text, end)
        if following is None:
            break
        at = following.start()
    if not chats:
        return None
    return ChatFile(format=FORMAT, version=int(head[1]), chats=chats) if head else chats


def _has_lines(raw: bytes) -> bool:
    """Whether a file that is no JSON is lines of JSON whose first one is damaged."""
    if raw[:1] != b"{" or _SAMARS_HEAD.match(raw[:1000].decode("utf-8", "replace")):
        return False
    return any(_is_object(line) for line in raw.splitlines() if line[:1] == b"{")


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _knows(raw: msgspec.Raw) -> bool:
    try:
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return bool(fields.keys() & _FIELDS)


def _decoded(raw: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as problem:
        try:
            return msgspec.json.decode(_mended(raw), type=kind)
        except msgspec.DecodeError:
            raise problem from None


def _mended(raw: bytes) -> bytes:
    """JSON whose numbers are none (NaN, Infinity), or larger than any program takes, with null and 0 in their place."""

    def whole(digits: str) -> int:
        return int(digits) if len(digits) < 20 else 0

    def broken(digits: str) -> float:
        number = float(digits)
        return number if math.isfinite(number) else 0.0

    try:
        found = json.loads(raw, parse_int=whole, parse_float=broken, parse_constant=lambda _name: None)
    except ValueError as problem:
        raise msgspec.DecodeError(
            technical(problem) if isinstance(problem, UnicodeError) else str(problem)
        ) from problem
    return msgspec.json.encode(found)


def require_whole(chat: ExchangeChat) -> None:
    """What types can't say: parents before children, a leaf that exists. Figures beyond any bound are left out, and
    messages are numbered from 1.

    Raises UnreadableChatError.
    """
    if len(chat.messages) > _MOST_MESSAGES:
        raise UnreadableChatError(f"a chat of more than {_MOST_MESSAGES} messages")
    seen: dict[int | None, int | None] = {None: None}
    for number, message in enumerate(chat.messages, 1):
        if message.id in seen or message.parent not in seen:
            raise UnreadableChatError("a message whose parent does not stand before it")
        seen[message.id] = number
        message.id, message.parent = number, seen[message.parent]
        message.created_at = _moment(message.created_at)
        if message.thinking_s is not None and not 0 <= message.thinking_s <= _LONGEST_S:
            message.thinking_s = None
        if message.stats is not None and not _is_bounded(message.stats):
            message.stats = None
        _require_images(message.images, MAX_OF_MESSAGE)
    chat.created_at, chat.updated_at = _moment(chat.created_at), _moment(chat.updated_at)
    _require_images(chat.draft_images, MAX_OF_MESSAGE)
    chat.summary_until = seen.get(chat.summary_until)
    chat.active = seen.get(chat.active)
    if chat.active is None and chat.messages:
        chat.active = chat.messages[-1].id
    if chat.params is not None:
        chat.params = _bounded_params(chat.params)


def _moment(seconds: float) -> float:
    """A Unix time of our age; 0.0, which means that it is not known, for any other."""
    return seconds if 0 <= seconds <= _LATEST_S else 0.0


def _is_bounded(stats: GenerationStats) -> bool:
    figures = [value for value in msgspec.structs.asdict(stats).values() if isinstance(value, int | float)]
    return all(0 <= figure <= _MOST_OF_A_FIGURE for figure in figures)


def _bounded_params(params: GenerationParams) -> GenerationParams:
    tokens = None if params.max_tokens is None else min(params.max_tokens, _LARGEST)
    bias = tuple((token, by) for token, by in params.logit_bias if 0 <= token <= _LARGEST)
    return msgspec.structs.replace(params.checked(), max_tokens=tokens, logit_bias=bias)


def _require_images(found: list[ExchangeImage], most: int) -> None:
    if len(found) > most:
        raise UnreadableChatError(f"a message of more than {most} images")
    try:
        images_of(found)
    except SamarError as problem:
        raise UnreadableChatError(problem.sentence()) from problem


def images_of(found: list[ExchangeImage]) -> list[ImageFile]:
    return [ImageFile.checked(image.data, clean_text(image.name)) for image in found]
