"""How steady a look is: on a noisy picture that stands still, and on things that move."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.flow import at_edges, fetched, motion, seen_in_both
from afterglow.frames import Effect, Frame, VideoInfo
from tests.scenes import Scene, Subject, frames_of, pan

Picture = NDArray[Any]


class Spread(NamedTuple):
    """How far levels, 0-255, go from frame to frame in a picture that stands still."""

    mean_spread: float
    """Most that the mean of a part of the picture goes up and down."""
    pixel_spread: float
    """Standard deviation of a pixel over time, on average."""


def painted(effect: Effect, pictures: Sequence[Picture], rate: int = 25) -> list[Picture]:
    """Return what comes out of an effect for some pictures."""
    height, width = pictures[0].shape[:2]
    video = VideoInfo(
        width, height, Fraction(rate), Fraction(1, rate), depth=8 * pictures[0].itemsize,  # type: ignore[arg-type]
        frames=len(pictures),
    )  # fmt: skip
    frames = (Frame(picture, pts) for pts, picture in enumerate(pictures))
    return [np.asarray(frame.pixels) for frame in effect.stream(frames, video)]


def noisy(
    count: int = 12, sigma: float = 4.0, width: int = 240, height: int = 136
) -> list[Picture]:
    """Return a picture that stands still, under noise that does not."""
    first = next(iter(Scene(width, height, frames=1, subject=Subject(area=0.2))))
    rng = np.random.default_rng(7)
    return [
        np.clip(np.rint(first.rgb + rng.normal(0, sigma, first.rgb.shape)), 0, 255).astype(np.uint8)
        for _ in range(count)
    ]


def spread(pictures: Sequence[Picture]) -> Spread:
    """Return how far the levels of pictures of the same thing go."""
    levels = np.stack([cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in pictures]).astype(float)
    height, width = levels.shape[1] // 4 * 4, levels.shape[2] // 4 * 4
    parts = levels[:, :height, :width].reshape(len(levels), 4, height // 4, 4, width // 4)
    means = parts.mean(axis=(2, 4))
    return Spread(float(np.ptp(means, axis=0).max()), float(levels.std(axis=0).mean()))


def kept(effect: Effect, pictures: Sequence[Picture], skip: int = 4) -> tuple[Spread, Spread]:
    """Return the spread of the source and of what an effect makes of it."""
    return spread(pictures[skip:]), spread(painted(effect, pictures)[skip:])


def wandering(effect: Effect, count: int = 8) -> tuple[float, float]:
    """Return the warp error of a made scene, and of what an effect makes of it."""
    scene = Scene(320, 180, frames=count, camera=pan(2.3, 0.6), subject=Subject(area=0.1), noise=2)
    source = [np.asarray(frame.pixels) for frame in frames_of(scene)]
    return warp_error(source, source), warp_error(painted(effect, source), source)


def warp_error(pictures: Sequence[Picture], source: Sequence[Picture]) -> float:
    """Return the mean level by which pictures differ along the source's motion."""
    grey = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in source]
    errors = []
    for n in range(1, len(grey)):
        there, back = motion(grey[n - 1], grey[n])
        seen = seen_in_both(back, there) & ~at_edges(back)
        carried = fetched(pictures[n - 1], back, cubic=True).astype(float)
        errors.append(np.abs(carried - pictures[n]).mean(axis=2)[seen].mean())
    return float(np.mean(errors))
