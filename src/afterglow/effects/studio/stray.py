"""Stray parts of a matte: what is small beside the subject goes, and comes and goes softly.

A part is told from another by what it covers: it is the same as in the frame before where the two
overlap. A part that was shown stays until it is much smaller than one that is let in, and for a
while, so that nothing flickers; two people who are of like size are both the subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.ops import levels

if TYPE_CHECKING:
    from afterglow.frames import Pixels
    from afterglow.ops.halves import Depth

LINES = 180
"""Lines at which parts are told apart."""
_THERE = 0.1
"""Matte from which a pixel belongs to a part."""
_LEAVES = 0.5
"""Share of the threshold below which a part that was shown is no longer."""
_EDGE = 2
"""Pixels of the small picture by which a part's soft edge goes beyond it."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What was shown of the frame before, pixel by pixel of the small picture."""

    part: NDArray[np.uint8]
    """(h, w) 1 where there was a part that is kept."""
    gain: Floats
    """(h, w) how much of it showed, 0 to 1."""
    small: NDArray[np.int16]
    """(h, w) frames for which it has been too small."""


@dataclass(frozen=True, slots=True)
class Stray:
    """Settings of the filter."""

    threshold: float = 0.4
    """Size of a part, over that of the largest one, from which it is shown; 0 shows everything."""
    pause: int = 8
    """Frames for which a part may be too small, and in which one fades in or out."""

    def filtered(self, alpha: Pixels, before: Shown | None) -> tuple[Pixels, Shown | None]:
        """The matte without stray parts, and what to hand in with the next frame.

        alpha: (H, W) uint8 or uint16. before: None at the beginning of a shot.
        """
        if self.threshold <= 0:
            return alpha, None
        height, width = alpha.shape[:2]
        rows = min(height, LINES)
        columns = max(1, round(width * rows / height))
        small = ops.to_float(ops.array_of(ops.reduce(alpha, columns, rows)))
        shown, weight = judged(small, before, self.threshold, self.pause)
        if weight is None:
            return alpha, shown
        return _weighed(alpha, weight), shown


def _weighed(alpha: Pixels, weight: Floats) -> Pixels:
    """The matte times its weight, which is only looked at where it is less than 1."""
    height, width = alpha.shape[:2]
    depth: Depth = "uint8" if str(alpha.dtype).endswith("uint8") else "uint16"
    share: Pixels = ops.beside(np.asarray(weight, np.float32), alpha)
    if not isinstance(alpha, np.ndarray):
        return ops.multiply(alpha, ops.from_float(ops.resize(share, width, height), depth))
    full = ops.resize(np.asarray(ops.from_float(share, depth)), width, height)
    region = levels.extent(cv2.bitwise_not(full))
    if region is None:
        return alpha
    return levels.patched(alpha, region, ops.multiply(region.of(alpha), region.of(full)))


def judged(
    matte: Floats, before: Shown | None, threshold: float, pause: int
) -> tuple[Shown, Floats | None]:
    """What is shown of each part, and (h, w) by how much to multiply the matte; None for all 1.

    matte: (h, w) float32 0-1, a small picture.
    """
    mask = (matte > _THERE).astype(np.uint8)
    count, found = cv2.connectedComponents(mask, connectivity=8)
    labels = np.asarray(found, np.int32)
    size = np.bincount(labels.ravel(), matte.ravel().astype(np.float64), count)
    size[0] = 0
    share = size / max(float(size.max()), 1e-9)
    if before is None:
        gain = (share >= threshold).astype(np.float32)
        kept, late = gain > 0, np.zeros(count, np.int16)
    else:
        kept, gain, late = _followed(labels, share, before, threshold, pause)
    gain[0], kept[0] = 0, False
    shown = Shown(kept.astype(np.uint8)[labels], gain[labels], late[labels])
    if (gain[1:] == 1).all():
        return shown, None
    return shown, _weight(labels, gain)


def _followed(
    labels: NDArray[np.int32], share: NDArray[np.float64], before: Shown, threshold: float,
    pause: int,
) -> tuple[NDArray[np.bool_], Floats, NDArray[np.int16]]:  # fmt: skip
    """Which parts are kept, how much of each is shown, and how long it has been too small."""
    near = cv2.dilate(before.part, np.ones((3, 3), np.uint8))
    was = _most(labels, near, len(share)) > 0
    small = share < threshold * _LEAVES
    late = np.where(was & small, _most(labels, before.small, len(share)) + 1, 0)
    kept = (share >= threshold) | (was & (late <= pause))
    step = np.float32(1 / pause)
    past = _most(labels, cv2.dilate(before.gain, np.ones((3, 3), np.uint8)), len(share))
    gain = np.clip(past + np.where(kept, step, -step), 0, 1).astype(np.float32)
    # The largest part alone is the subject, whatever was before.
    gain[share >= 1], late[share >= 1] = np.maximum(gain[share >= 1], step), 0
    return np.asarray(kept), gain, late.astype(np.int16)


def _most(labels: NDArray[np.int32], of: NDArray[np.generic], count: int) -> NDArray[np.float64]:
    """(count,) the largest value of a picture in each part."""
    found = np.zeros(count)
    there = np.flatnonzero((labels > 0) & (of != 0))
    np.maximum.at(found, labels.ravel()[there], of.ravel()[there].astype(np.float64))
    return found


def _weight(labels: NDArray[np.int32], gain: Floats) -> Floats:
    """(h, w) 1 but in and around parts that are not wholly shown, and not around shown ones."""
    box = np.ones((2 * _EDGE + 1, 2 * _EDGE + 1), np.uint8)
    less = np.where(labels > 0, 1 - gain[labels], 0).astype(np.float32)
    whole = ((labels > 0) & (gain[labels] == 1)).astype(np.uint8)
    spread = cv2.dilate(less, box) * (1 - cv2.dilate(whole, box))
    return np.asarray(1 - np.maximum(spread, less), np.float32)
