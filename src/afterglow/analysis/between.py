"""The picture between two pictures, by optical flow: slow motion and morphs without weights.

The flow from the moment between to both of its ends is approximated from the flows between these,
and the two ends, brought there, are laid over one another by how near and how visible they are:
H. Jiang et al., Super SloMo (CVPR 2018), equations 4 and 6, without its networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

import cv2
import numpy as np

from afterglow import ops
from afterglow.analysis.flow import (
    LEAST_SIDE,
    UNLIKE,
    Motion,
    enlarged,
    fetched,
    likeness,
    motion,
    seen_in_both,
)
from afterglow.analysis.picture import measuring_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.ops.halves import Array, Depth

    Floats: TypeAlias = NDArray[np.float32]

LINES = 540
"""Lines, of 16:9, at which flow is searched in larger pictures."""
_SOFT_LINES = 270
"""The same where the flow is made soft anyway."""
_SOFTNESS = 0.03
"""Sigma, in shares of the longer side, of the blur that makes the flow of a morph fluid."""
_HIDDEN = 0.02
"""Weight of a place that is hidden in a picture, beside one that is not."""
_EXPLAINED = 0.25
"""Share of the picture that must be seen in both ends; below that it is a cut."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """How one picture becomes another."""

    by: Motion
    """At the size at which it was searched, in pixels of that."""
    seen: tuple[Floats, Floats]
    """(h, w), 0 to 1: what of each is seen in the other."""

    def mixed(
        self, one: Floats, other: Floats, moment: float, share: float | None = None
    ) -> Floats:
        """Return what is seen at a moment between 0 and 1, in the shape of ``one``.

        one, other: (H, W) or (H, W, 3) float32, linear light or a matte. share: of the second
        picture where both are seen; the moment itself if left out.
        """
        now = np.float32(moment)
        rest = np.float32(1) - now
        forward, backward = self.by
        to_one = -rest * now * forward + now * now * backward
        to_other = rest * rest * forward - now * rest * backward
        later = now if share is None else np.float32(share)
        first = (1 - later) * (_HIDDEN + fetched(self.seen[0], to_one))
        second = later * (_HIDDEN + fetched(self.seen[1], to_other))
        height, width = one.shape[:2]
        part = cv2.resize(second / (first + second), (width, height))
        near = fetched(one, enlarged(to_one, width, height))
        far = fetched(other, enlarged(to_other, width, height))
        far -= near
        far *= part if one.ndim == 2 else part[..., None]
        return np.asarray(near + far, np.float32)


def passage_of(one: Array, other: Array, lines: int = LINES) -> Passage | None:
    """Return what lies between two pictures; None where nothing of the one is in the other: a cut.

    Below 32 pixels nothing is searched: what comes back fades the pictures into one another.

    one, other: (H, W, 3) uint8 or uint16 RGB. lines: of 16:9, at which larger ones are searched.
    """
    height, width = one.shape[:2]
    if min(width, height) < LEAST_SIDE:
        return _faded(width, height)
    size = _searched(width, height, lines)
    greys = _grey(one, size), _grey(other, size)
    found = motion(*greys)
    seen = seen_in_both(found.forward, found.backward), seen_in_both(found.backward, found.forward)
    alike = likeness(greys[0], fetched(greys[1], found.forward)) >= UNLIKE
    if not alike or min(float(each.mean()) for each in seen) < _EXPLAINED:
        return None
    soft = [np.asarray(cv2.blur(each.astype(np.float32), (5, 5)), np.float32) for each in seen]
    return Passage(found, (soft[0], soft[1]))


def morph_of(one: Array, other: Array) -> Passage:
    """Return a fluid way from one picture to another, whatever they show: a cut has one as well.

    one, other: (H, W, 3) uint8 or uint16 RGB.
    """
    height, width = one.shape[:2]
    if min(width, height) < LEAST_SIDE:
        return _faded(width, height)
    size = _searched(width, height, _SOFT_LINES)
    found = motion(_grey(one, size), _grey(other, size), "fast")
    soft = [cv2.GaussianBlur(each, (0, 0), _SOFTNESS * max(size)) for each in found]
    forward, backward = (np.asarray(each, np.float32) for each in soft)
    sure = np.ones(forward.shape[:2], np.float32)
    return Passage(Motion(forward, backward), (sure, sure))


def picture_between(
    one: Array,
    other: Array,
    passage: Passage,
    moment: float,
    transfer: str,
    share: float | None = None,
) -> Array:
    """Return the picture at a moment between 0 and 1, mixed in linear light.

    one, other: (H, W, 3) RGB or, with the transfer "linear", (H, W) mattes; uint8 or uint16, as
    what comes back. share: as ``Passage.mixed``.
    """
    depth = cast("Depth", one.dtype.name)
    lights = ops.to_linear(one, transfer), ops.to_linear(other, transfer)
    return ops.to_display(passage.mixed(*lights, moment, share), transfer, depth)


def _faded(width: int, height: int) -> Passage:
    """A way on which nothing moves."""
    still = np.zeros((height, width, 2), np.float32)
    sure = np.ones((height, width), np.float32)
    return Passage(Motion(still, still), (sure, sure))


def _searched(width: int, height: int, lines: int) -> tuple[int, int]:
    """The (width, height) at which flow is searched: no side is too small for it."""
    wide, high = measuring_size((height, width), lines)
    return max(wide, min(width, LEAST_SIDE)), max(high, min(height, LEAST_SIDE))


def _grey(picture: Array, size: tuple[int, int]) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(ops.resize(picture, *size), cv2.COLOR_RGB2GRAY)
    if grey.dtype == np.uint16:
        return np.asarray(cv2.convertScaleAbs(grey, alpha=1 / 257), np.uint8)
    return np.asarray(grey, np.uint8)
