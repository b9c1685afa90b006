"""The move of the whole head: shifted, rolled, nodded and turned about the neck."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np

from afterglow.effects.style.character.portrait.frame import FaceFrame, Points
from afterglow.effects.style.character.pose import Pose

EARS = 0.45
"""Face widths that the axis of a turn, through ears and hair, lies behind the face's middle."""
_MOST = 12.0
"""Degrees that a head turns at most: behind that lies what the picture does not show."""
_BREATH = 0.004
"""Face heights that a breath lifts the head."""


def depths(points: Points, frame: FaceFrame) -> Points:
    """(N,) how far points lie before (negative) or behind the middle of the face, in pixels.

    points: (N, 3) whose depth is taken, if they have one; else that of an egg.
    """
    if points.shape[1] > 2 and np.ptp(points[:, 2]) > 0.1 * frame.width:
        found: Points = points[:, 2]
        return found
    radii = (frame.inside(points) / (frame.width / 2, frame.height / 2)) ** 2
    egg: Points = frame.width * (EARS - 0.7 * np.sqrt(np.clip(1 - radii.sum(axis=1), 0, 1)))
    return egg


def carried(places: Points, behind: Points, frame: FaceFrame, pose: Pose) -> Points:
    """(N, 2) where the head's move takes places.

    places: (N, 2) x, y in pixels. behind: (N,) their depth in pixels.
    """
    inside = frame.inside(places)
    nod, turn, roll = (
        radians(min(max(angle, -_MOST), _MOST)) for angle in (pose.nod, pose.turn, pose.roll)
    )
    neck = 0.45 * frame.height
    solid = np.column_stack([inside, behind - EARS * frame.width])
    solid = solid @ _turned(turn, 0, 2).T @ _turned(nod, 1, 2).T - (0, neck, 0)
    moved = (solid @ _turned(roll, 0, 1).T)[:, :2] + (0, neck)
    shift = np.array([pose.head[0], pose.head[1] - _BREATH * pose.breath]) * frame.height
    found: Points = frame.outside(moved) + shift
    return found


def _turned(angle: float, one: int, other: int) -> Points:
    """(3, 3) a turn by an angle (radians) from one axis towards another."""
    matrix = np.eye(3)
    matrix[one, one] = matrix[other, other] = cos(angle)
    matrix[one, other], matrix[other, one] = -sin(angle), sin(angle)
    return matrix


def affine(frame: FaceFrame, pose: Pose, about: Points, behind: float) -> Points:
    """(2, 3) the move of the head near a few places, as a matrix from source to target."""
    there = carried(about, np.full(len(about), behind), frame, pose)
    full = np.column_stack([about, np.ones(len(about))])
    return np.asarray(np.linalg.lstsq(full, there, rcond=None)[0].T, np.float64)
