"""Arithmetic that must end in the reference's bits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from converter.architectures.base import plus_one
from converter.arithmetic import exp, scale_rows, times
from converter.tensors import DType, Stored


def half(*values: float) -> Stored:
    return Stored(np.array(values, dtype=np.float16), (len(values),), DType.F16)


def test_that_a_factor_is_not_rounded_to_float16_first() -> None:
    # 0.1 in float16 is 0.09998; three times that rounds to another float16 than three times 0.1.
    assert times(half(3.0), 0.1).array()[0] == np.float16(0.3)
    assert np.float16(3.0) * np.float16(0.1) != np.float16(0.3)


def test_that_a_product_stays_in_the_tensors_precision() -> None:
    assert times(half(1.0), 2.5).dtype is DType.F16
    wide = Stored(np.array([1.5], dtype=np.float32), (1,), DType.F32)
    assert times(wide, 0.1).array()[0] == np.float32(1.5) * np.float32(0.1)


def test_that_one_is_added_in_float16_to_float16_norms() -> None:
    # 2049 has no float16; added in float32 and stored as F32 it would survive.
    result = plus_one(None, half(2048.0, 0.0001))  # type: ignore[arg-type]
    assert result.dtype is DType.F16
    np.testing.assert_array_equal(result.array(), np.array([2048.0, 1.0], dtype=np.float16))


def test_that_rows_are_scaled_from_bound_to_bound() -> None:
    data = Stored(np.ones((6, 2), dtype=np.float32), (6, 2), DType.F32)
    scaled = scale_rows(data, [0, 1, 3], [2.0, 3.0, 5.0]).array()
    np.testing.assert_array_equal(scaled[:, 0], [2, 3, 3, 5, 5, 5])


@pytest.mark.parametrize("value", [-20.0, -1.0, 0.0, 0.1, 1.0, math.log(7.0), 20.0])
def test_that_the_exponential_is_correctly_rounded(value: float) -> None:
    single = np.float32(value)
    assert exp(np.array([single]))[0] == np.float32(math.exp(float(single)))
