"""Light that spreads: glow around what is bright, and the red seam that film shows there.

All of it is light: cut out, blurred and added in linear light, on a quarter of the lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import cv2
import numpy as np

from afterglow import ops
from afterglow.effects.style.sdr import require_sdr
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import levels
from afterglow.ops.halves import Array
from afterglow.ops.standards import fits_uint16

Tint: TypeAlias = tuple[float, float, float]
"""Factors of red, green and blue light."""

_REDUCED = 4
"""Lines of the picture in a line of what is blurred."""
_BUFFERS = 6
"""Pictures of 16 bits that one frame's arithmetic holds."""


@dataclass(frozen=True, slots=True)
class Glow:
    """How light spreads."""

    amount: float
    """Share of the highlights' light that is spread."""
    radius: float
    """Sigma of the spread, in per cent of the picture's height."""
    threshold: float = 0.5
    """R'G'B' 0 to 1 of the brightest channel at which highlights begin."""
    tint: Tint = (1.0, 1.0, 1.0)
    """Colour of what is spread; red and a little yellow is halation."""
    keep: float = 1.0
    """Share of the picture's own light that stays."""
    around: bool = False
    """Only around what is bright, and not on it: halation is seen at edges."""


def light_curve(video: VideoInfo) -> str:
    """Return the transfer by which looks compute light: the video's, or BT.709 where that of
    the video has no straight toe, which is near it: gamma 2.2 and its kin.
    """
    transfer = video.colour.transfer
    return transfer if fits_uint16(transfer) else "bt709"


def glowing(pixels: Array, glow: Glow, transfer: str) -> Array:
    """Return the picture with the light of its highlights spread over it.

    pixels: (H, W, 3) RGB, uint8 or uint16. transfer: as of ``light_curve``.
    """
    height, width = pixels.shape[:2]
    light = ops.to_linear(pixels, transfer, "uint16")
    spread = ops.resize(spread_light(light, glow, transfer), width, height)
    cv2.addWeighted(light, glow.keep, spread, 1.0, 0.0, dst=light)
    return ops.to_display(light, transfer, ops.depth_of(pixels))


def spread_light(light: Array, glow: Glow, transfer: str) -> Array:
    """Return (h, w, 3) uint16, small: what the highlights of a picture send around them."""
    height, width = light.shape[:2]
    small = ops.reduce(light, max(1, width // _REDUCED), max(1, height // _REDUCED))
    gate = levels.lookup(levels.brightest_channel(small), _gate(glow.threshold, transfer))
    bright = ops.multiply(small, gate)
    soft = ops.soft_blur(bright, glow.radius / 100 * small.shape[0])
    if glow.around:
        soft = levels.subtract(soft, bright)
    factors = np.diag(np.multiply(glow.tint, glow.amount)).astype(np.float32)
    return np.asarray(cv2.transform(soft, factors))


@lru_cache(maxsize=16)
def _gate(threshold: float, transfer: str) -> Array:
    """(65536,) uint16: what share of its light every level of light sends."""
    if threshold <= 0:
        return np.full(65536, 65535, np.uint16)
    light = np.arange(65536, dtype=np.uint16)[None]
    signal: Array = ops.to_display(light, transfer, "float32")
    gate: Array = ops.smoothstep(signal, max(0.0, threshold - 0.2), min(1.0, threshold + 0.3))
    return np.asarray(ops.from_float(gate, "uint16")[0])


@dataclass(frozen=True, slots=True)
class Bloom:
    """Light that spreads from the highlights of a video."""

    glow: Glow = Glow(amount=0.3, radius=2.5)

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it is.

        Raises:
            UsageError: it is HDR.
        """
        require_sdr(video, "bloom is made")
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return nothing: every frame glows by itself."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the buffers."""
        return video.width * video.height * 6 * _BUFFERS

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame with its glow."""
        transfer = light_curve(video)
        for frame in frames:
            made = glowing(ops.array_of(frame.pixels), self.glow, transfer)
            yield replace(frame, pixels=ops.beside(made, frame.pixels))
