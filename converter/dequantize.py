"""Checkpoints whose weights are already quantized: turned back into float32 where the reference does, else refused.

Known here, by ``quantization_config.quant_method``: ``fp8`` (one scale per tensor, row or block), ``gptq`` (2, 4 and 8 bits),
``compressed-tensors`` (float-quantized, int-quantized, naive-quantized, pack-quantized), ``bitnet`` and ``modelopt`` (FP8).
The arithmetic is that of llama.cpp, conversion/base.py, dequant_model, in numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from converter.errors import ConversionError, ExitStatus, shape_mismatch
from converter.tensors import Array, DType, Stored, Tensor, working

Tensors = dict[str, Tensor]
_BROKEN = "The checkpoint's quantization_config and its tensors contradict each other"


class Derived(Tensor):
    """A float32 tensor computed from several stored ones, whole, when it is needed.

    `function` gets the arrays as stored (BF16 and FP8 as their bits), in the order of `sources`.
    """

    dtype = DType.F32

    def __init__(
        self, sources: Sequence[Tensor], function: Callable[[Sequence[Any]], Any], shape: Sequence[int]
    ) -> None:
        self.sources, self.function, self.shape = list(sources), function, tuple(shape)

    def inputs(self) -> Iterable[Tensor]:
        return self.sources

    def prepare(self) -> Tensor:
        arrays = [s.read(0, s.row_count).reshape(s.shape) for s in (source.prepare() for source in self.sources)]
        try:
            result = self.function(arrays)
        except (ValueError, IndexError) as problem:
            raise shape_mismatch(f"{_BROKEN} ({problem}).") from None
        if result.shape != self.shape:
            raise shape_mismatch(f"{_BROKEN}: {list(result.shape)} instead of {list(self.shape)}.")
        return Stored(np.ascontiguousarray(result, dtype=np.float32), self.shape, DType.F32)

    def read(self, start: int, stop: int) -> Array:
        return self.prepare().read(start, stop)


def dequantized(config: Mapping[str, Any], stored: Mapping[str, Tensor]) -> Tensors:
    """The tensors that the stored ones stand for. Raises ConversionError (ALREADY_QUANTIZED, MISSING_TENSOR)."""
    settings = config.get("quantization_config")
    if not isinstance(settings, Mapping):
        text = config.get("text_config")
        settings = text.get("quantization_config") if isinstance(text, Mapping) else None
    method = settings.get("quant_method") if isinstance(settings, Mapping) else None
    if not isinstance(settings, Mapping) or method is None:
        _refuse_packed(stored)
        return dict(stored)
    reader = _METHODS.get(str(method))
    if reader is None:
        raise _refused(f"{method}, which cannot be turned back")
    found = reader(settings, dict(stored))
    _refuse_packed(found)
    return found


def _refused(what: str) -> ConversionError:
    return ConversionError(
        ExitStatus.ALREADY_QUANTIZED, f"The checkpoint is already quantized ({what}); convert the original instead."
    )


def _refuse_packed(tensors: Mapping[str, Tensor]) -> None:
    """Weights that are not floats although nothing says how they are packed."""
    for name, tensor in tensors.items():
        if name.endswith((".qweight", ".weight_packed", ".weight_scale_inv", ".weight_scale", ".absmax")):
            raise _refused(f"{name}, but config.json does not say how")
        if name.endswith(".weight") and tensor.dtype in (DType.U8, DType.I8, DType.I32, DType.U32):
            raise _refused(f"{name} has the type {tensor.dtype.name}")


def _partner(tensors: Tensors, name: str) -> Tensor:
    if name not in tensors:
        raise ConversionError(ExitStatus.MISSING_TENSOR, f"The checkpoint lacks {name}, which its quantization needs.")
    return tensors[name]


def _scaled(weight: Tensor, scale: Tensor, block: Sequence[int] | None = None) -> Tensor:
    """weight · scale; the scale is one number, one per row, or one per block of rows and columns."""

    def compute(arrays: Sequence[Any]) -> Any:
        values = working(arrays[0], weight.dtype).astype(np.float32)
        factors = working(arrays[1], scale.dtype).astype(np.float32)
        if block is not None:
            first = factors.ndim - len(block)
            for axis, size in enumerate(block):
                factors = np.repeat(factors, size, first + axis)
            factors = factors[tuple(slice(0, size) for size in values.shape)]
        return values * factors.reshape(*factors.shape, *(1,) * (values.ndim - factors.ndim))

    return Derived([weight, scale], compute, weight.shape)


def _block_size(value: Any) -> list[int] | None:
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(n, int) and n > 0 for n in value):
        return value
    raise _refused(f"with senseless blocks, {value!r}")


def _fp8(settings: Mapping[str, Any], tensors: Tensors) -> Tensors:
    block = _block_size(settings.get("weight_block_size"))
    for name in list(tensors):
        if name.endswith("_scale_inv"):
            weight = name.removesuffix("_scale_inv")
            tensors[weight] = _scaled(_partner(tensors, weight), tensors.pop(name), block)
        elif name.endswith("activation_scale"):
            del tensors[name]
    return tensors


def _modelopt(settings: Mapping[str, Any], tensors: Tensors) -> Tensors:
    if "FP4" in str(settings.get("quant_algo")):
        raise _refused(f"modelopt {settings.get('quant_algo')}, which Samar does not read")
    for name in list(tensors):
        if name.endswith(".weight_scale"):
            weight = name.removesuffix("_scale")
            scale = tensors.pop(name)
            if weight in tensors:
                tensors[weight] = _scaled(tensors[weight], scale)
        elif name.endswith((".input_scale", ".k_scale", ".v_scale")):
            del tensors[name]
    return tensors


def _bitnet(settings: Mapping[str, Any], tensors: Tensors) -> Tensors:
    del settings
    for name in list(tensors):
        if not name.endswith(".weight_scale"):
            continue
        target = name.removesuffix("_scale")
        weight, scale = _partner(tensors, target), tensors.pop(name)

        def compute(arrays: Sequence[Any], scale: Tensor = scale) -> Any:
            packed = arrays[0].view(np.uint8)
            shifts = np.array([0, 2, 4, 6], np.uint8).reshape(4, *(1,) * packed.ndim)
            values = ((packed[None] >> shifts) & 3).astype(np.float32) - 1
            return values.reshape(packed.shape[0] * 4, *packed.shape[1:]) / working(arrays[1], scale.dtype)

        tensors[target] = Derived([weight, scale], compute, (weight.shape[0] * 4, *weight.shape[1:]))
    return tensors


def _gptq(settings: Mapping[str, Any], tensors: Tensors) -> Tensors:
    bits = settings.get("bits")
    if bits not in (2, 4, 8):
        raise _refused(f"GPTQ with {bits} bits, which cannot be turned back")
    offset = 1 if settings.get("checkpoint_format", "gptq") == "gptq" else 0
    for name in list(tensors):
        if not name.endswith(".qweight"):
            continue
        stem = name.removesuffix(".qweight")
        parts = [_partner(tensors, f"{stem}.{part}") for part in ("qweight", "qzeros", "scales", "g_idx")]
        for part in ("qweight", "qzeros", "scales", "g_idx"):
            del tensors[f"{stem}.{part}"]
        tensors[f"{stem}.weight"] = _gptq_weight(parts, int(bits), offset)
    return tensors


def _gptq_weight(parts: Sequence[Tensor], bits: int, offset: int) -> Tensor:
    """GPTQModel's packing: `32 / bits` values to an integer, weights along the input, zeros along the output."""
    qweight, scales = parts[0], parts[2]
    mask = (1 << bits) - 1
    kind = np.int16 if bits == 8 else np.int8

    def compute(arrays: Sequence[Any]) -> Any:
        packed, zeros, factors, group = arrays
        shifts = np.arange(0, packed.dtype.itemsize * 8, bits, dtype=packed.dtype)
        unpacked_zeros = ((zeros[:, :, None] >> shifts).astype(kind) & mask).reshape(factors.shape) + kind(offset)
        values = ((packed[:, None, :] >> shifts[:, None]).astype(kind) & mask).reshape(-1, packed.shape[1])
        floats = working(factors, scales.dtype).astype(np.float32)
        difference = (values - unpacked_zeros[group]).astype(np.float32)
        return np.ascontiguousarray((floats[group] * difference).T)

    if qweight.ndim != 2:
        raise shape_mismatch(f"{_BROKEN}.")
    return Derived(parts, compute, (qweight.shape[1], qweight.shape[0] * (qweight.dtype.itemsize * 8 // bits)))


def _compressed(settings: Mapping[str, Any], tensors: Tensors) -> Tensors:
    style, groups = settings.get("format"), settings.get("config_groups")
    if not isinstance(groups, Mapping) or len(groups) != 1:
        raise _refused("compressed-tensors with several groups, which cannot be turned back")
    group = next(iter(groups.values()))
    weights = group.get("weights") if isinstance(group, Mapping) else None
    if not isinstance(weights, Mapping):
        raise _refused("compressed-tensors without a description of its weights")
    if style in ("float-quantized", "int-quantized", "naive-quantized"):
        if weights.get("strategy") not in ("channel", "block") or weights.get("group_size") is not None:
            raise _refused(f"compressed-tensors {style}, {weights.get('strategy')}, which cannot be turned back")
        block = _block_size(weights.get("block_structure"))
        for name in list(tensors):
            if name.endswith(".weight_scale"):
                weight = name.removesuffix("_scale")
                tensors[weight] = _scaled(_partner(tensors, weight), tensors.pop(name), block)
        return tensors
    if style == "pack-quantized":
        return _pack_quantized(weights, tensors)
    raise _refused(f"compressed-tensors {style}, which cannot be turned back")


def _pack_quantized(weights: Mapping[str, Any], tensors: Tensors) -> Tensors:
    bits, size = weights.get("num_bits"), weights.get("group_size")
    plain = weights.get("strategy") == "group" and weights.get("type", "int") == "int"
    if not plain or not isinstance(bits, int) or not isinstance(size, int) or not 0 < bits <= 8 or size < 1:
        raise _refused("compressed-tensors pack-quantized in a form that cannot be turned back")
    for name in list(tensors):
        if not name.endswith(".weight_packed"):
            continue
        stem = name.removesuffix("_packed")
        parts = [tensors.pop(name), _partner(tensors, f"{stem}_scale"), _partner(tensors, f"{stem}_shape")]
        shape = tuple(int(n) for n in parts[2].array().reshape(-1))
        if len(shape) != 2 or parts[0].dtype is not DType.I32 or min(shape) < 1 or max(shape) > 1 << 31:
            raise shape_mismatch(f"{_BROKEN} at {name}.")
        del tensors[f"{stem}_scale"], tensors[f"{stem}_shape"]
        if f"{stem}_zero_point" in tensors:
            parts.append(tensors.pop(f"{stem}_zero_point"))
        tensors[stem] = _packed_weight(parts, shape, bits, size)
    return tensors


def _packed_weight(parts: Sequence[Tensor], shape: tuple[int, int], bits: int, size: int) -> Tensor:
    mask = (1 << bits) - 1
    scale_type = parts[1].dtype

    def compute(arrays: Sequence[Any]) -> Any:
        packed, scale = arrays[0], working(arrays[1], scale_type).astype(np.float32)
        shifts = np.arange(0, 32 - (bits - 1), bits, dtype=np.int32)
        offset: Any = 1 << (bits - 1)
        if len(arrays) > 3:
            zeros = (arrays[3][:, None, :] >> shifts[None, :, None]) & mask
            offset = zeros.reshape(-1, arrays[3].shape[1])[: shape[0], :, None]
        values = ((packed[:, :, None] >> shifts) & mask).reshape(packed.shape[0], -1)[:, : shape[1]]
        grouped = values.reshape(values.shape[0], -(-values.shape[1] // size), size) - offset
        return (grouped * scale[:, :, None]).reshape(shape).astype(np.float32)

    return Derived(parts, compute, shape)


_METHODS: dict[str, Callable[[Mapping[str, Any], Tensors], Tensors]] = {
    "fp8": _fp8,
    "modelopt": _modelopt,
    "bitnet": _bitnet,
    "gptq": _gptq,
    "compressed-tensors": _compressed,
}
