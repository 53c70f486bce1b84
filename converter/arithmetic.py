"""Arithmetic on lazy tensors that ends in the same bits as the reference's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from converter.tensors import Array, Tensor, concatenate


def times(tensor: Tensor, factor: float) -> Tensor:
    """Every element times `factor`.

    The factor counts as float32 and the product is rounded once to the tensor's precision, float16 included, as torch
    does it (numpy would round the factor to float16 first).
    """
    single = np.float32(factor)
    return tensor.map(lambda a: (a.astype(np.float32) * single).astype(a.dtype))


def scale_rows(tensor: Tensor, bounds: Sequence[int], factors: Sequence[float]) -> Tensor:
    """Rows from one bound to the next times one factor each; the last factor holds for all rows from the last bound."""
    ends = [*bounds[1:], tensor.shape[0]]
    parts = [
        times(tensor.slice(start, end), factor)
        for start, end, factor in zip(bounds, ends, factors, strict=True)
        if start < end
    ]
    return concatenate(parts)


def exp(data: Array) -> Array:
    """The exponential function, correctly rounded to the data's precision.

    torch takes it from MKL, which is off by the last bit for about one float32 in a hundred.
    """
    return np.exp(data.astype(np.float64)).astype(data.dtype)
