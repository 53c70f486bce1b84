"""The tokenizer's files of a checkpoint folder, read once and checked for their outer shape."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from converter.checkpoint import read_json
from converter.errors import ConversionError, ExitStatus, bad_tokenizer
from converter.regular import read_regular

JsonObject = dict[str, Any]


class TokenizerFiles:
    """Lazy access to the files from which a tokenizer is made. Absent files read as None or {}."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def text(self, name: str) -> str:
        try:
            return read_regular(self.folder / name).decode("utf-8-sig")
        except OSError as problem:
            raise bad_tokenizer(f"{name} cannot be read: {problem.strerror}.") from problem
        except UnicodeDecodeError as problem:
            raise bad_tokenizer(f"{name} is not UTF-8 text.") from problem

    def json(self, name: str) -> JsonObject | None:
        """The object in a JSON file, or None without the file."""
        if not self.has(name):
            return None
        value = read_json(self.folder / name)
        if not isinstance(value, dict):
            raise ConversionError(ExitStatus.BAD_JSON, f"{name} does not hold a JSON object.")
        return value

    @cached_property
    def tokenizer_json(self) -> JsonObject | None:
        found = self.json("tokenizer.json")
        if found is not None and not isinstance(found.get("model"), dict):
            raise bad_tokenizer("tokenizer.json has no model.")
        return found

    @cached_property
    def config(self) -> JsonObject:
        """tokenizer_config.json."""
        return self.json("tokenizer_config.json") or {}

    @cached_property
    def model_config(self) -> JsonObject:
        """config.json as it is on disk, for the ids of special tokens."""
        return self.json("config.json") or {}

    @cached_property
    def added_tokens(self) -> list[JsonObject]:
        """added_tokens of tokenizer.json: objects with `id` and `content`."""
        found = (self.tokenizer_json or {}).get("added_tokens") or []
        if not isinstance(found, list) or not all(
            isinstance(t, dict) and isinstance(t.get("id"), int) and isinstance(t.get("content"), str) for t in found
        ):
            raise bad_tokenizer("the added_tokens of tokenizer.json are malformed.")
        return found

    @cached_property
    def added_tokens_decoder(self) -> dict[int, JsonObject]:
        """added_tokens_decoder of tokenizer_config.json, in the file's order."""
        found = self.config.get("added_tokens_decoder") or {}
        try:
            entries = {int(key): value for key, value in found.items()}
        except (AttributeError, ValueError) as problem:
            raise bad_tokenizer("the added_tokens_decoder of tokenizer_config.json is malformed.") from problem
        if not all(isinstance(value, dict) and isinstance(value.get("content"), str) for value in entries.values()):
            raise bad_tokenizer("the added_tokens_decoder of tokenizer_config.json is malformed.")
        return entries


def token_text(entry: object) -> str | None:
    """The text of a special token given as a string or as an object with `content`."""
    if isinstance(entry, dict):
        entry = entry.get("content")
    return entry if isinstance(entry, str) else None
