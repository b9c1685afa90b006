"""Square parts of a picture, turned and scaled to what a network takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.ops import levels

Points = NDArray[np.float64]
"""(N, 2) places x, y in pixels."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A square in a picture."""

    x: float
    """Its middle, in pixels; pixel centres are whole numbers."""
    y: float
    side: float
    """Pixels."""
    angle: float = 0.0
    """Radians that its upper edge is turned, clockwise in the picture."""

    def to_picture(self, places: Points, size: int) -> Points:
        """Places in the picture for places in the square when it is ``size`` pixels wide."""
        scale = self.side / size
        turn = np.array(
            [
                [np.cos(self.angle), -np.sin(self.angle)],
                [np.sin(self.angle), np.cos(self.angle)],
            ]
        )
        offset: Points = (places - (size - 1) / 2) * scale @ turn.T
        there: Points = offset + np.array([self.x, self.y])
        return there

    def moved(self, right: float, down: float, larger: float, turned: float) -> Crop:
        """The square shifted by shares of its side, scaled and turned."""
        x, y = self.x + right * self.side, self.y + down * self.side
        return Crop(x, y, self.side * larger, self.angle + turned)


def cut(picture: NDArray[Any], crop: Crop, size: int) -> NDArray[np.uint8]:
    """(size, size, 3) uint8 of what a square shows; the border goes on outside of the picture.

    picture: (H, W, 3) uint8 or uint16 RGB.
    """
    part, crop = _near(picture, crop)
    part, crop = _reduced(part, crop, size)
    corners = np.array([[0.0, 0.0], [size - 1, 0.0], [0.0, size - 1]])
    there = crop.to_picture(corners, size)
    matrix = cv2.getAffineTransform(there.astype(np.float32), corners.astype(np.float32))
    flags = cv2.INTER_LINEAR if crop.side >= size else cv2.INTER_CUBIC
    seen = cv2.warpAffine(part, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(levels.as_depth(seen, "uint8"), np.uint8)


def _near(picture: NDArray[Any], crop: Crop) -> tuple[NDArray[Any], Crop]:
    """The part of the picture that a square can show, and the square in it."""
    height, width = picture.shape[:2]
    reach = crop.side * 0.75 + 4
    left, right = (int(np.clip(crop.x + side * reach, 0, width)) for side in (-1, 1))
    top, bottom = (int(np.clip(crop.y + side * reach, 0, height)) for side in (-1, 1))
    left, top = min(left, width - 1), min(top, height - 1)
    part = picture[top : max(bottom, top + 1), left : max(right, left + 1)]
    return part, Crop(crop.x - left, crop.y - top, crop.side, crop.angle)


def _reduced(part: NDArray[Any], crop: Crop, size: int) -> tuple[NDArray[Any], Crop]:
    """Part and square, smaller by a whole number where the network sees less of it anyway."""
    times = int(crop.side // size)
    if times < 2:
        return np.ascontiguousarray(part), crop
    width, height = (max(1, round(side / times)) for side in (part.shape[1], part.shape[0]))
    small = ops.resize(part, width, height)
    scale_x, scale_y = width / part.shape[1], height / part.shape[0]
    x, y = (crop.x + 0.5) * scale_x - 0.5, (crop.y + 0.5) * scale_y - 0.5
    return small, Crop(x, y, crop.side / times, crop.angle)
