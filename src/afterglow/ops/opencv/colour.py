"""Light and levels of arrays, mostly by look-up: see afterglow.ops.colour."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from afterglow.ops.halves import WHITE, Array, Depth
from afterglow.ops.standards import (
    check_transfer,
    fits_uint16,
    light_of,
    luma_weights,
    signal_of,
)

_STEPS = 65536


def to_linear(pixels: Array, transfer: str, depth: Depth) -> Array:
    """See afterglow.ops.colour.to_linear."""
    check_transfer(transfer, uint16_light=depth == "uint16")
    if pixels.dtype == np.float32:
        pixels = from_float(pixels, "uint16")
    return cv2.LUT(pixels, _light_table(transfer, len_of(pixels), depth))


def to_display(linear: Array, transfer: str, depth: Depth) -> Array:
    """See afterglow.ops.colour.to_display."""
    check_transfer(transfer, uint16_light=linear.dtype == np.uint16)
    if linear.dtype == np.uint16:
        return cv2.LUT(linear, _signal_table(transfer, 1, depth))
    # Steps of the table are even in a root of the light where the curve is steep near black.
    root = 1 if depth == "uint8" and fits_uint16(transfer) else 4
    index = linear
    if root > 1:
        index = np.maximum(linear, 0)
        for _ in range(root // 2):
            index = cv2.sqrt(index, dst=index)
    return cv2.LUT(from_float(index, "uint16"), _signal_table(transfer, root, depth))


def luma(pixels: Array, matrix: str) -> Array:
    """See afterglow.ops.colour.luma."""
    return cv2.transform(pixels, np.asarray([luma_weights(matrix)], np.float32))


def to_float(pixels: Array) -> Array:
    """See afterglow.ops.colour.to_float."""
    if pixels.dtype == np.float32:
        return pixels
    return np.multiply(pixels, np.float32(1 / WHITE[pixels.dtype.name]), dtype=np.float32)


def from_float(pixels: Array, depth: Depth) -> Array:
    """See afterglow.ops.colour.from_float."""
    if depth == "float32":
        return pixels
    kind = cv2.CV_8U if depth == "uint8" else cv2.CV_16U
    return cv2.addWeighted(pixels, WHITE[depth], pixels, 0.0, 0.0, dtype=kind)


def in_depth(pixels: Array, depth: Depth) -> Array:
    """The picture in another depth, scaled from white to white."""
    return pixels if pixels.dtype == depth else from_float(to_float(pixels), depth)


def len_of(pixels: Array) -> int:
    """Number of values that a channel of integers can take: 256 or 65536."""
    return int(WHITE[pixels.dtype.name]) + 1


@lru_cache(maxsize=16)
def _light_table(transfer: str, entries: int, depth: Depth) -> Array:
    return _stored(light_of(np.linspace(0, 1, entries), transfer, np), depth)


@lru_cache(maxsize=16)
def _signal_table(transfer: str, root: int, depth: Depth) -> Array:
    return _stored(signal_of(np.linspace(0, 1, _STEPS) ** root, transfer, np), depth)


def _stored(values: Array, depth: Depth) -> Array:
    if depth == "float32":
        return np.clip(values, 0, 1).astype(np.float32)
    return np.rint(np.clip(values, 0, 1) * WHITE[depth]).astype(depth)
