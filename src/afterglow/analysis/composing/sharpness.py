"""How sharp a picture is, and what makes another one as soft."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from afterglow import ops

if TYPE_CHECKING:
    from afterglow.frames import Pixels
    from afterglow.ops.halves import Array

_AGAIN = 1.0
"""Sigma, in pixels, by which a picture is blurred once more to see how soft it was."""
_STEEP = 0.03
"""Change from one pixel to the next, of white, from which an edge tells something."""
_EDGES = 0.04
"""Share of the pixels that are looked at: the steepest."""
_FEWEST = 50
"""Such pixels that an answer needs."""
_SHARPEST = 0.3
"""Share of the edges that are sharper than what a picture's softness is said to be."""
_MOST = 3.0
"""Sigma, in pixels, beyond which nothing is blurred: more is not the lens, but motion."""


def softness_of(pixels: Pixels, alpha: Pixels | None = None) -> float | None:
    """Sigma in pixels of the blur that a picture's edges show; None where too few are seen.

    pixels: (H, W, 3) R'G'B'. alpha: (H, W) of what counts; all of it without one. Blurred once
    more, an edge loses a part of its slope that tells its own blur: Zhuo and Sim, Defocus map
    estimation from a single image (2011), equation 5.
    """
    luma = ops.to_float(ops.array_of(ops.luma(pixels)))
    before, after = _slope(luma), _slope(cv2.GaussianBlur(luma, (0, 0), _AGAIN))
    counts = after > _STEEP / 2
    if alpha is not None:
        counts &= ops.to_float(ops.array_of(alpha)) > 0.98
    slopes = after[counts]
    if slopes.size < _FEWEST:
        return None
    most = max(_FEWEST, int(_EDGES * luma.size))
    if slopes.size > most:
        counts &= after >= np.partition(slopes, -most)[-most]
    ratio = np.quantile(before[counts] / after[counts], 1 - _SHARPEST)
    return _AGAIN / math.sqrt(max(float(ratio) ** 2 - 1, 1e-3))


def _slope(luma: Array) -> Array:
    """(H, W) length of the gradient, of white a pixel."""
    across = cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=1 / 8)
    return cv2.magnitude(across, down)


def blur_between(wanted: float | None, found: float | None) -> float:
    """Sigma in pixels that makes a picture of softness ``found`` as soft as ``wanted``; 0: none."""
    if wanted is None or found is None or wanted <= found:
        return 0.0
    return math.sqrt(min(wanted, _MOST) ** 2 - found**2) if found < _MOST else 0.0
