"""Holes of a picture filled in from around them, with what belongs to the same surface."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.gaps import ANY, spread
from afterglow.ops.halves import Array

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]
Pair = tuple[Places, Places]

JUMP = 0.06
"""Difference in depth between neighbours from which they are taken for two surfaces."""
GUARD = 2
"""Pixels beside a jump whose colour is a mixture of both sides."""
_FOLDS = 4
"""Times that a narrow surface is mirrored into a hole."""
_DETAIL = 3.0
"""Sigma, in pixels, of what is finer than the colours of a surface."""
_STRONG = 1.8
"""Strength of texture deep in a hole, at most, over the mean around it."""
_CALM = 12
"""Pixels of reach below which no ragged pieces can be seen."""
_KEPT = 0.12
"""Share of the reach over which what is mirrored fades to its texture."""


def filled(picture: Array, depth: Floats, hole: Mask, reach: int) -> Array:
    """The picture with a hole filled from around it: what is beside it is mirrored into it.

    picture: (H, W, 3) uint8 or uint16. depth: (H, W) of the picture around the hole. Mirrored is
    the surface that the nearest edge belongs to; where it is narrower than the hole, it is
    mirrored again. Deep in the hole, where the mirrored pieces of a ragged edge meet, only their
    texture is taken, no stronger than that around the hole, on their mean. Beyond ``reach``, and
    where nothing fits, the nearest colours go on softly.
    """
    result, depth, rest = picture.copy(), depth.copy(), hole.copy()
    for _ in range(_FOLDS):
        y, x, near, far = _mirrored(rest, reach)
        depth[y, x] = depth[near]
        fits = np.abs(depth[far] - depth[near]) < JUMP
        fits &= ~rest[far]
        y, x = y[fits], x[fits]
        result[y, x] = result[far[0][fits], far[1][fits]]
        rest[y, x] = False
    return _calmed(_softened(result, rest), hole, reach)


def _softened(picture: Array, rest: Mask) -> Array:
    """The picture with the nearest colours spread over the rest of a hole."""
    if not rest.any() or rest.all():
        return picture
    soft = spread(picture.astype(np.float32), ~rest, ANY)
    picture[rest] = _levels(soft[rest], picture.dtype)
    return picture


def _calmed(picture: Array, hole: Mask, reach: int) -> Array:
    """The fill as it is at the hole's edge, and only its texture on its soft colours within."""
    away = cv2.dilate(hole.astype(np.uint8), np.ones((7, 7), np.uint8)) == 0
    if reach < _CALM or not hole.any() or not away.any():
        return picture
    mirrored = picture.astype(np.float32)
    detail = mirrored - cv2.GaussianBlur(mirrored, (0, 0), _DETAIL)
    # Next to the hole what is fine is partly the edge of the hole.
    usual = spread(np.abs(detail).mean(axis=2), away, ANY)
    most = _STRONG * np.maximum(usual, 1e-3)[..., None]
    within = _meant(mirrored, hole, reach // 3) + most * np.tanh(detail / most)
    distance = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5)
    share = np.exp(-((distance / max(2.0, _KEPT * reach)) ** 2))[..., None]
    picture[hole] = _levels((within + share * (mirrored - within))[hole], picture.dtype)
    return picture


def _meant(picture: Floats, where: Mask, side: int) -> Floats:
    """(h, w, 3) the mean around each pixel of those pixels that are in a mask."""
    weight = where.astype(np.float32)
    total: Any = picture * weight[..., None]
    count: Any = weight
    for _ in range(2):
        total, count = cv2.blur(total, (side, side)), cv2.blur(count, (side, side))
    return np.asarray(total / np.maximum(count, 1e-6)[..., None], np.float32)


def _levels(values: Floats, kind: np.dtype[Any]) -> NDArray[Any]:
    """The nearest levels of a kind of picture."""
    return np.asarray(np.rint(np.clip(values, 0, np.iinfo(kind).max)).astype(kind))


def _mirrored(hole: Mask, reach: int) -> tuple[Places, Places, Pair, Pair]:
    """Places in the hole near its edge, (y, x); their nearest outside, and as far beyond that."""
    distance, labels = cv2.distanceTransformWithLabels(
        hole.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    known_y, known_x = np.nonzero(~hole)
    at = np.zeros((2, int(labels.max()) + 1), np.intp)
    at[:, labels[known_y, known_x]] = known_y, known_x
    y, x = np.nonzero(hole & (distance <= reach + 2 * GUARD))
    near_y, near_x = at[:, labels[y, x]]
    far_y = np.clip(2 * near_y - y, 0, hole.shape[0] - 1)
    far_x = np.clip(2 * near_x - x, 0, hole.shape[1] - 1)
    return y, x, (near_y, near_x), (far_y, far_x)
