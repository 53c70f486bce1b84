"""The library of system prompts: made, edited, starred, imported, exported; each may have a slash command."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from desktop.core.chat import moment_of
from desktop.core.errors import SamarError
from desktop.core.files import without_mark
from desktop.core.folding import fold
from desktop.storage.database import Database, Row, clean_text
from desktop.storage.rows import text_of

_COLUMNS = "id, uid, name, command, starred, created_at, updated_at, content"
_FORMAT = "samar-prompts"
_MOST_BYTES = 16 << 20
_MOST_PROMPTS = 10_000


@dataclass(frozen=True, slots=True)
class Prompt:
    id: int
    uid: str
    """Names the prompt beyond this library."""
    name: str
    command: str
    """What follows the slash; folded, without blanks; empty: none."""
    starred: bool
    created_at: float
    updated_at: float
    content: str
    """May hold the variables of `core.prompt`."""


class _Entry(msgspec.Struct, omit_defaults=True):
    name: str
    content: str
    command: str = ""
    starred: bool = False
    uid: str = ""


class _File(msgspec.Struct):
    format: str
    prompts: list[_Entry]


class PromptLibrary:
    """Errors: SamarError as `Database.transaction` says, and chat_missing for a prompt that is not there any more."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    def list_prompts(self) -> list[Prompt]:
        """All prompts, starred ones first, then by name."""
        rows = self.database.fetch(f"SELECT {_COLUMNS} FROM prompts")
        return sorted(map(_prompt_of, rows), key=lambda prompt: (not prompt.starred, fold(prompt.name), prompt.id))

    def get(self, prompt_id: int) -> Prompt:
        row = self.database.fetch_one(f"SELECT {_COLUMNS} FROM prompts WHERE id = ?", (prompt_id,))
        if row is None:
            raise SamarError("chat_missing")
        return _prompt_of(row)

    def by_command(self, beginning: str) -> list[Prompt]:
        """Prompts whose slash command begins so, in the order of `list_prompts`: what the composer offers."""
        wanted = command_of(beginning)
        return [prompt for prompt in self.list_prompts() if prompt.command and prompt.command.startswith(wanted)]

    def create(self, name: str, content: str, command: str = "", *, starred: bool = False) -> Prompt:
        with self.database.transaction():
            return self._insert(_Entry(name, content, command, starred))

    def update(self, prompt_id: int, name: str, content: str, command: str = "") -> Prompt:
        """Change a prompt; returns it as it now is."""
        with self.database.transaction():
            self.get(prompt_id)
            self.database.execute(
                "UPDATE prompts SET name = ?, content = ?, command = ?, updated_at = ? WHERE id = ?",
                (clean_text(name), clean_text(content), command_of(command), self.clock(), prompt_id),
            )
            return self.get(prompt_id)

    def set_starred(self, prompt_id: int, starred: bool) -> Prompt:
        with self.database.transaction():
            self.database.execute("UPDATE prompts SET starred = ? WHERE id = ?", (starred, prompt_id))
            return self.get(prompt_id)

    def delete(self, prompt_id: int) -> Prompt:
        """Delete a prompt; returns it, for `restore`."""
        with self.database.transaction():
            prompt = self.get(prompt_id)
            self.database.execute("DELETE FROM prompts WHERE id = ?", (prompt_id,))
            return prompt

    def restore(self, prompt: Prompt) -> Prompt:
        """Undo a delete."""
        with self.database.transaction():
            self.database.execute(
                f"INSERT INTO prompts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    prompt.id,
                    prompt.uid,
                    prompt.name,
                    prompt.command,
                    prompt.starred,
                    prompt.created_at,
                    prompt.updated_at,
                    prompt.content,
                ),
            )
            return self.get(prompt.id)

    def export_json(self) -> bytes:
        """The whole library, as UTF-8 JSON."""
        entries = [_Entry(p.name, p.content, p.command, p.starred, p.uid) for p in self.list_prompts()]
        return msgspec.json.format(msgspec.json.encode(_File(_FORMAT, entries)))

    def import_json(self, raw: bytes, name: str) -> int:
        """Add the prompts of an exported library; those that are here already are passed over. Returns how many were added.

        name: of the file, for errors. Raises SamarError import_too_large, import_unknown or import_damaged; nothing is
        then added.
        """
        if len(raw) > _MOST_BYTES:
            raise SamarError(
                "import_too_large", name=name, size=f"{len(raw) >> 20} MB", limit=f"{_MOST_BYTES >> 20} MB"
            )
        try:
            file = msgspec.json.decode(without_mark(raw), type=_File)
        except (msgspec.ValidationError, RecursionError):
            raise SamarError("import_unknown", name=name) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise SamarError("import_damaged", name=name, reason=problem) from problem
        if file.format != _FORMAT:
            raise SamarError("import_unknown", name=name)
        if len(file.prompts) > _MOST_PROMPTS:
            raise SamarError(
                "import_too_large", name=name, size=f"{len(file.prompts)} prompts", limit=f"{_MOST_PROMPTS} prompts"
            )
        with self.database.transaction():
            known = {(prompt.name, prompt.content) for prompt in self.list_prompts()}
            new = [entry for entry in file.prompts if (clean_text(entry.name), clean_text(entry.content)) not in known]
            for entry in new:
                self._insert(entry)
        return len(new)

    def _insert(self, entry: _Entry) -> Prompt:
        uid = clean_text(entry.uid)
        if not uid or self.database.scalar("SELECT 1 FROM prompts WHERE uid = ?", (uid,)):
            uid = uuid.uuid4().hex
        now = self.clock()
        prompt_id = self.database.execute(
            "INSERT INTO prompts (uid, name, command, starred, created_at, updated_at, content) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                uid,
                clean_text(entry.name),
                command_of(entry.command),
                entry.starred,
                now,
                now,
                clean_text(entry.content),
            ),
        )
        return self.get(prompt_id)


def command_of(text: str) -> str:
    """A slash command as it is stored and compared: folded, so that it is typed without marks; no slash, no blanks."""
    return re.sub(r"[\s/]+", "-", fold(clean_text(text)).strip().lstrip("/")).strip("-")


def _prompt_of(row: Row) -> Prompt:
    id_, uid, name, command, starred, created, updated, content = row
    return Prompt(
        id_,
        text_of(uid),
        text_of(name),
        text_of(command),
        bool(starred),
        moment_of(created),
        moment_of(updated),
        text_of(content),
    )
