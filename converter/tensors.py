"""Lazy tensors: how an output tensor is made from stored ones, read a few rows at a time.

Structure (choosing, stacking, reordering rows) never changes the stored bits and never needs more than the rows asked for.
Arithmetic follows the reference's rule: float16 and float32 stay what they are, any other stored type becomes float32
before it is changed.

Rows are counted over all leading dimensions: a tensor of shape (8, 512, 256) has 4,096 rows of 256 elements; a vector has
one row. BF16 rows are handed out as uint16 (numpy has no bfloat16), every other type as its numpy type.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from math import prod

import numpy as np
import numpy.typing as npt

from converter.errors import shape_mismatch

Array = npt.NDArray[np.generic]
Floats = npt.NDArray[np.float32]


class DType(Enum):
    """A stored element type, by its name in a safetensors header: (numpy type, bytes)."""

    F64 = ("F64", np.float64)
    F32 = ("F32", np.float32)
    F16 = ("F16", np.float16)
    BF16 = ("BF16", np.uint16)
    F8_E4M3 = ("F8_E4M3", np.uint8)
    F8_E5M2 = ("F8_E5M2", np.uint8)
    F8_E8M0 = ("F8_E8M0", np.uint8)
    I64 = ("I64", np.int64)
    I32 = ("I32", np.int32)
    I16 = ("I16", np.int16)
    I8 = ("I8", np.int8)
    U64 = ("U64", np.uint64)
    U32 = ("U32", np.uint32)
    U16 = ("U16", np.uint16)
    U8 = ("U8", np.uint8)
    BOOL = ("BOOL", np.uint8)

    @property
    def numpy(self) -> np.dtype[np.generic]:
        kind: np.dtype[np.generic] = np.dtype(self.value[1])
        return kind

    @property
    def itemsize(self) -> int:
        return self.numpy.itemsize


def bf16_to_f32(data: npt.NDArray[np.uint16]) -> Floats:
    """BF16 bits to float32: the upper half of the same number."""
    wide = data.astype(np.uint32)
    wide <<= 16
    return wide.view(np.float32)


def _float8_table(exponent_bits: int) -> Floats:
    """All 256 values of E4M3 (finite, one NaN pattern) or E5M2 (IEEE-like). OCP 8-bit floating point specification."""
    mantissa_bits = 7 - exponent_bits
    bias = (1 << (exponent_bits - 1)) - 1
    code = np.arange(256)
    sign = np.where(code & 0x80, -1.0, 1.0)
    exponent = (code >> mantissa_bits) & ((1 << exponent_bits) - 1)
    mantissa = code & ((1 << mantissa_bits) - 1)
    steps = float(1 << mantissa_bits)
    normal = (1 + mantissa / steps) * np.exp2((exponent - bias).astype(np.float64))
    small = mantissa / steps * np.exp2(float(1 - bias))
    value = sign * np.where(exponent == 0, small, normal)
    top = (1 << exponent_bits) - 1
    if exponent_bits == 4:
        value = np.where((exponent == top) & (mantissa == (1 << mantissa_bits) - 1), np.nan, value)
    else:
        value = np.where(exponent == top, np.where(mantissa == 0, sign * np.inf, np.nan), value)
    return value.astype(np.float32)


def working(data: Array, dtype: DType) -> Array:
    """Stored elements in the type that arithmetic is done in: float16 stays, everything else is float32."""
    if dtype is DType.F16 or dtype is DType.F32:
        return data
    if dtype is DType.BF16:
        return bf16_to_f32(data.view(np.uint16))
    if dtype is DType.F8_E4M3:
        return np.asarray(_float8_table(4)[data])
    if dtype is DType.F8_E5M2:
        return np.asarray(_float8_table(5)[data])
    return data.astype(np.float32)


class Tensor(ABC):
    """Something with a shape that can be read by rows. Immutable."""

    shape: tuple[int, ...]
    dtype: DType

    @abstractmethod
    def read(self, start: int, stop: int) -> Array:
        """Rows `start` to `stop` as stored, shape (stop - start, columns)."""

    def prepare(self) -> Tensor:
        """The tensor to read from: whatever needs its whole input at once is computed here."""
        return self

    def inputs(self) -> Iterable[Tensor]:
        """The tensors that this one is made of; none for what is stored."""
        return ()

    def expect(self) -> None:
        """The tensor will be read soon: a chance to fetch it from the disk."""
        for part in self.inputs():
            part.expect()

    def release(self) -> None:
        """The tensor has been read: memory that mirrors a file may go. It can still be read again."""
        for part in self.inputs():
            part.release()

    @property
    def columns(self) -> int:
        return self.shape[-1] if self.shape else 1

    @property
    def row_count(self) -> int:
        return prod(self.shape[:-1]) if self.shape else 1

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    # --- structure: the bits stay ---------------------------------------------------------------------------------

    def reshape(self, *shape: int) -> Tensor:
        """Another shape over the same elements."""
        return self if tuple(shape) == self.shape else Reshaped(self, tuple(shape))

    def squeeze(self) -> Tensor:
        """Without dimensions of size one."""
        return self.reshape(*(n for n in self.shape if n != 1))

    def take(self, index: npt.NDArray[np.intp]) -> Tensor:
        """The entries `index` along the first dimension, in that order."""
        return Taken(self, index)

    def slice(self, start: int, stop: int) -> Tensor:
        """Entries `start` to `stop` along the first dimension."""
        return self if (start, stop) == (0, self.shape[0]) else Taken(self, np.arange(start, stop))

    def permute_heads(self, heads: int) -> Tensor:
        """Undo the interleaving of rotary halves that Hugging Face's Llama applies to q and k.

        Rows are heads × (2 × half); the result counts half before the 2. Works on weights and on biases.
        """
        rows = self.shape[0]
        if heads <= 0 or rows % (2 * heads):
            raise shape_mismatch(f"A projection with {rows} rows cannot be split into {heads} heads.")
        index = np.arange(rows).reshape(heads, 2, rows // heads // 2).swapaxes(1, 2).reshape(-1)
        return self.take(index)

    # --- arithmetic -----------------------------------------------------------------------------------------------

    def map(self, function: Callable[[Array], Array]) -> Tensor:
        """`function` on each element (it sees blocks of rows in the working type and keeps their shape)."""
        return Mapped(self, function)

    def whole(self, function: Callable[[Array], Array], shape: Sequence[int] | None = None) -> Tensor:
        """`function` on the whole tensor in the working type; `shape` is the result's, if it is another."""
        return Whole(self, function, tuple(self.shape if shape is None else shape))

    def transpose(self) -> Tensor:
        """Last two dimensions exchanged."""
        shape = (*self.shape[:-2], self.shape[-1], self.shape[-2])
        return Whole(self, lambda a: np.ascontiguousarray(np.swapaxes(a, -1, -2)), shape, raw=True)

    def array(self) -> Array:
        """All of it in the working type. For small tensors only."""
        ready = self.prepare()
        return working(ready.read(0, ready.row_count), ready.dtype).reshape(self.shape)


