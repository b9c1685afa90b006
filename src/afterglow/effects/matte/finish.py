"""The last touches of a matte, on either half of ops, in this order.

1. gamma: soft parts made denser or thinner.
2. grow: the edge moved outwards, or inwards where negative; parts of a pixel count.
3. feather: the edge softened.

The colours follow, on the finished matte: the subject's own colours estimated, a backing's light
taken off, and both laid only where the matte is not 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from afterglow import ops
from afterglow.ops.halves import WHITE
from afterglow.ops.keying import despill

_SIGMAS = 4
"""Widths of a Gaussian that a blurred edge takes from 2% to 98%."""


def finished(alpha: Any, *, gamma: float = 1.0, grow: float = 0.0, feather: float = 0.0) -> Any:
    """(H, W) float32 matte, 0-1, after the touches of its shape.

    alpha: (H, W) float32 matte, 0-1, an array or a tensor. gamma: above 1 makes soft parts denser.
    grow: pixels outwards, inwards where negative. feather: pixels over which an edge is softened.
    """
    if gamma != 1.0:
        alpha = alpha ** (1.0 / gamma)
    return ops.gaussian_blur(moved(alpha, grow), feather / _SIGMAS)


def moved(alpha: Any, pixels: float) -> Any:
    """The matte with its edge moved outwards, or inwards by a negative number of pixels.

    Between whole pixels the two nearest are mixed, which gives an edge its share of the pixel.
    """
    if pixels == 0:
        return alpha
    move = ops.dilate if pixels > 0 else ops.erode
    part, whole = math.modf(abs(pixels))
    near = move(alpha, int(whole))
    return near if part == 0 else ops.lerp(near, move(alpha, int(whole) + 1), part)


def despilled(pixels: Any, backing: Sequence[int], strength: float, transfer: str) -> Any:
    """(H, W, 3) RGB without the light of a backing, in the type of the pixels.

    backing: its R'G'B', 0-255. strength: 0 to 1, how much of its light is taken off.
    """
    key = ops.to_linear(np.array([[backing]], np.uint8), transfer)[0, 0].tolist()
    light = despill(ops.to_linear(pixels, transfer), key, strength)
    return ops.to_display(light, transfer, ops.depth_of(pixels))


def within(outside: Any, inside: Any, alpha: Any) -> Any:
    """(H, W, 3) RGB: the one picture where the matte is 0, the other wherever it is not."""
    present = ops.smoothstep(alpha, 0, 0.5 / WHITE[ops.depth_of(alpha)])
    return ops.lerp(outside, inside, present)
