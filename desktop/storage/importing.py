"""Chats read from files: Samar's own, ChatGPT's (the zip too), Open WebUI's, Jan's, and JSON lines.

A file is read twice: first everything is checked, then it is stored, chat by chat. So a file that is damaged anywhere
imports nothing, and other writers wait for one chat at most. It is read in a parser process (`ChatReader`), bounded in
memory and time, which hands over one chat after another: a small file may unpack to more than a computer holds.
"""

from __future__ import annotations

import math
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from desktop.core.errors import SamarError, technical
from desktop.core.files import read_regular
from desktop.core.generation import GenerationParams, GenerationStats
from desktop.core.images import MAX_OF_MESSAGE, ImageFile
from desktop.parsing.client import ParserError, ParserLateError, ParserProcess, ParserStopped, ParserTooLargeError
from desktop.parsing.protocol import Kind
from desktop.storage import foreign
from desktop.storage.chats import ChatStore
from desktop.storage.database import clean_text
from desktop.storage.exchange import FORMAT, VERSION, ChatFile, ExchangeChat, ExchangeImage, ExchangeMessage
from desktop.storage.pictures import digest_of
from desktop.storage.rows import details_json, stats_json

MOST_BYTES = 512 << 20
_PAUSE_S = 0.001
"""Between chats, so that the window's own writes get their turn."""
LIMIT_S = 300.0
"""Seconds of processor time for reading a file once; the largest takes about ten."""
_MOST_CHATS = 200_000
_MOST_MESSAGES = 100_000
_LATEST_S = 4e9
"""Unix time, in the year 2096; calendars end with the year 9999."""
_LONGEST_S = 1e7
_MOST_OF_A_FIGURE = 2**53
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Imported:
    chats: tuple[int, ...]
    """Ids of the new chats."""
    messages: int
    present: int
    """Chats that were here already, unchanged."""
    empty: int
    """Chats of other programs without a message, which were left out."""


