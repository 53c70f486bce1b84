"""Checkpoints whose weights are already quantized: turned back into floats where the reference does, else refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from converter.errors import ConversionError, ExitStatus
from converter.tensors import Tensor


def dequantized(config: Mapping[str, Any], stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that the stored ones stand for. Raises ConversionError (ALREADY_QUANTIZED)."""
    settings = config.get("quantization_config")
    if not isinstance(settings, Mapping) or settings.get("quant_method") is None:
        return dict(stored)
    raise ConversionError(
        ExitStatus.ALREADY_QUANTIZED,
        f"The checkpoint is already quantized ({settings['quant_method']}); convert the original instead.",
    )
