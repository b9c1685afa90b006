"""The surface of a plate: which part of the world it shows, and frames laid on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.align import Matrix
from afterglow.analysis.plate.median import Look, Mask
from afterglow.errors import UsageError
from afterglow.frames import VideoInfo

LONGEST = 16384
"""Pixels: a canvas with a longer side is refused."""
_RIM = 2
"""Pixels at the border of a frame that are not sampled between: half a cubic kernel."""
_HAIR = 1e-3
"""Pixels by which a frame may stick out of a canvas."""
_WHOLE = 1e-6
"""Pixels by which a shift may miss a whole number and still count as one."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A rectangle of the world, in pixels of the reference frame."""

    left: int
    """Column of the reference frame at which it begins."""
    top: int
    """Row of the reference frame at which it begins."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""

    def bands(self, lines: int) -> Iterator[Canvas]:
        """Yield the canvas in parts of at most so many lines, from the top."""
        for start in range(0, self.height, lines):
            yield replace(self, top=self.top + start, height=min(lines, self.height - start))

    def matrix(self, place: Matrix) -> Matrix:
        """(3, 3) from a frame at ``place`` to the canvas."""
        shift = np.eye(3)
        shift[:2, 2] = -self.left, -self.top
        return np.asarray(shift @ np.linalg.inv(place))


def canvas_of(places: Iterator[Matrix], video: VideoInfo, *, panorama: bool) -> Canvas:
    """Return the canvas of the reference frame, or the smallest that holds all frames.

    places: (3, 3) from the reference frame to each of the others.

    Raises:
        UsageError: the camera swept more than a picture can hold.
    """
    width, height = video.width, video.height
    if not panorama:
        return Canvas(0, 0, width, height)
    low, high = np.zeros(2), np.array([width, height], np.float64)
    for place in places:
        corners = outline(np.asarray(np.linalg.inv(place)), width, height)
        low, high = np.minimum(low, corners.min(axis=0)), np.maximum(high, corners.max(axis=0))
    left, top = (int(each) for each in np.floor(low + _HAIR))
    right, bottom = (int(each) for each in np.ceil(high - _HAIR))
    if max(right - left, bottom - top) > LONGEST:
        raise UsageError(
            f"the camera swept {right - left} x {bottom - top} pixels; "
            f"a panorama has at most {LONGEST} a side",
            hint="take a shorter part with --duration, fewer lines with --resolution, "
            "or leave out --panorama",
        )
    return Canvas(left, top, right - left, bottom - top)


def swept(places: Iterator[Matrix], canvas: Canvas, width: int, height: int) -> NDArray[np.bool_]:
    """Return (H, W): what of a canvas some frame of ``width`` x ``height`` pixels showed."""
    shown = np.zeros((canvas.height, canvas.width), np.uint8)
    for place in places:
        corners = outline(canvas.matrix(place), width, height) - 0.5
        cv2.fillConvexPoly(shown, np.rint(corners * 16).astype(np.int32), 255, shift=4)
    return np.asarray(shown > 0)


def outline(matrix: Matrix, width: int, height: int) -> NDArray[np.float64]:
    """(4, 2): where a matrix takes the corners of a picture, as edges of pixels."""
    x, y = width - 0.5, height - 0.5
    corners = np.array([[-0.5, -0.5], [x, -0.5], [x, y], [-0.5, y]])
    moved = np.column_stack([corners, np.ones(4)]) @ matrix.T
    return np.asarray(moved[:, :2] / moved[:, 2:] + 0.5)


def laid(pixels: NDArray[Any], mask: Mask | None, place: Matrix, canvas: Canvas) -> Look | None:
    """Return a frame as the canvas shows it, and 255 where it does; None where it shows none of it.

    pixels: (H, W, 3) RGB, uint8 or uint16. mask: (H, W) 255 where the frame counts; None for all.
    """
    height, width = pixels.shape[:2]
    matrix = canvas.matrix(place)
    corners = outline(matrix, width, height)
    end = (canvas.width, canvas.height)
    if (corners.max(axis=0) <= 0).any() or (corners.min(axis=0) >= end).any():
        return None
    whole = _whole_shift(matrix)
    if whole is not None:
        return _pasted(pixels, mask, whole, canvas)
    return _warped(pixels, mask, matrix, canvas)


def _whole_shift(matrix: Matrix) -> tuple[int, int] | None:
    """The shift of a matrix that only shifts, by whole pixels."""
    x, y = (round(float(each)) for each in matrix[:2, 2])
    whole = np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
    return (x, y) if np.abs(matrix - whole).max() < _WHOLE else None


def _pasted(
    pixels: NDArray[Any], mask: Mask | None, shift: tuple[int, int], canvas: Canvas
) -> Look:
    """A frame shifted by whole pixels; no pixel changes."""
    height, width = pixels.shape[:2]
    x, y = shift
    if x == 0 and width == canvas.width and y <= 0 and height + y >= canvas.height:
        rows = slice(-y, canvas.height - y)
        return pixels[rows], None if mask is None else mask[rows]
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + width, canvas.width), min(y + height, canvas.height)
    to = (slice(top, bottom), slice(left, right))
    of = (slice(top - y, bottom - y), slice(left - x, right - x))
    out = np.zeros((canvas.height, canvas.width, 3), pixels.dtype)
    seen = np.zeros((canvas.height, canvas.width), np.uint8)
    out[to], seen[to] = pixels[of], 255 if mask is None else mask[of]
    return out, seen


def _warped(pixels: NDArray[Any], mask: Mask | None, matrix: Matrix, canvas: Canvas) -> Look:
    """A frame between the pixels of the canvas; what is not fully seen there does not count."""
    size = (canvas.width, canvas.height)
    inside = np.full(pixels.shape[:2], 255, np.uint8) if mask is None else mask.copy()
    inside[:_RIM], inside[-_RIM:], inside[:, :_RIM], inside[:, -_RIM:] = 0, 0, 0, 0
    out = cv2.warpPerspective(
        pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    seen = cv2.warpPerspective(inside, matrix, size, flags=cv2.INTER_LINEAR)
    return out, np.where(seen == 255, 255, 0).astype(np.uint8)
