"""GGUF headers, read with every bound checked before native code sees the file.

Layout and element sizes: docs/gguf.md and ggml-common.h of llama.cpp. Versions 2 and 3, little-endian. Large arrays (the
vocabulary) are walked over and not built. A file that passes has: counts and lengths inside the file, known types,
aligned, contiguous tensor data that ends inside the file, no name twice, and vocabulary arrays of one length.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import FileIO
from pathlib import Path

from desktop.core.errors import SamarError
from desktop.core.model import FileFacts

MAX_METADATA = 65_536
MAX_TENSORS = 1_000_000
MAX_KEY = 65_535  # bytes, by the specification
MAX_STRING = 64 * 1024 * 1024  # bytes
MAX_ELEMENTS = 32 * 1024 * 1024  # of one array; vocabularies have at most some hundred thousand
MAX_HEADER = 512 * 1024 * 1024  # bytes
MAX_TENSOR_NAME = 63  # bytes, GGML_MAX_NAME - 1
MAX_PARTS = 1_000
_SMALL = 4_096  # elements: a longer array stays in the file

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_FLOAT32, _INT32, _UINT32 = 6, 5, 4

# type: (name, elements of a block, bytes of a block)
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
_FILE_TYPES: Mapping[int, str] = {
    **dict(enumerate(("F32", "F16", "Q4_0", "Q4_1"))),
    **dict(enumerate(("Q8_0", "Q5_0", "Q5_1", "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M"), 7)),
    **dict(enumerate(("Q5_K_S", "Q5_K_M", "Q6_K", "IQ2_XXS", "IQ2_XS", "Q2_K_S", "IQ3_XS", "IQ3_XXS", "IQ1_S"), 16)),
    **dict(enumerate(("IQ4_NL", "IQ3_S", "IQ3_M", "IQ2_S", "IQ2_M", "IQ4_XS", "IQ1_M", "BF16"), 25)),
    **dict(enumerate(("TQ1_0", "TQ2_0", "MXFP4", "NVFP4", "Q1_0", "Q2_0"), 36)),
}
"""`general.file_type`, llama_ftype in llama.h."""
_PART = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$")


@dataclass(frozen=True, slots=True)
class ArrayInfo:
    """An array of the metadata. values: None when it is long and stayed in the file."""

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
        value = self.metadata.get(key)
        return int(value) if isinstance(value, int | float) else default

    def count(self, key: str) -> int:
        """Elements of an array, 0 where there is none."""
        value = self.metadata.get(key)
        return value.count if isinstance(value, ArrayInfo) else 0

    @property
    def architecture(self) -> str:
        return _printable(self.text("general.architecture"), 60)

    @property
    def name(self) -> str:
        """The name that its makers gave it, else that of the file."""
        stem = _PART.match(self.path.name)
        return _printable(self.text("general.name"), 120) or (stem["stem"] if stem else self.path.stem)

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
            given = [int(v) for v in value.values if isinstance(v, int | float)][:layers]
            return given + [default] * (layers - len(given))
        return [self.number(f"{self.architecture}.{key}", default)] * layers

    @cached_property
    def kv_elements_per_token(self) -> int:
        """Elements that K and V caches take for one token; recurrent layers have no key heads and take none."""
        layers = min(max(self.number(f"{self.architecture}.block_count"), 0), 10_000)
        heads = self.per_layer("attention.head_count", layers, 0)
        width = self.number(f"{self.architecture}.embedding_length")
        heads_kv = self.per_layer("attention.head_count_kv", layers, heads[0] if heads else 0)
        default = width // heads[0] if heads and heads[0] > 0 else 0
        key = self.number(f"{self.architecture}.attention.key_length", default)
        value = self.number(f"{self.architecture}.attention.value_length", default)
        return sum(max(count, 0) for count in heads_kv) * (max(key, 0) + max(value, 0))

    @property
    def parts(self) -> int:
        """Files that the model is split into; 1 for a whole one."""
        return max(1, self.number("split.count", 1))


def read_header(path: Path) -> Header:
    """The header of one file. Raises SamarError model_missing, model_unreadable, model_not_gguf, model_damaged."""
    name = path.name
    try:
        with path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            return _Reader(file, size, path).header()
    except FileNotFoundError as problem:
        raise SamarError("model_missing", name=name) from problem
    except OSError as problem:
        raise SamarError("model_unreadable", name=name, reason=problem.strerror or problem) from problem


def inspect(path: Path) -> FileFacts:
    """Read every part of a model and say what the engine needs to know of it. Raises SamarError as read_header does,
    model_part_missing, model_not_for_chat."""
    paths = part_paths(path)
    header = read_header(paths[0])
    kind = header.text("general.type", "model")
    if kind != "model" or header.architecture == "clip":
        raise SamarError("model_not_for_chat", name=header.name, kind=_printable(kind, 40))
    if not header.architecture:
        raise SamarError("model_damaged", name=path.name, reason="it names no architecture")
    if header.parts != len(paths):
        raise SamarError("model_part_missing", name=path.name, part=f"1 … {header.parts}")
    headers = [header, *(read_header(other) for other in paths[1:])]
    if not any(part.tensors for part in headers):
        raise SamarError("model_damaged", name=path.name, reason="it holds no weights")
    from desktop.models.bounds import trouble  # which knows headers

    if reason := trouble(header):
        raise SamarError("model_damaged", name=path.name, reason=reason)
    return FileFacts(
        path=str(paths[0]),
        name=header.name,
        architecture=header.architecture,
        parameters=sum(part.parameters for part in headers),
        quantization=header.quantization,
        file_bytes=sum(part.file_bytes for part in headers),
        weight_bytes=sum(part.weight_bytes for part in headers),
        context_trained=header.context_trained,
        kv_elements_per_token=header.kv_elements_per_token,
        vocabulary=header.count("tokenizer.ggml.tokens"),
        width=max(0, header.number(f"{header.architecture}.embedding_length")),
        layers=max(0, header.number(f"{header.architecture}.block_count")),
    )


def part_paths(path: Path) -> list[Path]:
    """All files of a model, first part first; of a whole one itself. Raises SamarError model_part_missing."""
    match = _PART.match(path.name)
    if match is None:
        return [path]
    count = int(match["count"])
    if not 1 <= int(match["number"]) <= count <= MAX_PARTS:
        return [path]
    paths = [path.with_name(f"{match['stem']}-{i:05d}-of-{count:05d}.gguf") for i in range(1, count + 1)]
    for part in paths:
        if part != path and not part.exists():
            raise SamarError("model_part_missing", name=path.name, part=part.name)
    return paths


def is_later_part(path: Path) -> bool:
    """Whether a file is named as a part of a model, and not as the first one."""
    match = _PART.match(path.name)
    return match is not None and int(match["number"]) > 1


def _printable(text: str, limit: int) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:limit]


class _Damaged(Exception):  # noqa: N818 - a finding
    """Why the header can't be trusted."""


