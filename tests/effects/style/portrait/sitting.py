"""A painted sitter, and a portrait that acts a pose with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.portrait import Portrait
from afterglow.effects.style.character.pose import Pose
from afterglow.frames import Frame, VideoInfo
from tests.analysis.faces import painted, placed

SIZE = (320, 180)
POINTS = placed(160, 88, 120)
STRONG = Pose(jaw=0.8, smile=0.6, lids=0.3, brow=0.7, gaze=(0.5, 0.2), head=(0.03, 0.02), roll=3)


@dataclass(frozen=True)
class Acted:
    """A performance that a function of the time makes."""

    pose: Callable[[float], Pose]
    duration: Fraction = Fraction(2)

    def pose_at(self, seconds: float) -> Pose:
        return self.pose(seconds)


def effect(pose: Pose | Callable[[float], Pose], **more: Any) -> Portrait:
    acted = pose if callable(pose) else lambda seconds: pose
    return Portrait(Acted(acted), **({"landmarks": POINTS} | more))


def video(count: int = 1, **more: Any) -> VideoInfo:
    width, height = SIZE
    return VideoInfo(width, height, Fraction(25), Fraction(1, 25), frames=count, **more)


def face() -> NDArray[np.uint8]:
    return painted(POINTS, SIZE)


def shown(pose: Pose, picture: NDArray[Any] | None = None) -> NDArray[Any]:
    """The picture with its face in a pose."""
    picture = face() if picture is None else picture
    depth: Literal[8, 16] = 8 if picture.dtype == np.uint8 else 16
    (frame,) = effect(pose).stream(iter([Frame(picture, 0)]), video(depth=depth))
    return np.asarray(frame.pixels)


def inner(pixels: NDArray[Any], row: tuple[int, ...], grow: float = 0.0) -> NDArray[Any]:
    """(N, 3) pixels of the box about some points."""
    low, high = POINTS[list(row), :2].min(axis=0) - grow, POINTS[list(row), :2].max(axis=0) + grow
    (x0, y0), (x1, y1) = (np.rint(each).astype(int) for each in (low, high))
    return pixels[y0 : y1 + 1, x0 : x1 + 1].reshape(-1, 3).astype(float)


def like(pixels: NDArray[Any], colour: tuple[int, ...]) -> float:
    """How many pixels have about a colour."""
    return float((np.abs(pixels - colour).max(axis=-1) < 40).sum())


def aperture(pixels: NDArray[Any]) -> float:
    """Pixels of the column in the middle of the mouth that are neither skin nor lip."""
    x = round(float(POINTS[13, 0]))
    column = pixels[round(float(POINTS[2, 1])) : round(float(POINTS[152, 1])), x].astype(float)
    redness = column[:, 0] - (column[:, 1] + column[:, 2]) / 2
    return float((redness < 40).sum())


def rows(points: NDArray[np.float64]) -> list[list[float]]:
    return [[float(v) for v in row] for row in points]


def moving(seconds: float) -> Pose:
    return replace(STRONG, jaw=0.5 + 0.4 * np.sin(9 * seconds))
