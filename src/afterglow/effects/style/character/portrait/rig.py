"""The places that hold the field of a pose: points of the face, lashes, hair, and what stays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait import head, shape
from afterglow.effects.style.character.portrait.frame import FaceFrame, Points
from afterglow.effects.style.character.pose import Pose

_UPPER = (
    *of.LIP_INNER_UPPER, *of.LIP_OUTER_UPPER[1:-1], *of.LEFT_EYE_UPPER, *of.RIGHT_EYE_UPPER,
    *shape.LEFT_FOLD, *shape.RIGHT_FOLD,
)  # fmt: skip
"""Points that only the upper layer goes through."""
_LOWER = (
    *of.LIP_INNER_LOWER, *of.LIP_OUTER_LOWER[1:-1], *of.LEFT_EYE_LOWER, *of.RIGHT_EYE_LOWER,
    *shape.LEFT_BAG, *shape.RIGHT_BAG, *shape.CHIN[:4],
)  # fmt: skip
"""Points that only the lower layer goes through."""
_BOTH = (
    *of.OVAL, *of.LEFT_BROW, *of.RIGHT_BROW, *shape.LEFT_SOCKET, *shape.RIGHT_SOCKET,
    *shape.FOREHEAD[::2], *shape.BETWEEN_BROWS, of.LIP_OUTER_UPPER[0], of.LIP_OUTER_UPPER[-1],
    205, 425, 50, 280, 36, 266, 187, 411, 216, 436,
    168, 6, 197, 195, 5, 4, 1, 2, 98, 327, 129, 358,
)  # fmt: skip
_LASHES = (*of.LEFT_EYE_UPPER[1:-1], *of.RIGHT_EYE_UPPER[1:-1])
_HAIR = (127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356)
"""Points of the oval beyond which hair moves with the head."""
_HAIR_REACH = 1.32
"""The hair's places lie so many times farther from the middle than the oval."""
_LASH = 0.20
"""Half widths of the eye that lashes are thick: they are not stretched as the lid is."""
_EDGE = 0.05
"""Half widths of a slit that its borders are taken to lie farther out, once they move."""

Held = tuple[Points, Points]
"""(N, 2) places in the picture, and where they shall be."""


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """What the two layers of the field go through."""

    upper: Held
    lower: Held


def rig_of(points: Points, targets: Points, frame: FaceFrame, pose: Pose) -> Rig:
    """The places of a face of 478 points that hold the field of a pose.

    targets: (478, 2) where the points shall be.
    """
    sources = _edged(points[:, :2], targets, frame)
    upper, lower, both = list(_UPPER), list(_LOWER), list(_BOTH)
    hair = frame.middle + _HAIR_REACH * (points[list(_HAIR), :2] - frame.middle)
    carried = head.carried(hair, np.full(len(hair), head.EARS * frame.width), frame, pose)
    lashes = list(_LASHES)
    above = -_LASH * frame.axes[1] * _eye_half(sources)
    return Rig(
        upper=(
            np.concatenate([sources[both], hair, sources[upper], sources[lashes] + above]),
            np.concatenate([targets[both], carried, targets[upper], targets[lashes] + above]),
        ),
        lower=(
            np.concatenate([sources[both], hair, sources[lower]]),
            np.concatenate([targets[both], carried, targets[lower]]),
        ),
    )


def _eye_half(points: Points) -> float:
    """Half the width of an eye in pixels, the mean of both."""
    wide = [
        float(np.hypot(*(points[row[0], :2] - points[row[-1], :2])))
        for row in (of.LEFT_EYE_UPPER, of.RIGHT_EYE_UPPER)
    ]
    return (wide[0] + wide[1]) / 4


def _edged(sources: Points, targets: Points, frame: FaceFrame) -> Points:
    """The places in the picture, borders of lips and lids a little beyond the slit once they move.

    Thus no sliver of teeth sticks to a lip, and none of the eye to a lid.
    """
    moved = sources.copy()
    for upper, lower in (
        (of.LIP_INNER_UPPER, of.LIP_INNER_LOWER),
        (of.LEFT_EYE_UPPER, of.LEFT_EYE_LOWER),
        (of.RIGHT_EYE_UPPER, of.RIGHT_EYE_LOWER),
    ):
        above, below = list(upper[1:-1]), list(lower[1:-1])
        half = float(np.hypot(*(sources[upper[0]] - sources[upper[-1]]))) / 2
        gaps = [(row[below] - row[above]) @ frame.axes[1] for row in (sources, targets)]
        news = np.clip(np.abs(gaps[1] - gaps[0]) / max(0.10 * half, 1e-3), 0, 1)
        open_ = np.clip(gaps[0] / max(0.10 * half, 1e-3), 0, 1)
        out = ((_EDGE * half + 0.5) * news * open_)[:, None] * frame.axes[1]
        moved[above] -= out
        moved[below] += out
    return moved
