"""Anime: flat tones in few steps, clean dark lines, clear colours.

Everything is drawn at 540 lines, where it is smooth, and only its edges are found at full size: a
smooth field that is enlarged and then cut at a level has a sharp edge at any size.

Tones: H. Winnemoeller et al., Real-time video abstraction, SIGGRAPH 2006 (section 3.4). Lines: the
same, XDoG: an extended difference-of-Gaussians compendium, Computers & Graphics 2012, smoothed
along the edges as in H. Kang et al., Coherent line drawing, NPAR 2007.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.picture import measuring_size
from afterglow.effects.style.looks.held import (
    LOOK_BACK,
    Floats,
    Follower,
    Step,
    places,
    small_levels,
    taken,
)
from afterglow.effects.style.looks.look import Look, Painter
from afterglow.effects.style.looks.palette import in_tones
from afterglow.frames import Frame, VideoInfo
from afterglow.ops.easing import rise
from afterglow.ops.halves import Array

DRAWN = 0.9
"""Share of the drawing; the rest is the source."""
_LINES = 540
"""Lines, of 16:9, at which the drawing is made."""
_LINE_LINES = 460
"""Lines, of 16:9, at which the dark lines are found."""
_TEXTURE = (8, 26)
"""Levels by which fine things differ from large ones: from where they are kept, and fully kept."""
_TONES = 5
"""Steps of light from black to white."""
_CEL = 0.75
"""How far light keeps to them."""
_STEP = 0.4
"""Width of the way from one tone to the next, of a tone."""
_BRIGHT = 0.78
"""Exponent of the drawing's light."""
_CLEAR = 1.35
"""Factor of its colour."""
_INK = 0.23
"""What a line leaves of the light below it: it is a darker tone of the same colour."""
_FINE = 0.8
"""Sigma, in pixels of the drawing, of the finer of the Gaussians that find a line."""
_DARKER = (0.8, 3.3)
"""Levels of 255 by which a line is darker than what is around: from where, and from where fully."""
_CROWD = 2.0
"""Levels that are added to it for each by which the lines around lie closer than they should."""
_FREE = 0.3
"""Mean response, in levels, of an uncrowded place."""
_ALONG = 2.8
"""Pixels along an edge at which a line is looked for as well: specks are no lines."""
_CODE = 40
"""Steps of a level in which the lines are carried to full size."""


