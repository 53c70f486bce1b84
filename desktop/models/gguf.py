"""GGUF headers, read with every bound checked before native code sees the file.

Layout and element sizes: docs/gguf.md and ggml-common.h of llama.cpp. Versions 2 and 3, little-endian. Large arrays (the
vocabulary) are walked over and not built; a window of a megabyte or two slides over the file, so that reading the largest
header takes some tens of megabytes. A file that passes has: counts and lengths inside the file, known types, aligned,
contiguous tensor data that ends inside the file, no name twice, and vocabulary arrays of one length.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from desktop.core.errors import SamarError
from desktop.core.files import exists, open_regular, shown
from desktop.core.model import FileFacts
from desktop.models import training
from desktop.models.bounds import check_shape, header_problem
from desktop.models.dimensions import dimensions_of
from desktop.models.header import PART, TENSOR_TYPES, ArrayInfo, Header, TensorInfo, Value, printable

MAX_METADATA = 65_536
MAX_TENSORS = 65_536
MAX_KEY = 65_535  # bytes, by the specification
MAX_STRING = 64 * 1024 * 1024  # bytes
MAX_ELEMENTS = 32 * 1024 * 1024  # of one array of numbers
MAX_TEXTS = 8 * 1024 * 1024  # in all arrays of texts together; vocabularies and merges have at most a million
MAX_TOKENS = 1024 * 1024  # of a vocabulary; the largest have a quarter of that
MAX_HEADER = 256 * 1024 * 1024  # bytes
MAX_TENSOR_NAME = 63  # bytes, GGML_MAX_NAME - 1
MAX_PARTS = 1_000
_SMALL = 4_096  # elements: a longer array stays in the file
_LONG_TEXT = 4 * 1024 * 1024  # bytes: a longer text, such as a whole tokenizer.json, stays in the file
_MOST_KEPT = 16 * 1024 * 1024  # bytes of all keys and texts that are kept
_MOST_VALUES = 256 * 1024  # elements of all arrays that are kept
_WINDOW, _SHORT_WINDOW = 1024 * 1024, 64 * 1024  # bytes that are read at a time
NO_CHAT = ("clip", "imatrix", "eagle3", "dflash")
"""What `general.architecture` says of files that are no language models by themselves: projectors, drafts for another."""

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_FLOAT32, _INT32, _UINT32 = 6, 5, 4

_REMOVED: Mapping[int, str] = {
    4: "Q4_2",
    5: "Q4_3",
    31: "Q4_0_4_4",
    32: "Q4_0_4_8",
    33: "Q4_0_8_8",
    36: "IQ4_NL_4_4",
    37: "IQ4_NL_4_8",
    38: "IQ4_NL_8_8",
}
"""Types that llama.cpp had once (ggml.h)."""
_MOST_TYPES = 1_000
"""Numbers below are types of newer versions and of forks, whose own begin at 97; others are no types at all."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is, as the first keys of its header say."""

    architecture: str = ""
    type: str = "model"
    base: str = ""
    """The model that it is or belongs to, in small letters."""

    @property
    def is_projector(self) -> bool:
        return self.architecture == "clip" or self.type == "mmproj"

    @property
    def is_adapter(self) -> bool:
        return self.type == "adapter"

    @property
    def is_model(self) -> bool:
        return self.type == "model" and bool(self.architecture) and self.architecture not in NO_CHAT


def kind_of(path: Path) -> Kind:
    """What a file is, in most cases without reading on to its vocabulary. Raises SamarError as read_header does."""
    return _read(path, lambda file, size: _Reader(file, size, path, window=_SHORT_WINDOW).kind())


def read_header(path: Path) -> Header:
    """The header of one file. Raises SamarError model_missing, model_unreadable, model_not_gguf, model_foreign, model_damaged."""
    return _read(path, lambda file, size: _Reader(file, size, path).header())


