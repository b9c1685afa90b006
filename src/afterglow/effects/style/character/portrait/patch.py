"""A part of the picture that is painted in linear light, beside the picture it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.style.character.portrait.frame import Points
from afterglow.effects.style.character.portrait.slit import Plane
from afterglow.ops.levels import Region


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The picture as it came, and the light of its numbers."""

    pixels: NDArray[Any]
    """(H, W, 3) uint8 or uint16 RGB."""
    transfer: str
    """Its transfer curve, in FFmpeg's names."""

    def light(self, x: Plane, y: Plane) -> NDArray[np.float32]:
        """(h, w, 3) linear light at places of the picture."""
        seen = seen_at(self.pixels, x, y)
        return np.asarray(ops.to_linear(seen, self.transfer), np.float32)


def seen_at(pixels: NDArray[Any], x: Plane, y: Plane) -> NDArray[Any]:
    """The picture at places between its pixels, by Keys' cubic; the border goes on outside."""
    found: NDArray[Any] = cv2.remap(
        pixels,
        np.asarray(x, np.float32),
        np.asarray(y, np.float32),
        interpolation=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return found


def places_of(region: Region) -> tuple[Plane, Plane]:
    """x and y of every pixel of a region."""
    width, height = region.size
    x = np.arange(region.left, region.right, dtype=np.float32)
    y = np.arange(region.top, region.bottom, dtype=np.float32)
    return np.broadcast_to(x, (height, width)), np.broadcast_to(y[:, None], (height, width))


def back(matrix: Points, x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """Where places come from under a (2, 3) matrix from source to target."""
    m = np.linalg.inv(np.vstack([matrix, [0, 0, 1]])).astype(np.float32)
    return m[0, 0] * x + m[0, 1] * y + m[0, 2], m[1, 0] * x + m[1, 1] * y + m[1, 2]


def laid(
    canvas: NDArray[Any], region: Region, light: NDArray[np.float32], share: Plane, transfer: str
) -> None:
    """Lay light over a region of a canvas (it is still being made), where its share is above 0.

    canvas: (h, w, 3) uint8 or uint16 RGB. region: counted from the canvas's corner.
    """
    part = region.of(canvas)
    under = ops.to_linear(np.ascontiguousarray(part), transfer)
    mixed = under + share[..., None] * (light - under)
    light = np.ascontiguousarray(mixed, np.float32)
    shown = ops.to_display(light, transfer, ops.depth_of(canvas))
    part[share > 0] = shown[share > 0]
