"""Paper that lies still in the world: what is drawn on it moves when the camera does.

How far the camera went is known from a second before at most, and the paper is laid anew at times
that follow from the clock alone. The new sheet comes as the old one goes, with as much relief on
the way; under a camera that rests they are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.camera import CameraTracker, Matrix, Model
from afterglow.effects.style.noise import periodic
from afterglow.frames import VideoInfo
from afterglow.ops.easing import eased

Floats: TypeAlias = NDArray[np.float32]

PERIOD = Fraction(1)
"""Seconds from one sheet to the next."""
_BLURS = 0.008
"""Widths that the camera moves in a frame, from which the relief is blurred as by an exposure."""
_REST = (0.06, 1 / 8000)
"""Pixels, and widths, that a corner of the picture may move while the camera is said to rest."""
_LEAST_SIDE = 48
"""Pixels of the shorter side below which a camera's motion cannot be told from noise."""
_SAME = 0.01
"""Pixels by which two sheets may lie apart and be one."""
_EVERY = 4
"""Of so many lines and columns one is looked at to tell how alike two sheets are."""


@lru_cache(maxsize=16)
def waves(side: int, sigma: float, seed: int) -> Floats:
    """Return (side, side): smooth noise of mean 0 and variance 1 that repeats itself."""
    return periodic(side, sigma, np.random.default_rng([seed, side]))


@lru_cache(maxsize=2)
def relief(seed: int) -> Floats:
    """Return (1024, 1024): the height of rough paper, of mean 0 and variance 1."""
    parts = ((0.55, 1.5), (0.65, 2.4), (0.32, 5.0), (0.12, 14.0))
    sizes = (weight * waves(1024, sigma, seed + n) for n, (weight, sigma) in enumerate(parts))
    rough = np.sum(list(sizes), axis=0)
    return np.asarray((rough - rough.mean()) / rough.std(), np.float32)


class Sheet(NamedTuple):
    """Paper, as it lies under a frame."""

    moved: Matrix
    """(3, 3): where a place of the frame at which it was laid is now, in display pixels."""
    share: float
    """How much of it is there, 0 to 1."""
    sharp: float
    """How much of what is fine on it is seen, 0 to 1: less under a camera that moves fast."""


@dataclass(slots=True, eq=False)
class _Laid:
    """A sheet on its way."""

    moved: Matrix
    period: int


class Ground:
    """What is remembered of a stream to know where its paper lies."""

    def __init__(self, video: VideoInfo) -> None:
        """Begin a stream."""
        self._video = video
        told = min(video.width, video.height) >= _LEAST_SIDE
        model: Model = "similarity" if told else "none"
        self._camera = CameraTracker(video.width, video.height, model, lines=180)
        self._laid: list[_Laid] = []

    def sheets(self, picture: NDArray[Any], pts: int) -> Sequence[Sheet]:
        """Return what lies under the next frame: one sheet, or two of which one is going.

        picture: (h, w, 3) RGB, uint8, of any size with the video's shape, always the same.
        """
        motion = self._camera.step(picture)
        if motion.cut:
            self._laid = []
        least = max(_REST[0], _REST[1] * self._video.width)
        if self._apart(motion.step, np.eye(3)) > least:
            for each in self._laid:
                each.moved = motion.step @ each.moved
        periods = pts * self._video.time_base / PERIOD
        if not self._laid or self._laid[-1].period != floor(periods):
            self._laid = [*self._laid[-1:], _Laid(np.eye(3), floor(periods))]
        fast = np.hypot(motion.dx, motion.dy) / (_BLURS * max(self._video.width, 1))
        return self._shares(float(periods - floor(periods)), float(1 / (1 + fast**2)))

    def _shares(self, gone: float, sharp: float) -> Sequence[Sheet]:
        *before, last = self._laid
        if not before or self._apart(before[0].moved, last.moved) < _SAME:
            return [Sheet(last.moved, 1.0, sharp)]
        share = eased(gone)
        return [Sheet(before[0].moved, 1 - share, sharp), Sheet(last.moved, share, sharp)]

    def _apart(self, one: Matrix, other: Matrix) -> float:
        """Return the pixels that two sheets lie apart at the corners of the picture, at most."""
        x, y = self._video.width, self._video.height
        corners = np.array([[0, 0, 1], [x, 0, 1], [0, y, 1], [x, y, 1]], float).T
        return float(np.abs((one - other) @ corners).max())


def look_back(video: VideoInfo) -> int:
    """Return the frames for which a sheet is remembered."""
    return ceil(2 * PERIOD * video.rate) + 1


def on_sheets(
    tile: Floats, sheets: Sequence[Sheet], size: tuple[int, int], full: tuple[int, int], unit: float
) -> Floats:
    """Return (h, w): what is on the paper, at a size.

    tile: (n, n), of mean 0, repeats itself. size: width and height of the result. full: those of
    the video. unit: samples of the tile in a pixel of the video.
    """
    grow = np.diag([full[0] / size[0], full[1] / size[1], 1.0])
    grow[:2, 2] = (grow[0, 0] - 1) / 2, (grow[1, 1] - 1) / 2
    shrink = np.diag([unit, unit, 1.0])
    parts = [_laid(tile, shrink @ np.linalg.inv(each.moved) @ grow, size) for each in sheets]
    if len(parts) == 1:
        return parts[0]
    one, other = parts
    first, second = sheets[0].share, sheets[1].share
    a, b = one[::_EVERY, ::_EVERY].ravel(), other[::_EVERY, ::_EVERY].ravel()
    alike = float(a @ b) / max(float(np.sqrt((a @ a) * (b @ b))), 1e-6)
    norm = max(first**2 + second**2 + 2 * alike * first * second, 0.1) ** -0.5
    return np.asarray(cv2.addWeighted(one, norm * first, other, norm * second, 0), np.float32)


def _laid(tile: Floats, places: Matrix, size: tuple[int, int]) -> Floats:
    """Return (h, w): the tile, again and again, at places x, y -> places @ (x, y, 1)."""
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    repeated = cv2.warpAffine(tile, places[:2], size, flags=way, borderMode=cv2.BORDER_WRAP)
    return np.asarray(repeated, np.float32)