def _read(path: Path, work: Callable[[BinaryIO, int], T]) -> T:
    """What `work` makes of an open file and its size, with the failures of the disk as SamarErrors."""
    name = shown(path.name)
    try:
        with open_regular(path, buffering=0) as file:
            return work(file, os.fstat(file.fileno()).st_size)
    except FileNotFoundError as problem:
        raise SamarError("model_missing", name=name) from problem
    except (OSError, ValueError) as problem:  # a path with a zero byte is a ValueError
        reason = getattr(problem, "strerror", None) or problem
        raise SamarError("model_unreadable", name=name, reason=reason) from problem


def inspect(path: Path) -> FileFacts:
    """Read every part of a model and say what the engine needs to know of it. Raises SamarError as read_header does,
    model_part_missing, model_not_for_chat, model_one_file."""
    return inspected(path)[0]


def inspected(path: Path) -> tuple[FileFacts, Sequence[Header]]:
    """What `inspect` says, and the headers of all parts, first part first. Raises as it does."""

    if shown(path) != str(path):
        raise SamarError("name_not_text", name=shown(path.name))
    paths = part_paths(path)
    header = _read(paths[0], lambda file, size: _Reader(file, size, paths[0], distinct=True).header())
    kind = header.text("general.type", "model")
    if kind != "model" or header.architecture in NO_CHAT:
        kind = header.architecture if kind == "model" else kind
        raise SamarError("model_not_for_chat", name=header.name, kind=printable(kind, 40))
    name = shown(path.name)
    if not header.architecture:
        raise SamarError("model_damaged", name=name, reason="it names no architecture")
    if header.parts != len(paths):
        raise SamarError("model_part_missing", name=name, part=f"1 … {header.parts}")
    headers = [header, *(read_header(other) for other in paths[1:])]
    if not any(part.tensors for part in headers):
        raise SamarError("model_damaged", name=name, reason="it has no weights")
    if reason := header_problem(header):
        raise SamarError("model_damaged", name=name, reason=reason)
    shape = dimensions_of(headers)
    if reason := check_shape(shape):
        raise SamarError("model_damaged", name=name, reason=reason)
    if holds_vision(headers):
        raise SamarError("model_one_file", name=header.name)
    return FileFacts(
        path=str(paths[0]),
        name=header.name,
        architecture=header.architecture,
        parameters=sum(part.parameters for part in headers),
        quantization=header.quantization,
        file_bytes=sum(part.file_bytes for part in headers),
        shape=shape,
        is_base=training.is_base(header),
        languages=training.languages(header),
        has_template=bool(header.text("tokenizer.chat_template").strip()),
    ), headers


def holds_vision(headers: Sequence[Header]) -> bool:
    """Whether a projector lies in the same file as its language model, as Ollama's own engine has it; llama.cpp refuses that."""
    return any(t.name.startswith(("v.", "mm.")) for part in headers for t in part.tensors)


def part_paths(path: Path) -> list[Path]:
    """All files of a model, first part first; of a whole one itself. Raises SamarError model_part_missing."""
    match = PART.match(path.name)
    if match is None:
        return [path]
    count = int(match["count"])
    if not 1 <= int(match["number"]) <= count <= MAX_PARTS:
        return [path]
    paths = [path.with_name(f"{match['stem']}-{i:05d}-of-{count:05d}{match['ending']}") for i in range(1, count + 1)]
    for part in paths:
        if part != path and not exists(part):
            raise SamarError("model_part_missing", name=shown(path.name), part=shown(part.name))
    return paths


def is_later_part(path: Path) -> bool:
    """Whether a file is named as a part of a model, and not as the first one."""
    match = PART.match(path.name)
    return match is not None and int(match["number"]) > 1


class _Damaged(Exception):  # noqa: N818 - a finding
    """Why the header can't be trusted."""


class _Foreign(Exception):  # noqa: N818 - a finding
    """Why the file is whole as far as one can tell, and not for this engine."""


