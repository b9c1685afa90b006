"""Numbers carried over into the gaps from where they are known."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""(H, W) or (H, W, 3)."""

QUARTER = 0.25
ANY = 1e-6
"""Share of four pixels that must be known for their mean to count whole; below it, in part."""


def spread(values: NDArray[Any], known: NDArray[Any], enough: float = QUARTER) -> Plane:
    """The values where they are known, and elsewhere those around, the nearer the more.

    values: (H, W) or (H, W, 3) float32. known: (H, W) bool, or float32, how much each counts, 0 to
    1. Where nothing is known at all the result is 0. Means go up a pyramid of halved pictures until
    nothing is missing, and come down it into the gaps: the pull-push of Gortler, Grzeszczuk,
    Szeliski and Cohen, The Lumigraph (1996), section 3.4.1.
    """
    weight = known.astype(np.float32, copy=False)
    weighed = [np.asarray(values * _like(weight, values), np.float32)]
    weights = [weight]
    while weights[-1].min() < 1 and max(weights[-1].shape) > 1:
        total, share = (_halved(each[-1]) for each in (weighed, weights))
        weighed.append(total / _like(np.maximum(share, np.float32(enough)), values))
        weights.append(np.minimum(share * np.float32(1 / enough), 1))
    filled = weighed.pop() / np.maximum(_like(weights.pop(), values), np.float32(ANY))
    while weights:
        weight = weights.pop()
        around = cv2.resize(filled, (weight.shape[1], weight.shape[0]))
        filled = weighed.pop() + _like(1 - weight, values) * around
    return np.asarray(filled, np.float32)


def _halved(plane: Plane) -> Plane:
    height, width = plane.shape[:2]
    half = -(-width // 2), -(-height // 2)
    return np.asarray(cv2.resize(plane, half, interpolation=cv2.INTER_AREA), np.float32)


def _like(weight: Plane, values: NDArray[Any]) -> Plane:
    return weight if values.ndim == 2 else weight[..., None]
