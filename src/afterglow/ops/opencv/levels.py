"""Levels on arrays, by OpenCV."""

from __future__ import annotations

import cv2
import numpy as np

from afterglow.ops.halves import WHITE, Array, Depth
from afterglow.ops.levels import Region

_DEEPER = (np.arange(256) * 257).astype(np.uint16)
"""(256,) 8-bit levels at 16 bits."""


def minimum(one: Array, other: Array) -> Array:
    """The darker of two pictures."""
    return cv2.min(one, other)


def maximum(one: Array, other: Array) -> Array:
    """The brighter of two pictures."""
    return cv2.max(one, other)


def subtract(one: Array, other: Array) -> Array:
    """one - other, not below 0."""
    left = cv2.subtract(one, other)
    return np.maximum(left, 0, out=left) if left.dtype == np.float32 else left


def apart(one: Array, other: Array) -> Array:
    """The absolute difference."""
    return cv2.absdiff(one, other)


def shifted(pixels: Array, by: Array) -> Array:
    """The picture with signed levels added."""
    return cv2.add(pixels, by, dtype=cv2.CV_8U if pixels.dtype == np.uint8 else cv2.CV_16U)


def invert(pixels: Array) -> Array:
    """White minus the picture."""
    if pixels.dtype == np.float32:
        return np.float32(1) - pixels
    return cv2.bitwise_not(pixels)


def brightest_channel(pixels: Array) -> Array:
    """(H, W) the largest channel."""
    red, green, blue = cv2.split(pixels)
    return cv2.max(red, cv2.max(green, blue))


def lookup(pixels: Array, table: Array) -> Array:
    """Every level replaced by its entry in the table."""
    if table.ndim == 2:
        table = table[np.newaxis]
    return cv2.LUT(pixels, table)


def as_depth(pixels: Array, depth: Depth) -> Array:
    """Another depth, rounded to nearest."""
    if pixels.dtype.name == depth:
        return pixels
    if pixels.dtype == np.uint8 and depth == "uint16":
        return cv2.LUT(pixels, _DEEPER)
    scale = WHITE[depth] / WHITE[pixels.dtype.name]
    if depth == "uint8":
        return cv2.convertScaleAbs(pixels, alpha=scale)
    scaled = pixels.astype(np.float32) * np.float32(scale)
    return scaled if depth == "float32" else np.rint(np.clip(scaled, 0, 65535)).astype(np.uint16)


def repeat_channel(mask: Array) -> Array:
    """(H, W, 3) of an (H, W) mask."""
    return cv2.merge([mask, mask, mask])


def extent(mask: Array) -> Region | None:
    """The smallest region that holds every level above 0."""
    some = mask if mask.dtype == np.uint8 else (mask > 0).view(np.uint8)
    left, top, width, height = cv2.boundingRect(some)
    return Region(left, top, left + width, top + height) if width and height else None


def patched(pixels: Array, region: Region, part: Array) -> Array:
    """A copy with another part in the region."""
    copy = pixels.copy()
    region.of(copy)[:] = part
    return copy


def filled(pixels: Array, level: float) -> Array:
    """One level everywhere."""
    value = level * WHITE[pixels.dtype.name]
    return np.full_like(pixels, value if pixels.dtype == np.float32 else round(value))


def black(like: Array, shape: tuple[int, ...], depth: Depth) -> Array:
    """A black picture."""
    return np.zeros(shape, depth)


def add_into(pixels: Array, region: Region, part: Array) -> None:
    """Add to a region in place."""
    there = region.of(pixels)
    cv2.add(there, part, dst=there)


def subtract_from(pixels: Array, region: Region, part: Array) -> None:
    """Subtract from a region in place."""
    there = region.of(pixels)
    left = cv2.subtract(there, part, dst=there)
    if left.dtype == np.float32:
        np.maximum(left, 0, out=left)


def copied(pixels: Array) -> Array:
    """A copy."""
    return pixels.copy()


def quantile(mask: Array, share: float) -> int:
    """The level that a share does not exceed."""
    counted = cv2.calcHist([np.ascontiguousarray(mask)], [0], None, [256], [0, 256]).cumsum()
    return int(np.searchsorted(counted, share * mask.size))
