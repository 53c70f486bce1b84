"""How a model is loaded: what the person set for it, before what holds for all models; and how fast it then was. No Qt."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec

from desktop.core.dimensions import ModelDimensions
from desktop.core.generation import GenerationStats
from desktop.core.model import ModelInfo
from desktop.core.paths import Paths
from desktop.core.requests import LoadOptions
from desktop.core.settings import Settings
from desktop.models import gguf
from desktop.models.projectors import projector_beside
from desktop.models.settings import ModelSettings, settings_of

LEAST_REPLY = 32
"""Tokens of a reply from which on its speed says something."""


def options_of(paths: Paths, settings: Settings, model: Path) -> LoadOptions:
    """The options for a file. May read a megabyte of it."""
    options = combined(settings, settings_of(paths.library, model))
    if not options.projector and (found := projector_beside(model)) is not None:
        options = msgspec.structs.replace(options, projector=str(found))
    return options


def combined(settings: Settings, own: ModelSettings) -> LoadOptions:
    """own: of the model, checked."""
    return LoadOptions(
        context=own.context or settings.context,
        threads=own.threads or settings.threads,
        gpu_layers=own.gpu_layers,
        memory_map=own.memory_map,
        keep_in_memory=own.keep_in_memory,
        kv_type=own.kv_type,
        flash_attention=own.flash_attention,
        projector=own.projector,
        draft=own.draft,
        adapters=own.adapters,
        thinking=own.thinking,
        completion=own.completion,
    )


def learn_from(paths: Paths, info: ModelInfo, stats: GenerationStats) -> None:
    """Note what a reply on the processor reached. Reads the model's header once; a small model teaches nothing."""
    from desktop.models import bandwidth

    if info.file_bytes < bandwidth.LEAST_READ:
        return
    context = stats.prompt_tokens + stats.reply_tokens // 2
    kv_type = settings_of(paths.library, Path(info.path)).kv_type
    bandwidth.learn(paths.cache, _shape(info.path), stats.tokens_per_s, context=context, kv_type=kv_type)


@lru_cache(maxsize=1)
def _shape(path: str) -> ModelDimensions:
    return gguf.inspect(Path(path)).shape
