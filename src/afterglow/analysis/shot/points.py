"""Points of the background, followed from an earlier frame of the shot to this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.shot.glance import Grey

Places: TypeAlias = NDArray[np.complex128]
"""Places x + iy in pixels, counted from the middle of the picture."""
Flags: TypeAlias = NDArray[np.bool_]

_CELL = 21
"""Pixels: side of the cell in which one point is taken at most."""
_MOST = 140
"""Points."""
_LEAST_CORNER = 2e-4
"""Smaller eigenvalue of a corner's slopes below which it is noise."""
_EDGE = 8
"""Pixels at the picture's border where no point is taken."""
_AROUND = 9
"""Pixels that a point keeps from the subject."""
_WINDOW, _LEVELS = 11, 3
"""Side of the patch that is followed, and halvings of the picture."""
_CONTRAST = 2.0
"""Factor on the detail of a picture."""
_UNLIKE = 0.75
"""Difference of two patches over their contrast, above which they show different things."""
_FEW_STEPS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 12, 0.01)


def detail(grey: Grey, gain: float = 1.0) -> Grey:
    """(h, w) uint8 the picture without its local mean, around 128, its contrast times a gain.

    A new exposure then changes little of it. grey: (h, w) uint8.
    """
    factor = _CONTRAST * gain
    soft = cv2.blur(grey, (25, 25), borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.addWeighted(grey, factor, soft, -factor, 128), np.uint8)


def middle(shape: tuple[int, ...]) -> complex:
    """The place of the middle of a picture, counted from its first pixel."""
    return complex((shape[1] - 1) / 2, (shape[0] - 1) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A frame of which points are followed."""

    picture: Grey
    """(h, w) uint8 its detail."""
    points: Places
    """(n,) where they are in it."""
    contrast: NDArray[np.float32]
    """(n,) mean departure from grey around each."""

    def followed(self, now: Grey, guess: Places) -> tuple[Places, Flags]:
        """(n,) where the points are now, and (n,) which of them were found again.

        now: (h, w) uint8 detail of the picture. guess: (n,) where they are expected.
        """
        start, origin = _pairs(self.points, now.shape), middle(now.shape)
        found, status, error = cv2.calcOpticalFlowPyrLK(
            self.picture, now, start, _pairs(guess, now.shape),
            winSize=(_WINDOW, _WINDOW), maxLevel=_LEVELS, criteria=_FEW_STEPS,
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        )  # fmt: skip
        x, y = np.asarray(found, np.float64).reshape(-1, 2).T
        height, width = now.shape
        good = (status.ravel() == 1) & (error.ravel() < _UNLIKE * self.contrast)
        good &= (x > 4) & (y > 4) & (x < width - 5) & (y < height - 5)
        return x + 1j * y - origin, np.asarray(good)


def anchor(picture: Grey, matte: Grey | None, kept: Places) -> Anchor:
    """A frame with the points that are kept, and new ones where there are none.

    picture: (h, w) uint8 detail. matte: (h, w) uint8 of the subject; no point is taken near it.
    """
    fresh = _corners(picture, matte, kept)
    points = np.concatenate((kept, fresh))
    departure = cv2.blur(cv2.absdiff(picture, np.full_like(picture, 128)), (_WINDOW, _WINDOW))
    at = points + middle(picture.shape)
    rows, columns = (np.rint(part).astype(np.intp) for part in (at.imag, at.real))
    contrast = departure[
        np.clip(rows, 0, picture.shape[0] - 1), np.clip(columns, 0, picture.shape[1] - 1)
    ]
    return Anchor(picture, points, contrast.astype(np.float32) + np.float32(4))


def _corners(picture: Grey, matte: Grey | None, kept: Places) -> Places:
    """The best corner of every cell that holds none of the points that are kept."""
    strength = cv2.cornerMinEigenVal(picture, 5, ksize=3)
    strength[:_EDGE], strength[-_EDGE:] = 0, 0
    strength[:, :_EDGE], strength[:, -_EDGE:] = 0, 0
    if matte is not None:
        box = np.ones((2 * _AROUND + 1,) * 2, np.uint8)
        strength[cv2.dilate(matte, box) > 8] = 0
    rows, columns = (side // _CELL for side in picture.shape)
    if not rows or not columns:
        return np.zeros(0, np.complex128)
    whole: Any = strength[: rows * _CELL, : columns * _CELL]
    cells = (
        whole.reshape(rows, _CELL, columns, _CELL).transpose(0, 2, 1, 3).reshape(rows * columns, -1)
    )
    best, top = cells.argmax(axis=1), cells.max(axis=1)
    top[_taken(kept, picture.shape, rows, columns)] = 0
    order = np.argsort(-top)[: max(0, _MOST - len(kept))]
    order = order[top[order] > _LEAST_CORNER]
    x = order % columns * _CELL + best[order] % _CELL
    y = order // columns * _CELL + best[order] // _CELL
    return np.asarray(x + 1j * y - middle(picture.shape))


def _taken(kept: Places, shape: tuple[int, ...], rows: int, columns: int) -> NDArray[np.intp]:
    """The cells that hold a point already."""
    at = kept + middle(shape)
    x = np.clip(at.real // _CELL, 0, columns - 1)
    y = np.clip(at.imag // _CELL, 0, rows - 1)
    return np.asarray(y * columns + x, np.intp)


def _pairs(places: Places, shape: tuple[int, ...]) -> NDArray[np.float32]:
    at = places + middle(shape)
    return np.ascontiguousarray(np.stack((at.real, at.imag), axis=-1), np.float32).reshape(-1, 1, 2)
