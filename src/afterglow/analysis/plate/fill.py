"""Holes of a plate, filled from what lies around them."""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.plate.median import Mask

_WAYS = {"telea": cv2.INPAINT_TELEA, "ns": cv2.INPAINT_NS}
_REACH = 5
"""Pixels around a pixel that decide what it becomes."""


def inpainted(pixels: NDArray[Any], holes: Mask, way: Literal["telea", "ns"]) -> NDArray[Any]:
    """Return the picture with its holes filled; all other pixels stay as they are.

    pixels: (H, W, 3) RGB, uint8 or uint16. holes: (H, W) 255 where nothing is known.
    telea: Telea, An image inpainting technique based on the fast marching method (2004);
    ns: Bertalmio, Bertozzi and Sapiro, Navier-Stokes, fluid dynamics, and inpainting (2001).
    """
    if not holes.any() or holes.all():
        return pixels
    if pixels.dtype == np.uint8:
        filled = cv2.inpaint(pixels, holes, _REACH, _WAYS[way])
    else:
        planes = [cv2.inpaint(plane, holes, _REACH, _WAYS[way]) for plane in cv2.split(pixels)]
        filled = cv2.merge(planes)
    return np.where(holes[..., None] > 0, filled, pixels)