class _Reader:
    """Walks over the header; the buffer grows as far as it is walked, at most MAX_HEADER."""

    def __init__(self, file: FileIO, size: int, path: Path) -> None:
        self._file, self._size, self._path = file, size, path
        self._data = bytearray()
        self._at = 0

    def header(self) -> Header:
        name = self._path.name
        try:
            if not self._more(8) or self._data[:4] != b"GGUF":
                raise SamarError("model_not_gguf", name=name)
            self._at = 4
            return self._read()
        except (_Damaged, struct.error) as problem:
            raise SamarError("model_damaged", name=name, reason=str(problem) or "it ends too early") from problem

    def _more(self, end: int) -> bool:
        """Have the first `end` bytes of the file in the buffer; false where it has fewer."""
        if end > self._size or end > MAX_HEADER:
            return False
        while len(self._data) < end:
            part = self._file.read(max(1 << 20, end - len(self._data)))
            if not part:
                return False
            self._data += part
        return True

    def _take(self, count: int) -> int:
        """Move over `count` bytes; returns where they begin."""
        start, end = self._at, self._at + count
        if end > len(self._data) and not self._more(end):
            raise _Damaged("it ends inside its header")
        self._at = end
        return start

    def _number(self, form: str) -> int:
        packer = struct.Struct("<" + form)
        return int(packer.unpack_from(self._data, self._take(packer.size))[0])

    def _string(self, limit: int, what: str) -> str:
        length = self._number("Q")
        if length > limit:
            raise _Damaged(f"{what} of {length} bytes")
        start = self._take(length)
        return self._data[start : start + length].decode("utf-8", "replace")

    def _read(self) -> Header:
        version = self._number("I")
        if version not in (2, 3):
            swapped = int.from_bytes(version.to_bytes(4, "little"), "big")
            raise _Damaged("it is big-endian" if swapped in (2, 3) else f"version {version} of GGUF is unknown")
        tensor_count, metadata_count = self._number("Q"), self._number("Q")
        if tensor_count > MAX_TENSORS:
            raise _Damaged(f"it claims {tensor_count} tensors")
        if metadata_count > MAX_METADATA:
            raise _Damaged(f"it claims {metadata_count} metadata entries")
        metadata: dict[str, Value] = {}
        for _ in range(metadata_count):
            key = self._string(MAX_KEY, "a key")
            if not key:
                raise _Damaged("a key has no name")
            if key in metadata:
                raise _Damaged(f"{_printable(key, 60)} is given twice")
            metadata[key] = self._value(self._number("I"))
        alignment = self._alignment(metadata)
        tensors = self._tensors(tensor_count, alignment)
        _check_vocabulary(metadata)
        return Header(self._path, version, self._size, alignment, metadata, tensors)

    def _value(self, kind: int) -> Value:
        if kind == _STRING:
            return self._string(MAX_STRING, "a text")
        if kind == _ARRAY:
            return self._array()
        form = _SCALARS.get(kind)
        if form is None:
            raise _Damaged(f"type {kind} of metadata is unknown")
        packer = struct.Struct("<" + form)
        value: int | float | bool = packer.unpack_from(self._data, self._take(packer.size))[0]
        return value

    def _array(self) -> ArrayInfo:
        kind, count = self._number("I"), self._number("Q")
        if count > MAX_ELEMENTS:
            raise _Damaged(f"an array claims {count} elements")
        if kind == _STRING:
            if count <= _SMALL:
                return ArrayInfo(kind, count, tuple(self._string(MAX_STRING, "a text") for _ in range(count)))
            self._skip_strings(count)
            return ArrayInfo(kind, count, None)
        form = _SCALARS.get(kind)
        if form is None:
            raise _Damaged("it has nested arrays" if kind == _ARRAY else f"type {kind} of metadata is unknown")
        packer = struct.Struct(f"<{count if count <= _SMALL else 1}{form}")
        start = self._take(struct.calcsize("<" + form) * count)
        return ArrayInfo(kind, count, packer.unpack_from(self._data, start) if count <= _SMALL else None)

    def _skip_strings(self, count: int) -> None:
        """Walk over `count` strings; this loop is nearly all the time that a header takes."""
        unpack, data, at = struct.Struct("<Q").unpack_from, self._data, self._at
        left = iter(range(count))
        while True:
            try:
                for _ in left:
                    at += 8 + unpack(data, at)[0]
                break
            except (struct.error, OverflowError):  # the buffer ends here
                if not self._more(at + 8):
                    raise _Damaged("it ends inside its header") from None
                self._more(min(len(data) * 2, self._size, MAX_HEADER))
                at += 8 + unpack(data, at)[0]
        self._at = at
        self._take(0)

    def _alignment(self, metadata: Mapping[str, Value]) -> int:
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20 or alignment & (alignment - 1):
            raise _Damaged("its alignment is no power of two")
        return alignment

    def _tensors(self, count: int, alignment: int) -> tuple[TensorInfo, ...]:
        found: list[TensorInfo] = []
        names: set[str] = set()
        expected = 0
        for _ in range(count):
            info = self._tensor(expected)
            if info.name in names:
                raise _Damaged(f"tensor {_printable(info.name, 63)} is there twice")
            names.add(info.name)
            found.append(info)
            expected += -(-info.size // alignment) * alignment
        start = -(-self._at // alignment) * alignment
        if found and start + found[-1].offset + found[-1].size > self._size:
            missing = start + found[-1].offset + found[-1].size - self._size
            raise _Damaged(f"{missing} bytes are missing at its end")
        return tuple(TensorInfo(t.name, t.dims, t.type, start + t.offset, t.size) for t in found)

    def _tensor(self, expected: int) -> TensorInfo:
        name = self._string(MAX_TENSOR_NAME, "a tensor's name")
        shown = _printable(name, 63)
        dimensions = self._number("I")
        if dimensions > 4:
            raise _Damaged(f"tensor {shown} has {dimensions} dimensions")
        dims = tuple(self._number("Q") for _ in range(dimensions))
        kind, offset = self._number("I"), self._number("Q")
        if kind not in TENSOR_TYPES:
            raise _Damaged(f"tensor {shown} has the unknown type {kind}")
        _, block, block_bytes = TENSOR_TYPES[kind]
        elements = 1
        for dim in dims:
            if dim < 1:
                raise _Damaged(f"tensor {shown} is empty")
            elements *= dim
        if elements >= 1 << 60:
            raise _Damaged(f"tensor {shown} claims {elements} elements")
        if (dims[0] if dims else 1) % block:
            raise _Damaged(f"the rows of tensor {shown} are no whole blocks")
        if offset != expected:
            raise _Damaged(f"tensor {shown} is not where it should be")
        size = elements // block * block_bytes
        if offset + size > self._size:
            raise _Damaged(f"tensor {shown} lies behind the end of the file")
        return TensorInfo(name, dims, kind, offset, size)


def _check_vocabulary(metadata: Mapping[str, Value]) -> None:
    """Arrays that native code reads side by side must have one length and the types it takes them for."""
    tokens = metadata.get("tokenizer.ggml.tokens")
    if tokens is None:
        return
    if not isinstance(tokens, ArrayInfo) or tokens.type != _STRING:
        raise _Damaged("its vocabulary is no list of texts")
    for key, kinds in (("scores", (_FLOAT32,)), ("token_type", (_INT32, _UINT32))):
        other = metadata.get(f"tokenizer.ggml.{key}")
        if other is None:
            continue
        if not isinstance(other, ArrayInfo) or other.type not in kinds or other.count != tokens.count:
            raise _Damaged(f"tokenizer.ggml.{key} does not match its vocabulary")
    merges = metadata.get("tokenizer.ggml.merges")
    if merges is not None and not (isinstance(merges, ArrayInfo) and merges.type == _STRING):
        raise _Damaged("its merges are no list of texts")


def tensor_summary(header: Header) -> Iterator[tuple[str, int, int]]:
    """(type, tensors, bytes), largest first."""
    sums: dict[int, tuple[int, int]] = {}
    for tensor in header.tensors:
        number, size = sums.get(tensor.type, (0, 0))
        sums[tensor.type] = number + 1, size + tensor.size
    for kind, (number, size) in sorted(sums.items(), key=lambda item: -item[1][1]):
        yield TENSOR_TYPES[kind][0], number, size


class _TokenReader(_Reader):
    """Keeps some texts of the vocabulary while it walks over the header."""

    def __init__(self, file: FileIO, size: int, path: Path, wanted: frozenset[int]) -> None:
        super().__init__(file, size, path)
        self.found: dict[int, str] = {}
        self._wanted, self._last = wanted, ""

    def _string(self, limit: int, what: str) -> str:
        self._last = super()._string(limit, what)
        return self._last

    def _skip_strings(self, count: int) -> None:
        if self._last != "tokenizer.ggml.tokens":
            return super()._skip_strings(count)
        done = 0
        for number in sorted(number for number in self._wanted if 0 <= number < count):
            super()._skip_strings(number - done)
            self.found[number] = self._string(MAX_STRING, "a token")
            done = number + 1
        super()._skip_strings(count - done)
        return None


def token_texts(path: Path, wanted: Iterable[int]) -> dict[int, str]:
    """Texts of some tokens by number; those that the vocabulary does not have are left out. Raises as read_header does."""
    numbers = frozenset(wanted)
    try:
        with path.open("rb", buffering=0) as file:
            reader = _TokenReader(file, os.fstat(file.fileno()).st_size, path, numbers)
            tokens = reader.header().metadata.get("tokenizer.ggml.tokens")
    except FileNotFoundError as problem:
        raise SamarError("model_missing", name=path.name) from problem
    except OSError as problem:
        raise SamarError("model_unreadable", name=path.name, reason=problem.strerror or problem) from problem
    if isinstance(tokens, ArrayInfo) and tokens.values is not None:
        return {n: str(tokens.values[n]) for n in numbers if 0 <= n < tokens.count}
    return reader.found