def import_chats(
    store: ChatStore,
    path: Path,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Imported:
    """Add the chats of a file, or of a folder of Jan's. Nothing that is here is changed.

    Raises SamarError import_unreadable, import_unknown, import_damaged, import_too_large, disk_full and those of writing:
    nothing is then imported. When cancelled, nothing is imported either.
    """
    parser = ParserProcess(Kind.CHATS, readable=(path,))
    try:
        return _import(store, path, parser, progress, cancelled)
    except ParserStopped:
        return Imported((), 0, 0, 0)
    except (ParserLateError, ParserTooLargeError) as problem:
        raise SamarError("import_too_demanding", name=path.name) from problem
    except ParserError as problem:
        raise SamarError("import_damaged", name=path.name, reason="reading it failed badly") from problem
    finally:
        parser.close()


def _import(
    store: ChatStore,
    path: Path,
    parser: ParserProcess,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Imported:
    checked: tuple[int, bool] = parser.call(
        "check", str(path), MOST_BYTES, answer=tuple[int, bool], limit_s=LIMIT_S, cancelled=cancelled
    )  # before anything is stored
    total, is_samars = checked
    chats: Iterator[ExchangeChat] = parser.stream("chats", item=ExchangeChat, limit_s=LIMIT_S, cancelled=cancelled)
    made: list[int] = []
    messages = present = empty = 0
    try:
        for done, chat in enumerate(chats):
            if cancelled():
                raise ParserStopped
            progress(done, total)
            require_whole(chat)  # here too: native code has read the file there
            if not chat.messages and not is_samars:
                empty += 1
            elif _is_here(store, chat):
                present += 1
            else:
                made.append(_store(store, chat))
                messages += len(chat.messages)
                time.sleep(_PAUSE_S)
    except BaseException:
        if made:
            store.purge(store.delete_chats(made))
        raise
    progress(total, total)
    return Imported(tuple(made), messages, present, empty)


class ChatReader:
    """What the parser process does with a file of chats. Errors: SamarError."""

    def __init__(self) -> None:
        self.source: _Source | None = None

    def check(self, name: str, most_bytes: int) -> tuple[int, bool]:
        """Read everything once: the number of chats, and whether the file is Samar's own."""
        path = Path(name)
        self.source = _Source(path, most_bytes)
        total = filled = 0
        for chat in self.source:
            total += 1
            filled += bool(chat.messages)
            if total > _MOST_CHATS:
                limit = f"{_MOST_CHATS} chats"
                raise SamarError("import_too_large", name=path.name, size=f"{total} chats", limit=limit)
        if total and not filled and not self.source.is_samars:
            raise SamarError("import_unknown", name=path.name)
        return total, self.source.is_samars

    def chats(self) -> Iterator[ExchangeChat]:
        """The chats that were checked, one after another."""
        assert self.source is not None
        return iter(self.source)


class _Source:
    """The chats of a file, each time one iterates."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self.name, self.most_bytes = path.name, most_bytes
        self.is_samars = False
        try:
            if path.is_dir():
                self._chats: Callable[[], Iterator[ExchangeChat]] = self._jan_folder(path)
            else:
                self._chats = self._file(path)
        except OSError as problem:
            raise SamarError("import_unreadable", name=self.name, reason=problem.strerror or problem) from problem

    def __iter__(self) -> Iterator[ExchangeChat]:
        try:
            for chat in self._chats():
                require_whole(chat)
                yield chat
        except OSError as problem:
            raise SamarError("import_unreadable", name=self.name, reason=problem.strerror or problem) from problem
        except RecursionError as problem:
            raise SamarError("import_damaged", name=self.name, reason="it is nested too deep") from problem
        except (msgspec.DecodeError, UnicodeDecodeError, foreign.UnreadableChatError) as problem:
            raise SamarError("import_damaged", name=self.name, reason=problem) from problem

    def _file(self, path: Path) -> Callable[[], Iterator[ExchangeChat]]:
        if not path.is_file():
            raise SamarError("import_unreadable", name=self.name, reason="it is not a file")
        if path.stat().st_size > self.most_bytes:
            raise self._too_large(path.stat().st_size)
        raws = self._unzipped(path) if zipfile.is_zipfile(path) else [read_regular(path, self.most_bytes)]
        readers = [self._reader(raw) for raw in raws]
        return lambda: (chat for reader in readers for chat in reader())

    def _unzipped(self, path: Path) -> list[bytes]:
        """The conversations in ChatGPT's zip, never more bytes than allowed, whatever the zip claims."""
        raws, room = [], self.most_bytes
        try:
            with zipfile.ZipFile(path) as archive:
                for member in sorted(archive.namelist()):
                    last = member.rsplit("/", 1)[-1]
                    if last.startswith("conversations") and last.endswith(".json"):
                        with archive.open(member) as file:
                            raw = file.read(room + 1)
                        room -= len(raw)
                        if room < 0:
                            raise self._too_large(self.most_bytes - room)
                        raws.append(raw)
        except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError) as problem:
            # RuntimeError: zipfile's for a password, and, as NotImplementedError, for a compression that it does not know
            raise SamarError("import_damaged", name=self.name, reason=problem) from problem
        except Exception as problem:
            if type(problem).__module__ in ("zlib", "_lzma", "lzma"):  # their errors have no common base
                raise SamarError("import_damaged", name=self.name, reason=problem) from problem
            raise
        if not raws:
            raise SamarError("import_unknown", name=self.name)
        return raws

    def _reader(self, raw: bytes) -> Callable[[], Iterator[ExchangeChat]]:
        raw = raw.removeprefix(b"\xef\xbb\xbf").strip()
        first, _, rest = raw.partition(b"\n")
        if rest.strip() and _is_object(first):
            return lambda: (_chat_of(line) for line in raw.splitlines() if line.strip())
        try:
            try:
                whole = _top(raw)
            except msgspec.DecodeError:
                raw = _mended(raw)
                whole = _top(raw)
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
            return lambda: (_decoded(bytes(chat), ExchangeChat) for chat in whole.chats)
        if not any(_knows(chat) for chat in whole[:20]):
            raise SamarError("import_unknown", name=self.name)
        return lambda: (_chat_of(bytes(chat)) for chat in whole)

    def _jan_folder(self, path: Path) -> Callable[[], Iterator[ExchangeChat]]:
        """Jan's data folder, its folder of threads, or one thread."""
        for folder in (path, path / "threads"):
            threads = (
                [folder]
                if (folder / "thread.json").is_file()
                else sorted(inner for inner in folder.glob("*") if (inner / "thread.json").is_file())
            )
            if threads:
                return lambda: (self._jan_thread(thread) for thread in threads)
        raise SamarError("import_unknown", name=self.name)

    def _jan_thread(self, folder: Path) -> ExchangeChat:
        head = msgspec.json.decode(self._bounded(folder / "thread.json"))
        log = folder / "messages.jsonl"
        lines = self._bounded(log).splitlines() if log.exists() else []
        return foreign.jan_chat(head, [msgspec.json.decode(line) for line in lines if line.strip()])

    def _bounded(self, path: Path) -> bytes:
        if path.stat().st_size > self.most_bytes:
            raise self._too_large(path.stat().st_size)
        return read_regular(path, self.most_bytes)

    def _too_large(self, size: int) -> SamarError:
        return SamarError(
            "import_too_large", name=self.name, size=f"{size >> 20} MB", limit=f"{self.most_bytes >> 20} MB"
        )


def _top(raw: bytes) -> ChatFile | list[msgspec.Raw]:
    """A file of Samar's, or the single chats of any other."""
    if raw[:1] == b"[":
        return msgspec.json.decode(raw, type=list[msgspec.Raw])
    fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    if "format" in fields and bytes(fields["format"]) == f'"{FORMAT}"'.encode():
        return msgspec.json.decode(raw, type=ChatFile)
    return [msgspec.Raw(raw)]


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, RecursionError):
        return False


