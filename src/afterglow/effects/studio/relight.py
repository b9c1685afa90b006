"""The new background in the exposure and white balance, and with the grain, of the old one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.composing.matching import Grain, field_of_grain
from afterglow.ops import levels

if TYPE_CHECKING:
    from afterglow.frames import Pixels, VideoInfo
    from afterglow.ops.halves import Depth

_KNEE = 0.8
"""Light, of white, from which brighter light is drawn together and not clipped."""
_STEPS = 512
"""Gains to a doubling of the light: a step is too small to be seen."""
_MOST = 8.0
"""Largest gain; the least is one over it."""
_LEAST = 1e-3
"""Noise, of white, that is not worth being added."""

Gains = tuple[float, float, float]


def relit(pixels: Pixels, gains: Gains, transfer: str) -> Pixels:
    """The picture with its light multiplied, R, G and B; what would be beyond white has a knee.

    pixels: (H, W, 3) R'G'B', uint8 or uint16.
    """
    steps = gain_steps(gains)
    if not any(steps):
        return pixels
    depth = ops.depth_of(pixels)
    columns = [_curve(step, transfer, depth) for step in steps]
    return levels.lookup(pixels, np.ascontiguousarray(np.stack(columns, axis=1)))


def gain_steps(gains: Gains) -> tuple[int, ...]:
    """The gains in steps: those of the same steps make the same of a picture."""
    octaves = np.log2(np.clip(gains, 1 / _MOST, _MOST))
    return tuple(int(step) for step in np.rint(octaves * _STEPS))


@lru_cache(maxsize=512)
def _curve(step: int, transfer: str, depth: Depth) -> NDArray[Any]:
    """(256,) or (65536,) what becomes of each level."""
    every = np.arange(256 if depth == "uint8" else 65536, dtype=depth).reshape(-1, 1)
    if step == 0:
        return every.ravel()
    light = np.asarray(ops.to_linear(every, transfer), np.float32)
    gain = np.float32(2 ** (step / _STEPS))
    return np.asarray(ops.to_display(rolled(light * gain, float(gain)), transfer, depth)).ravel()


def rolled(light: NDArray[np.float32], most: float) -> NDArray[np.float32]:
    """The light with what lies between the knee and ``most`` brought between the knee and white."""
    if most <= 1:
        return light
    over = np.maximum(light - np.float32(_KNEE), 0) / np.float32(most - _KNEE)
    # A curve through (0, 0) with slope 1 in light, and through (1, 1) with slope near 0.
    slope = np.float32((most - _KNEE) / (1 - _KNEE))
    curve = slope * over / (1 + (slope - 1) * over)
    low = np.minimum(light, np.float32(_KNEE))
    return np.asarray(low + curve * np.float32(1 - _KNEE), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Grain for one stream: a field of it, of which each frame shows another part."""

    field: Any
    """(h, w, 3) int16 or int32, larger than a frame, in levels."""
    size: tuple[int, int]
    """(width, height) of a frame."""
    seed: int
    """Which parts."""

    def onto(self, pixels: Pixels, number: int) -> Pixels:
        """The picture with the grain of the frame of that number."""
        width, height = self.size
        rng = np.random.default_rng((self.seed, number))
        spare = (self.field.shape[0] - height, self.field.shape[1] - width)
        y, x = (int(rng.integers(0, each + 1)) for each in spare)
        part = self.field[y : y + height, x : x + width]
        here = ops.beside(part, pixels) if isinstance(part, np.ndarray) else part
        return cast("Pixels", levels.shifted(pixels, here))

    def beside(self, pixels: Pixels) -> Noise:
        """The same where a picture lies, so that it is brought there once."""
        return replace(self, field=ops.beside(self.field, pixels))


def noise_of(grain: Grain, video: VideoInfo, seed: int) -> Noise | None:
    """Grain for a video; None where it would not be seen."""
    if grain.fine + grain.coarse < _LEAST:
        return None
    fine, coarse = field_of_grain(video.width, video.height, seed)
    plane = (fine * np.float32(grain.fine) + coarse * np.float32(grain.coarse)) * video.white
    whole = np.rint(plane).astype(np.int16 if video.depth == 8 else np.int32)
    return Noise(np.repeat(whole[..., np.newaxis], 3, axis=2), (video.width, video.height), seed)
