"""Alignment of two pictures by a homography: a camera that swings round, or looks at a plane."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.align import Grey, Matrix, Reference

_PATCH = 7
"""Compared pixels: side of the square whose parts are taken to move together."""
_MOST, _USUAL = 16.0, 1.5
"""Squared residual that is no worse than a larger one, and at which a square loses its say."""
_OUTSIDE = 1e4
"""What is sampled beyond the border."""
_PROPOSED = (1.5, 0.9)
"""Pixels of misplacement, and evened noise, above which a pixel does not fit a motion."""
_LEAST = 1e-4
"""Share of the best known direction's certainty below which a direction is left alone."""


def refine_plane(ref: Reference, picture: Grey, matrix: Matrix, errors: Sequence[float]) -> Matrix:
    """Return the homography near ``matrix`` under which most of the picture fits the reference.

    picture: (h, w) float32, evened. matrix: (3, 3) from the reference to the picture.
    errors: pixels of misplacement that are forgiven in each round, falling.

    Gauss-Newton on the inverse composition for the 8 parameters of a homography (Baker and
    Matthews, "Lucas-Kanade 20 Years On", 2004, table 3), with weights (Geman and McClure) under
    which a subject with a motion of its own drops out.
    """
    unit = _unit(ref.shape)
    slopes = _slopes(ref, unit)
    for error in errors:
        difference = _seen(ref, picture, matrix) - ref.picture
        weighted = slopes * _say(ref, difference, error).reshape(1, -1)
        normal = (weighted @ slopes.T).astype(np.float64)
        pull = (weighted @ difference.reshape(-1)).astype(np.float64)
        move = np.linalg.inv(unit) @ _homography(_solved(normal, pull)) @ unit
        matrix = matrix @ np.linalg.inv(move)
        matrix = matrix / matrix[2, 2]
    return matrix


def unexplained(ref: Reference, picture: Grey, matrix: Matrix) -> float:
    """Return the share of the picture, 0 to 1, that a homography does not explain."""
    difference = _seen(ref, picture, matrix) - ref.picture
    inside = ref.weight * (np.abs(difference) < _OUTSIDE / 10)
    excess = difference * difference / _allowed(ref, *_PROPOSED)
    total = float(inside.sum())
    return float(np.vdot(inside, excess / (1 + excess))) / total if total > 0 else 1.0


def _seen(ref: Reference, picture: Grey, matrix: Matrix) -> Grey:
    """The picture as the reference would show it, at every pixel that is compared."""
    sparse = matrix @ np.diag([ref.stride, ref.stride, 1.0])
    seen = cv2.warpPerspective(
        picture,
        sparse,
        ref.picture.shape[::-1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderValue=_OUTSIDE,
    )
    return np.asarray(seen, np.float32)


def _allowed(ref: Reference, error: float, noise: float) -> Grey:
    """The squared difference that a misplacement and noise make."""
    return ref.steepness * np.float32(error**2) + np.float32(noise**2)


def _unit(shape: tuple[int, ...]) -> Matrix:
    """(3, 3) from pixels to places about the middle, 1 at the sides."""
    height, width = shape
    half = width / 2
    x, y = (width - 1) / 2, (height - 1) / 2
    return np.array([[1 / half, 0, -x / half], [0, 1 / half, -y / half], [0, 0, 1]])


def _slopes(ref: Reference, unit: Matrix) -> NDArray[np.float32]:
    """(8, pixels): change of the picture with each parameter of a homography, in unit places."""
    height, width = ref.picture.shape
    sparse = unit @ np.diag([ref.stride, ref.stride, 1.0])
    x = (np.arange(width) * sparse[0, 0] + sparse[0, 2]).astype(np.float32)
    y = (np.arange(height) * sparse[1, 1] + sparse[1, 2]).astype(np.float32)[:, None]
    gx, gy = (each.reshape(height, width) / np.float32(unit[0, 0]) for each in ref.slopes[:2])
    away = gx * x + gy * y
    rows = [gx * x, gx * y, gx, gy * x, gy * y, gy, -away * x, -away * y]
    return np.stack(rows).reshape(8, -1)


def _homography(p: NDArray[np.float64]) -> Matrix:
    return np.array([[1 + p[0], p[1], p[2]], [p[3], 1 + p[4], p[5]], [p[6], p[7], 1.0]])


def _say(ref: Reference, difference: Grey, error: float) -> Grey:
    """How much each pixel has to say about the motion."""
    inside = ref.weight * (np.abs(difference) < _OUTSIDE / 10)
    quiet = np.abs(difference)[inside > 0]
    noise = float(np.percentile(quiet, 40)) / 0.524 if quiet.size else 1.0
    square = difference * difference / _allowed(ref, error, max(noise, 0.05))
    left = cv2.blur(np.minimum(square, np.float32(_MOST)), (_PATCH, _PATCH)) / np.float32(_USUAL)
    return np.asarray(inside / (1 + left * left) ** 2, np.float32)


def _solved(normal: NDArray[np.float64], pull: NDArray[np.float64]) -> NDArray[np.float64]:
    """The step; nothing along directions about which the picture says little."""
    values, vectors = np.linalg.eigh(normal)
    sure = values > max(_LEAST * float(values[-1]), 1e-3)
    along = np.where(sure, vectors.T @ pull / np.where(sure, values, 1), 0)
    return np.asarray(vectors @ along)
