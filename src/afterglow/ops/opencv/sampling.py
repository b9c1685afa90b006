"""Arrays looked up between their pixels: see afterglow.ops.sampling."""

from __future__ import annotations

import cv2
import numpy as np

from afterglow.ops.halves import Array


def interleaved(pixels: Array, right: Array, below: Array, across: Array) -> Array:
    """The picture at the even places, and the moved ones between them."""
    rows, columns = pixels.shape[:2]
    fine: Array = np.empty((2 * rows, 2 * columns, *pixels.shape[2:]), pixels.dtype)
    fine[0::2, 0::2], fine[0::2, 1::2] = pixels, right
    fine[1::2, 0::2], fine[1::2, 1::2] = below, across
    return fine


def bent(pixels: Array, nodes: Array, step: int, size: tuple[int, int]) -> Array:
    """See afterglow.ops.sampling.bent."""
    whole = nodes.shape[1] * step, nodes.shape[0] * step
    x, y = (
        cv2.resize(part, whole, interpolation=cv2.INTER_LINEAR)[
            step : step + size[1], step : step + size[0]
        ]
        for part in cv2.split(nodes)
    )
    return cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
