"""Rotation and zoom from points that are followed from one picture to the next."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.align import Grey, Matrix

_POINTS = 240
_LEAST = 12
"""Followed points below which no motion is read from them."""


def _visible(evened: Grey) -> NDArray[np.uint8]:
    """Return an evened picture as (H, W) uint8."""
    return np.clip(evened * 40 + 128, 0, 255).astype(np.uint8)


def followed_similarity(before: Grey, after: Grey, weight: Grey) -> Matrix | None:
    """Return the similarity that most corner points make, or None if there are too few.

    before, after: (H, W) float32, evened. weight: (H, W) float32; points are taken above one half.
    Corners after Shi and Tomasi (1994), followed after Lucas and Kanade, agreed on by RANSAC.
    """
    first, second = _visible(before), _visible(after)
    mask = (weight > 0.5).astype(np.uint8)
    points = cv2.goodFeaturesToTrack(first, _POINTS, 0.01, 6, mask=mask)
    if points is None or len(points) < _LEAST:
        return None
    moved, status, _ = cv2.calcOpticalFlowPyrLK(first, second, points, None)  # type: ignore[call-overload]
    kept = status.ravel() == 1
    if np.count_nonzero(kept) < _LEAST:
        return None
    matrix, inliers = cv2.estimateAffinePartial2D(
        points[kept], moved[kept], ransacReprojThreshold=1.0
    )
    if matrix is None or int(inliers.sum()) < _LEAST:
        return None
    return np.vstack([matrix, [0.0, 0.0, 1.0]])
