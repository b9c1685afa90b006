"""Arrays moved and scaled: see afterglow.ops.geometry."""

from __future__ import annotations

import cv2
import numpy as np

from afterglow.ops.halves import WHITE, Array
from afterglow.ops.kernels import shift_kernel

_BORDERS = {
    "constant": cv2.BORDER_CONSTANT,
    "replicate": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT_101,
}
_INTERPOLATIONS = {
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "lanczos": cv2.INTER_LANCZOS4,
}


def translate(pixels: Array, dx: float, dy: float, border: str, interpolation: str) -> Array:
    """See afterglow.ops.geometry.translate."""
    height, width = pixels.shape[:2]
    (x, across), (y, down) = shift_kernel(dx, interpolation), shift_kernel(dy, interpolation)
    # Margins, so that the kernels see the true neighbours of the window and not its border.
    h, v = len(across) // 2, len(down) // 2
    moved = _window(pixels, (-x - h, width + 2 * h), (-y - v, height + 2 * v), border)
    if h or v:
        moved = cv2.sepFilter2D(moved, -1, across, down, anchor=(h, v))
    return np.ascontiguousarray(moved[v : v + height, h : h + width])


def warp(
    pixels: Array, matrix: Array, size: tuple[int, int], interpolation: str, border: str
) -> Array:
    """See afterglow.ops.geometry.warp."""
    flags = _INTERPOLATIONS[interpolation]
    return cv2.warpAffine(pixels, matrix, size, flags=flags, borderMode=_BORDERS[border])


def white_mask(pixels: Array) -> Array:
    """(H, W) white, in the type of the picture."""
    return np.full(pixels.shape[:2], WHITE[pixels.dtype.name], pixels.dtype)


def resize(pixels: Array, width: int, height: int) -> Array:
    """See afterglow.ops.geometry.resize."""
    rows, columns = pixels.shape[:2]
    if width <= columns and height <= rows:
        return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    shrunk = (min(width, columns), min(height, rows))
    if shrunk != (columns, rows):
        pixels = cv2.resize(pixels, shrunk, interpolation=cv2.INTER_AREA)
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)


def _window(pixels: Array, across: tuple[int, int], down: tuple[int, int], border: str) -> Array:
    """The part (start, length), per axis, of the endless plane of picture and border."""
    rows, columns = pixels.shape[:2]
    y0, y1, above, below, y = _cut(*down, rows, border)
    x0, x1, before, after, x = _cut(*across, columns, border)
    part = pixels[y0:y1, x0:x1]
    if above or below or before or after:
        part = cv2.copyMakeBorder(part, above, below, before, after, _BORDERS[border])
    return part[y : y + down[1], x : x + across[1]]


def _cut(start: int, length: int, size: int, border: str) -> tuple[int, int, int, int, int]:
    """Of an axis: pixels needed (from, to), margins before and after, where to begin in these."""
    if border == "reflect":
        start = start % max(2 * (size - 1), 1)
        first, last = 0, size
    else:
        start = min(max(start, -length - 1), size + 1)
        first = min(max(start, 0), size - 1)
        last = max(min(start + length, size), first + 1)
    before, after = first - start, start + length - last
    return first, last, max(before, 0), max(after, 0), max(-before, 0)


def resampled(pixels: Array, width: int, height: int) -> Array:
    """The picture at another size, each pixel taken linearly from the four around its place."""
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)


def halved(pixels: Array) -> Array:
    """The picture at half its size, whole sides given: the mean of two by two, halves upwards."""
    return cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
