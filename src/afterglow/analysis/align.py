"""Direct alignment of two pictures: which motion explains most of what is seen, and what it leaves over.

Both pictures are first evened out (their local mean taken away, their local contrast made one), so that a
flash, a fade or a change of exposure does not look like motion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.phase import Grey

Matrix = NDArray[np.float64]
"""(3, 3) float64: maps (x, y, 1) in pixels."""

_NOISE = 3.0
"""Grey levels: contrast below this stays weak when a picture is evened out."""
_LEAST_OVERLAP = 0.45
"""Share of a picture that must stay in view for a motion to be believed."""
_OUTSIDE = 1e4
"""What is sampled beyond the border: so far off that it never counts."""
_FIRST_ERROR, _LAST_ERROR = 0.6, 0.15
"""Pixels of misplacement that edges are forgiven in the first and the last round of a refinement."""
_SCORED_ERROR, _SCORED_NOISE = 0.5, 0.3
"""Misplacement in pixels, and noise of an evened picture, that are forgiven when motions are compared."""
_EXPLAINED = 3.0
"""Residuals, in units of what noise and misplacement allow, up to which a pixel is explained."""


def evened(grey: Grey) -> Grey:
    """Return (H, W) float32: the picture without its local mean, over its local contrast."""
    side = max(3, min(grey.shape) // 8) | 1
    detail = grey - cv2.blur(grey, (side, side), borderType=cv2.BORDER_REFLECT)
    contrast = cv2.blur(np.abs(detail), (side, side), borderType=cv2.BORDER_REFLECT)
    return np.asarray(detail / (contrast + np.float32(_NOISE)), np.float32)


class Fit(NamedTuple):
    """What a refinement ends with."""

    matrix: Matrix
    """(3, 3) from the reference to the picture."""
    support: float
    """Share of the weight under which the two agree, 0 to 1."""
    overlap: float
    """Share of the reference's pixels that the picture still shows, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A picture that others are aligned to, with its slopes."""

    picture: Grey
    """(H, W) float32, evened."""
    weight: Grey
    """(H, W) float32: what counts, 0 at the border and on the subject."""
    slopes: NDArray[np.float32]
    """(parameters, H x W): change of the picture when it is shifted right, down, turned, enlarged."""
    steepness: Grey
    """(H, W) float32: squared slope."""


def reference(picture: Grey, weight: Grey, *, similarity: bool) -> Reference:
    """Return an evened picture ready to be aligned to; weight: (H, W) float32 0-1."""
    height, width = picture.shape
    gx = cv2.Sobel(picture, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    gy = cv2.Sobel(picture, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    rows = [gx, gy]
    if similarity:
        x, y = (2 / width * (np.arange(n, dtype=np.float32) - (n - 1) / 2) for n in (width, height))
        rows += [gy * x - gx * y[:, None], gx * x + gy * y[:, None]]
    return Reference(picture, weight, np.stack(rows).reshape(len(rows), -1), gx * gx + gy * gy)


def frame_weight(height: int, width: int) -> Grey:
    """Return (H, W) float32 1, but 0 on a narrow border, where evening out and slopes are not exact."""
    weight = np.zeros((height, width), np.float32)
    edge = max(1, min(height, width) // 45)
    weight[edge:-edge, edge:-edge] = 1
    return weight


def seen_through(picture: Grey, matrix: Matrix) -> Grey:
    """Return the (H, W) picture as the reference would show it: out(x) = picture(matrix x)."""
    return cv2.warpAffine(
        picture, matrix[:2], picture.shape[::-1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT, borderValue=_OUTSIDE,
    )  # fmt: skip


def _on_grid(matrix: Matrix) -> Matrix:
    """Return the matrix with its shift on the 1/32 pixel grid on which OpenCV samples."""
    rounded = matrix.copy()
    rounded[:2, 2] = np.rint(matrix[:2, 2] * 32) / 32
    return rounded


def leftover(ref: Reference, picture: Grey, matrix: Matrix, error: float) -> tuple[Grey, Grey]:
    """Return two (H, W): the difference, and its square in units of what noise and ``error`` allow."""
    difference = seen_through(picture, matrix) - ref.picture
    spread = np.abs(difference[::3, ::3])[ref.weight[::3, ::3] > 0]
    spread = spread[spread < _OUTSIDE / 10]
    noise = float(np.quantile(spread, 0.4)) / 0.52 if spread.size else 1.0
    noise = max(noise, 0.05)
    allowed = np.float32(error**2) * ref.steepness + np.float32(noise**2)
    return difference, difference * difference / allowed


def mismatch(ref: Reference, picture: Grey, matrix: Matrix, weight: Grey) -> float:
    """Return how little of the picture a motion explains, 0 to 1; 1 where too little is left in view."""
    excess = residue(ref, picture, matrix)
    inside = weight * (excess < _OUTSIDE)
    total = float(inside.sum())
    if total < _LEAST_OVERLAP * float(weight.sum()) or total == 0:
        return 1.0
    return float(np.vdot(inside, excess / (1 + excess))) / total


def residue(ref: Reference, picture: Grey, matrix: Matrix) -> Grey:
    """Return (H, W) float32 squared difference, 1 where it begins to be too much to be noise."""
    difference = seen_through(picture, matrix) - ref.picture
    allowed = np.float32(_SCORED_ERROR**2) * ref.steepness + np.float32(_SCORED_NOISE**2)
    return difference * difference / (np.float32(_EXPLAINED**2) * allowed)


def _small_move(delta: NDArray[np.float64], shape: tuple[int, ...]) -> Matrix:
    """Return the matrix of (right, down[, turn, growth]), the last two in pixels at the side."""
    height, width = shape
    turn, growth = (delta[2:] * 2 / width) if len(delta) > 2 else (0.0, 0.0)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    linear = np.array([[1 + growth, -turn], [turn, 1 + growth]])
    move = np.eye(3)
    move[:2, :2] = linear
    move[:2, 2] = delta[:2] + middle - linear @ middle
    return move


def refine(ref: Reference, picture: Grey, matrix: Matrix, rounds: int) -> Fit:
    """Return the motion near ``matrix`` under which most of the picture fits the reference.

    Gauss-Newton on the inverse composition (Baker and Matthews, "Lucas-Kanade 20 years on", 2004),
    with Geman-McClure weights, so that a subject with a motion of its own drops out.
    """
    support = overlap = 0.0
    for error in np.geomspace(_FIRST_ERROR, _LAST_ERROR, rounds):
        start = _on_grid(matrix)
        difference, excess = leftover(ref, picture, start, float(error))
        weight = ref.weight / (1 + excess / _EXPLAINED**2) ** 2
        total = float(ref.weight.sum())
        support = float(weight.sum()) / max(total, 1e-6)
        overlap = float(np.count_nonzero(difference < _OUTSIDE / 10)) / difference.size
        weighted = ref.slopes * weight.reshape(1, -1)
        normal = (weighted @ ref.slopes.T).astype(np.float64)
        pull = (weighted @ difference.reshape(-1)).astype(np.float64)
        matrix = start @ np.linalg.inv(_small_move(_solved(normal, pull), picture.shape))
    return Fit(matrix, support, overlap)


def _solved(normal: NDArray[np.float64], pull: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the step; zero along directions in which the picture has no texture."""
    values, vectors = np.linalg.eigh(normal)
    sure = values > max(1e-3 * float(values[-1]), 1e-3)
    along = np.where(sure, vectors.T @ pull / np.where(sure, values, 1), 0)
    return np.asarray(np.clip(vectors @ along, -2, 2))
