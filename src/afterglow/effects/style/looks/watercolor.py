"""Watercolour: transparent washes on rough paper, darker where they dried at their edges.

Pigment is laid as in A. Bousseau et al., Interactive watercolor rendering with temporal coherence
and abstraction, NPAR 2006: C' = C - (C - C^2)(d - 1), where d is the density of the pigment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.picture import measuring_size
from afterglow.effects.style.looks.held import LOOK_BACK, Floats, Follower, places, taken
from afterglow.effects.style.looks.look import Look, Painter
from afterglow.effects.style.looks.palette import in_tones
from afterglow.effects.style.looks.paper import (
    Ground,
    Sheet,
    look_back,
    on_sheets,
    relief,
    waves,
)
from afterglow.frames import Frame, VideoInfo
from afterglow.ops import levels
from afterglow.ops.halves import Array

_LINES = 540
"""Lines, of 16:9, at which washes are laid."""
_TEXTURE = (5, 18)
"""Levels by which fine things differ from the washes: from where they are kept, and fully kept."""
_WASHES = 6
"""Layers of paint from white to black."""
_LAYERED = 0.5
"""How far light keeps to them."""
_STEP = 0.5
"""Width of the way from one layer to the next, of a layer."""
_THIN = 0.72
"""Exponent of the light of paint, which is thinned with water."""
_DARKEST = 0.12
"""Light of the darkest paint, of white."""
_CLEAR = 1.4
"""Factor of colour."""
_KEEPS = 0.8
"""Share of its colour that paint keeps however thin it is."""
_BLEED = 2.5
"""Sigma, in pixels of the washes, by which colour runs farther than light."""
_WOBBLE = 1.0
"""Pixels of the washes by which a brush misses an outline."""
_EDGE = (2.0, 14.0)
"""Levels a pixel at the border of a wash: from where pigment gathers, and where most of it does."""
_GATHERED = 0.9
"""Density that is added there."""
_UNEVEN = 0.22
"""Standard deviation of the density of a wash, which is wet here and dry there."""
_GRANULES = 0.14
"""Density that is added in each standard deviation of the paper's depth."""
_COARSE = 1.35
"""Samples of the paper in a pixel, at most: it is no finer than the picture can show."""
_SHADED = 0.028
"""Light that the paper's slope gives and takes."""
_SHEET = (252, 249, 241)
"""R'G'B' of the paper."""


