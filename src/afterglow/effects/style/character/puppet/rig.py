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
from afterglow.ops.easing import rise

Space: TypeAlias = Literal["head", "neck", "body"]
"""What moves a part: the head, the shoulders, or both."""

_TALL, _WIDE = 0.485, 0.96
"""A face height is so much of the picture's height; the head takes at most so much of its width."""
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
    span: float = 0.75
    """Half the room that the head takes across, in face heights."""
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
        self._build, self._jaw = build, pose.jaw
        widest = _WIDE / 2 * width / build.span
        self.unit = max(1e-3, min(_TALL * build.size * height, widest))
        """Pixels of a face height."""
        origin = np.array([width / 2, _MIDDLE * height + build.lower * self.unit])
        breath = build.breath * pose.breath
        self._body = np.array([[1 + 0.6 * breath, 0], [0, 1]]) * self.unit
        self._body_at = origin - np.array([0, breath]) * self.unit
        self._set_head(pose, origin, breath)

    def _set_head(self, pose: Pose, origin: NDArray[np.float64], breath: float) -> None:
        """Find what turns, nods, rolls and shifts the head, in pixels."""
        roll, turn, nod = np.deg2rad([pose.roll, pose.turn, pose.nod])
        rolled = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]]) * self.unit
        squeezed = np.diag([np.cos(turn), np.cos(nod)])
        pivot = np.array([0, _PIVOT])
        shift = np.array([pose.head[0], pose.head[1] - 0.6 * breath])
        self._head = squeezed @ rolled
        self._head_at = origin + (pivot + shift) * self.unit - pivot @ rolled
        self._forward = np.array([np.sin(turn), np.sin(nod)]) @ rolled

    def placed(self, points: Points, space: Space = "head", z: float | None = 0.0) -> Points:
        """Return places in pixels. z: depth of the part; None for the roundness of the face."""
        if space == "body":
            return self._shouldered(points)
        head = self._turned(self._opened(points), z)
        if space == "head":
            return head
        share = rise(points[:, 1:], _NECK_TOP, _NECK_LOW)
        return np.asarray(head + (self._shouldered(points) - head) * share, np.float32)

    def fixed(self, points: Points, z: float) -> Points:
        """Return places of the head in pixels that the jaw does not carry along."""
        return self._turned(points, z)

    def matrix(self, space: Space = "head", z: float = 0.0) -> NDArray[np.float64]:
        """Return (2, 3) from face heights to pixels, of a part that lies flat at a depth."""
        if space == "body":
            return np.column_stack([self._body.T, self._body_at])
        return np.column_stack([self._head.T, self._head_at + z * self._forward])

    def lengths(self, share: float) -> float:
        """Return pixels of a length in face heights."""
        return share * self.unit

    def depth(self, points: Points) -> NDArray[np.float32]:
        """Return how far the face stands out at each place."""
        across, down = points[:, 0] / 0.47, points[:, 1] / 0.62
        inside = np.maximum(0, 1 - across * across - down * down)
        return np.asarray(self._build.round * np.sqrt(inside), np.float32)

    def _opened(self, points: Points) -> Points:
        """Places with the jaw dropped."""
        if not self._jaw or points[:, 1].max() < _JAW_TOP:
            return points
        drop = rise(points[:, 1], _JAW_TOP, _JAW_LOW) * self._jaw
        opened = points.copy()
        opened[:, 0] *= 1 - 0.05 * drop
        opened[:, 1] += drop * self._build.jaw
        return opened

    def _turned(self, points: Points, z: float | None) -> Points:
        """Places of the head in pixels."""
        if z is None:
            lifted = self.depth(points)[:, None] * self._forward
            return np.asarray(points @ self._head + lifted + self._head_at, np.float32)
        return np.asarray(points @ self._head + (self._head_at + z * self._forward), np.float32)

    def _shouldered(self, points: Points) -> Points:
        """Places of the body in pixels."""
        return (points @ self._body + self._body_at).astype(np.float32)
