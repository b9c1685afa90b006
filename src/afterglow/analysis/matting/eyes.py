"""The networks' eyes: what they find in a part of a picture, plain, mirrored, or in agreement."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Network: TypeAlias = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""From an (h, w, 3) uint8 RGB picture of the network's own size to (h, w) float32, 0-1: how sure it
is that a pixel belongs to a person."""

LANDSCAPE, SQUARE = (256, 144), (256, 256)
"""(width, height) of the pictures that the two networks are given."""
_WIDE = 1.2
"""Width over height from which the landscape network suits a part."""


def found(
    network: Network, part: NDArray[np.uint8], size: tuple[int, int], *, mirrored: bool = False
) -> NDArray[np.float32]:
    """Return (h, w) float32 0-1 at the network's own size: what it finds in a part, stretched.

    part: (h, w, 3) uint8 RGB. size: (width, height) that the network is given.
    """
    shrinks = part.shape[1] > size[0] or part.shape[0] > size[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    given = np.asarray(cv2.resize(part, size, interpolation=how), np.uint8)
    if not mirrored:
        return np.clip(network(given), 0, 1)
    return np.clip(network(np.ascontiguousarray(given[:, ::-1])), 0, 1)[:, ::-1]


def quick(landscape: Network, square: Network, part: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (h, w) float32 0-1: what the network finds that suits the shape of a part."""
    wide = part.shape[1] > _WIDE * part.shape[0]
    return found(landscape, part, LANDSCAPE) if wide else found(square, part, SQUARE)


def agreed(landscape: Network, square: Network, part: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (h, w) float32 0-1: what the network that suits finds, and the square in the mirror.

    They agree on people, and seldom on what they take for people.
    """
    one = quick(landscape, square, part)
    other = found(square, part, SQUARE, mirrored=True)
    return np.minimum(cv2.resize(one, other.shape[::-1], interpolation=cv2.INTER_LINEAR), other)
