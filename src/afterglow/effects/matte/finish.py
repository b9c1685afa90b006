"""The last touches of a matte, on either half of ops, in this order.

1. gamma: soft parts made denser or thinner.
2. grow: the edge moved outwards, or inwards where negative; parts of a pixel count.
3. feather: the edge softened.

The colours follow, on the finished matte: see ``cleaned``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from afterglow import ops
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


def cleaned(
    pixels: Any, *, transfer: str, spill: Sequence[int] | None = None, despilled: float = 0.0
) -> Any:
    """(H, W, 3) RGB of the subject without the light of the backing, in the type of the pixels.

    spill: R'G'B' of the backing, 0-255. despilled: 0 to 1, how much of its light is taken off.
    """
    if spill is None or despilled == 0:
        return pixels
    light = ops.to_linear(pixels, transfer)
    key = [float(value) ** 2.2 for value in spill]
    return ops.to_display(despill(light, key, despilled), transfer, _depth(pixels))


def _depth(pixels: Any) -> Any:
    return str(pixels.dtype).removeprefix("torch.")
