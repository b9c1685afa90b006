"""Alignment of two pictures by a homography: a camera that swings round, or looks at a plane."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.align import Grey, Matrix

_STRIDE = 2
"""Pixels from one to the next that is compared."""
_PATCH = 7
"""Compared pixels: side of the square whose parts are taken to move together."""
_MOST, _USUAL = 16.0, 1.5
"""Squared residual that is no worse than a larger one, and at which a square loses its say."""
_OUTSIDE = 1e4
"""What is sampled beyond the border."""
_LEAST = 1e-4
"""Share of the best known direction's certainty below which a direction is left alone."""


def refine_plane(
    template: Grey, weight: Grey, picture: Grey, matrix: Matrix, errors: Sequence[float]
) -> Matrix:
    """Return the homography near ``matrix`` under which most of the picture fits the template.

    template, picture: (h, w) float32, evened. weight: (h, w) 0-1 of the template.
    matrix: (3, 3) from the template to the picture. errors: pixels forgiven in each round.

    Gauss-Newton on the inverse composition for the 8 parameters of a homography (Baker and
    Matthews, "Lucas-Kanade 20 Years On", 2004, table 3), with weights (Geman and McClure) under
    which a subject with a motion of its own drops out.
    """
    every = (slice(None, None, _STRIDE), slice(None, None, _STRIDE))
    gx = np.asarray(cv2.Sobel(template, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)[every], np.float32)
    gy = np.asarray(cv2.Sobel(template, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)[every], np.float32)
    unit = _unit(template.shape)
    slopes = _slopes(gx, gy, unit)
    target, weighed = template[every], weight[every]
    steep = gx * gx + gy * gy
    for error in errors:
        sparse = matrix @ np.diag([_STRIDE, _STRIDE, 1.0])
        seen = cv2.warpPerspective(
            picture,
            sparse,
            target.shape[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderValue=_OUTSIDE,
        )
        difference = np.asarray(seen, np.float32) - target
        weighted = slopes * _say(difference, weighed, steep, error).reshape(1, -1)
        normal = (weighted @ slopes.T).astype(np.float64)
        pull = (weighted @ difference.reshape(-1)).astype(np.float64)
        move = np.linalg.inv(unit) @ _homography(_solved(normal, pull)) @ unit
        matrix = matrix @ np.linalg.inv(move)
        matrix = matrix / matrix[2, 2]
    return matrix


def _unit(shape: tuple[int, ...]) -> Matrix:
    """(3, 3) from pixels to places about the middle, 1 at the sides."""
    height, width = shape
    half = width / 2
    x, y = (width - 1) / 2, (height - 1) / 2
    return np.array([[1 / half, 0, -x / half], [0, 1 / half, -y / half], [0, 0, 1]])


def _slopes(gx: Grey, gy: Grey, unit: Matrix) -> NDArray[np.float32]:
    """(8, pixels): change of the template with each parameter of a homography, in unit places."""
    height, width = gx.shape
    x = (np.arange(width, dtype=np.float32) * _STRIDE * unit[0, 0] + unit[0, 2]).astype(np.float32)
    y = (np.arange(height, dtype=np.float32) * _STRIDE * unit[1, 1] + unit[1, 2]).astype(np.float32)
    gx, gy, y = gx / np.float32(unit[0, 0]), gy / np.float32(unit[1, 1]), y[:, None]
    away = gx * x + gy * y
    rows = [gx * x, gx * y, gx, gy * x, gy * y, gy, -away * x, -away * y]
    return np.stack([np.broadcast_to(row, gx.shape) for row in rows]).reshape(8, -1)


def _homography(p: NDArray[np.float64]) -> Matrix:
    return np.array([[1 + p[0], p[1], p[2]], [p[3], 1 + p[4], p[5]], [p[6], p[7], 1.0]])


def _say(difference: Grey, weight: Grey, steep: Grey, error: float) -> Grey:
    """How much each pixel has to say."""
    inside = weight * (np.abs(difference) < _OUTSIDE / 10)
    quiet = np.abs(difference)[inside > 0]
    noise = float(np.percentile(quiet, 40)) / 0.524 if quiet.size else 1.0
    allowed = steep * np.float32(error**2) + np.float32(max(noise, 0.05) ** 2)
    square = np.minimum(difference * difference / allowed, np.float32(_MOST))
    left = cv2.blur(square, (_PATCH, _PATCH)) / np.float32(_USUAL)
    return np.asarray(inside / (1 + left * left) ** 2, np.float32)


def _solved(normal: NDArray[np.float64], pull: NDArray[np.float64]) -> NDArray[np.float64]:
    """The step; nothing along directions about which the picture says little."""
    values, vectors = np.linalg.eigh(normal)
    sure = values > max(_LEAST * float(values[-1]), 1e-3)
    along = np.where(sure, vectors.T @ pull / np.where(sure, values, 1), 0)
    return np.asarray(vectors @ along)
