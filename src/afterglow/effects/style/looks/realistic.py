"""Realistic: what a good camera gives: quiet, crisp, deep, and neutral.

All of it goes by luma: a picture is taken apart into fine detail, local contrast and the rest, each
is changed by a curve, and the change is added to all channels alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.style.looks.look import Look, Painter
from afterglow.effects.style.looks.shot_statistics import ShotStatistics, window_of
from afterglow.frames import Frame, VideoInfo
from afterglow.ops import levels
from afterglow.ops.halves import Array

_LOCAL = 0.3
"""Share by which differences from the surroundings grow."""
_SHARPER = 0.7
"""Share by which fine detail grows, where it is more than noise."""
_CORE, _LEFT = 3.0, 0.25
"""Deviations of the noise up to which detail may be noise, and the share that is left of that."""
_AROUND = 4.0
"""Sigma of the surroundings, in per cent of the height."""
_LEAST_NOISE, _MOST_NOISE = 0.6, 8.0
"""Standard deviation of what is taken for noise, in levels of 255."""
_BALANCE = 0.5
"""Share of a cast that is taken off."""
_MOST_CAST = 0.12
"""Share of a channel's level by which a balance may change it."""


@dataclass(frozen=True, slots=True)
class Realistic(Look):
    """Noise down, detail and local contrast up, casts off."""

    def span(self) -> float:
        """Return the share of the way from black to white that a shot has at least."""
        return 0.6

    def past(self, video: VideoInfo) -> int:
        """Return the window over which noise and cast are measured."""
        return window_of(video) - 1

    def painter(self, video: VideoInfo) -> Painter:
        """Return what cleans and sharpens a frame."""
        seen = ShotStatistics(measured, video)

        def paint(frame: Frame) -> Array:
            pixels = ops.array_of(frame.pixels)
            *cast, noise = seen.after(pixels)
            balanced = levels.lookup(pixels, balance_table(np.array(cast), video.white))
            return crisp(balanced, float(noise))

        return paint


def measured(small: Array, pixels: Array) -> NDArray[np.float64]:
    """Return (6,): what ``balance_table`` asks for, and the noise."""
    return np.append(balance_of(small), noise_of(pixels))


def balance_of(pixels: Array) -> NDArray[np.float64]:
    """Return (5,): red, green and blue of what is nearly grey, its weight, and all pixels' number.

    Nearly grey are colours of little saturation that are neither black nor blown out; a picture
    without any has no cast that can be told.
    """
    colours = ops.to_float(pixels).reshape(-1, 3).astype(np.float64)
    most, least = colours.max(axis=1), colours.min(axis=1)
    grey = np.clip(1 - (most - least) / np.maximum(0.35 * most, 1e-6), 0, 1)
    weight = grey * np.clip((least - 0.08) / 0.1, 0, 1) * np.clip((0.96 - most) / 0.06, 0, 1)
    return np.array([*(colours * weight[:, None]).sum(axis=0), weight.sum(), len(colours)])


def balance_table(known: NDArray[np.float64], white: int) -> Array:
    """Return (white + 1, 3): the levels of each channel without the cast that was measured."""
    sums, weight, count = known[:3], known[3], known[4]
    mean = sums / max(weight, 1e-6)
    trust = min(1.0, weight / (0.04 * count))
    factor = np.power(mean.mean() / np.maximum(mean, 1e-3), _BALANCE * trust) if weight else 1.0
    factor = np.clip(factor * np.ones(3), 1 - _MOST_CAST, 1 + _MOST_CAST)
    level = np.arange(white + 1)[:, None] / white
    # A factor as a power: black and white stay what they are.
    made: NDArray[np.float64] = np.rint(level ** (1 - np.log2(factor)) * white)
    return made.astype(np.uint8) if white == 255 else made.astype(np.uint16)


def noise_of(pixels: Array) -> float:
    """Return the standard deviation of noise in luma, in levels of 255.

    J. Immerkaer, Fast noise variance estimation (CVIU 1996), on the quieter half of the middle's
    blocks, so that texture does not count.
    """
    height, width = pixels.shape[:2]
    if min(height, width) < 24:
        return _LEAST_NOISE
    high, wide = min(height, 360), min(width, 640)
    top, left = (height - high) // 2, (width - wide) // 2
    part = pixels[top : top + high, left : left + wide]
    grey = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), np.float32)
    grey *= np.float32(255 / np.iinfo(pixels.dtype).max)
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    rough = np.abs(cv2.filter2D(grey, cv2.CV_32F, mask))
    blocks = cv2.resize(rough, (wide // 12, high // 12), interpolation=cv2.INTER_AREA)
    quiet = float(np.quantile(blocks, 0.2)) * (np.pi / 2) ** 0.5 / 6
    return float(min(max(quiet, _LEAST_NOISE), _MOST_NOISE))


def crisp(pixels: Array, noise: float) -> Array:
    """Return the picture without noise of that deviation, sharper and of more local contrast.

    pixels: (H, W, 3) RGB, uint8 or uint16. noise: in levels of 255.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    white = int(np.iinfo(pixels.dtype).max)
    soft = np.asarray(cv2.GaussianBlur(grey, (5, 5), 1.1))
    around = ops.soft_blur(_quarter(grey), _AROUND / 100 * grey.shape[0] / 4)
    around = ops.resize(around, grey.shape[1], grey.shape[0])
    fine = levels.lookup(_apart(grey, soft), _detail_table(noise, white))
    local = levels.lookup(_apart(soft, around), _local_table(white))
    middle = (white + 1) // 2
    change = cv2.addWeighted(fine, 1.0, local, 1.0, -middle)
    return np.asarray(
        cv2.addWeighted(pixels, 1.0, levels.repeat_channel(np.asarray(change)), 1.0, -middle)
    )


def _quarter(grey: Array) -> Array:
    height, width = grey.shape
    return ops.reduce(grey, max(1, width // 4), max(1, height // 4))


def _apart(one: Array, other: Array) -> Array:
    """The first less the second, from the middle of the levels."""
    return np.asarray(cv2.addWeighted(one, 1.0, other, -1.0, (np.iinfo(one.dtype).max + 1) // 2))


def _steps(white: int) -> NDArray[np.float64]:
    """Every difference that can be stored, in levels of 255."""
    return np.asarray((np.arange(white + 1) - (white + 1) // 2) * (255 / white), np.float64)


def _stored(change: NDArray[np.float64], white: int) -> Array:
    made = np.rint(np.clip(change * (white / 255) + (white + 1) // 2, 0, white))
    return made.astype(np.uint8) if white == 255 else made.astype(np.uint16)


def _detail_table(noise: float, white: int) -> Array:
    """What is added for every level of fine detail: noise is taken off, the rest grows."""
    step = _steps(white)
    known = 1 - np.exp(-((step / (_CORE * noise)) ** 2))
    limit = 1 / (1 + (np.abs(step) / 28) ** 2)
    return _stored(step * (known * (1 + _SHARPER * limit) - 1 + _LEFT * (1 - known)), white)


def _local_table(white: int) -> Array:
    """What is added for every difference from the surroundings.

    Less where it is large already, and less of what is bright: a face is not to be blown out.
    """
    step = _steps(white)
    share = np.where(step > 0, _LOCAL * 0.6, _LOCAL)
    return _stored(share * step / (1 + (np.abs(step) / 45) ** 2), white)
