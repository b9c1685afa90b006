"""Colours that are known in parts of a picture, carried over to the rest of it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[Any]
"""(H, W) or (H, W, 3) float32."""

_LEAST = 1e-6
"""Weight under which nothing is known."""


def spread(values: Plane, known: Plane) -> Plane:
    """The values where they are known, and elsewhere those around, the nearer the more.

    values: (H, W) or (H, W, 3) float32. known: (H, W) float32, how much each counts, 0 to 1.
    Where nothing is known at all the result is 0. Means go up a pyramid of halved pictures and come
    down it into the gaps: the pull-push of Gortler, Grzeszczuk, Szeliski and Cohen, The Lumigraph
    (1996), section 3.4.1.
    """
    weighed, weights = [values * _like(known, values)], [known]
    while max(weights[-1].shape) > 1:
        colour, weight = (_halved(each[-1]) for each in (weighed, weights))
        share = np.minimum(4 * weight, 1)
        weighed.append(colour * _like(share / np.maximum(weight, _LEAST), values))
        weights.append(share)
    filled = weighed.pop() / np.maximum(_like(weights.pop(), values), _LEAST)
    while weights:
        weight = weights.pop()
        around = cv2.resize(filled, (weight.shape[1], weight.shape[0]))
        filled = weighed.pop() + _like(1 - weight, values) * around
    return filled


def _halved(plane: Plane) -> Plane:
    height, width = plane.shape[:2]
    return cv2.resize(plane, (-(-width // 2), -(-height // 2)), interpolation=cv2.INTER_AREA)


def _like(weight: Plane, values: Plane) -> Plane:
    return weight if values.ndim == 2 else weight[..., None]
