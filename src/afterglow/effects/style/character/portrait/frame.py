"""A face's own measure: which way is right and down in it, and how large it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.face import topology

Points = NDArray[np.float64]
"""(N, 2) places or moves x, y in pixels, or (N, 3) with a depth."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceFrame:
    """Axes and sizes of a face in a picture."""

    middle: Points
    """(2,) middle of the face in pixels."""
    axes: Points
    """(2, 2) unit vectors: right and down in the face."""
    width: float
    """Pixels from cheek to cheek."""
    height: float
    """Pixels from the top of the forehead to the chin."""

    def inside(self, places: Points) -> Points:
        """(N, 2) pixels right of and below the middle, in the face's own axes."""
        found: Points = (places[..., :2] - self.middle) @ self.axes.T
        return found

    def outside(self, places: Points) -> Points:
        """The opposite of ``inside``."""
        found: Points = places @ self.axes + self.middle
        return found


def frame_of(points: Points) -> FaceFrame:
    """The frame of a face of 478 points."""
    left = topology.middle(points, topology.LEFT_EYE_UPPER + topology.LEFT_EYE_LOWER)[:2]
    right = topology.middle(points, topology.RIGHT_EYE_UPPER + topology.RIGHT_EYE_LOWER)[:2]
    across = (right - left) / max(float(np.hypot(*(right - left))), 1e-6)
    axes = np.array([across, [-across[1], across[0]]])
    oval = points[list(topology.OVAL), :2] @ axes.T
    low, high = oval.min(axis=0), oval.max(axis=0)
    width, height = np.maximum(high - low, 1e-3)
    return FaceFrame((low + high) / 2 @ axes, axes, float(width), float(height))
