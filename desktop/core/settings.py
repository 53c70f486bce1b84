"""What the person has chosen. Stored as one JSON file, replaced atomically."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from enum import StrEnum
from pathlib import Path

import msgspec

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams
from desktop.core.presets import Preset


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Language(StrEnum):
    SYSTEM = "system"
    ENGLISH = "en"
    ARABIC = "ar"


FORMAT = 1
"""Raised when the meaning of a field changes, so that an older Samar says that it can't read the file."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every field has a default, so that an older or newer file still loads; unknown fields are dropped."""

    language: Language = Language.SYSTEM
    theme: Theme = Theme.SYSTEM
    high_contrast: bool = False
    """True: also where the system does not ask for it, or has no way to."""
    system_prompt: str = ""
    """Default for new chats; empty: none."""
    user_name: str = ""
    """What {user} stands for in prompts; empty: not given."""
    params: GenerationParams | None = None
    """None: the model's own hints, else Samar's defaults."""
    presets: tuple[Preset, ...] = ()
    """Ways to sample that the person saved."""
    context: int = 8192
    """Tokens; lowered to the model's and to what fits, never silently."""
    threads: int = 0
    """0: chosen from the machine."""
    idle_minutes: int = 60
    """A model that nobody asked for so long gives its memory back, and is loaded again with the next message; 0: never."""
    states_gb: int = 4
    """Most that the states of chats take on disk, in GB; 0: none are kept."""
    last_model: str = ""
    """Path of the model that is loaded at start; empty: the bundled one."""
    known_models: tuple[str, ...] = ()
    """Paths of models that the person opened, newest first."""
    text_scale: float = 1.0
    sidebar_visible: bool = True
    panel_visible: bool = False
    network_allowed: bool = False
    """False: nothing ever connects anywhere. True from the first time that the person asks for something from the Hub."""
    update_weekly: bool = False
    """Whether Samar looks for a new version once a week; never without `network_allowed`."""
    update_checked: float = 0.0
    """Unix time of the last look."""
    window_geometry: str = ""
    """Base64 of QWidget.saveGeometry."""


class SettingsFile:
    """Reads and writes settings.json. Fields of another version that are in it stay in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._foreign: dict[str, object] = {}

    def load(self) -> tuple[Settings, SamarError | None]:
        """The settings, and the error to show: settings_damaged when the file was no settings and had to be set aside,
        settings_too_new when a newer Samar wrote it, whose file is kept."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return Settings(), None
        except OSError as problem:
            return Settings(), SamarError("settings_damaged", aside=self.path.name, reason=problem.strerror or problem)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        try:
            fields = msgspec.json.decode(raw, type=dict[str, object])
            written = fields.pop("format", FORMAT)
            if isinstance(written, int) and written > FORMAT:
                return self._from_newer(raw, fields, self.path.with_name(f"settings-newer-{stamp}.json"))
            self._foreign = {name: value for name, value in fields.items() if name not in Settings.__struct_fields__}
            return msgspec.convert(fields, Settings, strict=False), None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            aside = self.path.with_name(f"settings-damaged-{stamp}.json")
            with contextlib.suppress(OSError):  # a read-only folder: the file then stays where it is
                self.path.replace(aside)
            return Settings(), SamarError("settings_damaged", aside=aside.name)

    def _from_newer(self, raw: bytes, fields: dict[str, object], aside: Path) -> tuple[Settings, SamarError]:
        """The fields that this version understands; the whole file is kept beside."""
        with contextlib.suppress(OSError):  # a read-only folder: nothing will overwrite the file either
            aside.write_bytes(raw)
        settings = Settings()
        for name in Settings.__struct_fields__:
            if name in fields:
                with contextlib.suppress(msgspec.ValidationError):
                    known = msgspec.convert({name: fields[name]}, Settings, strict=False)
                    settings = msgspec.structs.replace(settings, **{name: getattr(known, name)})
        return settings, SamarError("settings_too_new", aside=aside.name)

    def save(self, settings: Settings) -> None:
        """Replace the file atomically. Raises SamarError disk_full or data_read_only."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".settings-")
            try:
                with os.fdopen(handle, "wb") as file:
                    fields = {"format": FORMAT, **self._foreign, **msgspec.to_builtins(settings)}
                    file.write(msgspec.json.format(msgspec.json.encode(fields)))
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as problem:
            raise storage_error(problem, self.path.parent) from problem


def storage_error(problem: OSError, folder: Path) -> SamarError:
    """The expected failure behind an OSError while writing to `folder`."""
    import errno

    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):  # EFBIG: a limit on the size of files
        return SamarError("disk_full")
    if problem.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST):
        return SamarError("data_read_only", folder=folder)
    return SamarError("history_failed", reason=problem.strerror or problem)
