"""Two arrays made one by OpenCV's vectorised operations: see afterglow.ops.blend."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from afterglow.ops.halves import WHITE, Array, Depth
from afterglow.ops.opencv.colour import in_depth

_ROWS = 64
"""Lines blended at a time: the temporaries stay small, and empty lines of a mask are skipped."""


def multiply(below: Array, above: Array) -> Array:
    """See afterglow.ops.blend.multiply."""
    return cv2.multiply(below, _spread(above, below), scale=1 / WHITE[below.dtype.name])


def screen(below: Array, above: Array) -> Array:
    """See afterglow.ops.blend.screen."""
    above = _spread(above, below)
    if below.dtype == np.float32:
        dark: Array = 1 - np.clip(below, 0, 1)
        dark *= 1 - np.clip(above, 0, 1)
        return np.subtract(1, dark, out=dark)
    dark = cv2.bitwise_not(below)
    dark = cv2.multiply(dark, cv2.bitwise_not(above), dst=dark, scale=1 / WHITE[below.dtype.name])
    return cv2.bitwise_not(dark, dst=dark)


def add(below: Array, above: Array, amount: float) -> Array:
    """See afterglow.ops.blend.add."""
    above = _spread(above, below)
    if amount == 1.0:
        return cv2.add(below, above)
    return cv2.addWeighted(below, 1.0, above, amount, 0.0)


def gain(pixels: Array, factor: float) -> Array:
    """See afterglow.ops.blend.gain."""
    return cv2.addWeighted(pixels, factor, pixels, 0.0, 0.0)


def lerp(below: Array, above: Array, amount: float | Array) -> Array:
    """See afterglow.ops.blend.lerp."""
    if not isinstance(amount, np.ndarray):
        share = min(max(amount, 0.0), 1.0)
        return cv2.addWeighted(below, 1.0 - share, above, share, 0.0)
    mask = in_depth(amount, cast(Depth, below.dtype.name))
    if below.dtype == np.float32:
        change: Array = above - below
        change *= np.clip(mask, 0, 1).reshape(mask.shape + (1,) * (below.ndim - 2))
        return np.add(change, below, out=change)
    mixed = below.copy()
    for top in range(0, len(below), _ROWS):
        rows = slice(top, top + _ROWS)
        if cv2.countNonZero(mask[rows]):
            _mix(mixed[rows], above[rows], mask[rows])
    return mixed


def difference(one: Array, other: Array, channels: str) -> Array:
    """See afterglow.ops.blend.difference."""
    apart = cv2.absdiff(one, other)
    if apart.ndim == 2:
        return apart
    if channels == "mean":
        count = apart.shape[2]
        return cv2.transform(apart, np.full((1, count), 1 / count, np.float32))
    first, *others = cv2.split(apart)
    for plane in others:
        first = cv2.max(first, plane, dst=first)
    return first


def _mix(below: Array, above: Array, mask: Array) -> None:
    """Move ``below``, in place, towards ``above``: rounded once, exact where they are equal."""
    share, scale = _spread(mask, below), 1 / WHITE[below.dtype.name]
    up, down = cv2.subtract(above, below), cv2.subtract(below, above)
    cv2.add(below, cv2.multiply(up, share, dst=up, scale=scale), dst=below)
    cv2.subtract(below, cv2.multiply(down, share, dst=down, scale=scale), dst=below)


def _spread(mask: Array, like: Array) -> Array:
    """The mask once per channel of the picture it goes with."""
    if mask.ndim == like.ndim:
        return mask
    return cv2.merge([mask] * like.shape[2]).reshape(like.shape)
