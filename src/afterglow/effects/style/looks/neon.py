"""Neon: night colours, violet shadows, pink and cyan light that glows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from afterglow import ops
from afterglow.effects.style.glow import Glow, glowing, light_curve
from afterglow.effects.style.grading import Colours, Cube, Grader, cube_of
from afterglow.effects.style.looks import palette
from afterglow.effects.style.looks.look import Look, Painter
from afterglow.frames import Frame, VideoInfo
from afterglow.ops.halves import Array

_SATURATION, _VALUE = 1.5, 1.2
_GLOW = Glow(amount=0.45, radius=2.4, threshold=0.4, keep=0.7)
"""70 parts of the picture, and the light of its highlights spread over it."""
_VIOLET, _PINK, _CYAN = (0.022, -0.095), (0.090, -0.025), (-0.050, -0.065)
"""Oklab a and b that shadows, warm and cold lights are moved by."""


@dataclass(frozen=True, slots=True)
class Neon(Look):
    """A street at night: saturated, split into pink and cyan, and glowing."""

    def span(self) -> float:
        """Return the share of the way from black to white that a shot has at least."""
        return 0.6

    def painter(self, video: VideoInfo) -> Painter:
        """Return what colours a frame and makes it glow."""
        grade = Grader(_cube(), video.white)
        transfer = light_curve(video)

        def paint(frame: Frame) -> Array:
            return glowing(grade(ops.array_of(frame.pixels)), _GLOW, transfer)

        return paint


@lru_cache(maxsize=1)
def _cube() -> Cube:
    return cube_of(graded)


def graded(colours: Colours) -> Colours:
    """Return the colours of neon light: (..., 3) R'G'B'."""
    lab = palette.to_oklab(colours)
    skin = palette.skin(lab)
    strong = palette.chroma(lab)
    warm = 0.5 + 0.5 * np.tanh(13 * (lab[..., 1] + 0.35 * lab[..., 2]))
    known = np.clip(strong / 0.1, 0, 1) * (1 - 0.8 * skin)
    lab = palette.turned(lab, 48 * palette.hue_bump(lab, 135, 85) * known)
    lab = palette.turned(lab, -24 * palette.hue_bump(lab, 35, 75) * known)
    light = night(lab[..., 0])
    lab[..., 1:] *= 1 + (_SATURATION - 1) * (1 - 0.7 * skin)[..., None]
    shade = (1 - light) ** 1.5 * np.clip(light / 0.15, 0, 1)
    lit = np.clip((light - 0.2) / 0.5, 0, 1) * np.clip((1.04 - light) / 0.3, 0, 1)
    for part in (0, 1):
        split = warm * _PINK[part] + (1 - warm) * _CYAN[part]
        lab[..., 1 + part] += (shade * _VIOLET[part] + lit * split) * (1 - 0.6 * skin)
    lab[..., 0] = light
    return palette.shown(lab)


def night(light: palette.Numbers) -> palette.Numbers:
    """Return Oklab lightness at night: dark below, and brighter by a fifth where light is."""
    deep = palette.sigmoid(np.clip(light, 0, 1) * np.float32(0.9), 1.45, 0.57)
    return np.asarray(np.clip(deep * (1 + (_VALUE - 1) * deep * (1 - deep) * 3), 0, 1))
