"""Neighbourhoods of arrays: see afterglow.ops.filters."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from afterglow.ops.halves import WHITE, Array
from afterglow.ops.kernels import gaussian_weights, half_widths
from afterglow.ops.opencv.colour import len_of, to_float

_OUTSIDE = cv2.BORDER_REFLECT_101


def gaussian_blur(pixels: Array, sigma: float) -> Array:
    """See afterglow.ops.filters.gaussian_blur."""
    size = len(gaussian_weights(sigma))
    return cv2.GaussianBlur(pixels, (size, size), sigma, sigmaY=sigma, borderType=_OUTSIDE)


def box_blur(pixels: Array, size: int) -> Array:
    """See afterglow.ops.filters.box_blur."""
    return cv2.blur(pixels, (size, size), borderType=_OUTSIDE)


def laplacian_energy(grey: Array, block: int) -> Array:
    """See afterglow.ops.filters.laplacian_energy."""
    if grey.dtype == np.uint8:
        edges = cv2.Laplacian(grey, cv2.CV_16S, borderType=_OUTSIDE)
    else:
        levels = to_float(grey) * np.float32(255)
        edges = cv2.Laplacian(levels, cv2.CV_32F, borderType=_OUTSIDE)
    return cv2.sqrBoxFilter(edges, cv2.CV_32F, (block, block), borderType=_OUTSIDE)


def dilate(mask: Array, radius: int, element: str) -> Array:
    """See afterglow.ops.filters.dilate."""
    return cv2.dilate(mask, _element(radius, element))


def erode(mask: Array, radius: int, element: str) -> Array:
    """See afterglow.ops.filters.erode."""
    return cv2.erode(mask, _element(radius, element))


def smoothstep(pixels: Array, low: float, high: float) -> Array:
    """See afterglow.ops.filters.smoothstep."""
    if pixels.dtype != np.float32:
        return cv2.LUT(pixels, _step_table(len_of(pixels), low, high))
    t = np.subtract(pixels, np.float32(low))
    t *= np.float32(1 / (high - low))
    np.clip(t, 0, 1, out=t)
    rest = np.float32(3) - 2 * t
    rest *= t
    return np.multiply(rest, t, out=rest)


@lru_cache(maxsize=32)
def _step_table(entries: int, low: float, high: float) -> Array:
    t = np.clip((np.linspace(0, 1, entries) - low) / (high - low), 0, 1)
    dtype = np.uint8 if entries == 256 else np.uint16
    return np.rint(t * t * (3 - 2 * t) * WHITE[np.dtype(dtype).name]).astype(dtype)


@lru_cache(maxsize=32)
def _element(radius: int, element: str) -> Array:
    shape = np.zeros((2 * radius + 1, 2 * radius + 1), np.uint8)
    for row, reach in enumerate(half_widths(radius, element)):
        shape[row, radius - reach : radius + reach + 1] = 1
    return shape
