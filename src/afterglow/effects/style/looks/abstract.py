"""Abstract: a picture cut from paper, in facets of few tones that sit on the things they show.

Their corners go along with what moves. Twice or thrice a second, at times that follow from the
clock alone, they are found anew and take the places of those before one after the other: what
rests keeps its facets, what moves gets new ones, and nothing is remembered for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.picture import measuring_size
from afterglow.effects.style.looks.facets import (
    Corners,
    Facets,
    Floats,
    corners_of,
    facets_between,
    spacing,
)
from afterglow.effects.style.looks.held import (
    LOOK_BACK,
    Step,
    small_grey,
    small_levels,
    step_between,
)
from afterglow.effects.style.looks.look import Look, Painter
from afterglow.effects.style.looks.palette import in_tones
from afterglow.frames import Frame, VideoInfo
from afterglow.ops import levels
from afterglow.ops.halves import Array

PERIOD = Fraction(2, 5)
"""Seconds from one set of corners to the next."""
CALM = 0.6
"""Share of what was shown before, carried along with what moves: new facets come softly."""
_LINES = 540
"""Lines, of 16:9, at which facets are found."""
_MARGIN = 0.3
"""Widths and heights around the picture that are laid with facets, for what comes in."""
_TONES = 9
"""Steps of light from black to white."""
_FLAT = 0.65
"""How far light keeps to them."""
_STEP = 0.6
"""Width of the way from one tone to the next, of a tone."""
_CLEAR = 1.35
"""Factor of colour."""
_RELIEF = (0.035, 1.5)
"""How much lighter or darker a facet may be than its tone: of its light, and in levels."""
_FINE = 1920 * 1200
"""Pixels of the largest picture whose facets are drawn twice as large."""
_SHIFT = 4
"""Bits of a fraction of a pixel in which OpenCV draws."""


def poster(colours: Floats, lots: Floats) -> Floats:
    """Return (m, 3) 0-255: colours in few tones, each facet a little lighter or darker.

    colours: (m, 3) RGB 0-255. lots: (m,), 0 to 1.
    """
    light = colours @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    flat = in_tones(light * np.float32(1 / 255), _TONES, _STEP) * 255
    toned = light + _FLAT * (flat - light)
    toned = toned * (1 + 2 * _RELIEF[0] * (lots - 0.5)) + 2 * _RELIEF[1] * (lots - 0.5)
    clear = toned[:, None] + _CLEAR * (colours - light[:, None])
    return np.asarray(np.clip(clear, 0, 255), np.float32)


@dataclass(frozen=True, slots=True)
class Abstract(Look):
    """A picture of facets in few tones."""

    def span(self) -> float:
        """Return the share of the way from black to white that a shot has at least."""
        return 0.6

    def painter(self, video: VideoInfo) -> Painter:
        """Return what lays the facets of one frame after the other."""
        return _Cutter(video, self.settings.seed).laid

    def past(self, video: VideoInfo) -> int:
        """Return the frames of two periods, and those after which nothing is left of a picture."""
        return ceil(2 * PERIOD * video.rate) + LOOK_BACK

    def held(self, video: VideoInfo) -> float:
        """Return the pictures that are drawn on and kept, and floats of the small one."""
        width, height = measuring_size((video.height, video.width), _LINES)
        share = width * height / (video.width * video.height)
        return 14 * 16 / video.depth + 60 * share * 8 / video.depth


class _Cutter:
    """What is remembered of a stream that is laid with facets."""

    def __init__(self, video: VideoInfo, seed: int) -> None:
        self._video, self._seed = video, seed
        self._size = measuring_size((video.height, video.width), _LINES)
        self._before: NDArray[np.uint8] | None = None
        self._old: Corners | None = None
        self._new: Corners | None = None
        self._period = 0
        self._picture: Floats | None = None
        self._shown: Array | None = None

    def laid(self, frame: Frame) -> Array:
        """Return the frame in facets, (H, W, 3) in its depth."""
        pixels = ops.array_of(frame.pixels)
        picture = self._flattened(pixels)
        step = self._follow(picture)
        if step is None:
            self._old = self._new = self._shown = None
        elif self._picture is not None:
            picture = step.held(picture, self._picture)
        self._picture = picture
        self._renew(picture, frame.pts * self._video.time_base / PERIOD)
        facets = facets_between(self._corners)
        colours = poster(facets.colours(picture), facets.lots)
        shown = drawn(facets, colours, self._size, (self._video.width, self._video.height))
        if step is not None and self._shown is not None:
            shown = step.calmed(shown, self._shown, CALM)
        self._shown = shown
        return levels.as_depth(shown, ops.depth_of(pixels))

    def _renew(self, picture: Floats, periods: Fraction) -> None:
        """Let new corners take the places of those before, as far as the period has gone."""
        if self._new is None or self._period != floor(periods):
            self._old, self._period = self._new, floor(periods)
            self._new = corners_of(picture, self._seed, _MARGIN)
        self._corners = self._new
        if self._old is not None:
            gone = np.float32(periods - self._period)
            late = self._old.chosen(self._old.lots >= gone)
            come = self._new.lots < gone
            if len(late.lots):
                come |= self._new.missing(late, spacing(*self._size))
            self._corners = self._new.chosen(come).with_those(late)

    def _flattened(self, pixels: Array) -> Floats:
        """Return (h, w, 3) 0-255: the picture, small, without what is fine."""
        small = small_levels(pixels, _LINES)
        flat = np.asarray(cv2.bilateralFilter(small, 7, 30, 3), np.float32)
        return np.asarray(cv2.GaussianBlur(flat, (0, 0), 1.0), np.float32)

    def _follow(self, picture: Floats) -> Step | None:
        """Return the step to this picture, and move the corners; None where a new shot begins."""
        before, self._before = self._before, small_grey(picture)
        if before is None:
            return None
        step, ahead = step_between(before, self._before), step_between(self._before, before)
        if step is None or ahead is None:
            return None
        way = np.asarray(cv2.medianBlur(ahead.back, 5), np.float32)
        self._old, self._new = (
            None if each is None else each.moved(way, *self._size)
            for each in (self._old, self._new)
        )
        return step


def drawn(facets: Facets, colours: Floats, found: tuple[int, int], size: tuple[int, int]) -> Array:
    """Return (H, W, 3) uint16: facets in colours of 0-255.

    found, size: width and height of the picture that the facets lie in, and of what is drawn.
    """
    width, height = size
    times = 2 if width * height <= _FINE else 1
    ground = np.empty((times * height, times * width, 3), np.uint16)
    scale = np.array([times * width / found[0], times * height / found[1]], np.float32)
    corners = (facets.triangles + np.float32(0.5)) * scale - np.float32(0.5)
    least, most = corners.min(axis=1), corners.max(axis=1)
    seen = (most > -1).all(axis=1) & (least < (times * width, times * height)).all(axis=1)
    fixed = np.rint(corners[seen] * (1 << _SHIFT)).astype(np.int32)
    inks = np.rint(colours[seen] * 257).tolist()
    for triangle, ink in zip(fixed, inks, strict=True):
        cv2.fillConvexPoly(ground, triangle, ink, cv2.LINE_8, _SHIFT)
    if times == 1:
        return np.asarray(cv2.GaussianBlur(ground, (3, 3), 0.6))
    return np.asarray(cv2.resize(ground, (width, height), interpolation=cv2.INTER_AREA))
