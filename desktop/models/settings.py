"""What the person set for one model. It belongs to the content of the file and follows it wherever it goes."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from desktop.core.dimensions import ModelDimensions
from desktop.core.errors import SamarError
from desktop.core.files import read_text_regular
from desktop.core.model import Adapter
from desktop.models import gguf
from desktop.models.entry import Entry, fingerprint, with_problem
from desktop.models.fit import Fit, Machine, judge

log = logging.getLogger(__name__)

KV_TYPES = ("f16", "q8_0", "q4_0")
"""Element types of the KV cache that one can choose, largest first."""
FLASH_ATTENTION = ("auto", "on", "off")


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one model is loaded. What is not set here is as in Samar's settings, or chosen by the engine."""

    context: int = 0
    """Tokens; 0: as in Samar's settings."""
    threads: int = 0
    """0: as in Samar's settings."""
    kv_type: str = "f16"
    gpu_layers: int = -1
    """-1: all that fit."""
    flash_attention: str = "auto"
    memory_map: bool = True
    keep_in_memory: bool = False
    draft: str = ""
    """A small model of the same family that writes ahead; "": none."""
    projector: str = ""
    """The file with which it sees images; "": the one beside it, if there is one."""
    adapters: tuple[Adapter, ...] = ()
    """LoRA adapters laid over it."""
    thinking: bool | None = None
    """Whether it thinks, in chats that don't choose; None: its own default."""
    completion: bool | None = None
    """Whether it continues text in the place of answering; None: if it is a base model."""

    def checked(self) -> ModelSettings:
        """Self with every value that the engine understands: a quantized KV cache asks for flash attention."""
        kv_type = self.kv_type if self.kv_type in KV_TYPES else "f16"
        flash = self.flash_attention if self.flash_attention in FLASH_ATTENTION else "auto"
        return msgspec.structs.replace(
            self,
            context=min(max(self.context, 0), 1 << 24),
            threads=min(max(self.threads, 0), 256),
            kv_type="f16" if flash == "off" else kv_type,
            gpu_layers=min(max(self.gpu_layers, -1), 1000),
            flash_attention=flash,
            adapters=tuple(
                msgspec.structs.replace(adapter, scale=min(max(adapter.scale, -10.0), 10.0))
                for adapter in self.adapters
            ),
        )


class _KnownFile(msgspec.Struct):
    id: str
    path: str
    stamps: tuple[tuple[int, int], ...]


class _Kept(msgspec.Struct):
    """The part of library.json that is needed here."""

    settings: dict[str, ModelSettings] = {}
    entries: list[_KnownFile] = []


def is_model_id(text: str) -> bool:
    """Whether a text is formed as the id of a model's content (`entry.fingerprint`)."""
    return re.fullmatch("[0-9a-f]{32}", text) is not None


def settings_of(library_file: Path, model: Path) -> ModelSettings:
    """What was set for the file `model`, whatever it is called now and wherever it lies.

    library_file: library.json. A megabyte of the model is read when the library does not know it in this place. What can't
    be read has no settings: loading it says why.
    """
    try:
        raw = read_text_regular(library_file)
    except FileNotFoundError:
        return ModelSettings()
    except OSError as problem:
        log.warning("the settings of models can't be read: %s", problem)
        return ModelSettings()
    try:
        kept = msgspec.json.decode(raw, type=_Kept)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        from desktop.core.damaged_json import partly_read  # here only: the window starts without it

        log.warning("the settings of models can only be read in part: %s", problem)
        kept = partly_read(raw, _Kept, is_model_id)[0] or _Kept()
    if not kept.settings:
        return ModelSettings()
    try:
        paths = gguf.part_paths(model)
        stamps = tuple((info.st_size, info.st_mtime_ns) for info in (path.stat() for path in paths))
        known = (one.id for one in kept.entries if one.path == str(paths[0]) and one.stamps == stamps)
        model_id = next(known, "") or fingerprint(paths)
    except (OSError, SamarError):
        return ModelSettings()
    return kept.settings.get(model_id, ModelSettings()).checked()


def bytes_beside(entry: Entry, own: ModelSettings) -> int:
    """Bytes of the files that are loaded with a model: its projector, its draft model, its adapters."""
    projectors = [name for name in entry.companions if not Path(name).name.lower().startswith("lora-")]
    found = {own.projector or next(iter(projectors), ""), own.draft, *(adapter.path for adapter in own.adapters)}
    size = 0
    for name in filter(None, found):
        with contextlib.suppress(OSError):
            size += Path(name).stat().st_size
    return size


def judged(entries: Sequence[Entry], judge_one: Callable[[Entry], Fit]) -> tuple[list[Entry], dict[str, Fit]]:
    """The entries, and the fit of each that can be used, by its id. One that can't be judged can't be used, and says why."""
    found: list[Entry] = []
    fits: dict[str, Fit] = {}
    for entry in entries:
        if not entry.problem:
            try:
                fits[entry.id] = judge_one(entry)
            except Exception as problem:  # a bug: the log has it, and the others are listed
                log.exception("a model could not be judged")
                entry = with_problem(entry, problem)
        found.append(entry)
    return found, fits


def judge_as_set(shape: ModelDimensions, machine: Machine, own: ModelSettings, context: int, beside: int = 0) -> Fit:
    """Whether a model fits as it would be loaded. context: where the model has none of its own."""
    return judge(
        shape,
        machine,
        own.context or context,
        kv_type=own.kv_type,
        flash=own.flash_attention != "off",
        gpu_layers=own.gpu_layers,
        beside=beside,
    )
