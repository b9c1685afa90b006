"""Colours as they are seen: lightness, chroma and hue, and what a grade does to them.

Colours are ``(..., 3)`` float32 R'G'B' of a display, white at 1.0. Oklab is that of B. Ottosson, A
perceptual color space for image processing (2020).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.grading import Colours
from afterglow.ops.easing import rise

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_FROM_CONES = np.linalg.inv(_TO_CONES).astype(np.float32)
_FROM_LAB = np.linalg.inv(_TO_LAB).astype(np.float32)
_GAMMA = np.float32(2.2)
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_SEARCH = 12
"""Halvings in the search for the chroma that a display can show."""

Numbers = NDArray[np.float32]


def luma(colours: Colours) -> Numbers:
    """Return (...) luma."""
    return np.asarray(colours @ _LUMA)


def to_oklab(colours: Colours) -> Colours:
    """Return (..., 3) lightness 0 to 1, and a (green to red) and b (blue to yellow)."""
    return np.asarray(np.cbrt((np.clip(colours, 0, None) ** _GAMMA) @ _TO_CONES.T) @ _TO_LAB.T)


def from_oklab(lab: Colours) -> Colours:
    """Return (..., 3) R'G'B' of Oklab; beyond 0 to 1 where a display cannot show it."""
    light = ((lab @ _FROM_LAB.T) ** 3) @ _FROM_CONES.T
    return np.asarray(np.sign(light) * np.abs(light) ** (1 / _GAMMA))


def shown(lab: Colours) -> Colours:
    """Return (..., 3) R'G'B' within 0 to 1: of the same lightness and hue, and less chroma.

    What can be shown is left alone; the rest is brought to the edge, found by halving.
    """
    lab = lab.copy()
    lab[..., 0] = np.clip(lab[..., 0], 0, 1)
    share: Numbers = np.ones(lab.shape[:-1], np.float32)
    outside = _outside(lab, share)
    low, high = np.zeros_like(share), np.ones_like(share)
    for _ in range(_SEARCH):
        share = np.asarray((low + high) / 2, np.float32)
        too_much = _outside(lab, share)
        high, low = np.where(too_much, share, high), np.where(too_much, low, share)
    return np.clip(from_oklab(_of_chroma(lab, np.where(outside, low, 1))), 0, 1)


def _outside(lab: Colours, share: Numbers) -> NDArray[np.bool_]:
    made = from_oklab(_of_chroma(lab, share))
    return np.asarray((made.min(axis=-1) < -0.002) | (made.max(axis=-1) > 1.002))


def _of_chroma(lab: Colours, share: Numbers) -> Colours:
    made = lab.copy()
    made[..., 1:] *= share[..., None]
    return made


def bump(values: Numbers, middle: float, width: float) -> Numbers:
    """Return 1 at the middle, falling smoothly to 0 at ``width`` on either side."""
    away = np.clip(np.abs(values - middle) / width, 0, 1)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * away), np.float32)


def hue_bump(lab: Colours, degrees: float, width: float) -> Numbers:
    """Return (...) 1 at a hue of Oklab, falling smoothly to 0 at ``width`` degrees beside it."""
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    away = (hue - degrees + 180) % 360 - 180
    return bump(away.astype(np.float32), 0, width)


def turned(lab: Colours, degrees: Numbers) -> Colours:
    """Return the Oklab colours with their hue turned, towards yellow from red."""
    angle = np.radians(degrees)
    a, b = lab[..., 1], lab[..., 2]
    turn_a, turn_b = a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)
    return np.stack([lab[..., 0], turn_a, turn_b], axis=-1).astype(np.float32)


def chroma(lab: Colours) -> Numbers:
    """Return (...) the chroma of Oklab colours: 0 grey, 0.1 skin, 0.3 the purest."""
    return np.asarray(np.hypot(lab[..., 1], lab[..., 2]))


def skin(lab: Colours) -> Numbers:
    """Return (...) 0 to 1: how much a colour is that of skin, of any lightness."""
    strong = chroma(lab)
    there = np.clip((strong - 0.015) / 0.03, 0, 1) * np.clip((0.2 - strong) / 0.05, 0, 1)
    dark_or_light = np.clip((lab[..., 0] - 0.2) / 0.15, 0, 1)
    return np.asarray(hue_bump(lab, 55, 42) * there * dark_or_light)


def in_tones(values: Numbers, tones: int, step: float) -> Numbers:
    """Return values, 0 to 1, in so many even tones. step: width of the way to the next, of one."""
    place = values * tones
    whole = np.floor(place)
    way = rise(place - whole, 0.5 - step / 2, 0.5 + step / 2)
    return np.asarray((whole + way) / tones)


def sigmoid(values: Numbers, slope: float, middle: float = 0.5) -> Numbers:
    """Return an S of that slope at the middle, from 0 to 0 and 1 to 1, without a kink."""
    if slope <= 1:
        return values
    steep = _steepness(slope, middle)
    low, high = np.tanh(-steep * middle), np.tanh(steep * (1 - middle))
    return np.asarray((np.tanh(steep * (values - middle)) - low) / (high - low), np.float32)


def _steepness(slope: float, middle: float) -> float:
    """The factor within tanh at which the S has that slope."""
    low, high = 1e-3, 20.0
    for _ in range(40):
        steep = (low + high) / 2
        span = np.tanh(steep * (1 - middle)) + np.tanh(steep * middle)
        low, high = (steep, high) if steep / span < slope else (low, steep)
    return high
