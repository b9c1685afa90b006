"""Backings of one colour for arrays: see afterglow.ops.keying."""

from __future__ import annotations

import cv2
import numpy as np

from afterglow.ops.halves import Array
from afterglow.ops.opencv.colour import from_float, to_float

_RIM = 3**-0.5
"""Height over width of a sector of 120 degrees."""


def despill(pixels: Array, along: Array, amount: Array) -> Array:
    """See afterglow.ops.keying.despill."""
    light = to_float(pixels)
    excess = spill(light, along)
    cleaned = light - excess[..., None] * amount.astype(np.float32)
    return from_float(np.maximum(cleaned, 0, out=cleaned), pixels.dtype.name)  # type: ignore[arg-type]


def spill(light: Array, along: Array) -> Array:
    """(H, W) float32: how far each colour lies inside the sector around the hue; 0 outside."""
    across = np.cross(along, np.full(3, 3**-0.5))
    u, v = cv2.split(cv2.transform(light, np.stack([along, across]).astype(np.float32)))
    u -= np.abs(v) * np.float32(_RIM)
    return np.maximum(u, 0, out=u)
