"""What the person has chosen. Stored as one JSON file, replaced atomically."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from enum import StrEnum
from pathlib import Path

import msgspec

from desktop.core import private_files
from desktop.core.errors import SamarError
from desktop.core.files import read_text_regular
from desktop.core.generation import MOST_COUNT, GenerationParams, bounded
from desktop.core.languages import Language
from desktop.core.presets import Preset


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


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
    deleted_days: int = 30
    """How long deleted chats can be restored, days; 0: they are erased when the time to undo is over."""
    states_gb: int = 4
    """Most that the states of chats take on disk, in GB; 0: none are kept."""
    last_model: str = ""
    """The model that is loaded at start, as in ModelRef.text: of a file its path; empty: the bundled one."""
    known_models: tuple[str, ...] = ()
    """Paths of models that the person opened, newest first."""
    model_names: dict[str, str] = {}
    """Names of the models in `known_models` by their paths, as their files say them."""
    text_scale: float = 1.0
    stop_repetition: bool = True
    """Whether a reply that only repeats itself is ended."""
    show_figures: bool = False
    """Whether the speed of each reply stands under it; its menu tells it in any case."""
    sidebar_visible: bool = True
    panel_visible: bool = False
    advanced_visible: bool = False
    """Whether the advanced settings of replies are unfolded."""
    export_details: bool = False
    """Whether exports for people hold prompts, names of models and what these thought."""
    network_allowed: bool = False
    """False: nothing ever connects anywhere. True from the first time that the person asks for something from the Hub."""
    update_weekly: bool = False
    """Whether Samar looks for a new version once a week; never without `network_allowed`."""
    update_checked: float = 0.0
    """Unix time of the last look."""
    seen_version: str = ""
    """The version whose news were offered; empty: none was told yet."""
    recent_commands: tuple[str, ...] = ()
    """Names of commands that were chosen in the palette, newest first."""
    window_geometry: str = ""
    """Base64 of QWidget.saveGeometry."""

    def checked(self) -> Settings:
        """Return self with every number moved inside its bounds: a file that was damaged or edited may hold any."""
        return msgspec.structs.replace(
            self,
            params=None if self.params is None else self.params.checked(),
            presets=tuple(msgspec.structs.replace(preset, params=preset.params.checked()) for preset in self.presets),
            context=min(max(self.context, 0), MOST_COUNT),
            threads=min(max(self.threads, 0), 4096),
            idle_minutes=min(max(self.idle_minutes, 0), 1_000_000),
            states_gb=min(max(self.states_gb, 0), 1_000_000),
            text_scale=bounded(self.text_scale, 0.5, 3.0, 1.0),
            update_checked=bounded(self.update_checked, 0.0, 1e11, 0.0),
        )


_DEFAULTS = Settings()


class SettingsFile:
    """Reads and writes settings.json. Fields of another version that are in it stay in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._foreign: dict[str, object] = {}
        self._unread = False
        """The file is there and could not be read: it must not be replaced by defaults."""

    def load(self) -> tuple[Settings, SamarError | None]:
        """The settings, and the error to show: settings_damaged when the file was no settings and had to be set aside,
        settings_too_new when a newer Samar wrote it, whose file is kept; settings_partly_read when single fields were no
        settings; settings_unread when the file can't be read, which then stays as it is."""
        self._unread = False
        try:
            raw = read_text_regular(self.path)
        except FileNotFoundError:
            return Settings(), None
        except OSError as problem:
            self._unread = True
            return Settings(), SamarError("settings_unread", name=self.path.name, reason=problem.strerror or problem)
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(self._changed_at()))
        try:
            fields = msgspec.json.decode(raw, type=dict[str, object])
            written = fields.pop("format", FORMAT)
            if isinstance(written, int) and written > FORMAT:
                return self._from_newer(raw, fields, self.path.with_name(f"settings-newer-{stamp}.json"))
            self._foreign = {name: value for name, value in fields.items() if name not in Settings.__struct_fields__}
            settings, unread = _understood(fields)
            if unread:
                aside = self.path.with_name(f"settings-damaged-{stamp}.json")
                with contextlib.suppress(OSError):  # a read-only folder: nothing will overwrite the file either
                    private_files.write(aside, raw)
                return settings, SamarError("settings_partly_read", fields=", ".join(unread), aside=aside.name)
            return settings, None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            from desktop.core.damaged_json import whole_fields  # here only: the window starts without it

            aside = self.path.with_name(f"settings-damaged-{stamp}.json")
            with contextlib.suppress(OSError):  # a read-only folder: the file then stays where it is
                self.path.replace(aside)
            fields = whole_fields(raw)
            settings = _understood(fields)[0]
            if not fields:
                return settings, SamarError("settings_damaged", aside=aside.name)
            self._foreign = {name: fields[name] for name in fields.keys() - {"format", *Settings.__struct_fields__}}
            with contextlib.suppress(SamarError):  # said when something is changed
                self.save(settings)
            lost = [n for n in Settings.__struct_fields__ if n not in fields and f'"{n}"'.encode() in raw]
            return settings, SamarError("settings_partly_read", fields=", ".join(lost) or "?", aside=aside.name)

    def _changed_at(self) -> float:
        """When the file was last changed: what is kept of it gets the same name however often it is read."""
        try:
            return min(max(self.path.stat().st_mtime, 0.0), 1e11)
        except OSError:
            return time.time()

    def _from_newer(self, raw: bytes, fields: dict[str, object], aside: Path) -> tuple[Settings, SamarError]:
        """The fields that this version understands; the whole file is kept beside."""
        with contextlib.suppress(OSError):  # a read-only folder: nothing will overwrite the file either
            private_files.write(aside, raw)
        return _understood(fields)[0], SamarError("settings_too_new", aside=aside.name)

    def save(self, settings: Settings) -> Settings:
        """Replace the file atomically; returns what was stored. Where the file could not be read before, only what differs
        from the defaults is changed in it. Raises SamarError disk_full, data_read_only or settings_unread."""
        if self._unread:
            stored, problem = self.load()
            if self._unread and problem is not None:
                raise problem
            changed = (
                name for name in Settings.__struct_fields__ if getattr(settings, name) != getattr(_DEFAULTS, name)
            )
            settings = msgspec.structs.replace(stored, **{name: getattr(settings, name) for name in changed})
        settings = settings.checked()
        try:
            private_files.make_folder(self.path.parent)
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
        return settings


def _understood(fields: dict[str, object]) -> tuple[Settings, list[str]]:
    """The settings of a file, and the names of the fields that are none, for which the defaults hold."""
    try:
        return msgspec.convert(fields, Settings, strict=False).checked(), []
    except msgspec.ValidationError:
        pass
    settings, unread = Settings(), []
    for name in Settings.__struct_fields__:
        if name in fields:
            try:
                known = msgspec.convert({name: fields[name]}, Settings, strict=False)
            except msgspec.ValidationError:
                unread.append(name)
            else:
                settings = msgspec.structs.replace(settings, **{name: getattr(known, name)})
    return settings.checked(), unread


def storage_error(problem: OSError, folder: Path) -> SamarError:
    """The expected failure behind an OSError while writing to `folder`."""
    import errno

    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):  # EFBIG: a limit on the size of files
        return SamarError("disk_full")
    if problem.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST):
        return SamarError("data_read_only", folder=folder)
    return SamarError("history_failed", reason=problem.strerror or problem)
