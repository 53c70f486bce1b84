"""LoRA adapters in GGUF: what their headers say, before native code opens them."""

from __future__ import annotations

from pathlib import Path

from desktop.core.errors import SamarError
from desktop.models.gguf import read_header


def check_adapter(path: Path, architecture: str, model: str) -> None:
    """Raise SamarError unless `path` is a LoRA adapter for `architecture`. model: the base's name, for the sentence."""
    header = read_header(path)
    if header.text("general.type") != "adapter" or header.text("adapter.type") != "lora" or not header.tensors:
        raise SamarError("not_an_adapter", name=path.name)
    if header.architecture != architecture:
        reason = f"it was made for the architecture {header.architecture}"
        raise SamarError("adapter_unfit", adapter=path.name, name=model, reason=reason)
