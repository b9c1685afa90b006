"""What was drawn before, carried along with what moves, so that a drawing does not boil.

Only the step from the frame before is ever measured. What is carried fades with every frame, and
after ``LOOK_BACK`` of them nothing of it is left that could be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.flow import LEAST_SIDE, enlarged, fetched, flow, likeness
from afterglow.analysis.picture import measuring_size

if TYPE_CHECKING:
    from afterglow.analysis.flow import Flow

Floats: TypeAlias = NDArray[np.float32]

SHARE = 0.7
"""How much of a place is as it was drawn before, where nothing speaks against it."""
LOOK_BACK = 32
"""Frames: 0.7 to their power is a hundred thousandth."""
_LINES = 180
"""Lines, of 16:9, at which motion is sought."""
_UNLIKE = 10.0
"""Levels of 255 by which a carried picture may differ until the flow is trusted half as much."""
_OTHER = 0.5
"""Likeness of the whole picture below which a new shot has begun."""
_STILL = 0.12
"""Pixels of motion that are taken for none."""
_NO_MAP = np.empty(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """How a picture goes on from the one before."""

    back: Flow
    """(h, w, 2): where every place was, from where it is, in pixels of this small size."""
    trust: Floats
    """(h, w), 0 to 1: how far that explains the picture."""

    def carried(self, plane: NDArray[Any]) -> NDArray[Any]:
        """Return a plane of the frame before where its things are now.

        plane: (H, W) or (H, W, n), uint8, uint16 or float32, of any size.
        """
        where = self.at(plane.shape[1], plane.shape[0]) + places(*plane.shape[1::-1])
        return taken(plane, where)

    def at(self, width: int, height: int, still: float = 0.0) -> Flow:
        """Return (height, width, 2) the way back in pixels of that size.

        still: pixels up to which motion is taken for none.
        """
        return enlarged(self.back, width, height, still)

    def held(self, now: Floats, before: Floats, share: float = SHARE) -> Floats:
        """Return what is drawn now, mixed with what was drawn before of the same things.

        now, before: (H, W) or (H, W, n) float32 of one size.
        """
        height, width = now.shape[:2]
        weight = cv2.resize(self.trust * np.float32(share), (width, height))
        if now.ndim == 3:
            weight = cv2.merge([weight] * now.shape[2])
        apart = self.carried(before)
        apart -= now
        apart *= weight
        apart += now
        return np.asarray(apart, np.float32)

    def calmed(self, now: NDArray[Any], before: NDArray[Any], share: float) -> NDArray[Any]:
        """Return what is shown now, mixed with what was shown before of the same things.

        now, before: (H, W, 3) of one size, uint8 or uint16. What rests is not sampled anew.
        """
        height, width = now.shape[:2]
        way = self.at(width, height, still=_STILL)
        way += places(width, height)
        weight = cv2.resize(self.trust * np.float32(share), (width, height))
        return np.asarray(ops.lerp(now, taken(before, way), weight))


@lru_cache(maxsize=4)
def places(width: int, height: int) -> Floats:
    """Return (height, width, 2): the (x, y) of every place."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    where = np.dstack([x, y])
    where.flags.writeable = False
    return where


def taken(plane: NDArray[Any], where: Floats, way: int = cv2.INTER_LINEAR) -> NDArray[Any]:
    """Return the plane taken at (h, w, 2) places; beyond its edge it goes on as there."""
    border = cv2.BORDER_REPLICATE
    return np.asarray(cv2.remap(plane, where, _NO_MAP, way, borderMode=border))


def small_levels(pixels: NDArray[Any], lines: int) -> NDArray[Any]:
    """Return (h, w, 3) RGB at ``lines`` lines of 16:9, or fewer: uint8, or float32 0-255.

    pixels: (H, W, 3) RGB, uint8 or uint16, of which the latter become floats.
    """
    small = ops.reduce(pixels, *measuring_size(pixels.shape, lines))
    return small if small.dtype == np.uint8 else small.astype(np.float32) / np.float32(257)


class Follower:
    """What is remembered of a stream to find the step to its next frame."""

    def __init__(self, lines: int = _LINES) -> None:
        """Begin a stream, whose motion is sought at ``lines`` lines of 16:9."""
        self._lines = lines
        self._before: NDArray[np.uint8] | None = None

    def step(self, pixels: NDArray[Any]) -> Step | None:
        """Return the step that led to this frame; None for the first of a shot.

        pixels: (H, W, 3) RGB or (H, W) grey, uint8, uint16 or float32 0-255, of any
        size, always the same.
        """
        before, self._before = self._before, small_grey(pixels, self._lines)
        return None if before is None else step_between(before, self._before)


def small_grey(pixels: NDArray[Any], lines: int = _LINES) -> NDArray[np.uint8]:
    """Return (h, w) uint8: the grey levels at ``lines`` lines of 16:9, or fewer.

    pixels: (H, W, 3) RGB or (H, W) grey, uint8, uint16 or float32 0-255.
    """
    small = ops.reduce(pixels, *measuring_size(pixels.shape, lines))
    grey = small if small.ndim == 2 else ops.luma(small)
    scale = {np.dtype(np.uint16): 1 / 257}.get(grey.dtype, 1.0)
    return np.asarray(cv2.convertScaleAbs(grey, alpha=scale), np.uint8)


def step_between(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> Step | None:
    """Return the step from one small grey picture to the next; None where a new shot begins.

    Pictures below ``LEAST_SIDE`` are taken as if nothing moved: what changed is not trusted.
    """
    if min(now.shape) >= LEAST_SIDE:
        back = flow(now, before, "fast")
    else:
        back = np.zeros((*now.shape, 2), np.float32)
    there = fetched(before, back)
    if likeness(there, now) < _OTHER:
        return None
    apart = cv2.blur(cv2.absdiff(there, now).astype(np.float32), (3, 3))
    trust = 1 / (1 + np.square(np.square(apart * np.float32(1 / _UNLIKE))))
    return Step(back, np.asarray(trust, np.float32))
