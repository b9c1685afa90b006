"""How far a tracked camera is from the truth of a made scene."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from afterglow.analysis.camera import CameraTracker, Matrix, Model, Motion
from tests.scenes import Scene, View

LINES = 540
"""Errors are stated in pixels of a picture with so many lines."""


def misplacement(found: Matrix, true: Matrix, width: int, height: int) -> float:
    """Pixels between where two motions put the corner on which they agree least."""
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], float)
    return float(np.linalg.norm(((found - true) @ corners)[:2], axis=0).max())


class Errors(NamedTuple):
    mean: float
    """Of the steps, in pixels at 540 lines."""
    worst: float
    """Of the path since the first frame, in pixels at 540 lines."""
    motions: list[Motion]


def errors(scene: Scene, model: Model = "translation", *, alpha: bool = False) -> Errors:
    tracker = CameraTracker(scene.width, scene.height, model)
    motions, steps, paths = [], [], []
    for view in scene:
        motion = tracker.step(view.rgb, view.alpha if alpha else None)
        motions.append(motion)
        steps.append(misplacement(motion.step, view.motion, scene.width, scene.height))
        paths.append(misplacement(motion.cumulative, view.pose, scene.width, scene.height))
    scale = LINES / scene.height
    return Errors(float(np.mean(steps[1:])) * scale, max(paths) * scale, motions)


def tracked(views: Iterable[View], width: int, height: int) -> list[Motion]:
    tracker = CameraTracker(width, height)
    return [tracker.step(view.rgb) for view in views]
