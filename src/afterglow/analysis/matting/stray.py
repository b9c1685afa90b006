"""Stray parts: what flickers up beside the people never shows, and nobody is deleted.

A part that overlaps one kept in the frame before is kept. Any other must be there for a while, and
then fades in. One that shrinks to a speck fades out.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

_THERE, _SURE = 0.1, 0.5
"""How sure a network is of a pixel that may belong to a part, and of one that does."""
_LEAST = 0.02
"""Sure pixels of a part, by those of the largest, below which it is a speck."""
_FEWEST = 0.0005
"""Share of the picture that a part takes at least."""


class Kept(NamedTuple):
    """What is remembered of the parts of the last frame."""

    mask: NDArray[np.uint8]
    """(h, w) 1 where a part was kept."""
    age: NDArray[np.int16]
    """(h, w) frames since a part that is not kept yet was first seen."""
    gain: NDArray[np.float32]
    """(h, w) 0-1: how much of it shows."""


class Parts(NamedTuple):
    """The parts of one frame."""

    labels: NDArray[np.int32]
    """(h, w) number of the part, 0 for none."""
    stats: NDArray[np.int32]
    """(n, 5) as OpenCV gives them."""
    sure: NDArray[np.float64]
    """(n,) sure pixels."""

    def most(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        """(n,) the largest of some (h, w) values in each part."""
        found = np.zeros(len(self.sure))
        np.maximum.at(found, self.labels.ravel(), values.ravel().astype(np.float64))
        return found

    def real(self) -> NDArray[np.bool_]:
        """(n,) which are no specks."""
        least = max(_LEAST * float(self.sure[1:].max(initial=0)), _FEWEST * self.labels.size, 1.0)
        found = self.sure >= least
        found[0] = False
        return found


def parts_of(sure: NDArray[np.float32]) -> Parts:
    """Return the connected parts of an (h, w) float32 0-1 picture."""
    mask = (sure > _THERE).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    inside = np.bincount(labels.ravel(), (sure > _SURE).ravel().astype(np.float64), count)
    return Parts(
        np.asarray(labels, np.int32), np.asarray(stats, np.int32), inside.astype(np.float64)
    )


def judged(parts: Parts, before: Kept | None, pause: int) -> Kept:
    """Return how much of each part shows, and what is remembered of it.

    before: None at the start of a shot, where everything but specks shows at once.
    pause: frames that a new part waits, and then takes to fade in or out.
    """
    real = parts.real()
    if before is None:
        return _kept(parts, real, np.zeros(len(real)), real.astype(np.float64))
    near = cv2.dilate(before.mask, np.ones((3, 3), np.uint8))
    touches = parts.most(near) > 0
    age = np.where(real, parts.most(before.age) + 1, 0)
    stays = real & (touches | (age > pause))
    shown = parts.most(before.gain * near)
    gain = np.clip(shown + np.where(stays, 1, -1) / pause, 0, 1)
    return _kept(parts, stays, np.where(stays, 0, age), gain)


def _kept(
    parts: Parts, stays: NDArray[np.bool_], age: NDArray[np.float64], gain: NDArray[np.float64]
) -> Kept:
    """What was found of every part, at its pixels."""
    gain[0] = 0
    return Kept(
        (stays | (gain > 0)).astype(np.uint8)[parts.labels],
        age.astype(np.int16)[parts.labels],
        gain.astype(np.float32)[parts.labels],
    )
