"""Light and air: a key light that wanders, and fog that drifts.

Both follow from time and place alone: they need no neighbours, and a cut changes nothing. Both are
light, and are computed in linear light.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.picture import measuring_size
from afterglow.effects.style.glow import Bloom, light_curve
from afterglow.effects.style.noise import periodic
from afterglow.effects.style.sdr import require_sdr
from afterglow.effects.style.steadied import Steadied
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.halves import Array

if TYPE_CHECKING:
    from afterglow.effects.style.distance import Distances

__all__ = ["Bloom", "Fog", "Lighting", "Steadied"]

Floats: TypeAlias = NDArray[np.float32]

_LINES = 135
"""Lines, of 16:9, at which what is smooth is computed."""
_BUFFERS = 6
"""Pictures of 16 bits that one frame's arithmetic holds at a time."""
_WAY = (0.55, 0.28)
"""How far the key light goes to each side, and up and down, in widths and heights."""
_HIGH = 0.38
"""Heights from the top to the middle of its way."""
_SOFT = 0.4
"""Sigma of the light's pool, in diagonals."""
_TILE = 256
"""Samples of a side of the fog's noise, which repeats itself."""
_GRAIN = 10.0
"""Sigma, in these samples, of its finest waves."""
_OCTAVES = ((0.90, 1.0), (0.47, 0.6), (0.23, 0.36), (0.11, 0.2))
"""Size of a cloud, in heights, and weight, of each of the sizes that fog consists of."""
_DRIFT = 0.035
"""Heights a second that the largest clouds go; smaller ones are faster."""
_UNEVEN = 0.5
"""How far thickness goes up and down, of what it is in the middle."""
_FAR = 8.0
"""How many times farther the farthest place is than the nearest."""


def pool(width: int, height: int, phase: float) -> Floats:
    """Return (height, width), -1 to 1: the key light at a moment, brightest where it stands.

    phase: 0 to 1, how much of its way it has gone.
    """
    turn = 2 * np.pi * phase
    x = (0.5 + _WAY[0] * np.cos(turn)) * width - 0.5
    y = (_HIGH + _WAY[1] * np.sin(turn)) * height - 0.5
    across = np.square(np.arange(width) - x)
    down = np.square(np.arange(height) - y)[:, None]
    wide = 2 * _SOFT**2 * (width**2 + height**2)
    return np.asarray(2 * np.exp(-(across + down) / wide) - 1, np.float32)


