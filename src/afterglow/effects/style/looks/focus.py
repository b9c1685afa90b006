"""Shallow depth of field: what is far, or not the subject, lies out of focus."""

from __future__ import annotations

import cv2
import numpy as np

from afterglow import ops
from afterglow.effects.style.looks.look import Distances
from afterglow.frames import Frame
from afterglow.ops.halves import WHITE, Array, Depth

_BLUR = 0.7
"""Sigma of what is farthest, in per cent of the picture's height."""
_SHARP, _SOFT = 0.55, 0.2
"""Nearness from which all is sharp, and below which nothing is."""
_REDUCED = 2
"""Lines of the picture in a line of what is blurred."""


def softness(frame: Frame, distances: Distances | None) -> Array | None:
    """Return (H, W) in the frame's depth: white where it is out of focus; None if nothing is known.

    Without distances the frame's matte says what is the subject.
    """
    pixels = ops.array_of(frame.pixels)
    height, width = pixels.shape[:2]
    depth: Depth = "uint8" if pixels.dtype == np.uint8 else "uint16"
    if distances is not None:
        near = np.asarray(ops.resize(distances(frame), width, height))
        sharp = ops.smoothstep(near, _SOFT, _SHARP)
        return ops.from_float(1 - sharp, depth)
    if frame.alpha is None:
        return None
    return np.asarray(WHITE[depth] - ops.array_of(frame.alpha)).astype(depth)


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
        "uint8" if pixels.dtype == np.uint8 else "uint16",
    )
    return ops.lerp(pixels, shown, soft)
