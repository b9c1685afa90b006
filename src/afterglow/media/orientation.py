"""How a picture is turned for display: one of eight, from FFmpeg's display matrix."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

import cv2

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8] | NDArray[np.uint16]


class Orientation(NamedTuple):
    """What is done to a stored picture, in this order."""

    transpose: bool = False
    """Swap x and y."""
    flip_x: bool = False
    """Then mirror left and right."""
    flip_y: bool = False
    """Then mirror top and bottom."""


UPRIGHT = Orientation()


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


def upright(picture: Picture, orientation: Orientation) -> Picture:
    """The picture as displayed, a new array where anything was turned.

    ``picture`` is (H, W, 3) or (H, W), uint8 or uint16.
    """
    if orientation.transpose:
        turns = {
            (False, False): cv2.transpose,
            (True, False): lambda p: cv2.rotate(p, cv2.ROTATE_90_CLOCKWISE),
            (False, True): lambda p: cv2.rotate(p, cv2.ROTATE_90_COUNTERCLOCKWISE),
            (True, True): lambda p: cv2.flip(cv2.transpose(p), -1),
        }
        return turns[orientation.flip_x, orientation.flip_y](picture)
    codes = {(True, False): 1, (False, True): 0, (True, True): -1}
    code = codes.get((orientation.flip_x, orientation.flip_y))
    return picture if code is None else cv2.flip(picture, code)
