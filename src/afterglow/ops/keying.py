"""Backings of one colour: the light that they throw on the subject, taken off again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from afterglow.ops.halves import Picture, half


def despill(pixels: Picture, key: Sequence[float], strength: float = 1.0) -> Picture:
    """The picture without the light of a coloured backing that falls on it.

    pixels: ``(H, W, 3)`` RGB of any type; in linear light the result is what would be seen without
        that light. key: the backing's R, G, B, in any unit, since only its hue counts.
    strength: 0 leaves all of it, 1 takes all.

    A colour is spilled where it lies in the sector of 120 degrees around the key's hue. So much of
    the key is subtracted that it comes to the sector's rim; for pure green that is the rule "green
    is never above both red and blue". A grey key leaves the picture alone.
    """
    along, saturation = key_axis(key)
    if saturation == 0 or strength == 0:
        return pixels
    amount = np.asarray(key, np.float64) * (strength / saturation)
    return half(pixels, "keying.despill")(pixels, along, amount)


def key_axis(key: Sequence[float]) -> tuple[NDArray[np.float64], float]:
    """Unit vector of the key's hue, at right angles to grey, and the key's length along it."""
    colour = np.asarray(key, np.float64)
    chroma = colour - colour.mean()
    length = float(np.linalg.norm(chroma))
    if length < 1e-6 * max(float(np.abs(colour).max()), 1e-12):
        return np.zeros(3), 0.0
    return chroma / length, length
