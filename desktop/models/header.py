"""What a GGUF file says of itself, as plain data: metadata and tensors, without the reading of it (desktop/models/gguf.py).

Keys, types and file types are those of llama.cpp's ggml.h, llama.h and gguf-py.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from desktop.core.files import shown
from desktop.models.naming import name_of

MAX_FIGURE = 1 << 63
TENSOR_TYPES: Mapping[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 36),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
    40: ("NVFP4", 64, 36),
    41: ("Q1_0", 128, 18),
    42: ("Q2_0", 64, 18),
}
"""Type: name, elements of a block, bytes of a block."""
_FILE_TYPES: Mapping[int, str] = {
    **dict(enumerate(("F32", "F16", "Q4_0", "Q4_1"))),
    **dict(enumerate(("Q8_0", "Q5_0", "Q5_1", "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M"), 7)),
    **dict(enumerate(("Q5_K_S", "Q5_K_M", "Q6_K", "IQ2_XXS", "IQ2_XS", "Q2_K_S", "IQ3_XS", "IQ3_XXS", "IQ1_S"), 16)),
    **dict(enumerate(("IQ4_NL", "IQ3_S", "IQ3_M", "IQ2_S", "IQ2_M", "IQ4_XS", "IQ1_M", "BF16"), 25)),
    **dict(enumerate(("TQ1_0", "TQ2_0", "MXFP4", "NVFP4", "Q1_0", "Q2_0"), 36)),
}
"""`general.file_type`, llama_ftype in llama.h."""
PART = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<ending>\.gguf)$", re.IGNORECASE | re.ASCII)
"""The name of one of several files."""


@dataclass(frozen=True, slots=True)
class ArrayInfo:
    """An array of the metadata, or a text too long to keep. values: None when it is long and stayed in the file."""

    type: int
    count: int
    values: tuple[Value, ...] | None


Value = int | float | bool | str | ArrayInfo


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor: dims innermost first, offset in bytes from the start of the file."""

    name: str
    dims: tuple[int, ...]
    type: int
    offset: int
    size: int

    @property
    def elements(self) -> int:
        total = 1
        for dim in self.dims:
            total *= dim
        return total


@dataclass(frozen=True)
class Header:
    """What one GGUF file says of itself."""

    path: Path
    version: int
    file_bytes: int
    alignment: int
    metadata: Mapping[str, Value]
    tensors: tuple[TensorInfo, ...]

    def text(self, key: str, default: str = "") -> str:
        value = self.metadata.get(key)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: int = 0) -> int:
        """A whole number; the default where there is none, or no finite one below 2^63 (`bounds.header_problem` names it)."""
        value = self.metadata.get(key)
        return whole(value, default)

    def count(self, key: str) -> int:
        """Elements of an array, 0 where there is none."""
        value = self.metadata.get(key)
        return value.count if isinstance(value, ArrayInfo) else 0

    @property
    def architecture(self) -> str:
        return printable(self.text("general.architecture"), 60)

    @property
    def name(self) -> str:
        """The name that its makers gave it, else that of the file."""
        stem = PART.match(self.path.name)
        return name_of(printable(self.text("general.name"), 120), shown(stem["stem"] if stem else self.path.stem))

    @cached_property
    def parameters(self) -> int:
        return sum(tensor.elements for tensor in self.tensors)

    @cached_property
    def weight_bytes(self) -> int:
        return sum(tensor.size for tensor in self.tensors)

    @cached_property
    def quantization(self) -> str:
        """Label of the file type, such as Q4_K_M; without one the type that holds most bytes."""
        if label := _FILE_TYPES.get(self.number("general.file_type", -1)):
            return label
        sizes: dict[int, int] = {}
        for tensor in self.tensors:
            sizes[tensor.type] = sizes.get(tensor.type, 0) + tensor.size
        return TENSOR_TYPES[max(sizes, key=lambda key: sizes[key])][0] if sizes else ""

    @property
    def context_trained(self) -> int:
        return max(0, self.number(f"{self.architecture}.context_length"))

    def per_layer(self, key: str, layers: int, default: int) -> list[int]:
        """A value that may be one for all layers or one for each."""
        value = self.metadata.get(f"{self.architecture}.{key}")
        if isinstance(value, ArrayInfo) and value.values is not None:
            given = [whole(v) for v in value.values if isinstance(v, int | float)][:layers]
            return given + [default] * (layers - len(given))
        return [self.number(f"{self.architecture}.{key}", default)] * layers

    @property
    def parts(self) -> int:
        """Files that the model is split into; 1 for a whole one."""
        return max(1, self.number("split.count", 1))


def whole(value: object, default: int = 0) -> int:
    """A figure as a whole number; the default for what is none, is not finite, or does not fit into 64 bits."""
    if not isinstance(value, int | float) or not math.isfinite(value) or abs(value) >= MAX_FIGURE:
        return default
    return int(value)


def printable(text: str, limit: int) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:limit]
