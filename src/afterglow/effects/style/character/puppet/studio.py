"""A soft backdrop: lit behind the head, darker towards the corners."""

from __future__ import annotations

import numpy as np

from afterglow.effects.style.character.puppet.painter import Canvas, Colour
from afterglow.effects.style.character.puppet.shades import stored
from afterglow.ops.easing import rise


def studio(middle: Colour, corner: Colour, width: int, height: int, depth: int) -> Canvas:
    """Return (H, W, 3) RGB, uint8 or uint16: a spot of light that fades."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    long = max(width, height)
    far = np.hypot((x + 0.5 - width / 2) / long, (y + 0.5 - 0.42 * height) / long)
    share = rise(far, 0, 0.62)[..., None]
    rgb = np.array(middle, np.float32) * (1 - share) + np.array(corner, np.float32) * share
    return stored(rgb.astype(np.float32), depth)
