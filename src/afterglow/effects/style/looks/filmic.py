"""Cinematic: the curve of film, teal shadows beside warm lights, halation, vignette and grain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from afterglow import ops
from afterglow.effects.style.glow import Glow, glowing, light_curve
from afterglow.effects.style.grading import Colours, Cube, Grader, cube_of
from afterglow.effects.style.grain import Grain, grained
from afterglow.effects.style.looks import palette
from afterglow.effects.style.looks.focus import Focus, focused
from afterglow.effects.style.looks.look import Look, Painter
from afterglow.effects.style.looks.shot_statistics import window_of
from afterglow.effects.style.looks.vignette import vignetted
from afterglow.frames import Frame, VideoInfo
from afterglow.ops.halves import Array

_HALATION = Glow(amount=0.5, radius=0.9, threshold=0.8, tint=(1.0, 0.3, 0.08), around=True)
_VIGNETTE = 0.28
_GRAIN = 1.7
"""Levels of 255."""
_TEAL, _ORANGE = (-0.040, -0.036), (0.007, 0.030)
"""Oklab a and b that shadows and lights are moved by."""


@dataclass(frozen=True, slots=True)
class Cinematic(Look):
    """A print of film: soft shoulder, deep toe, teal and orange, and skin that stays skin."""

    def span(self) -> float:
        """Return the share of the way from black to white that a shot has at least."""
        return 0.6

    def past(self, video: VideoInfo) -> int:
        """Return the window over which the nearest is measured, where distances are known."""
        return window_of(video) - 1 if self.settings.distances is not None else 0

    def painter(self, video: VideoInfo) -> Painter:
        """Return what lays halation, colours, vignette and grain over a frame."""
        grade = Grader(_cube(), video.white)
        grain = Grain(_GRAIN, seed=self.settings.seed)
        transfer = light_curve(video)
        focus = Focus(self.settings.distances, video)

        def paint(frame: Frame) -> Array:
            pixels = ops.array_of(frame.pixels)
            soft = focus.softness(frame)
            if soft is not None:
                pixels = focused(pixels, soft, transfer)
            made = grade(glowing(pixels, _HALATION, transfer))
            return grained(vignetted(made, _VIGNETTE), grain, frame.pts)

        return paint


@lru_cache(maxsize=1)
def _cube() -> Cube:
    return cube_of(graded)


def graded(colours: Colours) -> Colours:
    """Return the colours of a print: (..., 3) R'G'B'."""
    lab = palette.to_oklab(colours)
    skin = palette.skin(lab)
    light = film_curve(lab[..., 0])
    strong = palette.chroma(lab)
    # The eye reads contrast as colour: chroma follows the lightness, and its extremes are tamed.
    lab[..., 1:] *= (0.94 * np.sqrt(np.clip(light / np.maximum(lab[..., 0], 1e-3), 0.5, 1.3)))[
        ..., None
    ]
    lab[..., 1:] *= (1 - 0.2 * np.clip((strong - 0.12) / 0.24, 0, 1))[..., None]
    known = np.clip(strong / 0.06, 0, 1)
    cold = palette.hue_bump(lab, 235, 100) * known
    lab = palette.turned(lab, -22 * palette.hue_bump(lab, 250, 70) * known)
    green = palette.hue_bump(lab, 132, 50) * known
    lab = palette.turned(lab, 4 * green)
    lab[..., 1:] *= (1 - 0.22 * green)[..., None]
    shade = (1 - light) ** 1.6 * np.clip(light / 0.38, 0, 1) ** 0.8
    lit = np.clip(light, 0, 1) ** 1.3 * np.clip((1.03 - light) / 0.2, 0, 1) * (1 - cold)
    for part in (0, 1):
        split = shade * _TEAL[part] + lit * _ORANGE[part]
        lab[..., 1 + part] += split * (1 - 0.75 * skin)
    lab[..., 0] = light
    return palette.shown(lab)


def film_curve(light: palette.Numbers) -> palette.Numbers:
    """Return Oklab lightness after the print: lifted black, toe, straight part and shoulder."""
    return np.asarray(0.035 + 0.935 * palette.sigmoid(np.clip(light, 0, 1), 1.4, 0.53))
