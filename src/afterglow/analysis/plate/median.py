"""The exact median of every value of a stream of pictures, in memory that does not grow with it.

A value is found digit by digit, from its highest four bits to its lowest: each pass over the
pictures counts, at every place, how often each of the 16 digits occurs among the values that begin
as the median does. 8 bits take two passes, 16 bits four. Nothing is sampled and nothing is rounded
but the mean of the two middle values where their number is even.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[Any]
"""(h, w, 3) RGB, uint8 or uint16."""
Mask: TypeAlias = NDArray[np.uint8]
"""(h, w) 255 or 0."""
Look: TypeAlias = tuple[Values, Mask | None]
"""A picture, and 255 where it counts; None where all of it does."""

_DIGITS = 16
_NOT_COUNTED = 255
"""A code that is no digit."""
_BATCH = 8
"""Pictures whose codes wait to be counted together."""
_TILE = 32768
"""Values counted at a time: with a batch of codes they fit into a processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Middle:
    """What lies in the middle of many pictures."""

    pixels: Values
    """(h, w, 3) RGB in the type that went in: the median where anything was seen, else black."""
    seen: NDArray[np.uint32]
    """(h, w): how many pictures counted at each place."""


def bytes_of_value(depth: int, most: int) -> int:
    """Return the bytes that one value needs while its median is found among ``most`` pictures."""
    counts = _DIGITS * _counter(most).itemsize
    return counts + _BATCH + 3 * depth // 8 + 3 * 4 + 4


def exact_median(
    looks: Callable[[], Iterable[Look]], shape: tuple[int, int], depth: int, most: int
) -> Middle:
    """Return the median of all values that count, as ``numpy.median`` finds it, halves rounded up.

    looks: gives the same pictures each time it is called, (h, w, 3) uint8 or uint16, with masks.
    shape: (h, w). depth: 8 or 16. most: no fewer than the pictures that will come.
    """
    kind = np.dtype(np.uint8 if depth == 8 else np.uint16)
    size = shape[0] * shape[1] * 3
    prefix, rank = np.zeros(size, kind), np.zeros(size, np.uint32)
    above = np.full(size, (1 << depth) - 1, kind)
    seen: NDArray[np.uint32] | None = None
    for shift in range(depth - 4, -4, -4):
        counts = _counted(_codes(looks(), prefix, shift, above), size, most)
        if seen is None:
            seen = counts.sum(axis=0, dtype=np.uint32)
            rank = (np.maximum(seen, 1) - 1) // 2
        if shift == 0:
            break
        prefix, rank = _narrowed(counts, prefix, rank)
    assert seen is not None
    middle = _between(counts, prefix, rank, above, even=seen % 2 == 0)
    middle[seen == 0] = 0
    return Middle(middle.reshape(*shape, 3), seen.reshape(*shape, 3)[..., 0].copy())


def _counter(most: int) -> np.dtype[Any]:
    """The smallest type that counts to ``most``."""
    return np.dtype(np.uint8 if most < 1 << 8 else np.uint16 if most < 1 << 16 else np.uint32)


def _codes(looks: Iterable[Look], prefix: Values, shift: int, above: Values) -> Iterator[Mask]:
    """The digit of every value that begins with its prefix; more than 15 where none counts.

    In the last pass ``above`` becomes the smallest value that begins with more than its prefix.
    """
    begin = prefix << 4
    for pixels, mask in looks:
        values = pixels.reshape(-1)
        hidden = None if mask is None else _hidden(mask)
        code = np.bitwise_xor(values >> shift, begin)
        if shift == 0:
            _lower(above, values, prefix, hidden)
        if code.dtype != np.uint8:
            code = np.minimum(code, _NOT_COUNTED).astype(np.uint8)
        yield code if hidden is None else code | hidden


def _hidden(mask: Mask) -> Mask:
    """(values,) 255 where nothing counts."""
    return np.asarray(cv2.merge([cv2.bitwise_not(mask)] * 3), np.uint8).reshape(-1)


def _lower(above: Values, values: Values, prefix: Values, hidden: Mask | None) -> None:
    """Take into ``above`` what counts and begins with more than its prefix, if it is smaller."""
    out = np.negative((values >> 4 <= prefix).view(np.uint8)).astype(values.dtype, copy=False)
    if hidden is not None:
        out |= hidden
    if values.dtype != np.uint8:
        out *= 257
    np.minimum(above, values | out, out=above)


def _counted(codes: Iterator[Mask], size: int, most: int) -> NDArray[Any]:
    """(16, size): how often each digit occurs at each place."""
    counts = np.zeros((_DIGITS, size), _counter(most))
    waiting = np.empty((_BATCH, size), np.uint8)
    filled = 0
    for code in codes:
        waiting[filled] = code
        filled += 1
        if filled == _BATCH:
            _count(counts, waiting)
            filled = 0
    _count(counts, waiting[:filled])
    return counts


def _count(counts: NDArray[Any], codes: Mask) -> None:
    """Add a batch of (n, size) codes to the counts, tile by tile."""
    for start in range(0, codes.shape[1] if len(codes) else 0, _TILE):
        part = codes[:, start : start + _TILE]
        for digit in range(_DIGITS):
            same = (part == digit).view(np.uint8)
            counts[digit, start : start + _TILE] += np.add.reduce(same, axis=0, dtype=np.uint8)


def _narrowed(
    counts: NDArray[Any], prefix: Values, rank: NDArray[np.uint32]
) -> tuple[Values, NDArray[np.uint32]]:
    """The prefix with the digit in which the rank falls, and the rank among those that remain."""
    digit, rest, _ = _digit_of(counts, rank)
    return prefix << 4 | digit.astype(prefix.dtype), rest


def _between(
    counts: NDArray[Any],
    prefix: Values,
    rank: NDArray[np.uint32],
    above: Values,
    *,
    even: NDArray[np.bool_],
) -> Values:
    """The value of the rank; where their number is even, the mean of it and the next one."""
    digit, _, _ = _digit_of(counts, rank)
    next_digit, _, there = _digit_of(counts, rank + 1)
    begin = prefix.astype(np.uint32) << 4
    lower = begin | digit
    upper = np.where(there, begin | next_digit, above.astype(np.uint32))
    middle = np.where(even, (lower + upper + 1) >> 1, lower)
    return np.asarray(middle, prefix.dtype)


def _digit_of(
    counts: NDArray[Any], rank: NDArray[np.uint32]
) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.bool_]]:
    """The digit in which a rank falls, the rank within it, and whether there are so many."""
    digit, rest = np.zeros(rank.shape, np.uint8), rank.copy()
    for start in range(0, rank.size, _TILE):
        tile = slice(start, start + _TILE)
        left, ahead = rest[tile], np.ones(rest[tile].shape, np.bool_)
        for each in counts[:, tile]:
            ahead &= left >= each
            left -= each * ahead
            digit[tile] += ahead
    return digit, rest, digit < _DIGITS
