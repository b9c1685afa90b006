"""Numbers of every pixel: of colours, and at two sizes."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[Any]
"""(H, W) or (H, W, 3) float32."""

_WHOLE = 540
"""Pixels of the shorter side up to which a picture is looked at as it is."""


def looked_at(pixels: Plane) -> Plane:
    """The picture as it is where it is small, else at half its size: enough to tell regions.

    pixels: (H, W, 3) RGB.
    """
    height, width = pixels.shape[:2]
    if min(height, width) <= _WHOLE:
        return pixels
    return cv2.resize(pixels, (-(-width // 2), -(-height // 2)), interpolation=cv2.INTER_AREA)


def enlarged(plane: Plane, like: Plane) -> Plane:
    """The numbers at the size of a picture, which has theirs or about twice that."""
    height, width = like.shape[:2]
    return plane if plane.shape[:2] == (height, width) else cv2.resize(plane, (width, height))


def stride(plane: Plane, most: int) -> int:
    """The step with which rows and columns are taken for at least so many pixels, if there are."""
    return max(1, int((plane.shape[0] * plane.shape[1] / most) ** 0.5))


def places_of(mask: NDArray[Any], like: Plane) -> NDArray[np.intp]:
    """(N,) places, row after row, in a picture that has the mask's size or about twice that.

    mask: (h, w) uint8, 0 or 1.
    """
    height, width = like.shape[:2]
    whole = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.flatnonzero(whole.reshape(-1).view(np.bool_))


def strongest(colours: Plane) -> Plane:
    """(H, W) largest of the three channels."""
    red, green, blue = (colours[..., channel] for channel in range(3))
    high: Plane = np.maximum(np.maximum(red, green), blue)
    return high


def dot(colours: Plane, other: Any) -> Plane:
    """(H, W) sum of the products of the channels with those of a colour or a picture."""
    if np.ndim(other) == 1:
        return cv2.transform(colours, np.asarray(other, np.float32)[None])
    return cv2.transform(colours * other, np.ones((1, 3), np.float32))
