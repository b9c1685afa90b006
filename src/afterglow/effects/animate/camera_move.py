"""A camera move over finished frames: a crop of the picture that travels, turns and zooms.

The crop never leaves the picture: where a pan or a roll would show its edge, the whole move is
taken a little closer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import cos, hypot, radians, sin
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from afterglow import ops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture: TypeAlias = NDArray[np.uint8]

_LOOKS = 65
"""Moments at which it is asked how close a move must be."""


@dataclass(frozen=True, slots=True)
class CameraMove:
    """What the camera does from the first frame to the last, beginning and ending gently."""

    zoom: float = 1.0
    """How much larger things are in the end than at the beginning; below 1 it goes back."""
    pan: float = 0.0
    """Share of the width that the camera turns to the right: the content goes to the left."""
    tilt: float = 0.0
    """Share of the height that the camera turns up: the content goes down."""
    roll: float = 0.0
    """Degrees that the camera turns clockwise: the content turns the other way."""

    @property
    def still(self) -> bool:
        """The camera does nothing."""
        return self.zoom == 1 and self.pan == self.tilt == self.roll == 0


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera is at a moment."""

    scale: float
    """How much larger things are than in the picture."""
    across: float
    """Share of the width that the content has gone to the right."""
    down: float
    """Share of the height that the content has gone down."""
    degrees: float
    """That the content has turned clockwise."""


def moved(frames: Iterable[Picture], move: CameraMove, count: int) -> Iterator[Picture]:
    """Yield the frames as a moving camera sees them.

    frames: (H, W, 3) uint8 RGB. count: how many they are; further ones stay at the end.
    """
    if move.still:
        yield from frames
        return
    closest: float | None = None
    for number, frame in enumerate(frames):
        height, width = frame.shape[:2]
        if closest is None:
            closest = closeness(move, width, height)
        pose = pose_at(move, min(1.0, number / max(1, count - 1)))
        matrix = matrix_of(pose, width, height, closest)
        made = ops.warp(frame, matrix, interpolation="cubic", border="replicate")
        yield np.asarray(made)


def pose_at(move: CameraMove, moment: float) -> Pose:
    """Return where the camera is at a moment from 0 to 1: half of its way in the middle."""
    way = ops.eased(moment)
    scale = move.zoom**way if move.zoom >= 1 else move.zoom ** (way - 1)
    return Pose(scale, move.pan * (0.5 - way), move.tilt * (way - 0.5), -move.roll * (way - 0.5))


def closeness(move: CameraMove, width: int, height: int) -> float:
    """Return the factor, 1 or more, on the scale of all poses with which no edge is seen."""
    moments = (number / (_LOOKS - 1) for number in range(_LOOKS))
    return max(_needed(pose_at(move, each), width, height) for each in moments)


def _needed(pose: Pose, width: int, height: int) -> float:
    """The factor that one pose needs."""
    turn = radians(abs(pose.degrees))
    least = 1.0
    for side, other, away in ((width, height, pose.across), (height, width, pose.down)):
        spread = abs(cos(turn)) * side + abs(sin(turn)) * other
        shift = 2 * hypot(pose.across * width, pose.down * height) if turn else 2 * abs(away) * side
        least = max(least, (spread + shift) / side / pose.scale)
    return least


def matrix_of(pose: Pose, width: int, height: int, closer: float = 1.0) -> NDArray[np.float64]:
    """Return (2, 3): where the picture's pixels go, about its middle."""
    scale, turn = pose.scale * closer, radians(pose.degrees)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    rotated = scale * np.array([[cos(turn), -sin(turn)], [sin(turn), cos(turn)]])
    shift = np.array([pose.across * width, pose.down * height])
    return np.column_stack((rotated, middle - rotated @ middle + shift))
