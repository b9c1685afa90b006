"""A picture that darkens towards its corners, as a lens makes it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from afterglow import ops
from afterglow.ops.halves import Array


def vignetted(pixels: Array, amount: float) -> Array:
    """Return the picture with its corners darkened by a share of their level; smooth, no edge.

    pixels: (H, W, 3) RGB, uint8 or uint16. amount: 0 to 1.
    """
    height, width = pixels.shape[:2]
    return ops.multiply(pixels, falloff(height, width, amount, pixels.dtype.name))


@lru_cache(maxsize=4)
def falloff(height: int, width: int, amount: float, kind: str) -> Array:
    """Return (H, W, 3): white in the middle, less of it towards the corners, as cos^4 falls."""
    y = (np.arange(height, dtype=np.float32) - (height - 1) / 2)[:, None] / max(1, height)
    x = (np.arange(width, dtype=np.float32) - (width - 1) / 2)[None] / max(1, width)
    # Between the shape of the picture and a circle.
    far = (x**2 + y**2) * 2
    kept = 1 - amount * np.clip(far * 1.05 - 0.05, 0, 1) ** 1.4
    white = np.float32(np.iinfo(kind).max)
    rows = np.rint(kept * white).astype(kind)
    made = np.repeat(rows[..., None], 3, axis=2)
    made.flags.writeable = False
    return made