def _knows(raw: msgspec.Raw) -> bool:
    try:
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return False
    return bool(fields.keys() & {"mapping", "chat", "history", "messages", "conversations"})


def _chat_of(raw: bytes) -> ExchangeChat:
    """A chat of another program, known by its fields."""
    found = _decoded(raw, Any)
    if not isinstance(found, dict):
        raise foreign.UnreadableChatError("a chat that is no object")
    if "mapping" in found:
        return foreign.chatgpt_chat(found)
    if isinstance(found.get("chat"), dict) or "history" in found:
        return foreign.open_webui_chat(found)
    return foreign.plain_chat(found)


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
    import json

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
        raise foreign.UnreadableChatError(f"a chat of more than {_MOST_MESSAGES} messages")
    seen: dict[int | None, int | None] = {None: None}
    for number, message in enumerate(chat.messages, 1):
        if message.id in seen or message.parent not in seen:
            raise foreign.UnreadableChatError("a message whose parent does not stand before it")
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
        raise foreign.UnreadableChatError(f"a message of more than {most} images")
    try:
        _images(found)
    except SamarError as problem:
        raise foreign.UnreadableChatError(problem.sentence()) from problem


def _is_here(store: ChatStore, chat: ExchangeChat) -> bool:
    """Whether this very chat is here: imported before, or never gone."""
    row = store.database.fetch_one(
        "SELECT id, updated_at FROM chats WHERE uid = ? AND deleted_at IS NULL", (clean_text(chat.uid),)
    )
    if row is None or not chat.uid:
        return False
    here = [
        (message.role.value, message.content, [store.digest(image.id) for image in message.images])
        for message in store.messages_of(row[0])
    ]
    return here == [
        (message.role, clean_text(message.content), [digest_of(image.data) for image in message.images])
        for message in chat.messages
    ]


def _store(store: ChatStore, chat: ExchangeChat) -> int:
    """Store one chat, whole; returns its id."""
    database = store.database
    with database.transaction(durable=False):
        made = store.create_chat(chat.title, chat.system_prompt, chat.params, _folder(store, chat.folder))
        uid = clean_text(chat.uid)
        if not uid or database.scalar("SELECT 1 FROM chats WHERE uid = ?", (uid,)):
            uid = uuid.uuid4().hex
        ids: dict[int | None, int | None] = {None: None}
        for message in chat.messages:
            ids[message.id] = _store_message(store, made.id, ids[message.parent], message)
        created = chat.created_at or next((m.created_at for m in chat.messages if m.created_at), 0.0) or made.created_at
        database.execute(
            "UPDATE chats SET uid = ?, title_is_automatic = ?, created_at = ?, updated_at = ?, pinned = ?, archived = ?,"
            " active_leaf = ?, overflow = ?, summary = ?, summary_until = ?, probabilities = ?,"
            " thinking = ? WHERE id = ?",
            (
                uid,
                chat.title_is_automatic or not chat.title,
                created,
                chat.updated_at or created,
                chat.pinned,
                chat.archived,
                ids.get(chat.active),
                None if chat.overflow is None else clean_text(chat.overflow),
                clean_text(chat.summary),
                ids.get(chat.summary_until),
                chat.probabilities,
                chat.thinking,
                made.id,
            ),
        )
        if chat.draft:
            store.save_draft(made.id, chat.draft)
        if chat.draft_images:
            store.save_draft_images(made.id, _images(chat.draft_images))
    return made.id


def _store_message(store: ChatStore, chat_id: int, parent: int | None, message: ExchangeMessage) -> int:
    made = store.database.execute(
        "INSERT INTO messages (chat_id, parent_id, role, status, created_at, model, error_code, thinking_s, stats, content,"
        " thinking, error_details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            chat_id,
            parent,
            message.role,
            message.status,
            message.created_at,
            None if message.model is None else clean_text(message.model),
            None if message.error_code is None else clean_text(message.error_code),
            message.thinking_s,
            stats_json(message.stats),
            clean_text(message.content),
            clean_text(message.thinking),
            details_json((clean_text(name), clean_text(value)) for name, value in message.error_details.items()),
        ),
    )
    store.attach(made, _images(message.images))
    if message.edit:
        store.save_edit(made, message.edit)
    return made


def _images(found: list[ExchangeImage]) -> list[ImageFile]:
    return [ImageFile.checked(image.data, clean_text(image.name)) for image in found]


def _folder(store: ChatStore, name: str | None) -> int | None:
    """The folder of this name, made if there is none."""
    if name is None:
        return None
    for folder in store.list_folders():
        if folder.name == clean_text(name):
            return folder.id
    return store.create_folder(name).id
