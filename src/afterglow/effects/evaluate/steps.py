"""What happens from one frame to the next: measured along the motion, where both show the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import cv2
import numpy as np

from afterglow import ops
from afterglow.analysis.flow import (
    LEAST_SIDE,
    UNLIKE,
    at_edges,
    fetched,
    likeness,
    motion,
    seen_in_both,
)
from afterglow.analysis.picture import measuring_size
from afterglow.ops import levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.float64]

_LINES = 288
"""Lines, of 16:9, at which motion is measured."""
_PARTS = 4
"""Parts of the width and of the height whose level is followed by itself."""
_CUT = 0.2
"""Share of the picture that must be seen in both frames; below that it is a cut."""
_SECOND = 6**0.5
"""Second differences of independent values spread that much more than the values."""


class Look(NamedTuple):
    """A frame, small."""

    pixels: NDArray[np.uint8]
    """(h, w, 3) RGB."""
    grey: NDArray[np.uint8]
    """(h, w)."""
    scale: float
    """Pixels of the frame in one of these."""


class Step(NamedTuple):
    """From one frame to the next."""

    warp_error: float
    """Levels of 255 between a frame and the next one, brought back along the motion."""
    change: Numbers
    """(4, 4): levels by which parts of the picture became brighter, along the motion."""
    camera: Numbers
    """(2,): pixels that most of the picture went, to the right and down."""
    motion: float
    """Pixels that a place went, in the mean."""


def look(pixels: NDArray[Any]) -> Look:
    """Return what is measured of a frame; (H, W, 3) RGB, uint8 or uint16."""
    height, width = pixels.shape[:2]
    wide, high = measuring_size(pixels.shape, _LINES)
    grow = max(1.0, LEAST_SIDE / min(wide, high))
    size = max(LEAST_SIDE, round(wide * grow)), max(LEAST_SIDE, round(high * grow))
    small = np.asarray(levels.as_depth(ops.resize(pixels, *size), "uint8"))
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    return Look(small, grey, (width * height / (size[0] * size[1])) ** 0.5)


def step(now: Look, after: Look) -> Step | None:
    """Return what happens between two frames; None at a cut.

    The warp error is that of W.-S. Lai et al., Learning blind video temporal consistency (ECCV
    2018), equation 9, as a root and in levels. What is hidden, and what lies at the edges of the
    motion, does not count, as in M. Ruder et al., Artistic style transfer for videos (GCPR 2016),
    equations 5 and 6.
    """
    by = motion(now.grey, after.grey)
    seen = seen_in_both(by.forward, by.backward)
    there = fetched(after.pixels, by.forward, cubic=True)
    if seen.mean() < _CUT or likeness(now.grey, fetched(after.grey, by.forward)) < UNLIKE:
        return None
    sure = seen & ~at_edges(by.forward)
    if sure.mean() < _CUT / 2:
        sure = seen
    apart = np.subtract(there, now.pixels, dtype=np.float32)
    error = float(np.sqrt(np.mean(np.square(apart[sure]), dtype=np.float64)))
    length = np.hypot(by.forward[..., 0], by.forward[..., 1])[seen]
    camera = np.median(by.forward[seen], axis=0).astype(np.float64) * now.scale
    return Step(error, _changes(apart, sure), camera, float(length.mean()) * now.scale)


def _changes(apart: NDArray[np.float32], sure: NDArray[np.bool_]) -> Numbers:
    """(4, 4) mean change of luma; NaN where nothing is sure."""
    weight = sure.astype(np.float32)
    luma = np.asarray(ops.luma(apart)) * weight
    size = (_PARTS, _PARTS)
    total, count = (
        np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.float64)
        for each in (luma, weight)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(count > 0.05, total / count, np.nan))


def flicker(before: Step, now: Step) -> float | None:
    """Return levels of 255: how much parts of the picture become brighter and darker by turns.

    It is the deviation of a flicker that is new in every frame: the root mean square of the second
    difference over the root of 6. A fade, which goes one way, is none.
    """
    return _spread(now.change - before.change)


def jitter(before: Step, now: Step) -> float | None:
    """Return pixels: how much the whole picture shakes, beyond going one way.

    It is the deviation, in each direction, of places that are new in every frame, as above.
    """
    return _spread(now.camera - before.camera)


def _spread(second: Numbers) -> float | None:
    known = second[np.isfinite(second)]
    return float(np.sqrt(np.mean(np.square(known)))) / _SECOND if known.size else None