def washed(small: NDArray[np.uint8]) -> Floats:
    """Return (h, w, 3) 0-255: the picture in flat washes with the edges that matter.

    small: (h, w, 3) uint8 RGB. Bilateral, then at half of the size non-local means and an
    edge-preserving filter; what is strong in the first comes back.
    """
    height, width = small.shape[:2]
    fine = cv2.bilateralFilter(small, 7, 35, 3)
    half = np.asarray(ops.reduce(fine, max(1, width // 2), max(1, height // 2)), np.uint8)
    if min(half.shape[:2]) > 8:
        half = np.asarray(cv2.fastNlMeansDenoising(half, None, 9, 3, 7), np.uint8)
        half = np.asarray(cv2.edgePreservingFilter(half, None, 1, 25, 0.28), np.uint8)
    large = cv2.resize(half, (width, height)).astype(np.float32)
    apart = fine.astype(np.float32) - large
    strong = cv2.cvtColor(np.abs(apart), cv2.COLOR_RGB2GRAY)
    keep = np.clip((strong - _TEXTURE[0]) * (1 / (_TEXTURE[1] - _TEXTURE[0])), 0, 1)
    apart *= cv2.merge([keep.astype(np.float32)] * 3)
    apart += large
    return np.asarray(apart, np.float32)


def layered(light: Floats) -> Floats:
    """Return (h, w) 0-1: light 0-1 as layers of thin paint give it."""
    flat = in_tones(light, _WASHES, _STEP)
    mixed = np.maximum(light + np.float32(_LAYERED) * (flat - light), 0)
    thin = np.float32(_DARKEST) + np.float32(1 - _DARKEST) * cv2.pow(mixed, _THIN)
    blank = np.clip((mixed - np.float32(0.6)) * np.float32(1 / 0.35), 0, 1)
    return np.asarray(np.clip(thin + np.float32(0.12) * blank * blank, 0, 1), np.float32)


def painted(flat: Floats) -> Floats:
    """Return (h, w, 3) 0-1: washes of flat colours 0-255; colour runs beyond its outline."""
    colour = flat * np.float32(1 / 255)
    light = np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), np.float32)
    colour -= cv2.merge([light] * 3)
    run = cv2.GaussianBlur(colour, (0, 0), _BLEED)
    colour = np.asarray(cv2.addWeighted(colour, 0.4 * _CLEAR, run, 0.6 * _CLEAR, 0), np.float32)
    light, share = fitted(colour, layered(light))
    colour *= cv2.merge([share] * 3)
    colour += cv2.merge([light] * 3)
    return colour


def fitted(colour: Floats, light: Floats) -> tuple[Floats, Floats]:
    """Return (h, w) light, and (h, w) how much of the colour it bears: more would change its hue.

    colour: (h, w, 3), what each channel has beyond the light. light: (h, w), 0-1. A strong colour
    is not thinned as far as a pale one.
    """
    red, green, blue = cv2.split(colour)
    most = np.maximum(np.maximum(np.maximum(red, green), blue), np.float32(1e-4))
    least = np.minimum(np.minimum(np.minimum(red, green), blue), np.float32(-1e-4))
    light = np.minimum(light, 1 - np.float32(_KEEPS) * most)
    share = np.clip(np.minimum((1 - light) / most, light / -least), 0, 1)
    return np.asarray(light, np.float32), np.asarray(share, np.float32)


def gathered(paint: Floats) -> Floats:
    """Return (h, w), 0 to about 1.3: how much pigment gathers at the borders of washes.

    Most lies on the darker side, where there is more of it.
    """
    soft = cv2.GaussianBlur(paint, (0, 0), 1.0) * np.float32(255)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    steep = np.sqrt(cv2.transform(across * across + down * down, np.ones((1, 3)) / 3))
    border = np.clip((steep - _EDGE[0]) * (1 / (_EDGE[1] - _EDGE[0])), 0, 1).astype(np.float32)
    light = cv2.cvtColor(paint, cv2.COLOR_RGB2GRAY)
    darker = cv2.GaussianBlur(light, (0, 0), 4.0) - light
    side = np.clip(np.float32(0.55) + np.float32(6) * darker, 0.1, 1.3)
    return np.asarray(cv2.GaussianBlur(border, (0, 0), 0.7) * side, np.float32)


def pigmented(paint: Floats, density: Floats) -> Floats:
    """Return (H, W, 3) 0-1: paint with more pigment, C - (C - C^2)(d - 1).

    paint: (H, W, 3), 0-1. density: (H, W), d - 1.
    """
    bound = np.float32(1) - paint
    bound *= paint
    bound *= cv2.merge([density] * 3)
    return np.asarray(cv2.subtract(paint, bound), np.float32)


@dataclass(frozen=True, slots=True)
class Watercolor(Look):
    """A picture in watercolour."""

    def span(self) -> float:
        """Return the share of the way from black to white that a shot has at least."""
        return 0.7

    def painter(self, video: VideoInfo) -> Painter:
        """Return what paints one frame after the other."""
        return _Brush(video, self.settings.seed).laid

    def past(self, video: VideoInfo) -> int:
        """Return the frames for which paper and washes are remembered."""
        return look_back(video) + LOOK_BACK

    def held(self, video: VideoInfo) -> float:
        """Return the pictures that full-size floats and those of the washes take."""
        width, height = measuring_size((video.height, video.width), _LINES)
        share = width * height / (video.width * video.height)
        return (30 + 50 * share) * 8 / video.depth


class _Brush:
    """What is remembered of a stream that is painted."""

    def __init__(self, video: VideoInfo, seed: int) -> None:
        self._full = video.width, video.height
        self._size = measuring_size((video.height, video.width), _LINES)
        self._unit = min(_COARSE, 1080 / measuring_lines(self._full))
        self._seed = seed
        self._ground = Ground(video)
        self._follower = Follower()
        self._before: Floats | None = None

    def laid(self, frame: Frame) -> Array:
        """Return the frame in watercolour, (H, W, 3) in its depth."""
        pixels = ops.array_of(frame.pixels)
        small = levels.as_depth(ops.reduce(pixels, *self._size), "uint8")
        flat, step = washed(small), self._follower.step(small)
        if step is not None and self._before is not None:
            flat = step.held(flat, self._before)
        self._before = flat
        sheets = self._ground.sheets(small, frame.pts)
        paint = painted(taken(flat, places(*self._size) + self._missed(sheets)))
        density = np.float32(_GATHERED) * gathered(paint) + self._wet(sheets)
        return self._on_paper(paint, density, sheets, pixels)

    def _on(self, tile: Floats, sheets: Sequence[Sheet], scale: float) -> Floats:
        """Return (h, w): a tile on the paper under the washes, enlarged so many times."""
        return on_sheets(tile, sheets, self._size, self._full, self._unit / 2 / scale)

    def _missed(self, sheets: Sequence[Sheet]) -> Floats:
        """Return (h, w, 2): how far a brush misses, in pixels of the washes."""
        ways = [
            self._on(waves(512, 6.0, 20 + self._seed + n), sheets, 1.0)
            + self._on(waves(512, 10.0, 30 + self._seed + n), sheets, 2.0)
            for n in (0, 40)
        ]
        much = _WOBBLE * 0.7 * (0.2 + 0.8 * sheets[-1].sharp)
        return np.asarray(np.float32(much) * cv2.merge(ways), np.float32)

    def _wet(self, sheets: Sequence[Sheet]) -> Floats:
        """Return (h, w): how much more pigment a wet place took than a dry one."""
        small = self._on(waves(512, 24.0, 60 + self._seed), sheets, 1.6)
        large = self._on(waves(512, 10.0, 70 + self._seed), sheets, 6.0)
        return np.asarray(np.float32(_UNEVEN * 0.7) * (small + large), np.float32)

    def _on_paper(
        self, paint: Floats, density: Floats, sheets: Sequence[Sheet], pixels: Array
    ) -> Array:
        """Return the picture at its own size: paint in the hollows of paper under a light."""
        rough = on_sheets(relief(self._seed), sheets, self._full, self._full, self._unit)
        rough *= np.float32(sheets[-1].sharp)
        dense = np.asarray(cv2.resize(density, self._full), np.float32)
        dense += np.float32(_GRANULES) * np.maximum(rough, -1.5)
        made = pigmented(np.asarray(cv2.resize(paint, self._full), np.float32), dense)
        slope = cv2.Sobel(rough, cv2.CV_32F, 1, 0, ksize=1, scale=-_SHADED / 2)
        shade = np.float32(1) + np.asarray(slope)
        white = np.iinfo(pixels.dtype).max
        made *= cv2.merge([shade * np.float32(each * white / 255) for each in _SHEET])
        kind = cv2.CV_8U if white == 255 else cv2.CV_16U
        return np.asarray(cv2.addWeighted(made, 1, made, 0, 0, dtype=kind))


def measuring_lines(size: tuple[int, int]) -> float:
    """Return the lines of a picture of 16:9 with as many pixels."""
    return float(np.sqrt(size[0] * size[1] * 9 / 16))
