"""The measures of one video, gathered while its frames pass by, two at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from afterglow.effects.evaluate import steps
from afterglow.effects.evaluate.colour import delta_e, tones
from afterglow.effects.evaluate.likeness import brought_to, psnr, ssim
from afterglow.ops import levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.frames import Frame, VideoInfo

    Picture: TypeAlias = NDArray[np.uint8]

_BINS = 512
"""Moments of a curve at most; a long video has several frames in each."""
_SQUARED = ("warp_error", "flicker", "jitter")
"""Measures whose mean over time is that of their squares."""
CURVES = ("warp_error", "flicker", "jitter", "drift", "motion")
"""Measures that change with time."""


class Point(NamedTuple):
    """A moment of a curve."""

    seconds: float
    """From the first frame."""
    value: float


class Curve:
    """A measure over time: its mean, its largest value, and a bounded number of moments."""

    def __init__(self, *, squared: bool = False) -> None:
        self._squared = squared
        self._bins: list[tuple[float, float, int]] = []
        self._each = 1
        self.count = 0
        self.total = 0.0
        self.largest = 0.0
        self.last = 0.0

    def add(self, seconds: float, value: float) -> None:
        """Take the next value."""
        if self.count % self._each == 0:
            self._bins.append((0.0, 0.0, 0))
        at, total, count = self._bins[-1]
        power = value * value if self._squared else value
        self._bins[-1] = (at + seconds, total + power, count + 1)
        self.count, self.total = self.count + 1, self.total + power
        self.largest, self.last = max(self.largest, value), value
        if len(self._bins) == 2 * _BINS and self.count % self._each == 0:
            halves = zip(self._bins[::2], self._bins[1::2], strict=True)
            self._bins = [(a + d, b + e, c + f) for (a, b, c), (d, e, f) in halves]
            self._each *= 2

    @property
    def mean(self) -> float | None:
        """The mean, or the root of the mean of squares; None where there is nothing."""
        return self._root(self.total / self.count) if self.count else None

    def points(self) -> list[Point]:
        """The curve."""
        return [Point(at / n, self._root(total / n)) for at, total, n in self._bins]

    def _root(self, value: float) -> float:
        return value**0.5 if self._squared else value


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What was measured of a video."""

    name: str
    """As the person named it."""
    video: VideoInfo
    """What it is."""
    frames: int
    """Frames seen."""
    cuts: int
    """Steps between frames that have nothing in common; they are not measured."""
    figures: Mapping[str, float | None]
    """By the name of the measure; None where it cannot be known."""
    curves: Mapping[str, list[Point]]
    """Measures over time."""


@dataclass(slots=True)
class Tally:
    """What is known of a video so far; it lives as long as its frames pass by."""

    video: VideoInfo
    reference: Picture | None = None
    """(H, W, 3) uint8 RGB that the first frame is compared with, if there is one."""
    curves: dict[str, Curve] = field(default_factory=dict)
    figures: dict[str, float | None] = field(default_factory=dict)
    frames: int = 0
    cuts: int = 0
    _look: steps.Look | None = None
    _step: steps.Step | None = None
    _tones: NDArray[Any] | None = None
    _began: int = 0

    def __post_init__(self) -> None:
        self.curves = {name: Curve(squared=name in _SQUARED) for name in CURVES}
        self.figures = {"psnr": None, "ssim": None}

    def take(self, frame: Frame, pixels: NDArray[Any]) -> None:
        """Measure the next frame; pixels: (H, W, 3) RGB in main memory."""
        now = steps.look(pixels)
        colours = tones(now.pixels, self.video.colour.transfer)
        if self._look is None or self._tones is None:
            self._began, self._tones = frame.pts, colours
            self._compare(pixels)
        else:
            seconds = float((frame.pts - self._began) * self.video.time_base)
            self.curves["drift"].add(seconds, float(delta_e(self._tones, colours).mean()))
            self._go(steps.step(self._look, now), seconds)
        self._look = now
        self.frames += 1

    def _compare(self, pixels: NDArray[Any]) -> None:
        if self.reference is None:
            return
        first = np.asarray(levels.as_depth(pixels, "uint8"))
        like = brought_to(self.reference, first)
        self.figures["psnr"], self.figures["ssim"] = psnr(first, like), ssim(first, like)

    def _go(self, step: steps.Step | None, seconds: float) -> None:
        if step is None:
            self.cuts += 1
        else:
            self.curves["warp_error"].add(seconds, step.warp_error)
            self.curves["motion"].add(seconds, step.motion)
            if self._step is not None:
                for name, measure in (("flicker", steps.flicker), ("jitter", steps.jitter)):
                    value = measure(self._step, step)
                    if value is not None:
                        self.curves[name].add(seconds, value)
        self._step = step

    def findings(self, name: str, more: Mapping[str, float | None]) -> Findings:
        """Return what was measured; more: figures that others found."""
        figures = {each: curve.mean for each, curve in self.curves.items()}
        figures["drift_most"] = self.curves["drift"].largest if self.frames > 1 else None
        exact = {each: None if value == inf else value for each, value in self.figures.items()}
        if self.figures["psnr"] == inf:
            exact["psnr"] = SAME
        points = {each: curve.points() for each, curve in self.curves.items()}
        all_figures = {**figures, **exact, **more}
        return Findings(name, self.video, self.frames, self.cuts, all_figures, points)


SAME = 100.0
"""Decibels that stand for a picture without any difference."""
