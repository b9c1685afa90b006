"""What a shot is too dark or too flat for: its levels spread before a look is laid over it.

Looks that part light from shade find nothing to part in a shot of few levels. What has enough of
them is left as it is, to the bit, and so is the mood of what has few: they are spread as far as is
needed, and no farther.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.style.looks.shot_statistics import ShotStatistics
from afterglow.frames import VideoInfo
from afterglow.ops import levels
from afterglow.ops.halves import Array

_BINS = 64
"""Levels that are counted."""
_RARE = 0.0005
"""Share of a shot's pixels that may lie beyond its darkest and its brightest level: one lamp, or
the lines on a road, are enough for it to be neither dark nor flat."""
_MOST = 3.0
"""Factor on the distance of two levels at most: noise grows as well."""
_BLANK = (0.05, 0.12)
"""Distance of a shot's ends up to which nothing is in it, and from which something is."""


@dataclass(frozen=True, slots=True)
class Span:
    """Levels of a shot, 0 to 1, and what becomes of them."""

    middle: float
    """The level that stays what it is."""
    factor: float
    """On the distance from it."""

    def spread(self, level: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the levels, 0 to 1, farther apart."""
        return np.clip(self.middle + (level - self.middle) * self.factor, 0.0, 1.0)


def shares(pixels: Array) -> NDArray[np.float64]:
    """Return (64,): the share of a picture's numbers at every level; neighbours share one."""
    level = ops.to_float(pixels).ravel().astype(np.float64) * (_BINS - 1)
    below = np.minimum(level.astype(np.intp), _BINS - 2)
    above = level - below
    found = np.bincount(below, 1 - above, _BINS) + np.bincount(below + 1, above, _BINS)
    return np.asarray(found / level.size)


def ends(known: NDArray[np.float64]) -> tuple[float, float]:
    """Return the darkest and the brightest level, 0 to 1, of these shares, but for what is rare."""
    passed, axis = np.cumsum(known), np.linspace(0, 1, _BINS)
    return float(np.interp(_RARE, passed, axis)), float(np.interp(1 - _RARE, passed, axis))


def span_of(low: float, high: float, least: float) -> Span:
    """Return what spreads levels between these over so much of the way from black to white.

    They take of the rest of the way on both sides alike: what is dark becomes lighter, and snow
    keeps its white. A blank wall stays one.
    """
    wide, room = high - low, low + 1 - high
    factor = min(max(least / max(wide, 1e-3), 1.0), _MOST)
    factor = 1 + (factor - 1) * min(max((wide - _BLANK[0]) / (_BLANK[1] - _BLANK[0]), 0.0), 1.0)
    return Span(low + wide * (low / room if room > 1e-6 else 0.5), factor)


class Exposure:
    """Spreads the levels of a stream's shots, as far as they are too few."""

    def __init__(self, video: VideoInfo, least: float) -> None:
        self._seen = ShotStatistics(_all_ends, video)
        self._least, self._white = least, video.white

    def __call__(self, pixels: Array) -> Array:
        """Return (H, W, 3) RGB: the picture, or one of more contrast."""
        low, high = self._seen.after(pixels)
        span = span_of(float(low), float(high), self._least)
        if span.factor <= 1:
            return pixels
        level = np.arange(self._white + 1) / self._white
        made: NDArray[np.float64] = np.rint(span.spread(level) * self._white)
        kind = np.uint8 if self._white == 255 else np.uint16
        return np.asarray(levels.lookup(pixels, made.astype(kind)))


def _all_ends(small: Array, pixels: Array) -> NDArray[np.float64]:
    """The ends of all channels: a strong colour is neither dark nor flat.

    Of every frame: their mean follows a lamp that is lit by and by.
    """
    return np.array(ends(shares(small)))