class _Reader:
    """Walks over the header. A window of the file is held, and what was walked over is let go."""

    def __init__(self, file: BinaryIO, size: int, path: Path, *, distinct: bool = False, window: int = _WINDOW) -> None:
        """distinct: look whether the vocabulary names a token twice. window: bytes that are read at a time."""
        self._file, self._size, self._path, self._distinct, self._window = file, size, path, distinct, window
        self._base = 0
        """Where in the file the window begins."""
        self._data = b""
        self._at = 0
        """Where in the window the next byte to be read is."""
        self._last = ""
        """The text that was read last: the key of a value."""
        self._kept, self._values, self._texts = _MOST_KEPT, _MOST_VALUES, MAX_TEXTS
        """What may still be kept, and walked over."""

    def header(self) -> Header:
        return self._judged(self._whole)

    def kind(self) -> Kind:
        return self._judged(self._kind)

    def _judged(self, read: Callable[[], T]) -> T:
        name = shown(self._path.name)
        try:
            if not self._more(8) or self._data[:4] != b"GGUF":
                raise SamarError("model_not_gguf", name=name)
            self._at = 4
            return read()
        except _Foreign as problem:
            raise SamarError("model_foreign", name=name, reason=str(problem)) from problem
        except (_Damaged, struct.error) as problem:
            raise SamarError("model_damaged", name=name, reason=str(problem) or "it ends too early") from problem

    @property
    def _place(self) -> int:
        """Where in the file the next byte is."""
        return self._base + self._at

    def _more(self, count: int) -> bool:
        """Have the next `count` bytes in the window; false where the file, or a header, has fewer."""
        end = self._place + count
        if end > self._size or end > MAX_HEADER:
            return False
        if self._at > len(self._data):
            self._base, self._at, self._data = self._place, 0, b""
            self._file.seek(self._base)
        parts = [self._data[self._at :]]
        held = len(parts[0])
        while held < count:
            part = self._file.read(max(self._window, count - held))
            if not part:
                return False
            parts.append(part)
            held += len(part)
        self._base, self._at, self._data = self._place, 0, b"".join(parts)
        return True

    def _take(self, count: int) -> int:
        """Move over `count` bytes; returns where in the window they begin."""
        if self._at + count > len(self._data) and not self._more(count):
            raise _Damaged("it ends inside its header")
        start = self._at
        self._at += count
        return start

    def _skip(self, count: int) -> None:
        """Move over `count` bytes without reading them."""
        if self._place + count > min(self._size, MAX_HEADER):
            raise _Damaged("it ends inside its header")
        self._at += count

    def _number(self, form: str) -> int:
        packer = struct.Struct("<" + form)
        start = self._take(packer.size)  # first: it may move the window
        return int(packer.unpack_from(self._data, start)[0])

    def _string(self, limit: int, what: str) -> str:
        return self._text(self._length(limit, what))

    def _length(self, limit: int, what: str) -> int:
        length = self._number("Q")
        if length > limit:
            raise _Damaged(f"{what} of {length} bytes")
        return length

    def _text(self, length: int) -> str:
        """The next `length` bytes, decoded and kept."""
        self._kept -= length
        if self._kept < 0:
            raise _Damaged("its texts are larger than those of any model")
        start = self._take(length)
        return self._data[start : start + length].decode("utf-8", "replace")

    def _counts(self) -> tuple[int, int, int]:
        """Version, tensors and entries of metadata, from behind the first four bytes."""
        version = self._number("I")
        if version not in (2, 3):
            swapped = int.from_bytes(version.to_bytes(4, "little"), "big")
            if swapped in (2, 3):
                raise _Foreign("it is big-endian")
            if version == 1 or 3 < version < 100:
                raise _Foreign(f"it is of version {version} of GGUF")
            raise _Damaged(f"version {version} of GGUF is unknown")
        tensor_count, metadata_count = self._number("Q"), self._number("Q")
        if tensor_count > MAX_TENSORS:
            raise _Damaged(f"it claims {tensor_count} tensors")
        if metadata_count > MAX_METADATA:
            raise _Damaged(f"it claims {metadata_count} metadata entries")
        return version, tensor_count, metadata_count

    def _entry(self) -> tuple[str, Value]:
        key = self._string(MAX_KEY, "a key")
        if not key:
            raise _Damaged("a key has no name")
        self._last = key
        return key, self._value(self._number("I"))

    def _kind(self) -> Kind:
        """From the keys of the beginning, where writers put those that tell the kind; without them there, from all."""
        found: dict[str, str] = {}
        for _ in range(self._counts()[2]):
            key, value = self._entry()
            if not key.startswith("general."):
                if "general.architecture" in found and "general.type" in found:
                    break
            elif isinstance(value, str):
                found[key] = value
        keys = ("general.base_model.0.name", "general.basename", "general.name")
        base = next((found[key] for key in keys if found.get(key)), "")
        return Kind(
            found.get("general.architecture", ""), found.get("general.type") or "model", printable(base, 120).lower()
        )

    def _whole(self) -> Header:
        version, tensor_count, metadata_count = self._counts()
        metadata: dict[str, Value] = {}
        for _ in range(metadata_count):
            key, value = self._entry()
            if key in metadata:
                raise _Damaged(f"{printable(key, 60)} is given twice")
            metadata[key] = value
        alignment = self._alignment(metadata)
        tensors = self._tensors(tensor_count, alignment)
        _check_vocabulary(metadata)
        return Header(self._path, version, self._size, alignment, metadata, tensors)

    def _value(self, kind: int) -> Value:
        if kind == _STRING:
            length = self._length(MAX_STRING, "a text")
            if length > _LONG_TEXT:
                self._skip(length)
                return ArrayInfo(_STRING, 1, None)
            return self._text(length)
        if kind == _ARRAY:
            return self._array()
        form = _SCALARS.get(kind)
        if form is None:
            raise _Damaged(f"type {kind} of metadata is unknown")
        packer = struct.Struct("<" + form)
        start = self._take(packer.size)
        value: int | float | bool = packer.unpack_from(self._data, start)[0]
        return value

    def _array(self) -> ArrayInfo:
        kind, count = self._number("I"), self._number("Q")
        if count > MAX_ELEMENTS:
            raise _Damaged(f"an array claims {count} elements")
        if count <= _SMALL:
            self._values -= count
            if self._values < 0:
                raise _Damaged("it holds more lists than any model")
        if kind == _STRING:
            self._texts -= count
            if self._texts < 0:
                raise _Damaged("its lists of texts are longer than those of any model")
            vocabulary = self._last == "tokenizer.ggml.tokens"
            if vocabulary and count > MAX_TOKENS:
                raise _Damaged(f"its vocabulary claims {count} tokens")
            if vocabulary and self._distinct:
                self._check_distinct(count)
                return ArrayInfo(kind, count, None)
            if count <= _SMALL:
                return ArrayInfo(kind, count, tuple(self._string(MAX_STRING, "a text") for _ in range(count)))
            self._skip_strings(count)
            return ArrayInfo(kind, count, None)
        form = _SCALARS.get(kind)
        if form is None:
            raise _Damaged("it has nested arrays" if kind == _ARRAY else f"type {kind} of metadata is unknown")
        if count > _SMALL:
            self._skip(struct.calcsize("<" + form) * count)
            return ArrayInfo(kind, count, None)
        packer = struct.Struct(f"<{count}{form}")
        start = self._take(packer.size)
        return ArrayInfo(kind, count, packer.unpack_from(self._data, start))

    def _skip_strings(self, count: int) -> None:
        """Walk over `count` strings; this loop is nearly all the time that a header takes."""
        unpack, left = struct.Struct("<Q").unpack_from, iter(range(count))
        while True:
            data, at = self._data, self._at
            try:
                for _ in left:
                    at += 8 + unpack(data, at)[0]
                break
            except (struct.error, OverflowError):  # the window ends here
                self._at = at
                if self._place > self._size or not self._more(8):
                    raise _Damaged("it ends inside its header") from None
                self._at += 8 + unpack(self._data, self._at)[0]
        self._at = at
        self._skip(0)

    def _check_distinct(self, count: int) -> None:
        """Walk over the vocabulary; llama.cpp ends its process over a token that is there twice. Empty ones get names there."""
        unpack, seen, empty = struct.Struct("<Q").unpack_from, set[int](), 0
        add = seen.add
        for _ in range(count):
            at = self._at
            if at + 8 > len(self._data):
                at = self._take(8)
                self._at = at
            (length,) = unpack(self._data, at)
            end = at + 8 + length
            if end > len(self._data):
                if length > MAX_STRING:
                    raise _Damaged(f"a token of {length} bytes")
                at = self._take(8 + length)
                end = at + 8 + length
            self._at = end
            if length:
                add(hash(self._data[at + 8 : end]))
            else:
                empty += 1
        if len(seen) + empty < count:
            raise _Damaged("its vocabulary holds a token twice")

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
                raise _Damaged(f"tensor {printable(info.name, 63)} is there twice")
            names.add(info.name)
            found.append(info)
            expected += -(-info.size // alignment) * alignment
        start = -(-self._place // alignment) * alignment
        if found and start + found[-1].offset + found[-1].size > self._size:
            missing = start + found[-1].offset + found[-1].size - self._size
            raise _Damaged(f"{missing} bytes are missing at its end")
        return tuple(TensorInfo(t.name, t.dims, t.type, start + t.offset, t.size) for t in found)

    def _tensor(self, expected: int) -> TensorInfo:
        name = self._string(MAX_TENSOR_NAME, "a tensor's name")
        label = printable(name, 63)
        dimensions = self._number("I")
        if dimensions > 4:
            raise _Damaged(f"tensor {label} has {dimensions} dimensions")
        dims = tuple(self._number("Q") for _ in range(dimensions))
        kind, offset = self._number("I"), self._number("Q")
        if kind not in TENSOR_TYPES:
            if kind in _REMOVED or 0 < kind < _MOST_TYPES:
                raise _Foreign(f"its tensors are of type {_REMOVED.get(kind, kind)}")
            raise _Damaged(f"tensor {label} has the unknown type {kind}")
        _, block, block_bytes = TENSOR_TYPES[kind]
        elements = 1
        for dim in dims:
            if dim < 1:
                raise _Damaged(f"tensor {label} is empty")
            elements *= dim
        if elements >= 1 << 60:
            raise _Damaged(f"tensor {label} claims {elements} elements")
        if (dims[0] if dims else 1) % block:
            raise _Damaged(f"the rows of tensor {label} are no whole blocks")
        if offset != expected:
            raise _Damaged(f"tensor {label} is not where it should be")
        size = elements // block * block_bytes
        if offset + size > self._size:
            raise _Damaged(f"tensor {label} lies behind the end of the file")
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

    def __init__(self, file: BinaryIO, size: int, path: Path, wanted: frozenset[int]) -> None:
        super().__init__(file, size, path)
        self.found: dict[int, str] = {}
        self._wanted = wanted

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

    def work(file: BinaryIO, size: int) -> dict[int, str]:
        reader = _TokenReader(file, size, path, numbers)
        tokens = reader.header().metadata.get("tokenizer.ggml.tokens")
        if isinstance(tokens, ArrayInfo) and tokens.values is not None:
            return {n: str(tokens.values[n]) for n in numbers if 0 <= n < tokens.count}
        return reader.found

    return _read(path, work)
