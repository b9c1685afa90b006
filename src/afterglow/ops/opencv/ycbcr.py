"""YCbCr planes of arrays, in float arithmetic: see afterglow.ops.ycbcr.

Files go through swscale, which is faster; this half is the yardstick for the other one.
"""

from __future__ import annotations

import cv2
import numpy as np

from afterglow.ops.halves import Array
from afterglow.ops.opencv.colour import from_float, to_float
from afterglow.ops.ycbcr import Layout, to_rgb_matrix, to_ycbcr_matrix

Planes = tuple[Array, Array, Array]


def ycbcr_to_rgb(planes: Planes, layout: Layout) -> Array:
    """See afterglow.ops.ycbcr.ycbcr_to_rgb."""
    luma = planes[0].astype(np.float32)
    chroma = [_widened(plane.astype(np.float32), luma.shape, layout) for plane in planes[1:]]
    rgb = cv2.transform(cv2.merge([luma, *chroma]), to_rgb_matrix(layout).astype(np.float32))
    return from_float(rgb, "uint8" if layout.bits == 8 else "uint16")


def rgb_to_ycbcr(pixels: Array, layout: Layout) -> Planes:
    """See afterglow.ops.ycbcr.rgb_to_ycbcr."""
    planes = cv2.transform(to_float(pixels), to_ycbcr_matrix(layout).astype(np.float32))
    luma, cb, cr = cv2.split(planes)
    return (
        _levels(luma, layout.bits),
        _levels(_narrowed(cb, layout), layout.bits),
        _levels(_narrowed(cr, layout), layout.bits),
    )


def split_semiplanar(luma: Array, chroma: Array, bits: int) -> Planes:
    """See afterglow.ops.ycbcr.split_semiplanar."""
    shift = 0 if bits == 8 else 16 - bits
    y, cb, cr = (plane >> shift for plane in (luma, chroma[..., 0], chroma[..., 1]))
    return y, cb, cr


def join_semiplanar(planes: Planes, bits: int) -> tuple[Array, Array]:
    """See afterglow.ops.ycbcr.join_semiplanar."""
    shift = 0 if bits == 8 else 16 - bits
    return planes[0] << shift, np.stack(planes[1:], axis=-1) << shift


def _levels(plane: Array, bits: int) -> Array:
    top = (1 << bits) - 1
    whole: Array = np.rint(np.clip(plane, 0, top))
    return whole.astype(np.uint8 if bits == 8 else np.uint16)


def _widened(plane: Array, shape: tuple[int, ...], layout: Layout) -> Array:
    """Chroma at every luma sample."""
    for axis in (0, 1):
        if layout.halved[axis]:
            plane = _doubled(plane, axis, layout.between[axis])[: shape[0], : shape[1]]
    return plane


def _doubled(plane: Array, axis: int, between: bool) -> Array:
    rows = np.moveaxis(plane, axis, 0)
    before, after = np.roll(rows, 1, 0), np.roll(rows, -1, 0)
    before[0], after[-1] = rows[0], rows[-1]
    even = (before + 3 * rows) / 4 if between else rows
    odd = (3 * rows + after) / 4 if between else (rows + after) / 2
    twice = np.stack((even, odd), axis=1).reshape(-1, *rows.shape[1:])
    return np.moveaxis(twice, 0, axis)


def _narrowed(plane: Array, layout: Layout) -> Array:
    """Chroma at the places where the layout keeps a sample."""
    for axis in (0, 1):
        if layout.halved[axis]:
            plane = _halved(plane, axis, layout.between[axis])
    return plane


def _halved(plane: Array, axis: int, between: bool) -> Array:
    rows = np.moveaxis(plane, axis, 0)
    odd = len(rows) % 2
    wide = np.concatenate((rows[:1], rows, *(rows[-1:],) * (2 + odd)))
    count = (len(rows) + odd) // 2
    before, here, after, beyond = (wide[at : at + 2 * count : 2] for at in range(4))
    mean = (
        (before + 3 * (here + after) + beyond) / 8 if between else (before + 2 * here + after) / 4
    )
    return np.moveaxis(mean, 0, axis)
