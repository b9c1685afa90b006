"""Direct alignment of two pictures: which motion explains most, and what it leaves unexplained.

Both pictures are first evened out (local mean taken away, local contrast made one), so that a
flash, a fade or a new exposure does not look like motion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Grey: TypeAlias = NDArray[np.float32]
"""(H, W) float32: grey levels 0-255, an evened picture, or a weight 0-1."""
Matrix: TypeAlias = NDArray[np.float64]
"""(3, 3) float64: maps (x, y, 1) in pixels."""

_NOISE = 3.0
"""Grey levels: contrast below this stays weak when a picture is evened out."""
_OUTSIDE = np.float32(1e4)
"""What is sampled beyond the border: so far off that it never counts."""
_LEAST_OVERLAP = 0.45
"""Share of a picture that must stay in view for a motion to be believed."""
_PATCH = 13
"""Pixels: side of the square whose parts are taken to move together."""
_USUAL = 1.5
"""Mean squared residual of a square, in units of the noise, at which it begins to lose its say."""
_MOST = 16.0
"""Squared residual above which it makes no difference how large it is."""
_PARTS = (8, 6)
"""Columns and rows of the parts that vote."""
_MAJORITY = 1.5
"""Votes over votes against that a motion needs where the two hardly differ."""
_VOTE = 0.02
"""Difference of mismatch (0-1) from which a part has an opinion."""
_TEXTURE, _SIDE = 0.03, 0.02
"""Squared slope of an evened picture that is texture, and the share of a side that must have it."""
_ERROR, _GRAIN = 1.5, 0.9
"""Pixels of misplacement, and evened noise, above which a pixel does not fit a proposed motion."""
_CLOSE_ERROR, _CLOSE_GRAIN = 0.1, 0.3
"""The same, where two motions that hardly differ are compared."""


def inverse(matrix: Matrix) -> Matrix:
    """Return the inverse of an affine (3, 3) matrix, many times faster than NumPy's for any."""
    (a, b, x), (c, d, y), _ = matrix.tolist()
    scale = 1 / (a * d - b * c)
    a, b, c, d = d * scale, -b * scale, -c * scale, a * scale
    return np.array([[a, b, -a * x - b * y], [c, d, -c * x - d * y], [0.0, 0.0, 1.0]])


