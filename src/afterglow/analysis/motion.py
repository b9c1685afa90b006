"""What moves: told from a few looks at the same place, aligned to one another.

The median of looks spread over a second or so is the background, as long as nothing stands in front
of it for half of that time. What departs from it is there for a while only: it moves.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from afterglow import ops
from afterglow.ops import levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.frames import Pixels

_LITTLE = 16
"""Levels that exposure may change a place by from frame to frame."""
_DARKEST, _BRIGHTEST = 16, 235
"""Levels between which exposure acts as a factor."""
_ENOUGH = 0.2
"""Share of the picture that must have changed so little."""
_BLURRED, _SHARP = 10.0, 40.0
"""Laplacian energy, in squared levels, of a part that is out of focus and of one that is sharp."""


class Span(NamedTuple):
    """The levels that a place may have and still count as the same."""

    low: Pixels
    """(h, w, 3) uint8."""
    high: Pixels
    """(h, w, 3) uint8."""

    @property
    def exact(self) -> bool:
        """Only one level counts as the same."""
        return self.low is self.high


def span(look: Pixels, *, tolerance: int) -> Span:
    """Return the levels found within ``tolerance`` pixels of every place.

    look: (h, w, 3) uint8. A camera is never followed exactly; without tolerance every edge of a
    textured wall would seem to move with the error that remains.
    """
    if tolerance == 0:
        return Span(look, look)
    return Span(ops.erode(look, tolerance, "box"), ops.dilate(look, tolerance, "box"))


def departure(look: Pixels, *spans: Span) -> Pixels:
    """Return (h, w) uint8: by how many levels a channel leaves all of the spans at once.

    look: (h, w, 3) uint8. The channel that leaves them farthest counts.
    """
    outside = [_outside(look, allowed) for allowed in spans]
    return levels.brightest_channel(reduce(levels.minimum, outside))


def _outside(look: Pixels, allowed: Span) -> Pixels:
    """(h, w, 3) uint8 by how many levels each channel leaves a span."""
    if allowed.exact:
        return levels.apart(look, allowed.low)
    above = levels.subtract(look, allowed.high)
    return levels.maximum(above, levels.subtract(allowed.low, look))


def brightening(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> float:
    """Return the factor by which the picture as a whole became brighter from one frame to the next.

    before, now: (h, w) uint8 luma. Only what changed little counts, so that a subject that comes in
    is no change of exposure; nothing blocked or blown out does.
    """
    usable = (before >= _DARKEST) & (before <= _BRIGHTEST)
    little = (usable & (cv2.absdiff(before, now) <= _LITTLE)).astype(np.uint8)
    if cv2.countNonZero(little) < little.size * _ENOUGH:
        return 1.0
    return float(cv2.mean(now, little)[0] / cv2.mean(before, little)[0])


def soft_step(start: float, end: float) -> NDArray[np.uint8]:
    """Return a (256,) uint8 table: 0 up to ``start`` levels, 255 from ``end``, smooth between."""
    x = np.clip((np.arange(256) - start) / (end - start), 0, 1)
    table: NDArray[np.uint8] = np.rint(255 * x * x * (3 - 2 * x)).astype(np.uint8)
    return table


def focus_and_motion(
    look: Pixels, behind: Span, *, focus_block: int, motion_thresh: float
) -> Pixels:
    """Return an (h, w) uint8 matte of what is in focus and moves.

    look: (h, w, 3) uint8. behind: the background at the same place.
    focus_block: odd side, in pixels of the look, of the block whose Laplacian energy tells focus.
    motion_thresh: levels of change from which something counts as moving in full.
    """
    energy = ops.laplacian_energy(ops.luma(look), focus_block)
    sharp = ops.from_float(ops.smoothstep(energy, _BLURRED, _SHARP), "uint8")
    change = ops.dilate(departure(look, behind), focus_block // 4, "box")
    moving = levels.lookup(change, soft_step(motion_thresh / 2, motion_thresh))
    return ops.gaussian_blur(ops.multiply(sharp, moving), focus_block / 8)
