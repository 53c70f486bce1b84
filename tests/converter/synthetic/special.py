"""Checkpoints whose weights are quantized already, and LoRA adapters: written without torch, the same bytes everywhere."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

from tests.converter.small import LLAMA, MIXTRAL, weights_of
from tests.converter.synthetic.checkpoints import Case, put, write_checkpoint

Array = npt.NDArray[Any]
_NAMES = {
    np.dtype(np.float32): "F32",
    np.dtype(np.float16): "F16",
    np.dtype(ml_dtypes.bfloat16): "BF16",
    np.dtype(ml_dtypes.float8_e4m3fn): "F8_E4M3",
    np.dtype(np.int64): "I64",
    np.dtype(np.int32): "I32",
    np.dtype(np.int8): "I8",
    np.dtype(np.uint8): "U8",
}


def write_raw(path: Path, tensors: Mapping[str, Array]) -> None:
    """A safetensors file of any types."""
    header: dict[str, Any] = {}
    position = 0
    for name, data in tensors.items():
        offsets = [position, position + data.nbytes]
        header[name] = {"dtype": _NAMES[data.dtype], "shape": list(data.shape), "data_offsets": offsets}
        position += data.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(
        struct.pack("<Q", len(text)) + text + b"".join(np.ascontiguousarray(d).tobytes() for d in tensors.values())
    )


def numbers(name: str, *shape: int) -> npt.NDArray[np.float32]:
    """Uniform numbers around zero that depend on the name alone."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    found: npt.NDArray[np.float32] = (np.random.RandomState(seed).random_sample(shape) - 0.5).astype(np.float32)
    return found