class Stored(Tensor):
    """A tensor that lies in memory or in a memory map, contiguous."""

    def __init__(self, data: Array, shape: Sequence[int], dtype: DType) -> None:
        self.shape = tuple(shape)
        self.dtype = dtype
        self.data = data.reshape(self.row_count, self.columns)

    def read(self, start: int, stop: int) -> Array:
        return self.data[start:stop]


def constant(data: Floats) -> Tensor:
    """A float32 tensor that no file holds (rope factors and the like)."""
    return Stored(np.ascontiguousarray(data, dtype=np.float32), data.shape, DType.F32)


class Reshaped(Tensor):
    def __init__(self, source: Tensor, shape: tuple[int, ...]) -> None:
        if prod(shape) != source.size:
            raise shape_mismatch(f"A tensor of shape {list(source.shape)} cannot be read as {list(shape)}.")
        self.source, self.shape, self.dtype = source, shape, source.dtype

    def inputs(self) -> Iterable[Tensor]:
        return (self.source,)

    def prepare(self) -> Tensor:
        source = self.source.prepare()
        if isinstance(source, Stored):
            return Stored(source.data, self.shape, self.dtype)
        if source.columns == self.columns:
            return self if source is self.source else Reshaped(source, self.shape)
        return Stored(np.ascontiguousarray(source.read(0, source.row_count)), self.shape, self.dtype)

    def read(self, start: int, stop: int) -> Array:
        return self.source.read(start, stop)