def evened(grey: Grey) -> Grey:
    """Return (H, W) float32: the picture without its local mean, over its local contrast."""
    side = max(3, min(grey.shape) // 8) | 1
    detail = cv2.subtract(grey, cv2.blur(grey, (side, side), borderType=cv2.BORDER_REFLECT))
    contrast = cv2.blur(np.abs(detail), (side, side), borderType=cv2.BORDER_REFLECT)
    return np.asarray(detail / (contrast + np.float32(_NOISE)), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A picture that others are aligned to: every ``stride``-th pixel of it, with its slopes."""

    stride: int
    shape: tuple[int, int]
    """(H, W) of the whole picture."""
    picture: Grey
    """(H / stride, W / stride) float32, evened."""
    weight: Grey
    """Of the same shape: what counts; 0 at the border and on the subject."""
    slopes: NDArray[np.float32]
    """(2 or 4, pixels): change when the picture moves right, down, turns, grows."""
    steepness: Grey
    """Of the picture's shape: squared slope."""


def reference(picture: Grey, weight: Grey, *, similarity: bool, stride: int = 1) -> Reference:
    """Return an evened picture ready to be aligned to; weight: (H, W) float32 0-1.

    Neighbours in a soft picture say nearly the same: with a stride of 2 the work is a quarter, and
    slopes and samples are as exact as before.
    """
    height, width = picture.shape
    every = (slice(None, None, stride), slice(None, None, stride))
    gx = np.asarray(cv2.Sobel(picture, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)[every])
    gy = np.asarray(cv2.Sobel(picture, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)[every])
    rows = [gx, gy]
    if similarity:
        x, y = (
            2 / width * (np.arange(0, size, stride, dtype=np.float32) - (size - 1) / 2)
            for size in (width, height)
        )
        rows += [gy * x - gx * y[:, None], gx * x + gy * y[:, None]]
    slopes = np.stack(rows).reshape(len(rows), -1).astype(np.float32, copy=False)
    steepness = np.asarray(gx * gx + gy * gy, np.float32)
    picture, weight = (np.ascontiguousarray(plane[every]) for plane in (picture, weight))
    return Reference(stride, (height, width), picture, weight, slopes, steepness)


def frame_weight(height: int, width: int) -> Grey:
    """Return (H, W) float32 1, but 0 on a narrow border, where evened pictures are not exact."""
    weight = np.zeros((height, width), np.float32)
    edge = max(1, min(height, width) // 45)
    weight[edge:-edge, edge:-edge] = 1
    return weight


def seen_through(picture: Grey, matrix: Matrix, ref: Reference) -> Grey:
    """Return the picture as the reference would show it: out(x) = picture(matrix x)."""
    sparse = matrix @ np.diag([ref.stride, ref.stride, 1.0])
    seen = cv2.warpAffine(
        picture,
        sparse[:2],
        ref.picture.shape[::-1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=float(_OUTSIDE),
    )
    return np.asarray(seen, np.float32)


def _allowed(ref: Reference, error: float, noise: float) -> Grey:
    """Return the squared difference that a misplacement and noise make."""
    return ref.steepness * np.float32(error**2) + np.float32(noise**2)


def residue(
    ref: Reference, picture: Grey, matrix: Matrix, error: float = _ERROR, noise: float = _GRAIN
) -> Grey:
    """Return the squared difference, above 1 where it is more than ``error`` and ``noise`` make."""
    difference = seen_through(picture, matrix, ref) - ref.picture
    return np.asarray(difference * difference / _allowed(ref, error, noise), np.float32)


def mismatch(ref: Reference, picture: Grey, matrix: Matrix) -> float:
    """Return the share, 0 to 1, that a motion does not explain; 1 if too little is left in view."""
    excess = residue(ref, picture, matrix)
    inside = ref.weight * (excess < _OUTSIDE)
    total = float(inside.sum())
    if total == 0 or total < _LEAST_OVERLAP * float(ref.weight.sum()):
        return 1.0
    return float(np.vdot(inside, excess / (1 + excess))) / total


def outvotes(
    ref: Reference, picture: Grey, motion: Matrix, other: Matrix, *, close: bool = False
) -> bool:
    """Return whether more parts of the picture fit ``motion`` than fit ``other``.

    Every part has one vote, so that a strongly textured subject counts no more than a plain wall;
    parts at the border count most.
    close: the two differ by less than a pixel, and small differences tell.
    """
    parts = []
    allowed, margin = ((_CLOSE_ERROR, _CLOSE_GRAIN), 0.0) if close else ((_ERROR, _GRAIN), _VOTE)
    for matrix in (motion, other):
        excess = np.minimum(residue(ref, picture, matrix, *allowed), np.float32(_MOST))
        parts.append(cv2.resize(excess / (1 + excess), _PARTS, interpolation=cv2.INTER_AREA))
    worth = cv2.resize(ref.weight, _PARTS, interpolation=cv2.INTER_AREA) ** 2
    better = parts[1] - parts[0]
    ayes, noes = worth[better > margin].sum(), worth[better < -margin].sum()
    return float(ayes) > (_MAJORITY if close else 1.0) * float(noes)


def textured_sides(ref: Reference) -> bool:
    """Return whether there is something to see at the left and at the right of a picture.

    Where a subject stands before a plain wall, only the subject could be followed.
    """
    seen = (ref.steepness > _TEXTURE) & (ref.weight > 0)
    quarter = max(1, seen.shape[1] // 4)
    return min(float(side.mean()) for side in (seen[:, :quarter], seen[:, -quarter:])) > _SIDE


def _on_grid(matrix: Matrix) -> Matrix:
    """Return the matrix with its shift on the 1/32 pixel grid on which OpenCV samples."""
    rounded = matrix.copy()
    rounded[:2, 2] = np.rint(matrix[:2, 2] * 32) / 32
    return rounded


def _say(ref: Reference, difference: Grey, error: float) -> Grey:
    """Return how much each pixel has to say about the motion (Geman-McClure, square by square).

    The noise is read from the quieter pixels; a square in which more is left than noise and
    ``error`` pixels of misplacement can explain has a motion of its own.
    """
    inside = np.abs(difference) < _OUTSIDE / 10
    quiet = np.abs(difference[::2, ::2])[(ref.weight * inside)[::2, ::2] > 0]
    place = 2 * quiet.size // 5
    noise = float(np.partition(quiet, place)[place]) / 0.524 if quiet.size else 1.0
    square = difference * difference / _allowed(ref, error, max(noise, 0.05))
    patch = max(1, _PATCH // ref.stride) | 1
    left = cv2.blur(np.minimum(square, np.float32(_MOST)), (patch, patch))
    return np.asarray(ref.weight * inside / (1 + (left / np.float32(_USUAL)) ** 2) ** 2, np.float32)


def refine(ref: Reference, picture: Grey, matrix: Matrix, errors: Sequence[float]) -> Matrix:
    """Return the motion near ``matrix`` under which most of the picture fits the reference.

    errors: pixels of misplacement that are forgiven in each round, falling.

    Gauss-Newton on the inverse composition (Baker and Matthews, "Lucas-Kanade 20 Years On", 2004),
    with weights under which a subject with a motion of its own drops out.
    """
    for error in errors:
        start = _on_grid(matrix)
        difference = seen_through(picture, start, ref) - ref.picture
        weighted = ref.slopes * _say(ref, difference, error).reshape(1, -1)
        normal = (weighted @ ref.slopes.T).astype(np.float64)
        pull = (weighted @ difference.reshape(-1)).astype(np.float64)
        matrix = start @ inverse(_small_move(_solved(normal, pull), ref.shape))
        if np.array_equal(_on_grid(matrix), start):
            break
    return matrix


def _solved(normal: NDArray[np.float64], pull: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the step; zero along directions in which the picture has no texture."""
    values, vectors = np.linalg.eigh(normal)
    sure = values > max(1e-3 * float(values[-1]), 1e-3)
    along = np.where(sure, vectors.T @ pull / np.where(sure, values, 1), 0)
    return np.asarray(np.clip(vectors @ along, -2, 2))


def _small_move(delta: NDArray[np.float64], shape: tuple[int, int]) -> Matrix:
    """Return the matrix of (right, down[, turn, growth]), the last two in pixels at the side."""
    height, width = shape
    turn, growth = (delta[2:] * 2 / width) if len(delta) > 2 else (0.0, 0.0)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    linear = np.array([[1 + growth, -turn], [turn, 1 + growth]])
    move = np.eye(3)
    move[:2, :2] = linear
    move[:2, 2] = delta[:2] + middle - linear @ middle
    return move