def whole_numbers(name: str, low: int, high: int, *shape: int) -> npt.NDArray[np.int64]:
    """Uniform whole numbers, `high` excluded."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    return np.random.RandomState(seed).randint(low, high, shape, dtype=np.int64)


Pack = Callable[[str, Array], dict[str, Array]]
"""Turns one projection (name without .weight, its plain weight) into the stored tensors."""


def fp8_blocks(stem: str, weight: Array) -> dict[str, Array]:
    rows, columns = weight.shape
    scale = np.abs(numbers(stem, -(-rows // 32), -(-columns // 24))) + np.float32(0.5)
    return {
        f"{stem}.weight": (weight.astype(np.float32) * 8).astype(ml_dtypes.float8_e4m3fn),
        f"{stem}.weight_scale_inv": scale,
    }


def fp8_tensor(stem: str, weight: Array) -> dict[str, Array]:
    return {
        f"{stem}.weight": (weight.astype(np.float32) * 8).astype(ml_dtypes.float8_e4m3fn),
        f"{stem}.weight_scale_inv": np.array(0.125, ml_dtypes.bfloat16),
        f"{stem}.activation_scale": np.array(1.5, ml_dtypes.bfloat16),
    }


def gptq(bits: int) -> Pack:
    def pack(stem: str, weight: Array) -> dict[str, Array]:
        rows, columns = weight.shape
        groups = columns // 16
        size = 1 << 32
        words = whole_numbers(f"{stem}.q", 0, size, columns * bits // 32, rows)
        zeros = whole_numbers(f"{stem}.z", 0, size, groups, rows * bits // 32)
        return {
            f"{stem}.qweight": words.astype(np.uint32).view(np.int32),
            f"{stem}.qzeros": zeros.astype(np.uint32).view(np.int32),
            f"{stem}.scales": (np.abs(numbers(f"{stem}.s", groups, rows)) * np.float32(0.1)).astype(np.float16),
            f"{stem}.g_idx": whole_numbers(f"{stem}.g", 0, groups, columns).astype(np.int32),
        }

    return pack


def int8_channels(stem: str, weight: Array) -> dict[str, Array]:
    rows, columns = weight.shape
    return {
        f"{stem}.weight": whole_numbers(stem, -127, 128, rows, columns).astype(np.int8),
        f"{stem}.weight_scale": numbers(f"{stem}.s", rows, 1).astype(ml_dtypes.bfloat16),
    }


def packed(*, zero_points: bool) -> Pack:
    def pack(stem: str, weight: Array) -> dict[str, Array]:
        rows, columns = weight.shape
        found: dict[str, Array] = {
            f"{stem}.weight_packed": whole_numbers(stem, 0, 1 << 32, rows, columns // 8)
            .astype(np.uint32)
            .view(np.int32),
            f"{stem}.weight_scale": numbers(f"{stem}.s", rows, columns // 16).astype(ml_dtypes.bfloat16),
            f"{stem}.weight_shape": np.array([rows, columns], np.int64),
        }
        if zero_points:
            words = whole_numbers(f"{stem}.z", 0, 1 << 32, -(-rows // 8), columns // 16)
            found[f"{stem}.weight_zero_point"] = words.astype(np.uint32).view(np.int32)
        return found

    return pack


def ternary(stem: str, weight: Array) -> dict[str, Array]:
    rows, columns = weight.shape
    digits = whole_numbers(stem, 0, 3, 4, rows // 4, columns)
    return {
        f"{stem}.weight": sum(digits[n] << (2 * n) for n in range(4)).astype(np.uint8),  # type: ignore[union-attr]
        f"{stem}.weight_scale": np.array([3.0], ml_dtypes.bfloat16),
    }


def _compressed(style: str, **weights: Any) -> dict[str, Any]:
    return {"quant_method": "compressed-tensors", "format": style, "config_groups": {"group_0": {"weights": weights}}}


QUANTIZED: dict[str, tuple[Pack, dict[str, Any]]] = {
    "fp8-blocks": (fp8_blocks, {"quant_method": "fp8", "weight_block_size": [32, 24]}),
    "fp8-tensor": (fp8_tensor, {"quant_method": "fp8", "weight_block_size": None}),
    "gptq-4": (gptq(4), {"quant_method": "gptq", "bits": 4, "checkpoint_format": "gptq"}),
    "gptq-2-v2": (gptq(2), {"quant_method": "gptq", "bits": 2, "checkpoint_format": "gptq_v2"}),
    "gptq-8": (gptq(8), {"quant_method": "gptq", "bits": 8}),
    "int8-channels": (int8_channels, _compressed("int-quantized", num_bits=8, type="int", strategy="channel")),
    "pack-4": (packed(zero_points=False), _compressed("pack-quantized", num_bits=4, type="int", strategy="group", group_size=16)),
    "pack-4-zeros": (packed(zero_points=True), _compressed("pack-quantized", num_bits=4, strategy="group", group_size=16)),
    "bitnet": (ternary, {"quant_method": "bitnet"}),
}  # fmt: skip


def write_quantized(name: str, parent: Path) -> Path:
    """The small Llama with its projections stored in the way `name`."""
    pack, settings = QUANTIZED[name]
    folder = write_checkpoint(LLAMA, parent)
    put(folder / "config.json", {**LLAMA.full_config(), "quantization_config": settings})
    stored: dict[str, Array] = {}
    for key, weight in weights_of(LLAMA).items():
        stored |= pack(key.removesuffix(".weight"), weight) if "_proj." in key else {key: weight}
    write_raw(folder / "model.safetensors", stored)
    return folder


@dataclass(frozen=True)
class Adapter:
    """A LoRA adapter of one of the small checkpoints: which modules, what else the files hold."""

    base: Case
    modules: tuple[str, ...]
    rank: int = 4
    dtype: Any = np.float32
    settings: Mapping[str, Any] = field(default_factory=dict)
    norms: bool = False
    embedding: bool = False


_ALL = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
ADAPTERS = {
    "all-projections": Adapter(LLAMA, _ALL, dtype=ml_dtypes.bfloat16),
    "norms-and-half": Adapter(LLAMA, ("q_proj", "v_proj"), rank=8, dtype=np.float16, norms=True),
    "embedding": Adapter(LLAMA, ("k_proj",), embedding=True),
    "invoked": Adapter(LLAMA, ("q_proj",), settings={"alora_invocation_tokens": [5, 6, 7]}),
    "experts": Adapter(MIXTRAL, ("w1", "w2", "w3", "q_proj")),
}


def write_adapter(name: str, parent: Path) -> tuple[Path, Path]:
    """(the adapter's folder, its base's folder)."""
    adapter = ADAPTERS[name]
    base = write_checkpoint(adapter.base, parent / "base")
    folder = parent / f"Small-{name}-lora"
    folder.mkdir()
    put(folder / "adapter_config.json", {
        "peft_type": "LORA", "r": adapter.rank, "lora_alpha": 16, "target_modules": list(adapter.modules),
        "base_model_name_or_path": str(base), **adapter.settings,
    })  # fmt: skip
    stored: dict[str, Array] = {}
    for key, shape in adapter.base.shapes(adapter.base.full_config()).items():
        stem = f"base_model.model.{key.removesuffix('.weight')}"
        if key.split(".")[-2] in adapter.modules:
            stored[f"{stem}.lora_A.weight"] = numbers(f"{stem}.A", adapter.rank, shape[1]).astype(adapter.dtype)
            stored[f"{stem}.lora_B.weight"] = numbers(f"{stem}.B", shape[0], adapter.rank).astype(adapter.dtype)
        elif adapter.norms and "layernorm" in key:
            stored[f"{stem}.weight"] = numbers(stem, *shape).astype(adapter.dtype)
        elif adapter.embedding and "embed_tokens" in key:
            stored[f"{stem}.lora_embedding_A"] = numbers(f"{stem}.A", adapter.rank, shape[0])
            stored[f"{stem}.lora_embedding_B"] = numbers(f"{stem}.B", shape[1], adapter.rank)
    write_raw(folder / "adapter_model.safetensors", stored)
    return folder, base
