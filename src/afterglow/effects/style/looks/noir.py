"""Noir: grey, hard and dark, evened out for the whole shot and not for the frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.style.glow import Glow, glowing, light_curve
from afterglow.effects.style.grain import Grain, grained
from afterglow.effects.style.looks import palette
from afterglow.effects.style.looks.exposure import ends, shares, span_of
from afterglow.effects.style.looks.look import Look, Painter
from afterglow.effects.style.looks.shot_statistics import ShotStatistics, window_of
from afterglow.effects.style.looks.vignette import vignetted
from afterglow.frames import Frame, VideoInfo
from afterglow.ops import levels
from afterglow.ops.halves import Array

_FILM = np.array([[0.40, 0.50, 0.10]], np.float32)
"""Shares of red, green and blue in the grey: film behind an orange glass darkens skies."""
_CONTRAST = 1.58
"""Slope of the print's curve in the middle, before it is made darker."""
_BLACK, _WHITE = 0.008, 0.88
"""Levels of black and of white on paper."""
_DEEPER = 1.15
"""Power that deepens the greys: one in the middle is printed at 0.8 of its level."""
_SOFT = 21
"""Levels of these that a count is spread over: a curve follows the shot, not a passer-by."""
_KERNEL = np.hanning(_SOFT + 2)[1:-1] * 2 / (_SOFT + 1)
_EVENED = 0.08
"""Share of the way from the levels as they are to levels that are all seen as often. With more of
it, what stands still would change its light by more than half a level as others pass."""
_STEEPEST = 1.5
"""Slope of evened levels at most, so that noise in flat parts stays down."""
_SPAN = 0.75
"""Share of the way from black to white that a shot has at least before it is printed."""
_BLOOM = Glow(amount=0.10, radius=1.2, threshold=0.8)
_VIGNETTE = 0.42
_GRAIN = 2.0
"""Levels of 255."""


@dataclass(frozen=True, slots=True)
class Noir(Look):
    """A black and white print of much contrast and little light."""

    def past(self, video: VideoInfo) -> int:
        """Return the window over which the levels are counted."""
        return window_of(video) - 1

    def painter(self, video: VideoInfo) -> Painter:
        """Return what makes a frame grey and hard."""
        seen = ShotStatistics(counted, video)
        transfer, white = light_curve(video), video.white
        grain = Grain(_GRAIN, size=0.075, seed=self.settings.seed)

        def paint(frame: Frame) -> Array:
            pixels = ops.array_of(frame.pixels)
            known = seen.after(pixels)
            curve = print_curve(known[:-2], (known[-2], known[-1]), white)
            grey = levels.repeat_channel(levels.lookup(on_film(pixels), curve))
            made = vignetted(glowing(grey, _BLOOM, transfer), _VIGNETTE)
            return grained(made, grain, frame.pts)

        return paint


def on_film(pixels: Array) -> Array:
    """Return (H, W): the grey of black and white film."""
    return np.asarray(cv2.transform(pixels, _FILM))


def counted(small: Array, pixels: Array) -> NDArray[np.float64]:
    """Return (64 + 2,): the share of a small picture at every level of that grey, and its ends."""
    known = shares(on_film(small))
    return np.array([*known, *ends(known)])


def print_curve(
    known: NDArray[np.float64], between: tuple[float, float], white: int
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return (white + 1,): the level printed for every level of grey.

    known: (n,) their shares in the shot. between: its darkest and its brightest, 0 to 1.
    """
    level, axis, even = np.arange(white + 1) / white, np.linspace(0, 1, len(known)), _evened(known)
    low, high = np.interp(between, axis, even)
    evened = span_of(float(low), float(high), _SPAN).spread(np.interp(level, axis, even))
    hard = np.clip(palette.sigmoid(evened.astype(np.float32), _CONTRAST), 0, 1)
    deep = _BLACK + (_WHITE - _BLACK) * hard**_DEEPER
    printed: NDArray[np.float64] = np.rint(deep.astype(np.float64) * white)
    return printed.astype(np.uint8) if white == 255 else printed.astype(np.uint16)


def _evened(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) levels, some of the way to where all are seen as often."""
    spread = np.convolve(np.pad(known, _SOFT // 2), _KERNEL, mode="valid")
    slope = np.minimum(1 - _EVENED + _EVENED * spread * len(known), _STEEPEST)
    risen = np.cumsum(slope)
    return np.asarray((risen - risen[0]) / (risen[-1] - risen[0]))
