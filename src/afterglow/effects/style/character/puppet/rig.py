"""Where the places of a puppet lie in the picture in one pose.

Places are in face heights: the head's middle is (0, 0), its crown y = -0.5, its chin y = 0.5.
Depth z is towards the camera.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.character.puppet.curves import Points

Space: TypeAlias = Literal["head", "neck", "body"]
"""What moves a part: the head, the shoulders, or both."""

_TALL, _WIDE = 0.485, 0.64
"""A face height is so much of the picture's height, and at most so much of its width."""
_MIDDLE = 0.46
"""Where the head's middle is, from the top of the picture."""
_PIVOT = 0.42
"""y of the joint about which the head rolls."""
_JAW_TOP, _JAW_LOW = 0.06, 0.46
"""y between which the jaw's drop comes in."""
_NECK_TOP, _NECK_LOW = 0.36, 0.74
"""y between which the neck passes from the head to the shoulders."""


@dataclass(frozen=True, slots=True)
class Build:
    """How large a puppet is and how far its parts move."""

    size: float = 1.0
    """Factor on the face height in the picture."""
    lower: float = 0.0
    """How far it sits below the usual place, in face heights."""
    jaw: float = 0.10
    """Drop of the chin with the mouth wide open, in face heights."""
    round: float = 0.30
    """How far the middle of the face stands out."""
    breath: float = 0.012
    """Rise of the shoulders, in face heights."""


class Rig:
    """Turns places of a puppet into places of the picture, for one pose."""

    def __init__(self, build: Build, pose: Pose, width: int, height: int) -> None:
        self._build, self._pose = build, pose
        self.unit = max(1e-3, min(_TALL * height, _WIDE * width) * build.size)
        """Pixels of a face height."""
        self._origin = np.array([width / 2, _MIDDLE * height + build.lower * self.unit])
        angles = np.deg2rad([pose.roll, pose.turn, pose.nod])
        (self._cos, self._cos_turn, self._cos_nod) = np.cos(angles)
        (self._sin, self._sin_turn, self._sin_nod) = np.sin(angles)

    def placed(self, points: Points, space: Space = "head", z: float | None = 0.0) -> Points:
        """Return places in pixels. z: depth of the part; None for the roundness of the face."""
        if space == "body":
            return self._in_picture(self._breathed(points))
        head = self._in_picture(self._turned(self._opened(points), z))
        if space == "head":
            return head
        share = _ramp(points[:, 1:], _NECK_TOP, _NECK_LOW)
        return head + (self._in_picture(self._breathed(points)) - head) * share

    def fixed(self, points: Points, z: float) -> Points:
        """Return places of the head in pixels that the jaw does not carry along."""
        return self._in_picture(self._turned(points, z))

    def matrix(self, space: Space = "head", z: float = 0.0) -> NDArray[np.float64]:
        """Return (3, 3) from face heights to pixels, of a part that lies flat at a depth."""
        three = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
        if space == "body":
            corner, right, below = self._in_picture(self._breathed(three)).astype(float)
        else:
            corner, right, below = self._in_picture(self._turned(three, z)).astype(float)
        columns = np.stack([right - corner, below - corner, corner], 1)
        return np.vstack([columns, [0, 0, 1]])

    def lengths(self, share: float) -> float:
        """Return pixels of a length in face heights."""
        return share * self.unit

    def chin(self, y: float) -> float:
        """Return how far the jaw carries a place at a height, in face heights."""
        return float(_ramp(np.array(y), _JAW_TOP, _JAW_LOW)) * self._pose.jaw * self._build.jaw

    def depth(self, points: Points) -> NDArray[np.float32]:
        """Return how far the face stands out at each place."""
        x, y = points.T
        inside = np.maximum(0, 1 - (x / 0.47) ** 2 - (y / 0.62) ** 2)
        return np.asarray(self._build.round * np.sqrt(inside), np.float32)

    def _opened(self, points: Points) -> Points:
        """Places with the jaw dropped."""
        drop = _ramp(points[:, 1], _JAW_TOP, _JAW_LOW) * self._pose.jaw
        x = points[:, 0] * (1 - 0.05 * drop)
        return np.stack([x, points[:, 1] + drop * self._build.jaw], 1)

    def _turned(self, points: Points, z: float | None) -> Points:
        """Places with the head turned, nodded, rolled and moved."""
        depth = self.depth(points) if z is None else np.float32(z)
        x = points[:, 0] * self._cos_turn + depth * self._sin_turn
        y = points[:, 1] * self._cos_nod + depth * self._sin_nod - _PIVOT
        right, down = self._pose.head
        down -= 0.6 * self._build.breath * self._pose.breath
        return np.stack(
            [
                x * self._cos - y * self._sin + right,
                x * self._sin + y * self._cos + _PIVOT + down,
            ],
            1,
        )

    def _breathed(self, points: Points) -> Points:
        """Places with the chest as full as the breath says."""
        breath = self._build.breath * self._pose.breath
        x = points[:, 0] * (1 + 0.6 * breath)
        return np.stack([x, points[:, 1] - breath], 1)

    def _in_picture(self, points: Points) -> Points:
        return np.asarray(points * self.unit + self._origin, np.float32)


def _ramp(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.floating]:
    """Return 0 below ``low``, 1 above ``high``, smooth between."""
    share = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))
