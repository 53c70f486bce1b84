"""How a model is loaded: what the person set for it, before what holds for all models. No Qt."""

from __future__ import annotations

from pathlib import Path

from desktop.core.paths import Paths
from desktop.core.settings import Settings
from desktop.engine.protocol import LoadOptions
from desktop.models.settings import ModelSettings, settings_of


def options_of(paths: Paths, settings: Settings, model: Path) -> LoadOptions:
    """The options for a file. May read a megabyte of it."""
    return combined(settings, settings_of(paths.library, model))


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
        adapters=own.adapters,
    )
