"""What makes subject and background look like one shot: exposure, balance, grain."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.ops import levels

if TYPE_CHECKING:
    from afterglow.frames import Pixels
    from afterglow.ops.halves import Array, Depth

_LINES = 90
"""Lines of the pictures whose light is compared."""
_DARK = 1e-3
"""Light below which nothing is told apart."""
_EXPOSURE = 0.4
"""How far the subject goes towards the background's exposure, in stops of their distance."""
_STOPS = 0.75
"""Stops that it may be changed by at most."""
_BALANCE = 0.35
"""How far it goes towards the background's balance of colours."""
_TINT = 0.25
"""Stops by which one channel may move against the others at most."""
_BLOCK = 8
"""Side of the blocks that tell noise from texture, in pixels."""
_SMOOTH = 0.2
"""Share of the blocks that are taken to be without texture."""
_LUCK = 1.15
"""Sigma of noise over what these blocks show of it: they are those where it is weak by chance."""
_FEWEST = 8
"""Blocks that a measurement needs."""
_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""Blind to planes and edges; noise of sigma 1 has 6 behind it."""
_ROAM = 64
"""Pixels by which the field of grain is larger than a frame, so that each takes another part."""


def exposure_gains(
    subject: Pixels, alpha: Pixels, ground: Pixels, transfer: str
) -> NDArray[np.float64] | None:
    """(3,) stops by which the subject's R, G, B would be changed; None where there is none.

    The log-average of light is compared. subject, ground: (H, W, 3) R'G'B'; alpha: (H, W).
    """
    height, width = alpha.shape[:2]
    rows = min(height, _LINES)
    columns = max(1, round(width * rows / height))
    small = [ops.array_of(ops.reduce(each, columns, rows)) for each in (subject, ground, alpha)]
    own, behind = (np.log2(ops.to_linear(each, transfer) + _DARK) for each in small[:2])
    weight = ops.to_float(small[2])
    if weight.sum() < 1:
        return None
    apart = behind.mean((0, 1)) - np.average(own, axis=(0, 1), weights=_thrice(weight))
    level = float(apart.mean())
    tint = np.clip(_BALANCE * (apart - level), -_TINT, _TINT)
    stops: NDArray[np.float64] = np.clip(_EXPOSURE * level, -_STOPS, _STOPS) + tint - tint.mean()
    return stops


def _thrice(weight: Array) -> Array:
    return np.repeat(weight[..., np.newaxis], 3, axis=2)


def exposed(
    pixels: Pixels, stops: NDArray[np.float64], transfer: str, white: int, depth: Depth
) -> Pixels:
    """The picture with its light changed by so many stops per channel; what is white stays so.

    Brighter light has a shoulder, g x / (1 + (g - 1) x), so that nothing is clipped.
    """
    light = ops.to_linear(np.arange(white + 1, dtype=depth), transfer).reshape(-1, 1)
    gain = np.exp2(stops).astype(np.float32)
    changed = gain * light / (1 + np.maximum(gain - 1, 0) * light)
    table = ops.to_display(np.ascontiguousarray(changed, np.float32), transfer, depth)
    return levels.lookup(pixels, table.reshape(-1, 3))


@dataclass(frozen=True, slots=True)
class Grain:
    """The noise of a picture, in shares of white."""

    fine: float
    """Sigma of what differs from pixel to pixel."""
    coarse: float
    """Sigma of what the means of two by two pixels differ by on top of that."""

    def without(self, other: Grain) -> Grain:
        """What must be added to the other so that it has the same."""
        return Grain(_beyond(self.fine, other.fine), _beyond(self.coarse, other.coarse))


def _beyond(one: float, other: float) -> float:
    return math.sqrt(max(one**2 - other**2, 0.0))


def grain_of(pixels: Pixels, alpha: Pixels | None = None) -> Grain | None:
    """The noise of a picture's luma, or of its part where the matte is white; None if too small.

    pixels: (H, W, 3) R'G'B'; alpha: (H, W). Immerkaer, Fast noise variance estimation (1996),
    equation 4, on the smoothest blocks, at full size and at half of it.
    """
    if alpha is not None:
        region = _blocks_around(alpha)
        if region is None:
            return None
        pixels, alpha = region.of(pixels), region.of(alpha)
    luma = ops.to_float(ops.array_of(ops.luma(pixels)))
    whole = np.ones_like(luma) if alpha is None else ops.to_float(ops.array_of(alpha))
    fine = _sigma(luma, whole)
    coarse = _sigma(_half(luma), _half(whole))
    if fine is None or coarse is None:
        return None
    return Grain(fine, _beyond(coarse, fine / 2))


def grain_between(one: Pixels, other: Pixels) -> Grain | None:
    """The noise that changes from a frame to the next, of luma; None if they are too small.

    What stands still, however textured, is none of it.
    """
    first, second = (ops.to_float(ops.array_of(ops.luma(each))) for each in (one, other))
    apart = (second - first) / np.float32(math.sqrt(2)) + np.float32(0.5)
    whole = np.ones_like(apart)
    fine, coarse = _sigma(apart, whole), _sigma(_half(apart), _half(whole))
    if fine is None or coarse is None:
        return None
    return Grain(fine, _beyond(coarse, fine / 2))


def _blocks_around(alpha: Pixels) -> levels.Region | None:
    """The region of a matte, so far as to hold whole blocks at half the size, and their margin."""
    found = levels.extent(alpha)
    if found is None:
        return None
    height, width = alpha.shape[:2]
    left, top, right, bottom = found.grown(2, (width, height))
    step = 2 * _BLOCK
    return levels.Region(
        left // step * step,
        top // step * step,
        min(width, -(-right // step) * step),
        min(height, -(-bottom // step) * step),
    )


def _half(plane: Array) -> Array:
    height, width = (max(1, side // 2) for side in plane.shape)
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)


def _sigma(luma: Array, whole: Array) -> float | None:
    """Sigma of the noise in the smoothest blocks that lie within the matte and the levels."""
    height, width = (side // _BLOCK for side in luma.shape)
    if not height or not width:
        return None
    inside = (whole > 0.98).astype(np.float32)
    energy, held, level = (
        _block_means(each, height, width) for each in (_response(luma), inside, luma)
    )
    smooth = energy[(held > 1 - 0.5 / _BLOCK**2) & (abs(level - 0.5) < 0.46)]
    if smooth.size < _FEWEST:
        return None
    return float(np.sqrt(np.quantile(smooth, _SMOOTH))) * _LUCK


def _response(plane: Array) -> Array:
    """(h, w) squares whose mean is the variance of white noise."""
    return cv2.filter2D(plane, cv2.CV_32F, _KERNEL / 6) ** 2


def _block_means(plane: Array, height: int, width: int) -> Array:
    """(height, width) the mean of each block of a plane."""
    cut = plane[: height * _BLOCK, : width * _BLOCK]
    return cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA)


def field_of_grain(width: int, height: int, seed: int) -> tuple[Array, Array]:
    """Fine and coarse noise of grain 1, larger than a frame: each (h, w) float32."""
    rng = np.random.default_rng(seed)
    high, wide = height + _ROAM, width + _ROAM
    fine = rng.standard_normal((high, wide), np.float32)
    coarse = rng.standard_normal(((high + 1) // 2, (wide + 1) // 2), np.float32)
    enlarged = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC)
    seen = math.sqrt(float(_response(_half(enlarged)).mean()))
    return fine, enlarged / np.float32(seen or 1)


def grainy(
    pixels: Pixels, grain: Grain, field: tuple[Array, Array], seed: Sequence[int], depth: Depth
) -> Pixels:
    """The picture with noise of its own, the same in all channels; the seed tells which."""
    if not grain.fine and not grain.coarse:
        return pixels
    height, width = pixels.shape[:2]
    rng = np.random.default_rng(seed)
    noise = np.zeros((height, width), np.float32)
    for share, plane in zip((grain.fine, grain.coarse), field, strict=True):
        y, x = rng.integers(0, _ROAM + 1, 2)
        noise += np.float32(share) * plane[y : y + height, x : x + width]
    if isinstance(pixels, np.ndarray):
        return _with_noise(pixels, noise)
    noisy: Any = ops.to_float(pixels) + ops.beside(noise[..., np.newaxis], pixels)
    result: Pixels = ops.from_float(noisy, depth)
    return result


def _with_noise(pixels: Array, noise: Array) -> Array:
    """The same for an array of integers: noise is rounded once, not each of the channels."""
    deep = pixels.dtype == np.uint16
    steps = noise * np.float32(65535 if deep else 255)
    whole: Array = np.rint(steps, out=steps).astype(np.int32 if deep else np.int16)
    kind = cv2.CV_16U if deep else cv2.CV_8U
    return cv2.add(pixels, cv2.merge([whole] * 3), dtype=kind)


class Window:
    """The mean of what was measured within the last second."""

    def __init__(self, length: int) -> None:
        self._seen: deque[NDArray[np.float64] | None] = deque(maxlen=length)

    def mean(self, now: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        """Take a new measurement, if there is one, and return the mean of those there are."""
        self._seen.append(now)
        known = [each for each in self._seen if each is not None]
        return np.mean(known, axis=0) if known else None
