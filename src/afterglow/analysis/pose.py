"""One body followed through pictures: 33 points of it, by a network that looks at a square.

The square is placed by the points of the picture before, as Bazarevsky et al. do it (BlazePose:
on-device real-time body pose tracking, 2020): about the middle of the hips, as large as the circle
that holds the whole body, and turned so that the body stands upright. The network tells both. Where
nothing is known yet, the whole picture is looked at, and squares along it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import atan2, cos, hypot, sin
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]
Points: TypeAlias = NDArray[np.float32]
Asked: TypeAlias = Callable[[Picture], tuple[Points, float]]
"""Takes (256, 256, 3) uint8 RGB; gives (35, 3) float32: x and y in pixels, and how surely each is
seen, 0 to 1, two of them for the square; and how surely it is a body, 0 to 1."""

SIDE = 256
"""Pixels along a side of what the network looks at."""
COUNT = 33
"""Points of a body; two more place the square."""
_SURE = 0.5
"""How surely something must be a body."""
_LARGER = 1.25
"""Factor of the square on the circle that holds the body."""


_CLOSER = 2
"""Looks from closer at a body that was just found."""


class _Square(NamedTuple):
    """A part of a picture."""

    x: float
    """Of its middle, in pixels."""
    y: float
    """The same."""
    side: float
    """Pixels."""
    turn: float
    """Radians by which it is turned, clockwise as seen."""

    def matrix(self) -> NDArray[np.float64]:
        """(2, 3): places in the picture to places in what the network looks at."""
        scale = SIDE / self.side
        across, up = scale * cos(self.turn), scale * sin(self.turn)
        rotated = np.array([[across, up], [-up, across]])
        middle = np.array([SIDE / 2, SIDE / 2])
        return np.column_stack((rotated, middle - rotated @ (self.x, self.y)))


def followed(pictures: Iterable[Picture], ask: Asked) -> Iterator[Points | None]:
    """Yield (33, 3) float32 for every picture: x and y in pixels, and how surely each is seen, 0
    to 1; None where there is no body.

    pictures: (H, W, 3) uint8 RGB.
    """
    square: _Square | None = None
    for picture in pictures:
        found = None if square is None else _looked(picture, square, ask)
        if found is None:
            found = _searched(picture, ask)
        square = None if found is None else _around(found)
        yield None if found is None else found[:COUNT]


def _searched(picture: Picture, ask: Asked) -> Points | None:
    """The points of a body somewhere in a picture."""
    for square in _squares(picture):
        found = _looked(picture, square, ask)
        for _ in range(_CLOSER):
            found = None if found is None else _looked(picture, _around(found), ask)
        if found is not None:
            return found
    return None


def _squares(picture: Picture) -> list[_Square]:
    """The whole picture, then squares as high or as wide as it is."""
    height, width = picture.shape[:2]
    long, short = max(width, height), min(width, height)
    squares = [_Square(width / 2, height / 2, long, 0.0)]
    if long > 1.2 * short:
        for share in (0.5, 0.0, 1.0):
            away = short / 2 + share * (long - short)
            middle = (away, height / 2) if width > height else (width / 2, away)
            squares.append(_Square(*middle, short, 0.0))
    return squares


def _looked(picture: Picture, square: _Square, ask: Asked) -> Points | None:
    """The points that the network finds in a square, in the picture; None if that is no body."""
    if square.side < 1:
        return None
    matrix = square.matrix()
    way = cv2.INTER_AREA if square.side > SIDE else cv2.INTER_LINEAR
    seen = np.asarray(cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=way), np.uint8)
    points, sure = ask(seen)
    if sure < _SURE:
        return None
    back = cv2.invertAffineTransform(matrix)
    placed = points[:, :2] @ back[:, :2].T + back[:, 2]
    return np.column_stack((placed, points[:, 2])).astype(np.float32)


def _around(points: Points) -> _Square:
    """The square that the last two points place: its middle, and the circle's top."""
    (x, y), (to_x, to_y) = points[COUNT, :2].tolist(), points[COUNT + 1, :2].tolist()
    radius = hypot(to_x - x, to_y - y)
    return _Square(x, y, 2 * _LARGER * radius, atan2(to_x - x, y - to_y))
