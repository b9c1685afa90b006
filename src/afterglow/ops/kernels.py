"""Weights of filters and interpolations, the same for both halves of ops."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]

_REACH = {"linear": 1, "cubic": 2, "lanczos": 4}
_KEYS_A = -0.75
_WHOLE = 1e-6


def interpolation_weights(fraction: float, interpolation: str) -> Weights:
    """Weights of the samples ``1 - reach .. reach`` for a point ``fraction`` after sample 0.

    linear: 2 weights; cubic: 4 (Keys, Cubic convolution interpolation, 1981, eq. 4, a = -0.75);
    lanczos: 8 (sinc windowed by its own main lobe). A point on a sample takes that alone.
    """
    if fraction < _WHOLE:
        return np.ones(1)
    reach = _REACH[interpolation]
    distance: Weights = np.abs(np.arange(1 - reach, reach + 1) - fraction)
    if interpolation == "linear":
        weights = 1 - distance
    elif interpolation == "cubic":
        weights = _keys(distance)
    else:
        weights = np.sinc(distance) * np.sinc(distance / reach)
    normalised: Weights = weights / weights.sum()
    return normalised


def _keys(distance: Weights) -> Weights:
    near = ((_KEYS_A + 2) * distance - (_KEYS_A + 3)) * distance**2 + 1
    far = ((distance - 5) * distance + 8) * distance * _KEYS_A - 4 * _KEYS_A
    return np.where(distance <= 1, near, far)


def shift_kernel(shift: float, interpolation: str) -> tuple[int, Weights]:
    """Whole pixels, and the kernel for samples ``-reach .. reach - 1``, that together shift."""
    whole = math.floor(shift + _WHOLE)
    return whole, interpolation_weights(max(shift - whole, 0.0), interpolation)[::-1].copy()


def gaussian_weights(sigma: float) -> Weights:
    """Weights of a Gaussian up to three sigma on either side; their sum is 1."""
    reach = math.ceil(3 * sigma)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    normalised: Weights = weights / weights.sum()
    return normalised


def gaussian_steps(sigma: float) -> NDArray[np.int64]:
    """The same weights in whole 256ths, the rounding handed on to the next: sum 256.

    It is the arithmetic of OpenCV's bit-exact blur of 8-bit pictures.
    """
    weights = gaussian_weights(sigma) * 256
    middle = len(weights) // 2
    steps = np.zeros(len(weights), np.int64)
    carried = 0.0
    for at in range(middle):
        wanted = weights[at] + carried
        steps[at] = steps[-1 - at] = round(wanted)
        carried = wanted - steps[at]
    steps[middle] = 256 - steps.sum()
    return steps


def half_widths(radius: int, element: str) -> list[int]:
    """Half the width of a structuring element in each of its ``2 radius + 1`` rows."""
    rows = range(-radius, radius + 1)
    if element == "box":
        return [radius for _ in rows]
    return [round(math.sqrt(radius**2 - row**2)) for row in rows]


def area_weights(old: int, new: int) -> Weights:
    """(new, old): the share of each old sample in each of fewer new ones, by what they cover."""
    edges = np.arange(new + 1) * (old / new)
    samples = np.arange(old)
    covered = np.minimum(edges[1:, None], samples + 1) - np.maximum(edges[:-1, None], samples)
    shares = np.clip(covered, 0, None)
    normalised: Weights = shares / shares.sum(axis=1, keepdims=True)
    return normalised


def linear_weights(old: int, new: int) -> Weights:
    """(new, old): the share of each old sample in each of more new ones, linear between centres."""
    at = np.clip((np.arange(new) + 0.5) * (old / new) - 0.5, 0, old - 1)
    shares: Weights = np.clip(1 - np.abs(at[:, None] - np.arange(old)), 0, None)
    return shares
