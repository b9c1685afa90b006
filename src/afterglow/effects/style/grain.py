"""Grain: a fine noise that is new in every frame and moves no mean.

It is cut out of one square of noise whose sum is zero, somewhere else and perhaps upside down
in every frame, as seed and time say: nothing depends on the frames before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.noise import periodic
from afterglow.ops import levels
from afterglow.ops.halves import Array

_SIDE = 1024
"""Pixels of the square."""
_FINEST = 0.45
"""Sigma of a grain, in pixels, that is no softer than the pixels are."""
_UNIT = 32
"""Steps of the square's noise in one standard deviation."""
_FULL = 256
"""Weight of full grain."""


@dataclass(frozen=True, slots=True)
class Grain:
    """How film of a kind looks grainy."""

    amount: float
    """Standard deviation where it is strongest, in levels of 255, up to 30; pixels that are larger
    than the grains show less."""
    size: float = 0.06
    """Sigma of a grain, in per cent of the picture's height; never finer than the pixels."""
    peak: float = 0.4
    """Luma, 0 to 1, at which it is strongest; there is none in black and in white."""
    seed: int = 0
    """Which grain."""


def grained(pixels: Array, grain: Grain, pts: int) -> Array:
    """Return the picture with grain, as much of it as its luma takes, equal in all channels.

    pixels: (H, W, 3) RGB, uint8 or uint16.
    """
    height, width = pixels.shape[:2]
    white = 255 if pixels.dtype == np.uint8 else 65535
    grey = levels.as_depth(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)), "uint8")
    weight = cv2.LUT(grey, _weights(grain.peak))
    noise = window(height, width, grain, pts)
    scale = _amount(grain, height) * white / 255 / (_UNIT * _FULL)
    by = cv2.multiply(noise, weight, scale=scale, dtype=cv2.CV_16S if white == 255 else cv2.CV_32S)
    return _shifted(pixels, by)


def window(height: int, width: int, grain: Grain, pts: int) -> NDArray[np.int16]:
    """Return (height, width) of the grain of a moment, 32 steps in a standard deviation."""
    rng = np.random.default_rng([grain.seed, 0 if pts >= 0 else 1, abs(pts)])
    top, left = rng.integers(0, _SIDE, 2)
    square = _square(max(_FINEST, _sigma(grain, height)), grain.seed)
    square = square if rng.integers(2) else square[::-1]
    cut = np.empty((height, width), np.int16)
    for y, row, high in _stretches(height, int(top)):
        for x, column, wide in _stretches(width, int(left)):
            cut[y : y + high, x : x + wide] = square[row : row + high, column : column + wide]
    return cut


def _sigma(grain: Grain, height: int) -> float:
    """Pixels: the sigma of a grain."""
    return grain.size / 100 * height


def _amount(grain: Grain, height: int) -> float:
    """Levels of 255: pixels larger than the grains see the mean of several, which is less."""
    return grain.amount * min(1.0, _sigma(grain, height) / _FINEST)


def _stretches(length: int, start: int) -> Iterator[tuple[int, int, int]]:
    """Where a side is cut, where the square is cut there, and for how many pixels."""
    done = 0
    while done < length:
        at = (start + done) % _SIDE
        stretch = min(_SIDE - at, length - done)
        yield done, at, stretch
        done += stretch


def _shifted(pixels: Array, by: Array) -> Array:
    """The picture with signed levels added to all channels alike."""
    if pixels.dtype == np.uint8:
        middle = np.add(by, np.int16(128), out=by).astype(np.uint8)
        return np.asarray(cv2.addWeighted(pixels, 1, levels.repeat_channel(middle), 1, -128))
    return np.asarray(levels.shifted(pixels, np.repeat(by[..., None], 3, axis=2)))


@lru_cache(maxsize=8)
def _square(sigma: float, seed: int) -> NDArray[np.int16]:
    """(1024, 1024) periodic noise of that softness, in steps; its sum is zero."""
    rng = np.random.default_rng([seed, 7])
    noise = periodic(_SIDE, (sigma**2 - 0.2) ** 0.5, rng) * _UNIT
    steps = np.rint(np.clip(noise, -4 * _UNIT, 4 * _UNIT)).astype(np.int16)
    return _without_sum(steps, rng)


def _without_sum(steps: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.int16]:
    """The noise, changed by one step here and there until its sum is zero."""
    over = int(steps.sum(dtype=np.int64))
    places = rng.choice(steps.size, abs(over), replace=False)
    steps.reshape(-1)[places] -= np.int16(np.sign(over))
    steps.flags.writeable = False
    return steps


@lru_cache(maxsize=8)
def _weights(peak: float) -> NDArray[Any]:
    """(256,) int16: how much grain every level takes, 256 at most."""
    level = np.linspace(0, 1, 256)
    rise = np.sin(np.pi / 2 * np.clip(level / peak, 0, 1)) ** 0.8
    fall = np.cos(np.pi / 2 * np.clip((level - peak) / (1 - peak), 0, 1)) ** 0.8
    return np.rint(_FULL * rise * fall).astype(np.int16)