@dataclass(frozen=True, slots=True)
class Lighting:
    """A soft key light that goes around slowly."""

    amount: float = 0.05
    """Share of light by which a place is lighter under it, and darker far from it; 0 to 1."""
    period: float = 8.0
    """Seconds that it takes for one way round."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it is.

        Raises:
            UsageError: the amount is not within 0 and 1, the period is not above 0, or it is HDR.
        """
        require_sdr(video, "light is made")
        if not 0 <= self.amount <= 1:
            raise UsageError(f"light varies by 0 to 1 of itself, and not by {self.amount:g}")
        if self.period <= 0:
            raise UsageError(f"a light cannot go round in {self.period:g} seconds")
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return nothing: only the time counts."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the buffers."""
        return video.width * video.height * 6 * _BUFFERS

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame in its light."""
        if self.amount == 0:
            yield from frames
            return
        transfer = light_curve(video)
        size = measuring_size((video.height, video.width), _LINES)
        for frame in frames:
            phase = float(frame.pts * video.time_base) / self.period % 1
            gain = 1 + np.float32(self.amount) * pool(*size, phase)
            made = lit(ops.array_of(frame.pixels), gain, transfer)
            yield replace(frame, pixels=ops.beside(made, frame.pixels))


def lit(pixels: Array, gain: Floats, transfer: str) -> Array:
    """Return the picture with its light times a gain, clamped at white.

    pixels: (H, W, 3) RGB, uint8 or uint16. gain: (h, w), 0 to 2, of any size.
    """
    height, width = pixels.shape[:2]
    light = ops.to_linear(pixels, transfer, "uint16")
    by = cv2.resize(np.asarray(np.rint(gain * np.float32(32767)), np.uint16), (width, height))
    made = cv2.multiply(light, cv2.merge([by] * 3), scale=1 / 32767)
    return ops.to_display(np.asarray(made), transfer, ops.depth_of(pixels))


@lru_cache(maxsize=16)
def clouds(seed: int, octave: int) -> Floats:
    """Return (256, 256): smooth noise of mean 0 and variance 1 that repeats itself."""
    return periodic(_TILE, _GRAIN, np.random.default_rng([seed, octave, 0xF06]))


def thickness(width: int, height: int, seconds: float, seed: int) -> Floats:
    """Return (height, width), -1 to 1: how thick the fog is at a moment, beside its mean.

    Every size of clouds goes its own way, so that the fog changes its shape as it drifts.
    """
    total = np.zeros((height, width), np.float32)
    for octave, (size, weight) in enumerate(_OCTAVES):
        rng = np.random.default_rng([seed, octave])
        way = rng.uniform(-0.5, 0.5) + (np.pi if octave % 2 else 0.0)
        pace = _DRIFT / np.sqrt(size) * rng.uniform(0.8, 1.2)
        unit = 4 * _GRAIN / (size * height)
        start = rng.uniform(0, _TILE, 2)
        shift = np.array([np.cos(way), 0.3 * np.sin(way)]) * pace * seconds * height * unit
        x0, y0 = (start - shift) % _TILE
        x = np.asarray(np.arange(width) * unit + x0, np.float32) % _TILE
        y = np.asarray(np.arange(height) * unit + y0, np.float32)[:, None] % _TILE
        where = np.broadcast_to(x, total.shape).copy(), np.broadcast_to(y, total.shape).copy()
        wave = cv2.remap(clouds(seed, octave), *where, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        total += np.float32(weight) * wave
    spread = np.sqrt(sum(weight**2 for _, weight in _OCTAVES))
    return np.asarray(np.tanh(total / np.float32(1.2 * spread)), np.float32)


def veil(thick: Floats, density: float, near: Floats | None) -> Floats:
    """Return (h, w), 0 to 1: what share of the light is the fog's.

    thick: (h, w), -1 to 1. near: (h, w), 0 far to 1 near, proportional to the inverse of the
    distance; without it all is as far. By Beer's law: light fades by the same share in each step.
    """
    passed = 1 + np.float32(_UNEVEN) * thick
    if near is not None:
        away = 1 / (near + (1 - near) * np.float32(1 / _FAR))
        passed = passed * np.float32(2 / (_FAR - 1)) * (away - 1)
    clear = max(1 - density, 1e-4)
    return np.asarray(1 - np.power(np.float32(clear), passed), np.float32)


@dataclass(frozen=True, slots=True)
class Fog:
    """Fog that lies over the picture and drifts."""

    density: float = 0.02
    """Share of the light that is the fog's, on average, 0 to 1; it goes half of it up and down."""
    colour: tuple[int, int, int] = (200, 200, 210)
    """R'G'B' 0-255 of the fog."""
    distances: Distances | None = None
    """Gives (h, w) float32 of a frame, 0 far to 1 near: the far lies deeper in fog."""
    seed: int = 0
    """Which clouds."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it is, though no longer grey if the fog has a colour.

        Raises:
            UsageError: the density is not within 0 and 1, or it is HDR.
        """
        require_sdr(video, "fog is made")
        if not 0 <= self.density <= 1:
            raise UsageError(f"the density of fog is 0 to 1, and not {self.density:g}")
        return replace(video, gray=video.gray and len(set(self.colour)) == 1)

    def reach(self, video: VideoInfo) -> Reach:
        """Return nothing: only the time counts."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the buffers."""
        return video.width * video.height * 6 * _BUFFERS

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame in the fog."""
        if self.density == 0:
            yield from frames
            return
        transfer = light_curve(video)
        size = measuring_size((video.height, video.width), _LINES)
        for frame in frames:
            thick = thickness(*size, float(frame.pts * video.time_base), self.seed)
            share = veil(thick, self.density, None)
            if self.distances is not None:
                near = np.asarray(self.distances(frame), np.float32)
                thick = ops.resize(thick, near.shape[1], near.shape[0])
                share = veil(thick, self.density, near)
            made = fogged(ops.array_of(frame.pixels), share, self.colour, transfer)
            yield replace(frame, pixels=ops.beside(made, frame.pixels))


def fogged(pixels: Array, share: Floats, colour: tuple[int, int, int], transfer: str) -> Array:
    """Return the picture of whose light a share is the fog's.

    pixels: (H, W, 3) RGB, uint8 or uint16. share: (h, w), 0 to 1, of any size.
    """
    height, width = pixels.shape[:2]
    light = ops.to_linear(pixels, transfer, "uint16")
    white = np.uint16(65535)
    mask = cv2.resize(np.asarray(np.rint(share * white), np.uint16), (width, height))
    fog = ops.to_linear(np.array([[colour]], np.uint8), transfer, "uint16")
    made = ops.lerp(light, np.broadcast_to(fog, light.shape), np.asarray(mask))
    return ops.to_display(made, transfer, ops.depth_of(pixels))
