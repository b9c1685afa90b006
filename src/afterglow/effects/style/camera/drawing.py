"""A picture seen through a matrix, between the pixels and in time for every frame of a video.

Cubic look-ups in OpenCV's warps cost four times its cubic enlargement: the part that is seen is
enlarged first, and looked up linearly in there.
"""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np

from afterglow import ops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.frames import Pixels
    from afterglow.ops.halves import Array

    Matrix: TypeAlias = NDArray[np.float64]

_FINER_AFFINE, _FINER = 1.8, 1.5
"""How much larger the picture is made before it is looked up: a perspective costs more."""
_AROUND = 4
"""Pixels around what is seen that the enlargement looks at."""


def seen_through(picture: Pixels, matrix: Matrix) -> Pixels:
    """Return the picture with its content moved by a matrix, at the same size.

    picture: (H, W) or (H, W, 3), uint8 or uint16. matrix: (3, 3) from source to destination; all
    that is seen lies within the picture.
    """
    if np.allclose(matrix, np.eye(3), rtol=0, atol=1e-9):
        return picture
    affine = bool(np.allclose(matrix[2], (0, 0, 1), rtol=0, atol=1e-12))
    if affine and not isinstance(picture, np.ndarray):
        turned: Pixels = ops.warp(picture, matrix[:2], interpolation="cubic", border="replicate")
        return turned
    return ops.beside(_looked_up(ops.array_of(picture), matrix, affine), picture)  # type: ignore[no-any-return]


def _looked_up(picture: Array, matrix: Matrix, affine: bool) -> Array:
    height, width = picture.shape[:2]
    left, top, right, bottom = _part(matrix, width, height)
    finer = _FINER_AFFINE if affine else _FINER
    large = ceil((right - left) * finer), ceil((bottom - top) * finer)
    fine = cv2.resize(picture[top:bottom, left:right], large, interpolation=cv2.INTER_CUBIC)
    across, down = (right - left) / large[0], (bottom - top) / large[1]
    back = np.array(
        [[across, 0, left + across / 2 - 0.5], [0, down, top + down / 2 - 0.5], [0, 0, 1]]
    )
    whole: Any = matrix @ back
    size, mode = (width, height), cv2.BORDER_REPLICATE
    if affine:
        return cv2.warpAffine(fine, whole[:2], size, flags=cv2.INTER_LINEAR, borderMode=mode)
    return cv2.warpPerspective(fine, whole, size, flags=cv2.INTER_LINEAR, borderMode=mode)


def _part(matrix: Matrix, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is seen of the picture, and a little around it."""
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64)
    there = corners @ np.linalg.inv(matrix).T
    x, y = there[:, 0] / there[:, 2], there[:, 1] / there[:, 2]
    return (
        max(0, min(width - 1, floor(x.min()) - _AROUND)),
        max(0, min(height - 1, floor(y.min()) - _AROUND)),
        max(1, min(width, ceil(x.max()) + _AROUND)),
        max(1, min(height, ceil(y.max()) + _AROUND)),
    )
