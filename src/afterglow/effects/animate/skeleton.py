"""A body drawn as a skeleton of 18 points, in the colours that ControlNets for poses learnt.

The points and limbs are those of Cao et al., OpenPose: realtime multi-person 2D pose estimation
using part affinity fields (TPAMI 2021); a limb's or point's hue is its number times 20 degrees.
"""

from __future__ import annotations

import colorsys
from math import atan2, degrees, hypot
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FROM = (0, -1, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7)
"""Of the 18 points in turn, their number among the 33 that are found; the neck is between the
shoulders."""
_SHOULDERS = 11, 12
_LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12),
    (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
_SEEN = 0.5
"""How surely a point must be seen."""
_THICK = 4 / 512
"""Half of the width of a limb, and the radius of a point, for each pixel of the short side."""
_FAINT = 0.6
"""How bright limbs are, beside points."""


def skeleton(points: NDArray[np.float32] | None, width: int, height: int) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 RGB: a body on black; black alone where there is none.

    points: (33, 3): x and y in pixels, and how surely each is seen, 0 to 1.
    """
    canvas = np.zeros((height, width, 3), np.uint8)
    if points is None:
        return canvas
    places = [_place(points, number) for number in _FROM]
    thick = max(1, round(_THICK * min(width, height)))
    for number, (one, other) in enumerate(_LIMBS):
        ends = places[one], places[other]
        if ends[0] is not None and ends[1] is not None:
            _limb(canvas, ends[0], ends[1], thick, _colour(number, _FAINT))
    for number, place in enumerate(places):
        if place is not None:
            middle = round(place[0]), round(place[1])
            cv2.circle(canvas, middle, thick, _colour(number), cv2.FILLED, cv2.LINE_AA)
    return canvas


def _place(points: NDArray[np.float32], number: int) -> tuple[float, float] | None:
    """Where a point is; None if it is not seen."""
    rows = points[list(_SHOULDERS)] if number < 0 else points[[number]]
    if rows[:, 2].min() < _SEEN:
        return None
    x, y = rows[:, :2].mean(axis=0).tolist()
    return x, y


def _limb(
    canvas: NDArray[np.uint8],
    one: tuple[float, float],
    other: tuple[float, float],
    thick: int,
    colour: tuple[int, int, int],
) -> None:
    """Draw an ellipse from one point to another."""
    middle = round((one[0] + other[0]) / 2), round((one[1] + other[1]) / 2)
    across, down = other[0] - one[0], other[1] - one[1]
    axes = max(1, round(hypot(across, down) / 2)), thick
    turn = degrees(atan2(down, across))
    cv2.ellipse(canvas, middle, axes, turn, 0, 360, colour, cv2.FILLED, cv2.LINE_AA)


def _colour(number: int, bright: float = 1.0) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(number / 18, 1.0, bright)
    return round(255 * red), round(255 * green), round(255 * blue)
