"""Lazy tensors say the same as numpy, however few rows are asked for."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.errors import ConversionError, ExitStatus
from converter.tensors import DType, Stored, Tensor, bf16_to_f32, concatenate, constant, stack, working

Floats = npt.NDArray[np.float32]


def counted(*shape: int) -> Floats:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def read_in_pieces(tensor: Tensor, step: int) -> npt.NDArray[np.generic]:
    ready = tensor.prepare()
    pieces = [ready.read(row, min(row + step, ready.row_count)) for row in range(0, ready.row_count, step)]
    return working(np.concatenate(pieces), ready.dtype).reshape(tensor.shape)


@given(heads=st.integers(1, 6), half=st.integers(1, 5), columns=st.integers(1, 9), step=st.integers(1, 70))
def test_that_permuting_heads_puts_the_halves_side_by_side(heads: int, half: int, columns: int, step: int) -> None:
    data = counted(heads * 2 * half, columns)
    wanted = np.concatenate(
        [data[h * 2 * half + part * half + i][None] for h in range(heads) for i in range(half) for part in (0, 1)]
    )
    found = constant(data).permute_heads(heads)
    np.testing.assert_array_equal(read_in_pieces(found, step), wanted)
    np.testing.assert_array_equal(constant(data[:, 0]).permute_heads(heads).array(), wanted[:, 0])


@given(parts=st.integers(1, 5), rows=st.integers(1, 6), columns=st.integers(1, 6), step=st.integers(1, 31))
def test_that_stacks_and_joins_are_numpys(parts: int, rows: int, columns: int, step: int) -> None:
    data = counted(parts, rows, columns)
    tensors = [constant(part) for part in data]
    np.testing.assert_array_equal(read_in_pieces(stack(tensors), step), data)
    np.testing.assert_array_equal(read_in_pieces(concatenate(tensors), step), data.reshape(-1, columns))
    np.testing.assert_array_equal(concatenate([constant(p[:, 0]) for p in data]).array(), data[:, :, 0].reshape(-1))


@given(start=st.integers(0, 5), length=st.integers(1, 4), step=st.integers(1, 20))
def test_that_slices_of_three_dimensions_are_numpys(start: int, length: int, step: int) -> None:
    data = counted(10, 3, 4)
    tensor = constant(data).slice(start, start + length)
    np.testing.assert_array_equal(read_in_pieces(tensor, step), data[start : start + length])
    reverse = constant(data).take(np.arange(10)[::-1])
    np.testing.assert_array_equal(read_in_pieces(reverse, step), data[::-1])
    lazy = constant(data).map(lambda a: a).take(np.arange(10)[::-1])
    np.testing.assert_array_equal(read_in_pieces(lazy, step), data[::-1])


def test_that_reshaping_and_transposing_keep_the_elements() -> None:
    data = counted(4, 6)
    tensor = constant(data)
    np.testing.assert_array_equal(tensor.reshape(2, 12).array(), data.reshape(2, 12))
    np.testing.assert_array_equal(tensor.transpose().array(), data.T)
    np.testing.assert_array_equal(tensor.reshape(4, 1, 6).squeeze().array(), data)
    np.testing.assert_array_equal(tensor.map(lambda a: a * 2).reshape(24).array(), data.reshape(-1) * 2)
    np.testing.assert_array_equal(tensor.whole(lambda a: a.sum(axis=0), (6,)).array(), data.sum(axis=0))


def test_that_arithmetic_on_float16_stays_in_float16() -> None:
    data = np.array([[1.0009765625, 2.0]], np.float16)
    half = Stored(data, data.shape, DType.F16)
    assert half.map(lambda a: a + 1).dtype is DType.F16
    np.testing.assert_array_equal(half.map(lambda a: a + 1).array(), data + np.float16(1))


def test_that_arithmetic_on_bfloat16_is_done_in_float32() -> None:
    data = np.array([[1.0, 0.00390625]], ml_dtypes.bfloat16)
    tensor = Stored(data.view(np.uint16), data.shape, DType.BF16).map(lambda a: a + 1)
    assert tensor.dtype is DType.F32
    np.testing.assert_array_equal(tensor.array(), data.astype(np.float32) + 1)


def test_that_structure_keeps_the_stored_bits() -> None:
    bits = np.arange(64, dtype=np.uint16).reshape(8, 8)
    permuted = Stored(bits, bits.shape, DType.BF16).permute_heads(2).prepare()
    assert permuted.dtype is DType.BF16
    assert sorted(permuted.read(0, 8).reshape(-1).tolist()) == list(range(64))


def test_that_parts_of_different_types_become_float32() -> None:
    half = Stored(np.ones((2, 2), np.float16), (2, 2), DType.F16)
    tensor = stack([half, constant(counted(2, 2))])
    assert tensor.dtype is DType.F32
    np.testing.assert_array_equal(tensor.array()[0], np.ones((2, 2)))


@pytest.mark.parametrize("build", [
    lambda: constant(counted(6, 2)).permute_heads(4),
    lambda: constant(counted(6, 2)).reshape(5, 2),
    lambda: stack([constant(counted(2, 2)), constant(counted(3, 2))]),
    lambda: constant(counted(2, 2)).whole(lambda a: a, (3, 3)).array(),
])  # fmt: skip
def test_that_shapes_that_do_not_fit_are_refused(build: object) -> None:
    with pytest.raises(ConversionError) as caught:
        build()  # type: ignore[operator]
    assert caught.value.status is ExitStatus.SHAPE_MISMATCH


def test_that_all_numbers_of_eight_and_sixteen_bits_are_read_right() -> None:
    bits = np.arange(65536, dtype=np.uint16)
    np.testing.assert_array_equal(bf16_to_f32(bits), bits.view(ml_dtypes.bfloat16).astype(np.float32))
    code = np.arange(256, dtype=np.uint8)
    for dtype, kind in ((DType.F8_E4M3, ml_dtypes.float8_e4m3fn), (DType.F8_E5M2, ml_dtypes.float8_e5m2)):
        np.testing.assert_array_equal(working(code, dtype), code.view(kind).astype(np.float32))
