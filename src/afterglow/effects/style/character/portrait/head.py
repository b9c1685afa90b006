"""The move of the whole head: shifted, rolled, nodded and turned about the neck."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.portrait.frame import FaceFrame, Points
from afterglow.effects.style.character.pose import Pose

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
    egg: Points = -0.45 * frame.width * np.sqrt(np.clip(1 - radii.sum(axis=1), 0, 1))
    return egg


def carried(places: Points, behind: Any, frame: FaceFrame, pose: Pose) -> Points:
    """(N, 2) where the head's move takes places.

    places: (N, 2) x, y in pixels. behind: (N,) their depth in pixels.
    """
    inside = frame.inside(places)
    x: Any = inside[:, 0]
    y: Any = inside[:, 1]
    z = behind - 0.45 * frame.width
    nod, turn, roll = (float(np.deg2rad(each)) for each in (pose.nod, pose.turn, pose.roll))
    neck = 0.45 * frame.height
    x, z = x * np.cos(turn) - z * np.sin(turn), x * np.sin(turn) + z * np.cos(turn)
    y = y * np.cos(nod) - z * np.sin(nod)
    y = y - neck
    x, y = x * np.cos(roll) - y * np.sin(roll), x * np.sin(roll) + y * np.cos(roll)
    shift_x, shift_y = pose.head[0], pose.head[1] - _BREATH * pose.breath
    moved = np.column_stack([x, y + neck])
    shift = np.array([shift_x, shift_y]) * frame.height
    found: Points = frame.outside(moved) + shift
    return found


def affine(frame: FaceFrame, pose: Pose, about: Points, behind: float) -> Points:
    """(2, 3) the move of the head near a few places, as a matrix from source to target."""
    there = carried(about, np.full(len(about), behind), frame, pose)
    full = np.column_stack([about, np.ones(len(about))])
    matrix: Points = np.linalg.lstsq(full, there, rcond=None)[0].T
    return matrix