def drawing_size(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (width, height) of the drawing of a picture of that shape."""
    return measuring_size(shape, _LINES)


def flattened(small: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return (h, w, 3) what is left without small things, and (h, w, 3) the large part at half.

    small: (h, w, 3) RGB, uint8, or float32 0-255.
    """
    fine = cv2.bilateralFilter(small, 5, 30, 3)
    height, width = small.shape[:2]
    coarse = ops.reduce(fine, max(1, width // 2), max(1, height // 2))
    coarse = cv2.bilateralFilter(coarse, 7, 26, 3)
    return np.asarray(fine, np.float32), np.asarray(coarse, np.float32)


def refined(fine: Floats, coarse: Floats) -> Floats:
    """Return (h, w, 3) the large part with the edges of the fine one, without its texture."""
    height, width = fine.shape[:2]
    large = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    strong: Floats = np.asarray(cv2.cvtColor(cv2.absdiff(fine, large), cv2.COLOR_RGB2GRAY))
    strong -= np.float32(_TEXTURE[0])
    strong *= np.float32(1 / (_TEXTURE[1] - _TEXTURE[0]))
    apart = fine - large
    apart *= cv2.merge([np.clip(strong, 0, 1, out=strong)] * 3)
    apart += large
    return np.asarray(apart, np.float32)


def tones() -> Floats:
    """Return (256,): the level 0-255 that a level of light is drawn with."""
    level = np.linspace(0, 1, 256, dtype=np.float32)
    flat = in_tones(level, _TONES, _STEP)
    mixed = np.clip(level + _CEL * (flat - level), 0, 1)
    return np.asarray(255 * mixed**_BRIGHT, np.float32)


def coloured(flat: Floats, table: Floats) -> Floats:
    """Return (h, w, 3) 0-255: the flattened picture in tones and clear colours."""
    light = cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY)
    below = cv2.convertScaleAbs(light, beta=-0.5)
    colourless = table - np.float32(_CLEAR) * np.arange(256, dtype=np.float32)
    slope = np.diff(colourless, append=colourless[-1:])
    toned = cv2.LUT(below, slope) * (light - below) + cv2.LUT(below, colourless)
    bright: Floats = np.asarray(cv2.merge([toned] * 3), np.float32)
    bright += np.float32(_CLEAR) * flat
    return bright


def along(light: Floats) -> tuple[Floats, Floats]:
    """Return (h, w, 2) the way along the edge at each place, and (h, w) how much it is one, 0-1.

    light: (h, w) float32 levels. From the smoothed structure tensor, at half of the size.
    """
    height, width = light.shape
    half = ops.reduce(light, max(1, width // 2), max(1, height // 2))
    gx = cv2.Sobel(half, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    gy = cv2.Sobel(half, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    e, f, g = (cv2.GaussianBlur(each, (0, 0), 2.0) for each in (gx * gx, gx * gy, gy * gy))
    length, twice = cv2.cartToPolar(e - g, 2 * f)
    one_way = length / (e + g + np.float32(0.05))
    across, down = cv2.polarToCart(np.ones_like(twice), 0.5 * twice)
    parts = cv2.merge([-down, across])
    way = np.asarray(
        cv2.resize(parts, (width, height), interpolation=cv2.INTER_NEAREST), np.float32
    )
    sure = np.clip((one_way - np.float32(0.25)) * np.float32(1 / 0.35), 0, 1)
    return way, np.asarray(cv2.resize(sure, (width, height)), np.float32)


def line_field(light: Floats) -> Floats:
    """Return (h, w): by how many levels each place is darker than its surroundings, along edges.

    light: (h, w) float32 levels 0-255.
    """
    darker = cv2.GaussianBlur(light, (0, 0), 1.6 * _FINE) - cv2.GaussianBlur(light, (0, 0), _FINE)
    way, sure = along(light)
    here = places(*light.shape[::-1])
    smooth = darker.copy()
    for steps in (-_ALONG, _ALONG):
        there = np.asarray(cv2.scaleAdd(way, steps, here), np.float32)
        smooth += taken(darker, there, cv2.INTER_NEAREST)  # it is smooth as it is
    sure *= np.float32(1 / 3)
    smooth *= sure
    return np.asarray(smooth, np.float32)


def uncrowded(field: Floats) -> Floats:
    """Return (h, w): the field, lower where it is one of many lines: grass, leaves, cloth."""
    height, width = field.shape
    size = max(1, width // 8), max(1, height // 8)
    around = cv2.GaussianBlur(ops.reduce(np.abs(field), *size), (0, 0), 2.0)
    around = cv2.resize(np.maximum(around - np.float32(_FREE), 0), (width, height))
    return np.asarray(field - np.float32(_CROWD) * around, np.float32)


@dataclass(frozen=True, slots=True)
class Anime(Look):
    """A drawing of flat tones with dark lines."""

    def span(self) -> float:
        """Return the share of the way from black to white that a shot has at least."""
        return 0.7

    def painter(self, video: VideoInfo) -> Painter:
        """Return what draws one frame after the other."""
        return _Drawer(video.depth).drawn

    def past(self, video: VideoInfo) -> int:
        """Return the frames after which nothing is left of what was drawn before."""
        return LOOK_BACK

    def held(self, video: VideoInfo) -> float:
        """Return the pictures kept: what was drawn, in floats, and its parts on the way."""
        width, height = drawing_size((video.height, video.width))
        return 24 * 4 * width * height / (video.width * video.height) / (video.depth // 8)


class _Drawer:
    """What is remembered of a stream that is drawn."""

    def __init__(self, depth: int) -> None:
        self._follower = Follower()
        self._tones = tones()
        self._ink = _ink_table(depth)
        self._before: tuple[Floats, Floats] | None = None

    def drawn(self, frame: Frame) -> Array:
        """Return the frame drawn, (H, W, 3) in its depth."""
        pixels = ops.array_of(frame.pixels)
        small = small_levels(pixels, _LINES)
        fine, coarse = flattened(small)
        light = cv2.cvtColor(fine, cv2.COLOR_RGB2GRAY)
        field = line_field(
            ops.resize(np.asarray(light, np.float32), *measuring_size(pixels.shape, _LINE_LINES))
        )
        coarse, field = self._kept(coarse, field, self._follower.step(light))
        flat = coloured(refined(fine, coarse), self._tones)
        return self._inked(pixels, flat, uncrowded(field))

    def _kept(self, coarse: Floats, field: Floats, step: Step | None) -> tuple[Floats, Floats]:
        """Return the large tones and the lines, held along the motion."""
        if step is not None and self._before is not None:
            coarse = step.held(coarse, self._before[0])
            field = step.held(field, self._before[1])
        self._before = coarse, field
        return coarse, field

    def _inked(self, pixels: Array, flat: Floats, field: Floats) -> Array:
        """Return the drawing at the size of the picture, its lines cut out of their field."""
        height, width = pixels.shape[:2]
        white = np.iinfo(pixels.dtype).max
        code = cv2.convertScaleAbs(np.maximum(field, 0), alpha=_CODE)
        code = cv2.resize(code, (width, height), interpolation=cv2.INTER_LINEAR)
        ink = cv2.merge([cv2.LUT(code, self._ink)] * 3)
        kind = cv2.CV_8U if white == 255 else cv2.CV_16U
        colour = cv2.addWeighted(flat, white / 255, flat, 0, 0, dtype=kind)
        colour = cv2.resize(colour, (width, height), interpolation=cv2.INTER_LINEAR)
        drawing = cv2.multiply(colour, ink, scale=DRAWN / white)
        return np.asarray(cv2.addWeighted(drawing, 1, pixels, 1 - DRAWN, 0))


def _ink_table(depth: int) -> NDArray[Any]:
    """Return (256,): what a line of that code leaves of the light, white being all."""
    white = (1 << depth) - 1
    left = white * (1 - rise(np.arange(256) / _CODE, *_DARKER) * (1 - _INK))
    return np.rint(left).astype(np.uint8 if depth == 8 else np.uint16)
