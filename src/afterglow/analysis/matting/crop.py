"""Crops: a network sees more of a person when it is given little else.

Boxes are in shares of the picture, so that they mean the same at every size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

MARGIN = 0.1
"""Share of its size that a crop shows around a person, on each side."""
_MOST = 3
"""Crops at most; people beyond that share one with those next to them."""
_SMALL = 0.1
"""Area, by that of the largest, below which a part joins the nearest box: a hand, a foot."""
_INWARD = 0.25
"""Share of the way that a side of a crop moves inwards in a frame; outwards it moves at once."""
_FEATHER = 0.03
"""Share of a crop over which it fades out at a side that is not the picture's own."""


class Box(NamedTuple):
    """A part of the picture, in shares of its width and height."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Share of the picture."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def grown(self, margin: float) -> Box:
        """The box with a margin, in shares of its size, as far as the picture goes."""
        x, y = (self.right - self.left) * margin, (self.bottom - self.top) * margin
        return Box(
            max(0.0, self.left - x),
            max(0.0, self.top - y),
            min(1.0, self.right + x),
            min(1.0, self.bottom + y),
        )

    def joined(self, other: Box) -> Box:
        """The smallest box that holds both."""
        least, most = (
            map(min, zip(self, other, strict=True)),
            map(max, zip(self, other, strict=True)),
        )
        left, top, _, _ = least
        _, _, right, bottom = most
        return Box(left, top, right, bottom)

    def shared(self, other: Box) -> Box:
        """The part that both have; empty where they have none."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def within(self, width: int, height: int) -> tuple[slice, slice]:
        """Rows and columns of a picture that it covers, one of each at least."""
        left, top = int(self.left * width), int(self.top * height)
        right, bottom = -int(-self.right * width // 1), -int(-self.bottom * height // 1)
        return slice(top, max(top + 1, bottom)), slice(left, max(left + 1, right))


WHOLE = Box(0.0, 0.0, 1.0, 1.0)


def boxes_of(
    labels: NDArray[np.int32], stats: NDArray[np.int32], wanted: Sequence[int]
) -> list[Box]:
    """Return few boxes, apart from one another, that hold all of the wanted components.

    labels: (h, w) components. stats: (n, 5) as OpenCV gives them.
    """
    height, width = labels.shape
    parts = sorted(wanted, key=lambda n: -int(stats[n, cv2.CC_STAT_AREA]))
    boxes: list[Box] = []
    for n in parts:
        x, y, w, h, area = (int(value) for value in stats[n])
        box = Box(x / width, y / height, (x + w) / width, (y + h) / height)
        if boxes and area < _SMALL * int(stats[parts[0], cv2.CC_STAT_AREA]):
            nearest = min(range(len(boxes)), key=lambda k: boxes[k].joined(box).area)
            boxes[nearest] = boxes[nearest].joined(box)
        else:
            boxes.append(box)
    return apart(boxes)


def apart(boxes: Sequence[Box]) -> list[Box]:
    """Return boxes whose crops do not overlap, few enough, that hold the given ones."""
    found = list(boxes)
    while len(found) > 1:
        pairs = list(combinations(found, 2))
        waste = [_waste(*pair) for pair in pairs]
        least = int(np.argmin(waste))
        if waste[least] > 0 and len(found) <= _MOST:
            break
        one, other = pairs[least]
        found = [box for box in found if box not in (one, other)] + [one.joined(other)]
    return found


def _waste(one: Box, other: Box) -> float:
    """What a common box shows on top of the two; 0 where their crops overlap."""
    if one.grown(MARGIN).shared(other.grown(MARGIN)).area > 0:
        return 0.0
    return one.joined(other).area - one.area - other.area


def followed(before: Sequence[Box], now: Sequence[Box]) -> list[Box]:
    """Return the boxes of now, whose sides move inwards slowly."""
    return [_eased(box, before) for box in now]


def _eased(box: Box, before: Sequence[Box]) -> Box:
    """The box, held back by the one of before that it overlaps most."""
    if not before:
        return box
    old = max(before, key=lambda each: each.shared(box).area)
    if old.shared(box).area < 0.3 * box.joined(old).area:
        return box
    ease = [
        b if out else a + (b - a) * _INWARD
        for a, b, out in zip(old, box, _outward(old, box), strict=True)
    ]
    return Box(*ease)


def _outward(old: Box, box: Box) -> tuple[bool, bool, bool, bool]:
    return box.left < old.left, box.top < old.top, box.right > old.right, box.bottom > old.bottom


def seen(
    eye: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
    picture: NDArray[np.uint8],
    boxes: Sequence[Box],
    shape: tuple[int, int],
) -> NDArray[np.float32]:
    """Return (h, w) float32 0-1: what an eye finds in some parts of a picture, 0 elsewhere.

    picture: (H, W, 3) uint8 RGB. shape: (h, w).
    """
    height, width = shape
    found = np.zeros(shape, np.float32)
    for box in boxes:
        place = found[box.within(width, height)]
        sure = eye(picture[box.within(picture.shape[1], picture.shape[0])])
        whole = cv2.resize(sure, place.shape[::-1], interpolation=cv2.INTER_LINEAR)
        np.maximum(place, whole * _fade(box, place.shape), out=place)
    return found


def tiles(width: int, height: int) -> list[Box]:
    """Return the whole picture, and then parts of it in which people who are far are larger."""
    starts = (0.25, 0.0, 0.5)
    if width >= height:
        return [WHOLE, *(Box(start, 0.0, start + 0.5, 1.0) for start in starts)]
    return [WHOLE, *(Box(0.0, start, 1.0, start + 0.5) for start in starts)]


def _fade(box: Box, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """(h, w) 0-1 ramps at the sides of a crop that are not sides of the picture."""
    height, width = shape
    down = _ramps(height, box.top > 0, box.bottom < 1)
    across = _ramps(width, box.left > 0, box.right < 1)
    return np.minimum(down[:, None], across[None])


def _ramps(length: int, first: bool, last: bool) -> NDArray[np.float32]:
    """(length,) 0-1: up at the first side, down at the last."""
    place = (np.arange(length, dtype=np.float32) + 0.5) / (length * _FEATHER)
    up = place if first else np.full_like(place, np.inf)
    down = place[::-1] if last else np.full_like(place, np.inf)
    return np.minimum(np.minimum(up, down), 1)
