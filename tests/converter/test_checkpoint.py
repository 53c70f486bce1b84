"""Headers are not trusted: what lies, overlaps, is cut or is missing ends with its own status."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from converter.checkpoint import Checkpoint, SafetensorsFile
from converter.errors import ConversionError, ExitStatus
from tests.converter.small import LLAMA, fingerprint, rewritten, small_llama, weights_of
from tests.converter.synthetic.checkpoints import put, write_checkpoint, write_weights

Header = dict[str, Any]


def write(path: Path, header: Header | bytes, data: bytes, *, length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return path


def entry(begin: int, end: int, shape: list[Any] | None = None, dtype: str = "F32") -> Header:
    return {"dtype": dtype, "shape": [(end - begin) // 4] if shape is None else shape, "data_offsets": [begin, end]}


BROKEN: dict[str, Callable[[Path], Path]] = {
    "empty": lambda p: write(p, b"", b"", length=0),
    "shorter than its length field": lambda p: (p.write_bytes(b"\1\2"), p)[1],
    "a header longer than the file": lambda p: write(p, {}, b"", length=10_000),
    "a header of 2^63 bytes": lambda p: write(p, {}, b"", length=1 << 63),
    "a header that is no JSON": lambda p: write(p, b"{nonsense}", b""),
    "a header that is no UTF-8": lambda p: write(p, b'{"\xff": 1}', b""),
    "a header that is a list": lambda p: write(p, b"[1, 2]", b""),
    "a header nested too deep": lambda p: write(p, b"[" * 100_000, b""),
    "an entry that is a number": lambda p: write(p, {"a": 5}, b""),
    "an unknown type": lambda p: write(p, {"a": entry(0, 4, dtype="F7")}, b"1234"),
    "a type that is a list": lambda p: write(p, {"a": {**entry(0, 4), "dtype": ["F32"]}}, b"1234"),
    "a negative dimension": lambda p: write(p, {"a": entry(0, 4, [-1])}, b"1234"),
    "a dimension that is true": lambda p: write(p, {"a": entry(0, 4, [True])}, b"1234"),
    "a dimension that is a float": lambda p: write(p, {"a": entry(0, 4, [1.0])}, b"1234"),
    "dimensions whose product overflows": lambda p: write(p, {"a": entry(0, 4, [1 << 40, 1 << 40, 1 << 40])}, b"1234"),
    "offsets that go backwards": lambda p: write(p, {"a": {**entry(0, 4), "data_offsets": [4, 0]}}, b"1234"),
    "one offset": lambda p: write(p, {"a": {**entry(0, 4), "data_offsets": [0]}}, b"1234"),
    "data behind the end": lambda p: write(p, {"a": entry(0, 400)}, b"1234"),
    "a size that the shape contradicts": lambda p: write(p, {"a": entry(0, 8, [3])}, b"12345678"),
    "overlapping data": lambda p: write(p, {"a": entry(0, 8), "b": entry(4, 12)}, b"1234567890ab"),
    "a hole": lambda p: write(p, {"a": entry(0, 4), "b": entry(8, 12)}, b"1234567890ab"),
    "data that no tensor owns": lambda p: write(p, {"a": entry(0, 4)}, b"12345678"),
}  # fmt: skip


@pytest.mark.parametrize("build", BROKEN.values(), ids=BROKEN.keys())
def test_that_a_lying_file_is_refused(build: Callable[[Path], Path], tmp_path: Path) -> None:
    with pytest.raises(ConversionError) as caught:
        SafetensorsFile(build(tmp_path / "model.safetensors"))
    assert caught.value.status is ExitStatus.BAD_SAFETENSORS
    assert "model.safetensors" in str(caught.value)


def test_that_every_shortened_file_is_refused(tmp_path: Path) -> None:
    folder = small_llama(tmp_path)
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    for length in (0, 7, 8, 9, 500, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ConversionError) as caught:
            Checkpoint.open(folder)
        assert caught.value.status is ExitStatus.BAD_SAFETENSORS


def test_that_a_tensor_named_twice_in_a_header_is_refused(tmp_path: Path) -> None:
    one = json.dumps(entry(0, 4)).encode()
    write(tmp_path / "model.safetensors", b'{"a": ' + one + b', "a": ' + one + b"}", b"1234")
    with pytest.raises(ConversionError) as caught:
        SafetensorsFile(tmp_path / "model.safetensors")
    assert caught.value.status is ExitStatus.DUPLICATE_TENSOR


def test_that_data_at_an_odd_place_is_read_right(tmp_path: Path) -> None:
    values = np.arange(5, dtype=np.float32)
    header = json.dumps({"a": entry(0, 20)}).encode()
    header += b" " * (1 + -len(header) % 2)  # makes the data begin at an odd byte
    file = SafetensorsFile(write(tmp_path / "x.safetensors", header, values.tobytes()))
    np.testing.assert_array_equal(file.tensor("a").array(), values)


def sharded(tmp_path: Path) -> Path:
    folder = small_llama(tmp_path)
    (folder / "model.safetensors").unlink()
    write_weights(folder, weights_of(LLAMA), shards=3, scatter=True)
    return folder


def refused(folder: Path) -> ConversionError:
    before = fingerprint(folder)
    with pytest.raises(ConversionError) as caught:
        Checkpoint.open(folder)
    assert fingerprint(folder) == before
    return caught.value


def test_that_a_missing_shard_is_named(tmp_path: Path) -> None:
    folder = sharded(tmp_path)
    (folder / "model-00002-of-00003.safetensors").unlink()
    error = refused(folder)
    assert error.status is ExitStatus.MISSING_SHARD
    assert "model-00002-of-00003.safetensors" in str(error)


def test_that_a_missing_shard_is_noticed_without_an_index(tmp_path: Path) -> None:
    folder = sharded(tmp_path)
    (folder / "model.safetensors.index.json").unlink()
    assert len(Checkpoint.open(folder).files) == 3
    (folder / "model-00003-of-00003.safetensors").unlink()
    assert refused(folder).status is ExitStatus.MISSING_SHARD


def test_that_a_tensor_in_two_shards_is_refused(tmp_path: Path) -> None:
    folder = sharded(tmp_path)
    (folder / "model.safetensors.index.json").unlink()
    first = (folder / "model-00001-of-00003.safetensors").read_bytes()
    (folder / "model-00002-of-00003.safetensors").write_bytes(first)
    assert refused(folder).status is ExitStatus.DUPLICATE_TENSOR


@pytest.mark.parametrize("index", [
    {"weight_map": {}}, {"weight_map": ["a"]}, {"weight_map": {"a": 5}}, [], {"weight_map": {"a": "../model.safetensors"}},
    {"weight_map": {"a": "pytorch_model.bin"}},
])  # fmt: skip
def test_that_a_senseless_index_is_refused(index: object, tmp_path: Path) -> None:
    folder = sharded(tmp_path)
    put(folder / "model.safetensors.index.json", index)
    assert refused(folder).status is ExitStatus.BAD_JSON


def test_that_an_index_of_other_tensors_is_refused(tmp_path: Path) -> None:
    folder = sharded(tmp_path)
    path = folder / "model.safetensors.index.json"
    index = json.loads(path.read_text())
    name = next(iter(index["weight_map"]))
    put(path, {"weight_map": {**index["weight_map"], "model.extra.weight": index["weight_map"][name]}})
    assert refused(folder).status is ExitStatus.MISSING_SHARD
    put(path, {"weight_map": {key: file for key, file in index["weight_map"].items() if key != name}})
    assert refused(folder).status is ExitStatus.MISSING_SHARD


@pytest.mark.parametrize("pickle", ["pytorch_model.bin", "consolidated.00.pth", "model.pt"])
def test_that_pickles_are_never_opened(pickle: str, tmp_path: Path) -> None:
    folder = small_llama(tmp_path)
    (folder / "model.safetensors").unlink()
    (folder / pickle).write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    error = refused(folder)
    assert error.status is ExitStatus.PICKLE_ONLY
    assert pickle in str(error)


def test_that_a_single_file_of_another_name_is_found(tmp_path: Path) -> None:
    folder = write_checkpoint(LLAMA, tmp_path)
    (folder / "model.safetensors").rename(folder / "weights.safetensors")
    assert [file.path.name for file in Checkpoint.open(folder).files] == ["weights.safetensors"]


def test_that_what_is_no_checkpoint_is_said_to_be_none(tmp_path: Path) -> None:
    assert refused(tmp_path).status is ExitStatus.NOT_A_CHECKPOINT
    folder = small_llama(tmp_path)
    (folder / "model.safetensors").unlink()
    assert refused(folder).status is ExitStatus.NOT_A_CHECKPOINT


def test_that_rewriting_keeps_a_checkpoint_readable(tmp_path: Path) -> None:
    folder = small_llama(tmp_path)
    rewritten(folder, weights_of(LLAMA))
    assert set(Checkpoint.open(folder).weights) == set(weights_of(LLAMA))
