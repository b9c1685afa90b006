"""Which of the 478 points of a face is what: the published numbering of the MediaPipe face mesh.

Left and right are those of the picture, the way a person looks at it.
"""

from __future__ import annotations

import numpy as np

MESH = 468
"""Points of the mesh; ten points of the irises follow."""
POINTS = 478
"""Points with both irises."""

OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""Outline of the face, from the top of the forehead, to the right first."""

LIP_OUTER_UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LIP_OUTER_LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
LIP_INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIP_INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
"""Borders of the lips, from the left corner of the mouth to the right one."""

LEFT_EYE_UPPER = (33, 246, 161, 160, 159, 158, 157, 173, 133)
LEFT_EYE_LOWER = (33, 7, 163, 144, 145, 153, 154, 155, 133)
RIGHT_EYE_UPPER = (263, 466, 388, 387, 386, 385, 384, 398, 362)
RIGHT_EYE_LOWER = (263, 249, 390, 373, 374, 380, 381, 382, 362)
"""Borders of the lids, from the outer corner of the eye to the inner one."""

LEFT_BROW = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55)
RIGHT_BROW = (300, 293, 334, 296, 336, 276, 283, 282, 295, 285)
"""Upper edge of the brow from outside to inside, then its lower edge."""

LEFT_IRIS = (468, 469, 470, 471, 472)
RIGHT_IRIS = (473, 474, 475, 476, 477)
"""Middle of the iris and four points of its border."""

CHIN = 152
FOREHEAD = 10


def middle(points: np.ndarray, group: tuple[int, ...]) -> np.ndarray:
    """Mean place of a group of points (N, 2 or 3)."""
    found: np.ndarray = points[list(group)].mean(axis=0)
    return found