class Taken(Tensor):
    """Chosen entries of the first dimension."""

    def __init__(self, source: Tensor, index: npt.NDArray[np.intp]) -> None:
        self.source, self.index, self.dtype = source, index, source.dtype
        self.shape = (len(index), *source.shape[1:])

    def inputs(self) -> Iterable[Tensor]:
        return (self.source,)

    def prepare(self) -> Tensor:
        source = self.source.prepare()
        if self.ndim == 1:
            return Stored(source.read(0, 1)[0][self.index], self.shape, self.dtype)
        if isinstance(source, Stored) and self._is_run():
            inner = prod(self.shape[1:-1])
            first = int(self.index[0]) * inner
            return Stored(source.data[first : first + self.row_count], self.shape, self.dtype)
        return self if source is self.source else Taken(source, self.index)

    def _is_run(self) -> bool:
        return len(self.index) > 0 and bool(np.all(np.diff(self.index) == 1))

    def read(self, start: int, stop: int) -> Array:
        inner = prod(self.shape[1:-1])
        if isinstance(self.source, Stored):
            if inner == 1:
                return np.asarray(self.source.data[self.index[start:stop]])
            rows = np.arange(start, stop)
            return np.asarray(self.source.data[self.index[rows // inner] * inner + rows % inner])
        pieces = []
        for row in range(start, stop):
            at = int(self.index[row // inner]) * inner + row % inner
            pieces.append(self.source.read(at, at + 1))
        return np.concatenate(pieces)


class Stacked(Tensor):
    """Parts one after the other; `joined` extends the first dimension, otherwise a new one is put in front."""

    def __init__(self, parts: Sequence[Tensor], *, joined: bool = False) -> None:
        first = parts[0]
        for part in parts[1:]:
            left, right = (first.shape[1:], part.shape[1:]) if joined else (first.shape, part.shape)
            if left != right:
                raise shape_mismatch(
                    f"Tensors of shapes {list(first.shape)} and {list(part.shape)} do not go together."
                )
        self.parts, self.dtype = list(parts), first.dtype
        lead = sum(part.shape[0] for part in parts) if joined else len(parts)
        self.shape = (lead, *(first.shape[1:] if joined else first.shape))
        self.joined = joined

    def inputs(self) -> Iterable[Tensor]:
        return self.parts

    def prepare(self) -> Tensor:
        ready = [part.prepare() for part in self.parts]
        if self.ndim == 1:
            return Stored(np.concatenate([part.read(0, 1)[0] for part in ready]), self.shape, self.dtype)
        return Stacked(ready, joined=self.joined)

    def read(self, start: int, stop: int) -> Array:
        pieces: list[Array] = []
        at = 0
        for part in self.parts:
            count = part.row_count
            low, high = max(start - at, 0), min(stop - at, count)
            if low < high:
                pieces.append(part.read(low, high))
            at += count
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def stack(parts: Sequence[Tensor]) -> Tensor:
    """A new first dimension over tensors of one shape, e.g. experts (n, rows, columns)."""
    return Stacked(_same_type(parts))


def concatenate(parts: Sequence[Tensor]) -> Tensor:
    """Tensors joined along their first dimension."""
    return parts[0] if len(parts) == 1 else Stacked(_same_type(parts), joined=True)


def _same_type(parts: Sequence[Tensor]) -> Sequence[Tensor]:
    """The parts as they are, or all as float32 if their stored types differ."""
    if all(part.dtype is parts[0].dtype for part in parts):
        return parts
    return [Mapped(part, lambda a: a.astype(np.float32), DType.F32) for part in parts]


class Mapped(Tensor):
    def __init__(self, source: Tensor, function: Callable[[Array], Array], dtype: DType | None = None) -> None:
        self.source, self.function, self.shape = source, function, source.shape
        self.dtype = dtype or (DType.F16 if source.dtype is DType.F16 else DType.F32)

    def inputs(self) -> Iterable[Tensor]:
        return (self.source,)

    def prepare(self) -> Tensor:
        source = self.source.prepare()
        return self if source is self.source else Mapped(source, self.function, self.dtype)

    def read(self, start: int, stop: int) -> Array:
        return self.function(working(self.source.read(start, stop), self.source.dtype))


class Whole(Tensor):
    """The result of a function that needs its whole input. `raw` functions move bits and keep the stored type."""

    def __init__(
        self, source: Tensor, function: Callable[[Array], Array], shape: tuple[int, ...], *, raw: bool = False
    ) -> None:
        self.source, self.function, self.shape, self.raw = source, function, shape, raw
        self.dtype = source.dtype if raw or source.dtype is DType.F16 else DType.F32

    def inputs(self) -> Iterable[Tensor]:
        return (self.source,)

    def prepare(self) -> Tensor:
        source = self.source.prepare()
        data = source.read(0, source.row_count).reshape(self.source.shape)
        result = self.function(data if self.raw else working(data, source.dtype))
        if result.shape != self.shape:
            raise shape_mismatch(f"A tensor came out with shape {list(result.shape)} instead of {list(self.shape)}.")
        return Stored(np.ascontiguousarray(result), self.shape, self.dtype)

    def read(self, start: int, stop: int) -> Array:
        return self.prepare().read(start, stop)
