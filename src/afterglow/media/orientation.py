"""How a picture is turned for display: one of eight, from FFmpeg's display matrix."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Orientation(NamedTuple):
    """What is done to a stored picture, in this order."""

    transpose: bool = False
    """Swap x and y."""
    flip_x: bool = False
    """Then mirror left and right."""
    flip_y: bool = False
    """Then mirror top and bottom."""


UPRIGHT = Orientation()

_ROTATIONS = {
    Orientation(True, True, False): cv2.ROTATE_90_CLOCKWISE,
    Orientation(True, False, True): cv2.ROTATE_90_COUNTERCLOCKWISE,
}
_FLIPS = {(True, False): 1, (False, True): 0, (True, True): -1}


def orientation_of(matrix: bytes) -> Orientation | None:
    """The orientation that a display matrix asks for; None where it is not one of the eight.

    A point (x, y) of the stored picture is shown at (a x + c y, b x + d y), where the matrix
    holds a, b, u, c, d, v, ... as 32-bit numbers (libavutil/display.h).
    """
    a, b, _, c, d = struct.unpack("=5i", matrix[:20])
    if max(abs(a), abs(d)) > 64 * max(abs(b), abs(c)):
        return Orientation(False, a < 0, d < 0)
    if max(abs(b), abs(c)) > 64 * max(abs(a), abs(d)):
        return Orientation(True, c < 0, b < 0)
    return None


def upright(picture: NDArray[Any], orientation: Orientation) -> NDArray[Any]:
    """The picture as displayed, a new array where anything was turned.

    ``picture`` is (H, W, 3) or (H, W), uint8 or uint16.
    """
    if orientation in _ROTATIONS:
        return cv2.rotate(picture, _ROTATIONS[orientation])
    if orientation.transpose:
        picture = cv2.transpose(picture)
    flips = (orientation.flip_x, orientation.flip_y)
    return cv2.flip(picture, _FLIPS[flips]) if any(flips) else picture
