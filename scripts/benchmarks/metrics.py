"""How far a matte is from the truth, in the measures that papers on matting give.

Mattes are (H, W) float, 0 background to 1 subject. The scale of each measure is in its first line;
MAD, MSE and dtSSD do not depend on the size of the picture, Grad and Conn are sums over it.

Grad and Conn: Rhemann, Rother, Wang, Gelautz, Kohli, Rott, "A Perceptually Motivated Online
Benchmark for Image Matting", CVPR 2009. dtSSD: Erofeev, Gitman, Vatolin, Fedorov, Wang,
"Perceptually Motivated Benchmark for Video Matting", BMVC 2015.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Matte = NDArray[np.floating]

_SIGMA = 1.4
"""Pixels: width of the Gaussian whose derivative gives the gradient."""
_REACH = 4
"""Pixels of it on either side of its middle; the rest is below a hundredth."""
_LEVELS = np.linspace(0, 1, 11)
"""Thresholds at which connectedness is looked at."""
_LOOSE = 0.15
"""Alpha above the level at which a pixel is still connected, from which it counts as loose."""


def mad(matte: Matte, truth: Matte) -> float:
    """Mean absolute difference, x 1e3."""
    return float(np.abs(matte - truth).mean() * 1e3)


def mse(matte: Matte, truth: Matte) -> float:
    """Mean squared difference, x 1e3."""
    return float(np.square(matte - truth).mean() * 1e3)


def grad(matte: Matte, truth: Matte) -> float:
    """Sum of squared differences of the gradients' lengths (Rhemann 2009, q = 2), x 1e-3.

    The gradient is that of a Gaussian of 1.4 pixels; its two kernels have a sum of squares of 1,
    and the border pixel goes on outside the picture.
    """
    return float(np.square(_slope(matte) - _slope(truth)).sum() * 1e-3)


def _slope(matte: Matte) -> NDArray[np.float64]:
    """(H, W) length of the gradient."""
    x = np.arange(-_REACH, _REACH + 1, dtype=np.float64)
    bell = np.exp(-(x**2) / (2 * _SIGMA**2))
    across, along = (kernel / np.linalg.norm(kernel) for kernel in (bell, -x * bell))
    wide = np.ascontiguousarray(matte, np.float64)
    by_x, by_y = (
        cv2.sepFilter2D(wide, cv2.CV_64F, *kernels, borderType=cv2.BORDER_REPLICATE)
        for kernels in ((along, across), (across, along))
    )
    return np.hypot(by_x, by_y)


def conn(matte: Matte, truth: Matte) -> float:
    """Sum of differences of connectedness (Rhemann 2009, theta = 0.15, p = 1), x 1e-3.

    A pixel is connected up to the highest level at which it lies in the largest 4-connected part
    that is at least that opaque in both mattes; what stands out above that level is loose.
    """
    level = _connected(np.minimum(matte, truth))
    return float(np.abs(_bond(matte, level) - _bond(truth, level)).sum() * 1e-3)


def _connected(common: Matte) -> NDArray[np.float64]:
    """(H, W) highest level, in tenths, up to which every pixel is connected to the source."""
    level = np.ones(common.shape)
    held = np.ones(common.shape, bool)
    for below, at in pairwise(_LEVELS):
        inside = held & _largest(common >= at)
        level[held & ~inside] = below
        held = inside
    return level


def _largest(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(H, W) true in the largest part that hangs together through sides of pixels."""
    count, labels, facts, _ = cv2.connectedComponentsWithStats(
        inside.astype(np.uint8), connectivity=4
    )
    if count == 1:
        return np.zeros_like(inside)
    return labels == 1 + int(np.argmax(facts[1:, cv2.CC_STAT_AREA]))


def _bond(matte: Matte, level: NDArray[np.float64]) -> NDArray[np.float64]:
    """(H, W) 1 where a matte is connected; less by what is loose."""
    loose = matte - level
    return 1 - np.where(loose >= _LOOSE, loose, 0)


def dtssd(before: Matte, now: Matte, truth_before: Matte, truth_now: Matte) -> float:
    """Root of the mean squared difference of the change in time (Erofeev 2015), x 1e2."""
    return float(np.sqrt(np.square((now - before) - (truth_now - truth_before)).mean()) * 1e2)


@dataclass
class Score:
    """The mean of every measure over the frames of a clip."""

    sums: dict[str, float] = field(default_factory=dict)
    """Each measure, added up."""
    frames: int = 0
    """Frames seen."""
    last: tuple[Matte, Matte] | None = None
    """The matte and the truth of the frame before."""

    def add(self, matte: Matte, truth: Matte) -> None:
        """Take the next frame."""
        for measure in (mad, mse, grad, conn):
            self._count(measure.__name__, measure(matte, truth))
        if self.last is not None:
            self._count("dtssd", dtssd(self.last[0], matte, self.last[1], truth))
        self.frames, self.last = self.frames + 1, (matte, truth)

    def _count(self, name: str, value: float) -> None:
        self.sums[name] = self.sums.get(name, 0.0) + value

    def means(self) -> dict[str, float]:
        """Every measure; dtSSD over the steps between frames."""
        steps = {"dtssd": self.frames - 1}
        return {
            name: round(sum / steps.get(name, self.frames), 3) for name, sum in self.sums.items()
        }


def score(pairs: Iterable[tuple[Matte, Matte]]) -> dict[str, float]:
    """Return the means over (matte, truth) after (matte, truth)."""
    scored = Score()
    for matte, truth in pairs:
        scored.add(matte, truth)
    return scored.means()
