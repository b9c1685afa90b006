"""Shallow depth of field: what is far, or not the subject, lies out of focus."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.style.distance import Distances
from afterglow.effects.style.looks.shot_statistics import ShotStatistics
from afterglow.frames import Frame, VideoInfo
from afterglow.ops.halves import WHITE, Array

_BLUR = 0.7
"""Sigma of what is farthest, in per cent of the picture's height."""
_SHARP, _SOFT = 0.68, 0.3
"""Shares of the nearest from which all is sharp, and below which nothing is."""
_NEAREST = 0.95
"""Share of the picture that is farther than what is taken for the nearest."""
_LEAST = 0.05
"""Nearness of the nearest at least: an empty map has no subject."""
_REDUCED = 2
"""Lines of the picture in a line of what is blurred."""


class Focus:
    """Tells what is out of focus in the frames of one stream.

    The nearest part of a shot is in focus, as it was in the mean of the shot's last frames; where
    no distances are known, it is the subject of a frame's matte.
    """

    def __init__(self, distances: Distances | None, video: VideoInfo) -> None:
        self._distances = distances
        self._near: Array = np.zeros((1, 1), np.float32)
        self._nearest = ShotStatistics(self._measured, video)

    def softness(self, frame: Frame) -> Array | None:
        """Return (H, W) in the frame's depth: white is out of focus; None if nothing is known."""
        pixels = ops.array_of(frame.pixels)
        depth = ops.depth_of(pixels)
        if self._distances is not None:
            self._near = np.asarray(self._distances(frame), np.float32)
            nearest = max(float(self._nearest.after(pixels)[0]), _LEAST)
            near = ops.resize(self._near, pixels.shape[1], pixels.shape[0])
            sharp = ops.smoothstep(near, _SOFT * nearest, _SHARP * nearest)
            return ops.from_float(1 - sharp, depth)
        if frame.alpha is None:
            return None
        return np.asarray(WHITE[depth] - ops.array_of(frame.alpha)).astype(depth)

    def _measured(self, small: Array, pixels: Array) -> NDArray[np.float64]:
        return np.array([np.quantile(self._near, _NEAREST)])


def focused(pixels: Array, soft: Array, transfer: str) -> Array:
    """Return the picture blurred where ``soft`` is white; nothing sharp runs into the blur.

    pixels: (H, W, 3) RGB, uint8 or uint16. soft: (H, W) of the same type.
    """
    height, width = pixels.shape[:2]
    size = max(1, width // _REDUCED), max(1, height // _REDUCED)
    light = ops.to_float(ops.reduce(ops.to_linear(pixels, transfer, "uint16"), *size))
    share = ops.to_float(ops.reduce(soft, *size))
    sigma = _BLUR / 100 * size[1]
    spread = ops.soft_blur(light * share[..., None], sigma)
    weight = ops.soft_blur(share, sigma)
    blurred = spread / np.maximum(weight, 1e-3)[..., None]
    whole = np.where(weight[..., None] > 1e-3, blurred, light).astype(np.float32)
    shown = ops.to_display(
        np.asarray(cv2.resize(ops.from_float(whole, "uint16"), (width, height))),
        transfer,
        ops.depth_of(pixels),
    )
    return ops.lerp(pixels, shown, soft)
