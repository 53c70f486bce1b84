"""Chats written into files: Samar's own JSON (nothing is lost), Markdown, HTML, and JSON lines for training.

Markdown, HTML and JSON lines hold the path that is shown; Samar's JSON holds all branches.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO

from desktop.core import private_files
from desktop.core.chat import Message
from desktop.core.errors import SamarError
from desktop.core.graphemes import cut
from desktop.storage.chats import ChatQuery, ChatStore
from desktop.storage.exporters.base import ENGLISH, ExportFormat, ExportLabels, FileWriter, TextWriter
from desktop.storage.exporters.html import HtmlWriter
from desktop.storage.exporters.markdown import MarkdownWriter
from desktop.storage.exporters.samar_json import JsonWriter
from desktop.storage.exporters.training import ChatMlWriter, ShareGptWriter
from desktop.storage.exporters.word import WordWriter
from desktop.storage.unfinished import EXPORT, noted

log = logging.getLogger(__name__)
READABLE = (ExportFormat.DOCX, ExportFormat.HTML, ExportFormat.MARKDOWN)
"""Formats for people, which one message can be written in too."""


def export_chats(
    store: ChatStore,
    path: Path,
    form: ExportFormat,
    chat_ids: list[int] | None = None,
    *,
    labels: ExportLabels = ENGLISH,
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
    labels: ExportLabels = ENGLISH,
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


def _written(store: ChatStore, path: Path, writer: FileWriter, write: Callable[[IO[bytes]], bool]) -> bool:
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


_TEXT_WRITERS: dict[ExportFormat, type[TextWriter]] = {
    ExportFormat.DOCX: WordWriter,
    ExportFormat.HTML: HtmlWriter,
    ExportFormat.MARKDOWN: MarkdownWriter,
}
_WRITERS: dict[ExportFormat, type[FileWriter]] = {
    **_TEXT_WRITERS,
    ExportFormat.JSON: JsonWriter,
    ExportFormat.SHAREGPT: ShareGptWriter,
    ExportFormat.CHATML: ChatMlWriter,
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
