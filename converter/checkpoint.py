"""A Hugging Face checkpoint folder: its JSON files and its tensors, without trusting any of them.

Only headers are read when a checkpoint is opened; tensors are views of memory maps. Nothing is ever unpickled, nothing is
ever written. Format of safetensors: https://github.com/huggingface/safetensors#format (8 bytes little-endian header
length, JSON header, one contiguous buffer without holes).
"""

from __future__ import annotations

import json
import mmap
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from converter.errors import ConversionError, ExitStatus, bad_config
from converter.regular import open_regular, read_regular
from converter.tensors import Array, DType, Stored, Tensor

_MAX_HEADER = 100_000_000  # bytes; the limit of the safetensors library
_MAX_JSON = 256 << 20
_INDEX = "model.safetensors.index.json"
_SHARD = re.compile(r"(.*)-(\d{5})-of-(\d{5})\.safetensors")
_PICKLES = (".bin", ".pth", ".pt", ".ckpt", ".pkl")


def _broken(name: str, why: str) -> ConversionError:
    return ConversionError(ExitStatus.BAD_SAFETENSORS, f"{name} is damaged or no safetensors file: {why}.")


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises ConversionError (BAD_JSON, CANNOT_READ)."""
    try:
        if path.stat().st_size > _MAX_JSON:
            raise ConversionError(ExitStatus.BAD_JSON, f"{path.name} is too large to be what its name says.")
        data = read_regular(path)
    except OSError as problem:
        raise ConversionError(ExitStatus.CANNOT_READ, f"{path.name} cannot be read: {problem.strerror}.") from None
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise ConversionError(ExitStatus.BAD_JSON, f"{path.name} is not valid JSON ({problem}).") from None


class _UniqueKeys(dict[str, Any]):
    """Built by the JSON parser; a key that comes twice is an error, not silently the last one."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice: str | None = None
        if len(self) != len(pairs):
            counts = Counter(key for key, _ in pairs)
            self.twice = next(key for key, count in counts.items() if count > 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One tensor in a safetensors header; offsets are from the start of the file."""

    dtype: DType
    shape: tuple[int, ...]
    begin: int
    end: int


class SafetensorsFile:
    """One file: its checked header, and its tensors as views of a memory map.

    Raises ConversionError (BAD_SAFETENSORS, DUPLICATE_TENSOR, CANNOT_READ).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with open_regular(path) as handle:
                self.size = handle.seek(0, 2)
                handle.seek(0)
                if self.size < 8:
                    raise _broken(path.name, "it is shorter than 8 bytes")
                length = int.from_bytes(handle.read(8), "little")
                if length > min(_MAX_HEADER, self.size - 8):
                    raise _broken(path.name, f"its header would be {length} bytes long")
                header = handle.read(length)
        except OSError as problem:
            raise ConversionError(ExitStatus.CANNOT_READ, f"{path.name} cannot be read: {problem.strerror}.") from None
        self.entries = self._parse(header)
        self._map: mmap.mmap | None = None
        self._view: Array | None = None

    def _parse(self, header: bytes) -> dict[str, Entry]:
        name = self.path.name
        try:
            found: Any = json.loads(header.decode("utf-8"), object_pairs_hook=_UniqueKeys)
        except (ValueError, RecursionError):
            raise _broken(name, "its header is not valid JSON") from None
        if not isinstance(found, _UniqueKeys):
            raise _broken(name, "its header is not a JSON object")
        if found.twice is not None:
            raise ConversionError(ExitStatus.DUPLICATE_TENSOR, f"{name} names the tensor {found.twice} twice.")
        start = 8 + len(header)
        entries = {key: self._entry(key, value, start) for key, value in found.items() if key != "__metadata__"}
        position = start
        for key, entry in sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)):
            if entry.begin < position:
                raise _broken(name, f"the data of {key} overlaps another tensor's")
            if entry.begin > position:
                raise _broken(name, f"there is a hole before the data of {key}")
            position = entry.end
        if position != self.size:
            raise _broken(name, f"its header describes {position} bytes, but it has {self.size}")
        return dict(sorted(entries.items()))

    def _entry(self, key: str, value: Any, start: int) -> Entry:
        name = self.path.name
        if not isinstance(value, dict):
            raise _broken(name, f"the entry of {key} is not an object")
        dtype, shape, offsets = value.get("dtype"), value.get("shape"), value.get("data_offsets")
        if not isinstance(dtype, str) or dtype not in DType.__members__:
            raise _broken(name, f"{key} has the unknown type {dtype!r}")
        if not _naturals(shape) or len(shape) > 8:
            raise _broken(name, f"{key} has a senseless shape")
        if not _naturals(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
            raise _broken(name, f"{key} has senseless offsets")
        begin, end = start + offsets[0], start + offsets[1]
        if end > self.size:
            raise _broken(name, f"the data of {key} would end at byte {end}, but the file has {self.size}")
        kind = DType[dtype]
        if prod(shape) * kind.itemsize != end - begin:
            raise _broken(name, f"{key} has {end - begin} bytes, which its shape and type contradict")
        return Entry(kind, tuple(shape), begin, end)

    def tensor(self, key: str) -> MappedTensor:
        """The tensor `key`, as a view of the file."""
        if self._view is None:
            with open_regular(self.path) as handle:
                self._map = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
            if len(self._map) < self.size:
                raise _broken(self.path.name, "it has become shorter")
            self._view = np.frombuffer(self._map, dtype=np.uint8)
        entry = self.entries[key]
        data = self._view[entry.begin : entry.end]
        if entry.begin % entry.dtype.itemsize:
            data = data.copy()  # headers of odd length are rare; numpy wants aligned elements
        return MappedTensor(data.view(entry.dtype.numpy), entry, self)

    def expect(self, begin: int, end: int) -> None:
        """Ask the system to read a range ahead."""
        if self._map is not None and hasattr(mmap, "MADV_WILLNEED"):
            first = begin // mmap.PAGESIZE * mmap.PAGESIZE
            self._map.madvise(mmap.MADV_WILLNEED, first, end - first)

    def release(self, begin: int, end: int) -> None:
        """Tell the system that a range has been used, so that it does not count as this process's memory."""
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            page = mmap.PAGESIZE
            first, last = -(-begin // page) * page, end // page * page
            if last > first:
                self._map.madvise(mmap.MADV_DONTNEED, first, last - first)


def _naturals(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(
        isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 1 << 62 for n in value
    )


class MappedTensor(Stored):
    """A stored tensor that knows where in which file it lies."""

    def __init__(self, data: Array, entry: Entry, file: SafetensorsFile) -> None:
        super().__init__(data, entry.shape, entry.dtype)
        self.entry, self.file = entry, file

    def expect(self) -> None:
        self.file.expect(self.entry.begin, self.entry.end)

    def release(self) -> None:
        self.file.release(self.entry.begin, self.entry.end)

    def release_rows(self, start: int, stop: int) -> None:
        """As `release`, for the rows from `start` to `stop`."""
        row = self.columns * self.dtype.itemsize
        self.file.release(self.entry.begin + start * row, self.entry.begin + stop * row)


@dataclass
class Checkpoint:
    """A checkpoint folder with its headers read.

    folder    the folder
    config    config.json as it is
    files     the weight files, in the order of their names
    weights   stored name -> file, every name once
    """

    folder: Path
    config: Mapping[str, Any]
    files: list[SafetensorsFile] = field(default_factory=list)
    weights: dict[str, SafetensorsFile] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path) -> Checkpoint:
        """Read config.json, the index and all safetensors headers.

        Raises ConversionError: NOT_A_CHECKPOINT, PICKLE_ONLY, BAD_JSON, BAD_CONFIG, BAD_SAFETENSORS, MISSING_SHARD,
        DUPLICATE_TENSOR, CANNOT_READ.
        """
        if not folder.is_dir():
            raise ConversionError(ExitStatus.NOT_A_CHECKPOINT, f"{folder} is not a folder.")
        if not (folder / "config.json").is_file():
            _refuse_pickles(folder)
            raise ConversionError(ExitStatus.NOT_A_CHECKPOINT, f"{folder} has no config.json; it is not a checkpoint.")
        config = read_json(folder / "config.json")
        if not isinstance(config, dict):
            raise bad_config("config.json is not a JSON object.")
        self = cls(folder, config)
        promised = self._promised()
        for name in sorted({*promised.values()} if promised else _weight_files(folder)):
            file = SafetensorsFile(folder / name)
            self.files.append(file)
            for key in file.entries:
                if key in self.weights:
                    raise ConversionError(
                        ExitStatus.DUPLICATE_TENSOR,
                        f"The tensor {key} is in {self.weights[key].path.name} and again in {name}.",
                    )
                self.weights[key] = file
        if promised:
            self._keep_promises(promised)
        return self

    def _promised(self) -> dict[str, str]:
        """The index's weight map, or nothing."""
        if not (self.folder / _INDEX).is_file():
            return {}
        index = read_json(self.folder / _INDEX)
        found = index.get("weight_map") if isinstance(index, dict) else None
        if not isinstance(found, dict) or not found or not all(isinstance(name, str) for name in found.values()):
            raise ConversionError(ExitStatus.BAD_JSON, f"{_INDEX} has no usable weight_map.")
        for name in sorted(set(found.values())):
            if Path(name).name != name or "\\" in name or not name.endswith(".safetensors"):
                raise ConversionError(
                    ExitStatus.BAD_JSON, f"{_INDEX} names {name!r}, which is no shard of this folder."
                )
            if not (self.folder / name).is_file():
                raise ConversionError(
                    ExitStatus.MISSING_SHARD,
                    f"{name} is missing, although {_INDEX} names it; the download is incomplete.",
                )
        return found

    def _keep_promises(self, promised: Mapping[str, str]) -> None:
        for key, name in promised.items():
            if key not in self.weights or self.weights[key].path.name != name:
                raise ConversionError(ExitStatus.MISSING_SHARD, f"{_INDEX} promises {key} in {name}, where it is not.")
        extra = sorted(set(self.weights) - set(promised))
        if extra:
            raise ConversionError(
                ExitStatus.MISSING_SHARD,
                f"{self.weights[extra[0]].path.name} holds {extra[0]}, which {_INDEX} does not know;"
                " the files do not belong together.",
            )

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """All stored tensors, lazily, by file and name; quantized weights appear as what they stand for."""
        from converter.dequantize import dequantized

        stored = {key: file.tensor(key) for file in self.files for key in file.entries}
        return iter(dequantized(self.config, stored).items())

    def json(self, name: str) -> Any:
        """The content of a JSON file of the folder, or None if there is none. Raises ConversionError (BAD_JSON)."""
        path = self.folder / name
        return read_json(path) if path.is_file() else None

    def text(self, name: str) -> str | None:
        """The content of a UTF-8 text file of the folder, or None if there is none."""
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            return read_regular(path).decode("utf-8-sig")
        except OSError as problem:
            raise ConversionError(ExitStatus.CANNOT_READ, f"{name} cannot be read: {problem.strerror}.") from None
        except UnicodeDecodeError:
            raise ConversionError(ExitStatus.BAD_JSON, f"{name} is not UTF-8 text.") from None

    @property
    def architecture(self) -> str:
        """The Hugging Face architecture; a text_config's own goes before the whole's."""
        for holder in (self.config.get("text_config"), self.config):
            found = holder.get("architectures") if isinstance(holder, Mapping) else None
            if isinstance(found, list) and found and isinstance(found[0], str):
                return found[0]
        raise ConversionError(ExitStatus.BAD_CONFIG, "config.json does not say the architecture.")

    @property
    def stored_bytes(self) -> int:
        """Bytes of all weights."""
        return sum(entry.end - entry.begin for file in self.files for entry in file.entries.values())


def _weight_files(folder: Path) -> list[str]:
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith(".safetensors") and path.is_file())
    chosen = [name for name in names if name.startswith("model")]
    others = [name for name in names if not name.startswith(("adapter", "consolidated", "optimizer"))]
    if not chosen and len(others) == 1:
        chosen = others
    if not chosen:
        _refuse_pickles(folder)
        raise ConversionError(ExitStatus.NOT_A_CHECKPOINT, f"{folder} has no safetensors weights.")
    for name in chosen:
        if match := _SHARD.fullmatch(name):
            for number in range(1, int(match[3]) + 1):
                wanted = f"{match[1]}-{number:05d}-of-{match[3]}.safetensors"
                if wanted not in chosen:
                    raise ConversionError(ExitStatus.MISSING_SHARD, f"{wanted} is missing; the download is incomplete.")
    return chosen


def _refuse_pickles(folder: Path) -> None:
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in _PICKLES)
    if pickles:
        raise ConversionError(
            ExitStatus.PICKLE_ONLY,
            f"The weights are Python pickles ({pickles[0]}), which can run foreign code and are never opened;"
            " look for a safetensors version of this model.",
        )
