"""Numbers inside bounds as grammars: which digits may stand where."""

from __future__ import annotations

import math
from decimal import Decimal

MAX_DIGITS = 16
"""Digits before and behind the point that a reply may write; a double holds no more."""

Digits = list[tuple[str, str]]
"""For each digit the least and the greatest one."""


def between(low: str, high: str) -> list[Digits]:
    """Ways to write the digits of every number from `low` to `high`, which are equally long."""
    if not low:
        return [[]]
    if low[0] == high[0]:
        return [[(low[0], low[0]), *rest] for rest in between(low[1:], high[1:])]
    first, last = int(low[0]), int(high[0])
    nines, zeros = "9" * (len(low) - 1), "0" * (len(low) - 1)
    ways: list[Digits] = []
    if low[1:] != zeros:
        ways += [[(low[0], low[0]), *rest] for rest in between(low[1:], nines)]
        first += 1
    if high[1:] != nines:
        ways += [[(high[0], high[0]), *rest] for rest in between(zeros, high[1:])]
        last -= 1
    if first <= last:
        ways.append([(str(first), str(last)), *([("0", "9")] * len(zeros))])
    return ways


def whole_numbers(low: int, high: int | None) -> list[Digits]:
    """Ways to write the whole numbers from `low` ≥ 0 to `high`, None: up to MAX_DIGITS digits."""
    return _padded(low, high, 1)


def _padded(low: int, high: int | None, least: int) -> list[Digits]:
    """The same with at least `least` digits, zeros in front."""
    top = max(least - 1 + MAX_DIGITS, len(str(low))) if high is None else max(least, len(str(high)))
    ways: list[Digits] = []
    for length in range(least, top + 1):
        start = max(low, 0 if length == least else 10 ** (length - 1))
        end = 10**length - 1 if high is None else min(high, 10**length - 1)
        if start <= end:
            ways += between(str(start).zfill(length), str(end).zfill(length))
    return ways


def _written(digits: Digits) -> str:
    return " ".join(f'"{low}"' if low == high else f"[{low}-{high}]" for low, high in digits)


def integers(low: int | None, high: int | None) -> list[str]:
    """Ways to write the integers from `low` to `high`, None: without that bound."""
    ways: list[str] = []
    if high is None or high >= 0:
        ways += [_written(way) for way in whole_numbers(max(low or 0, 0), high)]
    if low is None or low < 0:
        nearest, farthest = 1 if high is None or high >= 0 else -high, None if low is None else -low
        ways += ['"-" ' + _written(way) for way in whole_numbers(nearest, farthest)]
    return ways


def numbers(
    low: Decimal | None, high: Decimal | None, *, without_low: bool, without_high: bool, decimals: int
) -> list[str]:
    """Ways to write the numbers from `low` to `high` (without_…: that bound itself is left out), without exponents.

    decimals: most digits behind the point.
    """
    ways: list[str] = []
    if high is None or high > 0 or (high == 0 and not without_high):
        from_zero = low is None or low < 0
        start, open_start = (Decimal(0), False) if from_zero else (low or Decimal(0), without_low)
        ways += _positive(start, high, open_start, without_high, decimals)
    if low is None or low < 0:
        to_zero = high is None or high >= 0
        near, open_near = (Decimal(0), True) if to_zero else (-(high or Decimal(0)), without_high)
        ways += [
            f'"-" ({way})' for way in _positive(near, None if low is None else -low, open_near, without_low, decimals)
        ]
    return ways


def _positive(low: Decimal, high: Decimal | None, without_low: bool, without_high: bool, decimals: int) -> list[str]:
    """The same from 0 on: with as many digits behind the point as the bounds have or fewer, or with more of them."""
    places = min(max(_places(low), 0 if high is None else _places(high)), decimals)
    ways: list[str] = []
    for count in range(places + 1):
        scale = Decimal(10) ** count
        first = _up(low * scale, beyond=without_low)
        last = None if high is None else _down(high * scale, below=without_high)
        ways += [_pointed(way, count) for way in _padded(first, last, count + 1)]
    more = decimals - places
    if more <= 0:
        return ways
    scale = Decimal(10) ** places
    least, most = _up(low * scale, beyond=False), None if high is None else _down(high * scale, below=False) - 1
    dot = "" if places else '"." '
    if without_low and least == low * scale:  # that first part needs a digit that is not 0 behind it
        if most is None or least <= most:
            nonzero = f'{dot}"0"{{0,{min(more - 1, 4)}}} [1-9]'
            ways += [f"{_pointed(way, places)} {nonzero}" for way in _padded(least, least, places + 1)]
        least += 1
    return ways + [f"{_pointed(way, places)} {dot}[0-9]{{1,{more}}}" for way in _padded(least, most, places + 1)]


def _pointed(digits: Digits, places: int) -> str:
    if not places:
        return _written(digits)
    return f'{_written(digits[:-places])} "." {_written(digits[-places:])}'


def _up(value: Decimal, *, beyond: bool) -> int:
    """The least whole number from `value` on, or beyond it."""
    whole = math.ceil(value)
    return whole + 1 if beyond and whole == value else whole


def _down(value: Decimal, *, below: bool) -> int:
    whole = math.floor(value)
    return whole - 1 if below and whole == value else whole


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
